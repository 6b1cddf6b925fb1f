"""What Byline needs of a store: a `View` to ask, and a `Store` that is written to as well.

Two are of this kind: `index.store.Index`, a folder with SQLite and FAISS, and
`index.milvus.store.MilvusIndex`, collections on a Milvus server. Both keep articles, chunks,
vectors, full text and a manifest, and answer alike: what they tell of articles is made here of
the rows that they have of them. What "one state" means in each is said where each is made.
`index.opening` opens them.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from index.embedding import Encoder
from index.errors import UnknownArticle
from index.records import Article, Card, Chunk, Counts, Hit, StoredChunk
from index.schema import Manifest, Row, article_from_row, bindable, card_from_row


class View(Protocol):
    """What a question asks."""

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

    def neighbours(self, chunk_id: int, most: int) -> list[int]:
        """At most so many other chunks of a chunk's article, those first that stand next to it."""

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """For each term, how many chunks hold any form of it in their text or title."""

    def holding(self, term: str, *, starts: bool = False) -> dict[int, str]:
        """For each chunk with any form of a term in text or title the id of its article."""

    def published_span(self) -> tuple[dt.date, dt.date] | None:
        """When the first and the last dated article were published; None without any."""

    def chunks_of(self, article_id: str) -> list[Chunk]:
        """The chunks of an article or an earlier version, in order."""

    def content_hashes(self) -> dict[str, tuple[str, str]]:
        """For each source, the article's id and the hash it was stored with."""

    def snapshot(self) -> AbstractContextManager[View]:
        """One state, for several calls that must agree with one another."""

    def rows(self, *, searched: bool, **where: str) -> Iterable[Row]:
        """The rows of articles that are searched, or of earlier versions, by some of their values.

        A row has the columns of `schema.ARTICLE_COLUMNS` but for the text, its `origin`,
        `number`, `superseded_by` and `url_key`.
        """

    def text_of(self, row: Row) -> str:
        """The text of an article."""

    def _card(self, row: Row) -> Card:
        return card_from_row(row, "" if row["title"].strip() else self.text_of(row))

    def articles(self) -> list[Card]:
        """Every article that is searched, the latest first; those without a date last."""
        cards = sorted(map(self._card, self.rows(searched=True)), key=lambda c: c.article_id)
        return sorted(cards, key=lambda card: card.published or dt.date.min, reverse=True)

    def earlier(self, successor: str | None = None) -> list[Card]:
        """The versions that later ones have superseded, or one of them, the latest first.

        They are kept to be read, and no search finds them.
        """
        where = {} if successor is None else {"superseded_by": successor}
        rows = sorted(self.rows(searched=False, **where), key=lambda row: str(row["id"]))
        rows.sort(key=lambda row: (row["published"] or "", row["as_of"] or ""), reverse=True)
        return [self._card(row) for row in rows]

    def copies(self, origin: str) -> list[Card]:
        """The articles that share an origin, the earliest first; the origin is among them."""
        return sorted(map(self._card, self.rows(searched=True, origin=origin)), key=_earliest)

    def claimants(self, article_id: str) -> list[Card]:
        """The articles of other origins that claim an article's address, the earliest first."""
        with self.snapshot() as view:
            for own in view.rows(searched=True, id=article_id):
                rows = view.rows(searched=True, url_key=own["url_key"]) if own["url_key"] else ()
                others = (row for row in rows if row["origin"] != own["origin"])
                return sorted(map(self._card, others), key=_earliest)
        return []

    def row(self, article_id: str) -> Row:
        """The row of an article or an earlier version.

        Raises:
            UnknownArticle: no article has that id; the message names the ids most like it.
        """
        with self.snapshot() as view:
            for searched in (True, False):
                for row in view.rows(searched=searched, id=article_id):
                    return row
            raise view.unknown(article_id)

    def unknown(self, article_id: str) -> UnknownArticle:
        """The error for an id that no article has; it names those most like it."""
        with self.snapshot() as view:
            every = [*view.rows(searched=True), *view.rows(searched=False)]
        article_id = bindable(article_id)
        ids = sorted(row["id"] for row in every)
        close = difflib.get_close_matches(article_id, ids, n=3, cutoff=0.5)
        hint = (
            f"Did you mean {' or '.join(close)}?"
            if close
            else "See the ids with: byline list, and the same --index"
        )
        return UnknownArticle(f"No article has the id {article_id}. {hint}")

    def card(self, article_id: str) -> Card:
        """What is known of an article or an earlier version, without its text.

        Raises:
            UnknownArticle: no article has that id.
        """
        return self._card(self.row(article_id))

    def article(self, article_id: str) -> Article:
        """An article or an earlier version as it was stored.

        Raises:
            UnknownArticle: no article has that id.
        """
        with self.snapshot() as view:
            row = view.row(article_id)
            return article_from_row({**row, "text": view.text_of(row)})


class Store(View, Protocol):
    """A store that is open: asked directly, each call sees the latest state."""

    @property
    def name(self) -> str:
        """The folder or address that opens it again, as `--index` takes it."""

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
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _earliest(card: Card) -> tuple[bool, dt.date, str]:
    return card.published is None, card.published or dt.date.min, card.article_id
