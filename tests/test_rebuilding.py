"""An index made anew: the old one answers until the new one is whole, in a folder and in Milvus."""

import json
import shutil
from pathlib import Path

import pytest

from index.connections import Wait, WriterLock
from index.copying import put_in_place
from index.errors import IndexBusy, IndexMismatch
from index.ingesting import index_for, ingest, ingest_articles
from index.opening import opened
from index.rebuilding import Rebuild, discard_finished, unfinished
from tests.fakes import CountingEncoder, OtherEncoder, article, story, word
from tests.kill_ingest import at_each, trials
from tests.stores import ENCODER, ids, kinds, lexical, whole


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    rows = [{"id": f"r{n}", "text": story(10 + n)} for n in range(8)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


NEWS = {f"r{n}" for n in range(8)}


@kinds
def test_a_rebuild_that_is_stopped_leaves_the_old_one_and_goes_on(where, news):
    with index_for(where, ENCODER) as store:
        ingest_articles(store, [article("one", story(7))], ENCODER)
    with opened(where, ENCODER) as reader:
        with Rebuild.begun(where, ENCODER) as rebuild:
            stopped = rebuild.ingest([news], stop=iter([False, True] * 9).__next__)
            assert stopped.interrupted and 0 < stopped.added < 8
            with pytest.raises(IndexBusy):
                opened(where, writable=True)
        with opened(where, ENCODER, writable=True) as old:
            assert ids(old) == ids(reader) == {"one"}
            ingest_articles(old, [article("two", story(8))], ENCODER)
            assert whole(old)
        with Rebuild.begun(where, CountingEncoder()) as rebuild:
            report = rebuild.ingest([news])
            assert (report.unchanged, report.added) == (stopped.added, 8 - stopped.added)
        assert ids(reader) == NEWS
        assert set(lexical(reader, word(1), limit=99)) <= NEWS
    with opened(where, ENCODER) as new:
        assert ids(new) == NEWS and whole(new)


@kinds
def test_a_rebuild_takes_another_encoder_and_one_of_nothing_changes_nothing(where, tmp_path, news):
    with index_for(where, ENCODER) as store:
        ingest_articles(store, [article("one", story(1))], ENCODER)
    longer = OtherEncoder(32)
    with pytest.raises(IndexMismatch, match=r"hash-1.*other-1.*--rebuild --encoder other"):
        index_for(where, longer)
    (tmp_path / "nothing").mkdir()
    with opened(where, ENCODER) as reader:
        with Rebuild.begun(where, longer) as rebuild:
            assert rebuild.ingest([tmp_path / "nothing"]).added == 0
        with Rebuild.begun(where, longer) as rebuild:
            assert lexical(reader, word(1)) == ["one"]
            assert rebuild.ingest([news]).added == 8
            with pytest.raises(IndexMismatch):
                reader.counts()
    with opened(where, longer, writable=True) as store:
        assert ids(store) == NEWS and whole(store)
        assert store.semantic(longer.encode([story(2)])[0], 9)


@pytest.mark.parametrize("damage", ["empty", "other", "half", "no head", "no middle"])
def test_a_rebuild_needs_nothing_of_the_old_index(tmp_path, news, damage):
    folder = tmp_path / "index"
    with index_for(folder, ENCODER) as index:
        ingest(index, [news], ENCODER)
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
        assert rebuild.ingest([news]).added == 8
    with index_for(folder, OtherEncoder()) as index:
        assert ids(index) == NEWS
        index.check()


@kinds
def test_a_rebuild_holds_the_rows_of_its_files_and_no_others(where, tmp_path):
    files = []
    for day in (1, 2, 3):
        row = {"id": "a", "title": "Bridge", "text": f"{story(1)} It cost {day} million.",
               "published": f"2025-03-0{day}", "url": "https://x.example/a"}  # fmt: skip
        files.append(tmp_path / f"{day}.jsonl")
        files[-1].write_text(json.dumps(row) + "\n", "utf-8")
    asked = iter([False] * 2 + [True] * 99)  # after each article that is read
    with Rebuild.begun(where, ENCODER) as rebuild:
        assert rebuild.ingest(files, stop=lambda: next(asked)).interrupted
        assert not isinstance(where, Path) or unfinished(where) == 3
    for chosen in (files[1:], files):
        with Rebuild.begun(where, ENCODER) as rebuild:
            rebuild.ingest(chosen)
        with opened(where) as index:
            assert set(index.content_hashes()) == {f"{file}#a" for file in chosen}
            assert (index.counts().articles, index.counts().superseded) == (len(chosen), 0)


def test_a_rebuild_killed_after_its_exchange_is_not_taken_up_again(tmp_path, news):
    folder = tmp_path / "index"
    for place in (folder, tmp_path / "copy"):
        with index_for(place, ENCODER) as index:
            ingest(index, [news], ENCODER)
    shutil.copytree(tmp_path / "copy", tmp_path / "done")
    put_in_place(tmp_path / "copy", folder)
    (tmp_path / "done").rename(folder / "rebuilding")
    assert unfinished(folder) is None
    shutil.copytree(folder, tmp_path / "tidied")
    discard_finished(tmp_path / "tidied")
    assert not (tmp_path / "tidied" / "rebuilding").exists()
    with Rebuild.begun(folder, ENCODER) as rebuild:
        assert rebuild.ingest([news]).added == 8


def test_two_that_make_an_index_at_once_both_add_to_it(tmp_path):
    articles = [article(f"a{n}", story(n)) for n in range(4)]
    lock = WriterLock.taken(tmp_path)

    def meanwhile(holder: str, waited: float) -> None:
        lock.close()
        with index_for(tmp_path, ENCODER) as first:
            ingest_articles(first, articles[:2], ENCODER)

    with index_for(tmp_path, ENCODER, wait=Wait(60, meanwhile)) as index:
        report = ingest_articles(index, articles, ENCODER)
        assert (report.unchanged, report.added) == (2, 2)


# Killed


@pytest.mark.parametrize(
    ("task", "places"),
    [
        (
            "ingest",
            (
                "schema.create_tables",
                "article_rows.ArticleRows.put: execute",
                "article_rows.ArticleRows._search: execute",
                "article_rows.ArticleRows.join: executemany",
                "schema.set_manifest: executemany",
                "vectors.VectorIndex.save: fsync",
            ),
        ),
        (
            "rebuild",
            (
                "store.Index.put",
                "vectors.VectorIndex.save",
                "copying.put_in_place",
                "copying._written_over: backup",
            ),
        ),
    ],
)
def test_what_is_killed_loses_and_doubles_nothing(tmp_path, task, places):
    """`python -m tests.kill_ingest` does it at many more moments, and prints a table."""
    done = list(trials(at_each(*places), tmp_path, task))
    assert [trial.where for trial in done] == list(places)
    for trial in done:
        assert (trial.lost, trial.same, trial.sound) == (0, True, True), trial.where
        assert trial.unchanged == trial.stored or task == "rebuild", trial.where
    assert {done[0].stored, done[-1].stored} == ({0, 24} if task == "ingest" else {24})
