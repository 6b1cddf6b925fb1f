"""A folder's index: whatever happens to its files or beside it, what was put in is there."""

import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index import connections, schema, vectors
from index.connections import Wait, lasting
from index.copying import put_in_place
from index.errors import IndexBusy, IndexDamaged, IndexMissing, UnusableIndex
from index.queries import Snapshot
from index.store import Index
from tests.fakes import article, put, story
from tests.stores import ENCODER, filled, query

ROOT = Path(__file__).parent.parent


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "my index", ENCODER) as made:
        yield made


def test_the_folder_explains_itself(index):
    filled(index, 1)
    index.save_vectors()
    index.close()
    readme = (index.folder / "README.txt").read_text()
    for path in index.folder.iterdir():
        assert path.name == "README.txt" or path.name in readme


# The FAISS file

SPOILT = {
    "torn": lambda whole, older: whole[: len(whole) // 2],
    "short by a byte": lambda whole, older: whole[:-1],
    "without its trailer": lambda whole, older: whole[:-36],
    "a bit flipped": lambda whole, older: bytes([*whole[:99], whole[99] ^ 1, *whole[100:]]),
    "empty": lambda whole, older: b"",
    "something else": lambda whole, older: b"GIF89a" * 99,
    "stale": lambda whole, older: older,
    "trailer only": lambda whole, older: whole[-36:],
    "missing": None,
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_faiss_file_of_no_use_is_made_again(index, how):
    filled(index, 6)
    index.save_vectors()
    file = index.folder / vectors.FILE
    older = file.read_bytes()
    put(index, article("more", story(99)))
    index.remove("a3")
    index.save_vectors()
    expected = index.semantic(query(), 20)
    index.close()
    good = file.read_bytes()
    spoil = SPOILT[how]
    file.write_bytes(spoil(good, older)) if spoil else file.unlink()
    with Index.open(index.folder, ENCODER) as again:
        assert again.semantic(query(), 20) == expected
    assert file.read_bytes() == good


def test_what_a_killed_writer_left_behind_is_tidied_away(index):
    index.close()
    (index.folder / "vectors.faiss.1-2.tmp").write_bytes(b"half")
    (index.folder / "mending").mkdir()
    (index.folder / "mending" / schema.DATABASE).write_bytes(b"half")
    Index.open(index.folder, writable=True).close()
    assert not list(index.folder.glob("*.tmp"))
    assert not (index.folder / "mending").exists()


# Readers beside a writer


def chunks_in(view: Index | Snapshot) -> set[int]:
    """The chunks that both searches find, which have to be all there are."""
    found = [view.lexical(["title"], 10_000), view.semantic(query(), 10_000)]
    first, second = ({hit.chunk_id for hit in hits} for hits in found)
    assert first == second and len(first) == view.chunk_count
    assert len(view.passages(sorted(first))) == len(view.vectors(sorted(first))) == len(first)
    return first


def test_a_snapshot_does_not_move(index):
    filled(index, 4)
    with Index.open(index.folder, ENCODER) as reader, reader.snapshot() as view:
        before = (view.articles(), view.lexical(["title"], 99), view.counts(), view.manifest)
        put(index, article("later", story(50)))
        index.remove("a1")
        now = (view.articles(), view.lexical(["title"], 99), view.counts(), view.manifest)
        assert now == before
        # Asked for the first time only now, FAISS still has to agree with the snapshot.
        assert chunks_in(view) == {hit.chunk_id for hit in before[1]} != chunks_in(reader)


@pytest.mark.parametrize("damage", [None, b"", b"no database" * 500])
def test_an_index_made_beside_takes_the_place_of_the_one_there(index, damage):
    filled(index, 5)
    index.close()
    database = index.folder / schema.DATABASE
    with Index.open(index.folder, ENCODER) as reader, reader.snapshot() as view:
        before, file = chunks_in(view), database.stat().st_ino
        if damage is not None:
            database.write_bytes(damage)
        with Index.create(index.folder / "beside", ENCODER) as other:
            filled(other, 7)
            other.save_vectors()
            expected = other.semantic(query(), 99)
        put_in_place(index.folder / "beside", index.folder)
        # A database that has readers is written over, in one transaction.
        assert (database.stat().st_ino == file) is (damage is None)
        if damage is None:
            assert chunks_in(view) == before  # what it sees does not move
        saved = (index.folder / vectors.FILE).stat()
        with Index.open(index.folder, ENCODER) as fresh:
            assert fresh.semantic(query(), 99) == reader.semantic(query(), 99) == expected
            fresh.check()
    assert (index.folder / vectors.FILE).stat().st_mtime_ns == saved.st_mtime_ns
    assert not (index.folder / "beside").exists()
    with (
        Index.open(index.folder, ENCODER) as reader,
        Index.create(index.folder, ENCODER, replace=True) as fresh,
    ):
        assert reader.articles() == []
        filled(fresh, 8)  # past the generation that the reader has seen
        assert chunks_in(reader) == chunks_in(fresh)


def test_an_index_that_goes_aside_takes_its_log_along(index):
    filled(index, 5)
    log = (index.folder / connections.WAL).read_bytes()
    index.close()
    assert log
    (index.folder / connections.WAL).write_bytes(log)  # as a crash leaves it
    before = (index.folder / schema.DATABASE).read_bytes()
    with Index.create(index.folder / "beside", ENCODER) as other:
        filled(other, 2)
    aside = index.folder / "aside.sqlite3"
    put_in_place(index.folder / "beside", index.folder, aside=aside)
    with Index.open(index.folder, ENCODER) as fresh:
        assert fresh.counts().articles == 2
        fresh.check()
    assert aside.read_bytes() == before
    assert Path(f"{aside}-wal").read_bytes() == log


def child(task: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.test_store", task, str(folder)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_threads_and_processes_read_while_one_writes(index):
    filled(index, 3)
    done = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                with reader.snapshot() as view:
                    chunks_in(view)
        except BaseException as error:
            failures.append(error)

    with Index.open(index.folder, ENCODER) as reader, child("read", index.folder) as other:
        shared = [threading.Thread(target=read) for _ in range(3)]
        for thread in shared:
            thread.start()
        for n in range(25):
            put(index, article(f"n{n % 20}", story(100 + n)))
            if n % 5 == 4:
                index.remove(f"n{n % 20}")
        done.set()
        for thread in shared:
            thread.join()
        rest, _ = other.communicate("stop\n")
        assert (other.returncode, rest) == (0, f"last {6 * (3 + 16)}\n")
        assert len(chunks_in(reader)) == 6 * (3 + 16)
    assert not failures


def test_only_one_process_writes(index):
    index.close()
    with child("write", index.folder) as writer:
        looks: list[tuple[str, float]] = []
        wait = Wait(0.6, lambda *look: looks.append(look))
        said = f"written to by process {writer.pid} \\(for .*Gave up after 1 s"
        with pytest.raises(IndexBusy, match=said):
            Index.open(index.folder, writable=True, wait=wait)
        assert all(f"process {writer.pid} " in holder for holder, _ in looks)
        assert [waited for _, waited in looks] == sorted(waited for _, waited in looks)
        with Index.open(index.folder) as reader:
            assert reader.counts().articles == 0
        writer.kill()
    Index.open(index.folder, writable=True).close()  # the lock died with its holder


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "2 h 0 min"), (11100, "3 h 5 min")],
)
def test_time_spans_are_said_as_a_person_does(seconds, said):
    assert lasting(seconds) == said


# What cannot be used


def test_an_index_whose_making_was_cut_short_counts_as_none(tmp_path):
    (tmp_path / schema.DATABASE).touch()
    for writable in (False, True):
        with pytest.raises(IndexMissing):
            Index.open(tmp_path, writable=writable)
    with Index.create(tmp_path, ENCODER) as index:
        assert index.counts().articles == 0


def test_a_damaged_database_is_named(index):
    filled(index, 30)
    index.close()
    path = index.folder / schema.DATABASE
    whole = path.read_bytes()
    fix = f"--rebuild --index '{index.folder}'"
    for spoilt in (b"not a database" * 999, whole[: len(whole) // 2], whole[:2000]):
        path.write_bytes(spoilt)
        with pytest.raises(IndexDamaged, match=fix) as caught:
            Index.open(index.folder, ENCODER)
        assert "\n" not in str(caught.value)
    inside = bytearray(whole)
    for page in range(20, len(inside) // 4096, 3):
        inside[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(inside)
    with Index.open(index.folder) as again:
        for look in (again.check, lambda: again.semantic(query(), 5)):
            with pytest.raises(IndexDamaged, match=fix):
                look()
    path.write_bytes(whole)
    with closing(connections.connect(index.folder, "rw")) as db:
        db.execute("DELETE FROM manifest WHERE key = 'stamp'")
    with pytest.raises(IndexDamaged, match="manifest"):
        Index.open(index.folder)


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableIndex, match="cannot be written to"):
        Index.create(tmp_path / "file", ENCODER)


def _read_until_told(folder: str) -> None:
    with Index.open(folder, ENCODER) as reader:
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], 0)[0]:
            with reader.snapshot() as view:
                chunks_in(view)
        print("last", len(chunks_in(reader)))


def _hold_the_lock(folder: str) -> None:
    with Index.open(folder, writable=True):
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    {"read": _read_until_told, "write": _hold_the_lock}[sys.argv[1]](sys.argv[2])
