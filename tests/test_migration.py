"""An index that an earlier version of Byline made, brought up to date where it lies."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from index import migration, schema, vectors
from index.connections import WriterLock, connect
from index.embedding import HashEncoder
from index.errors import IndexMismatch
from index.ingesting import ingest_articles
from index.records import Article
from index.store import Index
from tests.fakes import CountingEncoder, article, story

ENCODER = HashEncoder()
ENGLISH = (
    "The bridge in the harbour of the town will be open in May, the mayor said on Monday, and "
    "it has cost more than was planned.\n\nCorrection: an earlier version gave the wrong month."
)


def made_before(folder: Path, *items: Article) -> None:
    """An index as format 1 had it: without the new columns and tables."""
    with Index.create(folder, ENCODER) as index:
        ingest_articles(index, items, ENCODER)
    with contextlib.closing(connect(folder, "rw")) as db:
        db.execute("DROP INDEX articles_by_url")
        for column in ("language", "corrections", "as_of", "url_key"):
            db.execute(f"ALTER TABLE articles DROP COLUMN {column}")
        for table in ("earlier_chunks", "earlier"):
            db.execute(f"DROP TABLE {table}")
        for number, provenance in db.execute("SELECT number, provenance FROM articles").fetchall():
            told = json.loads(provenance)
            told.pop("language", None)
            db.execute(
                "UPDATE articles SET provenance = ?, content_hash = ? WHERE number = ?",
                (json.dumps(told), hashlib.sha256(b"another").hexdigest(), number),
            )
        schema.set_manifest(db, format=1)


ITEMS = [
    article("a", ENGLISH, published="2025-03-04"),
    *(article(f"b{n}", story(n), published=f"2025-03-0{n}") for n in range(1, 4)),
]


def test_reading_an_older_index_brings_it_up_to_date(tmp_path: Path) -> None:
    made_before(tmp_path, *ITEMS)
    assert migration.is_due_in(tmp_path)
    file = (tmp_path / vectors.FILE).read_bytes()
    with Index.open(tmp_path) as index:
        assert index.manifest.format == schema.FORMAT
        found = index.article("a")
        assert (found.title, found.text, found.published) == (
            ITEMS[0].title,
            ENGLISH,
            ITEMS[0].published,
        )
        assert (found.language, found.provenance["language"]) == ("en", "by its words")
        assert found.corrections == ("Correction: an earlier version gave the wrong month.",)
        assert index.counts().articles == 4
        assert vectors.holds(tmp_path, index.manifest)
        assert index.lexical(["harbour"], 9)
        index.check()
    assert (tmp_path / vectors.FILE).read_bytes() == file
    assert not migration.is_due_in(tmp_path)


def test_the_next_ingest_reads_no_text_anew(tmp_path: Path) -> None:
    made_before(tmp_path, *ITEMS)
    encoder = CountingEncoder()
    with Index.open(tmp_path, writable=True) as index:
        first = ingest_articles(index, ITEMS, encoder)
        second = ingest_articles(index, ITEMS, encoder)
    assert (first.updated, first.chunks, second.unchanged) == (4, 0, 4)
    assert encoder.batches == []


def test_versions_are_told_apart_in_an_older_index(tmp_path: Path) -> None:
    one, two = (
        dataclasses.replace(article(name, text, title="Bridge", published=day), url=url)
        for name, text, day, url in (
            ("one", "The bridge cost 18.4 million.", "2025-03-04", "https://x.example/a"),
            ("two", "The bridge cost 19.1 million.", "2025-03-05", "https://x.example/b"),
        )
    )
    made_before(tmp_path, one, two)
    with contextlib.closing(connect(tmp_path, "rw")) as db:
        db.execute("UPDATE articles SET url = 'https://x.example/a'")
    with Index.open(tmp_path, ENCODER) as index:
        assert index.card("one").superseded_by == "two"
        assert [hit.chunk_id for hit in index.lexical(["bridge"], 9)] == [2]
        assert [hit.chunk_id for hit in index.semantic(ENCODER.encode(["bridge"])[0], 9)] == [2]


def test_an_older_index_that_cannot_be_written_to_names_the_way_out(tmp_path: Path) -> None:
    made_before(tmp_path, *ITEMS)
    lock = WriterLock.taken(tmp_path)
    with pytest.raises(IndexMismatch, match=f"byline list --index {tmp_path}"):
        Index.open(tmp_path)
    lock.release()
    Index.open(tmp_path).close()


def test_what_fails_half_way_leaves_the_older_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_before(tmp_path, *ITEMS)
    monkeypatch.setattr(migration, "_ADDED", {**migration._ADDED, "title": "TEXT"})
    with pytest.raises(Exception, match="duplicate column"):
        Index.open(tmp_path)
    monkeypatch.undo()
    assert migration.is_due_in(tmp_path)
    with Index.open(tmp_path) as index:
        assert index.article("a").language == "en"


def test_a_newer_index_is_refused(tmp_path: Path) -> None:
    Index.create(tmp_path, ENCODER).close()
    with contextlib.closing(connect(tmp_path, "rw")) as db:
        schema.set_manifest(db, format=schema.FORMAT + 1)
    with pytest.raises(IndexMismatch, match="--rebuild"):
        Index.open(tmp_path)
