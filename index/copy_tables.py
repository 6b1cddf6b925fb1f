"""The tables of copies in a folder's database: which texts are linked, and by whose name.

They change in the transaction of the caller, by the rules of `index.duplicates`.
"""

from __future__ import annotations

import json
import sqlite3

from index import duplicates
from index.duplicates import Member, bands

_COMPONENT = (
    "WITH RECURSIVE component(key) AS (VALUES (?) UNION "
    "SELECT b FROM copy_edges JOIN component ON a = key WHERE NOT differ)"
)


def link(db: sqlite3.Connection, number: int) -> None:
    """Join a newly stored article to its copies and elect the origin of them all."""
    key, signature, text = db.execute(
        "SELECT text_key, minhash, text FROM articles WHERE number = ?", (number,)
    ).fetchone()
    if signature and not _is_linked(db, key, signature):
        for other, other_text in _candidates(db, key, signature):
            found = duplicates.relation(text, other_text)
            if found:
                both = [(a, b, found == "differ") for a, b in ((key, other), (other, key))]
                db.executemany("INSERT INTO copy_edges (a, b, differ) VALUES (?, ?, ?)", both)
        rows = [(band, key) for band in bands(signature)]
        db.executemany("INSERT INTO copy_bands VALUES (?, ?)", rows)
    _elect(db, key)


def unlink(db: sqlite3.Connection, number: int) -> None:
    """Take an article that is about to be deleted out of its component, and elect anew."""
    key, signature = db.execute(
        "SELECT text_key, minhash FROM articles WHERE number = ?", (number,)
    ).fetchone()
    others = "SELECT 1 FROM articles WHERE text_key = ? AND number != ?"
    if db.execute(others, (key, number)).fetchone():
        _elect(db, key, without=number)
        return
    neighbours = [b for (b,) in db.execute("SELECT b FROM copy_edges WHERE a = ?", (key,))]
    db.execute("DELETE FROM copy_edges WHERE a = ?", (key,))
    db.executemany("DELETE FROM copy_edges WHERE a = ? AND b = ?", [(b, key) for b in neighbours])
    db.executemany(
        "DELETE FROM copy_bands WHERE band = ? AND text_key = ?",
        [(band, key) for band in bands(signature)],
    )
    for neighbour in neighbours:
        _elect(db, neighbour)


def _is_linked(db: sqlite3.Connection, key: int, signature: bytes) -> bool:
    """True when another article with this very text has been linked already."""
    found = "SELECT 1 FROM copy_bands WHERE band = ? AND text_key = ?"
    return db.execute(found, (min(bands(signature)), key)).fetchone() is not None


def _candidates(db: sqlite3.Connection, key: int, signature: bytes) -> list[tuple[int, str]]:
    """Key and text of each other text that shares a band and is worth comparing."""
    rows = db.execute(
        "SELECT text_key, minhash FROM articles WHERE text_key IN "
        "(SELECT text_key FROM copy_bands WHERE band IN (SELECT value FROM json_each(?))) "
        "AND text_key != ? GROUP BY text_key",
        (json.dumps(sorted(bands(signature))), key),
    ).fetchall()
    worth = duplicates.promising(signature, [row[1] for row in rows])
    query = "SELECT text_key, text FROM articles WHERE text_key = ? LIMIT 1"
    found = [other for (other, _), is_worth in zip(rows, worth, strict=True) if is_worth]
    return [db.execute(query, (other,)).fetchone() for other in found]


def _elect(db: sqlite3.Connection, key: int, without: int = 0) -> None:
    """Give every article of a component the origin of its group."""
    members = db.execute(
        f"{_COMPONENT} SELECT number, origin, text_key, id, published FROM articles "
        "WHERE text_key IN component AND number != ?",
        (key, without),
    ).fetchall()
    edges = db.execute(
        f"{_COMPONENT} SELECT a, b, differ FROM copy_edges WHERE a IN component "
        "AND b IN component AND a < b",
        (key,),
    ).fetchall()
    origins = duplicates.origins(
        [Member(text, article_id, day or "") for _, _, text, article_id, day in members],
        [(a, b) for a, b, differ in edges if not differ],
        [(a, b) for a, b, differ in edges if differ],
    )
    changed = [(origins[text], number) for number, was, text, *_ in members if was != origins[text]]
    db.executemany("UPDATE articles SET origin = ? WHERE number = ?", changed)
