"""Names in text, and when two spellings are one name.

Newspapers spell one name in many ways: Araghchi and Araqchi, Türkiye and Turkey,
Deraa and Daraa. The rule here compares what transliteration leaves alone, the
order of consonant sounds, and asks for near-equal length besides; there is no
list of names. Sounding names alike goes back to Soundex (Russell, 1918).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from rag.words import STOPWORDS, WORD, fold, is_acronym

NAME = re.compile(
    r"\b[A-ZÀ-ÖØ-Þ][\w’']*(?:[-‑][\w’']+)*"
    r"(?:(?:\s+(?:of|the|and|al|el|bin|ibn|de|da|di|du|van|von|la|le)){0,2}"
    r"[\s-]+(?:al-|el-|ul-)?[A-ZÀ-ÖØ-Þ][\w’']*(?:[-‑][\w’']+)*)*"
)
"""A run of capitalised words, with the particles that names have inside."""

_SOUNDS = (
    ("kh", "k"), ("gh", "k"), ("ck", "k"), ("ph", "f"), ("sch", "s"), ("sh", "s"), ("ch", "c"),
    ("zh", "z"), ("th", "t"), ("dh", "d"), ("ts", "s"), ("tz", "s"), ("q", "k"), ("g", "k"),
    ("x", "ks"), ("w", "v"), ("ou", "u"),
)  # fmt: skip
_SHORTEST_VARIANT = 4
"""Letters below which another spelling is another name."""
_LEAST_ALIKE = 0.6
"""Share of letters in common (Ratcliff and Obershelp, 1988) up to which sounds do not count."""


def names(text: str) -> list[str]:
    """The names of a text, in order; words that only begin a sentence are left out."""
    found = []
    for match in NAME.finditer(text):
        name = match.group()
        if _begins_sentence(text, match.start()):
            name = _without_opening_word(name)
        if name:
            found.append(name.removesuffix("'s").removesuffix("’s"))
    return found


def name_words(text: str) -> list[str]:
    """The folded words of a text's names, each once, without particles."""
    return list(dict.fromkeys(part for name in names(text) for part in split_name(name)))


def split_name(name: str) -> list[str]:
    """The folded words of one name, without particles: al-Assad's gives "assad"."""
    parts = []
    for written in WORD.findall(name):
        word = fold(written).removesuffix("'s")
        if is_acronym(written) or (word not in STOPWORDS and word not in _PARTICLES):
            parts.append(word)
    return parts


_FIRST_VOWELS = str.maketrans("iu", "eo")
_PARTICLES = frozenset("al el ul bin ibn de da di du van von la le".split())


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """The consonant sounds of a folded word, in order, each run of one sound once."""
    for spelling, heard in _SOUNDS:
        word = word.replace(spelling, heard)
    kept = word[:1].translate(_FIRST_VOWELS) if word[:1] in "aeiou" else ""
    for char in word:
        if char in "aeiouyh'-" or (kept and kept[-1] == char):
            continue
        kept += char
    return kept


@lru_cache(maxsize=65536)
def same_name(one: str, other: str) -> bool:
    """True where two folded words are one name, spelt alike or by another transliteration."""
    if one == other:
        return True
    if min(len(one), len(other)) < _SHORTEST_VARIANT or abs(len(one) - len(other)) > 1:
        return False
    if not (one.isalpha() and other.isalpha()):
        return False
    return sound(one) == sound(other) and (
        SequenceMatcher(None, one, other, autojunk=False).ratio() > _LEAST_ALIKE
    )


def carries(present: Iterable[str], word: str) -> bool:
    """True where one of the folded words present is that name, in whatever spelling."""
    return any(same_name(word, other) for other in present)


def missing(wanted: Sequence[str], present: Iterable[str]) -> list[str]:
    """Those of the wanted name words that are not among the folded words present."""
    folded = set(present)
    return [word for word in wanted if word not in folded and not carries(folded, word)]


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“‘([")
    return not before or before[-1] in ".!?…:\n" or text[:start].endswith("\n")


def _without_opening_word(name: str) -> str:
    """A sentence's first word is capitalised whatever it is: keep it only if it looks a name."""
    first, _, rest = name.partition(" ")
    if is_acronym(first):
        return name
    if fold(first) in STOPWORDS or fold(first) in _OPENERS:
        return rest
    return name


_OPENERS = frozenset(
    """
    about according after against although among another asked at because before besides both
    by despite during earlier even every few following for former from give how however in last
    later like list many meanwhile more most much name near neither new next nobody nor on once
    one only other separately several since so some still such tell that the then there these
    this those though three two under until what when where which while who why with yesterday
    today tomorrow please describe explain say said says does did do is are was were will would
    can could should has have had state show find yes no not
    """.split()
)
