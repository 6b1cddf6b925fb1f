"""The archive as the page lists, adds to and removes from it; whose turn it is."""

import threading
from pathlib import Path

import pytest
from fake_assistant import ARCHIVE, BRIDGE, COUNCIL, HOSTILE, FakeAssistant, choices_of
from hypothesis import example, given
from hypothesis import strategies as st

from index.embedding import HashEncoder
from index.errors import BadRequest, IndexBusy, UnknownArticle
from index.records import Progress, Report
from index.store import Index
from rag.page import archive as archives
from rag.page.archive import Archive, Filter, plain_name
from rag.page.choices import Choices
from rag.page.waiting import Turnstile


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return choices_of(FakeAssistant(), tmp_path / "index").archive()


def upload(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def ids(archive: Archive, **given: str) -> list[str]:
    return [card.article_id for card in archive.cards(Filter.of(**given))]


def report_of(events: list[Progress | Report]) -> Report:
    assert isinstance(events[-1], Report)
    return events[-1]


def test_articles_are_listed_latest_first_and_filtered(archive):
    assert ids(archive) == [COUNCIL.id, BRIDGE.id, HOSTILE.id]
    assert ids(archive, outlet="Northern Wire") == [COUNCIL.id]
    assert ids(archive, since="2025-03-05") == [COUNCIL.id]
    assert ids(archive, until="2025-03-05") == [BRIDGE.id]
    assert ids(archive, since="2025-03-04", until="2025-03-06") == [COUNCIL.id, BRIDGE.id]
    assert ids(archive, words="corrosion") == [BRIDGE.id]
    assert ids(archive, words="harbour bridge", outlet="Northern Wire") == [COUNCIL.id]
    assert ids(archive, words="zeppelin") == []
    assert ids(archive, words='"harbour bridge" NOT corrosion') == [COUNCIL.id]
    with pytest.raises(BadRequest, match="quotation mark is left open"):
        ids(archive, words='"harbour bridge')
    with pytest.raises(BadRequest, match="'soon' is not a date"):
        Filter.of(since="soon")


def test_an_upload_is_kept_in_the_index_and_read_from_there(archive, tmp_path):
    given = tmp_path / "given"
    events = list(archive.add([upload(given, "story.txt", "The lighthouse was sold. " * 9)]))
    assert [one.kind for one in events if isinstance(one, Progress)] == ["added"]
    kept = archive.folder / archives.UPLOADS / "story.txt"
    assert kept.read_text("utf-8").startswith("The lighthouse")
    [card] = archive.cards(Filter.of(words="lighthouse"))
    assert Path(archive.article(card.article_id).source) == kept.absolute()
    list(archive.add([upload(given, "copy.txt", "The lighthouse was sold. " * 9)]))
    assert len(archive.copies(card.article_id)) == 1
    again = report_of(list(archive.add([given / "story.txt"])))
    assert (again.added, again.unchanged) == (0, 1)
    upload(given, "story.txt", "The lighthouse was given away. " * 9)
    assert report_of(list(archive.add([given / "story.txt"]))).added == 1
    assert kept.read_text("utf-8").startswith("The lighthouse was sold")


def test_an_ingest_ends_when_it_is_asked_to_and_others_may_look_on(tmp_path):
    def encoder() -> HashEncoder:
        assert archive.ongoing and not archive.ongoing.is_over
        archive.ongoing.is_stopping = True
        return HashEncoder()

    archive = Archive(tmp_path / "index", encoder)
    events = list(archive.add([upload(tmp_path / "given", "story.txt", "The ferry sank. " * 9)]))
    assert report_of(events).interrupted
    assert archive.ongoing and archive.ongoing.is_over
    assert list(archive.ongoing.follow()) == events


def test_what_is_of_no_kind_or_too_large_is_refused_and_the_rest_is_taken(
    archive, tmp_path, monkeypatch
):
    monkeypatch.setattr(archives, "LARGEST", 1000)
    given = tmp_path / "given"
    files = [
        upload(given, "virus.exe", "MZ"),
        upload(given, "none", "text"),
        upload(given, "large.txt", "word " * 300),
        upload(given, "good.txt", "The lighthouse was sold. " * 9),
    ]
    (given / "link.txt").symlink_to("/etc/hosts")
    done = report_of(list(archive.add([*files, given / "link.txt"])))
    assert done.added == 1
    reasons = {one.source: one.reason for one in done.problems}
    assert set(reasons) == {"virus.exe", "none", "large.txt", "link.txt"}
    assert "is no format that is read" in reasons["virus.exe"]
    assert "larger than" in reasons["large.txt"]
    kept = archive.folder / archives.UPLOADS
    assert [one.name for one in kept.iterdir()] == ["good.txt"]
    monkeypatch.setattr(archives, "MOST_FILES", 1)
    with pytest.raises(BadRequest, match="too many"):
        list(archive.add(files))


@given(st.text(max_size=300))
@example("../../etc/passwd.txt")
@example("C:\\news\\story.md")
@example("..")
def test_no_name_leads_out_of_the_folder(name):
    folder = Path("/index/uploads")
    kept = folder / plain_name(name)
    assert kept.parent == folder and kept.name == plain_name(name)
    assert not kept.name.startswith(".") and len(kept.name) <= archives.LONGEST_NAME


def test_a_removed_article_is_gone_and_its_upload_with_it(archive, tmp_path):
    list(archive.add([upload(tmp_path / "given", "story.txt", "The lighthouse was sold. " * 9)]))
    [card] = archive.cards(Filter.of(words="lighthouse"))
    archive.remove(card.article_id)
    assert len(archive.cards()) == 3
    assert list((archive.folder / archives.UPLOADS).iterdir()) == []
    assert (tmp_path / "given" / "story.txt").exists()
    assert archive.remove(BRIDGE.id) == BRIDGE.title
    with pytest.raises(UnknownArticle):
        archive.article(BRIDGE.id)


def test_an_archive_that_is_being_written_to_says_so_and_can_be_read(archive):
    with Index.open(archive.folder, writable=True):
        with pytest.raises(IndexBusy, match="is being written to"):
            archive.remove(BRIDGE.id)
        assert len(archive.cards()) == len(ARCHIVE)


def test_indexes_and_models_are_offered_by_name_and_share_what_is_loaded(tmp_path):
    loaded: list[str | None] = []
    fake = FakeAssistant()

    def load(folder: Path, model: str | None) -> FakeAssistant:
        loaded.append(model)
        return fake

    folders = [tmp_path / "one" / "index", tmp_path / "two" / "index", tmp_path / "third"]
    choices = Choices(folders, [None, "/models/big.gguf"], load, HashEncoder)
    assert choices.indexes == [str(folders[0]), str(folders[1]), "third"]
    assert choices.models == ["built in", "big.gguf"]
    for index in choices.indexes:
        for model in choices.models:
            choices.assistant(choices.settings({"index": index, "model": model}))
    assert loaded == [None, "/models/big.gguf"]
    assert {index for index, _ in fake.variants} == set(folders)
    assert choices.archive("/etc").folder == folders[0]


def test_each_reader_takes_turns_and_sees_their_place():
    turnstile = Turnstile(1)
    with turnstile.queued("eager") as first:
        assert turnstile.ahead(first) == 0
        with (
            turnstile.queued("eager") as second,
            turnstile.queued("eager") as third,
            turnstile.queued("patient") as other,
        ):
            places = [turnstile.ahead(one) for one in (second, third, other)]
            assert places == [1, 3, 2]
    with turnstile.queued("again") as place:
        assert turnstile.ahead(place) == 0


def test_as_many_are_inside_at_once_as_may():
    turnstile = Turnstile(2)
    with (
        turnstile.queued("a") as first,
        turnstile.queued("b") as second,
        turnstile.queued("c") as third,
    ):
        assert [turnstile.ahead(one) for one in (first, second, third)] == [0, 0, 2]


@pytest.mark.parametrize("width", [1, 2])
def test_no_more_are_inside_at_once_than_may(width):
    turnstile = Turnstile(width)
    inside: list[int] = []
    most: list[int] = []

    def visit(number: int) -> None:
        with turnstile.queued(str(number % 5)) as place:
            known = None
            while (known := turnstile.ahead(place, known)) > 0:
                pass
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 25 and max(most) <= width
