"""Articles whose files are gone: removed when that is asked for, and never in doubt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import pruning
from index.embedding import HashEncoder
from index.ingesting import index_for, ingest
from index.records import Progress, Report
from index.store import Index
from tests.fakes import story
from tests.samples import zipped

ENCODER = HashEncoder()


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text(story(1))
    (folder / "deep" / "b#1.txt").write_text(story(2))
    rows = [{"id": f"r{n}", "text": story(10 + n)} for n in range(2)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "newsroom.txt").write_text(story(3))
    return folder


@pytest.fixture
def index(tmp_path: Path, news: Path) -> Iterator[Index]:
    with index_for(tmp_path / "index", ENCODER) as made:
        ingest(made, [news, tmp_path / "newsroom.txt"], ENCODER)
        yield made


def pruned(index: Index, *paths: Path | str) -> Report:
    return ingest(index, paths, ENCODER, prune=True)


def ids(index: Index) -> set[str]:
    return {card.article_id for card in index.articles()}


ALL = {"a", "b-1", "r0", "r1", "newsroom"}


def test_nothing_is_removed_while_all_files_are_there(index: Index, news: Path) -> None:
    before = index.manifest
    assert pruned(index, news).removed == ()
    assert (ids(index), index.manifest) == (ALL, before)


def test_articles_of_vanished_files_are_removed(index: Index, news: Path) -> None:
    (news / "a.txt").unlink()
    (news / "rows.jsonl").unlink()
    (news / "deep" / "b#1.txt").unlink()
    assert ingest(index, [news], ENCODER).removed == ()
    events: list[Progress] = []
    report = ingest(index, [news], ENCODER, prune=True, on_event=events.append)
    assert set(report.removed) == {
        ("a", f"{news}/a.txt"),
        ("b-1", f"{news}/deep/b#1.txt"),
        ("r0", f"{news}/rows.jsonl#r0"),
        ("r1", f"{news}/rows.jsonl#r1"),
    }
    assert ids(index) == {"newsroom"}
    # The folder that nothing is left in is told too.
    assert [event.kind for event in events] == ["warning", *["removed"] * 4]
    index.check()


def test_only_what_lies_below_a_named_folder_is_removed(
    index: Index, news: Path, tmp_path: Path
) -> None:
    (news / "a.txt").unlink()
    (tmp_path / "newsroom.txt").unlink()  # its name begins as the folder's does
    assert pruned(index, news / "deep").removed == ()
    assert pruned(index, news / "deep" / ".." / "deep", news / "rows.jsonl").removed == ()
    assert ids(index) == ALL
    assert [one for one, _ in pruned(index, news).removed] == ["a"]


@pytest.mark.parametrize("kind", ["missing", "loop", "file's child"])
def test_a_folder_that_cannot_be_opened_prunes_nothing_at_all(
    index: Index, news: Path, tmp_path: Path, kind: str
) -> None:
    (news / "a.txt").unlink()
    folder = tmp_path / "other"
    if kind == "loop":
        folder.symlink_to(folder)
    elif kind == "file's child":
        folder = news / "rows.jsonl" / "x"
    report = pruned(index, news, folder)
    assert report.removed == ()
    assert report.not_pruned.startswith(f"{folder} cannot be opened (")
    assert report.not_pruned.endswith("Check the path, or leave the folder out.")
    assert ids(index) == ALL


def test_a_folder_that_left_as_a_whole_prunes_nothing(index: Index, news: Path) -> None:
    news.rename(news.with_name("elsewhere"))
    report = pruned(index, news)
    assert report.removed == () and "so nothing was removed" in report.not_pruned
    assert ids(index) == ALL


def test_a_file_that_cannot_be_looked_at_is_not_gone(index: Index, news: Path) -> None:
    (news / "deep" / "b#1.txt").unlink()
    (news / "deep").rmdir()
    (news / "deep").symlink_to("deep")  # as a share that does not answer
    assert pruned(index, news).removed == ()
    assert ids(index) == ALL


def test_a_file_that_moved_keeps_its_article(index: Index, news: Path) -> None:
    (news / "a.txt").rename(news / "deep" / "a.txt")
    report = pruned(index, news)
    assert (report.unchanged, report.added, report.removed) == (4, 0, ())
    assert index.article("a").source == f"{news}/deep/a.txt"
    (news / "deep" / "a.txt").unlink()
    assert [one for one, _ in pruned(index, news).removed] == ["a"]


def test_links_out_of_the_folder_are_elsewhere(index: Index, news: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (away / "c.txt").write_text(story(4))
    (news / "link").symlink_to(away)
    ingest(index, [news], ENCODER, follow_links=True)
    (away / "c.txt").unlink()
    assert pruned(index, news).removed == ()
    assert [one for one, _ in pruned(index, away).removed] == ["c"]


@pytest.mark.parametrize("rest", ["a\ufffd.txt", "a.txt#x", "deep/b#1.txt#x#y"])
def test_what_is_there_or_may_be(news: Path, rest: str) -> None:
    assert pruning.gone([f"{news}/{rest}"], [news]) == ([], "")


@pytest.mark.parametrize("rest", ["no.txt", "no.jsonl#1", "a.txt/b", "\0", "x" * 5000, "deep#1"])
def test_what_is_gone(news: Path, rest: str) -> None:
    assert pruning.gone([f"{news}/{rest}"], [news]) == ([f"{news}/{rest}"], "")


def test_an_interrupt_before_the_end_prunes_nothing(index: Index, news: Path) -> None:
    (news / "a.txt").unlink()

    def interrupt(event: Progress) -> None:
        raise KeyboardInterrupt

    report = ingest(index, [news], ENCODER, prune=True, on_event=interrupt)
    assert report.interrupted and report.removed == ()
    assert ids(index) == ALL


def rows(path: Path, *names: str) -> None:
    """Write a table with an article for each name."""
    texts = {"r0": story(10), "r1": story(11), "r2": story(12)}
    if path.suffix == ".csv":
        lines = ["id,text", *(f'{name},"{texts[name]}"' for name in names)]
    else:
        lines = [json.dumps({"id": name, "text": texts[name]}) for name in names]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("name", ["rows.jsonl", "table.csv"])
def test_rows_that_are_gone_from_a_file_that_stayed_are_removed(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    rows(folder / name, "r0", "r1", "r2")
    with index_for(tmp_path / "index", ENCODER) as index:
        ingest(index, [folder], ENCODER)
        rows(folder / name, "r0", "r2")
        assert ingest(index, [folder], ENCODER).removed == ()
        assert pruned(index, folder).removed == (("r1", f"{folder}/{name}#r1"),)
        assert ids(index) == {"r0", "r2"}
        index.check()


@pytest.mark.parametrize(
    "damage", [b'{"text": "no end\n', b'{"id": "r0", "title": "No text"}\n', b"", b"\x1f\x8b\x08\0"]
)
def test_no_row_is_taken_for_gone_from_a_file_that_was_not_read_whole(
    index: Index, news: Path, damage: bytes
) -> None:
    (news / "rows.jsonl").write_bytes(damage)
    report = pruned(index, news)
    assert report.removed == () and report.problems
    assert ids(index) == ALL


def test_no_row_is_taken_for_gone_from_a_file_that_was_passed_over(
    index: Index, news: Path
) -> None:
    (news / "rows.jsonl").rename(news / ".hidden")
    (news / "rows.jsonl").symlink_to(news / "a.txt")  # read under its own name
    assert pruned(index, news).removed == ()
    assert ids(index) == ALL


def test_a_member_that_is_gone_from_an_archive_is_removed(index: Index, news: Path) -> None:
    (news / "z.zip").write_bytes(zipped({"one.txt": story(20), "two.txt": story(21)}))
    ingest(index, [news], ENCODER)
    (news / "z.zip").write_bytes(zipped({"one.txt": story(20)}))
    assert [one for one, _ in pruned(index, news).removed] == ["two"]


def test_a_row_that_moved_to_another_file_keeps_its_article(index: Index, news: Path) -> None:
    rows(news / "rows.jsonl", "r0")
    rows(news / "s.jsonl", "r1")
    assert pruned(index, news).removed == ()
    assert index.article("r1").source == f"{news}/s.jsonl#r1"


def test_an_earlier_version_goes_with_its_row(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    row = {"url": "https://news.example/1", "published": "2024-01-01"}
    first = {"id": "v1", "text": story(1), **row}
    second = {"id": "v2", "text": story(2), **row, "published": "2024-01-02"}
    (folder / "a.jsonl").write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n")
    with index_for(tmp_path / "index", ENCODER) as index:
        ingest(index, [folder], ENCODER)
        (folder / "a.jsonl").write_text(f"{json.dumps(second)}\n")
        assert [one for one, _ in pruned(index, folder).removed] == ["v1"]
        assert ids(index) == {"v2"}
