"""What a question asks for, and what its evidence has to carry.

A question is read once, without a model. What is found here is used three
times: the terms search, the names and numbers are demanded of the evidence,
and the kind of answer tells which sentences can hold it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.request.periods import Period, periods
from rag.text.dates import Mention, mentions, with_capitals
from rag.text.names import name_words
from rag.text.numbers import Quantity, quantities
from rag.text.words import content, fold

Asks = Literal["person", "time", "place", "number", "statement", "reason", "polarity", "other"]

LONGEST = 1000
"""Characters of a question that are read; a longer one is an article, not a question."""

# Each row: what is asked for, and how such questions begin or what they contain.
_SIGNS: tuple[tuple[Asks, str], ...] = (
    ("statement", r"\bwhat (?:else )?(?:did|does|do|has|have|had|was|were) .{2,80}?\b"
                  r"(?:say|said|says|tell|told|claim|claimed|warn|warned|announce|announced|call|called"
                  r"|argue|argued|state|stated|respond|comment|reply|deny|denied|promise|promised"
                  r"|think|thinks|want|wants|demand|demanded|reaction|position|view|stance)\b"),
    ("statement", r"^how did .{2,60}\b(?:react|respond|describe|comment|explain|justify)\b"),
    ("number", r"\bhow (?:many|much|far|long|old|tall|high|large|big|fast|deep|wide|heavy)\b"),
    ("number", r"^(?:what|which|by what)\b.{0,40}\b(?:number|percent(?:age)?|share|amount"
               r"|toll|figures?|cost|price|score|margin|turnout|revenue|profit|total|size|rate)\b"),
    ("time", r"\bwhen\b|\b(?:what|which) (?:day|date|year|month|time|week|century|decade)\b"),
    ("place", r"\bwhere\b|\b(?:what|which) (?:country|city|town|place|region|village|street|port"
              r"|state|location|capital|river|district|province|stadium|hall)\b"),
    ("person", r"\bwho(?:m|se)?\b|\b(?:what|which) (?:person|man|woman|minister|president|party"
               r"|company|team|group|agency|outlet|organi[sz]ation|official|judge|player|rider)\b"),
    ("reason", r"\bwhy\b|\bwhat (?:caused|made|prompted|drove|forced|led)\b(?! up\b)|\bhow come\b"
               r"|\bfor what reason\b"),
    ("polarity", r"^(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)\b"),
)  # fmt: skip
_PATTERNS = tuple((asks, re.compile(pattern)) for asks, pattern in _SIGNS)


FEWEST_IN_CAPITALS = 3
"""Words of a question that is typed in capitals; "WHO?" asks for an organisation."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read."""

    text: str
    terms: tuple[str, ...]
    """Folded words to search for, each once."""
    names: tuple[str, ...]
    """Folded words of the names in it, as far as capital letters tell."""
    numbers: tuple[Quantity, ...]
    """The numbers in it that belong to no date."""
    asks: Asks
    subject: tuple[str, ...] = ()
    """Folded words of who is asked about in "what did X say"; empty otherwise."""
    days: tuple[Mention, ...] = ()
    """The days that it speaks of."""
    latest: bool = False
    """True where the newest state of things is asked for."""
    periods: tuple[Period, ...] = ()
    """The times that it asks about, and how what it asks for stands to them."""

    @property
    def prefers_newest(self) -> bool:
        """True where, of nearly equal evidence, the newest is meant: "latest", "on Saturday"."""
        return self.latest or any(one.weekday is not None for one in self.periods)

    @classmethod
    def read(
        cls,
        text: str,
        today: dt.date | None = None,
        newest: dt.date | None = None,
        oldest: dt.date | None = None,
    ) -> Question:
        """Read a question.

        Args:
            text: the question.
            today: what "last week" is reckoned from; without it such words mean no day.
            newest: the day of the archive's newest article, which "in early December" is near.
            oldest: that of its oldest.
        """
        text = " ".join(text.split())[:LONGEST]
        if text.isupper() and len(text.split()) >= FEWEST_IN_CAPITALS:
            text = text.lower()  # capitals throughout mark no names
        days = mentions(with_capitals(text), today)
        asides = [match.span() for match in _ASIDE.finditer(text)]
        asked = [
            one
            for one in periods(text, today, newest, oldest)
            if not any(start <= one.start < end for start, end in asides)
        ]
        dated = [(day.start, day.end) for day in days]
        dated += [(one.start, one.named if one.event else one.end) for one in asked]
        return cls(
            text=text,
            terms=tuple(content(text)),
            names=tuple(name_words(_without(text, days))),
            numbers=tuple(
                one
                for one in quantities(text)
                if not any(one.start < end and start < one.end for start, end in dated)
            ),
            asks=kind(text),
            subject=_subject(text),
            days=tuple(
                _asked_for(day)
                for day in days
                if not any(start <= day.start < end for start, end in asides)
            ),
            latest=bool(_LATEST.search(text)),
            periods=tuple(asked),
        )


def kind(text: str) -> Asks:
    """What kind of answer a question asks for: its first question word tells.

    "What happened when the dam burst?" asks for no time.
    """
    folded = fold(_ASIDE.sub(" ", text))
    first = _QUESTION_WORD.search(folded)
    for asks, pattern in _PATTERNS:
        match = pattern.search(folded)
        if match and not (
            first and first.start() < match.start() and _QUESTION_WORD.match(match.group())
        ):
            return asks
    return "other" if first else _headed(_ASIDE.sub(" ", text))


def _headed(text: str) -> Asks:
    """What a few words without a verb ask for: "net profit in 2024?", "reason for the delay"."""
    for asks, pattern in _HEADS:
        if pattern.match(text):
            return asks
    return "other"


_PHRASE = r"^(?:(?!\b(?:of|for|in|on|at|to|by|from|with|about|after|before|and)\b)[^,;:?])*?\b"
"""A noun phrase up to its head: what stands before the first preposition."""
_ENDS = r"(?=\s*(?:[?.!,:]|$)|\s+(?:(?:of|for|in|on|at|to|by|from|after|before)\b|(?-i:[A-Z0-9])))"
_HEAD_NOUNS: tuple[tuple[Asks, str], ...] = (
    ("number", r"number|percentage|share|amount|tolls?|figures?|costs?|price|score|margin|turnout"
               r"|revenue|profit|loss|total|size|rate|age|length|height|depth|width|weight|speed"
               r"|population|salary|budget|debt"),
    ("time", r"date|day|year|time|deadline"),
    ("place", r"location|place|venue|whereabouts"),
    ("reason", r"reasons?|causes?"),
)  # fmt: skip
_HEADS = tuple(
    (asks, re.compile(f"{_PHRASE}(?:{nouns}){_ENDS}", re.IGNORECASE)) for asks, nouns in _HEAD_NOUNS
)
_ASIDE = re.compile(r"\[[^\[\]]*\]")
"""What was put beside a follow-up to say whom it means; it asks for nothing itself."""
_QUESTION_WORD = re.compile(r"\b(?:who(?:m|se)?|what|when|where|why|how|which)\b")


def _without(text: str, days: Sequence[Mention]) -> str:
    """The text with its days blanked out: "Saturday" has a capital letter and is no name."""
    for day in days:
        text = text[: day.start] + " " * (day.end - day.start) + text[day.end :]
    return text


def _asked_for(day: Mention) -> Mention:
    """A bare weekday in a question is any such day of the archive, not the last one from today."""
    return day if day.weekday is None else replace(day, first=None, last=None)


_LATEST = re.compile(
    r"\b(?:latest|newest|most recent|current|currently|now|so far|to date|up to now|finally"
    r"|final(?= (?:death )?(?:tolls?|figures?|counts?|numbers?|results?|tally|tallies))"
    r"|as things stand|at the moment|these days|in the end|most up to date"
    r"|what (?:ever |has |had )?(?:became|become|came|come) of)\b",
    re.IGNORECASE,
)


def _subject(text: str) -> tuple[str, ...]:
    match = _SUBJECT.search(text) or _REACTING.search(text)
    return tuple(word for word in content(match["who"]) if word.isalpha()) if match else ()


_SUBJECT = re.compile(
    r"\bwhat (?:else )?(?:did|does|do|has|have|had) (?P<who>.{2,60}?) "
    r"(?:say|said|tell|told|claim|claimed|warn|warned|announce|announced|argue|argued|state|stated"
    r"|respond|comment|reply|deny|denied|promise|promised|call|called|demand|demanded|urge|urged"
    r"|admit|admitted|acknowledge|acknowledged|insist|insisted|vow|vowed|pledge|pledged|propose"
    r"|proposed|concede|conceded|tweet|tweeted|condemn|condemned|criticise|criticised|criticize"
    r"|criticized)\b",
    re.IGNORECASE,
)
_REACTING = re.compile(
    r"\bhow (?:did|does|do|has|have|had) (?P<who>.{2,60}?) "
    r"(?:react|reacted|respond|responded|comment|commented|reply|replied|answer|answered)\b",
    re.IGNORECASE,
)
