"""Whether two statements are about the same thing, of one time, and from one source."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

from index.duplicates import relation
from index.versions import url_key
from rag.compare.amounts import MEASURES, Amount
from rag.compare.asked import Asked
from rag.compare.statement import (
    Statement,
    published,
)
from rag.compare.stems import is_generic, is_person
from rag.records import Candidate
from rag.text.dates import CALENDAR, Mention
from rag.text.names import missing, names, same_name, split_name
from rag.text.words import fold, stem, words

FRESH = dt.timedelta(days=4)
"""How old the news of a story is at most, when it is of the day."""
FARTHEST = 30
"""Times that one of two figures of the same thing may be the other: police and organisers count
a crowd ten times apart, a ticket and a tunnel differ a millionfold."""
EVENT = dt.timedelta(days=31)
"""How far apart reports of one event's growing count may be."""
Place = tuple[str, int, int]
"""A sentence: its article's id, and where in the article it begins and ends."""
_LOCATED = re.compile(r"\b(?:in|at|near|outside|around|across|inside|of|from)\s+(?:the\s+)?$")
_EDGES = ("begin", "start", "end")
"""Stems that tell one side of an event from another: when it began is not when it was."""
_WEAK = frozenset("last first day week month year time earli late".split())
CUMULATIVE = frozenset(
    "kill injur displac miss homeless arrest detain infect case evacu fled rescu destroy toll damag"
    .split()
)  # fmt: skip
"""Stems of what only grows while an event goes on."""


def place(candidate: Candidate) -> Place:
    """What a sentence is known by."""
    span = candidate.span
    return candidate.passage.stored.card.article_id, span.start, span.end


def about_one_thing(
    one: Statement, other: Statement, asked: Asked, *, loosely: bool = False
) -> bool:
    """True where two statements give the value of the same thing.

    Args:
        one: a statement that bears on the question.
        other: another.
        asked: what the question wants.
        loosely: take headlines and the sentence before into account, and no period.
    """
    if one.kind != other.kind or (one.by, one.rate) != (other.by, other.rate):
        return False
    if one.periods and other.periods and one.periods.isdisjoint(other.periods):
        return False
    shared = one.said & other.said
    if one.kind == "date":
        return _one_event(one, other, asked) and _same_places(one, other, asked)
    if not _same_measure(one, other) or not _same_places(one, other, asked):
        return False
    if not _plausible(one, other) or not asked.equally(one, other):
        return False
    if one.body and one.body == other.body and one.body in asked.common:
        return True
    vague = any(told.thing and is_generic(told.thing) for told in (one, other))
    told_of = shared - one.thing - other.thing if vague else shared
    if vague and len(told_of | (one.names & other.names)) < 2 and shared.isdisjoint(CUMULATIVE):
        return False  # "five people" of a trial may be any five
    content = shared - _WEAK - MEASURES - {stem(name) for name in asked.question.names}
    if content:
        alone = content <= one.thing | other.thing and content.isdisjoint(CUMULATIVE)
        if alone and not loosely:  # two counts of delegates may be of any delegates
            return _named_in_both(one, other, asked)
        return len(shared) >= 2 or not shared.isdisjoint(asked.common | asked.target)
    return loosely and len((one.near & other.near) & (asked.common | asked.target)) >= 2


def _one_event(one: Statement, other: Statement, asked: Asked) -> bool:
    """True where two dated clauses tell of the event asked for, and of the same side of it."""
    event = one.said & other.said & asked.common
    names_ = [name for name in asked.question.names if _in_both(one, other, name)]
    every = len(asked.common) + len(asked.question.names)
    only_one = (one.said ^ other.said) & asked.common
    if len(event) <= len(only_one):  # a bridge was completed in one year and closed in another
        return False
    if not event or len(event) + len(names_) < max(min(2, every), every / 3):
        return False
    if any(
        (word in one.said) != (word in other.said) and word not in asked.common for word in _EDGES
    ):
        return False
    return not _own_news(one, other)


def _own_news(one: Statement, other: Statement) -> bool:
    """True where each story tells the news of its own day, and the days are apart."""
    days_ = [(said.value, published(said.candidate)) for said in (one, other)]
    fresh = [
        isinstance(day, Mention)
        and day.last is not None
        and written is not None
        and abs(written - day.last) <= FRESH
        for day, written in days_
    ]
    before, after = (written for _, written in days_)
    return all(fresh) and before is not None and after is not None and abs(after - before) > FRESH


def _named_in_both(one: Statement, other: Statement, asked: Asked) -> bool:
    return any(_in_both(one, other, name) for name in asked.question.names)


def _in_both(one: Statement, other: Statement, name: str) -> bool:
    return _has(one.names, name) and _has(other.names, name)


def _has(names: Iterable[str], name: str) -> bool:
    return any(same_name(name, other) for other in names)


def _plausible(one: Statement, other: Statement) -> bool:
    """True unless one value is so many times the other that they can hardly mean one thing."""
    a, b = one.value, other.value
    if not (isinstance(a, Amount) and isinstance(b, Amount)):
        return True
    small, large = abs(a.value), abs(b.value)
    if large < small:
        small, large = large, small
    return large <= FARTHEST * max(small, Decimal(1))


def of_one_day(one: Statement, other: Statement, asked: Asked) -> bool:
    """True where two figures can be of the same time: near enough, and no two days named."""
    if one.kind == "date":
        return True
    before, after = published(one.candidate), published(other.candidate)
    if before and after and abs(after - before) > EVENT:
        return False
    return all(
        not (a.first and b.first) or a.overlaps(b) for a in one.days for b in other.days
    ) and all(
        _near(day, written)
        for days, written in ((one.days, after), (other.days, before))
        for day in days
        if written
    )


def same_source(one: Statement, other: Statement) -> bool:
    """True for copies of one story, and for stories of one outlet."""
    return one_source(one.candidate, other.candidate)


def one_source(one: Candidate, other: Candidate) -> bool:
    """True for sentences of one story or its copies, and of one outlet.

    Two of which one may give itself out for the other are not of one source, whatever
    outlet they name.
    """
    a, b = one.passage.stored.card, other.passage.stored.card
    if a.origin == b.origin:
        return True
    return bool(a.publisher and a.publisher == b.publisher) and not rivals(one, other)


def rivals(one: Candidate, other: Candidate) -> bool:
    """True for articles that claim one address, and for one text with other facts."""
    a, b = one.passage.stored.card, other.passage.stored.card
    if a.origin == b.origin:
        return False
    key = url_key(a.url)
    if key is not None and key == url_key(b.url):
        return True
    return relation(one.passage.text, other.passage.text) == "differ"


def vouched(one: Candidate, other: Candidate) -> bool:
    """True where one outlet stands behind both: by name or by host, and neither gainsays it."""
    a, b = one.passage.stored.card, other.passage.stored.card
    hosts = [(url_key(card.url) or "").partition("/")[0] for card in (a, b)]
    named = [fold(card.publisher or "") for card in (a, b)]
    known = [pair for pair in (hosts, named) if all(pair)]
    return bool(known) and all(x == y for x, y in known) and not rivals(one, other)


def of_one_article(one: Statement, other: Statement) -> bool:
    """True where one article gives both."""
    return place(one.candidate)[0] == place(other.candidate)[0]


def contrary(one: Statement, other: Statement) -> bool:
    """True where not both values can be true."""
    a, b = one.value, other.value
    if isinstance(a, Amount) and isinstance(b, Amount):
        return not a.allows(b)
    if isinstance(a, Mention) and isinstance(b, Mention):
        return _different_days(a, b)
    return False


def _different_days(one: Mention, other: Mention) -> bool:
    if one.first and other.first:
        return not one.overlaps(other)
    weekdays = [day.weekday if day.first is None else day.first.weekday() for day in (one, other)]
    single = all(day.first is None or day.first == day.last for day in (one, other))
    return single and None not in weekdays and weekdays[0] != weekdays[1]


def _near(day: Mention, written: dt.date) -> bool:
    if day.first is None or day.last is None:
        return True
    return day.first - EVENT <= written <= day.last + EVENT


def _same_measure(one: Statement, other: Statement) -> bool:
    a, b = one.value, other.value
    if not (isinstance(a, Amount) and isinstance(b, Amount)) or a.unit != b.unit:
        return False
    if not one.thing or not other.thing:
        return True
    if is_generic(one.thing) or is_generic(other.thing):
        return all(is_generic(s.thing) or is_person(s.worded) for s in (one, other)) or (
            bool(one.thing & other.thing)
        )
    return not one.thing.isdisjoint(other.thing) and not _qualified(one.thing ^ other.thing)


def _qualified(different: frozenset[str]) -> bool:
    """True where two counts of one noun differ in more than one word beside it."""
    return len(different) > 1


def _same_places(one: Statement, other: Statement, asked: Asked) -> bool:
    """True unless the clauses are about different places."""
    here, there = _places(one), _places(other)
    if here and there:
        return any(same_name(a, b) for a in here for b in there)
    for named, statement in ((here, other), (there, one)):
        card = statement.candidate.passage.stored.card
        context = words(f"{card.title}\n{statement.candidate.passage.text}")
        if missing([name for name in named if name not in asked.question.names], context):
            return False
    return True


def _places(statement: Statement) -> frozenset[str]:
    """Folded words of the names after "in", "at", "near" in the clause."""
    clause = statement.clause
    return frozenset(
        word
        for name in names(clause)
        if _LOCATED.search(clause[: clause.find(name)])
        for word in split_name(name)
        if word not in CALENDAR
    )
