"""Articles into the index: each once, in order, and none lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import batches, chunking, ingesting, vectors
from index.batches import content_hash
from index.connections import Wait, WriterLock
from index.embedding import HashEncoder
from index.errors import IndexMismatch
from index.ingesting import index_for, ingest, ingest_articles
from index.rebuilding import Rebuild, discard_finished, unfinished
from index.records import Article, Problem, Progress
from index.replacing import put_in_place
from index.store import Index
from tests.fakes import CountingEncoder, OtherEncoder, article, story
from tests.kill_ingest import at_each, trials

ARTICLES = [article(f"a{n}", story(n), published=f"2024-01-{n + 1:02}") for n in range(8)]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as made:
        yield made


def changed(item: Article, **fields: object) -> Article:
    return dataclasses.replace(item, **fields)  # type: ignore[arg-type]


def test_everything_is_embedded_with_its_title_and_stored_in_order(index: Index) -> None:
    encoder = CountingEncoder()
    events: list[Progress] = []
    report = ingest_articles(index, ARTICLES, encoder, on_event=events.append)
    assert (report.added, report.updated, report.unchanged, report.problems) == (8, 0, 0, ())
    assert [(e.kind, e.article_id) for e in events] == [("added", a.id) for a in ARTICLES]
    cut = [(item, chunk) for item in ARTICLES for chunk in chunking.split(item)]
    assert report.chunks == len(cut) == index.chunk_count
    stored = index.passages(range(1, len(cut) + 1))
    assert [passage.chunk for passage in stored] == [chunk for _, chunk in cut]
    texts = [f"{item.title}\n{chunk.text}" for item, chunk in cut]
    assert np.array_equal(index.vectors(range(1, len(cut) + 1)), HashEncoder().encode(texts))
    assert sorted(encoder.texts) == sorted(texts)
    assert vectors.holds(index.folder, index.manifest)


def test_what_is_known_costs_no_embedding_and_no_write(index: Index) -> None:
    ingest_articles(index, ARTICLES, HashEncoder())
    before = index.manifest
    encoder = CountingEncoder()
    report = ingest_articles(index, ARTICLES, encoder)
    assert (report.added, report.updated, report.unchanged, report.chunks) == (0, 0, 8, 0)
    assert encoder.batches == []
    assert index.manifest == before


def test_only_what_changed_is_done_again(index: Index) -> None:
    ingest_articles(index, ARTICLES, HashEncoder())
    encoder = CountingEncoder()
    new = changed(ARTICLES[3], text=story(50))
    report = ingest_articles(index, [*ARTICLES[:3], new, *ARTICLES[4:]], encoder)
    assert (report.updated, report.unchanged) == (1, 7)
    assert len(encoder.texts) == len(chunking.split(new)) == report.chunks
    assert index.article("a3") == new


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Another"},
        {"text": "Another text."},
        {"published": None},
        {"publisher": "Veldmar Courier"},
        {"url": "https://news.example/1"},
        {"authors": ("A. Writer",)},
        {"provenance": {"title": "first line"}},
        {"language": "en"},
        {"corrections": ("Correction: it was Monday.",)},
        {"as_of": dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC)},
    ],
)
def test_any_field_counts_as_a_change(index: Index, fields: dict[str, object]) -> None:
    ingest_articles(index, ARTICLES[:1], HashEncoder())
    new = changed(ARTICLES[0], **fields)
    assert content_hash(new) != content_hash(ARTICLES[0])
    assert ingest_articles(index, [new], HashEncoder()).updated == 1
    assert index.article("a0") == new


def test_a_change_of_metadata_embeds_nothing(index: Index) -> None:
    ingest_articles(index, ARTICLES, HashEncoder())
    copy = article("copy", story(2), published="2024-02-01")
    ingest_articles(index, [copy], HashEncoder())
    before = [hit.chunk_id for hit in index.lexical(["title"], 99)]
    encoder = CountingEncoder()
    earlier = changed(copy, published=dt.date(2023, 1, 1), language="en")
    report = ingest_articles(index, [earlier], encoder)
    assert (report.updated, report.chunks, encoder.batches) == (1, 0, [])
    assert index.article("copy") == earlier
    assert index.card("a2").origin == "copy"  # the earliest of the copies
    assert [hit.chunk_id for hit in index.lexical(["title"], 99)] == before
    assert ingest_articles(index, [earlier], encoder).unchanged == 1
    assert vectors.holds(index.folder, index.manifest)


def test_batches_are_sorted_by_length_and_bounded(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 3000)
    encoder = CountingEncoder()
    long = article("long", story(70, paragraphs=40))
    ingest_articles(index, [*ARTICLES[:3], long, *ARTICLES[3:]], encoder)
    assert len(encoder.batches) > 4
    for batch in encoder.batches:
        assert [len(text) for text in batch] == sorted(len(text) for text in batch)
        assert sum(map(len, batch)) <= 3000


def test_a_long_ingest_writes_the_file_of_vectors_on_its_way(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 3000)
    monkeypatch.setattr(ingesting, "FILED_EVERY", 20)
    loose = []

    def look(event: Progress) -> None:
        with Index.open(index.folder) as reader, reader.snapshot() as view:
            if view.state.filed:
                loose.append(view.vector_index().loose)

    report = ingest_articles(index, ARTICLES, HashEncoder(), on_event=look)
    assert 0 < len(loose) < len(ARTICLES)
    assert 0 < max(loose) < 20 + 3000 // 200 < report.chunks


# Ids


def test_two_files_of_one_name_get_ids_of_their_own(index: Index) -> None:
    one = article("report", story(1), source="/2023/report.txt")
    two = article("report", story(2), source="/2024/report.txt")
    ingest_articles(index, [one, two], HashEncoder())
    (other,) = {card.article_id for card in index.articles()} - {"report"}
    assert other.startswith("report-") and len(other) == len("report-") + 6
    assert index.article(other).text == two.text
    assert ingest_articles(index, [two, one], HashEncoder()).unchanged == 2
    index.remove("report")  # the other keeps its id all the same
    assert ingest_articles(index, [changed(two, text=story(3))], HashEncoder()).updated == 1
    assert [card.article_id for card in index.articles()] == [other]


def test_a_row_whose_id_is_taken_is_kept_under_another_and_told(index: Index) -> None:
    first = article("42", story(1), source="/a.jsonl#42")
    second = article("42", story(2), source="/b.jsonl#42")
    runs: list[list[Article]] = [[first, second], [second]]
    for incoming in runs:
        report = ingest_articles(index, incoming, HashEncoder())
        (warning,) = report.warnings
        assert report.problems == () and warning.source == "/b.jsonl#42"
        assert "/a.jsonl#42" in warning.reason
    assert index.article("42") == first
    (other,) = {card.article_id for card in index.articles()} - {"42"}
    assert index.article(other).text == second.text and other in warning.reason


def test_a_file_that_moved_is_the_same_article(index: Index) -> None:
    ingest_articles(index, ARTICLES, HashEncoder())
    moved = [changed(item, source=f"/elsewhere/{item.source}") for item in ARTICLES]
    report = ingest_articles(index, [*moved, *moved], HashEncoder())
    assert (report.unchanged, report.problems) == (16, ())


def test_another_article_from_one_place_gets_a_place_of_its_own(index: Index) -> None:
    twice = article("a0", story(9), source=ARTICLES[0].source)
    for unchanged in (1, 3):
        report = ingest_articles(index, [ARTICLES[0], ARTICLES[0], twice], HashEncoder())
        assert (report.problems, report.unchanged) == ((), unchanged)
    assert index.article("a0") == ARTICLES[0]
    assert set(index.content_hashes()) == {twice.source, f"{twice.source}#2"}


def test_an_article_whose_id_changed_takes_its_own_place(index: Index) -> None:
    ingest_articles(index, ARTICLES[:2], HashEncoder())
    renamed = changed(ARTICLES[0], id="renamed")
    successor = article("a0", story(60))
    successor = changed(successor, source="/other/a0.txt")
    report = ingest_articles(index, [renamed, successor], HashEncoder())
    assert (report.updated, report.added) == (1, 1)
    assert {card.article_id for card in index.articles()} == {"renamed", "a0", "a1"}


def test_one_article_at_two_places_is_kept_whichever_of_them_another_takes(index: Index) -> None:
    x = article("x", story(1), source="/a")
    y = article("y", story(2), source="/a")
    ingest_articles(index, [x], HashEncoder())
    for _ in range(2):  # found at another place first, then another article at its own
        ingest_articles(index, [changed(x, source="/b"), y], HashEncoder())
        found = {source: name for source, (name, _) in index.content_hashes().items()}
        assert found == {"/b": "x", "/a": "y"}
    both = [article("z", story(3), source=source) for source in ("/c#z", "/d#z")]
    twice = ingest_articles(index, both, HashEncoder())
    assert (twice.added, twice.unchanged, twice.warnings) == (1, 1, ())


names = st.sampled_from(["x", "y"])


@settings(max_examples=60, deadline=None)
@given(
    runs=st.lists(
        st.lists(
            st.builds(
                lambda i, place, n, row: article(
                    i, f"Text {n} of it.", source=f"/{place}" + (f"#{i}" if row else "")
                ),
                names,
                st.sampled_from("abc"),
                st.integers(0, 2),
                st.booleans(),
            ),
            max_size=6,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_ids_stay_unique_and_runs_come_to_rest(runs: list[list[Article]]) -> None:
    encoder = HashEncoder()
    with tempfile.TemporaryDirectory() as folder, Index.create(folder, encoder) as index:
        for incoming in runs:
            report = ingest_articles(index, incoming, encoder)
            done = report.added + report.updated + report.unchanged + len(report.problems)
            assert done == len(incoming)
            stored = [index.article(card.article_id) for card in index.articles()]
            kept = {(item.title, item.text) for item in stored}
            assert kept >= {(item.title, item.text) for item in incoming}
            # What was the same as another place's article may stand alone once that one changes.
            ingest_articles(index, incoming, encoder)
            before = index.manifest
            ingest_articles(index, incoming, encoder)
            assert index.manifest == before


# Trouble


def test_what_cannot_be_used_is_reported_and_the_rest_goes_on(index: Index) -> None:
    unreadable = Problem("b.pdf", "it is encrypted")
    incoming: list[Article | Problem] = [
        unreadable,
        article("empty", " \n "),
        ARTICLES[0],
        article("half", "A \ud83d cat."),
        changed(ARTICLES[1], authors=("\udcff",)),
    ]
    events: list[Progress] = []
    report = ingest_articles(index, incoming, HashEncoder(), on_event=events.append)
    assert report.added == 1
    assert report.problems[0] == unreadable
    assert [p.source for p in report.problems[1:]] == [
        "news/empty.txt",
        "news/half.txt",
        "news/a1.txt",
    ]
    assert [e.kind for e in events] == ["skipped"] * 4 + ["added"]
    assert all(e.reason for e in events[:4])


class EnglishEncoder(HashEncoder):
    languages = frozenset({"en"})


def test_what_was_read_all_the_same_is_a_warning(index: Index) -> None:
    doubt = Problem("news/a0.txt", "page 3 cannot be read", warning=True)
    events: list[Progress] = []
    incoming: list[Article | Problem] = [doubt, ARTICLES[0], Problem("b.pdf", "it is encrypted")]
    report = ingest_articles(index, incoming, HashEncoder(), on_event=events.append)
    assert (report.warnings, [one.source for one in report.problems]) == ((doubt,), ["b.pdf"])
    assert [event.kind for event in events] == ["warning", "skipped", "added"]


def test_a_language_that_the_encoder_does_not_know_is_a_warning(index: Index) -> None:
    german, english, unknown = (
        changed(item, language=language, provenance={"language": "html lang"} if language else {})
        for item, language in zip(ARTICLES, ("de", "en", ""), strict=False)
    )
    for encoder, expected in ((HashEncoder(), []), (EnglishEncoder(), ["news/a0.txt"])):
        report = ingest_articles(index, [german, english, unknown], encoder)
        assert [one.source for one in report.warnings] == expected
    assert report.warnings[0].reason.startswith(
        "is in German (html lang), which the encoder hash does not know. It was read"
    )
    assert (report.problems, report.unchanged) == ((), 3)


def test_copies_are_reported_with_their_origin(index: Index) -> None:
    copy = article("copy", story(0) + "\n\n" + story(90, 1), published="2024-02-01")
    earlier = article("earlier", story(1).upper(), published="2023-01-01")
    ingest_articles(index, ARTICLES, HashEncoder())
    report = ingest_articles(index, [copy, earlier], HashEncoder())
    assert report.copies == (("a1", "earlier"), ("copy", "a0"))


def test_an_interrupt_keeps_what_is_done(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 3000)
    report = ingest_articles(index, ARTICLES, CountingEncoder(interrupt_at=8))
    assert report.interrupted
    assert 0 < report.added == index.counts().articles < len(ARTICLES)
    assert vectors.holds(index.folder, index.manifest)
    again = ingest_articles(index, ARTICLES, HashEncoder())
    assert not again.interrupted
    assert (again.unchanged, again.added) == (report.added, 8 - report.added)


class After:
    """Asks an ingest to stop once so many articles have been dealt with."""

    def __init__(self, articles: int) -> None:
        self.left = articles

    def count(self, event: Progress) -> None:
        self.left -= 1

    def __call__(self) -> bool:
        return self.left <= 0


@pytest.mark.parametrize("at", [1, 2, 5, 8])
def test_a_stop_keeps_all_that_was_read(
    index: Index, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 6000)  # three articles or so
    many = [article(f"a{n}", story(n)) for n in range(32)]
    read: list[str] = []

    def reading() -> Iterator[Article]:
        for item in many:
            read.append(item.id)
            yield item

    stop = After(at)
    report = ingest_articles(index, reading(), HashEncoder(), on_event=stop.count, stop=stop)
    assert report.interrupted
    assert at <= report.added < at + 12  # a batch is stored, one embedded, and one read
    assert sorted(read) == sorted(card.article_id for card in index.articles())
    assert vectors.holds(index.folder, index.manifest)
    again = ingest_articles(index, many, HashEncoder())
    assert (again.unchanged, again.added) == (report.added, 32 - report.added)


def test_a_stop_is_heard_where_nothing_is_new(index: Index) -> None:
    ingest_articles(index, ARTICLES, HashEncoder())
    stop = After(3)
    report = ingest_articles(index, ARTICLES, HashEncoder(), on_event=stop.count, stop=stop)
    assert (report.unchanged, report.interrupted) == (3, True)


def test_after_a_stop_each_article_is_on_the_disk_before_the_next_is_embedded(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a second Ctrl-C loses no more than the article in hand."""

    class Hurried(CountingEncoder):
        def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            stored.append(index.counts().articles)
            return super().encode(texts)

    stored: list[int] = []
    encoder = Hurried(interrupt_at=6)
    whole = sum(len(item.text) for item in ARTICLES) + 1
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", whole)
    asked = iter([False] * 9 + [True] * 99)  # eight articles are read, a part is embedded
    report = ingest_articles(index, ARTICLES, encoder, stop=lambda: next(asked))
    assert report.interrupted
    assert stored == [0, 0, 1, 2, 3, 4]
    assert report.added == index.counts().articles == 4
    made = [text for batch in encoder.batches[:-1] for text in batch]
    assert len(made) == len(set(made))  # none twice
    assert not (index.folder / vectors.FILE).exists()  # at once: the next search makes it


def test_an_interrupt_between_two_articles_of_a_batch(index: Index) -> None:
    def interrupt(event: Progress) -> None:
        if event.article_id == "a4":
            raise KeyboardInterrupt

    report = ingest_articles(index, ARTICLES, HashEncoder(), on_event=interrupt)
    assert report.interrupted
    assert report.added == index.counts().articles == 5
    assert index.chunk_count == report.chunks


def test_another_encoder_is_not_mixed_in(index: Index) -> None:
    ingest_articles(index, ARTICLES[:1], HashEncoder())
    with pytest.raises(IndexMismatch):
        ingest_articles(index, ARTICLES, OtherEncoder())


# Files


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl"
    rows = [{"id": item.id, "title": item.title, "text": item.text} for item in ARTICLES]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("damage", ["empty", "other", "half", "no head", "no middle"])
def test_a_rebuild_needs_nothing_of_the_old_index(
    tmp_path: Path, archive: Path, damage: str
) -> None:
    folder = tmp_path / "index"
    with index_for(folder, HashEncoder()) as index:
        ingest(index, [archive], HashEncoder())
    whole = (folder / "articles.sqlite3").read_bytes()
    half = len(whole) // 2
    damaged = {
        "empty": b"",
        "other": b"no database" * 500,
        "half": whole[:half],
        "no head": bytes(4096) + whole[4096:],
        "no middle": whole[:4096] + b"\xff" * half + whole[4096 + half :],
    }
    (folder / "articles.sqlite3").write_bytes(damaged[damage])
    with Rebuild.begun(folder, OtherEncoder()) as rebuild:
        assert rebuild.ingest([archive]).added == 8
    with index_for(folder, OtherEncoder()) as index:
        assert index.counts().articles == 8
        index.check()


def test_a_rebuild_holds_the_rows_of_its_files_and_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    files = []
    for day in (1, 2, 3):
        row = {"id": "a", "title": "Bridge", "text": f"{story(1)} It cost {day} million.",
               "published": f"2025-03-0{day}", "url": "https://x.example/a"}  # fmt: skip
        files.append(tmp_path / f"{day}.jsonl")
        files[-1].write_text(json.dumps(row) + "\n", "utf-8")
    asked = iter([False] * 2 + [True] * 99)  # after each article that is read
    with Rebuild.begun(folder, HashEncoder()) as rebuild:
        assert rebuild.ingest(files, stop=lambda: next(asked)).interrupted
        assert unfinished(folder) == 3
    with Rebuild.begun(folder, HashEncoder()) as rebuild:
        rebuild.ingest(files[1:])
    with Index.open(folder) as index:
        assert set(index.content_hashes()) == {f"{file}#a" for file in files[1:]}
        assert index.counts().articles == 2
    with Rebuild.begun(folder, HashEncoder()) as rebuild:
        rebuild.ingest(files)
    with Index.open(folder) as index:
        assert (index.counts().articles, index.counts().superseded) == (3, 0)


def test_an_ingest_that_is_stopped_prunes_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    for n in range(3):
        (archive / f"a{n}.txt").write_text(f"Title {n}\n\n{story(n)}", "utf-8")
    with index_for(tmp_path / "index", HashEncoder()) as index:
        ingest(index, [archive], HashEncoder())
        (archive / "a2.txt").unlink()
        stop = After(1)
        stopped = ingest(
            index, [archive], HashEncoder(), prune=True, on_event=stop.count, stop=stop
        )
        assert stopped.interrupted and not stopped.removed
        assert len(ingest(index, [archive], HashEncoder(), prune=True).removed) == 1


def test_a_rebuild_killed_after_its_exchange_is_not_taken_up_again(
    tmp_path: Path, archive: Path
) -> None:
    folder = tmp_path / "index"
    with index_for(folder, HashEncoder()) as index:
        ingest(index, [archive], HashEncoder())
    with index_for(tmp_path / "copy", HashEncoder()) as left:
        ingest(left, [archive], HashEncoder())
    shutil.copytree(tmp_path / "copy", tmp_path / "done")
    put_in_place(tmp_path / "copy", folder)
    (tmp_path / "done").rename(folder / "rebuilding")
    assert unfinished(folder) is None
    shutil.copytree(folder, tmp_path / "tidied")
    discard_finished(tmp_path / "tidied")
    assert not (tmp_path / "tidied" / "rebuilding").exists()
    encoder = CountingEncoder()
    with Rebuild.begun(folder, encoder) as rebuild:
        assert rebuild.ingest([archive]).added == 8


def test_two_that_make_an_index_at_once_both_add_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    first: list[Index] = []
    lock = WriterLock.taken(folder)

    def meanwhile(holder: str, waited: float) -> None:
        lock.release()
        with index_for(folder, HashEncoder()) as index:
            ingest_articles(index, ARTICLES[:4], HashEncoder())
            first.append(index)

    with index_for(folder, HashEncoder(), wait=Wait(60, meanwhile)) as index:
        report = ingest_articles(index, ARTICLES, HashEncoder())
        assert (report.unchanged, report.added) == (4, 4)
    assert len(first) == 1


def test_killed_ingests_lose_and_double_nothing(tmp_path: Path) -> None:
    places = (
        "schema.create_tables",
        "article_rows.ArticleRows.put: execute",
        "article_rows.ArticleRows._search: execute",
        "article_rows.ArticleRows.join: executemany",
        "schema.bump: execute",
        "vectors.VectorIndex.save: fsync",
    )
    done = list(trials(at_each(*places), tmp_path))
    assert [trial.where for trial in done] == list(places)
    assert [trial.where for trial in done if not trial.same] == []
    assert all(trial.unchanged == trial.stored for trial in done)
    assert [trial.stored for trial in done][:: len(done) - 1] == [0, 24]
