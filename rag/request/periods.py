"""The time that a question asks about: which days, and before, on or after them.

"Last week", "since Monday", "between 3 and 5 December", "two days before the
fall of Aleppo" are periods. Where a year is lacking, or a weekday stands alone,
the archive's own time is meant; "last week" is reckoned from today. An event
that stands for a day stays undecided here; `rag.decide.timing` looks it up.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.text.dates import Mention, mentions, with_capitals
from rag.text.words import content

Relation = Literal["on", "before", "after", "since", "until", "between"]


_RELATIONS: dict[str, Relation] = {
    "before": "before", "prior to": "before", "earlier than": "before", "ahead of": "before",
    "after": "after", "following": "after", "later than": "after", "in the wake of": "after",
    "since": "since", "as of": "since", "until": "until", "till": "until", "by": "until",
    "up to": "until", "no later than": "until", "during": "on",
}  # fmt: skip
_RELATED = "|".join(word.replace(" ", r"\s+") for word in _RELATIONS)
_COUNTS = {
    word: count
    for count, word in enumerate("the one two three four five six seven eight nine ten".split())
} | {"the": 1, "a": 1, "an": 1, "same": 0}
_DISTANCE = (
    rf"(?:(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})\s+(?P<unit>day|week|month|year)s?\s+"
    r"(?:(?:just|immediately|right|shortly)\s+)?)"
)
_LEADING = re.compile(rf"{_DISTANCE}?\b(?P<relation>{_RELATED})\s+(?:the\s+)?$", re.IGNORECASE)
_WITHIN = re.compile(rf"^(?P<relation>{_RELATED})\s+", re.IGNORECASE)
_ONWARDS = re.compile(r"^\s*(?:onwards?|and (?:after|later)|on\b(?!\s+\w))", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$|^(?:between|from)\s", re.IGNORECASE)
_JOINT = re.compile(r"\s*(?:and|to|until|till|through|[-–—])\s*(?:the\s+)?", re.IGNORECASE)
_PART = re.compile(r"\b(?P<part>end|close|beginning|start|middle)\s*$", re.IGNORECASE)
_TODAYS = re.compile(
    r"\b(?:last|this|next|past|recent|ago|earlier|yesterday|today|tonight|tomorrow)\b",
    re.IGNORECASE,
)
"""What is reckoned from the day of asking, whatever the archive's time is."""
_EVENT = re.compile(
    rf"\b{_DISTANCE}?(?P<relation>before|after|since|until|till|during|following|prior\s+to"
    r"|ahead\s+of|in\s+the\s+wake\s+of)\s+(?P<event>[^?.,;:!]+)",
    re.IGNORECASE,
)
_EVENT_ENDS = re.compile(
    r"\s+(?:about|regarding|concerning|who|whom|what|when|where|why|which|how|did|does|do|and|or|but"
    r"|before|after|since|until|during)\b",
    re.IGNORECASE,
)
_NO_TIME = re.compile(
    r"\b(?:named|called|looks?|looked|looking|brought|came|comes?|coming|ranked|finish(?:ed|es)?"
    r"|placed|sought|runs?|ran|taken|takes?|took|appear(?:ed|s)?|goes|went|stood|stands?|soon"
    r"|modelled|standing|heard|year|day|week|month)\s+$",
    re.IGNORECASE,
)
"""Words behind which "after" or "before" is no time: "named after the river"."""
_HAPPENS = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could)\b", re.IGNORECASE)
_DETERMINED = re.compile(r"^(?:the|an?)\b", re.I)
_LEANS = re.compile(
    r"^(?:he|she|it|they|we|i|you|him|them|his|her|hers|its|their|theirs|this|that|these|those"
    r"|who|whom|whose|what|when|where|why|which|how|\w+ing)\b",
    re.IGNORECASE,
)
_UNITS = {"day": (1, 0), "week": (7, 1), "month": (30, 7), "year": (365, 30)}
"""Days of a unit, and how many days more or less it may mean."""


@dataclass(frozen=True, slots=True)
class Period:
    """Some days that a question speaks of, and how what is asked for stands to them."""

    start: int
    end: int
    """Where it stands in the question, both as code points, half open."""
    relation: Relation
    first: dt.date | None
    last: dt.date | None
    """The days, both included; None where they are not known."""
    weekday: int | None = None
    """0 for Monday, where any such day of the archive is meant."""
    event: str = ""
    """What happened on the days, where the question names no day."""
    named: int = 0
    """Where the event begins in the question."""
    shift: int = 0
    """Days from the event to the days that are meant: -2 for "two days before"."""
    slack: int = 0
    """Days by which the shift may be wrong: a week is about seven days."""

    @property
    def decided(self) -> bool:
        """True where it is known which days can be meant."""
        return self.first is not None or self.weekday is not None

    @property
    def window(self) -> tuple[dt.date | None, dt.date | None]:
        """The first and last day that fit, None where there is no bound (or nothing is known)."""
        if self.first is None or self.last is None:
            return None, None
        day = dt.timedelta(days=1)
        return {
            "before": (None, self.first - day),
            "after": (self.last + day, None),
            "since": (self.first, None),
            "until": (None, self.last),
        }.get(self.relation, (self.first, self.last))


def periods(
    text: str,
    today: dt.date | None,
    newest: dt.date | None = None,
    oldest: dt.date | None = None,
) -> list[Period]:
    """The periods that a question speaks of, in order.

    Args:
        text: the question.
        today: the day it is asked; without it "last week" is undecided.
        newest: the day of the archive's newest article. "In early December" is the one
            nearest to it; without it, the one nearest to today.
        oldest: that of its oldest. "On 16 March" is the last one that articles can report.
    """
    text = with_capitals(text)
    archive = min((day for day in (newest, today) if day), default=None)
    days = [_not_after(one, text, archive, oldest) for one in _days(text, today, archive)]
    found = _dated(text, days)
    for match in _EVENT.finditer(text):
        if one := _anchor(text, match):
            _add(one, found)
    return sorted(found, key=lambda one: one.start)


def moved(period: Period, first: dt.date, last: dt.date) -> Period:
    """The period where its event was on those days, at its distance from them."""
    by, give = dt.timedelta(days=period.shift), dt.timedelta(days=period.slack)
    try:
        return replace(period, first=first + by - give, last=last + by + give)
    except OverflowError:
        return period


def _days(text: str, today: dt.date | None, archive: dt.date | None) -> list[Mention]:
    """The mentions of a question, each reckoned from the day that it is about."""
    from_archive = {(one.start, one.end): one for one in mentions(text, archive)}
    found = []
    for one in mentions(text, today):
        if not _TODAYS.search(text[one.start : one.end]):
            one = from_archive.get((one.start, one.end), one)
        found.append(one)
    return found


def _not_after(one: Mention, text: str, newest: dt.date | None, oldest: dt.date | None) -> Mention:
    """A day without a year a year earlier, where only then an article can have told of it."""
    if not (one.first and one.last and newest and oldest) or one.first <= newest:
        return one
    if re.search(r"\d{4}", text[one.start : one.end]) or _TODAYS.search(text[one.start : one.end]):
        return one
    try:
        first, last = (day.replace(year=day.year - 1) for day in (one.first, one.last))
    except ValueError:  # 29 February
        return one
    return replace(one, first=first, last=last) if last >= oldest else one


def _add(one: Period, found: list[Period]) -> None:
    """Add a period of an event; "the vote on 3 December" is a vote on a known day."""
    within = [other for other in found if one.start < other.end and other.start < one.end]
    if not within:
        found.append(one)
    elif len(within) == 1 and within[0].start > one.named and within[0].relation == "on":
        (day,) = within
        if day.first and day.last:
            found.remove(day)
            found.append(moved(one, day.first, day.last))


def _dated(text: str, days: Sequence[Mention]) -> list[Period]:
    """Periods of the days that a question names; two of them may be one."""
    found: list[Period] = []
    left = list(days)
    while left:
        one = left.pop(0)
        gap = text[one.end : left[0].start] if left else "?"
        if left and one.weekday is not None and re.fullmatch(r",?\s+(?:the\s+)?", gap):
            found.append(_related(text, replace(left.pop(0), start=one.start)))
        elif left and _JOINT.fullmatch(gap) and _opens_range(text, one):
            found.append(_between(text, one, left.pop(0)))
        else:
            found.append(_related(text, one))
    return found


def _opens_range(text: str, one: Mention) -> bool:
    return bool(_BETWEEN.search(text[: one.start]) or _BETWEEN.search(text[one.start : one.end]))


def _between(text: str, one: Mention, other: Mention) -> Period:
    """Two days as the ends of one period; the year of the first may stand at the second."""
    first, last = one.first, other.last
    if first and last and not re.search(r"\d{4}", text[one.start : one.end]):
        first = next((m.first for m in mentions(text[one.start : one.end], last)), first)
    known = first and last and first <= last
    return Period(one.start, other.end, "between", *((first, last) if known else (None, None)))


def _related(text: str, one: Mention) -> Period:
    """One mention with the "since" or "two days before" that stands at it."""
    before = text[: one.start]
    inside = _WITHIN.search(text[one.start : one.end])
    if inside:  # some mentions take their preposition with them
        before += text[one.start : one.start + inside.end()]
    leading = _LEADING.search(before)
    start = leading.start() if leading else one.start
    relation: Relation = "on"
    if leading:
        relation = _RELATIONS[" ".join(leading["relation"].lower().split())]
    if _ONWARDS.search(text[one.end :]):
        relation = "since"
    first, last = _part(before, one)
    period = Period(start, one.end, relation, first, last)
    if leading and leading["count"] and relation in {"before", "after"}:
        period = _at_distance(period, leading)
        return moved(period, first, last) if first and last else period
    if (
        one.weekday is not None
        and relation == "on"
        and not _TODAYS.search(text[one.start : one.end])
    ):
        return replace(period, first=None, last=None, weekday=one.weekday)
    if first and last and relation == "on" and first != last and _is_range(text, one):
        return replace(period, relation="between")
    return period


def _is_range(text: str, one: Mention) -> bool:
    return bool(re.search(r"\d\s?(?:[-–—]|and|to|until|through)\s?\d", text[one.start : one.end]))


def _part(before: str, one: Mention) -> tuple[dt.date | None, dt.date | None]:
    """The end or the beginning of a month, where that is what is said."""
    part = _PART.search(before)
    first, last = one.first, one.last
    if not (part and first and last) or not 27 <= (last - first).days <= 31:
        return first, last
    begin, end = {"beginning": (1, 10), "start": (1, 10), "middle": (10, 20)}.get(
        part["part"].lower(), (20, 31)
    )
    return first.replace(day=begin), last if end == 31 else first.replace(day=end)


def _anchor(text: str, match: re.Match[str]) -> Period | None:
    """A period that an event stands for, if the words are such a one."""
    event = match["event"]
    if ends := _EVENT_ENDS.search(event):
        event = event[: ends.start()]
    event = event.rstrip()
    relation = _RELATIONS[" ".join(match["relation"].lower().split())]
    counted = bool(match["count"])
    opening = text[: match.start("relation")]
    if not counted and relation in {"before", "after"} and _NO_TIME.search(opening):
        return None
    if not _is_event(event, relation):
        return None
    named = match.start("event")
    period = Period(
        match.start(), named + len(event), relation, None, None, event=event, named=named
    )
    return _at_distance(period, match) if counted and relation != "on" else period


def _is_event(event: str, relation: Relation) -> bool:
    """True for "the vote" and "Lavrov arrived in Doha", false for "Lavrov" and "that"."""
    found = event.split()
    if not found or any(one.start <= 3 for one in mentions(f"in {event}", dt.date(2000, 1, 1))):
        return False
    if relation == "since" and _HAPPENS.search(event):
        return False  # a reason, not a time
    if _LEANS.match(event):
        return False  # nobody can tell which one is meant, or it is asked for
    determined = bool(_DETERMINED.match(event))
    carrying = [word for word in content(event) if len(word) > 2]
    bare_name = not determined and all(word[0].isupper() for word in found)
    return len(found) > (1 if determined else 0) and bool(carrying) and not bare_name


def _at_distance(period: Period, match: re.Match[str]) -> Period:
    """Make "two days before" a day of its own."""
    count = match["count"].lower()
    number = _COUNTS[count] if count in _COUNTS else int(count)
    days, slack = _UNITS[match["unit"].lower()]
    sign = -1 if period.relation in {"before", "until"} else 1
    if count == "the" and days > 1:  # "the week before" is all of its days
        return replace(period, relation="on", shift=sign * ((days + 1) // 2), slack=(days - 1) // 2)
    return replace(period, relation="on", shift=sign * number * days, slack=slack * number)
