"""Where one sentence affirms what another negates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.compare.asked import Asked
from rag.compare.assertions import Assertion, assertions
from rag.compare.sameness import (
    Place,
    one_source,
    place,
)
from rag.compare.sides import Side
from rag.compare.statement import (
    just_read,
    published,
)
from rag.records import Candidate
from rag.text.names import missing
from rag.text.words import words


def contradictions(
    asked: Asked, first: Sequence[Candidate], candidates: Sequence[Candidate]
) -> Iterable[tuple[Side, ...]]:
    """The best ranked pair of which one affirms what the other negates, if any.

    Args:
        asked: what the question wants.
        first: where one of the two has to stand.
        candidates: where the other may stand.
    """
    said = _assertions(asked, candidates)
    for one, here in _assertions(asked, first):
        for other, there in said:
            if not one_source(one, other) and _negates(here, there, asked, (one, other)):
                return [(Side(one, here.text), Side(other, there.text))]
    return []


def reversed_states(asked: Asked, candidates: Sequence[Candidate]) -> dict[Place, Candidate]:
    """What had "not yet" happened and has, by a later report."""
    if asked.question.asks != "polarity":
        return {}
    said = _assertions(asked, candidates)
    found = {}
    for one, old in said:
        for other, new in said:
            before, after = published(one), published(other)
            later = before is not None and after is not None and before < after
            if later and old.yet and old.negated and _negates(old, new, asked, (one, other)):
                found[place(one)] = other
    return found


def _assertions(asked: Asked, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Assertion]]:
    return [
        (candidate, one)
        for candidate in candidates
        if asked.in_context(candidate)
        for one in assertions(candidate.text)
        if asked.modal or not one.modal
    ]


def _negates(
    one: Assertion, other: Assertion, asked: Asked, told: tuple[Candidate, Candidate]
) -> bool:
    """True where one affirms what the other negates, in clauses that share what is asked."""
    negated = (one.negated & other.affirmed) | (other.negated & one.affirmed)
    if negated.isdisjoint(asked.common) or one.negated & other.negated & asked.common:
        return False
    both = one.near & other.near & asked.common
    here, there = (words(just_read(candidate)) for candidate in told)
    wanted = asked.question.names
    names = [name for name in wanted if not missing([name], here) and not missing([name], there)]
    return len(both) + len(names) >= min(2, len(asked.common) + len(asked.question.names))
