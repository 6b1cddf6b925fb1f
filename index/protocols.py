"""What Byline needs of a store: a `View` to ask, and a `Store` that is written to as well.

Two fit: `index.store.Index`, a folder with SQLite and FAISS, and
`index.milvus.store.MilvusIndex`, collections on a Milvus server. Both keep
articles, chunks, vectors, full text and a manifest, and answer alike; what
"one state" means in each is said where each is made. `index.opening` opens them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from index.embedding import Encoder
from index.records import Article, Card, Chunk, Counts, Hit, StoredChunk
from index.schema import Manifest


class View(Protocol):
    """What a question asks; `index.queries.Queries` says of each method what it returns."""

    @property
    def manifest(self) -> Manifest:
        """What the index was built with, and its generation."""

    @property
    def chunk_count(self) -> int:
        """How many chunks there are."""

    def counts(self) -> Counts:
        """How many articles, chunks and stories there are."""

    def lexical(
        self,
        terms: Sequence[str],
        limit: int,
        since: dt.date | None = None,
        until: dt.date | None = None,
        *,
        title_weight: float = 1.0,
    ) -> list[Hit]:
        """The chunks that match any of the terms, best first by BM25."""

    def semantic(
        self,
        vector: npt.NDArray[np.float32],
        limit: int,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> list[Hit]:
        """The chunks nearest to a unit vector of shape [d] by cosine, best first."""

    def vectors(self, chunk_ids: Sequence[int]) -> npt.NDArray[np.float32]:
        """The vectors of some chunks, in the order given: shape [n, d]."""

    def passages(self, chunk_ids: Sequence[int]) -> list[StoredChunk]:
        """Some chunks with their articles' cards, in the order given."""

    def neighbours(self, chunk_id: int) -> list[int]:
        """The chunks just before and just after one in its article, where there are any."""

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """For each term, how many chunks hold any form of it in their text or title."""

    def holding(self, term: str, *, starts: bool = False) -> dict[int, str]:
        """For each chunk with any form of a term in text or title the id of its article."""

    def articles(self) -> list[Card]:
        """Every article that is searched, the latest first; those without a date last."""

    def earlier(self, successor: str | None = None) -> list[Card]:
        """The versions that later ones have superseded, or one of them, the latest first."""

    def published_span(self) -> tuple[dt.date, dt.date] | None:
        """When the first and the last dated article were published; None without any."""

    def copies(self, origin: str) -> list[Card]:
        """The articles that share an origin, the earliest first; the origin is among them."""

    def claimants(self, article_id: str) -> list[Card]:
        """The articles of other origins that claim an article's address, the earliest first."""

    def card(self, article_id: str) -> Card:
        """What is known of an article, without its text."""

    def article(self, article_id: str) -> Article:
        """An article or an earlier version as it was stored."""

    def chunks_of(self, article_id: str) -> list[Chunk]:
        """The chunks of an article or an earlier version, in order."""

    def content_hashes(self) -> dict[str, tuple[str, str]]:
        """For each source, the article's id and the hash it was stored with."""


class Store(View, Protocol):
    """A store that is open: asked directly, each call sees the latest state."""

    @property
    def name(self) -> str:
        """The folder or address that opens it again, as `--index` takes it."""

    def snapshot(self) -> AbstractContextManager[View]:
        """A state for several calls that must agree with one another."""

    def require(self, encoder: Encoder) -> None:
        """Raise IndexMismatch unless the index was built with this encoder."""

    def put(
        self,
        article: Article,
        content_hash: str,
        chunks: Sequence[Chunk],
        matrix: npt.NDArray[np.float32],
    ) -> Literal["added", "updated"]:
        """Store an article, its chunks and their vectors of shape [n, d], whole or not at all.

        It takes the place of an article with the same id or the same source. Of the
        versions at its address (`index.versions`), the latest is searched from then on.

        Raises:
            UnreadableSource: this article cannot be stored here; others can.
        """

    def redescribe(self, article: Article, content_hash: str) -> None:
        """Change what is known of an article whose text and title stay as they are.

        Raises:
            KeyError: no article has its id.
            UnreadableSource: what is known of it cannot be stored here.
        """

    def remove(self, article_id: str) -> None:
        """Take an article or an earlier version out of the index.

        An earlier version that it superseded is searched again.

        Raises:
            UnknownArticle: no article has that id.
        """

    def save_vectors(self) -> None:
        """Finish what makes searching fast; searches are right without it."""

    def close(self) -> None:
        """Let go of it and let other writers in. Does nothing the second time."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
