"""The language of the archive's own search, read into a tree.

    council flood            articles with both words, in any form
    "flood barrier"          just these words, in a row
    displac*                 words that begin so
    ferry OR bridge, ferry AND bridge, ferry NOT bridge, (ferry OR bridge) storm
    title:storm  author:hart  outlet:"Northern Wire"  after:2024-12-01  before:2024-12-31

AND binds closer than OR. Small words such as "the" count only where nothing else is asked for.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from index.errors import BadRequest
from rag.text.words import QUOTE_MARKS, STOPWORDS, WORD, fold, is_acronym

LONGEST = 1000
"""Characters of a query."""
DEEPEST = 20
"""Brackets inside one another."""
SHORTEST_START = 2
"""Letters before a *."""
EXAMPLES = {
    "author": "author:hart", "outlet": 'outlet:"Northern Wire"', "title": "title:storm",
    "after": "after:2024-12-01", "before": "before:2024-12-31",
}  # fmt: skip
"""For each field a query that works."""
_OPERATORS = ("AND", "OR", "NOT")
_DOUBLE = str.maketrans({chr(mark): '"' for mark, plain in QUOTE_MARKS.items() if plain == '"'})
_TOKEN = re.compile(r'"[^"]*"|[()]|[A-Za-z]+:(?=\s*["\w])|[^\s()"]+')
_OF_USE = re.compile(r"[^\W_]|[()*]")
_EDGES = ".,;:!?'’‘…-–—"
_IN_BRACKETS = "(ferry OR bridge) storm"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand in a row, in any form."""

    words: str
    exact: bool = False
    """Only as they are written."""
    starts: bool = False
    """The last one may go on."""
    field: str = ""
    """"author", "outlet" or "title", where they must stand there."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days of publication, both included; None where there is no limit."""

    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of which all must be so, or any, or, of the only one there is, none."""

    how: Literal["all", "any", "none"]
    parts: tuple[Node, ...]


Node = Term | Days | Group


def parse(text: str) -> Node:
    """A query as a tree.

    Raises:
        BadRequest: it cannot be read; the message says why, and gives a query that can.
    """
    if len(text) > LONGEST:
        raise _wrong(f"The search has {len(text):,} characters, and {LONGEST:,} are the most")
    text = unicodedata.normalize("NFKC", text).translate(_DOUBLE)
    if text.count('"') % 2:
        raise _wrong("A quotation mark is left open", '"flood barrier"')
    return _Parser([token for token in _TOKEN.findall(text) if _OF_USE.search(token)]).parse()


def terms(node: Node) -> list[Term]:
    """The terms that an article may be found by, in order: none behind a NOT."""
    if isinstance(node, Group) and node.how != "none":
        return [term for part in node.parts for term in terms(part)]
    return [node] if isinstance(node, Term) else []


class _Parser:
    """Reads tokens from left to right; each method is a level of the grammar."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._depth = 0

    def parse(self) -> Node:
        if not self._tokens:
            raise _wrong("There is no word to look for")
        node = self._any()
        if self._tokens:
            raise _wrong("A bracket is closed that was not opened", _IN_BRACKETS)
        return node

    def _any(self) -> Node:
        parts = [self._all()]
        while self._took("OR"):
            parts.append(self._all("OR"))
        return parts[0] if len(parts) == 1 else Group("any", tuple(parts))

    def _all(self, operator: str = "") -> Node:
        parts = [self._one(operator)]
        while self._tokens and self._tokens[0] not in ("OR", ")"):
            parts.append(self._one("AND" if self._took("AND") else ""))
        parts = [part for part in parts if not _is_small(part)] or parts
        return parts[0] if len(parts) == 1 else Group("all", tuple(parts))

    def _one(self, operator: str) -> Node:
        token = self._tokens.pop(0) if self._tokens else ""
        if token == "NOT":
            return Group("none", (self._one("NOT"),))
        if token in ("AND", "OR") or (operator and token in ("", ")")):
            lonely = token if token in _OPERATORS else operator
            raise _wrong(f"{lonely} has no word on one side", f"ferry {lonely} bridge")
        if token in ("", ")"):
            raise _wrong("A bracket holds nothing, or is closed without being opened", _IN_BRACKETS)
        if token == "(":
            return self._bracket()
        if token[:-1].isalpha() and token.endswith(":"):
            return self._field(token[:-1].lower())
        return _term(token)

    def _bracket(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _wrong(f"More than {DEEPEST} brackets stand inside one another", _IN_BRACKETS)
        node = self._any()
        if not self._took(")"):
            raise _wrong("A bracket is left open", _IN_BRACKETS)
        self._depth -= 1
        return node

    def _field(self, field: str) -> Node:
        if field not in EXAMPLES:
            if near := get_close_matches(field, EXAMPLES, 1, 0.7):
                raise _wrong(f"There is no field “{field}:”", EXAMPLES[near[0]])
            return _term(field)
        if not self._tokens or self._tokens[0] in ("(", ")", *_OPERATORS):
            raise _wrong(f"{field}: has no word or phrase behind it", EXAMPLES[field])
        value = self._tokens.pop(0)
        if field in ("after", "before"):
            return _days(field, value.strip('"'))
        return replace(_term(value), field=field)

    def _took(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        self._tokens.pop(0)
        return True


def _term(token: str) -> Term:
    if token.startswith('"'):
        return Term(token.strip('"'), exact=True)
    word = token.strip(_EDGES)
    start = word.removesuffix("*")
    if "*" in start or (start != word and len(start) < SHORTEST_START):
        least = f"{SHORTEST_START} letters or more"
        raise _wrong(f"A * stands only at the end of a word, behind {least}", "displac*")
    return Term(start, starts=start != word)


def _days(field: str, written: str) -> Days:
    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        raise _wrong(f"{field}: wants a day, and “{written}” is none", EXAMPLES[field]) from None
    return Days(first=day) if field == "after" else Days(last=day)


def _is_small(node: Node) -> bool:
    """True for words such as "the", which stand everywhere."""
    return (
        isinstance(node, Term)
        and not (node.exact or node.starts or node.field)
        and all(
            fold(word) in STOPWORDS and not is_acronym(word) for word in WORD.findall(node.words)
        )
    )


def _wrong(why: str, example: str = 'council "flood barrier" after:2024-12-01') -> BadRequest:
    return BadRequest(f"{why}. A search that works: {example}")
