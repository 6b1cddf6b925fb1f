"""Full disks, two writers and torn files: what they do to an index, as rows of a table.

`python -m tests.kill_ingest` prints them all. A disk is filled by a small file
system in memory where this process may mount one, and by a limit on the size of
SQLite's file where it may not.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

from index import ingesting, readers, schema
from index.connections import Wait
from index.embedding import HashEncoder
from index.errors import DiskFull, IndexDamaged
from index.rebuilding import Rebuild
from index.records import Article, Progress
from index.store import Index
from tests.fakes import OtherEncoder
from tests.kill_ingest import (
    ARTICLES,
    Trial,
    at_random,
    doctor,
    finish,
    finish_rebuild,
    killed,
    lines,
    names,
    processes,
    undisturbed,
    write_archive,
)

PAGE = 4096
STORED = (("articles", "chunks", "origin"), ("earlier", "earlier_chunks", "superseded_by"))
"""Each table of articles, that of their chunks, and what only its own articles have."""
HEAD = f"{'fault':34} {'moments':>7} {'committed':>9} {'lost':>5} {'found':>7} {'mended':>7}"


@dataclass(frozen=True, slots=True)
class Row:
    """What a kind of fault did, at so many moments or places."""

    fault: str
    moments: int
    committed: int
    """Articles that were in an index before the fault, over all moments."""
    lost: int
    """How many of them were not there after it, and could not be saved."""
    found: int
    """After how many faults the doctor, or the command itself, said what was wrong."""
    mended: int
    """After how many the next commands led to just what an undisturbed ingest makes."""

    def __str__(self) -> str:
        return (
            f"{self.fault:34} {self.moments:7} {self.committed:9} {self.lost:5} "
            f"{self.found:7} {self.mended:7}"
        )


def killed_row(task: str, done: Sequence[Trial]) -> Row:
    """The row of the killed processes; for them "found" counts what the doctor found sound."""
    committed = sum(one.named if task == "ingest" else ARTICLES for one in done)
    return Row(
        f"kill -9 during {task}", len(done), committed, sum(one.lost for one in done),
        sum(one.sound for one in done), sum(one.same for one in done),
    )  # fmt: skip


def everything(folder: Path) -> list[Any]:
    """All articles and earlier versions with chunks and vectors, but for numbers and names."""
    with Index.open(folder, HashEncoder()) as index, index.snapshot() as view:
        rows = [row for table in STORED for row in view.db.execute(_joined(*table))]
        found = view.semantic(HashEncoder().encode(["what"])[0], 10_000)
        words = view.lexical(index.article(rows[0][0]).text.split(), 10_000)
        assert len(found) == view.chunk_count
        scores = sorted(round(hit.score, 5) for hit in (*found, *words))
        return [*rows, *scores]


def _joined(table: str, chunks: str, more: str) -> str:
    """A query for all that a table has of articles, the id first, and of their chunks."""
    names = schema.ARTICLE_COLUMNS.split(", ")
    columns = [*names, more, "content_hash", "text_key", "minhash", "url_key"]
    listed = ", ".join(f"{table}.{name}" for name in columns)
    return (
        f"SELECT {listed}, start, end, sentences, vector FROM {table} "
        f"JOIN {chunks} ON article = number ORDER BY {table}.id, start"
    )


class Archive:
    """Files, an index that was made of them undisturbed, and copies of it to break."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder / "archive"
        write_archive(self.files)
        finish(folder / "whole", self.files)
        self.expected = everything(folder / "whole")
        self._made = 0

    def copy(self, of: str = "whole") -> Path:
        """Another copy of the index."""
        self._made += 1
        place = self.folder / f"copy{self._made}"
        shutil.copytree(self.folder / of, place)
        return place


def rows(times: int, seed: int) -> Iterator[Row]:
    """A row for each kind of fault, made `times` times."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder))
        rng = random.Random(seed)
        for kind, spoil in PAGE_SPOILT.items():
            yield torn_page(archive, kind, spoil, times, rng)
        yield head_lost(archive)
        yield cut_short(archive, times, rng)
        yield tables_differ(archive)
        for kind in MENDED:
            choose = at_random(times, seed)
            done = [row for _, row in killed_mending(archive, kind, choose)]
            yield Row(
                done[0].fault, times, times * ARTICLES, sum(row.lost for row in done),
                sum(row.found for row in done), sum(row.mended for row in done),
            )  # fmt: skip
        yield two_writers(archive, max(1, times // 10))
        yield filled_up(archive, times)
        for rebuild in (False, True):
            with contextlib.suppress(PermissionError):
                yield full_disk(archive, times, rebuild=rebuild)


# Torn files

PAGE_SPOILT: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "page of noise": lambda rng, whole: rng.randbytes(PAGE),
    "page of zeros": lambda rng, whole: bytes(PAGE),
    "page of another place": lambda rng, whole: _page(whole, rng.randrange(1, _pages(whole))),
}


def _page(whole: bytes, number: int) -> bytes:
    return whole[number * PAGE : (number + 1) * PAGE]


def _pages(whole: bytes) -> int:
    return len(whole) // PAGE


def torn_page(
    archive: Archive,
    kind: str,
    spoil: Callable[[random.Random, bytes], bytes],
    times: int,
    rng: random.Random,
) -> Row:
    """Overwrite one page of the database, any but the first."""
    whole = (archive.folder / "whole" / schema.DATABASE).read_bytes()
    places = [rng.randrange(1, _pages(whole)) for _ in range(times)]
    return _mended(archive, kind, [_with(whole, at, spoil(rng, whole)) for at in places])


def head_lost(archive: Archive) -> Row:
    """Overwrite the first page, which says where the tables are."""
    whole = (archive.folder / "whole" / schema.DATABASE).read_bytes()
    return _mended(archive, "first page lost", [_with(whole, 0, bytes(PAGE))])


def cut_short(archive: Archive, times: int, rng: random.Random) -> Row:
    """Leave only the beginning of the database."""
    whole = (archive.folder / "whole" / schema.DATABASE).read_bytes()
    places = [rng.randrange(_pages(whole) // 2, _pages(whole)) for _ in range(times)]
    return _mended(archive, "database cut short", [whole[: at * PAGE] for at in places])


def _with(whole: bytes, number: int, page: bytes) -> bytes:
    return whole[: number * PAGE] + page + whole[(number + 1) * PAGE :]


def _mended(archive: Archive, kind: str, databases: Sequence[bytes]) -> Row:
    """The doctor finds it and saves what it can; the next ingest adds what is lost."""
    found = mended = lost = 0
    whole = (archive.folder / "whole" / schema.DATABASE).read_bytes()
    harmless = 0
    for data in databases:
        place = archive.copy()
        (place / schema.DATABASE).write_bytes(data)
        wrong = any(not right for right, _ in doctor(place).values())
        if not wrong and (data == whole or everything(place) == archive.expected):
            harmless += 1  # the same bytes, or a page that is not in use
            continue
        found += wrong
        doctor(place, mends=True)
        lost += ARTICLES - len(names(place))
        try:
            finish(place, archive.files)
        except IndexDamaged:  # no article could be read, and the doctor says so
            finish_rebuild(place, archive.files)
        sound = all(right for right, _ in doctor(place).values())
        kept = [path.read_bytes() for path in place.glob("articles.damaged-*.sqlite3")]
        mended += sound and kept in ([data], []) and everything(place) == archive.expected
    moments = len(databases) - harmless
    return Row(kind, moments, moments * ARTICLES, lost, found, mended)


TABLES_SPOILT = (
    "DELETE FROM passages_docsize WHERE id % 5 = 0",
    "INSERT INTO passages (rowid, title, body) VALUES (99999, 'stray', 'words')",
    "INSERT INTO passages (passages) VALUES ('delete-all')",
    "DELETE FROM passages_data WHERE id > 10",
    "DELETE FROM chunks WHERE id % 7 = 0",
    "DELETE FROM articles WHERE number = 4",
    "UPDATE chunks SET vector = substr(vector, 1, 40) WHERE id % 6 = 0",
    "UPDATE chunks SET vector = zeroblob(256) WHERE id = 3",
    "UPDATE chunks SET sentences = x'01' WHERE id = 5",
    "UPDATE chunks SET start = start + 7 WHERE id = 8",
    "UPDATE articles SET text = replace(text, '. ', '! ') WHERE number = 6",
    "UPDATE articles SET text = CAST(x'ff' || text AS TEXT) WHERE number = 7",
    "UPDATE articles SET published = 'never' WHERE number = 11",
    "UPDATE articles SET authors = '[' WHERE number = 10",
    "UPDATE articles SET origin = 'nobody' WHERE number = 2",
    "DELETE FROM copy_bands WHERE band % 3 = 0 OR text_key % 2 = 0",
    "INSERT INTO copy_edges (a, b) VALUES (1, 2)",
    "DELETE FROM earlier_chunks WHERE rowid % 5 = 0",
    "DELETE FROM earlier WHERE number = 2",
    "UPDATE earlier_chunks SET vector = zeroblob(256) WHERE rowid = 3",
    "UPDATE earlier SET text = replace(text, '. ', '! ') WHERE number = 1",
    "UPDATE earlier SET published = 'never' WHERE number = 3",
    "UPDATE earlier SET superseded_by = 'nobody' WHERE number = 1",
    "UPDATE earlier SET url_key = 'another' WHERE number = 2",
    "UPDATE articles SET url_key = NULL WHERE url_key IN (SELECT url_key FROM earlier)",
)


def tables_differ(archive: Archive) -> Row:
    """Change a table behind the others' backs, in an index with earlier versions."""
    found = mended = lost = 0
    fetched = archive.folder / "fetched"
    read_as_fetched(fetched, archive.files)
    expected = everything(fetched)
    for spoil in TABLES_SPOILT:
        place = archive.copy("fetched")
        with contextlib.closing(schema_connection(place)) as db:
            db.execute(spoil)
        found += not doctor(place).get("tables", (True, ""))[0]
        doctor(place, mends=True)
        deleted = spoil.startswith(("DELETE FROM articles", "DELETE FROM earlier W"))
        lost += ARTICLES - len(names(place)) - deleted
        read_as_fetched(place, archive.files)
        sound = all(right for right, _ in doctor(place).values())
        mended += sound and everything(place) == expected
    times = len(TABLES_SPOILT)
    return Row("tables that differ", times, times * ARTICLES, lost, found, mended)


def read_as_fetched(folder: Path, files: Path) -> None:
    """Ingest files as if each were a page, fetched from the address that it names.

    Only of fetched pages is one a version of another.
    """
    with ingesting.index_for(folder, HashEncoder()) as index:
        read = [item for item in readers.read_all([files]) if isinstance(item, Article)]
        pages = [replace(one, source=f"{one.url}?ref={Path(one.source).stem}") for one in read]
        ingesting.ingest_articles(index, pages, HashEncoder())
        index.check()


def schema_connection(folder: Path) -> Any:
    """A connection that changes the database as no part of Byline does."""
    from index.connections import connect

    return connect(folder, "rw")


# Killed mending


def with_a_log(archive: Archive, spoilt: str) -> Path:
    """An index whose writer was killed: most of it is in SQLite's log, which is to be read."""
    place, made = archive.copy(), archive.folder / "open"
    shutil.rmtree(place)
    with ingesting.index_for(made, HashEncoder()) as index:
        ingesting.ingest(index, [archive.files], HashEncoder())
        with contextlib.closing(schema_connection(made)) as db:
            db.execute("PRAGMA writable_schema = ON")
            db.execute(spoilt)
        shutil.copytree(made, place)
    shutil.rmtree(made)
    return place


MENDED = {
    "mending of tables": "DELETE FROM copy_bands WHERE band % 3 = 0 OR text_key % 2 = 0",
    "mending of a database": "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM "
    "sqlite_master WHERE name = 'articles') WHERE name = 'articles_by_origin'",
}
"""What there is to mend, by what is killed while it does so."""


def killed_mending(
    archive: Archive, kind: str, choose: Callable[[list[str]], Iterable[int]]
) -> Iterator[tuple[str, Row]]:
    """Kill the doctor while it mends, and call it once more: where it was, and a row for each."""
    damaged = with_a_log(archive, MENDED[kind])
    steps = undisturbed("mend", archive.files, _second(archive, damaged))
    for step in choose(steps):
        place = _second(archive, damaged)
        killed("mend", archive.files, place, step, wait=True)
        whole = all(right for right, _ in doctor(place).values())
        found = not whole or everything(place) == archive.expected
        doctor(place, mends=True)
        lost = ARTICLES - len(names(place))
        sound = all(right for right, _ in doctor(place).values())
        same = sound and not lost and everything(place) == archive.expected
        yield steps[step - 1], Row(f"kill -9 during {kind}", 1, ARTICLES, lost, found, same)


def _second(archive: Archive, place: Path) -> Path:
    copied = archive.copy()
    shutil.rmtree(copied)
    shutil.copytree(place, copied)
    return copied


# Two writers


def two_writers(archive: Archive, times: int) -> Row:
    """Two processes read files into one new index at the same moment."""
    mended = told = 0
    context = processes()
    for n in range(times):
        place = archive.folder / f"both{n}"
        both, ends = [], []
        for half in (0, 1):
            here, there = context.Pipe(duplex=False)
            task = (there, archive.files, place, half)
            both.append(context.Process(target=_read_half, args=task))
            ends.append(here)
            both[-1].start()
            there.close()
        for process in both:
            process.join()
        told += any("process" in line for end in ends for line in lines(end))
        ended = [process.exitcode for process in both] == [0, 0]
        mended += ended and everything(place) == archive.expected
    return Row("two ingests at once", times, times * ARTICLES, 0, told, mended)


def _read_half(said: Connection, files: Path, folder: Path, half: int) -> None:
    """One of the two; the first to be told to wait says for whom."""
    told: set[str] = set()

    def tell(holder: str, waited: float) -> None:
        if not told:
            said.send(holder)
        told.add(holder)

    paths = sorted(files.iterdir())[half::2]
    with ingesting.index_for(folder, HashEncoder(), wait=Wait(60, tell)) as index:
        ingesting.ingest(index, paths, HashEncoder())


# Full disks


@contextlib.contextmanager
def limited(pages: int) -> Iterator[None]:
    """Inside, no database of SQLite's grows beyond so many pages."""
    connect = sqlite3.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*arguments, **options)
        db.execute(f"PRAGMA max_page_count = {pages}")
        return db

    with mock.patch("sqlite3.connect", connected):
        yield


def filled_up(archive: Archive, times: int) -> Row:
    """Let SQLite have no more pages, at sizes from next to nothing to nearly enough."""
    whole = _pages((archive.folder / "whole" / schema.DATABASE).read_bytes())
    found = mended = committed = lost = 0
    for n in range(times):
        place = archive.folder / f"filled{n}"
        stored: list[str] = []
        Index.create(place, HashEncoder()).close()
        empty = _pages((place / schema.DATABASE).read_bytes())
        most = empty + n * (whole - empty) // times
        with limited(most), ingesting.index_for(place, HashEncoder()) as index:
            try:
                ingesting.ingest(
                    index, [archive.files], HashEncoder(),
                    on_event=lambda event: stored.append(event.article_id),  # noqa: B023
                )  # fmt: skip
            except DiskFull as error:
                found += f"{len(stored)} article" in str(error)
        committed += len(stored)
        lost += len(set(stored) - names(place))
        finish(place, archive.files)
        mended += everything(place) == archive.expected
    return Row("SQLite: database or disk is full", times, committed, lost, found, mended)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[int], None]]:
    """A file system in memory on a folder; what is given sets its size in bytes.

    Raises:
        PermissionError: this process may not mount one.
    """

    def resize(size: int) -> None:
        options = f"remount,size={size}"
        subprocess.run(["mount", "-o", options, str(folder)], check=True)

    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        raise PermissionError("no file system can be mounted here")
    try:
        yield resize
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def full_disk(archive: Archive, times: int, *, rebuild: bool = False) -> Row:
    """Fill a disk up in the middle of an ingest, or of a rebuild, at different sizes."""
    found = mended = lost = committed = 0
    disk = archive.folder / f"disk{rebuild}"
    with small_disk(disk) as resize:
        for n in range(times):
            place = disk / str(n)
            resize(64 << 20)
            if rebuild:
                with ingesting.index_for(place, OtherEncoder(32)) as index:
                    ingesting.ingest(index, [archive.files], OtherEncoder(32))
            used = shutil.disk_usage(disk).used
            resize(used + PAGE * 10 + n * (_needed(archive) // times) // PAGE * PAGE)
            stored, error = _until_full(place, archive.files, rebuild=rebuild)
            before = {path.stem for path in archive.files.iterdir()} if rebuild else set(stored)
            found += error is None or "full" in error or "make room" in error
            resize(64 << 20)
            committed += len(before)
            lost += len(before - names(place))
            if rebuild:
                with Rebuild.begun(place, HashEncoder()) as again:
                    again.ingest([archive.files])
            else:
                finish(place, archive.files)
            mended += everything(place) == archive.expected
            shutil.rmtree(place)
    what = "rebuild" if rebuild else "ingest"
    return Row(f"disk full during {what}", times, committed, lost, found, mended)


def _needed(archive: Archive) -> int:
    whole = archive.folder / "whole"
    return 2 * sum(path.stat().st_size for path in whole.iterdir())


def _until_full(place: Path, files: Path, *, rebuild: bool) -> tuple[list[str], str | None]:
    """What was stored, and the one line that says that there is no more room."""
    from index.errors import UnusableIndex

    stored: list[str] = []

    def seen(event: Progress) -> None:
        stored.append(event.article_id)

    try:
        if rebuild:
            with Rebuild.begun(place, HashEncoder()) as fresh:
                fresh.ingest([files], on_event=seen)
        else:
            with ingesting.index_for(place, HashEncoder()) as index:
                ingesting.ingest(index, [files], HashEncoder(), on_event=seen)
    except UnusableIndex as error:
        assert "\n" not in str(error)
        return stored, str(error)
    return stored, None
