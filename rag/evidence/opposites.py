"""Whether a text says the contrary of what a question supposes.

"Which countries did not sign?" is not answered by a list of those that did, nor
"who opposed the deal?" by those who backed it, though the words and the vectors of
the two are nearly the same: opposites keep the same company (Deese, 1965), so an
encoder puts them side by side. What tells them apart is a closed set of words: the
negations, and the pairs below, with the prefixes that turn a word round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.text.clauses import key
from rag.text.words import STOPWORDS, fold, stem, words

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot unable fail fails failed except "
    "excluding lack lacks lacked".split()
)
_PAIRS = """
    above below, advantage disadvantage, all none, allies enemies, ally enemy, always never, before
    after, best worst, better worse, biggest smallest, common rare, common uncommon, dependent
    independent, different same, different similar, difficult easy, down up, earliest latest, early
    late, east west, eastern western, end start, export import, external internal, failure success,
    false true, fastest slowest, father son, fewer more, first last, friend enemy, good bad, high
    low, higher lower, highest lowest, hot cold, inside outside, large small, largest smallest,
    least most, left right, legal illegal, less more, longest shortest, loser winner, loss gain,
    lower upper, majority minority, male female, maximum minimum, men women, negative positive, new
    old, north south, northern southern, oldest youngest, older younger, peace war, poor rich,
    possible impossible, private public, right wrong, rural urban, simple complex, strong weak, true
    untrue, victory defeat, warm cold
"""
_VERBS = """
    accept reject, agree disagree, allow ban, allow forbid, allow prohibit, approve reject, arrive
    leave, attack defend, back oppose, back reject, begin end, buy sell, confirm deny, create
    destroy, decrease increase, enter leave, fail succeed, fall rise, gain lose, include exclude,
    join leave, lose win, open close, reopen close, resign stay, start end, start stop, stay leave,
    support oppose, support reject
"""
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "anti", "mis")
_SHORTEST = 4
"""Letters that must be left of a word without its prefix."""

_PHRASES = tuple(
    (re.compile(rf"\b(?:{phrase})\b"), word)
    for phrase, word in (
        (r"(?:decid\w+ against|refus\w+ to|declin\w+ to)", "not"),
        (
            r"(?:vot|turn)(?:es?|s|ed|ing)? (?:it |them )?down|(?:throws?|threw|thrown) out",
            "reject",
        ),
        (r"(?:pull|walk|dropp?|back)(?:s|ed|ing)? out(?: of)?|quits?", "leave"),
        (r"step(?:s|ped|ping)? down", "resign"),
    )
)
"""Verbs with a particle that are another verb in meaning."""


def negation_lost(question: str, text: str) -> bool:
    """True where the question denies something and the text denies nothing."""
    return bool(NEGATIONS & _denials(question)) and not NEGATIONS & _denials(text)


def contrary(question: str, text: str) -> bool:
    """True where the text has the opposite of a word of the question in its place."""
    question, text = _in_one_word(question), _in_one_word(text)
    present = set(words(text))
    stems = {stem(word) for word in present}
    keys = {key(word) for word in present}
    wanted = [word for word in words(question) if stem(word) not in stems]
    return any(
        _opposed(word, present, stems)
        or (key(word) not in keys and not keys.isdisjoint(VERBS.get(key(word), ())))
        for word in wanted
    )


def _opposed(word: str, present: set[str], stems: set[str]) -> bool:
    if not present.isdisjoint(OPPOSITES.get(word, ())):
        return True
    if word in STOPWORDS or len(word) <= _SHORTEST:
        return False
    return any(
        prefix + word in present
        or (
            word.startswith(prefix)
            and len(word) - len(prefix) >= _SHORTEST
            and stem(word[len(prefix) :]) in stems
        )
        for prefix in _PREFIXES
    )


def _denials(text: str) -> set[str]:
    return set(words(_in_one_word(text).replace("n't", " not")))


def _in_one_word(text: str) -> str:
    text = fold(text)
    for pattern, word in _PHRASES:
        text = pattern.sub(word, text)
    return text


def _table(pairs: Iterable[str]) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in pairs:
        one, other = pair.split()
        table.setdefault(one, set()).add(other)
        table.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in table.items()}


OPPOSITES = _table(_PAIRS.split(","))
"""For each word that has one, its opposites."""
VERBS = _table(
    f"{key(one)} {key(other)}" for one, other in (pair.split() for pair in _VERBS.split(","))
)
"""For the key of a verb that has one, the keys of its opposites."""
