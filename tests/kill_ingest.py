"""Break an index in many ways, mend it, and compare with one that was left alone.

    python -m tests.kill_ingest [KILLS] [PLACES] [SEED]

Ingests and rebuilds run in a process of their own, with the hash encoder. A
profiler hook counts its steps: calls of the functions that store, and statements
given to SQLite. At a chosen step the process says so and waits; there it is killed with
SIGKILL. Every other time it does not wait, and dies wherever it has got to by
then. The process names each article once it is stored: one that was named and is
not there is lost. `tests.faults` and
`tests.full_disks` do the rest.
"""

import contextlib
import json
import multiprocessing
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from index import batches, ingesting, schema, vectors
from index.embedding import HashEncoder
from index.errors import UnusableIndex
from index.rebuilding import Rebuild
from index.records import Progress, Report
from index.store import Index
from rag.cli.doctor import Doctor
from tests.fakes import OtherEncoder, story

ROOT = Path(__file__).parent.parent
BATCH_CHARACTERS = 5_000
"""Less than an ingest's own, so that a small archive takes several batches."""
ARTICLES = 24

_COUNTED = (
    "article_rows connections copying ingesting linking rebuilding schema store vectors".split()
)


STORED = (("articles", "chunks", "origin"), ("earlier", "earlier_chunks", "superseded_by"))
"""Each table of articles, that of their chunks, and what only its own articles have."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One killed process.

    Attributes:
        where: the step at which it was killed, or near which if it had not `waited`.
        named: articles that it had said to be stored.
        lost: those of them, and of the index before it, that were not there after the kill.
        stored: articles that it left behind.
        sound: whether the doctor found nothing wrong with what was left.
        unchanged: articles that the next run did not have to do again.
        same: whether all that is stored in the end is what an undisturbed run stores.
    """

    step: int
    where: str
    waited: bool
    named: int
    lost: int
    stored: int
    sound: bool
    unchanged: int
    same: bool


def write_archive(folder: Path, articles: int = ARTICLES) -> None:
    """Files with different stories, edited copies, one article twice, and later versions."""
    folder.mkdir()
    for n in range(articles):
        seed = n if n % 4 else 1  # every fourth is a copy of the second
        page = n - n % 6 // 5  # every sixth is another version of the one before it
        text = story(seed, paragraphs=4) + (f"\n\n{story(1000 + n, 1)}" if n % 3 else "")
        head = (
            f"---\ntitle: {story(page, 1, 1)[:40]}\ndate: 2024-{n % 12 + 1:02}-01\n"
            f"url: https://news.example/{page}\n---\n"
        )
        (folder / f"a{n}.md").write_text(head + text + "\n", encoding="utf-8")


def everything(folder: Path) -> list[Any]:
    """All articles and earlier versions with chunks and vectors, but for numbers and names."""
    with Index.open(folder, HashEncoder()) as index, index.snapshot() as view:
        rows = [row for table in STORED for row in view.db.execute(_joined(*table))]
        view.db.execute(
            "CREATE VIRTUAL TABLE temp.words USING fts5vocab ('main', 'passages', 'row')"
        )
        for table in ("copy_bands", "copy_edges", "words"):
            rows += sorted(view.db.execute(f"SELECT * FROM {table}"))
        found = view.semantic(HashEncoder().encode(["what"])[0], 10_000)
        words = view.lexical(index.article(rows[0][0]).text.split(), 10_000)
        assert len(found) == view.chunk_count
        scores = sorted(round(hit.score, 5) for hit in (*found, *words))
        return [*rows, *scores]


def _joined(table: str, chunks: str, more: str) -> str:
    """A query for all that a table has of articles, the id first, and of their chunks."""
    columns = f"{schema.ARTICLE_COLUMNS}, {more}, content_hash, text_key, minhash, url_key"
    listed = ", ".join(f"{table}.{name}" for name in columns.split(", "))
    return (
        f"SELECT {listed}, start, end, sentences, vector FROM {table} "
        f"JOIN {chunks} ON article = number ORDER BY {table}.id, start"
    )


def names(folder: Path) -> set[str]:
    """Ids of the articles and earlier versions in an index that may not be there."""
    try:
        with Index.open(folder) as index, index.snapshot() as view:
            return {card.article_id for card in (*view.articles(), *view.earlier())}
    except UnusableIndex:
        return set()


def doctor(folder: Path, *, mends: bool = False) -> dict[str, tuple[bool, str]]:
    """What the doctor says of an index: for each part whether it is right, and the line."""
    built = Doctor(folder, lambda: ("hash", "hash-1"), HashEncoder, mends=mends)
    return {name: (right, said) for name, right, said in built.check()}


def run(
    task: str,
    archive: Path,
    folder: Path,
    encoder: HashEncoder | None = None,
    on_event: Callable[[Progress], None] | None = None,
) -> Report:
    """An ingest of some files, or a rebuild of an index from them, as the command does it."""
    encoder = encoder or HashEncoder()
    if task == "rebuild":
        with Rebuild.begun(folder, encoder) as rebuild:
            return rebuild.ingest([archive], on_event=on_event)
    with ingesting.index_for(folder, encoder) as index:
        return ingesting.ingest(index, [archive], encoder, on_event=on_event)


def finish(folder: Path, archive: Path, task: str = "ingest") -> Report:
    """What a person does after a crash: the same command once more."""
    report = run(task, archive, folder)
    with Index.open(folder) as index:
        index.check()
        assert vectors.VectorIndex.loaded(folder, index.manifest) is not None
    return report


def processes() -> Any:
    """Processes that begin with all modules loaded; their server itself does nothing with them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["datasketch", "faiss", "rag.cli.doctor"])
    return context


def undisturbed(task: str, archive: Path, folder: Path) -> list[str]:
    """Run an ingest or a rebuild to its end; where it was at each step."""
    process, said = _started(task, archive, folder, 0, wait=False)
    steps = [line[1:] for line in lines(said) if line[0] == "@"]
    process.join()
    assert process.exitcode == 0
    return steps


def killed(task: str, archive: Path, folder: Path, step: int, *, wait: bool) -> list[str]:
    """Run it and kill it at a step; what it had said by then."""
    process, said = _started(task, archive, folder, step, wait=wait)
    heard = []
    for line in lines(said):
        heard.append(line)
        if line[0] == "@":
            break
    process.kill()
    heard += lines(said)
    process.join()
    return heard


def _started(
    task: str, archive: Path, folder: Path, step: int, *, wait: bool
) -> tuple[BaseProcess, Connection]:
    context = processes()
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(there, task, archive, folder, step, wait))
    process.start()
    there.close()
    return process, here


def lines(said: Connection) -> Iterator[str]:
    """What a process says until it ends, or is killed in the middle of a word."""
    with contextlib.suppress(EOFError, ConnectionResetError):
        while True:
            yield said.recv()


def trials(
    choose: Callable[[list[str]], Iterable[int]], folder: Path, task: str = "ingest"
) -> Iterator[Trial]:
    """Kill an ingest, or a rebuild of an older index, at the steps that are chosen."""
    archive = folder / "archive"
    write_archive(archive)
    before = _prepared(task, archive, folder / "undisturbed")
    chosen = choose(undisturbed(task, archive, folder / "undisturbed"))
    expected = everything(folder / "undisturbed")
    for step, wait in zip(chosen, cycle([True, False])):
        place = folder / str(step)
        _prepared(task, archive, place)
        said = killed(task, archive, place, step, wait=wait)
        where = [line[1:] for line in said if line[0] == "@"]
        # What a rebuild stores stands beside until it is done; what there was must stay.
        stored = [line[1:] for line in said if line[0] == "+"]
        held = names(place)
        gone = (before if task == "rebuild" else set(stored)) - held
        sound = _sound(place)
        report = finish(place, archive, task)
        same = everything(place) == expected
        yield Trial(step, where[0] if where else "", wait, len(stored), len(gone), len(held),
                    sound, report.unchanged, same)  # fmt: skip


def at_random(times: int, seed: int) -> Callable[[list[str]], Iterable[int]]:
    """So many steps, drawn without putting back."""
    return lambda steps: random.Random(seed).sample(range(1, len(steps) + 1), times)


def at_each(*places: str) -> Callable[[list[str]], Iterable[int]]:
    """For each end of a step's name, the one in the middle of all steps with it."""

    def choose(steps: list[str]) -> Iterator[int]:
        for place in places:
            there = [number for number, step in enumerate(steps, 1) if step.endswith(place)]
            yield there[len(there) // 2]

    return choose


def _prepared(task: str, archive: Path, folder: Path) -> set[str]:
    """Make the index that a rebuild is to replace; the ids of what it holds."""
    if task == "rebuild":
        run("ingest", archive, folder, OtherEncoder(32))
    return names(folder)


def _sound(folder: Path) -> bool:
    """True when nothing is wrong with what was left, and so where there is no index yet."""
    said = doctor(folder)
    right, why = said["index"]
    # A rebuild changes the encoder: the old index is whole, and another encoder's.
    return right or "There is no index" in why or " is whole" in why


def _run(said: Connection, task: str, archive: Path, folder: Path, step: int, wait: bool) -> None:
    """The process that is killed."""
    batches.BATCH_CHARACTERS = BATCH_CHARACTERS
    counted = 0

    def tell(event: Progress) -> None:
        said.send(f"+{event.article_id}")

    def hook(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counted
        name = _step(frame, event, argument)
        counted += bool(name)
        if name and step in (0, counted):
            said.send(f"@{name}")
            if wait:
                said.recv()

    sys.setprofile(hook)
    if task == "mend":
        doctor(folder, mends=True)
    else:
        run(task, archive, folder, on_event=tell)
    sys.setprofile(None)


_DISK = ("execute", "executemany", "fsync", "backup", "replace", "unlink", "hardlink_to")


def _step(frame: FrameType, event: str, argument: Any) -> str:
    module, name = _place(frame.f_code)
    if event == "call" and module in _COUNTED:
        return f"{module}.{name}"
    if event == "c_call" and module and argument.__name__ in _DISK:
        return f"{module}.{name}: {argument.__name__}"
    if event == "call" and frame.f_code.co_name in _DISK and frame.f_back:  # pathlib's
        module, name = _place(frame.f_back.f_code)
        return f"{module}.{name}: {frame.f_code.co_name}" if module else ""
    return ""


@cache
def _place(code: CodeType) -> tuple[str, str]:
    """The module of `index` and the function that some code is; no module for other code."""
    path = Path(code.co_filename)
    return (path.stem if path.parent == ROOT / "index" else ""), code.co_qualname


def main(times: int = 50, places: int = 20, seed: int = 1) -> None:
    """Print a table with a line for each kind of fault: so many kills, so many of the others."""
    from tests import faults, full_disks

    print(faults.HEAD)
    for task in ("ingest", "rebuild"):
        with tempfile.TemporaryDirectory() as folder:
            done = list(trials(at_random(times, seed), Path(folder), task))
            committed = sum(one.named if task == "ingest" else ARTICLES for one in done)
            figures = [sum(getattr(one, of) for one in done) for of in ("lost", "sound", "same")]
            print(faults.Row(f"kill -9 during {task}", len(done), committed, *figures), flush=True)
            for trial in done:
                if trial.lost or not (trial.same and trial.sound):
                    print("   ", json.dumps([getattr(trial, name) for name in trial.__slots__]))
    with tempfile.TemporaryDirectory() as folder:
        archive = faults.Archive(Path(folder))
        for row in (*faults.rows(archive, places, seed), *full_disks.rows(archive, places)):
            print(row, flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
