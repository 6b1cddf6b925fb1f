"""An index of an earlier format, brought up to the present one in place.

What an article is newly known by is read from what is stored of it; the next
ingest of its file adds what only the file tells. Chunks and vectors stay.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import sqlite3
from pathlib import Path

from index import languages, notices, schema, stored, versions
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
    for column, kind in _ADDED.items():
        db.execute(f"ALTER TABLE articles ADD COLUMN {column} {kind}")
    for statement in versions.TABLES.split(";\n"):
        db.execute(statement)
    db.execute(schema.URL_INDEX)
    addresses = set()
    numbers = [number for (number,) in db.execute("SELECT number FROM articles")]
    for number in numbers:
        addresses.add(_described(db, number))
    moved = stored.settle(db, sorted(address for address in addresses if address))
    schema.set_manifest(db, format=schema.FORMAT)
    if moved:
        schema.bump(db, shrunk=True)


def _described(db: sqlite3.Connection, number: int) -> str | None:
    """Fill the new columns of one article; the key of its address."""
    title, text, url, provenance = db.execute(
        "SELECT title, text, url, provenance FROM articles WHERE number = ?", (number,)
    ).fetchone()
    told = json.loads(provenance)
    language = languages.detect(text) or ""
    if language:
        told["language"] = "by its words"
    found = notices.corrections(title, text)
    if found:
        told["corrections"] = "notice in the text"
    key = versions.url_key(url)
    db.execute(
        "UPDATE articles SET language = ?, corrections = ?, url_key = ?, provenance = ? "
        "WHERE number = ?",
        (
            language,
            json.dumps(found, ensure_ascii=False),
            key,
            json.dumps(told, ensure_ascii=False, sort_keys=True),
            number,
        ),
    )
    return key
