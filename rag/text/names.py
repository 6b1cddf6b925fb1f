"""Names in text, and when two spellings are one name.

Newspapers spell one name in many ways: Araghchi and Araqchi, Türkiye and Turkey,
Deraa and Daraa. What transliteration leaves alone is compared, the order of consonant
sounds, as Soundex does (Russell, 1918), in words of near-equal length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from rag.text.word_classes import OPENERS, PARTICLES
from rag.text.words import STOPWORDS, WORD, fold, is_acronym, words

NAME = re.compile(
    r"\b[A-ZÀ-ÖØ-Þ][\w’']*(?:[-‑][\w’']+)*"
    r"(?:(?:\s+(?:of|the|and|al|el|bin|ibn|de|da|di|du|van|von|la|le)){0,2}"
    r"[\s-]+(?:al-|el-|ul-)?[A-ZÀ-ÖØ-Þ][\w’']*(?:[-‑][\w’']+)*)*"
)
"""A run of capitalised words, with the particles that names have inside."""
DAY_OR_MONTH = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July"
    r"|August|September|October|November|December)(?:['’]?s)?\b"
)
"""A weekday or a month."""
_WHEN = re.compile(r"\b(?:on|since|by|until|last|this|next|from|in|of)\s+\Z", re.IGNORECASE)
_DAY = re.compile(rf"\A(?:{DAY_OR_MONTH.pattern})\s+(?:the\s+)?(?=\S)")
"""A day before a name, as in "on Sunday Lavrov said"; "the Sunday Times" is a name."""
_OPENERS = STOPWORDS | OPENERS
"""Words that open a sentence and are no part of the name behind them."""
_SOUNDS = (
    ("kh", "k"), ("gh", "k"), ("ck", "k"), ("ph", "f"), ("sch", "s"), ("sh", "s"), ("ch", "c"),
    ("zh", "z"), ("th", "t"), ("dh", "d"), ("ts", "s"), ("tz", "s"), ("q", "k"), ("g", "k"),
    ("x", "ks"), ("w", "v"), ("ou", "u"),
)  # fmt: skip
_FIRST_VOWELS = str.maketrans("iu", "eo")
_SHORTEST_VARIANT = 4
"""Letters below which another spelling is another name."""
_LEAST_ALIKE = 0.6
"""Share of letters in common (Ratcliff and Obershelp, 1988) up to which sounds do not count."""
_PEOPLE = re.compile(r"(\w{3,}?)(?:ian|ean|ish|ese|an|i)")
_LONGEST_ENDING = 3
"""Letters of a place's name behind what its people's name has of it: "Sweden", "Germany"."""
_SHORT_ROOT = 3
"""Letters of a root with which many places begin: "Mali" and "Malawi"."""
_RUN = re.compile(r"[A-Z][\w’'-]*(?:\s+(?:(?:of|the|and|for|in|on|to)\s+){0,2}[A-Z][\w’'-]*)+")
_LONGEST_ACRONYM = 7


def names(text: str) -> list[str]:
    """The names of a text, in order, without words that only begin a sentence."""
    found = []
    for match in NAME.finditer(text):
        name = match.group()
        if begins_sentence(text, match.start()):
            name = without_opener(name)
        if _WHEN.search(text[max(0, match.start() - 12) : match.end() - len(name)]):
            name = _DAY.sub("", name)
        if name:
            found.append(name.removesuffix("'s").removesuffix("’s"))
    return found


def name_words(text: str) -> list[str]:
    """The folded words of a text's names, each once, without particles."""
    return list(dict.fromkeys(part for name in names(text) for part in split_name(name)))


def split_name(name: str) -> list[str]:
    """The folded words of one name, without particles: al-Assad's gives "assad"."""
    folded = [(written, fold(written).removesuffix("'s")) for written in WORD.findall(name)]
    return [
        word for written, word in folded
        if is_acronym(written) or (word not in STOPWORDS and word not in PARTICLES)
    ]  # fmt: skip


def as_called(text: str, here: str, elsewhere: str) -> str:
    """A text with each full name that stands elsewhere by its last word, if that is used here.

    An article says "Hubert Minnis" once, and "Minnis" from there on.
    """
    known = set(words(here))
    for name in names(text):
        parts = split_name(name)
        is_short_here = len(parts) > 1 and parts[-1] in known and not known.issuperset(parts)
        if is_short_here and name in elsewhere:
            text = text.replace(name, name.split()[-1])
    return text


def begins_sentence(text: str, start: int) -> bool:
    """True where what starts there opens a sentence, whose first letter is a capital anyway."""
    before = text[max(0, start - 20) : start].rstrip(" \t\"'“‘([")
    return not before or before[-1] in ".!?…:\n" or text[:start].endswith("\n")


def without_opener(name: str) -> str:
    """A sentence's first name without the word before it that is only written like one."""
    first, _, rest = name.partition(" ")
    return rest if fold(first) in _OPENERS and not is_acronym(first) else name


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """The consonant sounds of a folded word, in order, each run of one sound once."""
    for spelling, heard in _SOUNDS:
        word = word.replace(spelling, heard)
    kept = word[:1].translate(_FIRST_VOWELS) if word[:1] in "aeiou" else ""
    for char in word:
        if char not in "aeiouyh'-" and kept[-1:] != char:
            kept += char
    return kept


@lru_cache(maxsize=65536)
def same_name(word: str, other: str) -> bool:
    """True where two folded words are one name, spelt alike or by another transliteration."""
    if word == other:
        return True
    if STOPWORDS & {word, other}:
        return False  # "that" sounds like "Thoth"
    if min(len(word), len(other)) < _SHORTEST_VARIANT or abs(len(word) - len(other)) > 1:
        return False
    return (
        word.isalpha()
        and other.isalpha()
        and sound(word) == sound(other)
        and SequenceMatcher(None, word, other, autojunk=False).ratio() > _LEAST_ALIKE
    )


@lru_cache(maxsize=65536)
def demonym(word: str, other: str) -> bool:
    """True where one folded word names the people of the other: Turkish and Turkey.

    A short root has to have nearly all of the place: "Malian" is of Mali and not of Malawi.
    """
    return word != other and any(
        (root := _PEOPLE.fullmatch(people))
        and place.startswith(root[1])
        and len(place) - len(root[1]) <= _LONGEST_ENDING
        and (
            len(root[1]) > _SHORT_ROOT or people.startswith(place[:-1]) or place == f"{root[1]}and"
        )
        for people, place in ((word, other), (other, word))
    )


def expansions(text: str) -> dict[str, set[str]]:
    """For each acronym that a text spells out, the folded words that it stands for.

    "Office for the Coordination of Humanitarian Affairs" gives "ocha", whether or not the
    acronym stands in the text.
    """
    found: dict[str, set[str]] = {}
    for match in _RUN.finditer(text):
        run = [word for word in match.group().split() if word[0].isupper()]
        for first in range(len(run)):
            for last in range(first + 2, min(len(run), first + _LONGEST_ACRONYM) + 1):
                initials = "".join(word[0] for word in run[first:last]).casefold()
                spelt = (fold(word).removesuffix("'s") for word in run[first:last])
                found.setdefault(initials, set()).update(spelt)
    return found


def missing(wanted: Sequence[str], present: Iterable[str]) -> list[str]:
    """Those of the wanted name words that are not among the folded words present."""
    folded = set(present)
    return [
        word
        for word in wanted
        if word not in folded and not any(same_name(word, other) for other in folded)
    ]
