"""What can be read of a damaged database goes into a new one; the damaged file is kept.

Articles, earlier versions and chunks are read row by row, past the pages that
cannot be read; all else in an index is derived from them and made anew, and so is
which version is the latest. A text is held against the hash that it was stored
with, and chunks and vectors against the text. An index of an earlier format is
brought up to the present one. Nothing here knows what did the damage.
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

from index import chunking, consistency, firstpage, migration, replacing, schema
from index.batches import content_hash, embedded_text
from index.connections import WriterLock, connect, explained
from index.consistency import ChunkRow
from index.embedding import Encoder
from index.errors import IndexDamaged
from index.records import Article, Chunk
from index.replacing import KEPT, MENDING, put_in_place
from index.schema import Manifest, unpack_spans, unpack_vectors
from index.store import Index, check_encoder

LARGEST = 10**8
"""A larger key than this is taken for damage."""
INDEXES = {  # the one by source comes first, see schema.TABLES
    "articles": (
        "sqlite_autoindex_articles_2",
        "sqlite_autoindex_articles_1",
        "articles_by_text",
        "articles_by_origin",
        "articles_by_date",
    ),
    "earlier": ("sqlite_autoindex_earlier_2", "sqlite_autoindex_earlier_1", "earlier_by_url"),
}
STORED = ("earlier", "articles")
"""In which order they are stored: what is searched takes the place of what is not."""

Place = tuple[str, int]
"""Table and number of an article."""


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


def finish(folder: Path) -> None:
    """Go on with an exchange in which an earlier call of `salvage` was killed.

    Raises:
        IndexBusy: another process is writing to it.
    """
    if (folder / MENDING).exists():
        lock = WriterLock.taken(folder)
        try:
            replacing.finish(folder)
        finally:
            lock.release()


def salvage(folder: Path, encoder: Callable[[], Encoder]) -> Saved:
    """Make a new index of what can be read of a damaged one, and put it in its place.

    The encoder is only asked for when vectors are missing or the manifest is.

    Raises:
        IndexBusy: another process is writing to it.
        IndexMismatch: vectors are missing, and the encoder is another than the index's.
        DiskFull: there is no room for a second database. All is as it was.
    """
    lock = WriterLock.taken(folder)
    beside = folder / MENDING
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
        self._chunks: dict[Place, list[int]] = defaultdict(list)
        self.state = _manifest(db, folder)
        self._listed: set[Place] = set()
        self.sources: dict[Place, str] = {}
        self._last: dict[str, int] = {}
        for table in STORED:
            self._look_into(table)

    def _look_into(self, table: str) -> None:
        """Learn which articles and chunks a table may have."""
        chunks = consistency.TABLES[table]
        for chunk_id, number in _rows(self.db, chunks, "rowid", "article", _last(self.db, chunks)):
            if isinstance(number, int) and 0 < number <= LARGEST:
                self._chunks[table, number].append(chunk_id)
        listed, sources = _indexed_numbers(self.db, table)
        self._listed |= {(table, number) for number in listed}
        self.sources |= {(table, number): source for number, source in sources.items()}
        owners = {number for where, number in self._chunks if where == table}
        self._last[table] = max(listed or owners, default=0)

    def articles(self) -> Iterator[tuple[Place, Article, str]]:
        """Place, article and the hash it was stored with, of each that can be read."""
        with consistency.lenient(self.db):
            for table in STORED:
                columns, told = self._columns(table)
                for number, digest, *row in _rows(
                    self.db, table, "number", columns, self._last[table]
                ):
                    article = consistency.read_article(row)
                    if article.id.strip() and article.text.strip():
                        yield (table, number), article if told else _described(article), digest

    def _columns(self, table: str) -> tuple[str, bool]:
        """What is read of an article, and whether the table has all of it."""
        found: set[str] = set()
        with contextlib.suppress(sqlite3.DatabaseError):
            found = {row[1] for row in self.db.execute(f"PRAGMA table_info({table})")}
        names = ["content_hash", *schema.ARTICLE_COLUMNS.split(", ")]
        read = [name if name in found else migration.UNTOLD.get(name, name) for name in names]
        return ", ".join(read), read == names

    def chunks(self, place: Place) -> list[ChunkRow]:
        """The chunks of an article that can be read, in order."""
        found: list[ChunkRow] = []
        query = "SELECT rowid, start, end, sentences, vector FROM {} WHERE rowid = ?"
        for chunk_id in self._chunks.get(place, ()):
            with contextlib.suppress(sqlite3.DatabaseError):
                found += self.db.execute(query.format(consistency.TABLES[place[0]]), (chunk_id,))
        return sorted(found, key=lambda row: str(row[1]).zfill(20))  # it may be anything

    def lost(self, saved: set[Place]) -> list[Place]:
        """Places of the articles that were there and are not among the saved."""
        return sorted(self._listed - saved)


def _saved(found: _Damaged, beside: Path, encoder: Callable[[], Encoder]) -> Saved:
    """Fill a new index in `beside` with all that can be read."""
    wrong = [digest != content_hash(article) for _, article, digest in found.articles()]
    trusted = 2 * sum(wrong) <= len(wrong)  # else another version made these hashes
    made_with = found.state or encoder()
    chunker = found.state.chunker if found.state else chunking.CHUNKER
    saved: set[Place] = set()
    embedded = altered = 0
    with Index.create(beside, _named_as(made_with), chunker, replace=True) as fresh:
        for place, article, digest in found.articles():
            rows = found.chunks(place)
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
            saved.add(place)
        count = fresh.chunk_count
        if saved:
            fresh.save_vectors()
    lost = found.lost(saved)
    named = tuple(found.sources[place] for place in lost if place in found.sources)
    known = len(saved) + len(lost)
    return Saved(len(saved), known, count, embedded, altered, named, None)


def _opened(folder: Path, beside: Path) -> sqlite3.Connection:
    """A connection to a damaged database, or to a copy with another first page if need be."""
    for place in (folder, beside / "copy"):
        if place != folder:
            firstpage.copy_with_another(folder, place, beside / "templates")
        db = connect(place, "ro")
        try:
            db.execute("PRAGMA writable_schema = ON")  # lets SQLite read a file that was cut short
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles'").fetchone():
                return db
        except sqlite3.DatabaseError:
            pass
        db.close()
    raise schema.damaged(folder, "nothing in it can be read")


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
        return schema.read_manifest(db, folder, migration.OLDEST)
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


def _last(db: sqlite3.Connection, chunks: str) -> int:
    """The largest key that a chunk can have; a damaged page may make up any."""
    queries = (
        f"SELECT seq FROM sqlite_sequence WHERE name = '{chunks}'",
        f"SELECT max(rowid) FROM {chunks} NOT INDEXED",
        f"SELECT max(rowid + 0) FROM {chunks} INDEXED BY {chunks}_by_article",
    )
    for query in queries:
        with contextlib.suppress(sqlite3.DatabaseError):
            row = db.execute(query).fetchone()
            if row and isinstance(row[0], int) and 0 < row[0] <= LARGEST:
                return row[0]
    return 0


def _described(article: Article) -> Article:
    """An article of an earlier format, with what `index.migration` adds to it."""
    language, found, known = migration.told(article.title, article.text, article.provenance)
    return dataclasses.replace(
        article, language=language, corrections=tuple(found), provenance=known
    )


def _indexed_numbers(db: sqlite3.Connection, table: str) -> tuple[set[int], dict[int, str]]:
    """Numbers of articles that at least two of the table's indexes name, and their sources."""
    times: Counter[int] = Counter()
    sources: dict[int, str] = {}
    for name in INDEXES[table]:
        column = "source" if name == INDEXES[table][0] else "''"
        seen: dict[int, str] = {}
        with contextlib.suppress(sqlite3.DatabaseError):
            for number, source in db.execute(
                f"SELECT number, {column} FROM {table} INDEXED BY {name}"
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
        name = KEPT.format(f"{today}-{more}" if more > 1 else today)
        if not (folder / name).exists():
            break
    return folder / name
