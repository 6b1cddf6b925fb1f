"""Which sentences of a passage a sentence restates, and whether they belong together.

Half of one sentence and half of another make a third that nobody wrote: each of
its words stands in the passage, but no sentence there holds them together. So the
names of a clause must stand in the sentence of the passage that has its other
words, or in one before it to which "he", "it" or "the minister" points back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.dates import CALENDAR
from rag.text.names import looks_common
from rag.text.tokens import Line, Token, held, lines

_QUOTATION = 3
"""Sentences up to which a passage is taken to be restated as a whole."""
_FEWEST = 1
"""Words in the passage, names apart, from which a clause has a sentence of its own there."""
_NEAR = 0.7
"""Share of the best sentence's words down to which another is restated as well."""
_MORE = 2
"""Words beyond the best sentence's from which another is restated as well."""
_LEAST = 0.2
_BACK = 5
"""Sentences before one to which it may point back."""
_SPLIT = re.compile(r"\s*[;:]\s*|,?\s+(?:while|whereas|although|though|but)\s+|,\s+and\s+")
_FINITE = frozenset(
    "is are was were has have had will would could can may might must should do does did said says "
    "told went came took gave made put expects expect wants want plans plan owns holds faces keeps "
    "makes takes gets leaves won met led paid fell rose grew began became cited carried lost held "
    "denies warns adds calls hopes gives lends".split()
)
_LEANS = re.compile(
    r"\b(?:he|she|they|it|his|her|their|its|this|that|these|those|them|him|the)\b", re.IGNORECASE
)


def share(sentence: Line, passages: Sequence[Line]) -> float:
    """The share of a sentence's words that carry meaning which stand in the passages."""
    wanted = sentence.keys
    if not wanted:
        return 1.0
    present = frozenset[str]().union(*(line.keys for line in passages))
    return len(held(wanted, present)) / len(wanted)


def anchors(sentence: Line, passages: Sequence[Line]) -> list[str]:
    """The sentences of the passages that a sentence restates; all of a quotation's few."""
    if len(passages) <= _QUOTATION:
        return [line.text for line in passages]
    return [passages[at].text for at in _restated(sentence.keys, passages)]


def _restated(wanted: frozenset[str], passages: Sequence[Line]) -> list[int]:
    found = sorted(
        ((held(wanted, line.keys), at) for at, line in enumerate(passages)),
        key=lambda one: -len(one[0]),
    )
    best = found[0][0] if found else set()
    if not best or len(best) < _LEAST * len(wanted):
        return []
    kept, covered = [], set[str]()
    for keys, at in found:
        if len(keys) >= _NEAR * len(best) or len(keys - covered) >= _MORE:
            kept.append(at)
            covered |= keys
    return kept


def apart(sentence: Line, passages: Sequence[Sequence[Line]], titles: Sequence[str]) -> str:
    """A clause whose names stand in the passages, but not where its other words do; else nothing.

    Args:
        sentence: one sentence to be checked.
        passages: the sentences of each passage; one does not point back into another.
        titles: headlines, whose names an article's sentences may leave out.
    """
    if sum(len(one) for one in passages) < 2:
        return ""
    every = [(one, at) for one in passages for at in range(len(one))]
    named = _everywhere([one[at] for one, at in every])
    known = frozenset[str]().union(*(line.keys for title in titles for line in lines(title)))
    for clause in _SPLIT.split(sentence.text):
        for line in lines(clause):
            subject, *predicates = _parts(line)
            for predicate in predicates:
                names = _names((*subject, *predicate), named)
                rest = _keys(predicate) - names or _keys(predicate)
                if _mismatched(names | _figures(subject), rest, every, known):
                    return clause
    return ""


def _mismatched(
    names: frozenset[str],
    rest: frozenset[str],
    every: Sequence[tuple[Sequence[Line], int]],
    known: frozenset[str],
) -> bool:
    """True where a name stands in the passages, but not where the rest of its clause does."""
    flat = [one[at] for one, at in every]
    near = _restated(rest, flat)
    if not names or not near or len(held(rest, flat[near[0]].keys)) < _FEWEST:
        return False
    reach = frozenset[str]().union(*(_reach(*every[at]) for at in near))
    for line in flat:
        if held(rest - held(rest, reach), line.keys):
            reach |= line.keys
    lost = names - held(names, reach)
    if lost and not any(len(_names(flat[at].tokens, names)) for at in near):
        lost -= held(lost, known)
    return bool(held(lost, frozenset[str]().union(*(line.keys for line in flat))))


def _parts(clause: Line) -> list[tuple[Token, ...]]:
    """The subject of a clause and what is said of it, as far as the forms of verbs tell."""
    every = clause.tokens
    verbs = [at for at, token in enumerate(every) if at and _finite(token)]
    if not verbs:
        return [(), every]
    starts = [verbs[0], *(at for at in verbs[1:] if every[at - 1].word == "and")]
    ends = [*starts[1:], len(every)]
    return [every[: starts[0]], *(every[a:b] for a, b in zip(starts, ends, strict=True))]


def _figures(subject: Sequence[Token]) -> frozenset[str]:
    """The keys of a subject's numbers: "18,500 claims" did not do what others did."""
    return frozenset(token.key for token in subject if token.word.isdigit() and token.counts)


def _finite(token: Token) -> bool:
    return token.word in _FINITE or (token.word.endswith("ed") and not token.capital)


def _keys(part: Sequence[Token]) -> frozenset[str]:
    return frozenset(token.key for token in part if token.counts and token.word not in CALENDAR)


def _reach(passage: Sequence[Line], at: int) -> frozenset[str]:
    """The keys of a sentence and of those before it that it points back to."""
    if len(passage) <= _QUOTATION:
        return frozenset[str]().union(*(line.keys for line in passage))
    first = max(0, at - _BACK) if _LEANS.search(passage[at].text) else at
    return frozenset[str]().union(*(line.keys for line in passage[first : at + 1]))


def _everywhere(passage: Sequence[Line]) -> frozenset[str]:
    """The keys that the passages write with a capital inside a sentence."""
    return frozenset(
        token.key
        for line in passage
        for at, token in enumerate(line.tokens)
        if at and token.capital and token.counts
    )


def _names(part: Sequence[Token], named: frozenset[str]) -> frozenset[str]:
    """The keys of the capitalised words; of the first only where it is a name elsewhere."""
    return frozenset(
        token.key
        for at, token in enumerate(part)
        if token.capital
        and token.counts
        and token.word not in CALENDAR
        and (
            at > 0
            or token.key in named
            or not looks_common(token.word)
            or (len(part) > 1 and part[1].capital)
        )
    )
