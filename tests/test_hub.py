"""Downloads from a hub of the tests' own: once, resumed, checked, and what goes wrong in a line."""

import hashlib
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub.utils import WeakFileLock

from index.errors import ModelError
from rag.models.hub import HubFile
from tests.hub import Hub, running

FILE = b"GGUF" + bytes(range(256)) * 200
TINY = HubFile("me/models", "tiny.gguf")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("BYLINE_CACHE", str(tmp_path))
    with running(Hub()) as started:
        started.put("me/models/tiny.gguf", FILE)
        yield started


def parts(cache: Path) -> list[bytes]:
    """What lies about of downloads that are not done."""
    return [one.read_bytes() for one in (cache / "me/models").glob("*.part")]


def refused(hub: Hub, cache: Path, file: HubFile = TINY) -> str:
    """The line that says why a file cannot be had."""
    with pytest.raises(ModelError) as caught:
        replace(file, hub=hub.url).fetch(cache=cache)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_is_downloaded_once(hub, tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("TQDM_POSITION", "-1")  # a bar, though there is no terminal
    assert TINY.at_hand(tmp_path) is None
    path = replace(TINY, hub=hub.url).fetch(cache=tmp_path)
    assert path.read_bytes() == FILE and parts(tmp_path) == []
    hashes = (Path(os.environ["BYLINE_CACHE"]) / "hashes.json").read_text()
    assert hashlib.sha256(FILE).hexdigest() in hashes  # it need not be read a second time
    printed = capfd.readouterr()
    assert (printed.out, "tiny.gguf" in printed.err, "100%" in printed.err) == ("", True, True)
    assert "torch" not in "".join(hub.agents)
    asked = list(hub.asked)
    assert replace(TINY, hub=hub.url).fetch(cache=tmp_path) == TINY.at_hand(tmp_path) == path
    assert hub.asked == asked


def test_what_has_arrived_is_kept_and_the_next_try_goes_on_there(hub, tmp_path):
    hub.cuts = [1000, 0]
    assert refused(hub, tmp_path) == (
        "hf:me/models/tiny.gguf was cut off after 0.0 MB of 0.1 MB. "
        "Try again: what has arrived is kept."
    )
    assert parts(tmp_path) == [FILE[:1000]] and TINY.at_hand(tmp_path) is None
    assert replace(TINY, hub=hub.url).fetch(cache=tmp_path).read_bytes() == FILE
    assert hub.ranges[-1] == "bytes=1000-" and parts(tmp_path) == []


def test_a_hub_that_cannot_go_on_sends_all_of_it_again(hub, tmp_path):
    hub.cuts, hub.resumes = [1000], False
    assert replace(TINY, hub=hub.url).fetch(cache=tmp_path).read_bytes() == FILE


def test_a_part_of_another_version_is_not_gone_on_with(hub, tmp_path):
    hub.cuts = [1000, 0]
    refused(hub, tmp_path)
    hub.put("me/models/tiny.gguf", newer := FILE[::-1])
    assert replace(TINY, hub=hub.url).fetch(cache=tmp_path).read_bytes() == newer
    assert hub.ranges[-1] is None


@pytest.mark.parametrize(
    ("sent", "hashed"), [(FILE[:-1] + b"?", True), (FILE + b"?", False)], ids=["altered", "longer"]
)
def test_another_file_than_the_hub_states_is_thrown_away(hub, tmp_path, sent, hashed):
    hub.instead, hub.hashed = sent, hashed
    assert "What arrived is not hf:me/models/tiny.gguf (sha256 " in refused(hub, tmp_path)
    assert parts(tmp_path) == [] and TINY.at_hand(tmp_path) is None
    hub.instead = None
    assert replace(TINY, hub=hub.url).fetch(cache=tmp_path).read_bytes() == FILE


def test_where_the_hash_is_known_no_other_file_is_downloaded(hub, tmp_path):
    known = replace(TINY, sha256=hashlib.sha256(b"another").hexdigest())
    assert refused(hub, tmp_path, known).endswith("Nothing was downloaded.")
    assert hub.ranges == []
    right = replace(TINY, hub=hub.url, sha256=hashlib.sha256(FILE).hexdigest())
    path = right.fetch(cache=tmp_path)
    path.write_bytes(b"damaged")
    assert not right.intact(path)
    assert right.fetch(cache=tmp_path).read_bytes() == FILE


def test_a_revision_is_asked_for_where_one_is_named(hub, tmp_path):
    hub.files = {"me/models/v2/tiny.gguf": FILE}
    assert "has no file tiny.gguf" in refused(hub, tmp_path)
    pinned = replace(TINY, hub=hub.url, revision="v2")
    assert pinned.fetch(cache=tmp_path).read_bytes() == FILE


@pytest.mark.parametrize(
    ("status", "errors", "says"),
    [
        (404, {"X-Error-Code": "EntryNotFound"}, "The hub has no file tiny.gguf in me/models"),
        (404, {"X-Error-Code": "RevisionNotFound"}, "The hub has no file tiny.gguf in me/models"),
        (401, {"X-Error-Code": "RepoNotFound"}, "The hub has no file tiny.gguf in me/models"),
        (403, {"X-Error-Code": "GatedRepo"}, "only to those who accept its terms"),
        (503, {"X-Error-Message": "Busy"}, "answers 503 Service Unavailable to hf:me/models/tiny"),
    ],
)
def test_what_the_hub_refuses_is_one_line(hub, tmp_path, status, errors, says):
    hub.status, hub.errors = status, errors
    assert says in refused(hub, tmp_path)


def test_bytes_that_are_refused_are_one_line_and_what_has_arrived_is_kept(hub, tmp_path):
    hub.cuts = [1000, 0]
    refused(hub, tmp_path)
    hub.store_status = 403
    assert refused(hub, tmp_path) == (
        "The hub answers 403 Forbidden to hf:me/models/tiny.gguf. "
        "Try again: what has arrived is kept."
    )
    assert parts(tmp_path) == [FILE[:1000]]


def test_a_name_that_no_repository_can_have_is_one_line(hub, tmp_path):
    said = refused(hub, tmp_path, HubFile("me/--bad--name..", "tiny.gguf"))
    assert "The hub has no file tiny.gguf in me/--bad--name.." in said


def test_a_hub_that_states_no_size_is_one_line(hub, tmp_path):
    hub.promised = 0
    assert "does not say how large hf:me/models/tiny.gguf is" in refused(hub, tmp_path)


def test_offline_the_line_says_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert refused(Hub(url=f"http://127.0.0.1:{port}"), tmp_path) == (
        "hf:me/models/tiny.gguf was not downloaded before, and the hub cannot be reached. "
        "Connect to the network once, or give the path of a .gguf file."
    )


def test_a_file_for_which_there_is_no_room_is_not_begun(hub, tmp_path):
    hub.promised = 10**18
    said = refused(hub, tmp_path)
    assert said.startswith("hf:me/models/tiny.gguf needs 1000000000.0 GB more, and there are ")
    assert "Make room, or set $BYLINE_CACHE to a folder elsewhere." in said
    assert hub.ranges == []


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file of this process may grow beyond a size, as on a disk that fills up."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_a_disk_that_fills_up_is_one_line_and_what_fitted_is_kept(hub, tmp_path):
    with full_after(9000):
        said = refused(hub, tmp_path)
    assert "hf:me/models/tiny.gguf cannot be written to " in said
    assert said.endswith("The disk is full. Try again: what has arrived is kept.")
    (part,) = parts(tmp_path)
    assert part == FILE[: len(part)] and 0 < len(part) <= 9000
    assert replace(TINY, hub=hub.url).fetch(cache=tmp_path).read_bytes() == FILE
    assert hub.ranges[-1] == f"bytes={len(part)}-"


def test_a_folder_that_cannot_be_written_is_one_line(hub, tmp_path):
    (tmp_path / "me").write_text("no folder")
    assert "cannot be written to " in refused(hub, tmp_path)


def test_two_downloads_of_one_file_do_not_mix(hub, tmp_path):
    hub.cuts = [1000, 0]
    refused(hub, tmp_path)
    (part,) = (tmp_path / "me/models").glob("*.part")
    with WeakFileLock(part.with_name(f".{part.name}.lock")):
        assert "is being downloaded already" in refused(hub, tmp_path)
    assert parts(tmp_path) == [FILE[:1000]]
