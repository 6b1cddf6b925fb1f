"""The rows of one article: stored, erased, set aside for a later version, brought back.

Everything happens in the transaction of the caller. `index.versions` decides which
version is the latest, `index.duplicates` which articles are copies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from index import copy_tables, duplicates, schema, versions
from index.records import Article, Chunk
from index.schema import pack_spans, unpack_spans
from index.versions import Version

_DERIVED = "content_hash, text_key, minhash, url_key"
_ALL = f"{schema.ARTICLE_COLUMNS}, {_DERIVED}"


def number_of(db: sqlite3.Connection, article_id: str, source: str) -> int | None:
    """The number of the article that is searched and has an id or a source; the first of two."""
    query = "SELECT min(number) FROM articles WHERE id = ? OR source = ?"
    number: int | None = db.execute(query, (article_id, source)).fetchone()[0]
    return number


def insert(
    db: sqlite3.Connection, article: Article, content_hash: str, number: int | None = None
) -> int:
    """Store an article as one that is searched; its number, a new one unless one is given."""
    values = (
        *schema.article_to_row(article),
        content_hash,
        duplicates.text_key(article.text),
        duplicates.signature(article.text),
        versions.url_key(article.url),
        article.id,  # its own origin until it is linked
        number,
    )
    places = ", ".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO articles ({_ALL}, origin, number) VALUES ({places})", values)
    return int(cursor.lastrowid or 0)


def insert_chunks(
    db: sqlite3.Connection, number: int, title: str, chunks: Sequence[Chunk], blobs: Sequence[bytes]
) -> None:
    """Store an article's chunks with their vectors, and their words for the full-text index."""
    for chunk, blob in zip(chunks, blobs, strict=True):
        row = (number, chunk.start, chunk.end, pack_spans(chunk.sentences), blob)
        chunk_id = db.execute(
            "INSERT INTO chunks (article, start, end, sentences, vector) VALUES (?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        db.execute(
            "INSERT INTO passages (rowid, title, body) VALUES (?, ?, ?)",
            (chunk_id, title, chunk.text),
        )


def erase(db: sqlite3.Connection, number: int) -> None:
    """Delete an article that is searched, and all that hangs on it."""
    copy_tables.unlink(db, number)
    title, text = db.execute(
        "SELECT title, text FROM articles WHERE number = ?", (number,)
    ).fetchone()
    rows = db.execute("SELECT id, start, end FROM chunks WHERE article = ?", (number,)).fetchall()
    # A contentless index has to be told what it is to forget.
    db.executemany(
        "INSERT INTO passages (passages, rowid, title, body) VALUES ('delete', ?, ?, ?)",
        [(chunk_id, title, text[start:end]) for chunk_id, start, end in rows],
    )
    db.execute("DELETE FROM chunks WHERE article = ?", (number,))
    db.execute("DELETE FROM articles WHERE number = ?", (number,))


def taken_away(db: sqlite3.Connection, article_id: str, source: str) -> tuple[bool, set[str]]:
    """Delete what has an id or a source; whether anything had, and which addresses it was at."""
    addresses = set()
    replaced = False
    for table, delete in (("articles", erase), ("earlier", _erase_earlier)):
        found = db.execute(
            f"SELECT number, url_key FROM {table} WHERE id = ? OR source = ?", (article_id, source)
        ).fetchall()
        for number, address in found:
            delete(db, number)
            addresses.add(address)
            replaced = True
    return replaced, {address for address in addresses if address}


def redescribe(db: sqlite3.Connection, article: Article, content_hash: str) -> set[str]:
    """Change all that is known of an article but its text and title; the addresses it was at.

    It is known by its id, and its source may be another one.
    """
    columns = [name for name in schema.ARTICLE_COLUMNS.split(", ") if name != "id"]
    values = (*schema.article_to_row(article)[1:], content_hash, versions.url_key(article.url))
    addresses = {versions.url_key(article.url)}
    for table in ("articles", "earlier"):
        row = db.execute(f"SELECT number, url_key FROM {table} WHERE id = ?", (article.id,))
        for number, address in row.fetchall():
            addresses.add(address)
            if table == "earlier":  # its address may no longer be that of a later version
                number = bring_back(db, number)
            changes = ", ".join(f"{name} = ?" for name in (*columns, "content_hash", "url_key"))
            db.execute(f"UPDATE articles SET {changes} WHERE number = ?", (*values, number))
            copy_tables.link(db, number)  # another date may make another origin
            return {address for address in addresses if address}
    raise KeyError(article.id)


# --- versions ----------------------------------------------------------------------------------


def settle(db: sqlite3.Connection, addresses: Iterable[str | None]) -> bool:
    """Search the latest version at each address and set the others aside; whether any moved."""
    moved = False
    for address in addresses:
        found, crowded = versions_at(db, address) if address else ([], False)
        successors = {} if crowded else versions.superseded(found)
        for version in found:
            successor = successors.get(version.id, "")
            if version.superseded_by and not successor:
                bring_back(db, version.number)
            elif successor and not version.superseded_by:
                set_aside(db, version.number, successor)
            elif successor != version.superseded_by:
                db.execute(
                    "UPDATE earlier SET superseded_by = ? WHERE id = ?", (successor, version.id)
                )
            moved = moved or bool(successor) != bool(version.superseded_by)
    return moved


def versions_at(db: sqlite3.Connection, address: str) -> tuple[list[Version], bool]:
    """All that is stored at an address, and whether too many texts claim it.

    Where they do, only what is superseded.
    """
    keys = "SELECT text_key FROM {} WHERE url_key = ?1"
    some = f"{keys.format('articles')} UNION {keys.format('earlier')} LIMIT ?2"
    rows = db.execute(some, (address, versions.MOST_VERSIONS + 1))
    crowded = versions.is_crowded([key for (key,) in rows])
    columns = "title, text, text_key, publisher, published, as_of, corrections, source"
    query = f"SELECT id, number, superseded_by, {columns} FROM earlier WHERE url_key = ?1"
    if not crowded:
        query += f" UNION ALL SELECT id, number, '', {columns} FROM articles WHERE url_key = ?1"
    return [Version(*row) for row in db.execute(f"{query} ORDER BY id", (address,))], crowded


def set_aside(db: sqlite3.Connection, number: int, successor: str) -> None:
    """Keep an article, with its chunks and vectors, where no search finds it."""
    earlier = db.execute(
        f"INSERT INTO earlier ({_ALL}, superseded_by) "
        f"SELECT {_ALL}, ? FROM articles WHERE number = ?",
        (successor, number),
    ).lastrowid
    db.execute(
        "INSERT INTO earlier_chunks SELECT ?, start, end, sentences, vector FROM chunks "
        "WHERE article = ? ORDER BY id",
        (earlier, number),
    )
    erase(db, number)


def bring_back(db: sqlite3.Connection, earlier: int) -> int:
    """Search an article again that was set aside; its number from now on."""
    number = db.execute(
        f"INSERT INTO articles ({_ALL}, origin) SELECT {_ALL}, id FROM earlier WHERE number = ?",
        (earlier,),
    ).lastrowid
    title, article_id, text = db.execute(
        "SELECT title, id, text FROM earlier WHERE number = ?", (earlier,)
    ).fetchone()
    rows = db.execute(
        "SELECT start, end, sentences, vector FROM earlier_chunks WHERE article = ? ORDER BY rowid",
        (earlier,),
    ).fetchall()
    chunks = [
        Chunk(article_id, start, end, text[start:end], unpack_spans(sentences))
        for start, end, sentences, _ in rows
    ]
    _erase_earlier(db, earlier)
    insert_chunks(db, int(number or 0), title, chunks, [row[3] for row in rows])
    copy_tables.link(db, int(number or 0))
    return int(number or 0)


def _erase_earlier(db: sqlite3.Connection, number: int) -> None:
    db.execute("DELETE FROM earlier_chunks WHERE article = ?", (number,))
    db.execute("DELETE FROM earlier WHERE number = ?", (number,))
