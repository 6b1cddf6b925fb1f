"""Negation and modality, by the words that they govern.

"Denied taking", "did not take" and "took no" all negate "take"; "could meet" is
possible, "will meet" is to come, "met" is a fact. Two texts are compared by the
words that they share: where a shared word is negated on one side only, something
was lost or gained. Scopes are read from the surface, forwards from the marker to
the end of its clause, as NegEx does (Chapman et al., 2001).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.text.clauses import Line, Token, alike, held, key, tokens
from rag.text.words import STOPWORDS

Kind = Literal["negation", "modality"]

_PLAIN = frozenset("not never cannot nor neither".split())
_DETERMINER = frozenset("no none nobody nothing nowhere".split())
_PRIVATIVE = frozenset(map(key, "deny refuse reject decline fail dismiss lack avoid".split())) | {
    key("unable"), key("refusal"), key("denial"), key("failure"),
}  # fmt: skip
"""Words that negate what follows them, up to the end of the sentence."""
_LESS = frozenset(
    map(
        key,
        """
        missing unlikely unclear absent away against oppose before until still
        yet hardly barely scarcely few except rarely impossible abandon cancel discourage prevent
        forbid ban innocent exclude inadmissible only correct
        """.split(),
    )
)
"""Words by which a sentence can say without "not" what another says with it."""
_SOFT = frozenset(
    map(key, "could may might can possibly perhaps maybe probably likely unlikely".split())
)
_IF = frozenset("if unless whether".split())
_AHEAD = frozenset("will shall would should must won't".split())
_INTENDING = frozenset(
    map(
        key,
        """
        plan expect hope want intend due set promise vow pledge urge call ask demand propose
        threaten try seek aim agree need wish prepare schedule offer advise appeal tell order
        """.split(),
    )
)
_BREAKS = frozenset(',;:“”"()–—.!?…')
_CLAUSE = frozenset(
    "but because although though while when where whether if until unless since so who which as "
    "and that than after before".split()
)
_PREFIX = re.compile(r"(?:un|in|im|non|dis)(\w{4,})")
_BE = frozenset("is are was were be been being am 's has have had having do does did".split())
_FURTHEST = 8
"""Words that carry meaning which a plain negation governs at most."""
_MOST = 0.6
"""Share of a negation's words that must stand unnegated elsewhere for it to be lost."""


@dataclass(frozen=True, slots=True)
class Negation:
    """A marker and the keys that it governs, the first of them its head."""

    marker: str
    governed: tuple[str, ...]
    clause: frozenset[str] = frozenset()
    """The keys that carry meaning in the clause around it."""

    @property
    def head(self) -> str:
        """The key that it bears on most; empty where it governs nothing."""
        return self.governed[0] if self.governed else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence's negations, and how sure each of its words is said to be."""

    negations: tuple[Negation, ...]
    less: frozenset[str]
    """Keys of its words that can stand for a negation."""
    positive: frozenset[str]
    """Keys that stand somewhere under no negation."""
    negative: frozenset[str]
    moods: tuple[tuple[str, int], ...]
    """For each verb that a modal governs, 2 for what is possible and 1 for what is to come."""
    soft: bool
    """True where anything in it is said to be possible, planned or conditional."""
    keys: frozenset[str]
    prefixed: frozenset[str]
    """What its words with a negative prefix negate: "identify" for "unidentified"."""


@lru_cache(maxsize=1024)
def reading(text: str) -> Reading:
    """Read the polarity of one sentence."""
    every = tokens(text)
    scopes = [scope for at in range(len(every)) if (scope := _scope(every, at)) is not None]
    count = [0] * len(every)
    for _, governed in scopes:
        for at in governed:
            count[at] += 1
    keys = [token.key for token in every]
    markers = {at for at, _ in scopes}
    shown = [at for at in range(len(every)) if _means(every[at]) and at not in markers]
    moods = _moods(every)
    return Reading(
        negations=tuple(
            Negation(
                every[at].text,
                tuple(keys[n] for n in _head_first(every, at, governed)),
                _clause(every, at),
            )
            for at, governed in scopes
            if not all(count[n] % 2 == 0 for n in governed) or not governed
        ),
        less=frozenset(keys[at] for at in range(len(every)) if keys[at] in _LESS),
        positive=frozenset(keys[at] for at in shown if count[at] % 2 == 0),
        negative=frozenset(keys[at] for at in shown if count[at] % 2),
        moods=tuple(moods.items()),
        soft=bool(moods) or any(token.word in _AHEAD | _IF for token in every),
        keys=frozenset(keys),
        prefixed=frozenset(key(match[1]) for one in every if (match := _PREFIX.match(one.word))),
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
    ours = reading(sentence.text)
    theirs = [reading(anchor) for anchor in anchors]
    elsewhere = [negation for line in passage for negation in reading(line).negations]
    if not theirs:
        return []
    found: list[tuple[Kind, str]] = []
    spare = frozenset[str]().union(*(one.less for one in theirs)) - ours.keys
    own_spare = ours.less - frozenset[str]().union(*(one.keys for one in theirs))
    kept = [negation for line in quoted for negation in reading(line).negations]
    left = [
        negation
        for one in theirs
        for negation in one.negations
        if not any(_same(negation, other) for other in kept)
        and not ours.prefixed & set(negation.governed)
    ]
    unmatched = []
    for mine in ours.negations:
        match = next((one for one in left if _same(mine, one)), None)
        if match is None:
            unmatched.append(mine)
        else:
            left.remove(match)
    prefixed = frozenset[str]().union(*(one.prefixed for one in theirs))
    unmatched = [
        one
        for one in unmatched
        if not any(_same(one, other) for other in elsewhere) and not prefixed & set(one.governed)
    ]
    for mine in unmatched:
        if _gained(mine, theirs, left, spare):
            found.append(("negation", mine.marker))
    for one in left:
        if _lost(one, ours, unmatched, own_spare):
            found.append(("negation", one.marker))
    return found + _moods_changed(ours, theirs)


def _same(mine: Negation, other: Negation) -> bool:
    if not mine.governed or not other.governed:
        return not mine.governed and not other.governed
    return any(alike(one, there) for one in mine.governed for there in other.governed)


def _gained(
    mine: Negation, theirs: Sequence[Reading], left: Sequence[Negation], spare: frozenset[str]
) -> bool:
    """True where the passage says the same without a negation, or has nothing like one."""
    affirmed = any(_in(mine.head, one.positive) for one in theirs)
    denied = any(_in(mine.head, one.negative) for one in theirs)
    if affirmed or denied:
        return not denied
    shares = [len(held(mine.clause, one.keys)) for one in theirs]
    nearest = [one for one, share in zip(theirs, shares, strict=True) if share == max(shares)]
    if max(shares) == 0:
        return not left and not spare
    return not any(set(left) & set(one.negations) or spare & one.less for one in nearest)


def _lost(
    other: Negation, ours: Reading, unmatched: Sequence[Negation], spare: frozenset[str]
) -> bool:
    """True where the sentence says without negation what the passage says with this one."""
    stated = [one for one in other.governed if _in(one, ours.positive)]
    if other.head in stated:
        return not _in(other.head, ours.negative)
    if not other.governed or unmatched or spare:
        return False
    return len(stated) >= 2 and len(stated) > _MOST * len(other.governed)


def _moods_changed(ours: Reading, theirs: Sequence[Reading]) -> list[tuple[Kind, str]]:
    mine = dict(ours.moods)
    found: list[tuple[Kind, str]] = []
    for one in theirs:
        for verb, level in one.moods:
            if level == 2 and not ours.soft and _in(verb, ours.positive):
                found.append(("modality", verb))
    settled = frozenset[str]().union(*(one.positive for one in theirs))
    for verb, level in mine.items():
        firm = level == 2 and verb in ours.positive and _in(verb, settled)
        if firm and not any(one.soft for one in theirs):
            found.append(("modality", verb))
    return found


def _in(one: str, keys: frozenset[str]) -> bool:
    return bool(one) and (one in keys or any(alike(one, there) for there in keys))


def _scope(every: Sequence[Token], at: int) -> tuple[int, list[int]] | None:
    """Which tokens the token at a place negates; None where it negates nothing."""
    token = every[at]
    follows = every[at + 1].word if at + 1 < len(every) else ""
    if token.word in _PLAIN or token.word.endswith("n't"):
        if follows in ("only", "just", "least"):
            return None
        return at, _onward(every, at) or _before(every, at)
    if token.word == "without":
        return at, _onward(every, at)[:3]
    if token.word in ("instead", "rather") and follows in ("of", "than"):
        return at, _onward(every, at + 1)
    if token.word in _DETERMINER or (token.word == "no" and follows == "one"):
        return at, [*_onward(every, at), *_verb_before(every, at)]
    if token.key in _PRIVATIVE:
        return at, _to_the_end(every, at)
    return None


def _means(token: Token) -> bool:
    return token.is_word and token.word not in STOPWORDS


def _clause(every: Sequence[Token], at: int) -> frozenset[str]:
    first, last = at, at + 1
    while first > 0 and every[first - 1].text not in _BREAKS:
        first -= 1
    while last < len(every) and every[last].text not in _BREAKS:
        last += 1
    return frozenset(token.key for token in every[first:last] if token.counts)


def _onward(every: Sequence[Token], at: int) -> list[int]:
    found: list[int] = []
    for n in range(at + 1, len(every)):
        token = every[n]
        if token.text in _BREAKS or (token.word in _CLAUSE and (found or token.word != "that")):
            break
        if _means(token):
            found.append(n)
        if len(found) == _FURTHEST:
            break
    return found


def _before(every: Sequence[Token], at: int) -> list[int]:
    """What "asked whether she would resign, she said she would not" leaves to be understood."""
    first = next((n for n in range(at) if every[n].word in ("whether", "if")), at)
    return [n for n in range(first, at) if every[n].counts and not every[n].capital][:3]


def _verb_before(every: Sequence[Token], at: int) -> list[int]:
    """The verb whose object is "no triumph": "felt no triumph"."""
    if at and every[at - 1].counts and not every[at - 1].capital:
        return [at - 1]
    return []


def _to_the_end(every: Sequence[Token], at: int) -> list[int]:
    found = []
    for n in range(at + 1, len(every)):
        token = every[n]
        if token.text in ";.!?" or token.word in ("but", "although", "while"):
            break
        if (
            token.text == ","
            and n + 1 < len(every)
            and every[n + 1].word in ("and", "which", "who")
        ):
            break
        if token.word == "and" and n + 1 < len(every) and every[n + 1].key == key("say"):
            break
        if token.counts:
            found.append(n)
    return found


def _head_first(every: Sequence[Token], at: int, governed: Sequence[int]) -> list[int]:
    """The governed tokens with the head before the others: no adverb, no name if it can be."""
    plain = [n for n in governed if not every[n].capital] or list(governed)
    for n in plain:
        token = every[n]
        if not token.word.endswith("ly") and not token.word[0].isdigit():
            return [n, *(other for other in plain if other != n)]
    return plain


def _moods(every: Sequence[Token]) -> dict[str, int]:
    """The verbs that a modal governs, with its strength."""
    found: dict[str, int] = {}
    for at, token in enumerate(every):
        level = 2 if token.key in _SOFT and not token.capital else 1 if token.word in _AHEAD else 0
        if token.key in _INTENDING or (token.word in _BE and _next_is(every, at, "to")):
            level = 1
        if level:
            verb = next(
                (
                    one
                    for one in every[at + 1 : at + 5]
                    if one.text in _BREAKS or (one.counts and not one.word.endswith("ly"))
                ),
                None,
            )
            if verb is not None and verb.is_word:
                found[verb.key] = max(level, found.get(verb.key, 0))
    return found


def _next_is(every: Sequence[Token], at: int, word: str) -> bool:
    return at + 1 < len(every) and every[at + 1].word == word
