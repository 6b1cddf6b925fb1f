"""Who says what where stories differ, and how an answer tells it: in the articles' own values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.compare.statement import Kind
from rag.quote import source_line
from rag.records import Candidate
from rag.text.display import nested
from rag.text.words import words
from rag.verify.support import SHORTEST_QUOTATION

_WORD_AFTER = re.compile(r"[^\w.,!?;:]+\w[\w'’-]*")
_ANY_AFTER = re.compile(r"\W+\w[\w'’-]*")
_WORD_BEFORE = re.compile(r"\w[\w.,'’-]*\W*$")


@dataclass(frozen=True, slots=True)
class Side:
    """What one of those who disagree says."""

    candidate: Candidate
    value: str
    """The value as the article words it, a part of the candidate's sentence."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two or more stories that state different things of one matter, best ranked first."""

    about: Kind
    sides: tuple[Side, ...]


def wording(disagreement: Disagreement) -> str:
    """One line for the answer, of the articles' own values, outlets and dates.

    Verbs of saying are left out: they would make speakers of the outlets.
    """
    verb = "has" if disagreement.about == "polarity" else "gives"
    by_article: dict[str, list[str]] = {}
    for side in disagreement.sides:
        said = by_article.setdefault(_source(side.candidate), [])
        value = f"“{nested(_in_context(side))}”"
        if value not in said:
            said.append(value)
    parts = [f"{source} {verb} {' and '.join(said)}" for source, said in by_article.items()]
    return f"The sources differ: {'; '.join(parts)}."


def _in_context(side: Side) -> str:
    """The value with the words around it, as many as make a quotation that is checked verbatim."""
    text = " ".join(side.candidate.text.split())
    start = text.find(" ".join(side.value.split()))
    if start < 0:
        return side.value
    end = start + len(" ".join(side.value.split()))
    while len(words(text[start:end])) < SHORTEST_QUOTATION and (start, end) != (0, len(text)):
        before = _WORD_BEFORE.search(text, 0, start)
        after = _WORD_AFTER.match(text, end) or (None if before else _ANY_AFTER.match(text, end))
        if after:
            end = after.end()
        elif before:
            start = before.start()
        else:
            start, end = 0, len(text)
    return text[start:end]


def _source(candidate: Candidate) -> str:
    """Outlet and day; a comma would run the sides together."""
    outlet, comma, date = source_line(candidate.passage.stored.card).rpartition(", ")
    return f"{outlet} ({date})" if comma else date
