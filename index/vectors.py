"""Nearest vectors by inner product: FAISS, and the file that it is kept in.

The vectors' truth is SQLite; what is here is derived and can be made again at
any time. The file is a plain FAISS index with a trailer that says which state
of the database it holds; FAISS reads it without looking at the trailer. Nothing
here knows what a vector stands for.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from index.records import Hit
from index.schema import Manifest

if TYPE_CHECKING:
    import faiss

FILE = "vectors.faiss"
TEMPORARY = FILE + ".*.tmp"
MAGIC = b"byline-1"
_TRAILER = struct.Struct("<8s16sqI")
"""Magic, stamp of the database's state, length of the FAISS part, its CRC-32."""
_READ_BYTES = 1 << 20

Ids = npt.NDArray[np.int64]
Block = tuple[Ids, npt.NDArray[np.float32]]
"""Chunk ids of shape [n] and their vectors of shape [n, d]."""


class VectorIndex:
    """The vectors of one state of the database; never changed once it is made."""

    def __init__(self, index: faiss.Index, state: Manifest) -> None:
        self._index: Any = index  # FAISS's own types leave out what its Python layer adds
        self.state = state

    @classmethod
    def built(cls, blocks: Iterable[Block], state: Manifest) -> VectorIndex:
        """A new index over all blocks."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(state.dimension))
        return cls(_filled(index, blocks), state)

    def with_added(self, blocks: Iterable[Block], state: Manifest) -> VectorIndex:
        """Another index over these vectors and those in `blocks`."""
        import faiss

        return VectorIndex(_filled(faiss.clone_index(self._index), blocks), state)

    @property
    def size(self) -> int:
        """How many vectors there are."""
        return int(self._index.ntotal)

    @property
    def last_id(self) -> int:
        """The largest chunk id; 0 when there is none."""
        import faiss

        return int(faiss.vector_to_array(self._index.id_map).max()) if self.size else 0

    def search(
        self, vector: npt.NDArray[np.float32], limit: int, among: Ids | None = None
    ) -> list[Hit]:
        """The chunks with the largest inner product, best first; ties by chunk id.

        `among` limits the search to those chunk ids.
        """
        limit = min(limit, self.size if among is None else len(among))
        if limit <= 0:
            return []
        query = np.ascontiguousarray(vector, np.float32).reshape(1, -1)
        scores, ids = self._index.search(query, limit, params=_only(among))
        found = ids[0] >= 0
        hits = zip(ids[0][found].tolist(), scores[0][found].tolist(), strict=True)
        return sorted((Hit(*pair) for pair in hits), key=lambda hit: (-hit.score, hit.chunk_id))

    def save(self, folder: Path) -> None:
        """Write the file so that a reader finds the whole old one or the whole new one.

        Raises:
            OSError: the folder cannot be written to.
        """
        unique = f"{os.getpid()}-{threading.get_ident()}"
        temporary = folder / TEMPORARY.replace("*", unique)
        try:
            with temporary.open("wb") as file:
                length, crc = _written(self._index, file)
                file.write(_TRAILER.pack(MAGIC, bytes.fromhex(self.state.stamp), length, crc))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(folder / FILE)
        except RuntimeError as error:  # what FAISS raises when it cannot write
            raise OSError(str(error)) from error
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def loaded(cls, folder: Path, state: Manifest) -> VectorIndex | None:
        """The index in the file, or None unless it is whole and of just this state."""
        import faiss

        path = folder / FILE
        try:
            before = path.stat()
            # The checksum comes first: FAISS may crash on a file that is not whole.
            whole = (bytes.fromhex(state.stamp), *_checksum(path, less=_TRAILER.size))
            if _trailer(path) != whole:
                return None
            index = faiss.read_index(str(path))
            after = path.stat()
        except (OSError, RuntimeError):  # gone, or written by a FAISS that this one cannot read
            return None
        replaced = (before.st_ino, before.st_mtime_ns) != (after.st_ino, after.st_mtime_ns)
        return None if replaced else cls(index, state)


def holds(folder: Path, state: Manifest) -> bool:
    """True when the trailer of the file in `folder` names this state."""
    trailer = _trailer(folder / FILE)
    return trailer is not None and trailer[0] == bytes.fromhex(state.stamp)


def discard_temporary(folder: Path) -> None:
    """Delete what writers that were killed have left behind."""
    for path in folder.glob(TEMPORARY):
        with contextlib.suppress(OSError):
            path.unlink()


def _filled(index: Any, blocks: Iterable[Block]) -> Any:
    for ids, vectors in blocks:
        index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)
    return index


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


def _only(among: Ids | None) -> Any:
    """Search parameters that let only some ids through."""
    if among is None:
        return None
    import faiss

    wanted = np.zeros(int(among.max()) + 1, bool)
    wanted[among] = True
    bits = np.packbits(wanted, bitorder="little")
    wrapped: Any = faiss
    return wrapped.SearchParameters(sel=wrapped.IDSelectorBitmap(bits))


def _checksum(path: Path, less: int = 0) -> tuple[int, int]:
    """Length and CRC-32 of a file without its last `less` bytes."""
    left = length = max(0, path.stat().st_size - less)
    crc = 0
    with path.open("rb") as file:
        while left and (block := file.read(min(left, _READ_BYTES))):
            crc = zlib.crc32(block, crc)
            left -= len(block)
    return length, crc


def _trailer(path: Path) -> tuple[bytes, int, int] | None:
    """Stamp, length and CRC-32 that a file claims; None when it has no trailer."""
    try:
        with path.open("rb") as file:
            file.seek(-_TRAILER.size, os.SEEK_END)
            magic, stamp, length, crc = _TRAILER.unpack(file.read(_TRAILER.size))
    except (OSError, struct.error):
        return None
    return (stamp, length, crc) if magic == MAGIC else None
