"""Whether the tables of an index agree with one another.

SQLite's own check looks at pages and rows; this one looks at what the rows mean: each chunk is a
slice of its article with a unit vector and a row in the full-text index, each article's text is
the one that was stored, and what names another article names one that is there. What does not
agree, `index.rebuilding` makes anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import numpy as np

from index import schema, versions
from index.batches import content_hash
from index.queries import Snapshot
from index.records import Article

UNIT_TOLERANCE = 0.01
"""How far from 1 the length of a stored vector may be."""
TORN = "articles with wrong chunks or vectors"
ALTERED = "articles that are not as they were stored"

ChunkRow = tuple[int, int, int, bytes, bytes]
"""Id, start, end, packed sentences, vector."""

_WRONG = {
    "chunks without a full-text row": "SELECT id FROM chunks EXCEPT SELECT id FROM "
    "passages_docsize",
    "full-text rows without a chunk": "SELECT id FROM passages_docsize EXCEPT SELECT id FROM "
    "chunks",
    "chunks of no article": "PRAGMA foreign_key_check",
    "wrong links between copies": "SELECT 1 FROM articles WHERE origin NOT IN (SELECT id FROM "
    "articles) OR length(minhash) > 0 AND text_key NOT IN (SELECT text_key FROM copy_bands) "
    "UNION ALL SELECT DISTINCT 1 FROM copy_bands WHERE text_key NOT IN (SELECT text_key FROM "
    "articles) UNION ALL SELECT 1 FROM copy_edges WHERE a NOT IN (SELECT text_key FROM articles) "
    "OR b NOT IN (SELECT text_key FROM articles)",
    "wrong order of versions": "SELECT 1 FROM earlier WHERE superseded_by NOT IN (SELECT id FROM "
    "articles) UNION ALL SELECT 1 FROM (SELECT url, url_key FROM articles UNION ALL SELECT url, "
    "url_key FROM earlier) WHERE url_key IS NOT url_key(url)",
}
"""What does not agree, and a query with a row for each case."""


class Faults(dict[str, list[str]]):
    """What does not agree, and the ids of the articles or a name for each case."""

    def __str__(self) -> str:
        said = []
        for what, cases in self.items():
            some = ", ".join(filter(None, cases[:3])) + (" …" if len(cases) > 3 else "")
            said.append(f"{what}: {len(cases)} ({some})" if any(cases) else f"{what}: {len(cases)}")
        return ", ".join(said)


def find(view: Snapshot) -> Faults:
    """Look for all that does not agree in one state of an index; reads all of it."""
    db = view.db
    db.create_function(
        "url_key",
        1,
        lambda url: versions.url_key(url if isinstance(url, str) else None),
        deterministic=True,
    )
    torn, altered, every = [], [], 0
    with lenient(db):
        for article, digest, rows in _stories(db):
            every += 1
            if not intact(article.text, rows, view.state.dimension):
                torn.append(article.id)
            if digest != content_hash(article):
                altered.append(article.id)
        found = {what: ["" for _ in db.execute(query)] for what, query in _WRONG.items()}
    if 2 * len(altered) > every:  # another version of Byline made these hashes
        altered = []
    unreadable = [] if _words_can_be_read(db) else [""]
    found |= {"unreadable full-text index": unreadable, TORN: torn, ALTERED: altered}
    return Faults({what: cases for what, cases in found.items() if cases})


@contextmanager
def lenient(db: sqlite3.Connection) -> Iterator[None]:
    """Inside, text that is not UTF-8 is read too, with a mark for what is not."""
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield
    finally:
        db.text_factory = str


def read_article(row: Sequence[object]) -> Article:
    """The article in a row that may be damaged: what cannot be read is left unknown."""
    named = dict(zip(schema.ARTICLE_COLUMNS.split(", "), row, strict=True))
    if all(isinstance(value, str | None) for value in row):
        with suppress(ValueError, TypeError, AttributeError):
            return schema.article_from_row(named)
    article_id, title, text, source = (v if isinstance(v, str) else "" for v in row[:4])
    return Article(article_id, title, text, source)


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


def _stories(db: sqlite3.Connection) -> Iterator[tuple[Article, str, list[ChunkRow]]]:
    """Each article, the hash that it was stored with, and its chunks in order."""
    for table, chunks in schema.CHUNKS.items():
        columns = f"number, content_hash, {schema.ARTICLE_COLUMNS}"
        query = f"SELECT rowid, start, end, sentences, vector FROM {chunks} WHERE article = ?"
        for number, digest, *row in db.execute(f"SELECT {columns} FROM {table} ORDER BY number"):
            rows = db.execute(f"{query} ORDER BY start", (number,)).fetchall()
            yield read_article(row), digest, rows


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
