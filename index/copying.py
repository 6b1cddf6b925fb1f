"""An index copied row by row into a new one, which takes its place: after damage, or a new format.

Articles, earlier versions and chunks are read, each by its key, past the pages that cannot be
read. All else in an index is derived from them and made anew. A text is held against the hash
that it was stored with, and chunks and vectors against the text.

Over a database that SQLite can open, the new one is written as one transaction: readers see the
old state or the new one. One that it cannot open has no readers, and the file is replaced: the old
file and its log first get second names, then the log goes and the file is replaced. Whoever is
killed between these two steps leaves the new one beside it, and `finish` goes on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shlex
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from index import checks, chunking, languages, schema, vectors
from index.batches import content_hash, embedded_text
from index.connections import NO_WAIT, Wait, WriterLock, connect, explained, primary_code
from index.corrections import corrections
from index.embedding import Encoder
from index.errors import IndexDamaged, IndexMismatch, UnusableIndex
from index.protocols import Store
from index.records import Article, Chunk
from index.schema import CHUNKS, Manifest, unpack_spans, unpack_vectors

OLDEST = 1
"""The first format that `migrate` knows."""
UNTOLD = {"language": "''", "corrections": "'[]'", "as_of": "NULL", "pages": "'[]'",
          "doubts": "'[]'"}  # fmt: skip
"""What is read of an article for the columns that earlier formats lack."""
MOST_KEYS = 10**8
"""Keys that are read of one tree: damage may have made it endless."""

Make = Callable[[Path, Encoder, str], Store]
"""Makes an empty index for an encoder and a chunker."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a new database has of a damaged one."""

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
    aside: Path | None = None
    """Where the damaged database is kept; None where it was not."""

    def __str__(self) -> str:
        said = f"saved {self.articles} of {self.known} articles in {self.chunks} chunks"
        if self.embedded:
            said += f"; embedded anew: {self.embedded}"
        if self.altered:
            said += f"; not as they were stored: {self.altered}"
        return said


def is_of_earlier_format(folder: Path) -> bool:
    """Whether the index in a folder has an earlier format that `migrate` knows."""
    with contextlib.closing(connect(folder, "ro")) as db:
        try:
            row = db.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return False  # for `schema.read_manifest` to name
    return row is not None and row[0] in range(OLDEST, schema.FORMAT)


def migrate(folder: Path, make: Make, wait: Wait = NO_WAIT) -> None:
    """Bring an index of an earlier format up to the present one.

    What an article is newly known by is read from what is stored of it; the next
    ingest of its file adds what only the file tells. Chunks and vectors stay.

    Raises:
        IndexDamaged: some of it cannot be read; `salvage` reads the rest.
        IndexMismatch: it cannot be written to, or there is no room for a second database.
    """
    try:
        with beside(folder, wait) as fresh, explained(folder):
            if not is_of_earlier_format(folder):  # another process was quicker
                return
            with contextlib.closing(connect(folder, "ro")) as db:
                saved = copied(db, folder, fresh, make, lambda: _refuse(folder))
            if saved.articles != saved.known:
                _refuse(folder)
            put_in_place(fresh, folder)
    except IndexDamaged:
        raise
    except UnusableIndex as error:
        found = shlex.quote(str(folder))
        raise IndexMismatch(
            f"{folder} was made by an earlier version of Byline and is brought up to date once, "
            f"by whoever may write there: byline list --index {found} ({error})"
        ) from error


@contextlib.contextmanager
def beside(folder: Path, wait: Wait) -> Iterator[Path]:
    """An empty folder for the new index, inside the writer's lock; gone afterwards."""
    lock = WriterLock.taken(folder, wait=wait)
    beside = folder / MENDING
    try:
        finish(folder)  # one that was killed
        beside.mkdir(exist_ok=True)
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        lock.close()


def copied(
    db: sqlite3.Connection, folder: Path, beside: Path, make: Make, encoder: Callable[[], Encoder]
) -> Saved:
    """Make a new index in `beside` with all that can be read of a database."""
    state = _manifest(db, folder)
    wrong = [digest != content_hash(article) for article, digest, *_ in _articles(db)]
    trusted = 2 * sum(wrong) <= len(wrong)  # else another version made these hashes
    chunker = state.chunker if state else chunking.CHUNKER
    saved: set[str] = set()
    count = embedded = altered = 0
    like = _named_as(state) if state else encoder()
    with make(beside, like, chunker) as fresh:
        for article, digest, table, ids in _articles(db):
            rows = _chunk_rows(db, table, ids)
            # Without a manifest it is not known which encoder made the vectors.
            if state and checks.intact(article.text, rows, like.dimension):
                chunks = [
                    Chunk(article.id, start, end, article.text[start:end], unpack_spans(sentences))
                    for _, start, end, sentences, _ in rows
                ]
                vectors = unpack_vectors([row[4] for row in rows], like.dimension)
            else:
                embedded += 1
                chunks = chunking.split(article)
                if state:
                    schema.check_encoder(folder, state, encoder())
                texts = [embedded_text(article.title, chunk) for chunk in chunks]
                vectors = encoder().encode(texts)
            if trusted and digest != content_hash(article):
                altered, digest = altered + 1, ""
            fresh.put(article, digest, chunks, vectors)
            saved.add(article.source)
            count += len(chunks)
    known, lost = len(saved), set[str]()
    for table in CHUNKS:
        known += sum(votes > 1 for votes in _keys(db, table).values())
        named = f"SELECT source FROM {table} INDEXED BY sqlite_autoindex_{table}_2"
        lost |= {row[0] for row in _tried(db, named) if isinstance(row[0], str)} - saved
    known = max(len(saved), known - len(saved))
    return Saved(len(saved), known, count, embedded, altered, tuple(sorted(lost)))


def _refuse(folder: Path) -> NoReturn:
    raise schema.damaged(folder, "some of its rows cannot be read")


def _named_as(state: Manifest) -> Encoder:
    """What a new index takes from an encoder: name, fingerprint and dimension."""
    named = SimpleNamespace(
        name=state.encoder, fingerprint=state.fingerprint, dimension=state.dimension
    )
    return cast("Encoder", named)


def _manifest(db: sqlite3.Connection, folder: Path) -> Manifest | None:
    try:
        return schema.read_manifest(db, folder, OLDEST)
    except (sqlite3.DatabaseError, IndexDamaged):
        return None


# --- reading past what cannot be read ----------------------------------------------------------


def _tried(db: sqlite3.Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query, as far as they can be read."""
    rows: list[tuple[Any, ...]] = []
    with contextlib.suppress(sqlite3.DatabaseError):
        rows.extend(db.execute(query, values))
    return rows


def _keys(db: sqlite3.Connection, table: str) -> Counter[int]:
    """The keys of a table, each with how many of its trees name it: a page may make up any."""
    query = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?"
    ways = [f"INDEXED BY {name}" for (name,) in _tried(db, query, table)]
    found = [_tried(db, f"SELECT rowid + 0 FROM {table} {way} LIMIT {MOST_KEYS}") for way in ways]
    own = f"SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid {{}} LIMIT {MOST_KEYS}"
    found.append([row for way in ("ASC", "DESC") for row in _tried(db, own.format(way))])
    return Counter(key for rows in found for (key,) in set(rows) if isinstance(key, int))


def _rows(db: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that can be read, in the order of its key, which comes first.

    Each is looked for by itself: the way to it leads through three or four pages, and
    what another page makes up does not matter.
    """
    query = f"SELECT rowid, {columns} FROM {table} NOT INDEXED WHERE rowid = ?"
    for key in sorted(_keys(db, table)):
        yield from _tried(db, query, key)


def _articles(db: sqlite3.Connection) -> Iterator[tuple[Article, str, str, list[int]]]:
    """Each article that can be read, the hash it was stored with, and where its chunks are.

    What is searched comes last and takes the place of what is not.
    """
    with checks.lenient(db):
        for table in ("earlier", "articles"):
            owned: dict[int, list[int]] = defaultdict(list)
            for chunk_id, number in _rows(db, CHUNKS[table], "article"):
                owned[number].append(chunk_id)
            there = {row[1] for row in _tried(db, f"PRAGMA table_info({table})")}
            names = ["content_hash", *schema.ARTICLE_COLUMNS.split(", ")]
            read = [name if name in there else UNTOLD.get(name, name) for name in names]
            for number, digest, *row in _rows(db, table, ", ".join(read)):
                article = checks.read_article(row)
                if article.id.strip() and article.text.strip():
                    article = article if "language" in there else _described(article)
                    yield article, digest, CHUNKS[table], owned[number]


def _chunk_rows(db: sqlite3.Connection, chunks: str, ids: list[int]) -> list[checks.ChunkRow]:
    query = f"SELECT rowid, start, end, sentences, vector FROM {chunks} WHERE rowid = ?"
    rows = [row for chunk_id in ids for row in _tried(db, query, chunk_id)]
    return sorted(cast("list[checks.ChunkRow]", rows), key=lambda row: str(row[1]).zfill(20))


def _described(article: Article) -> Article:
    """An article of format 1, with its language and corrections as its text tells them."""
    language = languages.detect(article.text) or ""
    found = corrections(article.title, article.text)
    known = dict(article.provenance)
    known |= {"language": "by its words"} if language else {}
    known |= {"corrections": "notice in the text"} if found else {}
    return dataclasses.replace(article, language=language, corrections=found, provenance=known)


# --- one index in the place of another ---------------------------------------------------------


MENDING = "mending"
"""The folder, in that of an index, in which a damaged one's successor is made."""
KEPT = "articles.damaged-{}.sqlite3"
"""The name of a damaged database that is kept."""


def put_in_place(beside: Path, folder: Path, *, aside: Path | None = None) -> None:
    """Give `folder` the index that is in `beside`, which is gone afterwards.

    The caller has the writer's lock of `folder`, and no connection to `beside` is open.
    With `aside`, the database that was there goes to that path, with its log.

    Raises:
        DiskFull: there is no room; both are as they were.
    """
    with explained(folder):
        if aside is not None or not _written_over(beside, folder):
            _exchanged(beside, folder, aside)
        if (beside / vectors.FILE).exists():
            (beside / vectors.FILE).replace(folder / vectors.FILE)
    with contextlib.suppress(OSError):  # the page that explains the folder is not worth an error
        (folder / schema.README).write_text(schema.ABOUT, encoding="utf-8")
    shutil.rmtree(beside, ignore_errors=True)


def finish(folder: Path) -> None:
    """Go on where one that mended was killed as its database took the other's place.

    What one that was killed before has made is deleted. The caller has the writer's lock of
    `folder`.
    """
    beside, database = folder / MENDING, folder / schema.DATABASE
    if not beside.exists() or not database.exists():
        return
    kept = folder.glob(KEPT.format("*"))
    if (beside / schema.DATABASE).exists() and any(path.samefile(database) for path in kept):
        with explained(folder):
            _exchanged(beside, folder, None)  # what is kept has its log, if it had one
    shutil.rmtree(beside, ignore_errors=True)


def _written_over(beside: Path, folder: Path) -> bool:
    """Copy one database over another in one transaction; False when the other is none."""
    if not (folder / schema.DATABASE).exists():
        return False
    try:
        with contextlib.closing(connect(folder, "rw")) as old:
            if schema.is_empty(old):
                return False
            with contextlib.closing(connect(beside, "ro")) as new:
                new.backup(old)
            # Readers may still be in the log; what they keep from being moved is moved later.
            old.execute("PRAGMA wal_checkpoint(PASSIVE)")
            return True
    except sqlite3.DatabaseError as error:
        if primary_code(error) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        return False


def _exchanged(beside: Path, folder: Path, aside: Path | None) -> None:
    database = folder / schema.DATABASE
    log, shared = (folder / f"{schema.DATABASE}{end}" for end in ("-wal", "-shm"))
    if aside is not None:
        if log.exists() and log.stat().st_size:
            _second_name(log, Path(f"{aside}-wal"))
        _second_name(database, aside)
    # A log that stayed would be taken for the new database's.
    log.unlink(missing_ok=True)
    shared.unlink(missing_ok=True)
    (beside / schema.DATABASE).replace(database)


def _second_name(path: Path, other: Path) -> None:
    try:
        other.hardlink_to(path)
    except OSError:  # a file system without links: for a moment there is no database
        path.replace(other)
