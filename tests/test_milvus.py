"""What is Milvus's own: addresses, errors, a writer that dies, and several processes."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from index import batches, locations, schema
from index.embedding import HashEncoder
from index.errors import BadRequest, IndexBusy, IndexDamaged, IndexMismatch, UnusableIndex
from index.ingesting import index_for, ingest, ingest_articles
from index.locations import MilvusAddress, Place, local_folder, place
from index.milvus import analysis, layout, lease
from index.opening import made, opened
from index.rebuilding import Rebuild
from index.records import Article, Progress, Report
from rag.cli.commands import Parts, cli
from rag.page.archive import Archive, Filter
from tests.fakes import article, put, story, word
from tests.stores import ENCODER, needs_milvus, seen, server, whole

try:
    import pymilvus
except ImportError:  # the tests that need it are skipped
    pymilvus = None
ROOT = Path(__file__).parent.parent
TERMS = ["title", word(1), word(2), f"{word(3)} {word(4)}"]


# Addresses

BAD = (
    "milvus://db  milvus://db/a/b  milvus://db/a-b  milvus://db/1  milvus://db/a?x=1  "
    "milvus://db/a#b  milvus://d b/a  milvus://db:x/a  milvus:///a  milvus://  "
    "milvus://root:secret@db/a"
)


@pytest.mark.parametrize(
    ("given", "expected", "said"),
    [
        ("index", Path("index"), "index"),
        ("milvus://db/news", MilvusAddress("news", "http://db:19530"), "milvus://db:19530/news"),
        ("milvus://10.0.0.1:80/a_1", MilvusAddress("a_1", "http://10.0.0.1:80"), ""),
        ("milvus://[::1]:80/a", MilvusAddress("a", "http://[::1]:80"), ""),
        ("milvus://[::1]/a", MilvusAddress("a", "http://[::1]:19530"), "milvus://[::1]:19530/a"),
        ("milvus+tls://db/a", MilvusAddress("a", "https://db:19530"), "milvus+tls://db:19530/a"),
        ("milvus:///tmp/a.db", MilvusAddress("byline", file=Path("/tmp/a.db")), ""),
        ("milvus://../x/a.db", MilvusAddress("byline", file=Path("../x/a.db")), ""),
        *((bad, None, "") for bad in BAD.split("  ")),
    ],
)
def test_an_address_is_read_and_written(given, expected, said):
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


def test_words_are_cut_as_the_folder_cuts_them():
    assert f"tokenize='{analysis.TOKENIZER}'" in schema.TABLES
    long = "w" * 50
    found = analysis.split([f"The Cafés' re-opening, 北京 {long}", ""])
    assert found[0][:4] == ("the", "cafe", "re", "open")
    assert all(word.isascii() and word.isalnum() for word in found[0])
    assert (len(found[0]), len(found[0][5]), found[1]) == (6, 33, ())
    (words,) = analysis.of_chunks(f"{long} " * 50_000, ["Gulls nested."])
    assert words.body == ("gull", "nest")
    assert len(words.text) < layout.ROOM  # whatever the title's length
    assert analysis.Words.stored(words.text) == words


# A file


@pytest.fixture
def where(tmp_path: Path) -> MilvusAddress:
    return MilvusAddress("byline", file=tmp_path / "archive.db")


@needs_milvus
def test_a_file_is_for_one_process(where):
    code = f"from pathlib import Path; import tests.test_milvus as t; t.hold({str(where.file)!r})"
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        with pytest.raises(IndexBusy, match="open in another process"):
            opened(where)
        holder.communicate("stop\n")
    with opened(where) as store:
        assert store.counts().articles == 1


def hold(path: str) -> None:
    """Keep a file open until a line comes."""
    with made(MilvusAddress("byline", file=Path(path)), ENCODER) as store:
        put(store, article("one", story(1)))
        print("ready", flush=True)
        sys.stdin.readline()


@needs_milvus
def test_something_else_in_the_files_place_is_one_line(where):
    assert where.file is not None
    where.file.write_text("GIF89a")
    for action in (lambda: opened(where), lambda: made(where, ENCODER)):
        with pytest.raises(UnusableIndex, match="cannot be used") as caught:
            action()
        assert "\n" not in str(caught.value)


@needs_milvus
def test_what_milvus_cannot_hold_is_skipped_and_the_rest_goes_on(where):
    long = Article("long", "Title", "Gulls nested.", "long.txt", authors=("é" * 40_000,))
    with made(where, ENCODER) as store:
        report = ingest_articles(store, [long, article("one", story(1))], ENCODER)
        (problem,) = report.problems
        assert (report.added, problem.source) == (1, "long.txt")
        assert "65,535 bytes" in problem.reason


@needs_milvus
def test_without_pymilvus_it_says_what_to_install(where, monkeypatch):
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


def rebuilt(where: Place, folder: Path) -> None:
    """A rebuild needs nothing of what there was."""
    (folder / "page.txt").write_text(story(1))
    with Rebuild.begun(where, ENCODER) as rebuild:
        assert rebuild.ingest([folder / "page.txt"]).added == 1
    with opened(where, ENCODER) as store:
        assert store.counts().articles == 1 and whole(store)


@needs_milvus
@pytest.mark.parametrize(
    ("old", "new", "error"),
    [('"format": 1', '"format": 99', IndexMismatch), ("", "{}", IndexDamaged),
     ("", "[1", IndexDamaged)],
)  # fmt: skip
def test_a_manifest_of_another_kind_is_refused(address, server_of, tmp_path, old, new, error):
    where = place(f"{address}/kinds")
    made(where, ENCODER, replace=True).close()
    ((_, told),) = manifest(server_of, "kinds").items()
    write(server_of, "kinds", layout.MANIFEST_KEY, told.replace(old, new) if old else new)
    with pytest.raises(error, match="--rebuild"):
        opened(where)
    rebuilt(where, tmp_path)


@needs_milvus
@pytest.mark.parametrize("part", layout.Collections._fields)
def test_a_collection_that_is_gone_is_damage(address, server_of, tmp_path, part):
    where = place(f"{address}/gone_{part}")
    made(where, ENCODER).close()
    (gone,) = (name for name in collections(server_of, f"gone_{part}") if f"_{part}_" in name[9:])
    server_of.drop_collection(gone)
    with pytest.raises(IndexDamaged, match=f"{gone} is gone.*--rebuild"):
        opened(where)
    rebuilt(where, tmp_path)
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
def test_a_lease_holds_as_long_as_its_process_lives(address, server_of, other, alive):
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
def test_a_writer_that_was_taken_over_stops(address, server_of, monkeypatch):
    with made(place(f"{address}/over"), ENCODER) as store:
        server_of.delete("over_manifest", filter="key > 0")
        monkeypatch.setattr(lease, "RENEW_SECONDS", 0.0)
        with pytest.raises(IndexBusy, match="taken over"):
            put(store, article("one", story(1)))


@needs_milvus
def test_a_server_without_full_text_search_is_refused(address, monkeypatch):
    monkeypatch.setattr(
        pymilvus.MilvusClient, "get_server_version", lambda self, **options: "v2.3.5-lite"
    )
    with pytest.raises(UnusableIndex, match=r"is Milvus 2\.3\.5-lite, and Byline needs 2\.5"):
        made(place(f"{address}/old"), ENCODER)


# Several processes


def test_a_server_that_is_away_is_one_line():
    pytest.importorskip("pymilvus")
    for writable in (False, True):
        with pytest.raises(UnusableIndex, match="cannot be reached") as caught:
            opened(place("milvus://127.0.0.1:9/news"), writable=writable)
        assert "\n" not in str(caught.value)


@needs_milvus
def test_a_killed_ingest_loses_at_most_the_article_in_hand(address, tmp_path):
    archive = tmp_path / "archive.jsonl"
    rows = [{"id": f"a{n}", "title": f"T{n}", "text": story(n % 9)} for n in range(16)]
    archive.write_text("".join(json.dumps(row) + "\n" for row in rows))
    name = f"{address}/killed"
    code = f"import tests.test_milvus as t; t.slowly({name!r}, {str(archive)!r})"
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as writer:
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

    told = itertools.count(1)

    def tell(event: Progress) -> None:
        print(event.kind, flush=True)
        if next(told) > 5:
            sys.stdin.readline()  # which never comes

    batches.BATCH_CHARACTERS = 1
    with index_for(place(name), ENCODER) as store:
        ingest(store, [archive], ENCODER, on_event=tell)


@needs_milvus
def test_chunks_that_are_gone_are_found(address, server_of):
    with made(place(f"{address}/less"), ENCODER) as store:
        put(store, article("a", story(1)))
        (chunks,) = (name for name in collections(server_of, "less") if "_chunks_" in name)
        server_of.delete(chunks, ids=[layout.PLACES])
        (_, right, said) = next(store.findings())  # type: ignore[attr-defined]
    assert not right
    assert "6 chunks, but 5 are stored" in said


@needs_milvus
def test_the_page_keeps_an_archive_in_milvus(where, tmp_path):
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
def test_the_command_line_takes_an_address(address, tmp_path):
    parts = Parts(
        encoder=lambda _: HashEncoder(),
        identity=lambda _: (HashEncoder.name, HashEncoder.fingerprint),
        check_models=lambda _: [],
    )
    index = ["--index", f"{address}/news"]

    def run(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(cli, [*arguments, *index], obj=parts, catch_exceptions=False)
        assert done.exit_code == status, done.output
        return done.stdout if status == 0 else done.stderr

    def listed(*options: str) -> list[str]:
        return sorted(row["id"] for row in json.loads(run("list", *options, "--json")))

    assert run("list", status=1) == (
        f"byline: There is no index at {address}/news. Make one: "
        f"byline ingest --index {address}/news PATH\n"
    )
    for n in (1, 2):
        (tmp_path / f"{n}.txt").write_text(f"Headline {n}\n\n{story(n)}\n")
    run("ingest", str(tmp_path))
    first, _ = listed()
    assert "Headline" in run("show", first)
    run("remove", first, "--yes")
    for mend in ([], ["--mend"]):
        out = run("doctor", *mend)
        assert out.count("\n") == 1  # nothing of a disk that is the server's
        assert f"{address}/news is whole: 1 articles" in out
    (tmp_path / "3.txt").write_text(f"Headline 3\n\n{story(3)}\n")
    run("ingest", "--rebuild", str(tmp_path))
    assert len(listed()) == 3
    (tmp_path / "3.txt").unlink()
    run("ingest", "--prune", str(tmp_path))
    assert len(listed("--all")) == 2
    assert run("show", "nothing", status=1).count("\n") == 1


def test_the_token_is_read_from_the_environment(monkeypatch):
    assert locations.token() == ""
    monkeypatch.setenv("MILVUS_TOKEN", "root:secret")
    assert locations.token() == "root:secret"
