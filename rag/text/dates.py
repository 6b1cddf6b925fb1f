"""Days that a text or a question speaks of, resolved against the day it was written.

Each mention becomes a range of days, both included. "Saturday" in an article of
Sunday 8 December 2024 is 7 December; "last week" is Monday to Sunday before;
"2015" is the whole year. What cannot be resolved has no range, and is never
guessed. Only what news prose uses is read here; `index.dates` reads date lines.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs", "friday fri",
         "saturday sat", "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_MONTH = (
    r"(?-i:(?P<month>January|February|March|April|May|June|July|August|September|October|November"
    r"|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b)\.?"
)
"""With its capital letter: "may" and "march" are verbs."""
_WEEKDAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_LAST = r"(?:\s?[-–—]\s?(?P<last>[0-3]?\d))?"
_TO_LAST = r"(?:(?:\s?[-–—]\s?|\s+(?:and|to|until|through)\s+)(?P<last>[0-3]?\d)(?:st|nd|rd|th)?)?"
"""Before a month only: "on 12 March to 14" would take in "rose on March 12 to 14 per cent"."""
_PART = r"(?P<part>early|mid|late|(?:beginning|start|middle|end) of)[-\s]+"
_NUMBER = r"\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten"
_FORMS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("iso", rf"\b{_YEAR}-(?P<number>\d\d)-(?P<day>\d\d)\b"),
        ("day", rf"\b{_DAY}{_TO_LAST}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR}\b)?"),
        ("day", rf"\b{_MONTH}\s+{_DAY}{_LAST}\b(?!\d)(?:,?\s+{_YEAR}\b)?"),
        ("month", rf"\b(?:{_PART})?{_MONTH}(?:,?\s+{_YEAR}\b)"),
        ("month", rf"\b(?:{_PART}|(?:in|last|since|until|during)\s+"
                  rf"|(?:before|after|by|from|between|of)\s+(?!May\b)){_MONTH}"),
        ("weekday", rf"\b(?:(?P<which>last|next|this|on|by|since|until|before|after|of)\s+)?"
                    rf"(?P<weekday>{_WEEKDAY})\b"),
        ("relative", r"\b(?P<relative>the day before yesterday|yesterday|today|tonight|tomorrow"
                     r"|this morning|this afternoon|this evening|last night"
                     r"|(?:this|last|next|past) (?:week|weekend|month|year))\b(?!\s+of\b)"),
        ("span", r"\b(?:the\s+)?(?:past|recent"
                 rf"|(?:last|past)\s+(?P<count>{_NUMBER}|few|couple of))\s+"
                 r"(?P<unit>day|week|month|year)s\b(?!\s+of\b)"),
        ("ago", rf"\b(?P<count>{_NUMBER})\s+(?P<unit>day|week|month|year)s?\s+(?:ago|earlier)\b"),
        ("decade", r"\b(?:the\s+)?(?P<decade>(?:19|20)\d0)s\b"),
        ("year", rf"\b(?:(?:between|from)\s+)?{_YEAR}(?:\s+(?:and|to|until|through)\s+|\s?[-–—]\s?)"
                 r"(?P<until>(?:19|20)\d\d)\b(?![-–—]\d)"),
        ("year", r"\b(?:in|of|since|until|by|from|before|after|during|the|early|late|mid)"
                 rf"[-\s]+{_YEAR}\b"),
        ("year", rf"\b{_YEAR}\b(?=\s+(?:elections?|war|deal|agreement|report|season|vote))"),
    )
)  # fmt: skip
SOON = 90
"""Days ahead within which "3 March" is taken to be the one to come."""
_COUNTS = {"a": 1, "an": 1} | {
    word: count
    for count, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
_UNIT_DAYS = {"day": 1, "week": 7}
_SPAN_DAYS = {"day": 1, "week": 7, "weekend": 7, "month": 31, "year": 366}
_FEW = 7
"""Units that "recent days" or "the past few weeks" go back, generously."""
_LONGEST_AGO = 36_500
"""Days; what lies further back is no news."""


CALENDAR = frozenset((*_MONTHS, *_WEEKDAYS))
"""Folded names of months and weekdays."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A day or range of days in a text."""

    start: int
    end: int
    first: dt.date | None
    """The first day meant; None where it cannot be told."""
    last: dt.date | None
    weekday: int | None = None
    """0 for Monday, where the text names a weekday and nothing else."""

    def overlaps(self, other: Mention) -> bool:
        """True where both can mean the same day."""
        if self.first and self.last and other.first and other.last:
            return self.first <= other.last and other.first <= self.last
        return self.weekday is not None and self.weekday == other.weekday


def mentions(text: str, written: dt.date | None) -> list[Mention]:
    """The days that a text speaks of, in order, none inside another.

    Args:
        text: prose.
        written: the day it was written; None leaves relative mentions unresolved.
    """
    found: list[Mention] = []
    for form, pattern in _FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < day.end and day.start < match.end() for day in found):
                continue
            days: Days | None = (None, None)
            if form in _READ:
                days = _READ[form](match, written)
            elif written:
                days = _RECKONED[form](match, written)
            if days is not None:
                weekday = _WEEKDAYS[match["weekday"].lower()] if form == "weekday" else None
                found.append(Mention(match.start(), match.end(), *days, weekday))
    return sorted(found, key=lambda mention: mention.start)


def with_capitals(text: str) -> str:
    """A typed question with a capital letter on its months: "in december", not "they may"."""
    text = _MONTH_TYPED.sub(lambda match: match.group().capitalize(), text)
    return _VERB_OR_MONTH.sub(lambda match: match[1] + match[2].capitalize(), text)


_MONTH_TYPED = re.compile(
    r"\b(?:january|february|april|june|july|august|september|october|november|december"
    r"|(?:march|may)(?= \d{4}\b))\b"
)
_VERB_OR_MONTH = re.compile(
    r"\b((?:in|since|until|early|late|mid|last|\d(?:st|nd|rd|th)?)[\s-])(march|may)\b"
)

Days = tuple[dt.date | None, dt.date | None]


def _iso(match: re.Match[str], written: dt.date | None) -> Days | None:
    day = _date(int(match["year"]), int(match["number"]), int(match["day"]))
    return (day, day) if day else None


def _day(match: re.Match[str], written: dt.date | None) -> Days | None:
    month, number = _MONTHS[match["month"].lower()], int(match["day"])
    if match["year"]:
        first = _date(int(match["year"]), month, number)
    else:
        first = _nearest(written, month, number) if written else None
        if first is None:
            return (None, None) if _date(2024, month, number) else None
    if first is None:
        return None
    last = _date(first.year, month, int(match["last"])) if match["last"] else first
    return first, last or first


def _month(match: re.Match[str], written: dt.date | None) -> Days | None:
    month = _MONTHS[match["month"].lower()]
    named = match.groupdict().get("year")
    if named is None and written is None:
        return None, None
    anchor = _nearest(written, month, 15) if written else None
    year = int(named) if named else (anchor or dt.date.min).year
    begin = dt.date(year, month, 1)
    end = _month_end(begin)
    part = (match.groupdict().get("part") or "").lower()
    if part.startswith(("early", "beginning", "start")):
        return begin, begin.replace(day=10)
    if part.startswith("mid"):
        return begin.replace(day=10), begin.replace(day=20)
    if part.startswith(("late", "end")):
        return begin.replace(day=20), end
    return begin, end


def _weekday(match: re.Match[str], written: dt.date) -> Days:
    number = _WEEKDAYS[match["weekday"].lower()]
    which = (match["which"] or "").lower()
    if which == "next":
        day = written + dt.timedelta(days=(number - written.weekday() - 1) % 7 + 1)
        return day, day
    back = (written.weekday() - number) % 7
    if which == "last":
        back = back or 7
    day = written - dt.timedelta(days=back)
    return day, day


def _relative(match: re.Match[str], written: dt.date) -> Days:
    phrase = match["relative"].lower()
    offsets = {
        "the day before yesterday": -2,
        "yesterday": -1,
        "today": 0,
        "tonight": 0,
        "tomorrow": 1,
    }
    if phrase in offsets:
        day = written + dt.timedelta(days=offsets[phrase])
        return day, day
    which, unit = phrase.split()
    if unit in {"morning", "afternoon", "evening", "night"}:
        return written - dt.timedelta(days=which == "last"), written
    if which == "past":
        return written - dt.timedelta(days=_SPAN_DAYS[unit]), written
    step = {"last": -1, "this": 0, "next": 1}[which]
    if unit in {"week", "weekend"}:
        monday = written - dt.timedelta(days=written.weekday()) + dt.timedelta(weeks=step)
        begin = monday + dt.timedelta(days=5) if unit == "weekend" else monday
        return begin, monday + dt.timedelta(days=6)
    if unit == "month":
        index = written.year * 12 + written.month - 1 + step
        begin = dt.date(index // 12, index % 12 + 1, 1)
        return begin, _month_end(begin)
    year = written.year + step
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def _ago(match: re.Match[str], written: dt.date) -> Days:
    number = match["count"].lower()
    count = _COUNTS[number] if number in _COUNTS else int(number)
    unit = match["unit"].lower()
    if unit in _UNIT_DAYS:
        if count > _LONGEST_AGO:
            return None, None
        day = written - dt.timedelta(days=count * _UNIT_DAYS[unit])
        return day, day
    months = count * (12 if unit == "year" else 1)
    index = written.year * 12 + written.month - 1 - months
    if index < 12:
        return None, None
    begin = dt.date(index // 12, index % 12 + 1, 1)
    return (begin, _month_end(begin)) if unit == "month" else (
        begin.replace(month=1), begin.replace(month=12, day=31)
    )  # fmt: skip


def _span(match: re.Match[str], written: dt.date) -> Days:
    """The last three days end on the day of writing."""
    number = (match["count"] or "few").lower()
    count = _FEW if number in {"few", "couple of"} else _COUNTS.get(number) or int(number)
    days = count * _SPAN_DAYS[match["unit"].lower()]
    return (written - dt.timedelta(days=days), written) if days < _LONGEST_AGO else (None, None)


def _decade(match: re.Match[str], written: dt.date | None) -> Days:
    first = int(match["decade"])
    return dt.date(first, 1, 1), dt.date(first + 9, 12, 31)


def _year(match: re.Match[str], written: dt.date | None) -> Days | None:
    year = int(match["year"])
    last = int(match.groupdict().get("until") or year)
    return (dt.date(year, 1, 1), dt.date(last, 12, 31)) if year <= last else None


_READ = {"iso": _iso, "day": _day, "month": _month, "decade": _decade, "year": _year}
_RECKONED = {"weekday": _weekday, "relative": _relative, "span": _span, "ago": _ago}
"""What means nothing without the day of writing."""


def _nearest(written: dt.date, month: int, number: int) -> dt.date | None:
    """The last such day, or the next where it is soon: news tells what was and announces little."""
    near = [_date(written.year + step, month, number) for step in (-1, 0, 1)]
    soon = written + dt.timedelta(days=SOON)
    return max((day for day in near if day and day <= soon), default=None)


def _month_end(begin: dt.date) -> dt.date:
    return (begin.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def _date(year: int, month: int, number: int) -> dt.date | None:
    try:
        return dt.date(year, month, number)
    except ValueError:
        return None


def span(first: dt.date, last: dt.date) -> str:
    """Two days as a reader writes them: "3 to 5 December 2024"."""
    if first == last:
        return written(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {written(last)}"
    opening = f"{first.day} {first:%B}" if first.year == last.year else written(first)
    return f"{opening} to {written(last)}"


def written(day: dt.date) -> str:
    """A day as a reader writes it: "3 December 2024"."""
    return f"{day.day} {day:%B %Y}"
