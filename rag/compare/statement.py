"""A value in a sentence, and what it is the value of.

The words of its clause, the noun that is counted, the names around it and the period.
It knows nothing of the question nor of other sentences.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rag.compare.amounts import OPENING, Amount
from rag.compare.stems import common_stems, periods
from rag.records import Candidate
from rag.text.dates import Mention, mentions
from rag.text.names import name_words
from rag.text.speech import OPENS_ON_PRONOUN
from rag.text.word_classes import SAYING
from rag.text.words import STOPWORDS, words

Kind = Literal["number", "date", "polarity", "name", "words"]
_CLAUSE_END = re.compile(
    r"[;:—]|\s[-–]\s|,?\s+(?:while|whereas|although|though|but)\s|,\s+(?:and|which|who|whom|whose"
    r"|where|when|after|before|with|among|including|compared|as|or|for|because|short|down|up"
    r"|not|raising|bringing|taking)\b|\s+(?:after|when|because|which|until)\s|,\s+(?=according\b)"
    r"|\s+and\s+(?=(?:not|the|an?|his|her|its|their|another|more than|about|at least|\d+)\b)",
    re.IGNORECASE,
)
_WIDE_END = re.compile(
    r"[;—]|,?\s+(?:while|whereas|although|though|but)\s|,\s+(?:and|before|after)\b"
    r"|,\s+(?:an?|one|two|three) (?:hour|day|week|month|year)s? (?:before|after|earlier|later)\b"
)
_OPENING_CLAUSE = re.compile(
    r"(?:If|Unless|When|Once|Although|Though|While|Because|Until|Should)\s[^,;:.]+,", re.IGNORECASE
)
"""A clause of its own before the main one."""
_ATTRIBUTION = re.compile(
    rf"(?:,\s*|^)[^,]*\b(?:{SAYING})\b(?: on [A-Z]\w+)?\s*[.,]?$|^.*?\b(?:{SAYING})\b[^,]*?\bthat\s"
    r"|^.*?\b(?:said|says)\s+(?:on [A-Z]\w+day\s+)?(?!to\b)|,?\s*according to .*$"
)
_TRAILING = re.compile(
    rf",\s*[^,]*\b(?:{SAYING})\b(?: (?:(?:late|early) )?on [A-Z]\w+)?\s*[.,]?\s*$"
)
"""Who said it, at the end of a clause: "…, the fire service said on Sunday"."""
_CHANGE = (
    r"(?:up|down|rise|rises|rose|risen|rising|increas\w+|fell|fall\w*|drop\w*|climb\w*|revis\w+|cut"
    r"|rais\w+|lower\w*|correct\w*|reduc\w+|chang\w+|go|goes|went|gone|grew|grown|grow\w*|jump\w*"
    r"|slipp\w+|slid|shr[aiu]nk|turn\w*|moved|put off|postponed|delayed|brought forward)"
)
_FORMER_BEFORE = re.compile(
    rf"(?:\bnot(?: by| at| on| in| the| to be)?|\brather than|\binstead of"
    rf"|\b{_CHANGE}\b[^;.]*\bfrom"
    r"|\b(?:earlier|first|previous|initial|original|old|prior)\s+(?:reports?|figures?|estimates?"
    r"|counts?|tolls?|totals?|numbers?|dates?)\b[^;.]*|\b(?:initially|originally|previously)\b[^;.]*"
    r"|\bat first\b[^;.]*|\bcompared (?:with|to)|(?<!more )(?<!less )(?<!fewer )\bthan"
    r"|\breplac\w+[^;.]*|\bdeni\w+[^;.]*"
    rf"|\bhad (?:(?:first|earlier|initially|previously|originally) )?(?:been )?(?:put|planned"
    r"|promised|estimated|expected|set|scheduled|hoped)\b[^;.]*"
    r"|^When\b.{0,50}\b(?:began|started|announced|approved|launched)\b[^;.]*)"
    rf"\s*(?:of\s+|by\s+|at\s+|on\s+|the\s+)*(?:{OPENING}\s+)*$",
    re.IGNORECASE,
)
_FORMER_AFTER = re.compile(
    r"^[^;.]{0,40}?\b(?:earlier|previously|initially|originally|at first|first reported"
    r"|no longer|(?:was|were|is|are) (?:wrong|incorrect|mistaken|outdated)"
    r"|(?:a|the) (?:day|week|month|year) (?:before|earlier)"
    r"|that [\w ]{0,20}\b(?:expected|forecast|predicted|promised|hoped))\b",
    re.IGNORECASE,
)
_MODAL = re.compile(r"\b(?:could|may|might|if)\b", re.IGNORECASE)
_AS_OF = re.compile(r"\b(?:as of|by|until|up to|as at)\s+[^,;]{0,30}$", re.IGNORECASE)
_SAID_ON = re.compile(rf"\b(?:{SAYING}|statement|published|issued)\b(?:\s+\w+){{0,2}}\s*$")
_SAID_AFTER = re.compile(rf"^[\s,]+(?:he|she|they|it)?\s*\b(?:{SAYING})\b")
_VOICE = re.compile(
    rf"^(?:and |while |but |whereas )?(?P<who>(?:the |an? )?[\w’' -]{{2,60}}?)"
    rf"\s+(?:{SAYING}|put|puts"
    r"|counted|counts|gave|gives|spoke|speaks)\b|according to (?P<whom>[^,.;]+)"
)


@dataclass(frozen=True)
class Statement:
    """A value in a sentence, and what it is the value of."""

    candidate: Candidate
    kind: Kind
    value: Amount | Mention
    start: int
    """Where the value, with its hedge, begins in the candidate's text."""
    end: int
    clause: str
    """The words of the clause around the value, without the value and who said it."""
    thing: frozenset[str] = frozenset()
    """Stems of the noun that is counted."""
    former: bool = False
    """True where the sentence itself calls the value past, replaced or wrong."""
    part: bool = False
    """True for a part or an addition: "12 of the 40", "another 12", "among them 12"."""
    by: bool = False
    """True for a difference: "rose by 12"."""
    rate: bool = False
    """True for so much a day, per head, …"""
    body: str = ""
    """The stem of what consists of so many: "trial" in "a trial of 600 people"."""

    @property
    def worded(self) -> str:
        """The value as the article words it."""
        return " ".join(self.candidate.text[self.start : self.end].split()).rstrip(".,;")

    @cached_property
    def about(self) -> frozenset[str]:
        """Stems of the clause's words that carry meaning, names left out."""
        return common_stems(self.clause)

    @property
    def said(self) -> frozenset[str]:
        """Stems of the clause and of what is counted."""
        return self.about | self.thing

    @cached_property
    def names(self) -> frozenset[str]:
        """Folded words of the clause's names."""
        return frozenset(name_words(self.clause))

    @cached_property
    def near(self) -> frozenset[str]:
        """Stems of what a reader has in mind: the sentence, the headline, what a "they" means."""
        return common_stems(before_and_with(self.candidate))

    @cached_property
    def voice(self) -> frozenset[str]:
        """Folded words of whoever the clause says gives the value; empty where nobody is named."""
        begin, stop = clause_at(self.candidate.text, self.start, self.end)
        clause = self.candidate.text[begin:stop].lstrip(" ,")
        match = _VOICE.search(clause)
        return (
            frozenset(
                word for word in words(match["who"] or match["whom"]) if word not in STOPWORDS
            )
            if (match)
            else frozenset()
        )

    @property
    def modal(self) -> bool:
        """True where the clause says only what may or could be."""
        return bool(_MODAL.search(self.clause))

    @cached_property
    def periods(self) -> frozenset[str]:
        """Quarters, halves and rounds that the sentence speaks of."""
        return periods(self.candidate.text)

    @cached_property
    def days(self) -> tuple[Mention, ...]:
        """The days of the clause, but not those on which somebody spoke."""
        return tuple(
            day
            for day in mentions(self.clause, published(self.candidate))
            if not is_saying(self.clause, day) and not _AS_OF.search(self.clause[: day.end])
        )


def published(candidate: Candidate) -> dt.date | None:
    """The day on which a candidate's article was published."""
    return candidate.passage.stored.card.published


def before_and_with(candidate: Candidate) -> str:
    """The headline, the sentence, and the one before where it opens on a pronoun."""
    if OPENS_ON_PRONOUN.match(candidate.text):
        return f"{candidate.passage.stored.card.title}. {just_read(candidate)}"
    return f"{candidate.passage.stored.card.title}. {candidate.text}"


def just_read(candidate: Candidate) -> str:
    """The sentence and the one before, which says who "she" is."""
    chunk = candidate.passage.stored.chunk
    earlier = [one for one in chunk.sentences if one.end <= candidate.span.start]
    return f"{chunk.part(earlier[-1]) if earlier else ''} {candidate.text}"


def clause_at(text: str, start: int, end: int, *, wide: bool = False) -> tuple[int, int]:
    """The bounds of the clause that holds ``text[start:end]``, its "when" too if wide."""
    begin, stop = 0, len(text)
    opening = _OPENING_CLAUSE.match(text) if wide else None
    if opening:
        begin, stop = (opening.end(), stop) if opening.end() <= start else (0, opening.end() - 1)
    for match in (_WIDE_END if wide else _CLAUSE_END).finditer(text):
        if match.end() <= start:
            at = match.start() if match.group().strip(" ,")[:1].isalpha() else match.end()
            begin = max(begin, at)
        elif match.start() >= end:
            stop = min(stop, match.start())
            break
    return begin, stop


def is_former(before: str, after: str) -> bool:
    """True where the words around a value call it past, replaced or wrong."""
    return bool(_FORMER_BEFORE.search(before) or _FORMER_AFTER.match(after))


def is_saying(text: str, day: Mention) -> bool:
    """True where a day is the one on which somebody spoke: "said on Thursday"."""
    return bool(_SAID_ON.search(text[: day.start]) or _SAID_AFTER.match(text[day.end :]))


def without_speaker(clause: str) -> str:
    """A clause without who said it and on which day."""
    trailing = _TRAILING.search(clause)
    if trailing:
        return clause[: trailing.start()].strip()
    return _ATTRIBUTION.sub(" ", clause).strip()
