"""How what an article says stands to the time that a question asks about.

A sentence is held against a period by the days that it names itself, and only
where it names none by the day its article was published.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from rag.request.periods import Period
from rag.text.dates import Mention, mentions

Standing = Literal["inside", "outside", "unknown"]

JUST_AFTER = dt.timedelta(days=2)
"""How long after a day an article that names no day may still be about it."""
WEEK = dt.timedelta(days=6)
"""A mention that is longer than this, and than the period, is too vague to be held against it."""


def standing(period: Period, text: str, published: dt.date | None, near: str = "") -> Standing:
    """How a sentence or passage stands to a period.

    Args:
        period: of the question.
        text: a sentence, or a passage.
        published: when its article was.
        near: what stands around it, whose days can put it inside but not outside.
    """
    if not period.decided:
        return "unknown"
    if period.yearly and period.first and published:
        years = {period.first.year, *range(published.year - 1, published.year + 2)}
        found = {standing(period.of_year(year), text, published, near) for year in years}
        return next(one for one in ("inside", "unknown", "outside") if one in found)
    own = [mention for mention in mentions(text, published) if _is_precise(period, mention)]
    around = [mention for mention in mentions(near, published) if _is_precise(period, mention)]
    if any(_holds(period, mention) for mention in (*own, *around)):
        return "inside"
    return "outside" if own else _by_publication(period, published)


def came_in(period: Period, published: dt.date) -> bool:
    """True where an article of some day came out in a period."""
    if period.weekday is not None:
        return published.weekday() == period.weekday
    first, last = (period.of_year(published.year) if period.yearly else period).window
    return bool(first or last) and (first or published) <= published <= (last or published)


def _is_precise(period: Period, mention: Mention) -> bool:
    """True where a mention is fine enough to mean days inside the period, or others."""
    if mention.first is None or mention.last is None:
        return mention.weekday is not None and period.weekday is not None
    first, last = period.window
    longest = WEEK - dt.timedelta(days=1) if period.weekday is not None else WEEK
    return mention.last - mention.first <= max(last - first if first and last else longest, longest)


def _holds(period: Period, mention: Mention) -> bool:
    """True where a mention can mean a day of the period."""
    if period.weekday is not None and mention.weekday is not None:
        return mention.weekday == period.weekday
    if mention.first is None or mention.last is None:
        return False
    if period.weekday is not None:
        return (period.weekday - mention.first.weekday()) % 7 <= (mention.last - mention.first).days
    first, last = period.window
    return not ((last and mention.first > last) or (first and mention.last < first))


def _by_publication(period: Period, published: dt.date | None) -> Standing:
    """How an article stands to a period that its words leave open."""
    if published is None:
        return "unknown"
    if period.weekday is not None:
        late = (published.weekday() - period.weekday) % 7
        return "inside" if late == 0 else "unknown" if late <= JUST_AFTER.days else "outside"
    first, last = period.window
    if first and published < first:
        return "outside"  # it cannot report what was to come
    if last is None or published <= last:
        return "inside"
    return "unknown" if first is None else "inside" if published <= last + JUST_AFTER else "outside"
