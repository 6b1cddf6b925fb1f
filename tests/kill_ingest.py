"""Kill an ingest at many moments, finish it, and compare with one that was left alone.

    python -m tests.kill_ingest [TIMES]

The ingest runs in a process of its own, with the hash encoder. A profiler hook
counts its steps: calls of the functions that store, and statements given to
SQLite. At the chosen step the process says so on its standard output and waits;
there it is killed with SIGKILL. Every other time it does not wait, and dies
wherever it has got to by then.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from index import ingesting, vectors
from index.embedding import HashEncoder
from index.errors import IndexMissing
from index.store import Index
from tests.fakes import story

ROOT = Path(__file__).parent.parent
BATCH_CHARACTERS = 5_000
"""Less than an ingest's own, so that a small archive takes several batches."""

_COUNTED = ("connections", "ingesting", "schema", "store", "stored", "vectors", "writing")


@dataclass(frozen=True, slots=True)
class Trial:
    """One killed ingest."""

    step: int
    where: str
    waited: bool
    stored: int
    """Articles that the killed process left behind."""
    unchanged: int
    """Articles that the next run did not have to do again."""
    same: bool
    """True when all that is stored is what an undisturbed ingest stores."""


def write_archive(path: Path, articles: int = 24) -> None:
    """A .jsonl with different stories, edited copies, one article twice, and later versions."""
    rows = []
    for n in range(articles):
        seed = n if n % 4 else 1  # every fourth is a copy of the second
        page = n - n % 6 // 5  # every sixth is another version of the one before it
        text = story(seed, paragraphs=4) + (f"\n\n{story(1000 + n, 1)}" if n % 3 else "")
        rows.append(
            {"id": f"a{n}", "title": story(page, 1, 1)[:40], "text": text,
             "published": f"2024-{n % 12 + 1:02}-01", "url": f"https://news.example/{page}"}
        )  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def contents(folder: Path) -> dict[str, list[Any]]:
    """All that is in an index and all that searches find in it, but for random names."""
    with Index.open(folder, HashEncoder()) as index, index.snapshot() as view:
        view.db.execute(
            "CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'passages', 'instance')"
        )
        tables = ("articles", "chunks", "copy_bands", "copy_edges", "words", "earlier")
        tables = (*tables, "earlier_chunks")
        found = {table: sorted(view.db.execute(f"SELECT * FROM {table}")) for table in tables}
        every = len(found["chunks"])
        found["semantic"] = list(view.semantic(HashEncoder().encode([story(1, 1)])[0], every))
        found["lexical"] = list(view.lexical(story(1, 1).split(), every))
        found["origins"] = [(card.article_id, card.origin) for card in view.articles()]
        return found


def finish(folder: Path, archive: Path) -> ingesting.Report:
    """What a person does after a crash: the same command once more."""
    with ingesting.index_for(folder, HashEncoder()) as index:
        report = ingesting.ingest(index, [archive], HashEncoder())
        index.check()
        assert vectors.VectorIndex.loaded(folder, index.manifest) is not None
        return report


def undisturbed(archive: Path, folder: Path) -> list[str]:
    """Run an ingest to its end; where it was at each step."""
    command = _command(archive, folder, 0, "go")
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return ended.stdout.splitlines()


def killed(archive: Path, folder: Path, step: int, *, wait: bool) -> str:
    """Run an ingest and kill it at a step; where it was."""
    command = _command(archive, folder, step, "wait" if wait else "go")
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        where = process.stdout.readline().strip()
        process.kill()
    return where


def trials(choose: Callable[[list[str]], Iterable[int]], folder: Path) -> Iterator[Trial]:
    """Kill an ingest at the steps that are chosen from those of an undisturbed one."""
    archive = folder / "archive.jsonl"
    write_archive(archive)
    chosen = choose(undisturbed(archive, folder / "undisturbed"))
    expected = contents(folder / "undisturbed")
    for step, wait in zip(chosen, cycle([True, False])):
        where = killed(archive, folder / str(step), step, wait=wait)
        stored = _stored(folder / str(step))
        report = finish(folder / str(step), archive)
        same = contents(folder / str(step)) == expected
        yield Trial(step, where, wait, stored, report.unchanged, same)


def evenly(times: int) -> Callable[[list[str]], Iterable[int]]:
    """So many steps from the first to the last."""
    return lambda steps: [1 + n * (len(steps) - 1) // max(1, times - 1) for n in range(times)]


def at_each(*places: str) -> Callable[[list[str]], Iterable[int]]:
    """For each place, the step in the middle of all that are there."""

    def choose(steps: list[str]) -> Iterator[int]:
        for place in places:
            there = [number for number, step in enumerate(steps, 1) if step == place]
            yield there[len(there) // 2]

    return choose


def _stored(folder: Path) -> int:
    try:
        with Index.open(folder) as index:
            counts = index.counts()
            return counts.articles + counts.superseded
    except IndexMissing:
        return 0


def _command(archive: Path, folder: Path, step: int, then: str) -> list[str]:
    module = [sys.executable, "-m", "tests.kill_ingest", "--ingest"]
    return [*module, str(archive), str(folder), str(step), then]


def _ingest(archive: str, folder: str, step: str, then: str) -> None:
    """The process that is killed."""
    import datasketch  # noqa: F401  loaded now, so that the hook does not see it
    import faiss  # noqa: F401

    ingesting.BATCH_CHARACTERS = BATCH_CHARACTERS
    counted = 0

    def hook(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counted
        name = _step(frame, event, argument)
        counted += bool(name)
        if name and step in ("0", str(counted)):
            print(name, flush=True)
            if then == "wait":
                sys.stdin.read()

    sys.setprofile(hook)
    with ingesting.index_for(folder, HashEncoder()) as index:
        ingesting.ingest(index, [archive], HashEncoder())
    sys.setprofile(None)


def _step(frame: FrameType, event: str, argument: Any) -> str:
    module, name = _place(frame.f_code)
    if event == "call" and module in _COUNTED:
        return f"{module}.{name}"
    if event == "c_call" and module and argument.__name__ in ("execute", "executemany", "fsync"):
        return f"{module}.{name}: {argument.__name__}"
    return ""


@cache
def _place(code: CodeType) -> tuple[str, str]:
    """The module of `index` and the function that some code is; no module for other code."""
    path = Path(code.co_filename)
    return (path.stem if path.parent == ROOT / "index" else ""), code.co_qualname


def main(times: int = 20) -> None:
    """Print a table of the trials."""
    print(f"{'step':>6} {'waited':6} {'stored':>6} {'kept':>5} {'same':5} killed in")
    with tempfile.TemporaryDirectory() as folder:
        for trial in trials(evenly(times), Path(folder)):
            waited = "yes" if trial.waited else "no"
            same = "yes" if trial.same else "NO"
            print(
                f"{trial.step:6} {waited:6} {trial.stored:6} {trial.unchanged:5} {same:5} "
                f"{trial.where}",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ingest"]:
        _ingest(*sys.argv[2:])
    else:
        main(*map(int, sys.argv[1:]))
