"""How what an article says stands to the time that a question asks about.

A sentence is held against a period by the days that it names itself, and only
where it names none by the day its article was published. An event that stands
for a day ("before the talks") is looked up in what the archive says of it, and
only where that agrees; else the period stays undecided, and nothing is left out
on its account.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

from rag.request.periods import Period, moved
from rag.text.dates import Mention, mentions
from rag.text.words import content, stem, stems

T = TypeVar("T")
Standing = Literal["inside", "outside", "unknown"]

JUST_AFTER = dt.timedelta(days=2)
"""How long after a day an article that names no day may still be about it."""
PRECISE = dt.timedelta(days=7)
"""A mention no longer than this, or than the period, can put a sentence outside it."""
MONTH = dt.timedelta(days=31)
AGREEING = 0.6
"""Share of the sentences on an event that must name one day for it to be the event's."""
TOGETHER = dt.timedelta(days=2)
"""Days within which articles on one event, none of which dates it, are published."""


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
    own = [one for one in mentions(text, published) if one.first or one.weekday is not None]
    held = [_held(period, one) for one in own]
    if "inside" in held:
        return "inside"
    if any(_held(period, one) == "inside" for one in mentions(near, published)):
        return "inside"
    by_publication = _by_publication(period, published)
    if "unknown" in held:
        return "inside" if by_publication == "inside" else "unknown"
    return "outside" if any(_is_precise(period, one) for one in own) else by_publication


def event_days(
    event: str, found: Iterable[tuple[str, dt.date | None]]
) -> tuple[dt.date, dt.date] | None:
    """The day on which an event was, or the few days, if what is said of it agrees.

    Sentences that hold all words of the event vote: with the one day that they
    name, or, where none of them names a day, with the day of their article.

    Args:
        event: "the fall of Aleppo".
        found: sentences, each with the day its article was published.
    """
    wanted = {stem(word) for word in content(event)}
    own: Counter[tuple[dt.date, dt.date]] = Counter()
    days: list[dt.date] = []
    for sentence, published in found:
        if not wanted <= set(stems(sentence)):
            continue
        named = {(m.first, m.last) for m in mentions(sentence, published)}
        precise = {(a, b) for a, b in named if a and b and b - a <= TOGETHER}
        if len(named) == 1 and len(precise) == 1:
            own.update(precise)
        elif not named and published:
            days.append(published)
    if own:
        (best, votes), total = own.most_common(1)[0], sum(own.values())
        safe = votes >= AGREEING * total and (votes > 1 or len(days) <= 1)
        return best if safe else None
    if days and max(days) - min(days) <= TOGETHER:
        return min(days) - dt.timedelta(days=1), max(days)
    return None


def anchored(period: Period, found: Iterable[tuple[str, dt.date | None]]) -> Period:
    """The period with the days of its event, or as it was where they cannot be told."""
    days = event_days(period.event, found) if period.event and not period.decided else None
    return moved(period, *days) if days else period


def newest_first(
    ranked: Sequence[T],
    score: Callable[[T], float],
    day: Callable[[T], dt.date | None],
    within: float,
) -> list[T]:
    """The same things, those nearly as good as the best with the newest first.

    Args:
        ranked: best first.
        score: of one of them.
        day: when it was; undated ones come after dated ones.
        within: how far below the best score is nearly as good.
    """
    if not ranked:
        return []
    least = score(ranked[0]) - within
    near = [one for one in ranked if score(one) >= least]
    near.sort(key=lambda one: day(one) or dt.date.min, reverse=True)
    return near + [one for one in ranked if score(one) < least]


def _held(period: Period, one: Mention) -> Standing:
    """How one mention of a text stands to a period."""
    if period.weekday is not None:
        return _held_by_weekday(period.weekday, one)
    first, last = period.window
    if one.first is None or one.last is None:
        return "unknown"
    if (last and one.first > last) or (first and one.last < first):
        return "outside"
    length = one.last - one.first
    if first is None or last is None:  # "in 2015" lies before most things and means none of them
        return "inside" if length <= MONTH else "unknown"
    whole = one.first >= first and one.last <= last
    return "inside" if whole or length <= PRECISE else "unknown"


def _held_by_weekday(weekday: int, one: Mention) -> Standing:
    if one.weekday is not None:
        return "inside" if one.weekday == weekday else "outside"
    if one.first is None or one.last is None:
        return "unknown"
    length = one.last - one.first
    if length >= PRECISE - dt.timedelta(days=1):  # a week has a Saturday and may not mean it
        return "unknown" if length <= MONTH else "outside"
    return "inside" if (weekday - one.first.weekday()) % 7 <= length.days else "outside"


def _is_precise(period: Period, one: Mention) -> bool:
    """True where a mention outside the period is fine enough to mean the event itself."""
    if one.weekday is not None:
        return True
    if one.first is None or one.last is None:
        return False
    length = dt.timedelta(0)
    if period.first and period.last:
        length = period.last - period.first
    return one.last - one.first <= max(length, PRECISE - dt.timedelta(days=1))


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
    if last and published > last + JUST_AFTER:
        return "unknown" if first is None else "outside"
    if last and published > last and first is None:
        return "unknown"
    return "inside"
