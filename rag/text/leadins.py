"""Sentences that only announce what somebody said, and the quotations that follow them.

News prose names a speaker once and lets the words come after: "Anquist urged caution.
“It was small and short,” he said." Neither sentence is of use without the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.text.clauses import lines
from rag.text.persons import name_runs, same_person
from rag.text.speech import statements
from rag.text.words import words

_OPENING = frozenset("“\"'‘«")
_MARKS = frozenset('“”"«»')
_SINGULAR = frozenset("he she".split())


def announces(text: str, following: Sequence[str]) -> int:
    """How many of the sentences that follow are the words which one announces or begins to quote.

    Args:
        text: a sentence.
        following: those after it, in order.

    Returns:
        0 where it quotes somebody to the end, or names nobody or no quotation follows, or
        where what follows is somebody else's.
    """
    if not _closed(text):
        return _closing(text, following)
    people = [run for line in lines(text) for run in name_runs(line.tokens)]
    if not people or _MARKS & set(text) or not following or following[0][:1] not in _OPENING:
        return 0
    told = [one.source for line in lines(" ".join(following)) for one in statements(line)]
    if told and told[0].name and not any(same_person(told[0].name, one) for one in people):
        return 0
    return _closing("", following)


def spoken_by_a_pronoun(text: str) -> bool:
    """True for “It was short,” he said: nobody whom the sentence names can be "he"."""
    told = [one.source for line in lines(text) for one in statements(line)]
    return bool(told) and told[0].pronoun in _SINGULAR and not _named(text)


def _named(text: str) -> bool:
    """True where a name stands in a sentence; its first word has a capital letter anyway."""
    opens = tuple(words(text)[:1])
    return any(run != opens for line in lines(text) for run in name_runs(line.tokens))


def _closing(text: str, following: Sequence[str]) -> int:
    """With how many more sentences all quotations end; 0 where they do not."""
    counts = range(1, len(following) + 1)
    return next((n for n in counts if _closed(" ".join((text, *following[:n])))), 0)


def _closed(text: str) -> bool:
    """True where each quotation that opens in a text ends in it."""
    return text.count('"') % 2 == 0 and text.count("“") == text.count("”")
