"""The vectors of one state of the database: what is in FAISS, what is newer, what is gone.

The vectors' truth is SQLite; what is here is derived and can be made again at
any time. The file is a plain FAISS index with a trailer that says which state
of the database it holds; FAISS reads it without looking at the trailer. It is
mapped into memory, not read, and never changed: what has come and gone since
stands beside it until an ingest writes the next one.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from index import faiss_index
from index.faiss_index import Block, Ids, Source
from index.records import Hit
from index.schema import Manifest

FILE = "vectors.faiss"
TEMPORARY = FILE + ".*.tmp"
MAGIC = b"byline-1"
_TRAILER = struct.Struct("<8s16sqI")
"""Magic, stamp of the database's state, length of the FAISS part, its CRC-32."""
_READ_BYTES = 1 << 20
_NONE = np.zeros(0, np.int64)


class VectorIndex:
    """The vectors of one state of the database; never changed once it is made."""

    def __init__(
        self,
        base: Any,
        state: Manifest,
        *,
        filed: str = "",
        newer: Block | None = None,
        gone: Ids = _NONE,
    ) -> None:
        self._base = base
        self.filed = filed or state.stamp
        """The stamp of the state that FAISS holds."""
        self._newer: Block = newer or (_NONE, np.zeros((0, state.dimension), np.float32))
        self._gone = gone
        self.state = state

    @classmethod
    def built(cls, source: Source, state: Manifest) -> VectorIndex:
        """A new index over all vectors."""
        return cls(faiss_index.built(source, state.dimension), state)

    def following(self, source: Source, state: Manifest) -> VectorIndex | None:
        """The index of another state of the same database, over the same FAISS index.

        None where the two have nothing in common.
        """
        had = self.state
        if (had.born, had.fingerprint) != (state.born, state.fingerprint):
            return None
        if state.shrunk <= had.generation < state.generation:
            newer = _joined(self._newer, source.vector_blocks(after=self.last_id))
            return self._beside(state, newer, self._gone)
        now, based = source.chunk_ids(), faiss_index.ids_in(self._base)
        ids, vectors = self._newer
        kept = np.isin(ids, now)
        held = (ids[kept], vectors[kept])
        missing = np.setdiff1d(np.setdiff1d(now, based, True), held[0], True)
        newer = _joined(held, source.vector_blocks(among=missing) if len(missing) else ())
        return self._beside(state, newer, np.setdiff1d(based, now, True))

    def merged(self) -> VectorIndex | None:
        """The same vectors with nothing beside FAISS; the index itself is of no use afterwards.

        None where FAISS should hold so many in another way, and must be built anew.
        Only for what was loaded to be changed.
        """
        if not faiss_index.suits(self._base, self.size):
            return None
        if len(self._gone):
            self._base.remove_ids(self._gone)
        return VectorIndex(faiss_index.extended(self._base, [self._newer]), self.state)

    @property
    def size(self) -> int:
        """How many vectors there are."""
        return int(self._base.ntotal) - len(self._gone) + len(self._newer[0])

    @property
    def loose(self) -> int:
        """How many vectors FAISS lacks, or still has."""
        return len(self._newer[0]) + len(self._gone)

    @property
    def last_id(self) -> int:
        """The largest chunk id; 0 when there is none."""
        if len(self._newer[0]):
            return int(self._newer[0].max())
        ids = faiss_index.ids_in(self._base)
        return int(np.setdiff1d(ids, self._gone, True).max(initial=0))

    def search(
        self, vector: npt.NDArray[np.float32], limit: int, among: Ids | None = None
    ) -> list[Hit]:
        """The chunks with the largest inner product, best first; ties by chunk id.

        `among` limits the search to those chunk ids. Up to `faiss_index.EXACT_UP_TO` vectors
        the search is exact.
        """
        limit = min(limit, self.size if among is None else len(among))
        if limit <= 0:
            return []
        query = np.ascontiguousarray(vector, np.float32).reshape(1, -1)
        hits = faiss_index.search(self._base, query, limit, among, self._gone)
        hits += faiss_index.search_all(self._newer, query, limit, among)
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))[:limit]

    def _beside(self, state: Manifest, newer: Block, gone: Ids) -> VectorIndex:
        return VectorIndex(self._base, state, filed=self.filed, newer=newer, gone=gone)

    def save(self, folder: Path) -> None:
        """Write what FAISS holds so that a reader finds the whole old one or the whole new one.

        Raises:
            OSError: the folder cannot be written to.
        """
        if self.loose:
            raise ValueError("only what is in FAISS can be saved: merge it first")
        unique = f"{os.getpid()}-{threading.get_ident()}"
        temporary = folder / TEMPORARY.replace("*", unique)
        try:
            with temporary.open("wb") as file:
                length, crc = _written(self._base, file)
                file.write(_TRAILER.pack(MAGIC, bytes.fromhex(self.state.stamp), length, crc))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(folder / FILE)
        except RuntimeError as error:  # what FAISS raises when it cannot write
            raise OSError(str(error)) from error
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def loaded(cls, folder: Path, state: Manifest, *, change: bool = False) -> VectorIndex | None:
        """The index in the file, or None unless it is whole and of just this state.

        It is mapped into memory, unless it is to `change`.
        """
        import faiss

        path = folder / FILE
        try:
            before = path.stat()
            trailer = _trailer(path)
            if trailer is None or trailer[0].hex() != state.stamp:
                return None
            # The checksum comes first: FAISS may crash on a file that is not whole.
            if trailer[1:] != _checksum(path):
                return None
            index = faiss.read_index(str(path), 0 if change else faiss.IO_FLAG_MMAP_IFC)
            after = path.stat()
        except (OSError, RuntimeError):  # gone, or written by a FAISS that this one cannot read
            return None
        replaced = (before.st_ino, before.st_mtime_ns) != (after.st_ino, after.st_mtime_ns)
        return None if replaced else cls(index, state)


def holds(folder: Path, state: Manifest) -> bool:
    """True when the trailer of the file in `folder` names this state."""
    return stamp(folder) == state.stamp


def stamp(folder: Path) -> str | None:
    """The stamp in the trailer of the file in `folder`; None where there is none."""
    trailer = _trailer(folder / FILE)
    return trailer[0].hex() if trailer else None


def discard_temporary(folder: Path) -> None:
    """Delete what writers that were killed have left behind."""
    for path in folder.glob(TEMPORARY):
        with contextlib.suppress(OSError):
            path.unlink()


def _joined(block: Block, more: Iterable[Block]) -> Block:
    blocks = [block, *more]
    return np.concatenate([ids for ids, _ in blocks]), np.concatenate([rows for _, rows in blocks])


def _written(index: Any, file: BinaryIO) -> tuple[int, int]:
    """Write FAISS's part of the file; its length and CRC-32.

    FAISS's own writer says nothing of a disk that is full when it closes the file.
    """
    import faiss

    length = crc = 0

    def write(data: bytes) -> None:
        nonlocal length, crc
        file.write(data)
        length, crc = length + len(data), zlib.crc32(data, crc)

    wrapped: Any = faiss
    wrapped.write_index(index, wrapped.PyCallbackIOWriter(write, _READ_BYTES))
    return length, crc


def _checksum(path: Path) -> tuple[int, int]:
    """Length and CRC-32 of a file without its trailer."""
    whole = np.memmap(path, np.uint8, "r")[: -_TRAILER.size]
    return len(whole), zlib.crc32(whole.data)


def _trailer(path: Path) -> tuple[bytes, int, int] | None:
    """Stamp, length and CRC-32 that a file claims; None when it has no trailer."""
    try:
        with path.open("rb") as file:
            file.seek(-_TRAILER.size, os.SEEK_END)
            magic, stamp, length, crc = _TRAILER.unpack(file.read(_TRAILER.size))
    except (OSError, struct.error):
        return None
    return (stamp, length, crc) if magic == MAGIC else None
