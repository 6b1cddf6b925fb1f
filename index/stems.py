"""Finds what the stems of all words with one beginning begin with, as SQLite's FTS5 cuts them.

The full-text index has "terror" for terrorism and "terrorist" for terrorist, so that what begins
with "terroris" is not what FTS5 finds for it: that has to be looked for among what begins with
"terror".
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import lru_cache
from os.path import commonprefix  # letter by letter, which is what is wanted here

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""That of the full-text index."""
# The endings that Porter's stemmer takes off (Porter, 1980).
_ENDINGS = """
    sses ies s eed ed ing y ational tional enci anci izer abli alli entli eli ousli ization ation
    ator alism iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al
    ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize e ly ability ality
""".split()
_TAILS = sorted({ending[at:] for ending in _ENDINGS for at in range(len(ending))})
_LAST_WORD = re.compile(r"[^\W_]+\Z")


@lru_cache(maxsize=256)
def stem_start(start: str) -> str:
    """A term with its last word cut to what the stems of all words that begin so begin with."""
    last = _LAST_WORD.search(start)
    if last is None:
        return start
    word = last[0]
    common = commonprefix(stems([word, *(word + tail for tail in _TAILS)]))  # noqa: RUF071
    while common and not (own := stems([common])[0]).startswith(common):
        common = commonprefix([own, common])  # noqa: RUF071
    return start[: last.start()] + common


def stems(words: list[str]) -> list[str]:
    """The stems of some words, each once, in no order."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE t USING fts5 (w, content='', tokenize='{TOKENIZER}')")
        db.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (t, row)")
        db.executemany("INSERT INTO t (w) VALUES (?)", ((word,) for word in words))
        return [term for (term,) in db.execute("SELECT term FROM stems")]
