"""An index on disk: one folder, one writer, many readers.

SQLite is the truth: articles, chunks, vectors and the full-text index change
together, one transaction for each article. FAISS is derived from it. A search
reads one committed state in both: the FAISS index in memory is used only for
the very state that it was built from.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from index import copying, schema, vectors
from index.article_rows import ArticleRows
from index.connections import NO_WAIT, Wait, WriterLock, connect, explained, kept, reading
from index.embedding import Encoder
from index.errors import VectorsNotSaved
from index.protocols import Store
from index.queries import Queries, Snapshot
from index.records import Article, Chunk
from index.schema import Manifest
from index.vectors import VectorIndex

LOOSE = 10_000
"""Vectors beside the file with which a reader looks whether an ingest has written a newer one."""


class Index(Queries, Store):
    """The articles of one folder, a `Store`; see `Queries` for all that can be asked.

    Any thread may read. Made by `create` or `open`, and ended by `close`.
    """

    def __init__(
        self, folder: Path, encoder: Encoder | None, lock: WriterLock | None, mode: str = "rw"
    ) -> None:
        """Open the one connection that writes, where the lock that makes it the one is given."""
        self.folder = folder
        self._encoder = encoder
        self._lock = lock
        self._db = connect(folder, mode) if lock else None
        self._turn = threading.Lock()
        self._vectors: VectorIndex | None = None
        self._vectors_lock = threading.Lock()

    @classmethod
    def create(
        cls,
        folder: str | Path,
        encoder: Encoder,
        chunker: str = "",
        *,
        replace: bool = False,
        wait: Wait = NO_WAIT,
    ) -> Self:
        """Make an empty index, open for writing; `replace` discards one that is there.

        Raises:
            IndexExists: there is one already.
            UnusableIndex: the folder cannot be written to.
            IndexBusy: another process is writing to it, for longer than `wait` allows.
        """
        folder = Path(folder)
        with explained(folder):
            lock = WriterLock.taken(folder, make=True, wait=wait)
            with kept(lock):
                if replace:
                    _discard(folder)
                index = cls(folder, encoder, lock, "rwc")
            with kept(index):
                index._make(encoder, chunker)
        return index

    @classmethod
    def open(
        cls,
        folder: str | Path,
        encoder: Encoder | None = None,
        *,
        writable: bool = False,
        wait: Wait = NO_WAIT,
    ) -> Self:
        """Open the index in a folder. Without an encoder it is not checked which one built it.

        Raises:
            IndexMissing: there is none.
            IndexMismatch: it was built with another encoder or by another version.
            IndexDamaged: its database is not whole.
            IndexBusy: it is to be written to, and another process is writing for longer than
                `wait` allows.
        """
        folder = Path(folder)
        if not (folder / schema.DATABASE).is_file():
            raise schema.missing(folder)
        with explained(folder):
            lock = _locked(folder, wait) if writable else None
            with kept(lock):
                earlier = copying.is_of_earlier_format(folder)
            if earlier:
                if lock:
                    lock.close()
                copying.migrate(folder, cls.create, wait)
                lock = _locked(folder, wait) if writable else None
            with kept(lock):
                index = cls(folder, encoder, lock)
        with kept(index), index.snapshot() as view:  # reads the manifest, compares the encoder
            index._note_file(view.state)
        return index

    def close(self) -> None:
        """Let other writers in. Does nothing the second time."""
        if self._db is not None and self._lock is not None:
            self._db.close()
            self._lock.close()

    @property
    def name(self) -> str:
        """The folder, as text."""
        return str(self.folder)

    def require(self, encoder: Encoder) -> None:
        """Raise IndexMismatch unless the index was built with this encoder."""
        schema.check_encoder(self.folder, self.manifest, encoder)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One committed state, for several calls that must agree with one another.

        Raises:
            IndexMismatch: the index has been rebuilt with another encoder since it was opened.
            IndexDamaged: the database is not whole.
        """
        with explained(self.folder), reading(self.folder) as db:
            state = schema.read_manifest(db, self.folder)
            schema.check_encoder(self.folder, state, self._encoder)
            yield Snapshot(db, state, self._vector_index)

    def put(
        self,
        article: Article,
        content_hash: str,
        chunks: Sequence[Chunk],
        matrix: npt.NDArray[np.float32],
    ) -> Literal["added", "updated"]:
        """See `Store`; in one transaction."""
        blobs = schema.pack_vectors(matrix)
        with self._transaction() as db:
            dimension = schema.read_manifest(db, self.folder).dimension
            schema.check_vectors(chunks, matrix, dimension)
            rows = ArticleRows(db)
            replaced = rows.put(article, content_hash, chunks, blobs)
            schema.bump(db, self.folder, shrunk=rows.finish() or replaced)
        return "updated" if replaced else "added"

    def redescribe(self, article: Article, content_hash: str) -> None:
        with self._transaction() as db:
            rows = ArticleRows(db)
            rows.redescribe(article, content_hash)
            schema.bump(db, self.folder, shrunk=rows.finish())

    def remove(self, article_id: str) -> None:
        source = self.row(article_id)["source"]
        with self._transaction() as db:
            rows = ArticleRows(db)
            rows.take_away(article_id, source)
            rows.finish()
            schema.bump(db, self.folder, shrunk=True)

    def save_vectors(self) -> None:
        """Write the FAISS file unless it holds the present state already.

        Readers go on with what they have, whatever it takes.

        Raises:
            VectorsNotSaved: the file cannot be written.
        """
        with self.snapshot() as view:
            if vectors.holds(self.folder, view.state):
                return
            filed = VectorIndex.loaded(self.folder, _filed(view.state), change=True)
            now = filed and filed.following(view, view.state)
            now = now and now.merged()
            if now is None:
                now = VectorIndex.built(view, view.state)
            try:
                now.save(self.folder)
            except OSError as error:
                raise VectorsNotSaved(
                    f"{self.folder / vectors.FILE} cannot be written: {error}. Nothing is lost: "
                    "make room, and it is made at the next search."
                ) from error
            self._note_file(view.state)

    def check(self) -> None:
        """Read all of the database and hold it against SQLite's own rules.

        Raises:
            IndexDamaged: something is wrong with it.
        """
        with self.snapshot() as view:
            found = view.db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise schema.damaged(self.folder, " ".join(found.split()))

    def _make(self, encoder: Encoder, chunker: str) -> None:
        assert self._db is not None
        if not schema.is_empty(self._db):
            raise schema.exists(self.folder)
        self._db.execute("PRAGMA journal_mode = WAL")
        with self._transaction() as db:
            schema.create_tables(db)
            begun = Manifest.begun(schema.FORMAT, encoder, chunker)
            schema.set_manifest(db, **dataclasses.asdict(begun))
        (self.folder / schema.README).write_text(schema.ABOUT, encoding="utf-8")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One change of the index, done whole or not at all."""
        if self._db is None:
            raise RuntimeError("the index was opened for reading: Index.open(..., writable=True)")
        with explained(self.folder), self._turn:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk for one.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _note_file(self, state: Manifest) -> None:
        """Let later states know that the file holds this one, if it does."""
        if self._db and state.filed != state.stamp and vectors.holds(self.folder, state):
            with self._transaction() as db:
                schema.set_manifest(db, filed=state.stamp)

    def _vector_index(self, view: Snapshot) -> VectorIndex:
        """The vectors of a snapshot's state: as they are in memory, else from the file, or built.

        What has come and gone since is read from SQLite.
        """
        with self._vectors_lock:
            had = self._vectors
            if had is not None and had.state.stamp == view.state.stamp:
                return had
            if had is None or self._has_newer(had, view.state):
                now = self._from_file(view)
            else:
                now = had.following(view, view.state)
            now = now or self._built(view)
            if had is None or not _precedes(now.state, had.state):
                self._vectors = now
            return now

    def _has_newer(self, had: VectorIndex, state: Manifest) -> bool:
        """True when much has come and gone, and an ingest has put it into the file."""
        if had.loose <= LOOSE:
            return False
        return vectors.stamp(self.folder) in {state.stamp, state.filed} - {had.filed}

    def _from_file(self, view: Snapshot) -> VectorIndex | None:
        if vectors.holds(self.folder, view.state):
            return VectorIndex.loaded(self.folder, view.state)
        filed = VectorIndex.loaded(self.folder, _filed(view.state))
        return filed and filed.following(view, view.state)

    def _built(self, view: Snapshot) -> VectorIndex:
        built = VectorIndex.built(view, view.state)
        if self._vectors is None:
            # The file was of no use. A reader may not be allowed to write one, and need
            # not; and one that follows an ingest leaves the file to the ingest.
            with contextlib.suppress(OSError):
                built.save(self.folder)
                return VectorIndex.loaded(self.folder, view.state) or built
        return built


def _filed(state: Manifest) -> Manifest:
    """The earlier state that the file is of, as far as it is known."""
    return dataclasses.replace(state, stamp=state.filed, generation=0)


def _precedes(state: Manifest, other: Manifest) -> bool:
    return state.born == other.born and state.generation < other.generation


def _locked(folder: Path, wait: Wait) -> WriterLock:
    """The lock of an index's writer; what one that was killed has left is finished or deleted."""
    lock = WriterLock.taken(folder, wait=wait)
    with kept(lock):
        vectors.discard_temporary(folder)
        copying.finish(folder)
    return lock


def _discard(folder: Path) -> None:
    """Delete an index, inside its writer's lock."""
    # The database goes first: SQLite deletes a log that has no database, not the other way round.
    for name in (schema.DATABASE, f"{schema.DATABASE}-wal", f"{schema.DATABASE}-shm", vectors.FILE):
        (folder / name).unlink(missing_ok=True)
