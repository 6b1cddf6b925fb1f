"""Negations and modals that a sentence has and its passage has not, or the reverse.

"Denied taking", "did not take" and "took no" all negate "take"; "could meet" is
possible, "met" is a fact. Two texts are compared by the words that they share: where
a shared word is negated on one side only, something was lost or gained. What a marker
negates is read off the surface, from the marker to the end of its clause, as NegEx
does (Chapman et al., 2001).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

from rag.text.tokens import MARKS, Token, TokenLine, held, key, lines, union
from rag.text.word_classes import CONJUNCTIONS, VERBS_OF_SAYING
from rag.text.words import STOPWORDS

Kind = Literal["negation", "modality"]

_NOT = frozenset("not never cannot nor neither no none nobody nothing nowhere without".split())
_PRIVATIVE = frozenset(
    map(key, "deny denial refuse refusal reject decline fail failure dismiss lack avoid".split())
) | {key("unable")}
"""Verbs, and nouns made of them, that negate what follows up to the end of the sentence."""
_NEAR_NEGATION = frozenset(
    map(key, "hardly barely scarcely rarely few only except until unless yet still against".split())
)
"""Words by which a sentence says without "not" what another says with it."""
_POSSIBLE = frozenset(
    map(key, "could may might can possibly perhaps maybe probably likely unlikely".split())
)
_UNSETTLED = frozenset("will shall would should must if unless whether".split())
_ALLEGED = frozenset("alleged alleges allegedly accused suspected claimed reportedly".split())
"""Words for what somebody says of another and nobody has shown."""
_CLAUSE_ENDS = MARKS | CONJUNCTIONS
_SENTENCE_ENDS = frozenset("; . ! ? but although while".split())
_MOST = 0.5
"""Share of a negation's words that must stand unnegated elsewhere for it to be lost."""


@dataclass(frozen=True, slots=True)
class Negation:
    """A marker and the keys that it governs, the first of them its head."""

    marker: str
    governed: tuple[str, ...]

    def same(self, other: Negation) -> bool:
        """True where both negate a word in common, or neither negates any."""
        if not self.governed or not other.governed:
            return self.governed == other.governed
        return bool(held(self.governed, other.governed))


@dataclass(frozen=True, slots=True)
class Polarity:
    """One sentence's negations, and how sure each of its words is said to be."""

    negations: tuple[Negation, ...]
    positive: frozenset[str]
    """Keys that stand somewhere under no negation, or under two."""
    negative: frozenset[str]
    possible: frozenset[str]
    """Keys of the verbs that "could" and the like govern."""
    unsettled: bool
    """True where anything in it is said to be possible, to come or conditional."""
    alleged: bool
    """True where it tells of what is only alleged."""
    attributed: bool
    """True where somebody is said to have said something of it."""
    keys: frozenset[str]


@lru_cache(maxsize=1024)
def polarity(line: TokenLine) -> Polarity:
    """Read the negations and modals of one sentence."""
    tokens = line.tokens
    scopes = {at: scope for at in range(len(tokens)) if (scope := _scope(tokens, at)) is not None}
    depth = [sum(at in scope for scope in scopes.values()) for at in range(len(tokens))]
    shown = [at for at, token in enumerate(tokens) if _bears_meaning(token) and at not in scopes]
    return Polarity(
        negations=tuple(
            Negation(tokens[at].text, _head_first([tokens[n] for n in scope]))
            for at, scope in scopes.items()
            if not scope or any(depth[n] % 2 for n in scope)
        ),
        positive=frozenset(tokens[at].key for at in shown if depth[at] % 2 == 0),
        negative=frozenset(tokens[at].key for at in shown if depth[at] % 2),
        possible=frozenset(_possible(tokens)),
        unsettled=any(token.key in _POSSIBLE or token.word in _UNSETTLED for token in tokens),
        alleged=any(token.word in _ALLEGED for token in tokens),
        attributed=any(token.word in VERBS_OF_SAYING | {"according"} for token in tokens),
        keys=frozenset(token.key for token in tokens),
    )


def changed(
    sentence: TokenLine,
    restated: Sequence[TokenLine],
    passage: Iterable[TokenLine] = (),
    quoted: Iterable[TokenLine] = (),
) -> list[tuple[Kind, str]]:
    """Negations and modals that the sentence has and its passage has not, or the reverse.

    Args:
        sentence: one sentence to be checked.
        restated: the sentences of the passage that it restates.
        passage: all sentences of the passage, any of which may hold a negation that it keeps.
        quoted: what it quotes at length beside its own words; a negation kept there is not lost.
    """
    own = polarity(sentence)
    cited = [polarity(line) for line in restated]
    if not cited:
        return []
    denied = _negations(passage)
    kept = [*own.negations, *_negations(quoted)]
    gained = _unmatched(own.negations, denied)
    lost = _unmatched(_negations(restated), kept)
    markers = [new.marker for new in gained if _is_gained(new, own, cited, sentence.keys)]
    markers += [old.marker for old in lost if _is_lost(old, own)]
    return [
        *(("negation", marker) for marker in markers),
        *(("modality", verb) for verb in _moods_changed(own, cited, sentence.keys)),
    ]


def is_plain(asked: str, text: str, end: int = 0) -> bool:
    """True where a text tells what is asked, and neither denies it nor leaves it open.

    Args:
        asked: a question.
        text: a sentence.
        end: where the words that answer end; what is denied up to the next comma may be they.
    """
    keys, read = union(lines(asked)), [polarity(line) for line in lines(text)]
    if any(one.alleged or keys & one.possible for one in read):
        return False
    clause = text[:end] + text[end:].partition(",")[0]
    near, every = (
        [one for one in _negations(lines(part)) if one.marker != "without"]  # "left without"
        for part in (clause, text)
    )
    return not near and keys.isdisjoint(key for one in every for key in one.governed)


def _negations(lines: Iterable[TokenLine]) -> list[Negation]:
    return [negation for line in lines for negation in polarity(line).negations]


def _unmatched(negations: Iterable[Negation], others: Sequence[Negation]) -> list[Negation]:
    return [negation for negation in negations if not any(map(negation.same, others))]


def _is_gained(
    negation: Negation, own: Polarity, cited: Sequence[Polarity], keys: frozenset[str]
) -> bool:
    """True where the passage says the same without a negation, or has nothing like one."""
    head = negation.governed[:1]
    denied = any(held(head, line.negative) for line in cited)
    if denied or any(held(head, line.positive) for line in cited):
        return not denied
    nearest = _nearest(keys, cited)
    return not nearest.negations and _NEAR_NEGATION.isdisjoint(nearest.keys - own.keys)


def _is_lost(negation: Negation, own: Polarity) -> bool:
    """True where the sentence says without negation what the passage says with this one."""
    head = negation.governed[:1]
    stated = held(negation.governed, own.positive)
    most = len(stated) > max(1, _MOST * len(negation.governed))
    return (most or bool(held(head, stated))) and not held(head, own.negative)


def _moods_changed(own: Polarity, cited: Sequence[Polarity], keys: frozenset[str]) -> Iterator[str]:
    """What one side says may be, or is alleged, and the other side says is."""
    if not own.unsettled:
        yield from (verb for line in cited for verb in held(line.possible, own.positive))
        if not (own.alleged or own.attributed) and _nearest(keys, cited).alleged:
            yield "alleged"
    if not any(line.unsettled for line in cited):
        settled = frozenset[str]().union(*(line.positive for line in cited))
        yield from held(own.possible & own.positive, settled)


def _nearest(keys: frozenset[str], cited: Sequence[Polarity]) -> Polarity:
    return max(cited, key=lambda line: len(held(keys, line.keys)))


def _scope(tokens: Sequence[Token], at: int) -> list[int] | None:
    """The places of the words that the token at a place negates; None where it is no negation."""
    token = tokens[at]
    follows = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if token.word in _NOT or token.word.endswith("n't"):
        if follows in ("only", "just", "least"):
            return None
        said_before = [n for n in range(at) if tokens[n].counts and not tokens[n].capital]
        return _onward(tokens, at, _CLAUSE_ENDS) or said_before  # "asked whether …, she said no"
    if (token.word, follows) in (("instead", "of"), ("rather", "than")):
        return _onward(tokens, at + 1, _CLAUSE_ENDS)
    return _onward(tokens, at, _SENTENCE_ENDS) if token.key in _PRIVATIVE else None


def _onward(tokens: Sequence[Token], at: int, ends: Container[str]) -> list[int]:
    """The places of the words that carry meaning behind a place, up to where its scope ends."""
    last = next((n for n in range(at + 1, len(tokens)) if tokens[n].word in ends), len(tokens))
    return [n for n in range(at + 1, last) if _bears_meaning(tokens[n])]


def _bears_meaning(token: Token) -> bool:
    return token.is_word and token.word not in STOPWORDS


def _head_first(scope: Sequence[Token]) -> tuple[str, ...]:
    """The keys of a scope, its head before the others: no name, number or adverb if it can be."""
    heads = [
        token
        for token in scope
        if not (token.capital or token.word.endswith("ly") or token.word[0].isdigit())
    ]
    return tuple(dict.fromkeys(token.key for token in (*heads[:1], *scope)))


def _possible(tokens: Sequence[Token]) -> Iterator[str]:
    """The keys of the verbs that words of possibility govern."""
    for at, token in enumerate(tokens):
        if token.key in _POSSIBLE and not token.capital:
            verbs = (tokens[n] for n in _onward(tokens, at, MARKS))
            yield from islice((token.key for token in verbs if not token.word.endswith("ly")), 1)
