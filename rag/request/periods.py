"""The time that a question asks about: which days, and before, on or after them.

"Last week", "since Monday" and "between 3 and 5 December" are periods; a list of days is the time
from its first to its last. Where a year is lacking, or a weekday stands alone, any such days
of the archive are meant; "last week" is reckoned from today.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Literal

from rag.text.dates import Mention, mentions, with_capitals

Relation = Literal["on", "before", "after", "since", "until"]

_RELATIONS: dict[str, Relation] = {
    "before": "before", "prior to": "before", "ahead of": "before", "after": "after",
    "following": "after", "since": "since", "until": "until", "till": "until", "by": "until",
    "up to": "until",
}  # fmt: skip
_DAYS = {"the": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_LEADING = re.compile(
    rf"(?:\b(?P<count>{'|'.join(_DAYS)}|\d{{1,2}}) days? )?"
    rf"\b(?P<relation>{'|'.join(_RELATIONS)})\s+(?:the\s+(?:(?:\w+\s+){{1,3}}(?:on|of|in)\s+)?)?$",
    re.IGNORECASE,
)
"""What leads to a day: "two days before", "since the", "after the vote on"."""
_JOINT = re.compile(
    r"\s*(?:[-–—]|,?\s*(?:and|or|to|until|till|through)|,)\s*(?:(?:in|on)\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_ONWARDS = re.compile(r"\s*(?:onwards?|and (?:after|later))\b", re.IGNORECASE)
_TODAYS = re.compile(
    r"\b(?:last|this|next|past|recent|ago|earlier|yesterday|today|tonight|tomorrow)\b",
    re.IGNORECASE,
)
"""What is reckoned from the day of asking, whatever the archive's time is."""
_WEEKDAYS = list(calendar.day_name)
_MONTHS = list(calendar.month_name)
_OF_TODAY = re.compile(
    rf"\b(?:(?P<which>(?i:last|past|this|next))\s+(?P<month>{'|'.join(_MONTHS[1:])})"
    rf"\b(?!\.?,?\s+\d)|(?i:this\s+(?P<weekday>{'|'.join(_WEEKDAYS)}))\b)"
)
"""A month or weekday that is told by today's: "last November", "this Friday"."""
_NAMES = re.compile(r"\w(?<! in)(?<! at)(?<! to)\s+[A-Z][a-z]+\s+$")
"""What makes a name of a weekday: "Super Tuesday"; not "in Baghdad Friday"."""
_WITH_YEAR = re.compile(r"\d{4}")
_DAY = dt.timedelta(days=1)


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
    yearly: bool = False
    """True where no year is given: the same days of any year of the archive may be meant."""

    def of_year(self, year: int) -> Period:
        """The same days of another year."""
        if self.first is None or self.last is None:
            return self
        first = _in_year(self.first, year)
        return replace(self, first=first, last=first + (self.last - self.first), yearly=False)

    @property
    def decided(self) -> bool:
        """True where it is known which days can be meant."""
        return self.first is not None or self.weekday is not None

    @property
    def window(self) -> tuple[dt.date | None, dt.date | None]:
        """The first and last day that fit, None where there is no bound (or nothing is known)."""
        if self.first is None or self.last is None:
            return None, None
        return {
            "before": (None, self.first - _DAY),
            "after": (self.last + _DAY, None),
            "since": (self.first, None),
            "until": (None, self.last),
        }.get(self.relation, (self.first, self.last))


def periods(
    text: str,
    today: dt.date | None,
    newest: dt.date | None = None,
) -> list[Period]:
    """The periods that a question speaks of, in order.

    Args:
        text: the question.
        today: the day it is asked; without it "last week" is undecided.
        newest: the day of the archive's newest article. "In early December" is the one
            nearest to it; without it, the one nearest to today.
    """
    text = with_capitals(text)
    archive = min((day for day in (newest, today) if day), default=None)
    days = [
        day if _TODAYS.search(text[day.start : day.end]) else reported
        for day, reported in zip(days_of(text, today), days_of(text, archive), strict=True)
    ]
    found: list[Period] = []
    while days:
        day = days.pop(0)
        gap = text[day.end : days[0].start] if days else "?"
        if days and day.weekday is not None and re.fullmatch(r",?\s+(?:the\s+)?", gap):
            day = replace(days.pop(0), start=day.start)  # "Saturday, 7 December"
        while days and _JOINT.fullmatch(text, day.end, days[0].start):
            day = _span(text, day, days.pop(0))
        found.append(_related(text, day))
    return found


def days_of(text: str, today: dt.date | None) -> list[Mention]:
    """The days that a question speaks of, in order, reckoned from the day it is asked.

    "Last November" is the one before this month, "next May" the one after it; "this May" is of
    this year, and "this Friday" of this week.
    """
    own = [
        Mention(*match.span(), *_of_today(match, today), _weekday(match))
        for match in _OF_TODAY.finditer(text)
    ]
    others = [
        day
        for day in mentions(text, today)
        if not any(day.start < one.end and one.start < day.end for one in own)
        and not (
            text[day.start].isupper()
            and day.weekday is not None
            and _NAMES.search(text[: day.start])
        )
    ]
    return sorted([*own, *others], key=lambda day: day.start)


def _weekday(match: re.Match[str]) -> int | None:
    return _WEEKDAYS.index(match["weekday"].capitalize()) if match["weekday"] else None


def _of_today(match: re.Match[str], today: dt.date | None) -> tuple[dt.date | None, dt.date | None]:
    if today is None:
        return None, None
    weekday = _weekday(match)
    if weekday is not None:
        day = today + (weekday - today.weekday()) * _DAY
        return day, day
    month, which = _MONTHS.index(match["month"]), match["which"].lower()
    year = today.year
    if which in ("last", "past"):
        year -= month >= today.month
    elif which == "next":
        year += month <= today.month
    first = dt.date(year, month, 1)
    return first, first.replace(day=calendar.monthrange(year, month)[1])


def _span(text: str, day: Mention, other: Mention) -> Mention:
    """Two days, as ends or in a list, with those between; the second may have the first's year."""
    written = text[day.start : day.end]
    if other.last and not _WITH_YEAR.search(written):
        meant = next(iter(mentions(written, other.last)), day)
        day = replace(day, first=meant.first, last=meant.last)
    if day.first and day.last and other.first and other.last:
        first, last = min(day.first, other.first), max(day.last, other.last)
        return Mention(day.start, other.end, first, last)
    return Mention(day.start, other.end, None, None)


def _related(text: str, day: Mention) -> Period:
    """One mention with the "since" or "two days before" that stands at it."""
    before = text[: day.start]
    written = text[day.start : day.end]
    if inside := re.match(rf"(?:{'|'.join(_RELATIONS)})\s+", written, re.IGNORECASE):
        before += inside.group()  # some mentions take their preposition with them
    leading = _LEADING.search(before)
    relation: Relation = "on"
    if leading:
        relation = _RELATIONS[leading["relation"].lower()]
    if _ONWARDS.match(text, day.end):
        relation = "since"
    period = Period(
        leading.start() if leading else day.start, day.end, relation, day.first, day.last
    )
    if leading and leading["count"] and day.first and day.last:
        count = leading["count"].lower()
        by = (_DAYS.get(count) or int(count)) * (-_DAY if relation == "before" else _DAY)
        return replace(period, relation="on", first=day.first + by, last=day.last + by)
    if relation != "on" or _TODAYS.search(written):
        return period
    if day.weekday is not None:
        return replace(period, first=None, last=None, weekday=day.weekday)
    return replace(period, yearly=day.first is not None and not _WITH_YEAR.search(written))


def _in_year(day: dt.date, year: int) -> dt.date:
    """The same day of another year; the last of February where that has no 29th."""
    return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)
