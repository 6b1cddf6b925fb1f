"""How an ingest is told of as it goes."""

import contextlib
import os
import pty
import sys
from pathlib import Path

import pytest

from index.embedding import card_languages
from index.readers import Meter, read_all
from index.records import Progress
from rag.cli.progress import LINE_SECONDS, Tally
from tests.samples import BODY, zipped


def test_a_pipe_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    meter = Meter(total=1000)
    clock = [0.0]

    with Tally(meter, clock=lambda: clock[0]) as tally:
        for moment, kind in ((5.0, "added"), (16.0, "added"), (20.0, "skipped"), (40.0, "updated")):
            clock[0] = moment
            meter.done += 200
            meter.passed("a.txt")
            tally(Progress(kind, "a.txt", chunks=10 * (kind == "added")))  # type: ignore[arg-type]
    assert LINE_SECONDS == 15.0
    assert capsys.readouterr().err.splitlines() == [
        "2 articles, 1 chunks/s, about 0:00:24 left",
        "3 articles, 0 chunks/s, 1 skipped, about 0:00:10 left",
    ]


def test_what_was_only_read_ahead_is_still_to_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    meter = Meter(total=1000)
    clock = [0.0]
    with Tally(meter, clock=lambda: clock[0]) as tally:
        for number in range(10):
            meter.done += 100
            meter.passed(f"{number}.txt")
        for number, moment in ((0, 10.0), (1, 20.0)):
            clock[0] = moment
            tally(Progress("added", f"{number}.txt"))
        clock[0] = 40.0
        tally(Progress("warning", "1.txt"))  # once more of the same file
    assert capsys.readouterr().err.splitlines() == [
        "2 articles, about 0:01:20 left",
        "2 articles, about 0:02:40 left",
    ]


def test_nothing_is_told_of_a_silent_one(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter(range(0, 10_000, 100))
    with Tally(Meter(), silent=True, clock=lambda: float(next(clock))) as tally:
        tally(Progress("added", "a.txt"))
    assert capsys.readouterr() == ("", "")


def written_to(master: int) -> str:
    """All that was written to the other end of a terminal, which is closed by now."""
    parts = []
    with contextlib.suppress(OSError):  # the end
        while part := os.read(master, 100_000):
            parts.append(part)
    os.close(master)
    return b"".join(parts).decode()


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "100")
        clock = [0.0]
        meter = Meter(total=100)
        with Tally(meter, clock=lambda: clock[0]) as tally:
            for _ in range(4):
                clock[0] += 10
                meter.done += 10
                meter.passed("a.txt")
                tally(Progress("added", "a.txt", chunks=50))
    shown = written_to(master)
    assert "4 articles, 5 chunks/s" in shown
    assert "0:00:40" in shown and "left" in shown


def test_a_meter_ends_at_the_size_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BODY)
    (tmp_path / "b.jsonl").write_text('{"text": "One."}\n' * 3000)
    (tmp_path / "c.csv").write_text("text\nOne.\n")
    (tmp_path / "d.zip").write_bytes(zipped({"x.txt": BODY}))
    (tmp_path / "e.png").write_bytes(b"x" * 100)
    (tmp_path / "link.txt").symlink_to("a.txt")
    meter = Meter()
    steps = [meter.done for _ in read_all([tmp_path, "missing.txt"], meter=meter)]
    assert steps == sorted(steps)
    assert len(set(steps)) > 5  # a file of rows moves it on as its rows are read
    sizes = [path.stat().st_size for path in tmp_path.iterdir() if not path.is_symlink()]
    assert meter.done == meter.total == sum(sizes)


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: en\nlicense: mit\n---\n# A model", {"en"}),
        ("---\nlanguage:\n- en\n- no\n- deu\n---\n", {"en", "no", "de"}),
        ("---\nlanguage: multilingual\n---\n", None),
        ("---\nlanguage: [en, multilingual]\n---\n", None),
        ("---\nlicense: mit\n---\n", None),
        ("---\n: [\n---\n", None),
        ("# A model", None),
        ("", None),
    ],
)
def test_the_languages_of_a_model_card(card: str, languages: set[str] | None) -> None:
    assert card_languages(card) == languages
