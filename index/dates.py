"""Reading a date that somebody wrote, without guessing.

`parse_date` answers only when day, month and year are all there and can be read
in one way. "Dec 7", "last Friday", "07/12/2024" (July or December?), a range, or
a weekday that does not fit its date give None. The day is the one that is
written, in whatever time zone the writer meant.

English month names and numbers are all that a news archive's date lines need, so
this is the standard library alone: a parser that accepts anything also invents.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections.abc import Iterator

LONGEST_DATE_LINE = 120  # characters; a longer line is prose that holds a date, not a date line

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[6-9]|2[01])\d\d)"

_FORMS = tuple(
    re.compile(rf"(?<![\w-]){form}(?![\d-])(?!/\d)", re.IGNORECASE | re.ASCII)
    for form in (
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?=T\d\d|\b)",
        rf"{_YEAR}(?P<mark>[/.])(?P<month>\d?\d)(?P=mark)(?P<day>\d?\d)\b",
        rf"(?P<first>\d?\d)(?P<mark>[/.-])(?P<second>\d?\d)(?P=mark){_YEAR}\b",
        rf"{_DAY}(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}\b",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}\b",
    )
)

_FIGURES = re.compile(
    rf"(?<![\w-])(?P<first>\d?\d)(?P<mark>[/.-])(?P<second>\d?\d)(?P=mark){_YEAR}\b", re.ASCII
)

# What may stand beside a date: a weekday, a time with its zone, and what joins them.
_ZONE = (
    r"(?:[A-Z]{1,5}\b(?:\s?[+-]\d{1,2}(?::?\d\d)?)?|[+-]\d\d:?\d\d"
    r"|\((?:[A-Z]{1,5}|(?:GMT|UTC)\s?[+-]\d{1,2}(?::?\d\d)?)\)|(?i:(?:[a-z]+\s)?time)\b)"
)
_CLOCK = (
    r"(?:T?[0-2]?\d[:.][0-5]\d(?:[:.][0-6]\d(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\b\.?)?"
    r"|[01]?\d\s?[AaPp]\.?[Mm]\b\.?|[0-2]\dh[0-5]\d|(?i:noon|midnight)\b)"
)
_WEEKDAY = r"(?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?\b\.?"
_BESIDE = re.compile(
    rf"(?:\s+|[,;|•·/()–—-]|(?i:at|on)\b|(?P<weekday>{_WEEKDAY})|{_CLOCK}(?:\s?{_ZONE})*)*",
    re.ASCII,
)

# The form of ISO 8601 without marks, which agencies and crawlers write.
_BASIC = re.compile(r"(?:1[6-9]|2[01])\d{6}T\d{4}(?:\d\d)?(?:Z|[+-]\d\d:?\d\d)?")
_TIME = re.compile(
    r"(?P<hour>[0-2]?\d)[:.h](?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d))?(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
    r"(?:\s?\(?(?P<zone>[A-Z]{1,5})\b)?(?:\s?(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?)?"
)
# Hours of the zones that letters' headers may name (RFC 5322), and of Europe's.
_ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
}  # fmt: skip

_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_MAIL_TIME = re.compile(r"(?:[A-Za-z]{3},\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d\d:\d\d")

_LABEL = re.compile(
    r"\s*(?:first\s+published|published|posted|publication\s+date|date\s+published|issued|date)"
    r"(?:\s+(?:on|at)\b)?\s*[:|]?\s*",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:last\s+)?(?:updated|modified|edited)(?:\s+(?:on|at)\b)?\s*[:|]?\s*(?P<when>.*)",
    re.IGNORECASE | re.DOTALL,
)
_UPDATED = re.compile(
    r"[\s.,;|(•·–—-]*\b(?:last\s+)?(?:updated|modified|edited)\b.*", re.IGNORECASE | re.DOTALL
)


def latest_day() -> dt.date:
    """The latest day that has begun anywhere on Earth."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)).date()


def parse_date(text: str) -> dt.date | None:
    """The date that `text` is, with a weekday or a time beside it, or None."""
    found = _day_and_rest(text)
    return found[0] if found else None


def _day_and_rest(text: str) -> tuple[dt.date, str] | None:
    """The date that `text` is, and what stands beside it."""
    text = text.strip()
    if len(text) > LONGEST_DATE_LINE:
        return None
    if _BASIC.fullmatch(text):
        try:
            return dt.datetime.fromisoformat(text).date(), ""
        except ValueError:
            return None
    found = list(_written(text))
    if len(found) != 1:
        return None
    match = found[0]
    around = [text[: match.start()], text[match.end() :]]
    beside = [_BESIDE.fullmatch(part) for part in around]
    day = _certain(match)
    if day is None or not all(beside):
        return None
    weekdays = {part["weekday"][:3].lower() for part in beside if part and part["weekday"]}
    return (day, " ".join(around)) if weekdays <= {_DAYS[day.weekday()]} else None


def shown_order(text: str) -> bool | None:
    """Whether a date in figures has its day first: 13.05.2025 has, 05/13/2025 has not.

    None for one that does not show it.
    """
    match = _FIGURES.search(text[:LONGEST_DATE_LINE])
    if not match or (int(match["first"]) > 12) == (int(match["second"]) > 12):
        return None
    return int(match["first"]) > 12


def is_double(text: str) -> bool:
    """Whether a date in figures can be two days, as 03/04/2025 can."""
    match = _FIGURES.search(text[:LONGEST_DATE_LINE])
    return bool(match and match["first"] != match["second"] and _certain(match) is None)


def in_order(text: str, day_first: bool | None) -> str:
    """`text` with a date in figures written as ISO has it; as it is where no order is known."""
    if day_first is None:
        return text
    day, month = ("first", "second") if day_first else ("second", "first")
    return _FIGURES.sub(
        lambda match: f"{match['year']}-{int(match[month]):02}-{int(match[day]):02}", text, count=1
    )


def parse_date_line(line: str) -> tuple[dt.date, bool] | None:
    """The publication date on a line of its own, and whether a label says that it is one.

    "Published: 7 December 2024 | Updated: 8 December 2024" is the seventh. A line
    that says only when the story was updated is None.
    """
    if len(line) > LONGEST_DATE_LINE:
        return None
    label = _LABEL.match(line)
    day = parse_date(_UPDATED.sub("", line[label.end() :] if label else line, count=1))
    return (day, label is not None) if day else None


def parse_moment(text: str) -> dt.datetime | None:
    """The moment in UTC that a time of ISO 8601 or of a letter's header names, or None.

    So does a date line with a time. A time without a zone, or with an unknown one, is
    taken for UTC, and a date alone for its beginning.
    """
    text = text.strip()
    if len(text) > LONGEST_DATE_LINE:
        return None
    try:
        found = (
            dt.datetime.fromisoformat(text)
            if _ISO_TIME.match(text) or _BASIC.fullmatch(text)
            else email.utils.parsedate_to_datetime(text)
            if _MAIL_TIME.match(text)
            else None
        )
    except ValueError:
        return None
    if found is None or found.tzinfo is None:
        day = _day_and_rest(text)
        found = dt.datetime.combine(day[0], _clock(day[1])) if day else found
    if found is None or not 1600 <= found.year < 2200:
        return None
    found = found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    return found.replace(microsecond=0)


def _clock(text: str) -> dt.time:
    """The time of day that stands beside a date, with its zone; its beginning where none does."""
    match = _TIME.search(text)
    hour = int(match["hour"]) if match else 0
    if not match or hour > 23:
        return dt.time()
    if half := match["half"]:
        hour = hour % 12 + 12 * (half in "pP")
    zone = dt.timedelta(hours=_ZONES.get(match["zone"] or "", 0))
    if match["sign"]:
        zone = dt.timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        zone = -zone if match["sign"] == "-" else zone
    known = dt.timezone(zone) if abs(zone) < dt.timedelta(days=1) else dt.UTC
    return dt.time(hour, int(match["minute"]), int(match["second"] or 0), tzinfo=known)


def parse_change(line: str) -> dt.datetime | None:
    """When a date line says that the text was last changed: "Updated: 8 December 2024"."""
    found = _CHANGED.search(line) if len(line) <= LONGEST_DATE_LINE else None
    return parse_moment(found["when"]) if found else None


def find_date(text: str) -> dt.date | None:
    """The only complete date in `text`, which may say other things too, or None."""
    found = list(_written(text))
    return _certain(found[0]) if len(found) == 1 else None


def _written(text: str) -> Iterator[re.Match[str]]:
    for form in _FORMS:
        yield from form.finditer(text)


def _certain(match: re.Match[str]) -> dt.date | None:
    """The one day that a match can mean."""
    parts = match.groupdict()
    year = int(parts["year"])
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        days = {day for day in (_day(year, first, second), _day(year, second, first)) if day}
        return days.pop() if len(days) == 1 else None
    month = parts["month"].lower()
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
    return _day(year, number, int(parts["day"]))


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
