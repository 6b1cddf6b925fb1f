"""Full disks, torn files and tables that differ: found, mended, and nothing lost that was whole.

`python -m tests.kill_ingest` does the same at many more moments, and prints a table.
"""

import contextlib
import errno
import random
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from index import schema, vectors
from index.checks import TORN, find
from index.connections import connect, explained
from index.embedding import HashEncoder
from index.errors import DiskFull, IndexDamaged
from index.rebuilding import Rebuild
from index.store import Index
from rag.cli.commands import Parts, cli
from tests import faults, full_disks
from tests.fakes import CountingEncoder, OtherEncoder
from tests.faults import ARTICLES, PAGE, Archive
from tests.kill_ingest import at_each, doctor, everything, finish, names


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return Archive(tmp_path_factory.mktemp("faults"))


def run(*arguments: str, encoder: HashEncoder | None = None, status: int | None = 0) -> Result:
    parts = Parts(
        encoder=lambda _: encoder or HashEncoder(),
        identity=lambda _: ((encoder or HashEncoder).name, (encoder or HashEncoder).fingerprint),
        check_models=lambda _: [],
    )
    result = CliRunner().invoke(cli, list(arguments), obj=parts, catch_exceptions=False)
    assert status is None or result.exit_code == status, result.output
    return result


@pytest.mark.parametrize(
    ("fault", "most_lost"),
    [
        # A page holds a few articles at most.
        *((lambda a, kind=kind: faults.torn_page(a, kind, 4, random.Random(3)), 16)
          for kind in faults.PAGE_SPOILT),
        (faults.head_lost, 0),
        (lambda archive: faults.cut_short(archive, 2, random.Random(4)), 2 * ARTICLES),
        (faults.tables_differ, 0),
        (lambda archive: full_disks.filled_up(archive, 4), 0),
        (lambda archive: full_disks.full_disk(archive, 4, "ingest"), 0),
        (lambda archive: full_disks.full_disk(archive, 4, "rebuild"), 0),
        (lambda archive: full_disks.two_writers(archive, 1), 0),
    ],
)  # fmt: skip
def test_a_fault_is_found_and_what_is_readable_saved(archive, fault, most_lost):
    try:
        row = fault(archive)
    except PermissionError as error:
        pytest.skip(str(error))
    assert (row.found, row.mended) == (row.moments, row.moments), str(row)
    assert row.lost <= most_lost and row.committed > 0, str(row)


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        ("mending of tables", ["store.Index.put", ": backup"]),
        ("mending of a database", ["store.Index.put", ": hardlink_to", ": unlink"]),
    ],
)
def test_killed_mending_loses_nothing(archive, kind, places):
    done = list(faults.killed_mending(archive, kind, at_each(*places)))
    for (where, row), place in zip(done, places, strict=True):
        assert where.endswith(place)
        assert (row.lost, row.found, row.mended) == (0, 1, 1), where


# What the doctor says and does


def spoil(place: Path, *statements: str) -> None:
    with contextlib.closing(connect(place, "rw")) as db:
        for statement in statements:
            db.execute(statement)


def test_a_torn_faiss_file_is_made_again_without_asking(archive):
    place = archive.copy()
    file = place / vectors.FILE
    file.write_bytes(file.read_bytes()[:999])
    assert "made again" in doctor(place)["vectors"][1]
    assert "made again" not in doctor(place)["vectors"][1]
    assert everything(place) == archive.expected


def test_the_doctor_changes_nothing_without_leave(archive):
    place = archive.copy()
    database = place / schema.DATABASE
    whole = database.read_bytes()
    spoilt = bytearray(whole)
    middle = len(whole) // PAGE // 2 * PAGE
    spoilt[middle : middle + PAGE] = b"\xff" * PAGE
    database.write_bytes(spoilt)
    result = run("doctor", "--index", str(place), status=1)
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("WRONG")]
    assert f"byline doctor --mend --index {place}" in line
    assert database.read_bytes() == spoilt

    mended = run("doctor", "--mend", "--index", str(place), status=None)
    (line,) = [line for line in mended.stdout.splitlines() if "mended:" in line]
    (aside,) = place.glob("articles.damaged-*.sqlite3")
    assert f"of {ARTICLES} articles in" in line
    assert str(aside) in line
    assert aside.read_bytes() == spoilt
    assert f"kept: {aside} is an earlier" in mended.stdout
    finish(place, archive.files)
    run("doctor", "--index", str(place))
    assert everything(place) == archive.expected


def test_missing_vectors_are_embedded_again_and_no_others(archive):
    place = archive.copy()
    spoil(place, "UPDATE chunks SET vector = x'' WHERE article = 5")
    encoder = CountingEncoder()
    with Index.open(place) as index:
        query = "SELECT count(*) FROM chunks WHERE article = 5"
        with index.snapshot() as view:
            (wanted,) = view.db.execute(query).fetchone()
    plain = run("doctor", "--index", str(place), encoder=encoder, status=1)
    assert "articles with wrong chunks or vectors: 1 (" in plain.stdout
    assert encoder.texts == []
    run("doctor", "--mend", "--index", str(place), encoder=encoder)
    assert len(encoder.texts) == wanted > 0
    assert everything(place) == archive.expected


def test_vectors_of_another_encoder_are_not_mixed_in(archive):
    place = archive.copy()
    spoil(place, "UPDATE chunks SET vector = x'' WHERE article = 5")
    result = run("doctor", "--mend", "--index", str(place), encoder=OtherEncoder(), status=1)
    assert "To use it as it is, add --encoder hash; or make the index anew" in result.stdout
    assert "the encoder is other" in result.stdout
    with Index.open(place) as index, index.snapshot() as view:
        assert len(find(view)[TORN]) == 1


ALTERED = "UPDATE articles SET text = replace(text, '. ', '? ') WHERE number = 4"


@pytest.mark.parametrize(
    ("statements", "part", "right", "said", "updated"),
    [
        # An altered text is read again from its file.
        ([ALTERED], "tables", False, "articles that are not as they were stored: 1 (", 1),
        # Nobody knows which encoder made the vectors: all are made anew.
        ([ALTERED, "DELETE FROM manifest WHERE key = 'stamp'"], "index", True,
         f"saved {ARTICLES} of {ARTICLES} articles in 112 chunks; embedded anew: {ARTICLES}; "
         "not as they were stored: 1; the damaged one is ", 1),
        # A full-text index that cannot be emptied is made in a new database.
        (["DELETE FROM passages_config"], "tables", True, "mended: unreadable full-text index: 1",
         0),
    ],
)  # fmt: skip
def test_what_is_mended_is_told_and_what_is_not(archive, statements, part, right, said, updated):
    place = archive.copy()
    spoil(place, *statements)
    assert not doctor(place)[part][0]
    if statements != [ALTERED]:
        with pytest.raises(IndexDamaged, match="doctor --mend"), Index.open(place) as index:
            index.lexical(["what"], 5)
    found = doctor(place, mends=True)[part]
    assert found[0] is right and said in found[1]
    report = finish(place, archive.files)
    assert (report.updated, report.unchanged) == (updated, ARTICLES - updated)
    assert everything(place) == archive.expected


def test_hashes_of_another_version_are_no_damage(archive):
    place = archive.copy()
    spoil(place, "UPDATE articles SET content_hash = 'of another version' || number")
    assert all(right for right, _ in doctor(place).values())


def test_a_file_that_is_no_database_is_left_where_it_is(archive):
    place = archive.copy()
    (place / schema.DATABASE).write_bytes(b"no database" * 5000)
    result = run("doctor", "--mend", "--index", str(place), status=1)
    assert "no article could be read" in result.stdout
    assert "--rebuild" in result.stdout
    assert (place / schema.DATABASE).read_bytes() == b"no database" * 5000
    assert not (place / "mending").exists()


def test_an_unfinished_rebuild_is_told_of(archive):
    place = archive.copy()
    with Rebuild.begun(place, HashEncoder()) as rebuild:
        seen: list[str] = []
        rebuild.ingest(
            [archive.files],
            on_event=lambda event: seen.append(event.article_id),
            stop=lambda: True,
        )
    right, said = doctor(place)["rebuild"]
    assert right
    assert f"with {len(seen)} articles. Go on: byline ingest --rebuild" in said


# Full disks


def test_an_error_of_a_full_disk_says_so(tmp_path):
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        with pytest.raises(DiskFull, match="is full"), explained(tmp_path):
            raise OSError(number, "no room")
    with pytest.raises(PermissionError), explained(tmp_path):
        raise PermissionError(errno.EACCES, "another trouble")


def test_a_disk_without_a_byte_left_says_so_to_readers(archive):
    disk = archive.folder / "no room"
    try:
        with full_disks.small_disk(disk):
            unshared = shutil.ignore_patterns("*-wal", "*-shm")
            shutil.copytree(archive.folder / "whole", disk / "index", ignore=unshared)
            with pytest.raises(OSError), (disk / "rest").open("wb", buffering=0) as rest:
                while True:
                    rest.write(bytes(PAGE))
            with pytest.raises(DiskFull, match="is full"):
                Index.open(disk / "index").close()
            (disk / "rest").unlink()
            assert names(disk / "index") == names(archive.folder / "whole")
    except PermissionError as error:
        pytest.skip(str(error))


def test_a_full_disk_is_one_line(archive, tmp_path):
    class Filling(HashEncoder):
        def encode(self, texts: object) -> object:  # type: ignore[override]
            raise DiskFull("The disk that holds x is full. Make room and try again.")

    result = run(
        "ingest", str(archive.files), "--index", str(tmp_path), encoder=Filling(), status=1
    )
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1] == (
        "byline: The disk that holds x is full. Make room and try again. "
        "0 articles were stored before; the same command goes on from there."
    )


def test_a_faiss_file_without_room_leaves_the_articles(archive, tmp_path):
    (tmp_path / "index" / vectors.FILE).mkdir(parents=True)  # a folder cannot be written over
    result = run("ingest", str(archive.files), "--index", str(tmp_path / "index"))
    warnings = [line for line in result.stdout.splitlines() if line.startswith("warning ")]
    assert len(warnings) == 1 and "Nothing is lost" in warnings[0]
    assert names(tmp_path / "index") == {path.stem for path in archive.files.iterdir()}


# Killed mending


@pytest.mark.parametrize("then", ["doctor", "ingest"])
def test_a_mending_that_was_killed_in_its_last_step_goes_on(archive, then):
    damaged = faults.with_a_log(archive, faults.MENDED["mending of a database"])
    place, mended = archive.copy(), archive.copy()
    for folder in (place, mended):
        shutil.rmtree(folder)
        shutil.copytree(damaged, folder)
    doctor(mended, mends=True)
    (place / "mending").mkdir()
    shutil.copy(mended / schema.DATABASE, place / "mending" / schema.DATABASE)
    aside = place / "articles.damaged-2024-01-01.sqlite3"
    aside.hardlink_to(place / schema.DATABASE)
    (place / f"{schema.DATABASE}-wal").replace(f"{aside}-wal")
    kept = aside.read_bytes()
    if then == "doctor":
        doctor(place, mends=True)
    else:
        assert finish(place, archive.files).unchanged == ARTICLES
    assert everything(place) == archive.expected
    assert aside.read_bytes() == kept
    assert not (place / "mending").exists()
