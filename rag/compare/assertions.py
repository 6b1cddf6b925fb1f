"""What the clauses of a sentence affirm, and what they negate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.compare.stems import common_stems
from rag.text.names import name_words
from rag.text.words import STOPWORDS, words

_PARTS = re.compile(
    r"[;:—]|,?\s+(?:while|whereas|although|though|but)\s|,\s+(?:and|or|which|who|where|when|after"
    r"|before|because|with)\b|,\s+(?=\w+ing\b)|[“”\"]",
    re.IGNORECASE,
)
_NEGATIONS = frozenset(
    "not never no cannot nor neither without nobody none failed fails fail refused refuses refuse "
    "declined declines".split()
)
_DENYING = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?|disput(?:es|ed|ing)"
    r"|refut(?:es|ed|ing))\b(?P<denied>.*)",
    re.IGNORECASE,
)
_UNSURE = frozenset(
    "could may might would should if whether unless hopes hoped wants planned".split()
)
_NOT_YET = re.compile(r"\byet\b|\b(?:has|have|had)(?: not|n't|n’t)\b|\bso far\b", re.IGNORECASE)
_SKIPPED = frozenset(
    "ever yet actually really even directly formally officially secretly any such first "
    "been single "
    "immediately".split()
)
"""Words between a negation and the word that it reaches."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """One clause, with the stems that it affirms and those that it negates."""

    text: str
    affirmed: frozenset[str]
    negated: frozenset[str]
    near: frozenset[str]
    """Stems of the whole sentence."""
    names: frozenset[str]
    """Folded words of the names in the whole sentence."""
    yet: bool
    """True where it says only that something has not happened so far."""
    modal: bool


def assertions(sentence: str) -> list[Assertion]:
    """The clauses of a sentence, each with what it affirms and what its negation reaches."""
    found = []
    near, named = common_stems(sentence), frozenset(name_words(sentence))
    begin = 0
    for end in [*(match.start() for match in _PARTS.finditer(sentence)), len(sentence)]:
        clause = sentence[begin:end].strip(" ,;:—“”\"'.")
        clause = re.sub(r"^(?:and|but|or|while|whereas|although|though)\s+", "", clause)
        begin = end
        if clause:
            negated = _negated(clause)
            yet, modal = bool(_NOT_YET.search(clause)), not _UNSURE.isdisjoint(words(clause))
            affirmed = common_stems(clause) - negated
            found.append(Assertion(clause, affirmed, negated, near, named, yet, modal))
    return found


def _negated(clause: str) -> frozenset[str]:
    """Stems of the word after a negation, and of all that follows a denial."""
    denied = _DENYING.search(clause)
    found = set(common_stems(denied["denied"])) if denied else set()
    every = words(clause.replace("n't", " not").replace("n’t", " not"))
    for at, word in enumerate(every):
        if word in _NEGATIONS:
            rest = (one for one in every[at + 1 :] if one not in STOPWORDS | _SKIPPED)
            found |= common_stems(next(rest, ""))
    return frozenset(found)
