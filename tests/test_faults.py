"""Full disks, torn files and tables that differ: found, mended, and nothing lost that was whole.

`python -m tests.kill_ingest` does the same at many more moments, and prints a table.
"""

from __future__ import annotations

import errno
import random
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from index import batches, schema, vectors
from index.checks import TORN, find
from index.connections import explained
from index.embedding import HashEncoder
from index.errors import DiskFull, IndexDamaged
from index.rebuilding import Rebuild
from index.store import Index
from rag.cli.commands import Parts, cli
from tests import faults
from tests.fakes import CountingEncoder, OtherEncoder
from tests.faults import ARTICLES, PAGE, Archive, Row, everything
from tests.kill_ingest import at_each, doctor, finish, names, trials


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return Archive(tmp_path_factory.mktemp("faults"))


def run(*arguments: str, encoder: HashEncoder | None = None) -> Result:
    parts = Parts(
        encoder=lambda _: encoder or HashEncoder(),
        identity=lambda _: ((encoder or HashEncoder).name, (encoder or HashEncoder).fingerprint),
        check_models=lambda _: [],
    )
    return CliRunner().invoke(cli, list(arguments), obj=parts, catch_exceptions=False)


def found_and_mended(row: Row) -> None:
    assert (row.found, row.mended) == (row.moments, row.moments), str(row)


# Torn files


def test_a_torn_faiss_file_is_made_again_without_asking(archive: Archive) -> None:
    place = archive.copy()
    whole = (place / vectors.FILE).read_bytes()
    (place / vectors.FILE).write_bytes(whole[: len(whole) // 2])
    assert "made again" in doctor(place)["vectors"][1]
    assert "made again" not in doctor(place)["vectors"][1]
    assert everything(place) == archive.expected


@pytest.mark.parametrize("kind", faults.PAGE_SPOILT)
def test_a_torn_page_is_found_and_what_is_readable_saved(archive: Archive, kind: str) -> None:
    spoil = faults.PAGE_SPOILT[kind]
    row = faults.torn_page(archive, kind, spoil, 4, random.Random(3))
    found_and_mended(row)
    assert row.lost <= row.moments * 4  # a page holds a few articles at most


def test_a_database_without_its_head_or_tail_is_saved(archive: Archive) -> None:
    row = faults.head_lost(archive)
    found_and_mended(row)
    assert row.lost == 0
    found_and_mended(faults.cut_short(archive, 2, random.Random(4)))


def test_tables_that_differ_are_found_and_mended(archive: Archive) -> None:
    row = faults.tables_differ(archive)
    found_and_mended(row)
    assert row.lost == 0


def test_a_sound_index_has_no_faults(archive: Archive) -> None:
    with Index.open(archive.folder / "whole") as index, index.snapshot() as view:
        assert not find(view)


def test_the_doctor_changes_nothing_without_leave(archive: Archive) -> None:
    place = archive.copy()
    database = place / schema.DATABASE
    whole = database.read_bytes()
    spoilt = bytearray(whole)
    middle = len(whole) // PAGE // 2 * PAGE
    spoilt[middle : middle + PAGE] = b"\xff" * PAGE
    database.write_bytes(spoilt)
    result = run("doctor", "--index", str(place))
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("WRONG")]
    assert f"byline doctor --mend --index {place}" in line
    assert database.read_bytes() == spoilt

    mended = run("doctor", "--mend", "--index", str(place))
    (line,) = [line for line in mended.stdout.splitlines() if "mended:" in line]
    (aside,) = place.glob("articles.damaged-*.sqlite3")
    assert f"of {ARTICLES} articles in" in line
    assert str(aside) in line
    assert aside.read_bytes() == spoilt
    assert f"kept: {aside} is an earlier" in mended.stdout
    finish(place, archive.files)
    assert run("doctor", "--index", str(place)).exit_code == 0
    assert everything(place) == archive.expected


def test_missing_vectors_are_embedded_again_and_no_others(archive: Archive) -> None:
    place = archive.copy()
    spoil(place, "UPDATE chunks SET vector = x'' WHERE article = 5")
    encoder = CountingEncoder()
    with Index.open(place) as index:
        query = "SELECT count(*) FROM chunks WHERE article = 5"
        with index.snapshot() as view:
            (wanted,) = view.db.execute(query).fetchone()
    plain = run("doctor", "--index", str(place), encoder=encoder)
    assert "articles with wrong chunks or vectors: 1 (" in plain.stdout
    assert plain.exit_code == 1
    assert encoder.texts == []
    assert run("doctor", "--mend", "--index", str(place), encoder=encoder).exit_code == 0
    assert len(encoder.texts) == wanted > 0
    assert everything(place) == archive.expected


def test_vectors_of_another_encoder_are_not_mixed_in(archive: Archive) -> None:
    place = archive.copy()
    spoil(place, "UPDATE chunks SET vector = x'' WHERE article = 5")
    result = run("doctor", "--mend", "--index", str(place), encoder=OtherEncoder())
    assert result.exit_code == 1
    assert "To use it as it is, add --encoder hash; or make the index anew" in result.stdout
    assert "the encoder is other" in result.stdout
    with Index.open(place) as index, index.snapshot() as view:
        assert len(find(view)[TORN]) == 1


def test_an_altered_text_is_read_again_from_its_file(archive: Archive) -> None:
    place = archive.copy()
    spoil(place, "UPDATE articles SET text = replace(text, '. ', '? ') WHERE number = 4")
    said = doctor(place, mends=True)["tables"]
    assert said[0] is False
    assert "articles that are not as they were stored: 1 (" in said[1]
    assert "byline ingest" in said[1]
    report = finish(place, archive.files)
    assert (report.updated, report.unchanged) == (1, ARTICLES - 1)
    assert everything(place) == archive.expected


def test_what_is_saved_of_a_damaged_database_is_held_against_its_hash(archive: Archive) -> None:
    place = archive.copy()
    spoil(place, "UPDATE articles SET text = replace(text, '. ', '? ') WHERE number = 4")
    spoil(place, "DELETE FROM manifest WHERE key = 'stamp'")
    right, said = doctor(place, mends=True)["index"]
    assert right
    assert f"saved {ARTICLES} of {ARTICLES} articles" in said
    # Nobody knows which encoder made the vectors: all are made anew.
    assert f"embedded anew: {ARTICLES}; not as they were stored: 1; the damaged one is" in said
    report = finish(place, archive.files)
    assert (report.updated, report.unchanged) == (1, ARTICLES - 1)
    assert everything(place) == archive.expected


def test_a_full_text_index_that_cannot_be_emptied_is_made_in_a_new_database(
    archive: Archive,
) -> None:
    place = archive.copy()
    spoil(place, "DELETE FROM passages_config")
    with Index.open(place) as index, pytest.raises(IndexDamaged, match="doctor --mend"):
        index.lexical(["what"], 5)
    right, said = doctor(place)["tables"]
    assert not right
    assert "unreadable full-text index: 1" in said
    assert doctor(place, mends=True)["tables"] == (True, "mended: unreadable full-text index: 1")
    assert everything(place) == archive.expected


def test_hashes_of_another_version_are_no_damage(archive: Archive) -> None:
    place = archive.copy()
    spoil(place, "UPDATE articles SET content_hash = 'of another version' || number")
    assert all(right for right, _ in doctor(place).values())


def test_a_file_that_is_no_database_is_left_where_it_is(archive: Archive) -> None:
    place = archive.copy()
    (place / schema.DATABASE).write_bytes(b"no database" * 5000)
    result = run("doctor", "--mend", "--index", str(place))
    assert result.exit_code == 1
    assert "no article could be read" in result.stdout
    assert "--rebuild" in result.stdout
    assert (place / schema.DATABASE).read_bytes() == b"no database" * 5000
    assert not (place / "mending").exists()


def test_an_unfinished_rebuild_is_told_of(archive: Archive) -> None:
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


def spoil(place: Path, statement: str) -> None:
    db = faults.schema_connection(place)
    db.execute(statement)
    db.close()


# Full disks


def test_a_full_database_keeps_what_is_stored_and_the_next_run_goes_on(archive: Archive) -> None:
    row = faults.filled_up(archive, 4)
    found_and_mended(row)
    assert row.lost == 0
    assert row.committed > 0


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_full_disk_leaves_the_old_index_whole(archive: Archive, rebuild: bool) -> None:
    try:
        row = faults.full_disk(archive, 4, rebuild=rebuild)
    except PermissionError as error:
        pytest.skip(str(error))
    found_and_mended(row)
    assert row.lost == 0


def test_an_error_of_a_full_disk_says_so(tmp_path: Path) -> None:
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        with pytest.raises(DiskFull, match="is full"), explained(tmp_path):
            raise OSError(number, "no room")
    with pytest.raises(PermissionError), explained(tmp_path):
        raise PermissionError(errno.EACCES, "another trouble")


def test_a_disk_without_a_byte_left_says_so_to_readers(archive: Archive) -> None:
    disk = archive.folder / "no room"
    try:
        with faults.small_disk(disk):
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


def test_a_full_disk_is_one_line(archive: Archive, tmp_path: Path) -> None:
    class Filling(HashEncoder):
        def encode(self, texts: object) -> object:  # type: ignore[override]
            raise DiskFull("The disk that holds x is full. Make room and try again.")

    result = run("ingest", str(archive.files), "--index", str(tmp_path), encoder=Filling())
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == (
        "byline: The disk that holds x is full. Make room and try again. "
        "0 articles were stored before; the same command goes on from there."
    )


def test_a_faiss_file_without_room_leaves_the_articles(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "index" / vectors.FILE).mkdir(parents=True)  # a folder cannot be written over
    result = run("ingest", str(archive.files), "--index", str(tmp_path / "index"))
    assert result.exit_code == 0
    warnings = [line for line in result.stdout.splitlines() if line.startswith("warning ")]
    assert len(warnings) == 1 and "Nothing is lost" in warnings[0]
    assert names(tmp_path / "index") == {path.stem for path in archive.files.iterdir()}


# Killed mending


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        ("mending of tables", ["writer.Writer.put", ": backup"]),
        ("mending of a database", ["writer.Writer.put", ": hardlink_to", ": unlink"]),
    ],
)
def test_killed_mending_loses_nothing(archive: Archive, kind: str, places: list[str]) -> None:
    done = list(faults.killed_mending(archive, kind, at_each(*places)))
    for (where, row), place in zip(done, places, strict=True):
        assert where.endswith(place)
        assert row.lost == 0, where
        found_and_mended(row)


@pytest.mark.parametrize("then", ["doctor", "ingest"])
def test_a_mending_that_was_killed_in_its_last_step_goes_on(archive: Archive, then: str) -> None:
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


# Killed rebuilds


def test_killed_rebuilds_leave_the_old_index_or_the_new_one(tmp_path: Path) -> None:
    places = ("writer.Writer.put", "vectors.VectorIndex.save", "replacing.put_in_place", ": backup")
    done = list(trials(at_each(*places), tmp_path, "rebuild"))
    for trial, place in zip(done, places, strict=True):
        assert trial.where.endswith(place)
        assert (trial.lost, trial.same, trial.sound, trial.stored) == (0, True, True, 24), place
    assert 0 < done[0].unchanged < 24
    assert batches.BATCH_CHARACTERS > 5_000
