"""Which sentences answer a question, best first, and how likely each does.

The reader (`rag.reader`) points at the likeliest answer in each sentence of the passages found.
Its score, that of the search, and whether the exact check finds the question's own suppositions
in the passage, calibrated together (Platt, 1999), are the probability that the sentence answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.records import Span, StoredChunk
from rag.reader.reading import Reader
from rag.records import Candidate, Passage
from rag.request.asking import is_prose, only_asks, stating
from rag.request.question import Question
from rag.retrieve import quoted_first
from rag.text.words import fold, words
from rag.verify.support import Support, faults

BY_CHANCE = 10
"""Words that two articles do not have one after the other unless one has them of the other."""


def candidates(question: Question, passages: Sequence[Passage], reader: Reader) -> list[Candidate]:
    """The sentences of the passages, the same words once, best first.

    What is no prose, or only asks the question again, is none.
    """
    by = reader.calibration
    found: dict[tuple[str, str], list[Candidate]] = {}
    stated = [_stating(question, passage.stored) for passage in passages]
    read = reader.read(question.text, stated)
    least = min((passage.score for passage in passages), default=0.0)
    for passage, said, readings in zip(passages, stated, read, strict=True):
        # What is near to the question by asking it has not earned its place in the search.
        near = passage.score if said == passage.stored else least
        supposed = unsaid(question, passage.stored)
        for reading in readings:
            text = passage.stored.chunk.part(reading.sentence)
            if only_asks(question, text) or not is_prose(text):
                continue
            score = by.log_odds(reading.score, near, supposed)
            candidate = Candidate(passage, reading.sentence, text, reading.answer, score)
            candidate = replace(candidate, is_sure=candidate.probability >= by.short)
            found.setdefault(_words_at(passage.stored, reading.sentence), []).append(candidate)
    return sorted(map(_to_quote, found.values()), key=lambda candidate: -candidate.score)


def _stating(question: Question, stored: StoredChunk) -> StoredChunk:
    """A passage without what only asks the question, which a reader would believe."""
    title = "" if only_asks(question, stored.card.title) else stored.card.title
    chunk = replace(stored.chunk, text=stating(question, stored.chunk.text))
    return replace(stored, chunk=chunk, card=replace(stored.card, title=title))


def _words_at(stored: StoredChunk, sentence: Span) -> tuple[str, str]:
    """A sentence's words, after as many of those before it as no two articles share by chance.

    Where the passage has too few, only copies of one story are taken to share them.
    """
    start = sentence.start
    for span in reversed([before for before in stored.chunk.sentences if before.start < start]):
        if len(words(stored.chunk.part(Span(start, sentence.end)))) >= BY_CHANCE:
            break
        start = span.start
    said = fold(stored.chunk.part(Span(start, sentence.end)))
    return said, "" if len(words(said)) >= BY_CHANCE else stored.card.origin


def _to_quote(same: Sequence[Candidate]) -> Candidate:
    """Of candidates with the same words, that of the article to quote, as likely as the best."""
    card = quoted_first([candidate.passage.stored.card for candidate in same])
    chosen = next(candidate for candidate in same if candidate.passage.stored.card is card)
    best = max(same, key=lambda candidate: candidate.score)
    return replace(chosen, score=best.score, is_sure=best.is_sure)


def unsaid(question: Question, passage: StoredChunk) -> bool:
    """True where the question supposes what a passage does not say.

    The question is held against the passage as if it were a statement of an answer: names,
    numbers, days and negations that the passage does not carry give away a question that
    only looks as if it were answered.
    """
    return bool(faults(question.text, [Support.of(passage.chunk.text, passage.card)]))
