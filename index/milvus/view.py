"""What can be asked of an archive in Milvus; `index.protocols.View` says what each returns.

Milvus has no snapshots over several calls. What a view holds to: an article is
seen in one state or the other, never in parts, for a chunk counts only while its
article's row names the state that it is of, and is searched; and what a search has found
stays at hand as it was found, whatever a writer does meanwhile. Two searches of one view
may lie on either side of a change.
"""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import UnknownArticle
from index.milvus import analysis, layout
from index.milvus.analysis import Phrase, Words
from index.milvus.layout import State, is_searched
from index.milvus.link import MOST, Link, Row
from index.protocols import View
from index.records import Card, Chunk, Counts, Hit, StoredChunk
from index.schema import Manifest

_CARD = ("id", "origin", "superseded_by", "known", "source", "number")
_KEYS = {"id": "key", "origin": "origin_key", "superseded_by": "superseded_key"}
"""The fields with the hashes of what `index.schema` calls so."""
ATTEMPTS = 3
"""How often a search is made that a writer gets in the way of."""
MORE = 64
"""Rows that a search brings beyond those asked for: some may be of a version in the making."""


class MilvusQueries(View):
    """The reading half of an archive."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[MilvusView]:
        """A look at one state, for several calls."""

    @property
    def manifest(self) -> Manifest:
        with self.snapshot() as view:
            return view.state.manifest

    @property
    def chunk_count(self) -> int:
        return self.counts().chunks

    def counts(self) -> Counts:
        with self.snapshot() as view:
            totals = view.state.totals
        return Counts(totals.articles, totals.chunks, totals.origins, totals.superseded)

    def published_span(self) -> tuple[dt.date, dt.date] | None:
        with self.snapshot() as view:
            first, last = map(layout.day, (view.state.totals.first, view.state.totals.last))
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
        with self.snapshot() as view:
            rows = view.search("bm25", "BM25", query, 2 * limit, since, until)
            held = [(int(row["id"]), Words.stored(row["words"])) for row in rows]
            found = {phrase for phrase in asked for _, words in held if words.occurrences(phrase)}
            having, totals = view.frequencies(found), view.state.totals
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
        with self.snapshot() as view:
            rows = view.search("vector", "IP", query, limit, since, until)
        return _best([Hit(int(row["id"]), float(row["distance"])) for row in rows], limit)

    def vectors(self, chunk_ids: Sequence[int]) -> npt.NDArray[np.float32]:
        with self.snapshot() as view:
            rows = view.chunks(chunk_ids)
        found = [rows[chunk_id]["vector"] for chunk_id in chunk_ids]
        return np.array(found, np.float32).reshape(len(found), view.state.manifest.dimension)

    def passages(self, chunk_ids: Sequence[int]) -> list[StoredChunk]:
        with self.snapshot() as view:
            rows = view.chunks(chunk_ids)
            cards = {key: view.card_of(key) for key in {row["article"] for row in rows.values()}}
        return [layout.stored_chunk(rows[i], cards[rows[i]["article"]]) for i in chunk_ids]

    def neighbours(self, chunk_id: int, most: int) -> list[int]:
        with self.snapshot() as view:
            try:
                row = view.chunks([chunk_id])[chunk_id]
            except KeyError:
                return []
            there = view.chunk_ids_of(row["article"])
        others = [one for one in there if one != chunk_id]
        return sorted(others, key=lambda one: (abs(one - chunk_id), one))[:most]

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        asked = dict(zip(terms, analysis.phrases(terms), strict=True))
        with self.snapshot() as view:
            having = view.frequencies({phrase for phrase in asked.values() if phrase})
        return {term: having.get(phrase, 0) for term, phrase in asked.items()}

    def holding(self, term: str, *, starts: bool = False) -> dict[int, str]:
        phrase = analysis.phrases([term])[0]
        if not phrase:
            return {}
        having = analysis.having(analysis.start_of(term) if starts else phrase, starts)
        with self.snapshot() as view:
            return view.held(having, () if starts else phrase)

    def chunks_of(self, article_id: str) -> list[Chunk]:
        with self.snapshot() as view:
            row = view.stored(article_id)
            rows = view.chunk_rows(row, ["start", "end", "sentences", "text"])
        card = self._card(layout.columns(row))
        return [layout.stored_chunk(chunk, card).chunk for chunk in rows]

    def content_hashes(self) -> dict[str, tuple[str, str]]:
        with self.snapshot() as view:
            rows = view.every(["key", "id", "source", "content_hash"])
        return {row["source"]: (row["id"], row["content_hash"]) for row in rows}

    def rows(self, *, searched: bool, **where: str) -> list[Row]:
        with self.snapshot() as view:
            if where:
                ((name, value),) = where.items()
                rows = view.by(_KEYS.get(name, name), [layout.hashed(value)], _CARD)
            else:
                rows = view.every(["key", *_CARD], f"superseded_key {'=' if searched else '!'}= 0")
        found = [layout.columns(row) for row in rows if is_searched(row) is searched]
        return [row for row in found if all(row[name] == where[name] for name in where)]

    def text_of(self, row: Mapping[str, Any]) -> str:
        with self.snapshot() as view:
            return view.text(view.stored(row["id"]))


class MilvusView(MilvusQueries):
    """One look at an archive, and the rows that it has seen."""

    def __init__(self, link: Link, state: State, counted: dict[Phrase, int]) -> None:
        """Take the connection, the state, and how many chunks in it are known to hold a phrase."""
        self.state = state
        self._link = link
        self._names = layout.collections(link.address.name, state.manifest.born)
        self._counted = counted
        self._seen: dict[int, Row] = {}
        self._stories: dict[int, Row] = {}

    def snapshot(self) -> AbstractContextManager[MilvusView]:
        """Itself."""
        return nullcontext(self)

    def by(
        self, field: str, keys: Iterable[int], names: Sequence[str] = layout.ARTICLE
    ) -> list[Row]:
        """The stored rows of articles whose field has one of some numbers."""
        return self._link.get(self._names.articles, field, keys, ["key", *names])

    def every(self, names: Sequence[str], where: str = "") -> list[Row]:
        """Some fields of all articles' rows for which an expression holds."""
        return list(self._link.every(self._names.articles, names, where))

    def near(self, bands: dict[int, float], text_key: int, limit: int) -> list[Row]:
        """The rows of articles with another text that share the most bands."""
        names, where = ("key", *layout.ARTICLE), f"text_key != {text_key}"
        place = (self._names.articles, "bands", "IP")
        found = self._link.search(*place, bands, limit, where, names)
        return [{name: row[name] for name in names} for row in found]

    def stored(self, article_id: str) -> Row:
        """The stored row of an article or an earlier version.

        Raises:
            UnknownArticle: no article has that id; the message names the ids most like it.
        """
        key = layout.hashed(article_id)
        self._know([key])
        row = self._stories.get(key)
        if row is None or row["id"] != article_id:
            raise self.unknown(article_id)
        return row

    def text(self, row: Row) -> str:
        """An article's text; see `chunk_rows`."""
        return "".join(chunk["text"] for chunk in self.chunk_rows(row, ["text"]))

    def chunk_rows(self, row: Row, names: Sequence[str]) -> list[Row]:
        """Some fields of an article's chunks, in order, and their ids.

        Raises:
            UnknownArticle: it has been replaced or removed since its row was read.
        """
        wanted = layout.chunk_ids(row["number"], row["chunks"])
        place = self._names.of(row)
        # They may have moved since the row was read, as another version came or went.
        for collection in sorted(self._names[1:], key=lambda name: name != place):
            rows = self._link.get(collection, "id", wanted, names)
            if len(rows) == len(wanted):
                return sorted(rows, key=lambda chunk: int(chunk["id"]))
        raise UnknownArticle(f"The article {row['id']} was changed while it was read. Ask again.")

    def search(
        self,
        field: str,
        metric: str,
        query: object,
        limit: int,
        since: dt.date | None,
        until: dt.date | None,
    ) -> list[Row]:
        """The rows of the chunks nearest to a query, best first, and some more than asked for."""
        if not self.chunk_count:
            return []
        place, limit = (self._names.chunks, field, metric), min(limit + MORE, MOST)
        for _ in range(ATTEMPTS):
            found = self._link.search(*place, query, limit, _between(since, until), layout.CHUNK)
            rows = self._current(found)
            stories = [(row["number"], self._stories.get(row["article"])) for row in found]
            if all(s and is_searched(s) and number >= s["number"] for number, s in stories):
                break  # else an article was replaced between the search and the look at its row
        return rows

    def chunks(self, chunk_ids: Sequence[int]) -> dict[int, Row]:
        """The rows of some chunks.

        Raises:
            KeyError: one of the chunks is not there.
        """
        unseen = {int(chunk_id) for chunk_id in chunk_ids} - self._seen.keys()
        self._current(self._link.get(self._names.chunks, "id", unseen, layout.CHUNK))
        return {chunk_id: self._seen[chunk_id] for chunk_id in chunk_ids}

    def held(self, where: str, phrase: Phrase) -> dict[int, str]:
        """For each chunk with a phrase the id of its article, of those that an expression names."""
        fields = ("id", "number", "article", "words")
        rows = [
            row for row in self._link.every(self._names.chunks, fields, where)
            if Words.stored(row["words"]).occurrences(phrase)
        ]  # fmt: skip
        self._know({row["article"] for row in rows})
        return {
            row["id"]: self._stories[row["article"]]["id"] for row in rows if self._is_current(row)
        }

    def card_of(self, key: int) -> Card:
        """The card of an article that one of this view's chunks is of."""
        return self._card(layout.columns(self._stories[key]))

    def chunk_ids_of(self, key: int) -> range:
        """The ids of the chunks of such an article."""
        return layout.chunk_ids(self._stories[key]["number"], self._stories[key]["chunks"])

    def frequencies(self, phrases: Collection[Phrase]) -> dict[Phrase, int]:
        """For each phrase, how many chunks hold it."""
        new = [phrase for phrase in phrases if phrase not in self._counted]
        if new and self._link.address.file is not None and self.chunk_count < MOST:
            # milvus-lite has no index of words and reads every chunk for each look: one is enough.
            any_of = " ".join(sorted({word for phrase in new for word in phrase}))
            self._counted.update(self._holding(new, f"text_match(words, '{any_of}')"))
        for phrase in [phrase for phrase in new if phrase not in self._counted]:
            all_of = analysis.having(phrase)
            if len(phrase) == 1:
                self._counted[phrase] = self._link.count(self._names.chunks, all_of)
            else:
                self._counted.update(self._holding([phrase], all_of))
        return {phrase: self._counted[phrase] for phrase in phrases}

    def _holding(self, phrases: Sequence[Phrase], where: str) -> dict[Phrase, int]:
        """How many of the chunks for which an expression holds have each phrase."""
        rows = self._link.query(self._names.chunks, where, ["id", "words"])
        held = [Words.stored(row["words"]) for row in rows]
        return {phrase: sum(words.occurrences(phrase) > 0 for words in held) for phrase in phrases}

    def _current(self, rows: Sequence[Row]) -> list[Row]:
        """Those chunks that are of their article's present state; they are remembered."""
        fresh = [row for row in rows if row["id"] not in self._seen]
        self._know({row["article"] for row in fresh})
        self._seen |= {row["id"]: row for row in fresh if self._is_current(row)}
        return [row for row in rows if row["id"] in self._seen]

    def _is_current(self, row: Row) -> bool:
        story = self._stories.get(row["article"])
        return story is not None and is_searched(story) and story["number"] == row["number"]

    def _know(self, keys: Iterable[int]) -> None:
        """Fetch the rows of articles that this view has not seen yet."""
        new = [key for key in keys if key not in self._stories]
        self._stories |= {row["key"]: row for row in self.by("key", new)}


def _best(hits: Sequence[Hit], limit: int) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))[:limit]


def _between(since: dt.date | None, until: dt.date | None) -> str:
    """A filter on the day of publication; with either limit, what has no day is left out."""
    if since is None and until is None:
        return ""
    first = max(1, since.toordinal()) if since else 1
    last = (until or dt.date.max).toordinal()
    return f"published >= {first} and published <= {last}"
