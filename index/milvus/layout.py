"""How an archive lies in Milvus: four collections and the form of their rows.

    NAME_manifest        one row that says what the archive is and how much it holds, one
                         for a rebuild under way, and one for each process that writes
    NAME_articles_BORN   a row for each article: what is known of it, and its copies
    NAME_chunks_BORN     a row for each chunk: its text, words, vector and full-text index
    NAME_earlier_BORN    the same, not to be searched, for versions that later ones superseded

BORN is the random name in the manifest's row, so that the one write of that row
puts another archive in this one's place. Keys are numbers, so that nothing that an
article brings stands in a filter: an article's is a hash of its id. A chunk belongs
to one *state* of its article (`number`, never given twice), and counts only while
the article's row names that state and says that it is searched: the one write of
that row makes a new state visible, whole. An article's text is the texts of its
chunks, each with the white space that follows it.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index import duplicates, schema, versions
from index.errors import UnreadableSource
from index.milvus.analysis import Words
from index.milvus.link import Link
from index.records import Article, Card, Chunk, Span, StoredChunk
from index.schema import Manifest
from index.versions import Version

if TYPE_CHECKING:
    from index.milvus.link import Row


FORMAT = 1
ROOM = 65_535
"""Bytes that a string may take: Milvus's limit."""
PLACES = 1 << 20
"""A chunk's id is its version's number times this, plus its place in the article."""
MANIFEST_KEY = 0
REBUILDING_KEY = -1

NUMBERS = (
    "number", "change", "source_key", "origin_key", "text_key", "url_key", "superseded_key",
    "published", "chunks", "tokens",
)  # fmt: skip
TEXTS = (
    "id", "source", "origin", "superseded_by", "content_hash", "known", "links", "minhash",
)  # fmt: skip
ARTICLE = (*NUMBERS, *TEXTS)
CHUNK = ("id", "number", "article", "start", "end", "sentences", "text", "words", "vector")
STORED_CHUNK = (*CHUNK, "published")
UNTOLD = {"pages": "[]", "doubts": "[]"}
"""What is known of an article that was stored before these were."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What would cost a look at every article, kept with each change."""

    articles: int = 0
    chunks: int = 0
    origins: int = 0
    superseded: int = 0
    """Earlier versions, which the other figures leave out."""
    tokens: int = 0
    first: int = 0
    """The earliest day of publication as a proleptic ordinal; 0 without any."""
    last: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """The manifest's row."""

    manifest: Manifest
    totals: Totals = Totals()
    number: int = 0
    """The last number that was given out, to a state of an article or to a change."""
    pending: dict[str, Any] = field(default_factory=dict)
    """The change that is being made; empty when none is."""

    def to_json(self) -> str:
        """As text, for its row."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> State:
        """The state that `to_json` wrote.

        Raises:
            ValueError: it is none.
        """
        try:
            found = json.loads(text)
            manifest, totals = Manifest.of(found["manifest"]), Totals(**found["totals"])
            return cls(manifest, totals, int(found["number"]), dict(found["pending"]))
        except (KeyError, TypeError) as error:
            raise ValueError(str(error)) from error


def changed(totals: Totals, was: Sequence[Row], now: Sequence[Row]) -> Totals | None:
    """The totals when some rows have given way to others; None where all have to be looked at."""
    past, present = ([row for row in rows if is_searched(row)] for rows in (was, now))
    days = {row["published"] for row in present} - {0}
    if ({row["published"] for row in past} - days - {0}) & {totals.first, totals.last}:
        return None

    def more(count: Callable[[Sequence[Row]], int]) -> int:
        return count(present) - count(past)

    return Totals(
        articles=totals.articles + more(len),
        chunks=totals.chunks + more(lambda rows: sum(row["chunks"] for row in rows)),
        origins=totals.origins
        + more(lambda rows: sum(row["origin_key"] == row["key"] for row in rows)),
        superseded=totals.superseded + len(now) - len(was) - more(len),
        tokens=totals.tokens + more(lambda rows: sum(row["tokens"] for row in rows)),
        first=min({totals.first, *days} - {0}, default=0),
        last=max(totals.last, *days, 0),
    )


class Collections(NamedTuple):
    """Their names."""

    articles: str
    chunks: str
    earlier: str

    def of(self, row: Row) -> str:
        """Where the chunks of an article's row are."""
        return self.chunks if is_searched(row) else self.earlier


def manifest(name: str) -> str:
    """The name of the collection of the manifest."""
    return f"{name}_manifest"


def collections(name: str, born: str) -> Collections:
    """The names of the collections with what an archive holds."""
    return Collections(*(f"{name}_{part}_{born}" for part in Collections._fields))


def born(name: str, collection: str) -> str:
    """Which BORN a collection of an archive has; empty where it is none of it."""
    parts = "|".join(Collections._fields)
    found = re.fullmatch(rf"{re.escape(name)}_(?:{parts})_([0-9a-f]{{32}})", collection)
    return found[1] if found else ""


def hashed(text: str) -> int:
    """A signed 64-bit number that stands for a text in filters."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def chunk_ids(number: int, chunks: int) -> range:
    """The ids of the chunks of one state of an article."""
    return range(number * PLACES, number * PLACES + chunks)


def article_row(article: Article, content_hash: str, number: int, words: Sequence[Words]) -> Row:
    """An article's row, its own origin and searched until it is told otherwise.

    Raises:
        UnreadableSource: it has more than Milvus can hold.
    """
    columns = zip(schema.ARTICLE_COLUMNS.split(", "), schema.article_to_row(article), strict=True)
    described = {name: value for name, value in columns if name not in ("id", "source", "text")}
    minhash = duplicates.signature(article.text)
    address = versions.url_key(article.url)
    row: Row = {
        "key": hashed(article.id),
        "number": number,
        "change": 0,
        "source_key": hashed(article.source),
        "origin_key": hashed(article.id),
        "text_key": duplicates.text_key(article.text),
        "url_key": hashed(address) if address else 0,
        "superseded_key": 0,
        "published": article.published.toordinal() if article.published else 0,
        "chunks": len(words),
        "tokens": sum(chunk.count for chunk in words),
        "id": article.id,
        "source": article.source,
        "origin": article.id,
        "superseded_by": "",
        "content_hash": content_hash,
        "known": json.dumps(described, ensure_ascii=False),
        "links": "[]",
        "minhash": base64.b85encode(minhash).decode("ascii"),
    }
    _require_room(row)
    return row


def as_written(row: Row, change: int) -> Row:
    """An article's row as a change writes it.

    What has no copies, as a short text or an earlier version, has a place to stand.
    """
    return {
        **row,
        "bands": (is_searched(row) and bands(minhash(row))) or {0: 1.0},
        "change": change,
    }


def is_searched(row: Row) -> bool:
    """Whether an article's row is not that of an earlier version."""
    return not row["superseded_by"]


def superseded(row: Row, successor: str) -> Row:
    """The row of an article that another one supersedes, or no longer; its copies are unknown."""
    return {
        **row,
        "superseded_by": successor,
        "superseded_key": hashed(successor) if successor else 0,
        "origin": row["id"],
        "origin_key": row["key"],
        "links": "[]",
    }


def bands(signature: bytes) -> dict[int, float]:
    """The bands of a text's MinHash as the dimensions of a sparse vector; {} for a short text."""
    return {(band & 0x7FFFFFFF) + 1: 1.0 for band in duplicates.bands(signature)}


def minhash(row: Row) -> bytes:
    """The MinHash of an article's text; empty for a short one."""
    return base64.b85decode(row["minhash"])


def chunk_rows(
    article: Article, row: Row, chunks: Sequence[Chunk], matrix: npt.NDArray[np.float32],
    words: Sequence[Words],
) -> list[Row]:  # fmt: skip
    """The rows of an article's chunks.

    Raises:
        UnreadableSource: one has more than Milvus can hold.
    """
    # Each text reaches to the next one, and the first from the article's very beginning.
    cuts = [0, *(chunk.start for chunk in chunks[1:]), len(article.text)]
    rows = []
    for place, (chunk, vector, said) in enumerate(zip(chunks, matrix, words, strict=True)):
        spans = [(span.start, span.end) for span in chunk.sentences]
        made: Row = {
            "id": row["number"] * PLACES + place,
            "number": row["number"],
            "article": row["key"],
            "published": row["published"],
            "start": chunk.start,
            "end": chunk.end,
            "sentences": json.dumps(spans, separators=(",", ":")),
            "text": article.text[cuts[place] : cuts[place + 1]],
            "words": said.text,
            "vector": vector.tolist(),
        }
        _require_room(made)
        rows.append(made)
    return rows


def columns(row: Row) -> Row:
    """What `index.schema` calls by its columns of an article's row, but for its text."""
    found = {**UNTOLD, **json.loads(row["known"])}
    found |= {name: row[name] for name in ("id", "source", "origin", "superseded_by")}
    return {**found, "number": arrived(row), "url_key": versions.url_key(found["url"])}


def arrived(row: Row) -> int:
    """The number of an article's first state, which tells when it came in."""
    return int(json.loads(row["known"]).get("arrived", row["number"]))


def in_place_of(row: Row, gone: Sequence[Row]) -> Row:
    """The row of an article that came in when the first of those did whose place it takes."""
    described = {**json.loads(row["known"]), "arrived": min(map(arrived, [row, *gone]))}
    return {**row, "known": json.dumps(described, ensure_ascii=False)}


def version(row: Row, text: str) -> Version:
    """An article's row as a version among others."""
    found = {**columns(row), "number": row["number"], "text": text, "text_key": row["text_key"]}
    return Version(**{field.name: found[field.name] for field in dataclasses.fields(Version)})


def stored_chunk(row: Row, of: Card) -> StoredChunk:
    """A chunk's row as the value that a search returns."""
    start, end = int(row["start"]), int(row["end"])
    before = start if row["id"] % PLACES == 0 else 0
    text = row["text"][before : before + end - start]
    spans = tuple(Span(*pair) for pair in json.loads(row["sentences"]))
    return StoredChunk(int(row["id"]), Chunk(of.article_id, start, end, text, spans), of)


def day(ordinal: int) -> dt.date | None:
    """The day of a row's `published`."""
    return dt.date.fromordinal(ordinal) if ordinal else None


def _require_room(row: Row) -> None:
    for name, value in row.items():
        if isinstance(value, str) and len(value.encode()) > ROOM:
            raise UnreadableSource(
                f"its {name} takes more than the {ROOM:,} bytes that Milvus keeps in one value; "
                "keep this article in an index in a folder"
            )


# --- collections -------------------------------------------------------------------------------


BM25 = {"bm25_k1": 1.2, "bm25_b": 0.75}

_CHUNK = ("id", ("number", "article", "published", "start", "end"), ("sentences", "text", "words"))
_FIELDS = {
    "manifest": ("key", (), ("value",)),
    "articles": ("key", NUMBERS, TEXTS),
    "chunks": _CHUNK,
    "earlier": _CHUNK,
}
"""For each collection its key, its numbers and its texts."""
_ANALYZED = {
    "enable_analyzer": True,
    "enable_match": True,
    "analyzer_params": {"tokenizer": "standard"},
}
_INDEXED = {
    "articles": ("source_key", "origin_key", "text_key", "url_key", "superseded_key"),
    "chunks": ("published",),
}
_VECTOR = {"manifest": "unused", "articles": "bands"}
"""What the vector is called: Milvus wants one in each collection."""


def make(link: Link, name: str, part: str, dimension: int = 2) -> None:
    """Make a collection and load it.

    One shard: a write is seen as a whole. A server's index of vectors is its own choice,
    that of a file is exact.

    Raises:
        UnusableIndex: the server is too old.
    """
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    link.require_version()
    fields = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    indexes = MilvusClient.prepare_index_params()
    key, numbers, texts = _FIELDS[part]
    fields.add_field(key, DataType.INT64, is_primary=True)
    for number in numbers:
        fields.add_field(number, DataType.INT64)
    for text in texts:
        options = _ANALYZED if (part, text) == ("chunks", "words") else {}
        fields.add_field(text, DataType.VARCHAR, max_length=ROOM, **options)
    for number in _INDEXED.get(part, ()):
        indexes.add_index(number, index_type="INVERTED")
    vector = _VECTOR.get(part, "vector")
    if part == "articles":
        fields.add_field(vector, DataType.SPARSE_FLOAT_VECTOR)
        indexes.add_index(vector, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    else:
        fields.add_field(vector, DataType.FLOAT_VECTOR, dim=dimension)
        exact = part != "chunks" or link.address.file is not None
        indexes.add_index(vector, index_type="FLAT" if exact else "AUTOINDEX", metric_type="IP")
    if part == "chunks":
        fields.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
        fields.add_function(Function("bm25", FunctionType.BM25, ["words"], ["bm25"]))
        sparse = "SPARSE_INVERTED_INDEX"
        indexes.add_index("bm25", index_type=sparse, metric_type="BM25", params=BM25)
    link.call("create_collection", name, schema=fields, num_shards=1, consistency_level="Bounded")
    # There is nothing to index yet, so nothing to wait for.
    link.call("create_index", name, indexes, sync=False)
    link.call("load_collection", name)
