"""What can be read of a damaged index is saved in a new one, which takes its place."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from index import replacing, schema
from index.connections import NO_WAIT, WAL, WriterLock, connect, explained
from index.copying import Saved, beside, copied
from index.embedding import Encoder, HashEncoder
from index.replacing import KEPT, MENDING, put_in_place
from index.store import Index

PAGE = 4096


def salvage(folder: Path, encoder: Callable[[], Encoder], *, keep: bool = True) -> Saved:
    """Make a new index of what can be read of one, and put it in its place.

    Args:
        folder: that of the index.
        encoder: asked for when vectors are missing or the manifest is.
        keep: leave the old database beside the new one, as is done anyway when an article is
            lost. It stays in place when none could be read.

    Raises:
        IndexBusy: another process is writing to it.
        IndexMismatch: vectors are missing, and the encoder is another than the index's.
        DiskFull: there is no room for a second database. All is as it was.
    """
    with beside(folder, NO_WAIT) as fresh, explained(folder):
        with contextlib.closing(_opened(folder, fresh)) as db:
            saved = copied(db, folder, fresh, Index.create, encoder)
        if saved.articles:
            lost = saved.articles < saved.known
            aside = _free_name(folder) if keep or lost else None
            put_in_place(fresh, folder, aside=aside)
            saved = dataclasses.replace(saved, aside=aside)
    return saved


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
            lock.close()


def _opened(folder: Path, beside: Path) -> sqlite3.Connection:
    """A connection to a damaged database, or to a copy with another first page if need be."""
    for has_first_page in (True, False):
        db = connect(folder if has_first_page else _with_first_page(folder, beside), "ro")
        try:
            db.execute("PRAGMA writable_schema = ON")  # lets SQLite read a file that was cut short
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles'").fetchone():
                return db
        except sqlite3.DatabaseError:
            pass
        db.close()
    raise schema.damaged(folder, "nothing in it can be read")


def _with_first_page(folder: Path, beside: Path) -> Path:
    """Copy a database, with the first page of an empty one over its own.

    The page says where the tables begin. New indexes are made by the same statements, so
    that their tables begin at the same pages.
    """
    copy, empty = beside / "copy", beside / "empty"
    copy.mkdir()
    for name in (schema.DATABASE, WAL):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(folder / name, copy / name)
    Index.create(empty, HashEncoder()).close()
    head = bytearray((empty / schema.DATABASE).read_bytes()[:PAGE])
    with (copy / schema.DATABASE).open("r+b") as file:
        # How many pages there are, and how many free ones: sqlite.org/fileformat2.html.
        head[28:32] = (file.seek(0, 2) // PAGE).to_bytes(4, "big")
        head[32:40] = bytes(8)
        file.seek(0)
        file.write(head)
    return copy


def _free_name(folder: Path) -> Path:
    """A path for the damaged database that is not taken."""
    today = dt.date.today().isoformat()
    names = itertools.chain([today], (f"{today}-{number}" for number in itertools.count(2)))
    return next(path for name in names if not (path := folder / KEPT.format(name)).exists())
