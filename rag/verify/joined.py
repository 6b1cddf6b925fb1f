"""Finds the sentences of a passage that a sentence restates, and whether they belong together.

Half of one sentence and half of another make a third that nobody wrote: each of its
words stands in the passage, but no sentence there holds them together. So the names
of a sentence must stand in the one of the passage that has its other words, or
shortly before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.text.dates import CALENDAR
from rag.text.tokens import IRREGULAR, Token, TokenLine, held, lines, union
from rag.text.word_classes import AUXILIARIES

_FEW = 3
"""Sentences up to which a passage is taken to be restated as a whole."""
_NEAR = 0.7
"""Share of the best sentence's words down to which another is restated as well."""
_MORE = 2
"""Words beyond the best sentence's from which another is restated as well."""
_LEAST = 0.2
"""Share of a sentence's words that the one which it restates has to hold."""
_BACK = 5
"""Sentences before one to which "he" or "the minister" may point back."""


def share(sentence: TokenLine, passage: Sequence[TokenLine]) -> float:
    """The share of a sentence's words that carry meaning which stand in a passage, 0 to 1."""
    wanted = sentence.keys
    return len(held(wanted, union(passage))) / len(wanted) if wanted else 1.0


def restated(sentence: TokenLine, passage: Sequence[TokenLine]) -> list[TokenLine]:
    """The sentences of a passage that a sentence restates; all where they are few."""
    return list(passage) if len(passage) <= _FEW else _nearest(sentence.keys, passage)


def _nearest(wanted: frozenset[str], passage: Sequence[TokenLine]) -> list[TokenLine]:
    """The sentences that hold most of some keys, and those that add to what these hold."""
    by_share = sorted(
        ((held(wanted, line.keys), line) for line in passage), key=lambda pair: -len(pair[0])
    )
    best = by_share[0][0] if by_share else set()
    if not best or len(best) < _LEAST * len(wanted):
        return []
    kept, covered = [], set[str]()
    for keys, line in by_share:
        if len(keys) >= _NEAR * len(best) or len(keys - covered) >= _MORE:
            kept.append(line)
            covered |= keys
    return kept


def is_joined(
    sentence: TokenLine, passages: Sequence[Sequence[TokenLine]], titles: Sequence[str]
) -> bool:
    """True where the names of a sentence stand in the passages, but not where the rest does.

    Args:
        sentence: one sentence to be checked.
        passages: the sentences of each passage.
        titles: headlines, whose names an article's sentences may leave out.
    """
    every = sentence.tokens
    verb = next((at for at, token in enumerate(every) if at and _is_finite(token)), 0)
    # "18,500 claims" did not do what others did.
    figures = {token.key for token in every[:verb] if token.word.isdigit() and token.counts}
    names = _names(every) | figures
    near = _nearest(_keys(every[verb:]), [line for passage in passages for line in passage])
    if not names or not near:
        return False
    reach = union(
        line
        for passage in passages
        for at, restated_line in enumerate(passage)
        if restated_line in near
        for line in (passage if len(passage) <= _FEW else passage[max(0, at - _BACK) : at + 1])
    )
    lost = names - held(names, reach)
    if not any(_names(line.tokens[1:]) for line in near):
        lost -= held(lost, union(line for title in titles for line in lines(title)))
    return bool(held(lost, union(line for passage in passages for line in passage)))


def _is_finite(token: Token) -> bool:
    """True for a word that looks like a verb with a subject: "is", "took", "wanted"."""
    verb = token.word in AUXILIARIES or token.word in IRREGULAR or token.word.endswith("ed")
    return verb and not token.capital


def _keys(part: Sequence[Token]) -> frozenset[str]:
    return frozenset(token.key for token in part if token.counts and token.word not in CALENDAR)


def _names(part: Sequence[Token]) -> frozenset[str]:
    """The keys of the capitalised words, days and months apart."""
    return _keys([token for token in part if token.capital])
