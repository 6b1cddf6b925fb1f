"""Torn files, tables that differ and killed mending: what they do to an index, as rows of a table.

`python -m tests.kill_ingest` prints them all.
"""

import contextlib
import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index import ingesting, readers, schema
from index.connections import connect
from index.embedding import HashEncoder
from index.errors import IndexDamaged
from index.records import Article
from tests.kill_ingest import (
    ARTICLES,
    at_random,
    doctor,
    everything,
    finish,
    killed,
    names,
    undisturbed,
    write_archive,
)

PAGE = 4096
HEAD = f"{'fault':34} {'moments':>7} {'committed':>9} {'lost':>5} {'found':>7} {'mended':>7}"


@dataclass(frozen=True, slots=True)
class Row:
    """What a kind of fault did, at so many moments or places.

    Attributes:
        committed: articles that were in an index before the fault, over all moments.
        lost: how many of them were not there after it, and could not be saved.
        found: after how many faults the doctor, or the command itself, said what was wrong.
        mended: after how many the next commands led to just what an undisturbed ingest makes.
    """

    fault: str
    moments: int
    committed: int
    lost: int
    found: int
    mended: int

    def __str__(self) -> str:
        return (
            f"{self.fault:34} {self.moments:7} {self.committed:9} {self.lost:5} "
            f"{self.found:7} {self.mended:7}"
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

    @property
    def database(self) -> bytes:
        """That of the index that is whole."""
        return (self.folder / "whole" / schema.DATABASE).read_bytes()

    def copy(self, of: str = "whole") -> Path:
        """Another copy of the index."""
        self._made += 1
        place = self.folder / f"copy{self._made}"
        shutil.copytree(self.folder / of, place)
        return place


def rows(archive: Archive, times: int, seed: int) -> Iterator[Row]:
    """A row for each kind of fault, made `times` times."""
    rng = random.Random(seed)
    for kind in PAGE_SPOILT:
        yield torn_page(archive, kind, times, rng)
    yield head_lost(archive)
    yield cut_short(archive, times, rng)
    yield tables_differ(archive)
    for kind in MENDED:
        done = [row for _, row in killed_mending(archive, kind, at_random(times, seed))]
        figures = [sum(getattr(row, of) for row in done) for of in ("lost", "found", "mended")]
        yield Row(done[0].fault, times, times * ARTICLES, *figures)


# Torn files

PAGE_SPOILT: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "page of noise": lambda rng, whole: rng.randbytes(PAGE),
    "page of zeros": lambda rng, whole: bytes(PAGE),
    "page of another place": lambda rng, whole: _page(whole, rng.randrange(1, pages(whole))),
}


def _page(whole: bytes, number: int) -> bytes:
    return whole[number * PAGE : (number + 1) * PAGE]


def pages(whole: bytes) -> int:
    return len(whole) // PAGE


def torn_page(archive: Archive, kind: str, times: int, rng: random.Random) -> Row:
    """Overwrite one page of the database, any but the first."""
    whole = archive.database
    places = [rng.randrange(1, pages(whole)) for _ in range(times)]
    spoilt = [_with(whole, at, PAGE_SPOILT[kind](rng, whole)) for at in places]
    return _mended(archive, kind, spoilt)


def head_lost(archive: Archive) -> Row:
    """Overwrite the first page, which says where the tables are."""
    return _mended(archive, "first page lost", [_with(archive.database, 0, bytes(PAGE))])


def cut_short(archive: Archive, times: int, rng: random.Random) -> Row:
    """Leave only the beginning of the database."""
    whole = archive.database
    places = [rng.randrange(pages(whole) // 2, pages(whole)) for _ in range(times)]
    return _mended(archive, "database cut short", [whole[: at * PAGE] for at in places])


def _with(whole: bytes, number: int, page: bytes) -> bytes:
    return whole[: number * PAGE] + page + whole[(number + 1) * PAGE :]


def _mended(archive: Archive, kind: str, databases: Sequence[bytes]) -> Row:
    """The doctor finds it and saves what it can; the next ingest adds what is lost."""
    found = mended = lost = 0
    whole = archive.database
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
            finish(place, archive.files, "rebuild")
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
        with contextlib.closing(connect(place, "rw")) as db:
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


# Killed mending


def with_a_log(archive: Archive, spoilt: str) -> Path:
    """An index whose writer was killed: most of it is in SQLite's log, which is to be read."""
    place, made = archive.copy(), archive.folder / "open"
    shutil.rmtree(place)
    with ingesting.index_for(made, HashEncoder()) as index:
        ingesting.ingest(index, [archive.files], HashEncoder())
        with contextlib.closing(connect(made, "rw")) as db:
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
