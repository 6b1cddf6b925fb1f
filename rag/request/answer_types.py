"""The words of a text that are of the kind that a question asks for.

A question for a person or a place is answered by a name, one for a number by a quantity, one for
a time by a day or a length of time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.records import Span
from rag.request.question import Question
from rag.text.dates import CALENDAR, mentions
from rag.text.names import names, split_name
from rag.text.numbers import quantities
from rag.text.words import counted, fold, words

TYPED = ("person", "place", "number", "time")
"""Kinds of question whose answers are such words."""
_COUNTED = re.compile(r"\bhow many (?:[\w'’-]+ )??([\w-]+s)\b")
"""The plural that a question counts."""
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


def typed(question: Question, text: str) -> list[Span]:
    """Where a text holds the kind of thing asked for, beyond what the question says itself.

    Empty for questions of other kinds.
    """
    return list(_found(question, text)) if question.asks in TYPED else []


def speaks_of_counted(question: Question, text: str) -> bool:
    """False where a question asks how many homes, and the text does not speak of homes."""
    of = _COUNTED.search(question.text.lower())
    return not of or counted(of[1]) in map(counted, words(text))


def _found(question: Question, text: str) -> Iterator[Span]:
    said = CALENDAR.union(words(question.text))
    if question.asks in ("person", "place"):
        end = 0
        for name in names(text):
            start = text.index(name, end)
            end = start + len(name)
            if set(split_name(name)) - said:
                yield Span(start, end)
        return
    for quantity in quantities(text):
        if quantity.unit != "ordinal" and not any(
            quantity.same(asked) for asked in question.numbers
        ):
            yield Span(quantity.start, quantity.end)
    if question.asks == "time":
        for day in mentions(text, None):
            yield Span(day.start, day.end)
        for year in _YEAR.finditer(text):
            if fold(year.group()) not in said:
                yield Span(*year.span())
