"""The writing half of an index: one connection, one transaction for each change.

Nothing here searches, and nothing here makes vectors or chunks.
"""

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

from index import duplicates, schema, vectors
from index.connections import WriterLock, connect
from index.embedding import Encoder
from index.errors import UnusableIndex
from index.queries import row_of
from index.records import Article, Chunk
from index.schema import pack_spans


class Writer:
    """The one connection that writes, and the lock that makes it the one."""

    def __init__(self, folder: Path, db: sqlite3.Connection, lock: WriterLock) -> None:
        self._folder = folder
        self._db = db
        self._lock = lock
        self._turn = threading.Lock()

    @classmethod
    def made(cls, folder: Path, encoder: Encoder, chunker: str, *, replace: bool) -> Writer:
        """A writer of a new and empty index; see `Index.create`."""
        lock = WriterLock.taken(folder, make=True)
        try:
            if replace:
                _discard(folder)
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
    def opened(cls, folder: Path) -> Writer:
        """A writer of the index that is there; see `Index.open`."""
        lock = WriterLock.taken(folder)
        try:
            vectors.discard_temporary(folder)
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
        blobs = [vector.tobytes() for vector in np.ascontiguousarray(matrix, schema.VECTOR)]
        with self._transaction() as db:
            dimension = schema.read_manifest(db, self._folder).dimension
            if matrix.shape != (len(chunks), dimension) or not np.isfinite(matrix).all():
                raise ValueError(
                    f"{len(chunks)} chunks of {dimension} numbers, vectors {matrix.shape}"
                )
            replaced = db.execute(
                "SELECT number FROM articles WHERE id = ? OR source = ?",
                (article.id, article.source),
            ).fetchall()
            for (number,) in replaced:
                _erase(db, number)
            number = _insert_article(db, article, content_hash)
            _insert_chunks(db, number, article.title, chunks, blobs)
            duplicates.link(db, number)
            schema.bump(db, shrunk=bool(replaced))
        return "updated" if replaced else "added"

    def remove(self, article_id: str) -> None:
        """See `Index.remove`."""
        with self._transaction() as db:
            _erase(db, int(row_of(db, "number", article_id)[0]))
            schema.bump(db, shrunk=True)

    def clear(self, encoder: Encoder, chunker: str) -> None:
        """See `Index.clear`."""
        with self._transaction() as db:
            db.execute("INSERT INTO passages (passages) VALUES ('delete-all')")
            for table in ("chunks", "articles", "copy_bands", "copy_edges"):
                db.execute(f"DELETE FROM {table}")
            schema.set_manifest(db, **_described(encoder, chunker), filed="")
            schema.bump(db, shrunk=True)

    def filed(self, stamp: str) -> None:
        """Note that the vectors' file holds the state of that stamp; changes no state."""
        with self._transaction() as db:
            schema.set_manifest(db, filed=stamp)

    def _make(self, encoder: Encoder, chunker: str) -> None:
        if not schema.is_empty(self._db):
            raise UnusableIndex(
                f"{self._folder} holds an index already. Add to it: {schema.command(self._folder)}"
            )
        self._db.execute("PRAGMA journal_mode = WAL")
        with self._transaction() as db:
            schema.create_tables(db)
            schema.set_manifest(
                db, format=schema.FORMAT, born=uuid.uuid4().hex, generation=0, shrunk=0
            )
            schema.set_manifest(db, **_described(encoder, chunker))
            schema.bump(db, shrunk=True)
        (self._folder / schema.README).write_text(schema.ABOUT, encoding="utf-8")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
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


def _discard(folder: Path) -> None:
    # The database goes first: SQLite deletes a log that has no database, not the other way round.
    for name in (schema.DATABASE, f"{schema.DATABASE}-wal", f"{schema.DATABASE}-shm", vectors.FILE):
        (folder / name).unlink(missing_ok=True)


def _insert_article(db: sqlite3.Connection, article: Article, content_hash: str) -> int:
    columns = f"{schema.ARTICLE_COLUMNS}, origin, content_hash, text_key, minhash"
    values = (
        *schema.article_to_row(article),
        article.id,  # its own origin until it is linked
        content_hash,
        duplicates.text_key(article.text),
        duplicates.signature(article.text),
    )
    places = ", ".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO articles ({columns}) VALUES ({places})", values)
    return int(cursor.lastrowid or 0)


def _insert_chunks(
    db: sqlite3.Connection, number: int, title: str, chunks: Sequence[Chunk], blobs: Sequence[bytes]
) -> None:
    for chunk, blob in zip(chunks, blobs, strict=True):
        row = (number, chunk.start, chunk.end, pack_spans(chunk.sentences), blob)
        chunk_id = db.execute(
            "INSERT INTO chunks (article, start, end, sentences, vector) VALUES (?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        db.execute(
            "INSERT INTO passages (rowid, title, body) VALUES (?, ?, ?)",
            (chunk_id, title, chunk.text),
        )


def _erase(db: sqlite3.Connection, number: int) -> None:
    """Delete an article and all that hangs on it."""
    duplicates.unlink(db, number)
    title, text = db.execute(
        "SELECT title, text FROM articles WHERE number = ?", (number,)
    ).fetchone()
    rows = db.execute("SELECT id, start, end FROM chunks WHERE article = ?", (number,)).fetchall()
    # A contentless index has to be told what it is to forget.
    db.executemany(
        "INSERT INTO passages (passages, rowid, title, body) VALUES ('delete', ?, ?, ?)",
        [(chunk_id, title, text[start:end]) for chunk_id, start, end in rows],
    )
    db.execute("DELETE FROM chunks WHERE article = ?", (number,))
    db.execute("DELETE FROM articles WHERE number = ?", (number,))
