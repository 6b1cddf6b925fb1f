"""An index made anew: the new one grows beside the old one and takes its place once it is whole.

Until then the old one answers, and is kept if the new one cannot be finished. A
rebuild that was stopped or killed goes on where it was when it is begun again
with the same encoder. `salvage` makes the new one of what can be read of the old.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self

from index import chunking, copying, ingesting, locations, opening, schema
from index.connections import NO_WAIT, WAL, Wait, WriterLock, connect, explained, kept
from index.copying import KEPT, MENDING, Saved, beside, copied, put_in_place
from index.embedding import Encoder, HashEncoder
from index.errors import UnusableIndex
from index.interrupts import never
from index.locations import Place
from index.protocols import Store
from index.readers import Meter
from index.records import Progress, Report
from index.store import Index

FOLDER = schema.REBUILDING


class Beside(Store, Protocol):
    """An index in the making, by the one writer of the index whose place it is to take."""

    def put_in_place(self) -> None:
        """Let it take the other's place; nothing more is stored in it."""

    def discard(self) -> None:
        """Leave nothing of it."""


class Rebuild:
    """A rebuild under way, which is the one writer of its index; ended by `close`."""

    def __init__(self, fresh: Beside, encoder: Encoder) -> None:
        self._fresh = fresh
        self._encoder = encoder

    @classmethod
    def begun(cls, where: str | Place, encoder: Encoder, *, wait: Wait = NO_WAIT) -> Rebuild:
        """Begin a rebuild of the index at a place, or go on with one.

        Raises:
            IndexBusy: another process is writing to it, for longer than `wait` allows.
            UnusableIndex: it cannot be written to.
        """
        where = locations.place(where)
        if isinstance(where, Path):
            return cls(_Folder.beside(where, encoder, chunking.CHUNKER, wait), encoder)
        return cls(opening.milvus().beside(where, encoder, chunking.CHUNKER, wait), encoder)

    def ingest(
        self,
        paths: Sequence[str | Path],
        *,
        on_event: Callable[[Progress], None] | None = None,
        meter: Meter | None = None,
        stop: Callable[[], bool] = never,
        follow_links: bool = False,
    ) -> Report:
        """Read all that the new index is to hold and put it in the old one's place.

        The old one stays when this was stopped early, and when nothing could be read.
        The arguments are those of `ingesting.ingest`.

        Raises:
            DiskFull: there is no room; the old index is as it was.
        """
        held: set[str] = set()

        def seen(event: Progress) -> None:
            if event.kind in ("added", "updated", "unchanged"):
                held.update((event.article_id, event.source))
            if on_event is not None:
                on_event(event)

        try:
            report = ingesting.ingest(
                self._fresh,
                paths,
                self._encoder,
                on_event=seen,
                meter=meter,
                stop=stop,
                follow_links=follow_links,
            )
            if not report.interrupted:
                self._finish(held)
        except UnusableIndex as error:
            raise type(error)(f"{error} Until then, the old index stays in use.") from error
        return report

    def close(self) -> None:
        """Let other writers in. What is not in place yet is kept for the next time."""
        self._fresh.close()

    def __enter__(self) -> Rebuild:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _finish(self, held: set[str]) -> None:
        for source, (article_id, _) in self._fresh.content_hashes().items():
            # From an earlier run, and not among these files. A version may have been given
            # another id since, and a file another name.
            if source not in held and article_id not in held:
                self._fresh.remove(article_id)
        if self._fresh.counts().articles:
            self._fresh.save_vectors()
            self._fresh.put_in_place()
        else:
            self._fresh.discard()


class _Folder(Index):
    """The new index in a folder within the old one's, by whose lock it is the one writer."""

    _outer: WriterLock | None = None

    @classmethod
    def beside(cls, folder: Path, encoder: Encoder, chunker: str, wait: Wait) -> Self:
        with kept(WriterLock.taken(folder, make=True, wait=wait)) as lock:
            fresh = cls._continued(folder, encoder, chunker) or cls.create(
                folder / FOLDER, encoder, chunker, replace=True
            )
        fresh._outer = lock
        return fresh

    @classmethod
    def _continued(cls, folder: Path, encoder: Encoder, chunker: str) -> Self | None:
        """What an earlier rebuild has left, where it can be gone on with."""
        try:
            fresh = cls.open(folder / FOLDER, encoder, writable=True)
        except UnusableIndex:
            return None
        # One that was put in place already was only not tidied away.
        if fresh.manifest.chunker == chunker and fresh.manifest.born != _born(folder):
            return fresh
        fresh.close()
        return None

    def put_in_place(self) -> None:
        super().close()
        put_in_place(self.folder, self.folder.parent)

    def discard(self) -> None:
        super().close()
        shutil.rmtree(self.folder)

    def close(self) -> None:
        super().close()
        if self._outer:
            self._outer.close()


def unfinished(folder: Path) -> int | None:
    """How many articles an unfinished rebuild in a folder has; None without one."""
    with contextlib.suppress(UnusableIndex), Index.open(folder / FOLDER) as fresh:
        if fresh.manifest.born != _born(folder):
            counts = fresh.counts()
            return counts.articles + counts.superseded
    return None


def discard_finished(folder: Path) -> None:
    """Delete what a rebuild that was killed after its end has left, inside the writer's lock.

    Raises:
        IndexBusy: another process is writing to the index.
    """
    if not (folder / FOLDER).exists():
        return
    with contextlib.closing(WriterLock.taken(folder)):
        if unfinished(folder) is None:
            shutil.rmtree(folder / FOLDER, ignore_errors=True)


def _born(folder: Path) -> str | None:
    with contextlib.suppress(UnusableIndex), Index.open(folder) as index:
        return index.manifest.born
    return None


# --- salvage -----------------------------------------------------------------------------------


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
        with contextlib.closing(WriterLock.taken(folder)):
            copying.finish(folder)


def _opened(folder: Path, beside: Path) -> sqlite3.Connection:
    """A connection to a damaged database, or to a copy with another first page if need be."""
    for has_first_page in (True, False):
        db = connect(folder if has_first_page else _with_first_page(folder, beside), "ro")
        with contextlib.suppress(sqlite3.DatabaseError):
            db.execute("PRAGMA writable_schema = ON")  # lets SQLite read a file that was cut short
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles'").fetchone():
                return db
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
