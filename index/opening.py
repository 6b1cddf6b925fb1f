"""Opens or makes the archive at a location, in a folder or in Milvus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.connections import NO_WAIT, Wait
from index.embedding import Encoder
from index.errors import UnusableIndex
from index.locations import Place
from index.protocols import Store
from index.store import Index

if TYPE_CHECKING:
    from index.milvus.store import MilvusIndex


def opened(
    where: Place, encoder: Encoder | None = None, *, writable: bool = False, wait: Wait = NO_WAIT
) -> Store:
    """Open the archive that is there; see `Index.open` and `MilvusIndex.open`.

    Raises:
        UnusableIndex: it cannot be used as it is; the message names the way out.
    """
    if isinstance(where, Path):
        return Index.open(where, encoder, writable=writable, wait=wait)
    return milvus().open(where, encoder, writable=writable, wait=wait)


def made(
    where: Place,
    encoder: Encoder,
    chunker: str = "",
    *,
    replace: bool = False,
    wait: Wait = NO_WAIT,
) -> Store:
    """Make an empty archive, open for writing; `replace` discards one that is there.

    Raises:
        UnusableIndex: there is one already, or it cannot be written.
    """
    if isinstance(where, Path):
        return Index.create(where, encoder, chunker, replace=replace, wait=wait)
    return milvus().create(where, encoder, chunker, replace=replace, wait=wait)


def milvus() -> type[MilvusIndex]:
    """The store's class, once it is known that what it needs is installed.

    Raises:
        UnusableIndex: pymilvus is missing.
    """
    from importlib.util import find_spec

    if find_spec("pymilvus") is None:
        raise UnusableIndex(
            "An archive in Milvus needs pymilvus, which is not installed: "
            "pip install 'byline[milvus]'"
        )
    from index.milvus.store import MilvusIndex

    return MilvusIndex
