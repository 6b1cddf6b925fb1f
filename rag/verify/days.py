"""Whether a passage carries the days that a sentence names, whatever form they take.

"Saturday" in an article of Sunday 8 December 2024 carries "on 7 December 2024".
A day may be told less exactly than in the passage, never more exactly.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from rag.text.dates import CALENDAR, Mention
from rag.text.dates import mentions as read_mentions
from rag.text.numbers import quantities
from rag.text.words import words

SOME_DAY = dt.date(2000, 7, 3)
"""From which undated articles are reckoned, so that "9 October" equals itself."""
_WEEK = 7
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_TWO_DAYS = re.compile(
    rf"(?:\b(?P<before>{_MONTH}) )?\b(?P<one>\d{{1,2}})(?: ?[-–—] ?| (?:to|and|or|through|until) )"
    rf"(?P<other>\d{{1,2}})\b(?: (?P<after>{_MONTH}))?(?:,? (?P<year>(?:19|20)\d\d))?"
)
_NAMES = frozenset(word for word in CALENDAR if len(word) > 3) - {"march", "sept", "thurs", "tues"}
_MAY = re.compile(r"\b(?:of|in|by|since|until|before|after|from|to|late|early) May\b")
_DAY = re.compile(r"\b[0-3]?\d(?:st|nd|rd|th)?\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
Dated = tuple[str, dt.date | None]
"""A text and the day it was written."""


@lru_cache(maxsize=1024)
def mentions(text: str, written: dt.date | None) -> tuple[Mention, ...]:
    """The days that a text speaks of; passages are asked again and again."""
    return tuple(read_mentions(text, written))


@lru_cache(maxsize=1024)
def _other_days(text: str, written: dt.date) -> tuple[Mention, ...]:
    """The days that share another's month: both of "August 22 to 25" and "7 and 8 December"."""
    found: list[Mention] = []
    for match in _TWO_DAYS.finditer(text):
        month = match["before"] or match["after"]
        year = match["year"] or ""
        if not month:
            continue
        for day in (match["one"], match["other"]):
            found += read_mentions(f"{day} {month} {year}".strip(), written)
    return tuple(found)


def undated(
    sentence: str, passages: Sequence[Dated], published: Sequence[dt.date | None]
) -> list[str]:
    """The days of a sentence that none of the passages speaks of nor was published on."""
    missing = []
    for bare in mentions(sentence, None):
        what = sentence[bare.start : bare.end]
        exact = bool(_DAY.search(what))
        carried = any(
            _carries(day, exact, text, written)
            for text, written in passages
            for day in _at(bare.start, sentence, written or SOME_DAY)
        )
        carried = carried or _length(what, passages)
        if (
            not carried
            and not _bare_year(what, passages)
            and not _on(sentence, bare.start, published)
        ):
            missing.append(what)
    present = {word for text, _ in passages for word in words(text)}
    left = words(without_days(sentence))
    named = [word for word in left if word in _NAMES and word not in present]
    if "may" not in present and _MAY.search(sentence):
        named.append("May")
    return missing + named


def _length(what: str, passages: Sequence[Dated]) -> bool:
    """True for a length of time that a passage gives in another phrase: "the past six years"."""
    spans = [one for one in quantities(what) if one.time]
    return bool(spans) and all(
        any(one.same(other) and other.time for text, _ in passages for other in quantities(text))
        for one in spans
    )


def without_days(text: str, written: dt.date | None = None) -> str:
    """The text with its days blanked, every other character where it was."""
    for day in mentions(text, written):
        text = text[: day.start] + " " * (day.end - day.start) + text[day.end :]
    return text


def _carries(day: Mention, exact: bool, text: str, written: dt.date | None) -> bool:
    theirs = (*mentions(text, written or SOME_DAY), *_other_days(text, written or SOME_DAY))
    if exact and day.first != day.last:
        ends = {end for other in theirs for end in (other.first, other.last)}
        return day.first in ends and day.last in ends
    return any(_within(day, other, written) for other in theirs)


def _within(day: Mention, other: Mention, written: dt.date | None) -> bool:
    """True where the day named says what the other says, or less."""
    if day.weekday is not None and other.weekday is not None:
        return day.weekday == other.weekday
    if other.weekday is not None:
        return _that_weekday(day, other.weekday, written)
    if day.weekday is not None:
        return _that_weekday(other, day.weekday, written)
    if day.first is None or day.last is None or other.first is None or other.last is None:
        return False
    return day.first <= other.first and other.last <= day.last


def _that_weekday(day: Mention, weekday: int, written: dt.date | None) -> bool:
    """True where a day is the last such weekday before the article or the next one after it."""
    if day.first is None or day.last is None or written is None:
        return False
    if day.first == day.last:
        near = abs((day.first - written).days) < _WEEK
        return near and day.first.weekday() == weekday
    back = written - dt.timedelta(days=(written.weekday() - weekday) % _WEEK)
    return day.first <= back <= day.last or day.first <= back + dt.timedelta(_WEEK) <= day.last


def _at(start: int, sentence: str, written: dt.date) -> list[Mention]:
    """What the day that begins at a place is when reckoned from a day of writing."""
    return [day for day in mentions(sentence, written) if day.start == start]


def _on(sentence: str, start: int, published: Sequence[dt.date | None]) -> bool:
    """True where a day of the sentence is the day of publication."""
    for written in filter(None, published):
        if any(day.first == day.last == written for day in _at(start, sentence, written)):
            return True
    return False


def _bare_year(what: str, passages: Sequence[Dated]) -> bool:
    """True for a year by itself that stands in a passage: "the 2020 deal", "2024 as a whole"."""
    years = _YEAR.findall(what)
    rest = re.sub(r"\b(?:in|of|since|until|by|from|before|after|during|the)\b", "", what)
    alone = len(years) == 1 and not _YEAR.sub("", rest).strip()
    return alone and any(years[0] in text for text, _ in passages)
