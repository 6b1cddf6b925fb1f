"""Where stories disagree, and which values a later story replaces.

Two statements are compared only when they are about the same thing: both bear on the
question, they share what is counted, the period and the places, and what their
clauses say. Then a different value is one of three things. A later report with words
of correction, from the same outlet, or of a count that grew, *supersedes*. Another
origin that says otherwise is a *disagreement*. Anything less certain is neither: a
missed disagreement costs a remark, an invented one misleads.

What the answer quotes is compared with all that the articles found say, to their ends. Where
it quotes no such value, the best ranked that was read stands for it.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import combinations

from index.protocols import View
from rag.compare.around import read_on
from rag.compare.asked import Asked
from rag.compare.contradicting import contradictions
from rag.compare.propositions import statements
from rag.compare.sameness import (
    Place,
    about_one_thing,
    contrary,
    of_one_article,
    of_one_day,
    place,
    rivals,
    same_source,
)
from rag.compare.sides import Disagreement, Side
from rag.compare.statement import (
    Kind,
    Statement,
)
from rag.compare.superseding import replaced
from rag.records import Candidate, Draft
from rag.request.answer_types import TYPED, typed
from rag.request.question import Question

SIDES = 3
"""Values that one disagreement names at most."""


def disagreements(
    index: View,
    question: Question,
    candidates: Sequence[Candidate],
    drafts: Sequence[Draft],
) -> list[Disagreement]:
    """Where other origins say otherwise than the answer does, in any part of what was found.

    Args:
        index: where the candidates came from; their articles are read to the end.
        question: the question, read.
        candidates: sentences, best first.
        drafts: what the answer quotes.
    """
    if not (Asked.of(question).kinds or question.asks == "polarity"):
        return impersonations(question, candidates, drafts)
    passages = {one.passage.stored.chunk_id: one.passage for one in candidates}
    further = read_on(index, list(passages.values()))
    quoted = {place(one) for one in candidates if any(_quotes(draft, one) for draft in drafts)}
    found = conflicts(question, candidates, further, quoted)
    return found or impersonations(question, candidates, drafts)


def impersonations(
    question: Question, candidates: Sequence[Candidate], drafts: Sequence[Draft]
) -> list[Disagreement]:
    """Where the answer quotes two of which one may give itself out for the other; one at most.

    Args:
        question: the question, read.
        candidates: sentences, best first.
        drafts: what the answer quotes.
    """
    quoted = [next((one for one in candidates if _quotes(draft, one)), None) for draft in drafts]
    for one, other in combinations([candidate for candidate in quoted if candidate], 2):
        if rivals(one, other):
            told = [_given(question, candidate.text) for candidate in (one, other)]
            own = [[value for value in mine if value not in theirs] for mine, theirs in
                   ((told[0], told[1]), (told[1], told[0]))]  # fmt: skip
            if all(own):
                sides = Side(one, own[0][0]), Side(other, own[1][0])
                return [Disagreement(_ABOUT.get(question.asks, "words"), sides)]
    return []


_ABOUT: dict[str, Kind] = {"number": "number", "time": "date", "person": "name", "place": "name"}


def _given(question: Question, text: str) -> list[str]:
    """What a sentence gives of the kind asked for; all of it where no kind is."""
    if question.asks not in TYPED:
        return [text]
    return [span.of(text) for span in typed(question, text)]


def _quotes(draft: Draft, candidate: Candidate) -> bool:
    article, start, end = place(candidate)
    same = draft.passage.stored.card.article_id == article
    return same and draft.span.start <= start and end <= draft.span.end


def conflicts(
    question: Question,
    candidates: Sequence[Candidate],
    further: Sequence[Candidate] = (),
    quoted: Container[Place] | None = None,
) -> list[Disagreement]:
    """Where origins disagree on what the question asks; at most one of each kind.

    Args:
        question: the question, read.
        candidates: sentences, best first.
        further: what else the same articles say.
        quoted: the sentences that the answer rests on, one of which has to be a side;
            by default any.
    """
    every = [*candidates, *further]
    asked = Asked.of(question, every)
    said = [one for candidate in every for one in statements(candidate, asked.kinds)]
    old = replaced(asked, said, every)
    current = [one for one in every if place(one) not in old]
    first = [one for one in current if quoted is None or place(one) in quoted]
    told = [
        one
        for one in said
        if not one.former and place(one.candidate) not in old and asked.bears(one)
    ]
    found = []
    for kind in asked.kinds:
        some = [one for one in told if one.kind == kind]
        mine = [one for one in some if quoted is None or place(one.candidate) in quoted]
        sides = _opposed(mine or some, some, asked)
        if len({side.candidate.passage.stored.card.origin for side in sides}) > 1:
            found.append(Disagreement(kind, tuple(Side(s.candidate, s.worded) for s in sides)))
    if question.asks == "polarity":
        found += [
            Disagreement("polarity", sides) for sides in contradictions(asked, first, current)
        ]
    return found


def _opposed(
    first: Sequence[Statement], told: Sequence[Statement], asked: Asked
) -> list[Statement]:
    """The best ranked values that exclude one another, from as many sources; or none."""
    for said in first:
        sides = [said]
        for other in told:
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
