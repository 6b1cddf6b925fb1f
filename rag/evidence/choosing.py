"""From the passages found to what the answer may rest on, or to why there is none.

The sentences are ranked, those that do not carry what the question demands fall
out, a figure that a later article replaces gives way to the newer one, and what is
left decides whether there is an answer. No model writes anything here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.embedding import Encoder, Tokens
from index.stores import View
from rag.disagreement.conflicts import disagreements
from rag.disagreement.sameness import place, vouched
from rag.disagreement.sides import Disagreement
from rag.disagreement.superseding import superseded
from rag.evidence.demands import Demands
from rag.evidence.dimensions import gives_dimension
from rag.evidence.refusing import on_topic
from rag.evidence.timing import standing
from rag.evidence.weighing import UNMET, Candidate, gather, ranking, trained, unmet
from rag.generation import NEARLY_AS_GOOD, Draft, quotation, quotations, understandable
from rag.questions.periods import Period
from rag.questions.question import Question
from rag.retrieval import Passage
from rag.text.words import stem, stems

CONSIDERED = 7
"""Sentences, best first, that may be quoted."""


@dataclass(slots=True)
class Chosen:
    """What a search brought: evidence best first, or what it lacks."""

    passages: Sequence[Passage]
    on_topic: bool = False
    drafts: list[Draft] = field(default_factory=list)
    """The evidence as quotations; empty where the question is declined."""
    lacking: list[str] = field(default_factory=list)
    """Words of the question that nothing near it carries."""
    conflicts: list[Disagreement] = field(default_factory=list)
    confidence: float = 0.0
    """Probability that the evidence answers, 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Met:
    """A candidate that carries what the question demands."""

    candidate: Candidate
    theirs: bool
    """True where it is known to be a statement of the person asked about."""
    timely: bool
    """True where it is known to be about the time asked about."""


def choose(
    index: View,
    question: Question,
    asked: Tokens,
    passages: Sequence[Passage],
    encoder: Encoder,
) -> Chosen:
    """Judge the sentences of the passages, and decide whether they answer.

    Args:
        index: where the passages came from.
        question: the question, read.
        asked: the same, as the encoder reads it.
        passages: what retrieval found, best first.
        encoder: what made the vectors of the index.
    """
    frequency, total = index.document_frequency(question.terms), index.chunk_count
    chosen = Chosen(passages, on_topic=on_topic(question, passages, frequency, total))
    demands = Demands.of(question, passages)
    if not chosen.on_topic:
        chosen.lacking = demands.unheard_of(passages)
        return chosen
    ranked = ranking(gather(question, asked, passages, encoder, frequency, total))
    met = _met(index, question, demands, ranked, chosen)
    chosen.confidence = trained().answerable(question, met)
    if met and _unfounded(demands, met):
        chosen.lacking = [demands.as_typed(demands.premise)]
    elif met and chosen.confidence >= trained().threshold:
        chosen.drafts = quotations(question, met)
        chosen.conflicts = disagreements(index, question, ranked, chosen.drafts)
        chosen.lacking = []
    elif met:
        word = unmet(met)
        chosen.lacking = [demands.as_typed(word)] if word and not _stands(word, ranked) else []
    return chosen


def _met(
    index: View,
    question: Question,
    demands: Demands,
    ranked: Sequence[Candidate],
    chosen: Chosen,
) -> list[Candidate]:
    """The best sentences that carry what the question demands; what the first lack is noted."""
    found: list[_Met] = []
    for candidate in _current(question, ranked):
        draft = quotation(candidate.passage, understandable(question, candidate))
        article = index.article(candidate.passage.stored.card.article_id)
        whole = f"{article.title}\n{article.text}"
        lacking = demands.lacking(draft, whole)
        speaker = demands.speaker(draft, whole)
        if not lacking and not _to_the_point(demands, draft, ranked):
            lacking = [demands.as_typed(term) for term in demands.topic]
        sized = gives_dimension(question.text, draft.quote)
        if not lacking and sized and speaker not in ("other", "none"):
            found.append(_Met(candidate, speaker == "theirs", demands.timely(draft)))
        elif not found:
            chosen.lacking = chosen.lacking or lacking
    return [one.candidate for one in _known(_known(found, "theirs"), "timely")]


def _to_the_point(demands: Demands, draft: Draft, ranked: Sequence[Candidate]) -> bool:
    """True where what a statement should be about is met near it.

    That somebody spoke, and of something else, is the likeliest wrong answer to "what did
    she say about it", since the person's name carries most of the resemblance.
    """
    near = [one.met for one in ranked if one.passage is draft.passage]
    met = [max(one[term] for one in near) for term in demands.topic if near and term in near[0]]
    return not met or sum(met) / len(met) >= UNMET


def _unfounded(demands: Demands, met: Sequence[Candidate]) -> bool:
    """True where nothing near says that what a reason is asked for has happened.

    A question for a reason is about the topic like no other, whatever it supposes; only its
    verb tells. Evidence without a word for it, or with its contrary, gives no reason.
    """
    if not demands.premise:
        return False
    best = met[0]
    said = max(one.met.get(demands.premise, 1.0) for one in met)
    contrary = best.features["contrary"] and not _stands(demands.premise, met[:1])
    return said < UNMET or bool(best.features["negation_lost"] or contrary)


def _stands(word: str, candidates: Sequence[Candidate]) -> bool:
    """True where a word itself stands in the passages or headlines of candidates."""
    texts = (f"{one.passage.stored.card.title} {one.passage.text}" for one in candidates)
    return any(stem(word) in stems(text) for text in texts)


def _current(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The first few candidates, each that is out of date after what replaces it.

    It is left out where the same outlet gives the newer figure.
    """
    newer = {
        old: new
        for old, new in superseded(question, ranked).items()
        if not any(_too_late(period, new) for period in question.periods)
    }
    found: dict[tuple[str, int, int], Candidate] = {}
    for candidate in ranked[:CONSIDERED]:
        instead = newer.get(place(candidate))
        if instead is not None:
            if place(instead) not in newer:
                found.setdefault(place(instead), replace(instead, score=candidate.score))
            if vouched(candidate, instead):
                continue
        found.setdefault(place(candidate), candidate)
    return list(found.values())


def _too_late(period: Period, candidate: Candidate) -> bool:
    """True where a newer figure is from outside the time asked about, when the older one held."""
    published = candidate.passage.stored.card.published
    return standing(period, candidate.text, published) == "outside"


def _known(found: Sequence[_Met], what: str) -> list[_Met]:
    """Those of which it is known, where one of them is about as good as the best."""
    known = [one for one in found if getattr(one, what)]
    if not known or known[0].candidate.score < found[0].candidate.score - NEARLY_AS_GOOD:
        return list(found)
    return known
