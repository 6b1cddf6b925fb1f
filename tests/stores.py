"""Archives of each kind for the tests, and all that can be seen of one."""

from __future__ import annotations

import importlib.util
import itertools
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import checks
from index.embedding import HashEncoder
from index.locations import MilvusAddress, Place
from index.milvus.store import MilvusIndex
from index.protocols import Store, View
from index.store import Index

ENCODER = HashEncoder()
KINDS = ("folder", "milvus")
_numbers = itertools.count()

needs_milvus = pytest.mark.skipif(
    not (importlib.util.find_spec("pymilvus") and importlib.util.find_spec("milvus_lite")),
    reason="pymilvus or milvus-lite is not installed: pip install 'byline[milvus]'",
)
kinds = pytest.mark.parametrize(
    "kind", ["folder", pytest.param("milvus", marks=needs_milvus)], scope="module"
)


def new_place(kind: str, folder: Path) -> Place:
    """A place below a folder, or in a file there, where nothing is yet."""
    name = f"archive_{next(_numbers)}"
    return folder / name if kind == "folder" else MilvusAddress(name, file=folder / "milvus.db")


def whole(store: Store) -> bool:
    """Whether a store finds nothing wrong when it looks at all of itself."""
    if isinstance(store, Index):
        store.check()
        with store.snapshot() as view:
            return not checks.find(view)
    assert isinstance(store, MilvusIndex)
    return all(good for _, good, _ in store.findings())


def seen(view: View, terms: Sequence[str], text: str) -> dict[str, Any]:
    """All that an archive shows, but for the numbers of its chunks, which are its own."""
    every = view.chunk_count
    vector = ENCODER.encode([text])[0]
    found: dict[str, Any] = {
        "counts": view.counts(),
        "chunk_count": every,
        "span": view.published_span(),
        "cards": view.articles(),
        "articles": [view.article(card.article_id) for card in view.articles()],
        "copies": {card.origin: view.copies(card.origin) for card in view.articles()},
        "chunks": {card.article_id: view.chunks_of(card.article_id) for card in view.articles()},
        "earlier": [
            (card, view.article(card.article_id), view.chunks_of(card.article_id))
            for card in view.earlier()
        ],
        "hashes": view.content_hashes(),
        "frequency": view.document_frequency(terms),
    }
    for name, hits in (
        ("lexical", view.lexical(terms, every)),
        ("titles", view.lexical(terms, every, title_weight=2.0)),
        ("semantic", view.semantic(vector, every)),
    ):
        chunks = view.passages([hit.chunk_id for hit in hits])
        ranked = [
            (round(hit.score, 4), chunk.card, chunk.chunk)
            for hit, chunk in zip(hits, chunks, strict=True)
        ]
        found[name] = sorted(ranked, key=lambda one: (-one[0], one[1].article_id, one[2].start))
        exact = view.vectors([hit.chunk_id for hit in hits])
        if name == "semantic":
            scores = [hit.score for hit in hits]
            assert np.allclose(exact @ vector, scores, atol=1e-5)
    return found


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A milvus-lite server in a process of its own; the address of its archives."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-u", "-m", "milvus_lite", "server", "--data-dir", str(folder)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "listening" in process.stdout.readline()
            yield f"milvus://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate()
