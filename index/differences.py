"""Where two texts say the same sentence with another figure, name or date.

Wire copies lose paragraphs, gain an introduction and are touched up, and still give the
same facts. So sentences are compared that most words of the one and of the other share:
each of such a pair has a figure, a day, a month or a name that its twin lacks, or one of
them denies what the other says. A sentence that only one of the texts has is no difference.
A dateline is a sentence of its own, and who wrote or helped is no part of the story.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product

from index import languages
from index.cleaning import is_closing
from index.lines import DATELINE, byline_names
from index.sentences import sentences

ALIKE = 0.6
"""Share of the shorter sentence's words that the longer one has too, if both say the same."""
LEAST_OF_LONGER = 1 / 3
"""The same share of the longer one; a few common words stand in any long sentence."""
MOST_SENTENCES = 300
"""Sentences of one text that the other may lack; with more it is another text."""

_DATELINE = re.compile(rf"{DATELINE.pattern}|[A-Z][^()!?\n]{{0,60}}\([^()]{{2,40}}\)\s*[—–-]+\s")
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {
    word: f"{number}0"
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SCALES = frozenset("dozen dozens hundred thousand million billion trillion half".split())
_MONTH = re.compile(
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day")
_COMMON = languages.common("en")
_DENIAL = re.compile(r"not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t")


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence: its words, and those that say how much, when and who."""

    words: frozenset[str]
    numbers: frozenset[str]
    months: frozenset[str]
    weekdays: frozenset[str]
    names: frozenset[str]
    denies: bool


def differ(text: str, other: str) -> bool:
    """True where two texts give another figure, name or date in a sentence that both have."""
    first, second = _said(text), _said(other)
    only_first = [said for key, said in first.items() if key not in second]
    only_second = [said for key, said in second.items() if key not in first]
    if max(len(only_first), len(only_second)) > MOST_SENTENCES:
        return True
    names = [frozenset[str]().union(*(s.names for s in said.values())) for said in (first, second)]
    pairs = chain(product(only_first, second.values()), product(first.values(), only_second))
    return any(_contrary(a, b, *names) for a, b in pairs)


def _contrary(
    sentence: _Said, other: _Said, first_names: frozenset[str], second_names: frozenset[str]
) -> bool:
    shared = len(sentence.words & other.words)
    shorter, longer = sorted((len(sentence.words), len(other.words)))
    if shared < max(ALIKE * shorter, LEAST_OF_LONGER * longer):
        return False
    if sentence.denies != other.denies:
        return True
    for left, right in (
        (sentence.numbers, other.numbers),
        (sentence.months, other.months),
        (sentence.weekdays, other.weekdays),
    ):
        if left - right and right - left:
            return True
    left, right = sentence.names - other.words, other.names - sentence.words
    # Of a person that both texts know, an editor may name the office instead.
    return bool(left and right and (left - second_names or right - first_names))


@lru_cache(maxsize=64)
def _said(text: str) -> Mapping[tuple[str, ...], _Said]:
    """The sentences of a text by their words, without case and marks."""
    plain = unicodedata.normalize("NFKC", text)
    small = {word for word in _TOKEN.findall(plain) if word.islower()}
    found = {}
    for sentence in _sentences(plain):
        written = _TOKEN.findall(_THOUSANDS.sub("", sentence))
        found[tuple(word.casefold() for word in written)] = _read(written, small)
    return found


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a story, its dateline by itself, without bylines and credits."""
    for paragraph in re.split(r"\n\s*\n", text):
        if byline_names(paragraph) or is_closing(paragraph):
            continue
        dateline = _DATELINE.match(paragraph)
        start = dateline.end() if dateline else 0
        yield from filter(None, [paragraph[:start]])
        yield from (span.of(paragraph[start:]) for span in sentences(paragraph[start:]))


def _read(written: Iterable[str], small: set[str]) -> _Said:
    words, numbers, months, weekdays, names = (set[str]() for _ in range(5))
    denies = False
    for place, token in enumerate(written):
        word = re.sub(r"['’]s\Z", "", token.casefold())
        words.add(word)
        denies = denies or bool(_DENIAL.fullmatch(word))
        capital = token[0].isupper()
        if token[0].isdecimal():
            numbers.add(word)
        elif word in _NUMBERS or word in _SCALES:
            numbers.add(_NUMBERS.get(word, word))
        elif capital and _MONTH.fullmatch(word):
            months.add(word[:3])
        elif capital and _WEEKDAY.fullmatch(word):
            weekdays.add(word)
        elif capital and word not in _COMMON and (place or word not in small):
            names.add(word)
    return _Said(
        frozenset(words), frozenset(numbers), frozenset(months), frozenset(weekdays),
        frozenset(names), denies,
    )  # fmt: skip
