"""What can be asked of an index: searches, passages, articles and counts.

Every method reads one committed state. Called on an `Index` each call sees the
latest; called on a `Snapshot` all calls see the same, whatever a writer does
meanwhile.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import log
from typing import cast

import numpy as np
import numpy.typing as npt

from index import schema
from index.faiss_index import Block, Ids
from index.protocols import View
from index.records import Card, Chunk, Counts, Hit, StoredChunk
from index.schema import Manifest, Row, bindable, card_from_row, iso, unpack_spans, unpack_vectors
from index.stems import stem_start
from index.vectors import VectorIndex

BLOCK_ROWS = 4096
"""Vectors read from SQLite at a time when the FAISS index is built."""
MATCHES = 8_000
"""Matches of its terms that a search scores, where it may leave some out (see eval/README.md)."""
MATCHES_PER_HIT = 80
"""A search for many hits scores so many for each: one for every chunk leaves none out."""
WIDER = 3
"""By how much more is scored where what was left out might be among the first ten."""
FIRST = 10
OFTEN = 1.2
"""Of its inverse document frequency, what a term gives in BM25 that an average chunk has more than
once: 1 for once, 1.38 for twice. At 1.2 one in 360 of the first ten is lost at a million chunks."""


class Queries(View):
    """The reading half of an index."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """One committed state, for several calls that must agree with one another."""

    @property
    def manifest(self) -> Manifest:
        """What the index was built with, and its generation."""
        with self.snapshot() as view:
            return view.state

    @property
    def chunk_count(self) -> int:
        """How many chunks there are."""
        with self.snapshot() as view:
            return int(view.db.execute("SELECT count(*) FROM chunks").fetchone()[0])

    def counts(self) -> Counts:
        """How many articles, chunks and stories there are."""
        with self.snapshot() as view:
            row = view.db.execute(
                "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks), "
                "(SELECT count(DISTINCT origin) FROM articles), (SELECT count(*) FROM earlier)"
            ).fetchone()
        return Counts(*row)

    def lexical(
        self,
        terms: Sequence[str],
        limit: int,
        since: dt.date | None = None,
        until: dt.date | None = None,
        *,
        title_weight: float = 1.0,
    ) -> list[Hit]:
        """The chunks that match any of the terms, best first (BM25 of SQLite's FTS5).

        In a large archive a chunk with none but the commonest terms is left out while it can hardly
        be among the first ten. A term of several words is a phrase. Nothing in one is query syntax.
        Both dates are included; with either, articles without a date are left out.
        """
        wanted = [term for term in dict.fromkeys(terms) if term.strip()]
        if not wanted or limit <= 0:
            return []
        condition, dates = _between(since, until)
        best: list[tuple[int, float]] = []
        with self.snapshot() as view:
            frequency, matches = (
                view.document_frequency(wanted),
                max(MATCHES, MATCHES_PER_HIT * limit),
            )
            common, first = wanted, min(limit, FIRST)
            while common:
                needed, common = _parted(frequency, matches)
                best = view.ranked(needed, common, limit, title_weight, condition, dates)
                if len(best) >= first and best[first - 1][1] >= view.at_most(common):
                    break
                matches *= WIDER
        return [Hit(*item) for item in best]

    def semantic(
        self,
        vector: npt.NDArray[np.float32],
        limit: int,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> list[Hit]:
        """The chunks nearest to a unit vector of shape [d] by cosine, best first.

        Both dates are included; with either, articles without a date are left out.
        """
        with self.snapshot() as view:
            among = _chunks_between(view.db, since, until)
            return view.vector_index().search(vector, limit, among)

    def vectors(self, chunk_ids: Sequence[int]) -> npt.NDArray[np.float32]:
        """The vectors of some chunks, in the order given: shape [n, d].

        Raises:
            KeyError: one of the chunks is not there; only ids from an earlier state can be.
        """
        with self.snapshot() as view:
            found = dict(
                view.db.execute(
                    f"SELECT id, vector FROM chunks WHERE id IN {_LISTED}", (_listed(chunk_ids),)
                )
            )
            return unpack_vectors([found[i] for i in chunk_ids], view.state.dimension)

    def passages(self, chunk_ids: Sequence[int]) -> list[StoredChunk]:
        """Some chunks with their articles' cards, in the order given.

        Raises:
            KeyError: one of the chunks is not there; only ids from an earlier state can be.
        """
        with self.snapshot() as view:
            rows = view.db.execute(
                "SELECT chunks.id, article, start, end, sentences FROM chunks "
                f"WHERE id IN {_LISTED}",
                (_listed(chunk_ids),),
            ).fetchall()
            query = f"{_SEARCHED.replace('SELECT', 'SELECT text,')} WHERE number IN {_LISTED}"
            told = _named(view.db, query, _listed({row[1] for row in rows}))
        stories = {row["number"]: (row["text"], card_from_row(row, row["text"])) for row in told}
        found = {row[0]: _stored(row, *stories[row[1]]) for row in rows}
        return [found[i] for i in chunk_ids]

    def neighbours(self, chunk_id: int, most: int) -> list[int]:
        """At most so many other chunks of a chunk's article, those first that stand next to it."""
        with self.snapshot() as view:
            # An article's chunks are stored in order, one after the other.
            rows = view.db.execute(
                "SELECT id FROM chunks WHERE id != ?1 AND article = "
                "(SELECT article FROM chunks WHERE id = ?1) ORDER BY abs(id - ?1), id LIMIT ?2",
                (chunk_id, most),
            )
            return [row[0] for row in rows]

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """For each term, how many chunks hold any form of it in their text or title."""
        query = "SELECT count(*) FROM passages WHERE passages MATCH ?"
        with self.snapshot() as view:
            for term in set(terms) - view.frequencies.keys():
                row = view.db.execute(query, (_quoted(term),)).fetchone()
                view.frequencies[term] = int(row[0])
            return {term: view.frequencies[term] for term in terms}

    def holding(self, term: str, *, starts: bool = False) -> dict[int, str]:
        """For each chunk with any form of a term in text or title the id of its article.

        A term of several words is a phrase. With `starts` its last word may go on, and some chunks
        are among them where none does. Nothing in a term is query syntax.
        """
        query = f"{_quoted(stem_start(term))} *" if starts else _quoted(term)
        with self.snapshot() as view:
            rows = view.db.execute(
                f"SELECT passages.rowid, articles.id FROM passages {_JOINED} "
                "WHERE passages MATCH ? ORDER BY passages.rowid",
                (query,),
            )
            return dict(rows.fetchall())

    def published_span(self) -> tuple[dt.date, dt.date] | None:
        """When the first and the last dated article were published; None without any."""
        with self.snapshot() as view:
            row = view.db.execute("SELECT min(published), max(published) FROM articles").fetchone()
        first, last = row
        return (dt.date.fromisoformat(first), dt.date.fromisoformat(last)) if first else None

    def rows(self, *, searched: bool, **where: str) -> list[Row]:
        """See `View`."""
        which = " AND ".join(f"{name} = ?" for name in where) or "1"
        query = f"{_SEARCHED if searched else _EARLIER} WHERE {which}"
        with self.snapshot() as view:
            return _named(view.db, query, *map(bindable, where.values()))

    def text_of(self, row: Row) -> str:
        """See `View`."""
        table = "earlier" if row["superseded_by"] else "articles"
        with self.snapshot() as view:
            found = view.db.execute(f"SELECT text FROM {table} WHERE id = ?", (row["id"],))
            return str(found.fetchone()[0])

    def chunks_of(self, article_id: str) -> list[Chunk]:
        """The chunks of an article or an earlier version, in order.

        Raises:
            UnknownArticle: no article has that id.
        """
        with self.snapshot() as view:
            row = view.row(article_id)
            text = view.text_of(row)
            table = schema.CHUNKS["earlier" if row["superseded_by"] else "articles"]
            query = f"SELECT start, end, sentences FROM {table} WHERE article = ? ORDER BY start"
            return [
                Chunk(article_id, start, end, text[start:end], unpack_spans(sentences))
                for start, end, sentences in view.db.execute(query, (row["number"],))
            ]

    def content_hashes(self) -> dict[str, tuple[str, str]]:
        """For each source, the article's id and the hash it was stored with."""
        columns = "source, id, content_hash"
        with self.snapshot() as view:
            rows = view.db.execute(
                f"SELECT {columns} FROM articles UNION ALL SELECT {columns} FROM earlier"
            )
            return {source: (article_id, digest) for source, article_id, digest in rows}


class Snapshot(Queries):
    """One committed state of an index; valid inside the `with` that made it."""

    def __init__(
        self,
        db: sqlite3.Connection,
        state: Manifest,
        find_vectors: Callable[[Snapshot], VectorIndex],
    ) -> None:
        self.db = db
        self.state = state
        self.frequencies: dict[str, int] = {}
        """What `document_frequency` has counted: in a large archive that takes its time."""
        self._find_vectors = find_vectors

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Itself."""
        return nullcontext(self)

    def ranked(
        self,
        needed: Sequence[str],
        common: Sequence[str],
        limit: int,
        title_weight: float,
        condition: str,
        dates: Sequence[str],
    ) -> list[tuple[int, float]]:
        """The best chunks with any of the needed terms, by the BM25 of these and the others."""
        queries = [_any_of(needed)]
        if common:
            # The first counts only the needed terms, which is all where a chunk has no other.
            queries.append(f"({_any_of(needed)}) AND ({_any_of(common)})")
        scores: dict[int, float] = {}
        for query in queries:
            rows = self.db.execute(
                # bm25 is smaller for better matches.
                "SELECT passages.rowid, -bm25(passages, ?, 1.0) AS score FROM passages "
                f"{_JOINED if dates else ''} WHERE passages MATCH ? {condition} "
                "ORDER BY score DESC, passages.rowid LIMIT ?",
                (title_weight, query, *dates, limit),
            )
            scores |= {row: max(score, scores.get(row, score)) for row, score in rows}
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def at_most(self, terms: Sequence[str]) -> float:
        """About the best score of a chunk with none but these terms (Turtle and Flood, 1995)."""
        chunks = self.db.execute("SELECT max(id) FROM passages_docsize").fetchone()[0] or 0
        found = (self.frequencies[term] for term in terms)
        return OFTEN * sum(max(0.0, log((chunks - n + 0.5) / (n + 0.5))) for n in found)

    def vector_index(self) -> VectorIndex:
        """The FAISS index of just this state."""
        return self._find_vectors(self)

    def chunk_ids(self) -> Ids:
        """The ids of all chunks, ascending."""
        # Without an order, SQLite reads them from the small index by article.
        return np.sort(_ids(self.db.execute("SELECT id FROM chunks")))

    def vector_blocks(self, after: int = 0, among: Ids | None = None) -> Iterator[Block]:
        """The vectors of chunks with an id larger than `after`, in blocks, by id.

        `among` limits them to those chunk ids, which must be ascending.
        """
        if among is None:
            query, values = f"{_VECTORS} WHERE id > ? ORDER BY id", [after]
            yield from self._blocks(self.db.execute(query, values))
            return
        for start in range(0, len(among), BLOCK_ROWS):
            listed = _listed(among[start : start + BLOCK_ROWS])
            rows = self.db.execute(f"{_VECTORS} WHERE id IN {_LISTED} ORDER BY id", (listed,))
            yield from self._blocks(rows)

    def _blocks(self, rows: sqlite3.Cursor) -> Iterator[Block]:
        while block := rows.fetchmany(BLOCK_ROWS):
            ids, blobs = zip(*block, strict=True)
            yield np.array(ids, np.int64), unpack_vectors(blobs, self.state.dimension)


_KNOWN = ", ".join(name for name in schema.ARTICLE_COLUMNS.split(", ") if name != "text")
_SEARCHED = f"SELECT {_KNOWN}, number, url_key, origin, '' AS superseded_by FROM articles"
_EARLIER = f"SELECT {_KNOWN}, number, url_key, id AS origin, superseded_by FROM earlier"
_JOINED = "JOIN chunks ON chunks.id = passages.rowid JOIN articles ON number = article"
_VECTORS = "SELECT id, vector FROM chunks"
_LISTED = "(SELECT value FROM json_each(?))"


def _listed(numbers: Iterable[int]) -> str:
    """Numbers as the one parameter of _LISTED: SQLite's parameters are limited in number."""
    return json.dumps([int(number) for number in numbers])


def _quoted(term: str) -> str:
    """A term as an FTS5 string: nothing in it is syntax, and no NUL ends the query."""
    return '"' + bindable(term).replace("\0", " ").replace('"', '""') + '"'


def _any_of(terms: Sequence[str]) -> str:
    return " OR ".join(map(_quoted, terms))


def _parted(frequency: Mapping[str, int], left: int) -> tuple[list[str], list[str]]:
    """The terms of which a chunk must have one, and the commonest, which only add to its score."""
    needed: set[str] = set()
    for term in sorted(frequency, key=lambda one: frequency[one]):
        left -= frequency[term]
        if left < 0 and any(frequency[one] for one in needed):
            break
        needed.add(term)
    return [t for t in frequency if t in needed], [t for t in frequency if t not in needed]


def _between(since: dt.date | None, until: dt.date | None) -> tuple[str, list[str]]:
    """A condition on `published` that can follow a WHERE, and its values."""
    bounds = {">=": iso(since), "<=": iso(until)}
    given = {sign: day for sign, day in bounds.items() if day}
    return "".join(f" AND published {sign} ?" for sign in given), list(given.values())


def _chunks_between(
    db: sqlite3.Connection, since: dt.date | None, until: dt.date | None
) -> Ids | None:
    """Ids of the chunks published between two dates; None where there is no limit."""
    condition, dates = _between(since, until)
    if not dates:
        return None
    rows = db.execute(
        f"SELECT chunks.id FROM chunks JOIN articles ON number = article WHERE 1 {condition}", dates
    )
    return _ids(rows)


def _ids(rows: sqlite3.Cursor) -> Ids:
    return np.fromiter((row[0] for row in rows), np.int64)


def _named(db: sqlite3.Connection, query: str, *values: str) -> list[Row]:
    """The rows of a query by the names of its columns."""
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    return cast("list[Row]", cursor.execute(query, values).fetchall())


def _stored(row: tuple[int, int, int, int, bytes], text: str, card: Card) -> StoredChunk:
    chunk_id, _, start, end, sentences = row
    spans = unpack_spans(sentences)
    return StoredChunk(chunk_id, Chunk(card.article_id, start, end, text[start:end], spans), card)
