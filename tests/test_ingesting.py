"""Articles into either kind of store: each once, in order, and none lost."""

import dataclasses
import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import batches, chunking, ingesting, vectors
from index.embedding import HashEncoder
from index.errors import IndexMismatch
from index.ingesting import ingest_articles
from index.records import Article, Problem, Progress
from index.store import Index
from tests.fakes import CountingEncoder, OtherEncoder, article, story
from tests.stores import ENCODER, ids, kinds, whole

ARTICLES = [article(f"a{n}", story(n), published=f"2024-01-{n + 1:02}") for n in range(8)]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", ENCODER) as made:
        yield made


def changed(item: Article, **fields: object) -> Article:
    return dataclasses.replace(item, **fields)  # type: ignore[arg-type]


def counted(report: Any) -> tuple[int, int, int]:
    return report.added, report.updated, report.unchanged


@kinds
def test_everything_is_embedded_with_its_title_and_stored_in_order(store):
    encoder = CountingEncoder()
    events: list[Progress] = []
    report = ingest_articles(store, ARTICLES, encoder, on_event=events.append)
    assert (counted(report), report.problems) == ((8, 0, 0), ())
    assert [(e.kind, e.article_id) for e in events] == [("added", a.id) for a in ARTICLES]
    cut = [(item, chunk) for item in ARTICLES for chunk in chunking.split(item)]
    assert report.chunks == len(cut) == store.chunk_count
    hits = store.semantic(ENCODER.encode(["what"])[0], 99)
    stored = store.passages(sorted(hit.chunk_id for hit in hits))
    assert [passage.chunk for passage in stored] == [chunk for _, chunk in cut]
    texts = [f"{item.title}\n{chunk.text}" for item, chunk in cut]
    made = store.vectors([passage.chunk_id for passage in stored])
    assert np.array_equal(made, ENCODER.encode(texts))
    assert sorted(encoder.texts) == sorted(texts)

    before = store.manifest
    encoder = CountingEncoder()
    assert counted(ingest_articles(store, ARTICLES, encoder)) == (0, 0, 8)
    assert (encoder.batches, store.manifest) == ([], before)  # what is known costs nothing
    new = changed(ARTICLES[3], text=story(50))
    report = ingest_articles(store, [*ARTICLES[:3], new, *ARTICLES[4:]], encoder)
    assert counted(report) == (0, 1, 7)
    assert len(encoder.texts) == len(chunking.split(new)) == report.chunks
    assert store.article("a3") == new


@kinds
def test_any_field_counts_as_a_change_and_only_a_text_is_embedded(store):
    copy = article("copy", story(2), published="2024-02-01")
    ingest_articles(store, [ARTICLES[2], copy], ENCODER)
    for fields, embedded in (
        ({"title": "Another"}, True),
        ({"text": f"{story(2)}\n\nMore."}, True),
        ({"published": dt.date(2023, 1, 1)}, False),
        ({"publisher": "Veldmar Courier"}, False),
        ({"url": "https://news.example/1"}, False),
        ({"authors": ("A. Writer",)}, False),
        ({"provenance": {"title": "first line"}}, False),
        ({"language": "en"}, False),
        ({"corrections": ("Correction: it was Monday.",)}, False),
        ({"as_of": dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC)}, False),
    ):
        copy, encoder = changed(copy, **fields), CountingEncoder()
        assert counted(ingest_articles(store, [copy], encoder)) == (0, 1, 0)
        assert bool(encoder.batches) is embedded
        assert store.article("copy") == copy
        assert counted(ingest_articles(store, [copy], encoder)) == (0, 0, 1)
    assert store.card("a2").origin == "copy"  # the earliest of the copies
    assert whole(store)


def test_batches_are_sorted_by_length_and_bounded(index, monkeypatch):
    """And the file of vectors is written on the way of a long ingest."""
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 3000)
    monkeypatch.setattr(ingesting, "FILED_EVERY", 20)
    encoder, loose = CountingEncoder(), []

    def look(event: Progress) -> None:
        with Index.open(index.folder) as reader, reader.snapshot() as view:
            if view.state.filed:
                loose.append(view.vector_index().loose)

    long = article("long", story(70, paragraphs=40))
    incoming = [*ARTICLES[:3], long, *ARTICLES[3:]]
    report = ingest_articles(index, incoming, encoder, on_event=look)
    assert len(encoder.batches) > 4
    for batch in encoder.batches:
        assert [len(text) for text in batch] == sorted(len(text) for text in batch)
        assert sum(map(len, batch)) <= 3000
    assert 0 < len(loose) < len(incoming)
    assert 0 < max(loose) < report.chunks
    assert vectors.holds(index.folder, index.manifest)


# Ids and places


def at(name: str, source: str, seed: int) -> Article:
    return article(name, story(seed), source=source)


@kinds
@pytest.mark.parametrize(
    ("runs", "left", "warned"),
    [
        # Two files of one name, and rows with one id, get ids of their own; rows are told.
        ([[("r", "/3/r.txt", 1), ("r", "/4/r.txt", 2)]], {"/3/r.txt": "r", "/4/r.txt": "r-"}, 0),
        ([[("7", "/a#7", 1), ("7", "/b#7", 2)]], {"/a#7": "7", "/b#7": "7-"}, 1),
        ([[("7", "/a#7", 1), ("7", "/b#7", 2)], [("7", "/b#7", 2)]],
         {"/a#7": "7", "/b#7": "7-"}, 1),
        ([[("7", "/b#7", 2), ("7", "/b#7", 3)]], {"/b#7": "7", "/b#7#2": "7-"}, 1),
        # A file that moved is the same article, at its old place until that is another's.
        ([[("x", "/a", 1)], [("x", "/b", 1), ("x", "/b", 1)]], {"/a": "x"}, 0),
        ([[("x", "/a", 1)], [("x", "/b", 1), ("y", "/a", 2)]], {"/b": "x", "/a": "y"}, 0),
        ([[("z", "/c#z", 3), ("z", "/d#z", 3)]], {"/c#z": "z"}, 0),
        # Another article at one place gets a place of its own.
        ([[("a", "/a", 1), ("a", "/a", 1), ("a", "/a", 9)]], {"/a": "a", "/a#2": "a-"}, 0),
        # One whose id changed takes its own place.
        ([[("a", "/a", 1)], [("new", "/a", 1), ("a", "/b", 6)]], {"/a": "new", "/b": "a"}, 0),
    ],
)  # fmt: skip
def test_each_article_has_an_id_and_a_place(store, runs, left, warned):
    for run in runs:
        report = ingest_articles(store, [at(*given) for given in run], ENCODER)
        assert (report.problems, len(report.warnings)) == ((), warned)
    kept = {source: name for source, (name, _) in store.content_hashes().items()}
    assert kept.keys() == left.keys()
    for source, name in left.items():
        assert kept[source] == name or (name[-1] == "-" and len(kept[source]) == len(name) + 6)
    texts = {store.article(card.article_id).text for card in store.articles()}
    assert texts >= {story(seed) for _, _, seed in runs[-1]}
    again = ingest_articles(store, [at(*given) for given in runs[-1]], ENCODER)
    assert (again.added, again.updated) == (0, 0)


names = st.sampled_from(["x", "y"])
row = st.builds(
    lambda i, place, n, row: article(
        i, f"Text {n} of it.", source=f"/{place}" + (f"#{i}" if row else "")
    ),
    names,
    st.sampled_from("abc"),
    st.integers(0, 2),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(runs=st.lists(st.lists(row, max_size=6), min_size=1, max_size=3))
def test_ids_stay_unique_and_runs_come_to_rest(runs):
    with tempfile.TemporaryDirectory() as folder, Index.create(folder, ENCODER) as index:
        for incoming in runs:
            report = ingest_articles(index, incoming, ENCODER)
            assert sum(counted(report)) + len(report.problems) == len(incoming)
            stored = [index.article(card.article_id) for card in index.articles()]
            kept = {(item.title, item.text) for item in stored}
            assert kept >= {(item.title, item.text) for item in incoming}
            # What was the same as another place's article may stand alone once that one changes.
            ingest_articles(index, incoming, ENCODER)
            before = index.manifest
            ingest_articles(index, incoming, ENCODER)
            assert index.manifest == before


# Trouble


class EnglishEncoder(HashEncoder):
    languages = frozenset({"en"})


@kinds
def test_what_cannot_be_used_is_reported_and_the_rest_goes_on(store):
    unreadable = Problem("b.pdf", "it is encrypted")
    doubt = Problem("news/a0.txt", "page 3 cannot be read", warning=True)
    german = changed(ARTICLES[1], language="de", provenance={"language": "html lang"})
    incoming: list[Article | Problem] = [
        unreadable,
        article("empty", " \n "),
        Problem("news/empty.txt", "page 2 cannot be read", warning=True),  # it was skipped anyway
        doubt,
        changed(ARTICLES[0], language="en"),
        german,
        article("half", "A \ud83d cat."),
        changed(ARTICLES[2], authors=("\udcff",)),
    ]
    events: list[Progress] = []
    report = ingest_articles(store, incoming, EnglishEncoder(), on_event=events.append)
    assert report.added == 2 and report.problems[0] == unreadable
    sources = [p.source for p in report.problems[1:]]
    assert sources == ["news/empty.txt", "news/half.txt", "news/a2.txt"]
    assert report.warnings[0] == doubt
    assert report.warnings[1].reason.startswith(
        "is in German (html lang), which the encoder hash does not know. It was read"
    )
    told = ["skipped", "skipped", "warning", "warning", "skipped", "skipped", "added", "added"]
    assert [event.kind for event in events] == told
    assert all(event.reason for event in events[:6])
    assert ingest_articles(store, [german], ENCODER).warnings == ()
    with pytest.raises(IndexMismatch):
        ingest_articles(store, ARTICLES, OtherEncoder())


# Stops


class After:
    """Asks an ingest to stop once so many articles have been dealt with."""

    def __init__(self, articles: int) -> None:
        self.left = articles

    def count(self, event: Progress) -> None:
        self.left -= 1

    def __call__(self) -> bool:
        return self.left <= 0


@kinds
@pytest.mark.parametrize("at", [1, 5, 8])
def test_a_stop_keeps_all_that_was_read(store, monkeypatch, at):
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 6000)  # three articles or so
    many = [article(f"a{n}", story(n)) for n in range(24)]
    read: list[str] = []

    def reading() -> Iterator[Article]:
        for item in many:
            read.append(item.id)
            yield item

    stop = After(at)
    report = ingest_articles(store, reading(), ENCODER, on_event=stop.count, stop=stop)
    assert report.interrupted
    assert at <= report.added < at + 12  # a batch is stored, one embedded, and one read
    assert set(read) == ids(store)
    again = ingest_articles(store, many, ENCODER)
    assert counted(again) == (24 - report.added, 0, report.added)
    stop = After(3)  # heard where nothing is new, too
    report = ingest_articles(store, many, ENCODER, on_event=stop.count, stop=stop)
    assert (report.unchanged, report.interrupted) == (3, True)


def interrupted_at(name: str) -> Callable[[Progress], None]:
    def interrupt(event: Progress) -> None:
        if event.article_id == name:
            raise KeyboardInterrupt

    return interrupt


@kinds
def test_an_interrupt_keeps_what_is_done(store, monkeypatch):
    interrupt = interrupted_at("a4")
    report = ingest_articles(store, ARTICLES, ENCODER, on_event=interrupt)
    assert report.interrupted and report.added == store.counts().articles == 5
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 3000)
    more = [article(f"b{n}", story(20 + n)) for n in range(8)]
    report = ingest_articles(store, more, CountingEncoder(interrupt_at=8))
    assert report.interrupted and 0 < report.added == store.counts().articles - 5 < 8
    again = ingest_articles(store, more, ENCODER)
    assert not again.interrupted
    assert counted(again) == (8 - report.added, 0, report.added)


def test_after_a_stop_each_article_is_on_the_disk_before_the_next_is_embedded(index, monkeypatch):
    """So that a second Ctrl-C loses no more than the article in hand."""

    class Hurried(CountingEncoder):
        def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            stored.append(index.counts().articles)
            return super().encode(texts)

    stored: list[int] = []
    encoder = Hurried(interrupt_at=6)
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", sum(len(a.text) for a in ARTICLES) + 1)
    asked = iter([False] * 9 + [True] * 99)  # eight articles are read, a part is embedded
    report = ingest_articles(index, ARTICLES, encoder, stop=lambda: next(asked))
    assert report.interrupted
    assert stored == [0, 0, 1, 2, 3, 4]
    assert report.added == index.counts().articles == 4
    made = [text for batch in encoder.batches[:-1] for text in batch]
    assert len(made) == len(set(made))  # none twice
    assert not (index.folder / vectors.FILE).exists()  # at once: the next search makes it
