"""What can be read of a damaged database goes into a new one; the damaged file is kept.

Articles and chunks are read row by row, past the pages that cannot be read; all
else in an index is derived from them and made anew. A text is held against the
hash that it was stored with, and chunks and vectors against the text. Nothing
here knows what did the damage.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from index import chunking, consistency, schema
from index.connections import WAL, WriterLock, connect, explained
from index.consistency import ChunkRow
from index.embedding import Encoder, HashEncoder
from index.errors import IndexDamaged
from index.ingesting import content_hash, embedded_text
from index.placing import put_in_place
from index.records import Article, Chunk
from index.schema import Manifest, unpack_spans, unpack_vectors
from index.store import Index, check_encoder

FOLDER = "mending"
PAGE = 4096
LARGEST = 10**8
"""A larger key than this is taken for damage."""
INDEXES = (
    "sqlite_autoindex_articles_2",  # by source, see schema.TABLES
    "sqlite_autoindex_articles_1",
    "articles_by_text",
    "articles_by_origin",
    "articles_by_date",
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of it."""

    articles: int
    known: int
    """How many articles the damaged database is known to have had."""
    chunks: int
    embedded: int
    """Articles whose chunks or vectors had to be made anew."""
    altered: int
    """Articles that were not as they were stored; the next ingest reads them again."""
    lost: tuple[str, ...]
    """Where the articles that are lost came from, as far as that is known."""
    aside: Path | None
    """Where the damaged database is now; None when nothing could be saved and it was left."""

    def __str__(self) -> str:
        said = f"saved {self.articles} of {self.known} articles in {self.chunks} chunks"
        if self.embedded:
            said += f"; embedded anew: {self.embedded}"
        if self.altered:
            said += f"; not as they were stored: {self.altered}"
        return said


def salvage(folder: Path, encoder: Callable[[], Encoder]) -> Saved:
    """Make a new index of what can be read of a damaged one, and put it in its place.

    The encoder is only asked for when vectors are missing or the manifest is.

    Raises:
        IndexBusy: another process is writing to it.
        IndexMismatch: vectors are missing, and the encoder is another than the index's.
        DiskFull: there is no room for a second database. All is as it was.
    """
    lock = WriterLock.taken(folder)
    beside = folder / FOLDER
    try:
        shutil.rmtree(beside, ignore_errors=True)  # of one that was killed
        beside.mkdir()
        with explained(folder):
            found = _Damaged(_opened(folder, beside), folder)
            with contextlib.closing(found.db):
                saved = _saved(found, beside, encoder)
            if not saved.articles:
                return saved
            aside = _free_name(folder)
            put_in_place(beside, folder, aside=aside)
        return dataclasses.replace(saved, aside=aside)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        lock.release()


class _Damaged:
    """What can still be read of a database."""

    def __init__(self, db: sqlite3.Connection, folder: Path) -> None:
        self.db = db
        self.folder = folder
        self._chunks: dict[int, list[int]] = defaultdict(list)
        self.state = _manifest(db, folder)
        for chunk_id, number in _rows(db, "chunks", "id", "article", _last_chunk(db)):
            if isinstance(number, int) and 0 < number <= LARGEST:
                self._chunks[number].append(chunk_id)
        self._listed, self.sources = _indexed_numbers(db)
        self._last = max(self._listed or self._chunks, default=0)

    def articles(self) -> Iterator[tuple[int, Article, str]]:
        """Number, article and the hash it was stored with, of each that can be read."""
        columns = f"content_hash, {schema.ARTICLE_COLUMNS}"
        with consistency.lenient(self.db):
            for number, digest, *row in _rows(self.db, "articles", "number", columns, self._last):
                article = consistency.read_article(row)
                if article.id.strip() and article.text.strip():
                    yield number, article, digest

    def chunks(self, number: int) -> list[ChunkRow]:
        """The chunks of an article that can be read, in order."""
        found: list[ChunkRow] = []
        for chunk_id in self._chunks.get(number, ()):
            query = "SELECT id, start, end, sentences, vector FROM chunks WHERE id = ?"
            with contextlib.suppress(sqlite3.DatabaseError):
                found += self.db.execute(query, (chunk_id,))
        return sorted(found, key=lambda row: str(row[1]).zfill(20))  # it may be anything

    def lost(self, saved: set[int]) -> list[int]:
        """Numbers of the articles that were there and are not among the saved."""
        return sorted(number for number in self._listed if number not in saved)


def _saved(found: _Damaged, beside: Path, encoder: Callable[[], Encoder]) -> Saved:
    """Fill a new index in `beside` with all that can be read."""
    wrong = [digest != content_hash(article) for _, article, digest in found.articles()]
    trusted = 2 * sum(wrong) <= len(wrong)  # else another version made these hashes
    made_with = found.state or encoder()
    chunker = found.state.chunker if found.state else chunking.CHUNKER
    saved: set[int] = set()
    embedded = altered = 0
    with Index.create(beside, _named_as(made_with), chunker, replace=True) as fresh:
        for number, article, digest in found.articles():
            rows = found.chunks(number)
            # Without a manifest it is not known which encoder made the vectors.
            if found.state and consistency.intact(article.text, rows, made_with.dimension):
                chunks, vectors = _unpacked(article, rows, made_with.dimension)
            else:
                embedded += 1
                chunks = chunking.split(article)
                check_encoder(found.folder, fresh.manifest, encoder())
                vectors = encoder().encode([embedded_text(article.title, one) for one in chunks])
            if trusted and digest != content_hash(article):
                altered, digest = altered + 1, ""
            fresh.put(article, digest, chunks, vectors)
            saved.add(number)
        count = fresh.chunk_count
        if saved:
            fresh.save_vectors()
    lost = found.lost(saved)
    named = tuple(found.sources[number] for number in lost if number in found.sources)
    known = len(saved) + len(lost)
    return Saved(len(saved), known, count, embedded, altered, named, None)


def _opened(folder: Path, beside: Path) -> sqlite3.Connection:
    """A connection to a damaged database, or to a copy with another first page if need be."""
    for place in (folder, beside / "copy"):
        if place != folder:
            _copy_with_new_head(folder, place)
        db = connect(place, "ro")
        try:
            db.execute("PRAGMA writable_schema = ON")  # lets SQLite read a file that was cut short
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles'").fetchone():
                return db
        except sqlite3.DatabaseError:
            pass
        db.close()
    raise schema.damaged(folder, "nothing in it can be read")


def _copy_with_new_head(folder: Path, place: Path) -> None:
    """Copy a database and give it the first page of a new index, which names the same tables.

    All indexes of one format are made by the same statements, so that their tables begin
    at the same pages.
    """
    template = place.parent / "template"
    Index.create(template, HashEncoder()).close()
    head = bytearray((template / schema.DATABASE).read_bytes()[:PAGE])
    place.mkdir()
    for name in (schema.DATABASE, WAL):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(folder / name, place / name)
    with (place / schema.DATABASE).open("r+b") as file:
        pages = file.seek(0, 2) // PAGE
        head[28:32] = pages.to_bytes(4, "big")
        head[32:40] = bytes(8)  # no free pages
        file.seek(0)
        file.write(head)


def _named_as(made_with: Manifest | Encoder) -> Encoder:
    """What a new index takes from an encoder: name, fingerprint and dimension."""
    if not isinstance(made_with, Manifest):
        return made_with
    named = SimpleNamespace(
        name=made_with.encoder,
        fingerprint=made_with.fingerprint,
        dimension=made_with.dimension,
    )
    return cast("Encoder", named)


def _manifest(db: sqlite3.Connection, folder: Path) -> Manifest | None:
    try:
        return schema.read_manifest(db, folder)
    except (sqlite3.DatabaseError, IndexDamaged):
        return None


def _rows(
    db: sqlite3.Connection, table: str, key: str, columns: str, last: int
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that can be read, in the order of its key.

    Each is looked for by itself: the way to it leads through three or four pages, and
    what another page makes up does not matter.
    """
    query = f"SELECT {key}, {columns} FROM {table} NOT INDEXED WHERE {key} = ?"
    for at in range(1, last + 1):
        with contextlib.suppress(sqlite3.DatabaseError):
            yield from db.execute(query, (at,))


def _last_chunk(db: sqlite3.Connection) -> int:
    """The largest id that a chunk can have; a damaged page may make up any."""
    queries = (
        "SELECT seq FROM sqlite_sequence WHERE name = 'chunks'",
        "SELECT max(id) FROM chunks NOT INDEXED",
        "SELECT max(id + 0) FROM chunks INDEXED BY chunks_by_article",
    )
    for query in queries:
        with contextlib.suppress(sqlite3.DatabaseError):
            row = db.execute(query).fetchone()
            if row and isinstance(row[0], int) and 0 < row[0] <= LARGEST:
                return row[0]
    return 0


def _indexed_numbers(db: sqlite3.Connection) -> tuple[set[int], dict[int, str]]:
    """Numbers of articles that at least two of the table's indexes name, and their sources."""
    times: Counter[int] = Counter()
    sources: dict[int, str] = {}
    for name in INDEXES:
        column = "source" if name == INDEXES[0] else "''"
        seen: dict[int, str] = {}
        with contextlib.suppress(sqlite3.DatabaseError):
            for number, source in db.execute(
                f"SELECT number, {column} FROM articles INDEXED BY {name}"
            ):
                if isinstance(number, int) and 0 < number <= LARGEST:
                    seen[number] = str(source)
        times.update(seen.keys())
        sources.update(seen if column == "source" else {})
    return {number for number, count in times.items() if count > 1}, sources


def _unpacked(
    article: Article, rows: Sequence[ChunkRow], dimension: int
) -> tuple[list[Chunk], npt.NDArray[np.float32]]:
    chunks = [
        Chunk(article.id, start, end, article.text[start:end], unpack_spans(sentences))
        for _, start, end, sentences, _ in rows
    ]
    return chunks, unpack_vectors([row[4] for row in rows], dimension)


def _free_name(folder: Path) -> Path:
    """A path for the damaged database that is not taken."""
    today = dt.date.today().isoformat()
    for more in itertools.count(1):
        name = f"articles.damaged-{today}{f'-{more}' if more > 1 else ''}.sqlite3"
        if not (folder / name).exists():
            break
    return folder / name
