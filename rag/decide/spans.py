"""The spans of a text that are the kind of thing a question asks for.

A question for a person or a place is answered by a name that it does not say
itself, one for a number by a quantity with its unit, one for a time by a day, a
year or a span of time. Questions of other kinds have no such spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.records import Span
from rag.compare.statements import common_stems
from rag.request.question import Question
from rag.text.dates import CALENDAR, mentions
from rag.text.names import NAME, missing, name_words, split_name
from rag.text.numbers import Quantity, quantities
from rag.text.wordorder import Asked
from rag.text.words import STOPWORDS, fold, stem, words

TYPED = ("person", "place", "number", "time")
"""Kinds of question whose answers are such spans."""
_HEDGE = re.compile(
    r"\b(?:about|around|nearly|almost|some|roughly|approximately|more than|less than|fewer than"
    r"|at least|at most|up to|as many as|over|under|just under|just over|only)\s+$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[\s-]?(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|kilomet(?:re|er)s?"
    r"|met(?:re|er)s?|miles?|feet|foot|acres?|hectares?|km|kg|tonnes?|tons?|degrees?|points?)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_SEASON = re.compile(
    r"\b(?:(?:early|mid|late)[ -])?(?:spring|summer|autumn|fall|winter"
    r"|(?:first|second|third|fourth|last) (?:quarter|half))(?: of)? (?:1\d|20)\d\d\b",
    re.IGNORECASE,
)
_CENTURY = re.compile(
    r"\b(?:(?:early|mid|late)[ -])?(?:\d{1,2}(?:st|nd|rd|th)|\w+th|\w+-first)[ -]"
    r"centur(?:y|ies)(?: BCE?)?\b|\b(?:(?:early|mid|late)[ -])?(?:1\d|20)\d0s\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b\.?|\b(?:[01]?\d|2[0-3]):[0-5]\d\b|\b(?:noon|midnight)\b",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"(?P<before>[^.!?;]*?)\b(?:am|is|are|was|were|be|been|being|gets?|got)\s+(?:\w+ly\s+|also\s+"
    r"|not\s+)?(?P<verb>\w+)\b",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s?[–—-]\s?|\s(?:to|and|until)\s")
_NO_NAMES = CALENDAR | STOPWORDS | {"two", "three", "four", "five", "six", "many", "together"}
"""Words with a capital letter that name nobody."""
_LASTING = re.compile(r"\b(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?)\b", re.I)
_VICTIMS = common_stems("killed injured")
_OF_TIME = re.compile(
    r"\b(?:long|old|ages?|time|years?|months?|weeks?|days?|hours?|minutes?|seconds?|duration|far"
    r"|fast|terms?|sentences?)\b",
    re.IGNORECASE,
)
"""Words of a question whose number may be a span of time."""
_OPENS = re.compile(
    r"^(?:on|in|by|since|until|before|after|of|from|during|the|last|early)\s+", re.I
)


def typed(question: Question, text: str) -> list[Span]:
    """Where a text holds the kind of thing asked for; empty for questions of other kinds.

    Spans that the question says itself are left out. They may overlap: "France and
    Spain" stands beside "France" and "Spain".
    """
    if question.asks in ("person", "place"):
        found = list(_names(question, text))
    elif question.asks == "number":
        found = list(_numbers(question, text))
        found += _joined(found, text)
    elif question.asks == "time":
        found = list(_times(question, text))
        found += _joined(found, text)
    else:
        found = []
    return list(dict.fromkeys(found))


def _names(question: Question, text: str) -> Iterator[Span]:
    asked = set(words(question.text))
    suffering = _suffering(question, text)
    for match in NAME.finditer(text):
        for start, end in _parts(match):
            own = [word for word in split_name(text[start:end]) if word not in _NO_NAMES]
            acted_on = any(one.start <= start and end <= one.end for one in suffering)
            if own and not set(own) <= asked and not acted_on:
                yield Span(start, end)


def _suffering(question: Question, text: str) -> list[Span]:
    """Where a text names whom something was done to, when the question asks who did it.

    "Who stabbed the mayor?" is not answered by the name before "was stabbed".
    """
    asked = Asked.read(question.text)
    if asked.auxiliary or asked.asks.casefold() != "who" or not asked.verb:
        return []
    doing = stem(fold(asked.verb))
    return [
        Span(match.start("before"), match.end("before"))
        for match in _PASSIVE.finditer(text)
        if stem(fold(match["verb"])) == doing
    ]


def _parts(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A run of names whole, each of those that an "and" joins, and each without its title."""
    name = match.group()
    joints = [(m.start(), m.end()) for m in re.finditer(r"\s+and\s+", name)]
    pieces = [(0, len(name))]
    if joints:
        starts = [0, *(end for _, end in joints)]
        ends = [*(start for start, _ in joints), len(name)]
        pieces += list(zip(starts, ends, strict=True))
    for start, end in pieces:
        piece = re.sub(r"['’]s?$", "", name[start:end])
        at = match.start() + start
        yield at, at + len(piece)
        if len(piece.split()) > 2:
            last_two = re.search(r"\S+\s+\S+$", piece)
            if last_two:
                yield at + last_two.start(), at + len(piece)


def _numbers(question: Question, text: str) -> Iterator[Span]:
    for one in _counts(question, text):
        if any(one.same(asked) for asked in question.numbers) or one.unit == "ordinal":
            continue
        unit = _UNIT.match(text, one.end)
        yield Span(one.start, unit.end() if unit else one.end)


def _counts(question: Question, text: str) -> list[Quantity]:
    """The quantities of a text that can be what is asked for.

    Spans of time count only where the question asks for one, and of the dead and the hurt
    only a sentence that speaks of any tells how many there are.
    """
    found = quantities(text)
    if question.asks != "number" or not found:
        return found
    if not _VICTIMS & common_stems(question.text) <= common_stems(text):
        return []
    if _OF_TIME.search(question.text):
        return found
    units = ((one, _UNIT.match(text, one.end)) for one in found)
    return [one for one, unit in units if not (unit and _LASTING.search(unit.group()))]


def _times(question: Question, text: str) -> Iterator[Span]:
    said = fold(question.text)
    for mention in mentions(text, None):
        opening = _OPENS.match(text[mention.start : mention.end])
        start = mention.start + (opening.end() if opening else 0)
        if start < mention.end and fold(text[start : mention.end]) not in said:
            yield Span(start, mention.end)
    for pattern in (_SEASON, _CENTURY, _CLOCK, _YEAR):
        for match in pattern.finditer(text):
            if fold(match.group()) not in said:
                yield Span(*match.span())
    for one in quantities(text):
        unit = _UNIT.match(text, one.end)
        if unit and _LASTING.search(unit.group()):
            yield Span(one.start, unit.end())


def _joined(found: Sequence[Span], text: str) -> list[Span]:
    """Two spans with nothing but a joint between them: "1754–1763", "three years and a day"."""
    return [
        Span(one.start, other.end)
        for one in found
        for other in found
        if one.end < other.start and _JOINT.fullmatch(text[one.end : other.start])
    ]


def offers(question: Question, text: str) -> bool:
    """True where a text holds the kind of thing asked for, beyond what the question says itself."""
    if question.asks in ("person", "place"):
        return bool(missing(name_words(text), words(question.text)))
    if question.asks in ("number", "time"):
        asked = question.numbers
        return any(not any(q.same(one) for one in asked) for q in _counts(question, text)) or (
            question.asks == "time" and _names_a_day(text)
        )
    return True


def offers_within(question: Question, text: str) -> bool:
    """True where a text surely does: a capital letter that only opens it tells of no name."""
    if question.asks in ("person", "place"):
        found = [(one, text[one.start : one.end]) for one in _names(question, text)]
        return any(one.start > 0 or len(name.split()) > 1 for one, name in found)
    return offers(question, text)


def in_the_unit_asked_for(question: Question, text: str) -> bool:
    """True where a number asked for is given as what it must be: money, a share or a count."""
    if question.asks == "time":
        return bool(mentions(text, None))
    if question.asks != "number":
        return False
    units = {one.unit for one in _counts(question, text)} - {"ordinal", "vague"}
    if _MONEY.search(question.text):
        return bool(units - {"", "percent"})
    if _SHARE.search(question.text):
        return "percent" in units
    return "" in units


_MONEY = re.compile(
    r"\b(?:costs?|price|revenue|profit|loss|money|pay|paid|pays|worth|saves?|bill|budget|spend|spent"
    r"|fine|debt|salary|wage|fee)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?:share|percent(?:age)?|per cent|rate|turnout|proportion)\b", re.IGNORECASE
)


def _names_a_day(text: str) -> bool:
    return not _DAYS.isdisjoint(words(text))


_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow january "
    "february march april may june july august september october november december spring "
    "summer autumn winter century".split()
)


def with_hedge(text: str, span: Span) -> Span:
    """The span with the "about" or "more than" before it, without which it would say more."""
    hedge = _HEDGE.search(text[: span.start])
    return Span(hedge.start(), span.end) if hedge else span
