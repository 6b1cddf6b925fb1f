"""Which articles are copies of one story: the syndicated copies share one origin.

Wire copies differ a little: another headline, the last paragraphs cut, a local
introduction. Two texts are taken for copies by the containment and resemblance
of their word shingles (Broder, "On the resemblance and containment of
documents", 1997); MinHash with locality-sensitive hashing finds the pairs worth
comparing, and each of those is compared exactly. The relation does not depend
on the order in which articles come: an origin is a connected component of it.

Nodes of the graph are normalised texts, not articles, so a text that a thousand
articles share costs no more than one. The tables live in the index's database
and change in the transaction of the caller. Nothing here knows of chunks.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

SHINGLE_WORDS = 5
SHORT_TEXT_WORDS = 30
"""Shorter texts are copies only when they are equal after normalisation."""

# Measured on 244 Wikinews stories (tests/test_duplicates.py does it for any .jsonl): of their
# 29,646 pairs the most alike are interviews that put the same questions to different people,
# with containment up to 0.54. At 0.6 none is confused, and of copies edited in five degrees
# 1.00, 1.00, 0.90, 0.37 and 0.03 are found with precision 0.995 or better: degree 3 keeps two
# thirds of a story, alters 2% of its words and adds 40 of another's; degree 5 keeps 40%, alters
# 8% and adds 80. At 0.55, degrees 3 and 4 would be 0.95 and 0.55, next to the interviews.
MIN_CONTAINMENT = 0.6
"""Share of the smaller text's shingles that stand in the larger one too."""
MIN_RESEMBLANCE = 0.2
"""Jaccard similarity; keeps a digest of many stories from joining them into one."""

PERMUTATIONS = 128
BAND_ROWS = 2
"""With 64 bands of 2 rows, a pair of resemblance 0.2 is compared with probability 0.93
and one of 0.3 with 0.998."""
_SIGNATURE = np.dtype("<u4")

TABLES = """
CREATE TABLE copy_bands (
    band INTEGER NOT NULL,
    text_key INTEGER NOT NULL,
    PRIMARY KEY (band, text_key)
) WITHOUT ROWID;
CREATE TABLE copy_edges (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
"""

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=256)
def words(text: str) -> tuple[str, ...]:
    """The words of a text without case, punctuation, layout or compatibility forms."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


@lru_cache(maxsize=256)
def shingles(text: str) -> frozenset[str]:
    """Every run of five words of a text; the whole text where it is shorter."""
    found = words(text)
    runs = max(1, len(found) - SHINGLE_WORDS + 1)
    return frozenset(" ".join(found[i : i + SHINGLE_WORDS]) for i in range(runs))


def is_copy(one: str, other: str) -> bool:
    """True when two texts are copies of one story."""
    if text_key(one) == text_key(other):
        return True
    if min(len(words(one)), len(words(other))) < SHORT_TEXT_WORDS:
        return False
    return alike(shingles(one), shingles(other))


def alike(a: frozenset[str], b: frozenset[str]) -> bool:
    """True when two sets of shingles have the containment and the resemblance of copies."""
    shared = len(a & b)
    containment = shared / min(len(a), len(b))
    resemblance = shared / (len(a) + len(b) - shared)
    return containment >= MIN_CONTAINMENT and resemblance >= MIN_RESEMBLANCE


def text_key(text: str) -> int:
    """A 64-bit number, signed as SQLite's are, equal for texts that are equal when normalised."""
    return _digest(" ".join(words(text)).encode())


def signature(text: str) -> bytes:
    """The MinHash of a text's shingles as 128 little-endian uint32; empty for a short text."""
    if len(words(text)) < SHORT_TEXT_WORDS:
        return b""
    from datasketch import MinHash

    # The scheme is named because signatures are stored: they must not change with a default.
    minhash = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32")
    minhash.update_batch([shingle.encode() for shingle in shingles(text)])
    return bytes(np.asarray(minhash.hashvalues, _SIGNATURE).tobytes())


def link(db: sqlite3.Connection, number: int) -> None:
    """Join a newly stored article to its copies and elect the origin of them all."""
    key, mine, text = db.execute(
        "SELECT text_key, minhash, text FROM articles WHERE number = ?", (number,)
    ).fetchone()
    if mine and not _is_known(db, key, mine):
        for other in _candidates(db, key, mine):
            if is_copy(text, _text_of(db, other)):
                db.executemany("INSERT INTO copy_edges VALUES (?, ?)", [(key, other), (other, key)])
        db.executemany("INSERT INTO copy_bands VALUES (?, ?)", [(b, key) for b in bands(mine)])
    _elect(db, key)


def unlink(db: sqlite3.Connection, number: int) -> None:
    """Take an article that is about to be deleted out of its component, and elect anew."""
    key, mine = db.execute(
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
        "DELETE FROM copy_bands WHERE band = ? AND text_key = ?", [(b, key) for b in bands(mine)]
    )
    for neighbour in neighbours:
        _elect(db, neighbour)


def _digest(data: bytes) -> int:
    digest = hashlib.blake2b(data, digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def bands(mine: bytes) -> set[int]:
    """The keys of a signature's bands, each hashed together with its place."""
    width = BAND_ROWS * _SIGNATURE.itemsize
    return {
        _digest(place.to_bytes(4, "little") + mine[place : place + width])
        for place in range(0, len(mine), width)
    }


def _is_known(db: sqlite3.Connection, key: int, mine: bytes) -> bool:
    """True when another article with this very text has been linked already."""
    band = min(bands(mine))
    found = "SELECT 1 FROM copy_bands WHERE band = ? AND text_key = ?"
    return db.execute(found, (band, key)).fetchone() is not None


def _candidates(db: sqlite3.Connection, key: int, mine: bytes) -> list[int]:
    """Keys of texts that share a band and whose signatures promise enough resemblance."""
    rows = db.execute(
        "SELECT text_key, minhash FROM articles WHERE text_key IN "
        "(SELECT text_key FROM copy_bands WHERE band IN (SELECT value FROM json_each(?))) "
        "AND text_key != ? GROUP BY text_key",
        (json.dumps(sorted(bands(mine))), key),
    ).fetchall()
    if not rows:
        return []
    theirs = np.frombuffer(b"".join(row[1] for row in rows), _SIGNATURE).reshape(len(rows), -1)
    estimates = (theirs == np.frombuffer(mine, _SIGNATURE)).mean(axis=1)
    # Half the bound is three standard deviations below it: the estimate drops next to no
    # copy, and spares the exact comparison with all that merely shares a publisher's footer.
    return [row[0] for row, e in zip(rows, estimates, strict=True) if e >= MIN_RESEMBLANCE / 2]


def _text_of(db: sqlite3.Connection, key: int) -> str:
    row = db.execute("SELECT text FROM articles WHERE text_key = ? LIMIT 1", (key,)).fetchone()
    return str(row[0])


def _elect(db: sqlite3.Connection, key: int, without: int = 0) -> None:
    """Give every article of a component one origin: the earliest published, then smallest id."""
    members = db.execute(
        "WITH RECURSIVE component(key) AS (VALUES (?) UNION "
        "SELECT b FROM copy_edges JOIN component ON a = key) "
        "SELECT number, id, origin FROM articles WHERE text_key IN component AND number != ? "
        "ORDER BY published IS NULL, published, id",
        (key, without),
    ).fetchall()
    origin = members[0][1]
    changed: Iterable[tuple[str, int]] = [(origin, n) for n, _, was in members if was != origin]
    db.executemany("UPDATE articles SET origin = ? WHERE number = ?", changed)
