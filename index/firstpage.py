"""The first page of a database that lost it, made again: it says where the tables begin.

All new indexes are made by the same statements, so that their tables begin at the
same pages. One that was brought up from format 1 has the tables of that format
where that format began them, and its manifest names the pages of those that were
added since. Nothing here reads an article.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from index import migration, schema
from index.connections import WAL, connect

PAGE = 4096
_TABLE, _INDEX = (0x0D, 0x05), (0x0A, 0x02)
"""How a page of a table and one of an index begin, leaf or not (sqlite.org/fileformat2.html)."""


def copy_with_another(folder: Path, place: Path, scratch: Path) -> None:
    """Copy the database in `folder` to `place`, with a first page that suits the others.

    `scratch` is a folder for what is needed on the way.
    """
    place.mkdir()
    for name in (schema.DATABASE, WAL):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(folder / name, place / name)
    present, first = (_template(scratch / name, name) for name in ("present", "first"))
    if _suiting(place, first) <= _suiting(place, present):
        _put(place, present)
        return
    _put(place, first)
    added = _added(place)
    if added:
        _put(place, _template(scratch / "migrated", "migrated", added))


def _template(folder: Path, kind: str, added: Mapping[str, int] | None = None) -> Path:
    """An empty index as it is made now, as format 1 was, or as one that was brought up from it."""
    folder.mkdir(parents=True)
    with contextlib.closing(connect(folder, "rwc")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN")
        if kind == "present":
            schema.create_tables(db)
        else:
            migration.create_first(db)
        if added is not None:
            migration.migrate(db)
        db.execute("COMMIT")
        db.execute("PRAGMA writable_schema = ON")
        for name, page in (added or {}).items():
            db.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = ?", (page, name))
    return folder / schema.DATABASE


def _suiting(place: Path, template: Path) -> float:
    """The share of a template's tables and indexes that may begin there in another database."""
    with contextlib.closing(connect(template.parent, "ro")) as db:
        roots = db.execute(
            "SELECT rootpage, type = 'table' AND sql NOT LIKE '%WITHOUT ROWID%' "
            "FROM sqlite_master WHERE rootpage > 1"
        ).fetchall()
    suiting = 0
    with (place / schema.DATABASE).open("rb") as file:
        for page, has_rows in roots:
            file.seek((page - 1) * PAGE)
            suiting += file.read(1) in map(_byte, _TABLE if has_rows else _INDEX)
    return suiting / len(roots)


def _byte(value: int) -> bytes:
    return bytes([value])


def _put(place: Path, template: Path) -> None:
    """Write the first page of a template over that of a database."""
    head = bytearray(template.read_bytes()[:PAGE])
    with (place / schema.DATABASE).open("r+b") as file:
        pages = file.seek(0, 2) // PAGE
        head[28:32] = pages.to_bytes(4, "big")
        head[32:40] = bytes(8)  # no free pages
        file.seek(0)
        file.write(head)


def _added(place: Path) -> dict[str, int]:
    """Where a migration began what it added, as the manifest has it; empty if it cannot be read."""
    with contextlib.closing(connect(place, "ro")) as db:
        try:
            row = db.execute("SELECT value FROM manifest WHERE key = 'layout'").fetchone()
            found = json.loads(row[0]) if row else {}
        except (sqlite3.DatabaseError, ValueError, TypeError):
            return {}
    return {str(name): int(page) for name, page in found.items()}
