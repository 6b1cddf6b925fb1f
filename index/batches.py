"""What is stored together: articles in batches, their texts, hashes and vectors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index import chunking
from index.embedding import Encoder
from index.interrupts import never
from index.records import Article, Chunk
from index.schema import article_to_row

BATCH_CHARACTERS = 64_000
"""About 64 chunks: enough to sort by length, little enough to lose."""

Vectors = npt.NDArray[np.float32]


def content_hash(article: Article) -> str:
    """A hash of all that is known of an article but its id and source, and of how it is cut.

    The id and the source say which article it is, not what it says.
    """
    _, title, text, _, *known, pages, doubts = article_to_row(article)
    # Hashes of before pages and doubts were known stay valid where there are none.
    added = [pages, doubts] if article.pages or article.doubts else []
    fields = json.dumps([title, text, *known, *added, chunking.CHUNKER])
    return hashlib.sha256(fields.encode()).hexdigest()


def embedded_text(title: str, chunk: Chunk) -> str:
    """What is embedded for a chunk: the title tells what the passage is about."""
    return f"{title}\n{chunk.text}"


@dataclass(frozen=True, slots=True)
class Job:
    """An article to store, under the id that it gets."""

    article: Article
    digest: str
    chunks: list[Chunk]

    @property
    def texts(self) -> list[str]:
        """What is embedded for its chunks, in order."""
        return [embedded_text(self.article.title, chunk) for chunk in self.chunks]


def unusable(article: Article) -> str:
    """Why an article cannot be stored; empty when it can."""
    if not article.text.strip():
        return "it has no text. Give it some, or leave it out"
    try:
        "".join(value or "" for value in article_to_row(article)).encode()
    except UnicodeEncodeError:
        return "it holds half of a surrogate pair, which is no character. Write the character whole"
    return ""


def in_batches(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    """Runs of articles with about BATCH_CHARACTERS of text."""
    batch: list[Job] = []
    size = 0
    for job in jobs:
        batch.append(job)
        size += len(job.article.text)
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class Embedding:
    """The vectors of a batch's texts, each made once."""

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        self._encoder = encoder
        self.texts = texts
        self._vectors = np.zeros((len(texts), encoder.dimension), np.float32)
        self._made = np.zeros(len(texts), bool)

    def fill(self, start: int, end: int, stop: Callable[[], bool] = never) -> Vectors:
        """Vectors of some texts, shape [end - start, d]; zeros where it was stopped before.

        Like lengths go together, so that little is padding.
        """
        wanted = (i for i in range(start, end) if not self._made[i])
        for part in _parts(sorted(wanted, key=lambda i: len(self.texts[i])), self.texts):
            if stop():
                break
            self._vectors[part] = self._encoder.encode([self.texts[i] for i in part])
            self._made[part] = True
        return self._vectors[start:end]


def _parts(order: Iterable[int], texts: Sequence[str]) -> Iterator[list[int]]:
    """Runs of texts with at most half a batch's characters: one long article may fill several."""
    part: list[int] = []
    size = 0
    for i in order:
        if part and size + len(texts[i]) > BATCH_CHARACTERS // 2:
            yield part
            part, size = [], 0
        part.append(i)
        size += len(texts[i])
    if part:
        yield part
