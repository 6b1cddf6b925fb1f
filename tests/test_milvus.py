"""What is Milvus's own: addresses, errors, a writer that dies, and several processes."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index import batches, locations, schema
from index.chunking import CHUNKER
from index.embedding import HashEncoder
from index.errors import BadRequest, IndexBusy, IndexDamaged, IndexMismatch, UnusableIndex
from index.ingesting import index_for, ingest, ingest_articles
from index.locations import MilvusAddress, local_folder, place
from index.milvus import analysis, layout, planning
from index.milvus.store import MilvusIndex
from index.opening import made, opened
from index.protocols import View
from index.rebuilding import Rebuild
from index.records import Article, Hit
from index.reports import Report
from rag.cli.commands import Parts, cli
from rag.cli.doctor import Check, check_index
from rag.page.archive import Archive, Filter
from tests.fakes import OtherEncoder, article, put, story, word
from tests.stores import ENCODER, needs_milvus, seen, server, whole

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


@needs_milvus
def test_a_manifest_of_another_kind_is_refused(where: MilvusAddress, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(story(1))
    with made(where, ENCODER) as store:
        state = store._state()
    with pytest.raises(IndexMismatch) as caught:
        opened(where, OtherEncoder())
    assert f"byline ingest --rebuild --encoder other --index {where} PATH" in str(caught.value)
    for value, error in (
        (state.to_json().replace('"format": 1', '"format": 99'), IndexMismatch),
        ("{}", IndexDamaged),
        ("[1", IndexDamaged),
    ):
        with made(where, ENCODER, replace=True) as store:
            row = {"key": layout.MANIFEST_KEY, "value": value, "unused": [0.0, 0.0]}
            store._link.upsert(store._manifest, [row])
        with pytest.raises(error, match="--rebuild"):
            opened(where)
        with Rebuild.begun(where, ENCODER) as rebuild:
            assert rebuild.ingest([page]).added == 1
        with opened(where, ENCODER) as store:
            assert store.counts().articles == 1


@needs_milvus
@pytest.mark.parametrize("part", layout.Collections._fields)
def test_a_collection_that_is_gone_is_damage(
    where: MilvusAddress, tmp_path: Path, part: str
) -> None:
    with made(where, ENCODER) as store:
        store._link.drop(getattr(names(store), part))
    with pytest.raises(IndexDamaged, match=f"byline_{part}_[0-9a-f]+ is gone.*--rebuild"):
        opened(where)
    (tmp_path / "page.txt").write_text(story(1))
    with Rebuild.begun(where, ENCODER) as rebuild:
        assert rebuild.ingest([tmp_path / "page.txt"]).added == 1
    with opened(where) as again:
        assert whole(again)
        assert len(again._link.collections()) == 4


def names(store: MilvusIndex) -> layout.Collections:
    """The collections of what a store holds."""
    return store._changes.names(store._state())


def stored(store: MilvusIndex) -> tuple[int, int]:
    """How many chunks there are, to be searched and of earlier versions."""
    return store._link.count(names(store).chunks), store._link.count(names(store).earlier)


# A writer that dies


class Died(BaseException):
    """What a test's writer dies of."""


def dies_at(store, write: int) -> None:
    """Let the link die in place of its nth write from now on, and of every later one."""
    link = store._link
    left = iter(range(1, write))

    def dying(real):
        def call(*arguments, **options):
            if next(left, None) is None:
                raise Died
            return real(*arguments, **options)

        return call

    link.upsert, link.delete = dying(link.upsert), dying(link.delete)


def dead(store) -> None:
    """Leave a store as a process that died leaves it; its lease is taken for a dead one's."""
    del store._link.upsert, store._link.delete
    store.close()


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


def glance(view: View) -> list[object]:
    """What tells the states of a change from one another."""
    hits = view.lexical(TERMS, 99)
    return [
        view.counts(),
        view.published_span(),
        view.articles(),
        view.earlier(),
        view.content_hashes(),
        sorted(
            (round(hit.score, 4), found) for hit, found in zip(hits, texts(view, hits), strict=True)
        ),
    ]


def texts(view: View, hits: list[Hit]) -> list[str]:
    return [one.chunk.text for one in view.passages([hit.chunk_id for hit in hits])]


def rows_of(store: MilvusIndex) -> dict[str, list[dict]]:
    """All that is stored, by collection; the manifest's row last."""
    link, (articles, chunks, earlier) = store._link, names(store)
    return {
        articles: planning.with_change(list(link.every(articles, ["key", *layout.ARTICLE])), 0),
        chunks: list(link.every(chunks, layout.STORED_CHUNK)),
        earlier: list(link.every(earlier, layout.STORED_CHUNK)),
        store._manifest: [{"key": 0, "unused": [0.0, 0.0], "value": store._state().to_json()}],
    }


def restore(store: MilvusIndex, kept: dict[str, list[dict]]) -> None:
    """Make an archive what it was."""
    for collection, rows in kept.items():
        if collection != store._manifest:
            key = "key" if "articles" in collection else "id"
            there = [row[key] for row in store._link.every(collection, [key])]
            store._link.delete(collection, key, there)
        store._link.upsert(collection, rows)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MilvusAddress, dict]]:
    """An archive in which FIRST are, and its rows; the file stays open."""
    file = tmp_path_factory.mktemp("first") / "archive.db"
    with made(MilvusAddress("open", file=file), ENCODER):
        where = MilvusAddress("byline", file=file)
        with made(where, ENCODER) as store:
            for item in FIRST:
                put(store, item)
            kept = rows_of(store)
        yield where, kept


@needs_milvus
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_cut_short_is_finished_or_undone(
    first: tuple[MilvusAddress, dict], tmp_path: Path, change: str
) -> None:
    """At each write: the next writer finds the state before, or after, and nothing else."""
    where, kept = first
    states = []
    for end in (False, True):
        with made(tmp_path / f"folder-{end}", ENCODER) as folder:
            for item in FIRST:
                put(folder, item)
            if end:
                CHANGES[change](folder)
            states.append(glance(folder))
    outcomes = [1]
    for write in range(1, 20):
        with opened(where, ENCODER, writable=True) as store:
            if outcomes[-1]:
                restore(store, kept)
            dies_at(store, write)
            try:
                CHANGES[change](store)
            except Died:
                dead(store)
            else:
                dead(store)
                break
        with opened(where, ENCODER) as reader:  # before anyone has put it right
            assert_whole_articles(reader)
        with opened(where, ENCODER, writable=True) as next_one:
            assert whole(next_one)
            assert stored(next_one)[0] == next_one.chunk_count
            assert not next_one._state().pending
            outcomes.append(states.index(glance(next_one)))
    outcomes.pop(0)
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {0, 1}


def assert_whole_articles(reader: View) -> None:
    """Each article can be read, and what a search finds stands in one that is searched."""
    searched = {card.article_id for card in reader.articles()}
    for hit in reader.semantic(ENCODER.encode([story(1)])[0], 100):
        (one,) = reader.passages([hit.chunk_id])
        assert one.card.article_id in searched
        text = reader.article(one.card.article_id).text
        assert text[one.chunk.start : one.chunk.end] == one.chunk.text
    for card in reader.articles() + reader.earlier():
        assert reader.article(card.article_id).text


@needs_milvus
def test_a_rebuild_that_dies_as_it_takes_its_place_leaves_one_or_the_other(
    where: MilvusAddress, tmp_path: Path
) -> None:
    (tmp_path / "page.txt").write_text(story(9))
    outcomes = []
    with made(MilvusAddress("open", file=where.file), ENCODER):
        for write in range(1, 9):
            with made(where, ENCODER, replace=True) as store:
                put(store, FIRST[0])
            fresh = MilvusIndex.beside(where, ENCODER, CHUNKER)
            ingest(fresh, [tmp_path / "page.txt"], ENCODER)
            dies_at(fresh, write)
            try:
                fresh.put_in_place()
            except Died:
                dead(fresh)
            else:
                dead(fresh)
                break
            with Rebuild.begun(where, ENCODER) as again, opened(where, ENCODER) as reader:
                outcomes.append([card.article_id for card in reader.articles()])
                again.ingest([tmp_path / "page.txt"])
            with opened(where, ENCODER, writable=True) as store:
                assert [card.article_id for card in store.articles()] == ["page"]
                assert whole(store)
                assert [name for name, _, _ in store.findings()] == ["index"]
                assert len(store._link.collections()) == 8
    assert outcomes == [["a"], ["page"]]


@needs_milvus
def test_a_writer_goes_on_after_a_write_that_failed(where: MilvusAddress) -> None:
    with made(where, ENCODER) as store:
        put(store, FIRST[0])
        dies_at(store, 3)
        with pytest.raises(Died):
            put(store, FIRST[1])
        del store._link.upsert, store._link.delete
        put(store, FIRST[2])
        assert [card.article_id for card in store.articles()] == ["a", "c"]
        assert stored(store) == (12, 0)
        assert store.chunk_count == 12


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
    where: MilvusAddress, other: dict[str, object], alive: bool
) -> None:
    with made(where, ENCODER) as store:
        rows = store._link.query(store._manifest, "key != 0", ["key", "value"])
        mine = json.loads(rows[0]["value"])
        link, manifest = store._link, store._manifest
        said = json.dumps({**mine, **other})
        link.upsert(manifest, [{"key": 7, "value": said, "unused": [0.0, 0.0]}])
        link.delete(manifest, "key", [rows[0]["key"]])
        store._lease._key = 7
        if alive:
            with pytest.raises(IndexBusy, match="written to by process"):
                opened(where, writable=True)
        else:
            opened(where, writable=True).close()
            assert link.count(manifest) == 1
            store._lease._renewed = 0.0
            with pytest.raises(IndexBusy, match="taken over"):
                put(store, article("one", story(1)))


@needs_milvus
def test_a_search_that_a_writer_gets_in_the_way_of_is_made_again(where: MilvusAddress) -> None:
    with made(where, ENCODER) as store, opened(where, ENCODER) as reader:
        put(store, article("one", "Gulls nested."))
        real = reader._link.search

        def overtaken(*arguments):
            found = real(*arguments)
            reader._link.search = real
            put(store, article("one", "Gulls moved."))
            return found

        reader._link.search = overtaken
        with reader.snapshot() as view:
            (hit,) = view.lexical(["gulls"], 5)
            assert view.passages([hit.chunk_id])[0].chunk.text == "Gulls moved."


# A server


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("server") / "data") as started:
        yield started


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

    batches.BATCH_CHARACTERS = 1
    with index_for(place(name), ENCODER) as store:
        ingest(store, [archive], ENCODER, on_event=lambda event: print(event.kind, flush=True))
        sys.stdin.readline()


@needs_milvus
def test_a_doctor_says_what_is_wrong_and_mends_what_was_cut_short(where: MilvusAddress) -> None:
    def checked(*, mends: bool = False, fingerprint: str = ENCODER.fingerprint) -> list[Check]:
        known = ("hash", fingerprint)
        return list(check_index(where, lambda: known, lambda: ENCODER, mends=mends))

    assert [good for _, good, _ in checked()] == [False]
    assert "There is no index" in checked()[0][2]
    with made(where, ENCODER) as store:
        put(store, FIRST[0])
        dies_at(store, 3)
        with pytest.raises(Died):
            put(store, FIRST[1])
        dead(store)
    assert "cut short" in checked()[0][2]
    assert checked(mends=True)[0][1:] == (
        True, f"{where} is whole: 1 articles in 6 chunks, made with hash"
    )  # fmt: skip
    assert [good for _, good, _ in checked(fingerprint="x")] == [True, False]
    assert "byline ingest --rebuild" in checked(fingerprint="x")[1][2]
    with opened(where, ENCODER, writable=True) as store:
        store._link.delete(names(store).chunks, "id", [layout.PLACES])
    assert [good for _, good, _ in checked(mends=True)] == [False]
    assert "6 chunks, but 5 are stored" in checked()[0][2]
    Rebuild.begun(where, ENCODER).close()
    assert [name for name, _, _ in checked()] == ["index", "rebuild"]


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
