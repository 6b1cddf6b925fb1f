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
from rag.text.words import words

SOME_DAY = dt.date(2000, 7, 3)
"""From which undated articles are reckoned, so that "9 October" equals itself."""
_WEEK = 7
_NAMES = frozenset(word for word in CALENDAR if len(word) > 3) - {"march", "sept", "thurs", "tues"}
"""Months and weekdays that are not also verbs or short forms."""
_DAY = re.compile(r"\b[0-3]?\d(?:st|nd|rd|th)?\b")
_BARE_YEAR = re.compile(
    r"(?:(?:in|of|since|until|by|from|before|after|during|the) )?((?:19|20)\d\d)"
)
Dated = tuple[str, dt.date | None]
"""A text and the day it was written."""


@lru_cache(maxsize=1024)
def mentions(text: str, written: dt.date | None) -> tuple[Mention, ...]:
    """The days that a text speaks of; passages are asked again and again."""
    return tuple(read_mentions(text, written))


def missing_dates(sentence: str, passages: Sequence[Dated]) -> list[str]:
    """The days of a sentence that no passage speaks of nor was published on, as it words them."""
    missing = []
    for day in mentions(sentence, None):
        phrase = sentence[day.start : day.end]
        year = _BARE_YEAR.fullmatch(phrase)
        if not any(
            _carries(_reckoned(day, sentence, written or SOME_DAY), phrase, text, written)
            or (year and year[1] in text)
            for text, written in passages
        ):
            missing.append(phrase)
    present = {word for text, _ in passages for word in words(text)}
    left = words(without_days(sentence))
    return missing + [word for word in left if word in _NAMES and word not in present]


def without_days(text: str) -> str:
    """The text with its days blanked, every other character where it was."""
    for day in mentions(text, None):
        text = text[: day.start] + " " * (day.end - day.start) + text[day.end :]
    return text


def _reckoned(day: Mention, sentence: str, written: dt.date) -> Mention:
    """A mention of a sentence as it is when reckoned from a day of writing."""
    same = (other for other in mentions(sentence, written) if other.start == day.start)
    return next(same, day)


def _carries(day: Mention, phrase: str, text: str, written: dt.date | None) -> bool:
    """True where a text speaks of a day, or was published on it."""
    if written and day.first == day.last == written:
        return True
    others = mentions(text, written or SOME_DAY)
    if _DAY.search(phrase) and day.first != day.last:  # "7 to 9 December"
        ends = {end for other in others for end in (other.first, other.last)}
        return day.first in ends and day.last in ends
    return any(_within(day, other, written) for other in others)


def _within(day: Mention, other: Mention, written: dt.date | None) -> bool:
    """True where the day named says what the other says, or less."""
    if day.weekday is not None and other.weekday is not None:
        return day.weekday == other.weekday
    if other.weekday is not None:
        return _is_weekday(day, other.weekday, written)
    if day.weekday is not None:
        return _is_weekday(other, day.weekday, written)
    if day.first is None or day.last is None or other.first is None or other.last is None:
        return False
    return day.first <= other.first and other.last <= day.last


def _is_weekday(day: Mention, weekday: int, written: dt.date | None) -> bool:
    """True where a day is the last such weekday before the article or the next one after it."""
    if day.first is None or day.last is None or written is None:
        return False
    if day.first == day.last:
        return abs((day.first - written).days) < _WEEK and day.first.weekday() == weekday
    back = written - dt.timedelta(days=(written.weekday() - weekday) % _WEEK)
    return day.first <= back <= day.last or day.first <= back + dt.timedelta(_WEEK) <= day.last
