"""How an index lies in SQLite: its tables, its manifest and the form of what is stored."""

from __future__ import annotations

import datetime as dt
import json
import shlex
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.embedding import EMBEDDED, Encoder
from index.errors import IndexDamaged, IndexExists, IndexMismatch, IndexMissing, UnusableIndex
from index.records import Article, Card, Chunk, Page, Span, opening
from index.stems import TOKENIZER

FORMAT = 3
"""Of the tables below; `index.rebuilding` brings an older index up to it."""
DATABASE = "articles.sqlite3"
README = "README.txt"
REBUILDING = "rebuilding"
"""The folder of an index that is to take the place of the one around it."""
ABOUT = """\
This folder is a Byline index.

articles.sqlite3  everything: articles, chunks, vectors, the full-text index.
                  Files ending in -wal and -shm beside it belong to it; copy all three or none.
vectors.faiss     derived from it, for fast search; made again when it is missing or out of date.
names.json        derived from it by "byline names": the names in each article.
writer.lock       held by the one process that is writing, if any.
rebuilding/       a new index that is being made; it takes this one's place when it is done.
articles.damaged-DAY.sqlite3
                  what "byline doctor --mend" could not read all of; delete it when you like.

See what is in it:  byline list --index THIS_FOLDER
Check it:           byline doctor --index THIS_FOLDER
"""

# The text of a chunk is a slice of its article's text and stands nowhere else but
# in the full-text index, which is contentless: it keeps words, not texts.
# AUTOINCREMENT: the id of a removed chunk is never given to another one, so that
# a reader holding an old id cannot be shown the wrong passage.
# The order of tables and columns is that of the first release: `index.rebuilding` puts
# a new database's first page over one that is lost.
_ARTICLES = """CREATE TABLE {name} (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,{of_earlier}
    title TEXT NOT NULL,
    published TEXT,
    publisher TEXT,
    url TEXT,{of_searched}
    content_hash TEXT NOT NULL,
    text_key INTEGER NOT NULL,
    authors TEXT NOT NULL,
    provenance TEXT NOT NULL,
    language TEXT NOT NULL,
    corrections TEXT NOT NULL,
    as_of TEXT,
    url_key TEXT{url_key},
    minhash BLOB NOT NULL,
    text TEXT NOT NULL,
    pages TEXT NOT NULL DEFAULT '[]',
    doubts TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX {name}_by_url ON {name} (url_key, text_key);
"""
_SEARCHED = _ARTICLES.format(
    name="articles", of_earlier="", of_searched="\n    origin TEXT NOT NULL,", url_key=""
)
_EARLIER = _ARTICLES.format(
    name="earlier",
    of_earlier="\n    superseded_by TEXT NOT NULL,",
    of_searched="",
    url_key=" NOT NULL",
)
_INDEXES = """CREATE INDEX articles_by_text ON articles (text_key);
CREATE INDEX articles_by_origin ON articles (origin);
CREATE INDEX articles_by_date ON articles (published);
"""
_CHUNK = """
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    sentences BLOB NOT NULL,
    vector BLOB NOT NULL
);
"""
TABLES = f"""
CREATE TABLE manifest (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
{_SEARCHED.replace("CREATE INDEX", _INDEXES + "CREATE INDEX")}
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (number),{_CHUNK}
CREATE INDEX chunks_by_article ON chunks (article);
CREATE VIRTUAL TABLE passages USING fts5 (
    title, body, content='', tokenize='{TOKENIZER}'
);
CREATE TABLE copy_bands (
    band INTEGER NOT NULL,
    text_key INTEGER NOT NULL,
    PRIMARY KEY (band, text_key)
) WITHOUT ROWID;
CREATE TABLE copy_edges (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    differ INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
{_EARLIER}
CREATE TABLE earlier_chunks (
    article INTEGER NOT NULL REFERENCES earlier (number),{_CHUNK}
CREATE INDEX earlier_chunks_by_article ON earlier_chunks (article);
"""

CHUNKS = {"articles": "chunks", "earlier": "earlier_chunks"}
"""The two tables of articles, those that are searched and those set aside, and their chunks."""
VECTOR = np.dtype("<f4")
SPAN = np.dtype("<i4")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built with, and which state it is in."""

    format: int
    encoder: str
    fingerprint: str
    dimension: int
    chunker: str
    born: str
    """A random name given once; another database in the same place has another."""
    generation: int
    """Grows by one with each write transaction."""
    shrunk: int
    """The last generation that took chunks away; those since then only added."""
    stamp: str
    """32 random hexadecimal digits, new with each write transaction.

    After a loss of power a generation may be reached twice; a stamp is not.
    """
    filed: str = ""
    """The stamp of the last state whose vectors were written to their file.

    A file with another stamp may be of a state that was lost with the power.
    """

    @classmethod
    def begun(cls, format: int, encoder: Encoder, chunker: str) -> Manifest:
        """The manifest of an empty index, in its first state."""
        known = (encoder.name, encoder.fingerprint, encoder.dimension, chunker)
        return cls(format, *known, uuid.uuid4().hex, 1, 1, uuid.uuid4().hex)

    def after(self, *, shrunk: bool) -> Manifest:
        """The manifest of the next state."""
        number = self.generation + 1
        last = number if shrunk else self.shrunk
        return replace(self, generation=number, shrunk=last, stamp=uuid.uuid4().hex)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Manifest:
        """The manifest in stored values, without those that only earlier versions had.

        Raises:
            TypeError: a value is missing.
        """
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in names})


def command(where: object, *words: str) -> str:
    """A `byline ingest` command for a message, ready to be pasted into a shell."""
    return shlex.join(["byline", "ingest", *words, "--index", str(where), "PATH"])


def other_encoder(where: object, state: Manifest, name: str, fingerprint: str) -> str:
    """What to say where the encoder is another one than the index at a place was made with."""
    said = (
        f"{where} was made with {state.encoder} ({state.fingerprint}), but the encoder is "
        f"{name} ({fingerprint}). "
    )
    option = [] if name == EMBEDDED else ["--encoder", name]
    anew = f"ake the index anew with {name}: {command(where, '--rebuild', *option)}"
    if state.encoder == name:  # the same name for another model
        return f"{said}M{anew}"
    made = f"add {shlex.join(['--encoder', state.encoder])}"
    keep = "leave out --encoder" if state.encoder == EMBEDDED else made
    return f"{said}To use it as it is, {keep}; or m{anew}"


def check_encoder(where: object, state: Manifest, encoder: Encoder | None) -> None:
    """Raise IndexMismatch unless the index was built with this encoder; any does for None."""
    if encoder is not None and encoder.fingerprint != state.fingerprint:
        raise IndexMismatch(other_encoder(where, state, encoder.name, encoder.fingerprint))


def damaged(folder: Path, why: str) -> IndexDamaged:
    """The error for a database that is not whole."""
    mend = f"byline doctor --mend --index {shlex.quote(str(folder))}"
    return IndexDamaged(
        f"{folder / DATABASE} is damaged ({why}). Save what can be read: {mend}; "
        f"or build it anew: {command(folder, '--rebuild')}"
    )


def missing(where: object) -> IndexMissing:
    """The error for a folder or an address without an index."""
    at = "in" if isinstance(where, Path) else "at"
    return IndexMissing(f"There is no index {at} {where}. Make one: {command(where)}")


def exists(where: object) -> IndexExists:
    """The error for a place where a new index was to be made, and one is already."""
    return IndexExists(f"{where} holds an index already. Add to it: {command(where)}")


def other_format(where: object, found: object, read: int) -> IndexMismatch:
    """The error for an index of a format that this version does not read."""
    return IndexMismatch(
        f"{where} has format {found}, and this version of Byline reads format {read}. "
        f"Rebuild it: {command(where, '--rebuild')}"
    )


def check_vectors(chunks: Sequence[Chunk], matrix: npt.NDArray[np.float32], dimension: int) -> None:
    """Raise ValueError unless there is a finite vector for each chunk."""
    if matrix.shape != (len(chunks), dimension) or not np.isfinite(matrix).all():
        raise ValueError(f"{len(chunks)} chunks of {dimension} numbers, vectors {matrix.shape}")


def create_tables(db: sqlite3.Connection) -> None:
    """Make all tables, inside the caller's transaction.

    Raises:
        UnusableIndex: this SQLite has no FTS5.
    """
    try:
        # One by one: executescript would commit the caller's transaction.
        for statement in TABLES.split(";\n"):
            db.execute(statement)
    except sqlite3.OperationalError as error:
        if "fts5" not in str(error):
            raise
        raise UnusableIndex(
            f"SQLite {sqlite3.sqlite_version} of this Python has no full-text search (FTS5). "
            "Use a Python from python.org or from your system's packages."
        ) from error


def is_empty(db: sqlite3.Connection) -> bool:
    """True for a database without tables: its making was cut short, and nothing is lost."""
    return db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def read_manifest(db: sqlite3.Connection, folder: Path, oldest: int = FORMAT) -> Manifest:
    """The manifest of an index of the present format, or of one since `oldest`.

    Raises:
        IndexMissing: the database has no tables.
        IndexDamaged: it has others.
        IndexMismatch: another version of Byline made it.
    """
    if is_empty(db):
        raise missing(folder)
    try:
        found = dict(db.execute("SELECT key, value FROM manifest"))
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        raise damaged(folder, str(error)) from error
    if found.get("format") not in range(oldest, FORMAT + 1):
        raise other_format(folder, found.get("format"), FORMAT)
    try:
        return Manifest.of(found)
    except TypeError as error:
        raise damaged(folder, "its manifest is incomplete") from error


def set_manifest(db: sqlite3.Connection, **values: str | int) -> None:
    """Write some of the manifest's values, inside the caller's transaction."""
    db.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?)", values.items())


def bump(db: sqlite3.Connection, folder: Path, *, shrunk: bool) -> None:
    """Begin a new generation, inside the transaction that makes it."""
    set_manifest(db, **asdict(read_manifest(db, folder).after(shrunk=shrunk)))


Row = Mapping[str, Any]
"""What is stored of an article, by the names of its columns."""

ARTICLE_COLUMNS = (
    "id, title, text, source, published, publisher, url, authors, provenance, "
    "language, corrections, as_of, pages, doubts"
)


def article_to_row(article: Article) -> tuple[str | None, ...]:
    """The values of ARTICLE_COLUMNS."""
    return (
        article.id,
        article.title,
        article.text,
        article.source,
        iso(article.published),
        article.publisher,
        article.url,
        json.dumps(article.authors, ensure_ascii=False),
        json.dumps(dict(article.provenance), ensure_ascii=False, sort_keys=True),
        article.language,
        json.dumps(article.corrections, ensure_ascii=False),
        article.as_of.isoformat() if article.as_of else None,
        json.dumps([(page.start, page.number, page.label) for page in article.pages]),
        json.dumps(article.doubts, ensure_ascii=False),
    )


def article_from_row(row: Row) -> Article:
    """The article that `article_to_row` wrote."""
    return Article(
        **{name: row[name] for name in ("id", "title", "text", "source", "publisher", "url")},
        published=_date(row["published"]),
        authors=tuple(json.loads(row["authors"])),
        provenance=json.loads(row["provenance"]),
        language=row["language"],
        corrections=tuple(json.loads(row["corrections"])),
        as_of=dt.datetime.fromisoformat(row["as_of"]) if row["as_of"] else None,
        pages=tuple(Page(*page) for page in json.loads(row["pages"])),
        doubts=tuple(json.loads(row["doubts"])),
    )


def card_from_row(row: Row, text: str = "") -> Card:
    """The card of an article; its columns `origin`, `number` and `superseded_by` are asked too.

    Args:
        row: its row.
        text: its text, where it has no headline.
    """
    return Card(
        article_id=row["id"],
        title=row["title"],
        published=_date(row["published"]),
        publisher=row["publisher"],
        url=row["url"],
        origin=row["origin"],
        language=row["language"],
        corrections=tuple(json.loads(row["corrections"])),
        source=row["source"],
        arrived=row["number"],
        superseded_by=row["superseded_by"],
        opening="" if row["title"].strip() else opening(text),
    )


def pack_spans(spans: Sequence[Span]) -> bytes:
    """Start and end of each span as little-endian int32."""
    return np.array([(span.start, span.end) for span in spans], SPAN).tobytes()


def unpack_spans(blob: bytes) -> tuple[Span, ...]:
    """The spans that `pack_spans` wrote."""
    pairs = np.frombuffer(blob, SPAN).reshape(-1, 2).tolist()
    return tuple(Span(start, end) for start, end in pairs)


def pack_vectors(vectors: npt.NDArray[np.float32]) -> list[bytes]:
    """Each row of an array of shape [n, d] as little-endian float32."""
    return [vector.tobytes() for vector in np.ascontiguousarray(vectors, VECTOR)]


def unpack_vectors(blobs: Sequence[bytes], dimension: int) -> npt.NDArray[np.float32]:
    """Stored vectors as one array of shape [len(blobs), dimension]."""
    return np.frombuffer(b"".join(blobs), VECTOR).reshape(len(blobs), dimension)


def bindable(text: str) -> str:
    """A text without lone surrogates, which a command line can hold and no store can."""
    return text.encode("utf-8", "replace").decode("utf-8")


def iso(day: dt.date | None) -> str | None:
    """ISO 8601 form of a date, or None; its order as text is the order of dates."""
    return day.isoformat() if day else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
