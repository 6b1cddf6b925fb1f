"""A writer of Milvus that dies: at each write, what it began is finished or undone."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from index.chunking import CHUNKER
from index.ingesting import ingest
from index.locations import MilvusAddress, Place
from index.milvus.store import MilvusIndex
from index.opening import made, opened
from index.protocols import Store, View
from index.rebuilding import Rebuild
from index.records import Article
from rag.cli.doctor import Check, check_index
from tests.fakes import article, put, story, word
from tests.stores import ENCODER, needs_milvus, seen, whole

try:
    import pymilvus
except ImportError:  # the tests that need it are skipped
    pymilvus = None
TERMS = ["title", word(1), word(2), f"{word(3)} {word(4)}"]
pytestmark = needs_milvus


@pytest.fixture
def where(tmp_path: Path) -> MilvusAddress:
    return MilvusAddress("byline", file=tmp_path / "archive.db")


class Died(BaseException):
    """What a test's writer dies of."""


@contextmanager
def dying_at(write: int) -> Iterator[None]:
    """Inside, this process dies in place of its nth write to Milvus, and of every later one."""
    left = iter(range(1, write))

    def dying(real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if next(left, None) is None:
                raise Died
            return real(*arguments, **options)

        return call

    client = pymilvus.MilvusClient
    with (
        mock.patch.object(client, "upsert", dying(client.upsert)),
        mock.patch.object(client, "delete", dying(client.delete)),
    ):
        yield


def version(name: str, cost: str, published: str) -> Article:
    """One of several versions of one article that were fetched."""
    text = f"Repairs of the harbour bridge cost {cost} million.\n\n{story(8, 1)}"
    url = "https://courier.example/bridge"
    source = f"{url}?utm_source={name}"
    made = article(name, text, title="Bridge", published=published, source=source)
    return dataclasses.replace(made, url=url)


FIRST = [
    article("a", story(1), published="2024-01-02"),
    article("b", story(1) + "\n\n" + story(50, 1), published="2024-01-01"),  # a copy of a
    article("c", story(2)),
    version("old", "18.4", "2024-02-01"),
    version("new", "19.1", "2024-02-02"),
]
CHANGES: dict[str, Callable[[Store], object]] = {
    "added": lambda store: put(store, article("d", story(2) + "\n\n" + story(51, 1))),
    "replaced": lambda store: put(store, article("b", story(3), published="2024-05-01")),
    "moved": lambda store: put(store, article("e", story(2, 7), source="news/c.txt")),
    "removed": lambda store: store.remove("b"),
    "superseded": lambda store: put(store, version("newest", "20.2", "2024-02-03")),
    "late": lambda store: put(store, version("oldest", "17", "2024-01-31")),
    "withdrawn": lambda store: store.remove("new"),
    "forgotten": lambda store: store.remove("old"),
    "dated": lambda store: store.redescribe(version("old", "18.4", "2024-02-03"), "x"),
    "elsewhere": lambda store: store.redescribe(
        dataclasses.replace(version("old", "18.4", "2024-02-01"), url=None), "x"
    ),
}


@pytest.fixture(scope="module")
def kept_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusAddress]:
    """An address in a file that stays open."""
    file = tmp_path_factory.mktemp("first") / "archive.db"
    with made(MilvusAddress("open", file=file), ENCODER):
        yield MilvusAddress("byline", file=file)


def first(where: Place) -> Store:
    """A store in which FIRST are, and nothing else."""
    store = made(where, ENCODER, replace=True)
    for item in FIRST:
        put(store, item)
    return store


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_cut_short_is_finished_or_undone(kept_open, tmp_path, change):
    """At each write: the next writer finds the state before, or after, and nothing else."""
    with first(tmp_path / "folder") as folder:
        states = [seen(folder, TERMS, story(1))]
        CHANGES[change](folder)
        states.append(seen(folder, TERMS, story(1)))
    outcomes: list[int] = []
    first(kept_open).close()
    for write in range(1, 20):
        store = opened(kept_open, ENCODER, writable=True)
        try:
            with dying_at(write):
                CHANGES[change](store)
        except Died:
            store.close()  # its lease is taken for a dead one's
        else:
            store.close()
            break
        with opened(kept_open, ENCODER) as reader:  # before anyone has put it right
            assert_whole_articles(reader)
        with opened(kept_open, ENCODER, writable=True) as next_one:
            assert whole(next_one)
            outcomes.append(states.index(seen(next_one, TERMS, story(1))))
        if outcomes[-1]:
            first(kept_open).close()
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {0, 1}


def assert_whole_articles(reader: View) -> None:
    """Each article can be read, and what a search finds stands in one that is searched."""
    searched = {card.article_id for card in reader.articles()}
    for hit in reader.semantic(ENCODER.encode([story(1)])[0], 100):
        (found,) = reader.passages([hit.chunk_id])
        assert found.card.article_id in searched
        text = reader.article(found.card.article_id).text
        assert text[found.chunk.start : found.chunk.end] == found.chunk.text
    for card in reader.articles() + reader.earlier():
        assert reader.article(card.article_id).text


def test_a_rebuild_that_dies_as_it_takes_its_place_leaves_one_or_the_other(kept_open, tmp_path):
    (tmp_path / "page.txt").write_text(story(9))
    outcomes = []
    for write in range(1, 9):
        with made(kept_open, ENCODER, replace=True) as store:
            put(store, FIRST[0])
        with MilvusIndex.beside(kept_open, ENCODER, CHUNKER) as fresh:
            ingest(fresh, [tmp_path / "page.txt"], ENCODER)
            try:
                with dying_at(write):
                    fresh.put_in_place()
                break
            except Died:
                pass
        with Rebuild.begun(kept_open, ENCODER) as again, opened(kept_open, ENCODER) as reader:
            outcomes.append([card.article_id for card in reader.articles()])
            again.ingest([tmp_path / "page.txt"])
        with opened(kept_open, ENCODER, writable=True) as store:
            assert [card.article_id for card in store.articles()] == ["page"]
            assert whole(store)
            assert isinstance(store, MilvusIndex)
            assert [name for name, _, _ in store.findings()] == ["index"]
    assert outcomes == [["a"], ["page"]]


def test_a_writer_goes_on_after_a_write_that_failed(where):
    with made(where, ENCODER) as store:
        put(store, FIRST[0])
        with pytest.raises(Died), dying_at(3):
            put(store, FIRST[1])
        put(store, FIRST[2])
        assert [card.article_id for card in store.articles()] == ["a", "c"]
        assert store.chunk_count == 12
        assert whole(store)


def test_a_search_that_a_writer_gets_in_the_way_of_is_made_again(where, monkeypatch):
    real = pymilvus.MilvusClient.search

    def overtaken(*arguments: Any, **options: Any) -> Any:
        found = real(*arguments, **options)
        monkeypatch.undo()
        put(store, article("one", "Gulls moved."))
        return found

    with made(where, ENCODER) as store, opened(where, ENCODER) as reader:
        put(store, article("one", "Gulls nested."))
        monkeypatch.setattr(pymilvus.MilvusClient, "search", overtaken)
        with reader.snapshot() as view:
            (hit,) = view.lexical(["gulls"], 5)
            assert view.passages([hit.chunk_id])[0].chunk.text == "Gulls moved."


def test_a_doctor_says_what_is_wrong_and_mends_what_was_cut_short(where):
    def checked(*, mends: bool = False, fingerprint: str = ENCODER.fingerprint) -> list[Check]:
        known = ("hash", fingerprint)
        return list(check_index(where, lambda: known, lambda: ENCODER, mends=mends))

    assert [good for _, good, _ in checked()] == [False]
    assert "There is no index" in checked()[0][2]
    with made(where, ENCODER) as store:
        put(store, FIRST[0])
        with pytest.raises(Died), dying_at(3):
            put(store, FIRST[1])
    assert "cut short" in checked()[0][2]
    assert checked(mends=True)[0][1:] == (
        True, f"{where} is whole: 1 articles in 6 chunks, made with hash"
    )  # fmt: skip
    assert [good for _, good, _ in checked(fingerprint="x")] == [True, False]
    assert "byline ingest --rebuild" in checked(fingerprint="x")[1][2]
    Rebuild.begun(where, ENCODER).close()
    assert [name for name, _, _ in checked()] == ["index", "rebuild"]
