"""What can be asked of an archive in Milvus.

Milvus has no snapshots over several calls. What a view holds to: an article is
seen in one state or the other, never in parts, for a chunk counts only while its
article's row names the state that it is of, and is searched; and what a search has found stays at
hand as it was found, whatever a writer does meanwhile. Two searches of one view
may lie on either side of a change. Nothing here writes.
"""

from __future__ import annotations

import datetime as dt
import difflib
import threading
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from index.errors import UnknownArticle
from index.milvus import analysis, layout
from index.milvus.analysis import Phrase, Words
from index.milvus.layout import State
from index.milvus.link import MOST, Link, Row
from index.queries import Counts
from index.records import Article, Card, Chunk, Hit, StoredChunk
from index.schema import Manifest

_CARD = ("id", "origin", "superseded_by", "known", "source", "number")
ATTEMPTS = 3
"""How often a search is made that a writer gets in the way of."""
MORE = 64
"""Rows that a search brings beyond those asked for: some may be of a version in the making."""


class Remembered:
    """How many chunks hold a phrase, as long as the archive is in one state."""

    def __init__(self) -> None:
        self._stamp = ""
        self._found: dict[Phrase, int] = {}
        self._turn = threading.Lock()

    def of(self, stamp: str) -> dict[Phrase, int]:
        """What is known in this state; to be added to."""
        with self._turn:
            if stamp != self._stamp:
                self._stamp, self._found = stamp, {}
            return self._found


class MilvusView:
    """One look at an archive; see `index.protocols.View`."""

    def __init__(self, link: Link, state: State, remembered: Remembered) -> None:
        self._link = link
        self._state = state
        self._names = layout.collections(link.address.name, state.manifest.born)
        self._articles, self._chunks, _ = self._names
        self._counted = remembered.of(state.manifest.stamp)
        self._seen: dict[int, Row] = {}
        self._stories: dict[int, Row] = {}

    @property
    def manifest(self) -> Manifest:
        """See `View`."""
        return self._state.manifest

    @property
    def chunk_count(self) -> int:
        """See `View`."""
        return self._state.totals.chunks

    def counts(self) -> Counts:
        """See `View`."""
        totals = self._state.totals
        return Counts(totals.articles, totals.chunks, totals.origins, totals.superseded)

    def published_span(self) -> tuple[dt.date, dt.date] | None:
        """See `View`."""
        first, last = layout.day(self._state.totals.first), layout.day(self._state.totals.last)
        return (first, last) if first and last else None

    def lexical(
        self,
        terms: Sequence[str],
        limit: int,
        since: dt.date | None = None,
        until: dt.date | None = None,
        *,
        title_weight: float = 1.0,
    ) -> list[Hit]:
        """See `View`: Milvus's BM25 brings twice as many as asked for, `analysis.bm25` ranks."""
        asked = [phrase for phrase in analysis.phrases(list(dict.fromkeys(terms))) if phrase]
        if not asked or limit <= 0:
            return []
        query = " ".join(sorted({word for phrase in asked for word in phrase}))
        rows = self._search("bm25", "BM25", query, 2 * limit, since, until)
        held = [(int(row["id"]), Words.stored(row["words"])) for row in rows]
        found = {phrase for phrase in asked for _, words in held if words.occurrences(phrase)}
        having = self._frequencies(found)
        totals = self._state.totals
        mean = totals.tokens / totals.chunks if totals.chunks else 0.0
        hits = [
            Hit(chunk_id, analysis.bm25(words, having, asked, totals.chunks, mean, title_weight))
            for chunk_id, words in held
        ]
        return _best([hit for hit in hits if hit.score > 0], limit)

    def semantic(
        self,
        vector: npt.NDArray[np.float32],
        limit: int,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> list[Hit]:
        """See `View`; on a server with an approximate index, as near as that comes."""
        if limit <= 0:
            return []
        query = np.asarray(vector, np.float32).tolist()
        rows = self._search("vector", "IP", query, limit, since, until)
        return _best([Hit(int(row["id"]), float(row["distance"])) for row in rows], limit)

    def vectors(self, chunk_ids: Sequence[int]) -> npt.NDArray[np.float32]:
        """See `View`."""
        rows = self._rows(chunk_ids)
        found = [rows[chunk_id]["vector"] for chunk_id in chunk_ids]
        return np.array(found, np.float32).reshape(len(found), self.manifest.dimension)

    def passages(self, chunk_ids: Sequence[int]) -> list[StoredChunk]:
        """See `View`."""
        rows = self._rows(chunk_ids)
        cards = {
            key: layout.card(self._stories[key]) for key in {r["article"] for r in rows.values()}
        }
        return [layout.stored_chunk(rows[i], cards[rows[i]["article"]]) for i in chunk_ids]

    def neighbours(self, chunk_id: int) -> list[int]:
        """See `View`."""
        try:
            row = self._rows([chunk_id])[chunk_id]
        except KeyError:
            return []
        there = layout.chunk_ids(row["number"], self._stories[row["article"]]["chunks"])
        return [one for one in (chunk_id - 1, chunk_id + 1) if one in there]

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """See `View`."""
        asked = dict(zip(terms, analysis.phrases(terms), strict=True))
        having = self._frequencies({phrase for phrase in asked.values() if phrase})
        return {term: having.get(phrase, 0) for term, phrase in asked.items()}

    def articles(self) -> list[Card]:
        """See `View`."""
        rows = self._link.every(self._articles, ["key", *_CARD], "superseded_key == 0")
        cards = sorted((layout.card(row) for row in rows), key=lambda card: card.article_id)
        return sorted(cards, key=lambda card: card.published or dt.date.min, reverse=True)

    def earlier(self, successor: str | None = None) -> list[Card]:
        """See `View`."""
        wanted = "!= 0" if successor is None else f"== {layout.hashed(successor)}"
        rows = self._link.every(self._articles, ["key", *_CARD], f"superseded_key {wanted}")
        found = [row for row in rows if successor in (None, row["superseded_by"])]
        found.sort(key=lambda row: str(row["id"]))
        return [layout.card(row) for row in sorted(found, key=layout.moment, reverse=True)]

    def copies(self, origin: str) -> list[Card]:
        """See `View`."""
        rows = self._link.get(self._articles, "origin_key", [layout.hashed(origin)], _CARD)
        cards = [
            layout.card(row) for row in rows if row["origin"] == origin and not row["superseded_by"]
        ]
        return sorted(cards, key=_earliest)

    def claimants(self, article_id: str) -> list[Card]:
        """See `View`."""
        found = self._link.get(
            self._articles, "key", [layout.hashed(article_id)], ["url_key", *_CARD]
        )
        mine = next((row for row in found if row["id"] == article_id), None)
        if mine is None or not mine["url_key"] or mine["superseded_by"]:
            return []
        rows = self._link.get(self._articles, "url_key", [mine["url_key"]], _CARD)
        others = [row for row in rows if row["origin"] != mine["origin"] and _is_searched(row)]
        return sorted(map(layout.card, others), key=_earliest)

    def card(self, article_id: str) -> Card:
        """See `View`."""
        return layout.card(self.row(article_id))

    def article(self, article_id: str) -> Article:
        """See `View`."""
        row = self.row(article_id)
        return layout.article(row, self.texts(row))

    def chunks_of(self, article_id: str) -> list[Chunk]:
        """See `View`."""
        row = self.row(article_id)
        fields = ["start", "end", "sentences", "text"]
        of = layout.card(row)
        return [layout.stored_chunk(one, of).chunk for one in self.chunk_rows(row, fields)]

    def content_hashes(self) -> dict[str, tuple[str, str]]:
        """See `View`."""
        rows = self._link.every(self._articles, ["key", "id", "source", "content_hash"])
        return {row["source"]: (row["id"], row["content_hash"]) for row in rows}

    def row(self, article_id: str) -> Row:
        """The row of an article or an earlier version.

        Raises:
            UnknownArticle: no article has that id; the message names the ids most like it.
        """
        key = layout.hashed(article_id)
        self._know([key])
        row = self._stories.get(key)
        if row is not None and row["id"] == article_id:
            return row
        article_id = article_id.encode("utf-8", "replace").decode("utf-8")
        ids = sorted(row["id"] for row in self._link.every(self._articles, ["key", "id"]))
        close = difflib.get_close_matches(article_id, ids, n=3, cutoff=0.5)
        hint = (
            f"Did you mean {' or '.join(close)}?"
            if close
            else "See the ids with: byline list, and the same --index"
        )
        raise UnknownArticle(f"No article has the id {article_id}. {hint}")

    def texts(self, row: Row) -> list[str]:
        """The texts of an article's chunks, in order; see `chunk_rows`."""
        return [chunk["text"] for chunk in self.chunk_rows(row, ["text"])]

    def chunk_rows(self, row: Row, fields: Sequence[str]) -> list[Row]:
        """Some fields of an article's chunks, in order, and their ids.

        Raises:
            UnknownArticle: it has been replaced or removed since its row was read.
        """
        wanted = layout.chunk_ids(row["number"], row["chunks"])
        place = self._names.of(row)
        # They may have moved since the row was read, as another version came or went.
        for collection in sorted(self._names[1:], key=lambda name: name != place):
            found = {one["id"]: one for one in self._link.get(collection, "id", wanted, fields)}
            if len(found) == len(wanted):
                return [found[chunk_id] for chunk_id in wanted]
        raise UnknownArticle(f"The article {row['id']} was changed while it was read. Ask again.")

    def _search(
        self,
        field: str,
        metric: str,
        query: object,
        limit: int,
        since: dt.date | None,
        until: dt.date | None,
    ) -> list[Row]:
        if not self.chunk_count:
            return []
        limit = min(limit + MORE, MOST)
        where = _between(since, until)
        for _ in range(ATTEMPTS):
            found = self._link.search(
                self._chunks, field, metric, query, limit, where, layout.CHUNK
            )
            rows = self._current(found)
            if len(rows) == len(found) or not self._outdated(found):
                break  # else an article was replaced between the search and the look at its row
        return rows

    def _current(self, rows: Sequence[Row]) -> list[Row]:
        """Those chunks that are of their article's present state; they are remembered."""
        fresh = [row for row in rows if row["id"] not in self._seen]
        self._know({row["article"] for row in fresh})
        for row in fresh:
            story = self._stories.get(row["article"])
            if story is not None and _is_searched(story) and story["number"] == row["number"]:
                self._seen[row["id"]] = row
        return [row for row in rows if row["id"] in self._seen]

    def _outdated(self, rows: Sequence[Row]) -> bool:
        """Whether some chunks are of an earlier state than their article's row names."""
        return any(
            row["article"] not in self._stories
            or not _is_searched(self._stories[row["article"]])
            or row["number"] < self._stories[row["article"]]["number"]
            for row in rows
        )

    def _rows(self, chunk_ids: Sequence[int]) -> dict[int, Row]:
        """The rows of some chunks.

        Raises:
            KeyError: one of the chunks is not there.
        """
        unseen = {int(chunk_id) for chunk_id in chunk_ids} - self._seen.keys()
        fields = [name for name in layout.CHUNK if name != "id"]
        self._current(list(self._link.get(self._chunks, "id", unseen, fields)))
        return {chunk_id: self._seen[chunk_id] for chunk_id in chunk_ids}

    def _know(self, keys: Iterable[int]) -> None:
        """Fetch the rows of articles that this view has not seen yet."""
        unknown = [key for key in keys if key not in self._stories]
        for row in self._link.get(self._articles, "key", unknown, layout.ARTICLE):
            self._stories[row["key"]] = row

    def _frequencies(self, phrases: Collection[Phrase]) -> dict[Phrase, int]:
        """For each phrase, how many chunks hold it."""
        # A word is letters and digits (analysis.split), so that nothing in it is syntax.
        new = [phrase for phrase in phrases if phrase not in self._counted]
        if new and self._link.address.file is not None and self.chunk_count < MOST:
            # milvus-lite has no index of words and reads every chunk for each look: one is enough.
            any_of = " ".join(sorted({word for phrase in new for word in phrase}))
            self._counted.update(self._holding(new, f"text_match(words, '{any_of}')"))
        else:
            for phrase in new:
                all_of = " and ".join(f"text_match(words, '{word}')" for word in phrase)
                if len(phrase) == 1:
                    self._counted[phrase] = self._link.count(self._chunks, all_of)
                else:
                    self._counted.update(self._holding([phrase], all_of))
        return {phrase: self._counted[phrase] for phrase in phrases}

    def _holding(self, phrases: Sequence[Phrase], where: str) -> dict[Phrase, int]:
        """How many of the chunks for which an expression holds have each phrase."""
        rows = self._link.query(self._chunks, where, ["id", "words"])
        held = [Words.stored(row["words"]) for row in rows]
        return {phrase: sum(words.occurrences(phrase) > 0 for words in held) for phrase in phrases}


def _earliest(card: Card) -> tuple[bool, dt.date, str]:
    return card.published is None, card.published or dt.date.min, card.article_id


def _is_searched(row: Row) -> bool:
    return not row["superseded_by"]


def _best(hits: Sequence[Hit], limit: int) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))[:limit]


def _between(since: dt.date | None, until: dt.date | None) -> str:
    """A filter on the day of publication; with either limit, what has no day is left out."""
    if since is None and until is None:
        return ""
    limits = [f"published >= {max(1, since.toordinal()) if since else 1}"]
    if until is not None:
        limits.append(f"published <= {until.toordinal()}")
    return " and ".join(limits)
