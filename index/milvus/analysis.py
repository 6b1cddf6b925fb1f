"""Cuts texts into words and scores them by BM25 as SQLite's FTS5 does: both stores answer alike.

Milvus splits and scores texts itself, but each of its versions in its own way:
milvus-lite knows no stemmer, counts how rare a word is in each segment apart,
and neither gives a phrase a score. So what Milvus indexes is text that SQLite's
own tokenizer has cut and stemmed already, and what Milvus's BM25 finds is scored
again here by the formula of FTS5 (Robertson and Zaragoza, "The Probabilistic
Relevance Framework: BM25 and Beyond", 2009), with figures of the whole archive.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.errors import BadRequest
from index.schema import bindable
from index.stems import TOKENIZER, stem_start

LONGEST = 40
"""Bytes of a word that is indexed as it is."""
BORDER = "|"
"""Stands between title and body; no analyzer takes it for a word."""
TITLE_WORDS = 1_000
"""Words of a title that are indexed: a Milvus string has room for 65,535 bytes."""
K1, B = 1.2, 0.75
"""FTS5's constants, which cannot be set there."""
LEAST_WEIGHT = 1e-6
"""FTS5's weight of a word that stands in more than half of all chunks."""

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one chunk, in order: of its article's title and of its text."""

    title: tuple[str, ...]
    body: tuple[str, ...]

    @classmethod
    def stored(cls, text: str) -> Words:
        """The words that `text` was written of."""
        title, _, body = text.partition(BORDER)
        return cls(tuple(title.split()), tuple(body.split()))

    @property
    def text(self) -> str:
        """One string, for Milvus to index."""
        return " ".join((*self.title, BORDER, *self.body))

    @property
    def count(self) -> int:
        """How many words there are."""
        return len(self.title) + len(self.body)

    def occurrences(self, phrase: Phrase, title_weight: float = 1.0) -> float:
        """How often the words of a phrase stand in a row."""
        return title_weight * _occurrences(self.title, phrase) + _occurrences(self.body, phrase)


def split(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of each text: folded, stemmed, and spelt in ASCII letters and digits."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE t USING fts5 (body, content='', tokenize='{TOKENIZER}')")
        db.execute("CREATE VIRTUAL TABLE words USING fts5vocab (t, instance)")
        db.executemany("INSERT INTO t (rowid, body) VALUES (?, ?)", enumerate(texts))
        found: list[list[str]] = [[] for _ in texts]
        for number, word in db.execute('SELECT doc, term FROM words ORDER BY doc, "offset"'):
            found[number].append(_spelt(word))
    return [tuple(words) for words in found]


def of_chunks(title: str, texts: Sequence[str]) -> list[Words]:
    """The words of an article's chunks; an endless title is cut to what there is room for."""
    head, *bodies = split([title, *texts])
    return [Words(head[:TITLE_WORDS], body) for body in bodies]


def phrases(terms: Sequence[str]) -> list[Phrase]:
    """The words of each term; none for a term without letters and digits."""
    return split([bindable(term).replace("\0", " ") for term in terms])


def start_of(term: str) -> Phrase:
    """The words of a term, the last one cut to what all words begin with that begin so.

    Raises:
        BadRequest: it is not in Latin letters, which are all that Milvus can compare in part.
    """
    start = stem_start(bindable(term))
    phrase = split([start])[0]
    if not start.isascii():
        raise BadRequest(
            f"An archive in Milvus finds only Latin letters by their beginning, not “{term}*”. "
            "Write the whole word, without the *."
        )
    return phrase


def having(phrase: Phrase, starts: bool = False) -> str:
    """An expression for the chunks with all words of a phrase; with `starts` the last may go on."""
    # A word is letters and digits (`split`), so that nothing in it is syntax.
    parts = [f"text_match(words, '{word}')" for word in phrase]
    if starts:
        parts[-1] = f"(words like '{phrase[-1]}%' or words like '% {phrase[-1]}%')"
    return " and ".join(parts)


def bm25(
    words: Words,
    frequency: Mapping[Phrase, int],
    asked: Sequence[Phrase],
    chunks: int,
    mean: float,
    title_weight: float = 1.0,
) -> float:
    """The score of a chunk; 0 where it holds none of the phrases.

    Args:
        words: the chunk's.
        frequency: for each phrase that the chunk holds, how many chunks do.
        asked: the phrases of the question; one that is there twice counts twice.
        chunks: how many chunks there are.
        mean: how many words a chunk has on average.
        title_weight: how often a phrase counts that stands in the title once.
    """
    length = K1 * (1 - B + B * words.count / mean) if mean else K1
    total = 0.0
    for phrase in asked:
        if often := words.occurrences(phrase, title_weight):
            having = frequency[phrase]
            rarity = math.log((chunks - having + 0.5) / (having + 0.5)) if having <= chunks else 0.0
            total += max(rarity, LEAST_WEIGHT) * often * (K1 + 1) / (often + length)
    return total


def _occurrences(words: Sequence[str], phrase: Phrase) -> int:
    last = len(words) - len(phrase)
    return sum(tuple(words[i : i + len(phrase)]) == phrase for i in range(last + 1))


def _spelt(word: str) -> str:
    """A word, or a hash of it where a server's analyzer might cut, fold or drop it."""
    if word.isascii() and word.isalnum() and len(word) <= LONGEST:
        return word
    return "x" + hashlib.blake2b(word.encode(), digest_size=16).hexdigest()
