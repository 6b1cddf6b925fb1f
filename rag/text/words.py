"""Words as a question and its evidence are compared: folded, stemmed, weighted by their rarity."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer.english_stemmer import EnglishStemmer

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

STOPWORDS = frozenset(
    """
    a about after all also an and any are as at be because been before being between but by can
    could did do does doing done during each either else ever for from further get gets got had has
    have having he her here hers him his how however i if in into is it its itself just let may me
    might more most much must my no nor not now of off on once only or other our ours out over own
    per shall she should so some such than that the their theirs them then there these they this
    those though through to too under until up us very was we were what when where whether which
    while who whom whose why will with within without would yet you your yours
    s t d ll re ve m
    """.split()
)

QUOTE_MARKS = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
)
"""Curly and foreign quotation marks to plain ones."""


def fold(text: str) -> str:
    """NFKC, lower case, plain quotation marks, no accents, single spaces."""
    text = unicodedata.normalize("NFKC", text).translate(QUOTE_MARKS).casefold()
    if not text.isascii():
        text = "".join(
            char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)
        )
    return " ".join(text.split())


def words(text: str) -> list[str]:
    """The folded words of a text, in order, without a possessive 's."""
    return [word.removesuffix("'s") for word in WORD.findall(fold(text))]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The English stem of a folded word (Porter, 2001)."""
    return str(_stemmer().stemWord(word))


_CASUALTIES = ("kill dead died dies deaths fatality toll", "injur injured wounded hurt")


@lru_cache(maxsize=65536)
def counted(word: str) -> str:
    """The stem of a folded word; the dead and the hurt have one each, however news counts them."""
    own = stem(word)
    return next((row.split()[0] for row in _CASUALTIES if own in map(stem, row.split())), own)


def stems(text: str) -> list[str]:
    """The stems of a text's words, in order."""
    return [stem(word) for word in words(text)]


def content(text: str) -> list[str]:
    """The folded words that carry meaning, in order, each once; all words where none does."""
    carrying = [
        fold(word).removesuffix("'s")
        for word in WORD.findall(unicodedata.normalize("NFKC", text))
        if fold(word) not in STOPWORDS or is_acronym(word)
    ]
    return list(dict.fromkeys(carrying)) or list(dict.fromkeys(words(text)))


def is_acronym(word: str) -> bool:
    """True for a word in capitals: "US" and "WHO" are names, "us" and "who" are not."""
    return len(word) > 1 and word.isupper()


def weights(terms: Iterable[str], frequency: Mapping[str, int], total: int) -> dict[str, float]:
    """Inverse document frequency of each term (Robertson and Spärck Jones, 1976), above zero."""
    return {
        term: log(1 + (total - frequency.get(term, 0) + 0.5) / (frequency.get(term, 0) + 0.5))
        for term in terms
    }


def coverage(weighted: Mapping[str, float], present: Iterable[str]) -> float:
    """The share of the weight whose terms are present by stem: 0 to 1; 1 where there is none."""
    total = sum(weighted.values())
    if total <= 0:
        return 1.0
    found = set(present)
    return sum(weight for term, weight in weighted.items() if stem(term) in found) / total


@lru_cache(maxsize=1)
def _stemmer() -> EnglishStemmer:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
