"""Whether a text says the contrary of what a question supposes.

"Which countries did not sign?" is not answered by a list of those that did, nor
"who opposed the deal?" by those who backed it, though the words and the vectors of
the two are nearly the same: opposites keep the same company (Deese, 1965), so an
encoder puts them side by side. What tells them apart is a closed set of words: the
negations, and the pairs below, with the prefixes that turn a word round.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.text.words import STOPWORDS, fold, stem, words

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot unable fail fails failed except "
    "excluding lack lacks lacked".split()
)
_PAIRS = """
    above below, accept reject, accepted rejected, advantage disadvantage, agree disagree, agreed
    disagreed, all none, allies enemies, allow ban, allow forbid, allow prohibit, allowed banned,
    allowed prohibited, ally enemy, always never, arrive leave, arrived left, attack defend,
    attacked defended, before after, began ended, begin end, best worst, better worse, biggest
    smallest, bought sold, buy sell, common rare, common uncommon, create destroy, created
    destroyed, decrease increase, decreased increased, decreases increases, dependent independent,
    different same, different similar, difficult easy, down up, earliest latest, early late, east
    west, eastern western, end start, ended started, enter leave, entered left, export import,
    external internal, failed succeeded, failure success, fall rise, false true, fastest slowest,
    father son, fell rose, fewer more, first last, friend enemy, gain lose, gained lost, good bad,
    high low, higher lower, highest lowest, hot cold, include exclude, included excluded, inside
    outside, join leave, joined left, large small, largest smallest, least most, left right, legal
    illegal, less more, longest shortest, lose win, loser winner, loss gain, lost won, lower upper,
    majority minority, male female, maximum minimum, men women, negative positive, new old,
    north south, northern southern, oldest youngest, older younger, open close, opened closed,
    opposed supported, oppose support, peace war, poor rich, possible impossible, private public,
    right wrong, rural urban, simple complex, started stopped, start stop, strong weak, true untrue,
    victory defeat, warm cold
"""
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "anti", "mis")
_SHORTEST = 4
"""Letters that must be left of a word without its prefix."""


def negation_lost(question: str, text: str) -> bool:
    """True where the question denies something and the text denies nothing."""
    return bool(NEGATIONS & _denials(question)) and not NEGATIONS & _denials(text)


def contrary(question: str, text: str) -> bool:
    """True where the text has the opposite of a word of the question in its place."""
    present = set(words(text))
    stems = {stem(word) for word in present}
    wanted = [word for word in words(question) if stem(word) not in stems]
    return any(_opposed(word, present, stems) for word in wanted)


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
    return set(words(fold(text).replace("n't", " not")))


def _table(pairs: Iterable[str]) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in pairs:
        one, other = pair.split()
        table.setdefault(one, set()).add(other)
        table.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in table.items()}


OPPOSITES = _table(_PAIRS.split(","))
"""For each word that has one, its opposites."""
