"""Whether a passage gives a statement to the one to whom a sentence gives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.text.names import same_name
from rag.text.noun_phrases import Source, same_person
from rag.text.speech import OUTLET, Statement, resolved, statements
from rag.text.tokens import Line, held
from rag.text.words import words

_LEAST = 0.3
"""Share of a statement's words that another must hold before their sources are compared."""
_NEARLY = 0.8
"""Share of the best overlap down to which another statement may be the one that is meant."""


def wrong_speakers(sentence: Line, passages: Iterable[str], known: str) -> list[Source]:
    """The sources in a sentence to whom the passages do not give what it gives them.

    Args:
        sentence: one sentence to be checked.
        passages: what it cites.
        known: what is known of the articles besides, in words.
    """
    reported = [(one, passage) for passage in passages for one in resolved(passage)]
    wrong = []
    for statement in statements(sentence):
        source = statement.source
        outlet = source.noun == OUTLET and set(source.name) <= set(words(known))
        if not source.name or outlet:
            continue
        near = _nearest(statement, reported)
        if near and not any(
            _can_be(source, one.source, f"{passage}\n{known}") for one, passage in near
        ):
            wrong.append(source)
    return wrong


def _nearest(
    statement: Statement, reported: Sequence[tuple[Statement, str]]
) -> list[tuple[Statement, str]]:
    """The reported statements that say the same; all where nothing tells them apart."""
    if not statement.keys:
        return list(reported)
    shares = [len(held(statement.keys, one.keys)) / len(statement.keys) for one, _ in reported]
    least = max(_LEAST, max(shares, default=0.0) * _NEARLY)
    return [one for one, share in zip(reported, shares, strict=True) if share >= least]


def _can_be(source: Source, reported: Source, near: str) -> bool:
    """True where a source of the passage can be the one that a sentence names."""
    if reported.name:
        return same_person(source.name, reported.name)
    if reported.pronoun or not reported.noun:
        return True
    return any(same_name(source.name[-1], word) for word in words(near))
