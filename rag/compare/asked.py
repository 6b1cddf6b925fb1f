"""What a question wants the value of, and which statements may give it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from rag.compare.amounts import MEASURES, Amount
from rag.compare.around import Surroundings
from rag.compare.figures import counted
from rag.compare.statement import (
    Kind,
    Statement,
    published,
)
from rag.compare.stems import common_stems, is_generic, is_person, periods
from rag.records import Candidate
from rag.request.question import Question
from rag.text.dates import Mention, mentions
from rag.text.names import missing
from rag.text.words import fold, stem, words

CONTEXT_COVERED = 0.5
"""Share of what is asked about that a passage with its headline must speak of."""
_COUNTED = re.compile(r"\bhow many\b|\bnumbers? of\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"\b(?:what|which)(?:\s+(?:is|was|were|are)|['’]s)\s+(?:the\s+|[\w’']+['’]s\s+)?(?P<what>[\w\s-]+?)"
    r"\s+(?:of|in|for|from|at|on|after|under|by|during)\b"
    r"|\bhow (?:much|high|large|big) (?:is|was|were) (?:the\s+)?(?P<other>[\w\s-]+?)\s*\?",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\bcosts?\b|\b(?:price|revenue|profit|loss|money|pay|paid|worth|bill|budget|spend|spent|fine"
    r"|debt|salary|wages?|fee|fees|turnover|how much (?:did|does|will|would) .* raise)\b"
)
_SHARE = re.compile(r"\b(?:share of|what share|percent(?:age)?|per cent|rate|turnout|proportion)\b")
_SAYING = re.compile(
    r"\b(?:say|said|tell|told|announced?|statement|spoke|speak|declared?|warn(?:ed)?)\b", re.I
)
_EARLIER = re.compile(
    r"\b(?:initial|initially|early|earlier|earliest|first|original|originally|previous|previously"
    r"|at first|used to|before)\b",
    re.IGNORECASE,
)
_ASKING = frozenset(
    "how mani much long day date year month week time amount latest newest recent current "
    "overal final share proport "
    "see differ suppos expect exact far accord get give sourc offici around altogeth".split()
)
"""Stems of words that ask, and say nothing of the subject."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants the value of."""

    question: Question
    common: frozenset[str]
    """Stems of its words that carry meaning, without names and words of asking."""
    target: frozenset[str]
    """Stems of what is counted or measured: "jobs" in "how many jobs"."""
    unit: str
    """"money", "percent", "count", or "" where the question does not tell."""
    kinds: tuple[Kind, ...]
    periods: frozenset[str]
    saying: bool
    """True where the day of a statement is asked for."""
    modal: bool
    earlier: bool
    """True where it asks for the first or an earlier value."""
    around: Surroundings = field(compare=False)
    """What the articles of the evidence are about."""

    @classmethod
    def of(cls, question: Question, candidates: Iterable[Candidate] = ()) -> Asked:
        """Read what is wanted off a question, and what the evidence is about."""
        text = " ".join(re.findall(r"[^.?!]*\?", question.text)) or question.text
        named = {stem(name) for name in question.names}
        dated = common_stems(
            " ".join(question.text[day.start : day.end] for day in question.days)
        )  # what is of another day is told by the days, not by their names
        target = _target(text)
        unit = _unit(text, target)
        return cls(
            question,
            common_stems(text) - _ASKING - dated - named,
            target,
            unit,
            _kinds(question, bool(target or unit)),
            periods(text),
            bool(_SAYING.search(text)),
            bool(re.search(r"\b(?:could|may|might|would|will|expected|supposed)\b", text)),
            bool(_EARLIER.search(text)),
            Surroundings(candidates),
        )

    def touches(self, statement: Statement) -> bool:
        """True where a statement's article is on the question's subject and its unit fits."""
        return self.in_context(statement.candidate) and self.fits(statement)

    def bears(self, statement: Statement) -> bool:
        """True where the statement's value may be the one that is asked for."""
        if statement.part or statement.kind not in self.kinds or not self.touches(statement):
            return False
        if statement.modal and not self.modal:
            return False
        said = statement.said
        if self.periods and statement.periods and self.periods.isdisjoint(statement.periods):
            return False
        if statement.kind == "date":
            return (self.saying or not statement.by) and not self.common.isdisjoint(said)
        if self.target and not is_generic(self.target):
            # Whoever "live there" stands near those who died and is not one of them.
            wide = said if "kill" in self.target else said | statement.near
            return not self.target.isdisjoint(wide) and not self._other_thing(statement)
        if self.target and statement.thing and not is_generic(statement.thing):
            return is_person(statement.worded) and not self.common.isdisjoint(said)
        return not self.common or not self.common.isdisjoint(said)

    def equally(self, one: Statement, other: Statement) -> bool:
        """True where what one clause says of the question's words the other's article says too."""
        wanted = self.common - self.target
        mine, theirs = (wanted & (said.about - said.thing) for said in (one, other))
        return mine - theirs <= _stems_of(self.around.article(other.candidate)) and (
            theirs - mine <= _stems_of(self.around.article(one.candidate))
        )

    def in_context(self, candidate: Candidate) -> bool:
        """True where an article has the question's names, and what stands around half its words."""
        if not self.named(candidate):
            return False
        if not self.common:
            return True
        said = _stems_of(self.around.of(candidate))
        return len(self.common & said) >= CONTEXT_COVERED * len(self.common)

    def named(self, candidate: Candidate) -> bool:
        """True where an article carries the question's names, or two in three."""
        wanted = [name for name in self.question.names if not periods(name)]
        lacking = _missing(tuple(wanted), self.around.article(candidate))
        return lacking <= len(wanted) // 3

    def of_its_day(self, candidate: Candidate) -> bool:
        """True where the question has a day, and the article or the sentence is of that day."""
        if not self.question.days:
            return False
        day, own = published(candidate), mentions(candidate.text, published(candidate))
        if day is not None:
            own = [*own, Mention(0, 0, day, day, day.weekday())]
        return any(
            asked.overlaps(one)
            or (asked.first is None and one.first is not None and one.first == one.last
                and asked.weekday == one.first.weekday())
            for asked in self.question.days
            for one in own
        )  # fmt: skip

    def fits(self, statement: Statement) -> bool:
        """True where the statement's unit is one that can be asked for."""
        if not isinstance(statement.value, Amount):
            return True
        unit = statement.value.unit
        if self.unit == "money":
            return unit not in ("", "percent") and unit not in MEASURES
        if self.unit == "percent":
            return unit == "percent"
        if self.unit == "count":
            return unit == ""
        return True

    def _other_thing(self, statement: Statement) -> bool:
        """True where a statement counts a thing other than the one asked for."""
        thing = statement.thing
        if not thing or is_generic(thing) or statement.value.unit:  # type: ignore[union-attr]
            return False
        return thing.isdisjoint(self.target | self.common)


@lru_cache(maxsize=256)
def _missing(wanted: tuple[str, ...], text: str) -> int:
    return len(missing(wanted, words(text)))


@lru_cache(maxsize=256)
def _stems_of(text: str) -> frozenset[str]:
    return common_stems(text)


def _target(text: str) -> frozenset[str]:
    """Stems of what is counted or measured."""
    match = _COUNTED.search(text)
    if match:
        return counted(text[match.end() :])
    match = _ATTRIBUTE.search(text)
    return common_stems(match["what"] or match["other"]) - _ASKING if match else frozenset()


def _unit(text: str, target: frozenset[str]) -> str:
    folded = fold(text)
    if _SHARE.search(folded):
        return "percent"
    if _MONEY.search(folded) and not _COUNTED.search(text):
        return "money"
    if _COUNTED.search(text) or "toll" in folded.split():
        return "" if target & MEASURES else "count"
    return ""


def _kinds(question: Question, measured: bool) -> tuple[Kind, ...]:
    if question.asks == "number":
        long = re.search(r"\bhow long\b", question.text, re.IGNORECASE)
        return ("number", "date") if long else ("number",)
    if question.asks == "time":
        return ("date",)
    return ("number",) if question.asks == "other" and measured else ()
