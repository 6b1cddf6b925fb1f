"""Where stories disagree, and which values a later story replaces.

Two statements are compared only when they are about the same thing: both bear on the
question, they share what is counted, the period and the places, and what their
clauses say. Then a different value is one of three things. A later report with words
of correction, from the same outlet, or of a count that grew, *supersedes*. Another
origin that says otherwise is a *disagreement*. Anything less certain is neither: a
missed disagreement costs a remark, an invented one misleads.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.disagreement.asked import Asked
from rag.disagreement.contradicting import contradictions
from rag.disagreement.propositions import statements
from rag.disagreement.sameness import (
    DEPTH,
    about_one_thing,
    contrary,
    of_one_article,
    of_one_day,
    place,
    same_source,
)
from rag.disagreement.sides import Disagreement, Side
from rag.disagreement.statement import (
    Statement,
)
from rag.disagreement.superseding import superseded
from rag.evidence.weighing import Candidate
from rag.questions.question import Question

SIDES = 3
"""Values that one disagreement names at most."""


def conflicts(question: Question, candidates: Sequence[Candidate]) -> list[Disagreement]:
    """Where origins disagree on what the question asks; at most one of each kind.

    Args:
        question: the question, read.
        candidates: sentences, best first; `DEPTH` of them are compared.
    """
    asked = Asked.of(question)
    old = superseded(question, candidates)
    current = [one for one in candidates[:DEPTH] if place(one) not in old]
    told = [one for c in current for one in statements(c) if asked.bears(one) and not one.former]
    found = []
    for kind in asked.kinds:
        sides = _opposed([one for one in told if one.kind == kind], asked)
        if len({side.candidate.passage.stored.card.origin for side in sides}) > 1:
            found.append(Disagreement(kind, tuple(Side(s.candidate, s.worded) for s in sides)))
    if question.asks == "polarity":
        found += [Disagreement("polarity", sides) for sides in contradictions(asked, current)]
    return found


def _opposed(told: Sequence[Statement], asked: Asked) -> list[Statement]:
    """The best ranked values that exclude one another, from as many sources; or none."""
    for at, first in enumerate(told):
        sides = [first]
        for other in told[at + 1 :]:
            if len(sides) < SIDES and all(_oppose(other, side, asked) for side in sides):
                sides.append(other)
        if len(sides) > 1:
            return sides
    return []


def _oppose(one: Statement, other: Statement, asked: Asked) -> bool:
    if not contrary(one, other) or not about_one_thing(one, other, asked):
        return False
    if of_one_article(one, other):
        return one.voice != other.voice and bool(one.voice and other.voice)
    return not same_source(one, other) and of_one_day(one, other, asked)
