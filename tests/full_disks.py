"""Two writers and full disks: what they do to an index, as rows of a table.

A disk is filled by a small file system in memory where this process may mount one, and by a
limit on the size of SQLite's file where it may not.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

from index import ingesting, schema
from index.connections import Wait
from index.embedding import HashEncoder
from index.errors import UnusableIndex
from index.store import Index
from tests.fakes import OtherEncoder
from tests.faults import PAGE, Archive, Row, pages
from tests.kill_ingest import ARTICLES, everything, finish, lines, names, processes, run


def rows(archive: Archive, times: int) -> Iterator[Row]:
    """A row for each kind of fault, made `times` times."""
    yield two_writers(archive, max(1, times // 10))
    yield filled_up(archive, times)
    for task in ("ingest", "rebuild"):
        with contextlib.suppress(PermissionError):
            yield full_disk(archive, times, task)


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


@contextlib.contextmanager
def limited(most: int) -> Iterator[None]:
    """Inside, no database of SQLite's grows beyond so many pages."""
    connect = sqlite3.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*arguments, **options)
        db.execute(f"PRAGMA max_page_count = {most}")
        return db

    with mock.patch("sqlite3.connect", connected):
        yield


def filled_up(archive: Archive, times: int) -> Row:
    """Let SQLite have no more pages, at sizes from next to nothing to nearly enough."""
    found = mended = committed = lost = 0
    for n in range(times):
        place = archive.folder / f"filled{n}"
        Index.create(place, HashEncoder()).close()
        empty = pages((place / schema.DATABASE).read_bytes())
        with limited(empty + n * (pages(archive.database) - empty) // times):
            stored, error = _until_full(place, archive.files, "ingest")
        found += f"{len(stored)} article" in error
        committed += len(stored)
        lost += len(stored - names(place))
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


def full_disk(archive: Archive, times: int, task: str) -> Row:
    """Fill a disk up in the middle of an ingest, or of a rebuild, at different sizes."""
    found = mended = lost = committed = 0
    disk = archive.folder / f"disk for {task}"
    needed = 2 * sum(path.stat().st_size for path in (archive.folder / "whole").iterdir())
    with small_disk(disk) as resize:
        for n in range(times):
            place = disk / str(n)
            if task == "rebuild":
                run("ingest", archive.files, place, OtherEncoder(32))
            before = names(place)
            used = shutil.disk_usage(disk).used
            resize(used + PAGE * 10 + n * (needed // times) // PAGE * PAGE)
            stored, error = _until_full(place, archive.files, task)
            before = before or stored
            found += not error or "full" in error or "make room" in error
            resize(64 << 20)
            committed += len(before)
            lost += len(before - names(place))
            finish(place, archive.files, task)
            mended += everything(place) == archive.expected
            shutil.rmtree(place)
    return Row(f"disk full during {task}", times, committed, lost, found, mended)


def _until_full(place: Path, files: Path, task: str) -> tuple[set[str], str]:
    """What was stored, and the one line that says that there is no more room."""
    stored: set[str] = set()
    try:
        run(task, files, place, on_event=lambda event: stored.add(event.article_id))
    except UnusableIndex as error:
        assert "\n" not in str(error)
        return stored, str(error)
    return stored, ""
