"""Connections to an index's database, the lock of its writer, and what SQLite's errors mean.

Nothing here knows what the database holds.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from index import schema
from index.errors import IndexBusy, UnusableIndex

LOCK = "writer.lock"
WAL = schema.DATABASE + "-wal"
BUSY_SECONDS = 30.0
"""How long a connection waits for another one to finish a checkpoint or a recovery."""


def connect(folder: Path, mode: str) -> sqlite3.Connection:
    """Open the database of an index: "ro", "rw", or "rwc" to make it.

    Transactions are begun and ended by hand. Any thread may use the connection.
    """
    uri = (folder / schema.DATABASE).resolve().as_uri() + f"?mode={mode}"
    if mode == "ro" and _is_sealed(folder):
        uri += "&immutable=1"  # else SQLite would want to make the files that a writer shares
    db = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
    )
    if mode != "ro":
        # In WAL mode, NORMAL keeps the database whole through a loss of power; at worst the last
        # articles are gone, and the next ingest adds them again.
        db.execute("PRAGMA synchronous = NORMAL")
    return db


def _is_sealed(folder: Path) -> bool:
    """True for a folder that this process cannot write to and no other is writing to."""
    return not os.access(folder, os.W_OK) and not (folder / WAL).exists()


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn SQLite's errors that are no bugs into errors that say what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        meant = _meaning(folder, error)
        if meant is None:
            raise
        raise meant from error


def _meaning(folder: Path, error: sqlite3.DatabaseError) -> UnusableIndex | None:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return schema.damaged(folder, str(error))
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return IndexBusy(f"{folder} is in use by another process ({error}). Try again later.")
    if primary == sqlite3.SQLITE_FULL:
        return UnusableIndex(f"The disk that holds {folder} is full. Make room and try again.")
    if primary in (
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_IOERR,
    ):
        return UnusableIndex(
            f"{folder / schema.DATABASE} cannot be used: {error}. "
            "Check the disk and who may write there."
        )
    return None


class Readers:
    """Connections for reading: as many as there are reads at one moment, kept for the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: list[sqlite3.Connection] = []
        self._file: tuple[int, int, int] | None = None
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection in a read transaction."""
        db, file = self._take()
        try:
            db.execute("BEGIN")
            yield db
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
            self._give(db, file)

    def close(self) -> None:
        """Close what is idle now, and the rest as it comes back."""
        with self._lock:
            self._closed = True
            self._drop()

    def _take(self) -> tuple[sqlite3.Connection, tuple[int, int, int]]:
        try:
            stat = (self._folder / schema.DATABASE).stat()
        except FileNotFoundError:
            raise schema.missing(self._folder) from None
        # A connection to a sealed file would never notice that it has changed.
        changed = stat.st_mtime_ns if _is_sealed(self._folder) else 0
        file = (stat.st_dev, stat.st_ino, changed)
        with self._lock:
            if self._closed:
                raise RuntimeError("the index is closed")
            if file != self._file:  # as when a damaged database is replaced by a new one
                self._drop()
                self._file = file
            db = self._idle.pop() if self._idle else None
        return db or connect(self._folder, "ro"), file

    def _give(self, db: sqlite3.Connection, file: tuple[int, int, int]) -> None:
        with self._lock:
            if self._closed or file != self._file:
                db.close()
            else:
                self._idle.append(db)

    def _drop(self) -> None:
        while self._idle:
            self._idle.pop().close()


class WriterLock:
    """A lock on a folder that the system lets go of when the process ends, however it ends."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def taken(cls, folder: Path, *, make: bool = False) -> WriterLock:
        """Take the lock of an index; `make` its folder first.

        Raises:
            IndexBusy: another process has it.
            UnusableIndex: the folder cannot be written to.
        """
        import fcntl  # not on Windows, where Byline runs in WSL

        try:
            if make:
                folder.mkdir(parents=True, exist_ok=True)
            file = (folder / LOCK).open("a+", encoding="ascii")
        except OSError as error:
            raise UnusableIndex(
                f"{folder} cannot be written to: {error.strerror}. Choose another folder: --index"
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise IndexBusy(
                f"{folder} is being written to by process {holder}. Wait until it has finished."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        return cls(file)

    def release(self) -> None:
        """Let other writers in."""
        self._file.close()
