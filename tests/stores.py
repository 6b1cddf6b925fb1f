"""Archives of each kind for the tests, and all that can be seen of one.

What is marked with `kinds` runs on both, with the fixtures `where`, `store` and `scratch`.
"""

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
from index.chunking import CHUNKER
from index.embedding import HashEncoder
from index.locations import MilvusAddress, Place
from index.milvus.store import MilvusIndex
from index.opening import made
from index.protocols import Store, View
from index.records import Hit
from index.store import Index
from tests.fakes import article, put, story

ENCODER = HashEncoder()
_numbers = itertools.count()

needs_milvus = pytest.mark.skipif(
    not (importlib.util.find_spec("pymilvus") and importlib.util.find_spec("milvus_lite")),
    reason="pymilvus or milvus-lite is not installed: pip install 'byline[milvus]'",
)
kinds = pytest.mark.parametrize(
    "kind",
    ["folder", pytest.param("milvus", marks=[needs_milvus, pytest.mark.heavy])],
    scope="module",
)


@pytest.fixture(scope="module")
def place_of(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Makes places where nothing is yet; one archive stays open, and so a file of milvus-lite."""
    folder = tmp_path_factory.mktemp("stores")

    def new_place() -> Place:
        name = f"archive_{next(_numbers)}"
        return folder / name if kind == "folder" else MilvusAddress(name, file=folder / "milvus.db")

    with made(new_place(), ENCODER):
        yield new_place


@pytest.fixture
def where(place_of: Any) -> Place:
    place: Place = place_of()
    return place


@pytest.fixture
def store(where: Place) -> Iterator[Store]:
    with made(where, ENCODER, CHUNKER) as new:
        yield new


@pytest.fixture(scope="module")
def scratch(place_of: Any) -> Iterator[Store]:
    """An archive that each example leaves empty."""
    with made(place_of(), ENCODER) as new:
        yield new


def filled(store: Store, articles: int = 12) -> None:
    for n in range(articles):
        published = f"2024-{n % 12 + 1:02}-15" if n % 4 else None
        put(store, article(f"a{n}", story(n), published=published))


def query(text: str = story(7777)) -> Any:  # long, so that no two chunks tie
    return ENCODER.encode([text])[0]


def found(view: View, hits: Sequence[Hit]) -> list[str]:
    """The ids of the articles that hits lie in."""
    stored = view.passages([hit.chunk_id for hit in hits])
    return [one.card.article_id for one in stored]


def lexical(view: View, *terms: str, limit: int = 5) -> list[str]:
    return found(view, view.lexical(terms, limit))


def ids(view: View) -> set[str]:
    return {card.article_id for card in view.articles()}


def successors(view: View) -> dict[str, str]:
    """What supersedes each article; nothing for what is searched."""
    return {card.article_id: card.superseded_by for card in view.articles() + view.earlier()}


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
    every, vector, cards = view.chunk_count, query(text), view.articles()
    known: dict[str, Any] = {
        "counts": view.counts(),
        "span": view.published_span(),
        "articles": [
            (card, view.article(card.article_id), view.chunks_of(card.article_id))
            for card in cards + view.earlier()
        ],
        "copies": {card.origin: view.copies(card.origin) for card in cards},
        "claimants": {card.article_id: view.claimants(card.article_id) for card in cards},
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
        known[name] = sorted(ranked, key=lambda one: (-one[0], one[1].article_id, one[2].start))
        exact = view.vectors([hit.chunk_id for hit in hits])
        if name == "semantic":
            assert np.allclose(exact @ vector, [hit.score for hit in hits], atol=1e-5)
    return known


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
