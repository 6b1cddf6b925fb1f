"""What is Milvus's own: addresses, errors, a writer that dies, and several processes."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from typer.testing import CliRunner

from index import batches, locations, schema
from index.chunking import CHUNKER
from index.embedding import HashEncoder
from index.errors import BadRequest, IndexBusy, IndexDamaged, IndexMismatch, UnusableIndex
from index.ingesting import index_for, ingest, ingest_articles
from index.locations import MilvusAddress, Place, local_folder, place
from index.milvus import analysis, layout, lease
from index.milvus.store import MilvusIndex
from index.opening import made, opened
from index.protocols import Store, View
from index.rebuilding import Rebuild
from index.records import Article, Progress, Report
from rag.cli.commands import Parts, cli
from rag.cli.doctor import Check, check_index
from rag.page.archive import Archive, Filter
from tests.fakes import OtherEncoder, article, put, story, word
from tests.stores import ENCODER, needs_milvus, seen, server, whole

try:
    import pymilvus
except ImportError:  # the tests that need it are skipped
    pymilvus = None
ROOT = Path(__file__).parent.parent
TERMS = ["title", word(1), word(2), f"{word(3)} {word(4)}"]


# Addresses


@pytest.mark.parametrize(
    ("given", "expected", "said"),
    [
        ("index", Path("index"), "index"),
        ("milvus", Path("milvus"), "milvus"),
        ("milvus://db", None, ""),
        ("milvus://db/news", MilvusAddress("news", "http://db:19530"), "milvus://db:19530/news"),
        ("milvus://10.0.0.1:80/a_1", MilvusAddress("a_1", "http://10.0.0.1:80"), ""),
        ("milvus://[::1]:80/a", MilvusAddress("a", "http://[::1]:80"), ""),
        ("milvus://[::1]/a", MilvusAddress("a", "http://[::1]:19530"), "milvus://[::1]:19530/a"),
        ("milvus+tls://db/a", MilvusAddress("a", "https://db:19530"), "milvus+tls://db:19530/a"),
        ("milvus:///tmp/a.db", MilvusAddress("byline", file=Path("/tmp/a.db")), ""),
        ("milvus://a.db", MilvusAddress("byline", file=Path("a.db")), ""),
        ("milvus://../x/a.db", MilvusAddress("byline", file=Path("../x/a.db")), ""),
        ("milvus://db/a/b", None, ""),
        ("milvus://db/a-b", None, ""),
        ("milvus://db/1", None, ""),
        ("milvus://db/a?x=1", None, ""),
        ("milvus://db/a#b", None, ""),
        ("milvus://d b/a", None, ""),
        ("milvus://db:x/a", None, ""),
        ("milvus:///a", None, ""),
        ("milvus://", None, ""),
        ("milvus://root:secret@db/a", None, ""),
    ],
)
def test_an_address_is_read_and_written(
    given: str, expected: MilvusAddress | Path | None, said: str
) -> None:
    if expected is None:
        with pytest.raises(BadRequest, match="milvus://HOST:PORT/NAME") as caught:
            place(given)
        assert "secret" not in str(caught.value)
        assert "\n" not in str(caught.value)
        return
    assert place(given) == expected
    assert str(place(given)) == (said or given)
    assert place(str(place(given))) == expected == place(place(given))


# Words


def test_words_are_cut_as_the_folder_cuts_them() -> None:
    assert f"tokenize='{analysis.TOKENIZER}'" in schema.TABLES
    long = "w" * 50
    found = analysis.split([f"The Cafés' re-opening, 北京 {long}", ""])
    assert found[0][:4] == ("the", "cafe", "re", "open")
    assert all(word.isascii() and word.isalnum() for word in found[0])
    assert len(found[0]) == 6
    assert len(found[0][5]) == 33
    assert found[1] == ()


def test_an_endless_title_leaves_room_for_the_text() -> None:
    (words,) = analysis.of_chunks("word " * 50_000, ["Gulls nested."])
    assert words.body == ("gull", "nest")
    assert len(words.text) <= analysis.ROOM + 3
    assert analysis.Words.stored(words.text) == words


# A file


@pytest.fixture
def where(tmp_path: Path) -> MilvusAddress:
    return MilvusAddress("byline", file=tmp_path / "archive.db")


@needs_milvus
def test_a_file_is_for_one_process(where: MilvusAddress) -> None:
    code = f"from pathlib import Path; import tests.test_milvus as t; t.hold({str(where.file)!r})"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        with pytest.raises(IndexBusy, match="open in another process"):
            opened(where)
        holder.communicate("stop\n")
    with opened(where) as store:
        assert store.counts().articles == 1
        assert not (where.file / "LOCK").stat().st_size  # type: ignore[operator]


def hold(path: str) -> None:
    """Keep a file open until a line comes."""
    with made(MilvusAddress("byline", file=Path(path)), ENCODER) as store:
        put(store, article("one", story(1)))
        print("ready", flush=True)
        sys.stdin.readline()


@needs_milvus
def test_something_else_in_the_files_place_is_one_line(where: MilvusAddress) -> None:
    assert where.file is not None
    where.file.write_text("GIF89a")
    for action in (lambda: opened(where), lambda: made(where, ENCODER)):
        with pytest.raises(UnusableIndex, match="cannot be used") as caught:
            action()
        assert "\n" not in str(caught.value)


@needs_milvus
def test_what_milvus_cannot_hold_is_skipped_and_the_rest_goes_on(where: MilvusAddress) -> None:
    long = Article("long", "Title", "Gulls nested.", "long.txt", authors=("é" * 40_000,))
    with made(where, ENCODER) as store:
        report = ingest_articles(store, [long, article("one", story(1))], ENCODER)
        assert (report.added, len(report.problems)) == (1, 1)
        assert report.problems[0].source == "long.txt"
        assert "65,535 bytes" in report.problems[0].reason
        assert store.counts().articles == 1


@needs_milvus
def test_without_pymilvus_it_says_what_to_install(
    where: MilvusAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "pymilvus" else object()
    )
    with pytest.raises(UnusableIndex, match=r"pip install 'byline\[milvus\]'"):
        opened(where)


# A server


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("server") / "data") as started:
        yield started


@pytest.fixture
def server_of(address: str) -> Any:
    """A client of pymilvus's own for the server at the address."""
    client = pymilvus.MilvusClient(address.replace("milvus://", "http://"), dedicated=True)
    yield client
    client.close()


@needs_milvus
def test_a_manifest_of_another_kind_is_refused(
    address: str, server_of: Any, tmp_path: Path
) -> None:
    (tmp_path / "page.txt").write_text(story(1))
    where = place(f"{address}/kinds")
    made(where, ENCODER).close()
    with pytest.raises(IndexMismatch) as caught:
        opened(where, OtherEncoder())
    assert f"byline ingest --rebuild --encoder other --index {where} PATH" in str(caught.value)
    ((_, told),) = manifest(server_of, "kinds").items()
    for value, error in (
        (told.replace('"format": 1', '"format": 99'), IndexMismatch),
        ("{}", IndexDamaged),
        ("[1", IndexDamaged),
    ):
        made(where, ENCODER, replace=True).close()
        write(server_of, "kinds", layout.MANIFEST_KEY, value)
        with pytest.raises(error, match="--rebuild"):
            opened(where)
        with Rebuild.begun(where, ENCODER) as rebuild:
            assert rebuild.ingest([tmp_path / "page.txt"]).added == 1
        with opened(where, ENCODER) as store:
            assert store.counts().articles == 1


@needs_milvus
@pytest.mark.parametrize("part", layout.Collections._fields)
def test_a_collection_that_is_gone_is_damage(
    address: str, server_of: Any, tmp_path: Path, part: str
) -> None:
    where = place(f"{address}/gone_{part}")
    made(where, ENCODER).close()
    (gone,) = (name for name in collections(server_of, f"gone_{part}") if f"_{part}_" in name[9:])
    server_of.drop_collection(gone)
    with pytest.raises(IndexDamaged, match=f"{gone} is gone.*--rebuild"):
        opened(where)
    (tmp_path / "page.txt").write_text(story(1))
    with Rebuild.begun(where, ENCODER) as rebuild:
        assert rebuild.ingest([tmp_path / "page.txt"]).added == 1
    with opened(where) as again:
        assert whole(again)
    assert len(collections(server_of, f"gone_{part}")) == 4


def collections(client: Any, name: str) -> list[str]:
    return [each for each in client.list_collections() if each.startswith(f"{name}_")]


def manifest(client: Any, name: str) -> dict[int, str]:
    """The rows of an archive's manifest: what it is, and who writes."""
    rows = client.query(
        f"{name}_manifest", "key > -9", ["key", "value"], consistency_level="Strong"
    )
    return {row["key"]: row["value"] for row in rows}


def write(client: Any, name: str, key: int, value: str) -> None:
    client.upsert(f"{name}_manifest", [{"key": key, "value": value, "unused": [0.0, 0.0]}])


@needs_milvus
@pytest.mark.parametrize(
    ("other", "alive"),
    [
        ({"pid": 2**22 + 5}, False),  # more than a system has
        ({"pid": os.getppid()}, True),
        ({"host": "elsewhere"}, True),
        ({"host": "elsewhere", "until": 1.0}, False),
    ],
)
def test_a_lease_holds_as_long_as_its_process_lives(
    address: str, server_of: Any, other: dict[str, object], alive: bool
) -> None:
    where = place(f"{address}/leased")
    with made(where, ENCODER, replace=True):
        (writer,) = (told for key, told in manifest(server_of, "leased").items() if key > 0)
    write(server_of, "leased", 7, json.dumps({**json.loads(writer), **other}))
    if alive:
        with pytest.raises(IndexBusy, match="written to by process"):
            opened(where, writable=True)
        server_of.delete("leased_manifest", filter="key == 7")
    else:
        opened(where, writable=True).close()
        assert len(manifest(server_of, "leased")) == 1


@needs_milvus
def test_a_writer_that_was_taken_over_stops(
    address: str, server_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made(place(f"{address}/over"), ENCODER) as store:
        server_of.delete("over_manifest", filter="key > 0")
        monkeypatch.setattr(lease, "RENEW_SECONDS", 0.0)
        with pytest.raises(IndexBusy, match="taken over"):
            put(store, article("one", story(1)))


@needs_milvus
def test_a_server_without_full_text_search_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pymilvus.MilvusClient, "get_server_version", lambda self, **options: "v2.3.5-lite"
    )
    with pytest.raises(UnusableIndex, match=r"is Milvus 2\.3\.5-lite, and Byline needs 2\.5"):
        made(place(f"{address}/old"), ENCODER)


# A writer that dies


class Died(BaseException):
    """What a test's writer dies of."""


@contextmanager
def dying_at(write: int) -> Iterator[None]:
    """Inside, this process dies in place of its nth write to Milvus, and of every later one."""
    left = iter(range(1, write))

    def dying(real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if next(left, None) is None:
                raise Died
            return real(*arguments, **options)

        return call

    client = pymilvus.MilvusClient
    with (
        mock.patch.object(client, "upsert", dying(client.upsert)),
        mock.patch.object(client, "delete", dying(client.delete)),
    ):
        yield


def version(name: str, cost: str, published: str) -> Article:
    """One of several versions of one article that were fetched."""
    text = f"Repairs of the harbour bridge cost {cost} million.\n\n{story(8, 1)}"
    url = "https://courier.example/bridge"
    source = f"{url}?utm_source={name}"
    made = article(name, text, title="Bridge", published=published, source=source)
    return dataclasses.replace(made, url=url)


FIRST = [
    article("a", story(1), published="2024-01-02"),
    article("b", story(1) + "\n\n" + story(50, 1), published="2024-01-01"),  # a copy of a
    article("c", story(2)),
    version("old", "18.4", "2024-02-01"),
    version("new", "19.1", "2024-02-02"),
]
CHANGES = {
    "added": lambda store: put(store, article("d", story(2) + "\n\n" + story(51, 1))),
    "replaced": lambda store: put(store, article("b", story(3), published="2024-05-01")),
    "moved": lambda store: put(store, article("e", story(2, 7), source="news/c.txt")),
    "removed": lambda store: store.remove("b"),
    "superseded": lambda store: put(store, version("newest", "20.2", "2024-02-03")),
    "late": lambda store: put(store, version("oldest", "17", "2024-01-31")),
    "withdrawn": lambda store: store.remove("new"),
    "forgotten": lambda store: store.remove("old"),
    "dated": lambda store: store.redescribe(version("old", "18.4", "2024-02-03"), "x"),
    "elsewhere": lambda store: store.redescribe(
        dataclasses.replace(version("old", "18.4", "2024-02-01"), url=None), "x"
    ),
    "credited": lambda store: store.redescribe(
        dataclasses.replace(FIRST[0], publisher="Courier"), "x"
    ),
}


@pytest.fixture(scope="module")
def kept_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusAddress]:
    """An address in a file that stays open."""
    file = tmp_path_factory.mktemp("first") / "archive.db"
    with made(MilvusAddress("open", file=file), ENCODER):
        yield MilvusAddress("byline", file=file)


def first(where: Place) -> Store:
    """A store in which FIRST are, and nothing else."""
    store = made(where, ENCODER, replace=True)
    for item in FIRST:
        put(store, item)
    return store


def glance(view: View) -> list[object]:
    """What tells the states of a change from one another."""
    hits = view.lexical(TERMS, 99)
    found = view.passages([hit.chunk_id for hit in hits])
    scores = [(round(h.score, 4), one.chunk.text) for h, one in zip(hits, found, strict=True)]
    known = [view.counts(), view.published_span(), view.articles(), view.earlier()]
    return [*known, view.content_hashes(), sorted(scores)]


@needs_milvus
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_cut_short_is_finished_or_undone(
    kept_open: MilvusAddress, tmp_path: Path, change: str
) -> None:
    """At each write: the next writer finds the state before, or after, and nothing else."""
    with first(tmp_path / "folder") as folder:
        states = [glance(folder)]
        CHANGES[change](folder)
        states.append(glance(folder))
    outcomes: list[int] = []
    first(kept_open).close()
    for write in range(1, 20):
        store = opened(kept_open, ENCODER, writable=True)
        try:
            with dying_at(write):
                CHANGES[change](store)
        except Died:
            store.close()  # its lease is taken for a dead one's
        else:
            store.close()
            break
        with opened(kept_open, ENCODER) as reader:  # before anyone has put it right
            assert_whole_articles(reader)
        with opened(kept_open, ENCODER, writable=True) as next_one:
            assert whole(next_one)
            outcomes.append(states.index(glance(next_one)))
        if outcomes[-1]:
            first(kept_open).close()
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {0, 1}


def assert_whole_articles(reader: View) -> None:
    """Each article can be read, and what a search finds stands in one that is searched."""
    searched = {card.article_id for card in reader.articles()}
    for hit in reader.semantic(ENCODER.encode([story(1)])[0], 100):
        (found,) = reader.passages([hit.chunk_id])
        assert found.card.article_id in searched
        text = reader.article(found.card.article_id).text
        assert text[found.chunk.start : found.chunk.end] == found.chunk.text
    for card in reader.articles() + reader.earlier():
        assert reader.article(card.article_id).text


@needs_milvus
def test_a_rebuild_that_dies_as_it_takes_its_place_leaves_one_or_the_other(
    kept_open: MilvusAddress, tmp_path: Path
) -> None:
    (tmp_path / "page.txt").write_text(story(9))
    outcomes = []
    for write in range(1, 9):
        with made(kept_open, ENCODER, replace=True) as store:
            put(store, FIRST[0])
        with MilvusIndex.beside(kept_open, ENCODER, CHUNKER) as fresh:
            ingest(fresh, [tmp_path / "page.txt"], ENCODER)
            try:
                with dying_at(write):
                    fresh.put_in_place()
                break
            except Died:
                pass
        with Rebuild.begun(kept_open, ENCODER) as again, opened(kept_open, ENCODER) as reader:
            outcomes.append([card.article_id for card in reader.articles()])
            again.ingest([tmp_path / "page.txt"])
        with opened(kept_open, ENCODER, writable=True) as store:
            assert [card.article_id for card in store.articles()] == ["page"]
            assert whole(store)
            assert isinstance(store, MilvusIndex)
            assert [name for name, _, _ in store.findings()] == ["index"]
    assert outcomes == [["a"], ["page"]]


@needs_milvus
def test_a_writer_goes_on_after_a_write_that_failed(where: MilvusAddress) -> None:
    with made(where, ENCODER) as store:
        put(store, FIRST[0])
        with pytest.raises(Died), dying_at(3):
            put(store, FIRST[1])
        put(store, FIRST[2])
        assert [card.article_id for card in store.articles()] == ["a", "c"]
        assert store.chunk_count == 12
        assert whole(store)


@needs_milvus
def test_a_search_that_a_writer_gets_in_the_way_of_is_made_again(
    where: MilvusAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pymilvus.MilvusClient.search

    def overtaken(*arguments: Any, **options: Any) -> Any:
        found = real(*arguments, **options)
        monkeypatch.undo()
        put(store, article("one", "Gulls moved."))
        return found

    with made(where, ENCODER) as store, opened(where, ENCODER) as reader:
        put(store, article("one", "Gulls nested."))
        monkeypatch.setattr(pymilvus.MilvusClient, "search", overtaken)
        with reader.snapshot() as view:
            (hit,) = view.lexical(["gulls"], 5)
            assert view.passages([hit.chunk_id])[0].chunk.text == "Gulls moved."


# Several processes


def test_a_server_that_is_away_is_one_line() -> None:
    pytest.importorskip("pymilvus")
    for writable in (False, True):
        with pytest.raises(UnusableIndex, match="cannot be reached") as caught:
            opened(place("milvus://127.0.0.1:9/news"), writable=writable)
        assert "\n" not in str(caught.value)


@needs_milvus
def test_a_killed_ingest_loses_at_most_the_article_in_hand(address: str, tmp_path: Path) -> None:
    archive = tmp_path / "archive.jsonl"
    rows = [{"id": f"a{n}", "title": f"T{n}", "text": story(n % 9)} for n in range(16)]
    archive.write_text("".join(json.dumps(row) + "\n" for row in rows))
    name = f"{address}/killed"
    code = f"import tests.test_milvus as t; t.slowly({name!r}, {str(archive)!r})"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    ) as writer:  # fmt: skip
        assert writer.stdout is not None
        for _ in range(5):
            assert writer.stdout.readline().startswith("added")
        with pytest.raises(IndexBusy, match=f"by process {writer.pid}"):
            opened(place(name), writable=True)
        with opened(place(name), ENCODER) as reader:
            assert reader.counts().articles >= 5
        writer.kill()
    with index_for(place(name), ENCODER) as store, made(tmp_path / "index", ENCODER) as folder:
        stored = store.counts().articles
        report = ingest(store, [archive], ENCODER)
        assert 5 <= stored == report.unchanged < 16
        ingest(folder, [archive], ENCODER)
        assert seen(store, TERMS, story(1)) == seen(folder, TERMS, story(1))
        assert all(good for _, good, _ in store.findings())


def slowly(name: str, archive: str) -> None:
    """Ingest a batch for each article, and say what has been done."""

    def tell(event: Progress) -> None:
        print(event.kind, flush=True)
        time.sleep(0.3)

    batches.BATCH_CHARACTERS = 1
    with index_for(place(name), ENCODER) as store:
        ingest(store, [archive], ENCODER, on_event=tell)


@needs_milvus
def test_a_doctor_says_what_is_wrong_and_mends_what_was_cut_short(where: MilvusAddress) -> None:
    def checked(*, mends: bool = False, fingerprint: str = ENCODER.fingerprint) -> list[Check]:
        known = ("hash", fingerprint)
        return list(check_index(where, lambda: known, lambda: ENCODER, mends=mends))

    assert [good for _, good, _ in checked()] == [False]
    assert "There is no index" in checked()[0][2]
    with made(where, ENCODER) as store:
        put(store, FIRST[0])
        with pytest.raises(Died), dying_at(3):
            put(store, FIRST[1])
    assert "cut short" in checked()[0][2]
    assert checked(mends=True)[0][1:] == (
        True, f"{where} is whole: 1 articles in 6 chunks, made with hash"
    )  # fmt: skip
    assert [good for _, good, _ in checked(fingerprint="x")] == [True, False]
    assert "byline ingest --rebuild" in checked(fingerprint="x")[1][2]
    Rebuild.begun(where, ENCODER).close()
    assert [name for name, _, _ in checked()] == ["index", "rebuild"]


@needs_milvus
def test_chunks_that_are_gone_are_found(address: str, server_of: Any) -> None:
    with made(place(f"{address}/less"), ENCODER) as store:
        put(store, FIRST[0])
        assert whole(store)
        (chunks,) = (name for name in collections(server_of, "less") if "_chunks_" in name)
        server_of.delete(chunks, ids=[layout.PLACES])
        (_, right, said) = next(store.findings())  # type: ignore[attr-defined]
    assert not right
    assert "6 chunks, but 5 are stored" in said


@needs_milvus
def test_the_page_keeps_an_archive_in_milvus(where: MilvusAddress, tmp_path: Path) -> None:
    (tmp_path / "gulls.txt").write_text("Gulls nested on the pier in Veldmar.")
    archive = Archive(where, lambda: ENCODER)
    assert archive.cards() == []
    report = list(archive.add([tmp_path / "gulls.txt"]))[-1]
    assert isinstance(report, Report) and report.added == 1
    (card,) = archive.cards(Filter("gulls"))
    kept = local_folder(where) / "uploads" / "gulls.txt"
    assert archive.article(card.article_id).source == str(kept)
    archive.remove(card.article_id)
    assert archive.cards() == []
    assert not kept.exists()
    archive.close()


@needs_milvus
def test_the_command_line_takes_an_address(address: str, tmp_path: Path) -> None:
    parts = Parts(
        encoder=lambda _: HashEncoder(),
        identity=lambda _: (HashEncoder.name, HashEncoder.fingerprint),
        check_models=lambda _: [],
    )
    index = ["--index", f"{address}/news"]

    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(cli, [*arguments, *index], obj=parts, catch_exceptions=False)
        return done.exit_code, done.stdout, done.stderr

    status, _, err = run("list")
    assert (status, err) == (1, f"byline: There is no index at {address}/news. Make one: "
                                f"byline ingest --index {address}/news PATH\n")  # fmt: skip
    for n in (1, 2):
        (tmp_path / f"{n}.txt").write_text(f"Headline {n}\n\n{story(n)}\n")
    status, out, _ = run("ingest", str(tmp_path))
    assert status == 0
    assert "2 added" in out or "added 2" in out.lower(), out
    status, out, _ = run("list", "--json")
    ids = sorted(row["id"] for row in json.loads(out))
    assert len(ids) == 2
    status, out, _ = run("show", ids[0])
    assert status == 0 and "Headline" in out
    assert run("remove", ids[0], "--yes")[0] == 0
    for mend in ([], ["--mend"]):
        status, out, _ = run("doctor", *mend)
        assert (status, out.count("\n")) == (0, 1)  # nothing of a disk that is the server's
        assert f"{address}/news is whole: 1 articles" in out
    (tmp_path / "3.txt").write_text(f"Headline 3\n\n{story(3)}\n")
    status, out, _ = run("ingest", "--rebuild", str(tmp_path))
    assert (status, len(json.loads(run("list", "--json")[1]))) == (0, 3)
    (tmp_path / "3.txt").unlink()
    status, out, _ = run("ingest", "--prune", str(tmp_path))
    assert (status, len(json.loads(run("list", "--all", "--json")[1]))) == (0, 2)
    status, _, err = run("show", "nothing")
    assert status == 1 and err.count("\n") == 1


def test_the_token_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert locations.token() == ""
    monkeypatch.setenv("MILVUS_TOKEN", "root:secret")
    assert locations.token() == "root:secret"
