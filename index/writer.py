"""The writing half of an index: one connection, one transaction for each change."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from index import replacing, schema, vectors
from index.article_rows import ArticleRows
from index.connections import NO_WAIT, Wait, WriterLock, connect
from index.embedding import Encoder
from index.errors import IndexExists
from index.records import Article, Chunk


class Writer:
    """The one connection that writes, and the lock that makes it the one."""

    def __init__(self, folder: Path, db: sqlite3.Connection, lock: WriterLock) -> None:
        self._folder = folder
        self._db = db
        self._lock = lock
        self._turn = threading.Lock()

    @classmethod
    def made(
        cls,
        folder: Path,
        encoder: Encoder,
        chunker: str,
        *,
        replace: bool = False,
        wait: Wait = NO_WAIT,
    ) -> Writer:
        """A writer of a new and empty index; see `Index.create`."""
        lock = WriterLock.taken(folder, make=True, wait=wait)
        try:
            if replace:
                discard(folder)
            writer = cls(folder, connect(folder, "rwc"), lock)
        except BaseException:
            lock.release()
            raise
        try:
            writer._make(encoder, chunker)
        except BaseException:
            writer.close()
            raise
        return writer

    @classmethod
    def opened(cls, folder: Path, wait: Wait = NO_WAIT) -> Writer:
        """A writer of the index that is there; see `Index.open`."""
        lock = WriterLock.taken(folder, wait=wait)
        try:
            vectors.discard_temporary(folder)
            replacing.finish(folder)
            return cls(folder, connect(folder, "rw"), lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Close the connection and let other writers in."""
        self._db.close()
        self._lock.release()

    def put(
        self,
        article: Article,
        content_hash: str,
        chunks: Sequence[Chunk],
        matrix: npt.NDArray[np.float32],
    ) -> Literal["added", "updated"]:
        """See `Index.put`."""
        blobs = schema.pack_vectors(matrix)
        with self.transaction() as db:
            dimension = schema.read_manifest(db, self._folder).dimension
            if matrix.shape != (len(chunks), dimension) or not np.isfinite(matrix).all():
                raise ValueError(
                    f"{len(chunks)} chunks of {dimension} numbers, vectors {matrix.shape}"
                )
            rows = ArticleRows(db)
            replaced = rows.put(article, content_hash, chunks, blobs)
            schema.bump(db, shrunk=rows.finish() or replaced)
        return "updated" if replaced else "added"

    def redescribe(self, article: Article, content_hash: str) -> None:
        """See `Index.redescribe`."""
        with self.transaction() as db:
            rows = ArticleRows(db)
            rows.redescribe(article, content_hash)
            schema.bump(db, shrunk=rows.finish())

    def remove(self, article_id: str, source: str) -> None:
        """See `Index.remove`."""
        with self.transaction() as db:
            rows = ArticleRows(db)
            rows.take_away(article_id, source)
            rows.finish()
            schema.bump(db, shrunk=True)

    def filed(self, stamp: str) -> None:
        """Note that the vectors' file holds the state of that stamp; changes no state."""
        with self.transaction() as db:
            schema.set_manifest(db, filed=stamp)

    def _make(self, encoder: Encoder, chunker: str) -> None:
        if not schema.is_empty(self._db):
            raise IndexExists(
                f"{self._folder} holds an index already. Add to it: {schema.command(self._folder)}"
            )
        self._db.execute("PRAGMA journal_mode = WAL")
        with self.transaction() as db:
            schema.create_tables(db)
            schema.set_manifest(
                db, format=schema.FORMAT, born=uuid.uuid4().hex, generation=0, shrunk=0
            )
            schema.set_manifest(db, **_described(encoder, chunker))
            schema.bump(db, shrunk=True)
        (self._folder / schema.README).write_text(schema.ABOUT, encoding="utf-8")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One change of the index, done whole or not at all."""
        with self._turn:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk for one.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def _described(encoder: Encoder, chunker: str) -> dict[str, str | int]:
    return {
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "dimension": encoder.dimension,
        "chunker": chunker,
    }


def discard(folder: Path) -> None:
    """Delete an index, inside its writer's lock."""
    # The database goes first: SQLite deletes a log that has no database, not the other way round.
    for name in (schema.DATABASE, f"{schema.DATABASE}-wal", f"{schema.DATABASE}-shm", vectors.FILE):
        (folder / name).unlink(missing_ok=True)
