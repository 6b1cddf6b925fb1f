"""Cuts sentences into tokens, and matches words that differ in their inflection only.

A key is what is left of a word when inflection is taken away: "took" and "takes"
are "take".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from index.sentences import sentences
from rag.text.words import STOPWORDS, fold, is_acronym, stem

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;:()“”\"–—.!?…]")
MARKS = frozenset(',;:()“”"–—.!?…')
"""Punctuation, as tokens."""
_LONGEST = 20_000
"""Characters of a passage that are read; a chunk has about a thousand."""
_IRREGULAR_VERBS = """
be was were been am is are being, become became, begin began begun, beat beaten, break broke broken,
bring brought, build built, buy bought, catch caught, choose chose chosen, come came, draw drew
drawn, drink drank drunk, drive drove driven, eat ate eaten, fall fell fallen, feel felt, fight
fought, find found, flee fled, fly flew flown, forbid forbade forbidden, forget forgot forgotten,
freeze froze frozen, get got gotten, give gave given, go went gone, grow grew grown, hang hung, hear
heard, hide hid hidden, hold held, keep kept, know knew known, lay laid, lead led, leave left, lend
lent, lie lain, light lit, lose lost, make made, mean meant, meet met, pay paid, ride rode ridden,
rise rose risen, ring rang rung, run ran, say said, see saw seen, seek sought, sell sold, send sent,
shake shook shaken, shoot shot, show shown, shrink shrank shrunk, sing sang sung, sink sank sunk,
sleep slept, speak spoke spoken, spend spent, stand stood, steal stole stolen, strike struck, swear
swore sworn, swim swam swum, take took taken, teach taught, tell told, think thought, throw threw
thrown, understand understood, wear wore worn, weep wept, win won, withdraw withdrew withdrawn,
write wrote written
"""
"""English verbs whose past is no stem of theirs with an ending."""
IRREGULAR = {
    form: base
    for verb in _IRREGULAR_VERBS.split(",")
    for base, *forms in [verb.split()]
    for form in forms
}
"""Their forms, each with its base."""
_SHORTEST_ROOT = 4
"""Letters that two words which grew from one have in common."""
EMPTY = STOPWORDS | frozenset(
    "told says say said according also would could may might one two".split()
)
"""Words by which no two sentences are alike."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark of punctuation, where it stands."""

    text: str
    word: str
    """Folded, without a possessive 's."""
    key: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """True for words and numbers, false for marks."""
        return self.text[0].isalnum()

    @property
    def capital(self) -> bool:
        """True where it is written with a capital letter."""
        return self.text[0].isupper()

    @property
    def counts(self) -> bool:
        """True for a word that carries meaning."""
        return self.is_word and (
            (self.word not in EMPTY and len(self.word) > 1) or is_acronym(self.text)
        )


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One sentence of a text, in tokens."""

    text: str
    start: int
    """Where it begins in the text that it is part of."""
    tokens: tuple[Token, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its words that carry meaning."""
        return frozenset(token.key for token in self.tokens if token.counts)


@lru_cache(maxsize=65536)
def key(word: str) -> str:
    """A folded word without its inflection."""
    return stem(IRREGULAR.get(word, word))


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text; offsets count from its beginning."""
    found = []
    for match in _TOKEN.finditer(text):
        written = match.group()
        word = fold(written).removesuffix("'s").removesuffix("'")
        found.append(Token(written, word, key(word), match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=512)
def lines(text: str) -> tuple[TokenLine, ...]:
    """The sentences of a text."""
    spans = sentences(text[:_LONGEST])
    return tuple(TokenLine(span.of(text), span.start, tokens(span.of(text))) for span in spans)


@lru_cache(maxsize=65536)
def alike(key: str, other: str) -> bool:
    """True where two keys are of one word, or of two that grew from one: "resign", "resignat"."""
    length = max(_SHORTEST_ROOT, min(len(key), len(other)) - 1)
    return key == other or (key[:length] == other[:length] and abs(len(key) - len(other)) < 4)


def held(wanted: Iterable[str], present: Iterable[str]) -> set[str]:
    """Those of the wanted keys that answer to one of the keys present."""
    others = frozenset(present)
    return {key for key in wanted if key in others or any(alike(key, other) for other in others)}


def union(lines: Iterable[TokenLine]) -> frozenset[str]:
    """The keys of several sentences."""
    return frozenset[str]().union(*(line.keys for line in lines))
