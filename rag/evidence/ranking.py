"""Which sentences answer a question, best first, and how likely each does.

The reader (`rag.reader`) points at the likeliest answer in each sentence of the passages found.
Its score, that of the search, and whether the exact check finds the question's own suppositions
in the passage, calibrated together (Platt, 1999), are the probability that the sentence answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

from index.records import Span, StoredChunk
from rag.evidence.prose import is_prose
from rag.grounding import Support, faults
from rag.questions.asking import only_asks
from rag.questions.question import Question
from rag.reader.reading import Reader
from rag.retrieval import Passage
from rag.text.words import fold


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question."""

    passage: Passage
    span: Span
    """Where the sentence is in its article."""
    text: str
    answer: Span
    """Where the words that answer are in the article, if any do."""
    score: float = 0.0
    """Log odds that the sentence answers."""
    is_sure: bool = False
    """True where that is so likely that the words that answer may be shown by themselves."""

    @property
    def probability(self) -> float:
        """Probability that the sentence answers, 0 to 1."""
        return 1 / (1 + exp(-max(min(self.score, 30.0), -30.0)))


def candidates(question: Question, passages: Sequence[Passage], reader: Reader) -> list[Candidate]:
    """The sentences of the passages, once each, best first.

    What is no prose, or only asks the question again, is none.
    """
    by = reader.calibration
    seen: set[tuple[str, str]] = set()
    found = []
    read = reader.read(question.text, [passage.stored for passage in passages])
    for passage, readings in zip(passages, read, strict=True):
        supposed = unsaid(question, passage.stored)
        for reading in readings:
            text = passage.stored.chunk.part(reading.sentence)
            key = (passage.stored.card.origin, fold(text))
            if key in seen or only_asks(question, text) or not is_prose(text):
                continue  # a story's copies say the same words, which count once
            seen.add(key)
            score = by.log_odds(reading.score, passage.score, supposed)
            candidate = Candidate(passage, reading.sentence, text, reading.answer, score)
            found.append(replace(candidate, is_sure=candidate.probability >= by.short))
    return sorted(found, key=lambda one: -one.score)


def unsaid(question: Question, passage: StoredChunk) -> bool:
    """True where the question supposes what a passage does not say.

    The question is held against the passage as if it were a statement of an answer: names,
    numbers, days and negations that the passage does not carry give away a question that
    only looks as if it were answered.
    """
    return bool(faults(question.text, [Support.of(passage.chunk.text, passage.card)]))
