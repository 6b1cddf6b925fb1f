"""Whether a passage has the days, numbers, names and speakers that a sentence names.

A day may be given less exactly than in the passage, never more exactly: "Saturday" in an article
of Sunday 8 December 2024 carries "on 7 December 2024". A number must stand in the passage as a
value; where the passage gives it of other things, and another number of those that the sentence
counts, the two have been swapped.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from rag.text.dates import CALENDAR, Mention
from rag.text.dates import mentions as read_mentions
from rag.text.names import (
    DAY_OR_MONTH,
    NAME,
    begins_sentence,
    demonym,
    expansions,
    missing,
    same_name,
    split_name,
    without_opener,
)
from rag.text.noun_phrases import Speaker, same_person
from rag.text.numbers import Quantity
from rag.text.numbers import quantities as read_quantities
from rag.text.speech import OUTLET, Attribution, attributions, resolved
from rag.text.tokens import held, lines, tokens
from rag.text.word_classes import SAYING
from rag.text.words import WORD, fold, is_acronym, words

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


# --- numbers -----------------------------------------------------------------------------------

_BREAK = re.compile(r"[,;:()“”\"–—.!?…]\s|\b(?:and|but|while)\b")
"""Where what belongs to one number ends, if not at the next number."""
_PAIR = re.compile(r" of |[-–]\Z")
"""What stands between two numbers that belong together: "97 of the 118", "2-1"."""
Counted = tuple[Quantity, frozenset[str]]
"""A number, and the keys of the words beside it."""


@lru_cache(maxsize=1024)
def quantities(text: str, *, ones: bool = False) -> tuple[Quantity, ...]:
    """The numbers of a text; passages are asked again and again."""
    return tuple(read_quantities(text, ones=ones))


def missing_numbers(sentence: str, passages: Sequence[str]) -> list[str]:
    """The numbers of a sentence that the passages do not give, as the sentence words them."""
    dated = without_days(sentence)
    asked = _counted(dated, ones=False)
    given: list[Sequence[Counted]] = []
    for text in passages if asked else ():
        given += (_counted(line.text) for line in lines(without_days(text)))
        lengths = (_counted(line.text) for line in lines(text))  # "in the past six years"
        given += ([pair for pair in pairs if pair[0].time] for pairs in lengths)
    return [
        sentence[number.start : number.end]
        for number, beside in asked
        if not (number.value == 2 and dated[: number.start].endswith("the "))  # "the two leaders"
        and not _is_year(sentence[number.start : number.end], passages)
        and not any(_gives(line, number, beside) for line in given)
    ]


def _gives(line: Sequence[Counted], number: Quantity, beside: frozenset[str]) -> bool:
    """True where a line gives a number, and no other number of what stands beside it."""
    own = [keys for other, keys in line if number.same(other)]
    others = [
        keys
        for other, keys in line
        if not number.same(other) and (number.unit, number.time) == (other.unit, other.time)
    ]
    return any(
        all(len(held(beside, other - keys)) <= len(held(beside, keys - other)) for other in others)
        for keys in own
    )


@lru_cache(maxsize=4096)
def _counted(text: str, *, ones: bool = True) -> tuple[Counted, ...]:
    """The numbers of a text with the words around them, up to a mark, "and" or the next number.

    What "and three were killed" counts stands by the number before. Two that belong
    together have nothing of their own.
    """
    every = quantities(text, ones=ones)
    ends = [0, *(number.end for number in every)]
    starts = [*(number.start for number in every), len(text)]
    found: list[Counted] = []
    noun = frozenset[str]()
    for at, number in enumerate(every):
        before, after = text[ends[at] : starts[at]], text[ends[at + 1] : starts[at + 1]]
        following = tokens(after)[:1]
        noun = frozenset(token.key for token in following if token.counts) or noun
        near = tokens(_BREAK.split(before)[-1] + " " + _BREAK.split(after, maxsplit=1)[0])
        apart = not _PAIR.match(after) and not (at and _PAIR.match(before))
        keys = noun | {token.key for token in near if token.counts}
        found.append((number, keys if apart else frozenset()))
    return tuple(found)


def _is_year(written: str, passages: Sequence[str]) -> bool:
    """True for a year that the passages have as part of a date."""
    year = re.fullmatch(r"(?:19|20)\d\d", written)
    return bool(year) and any(re.search(rf"\b{written}\b", text) for text in passages)


# --- names -------------------------------------------------------------------------------------

_SUBJECT = re.compile(rf"[’']s\b|\s+(?:{SAYING})\b")
"""What behind the single word that opens a sentence makes a name of it."""


def missing_names(sentence: str, passage: str) -> list[str]:
    """The folded name words of a sentence that the passage does not have in any form.

    Another spelling counts, the people for their country ("Iranian", Iran), and an
    acronym for its expansion or the other way round. "US" is no "us".
    """
    bare = DAY_OR_MONTH.sub(lambda match: "0" * len(match[0]), sentence)
    present = {part for word in words(passage) for part in (word, *word.split("'"))}
    capitals = set(words(" ".join(word for word in WORD.findall(passage) if not word.islower())))
    wanted = dict.fromkeys(
        fold(written).removesuffix("'s")
        for name in _named(bare)
        for written in WORD.findall(name)
        if split_name(written)
        and fold(written).removesuffix("'s") not in (capitals if is_acronym(written) else present)
    )
    if not wanted:
        return []
    meant = expansions(bare)
    spelt = {word for initials in capitals & meant.keys() for word in meant[initials]}
    spelt |= expansions(passage).keys()
    # Only a name is another spelling of one: "said" is none of "Syad".
    others = capitals if any(word[0].isupper() for word in WORD.findall(passage)) else present
    absent = [word for word in wanted if word not in spelt and missing([word], others - {word})]
    return [word for word in absent if not any(demonym(word, other) for other in present)]


def _named(text: str) -> list[str]:
    """The names of a text, but for a single first word that is not the subject of a statement."""
    found = []
    for match in NAME.finditer(text):
        name = match.group()
        if begins_sentence(text, match.start()):
            single = " " not in name and not is_acronym(name)
            name = "" if single and not _SUBJECT.match(text, match.end()) else without_opener(name)
        found.append(name)
    return found


# --- speakers ----------------------------------------------------------------------------------

_LEAST_SHARED = 0.3
"""Share of a statement's words that another must hold before their sources are compared."""
_NEARLY = 0.8
"""Share of the best overlap down to which another statement may be the one that is meant."""


def wrong_speakers(sentence: str, passages: Sequence[str], known: str) -> list[str]:
    """The names in a sentence to whom the passages do not give what it gives them.

    Args:
        sentence: what is to be checked.
        passages: what it cites.
        known: what is known of the articles besides, in words.
    """
    reported = [(said, passage) for passage in passages for said in resolved(passage)]
    outlets = set(words(known))
    wrong = []
    for statement in attributions(sentence):
        source = statement.source
        if not source.name or (source.noun == OUTLET and outlets.issuperset(source.name)):
            continue
        near = _nearest(statement, reported)
        if near and not any(
            _can_be(source, said.source, f"{passage}\n{known}") for said, passage in near
        ):
            wrong.append(" ".join(source.name))
    return wrong


def _nearest(
    statement: Attribution, reported: Sequence[tuple[Attribution, str]]
) -> list[tuple[Attribution, str]]:
    """The reported statements that say the same; all where nothing tells them apart."""
    if not statement.keys:
        return list(reported)
    shares = [len(held(statement.keys, other.keys)) / len(statement.keys) for other, _ in reported]
    least = max(_LEAST_SHARED, max(shares, default=0.0) * _NEARLY)
    return [pair for pair, share in zip(reported, shares, strict=True) if share >= least]


def _can_be(source: Speaker, reported: Speaker, near: str) -> bool:
    """True where a source of the passage can be the one that a sentence names."""
    if reported.name:
        return same_person(source.name, reported.name)
    if reported.pronoun or not reported.noun:
        return True
    return any(same_name(source.name[-1], word) for word in words(near))
