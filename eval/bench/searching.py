"""How a search grows with the archive: exact vectors in FAISS and BM25 in SQLite.

    python -m eval.bench.searching [--chunks 10000 100000 1000000] [--queries 50]

The chunks of the demo archive stand for a larger one: each vector again and again with a
little noise, so that neighbours crowd as they do in an archive of one kind of news, and each
text with some of its words exchanged for another chunk's. 10^6 vectors of 384 numbers take
1.5 GB of memory; they are made block by block and held once.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.baseline import demo
from eval.questions import load
from index.embedding import Encoder, load_encoder
from index.schema import TABLES, Manifest
from index.store import Index
from index.vectors import Block, VectorIndex
from rag.questions.question import Question
from rag.retrieval import DEPTH

SIZES = (10_000, 100_000, 1_000_000)
SEED = 11
NOISE = 0.3
"""Length of the noise beside a unit vector: a copy's cosine to its chunk is about 0.96."""
EXCHANGED = 0.3
"""Share of a text's words that come from another chunk."""
BLOCK = 10_000

Vectors = npt.NDArray[np.float32]


def main() -> None:
    """For each size build both halves, search, print a line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chunks", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--encoder", help="as for byline ingest")
    chosen = parser.parse_args()
    encoder = load_encoder(chosen.encoder)
    with demo(encoder) as index:
        vectors, texts = chunks(index)
    asked = [Question.read(known.question) for known in load()[: chosen.queries]]
    queries = encoder.encode([question.text for question in asked])
    print(f"{'chunks':>9} {'vectors':>11} {'BM25':>11} {'both':>11} {'memory':>9}")
    for size in chosen.chunks:
        near = semantic(vectors, size, queries, encoder)
        words = lexical(texts, size, asked)
        both = [one + other for one, other in zip(near, words, strict=True)]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = [statistics.median(row) * 1000 for row in (near, words, both)]
        print(
            f"{size:9,} " + " ".join(f"{value:8.1f} ms" for value in told) + f" {memory:5.0f} MiB"
        )


def chunks(index: Index) -> tuple[Vectors, list[str]]:
    """The vectors and texts of all chunks of an index."""
    with index.snapshot() as view:
        blocks = list(view.vector_blocks())
        ids = np.concatenate([block[0] for block in blocks])
        texts = [stored.chunk.text for stored in view.passages(ids.tolist())]
        return np.concatenate([block[1] for block in blocks]), texts


def perturbed(vectors: Vectors, size: int) -> Iterator[Block]:
    """`size` unit vectors near the given ones, with chunk ids from 1."""
    random_numbers = np.random.default_rng(SEED)
    for start in range(0, size, BLOCK):
        count = min(BLOCK, size - start)
        rows = vectors[np.arange(start, start + count) % len(vectors)]
        noise = random_numbers.standard_normal(rows.shape, np.float32)
        rows = rows + NOISE / np.sqrt(rows.shape[1]).astype(np.float32) * noise
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        yield np.arange(start + 1, start + count + 1, dtype=np.int64), rows


def semantic(vectors: Vectors, size: int, queries: Vectors, encoder: Encoder) -> list[float]:
    """Seconds of each vector search among `size` chunks."""
    state = Manifest(
        format=1, encoder=encoder.name, fingerprint=encoder.fingerprint,
        dimension=vectors.shape[1], chunker="", born="", generation=0, shrunk=0, stamp="",
    )  # fmt: skip
    index = VectorIndex.built(perturbed(vectors, size), state)
    index.search(queries[0], DEPTH)  # once, to warm up
    seconds = []
    for query in queries:
        started = time.perf_counter()
        index.search(query, DEPTH)
        seconds.append(time.perf_counter() - started)
    return seconds


def exchanged(texts: Sequence[str], size: int) -> Iterator[tuple[int, str, str]]:
    """`size` texts, each a chunk's with some of its words from another: rowid, title, body."""
    draw = random.Random(SEED)
    words = [text.split() for text in texts]
    for at in range(size):
        other = draw.choice(words)
        body = [
            draw.choice(other) if draw.random() < EXCHANGED else w for w in words[at % len(words)]
        ]
        yield at + 1, "", " ".join(body)


def lexical(texts: Sequence[str], size: int, asked: Sequence[Question]) -> list[float]:
    """Seconds of each BM25 search among `size` chunks, in a table as the index has it."""
    (table,) = re.findall(r"CREATE VIRTUAL TABLE passages[^;]*;", TABLES)
    query = (
        "SELECT rowid, -bm25(passages) AS score FROM passages WHERE passages MATCH ? "
        "ORDER BY score DESC LIMIT ?"
    )
    seconds = []
    with (
        tempfile.TemporaryDirectory(prefix="byline-bench-") as folder,
        closing(sqlite3.connect(Path(folder) / "passages.sqlite3")) as db,
    ):
        db.execute(table)
        db.executemany(
            "INSERT INTO passages (rowid, title, body) VALUES (?, ?, ?)", exchanged(texts, size)
        )
        db.commit()
        for question in asked:
            match = " OR ".join('"' + term.replace('"', '""') + '"' for term in question.terms)
            started = time.perf_counter()
            db.execute(query, (match, DEPTH)).fetchall()
            seconds.append(time.perf_counter() - started)
    return seconds


if __name__ == "__main__":
    main()
