"""How an archive lies in Milvus: three collections and the form of their rows.

    NAME_manifest   one row that says what the archive is and how much it holds, and
                    one for each process that has it open for writing
    NAME_articles   a row for each article: what is known of it, and its copies
    NAME_chunks     a row for each chunk: its text, words, vector and full-text index

Keys are numbers, so that nothing that an article brings stands in a filter: an
article's is a hash of its id. A chunk belongs to one *version* of its article
(`number`, never given twice), and counts only while the article's row names that
version: the one write of that row makes a new version visible, whole. An article's
text is the texts of its chunks, each with the white space that follows it.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index import duplicates, schema
from index.errors import UnreadableSource
from index.milvus.analysis import Words, of_chunks
from index.records import Article, Card, Chunk, Span, StoredChunk
from index.schema import Manifest

if TYPE_CHECKING:
    from index.milvus.link import Link, Row

FORMAT = 1
ROOM = 65_535
"""Bytes that a string may take: Milvus's limit."""
PLACES = 1 << 20
"""A chunk's id is its version's number times this, plus its place in the article."""
MANIFEST_KEY = 0

ARTICLE = (
    "number", "source_key", "origin_key", "text_key", "published", "chunks", "tokens",
    "id", "source", "origin", "content_hash", "known", "links", "minhash",
)  # fmt: skip
CHUNK = ("id", "number", "article", "start", "end", "sentences", "text", "words", "vector")


@dataclass(frozen=True, slots=True)
class Totals:
    """What would cost a look at every article, kept with each change."""

    articles: int = 0
    chunks: int = 0
    origins: int = 0
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
    """The last version's number that was given out."""
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
            manifest, totals = Manifest(**found["manifest"]), Totals(**found["totals"])
            return cls(manifest, totals, int(found["number"]), dict(found["pending"]))
        except (KeyError, TypeError) as error:
            raise ValueError(str(error)) from error


def collections(name: str) -> tuple[str, str, str]:
    """The names of the manifest's, the articles' and the chunks' collection."""
    return f"{name}_manifest", f"{name}_articles", f"{name}_chunks"


def make_manifest(link: Link, name: str) -> None:
    """Make the collection of the manifest; Milvus wants a vector in each."""
    from pymilvus import DataType

    fields, indexes = _schema()
    fields.add_field("key", DataType.INT64, is_primary=True)
    fields.add_field("value", DataType.VARCHAR, max_length=ROOM)
    fields.add_field("unused", DataType.FLOAT_VECTOR, dim=2)
    indexes.add_index("unused", index_type="FLAT", metric_type="IP")
    link.make(name, fields, indexes)


def make_articles(link: Link, name: str) -> None:
    """Make the collection of the articles; `bands` finds those that may be copies."""
    from pymilvus import DataType

    fields, indexes = _schema()
    fields.add_field("key", DataType.INT64, is_primary=True)
    for number in ("number", "source_key", "origin_key", "text_key", "chunks", "tokens"):
        fields.add_field(number, DataType.INT64)
    fields.add_field("published", DataType.INT64)
    for text in ("id", "source", "origin", "content_hash", "known", "links", "minhash"):
        fields.add_field(text, DataType.VARCHAR, max_length=ROOM)
    fields.add_field("bands", DataType.SPARSE_FLOAT_VECTOR)
    for indexed in ("source_key", "origin_key", "text_key"):
        indexes.add_index(indexed, index_type="INVERTED")
    indexes.add_index("bands", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    link.make(name, fields, indexes)


def make_chunks(link: Link, name: str, dimension: int, *, exact: bool) -> None:
    """Make the collection of the chunks; an exact index of vectors, or the server's choice."""
    from pymilvus import DataType, Function, FunctionType

    fields, indexes = _schema()
    fields.add_field("id", DataType.INT64, is_primary=True)
    for number in ("number", "article", "published", "start", "end"):
        fields.add_field(number, DataType.INT64)
    fields.add_field("sentences", DataType.VARCHAR, max_length=ROOM)
    fields.add_field("text", DataType.VARCHAR, max_length=ROOM)
    fields.add_field(
        "words",
        DataType.VARCHAR,
        max_length=ROOM,
        enable_analyzer=True,
        enable_match=True,
        analyzer_params={"tokenizer": "standard"},
    )
    fields.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    fields.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
    fields.add_function(
        Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["words"],
            output_field_names=["bm25"],
        )
    )
    indexes.add_index("published", index_type="INVERTED")
    indexes.add_index("vector", index_type="FLAT" if exact else "AUTOINDEX", metric_type="IP")
    indexes.add_index(
        "bm25",
        index_type="SPARSE_INVERTED_INDEX",
        metric_type="BM25",
        params={"bm25_k1": 1.2, "bm25_b": 0.75},
    )
    link.make(name, fields, indexes)


def _schema() -> tuple[Any, Any]:
    from pymilvus import MilvusClient

    fields = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    return fields, MilvusClient.prepare_index_params()


def hashed(text: str) -> int:
    """A signed 64-bit number that stands for a text in filters."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def chunk_ids(number: int, chunks: int) -> range:
    """The ids of the chunks of one version of an article."""
    return range(number * PLACES, number * PLACES + chunks)


def article_row(article: Article, content_hash: str, number: int, words: Sequence[Words]) -> Row:
    """An article's row, its own origin until it is linked.

    Raises:
        UnreadableSource: it has more than Milvus can hold.
    """
    known = dict(zip(_columns(schema.ARTICLE_COLUMNS), schema.article_to_row(article), strict=True))
    for kept_elsewhere in ("id", "source", "text"):
        del known[kept_elsewhere]
    minhash = duplicates.signature(article.text)
    text_key = duplicates.text_key(article.text)
    row: Row = {
        "key": hashed(article.id),
        "number": number,
        "source_key": hashed(article.source),
        "origin_key": hashed(article.id),
        "text_key": text_key,
        "published": article.published.toordinal() if article.published else 0,
        "chunks": len(words),
        "tokens": sum(one.count for one in words),
        "id": article.id,
        "source": article.source,
        "origin": article.id,
        "content_hash": content_hash,
        "known": json.dumps(known, ensure_ascii=False),
        "links": "[]",
        "minhash": base64.b85encode(minhash).decode("ascii"),
    }
    _require_room(row)
    return row


def with_bands(row: Row) -> Row:
    """An article's row as it is written; a short text has no bands, but a place to stand."""
    return {**row, "bands": bands(row) or {0: 1.0}}


def bands(row: Row) -> dict[int, float]:
    """The bands of a text's MinHash as the dimensions of a sparse vector; {} for a short text."""
    return {(band & 0x7FFFFFFF) + 1: 1.0 for band in duplicates.bands(minhash(row))}


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


def words_of(title: str, chunks: Sequence[Chunk]) -> list[Words]:
    """The words of an article's chunks."""
    return of_chunks(title, [chunk.text for chunk in chunks])


def card(row: Row) -> Card:
    """The card of an article's row."""
    known = {**json.loads(row["known"]), "id": row["id"], "origin": row["origin"]}
    return schema.card_from_row([known[name] for name in _columns(schema.CARD_COLUMNS)])


def article(row: Row, texts: Sequence[str]) -> Article:
    """An article from its row and the texts of its chunks, in order."""
    known = {
        **json.loads(row["known"]),
        "id": row["id"],
        "source": row["source"],
        "text": "".join(texts),
    }
    return schema.article_from_row([known[name] for name in _columns(schema.ARTICLE_COLUMNS)])


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


def _columns(listed: str) -> list[str]:
    """The names in a list of columns of `index.schema`, without their table."""
    return [name.strip().rpartition(".")[2] for name in listed.split(",")]


def _require_room(row: Row) -> None:
    for name, value in row.items():
        if isinstance(value, str) and len(value.encode()) > ROOM:
            raise UnreadableSource(
                f"its {name} takes more than the {ROOM:,} bytes that Milvus keeps in one value; "
                "keep this article in an index in a folder"
            )
