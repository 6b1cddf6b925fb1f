"""An index on disk: one folder, one writer, many readers.

SQLite is the truth: articles, chunks, vectors and the full-text index change
together, one transaction for each article. FAISS is derived from it. A search
reads one committed state in both: the FAISS index in memory is used only for
the very state that it was built from. Nothing here makes vectors or chunks.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from index import schema, vectors
from index.connections import Readers, explained
from index.embedding import Encoder
from index.errors import IndexMismatch, UnusableIndex
from index.queries import Queries, Snapshot
from index.records import Article, Chunk
from index.schema import Manifest
from index.stores import Finding
from index.vectors import VectorIndex
from index.writing import Writer


class Index(Queries):
    """The articles of one folder, searchable; see `Queries` for all that can be asked.

    Any thread may read. Made by `create` or `open`, and ended by `close`.
    """

    def __init__(self, folder: Path, encoder: Encoder | None, writer: Writer | None) -> None:
        self.folder = folder
        self._encoder = encoder
        self._writer = writer
        self._readers = Readers(folder)
        self._vectors: VectorIndex | None = None
        self._vectors_lock = threading.Lock()

    @classmethod
    def create(
        cls, folder: str | Path, encoder: Encoder, chunker: str = "", *, replace: bool = False
    ) -> Index:
        """Make an empty index, open for writing; `replace` discards one that is there.

        Raises:
            UnusableIndex: there is one already, or the folder cannot be written to.
            IndexBusy: another process is writing to it.
        """
        folder = Path(folder)
        with explained(folder):
            writer = Writer.made(folder, encoder, chunker, replace=replace)
        return cls(folder, encoder, writer)

    @classmethod
    def open(
        cls, folder: str | Path, encoder: Encoder | None = None, *, writable: bool = False
    ) -> Index:
        """Open the index in a folder. Without an encoder it is not checked which one built it.

        Raises:
            IndexMissing: there is none.
            IndexMismatch: it was built with another encoder or by another version.
            IndexDamaged: its database is not whole.
            IndexBusy: it is to be written to, and another process is writing.
        """
        folder = Path(folder)
        if not (folder / schema.DATABASE).is_file():
            raise schema.missing(folder)
        with explained(folder):
            writer = Writer.opened(folder) if writable else None
        index = cls(folder, encoder, writer)
        try:
            with index.snapshot():  # reads the manifest and compares the encoder
                return index
        except BaseException:
            index.close()
            raise

    def close(self) -> None:
        """Close every connection and let other writers in. Does nothing the second time."""
        self._readers.close()
        if self._writer is not None:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The folder, as text."""
        return str(self.folder)

    def require(self, encoder: Encoder) -> None:
        """Raise IndexMismatch unless the index was built with this encoder."""
        _check_encoder(self.folder, self.manifest, encoder)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One committed state, for several calls that must agree with one another.

        Raises:
            IndexMismatch: the index has been rebuilt with another encoder since it was opened.
            IndexDamaged: the database is not whole.
        """
        with explained(self.folder), self._readers.reading() as db:
            state = schema.read_manifest(db, self.folder)
            _check_encoder(self.folder, state, self._encoder)
            yield Snapshot(db, state, self._vector_index)

    def put(
        self,
        article: Article,
        content_hash: str,
        chunks: Sequence[Chunk],
        matrix: npt.NDArray[np.float32],
    ) -> Literal["added", "updated"]:
        """Store an article, its chunks and their vectors of shape [n, d], in one transaction.

        It takes the place of an article with the same id or the same source.
        """
        with self._writing() as writer:
            return writer.put(article, content_hash, chunks, matrix)

    def remove(self, article_id: str) -> None:
        """Take an article out of the index.

        Raises:
            UnknownArticle: no article has that id.
        """
        with self._writing() as writer:
            writer.remove(article_id)

    def clear(self, encoder: Encoder, chunker: str = "") -> None:
        """Remove everything and go on with this encoder, in one transaction."""
        with self._writing() as writer:
            writer.clear(encoder, chunker)
        self._encoder = encoder

    def save_vectors(self) -> None:
        """Write the FAISS file unless it holds the present state already.

        Raises:
            UnusableIndex: the file cannot be written.
        """
        with self.snapshot() as view:
            if vectors.holds(self.folder, view.state):
                return
            found = view.vector_index()
            if vectors.holds(self.folder, view.state):  # written when it was built
                return
            try:
                found.save(self.folder)
            except OSError as error:
                raise UnusableIndex(
                    f"{self.folder / vectors.FILE} cannot be written: {error}. Nothing is lost: "
                    "make room, and it is made at the next search."
                ) from error

    def check(self) -> None:
        """Read all of the database and hold it against SQLite's own rules.

        Raises:
            IndexDamaged: something is wrong with it.
        """
        with self.snapshot() as view:
            found = view.db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise schema.damaged(self.folder, " ".join(found.split()))

    def findings(self) -> Iterator[Finding]:
        """Whether the index is whole, and its vectors are those of its articles.

        Raises:
            IndexDamaged: something is wrong with the database.
        """
        self.check()
        with self.snapshot() as view:
            counts, state = view.counts(), view.state
            current = vectors.holds(self.folder, state)
            found = view.vector_index().size
        yield (
            "index",
            True,
            f"{self.folder} is whole: {counts.articles} articles in {counts.chunks} chunks, "
            f"made with {state.encoder}",
        )
        if found != counts.chunks:
            remedy = f"Delete {self.folder / vectors.FILE}: it is made again from the articles"
            yield "vectors", False, f"{found} vectors for {counts.chunks} chunks. {remedy}"
        else:
            made = "" if current else "; they were out of date and have been made again"
            yield "vectors", True, f"{found} vectors of generation {state.generation}{made}"

    @contextmanager
    def _writing(self) -> Iterator[Writer]:
        if self._writer is None:
            raise RuntimeError("the index was opened for reading: Index.open(..., writable=True)")
        with explained(self.folder):
            yield self._writer

    def _vector_index(self, view: Snapshot) -> VectorIndex:
        """The FAISS index of a snapshot's state: in memory, from the file, or built."""
        with self._vectors_lock:
            had = self._vectors
            if had is not None and had.state.stamp == view.state.stamp:
                return had
            now = _extended(had, view) or VectorIndex.loaded(self.folder, view.state)
            if now is None:
                now = VectorIndex.built(view.vector_blocks(), view.state)
                if had is None:
                    # The file was of no use. A reader may not be allowed to write one, and need
                    # not; and one that follows an ingest leaves the file to the ingest.
                    with contextlib.suppress(OSError):
                        now.save(self.folder)
            if had is None or not _precedes(now.state, had.state):
                self._vectors = now
            return now


def _check_encoder(folder: Path, state: Manifest, encoder: Encoder | None) -> None:
    if encoder is None or encoder.fingerprint == state.fingerprint:
        return
    raise IndexMismatch(
        f"{folder} was built with {state.encoder} ({state.dimension} dimensions, "
        f"{state.fingerprint}), but the encoder is {encoder.name} ({encoder.dimension}, "
        f"{encoder.fingerprint}). Rebuild it: {schema.command(folder, '--rebuild')}"
    )


def _extended(had: VectorIndex | None, view: Snapshot) -> VectorIndex | None:
    """What is in memory with the newer chunks added, where nothing else has changed since."""
    if had is None or had.state.born != view.state.born:
        return None
    if not view.state.shrunk <= had.state.generation < view.state.generation:
        return None
    return had.with_added(view.vector_blocks(after=had.last_id), view.state)


def _precedes(one: Manifest, other: Manifest) -> bool:
    return one.born == other.born and one.generation < other.generation
