"""Files and folders, to articles or to one line that says what is wrong; any bytes at all."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.readers import HOLDERS, KNOWN, READERS, read_all, read_file
from index.records import Article, Problem
from tests.make_samples import broken, good
from tests.reading import reasons, repair
from tests.samples import BODY

repeatable = settings(deadline=None, derandomize=True)
SEEDS = [*good().values(), *(data for data in broken().values() if len(data) < 5_000)]


def spoilt(data: bytes) -> st.SearchStrategy[bytes]:
    """A file with a part of it replaced."""
    places = st.integers(0, len(data))
    return st.builds(
        lambda first, last, new: data[:first] + new + data[max(first, last) :],
        places,
        places,
        st.binary(max_size=20),
    )


def write(path: Path, text: str | bytes = BODY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def ids(items) -> list[str]:
    return [item.id for item in items if isinstance(item, Article)]


def test_a_folder_is_walked_in_order_and_reports_what_it_does_not_read(tmp_path):
    for name in ("b/two.txt", "a.txt", "c.md", ".hidden.txt", ".git/x.txt", "b/photo.png"):
        write(tmp_path / name)
    found = list(read_all([tmp_path]))
    assert ids(found) == ["a", "two", "c"]
    [reason] = reasons(found)
    assert reason.startswith(f"photo.png is not a format that Byline reads ({KNOWN}). Convert it")
    assert ids(read_file(tmp_path / ".hidden.txt")) == ["hidden"]  # asked for by name


def test_each_file_is_read_once(tmp_path):
    path = write(tmp_path / "a.txt")
    (tmp_path / "same.txt").symlink_to(path)
    assert ids(read_all([path, str(tmp_path), tmp_path / "." / "a.txt"])) == ["a"]


def test_links_that_lead_out_of_a_folder_are_counted_and_followed_where_asked_for(tmp_path):
    folder, beside = tmp_path / "news", tmp_path / "private"
    write(folder / "a.txt")
    write(beside / "b.txt")
    write(beside / "c.txt")
    (folder / "letter.txt").symlink_to(beside / "b.txt")
    (folder / "more").symlink_to(beside)
    first, told_ = read_all([folder])
    assert (first.id, told_.source, told_.warning) == ("a", str(folder), True)
    assert told_.reason.startswith("2 links lead out of this folder and were not followed.")
    assert {*ids(read_all([folder], follow_links=True))} == {"a", "letter", "c"}
    assert ids(read_all([folder / "letter.txt"])) == ["letter"]


def test_links_in_a_circle_end(tmp_path):
    write(tmp_path / "sub" / "a.txt")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    found = list(read_all([tmp_path]))
    assert ids(found) == ["a"]
    said = "is a link to something that is not there. Mend or remove it."
    assert reasons(found) == [f"{tmp_path / name} {said}" for name in ("gone.txt", "self.txt")]


def test_a_folder_without_files_is_told(tmp_path):
    (tmp_path / "sub").mkdir()
    write(tmp_path / ".hidden.txt")
    said = f"{tmp_path} holds no files that are not hidden. Check the path."
    assert reasons(read_all([tmp_path])) == [said]
    write(tmp_path.joinpath(*["d"] * 300) / "a.txt")  # deep folders are no trouble
    assert ids(read_all([tmp_path])) == ["a"]
    assert list(read_all([tmp_path / "sub", tmp_path, tmp_path]))[2:] == []


def test_what_is_missing_does_not_stop_the_rest_and_a_pipe_is_not_waited_for(tmp_path):
    path = write(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    found = list(read_all([tmp_path / "nothing.txt", tmp_path / "pipe.txt", path]))
    assert ids(found) == ["a"]
    assert reasons(found) == [
        f"{tmp_path / 'nothing.txt'} does not exist. Check the path.",
        "pipe.txt is not a file that holds text. Leave it out.",
    ]


def test_a_name_that_is_no_text_can_still_be_reported(tmp_path):
    try:
        path = write(tmp_path / os.fsdecode(b"caf\xe9.txt"))
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    [article] = read_file(path)
    assert article.id == "caf"
    article.source.encode()


@repeatable
@given(
    data=st.one_of(st.binary(max_size=400), st.sampled_from(SEEDS).flatmap(spoilt)),
    suffix=st.sampled_from([*READERS, *HOLDERS]),
)
def test_any_bytes_give_articles_or_problems(tmp_path_factory, data, suffix):
    path = write(tmp_path_factory.getbasetemp() / f"any{suffix}", data)
    for item in read_file(path):
        assert isinstance(item, Problem) or item.text.strip() == item.text != ""
        assert isinstance(item, Article) or "\n" not in item.reason


@repeatable
@given(text=st.text(), suffix=st.sampled_from([".txt", ".md"]))
def test_any_text_gives_clean_text(tmp_path_factory, text, suffix):
    path = tmp_path_factory.getbasetemp() / f"text{suffix}"
    for item in read_file(write(path, text)):
        assert isinstance(item, Problem) or repair(item.text) == item.text != ""
