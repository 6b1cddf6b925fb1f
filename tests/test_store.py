"""The index on disk: what is put in comes out again, whatever happens in between."""

from __future__ import annotations

import math
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt
import pytest

from index import connections, schema, vectors
from index.connections import Wait, lasting
from index.embedding import HashEncoder
from index.errors import (
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    UnusableIndex,
)
from index.records import Hit
from index.replacing import put_in_place
from index.store import Index
from tests.fakes import OtherEncoder, article, put, story

ENCODER = HashEncoder()
ROOT = Path(__file__).parent.parent


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", ENCODER) as made:
        yield made


def filled(index: Index, articles: int = 12) -> None:
    for n in range(articles):
        published = f"2024-{n % 12 + 1:02}-15" if n % 4 else None
        put(index, article(f"a{n}", story(n), published=published))


def everything(index: Index) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """All chunk ids and vectors, straight from SQLite."""
    with index.snapshot() as view:
        blocks = list(view.vector_blocks())
    return np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks])


def brute_force(index: Index, query: npt.NDArray[np.float32], limit: int) -> list[int]:
    ids, matrix = everything(index)
    order = sorted(zip((-(matrix @ query)).tolist(), ids.tolist(), strict=True))
    return [chunk_id for _, chunk_id in order[:limit]]


def query(text: str = story(7777)) -> npt.NDArray[np.float32]:  # long, so that no two chunks tie
    vector: npt.NDArray[np.float32] = ENCODER.encode([text])[0]
    return vector


def ids(hits: list[Hit]) -> list[int]:
    return [hit.chunk_id for hit in hits]


# What is stored


def test_the_folder_explains_itself(index: Index) -> None:
    filled(index, 1)
    index.save_vectors()
    index.close()
    readme = (index.folder / "README.txt").read_text()
    for path in index.folder.iterdir():
        assert path.name == "README.txt" or path.name in readme


@pytest.mark.parametrize("title_weight", [1.0, 3.0])
def test_lexical_scores_are_bm25(index: Index, title_weight: float) -> None:
    """Held against the formula of Robertson and Zaragoza (2009) as FTS5 documents it."""
    docs = [("alpha beta", "gamma gamma delta"), ("beta", "alpha"), ("zeta", "eta theta iota eta")]
    docs += [(f"filler{n}", "kappa lambda mu") for n in range(7)]
    for n, (title, body) in enumerate(docs):
        put(index, article(str(n), body, title=title))
    lengths = [len((title + " " + body).split()) for title, body in docs]
    mean = sum(lengths) / len(lengths)

    def score(n: int) -> float:
        total = 0.0
        for term in ("alpha", "gamma", "eta"):
            having = sum(term in (t + " " + b).split() for t, b in docs)
            idf = math.log((len(docs) - having + 0.5) / (having + 0.5))
            title, body = (part.split() for part in docs[n])
            often = title_weight * title.count(term) + body.count(term)
            length = 0.25 + 0.75 * lengths[n] / mean
            total += idf * often * 2.2 / (often + 1.2 * length)
        return total

    hits = index.lexical(["alpha", "gamma", "eta"], 10, title_weight=title_weight)
    assert ids(hits) == sorted((1, 2, 3), key=lambda n: -score(n - 1))
    assert [hit.score for hit in hits] == pytest.approx([score(h.chunk_id - 1) for h in hits])


# The FAISS file


def spoil(path: Path, how: str, older: bytes) -> None:
    whole = path.read_bytes()
    middle = len(whole) // 2
    spoilt = {
        "torn": whole[:middle],
        "short by a byte": whole[:-1],
        "without its trailer": whole[:-36],
        "a bit flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "something else": b"GIF89a" * 99,
        "stale": older,
        "trailer only": whole[-36:],
    }
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(spoilt[how])


@pytest.mark.parametrize(
    "how",
    ["missing", "torn", "short by a byte", "without its trailer", "a bit flipped", "empty",
     "something else", "stale", "trailer only"],
)  # fmt: skip
def test_a_faiss_file_of_no_use_is_made_again(index: Index, how: str) -> None:
    filled(index, 6)
    index.save_vectors()
    older = (index.folder / vectors.FILE).read_bytes()
    put(index, article("more", story(99)))
    index.remove("a3")
    index.save_vectors()
    expected = index.semantic(query(), 20)
    assert ids(expected) == brute_force(index, query(), 20)
    index.close()
    good = (index.folder / vectors.FILE).read_bytes()
    spoil(index.folder / vectors.FILE, how, older)
    with Index.open(index.folder, ENCODER) as again:
        assert again.semantic(query(), 20) == expected
    assert (index.folder / vectors.FILE).read_bytes() == good


def test_a_whole_faiss_file_is_used_as_it_is(index: Index) -> None:
    filled(index, 3)
    index.save_vectors()
    index.close()
    before = (index.folder / vectors.FILE).stat()
    assert faiss.read_index(str(index.folder / vectors.FILE)).ntotal == 18
    with Index.open(index.folder, writable=True) as again:
        state = again.manifest
        assert vectors.VectorIndex.loaded(index.folder, state) is not None
        again.save_vectors()
        again.semantic(query(), 3)
    after = (index.folder / vectors.FILE).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_a_killed_writer_left_behind_is_tidied_away(index: Index) -> None:
    index.close()
    (index.folder / "vectors.faiss.1-2.tmp").write_bytes(b"half")
    (index.folder / "mending").mkdir()
    (index.folder / "mending" / schema.DATABASE).write_bytes(b"half")
    Index.open(index.folder, writable=True).close()
    assert not list(index.folder.glob("*.tmp"))
    assert not (index.folder / "mending").exists()


# Readers beside a writer


def test_a_snapshot_does_not_move(index: Index) -> None:
    filled(index, 4)
    with Index.open(index.folder, ENCODER) as reader, reader.snapshot() as view:
        before = (view.articles(), view.lexical(["title"], 99), view.counts(), view.manifest)
        put(index, article("later", story(50)))
        index.remove("a1")
        assert (
            view.articles(),
            view.lexical(["title"], 99),
            view.counts(),
            view.manifest,
        ) == before
        # Asked for the first time only now, FAISS still has to agree with the snapshot.
        assert set(ids(view.semantic(query(), 99))) == set(ids(before[1]))
        now = set(ids(reader.lexical(["title"], 99)))
        assert now == set(ids(reader.semantic(query(), 99))) != set(ids(before[1]))


def test_a_reader_notices_that_the_database_was_replaced(index: Index) -> None:
    filled(index, 5)
    with Index.open(index.folder, ENCODER) as reader:
        assert len(reader.semantic(query(), 99)) == 30
        index.close()
        with Index.create(index.folder, ENCODER, replace=True) as fresh:
            assert reader.articles() == []
            for n in range(8):  # past the generation that the reader has seen
                put(fresh, article(f"new{n}", story(20 + n)))
            assert ids(reader.semantic(query(), 99)) == brute_force(fresh, query(), 99)


@pytest.mark.parametrize("damage", [None, b"", b"no database" * 500])
def test_an_index_made_beside_takes_the_place_of_the_one_there(
    index: Index, damage: bytes | None
) -> None:
    filled(index, 5)
    index.close()
    with (
        Index.open(index.folder, ENCODER) as reader,
        reader.snapshot() as view,
        closing(connections.connect(index.folder, "ro")) as other_reader,
    ):
        before = ids(view.lexical(["title"], 99))
        if damage is not None:
            (index.folder / schema.DATABASE).write_bytes(damage)
        with Index.create(index.folder / "beside", ENCODER) as other:
            filled(other, 7)
            other.save_vectors()
            expected = other.semantic(query(), 99)
        put_in_place(index.folder / "beside", index.folder)
        if damage is None:
            assert ids(view.lexical(["title"], 99)) == before  # what it sees does not move
            assert other_reader.execute("SELECT count(*) FROM articles").fetchone() == (7,)
        saved = (index.folder / vectors.FILE).stat()
        with Index.open(index.folder, ENCODER) as fresh:
            assert fresh.semantic(query(), 99) == reader.semantic(query(), 99) == expected
            fresh.check()
    assert (index.folder / vectors.FILE).stat().st_mtime_ns == saved.st_mtime_ns
    assert not (index.folder / "beside").exists()


def test_an_index_that_goes_aside_takes_its_log_along(index: Index) -> None:
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


def consistent(index: Index) -> int:
    """Check that one snapshot agrees with itself; the number of articles."""
    with index.snapshot() as view:
        (stored,) = zip(*view.db.execute("SELECT id FROM chunks"), strict=True)
        assert set(ids(view.semantic(query(), 10_000))) == set(stored)
        assert set(ids(view.lexical(["title"], 10_000))) == set(stored)
        assert len(stored) == 6 * view.counts().articles
        assert len(view.passages(stored)) == len(view.vectors(stored)) == len(stored)
        return view.counts().articles


def write_a_lot(index: Index) -> None:
    for n in range(25):
        put(index, article(f"n{n % 20}", story(100 + n)))
        if n % 5 == 4:
            index.remove(f"n{n % 20}")


def test_threads_read_while_one_writes(index: Index) -> None:
    filled(index, 3)
    done = threading.Event()
    seen: list[int] = []
    failures: list[BaseException] = []

    def read(reader: Index) -> None:
        try:
            while not done.is_set():
                seen.append(consistent(reader))
        except BaseException as error:
            failures.append(error)

    with Index.open(index.folder, ENCODER) as reader:
        shared = [threading.Thread(target=read, args=(reader,)) for _ in range(3)]
        for thread in shared:
            thread.start()
        write_a_lot(index)
        done.set()
        for thread in shared:
            thread.join()
        assert consistent(reader) == 3 + 16
    assert not failures
    assert seen


def child(task: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.test_store", task, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_another_process_reads_while_this_one_writes(index: Index) -> None:
    filled(index, 3)
    with child("read", index.folder) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        write_a_lot(index)
        rest, _ = reader.communicate("stop\n")
    assert reader.returncode == 0
    assert rest == f"last {3 + 16}\n"


def test_only_one_process_writes(index: Index) -> None:
    index.close()
    with child("write", index.folder) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        with pytest.raises(IndexBusy) as caught:
            Index.open(index.folder, writable=True)
        one_line(caught, f"written to by process {writer.pid} (for ")
        looks: list[tuple[str, float]] = []
        with pytest.raises(IndexBusy, match="Gave up after 1 s"):
            wait = Wait(0.6, lambda *look: looks.append(look))
            Index.open(index.folder, writable=True, wait=wait)
        assert all(f"process {writer.pid} " in holder for holder, _ in looks)
        assert [waited for _, waited in looks] == sorted(waited for _, waited in looks)
        with pytest.raises(IndexBusy):
            Index.create(index.folder, ENCODER, replace=True)
        with Index.open(index.folder) as reader:
            assert reader.counts().articles == 0
        writer.kill()
    Index.open(index.folder, writable=True).close()  # the lock died with its holder


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "2 h 0 min"), (11100, "3 h 5 min")],
)
def test_time_spans_are_said_as_a_person_does(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


# What cannot be used


def one_line(error: pytest.ExceptionInfo[UnusableIndex], *parts: str) -> None:
    message = str(error.value)
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_no_index(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "my index"):
        with pytest.raises(IndexMissing) as caught:
            Index.open(folder)
        fix = f"byline ingest --index {str(folder)!r} PATH" if " " in str(folder) else "PATH"
        one_line(caught, fix)
    assert not list(tmp_path.iterdir())


def test_an_index_whose_making_was_cut_short_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / schema.DATABASE).touch()
    for writable in (False, True):
        with pytest.raises(IndexMissing):
            Index.open(tmp_path, writable=writable)
    with Index.create(tmp_path, ENCODER) as index:
        assert index.counts().articles == 0


def test_another_encoder_is_refused_by_name(index: Index) -> None:
    index.close()
    for writable in (False, True):
        with pytest.raises(IndexMismatch) as caught:
            Index.open(index.folder, OtherEncoder(), writable=writable)
        anew = f"byline ingest --rebuild --encoder other --index {index.folder} PATH"
        one_line(caught, "hash-1", "other-1", "add --encoder hash", anew)
    with Index.open(index.folder) as unchecked:
        assert unchecked.manifest.encoder == "hash"


def test_a_damaged_database_is_named(index: Index) -> None:
    filled(index)
    index.close()
    path = index.folder / schema.DATABASE
    whole = path.read_bytes()
    for spoilt in (b"not a database" * 999, whole[: len(whole) // 2], whole[:2000]):
        path.write_bytes(spoilt)
        with pytest.raises(IndexDamaged) as caught:
            Index.open(index.folder, ENCODER)
        one_line(caught, f"--rebuild --index {index.folder}")
    path.write_bytes(whole)
    db = connections.connect(index.folder, "rw")
    db.execute("DELETE FROM manifest WHERE key = 'stamp'")
    db.close()
    with pytest.raises(IndexDamaged, match="manifest"):
        Index.open(index.folder)


def test_damage_inside_is_found_by_the_check(index: Index) -> None:
    filled(index, 30)
    index.close()
    path = index.folder / schema.DATABASE
    spoilt = bytearray(path.read_bytes())
    for page in range(20, len(spoilt) // 4096, 3):
        spoilt[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(spoilt)
    with Index.open(index.folder) as again:
        with pytest.raises(IndexDamaged) as caught:
            again.check()
        one_line(caught, "--rebuild")
        with pytest.raises(IndexDamaged):
            again.semantic(query(), 5)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableIndex) as caught:
        Index.create(tmp_path / "file", ENCODER)
    one_line(caught, "cannot be written to")


def _read_until_told(folder: str) -> None:
    with Index.open(folder, ENCODER) as reader:
        consistent(reader)
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], 0)[0]:
            consistent(reader)
        print("last", consistent(reader))


def _hold_the_lock(folder: str) -> None:
    with Index.open(folder, writable=True):
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    {"read": _read_until_told, "write": _hold_the_lock}[sys.argv[1]](sys.argv[2])
