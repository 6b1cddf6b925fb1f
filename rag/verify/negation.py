"""Negations and modals that a sentence has and its passage has not, or the reverse.

"Denied taking", "did not take" and "took no" all negate "take"; "could meet" is
possible, "met" is a fact. Two texts are compared by the words that they share: where
a shared word is negated on one side only, something was lost or gained. What a marker
negates is read off the surface, from the marker to the end of its clause, as NegEx
does (Chapman et al., 2001).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.text.tokens import MARKS, Line, Token, held, key, tokens
from rag.text.words import STOPWORDS

Kind = Literal["negation", "modality"]

_NOT = frozenset("not never cannot nor neither no none nobody nothing nowhere".split())
_PRIVATIVE = frozenset(
    map(key, "deny denial refuse refusal reject decline fail failure dismiss lack avoid".split())
) | {key("unable")}
"""Verbs, and nouns made of them, that negate what follows up to the end of the sentence."""
_NEAR_NEGATION = frozenset(
    map(key, "hardly barely scarcely rarely few only except until unless yet still against".split())
)
"""Words by which a sentence says without "not" what another says with it."""
_POSSIBLE = frozenset(map(key, "could may might can possibly perhaps maybe probably".split())) | {
    key("likely"), key("unlikely"),
}  # fmt: skip
_AHEAD = frozenset("will shall would should must if unless whether".split())
_CLAUSE = frozenset(
    "but because although though while when where whether if until unless since so who which as "
    "and that than after before".split()
)
"""Words at which the scope of a negation ends."""
_MOST = 0.6
"""Share of a negation's words that must stand unnegated elsewhere for it to be lost."""


@dataclass(frozen=True, slots=True)
class Negation:
    """A marker and the keys that it governs, the first of them its head."""

    marker: str
    governed: tuple[str, ...]
    clause: frozenset[str]
    """The keys that carry meaning in the clause around it."""

    def same(self, other: Negation) -> bool:
        """True where both negate a word in common, or neither negates any."""
        if not self.governed or not other.governed:
            return self.governed == other.governed
        return bool(held(self.governed, other.governed))


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence's negations, and how sure each of its words is said to be."""

    negations: tuple[Negation, ...]
    positive: frozenset[str]
    """Keys that stand somewhere under no negation, or under two."""
    negative: frozenset[str]
    possible: frozenset[str]
    """Keys of the verbs that "could" and the like govern."""
    soft: bool
    """True where anything in it is said to be possible, to come or conditional."""
    keys: frozenset[str]


@lru_cache(maxsize=1024)
def reading(text: str) -> Reading:
    """Read the negations and modals of one sentence."""
    every = tokens(text)
    scopes = {at: scope for at in range(len(every)) if (scope := _scope(every, at)) is not None}
    depth = [sum(at in scope for scope in scopes.values()) for at in range(len(every))]
    shown = [
        at
        for at, token in enumerate(every)
        if token.is_word and token.word not in STOPWORDS and at not in scopes
    ]
    possible = frozenset(_possible(every))
    return Reading(
        negations=tuple(
            Negation(every[at].text, _head_first(every, scope), _clause(every, at))
            for at, scope in scopes.items()
            if not scope or any(depth[n] % 2 for n in scope)
        ),
        positive=frozenset(every[at].key for at in shown if depth[at] % 2 == 0),
        negative=frozenset(every[at].key for at in shown if depth[at] % 2),
        possible=possible,
        soft=any(token.key in _POSSIBLE or token.word in _AHEAD for token in every),
        keys=frozenset(token.key for token in every),
    )


def changed(
    sentence: Line,
    anchors: Iterable[str],
    passage: Iterable[str] = (),
    quoted: Iterable[str] = (),
) -> list[tuple[Kind, str]]:
    """Negations and modals that the sentence has and its passage has not, or the reverse.

    Args:
        sentence: one sentence to be checked.
        anchors: the sentences of the passage that it restates.
        passage: all sentences of the passage, any of which may hold a negation that it keeps.
        quoted: what it quotes at length beside its own words; a negation kept there is not lost.
    """
    own = reading(sentence.text)
    cited = [reading(anchor) for anchor in anchors]
    if not cited:
        return []
    there = [one for line in passage for one in reading(line).negations]
    kept = [one for line in quoted for one in reading(line).negations]
    lost = [
        negation
        for one in cited
        for negation in one.negations
        if not any(negation.same(other) for other in (*own.negations, *kept))
    ]
    gained = [
        negation for negation in own.negations if not any(negation.same(other) for other in there)
    ]
    found: list[tuple[Kind, str]] = []
    found += [("negation", one.marker) for one in gained if _is_gained(one, own, cited)]
    found += [("negation", one.marker) for one in lost if _is_lost(one, own, cited, gained)]
    return found + [("modality", verb) for verb in _moods_changed(own, cited)]


def _near_negations(one: Reading, others: Iterable[Reading]) -> frozenset[str]:
    """The near negations of a sentence that none of the others has."""
    return (one.keys & _NEAR_NEGATION).difference(*(other.keys for other in others))


def _is_gained(mine: Negation, own: Reading, cited: Sequence[Reading]) -> bool:
    """True where the passage says the same without a negation, or has nothing like one."""
    head = mine.governed[:1]
    denied = any(held(head, one.negative) for one in cited)
    if denied or any(held(head, one.positive) for one in cited):
        return not denied
    shares = [len(held(mine.clause, one.keys)) for one in cited]
    nearest = [one for one, share in zip(cited, shares, strict=True) if share == max(shares)]
    return not any(one.negations or _near_negations(one, [own]) for one in nearest)


def _is_lost(
    other: Negation, own: Reading, cited: Sequence[Reading], gained: Sequence[Negation]
) -> bool:
    """True where the sentence says without negation what the passage says with this one."""
    stated = [one for one in other.governed if held([one], own.positive)]
    head = other.governed[:1]
    if head and head[0] in stated:
        return not held(head, own.negative)
    if gained or _near_negations(own, cited):
        return False
    return len(stated) >= 2 and len(stated) > _MOST * len(other.governed)


def _moods_changed(own: Reading, cited: Sequence[Reading]) -> Iterator[str]:
    """The verbs that one side says may be and the other side says are."""
    if not own.soft:
        yield from (verb for one in cited for verb in one.possible if held([verb], own.positive))
    if not any(one.soft for one in cited):
        settled = frozenset[str]().union(*(one.positive for one in cited))
        yield from held(own.possible & own.positive, settled)


def _scope(every: Sequence[Token], at: int) -> list[int] | None:
    """The places of the words that the token at a place negates; None where it is no negation."""
    token = every[at]
    follows = every[at + 1].word if at + 1 < len(every) else ""
    if token.word in _NOT or token.word.endswith("n't"):
        if follows in ("only", "just", "least"):
            return None
        said_before = [n for n in range(at) if every[n].counts and not every[n].capital]
        return _onward(every, at) or said_before  # "asked whether to resign, she said no"
    if token.word == "without":
        return _onward(every, at)[:3]
    if token.word in ("instead", "rather") and follows in ("of", "than"):
        return _onward(every, at + 1)
    return _to_the_end(every, at) if token.key in _PRIVATIVE else None


def _onward(every: Sequence[Token], at: int) -> list[int]:
    """The words that carry meaning from a place to the end of its clause."""
    found: list[int] = []
    for n in range(at + 1, len(every)):
        token = every[n]
        if token.text in MARKS or (token.word in _CLAUSE and (found or token.word != "that")):
            break
        if token.is_word and token.word not in STOPWORDS:
            found.append(n)
    return found


def _to_the_end(every: Sequence[Token], at: int) -> list[int]:
    """The words that carry meaning from a place to "but" or to the end of its sentence."""
    ends = (";", ".", "!", "?", "but", "although", "while")
    last = next((n for n in range(at + 1, len(every)) if every[n].word in ends), len(every))
    return [n for n in range(at + 1, last) if every[n].counts]


def _clause(every: Sequence[Token], at: int) -> frozenset[str]:
    """The keys that carry meaning between the marks on both sides of a place."""
    marks = [n for n, token in enumerate(every) if token.text in MARKS]
    first = max((n for n in marks if n < at), default=-1)
    last = min((n for n in marks if n > at), default=len(every))
    return frozenset(token.key for token in every[first + 1 : last] if token.counts)


def _head_first(every: Sequence[Token], scope: Sequence[int]) -> tuple[str, ...]:
    """The keys of a scope, its head before the others: no name, number or adverb if it can be."""
    plain = [every[n] for n in scope if not every[n].capital] or [every[n] for n in scope]
    heads = [one for one in plain if not one.word.endswith("ly") and not one.word[0].isdigit()]
    return tuple(dict.fromkeys(one.key for one in (*heads[:1], *plain)))


def _possible(every: Sequence[Token]) -> Iterator[str]:
    """The keys of the verbs that words of possibility govern."""
    for at, token in enumerate(every):
        if token.key in _POSSIBLE and not token.capital:
            for verb in every[at + 1 : at + 5]:
                if verb.text in MARKS:
                    break
                if verb.counts and not verb.word.endswith("ly"):
                    yield verb.key
                    break
