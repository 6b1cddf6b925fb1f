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

from rag.text.words import STOPWORDS, WORD, fold, is_acronym, words

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
        if begins_sentence(text, match.start()):
            name = _without_opening_word(name)
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


_DEMONYMS = ("ian", "ean", "ish", "ese", "an", "n", "i", "er", "")
_ENDINGS = frozenset(("", "a", "e", "y", "ia", "ey", "iye", "en", "ain", "and", "o"))
"""What names of places end in where their people's name begins to differ."""
_SHORTEST_PLACE = 4


@lru_cache(maxsize=65536)
def demonym(one: str, other: str) -> bool:
    """True where one folded word names the people of the other: Turkish and Turkey."""
    people, place = (one, other) if len(one) >= len(other) else (other, one)
    return _of_place(people, place) or _of_place(place, people)


def _of_place(people: str, place: str) -> bool:
    for suffix in _DEMONYMS:
        root = people.removesuffix(suffix)
        if (
            people.endswith(suffix)
            and len(root) >= _SHORTEST_PLACE - (suffix != "")
            and place.startswith(root)
            and place[len(root) :] in (_ENDINGS if suffix else {"y"})
            and (suffix not in ("n", "er", "i") or place[len(root) :] in {"", "a", "y"})
        ):
            return people != place
    return False


_LINKS = frozenset("of the and for in on to de la du des".split())
_RUN = re.compile(r"[^\W\d_][\w’'-]*")


def expansions(text: str) -> dict[str, set[str]]:
    """For each acronym that the text spells out, the folded words that it stands for.

    "Office for the Coordination of Humanitarian Affairs" gives "ocha". The
    acronym itself need not stand in the text.
    """
    found: dict[str, set[str]] = {}
    for run in _runs(text):
        for first in range(len(run)):
            for last in range(first + 2, min(len(run), first + 7) + 1):
                part = run[first:last]
                initials = "".join(word[0] for word in part).casefold()
                found.setdefault(initials, set()).update(
                    fold(word).removesuffix("'s") for word in part
                )
    return found


def _runs(text: str) -> list[list[str]]:
    """Runs of capitalised words, with small linking words left out."""
    runs: list[list[str]] = [[]]
    end = 0
    for match in _RUN.finditer(text):
        word = match.group()
        apart = text[end : match.start()].strip(" \n")
        end = match.end()
        if apart:
            runs.append([])
        if word[0].isupper():
            runs[-1].append(word)
        elif word not in _LINKS:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def carries(present: Iterable[str], word: str) -> bool:
    """True where one of the folded words present is that name, in whatever spelling."""
    return any(same_name(word, other) for other in present)


def missing(wanted: Sequence[str], present: Iterable[str]) -> list[str]:
    """Those of the wanted name words that are not among the folded words present."""
    folded = set(present)
    return [word for word in wanted if word not in folded and not carries(folded, word)]


def unspoken(wanted: Sequence[str], present: Iterable[str]) -> list[str]:
    """Those of the wanted name words of which neither they nor their people are present.

    "Ukraine's president" is the Ukrainian president.
    """
    folded = set(present)
    return [
        word
        for word in missing(wanted, folded)
        if not any(demonym(word, other) for other in folded if other[:3] == word[:3])
    ]


_COMMON = re.compile(
    r"(?:s|ed|ing|ly|al|ion|ment|ness|out|ity|ough|ther|ent|ant|ive|ful|less|able|ible|ary|ous|ty)$"
)
"""Endings by which a sentence's first word is more likely no name."""
_COMMON_WORDS = frozenset(
    """
    people police men women children half part work news talks voters staff crowd money power
    water land life death war peace trade food fire rain snow today tonight somebody everybody
    someone everyone anyone nothing everything each every all any it they he she we i you
    train trains ship ships bus car cars plane planes road school schools army force forces court
    judge club team league match game player crew coast sea wind weather storm flood oil gas coal
    price prices cost costs profit sales share stock bank market firm company group union party
    vote poll race count result total number rate growth debt tax law bill plan deal pact talk
    report study trial test book film music art health doctor nurse drug food farm animal bird
    world country state city town village house home office street station border camp troop
    rebel soldier guard prisoner victim witness lawyer teacher driver pilot worker farmer family
    mother father son daughter brother sister child baby friend member leader chief head anger
    hope fear doubt support help aid trust heat cold snow thunder dawn noon night turnout about
    roughly around nearly almost over under least early late full long short high low old young
    big small great good bad few fewer last first next final top main major local former current
    """.split()
)
_SUBJECT = re.compile(r"[’']s\b|\s+(?:said|says|told|added|warned|denied|called|wants?|wanted)\b")


def unnamed(sentence: str, passage: str) -> list[str]:
    """The name words of a sentence that the passage does not have in any form.

    Another spelling counts, the people for their country ("Iranian", Iran), and an
    acronym for its expansion or the other way round. The single capitalised word
    that opens a sentence is taken for a name only if it looks like one.
    """
    bare = _without_calendar(sentence)
    present = set(words(passage))
    present.update(part for word in list(present) for part in word.split("'"))
    capitals = {
        fold(word).removesuffix("'s") for word in WORD.findall(passage) if word[0].isupper()
    }
    bare = _without_calendar(sentence)
    wanted = [
        fold(written).removesuffix("'s")
        for name in _spelt_out(bare)
        for written in WORD.findall(name)
        if split_name(written)
        and fold(written).removesuffix("'s") not in _had(written, present, capitals)
    ]
    if not wanted:
        return []
    short = expansions(passage)
    spelt = {
        word
        for initials, parts in expansions(bare).items()
        if initials in capitals
        for word in parts
    }
    return [
        word
        for word in dict.fromkeys(wanted)
        if word not in short
        and word not in spelt
        and not carries(present - {word}, word)
        and not any(demonym(word, other) for other in present)
    ]


def _had(written: str, present: set[str], capitals: set[str]) -> set[str]:
    """The words in which a name can stand: "US" is no "us"."""
    return capitals if is_acronym(written) else present


def looks_common(word: str) -> bool:
    """True for a folded word that is likelier a sentence's first word than a name."""
    return bool(_COMMON.search(word)) or word in _COMMON_WORDS or word in STOPWORDS | _OPENERS


def _without_calendar(text: str) -> str:
    return _CALENDAR.sub(lambda match: "0" * len(match[0]), text)


_CALENDAR = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:['’]?s)?\b"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?:['’]s)?\b"
)


_WHEN = re.compile(r"\b(?:on|since|by|until|last|this|next|from|in|of)\s+\Z", re.IGNORECASE)
_DAY = re.compile(rf"\A(?:{_CALENDAR.pattern})\s+(?:the\s+)?(?=\S)")
"""A day before a name, as in "on Sunday Lavrov said"; "the Sunday Times" is a name."""


def _spelt_out(text: str) -> list[str]:
    """The names of a text but for a lone first word that need not be one."""
    found = []
    for match in NAME.finditer(text):
        name = match.group()
        if begins_sentence(text, match.start()):
            alone = len(name.split()) == 1 and not is_acronym(name)
            common = looks_common(fold(name).removesuffix("'s"))
            if alone and common and not _SUBJECT.match(text, match.end()):
                continue
            name = _without_opening_word(name)
        if name:
            found.append(name)
    return found


def begins_sentence(text: str, start: int) -> bool:
    """True where what starts there opens a sentence, whose first letter is a capital anyway."""
    before = text[max(0, start - 20) : start].rstrip(" \t\"'“‘([")
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
