"""Whether a passage gives the numbers that a sentence gives, and of the same things.

A number must stand in the passage as a value. Where the passage says of other
things that they are so many, and gives another number for the thing that the
sentence counts, the number is that thing's no longer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.text.names import same_name
from rag.text.numbers import Quantity
from rag.text.numbers import quantities as read_quantities
from rag.text.tokens import Token, alike, tokens
from rag.verify.days import without_days

_BREAK = re.compile(r",| and\b| but\b| while\b|;")
_ONWARD = 3
"""Words after a number among which the thing that it counts stands."""
_ENDS = frozenset(',;:()“”"–—.!?…')
_LINKS = frozenset(
    "of in at for to from by and or with than as on since after before who which that where may "
    "will would could might".split()
)
_UNITS = frozenset(
    "euro dollar pound per cent percent point kilometr kilomet metr year day".split()
)


@lru_cache(maxsize=1024)
def quantities(text: str, *, ones: bool = False) -> tuple[Quantity, ...]:
    """The numbers of a text; passages are asked again and again."""
    return tuple(read_quantities(text, ones=ones))


def uncounted(sentence: str, passages: Sequence[str]) -> list[str]:
    """The numbers of a sentence that the passages do not give, as the sentence words them."""
    dated = without_days(sentence)
    texts = [without_days(text) for text in passages]
    given = [
        (text, [*quantities(text, ones=True), *(q for q in quantities(whole) if q.time)])
        for text, whole in zip(texts, passages, strict=True)
    ]
    missing = []
    for one in quantities(dated):
        same = [(text, other) for text, every in given for other in every if one.same(other)]
        if _both(one, dated):
            continue
        absent = not same and not _year(one, sentence, passages)
        if absent or (same and _of_another_thing(dated, one, same, given)):
            missing.append(sentence[one.start : one.end])
    return missing or _swapped(dated, texts)


def _both(one: Quantity, text: str) -> bool:
    """True in "the two leaders", which is "the leaders" in other words."""
    return one.value == 2 and text[: one.start].endswith("the ")


def _year(one: Quantity, sentence: str, passages: Sequence[str]) -> bool:
    """True for a year that the passages have as part of a date."""
    written = sentence[one.start : one.end]
    year = re.fullmatch(r"(?:19|20)\d\d", written)
    return bool(year) and any(re.search(rf"\b{written}\b", text) for text in passages)


def _of_another_thing(
    sentence: str,
    one: Quantity,
    same: Sequence[tuple[str, Quantity]],
    given: Sequence[tuple[str, Sequence[Quantity]]],
) -> bool:
    """True where another number counts what this one counts, and this one something else."""
    ours = _counted(sentence, one)
    theirs = [_counted(text, other) for text, other in same]
    if not ours or not all(theirs):
        return False
    apart = [key for key in ours if not any(_share([key], keys) for keys in theirs)]
    if len(apart) < len(ours):  # "12 people injured" and "12 people killed"
        if any(not [key for key in keys if not _share([key], ours)] for keys in theirs):
            return False
    else:
        apart = ours[:1]
    return any(
        not one.same(other) and _share(apart, _counted(text, other))
        for text, every in given
        for other in every
    )


def _share(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    return any(alike(one, other) for one in ours for other in theirs)


def _counted(text: str, one: Quantity) -> list[str]:
    """The keys of the words right after a number, up to where its phrase ends."""
    found = []
    for token in tokens(text[one.end : one.end + 60]):
        if token.text in _ENDS or token.word in _LINKS or token.word[0].isdigit():
            break
        if token.counts and token.key not in _UNITS:
            found.append(token.key)
        if len(found) == _ONWARD:
            break
    return found


def _swapped(sentence: str, passages: Sequence[str]) -> list[str]:
    """Numbers that stand by a name to which the passages give another number.

    A number's names are those before it, or those after it, back or on to the next
    number; which of the two a text means is not known, so all readings are tried.
    """
    wrong = []
    sides = [_beside(sentence, before=True), _beside(sentence, before=False)]
    pairs = [
        [pair for text in passages for pair in _beside(text, before=side)] for side in (True, False)
    ]
    for at, (one, _) in enumerate(sides[0]):
        if _both(one, sentence):
            continue
        verdicts = {_agrees(one, mine[at][1], theirs) for mine in sides for theirs in pairs}
        if False in verdicts and True not in verdicts:
            wrong.append(sentence[one.start : one.end])
    return wrong


def _agrees(
    one: Quantity, mine: Sequence[str], pairs: Sequence[tuple[Quantity, list[str]]]
) -> bool | None:
    """False where the pairs give this number to other names, and another number to these.

    None where they do not tell.
    """
    same = [names for other, names in pairs if one.same(other) and names]
    if not same or not mine:
        return None
    if any(same_name(name, there) for names in same for name in mine for there in names):
        return True
    others = (
        names
        for other, names in pairs
        if not one.same(other) and (one.unit, one.time) == (other.unit, other.time)
    )
    given = any(same_name(name, there) for names in others for name in mine for there in names)
    return False if given else None


@lru_cache(maxsize=1024)
def _beside(text: str, *, before: bool) -> list[tuple[Quantity, list[str]]]:
    """Each number with the names between it and the number before it, or after it."""
    every = quantities(text, ones=True)
    if len(every) < 1:
        return []
    words = [token for token in tokens(text) if _is_name(token, text)]
    found = []
    for at, one in enumerate(every):
        first = every[at - 1].end if at else 0
        last = every[at + 1].start if at + 1 < len(every) else len(text)
        start, end = (first, one.start) if before else (one.end, last)
        stop = max((text.rfind(mark, start, end) for mark in (". ", "\n")), default=-1)
        if before and stop >= start:
            start = stop
        if not before:
            stops = [at for mark in (". ", "\n") if (at := text.find(mark, start, end)) >= 0]
            end = min([end, *stops])
            link = _BREAK.search(text, start, end)  # "11,204 votes and Vosslane ..." is no "for"
            end = link.start() if link else end
        found.append((one, [token.word for token in words if start <= token.start < end]))
    return found


def _is_name(token: Token, text: str) -> bool:
    opens = not text[: token.start].rstrip(" “\"'")[-1:].strip(".!?:\n")
    return token.is_word and token.capital and token.counts and not (opens and token.start > 0)
