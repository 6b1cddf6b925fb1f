"""Connections to an index's database, the lock of its writer, and what SQLite's errors mean."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from index import schema
from index.errors import DiskFull, IndexBusy, UnusableIndex

LOCK = "writer.lock"
WAL = schema.DATABASE + "-wal"
BUSY_SECONDS = 30.0
"""How long a connection waits for another one to finish a checkpoint or a recovery."""
POLL_SECONDS = (0.1, 0.4)
"""The least and the most time between two looks whether another process has finished."""
LOG_BYTES = 64 << 20
"""To what a large transaction's log is cut down once it has been moved into the database."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LEAST_ROOM = 1 << 20
"""With fewer bytes free than this, an error of the disk is put down to a full one."""


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
        with kept(db):
            # In WAL mode, NORMAL keeps the database whole through a loss of power; at worst the
            # last articles are gone, and the next ingest adds them again.
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
    return db


class _Closes(Protocol):
    def close(self) -> None: ...


Open = TypeVar("Open", bound=_Closes | None)


@contextmanager
def kept(held: Open) -> Iterator[Open]:
    """What is open, let go of only if something goes wrong inside."""
    try:
        yield held
    except BaseException:
        if held is not None:
            held.close()
        raise


def _is_sealed(folder: Path) -> bool:
    """True for a folder that this process cannot write to and no other is writing to."""
    return not os.access(folder, os.W_OK) and not (folder / WAL).exists()


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn SQLite's and the disk's errors that are no bugs into errors that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise _full(folder) from error
    except sqlite3.DatabaseError as error:
        meant = _meaning(folder, error)
        if meant is None:
            raise
        raise meant from error


def primary_code(error: sqlite3.DatabaseError) -> int:
    """SQLite's result code without its details; 0 for an error of Python's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _meaning(folder: Path, error: sqlite3.DatabaseError) -> UnusableIndex | None:
    primary = primary_code(error)
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or _is_of_fts(error):
        return schema.damaged(folder, str(error))
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return IndexBusy(f"{folder} is in use by another process ({error}). Try again later.")
    if primary == sqlite3.SQLITE_FULL:
        return _full(folder)
    # A full disk looks like this where the file is one that the connections share.
    if primary in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _has_no_room(folder):
        return _full(folder)
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


def _is_of_fts(error: sqlite3.DatabaseError) -> bool:
    """True for the general errors with which FTS5 refuses its own damaged tables."""
    return any(sign in str(error) for sign in ("invalid fts5 file format", "vtable constructor"))


def _full(folder: Path) -> DiskFull:
    return DiskFull(
        f"The disk that holds {folder} is full. What was in the index is whole. "
        "Make room and try again."
    )


def _has_no_room(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < LEAST_ROOM
    return False


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection in a read transaction, which sees one state; made anew for each.

    So it is always one to the database that is there now: half a millisecond.

    Raises:
        IndexMissing: there is no database.
    """
    if not (folder / schema.DATABASE).is_file():
        raise schema.missing(folder)
    with contextlib.closing(connect(folder, "ro")) as db:
        db.execute("BEGIN")
        yield db


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait for another writer, and whom to tell meanwhile."""

    seconds: float = 0.0
    tell: Callable[[str, float], None] = lambda holder, waited: None
    """Called at each look with who has the lock and how many seconds the waiting has lasted."""


NO_WAIT = Wait()


class Held(IndexBusy):
    """Another process has what was wanted; `holder` names it, `advice` says what to do."""

    def __init__(
        self,
        message: str,
        holder: str = "another process",
        advice: str = "Try again when it has finished.",
    ) -> None:
        super().__init__(message)
        self.holder = holder
        self.advice = advice


T = TypeVar("T")


def awaiting(wait: Wait, attempt: Callable[[], T]) -> T:
    """What an attempt returns; it is made again while it raises `Held`.

    Raises:
        IndexBusy: another process has been in the way for as long as `wait` allows.
    """
    began = time.monotonic()
    while True:
        try:
            return attempt()
        except Held as held:
            waited = time.monotonic() - began
            if waited >= wait.seconds:
                limit = f" Gave up after {lasting(wait.seconds)}." if wait.seconds else ""
                raise IndexBusy(f"{held}{limit} {held.advice}") from held
            wait.tell(held.holder, waited)
        # Two that wait do not look in step, so that one of them is the first.
        time.sleep(min(random.uniform(*POLL_SECONDS), max(0.0, wait.seconds - waited)))


class WriterLock:
    """A lock on a folder that the system lets go of when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def taken(cls, folder: Path, *, make: bool = False, wait: Wait = NO_WAIT) -> WriterLock:
        """Take the lock of an index; `make` its folder first.

        Raises:
            IndexBusy: another process has it, and has had it for as long as `wait` allows.
            UnusableIndex: the folder cannot be written to.
        """
        try:
            if make:
                folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise UnusableIndex(
                f"{folder} cannot be written to: {error.strerror}. Choose another with --index DIR."
            ) from error
        with kept(cls(descriptor)) as lock:
            awaiting(wait, lambda: _lock(folder, descriptor))
        # On a full disk the name cannot be written. The lock holds without it.
        with contextlib.suppress(OSError):
            os.truncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        return lock

    def close(self) -> None:
        """Let other writers in. Does nothing the second time."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _lock(folder: Path, descriptor: int) -> None:
    import fcntl  # not on Windows, where Byline runs in WSL

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = _holder(descriptor)
        raise Held(f"{folder} is being written to by {holder}.", holder) from error


def _holder(descriptor: int) -> str:
    """Who holds the lock, and for how long; what it wrote on taking it tells both."""
    try:
        process = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        held = max(0.0, time.time() - os.fstat(descriptor).st_mtime)
    except OSError:
        return "another process"
    return f"process {process} (for {lasting(held)})"


def lasting(seconds: float) -> str:
    """A time span as a person says it: "42 s", "12 min", "3 h 5 min"."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
