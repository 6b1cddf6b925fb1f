"""How a search grows with the archive: vectors in FAISS, and BM25 in SQLite.

    python -m eval.bench.searching [--sizes 10000 100000] [--million] [--no-words]

The demo archive stands for a larger one. A vector is a chunk's, moved towards another
chunk's and shaken, so that neighbours crowd as they do in an archive of one kind of news.
They are searched exactly and by inverted lists, whichever of the two an index of that size
would use, by one thread, the lists from a mapped file. What is timed is the thread's own use
of the processor, so that a busy machine tells the same. A text has the words of the archive
as often as Zipf's law gives them, and rarer ones after them, as a larger archive has.
10^6 vectors take 1.5 GB of memory, their lists half of it, and a quarter of an hour.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.baseline import demo
from eval.questions import load
from index import faiss_index, schema, vectors
from index.embedding import load_encoder
from index.faiss_index import Block, Ids
from index.queries import Snapshot
from index.records import Hit
from index.schema import Manifest
from index.store import Index
from index.vectors import VectorIndex
from rag.request.question import Question
from rag.retrieve import DEPTH

SIZES = (10_000, 100_000)
MILLION = 1_000_000
SEED = 11
FARTHEST = 1.0
"""How far a vector is moved at most: halfway to another chunk's."""
NOISE = 0.3
"""Length of the noise beside a unit vector: alone, it would leave a cosine of 0.96."""
BLOCK = 10_000
BEST = 10
WORDS = 300_000
"""Different words of the made texts."""
FLATTENED = 2.7
"""What Mandelbrot (1953) adds to a word's rank."""

STATE = Manifest(
    format=1, encoder="", fingerprint="", dimension=0, chunker="", born="", generation=0, shrunk=0,
    stamp="0" * 32,
)  # fmt: skip

Vectors = npt.NDArray[np.float32]


def main() -> None:
    """For each size build both halves, search, print a line of each table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--million", action="store_true", help="10^6 chunks as well")
    parser.add_argument("--no-words", action="store_true", help="leave BM25 out")
    parser.add_argument("--encoder", help="as for byline ingest")
    chosen = parser.parse_args()
    sizes = [*chosen.sizes, *([MILLION] if chosen.million else [])]
    encoder = load_encoder(chosen.encoder)
    with demo(encoder) as index:
        known, texts = chunks(index)
    asked = [Question.read(known.question) for known in load()]
    queries = encoder.encode([question.text for question in asked])
    print(f"{len(queries)} questions, {DEPTH} chunks each; time of one processor: median / 99%")
    print("   chunks    exact, ms    lists, ms  ratio  recall@10  build, s    MiB", flush=True)
    for size in sizes:
        print(semantic(known, size, queries), flush=True)
    if not chosen.no_words:
        print(
            "   chunks  all terms, ms  searched, ms  ratio  recall@10  build, s    MiB", flush=True
        )
        for size in sizes:
            print(lexical(texts, size, asked), flush=True)


def chunks(index: Index) -> tuple[Vectors, list[str]]:
    """The vectors and texts of all chunks of an index."""
    with index.snapshot() as view:
        blocks = list(view.vector_blocks())
        ids = np.concatenate([block[0] for block in blocks])
        texts = [stored.chunk.text for stored in view.passages(ids.tolist())]
        return np.concatenate([block[1] for block in blocks]), texts


class Perturbed:
    """Unit vectors among the given ones, with chunk ids from 1; a `faiss_index.Source`."""

    def __init__(self, known: Vectors, size: int) -> None:
        draw = np.random.default_rng(SEED)
        self.rows = np.empty((size, known.shape[1]), np.float32)
        for start in range(0, size, BLOCK):
            rows = self.rows[start : start + BLOCK]
            count = len(rows)
            share = draw.uniform(0, FARTHEST, (count, 1)).astype(np.float32)
            rows[:] = known[np.arange(start, start + count) % len(known)]
            rows += share * known[draw.integers(0, len(known), count)]
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            noise = draw.standard_normal(rows.shape, np.float32)
            rows += np.float32(NOISE / np.sqrt(rows.shape[1])) * noise
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)

    def chunk_ids(self) -> Ids:
        """The ids of all vectors, ascending."""
        return np.arange(1, len(self.rows) + 1)

    def vector_blocks(self, after: int = 0, among: Ids | None = None) -> Iterator[Block]:
        """The vectors with an id larger than `after`, or those of some ids, by id."""
        ids = self.chunk_ids()[after:] if among is None else among
        for start in range(0, len(ids), BLOCK):
            block = ids[start : start + BLOCK]
            yield block, self.rows[block - 1]


def semantic(known: Vectors, size: int, queries: Vectors) -> str:
    """A line on vector searches among `size` chunks."""
    import faiss

    faiss.omp_set_num_threads(1)
    source = Perturbed(known, size)
    every = (source.chunk_ids(), source.rows)
    exact, right = timed(
        queries, lambda one: faiss_index.search_all(every, one.reshape(1, -1), DEPTH)
    )
    state = replace(STATE, dimension=known.shape[1])
    with tempfile.TemporaryDirectory(prefix="byline-bench-") as folder:
        started = time.thread_time()
        VectorIndex(faiss_index.with_lists(source, known.shape[1]), state).save(Path(folder))
        built = time.thread_time() - started
        index = VectorIndex.loaded(Path(folder), state)
        assert index is not None
        seconds, found = timed(queries, lambda one: index.search(one, DEPTH))
        mebibytes = (Path(folder) / vectors.FILE).stat().st_size / 2**20
    same = [len(best(hits) & best(all_)) / BEST for hits, all_ in zip(found, right, strict=True)]
    return (
        f"{size:9,} {told(exact)} {told(seconds)} {np.median(exact) / np.median(seconds):5.0f}x"
        f" {np.mean(same):10.3f} {built:9.0f} {mebibytes:6.0f}"
    )


def timed(
    queries: Vectors, search: Callable[[Vectors], list[Hit]]
) -> tuple[list[float], list[list[Hit]]]:
    """Seconds and hits of each search, after one to warm up."""
    search(queries[0])
    seconds, found = [], []
    for query in queries:
        started = time.thread_time()
        found.append(search(query))
        seconds.append(time.thread_time() - started)
    return seconds, found


def best(hits: Sequence[Hit]) -> set[int]:
    """The chunks of the best hits."""
    return {hit.chunk_id for hit in sorted(hits, key=lambda hit: -hit.score)[:BEST]}


def told(seconds: Sequence[float]) -> str:
    """Median and 99% of some times, in milliseconds."""
    return f"{np.median(seconds) * 1000:5.1f} /{np.quantile(seconds, 0.99) * 1000:5.1f}"


def worded(texts: Sequence[str], size: int) -> Iterator[tuple[int, str, str]]:
    """`size` texts as long as the given ones on average: rowid, title, body."""
    counted = Counter(word for text in texts for word in re.findall(r"\w+", text.lower()))
    vocabulary = [word for word, _ in counted.most_common()]
    vocabulary += [f"word{n}" for n in range(len(vocabulary), WORDS)]
    shares = np.cumsum(1 / (np.arange(1, WORDS + 1) + FLATTENED))
    length = sum(counted.values()) // len(texts)
    draw = np.random.default_rng(SEED)
    for start in range(0, size, BLOCK):
        count = min(BLOCK, size - start)
        ranks = np.searchsorted(shares, draw.uniform(0, shares[-1], (count, length)))
        for at, row in enumerate(ranks.tolist(), start + 1):
            yield at, "", " ".join([vocabulary[rank] for rank in row])


def lexical(texts: Sequence[str], size: int, asked: Sequence[Question]) -> str:
    """A line on BM25 searches among `size` chunks: of all terms, and as the index searches."""
    every = (
        "SELECT rowid, -bm25(passages) AS score FROM passages WHERE passages MATCH ? "
        "ORDER BY score DESC, rowid LIMIT ?"
    )
    all_terms, seconds, same = [], [], []
    with tempfile.TemporaryDirectory(prefix="byline-bench-") as folder:
        path = Path(folder) / "passages.sqlite3"
        with closing(sqlite3.connect(path)) as db:
            schema.create_tables(db)
            started = time.thread_time()
            db.executemany(
                "INSERT INTO passages (rowid, title, body) VALUES (?, ?, ?)", worded(texts, size)
            )
            db.commit()
            built = time.thread_time() - started
            for question in asked:
                match = " OR ".join(f'"{term}"' for term in question.terms)
                started = time.thread_time()
                right = db.execute(every, (match, DEPTH)).fetchall()[:BEST]
                all_terms.append(time.thread_time() - started)
                started = time.thread_time()
                found = Snapshot(db, STATE, _no_vectors).lexical(question.terms, DEPTH)
                seconds.append(time.thread_time() - started)
                best = {hit.chunk_id for hit in found[:BEST]}
                same += [sum(row[0] in best for row in right) / len(right)] if right else []
        mebibytes = path.stat().st_size / 2**20
    ratio = np.median(all_terms) / np.median(seconds)
    return (
        f"{size:9,} {told(all_terms)} {told(seconds)} {ratio:5.1f}x"
        f" {np.mean(same):10.3f} {built:9.0f} {mebibytes:6.0f}"
    )


def _no_vectors(view: Snapshot) -> VectorIndex:
    raise NotImplementedError


if __name__ == "__main__":
    main()
