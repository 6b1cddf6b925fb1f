"""Ctrl-C, SIGTERM, a second ingest and readers, while `byline ingest` runs in another process.

The encoder of that process says when it is asked for vectors and waits for a line on
its standard input, so that each signal comes at a known moment.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from index.embedding import HashEncoder
from index.ingesting import index_for, ingest_articles
from index.interrupts import Stop
from index.store import Index
from rag.cli.commands import Parts, cli
from rag.request.question import Question
from rag.retrieve import retrieve
from tests.fakes import article, story

ROOT = Path(__file__).parent.parent
ARTICLES = 14
"""More than are read while the first of them are embedded and stored."""
CODE = """
import sys
from index import batches
from index.embedding import HashEncoder
from rag.cli import progress
from rag.cli.commands import Parts, cli

class Held(HashEncoder):
    def encode(self, texts):
        print("encoding", file=sys.stderr, flush=True)
        sys.stdin.readline()
        return super().encode(texts)

progress.LINE_SECONDS = 0.0  # each article is told
batches.BATCH_CHARACTERS = 5_000  # one article or two
cli(sys.argv[1:], obj=Parts(encoder=lambda _: Held()), prog_name="byline")
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    for n in range(ARTICLES):
        (folder / f"a{n}.txt").write_text(f"Title {n}\n\n{story(n)}", encoding="utf-8")
    return folder


@contextmanager
def ingest(archive: Path, folder: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """The command, at the first moment that it asks for vectors."""
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "ingest", str(archive), "--index", str(folder), *more],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs this in the background has Ctrl-C ignored, and that is inherited.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also where the shell that started this had it ignored."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def until(process: subprocess.Popen[str], begins: str) -> str:
    """The next line of standard error that begins so; the encoder is let go meanwhile."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(begins):
            return line
        if line == "encoding\n":
            go(process)
    raise AssertionError(f"it ended before it said {begins!r}")


def go(process: subprocess.Popen[str], times: int = 1) -> None:
    assert process.stdin is not None
    process.stdin.write("\n" * times)
    process.stdin.flush()


def stored(folder: Path) -> int:
    with Index.open(folder) as index:
        index.check()
        return index.counts().articles


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_after_the_articles_in_hand(archive, tmp_path, number, status):
    folder = tmp_path / "index"
    with ingest(archive, folder) as process:
        until(process, "1 articles")
        until(process, "encoding")
        process.send_signal(number)
        until(process, "Stopping after the articles in hand. Ctrl-C again stops at once.")
        out, err = process.communicate("\n" * 99)
    kept = stored(folder)
    assert process.returncode == status
    assert 1 < kept < ARTICLES
    assert out.startswith(f"{kept} added, 0 updated, 0 superseded")
    assert err.endswith(
        f"Stopped early: {kept} added and 0 updated. The same command goes on from there.\n"
    )
    with ingest(archive, folder, "--json") as again:
        report = json.loads(again.communicate("\n" * 99)[0])
    assert (report["unchanged"], report["added"]) == (kept, ARTICLES - kept)
    assert not report["interrupted"]

    (archive / "a0.txt").unlink()
    with ingest(archive, folder, "--rebuild") as process:
        until(process, "1 articles")
        until(process, "encoding")
        process.send_signal(number)
        until(process, "Stopping")
        _, err = process.communicate("\n" * 99)
    assert process.returncode == status
    assert "the old index stays in use until the new one is done" in err
    assert stored(folder) == ARTICLES
    with ingest(archive, folder, "--rebuild", "--json") as process:
        report = json.loads(process.communicate("\n" * 99)[0])
    assert report["unchanged"] > 0
    assert report["unchanged"] + report["added"] == stored(folder) == ARTICLES - 1


def test_a_second_signal_stops_at_once(archive, tmp_path):
    folder = tmp_path / "index"
    with ingest(archive, folder) as process:
        until(process, "1 articles")
        until(process, "encoding")
        before = stored(folder)
        process.send_signal(signal.SIGINT)
        until(process, "Stopping")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()  # the encoder is never let go
    assert process.returncode == 130
    assert stored(folder) >= before > 0
    assert out.startswith(f"{stored(folder)} added")
    assert "Traceback" not in err


def test_a_second_ingest_waits_and_readers_go_on(archive, tmp_path):
    folder = tmp_path / "index"
    other = tmp_path / "other.txt"
    other.write_text("Another\n\n" + story(99), encoding="utf-8")
    text = story(7).split(". ")[0]
    question, vector = Question.read(text), HashEncoder().encode([text])[0]
    with ingest(archive, folder) as first:
        until(first, "1 articles")
        until(first, "encoding")
        with Index.open(folder, HashEncoder()) as reader:
            early = {one.stored.card.title for one in retrieve(reader, question, vector).passages}
            assert early and "Title 7" not in early
            with ingest(other, folder, "--json") as second:
                said = until(second, "Waiting for process")
                assert said.startswith(f"Waiting for process {first.pid} (for ")
                go(first, 99)
                assert first.wait() == 0
                report = json.loads(second.communicate("\n" * 99)[0])
            assert (second.returncode, report["added"]) == (0, 1)
            assert reader.counts().articles == ARTICLES + 1
            found = {one.stored.card.title for one in retrieve(reader, question, vector).passages}
            assert "Title 7" in found


def test_a_second_ingest_gives_up_in_one_line(archive, tmp_path):
    parts = Parts(encoder=lambda _: HashEncoder())
    folder = tmp_path / "index"
    with Index.create(folder, HashEncoder()):
        for wait, gave_up in (("0", ""), ("0.6", " Gave up after 1 s.")):
            arguments = ["ingest", str(archive), "--index", str(folder), "--wait", wait]
            result = CliRunner().invoke(cli, arguments, obj=parts)
            assert (result.exit_code, result.stdout) == (1, "")
            last = result.stderr.splitlines()[-1]
            assert last.startswith(f"byline: {folder} is being written to by process {os.getpid()}")
            assert last.endswith(f".{gave_up} Try again when it has finished.")


# The signals themselves


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_interrupts(number):
    said: list[str] = []
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    with Stop(lambda: said.append("stopping")) as stop:
        assert not stop()
        signal.raise_signal(number)
        assert stop()
        assert (said, stop.exit_status) == (["stopping"], 128 + number)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before


def test_what_was_ignored_stays_ignored_and_another_thread_is_left_alone():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    found: list[bool] = []

    def enter() -> None:
        with Stop() as stop:
            signal.raise_signal(signal.SIGINT)
            found.append(stop())

    enter()
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert found == [False, False]


@pytest.mark.parametrize("known", [False, True])
def test_what_is_stored_when_a_run_is_broken_off_is_counted(known, tmp_path, monkeypatch):
    """A second Ctrl-C may come between the commit of an article and its being counted."""
    encoder = HashEncoder()
    with index_for(tmp_path, encoder) as index:
        if known:
            older = [article("1", "An older text."), article("2", "The other.")]
            ingest_articles(index, older, encoder)
        put = index.put

        def broken_off(*args: Any) -> str:
            put(*args)
            raise KeyboardInterrupt

        monkeypatch.setattr(index, "put", broken_off)
        report = ingest_articles(
            index, [article("1", "A text."), article("2", "The other.")], encoder
        )
        assert report.interrupted
        assert (report.added, report.updated) == ((0, 1) if known else (1, 0))
        assert len(index.articles()) == (2 if known else 1)
