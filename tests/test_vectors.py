"""Many vectors: inverted lists, what stands beside them, and the file that readers share."""

import datetime as dt
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import faiss_index, schema, store, vectors
from index.embedding import HashEncoder
from index.faiss_index import Block, Ids
from index.records import Chunk, Hit, Span
from index.schema import Manifest
from index.store import Index
from index.vectors import VectorIndex
from tests.fakes import article

D = 32
ENCODER = HashEncoder(D)
CHUNKS = 12
"""Chunks of each article."""


class Made:
    """Vectors in crowds, as those of news are."""

    def __init__(self, size: int, seed: int = 3) -> None:
        draw = np.random.default_rng(seed)
        crowds = draw.standard_normal((40, D))
        rows = crowds[draw.integers(0, 40, size)] + 0.7 * draw.standard_normal((size, D))
        self.rows = unit(rows)
        self.ids = np.arange(1, size + 1) * 2

    def chunk_ids(self) -> Ids:
        return self.ids

    def vector_blocks(self, after: int = 0, among: Ids | None = None) -> Iterator[Block]:
        wanted = self.ids > after if among is None else np.isin(self.ids, among)
        ids, rows = self.ids[wanted], self.rows[wanted]
        for start in range(0, len(ids), 500):
            yield ids[start : start + 500], rows[start : start + 500]

    def best(
        self, query: npt.NDArray[np.float32], limit: int, among: Ids | None = None
    ) -> list[int]:
        scores = self.rows @ query
        wanted = np.ones(len(self.ids), bool) if among is None else np.isin(self.ids, among)
        order = np.argsort(-np.where(wanted, scores, -np.inf))[: min(limit, wanted.sum())]
        return [int(i) for i in self.ids[order]]


def unit(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def queries(count: int) -> npt.NDArray[np.float32]:
    return unit(np.random.default_rng(99).standard_normal((count, D)))


def state(stamp: str = "0" * 32, **values: Any) -> Manifest:
    given = {"format": 1, "encoder": "e", "fingerprint": "f", "dimension": D, "chunker": "",
             "born": "b", "generation": 1, "shrunk": 1, "stamp": stamp}  # fmt: skip
    return Manifest(**{**given, **values})


def ids(hits: list[Hit]) -> list[int]:
    return [hit.chunk_id for hit in hits]


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_index, "EXACT_UP_TO", 60)


@pytest.fixture(params=["exact", "lists"])
def both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "lists":
        monkeypatch.setattr(faiss_index, "EXACT_UP_TO", 60)


# The kinds of index


def test_many_vectors_are_searched_by_lists_and_nearly_all_are_found(monkeypatch):
    made, asked = Made(5000), queries(50)
    right = [made.best(query, 10) for query in asked]
    exact = VectorIndex.built(made, state())
    assert [ids(exact.search(query, 10)) for query in asked] == right
    monkeypatch.setattr(faiss_index, "EXACT_UP_TO", 60)
    index = VectorIndex.built(made, state())
    for probes, least, most in ((8, 0.9, 0.999), (71, 0.999, 1)):  # some lists, and all there are
        monkeypatch.setattr(faiss_index, "PROBES", probes)
        hits = [index.search(query, 10) for query in asked]
        same = [len({*best} & {*ids(found)}) / 10 for best, found in zip(right, hits, strict=True)]
        assert least < np.mean(same) <= most
        for query, found in zip(asked, hits, strict=True):
            scores = [float(made.rows[hit.chunk_id // 2 - 1] @ query) for hit in found]
            assert [hit.score for hit in found] == pytest.approx(scores, abs=1e-3)


@pytest.mark.parametrize("count", [1, 7, 300, 4999])
def test_a_search_among_some_misses_none_of_few(lists, monkeypatch, count):
    monkeypatch.setattr(faiss_index, "PROBES", 5)
    made = Made(5000)
    index = VectorIndex.built(made, state())
    among = np.random.default_rng(5).choice(made.ids, count, replace=False)
    for query in queries(5):
        found = ids(index.search(query, 20, among))
        assert len(found) == min(20, count) and set(found) <= set(among.tolist())
        if count < 5000 * 5 // 71:
            assert set(found) == set(made.best(query, 20, among))
    assert sorted(ids(index.search(queries(1)[0], 5000))) == made.ids.tolist()  # all, when asked


# Beside the file


def put(index: Index, *numbers: int) -> None:
    """Articles of made-up vectors, which depend on their numbers alone."""
    for number in numbers:
        item = article(f"a{number}", "x " * CHUNKS, published=f"2024-01-{number % 28 + 1:02}")
        spans = [Span(at * 2, at * 2 + 1) for at in range(CHUNKS)]
        chunks = [Chunk(item.id, one.start, one.end, "x", (one,)) for one in spans]
        index.put(item, str(number), chunks, Made(CHUNKS, seed=number).rows)


def agrees(index: Index) -> None:
    """Check searches against all that SQLite holds."""
    with index.snapshot() as view:
        blocks = list(view.vector_blocks())
        every = np.concatenate([np.zeros(0, np.int64), *(block[0] for block in blocks)])
        rows = np.concatenate([np.zeros((0, D), np.float32), *(block[1] for block in blocks)])
        for query in queries(2):
            scores = rows @ query
            for among, found in (
                (np.ones(len(every), bool), view.semantic(query, 10)),
                (days(view, every), view.semantic(query, 10, dt.date(2024, 1, 5))),
            ):
                best = np.sort(scores[among])[::-1][:10]
                assert [hit.score for hit in found] == pytest.approx(best.tolist(), abs=2e-3)
                assert set(ids(found)) <= set(every[among].tolist())
        assert set(ids(view.semantic(queries(1)[0], 10_000))) == set(every.tolist())


def days(view: Any, every: Ids) -> npt.NDArray[np.bool_]:
    stored = view.passages(every.tolist())
    return np.array([one.card.published >= dt.date(2024, 1, 5) for one in stored], bool)


steps = st.lists(
    st.sampled_from(["put", "put", "put", "remove", "again", "save", "reopen", "look"]),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(todo=steps, limit=st.sampled_from([60, 100_000]), loose=st.sampled_from([0, 10_000]))
def test_whatever_comes_and_goes_a_search_sees_what_sqlite_holds(todo, limit, loose):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(faiss_index, "EXACT_UP_TO", limit)
        patch.setattr(store, "LOOSE", loose)
        with Index.create(folder, ENCODER):
            todo = todo[::-1]
        while todo:
            with (
                Index.open(folder, ENCODER, writable=True) as index,
                Index.open(folder, ENCODER) as reader,
            ):
                while todo and (step := todo.pop()) != "reopen":
                    take(step, index, reader, len(todo))
                agrees(reader)
                agrees(index)


def take(step: str, index: Index, reader: Index, number: int) -> None:
    there = [card.article_id for card in index.articles()]
    if step == "put":
        put(index, number)
    elif step == "remove" and there:
        index.remove(there[number % len(there)])
    elif step == "again" and there:
        put(index, int(there[number % len(there)][1:]))
    elif step == "save":
        index.save_vectors()
        assert vectors.holds(index.folder, index.manifest)
    elif step == "look":
        agrees(reader)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", ENCODER) as made:
        yield made


def centroids(index: Index) -> npt.NDArray[np.float32]:
    stored: Any = faiss.read_index(str(index.folder / vectors.FILE))
    found: npt.NDArray[np.float32] = stored.quantizer.reconstruct_n(0, stored.nlist)
    return found


def test_an_ingest_adds_to_the_lists_and_trains_them_anew_when_they_are_outgrown(lists, index):
    put(index, *range(10))
    index.save_vectors()
    first = centroids(index)
    assert len(first) == 10  # the root of 120
    put(index, *range(10, 30))
    index.remove("a3")
    index.save_vectors()
    assert np.array_equal(centroids(index), first)
    agrees(index)
    put(index, *range(30, 36))
    index.save_vectors()
    assert len(centroids(index)) == 20
    agrees(index)


def test_a_reader_takes_a_newer_file_when_much_is_beside_its_own(both, index, monkeypatch):
    monkeypatch.setattr(store, "LOOSE", 2 * CHUNKS)
    put(index, 0)
    index.save_vectors()
    with Index.open(index.folder, ENCODER) as reader:
        loose = []
        for number in range(1, 6):
            agrees(reader)
            put(index, number)
            index.save_vectors()
            with reader.snapshot() as view:
                loose.append(view.vector_index().loose // CHUNKS)
        assert loose == [1, 2, 3, 0, 1]


def test_a_file_of_a_state_that_was_lost_is_not_used(both, index):
    put(index, *range(10))
    index.save_vectors()
    index.close()
    database = index.folder / schema.DATABASE
    before = database.read_bytes()
    with Index.open(index.folder, ENCODER, writable=True) as writer:
        put(writer, 20)
        writer.save_vectors()
    database.write_bytes(before)  # the power failed before the disk had the last article
    with Index.open(index.folder, ENCODER, writable=True) as writer:
        put(writer, 30)  # its chunks get the ids of those that were lost
        agrees(writer)


def test_readers_go_on_while_the_file_is_made(lists, index, monkeypatch):
    put(index, *range(8))
    index.save_vectors()
    agrees(index)
    put(index, *range(8, 40))
    building, go_on = threading.Event(), threading.Event()
    build: Callable[..., Any] = faiss_index.built

    def slowly(*values: Any) -> Any:
        building.set()
        assert go_on.wait(60)
        return build(*values)

    monkeypatch.setattr(faiss_index, "built", slowly)
    saving = threading.Thread(target=index.save_vectors)
    saving.start()
    try:
        assert building.wait(60)
        agrees(index)
        put(index, 41)
        agrees(index)
        with Index.open(index.folder, ENCODER) as reader:
            agrees(reader)
    finally:
        go_on.set()
        saving.join()
    assert len(centroids(index)) == 21
    agrees(index)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_file_is_mapped_and_not_read(both, index):
    put(index, *range(10))
    index.save_vectors()
    with Index.open(index.folder, ENCODER) as reader:
        agrees(reader)
        assert str(index.folder / vectors.FILE) in Path("/proc/self/maps").read_text()
