"""Whether the tables of an index agree with one another, and how they are made to.

SQLite's own check looks at pages and rows; this one looks at what the rows mean:
each chunk is a slice of its article with a unit vector and a row in the full-text
index, each article's text is the one that was stored, and of several versions
the latest is searched. What can be made again
from the articles is; a text that was altered can only be read again from its file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np

from index import article_rows, chunking, duplicates, schema, versions
from index.batches import content_hash, embedded_text
from index.embedding import Encoder
from index.queries import Snapshot
from index.records import Article
from index.store import Index

UNIT_TOLERANCE = 0.01
"""How far from 1 the length of a stored vector may be."""

TABLES = {"articles": "chunks", "earlier": "earlier_chunks"}
"""The two tables of articles, those that are searched and those set aside, and their chunks."""

Named = tuple[str, int, str]
"""Table, number and id of an article."""
ChunkRow = tuple[int, int, int, bytes, bytes]
"""Id, start, end, packed sentences, vector."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What does not agree. True when there is anything."""

    unlisted: int = 0
    """Chunks that the full-text index does not have."""
    listed: int = 0
    """Rows of the full-text index that belong to no chunk."""
    unreadable: bool = False
    """The full-text index cannot be read to its end."""
    strays: int = 0
    """Chunks that belong to no article."""
    torn: tuple[Named, ...] = ()
    """Articles with missing or wrong chunks or vectors."""
    unlinked: int = 0
    """Articles, or traces of some, that are wrongly linked to the copies of their story."""
    unsettled: int = 0
    """Versions that are searched and should not be, or the other way round, or at no address."""
    altered: tuple[Named, ...] = ()
    """Articles whose text or metadata is not what was stored: they have to be read again."""

    def __bool__(self) -> bool:
        return self != Faults()

    def __str__(self) -> str:
        said = {
            "chunks without a full-text row": str(self.unlisted or ""),
            "full-text rows without a chunk": str(self.listed or ""),
            "the full-text index": "unreadable" if self.unreadable else "",
            "chunks of no article": str(self.strays or ""),
            "articles with wrong chunks or vectors": _named(self.torn),
            "wrong links between copies": str(self.unlinked or ""),
            "wrong order of versions": str(self.unsettled or ""),
            "articles that are not as they were stored": _named(self.altered),
        }
        return ", ".join(f"{what}: {found}" for what, found in said.items() if found)


def find(view: Snapshot) -> Faults:
    """Look for all that does not agree in one state of an index; reads all of it."""
    db = view.db
    torn, altered, every = [], [], 0
    with lenient(db):
        for table in TABLES:
            for number, article, digest, rows in _stories(db, table):
                every += 1
                if not intact(article.text, rows, view.state.dimension):
                    torn.append((table, number, article.id))
                if digest != content_hash(article):
                    altered.append((table, number, article.id))
        unsettled = _unsettled(db)
    if 2 * len(altered) > every:  # another version of Byline made these hashes
        altered = []
    return Faults(
        unlisted=_count(db, "SELECT id FROM chunks EXCEPT SELECT id FROM passages_docsize"),
        listed=_count(db, "SELECT id FROM passages_docsize EXCEPT SELECT id FROM chunks"),
        unreadable=not _words_can_be_read(db),
        strays=sum(_count(db, _strays(table)) for table in TABLES),
        torn=tuple(torn),
        unlinked=sum(_count(db, query) for query in _UNLINKED),
        unsettled=unsettled,
        altered=tuple(altered),
    )


def mend(index: Index, faults: Faults, encoder: Callable[[], Encoder]) -> None:
    """Make all that can be made from the articles agree again, in one transaction.

    An altered article stays as it is, but for what is no text or no date; it is
    marked so that the next ingest of its file reads it again. The encoder is only
    asked for when vectors are missing.

    Raises:
        IndexMismatch: vectors are missing, and the encoder is another than the index's.
        IndexDamaged: the full-text index cannot even be emptied.
    """
    torn, altered = ({named[:2] for named in these} for these in (faults.torn, faults.altered))
    if torn:
        index.require(encoder())
    with index.changing() as db, lenient(db):
        for table, chunks in TABLES.items():
            db.execute(f"DELETE FROM {chunks} WHERE rowid IN ({_strays(table)})")
        db.execute("INSERT INTO passages (passages) VALUES ('delete-all')")
        for table, number in _numbers(db):
            ((_, article, _, rows),) = _stories(db, table, number)
            if (table, number) in altered:
                _mark(db, table, number, article)
            if (table, number) in torn:
                _cut_again(db, table, number, article, encoder())
            elif table == "articles":
                listed = [(row[0], article.title, article.text[row[1] : row[2]]) for row in rows]
                db.executemany("INSERT INTO passages (rowid, title, body) VALUES (?, ?, ?)", listed)
        if faults.unlinked:
            _link_all(db)
        if faults.unsettled or altered:
            _settle_all(db)
        schema.bump(db, shrunk=True)


@contextmanager
def lenient(db: sqlite3.Connection) -> Iterator[None]:
    """Inside, text that is not UTF-8 is read too, with a mark for what is not."""
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield
    finally:
        db.text_factory = str


def read_article(row: Sequence[str]) -> Article:
    """The article in a row that may be damaged: what cannot be read is left unknown."""
    if all(isinstance(value, str | None) for value in row):
        with suppress(ValueError, TypeError, AttributeError):
            return schema.article_from_row(row)
    texts = [value if isinstance(value, str) else "" for value in row[:4]]
    return Article(texts[0], texts[1], texts[2], texts[3])


def intact(text: str, rows: Sequence[ChunkRow], dimension: int) -> bool:
    """True when chunks cover a text but for white space, and each has sentences and a vector."""
    at = 0
    for row in rows:
        if [type(value) for value in row] != [int, int, int, bytes, bytes]:
            return False
        _, start, end, sentences, vector = row
        if not at <= start < end <= len(text) or text[at:start].strip():
            return False
        if len(sentences) % (2 * schema.SPAN.itemsize) or not _is_unit(vector, dimension):
            return False
        at = end
    return not text[at:].strip()


def _is_unit(blob: bytes, dimension: int) -> bool:
    if len(blob) != dimension * schema.VECTOR.itemsize:
        return False
    with np.errstate(all="ignore"):  # damaged bytes make numbers of any size
        length = np.linalg.norm(np.frombuffer(blob, schema.VECTOR).astype(np.float64))
    return bool(abs(length - 1) <= UNIT_TOLERANCE)  # False for NaN


_UNLINKED = (
    "SELECT id FROM articles WHERE origin NOT IN (SELECT id FROM articles)",
    "SELECT id FROM articles WHERE length(minhash) > 0 "
    "AND text_key NOT IN (SELECT text_key FROM copy_bands)",
    "SELECT DISTINCT text_key FROM copy_bands "
    "WHERE text_key NOT IN (SELECT text_key FROM articles)",
    "SELECT a FROM copy_edges WHERE a NOT IN (SELECT text_key FROM articles) "
    "OR b NOT IN (SELECT text_key FROM articles)",
)


def _strays(table: str) -> str:
    return f"SELECT rowid FROM {TABLES[table]} WHERE article NOT IN (SELECT number FROM {table})"


def _numbers(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """Table and number of each article."""
    return [
        (table, number)
        for table in TABLES
        for (number,) in db.execute(f"SELECT number FROM {table} ORDER BY number").fetchall()
    ]


def _count(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM ({query})").fetchone()[0])


def _words_can_be_read(db: sqlite3.Connection) -> bool:
    """Read the full-text index to its end, which SQLite's own check does not."""
    try:
        db.execute(
            "CREATE VIRTUAL TABLE temp.every_word USING fts5vocab('main', 'passages', 'row')"
        )
        db.execute("SELECT sum(doc) FROM temp.every_word").fetchone()
    except sqlite3.DatabaseError:
        return False
    finally:
        db.execute("DROP TABLE IF EXISTS temp.every_word")
    return True


def _stories(
    db: sqlite3.Connection, table: str, only: int | None = None
) -> Iterator[tuple[int, Article, str, list[ChunkRow]]]:
    """Number, article, the hash that it was stored with, and its chunks in order."""
    query = f"SELECT number, content_hash, {schema.ARTICLE_COLUMNS} FROM {table} "
    query += "ORDER BY number" if only is None else "WHERE number = ?"
    for number, digest, *row in db.execute(query, () if only is None else (only,)):
        chunks = db.execute(
            f"SELECT rowid, start, end, sentences, vector FROM {TABLES[table]} "
            "WHERE article = ? ORDER BY start",
            (number,),
        )
        yield number, read_article(row), digest, chunks.fetchall()


def _mark(db: sqlite3.Connection, table: str, number: int, article: Article) -> None:
    """Write an altered article back as far as it could be read, for the next ingest to replace."""
    names = schema.ARTICLE_COLUMNS.split(", ")
    values = ", ".join(f"{name} = ?" for name in names)
    row = schema.article_to_row(article)
    db.execute(f"UPDATE {table} SET {values}, content_hash = '' WHERE number = ?", (*row, number))


def _cut_again(
    db: sqlite3.Connection, table: str, number: int, article: Article, encoder: Encoder
) -> None:
    """Chunks and vectors of an article, made anew."""
    db.execute(f"DELETE FROM {TABLES[table]} WHERE article = ?", (number,))
    chunks = chunking.split(article)
    vectors = encoder.encode([embedded_text(article.title, chunk) for chunk in chunks])
    blobs = schema.pack_vectors(vectors)
    if table == "articles":
        article_rows.insert_chunks(db, number, article.title, chunks, blobs)
    else:
        article_rows.keep_chunks(db, number, chunks, blobs)


def _link_all(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM copy_bands")
    db.execute("DELETE FROM copy_edges")
    db.execute("UPDATE articles SET origin = id")
    for (number,) in db.execute("SELECT number FROM articles ORDER BY number").fetchall():
        duplicates.link(db, number)


def _unsettled(db: sqlite3.Connection) -> int:
    """How many articles stand in the wrong one of the two tables, or at another address."""
    wrong = len(_misplaced(db))
    for address in _addresses(db):
        with suppress(ValueError, TypeError):  # a date that is none: the article is altered
            found = versions.versions(db, address)
            right = {} if versions.is_crowded(db, address) else versions.superseded(found)
            wrong += sum(right.get(one.id, "") != one.superseded_by for one in found)
    return wrong


def _settle_all(db: sqlite3.Connection) -> None:
    for table, number, address in _misplaced(db):
        here = article_rows.bring_back(db, number) if table == "earlier" else number
        db.execute("UPDATE articles SET url_key = ? WHERE number = ?", (address, here))
    for address in _addresses(db):
        with suppress(ValueError, TypeError):
            article_rows.settle(db, [address])


def _misplaced(db: sqlite3.Connection) -> list[tuple[str, int, str | None]]:
    """Table, number and the right key of each article with a wrong key of its address."""
    return [
        (table, number, right)
        for table in TABLES
        for number, url, key in db.execute(f"SELECT number, url, url_key FROM {table}").fetchall()
        if (right := versions.url_key(url if isinstance(url, str) else None)) != key
    ]


def _addresses(db: sqlite3.Connection) -> list[str]:
    """The keys of the addresses at which there are or were several versions."""
    rows = db.execute(
        "SELECT url_key FROM earlier UNION SELECT url_key FROM articles "
        "WHERE url_key IS NOT NULL GROUP BY url_key HAVING count(*) > 1"
    ).fetchall()
    return sorted(str(key) for (key,) in rows)


def _named(found: Iterable[Named]) -> str:
    """How many there are, and the first few ids in brackets; empty for none."""
    some = [article_id for *_, article_id in found]
    more = " …" if len(some) > 3 else ""
    return f"{len(some)} ({', '.join(some[:3])}{more})" if some else ""
