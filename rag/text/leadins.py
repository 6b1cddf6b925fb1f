"""Sentences that only announce what somebody said, and the quotations that follow them.

News prose names a speaker once and lets the words come after: "Anquist urged caution.
“It was small and short,” he said." Neither sentence is of use without the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.clauses import lines
from rag.text.persons import name_runs, same_person
from rag.text.speech import statements
from rag.text.words import words

_MARKS = frozenset('“”"')
_OPENS = re.compile(r"“|(?:(?<=[\s(])|^)\"(?=\w)")
_CLOSES = re.compile(r"”|(?<=[\w.,!?…])\"")
_SINGULAR = frozenset("he she".split())
_LONGEST = 2_000
"""Characters of a sentence that are read; a longer one announces nothing."""


def announces(text: str, following: Sequence[str]) -> int:
    """How many of the sentences that follow are the words which one announces or begins to quote.

    Args:
        text: a sentence.
        following: those after it, in order.

    Returns:
        0 where it quotes somebody to the end, where it names nobody and quotes nobody, where
        no quotation follows or none that ends, and where anybody else speaks in it.
    """
    if len(text) > _LONGEST or not following:
        return 0
    people = [run for line in lines(text) for run in name_runs(line.tokens)]
    begun = _is_open(text)
    if not begun and (not people or _MARKS & set(text) or not _OPENS.match(following[0])):
        return 0
    for count in range(1, len(following) + 1):
        if any(len(one) > _LONGEST for one in following[:count]):
            return 0
        told = [one.source for line in lines(following[count - 1]) for one in statements(line)]
        for source in told:
            named = source.name and any(same_person(source.name, one) for one in people)
            if not named and (source.name or source.pronoun not in _SINGULAR):
                return 0
        if not _is_open(" ".join((text, *following[:count]))):
            return count
    return 0


def spoken_by_a_pronoun(text: str) -> bool:
    """True for “It was short,” he said: nobody whom the sentence names can be "he"."""
    if len(text) > _LONGEST:
        return False
    told = [one.source for line in lines(text) for one in statements(line)]
    return bool(told) and told[0].pronoun in _SINGULAR and not _named(text)


def _named(text: str) -> bool:
    """True where a name stands in a sentence; its first word has a capital letter anyway."""
    opens = tuple(words(text)[:1])
    return any(run != opens for line in lines(text) for run in name_runs(line.tokens))


def _is_open(text: str) -> bool:
    """True where the last quotation that opens in a text does not end in it."""
    opened = max((match.start() for match in _OPENS.finditer(text)), default=-1)
    closed = max((match.start() for match in _CLOSES.finditer(text)), default=-1)
    return opened > closed
