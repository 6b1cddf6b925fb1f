"""An index that was made beside another takes its place, and none is lost on the way.

Over a database that SQLite can open, the new one is written as one transaction:
readers see the old state or the new one. A database that it cannot open has no
readers, and the file is replaced: the old one and its log first get second names, then
the log goes and the file is replaced. Between these two steps the old file is without
its log; whoever is killed there leaves the new one beside it, and `finish` goes on.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

from index import schema, vectors
from index.connections import connect, explained, primary_code

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
