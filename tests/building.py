"""Passages and candidates out of plain text, for tests of what happens after retrieval."""

from __future__ import annotations

import datetime as dt

from index.records import Card, Chunk, Span, StoredChunk
from index.sentences import sentences
from rag.evidence.weighing import Candidate
from rag.retrieval import Passage


def passage(
    text: str,
    *,
    article: str = "a",
    title: str = "",
    publisher: str | None = None,
    published: str | None = None,
    origin: str | None = None,
    start: int = 0,
    number: int = 1,
    cosine: float = 0.6,
) -> Passage:
    """A passage that is the whole of an article's text from `start` on."""
    spans = tuple(Span(one.start + start, one.end + start) for one in sentences(text))
    card = Card(
        article, title, dt.date.fromisoformat(published) if published else None, publisher, None,
        origin or article,
    )  # fmt: skip
    chunk = Chunk(article, start, start + len(text), text, spans)
    return Passage(StoredChunk(number, chunk, card), cosine, 0.5, cosine)


def candidate(within: Passage, at: int, score: float = 1.0) -> Candidate:
    """The sentence number `at` of a passage, with a score."""
    span = within.stored.chunk.sentences[at]
    offset = within.stored.chunk.start
    return Candidate(
        within, span, within.text[span.start - offset : span.end - offset], {}, {}, score
    )
