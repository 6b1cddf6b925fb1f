"""Articles whose files are gone: removed when that is asked for, and never in doubt."""

import json
from pathlib import Path

import pytest

from index import pruning
from index.ingesting import ingest
from index.protocols import Store
from index.records import Progress, Report
from tests.fakes import story
from tests.samples import zipped
from tests.stores import ENCODER, ids, kinds, whole

ALL = {"a", "b-1", "r0", "r1", "newsroom"}


def rows(path: Path, *names: str) -> None:
    """Write a table with an article for each name."""
    texts = {name: story(10 + int(name[1:])) for name in names}
    lines = [json.dumps({"id": name, "text": text}) for name, text in texts.items()]
    if path.suffix == ".csv":
        lines = ["id,text", *(f'{name},"{text}"' for name, text in texts.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text(story(1))
    (folder / "deep" / "b#1.txt").write_text(story(2))
    rows(folder / "rows.jsonl", "r0", "r1")
    (tmp_path / "newsroom.txt").write_text(story(3))
    return folder


@pytest.fixture
def read(store: Store, news: Path) -> Store:
    ingest(store, [news, news.parent / "newsroom.txt"], ENCODER)
    assert ids(store) == ALL
    return store


def pruned(store: Store, *paths: Path | str) -> Report:
    return ingest(store, paths, ENCODER, prune=True)


def gone(store: Store, *paths: Path) -> set[str]:
    return {name for name, _ in pruned(store, *paths).removed}


def unanswered(news: Path) -> None:
    (news / "deep" / "b#1.txt").unlink()
    (news / "deep").rmdir()
    (news / "deep").symlink_to("deep")  # as a share that does not answer


def passed_over(news: Path) -> None:
    (news / "rows.jsonl").rename(news / ".hidden")
    (news / "rows.jsonl").symlink_to(news / "a.txt")  # read under its own name


def moved_row(news: Path) -> None:
    rows(news / "rows.jsonl", "r0")
    rows(news / "s.jsonl", "r1")


@kinds
@pytest.mark.parametrize(
    ("change", "removed"),
    [
        (lambda news: None, set()),
        (lambda news: (news / "a.txt").unlink(), {"a"}),
        (lambda news: (news / "rows.jsonl").unlink(), {"r0", "r1"}),
        (lambda news: (news / "deep" / "b#1.txt").unlink(), {"b-1"}),
        (lambda news: rows(news / "rows.jsonl", "r0"), {"r1"}),
        (lambda news: (news.parent / "newsroom.txt").unlink(), set()),  # it is beside the folder
        (lambda news: (news / "a.txt").rename(news / "deep" / "a.txt"), set()),
        (moved_row, set()),
        (unanswered, set()),
        (passed_over, set()),
        *(
            (lambda news, bad=bad: (news / "rows.jsonl").write_bytes(bad), set())
            for bad in (b'{"text": "no end\n', b'{"id": "r0"}\n', b"", b"\x1f\x8b\x08\0")
        ),  # a file that was not read whole
    ],
)
def test_what_is_gone_is_removed_and_nothing_else(read, news, change, removed):
    change(news)
    assert ingest(read, [news], ENCODER).removed == ()
    assert gone(read, news) == removed
    assert ids(read) == ALL - removed
    assert whole(read)
    for name, (article_id, _) in read.content_hashes().items():
        assert article_id in ("newsroom", "b-1") or Path(name.partition("#")[0]).exists()


@kinds
def test_rows_and_members_that_are_gone_from_a_file_that_stayed(store, news):
    rows(news / "table.csv", "r3", "r4", "r5")
    (news / "z.zip").write_bytes(zipped({"one.txt": story(20), "two.txt": story(21)}))
    ingest(store, [news], ENCODER)
    rows(news / "table.csv", "r3", "r5")
    (news / "z.zip").write_bytes(zipped({"one.txt": story(20)}))
    assert gone(store, news) == {"r4", "two"}


@kinds
def test_only_what_lies_below_a_named_folder_is_removed(read, news, tmp_path):
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "c.txt").write_text(story(4))
    (news / "link").symlink_to(tmp_path / "away")
    ingest(read, [news], ENCODER, follow_links=True)
    (tmp_path / "away" / "c.txt").unlink()
    (news / "a.txt").unlink()
    assert gone(read, news / "deep") == set()
    assert gone(read, news / "deep" / ".." / "deep", news / "rows.jsonl") == set()
    assert gone(read, news) == {"a"}  # a link out of the folder leads elsewhere
    assert gone(read, tmp_path / "away") == {"c"}


@kinds
@pytest.mark.parametrize("kind_of_it", ["missing", "loop", "file's child", "left"])
def test_a_folder_that_cannot_be_opened_prunes_nothing_at_all(read, news, tmp_path, kind_of_it):
    (news / "a.txt").unlink()
    folder = tmp_path / "other"
    if kind_of_it == "loop":
        folder.symlink_to(folder)
    elif kind_of_it == "file's child":
        folder = news / "rows.jsonl" / "x"
    elif kind_of_it == "left":
        folder = news.rename(tmp_path / "gone").parent / "news"
    report = pruned(read, news, folder)
    assert report.removed == ()
    assert report.not_pruned.startswith(f"{folder} cannot be opened (")
    assert report.not_pruned.endswith("Check the path, or leave the folder out.")
    assert ids(read) == ALL


@pytest.mark.parametrize(
    ("rest", "is_gone"),
    [
        ("a\ufffd.txt", False), ("a.txt#x", False), ("deep/b#1.txt#x#y", False),
        ("no.txt", True), ("no.jsonl#1", True), ("a.txt/b", True), ("\0", True),
        ("x" * 5000, True), ("deep#1", True),
    ],
)  # fmt: skip
def test_what_is_gone_and_what_may_be_there(news, rest, is_gone):
    source = f"{news}/{rest}"
    assert pruning.gone([source], [news]) == ([source] if is_gone else [], "")


@kinds
def test_an_ingest_that_ends_early_prunes_nothing(read, news):
    (news / "a.txt").unlink()

    def interrupt(event: Progress) -> None:
        raise KeyboardInterrupt

    for ways in ({"on_event": interrupt}, {"stop": lambda: True}):
        report = ingest(read, [news], ENCODER, prune=True, **ways)  # type: ignore[arg-type]
        assert report.interrupted and report.removed == ()
    assert ids(read) == ALL
