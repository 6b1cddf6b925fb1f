"""An index that an earlier version of Byline made is brought up to date where it lies."""

import contextlib
import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from index import schema
from index.connections import WriterLock, connect
from index.errors import IndexDamaged, IndexMismatch
from index.ingesting import ingest_articles
from index.rebuilding import salvage
from index.records import Article
from index.store import Index
from tests.fakes import CountingEncoder, article, story
from tests.full_disks import limited
from tests.stores import ENCODER, lexical, query, whole

ENGLISH = (
    "The bridge in the harbour of the town will be open in May, the mayor said on Monday, and "
    "it has cost more than was planned.\n\nCorrection: an earlier version gave the wrong month."
)
VERSIONS = [
    dataclasses.replace(
        article(name, f"{ENGLISH}\n\nIt cost {cost} million.", title="Bridge", published=day),
        url="https://x.example/a",
        source=f"https://x.example/a?ref={name}",
    )
    for name, cost, day in (("one", "18.4", "2025-03-04"), ("two", "19.1", "2025-03-05"))
]
OTHERS = [article(f"b{n}", story(n), published=f"2025-03-0{n}") for n in range(1, 4)]

FORMAT_1 = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, published TEXT, publisher TEXT, url TEXT, origin TEXT NOT NULL,
    content_hash TEXT NOT NULL, text_key INTEGER NOT NULL, authors TEXT NOT NULL,
    provenance TEXT NOT NULL, minhash BLOB NOT NULL, text TEXT NOT NULL
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles (number),
    start INTEGER NOT NULL, end INTEGER NOT NULL, sentences BLOB NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article);
"""
"""As the first release had it, but for what is derived from these tables."""


def made_before(folder: Path, *items: Article, format_of_it: int = 1) -> None:
    """An index of an earlier format, from one of today's without what is new since."""
    fresh = folder.with_name("fresh")
    with Index.create(fresh, ENCODER) as index:
        for number, item in enumerate(items):  # at addresses of their own: none is set aside
            url = f"https://x.example/{number}"
            ingest_articles(index, [dataclasses.replace(item, url=url)], ENCODER)
    folder.mkdir()
    if format_of_it == 2:
        (fresh / schema.DATABASE).replace(folder / schema.DATABASE)
    with contextlib.closing(connect(folder, "rw" if format_of_it == 2 else "rwc")) as db:
        if format_of_it == 2:
            for table in ("articles", "earlier"):
                for column in ("pages", "doubts"):
                    db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            db.execute("ALTER TABLE copy_edges DROP COLUMN differ")
        else:
            db.executescript(FORMAT_1)
            db.execute("ATTACH ? AS fresh", (str(fresh / schema.DATABASE),))
            for table in ("articles", "chunks", "manifest"):
                names = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
                db.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM fresh.{table}")
            for number, told in db.execute("SELECT number, provenance FROM articles").fetchall():
                known = json.loads(told)
                known.pop("language", None)
                digest = hashlib.sha256(b"of another version").hexdigest()
                db.execute(
                    "UPDATE articles SET provenance = ?, content_hash = ? WHERE number = ?",
                    (json.dumps(known), digest, number),
                )
            db.execute("DELETE FROM manifest WHERE key = 'filed'")
        for item in items:
            db.execute("UPDATE articles SET url = ? WHERE id = ?", (item.url, item.id))
        schema.set_manifest(db, format=format_of_it)


def format_in(folder: Path) -> int:
    with contextlib.closing(connect(folder, "ro")) as db:
        return int(db.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()[0])


@pytest.mark.parametrize(("format_of_it", "writable"), [(1, False), (1, True), (2, False)])
def test_opening_an_older_index_brings_it_up_to_date(tmp_path, format_of_it, writable):
    made_before(tmp_path / "index", *VERSIONS, *OTHERS, format_of_it=format_of_it)
    with Index.open(tmp_path / "index", ENCODER, writable=writable) as index:
        assert index.manifest.format == schema.FORMAT
        assert (index.counts().articles, index.counts().superseded) == (4, 1)
        assert index.card("one").superseded_by == "two"
        for given in VERSIONS:
            kept = index.article(given.id)
            told = {"language": kept.language, "corrections": kept.corrections}
            assert kept == dataclasses.replace(
                given, **told, url=given.url, provenance=kept.provenance
            )  # type: ignore[arg-type]
            assert bool(kept.language) == bool(kept.corrections) == (format_of_it == 1)
        assert lexical(index, "19.1") == ["two"]
        assert lexical(index, "18.4") == []
        assert len(index.semantic(query("bridge"), 999)) == index.chunk_count
        assert whole(index)
    assert format_in(tmp_path / "index") == schema.FORMAT
    assert not (tmp_path / "index" / "mending").exists()


def test_the_next_ingest_reads_no_text_anew(tmp_path):
    made_before(tmp_path / "index", *OTHERS)
    encoder = CountingEncoder()
    with Index.open(tmp_path / "index", writable=True) as index:
        first = ingest_articles(index, OTHERS, encoder)
        second = ingest_articles(index, OTHERS, encoder)
    assert (first.updated, first.chunks, second.unchanged) == (3, 0, 3)
    assert encoder.batches == []


def test_an_older_index_that_cannot_be_written_to_names_the_way_out(tmp_path):
    made_before(tmp_path / "index", *OTHERS)
    lock = WriterLock.taken(tmp_path / "index")
    with pytest.raises(IndexMismatch, match=f"byline list --index {tmp_path / 'index'}"):
        Index.open(tmp_path / "index")
    lock.close()
    with limited(30), pytest.raises(IndexMismatch, match="is full"):  # pages
        Index.open(tmp_path / "index")
    assert format_in(tmp_path / "index") == 1
    Index.open(tmp_path / "index").close()
    assert format_in(tmp_path / "index") == schema.FORMAT


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE chunks SET vector = x'' WHERE id = 2",
        "UPDATE articles SET text = '' WHERE number = 2",
    ],
)
def test_a_damaged_older_index_is_left_to_the_doctor(tmp_path, spoil):
    made_before(tmp_path / "index", *OTHERS)
    with contextlib.closing(connect(tmp_path / "index", "rw")) as db:
        db.execute(spoil)
    before = (tmp_path / "index" / schema.DATABASE).read_bytes()
    with pytest.raises(IndexDamaged, match="doctor --mend"):
        Index.open(tmp_path / "index", ENCODER)
    assert (tmp_path / "index" / schema.DATABASE).read_bytes() == before
    saved = salvage(tmp_path / "index", lambda: ENCODER)
    assert (saved.articles, saved.known) == (3 - ("text" in spoil), 3)
    assert saved.aside is not None and saved.aside.read_bytes() == before
    with Index.open(tmp_path / "index", ENCODER) as index:
        assert whole(index)


def test_a_newer_index_is_refused(tmp_path):
    Index.create(tmp_path, ENCODER).close()
    with contextlib.closing(connect(tmp_path, "rw")) as db:
        schema.set_manifest(db, format=schema.FORMAT + 1)
    with pytest.raises(IndexMismatch, match="--rebuild"):
        Index.open(tmp_path)
