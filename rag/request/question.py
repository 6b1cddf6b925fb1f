"""What a question asks for, and what its evidence has to carry.

The terms are searched, the numbers, days and the speaker are demanded of the evidence, and the
kind of answer tells what a refusal says is lacking.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.request.periods import Period, days_of, periods
from rag.text.dates import Mention, span, with_capitals
from rag.text.names import name_words, split_name
from rag.text.numbers import Quantity, quantities
from rag.text.words import content, fold

Asks = Literal["person", "time", "place", "number", "statement", "reason", "polarity", "other"]

LONGEST = 1000
"""Characters of a question that are read; a longer one is an article, not a question."""
FEWEST_IN_CAPITALS = 3
"""Words of a question that is typed in capitals; "WHO?" asks for an organisation."""

_STATEMENT = re.compile(
    r"\b(?:what (?:else )?(?:did|does|do|has|have|had) (?P<who>.{2,60}?) "
    r"(?:say|said|tell|told|claim|claimed|warn|warned|announce|announced|argue|argued|state|stated"
    r"|deny|denied|promise|promised|call|called|demand|demanded|urge|urged|admit|admitted"
    r"|acknowledge|acknowledged|insist|insisted|vow|vowed|pledge|pledged|propose|proposed|concede"
    r"|conceded|tweet|tweeted|condemn|condemned|criticise|criticised|criticize|criticized)"
    r"|(?:how|what) (?:did|does|do|has|have|had) (?P<reacting>.{2,60}?) "
    r"(?:react|reacted|respond|responded|comment|commented|reply|replied|answer|answered))\b",
    re.IGNORECASE,
)
_AMOUNT = (
    r"(?:number|percent(?:age)?|share|amount|toll|figures?|cost|price|score|margin|turnout|revenue"
    r"|profit|total|size|rate|population)"
)
# Each row: what is asked for, and how such questions begin or what they contain.
_SIGNS: tuple[tuple[Asks, re.Pattern[str]], ...] = (
    ("statement", _STATEMENT),
    ("number", re.compile(
        r"\bhow (?:many|much|far|long|old|tall|high|large|big|fast|deep|wide|heavy)\b"
        rf"|^(?:what|which|by what)\b.{{0,40}}\b{_AMOUNT}\b")),
    ("time", re.compile(
        r"\bwhen\b|\b(?:what|which) (?:day|date|year|month|time|week|century|decade)\b")),
    ("place", re.compile(
        r"\bwhere\b|\b(?:what|which) (?:country|city|town|place|region|village|street|state)\b")),
    ("person", re.compile(
        r"\bwho(?:m|se)?\b|\b(?:what|which) (?:person|man|woman|minister|president|party|company"
        r"|team|group|organi[sz]ation)\b")),
    ("reason", re.compile(r"\bwhy\b|\bwhat (?:caused|made|prompted|led)\b(?! up\b)|\bhow come\b")),
    ("polarity", re.compile(
        r"^(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)\b")),
)  # fmt: skip
_QUESTION_WORD = re.compile(r"\b(?:who(?:m|se)?|what|when|where|why|how|which)\b")
_ASIDE = re.compile(r"\[[^\[\]]*\]")
"""What was put beside a follow-up to say whom it means; it asks for nothing itself."""
_PRESENT = re.compile(
    r"^(?:who|what|which|where|how|in|of|for|at|to)\b"
    r"(?:(?! (?:did|was|were|had|will|would)\b) [\w'’-]+){0,4}? (?:is|are|has|have|does|do)\b",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:latest|newest|most recent|current(?:ly)?|now|so far|to date|at the moment|these days"
    r"|final (?:death )?(?:toll|figure|count|number|result)|(?:become|became|come|came) of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read."""

    text: str
    terms: tuple[str, ...]
    """Folded words to search for, each once."""
    names: tuple[str, ...]
    """Folded words of the names in it, as far as capital letters tell."""
    numbers: tuple[Quantity, ...]
    """The numbers in it that belong to no date, but for "first": of what began once, no article
    need say that it was the first time."""
    asks: Asks
    subject: tuple[str, ...] = ()
    """Folded words of who is asked about in "what did X say"; empty otherwise."""
    days: tuple[Mention, ...] = ()
    """The days that it speaks of."""
    latest: bool = False
    """True where the newest state of things is asked for."""
    demanded: tuple[str, ...] = ()
    """Folded words of a name that evidence must have itself."""
    is_present: bool = False
    """True where it asks in the present tense and names no day: for how things are now."""
    periods: tuple[Period, ...] = ()
    """The times that it asks about, and how what it asks for stands to them."""

    @property
    def prefers_newest(self) -> bool:
        """True where, of nearly equal evidence, the newest is meant: "latest", "on Saturday"."""
        return self.latest or any(period.weekday is not None for period in self.periods)

    def demanding(self, name: str) -> Question:
        """The question, whose evidence must have a name."""
        return replace(self, demanded=tuple(split_name(name)))

    def in_words(self, period: Period) -> str:
        """A period as it was typed, with the days that it is taken for."""
        phrase = self.text[period.start : period.end].strip()
        days = span(period.first, period.last) if period.first and period.last else ""
        if period.yearly:
            return f"“{phrase}” of any year"
        return days if fold(phrase) == fold(days) else f"“{phrase}”{days and ': '}{days}"

    @classmethod
    def read(
        cls,
        text: str,
        today: dt.date | None = None,
        newest: dt.date | None = None,
    ) -> Question:
        """Read a question.

        Args:
            text: the question.
            today: what "last week" is reckoned from; without it such words mean no day.
            newest: the day of the archive's newest article, which "in early December" is near.
        """
        text = " ".join(text.split())[:LONGEST]
        if text.isupper() and len(text.split()) >= FEWEST_IN_CAPITALS:
            text = text.lower()  # capitals throughout mark no names
        bare = _ASIDE.sub(lambda match: " " * len(match.group()), text)
        days = days_of(with_capitals(bare), today)
        asked = periods(bare, today, newest)
        dated = [(day.start, day.end) for day in days_of(with_capitals(text), today)]
        dated += [(period.start, period.end) for period in asked]
        return cls(
            text=text,
            terms=tuple(content(text)),
            names=tuple(name_words(_blanked(text, dated))),
            numbers=tuple(filter(_is_demanded, quantities(_blanked(text, dated)))),
            asks=kind(text),
            subject=_subject(text),
            days=tuple(_asked_for(day) for day in days),
            latest=bool(_LATEST.search(text)),
            is_present=not asked and bool(_PRESENT.search(text)),
            periods=tuple(asked),
        )


def kind(text: str) -> Asks:
    """What kind of answer a question asks for: its first question word tells.

    "What happened when the dam burst?" asks for no time.
    """
    folded = fold(_ASIDE.sub(" ", text))
    first = _QUESTION_WORD.search(folded)
    for asks, pattern in _SIGNS:
        match = pattern.search(folded)
        if match and not (
            first and first.start() < match.start() and _QUESTION_WORD.match(match.group())
        ):
            return asks
    return "number" if not first and re.search(rf"\b{_AMOUNT}\b", folded) else "other"


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text without its days: "Saturday" has a capital letter and is no name."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _is_demanded(number: Quantity) -> bool:
    return not (number.unit == "ordinal" and number.value == 1)


def _asked_for(day: Mention) -> Mention:
    """A bare weekday in a question is any such day of the archive, not the last one from today."""
    return day if day.weekday is None else replace(day, first=None, last=None)


def _subject(text: str) -> tuple[str, ...]:
    match = _STATEMENT.search(text)
    if match is None:
        return ()
    return tuple(w for w in content(match["who"] or match["reacting"]) if w.isalpha())
