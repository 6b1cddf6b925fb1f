"""An index that an earlier version of Byline made, brought up to date where it lies."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from index import firstpage, migration, schema, vectors
from index.connections import WriterLock, connect
from index.consistency import find
from index.embedding import HashEncoder
from index.errors import IndexMismatch
from index.ingesting import ingest_articles
from index.records import Article
from index.store import Index
from rag.cli.doctor import Doctor
from tests.fakes import CountingEncoder, article, story

ENCODER = HashEncoder()
ENGLISH = (
    "The bridge in the harbour of the town will be open in May, the mayor said on Monday, and "
    "it has cost more than was planned.\n\nCorrection: an earlier version gave the wrong month."
)


def made_before(folder: Path, *items: Article) -> None:
    """An index as format 1 had it, page by page: without the new columns and tables."""
    with Index.create(folder, ENCODER) as index:
        ingest_articles(index, items, ENCODER)
    old = folder / "old"
    old.mkdir()
    with contextlib.closing(connect(old, "rwc")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migration.create_first(db)
        db.execute("ATTACH ? AS new", (str(folder / schema.DATABASE),))
        for table in ("articles", "chunks", "sqlite_sequence", "manifest", *COPIED):
            names = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
            db.execute(f"DELETE FROM main.{table}")
            db.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")
        for number, provenance in db.execute("SELECT number, provenance FROM articles").fetchall():
            told = json.loads(provenance)
            told.pop("language", None)
            db.execute(
                "UPDATE articles SET provenance = ?, content_hash = ? WHERE number = ?",
                (json.dumps(told), hashlib.sha256(b"another").hexdigest(), number),
            )
        db.execute("DELETE FROM manifest WHERE key IN ('filed', 'layout')")
        schema.set_manifest(db, format=1)
        db.execute("DETACH new")
    (old / schema.DATABASE).replace(folder / schema.DATABASE)
    old.rmdir()


COPIED = (
    "passages_data",
    "passages_idx",
    "passages_docsize",
    "passages_config",
    "copy_bands",
    "copy_edges",
)
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
        db.execute("UPDATE articles SET source = 'https://x.example/a?ref=' || id")
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


def test_an_index_of_format_2_is_brought_up_and_reads_the_same(tmp_path: Path) -> None:
    made_before(tmp_path, *ITEMS)
    with Index.open(tmp_path) as index:
        before = index.article("a")
    with contextlib.closing(connect(tmp_path, "rw")) as db:
        for table in ("articles", "earlier"):
            for column in ("pages", "doubts"):
                db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("ALTER TABLE copy_edges DROP COLUMN differ")
        schema.set_manifest(db, format=2)
    with Index.open(tmp_path) as index:
        assert index.manifest.format == schema.FORMAT
        assert index.article("a") == before
        assert (before.pages, before.doubts) == ((), ())


def test_a_newer_index_is_refused(tmp_path: Path) -> None:
    Index.create(tmp_path, ENCODER).close()
    with contextlib.closing(connect(tmp_path, "rw")) as db:
        schema.set_manifest(db, format=schema.FORMAT + 1)
    with pytest.raises(IndexMismatch, match="--rebuild"):
        Index.open(tmp_path)


# What is left of an older index whose first page is lost


def without_head(folder: Path) -> None:
    """Overwrite the page that says where the tables begin."""
    with (folder / schema.DATABASE).open("r+b") as file:
        file.write(bytes(firstpage.PAGE))


def two_versions(folder: Path) -> None:
    """Two articles that were fetched from one address, in an index of format 1, and others."""
    made_before(
        folder,
        article("one", f"{ENGLISH}\n\nIt cost 18.4 million.", "Bridge", "2025-03-04"),
        article("two", f"{ENGLISH}\n\nIt cost 19.1 million.", "Bridge", "2025-03-05"),
        *ITEMS[1:],
    )
    with contextlib.closing(connect(folder, "rw")) as db:
        db.execute("UPDATE articles SET url = 'https://x.example/a' WHERE id IN ('one', 'two')")
        db.execute("UPDATE articles SET source = url || '?ref=' || id WHERE id IN ('one', 'two')")


def all_rows(folder: Path) -> list[object]:
    """All articles, searched or not, with their chunks' vectors, but no numbers."""
    with Index.open(folder, ENCODER) as index, index.snapshot() as view:
        assert not find(view)
        every = sorted(card.article_id for card in (*view.articles(), *view.earlier()))
        found = [(view.article(one), view.card(one), view.chunks_of(one)) for one in every]
        return [*found, view.semantic(ENCODER.encode(["bridge"])[0], 99)[:1][0].score]


@pytest.mark.parametrize("format_of_it", ["migrated", "older"])
def test_a_lost_first_page_is_found_again_in_an_index_of_an_earlier_format(
    tmp_path: Path, format_of_it: str
) -> None:
    two_versions(tmp_path / "whole")
    two_versions(tmp_path / "index")
    expected = all_rows(tmp_path / "whole")
    if format_of_it == "migrated":
        Index.open(tmp_path / "index").close()
    with contextlib.closing(connect(tmp_path / "index", "rw")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    without_head(tmp_path / "index")
    encoder = CountingEncoder()
    said = list(
        Doctor(tmp_path / "index", lambda: ("hash", "hash-1"), lambda: encoder, True).check()
    )
    assert said[0][1] and "saved 5 of 5 articles" in said[0][2]
    assert encoder.batches == []  # their vectors were saved too
    with Index.open(tmp_path / "index") as index:
        assert index.card("one").superseded_by == "two"
        assert index.article("two").language == "en"
    assert all_rows(tmp_path / "index") == expected
