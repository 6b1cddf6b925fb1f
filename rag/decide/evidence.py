"""From the passages found to what the answer may rest on, or to why there is none.

The sentences are ranked, those that do not carry what the question demands fall
out, a figure that a later article replaces gives way to the newer one, and what is
left decides whether there is an answer. No model writes anything here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import exp, log

from index.protocols import View
from rag.compare.conflicts import Disagreement, disagreements, place, superseded
from rag.compare.matching import vouched
from rag.decide.demands import Demands
from rag.decide.ranking import candidates
from rag.decide.refusal import on_topic
from rag.quote import NEARLY_AS_GOOD, quotation, quotations, understandable
from rag.reader.reading import Reader
from rag.records import Candidate, Draft, Passage
from rag.request.periods import Period
from rag.request.question import Question
from rag.request.timing import standing

OFF_TOPIC = 0.5
"""Probability from which a question is answered that the archive does not look to be about."""
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


def choose(
    index: View,
    question: Question,
    passages: Sequence[Passage],
    reader: Reader,
) -> Chosen:
    """Judge the sentences of the passages, and decide whether they answer.

    Args:
        index: where the passages came from.
        question: the question, read.
        passages: what retrieval found, best first.
        reader: what tells which sentence answers.
    """
    frequency, total = index.document_frequency(question.terms), index.chunk_count
    chosen = Chosen(passages, on_topic=on_topic(question, passages, frequency, total))
    ranked = candidates(question, passages, reader)
    fitting = _fitting(index, question, ranked, chosen)
    chosen.confidence = confidence(fitting)
    if fitting:
        chosen.lacking = []
    least = reader.calibration.threshold
    if not chosen.on_topic:
        least = max(least, OFF_TOPIC)
    if chosen.confidence >= least:
        chosen.drafts = quotations(question, fitting, log(least / (1 - least)))
        chosen.conflicts = disagreements(question, ranked, chosen.drafts)
    return chosen


def confidence(fitting: Sequence[Candidate]) -> float:
    """Probability that the evidence answers, 0 to 1."""
    return fitting[0].probability if fitting else 0.0


def is_worse(one: Chosen, other: Chosen) -> bool:
    """True where the evidence of one would have no place beside that of the other."""
    good, better = one.confidence, other.confidence
    return good * (1 - better) * exp(NEARLY_AS_GOOD) < better * (1 - good)


def _fitting(
    index: View,
    question: Question,
    ranked: Sequence[Candidate],
    chosen: Chosen,
) -> list[Candidate]:
    """The best sentences that carry what the question demands; what the first lack is noted.

    Where one that is known to be of the person asked about is about as good as the best, those
    of which nobody knows whose they are fall out.
    """
    found: list[Candidate] = []
    attributed: list[Candidate] = []
    demands = Demands(question)
    for candidate in _current(question, ranked):
        draft = quotation(candidate.passage, understandable(question, candidate))
        article = index.article(candidate.passage.stored.card.article_id)
        lacking = demands.lacking(draft)
        speaker = demands.speaker(draft, f"{article.title}\n{article.text}")
        if not lacking and speaker not in ("other", "none"):
            found.append(candidate)
            attributed += [candidate] if speaker == "theirs" else []
        elif not found:
            chosen.lacking = chosen.lacking or lacking
    if attributed and attributed[0].score >= found[0].score - NEARLY_AS_GOOD:
        return attributed
    return found


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
