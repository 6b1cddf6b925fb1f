"""Whether a passage gives the numbers that a sentence gives, and of the same things.

A number must stand in the passage as a value. Where the passage gives it of other
things or people, and another number of those that the sentence counts, the two
have been swapped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.text.numbers import Quantity
from rag.text.numbers import quantities as read_quantities
from rag.text.tokens import held, lines, tokens
from rag.verify.dates import without_days

_BREAK = re.compile(r"[,;:()“”\"–—.!?…]\s|\b(?:and|but|while)\b")
"""Where what belongs to one number ends, if not at the next number."""
_PAIR = re.compile(r" of |[-–]\Z")
"""What stands between two numbers that belong together: "97 of the 118", "2-1"."""
Counted = tuple[Quantity, frozenset[str]]
"""A number, and the keys of the words beside it."""


@lru_cache(maxsize=1024)
def quantities(text: str, *, ones: bool = False) -> tuple[Quantity, ...]:
    """The numbers of a text; passages are asked again and again."""
    return tuple(read_quantities(text, ones=ones))


def missing_numbers(sentence: str, passages: Sequence[str]) -> list[str]:
    """The numbers of a sentence that the passages do not give, as the sentence words them."""
    given: list[Sequence[Counted]] = []
    for text in passages:
        given += (_counted(line.text) for line in lines(without_days(text)))
        lengths = (_counted(line.text) for line in lines(text))  # "in the past six years"
        given += ([pair for pair in pairs if pair[0].time] for pairs in lengths)
    dated = without_days(sentence)
    return [
        sentence[number.start : number.end]
        for number, beside in _counted(dated, ones=False)
        if not (number.value == 2 and dated[: number.start].endswith("the "))  # "the two leaders"
        and not _is_year(sentence[number.start : number.end], passages)
        and not any(_gives(line, number, beside) for line in given)
    ]


def _gives(line: Sequence[Counted], number: Quantity, beside: frozenset[str]) -> bool:
    """True where a line gives a number, and no other number of what stands beside it."""
    own = [keys for other, keys in line if number.same(other)]
    others = [
        keys
        for other, keys in line
        if not number.same(other) and (number.unit, number.time) == (other.unit, other.time)
    ]
    return any(
        all(len(held(beside, other - keys)) <= len(held(beside, keys - other)) for other in others)
        for keys in own
    )


@lru_cache(maxsize=4096)
def _counted(text: str, *, ones: bool = True) -> tuple[Counted, ...]:
    """The numbers of a text with the words around them, up to a mark, "and" or the next number.

    What "and three were killed" counts stands by the number before. Two that belong
    together have nothing of their own.
    """
    every = quantities(text, ones=ones)
    ends = [0, *(number.end for number in every)]
    starts = [*(number.start for number in every), len(text)]
    found: list[Counted] = []
    noun = frozenset[str]()
    for at, number in enumerate(every):
        before, after = text[ends[at] : starts[at]], text[ends[at + 1] : starts[at + 1]]
        following = tokens(after)[:1]
        noun = frozenset(token.key for token in following if token.counts) or noun
        near = tokens(_BREAK.split(before)[-1] + " " + _BREAK.split(after, maxsplit=1)[0])
        apart = not _PAIR.match(after) and not (at and _PAIR.match(before))
        keys = noun | {token.key for token in near if token.counts}
        found.append((number, keys if apart else frozenset()))
    return tuple(found)


def _is_year(written: str, passages: Sequence[str]) -> bool:
    """True for a year that the passages have as part of a date."""
    year = re.fullmatch(r"(?:19|20)\d\d", written)
    return bool(year) and any(re.search(rf"\b{written}\b", text) for text in passages)
