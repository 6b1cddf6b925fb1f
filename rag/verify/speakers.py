"""Whether a passage gives a statement to the one to whom a sentence gives it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.text.names import same_name
from rag.text.noun_phrases import Source, same_person
from rag.text.speech import OUTLET, Statement, attributions, resolved
from rag.text.tokens import held
from rag.text.words import words

_LEAST = 0.3
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
    statement: Statement, reported: Sequence[tuple[Statement, str]]
) -> list[tuple[Statement, str]]:
    """The reported statements that say the same; all where nothing tells them apart."""
    if not statement.keys:
        return list(reported)
    shares = [len(held(statement.keys, other.keys)) / len(statement.keys) for other, _ in reported]
    least = max(_LEAST, max(shares, default=0.0) * _NEARLY)
    return [pair for pair, share in zip(reported, shares, strict=True) if share >= least]


def _can_be(source: Source, reported: Source, near: str) -> bool:
    """True where a source of the passage can be the one that a sentence names."""
    if reported.name:
        return same_person(source.name, reported.name)
    if reported.pronoun or not reported.noun:
        return True
    return any(same_name(source.name[-1], word) for word in words(near))
