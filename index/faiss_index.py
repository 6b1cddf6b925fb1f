"""Which kind of FAISS index holds how many vectors, and how each kind is searched.

Up to EXACT_UP_TO vectors are all compared with the query. Above, they lie in
inverted lists, one for each of some centroids, and only the lists nearest to the
query are read (Jégou, Douze and Schmid, "Product quantization for nearest neighbor
search", 2011, without the product quantisation: half floats keep the order of the
best). Lists, not a graph: they can be added to, removed from and searched among
given ids, and a graph takes three times as long to build.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.records import Hit

EXACT_UP_TO = 100_000
"""Vectors that are searched exactly: 14 ms at 10^5 of 384 numbers, in a question that takes
seconds, but 139 ms at 10^6. Lists take 2.7 and 7.7 ms (eval/README.md), miss some of the best
ten once in a while, and have to be trained."""
PROBES = 64
"""Lists that a search reads, of about the square root of the number of vectors: recall@10 is
0.993 to 0.999 at 10^5 and 0.997 to 0.999 at 10^6, by what the vectors are made of."""
LEAST_READ = 8
"""Vectors that are read for each one asked for, where that is more."""
SAMPLE = 50
"""Vectors for each centroid that k-means is trained on."""
OUTGROWN = 2
"""New lists are trained when the right number of them is as many times theirs, or less."""
SEED = 1

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]
Block = tuple[Ids, Vectors]
"""Ids of shape [n] and their vectors of shape [n, d]."""


class Source(Protocol):
    """Where vectors come from."""

    def chunk_ids(self) -> Ids:
        """The ids of all vectors, ascending."""

    def vector_blocks(self, after: int = 0, among: Ids | None = None) -> Iterator[Block]:
        """The vectors with an id larger than `after`, or those of some ids, by id."""


def built(source: Source, dimension: int) -> Any:
    """A FAISS index over all vectors of a source, of the kind for so many."""
    import faiss

    if len(source.chunk_ids()) > EXACT_UP_TO:
        return with_lists(source, dimension)
    index: Any = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
    return extended(index, source.vector_blocks())


def with_lists(source: Source, dimension: int) -> Any:
    """A FAISS index over all vectors of a source, in lists around the centroids of a sample."""
    import faiss

    ids = source.chunk_ids()
    count = math.isqrt(len(ids))
    index: Any = faiss.index_factory(dimension, f"IVF{count},SQfp16", faiss.METRIC_INNER_PRODUCT)
    index.by_residual = False  # half floats are as exact without it, and faster
    index.cp.max_points_per_centroid = SAMPLE
    chosen = np.random.default_rng(SEED).choice(ids, min(len(ids), SAMPLE * count), replace=False)
    blocks = source.vector_blocks(among=np.sort(chosen))
    index.train(np.concatenate([vectors for _, vectors in blocks]))
    return extended(index, source.vector_blocks())


def extended(index: Any, blocks: Iterable[Block]) -> Any:
    """The index itself, with more vectors in it."""
    for ids, vectors in blocks:
        index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)
    return index


def suits(index: Any, size: int) -> bool:
    """False where another kind of index, or other lists, should hold so many vectors."""
    if size <= EXACT_UP_TO or not _has_lists(index):
        return size <= EXACT_UP_TO and not _has_lists(index)
    lists, right = int(index.nlist), math.isqrt(size)
    return lists < OUTGROWN * right and right < OUTGROWN * lists


def ids_in(index: Any) -> Ids:
    """The ids of all vectors in an index, ascending."""
    import faiss

    if not _has_lists(index):
        return np.sort(faiss.vector_to_array(index.id_map))
    lists = index.invlists
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(at), lists.list_size(at)) for at in range(index.nlist)
    ]
    return np.sort(np.concatenate(parts))


def search(index: Any, query: Vectors, limit: int, among: Ids | None, without: Ids) -> list[Hit]:
    """The vectors with the largest inner product, in no order.

    Args:
        index: what `built` made.
        query: of shape [1, d].
        limit: how many to return at most.
        among: the only ids that may be found; None for all.
        without: ids that may not be found; none of them is in `among`.
    """
    if not index.ntotal:
        return []
    available = index.ntotal if among is None else len(among)
    parameters = _parameters(index, limit, available, _selector(among, without))
    scores, ids = index.search(query, min(limit, index.ntotal), params=parameters)
    return _hits(ids[0], scores[0])


def search_all(block: Block, query: Vectors, limit: int, among: Ids | None = None) -> list[Hit]:
    """The same, exactly, in vectors that are in no index."""
    import faiss

    ids, vectors = block
    if among is not None:
        wanted = np.isin(ids, among)
        ids, vectors = ids[wanted], np.ascontiguousarray(vectors[wanted])
    if not len(ids):
        return []
    scores, at = faiss.knn(query, vectors, min(limit, len(ids)), faiss.METRIC_INNER_PRODUCT)
    return _hits(ids[at[0]], scores[0])


def _has_lists(index: Any) -> bool:
    return hasattr(index, "nlist")


def _parameters(index: Any, limit: int, available: int, selector: Any) -> Any:
    """How to search: the fewer vectors may be found, the more of the lists are read."""
    import faiss

    wrapped: Any = faiss
    if not _has_lists(index):
        return wrapped.SearchParameters(sel=selector) if selector else None
    lists = max(PROBES, LEAST_READ * limit * index.nlist / max(1, index.ntotal))
    probes = min(index.nlist, math.ceil(lists * index.ntotal / max(1, available)))
    return wrapped.SearchParametersIVF(nprobe=probes, sel=selector)


def _selector(among: Ids | None, without: Ids) -> Any:
    """What lets only some ids through."""
    import faiss

    wrapped: Any = faiss
    ids = without if among is None else among
    if among is None and not len(ids):
        return None
    named = np.zeros(int(ids.max(initial=0)) + 1, bool)
    named[ids] = True
    bitmap = wrapped.IDSelectorBitmap(np.packbits(named, bitorder="little"))
    return wrapped.IDSelectorNot(bitmap) if among is None else bitmap


def _hits(ids: Ids, scores: Vectors) -> list[Hit]:
    found = ids >= 0
    pairs = zip(ids[found].tolist(), scores[found].tolist(), strict=True)
    return [Hit(*pair) for pair in pairs]
