"""An index of an earlier format, brought up to the present one in place.

What an article is newly known by is read from what is stored of it; the next
ingest of its file adds what only the file tells. Chunks and vectors stay.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from index import article_rows, corrections, duplicates, languages, schema, versions
from index.connections import connect
from index.errors import IndexMismatch, UnusableIndex

OLDEST = 1
_ADDED = {
    "language": "TEXT NOT NULL DEFAULT ''",
    "corrections": "TEXT NOT NULL DEFAULT '[]'",
    "as_of": "TEXT",
    "url_key": "TEXT",
}
"""The columns that format 2 has and format 1 lacks."""
_ADDED_SINCE = {"pages": "TEXT NOT NULL DEFAULT '[]'", "doubts": "TEXT NOT NULL DEFAULT '[]'"}
"""The columns that format 3 has and format 2 lacks, in both tables of articles.

They come last in new indexes too, so that the same pages suit both (`index.firstpage`).
"""
_ADDED_TO_EDGES = {"differ": "INTEGER NOT NULL DEFAULT 0"}
"""The same of the table of copies."""
UNTOLD = {
    "language": "''", "corrections": "'[]'", "as_of": "NULL", "pages": "'[]'", "doubts": "'[]'"
}  # fmt: skip
"""What a query reads for those of them that belong to an article, where they are missing."""

FIRST = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    published TEXT,
    publisher TEXT,
    url TEXT,
    origin TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    text_key INTEGER NOT NULL,
    authors TEXT NOT NULL,
    provenance TEXT NOT NULL,
    minhash BLOB NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX articles_by_text ON articles (text_key);
CREATE INDEX articles_by_origin ON articles (origin);
CREATE INDEX articles_by_date ON articles (published);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (number),
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    sentences BLOB NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article);
CREATE VIRTUAL TABLE passages USING fts5 (
    title, body, content='', tokenize='porter unicode61 remove_diacritics 2'
);
""" + duplicates.TABLES.replace("    differ INTEGER NOT NULL DEFAULT 0,\n", "")
"""The tables of format 1, for `index.firstpage` and for tests."""


def is_due(db: sqlite3.Connection) -> bool:
    """Whether a database has an earlier format that `migrate` knows."""
    if schema.is_empty(db):
        return False
    try:
        row = db.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return False  # for `schema.read_manifest` to name
    return row is not None and row[0] in range(OLDEST, schema.FORMAT)


def is_due_in(folder: Path) -> bool:
    """The same of the database in a folder."""
    with contextlib.closing(connect(folder, "ro")) as db:
        return is_due(db)


def refusal(folder: Path, why: UnusableIndex) -> IndexMismatch:
    """The error for an index that has to be migrated and cannot be written to."""
    found = shlex.quote(str(folder))
    return IndexMismatch(
        f"{folder} was made by an earlier version of Byline and is brought up to date once, "
        f"by whoever may write there: byline list --index {found} ({why})"
    )


def migrate(db: sqlite3.Connection) -> None:
    """Bring a database up to the present format, inside the caller's transaction."""
    if not is_due(db):  # another process was quicker
        return
    if db.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()[0] != OLDEST:
        for table in ("articles", "earlier"):
            _add(db, table, _ADDED_SINCE)
        _add(db, "copy_edges", _ADDED_TO_EDGES)
        schema.set_manifest(db, format=schema.FORMAT)
        return
    had = set(_roots(db))
    _add(db, "articles", _ADDED | _ADDED_SINCE)
    _add(db, "copy_edges", _ADDED_TO_EDGES)
    for statement in versions.TABLES.split(";\n"):
        db.execute(statement)
    db.execute(schema.URL_INDEX)
    addresses = set()
    numbers = [number for (number,) in db.execute("SELECT number FROM articles")]
    for number in numbers:
        addresses.add(_described(db, number))
    moved = article_rows.settle(db, sorted(address for address in addresses if address))
    added = {name: page for name, page in _roots(db).items() if name not in had}
    schema.set_manifest(db, format=schema.FORMAT, layout=json.dumps(added))
    if moved:
        schema.bump(db, shrunk=True)


def create_first(db: sqlite3.Connection) -> None:
    """Make the tables of format 1, inside the caller's transaction."""
    for statement in FIRST.split(";\n"):
        db.execute(statement)
    schema.set_manifest(db, format=OLDEST)


def _add(db: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> None:
    for column, kind in columns.items():
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def _roots(db: sqlite3.Connection) -> dict[str, int]:
    """The page at which each table and each index begins."""
    return dict(db.execute("SELECT name, rootpage FROM sqlite_master"))


def told(
    title: str, text: str, provenance: Mapping[str, str]
) -> tuple[str, list[str], dict[str, str]]:
    """The language and the corrections of a text, and the provenance with that of both."""
    known = dict(provenance)
    language = languages.detect(text) or ""
    if language:
        known["language"] = "by its words"
    found = corrections.corrections(title, text)
    if found:
        known["corrections"] = "notice in the text"
    return language, list(found), known


def _described(db: sqlite3.Connection, number: int) -> str | None:
    """Fill the new columns of one article; the key of its address."""
    title, text, url, provenance = db.execute(
        "SELECT title, text, url, provenance FROM articles WHERE number = ?", (number,)
    ).fetchone()
    language, found, known = told(title, text, json.loads(provenance))
    key = versions.url_key(url)
    db.execute(
        "UPDATE articles SET language = ?, corrections = ?, url_key = ?, provenance = ? "
        "WHERE number = ?",
        (
            language,
            json.dumps(found, ensure_ascii=False),
            key,
            json.dumps(known, ensure_ascii=False, sort_keys=True),
            number,
        ),
    )
    return key
