"""Passages, candidates and small archives out of plain text."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from index.embedding import Encoder, load_encoder
from index.ingesting import index_for, ingest
from index.records import Card, Chunk, Span, StoredChunk
from index.sentences import sentences
from rag import Assistant
from rag.models.choice import load_llm
from rag.models.llm import LLM
from rag.reader.extractive import ExtractiveReader, load_reader
from rag.records import Candidate, Passage


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
        origin or article, opening=article,
    )  # fmt: skip
    chunk = Chunk(article, start, start + len(text), text, spans)
    return Passage(StoredChunk(number, chunk, card), cosine, 0.5, cosine)


def candidate(within: Passage, at: int, score: float = 1.0) -> Candidate:
    """The sentence number `at` of a passage, with a score."""
    span = within.stored.chunk.sentences[at]
    offset = within.stored.chunk.start
    return Candidate(
        within, span, within.text[span.start - offset : span.end - offset], span, score
    )


@cache
def shared_encoder() -> Encoder:
    """The encoder that comes with pip, loaded once for all tests."""
    return load_encoder()


@cache
def shared_reader() -> ExtractiveReader:
    """The reader that comes with Byline, loaded once for all tests."""
    return load_reader()


@cache
def shared_llm() -> LLM:
    """The language model that comes with pip, once for all tests."""
    return load_llm()


def news(title: str, published: str, text: str, **known: str) -> str:
    """An article in Markdown, with what is known of it in its front matter."""
    head = {"title": title, "published": published, **known}
    told = "".join(f"{name}: {value}\n" for name, value in head.items() if value)
    return f"---\n{told}---\n\n{text}\n"


@contextmanager
def archive_of(folder: Path, *texts: str, today: dt.date | None = None) -> Iterator[Assistant]:
    """What answers, with the real encoder and without a model, from articles in Markdown."""
    paths = [folder / f"article-{number}.md" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, "utf-8")
    encoder = shared_encoder()
    with index_for(folder / "index", encoder) as index:
        ingest(index, paths, encoder)
        with Assistant(index, encoder, shared_reader(), None, today=today) as loaded:
            yield loaded


def module_archive_of(*texts: str, today: dt.date | None = None) -> Any:
    """A fixture: the same, once for all tests of a module."""

    @pytest.fixture(scope="module")
    def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
        with archive_of(tmp_path_factory.mktemp("archive"), *texts, today=today) as assistant:
            yield assistant

    return loaded
