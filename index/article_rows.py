"""The rows of articles in a folder's database, within the transaction of the caller.

What is searched stands in `articles` and `chunks`, with its words in `passages`. A version that a
later one supersedes is kept in `earlier` and `earlier_chunks`, where no search finds it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from index import duplicates, schema, versions
from index.duplicates import Member, bands
from index.linking import Linking, Links
from index.records import Article, Chunk
from index.versions import Version

_ALL = f"{schema.ARTICLE_COLUMNS}, content_hash, text_key, minhash, url_key"
_VERSION = "title, text, text_key, publisher, published, as_of, corrections, source"
_CHUNK = "start, end, sentences, vector"
_LISTED = "(SELECT value FROM json_each(?))"


class ArticleRows(Linking):
    """One change of a database: what comes, what goes, and what follows from it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__()
        self._db = db
        self.addresses: set[str | None] = set()
        """Where articles came and went; `finish` settles their versions."""

    def finish(self) -> bool:
        """Settle versions and copies; whether any version came or went."""
        moved = self.settle(sorted(filter(None, self.addresses)))
        self.elect()
        return moved

    def put(
        self, article: Article, digest: str, chunks: Sequence[Chunk], blobs: Sequence[bytes]
    ) -> bool:
        """Store an article in the place of all that has its id or source; whether anything had."""
        asked = "SELECT min(number) FROM articles WHERE id = ? OR source = ?"
        number = self._one(asked, article.id, article.source)[0]
        replaced = self.take_away(article.id, article.source)
        signature = duplicates.signature(article.text)
        derived = (digest, duplicates.text_key(article.text), signature)
        address = versions.url_key(article.url)
        values = [*schema.article_to_row(article), *derived, address, article.id, number]
        places = ", ".join("?" * len(values))
        insert = f"INSERT INTO articles ({_ALL}, origin, number) VALUES ({places})"
        number = self._db.execute(insert, values).lastrowid
        rows = [
            (chunk.start, chunk.end, schema.pack_spans(chunk.sentences), blob)
            for chunk, blob in zip(chunks, blobs, strict=True)
        ]
        self._search(number or 0, rows)
        self.arrived(derived[1], article.text, signature)
        self.addresses.add(address)
        return replaced

    def take_away(self, article_id: str, source: str) -> bool:
        """Delete what has an id or a source, searched or not; whether anything had."""
        which = "WHERE id = ? OR source = ?"
        replaced = False
        for table in ("articles", "earlier"):
            query = f"SELECT number, url_key, text_key, minhash FROM {table} {which}"
            for number, address, *text in self._db.execute(query, (article_id, source)).fetchall():
                self._delete(table, number)
                self.addresses.add(address)
                if table == "articles":
                    self.left(*text)
                replaced = True
        return replaced

    def redescribe(self, article: Article, digest: str) -> None:
        """Change all that is known of an article but its text and title.

        Raises:
            KeyError: no article has its id.
        """
        for version in self._versions("earlier", "id", article.id):
            self.move(version, "")  # its address may no longer be that of a later version
            self.arrived(version.text_key, version.text, duplicates.signature(version.text))
        row = self._one("SELECT url_key, text_key FROM articles WHERE id = ?", article.id)
        if row is None:
            raise KeyError(article.id)
        address = versions.url_key(article.url)
        self.addresses |= {row[0], address}
        changes = ", ".join(f"{name} = ?" for name in _ALL.split(", ") if name not in _SAME)
        known = zip(schema.ARTICLE_COLUMNS.split(", "), schema.article_to_row(article), strict=True)
        values = [value for name, value in known if name not in _SAME]
        self._db.execute(
            f"UPDATE articles SET {changes} WHERE id = ?", (*values, digest, address, article.id)
        )
        self.touch(row[1])  # another date may make another origin

    def _one(self, query: str, *values: object) -> Any:
        """The first row of a query; None without any."""
        return self._db.execute(query, values).fetchone()

    def _search(self, number: int, rows: Iterable[Sequence[Any]]) -> None:
        """Enter an article's chunks, its words and the bands of its text."""
        query = "SELECT title, text, text_key, minhash FROM articles WHERE number = ?"
        title, text, key, minhash = self._one(query, number)
        for row in rows:
            insert = f"INSERT INTO chunks (article, {_CHUNK}) VALUES (?, ?, ?, ?, ?)"
            chunk_id = self._db.execute(insert, (number, *row)).lastrowid
            self._db.execute(
                "INSERT INTO passages (rowid, title, body) VALUES (?, ?, ?)",
                (chunk_id, title, text[row[0] : row[1]]),
            )
        entered = [(band, key) for band in bands(minhash)]
        self._db.executemany("INSERT OR IGNORE INTO copy_bands VALUES (?, ?)", entered)

    def _delete(self, table: str, number: int) -> None:
        """Delete an article and its chunks."""
        chunks = schema.CHUNKS[table]
        if table == "articles":
            # A contentless index has to be told what it is to forget.
            query = "SELECT id, start, end FROM chunks WHERE article = ?"
            title, text = self._one("SELECT title, text FROM articles WHERE number = ?", number)
            self._db.executemany(
                "INSERT INTO passages (passages, rowid, title, body) VALUES ('delete', ?, ?, ?)",
                [(key, title, text[a:b]) for key, a, b in self._db.execute(query, (number,))],
            )
        self._db.execute(f"DELETE FROM {chunks} WHERE article = ?", (number,))
        self._db.execute(f"DELETE FROM {table} WHERE number = ?", (number,))

    def _versions(self, table: str, column: str, value: str) -> list[Version]:
        by = "superseded_by" if table == "earlier" else "''"
        query = f"SELECT id, number, {by}, {_VERSION} FROM {table} WHERE {column} = ? ORDER BY id"
        return [Version(*row) for row in self._db.execute(query, (value,))]

    # --- what `Linking` asks ---

    def text_keys_at(self, address: str) -> list[int]:
        """See `Linking`; no more than it takes to be crowded."""
        keys = "SELECT text_key FROM {} WHERE url_key = ?1"
        some = f"{keys.format('articles')} UNION {keys.format('earlier')} LIMIT ?2"
        return [key for (key,) in self._db.execute(some, (address, versions.MOST_VERSIONS + 1))]

    def versions_at(self, address: str, *, superseded: bool) -> list[Version]:
        tables = ("earlier",) if superseded else ("earlier", "articles")
        found = [each for table in tables for each in self._versions(table, "url_key", address)]
        return sorted(found, key=lambda version: version.id)

    def held(self, key: int) -> int:
        return int(self._one("SELECT count(*) FROM articles WHERE text_key = ?", key)[0])

    def near(self, key: int, signature: bytes) -> list[tuple[int, bytes]]:
        """See `Linking`: those that share a band."""
        return self._db.execute(
            "SELECT text_key, minhash FROM articles WHERE text_key IN (SELECT text_key FROM "
            f"copy_bands WHERE band IN {_LISTED}) GROUP BY text_key",
            (json.dumps(sorted(bands(signature))),),
        ).fetchall()

    def text(self, key: int) -> str:
        return str(self._one("SELECT text FROM articles WHERE text_key = ?", key)[0])

    def links(self, key: int) -> Links:
        rows = self._db.execute("SELECT b, differ FROM copy_edges WHERE a = ?", (key,)).fetchall()
        return {b for b, differ in rows if not differ}, {b for b, differ in rows if differ}

    def members(self, keys: Collection[int]) -> Iterable[tuple[Member, str]]:
        columns = "text_key, id, published, origin"
        query = f"SELECT {columns} FROM articles WHERE text_key IN {_LISTED}"
        for key, article_id, day, origin in self._db.execute(query, (json.dumps(list(keys)),)):
            yield Member(key, article_id, day or ""), origin

    def join(self, key: int, other: int, *, differ: bool) -> None:
        both = [(key, other, differ), (other, key, differ)]
        self._db.executemany("INSERT INTO copy_edges (a, b, differ) VALUES (?, ?, ?)", both)

    def part(self, key: int, signature: bytes) -> set[int]:
        linked = set.union(*self.links(key))
        self._db.execute("DELETE FROM copy_edges WHERE a = ?", (key,))
        both = [(other, key) for other in linked]
        self._db.executemany("DELETE FROM copy_edges WHERE a = ? AND b = ?", both)
        gone = [(band, key) for band in bands(signature)]
        self._db.executemany("DELETE FROM copy_bands WHERE band = ? AND text_key = ?", gone)
        return linked

    def move(self, version: Version, successor: str) -> None:
        """See `Linking`: what is searched and what is not changes its tables."""
        if version.superseded_by and successor:
            query = "UPDATE earlier SET superseded_by = ? WHERE number = ?"
            self._db.execute(query, (successor, version.number))
            return
        here, there = ("articles", "earlier") if successor else ("earlier", "articles")
        last, value = ("superseded_by", successor) if successor else ("origin", version.id)
        query = (
            f"INSERT INTO {there} ({_ALL}, {last}) SELECT {_ALL}, ? FROM {here} WHERE number = ?"
        )
        number = self._db.execute(query, (value, version.number)).lastrowid or 0
        query = f"SELECT {_CHUNK} FROM {schema.CHUNKS[here]} WHERE article = ? ORDER BY rowid"
        rows = self._db.execute(query, (version.number,)).fetchall()
        self._delete(here, version.number)
        if successor:
            insert = "INSERT INTO earlier_chunks VALUES (?, ?, ?, ?, ?)"
            self._db.executemany(insert, [(number, *row) for row in rows])
        else:
            self._search(number, rows)

    def set_origin(self, article_id: str, origin: str) -> None:
        self._db.execute("UPDATE articles SET origin = ? WHERE id = ?", (origin, article_id))


_SAME = ("id", "title", "text", "text_key", "minhash")
"""What `redescribe` leaves as it is."""
