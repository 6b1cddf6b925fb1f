"""What a sentence states: its figures and days, each with what it is the value of.

A figure has a hedge that says how much it leaves room for: "at least 30" leaves room for 45, "about
50,000" for 49,700, and "1.2 million" is not written to the last head.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from rag.records import Candidate
from rag.text.dates import CALENDAR, Mention, mentions
from rag.text.names import NAME, split_name
from rag.text.numbers import Quantity, quantities
from rag.text.speech import closes, opened_at
from rag.text.word_classes import SAYING
from rag.text.words import STOPWORDS, WORD, counted, fold, words

_ROUNDED, _ABOUT = Decimal("0.02"), Decimal("0.1")
"""Share by which a round figure may be off without saying so, and by which "about N" may be."""
MEASURES = frozenset(
    "second minut hour day night week month year decad centuri metr meter kilometr mile foot feet"
    " acr hectar tonn ton kilogram gram litr barrel degre point megawatt millimetr".split()
)
"""Stems of nouns that measure, so that so many of them is an amount and no count."""
_HEDGES = {
    "least": "at least|(?:no|not) (?:fewer|less) than|more than|over|above|upwards of|exceeds?"
    "|exceeding|a minimum of",
    "most": "at most|(?:no|not) more than|fewer than|less than|under|below|up to|as many as"
    "|as much as|a maximum of",
    "nearly": "nearly|almost|close to|just under",
    "just over": "just over",
    "about": "about|around|some|roughly|approximately|circa|(?:an )?estimated",
    "": "a total of|a further|an additional|only|just|exactly|another",
}
OPENING = f"(?:{'|'.join(_HEDGES.values())})"
HEDGE = re.compile(rf"\b(?P<hedge>{OPENING}(?:\s+{OPENING})?)\s+(?:the\s+)?$", re.IGNORECASE)
OR_MORE = re.compile(r"^\s*(?:\+|or (?P<more>more|so|fewer|less)\b)", re.IGNORECASE)

_AGED = re.compile(r"\baged (?:\w+,? (?:and|or|to) )?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with its hedge: what it says, and what it leaves room for."""

    value: Decimal
    unit: str
    """"percent", a currency, the stem of a measure such as "kilometr", or ""."""
    low: Decimal
    high: Decimal
    """The range within which the writer means the figure to lie."""
    bound: str = ""
    """"least" or "most" where it is one."""

    def means(self, other: Amount) -> bool:
        """True where both writers can have one figure in mind."""
        return (
            self.low <= other.value <= self.high
            or other.low <= self.value <= other.high
            or (bool(self.bound or other.bound) and self.low < other.high and other.low < self.high)
        )

    def allows(self, other: Amount) -> bool:
        """True where both can be true: "at least 30" leaves room for 45."""
        (low, high), (least, most) = self._open(), other._open()
        bounded = bool(self.bound or other.bound)
        return self.means(other) or (bounded and low <= most and least <= high)

    def _open(self) -> tuple[Decimal, Decimal]:
        low = Decimal(0) if self.bound == "most" else self.low
        return low, Decimal("Infinity") if self.bound == "least" else self.high


def amount(figure: Quantity, until: Quantity | None, before: str, after: str, unit: str) -> Amount:
    """What a figure means, by its hedge and by how finely it is written.

    `until` is where a range ends, 50 in "40 to 50"; `before` and `after` are the words around it.
    """
    value = figure.value
    if until is not None:
        return Amount(until.value, unit, min(value, until.value), until.value)
    found, tail = HEDGE.search(before), OR_MORE.match(after)
    hedge = found["hedge"] if found else ""
    if tail:
        more = (tail["more"] or "more").lower()
        hedge = {"more": "at least", "so": "about"}.get(more, "at most")
    kind = next((kind for kind, some in _HEDGES.items() if re.match(some, hedge, re.I)), "")
    if kind in ("least", "just over"):
        return Amount(value, unit, value, value + value * _ABOUT, kind if kind == "least" else "")
    if kind in ("most", "nearly"):
        return Amount(value, unit, value - value * _ABOUT, value, kind if kind == "most" else "")
    last_digit = Decimal(10) ** int(value.normalize().as_tuple().exponent)
    slack = value * _ABOUT if kind == "about" else min(last_digit / 2, value * _ROUNDED)
    return Amount(value, unit, value - slack, value + slack)


# --- statements --------------------------------------------------------------------------------


ValueKind = Literal["number", "date", "polarity", "name", "words"]

_LIVES = re.compile(r"\b(?:los[et]|claim\w*|costs?|takes?|took|taken)\b[^.;]*?\blives\b", re.I)
_PERSONS = frozenset("peopl person victim".split())
"""Stems of counted nouns that say nothing of who is counted."""
_REPORTING = frozenset((*SAYING.split("|"), *CALENDAR, "people", "person", "persons", "per", "cent",
                        "number", "figure", "total", "percent", "hundred", "thousand", "million",
                        "billion", "near", "almost", "one", "two", "new", "now"))  # fmt: skip
"""Words that tell of no matter: who speaks, when, and that there is a figure at all."""
CLAUSE_END = re.compile(
    r"[;—]|,?\s+(?=(?:while|whereas|although|though|but)\s)|,\s+(?=(?:and|before|after)\b)"
    r"|,\s+(?=an? \w+ (?:before|after|earlier|later)\b)"
)
_FORMER = re.compile(
    r"(?:\bnot|\b(?:rather|instead) (?:than|of)|\b(?:up|down) from|\bcompared (?:with|to)"
    r"|(?<!more )(?<!less )(?<!fewer )\bthan|\b(?:(?:earlier|previous|initial|original|old)(?:ly)?"
    r"|at first|had (?:expected|planned)|replac\w+|deni\w+)\b[^;.]*)"
    rf"\s*(?:(?:of|by|at|on|in|the|to|be)\s+)*(?:{OPENING}\s+)*$",
    re.IGNORECASE,
)
"""What stands before a value that is past, replaced or wrong."""
_BEFORE = re.compile(
    r"\b(?:(?P<part>among (?:them|these)|including|of (?:them|whom|which)|another|further"
    rf"|additional|other)|(?P<change>by))\W+(?:(?:were|are)\s+)?(?:{OPENING}\s+)*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s+(?P<part>(?:\w+\s+){0,2}of (?:the|them|these|those|its|his|her|their|whom)\b"
    r"|(?:more|others?|further|additional)\b(?!\s+than\s+(?:in|at)\b))"
    r"|(?P<change>(?:\s+[\w-]+){0,2}?\s+(?:fewer|less|more|higher|lower)\b)"
)
"""What makes a figure a part or an addition ("12 of the 40"), or a difference ("rose by 12")."""
_LABEL = re.compile(
    r"(?:(?<!^)\b[A-Z][a-z]+|\bNo\.?|\bcategory|\bphase|\blevel|\bstage)\s+$|\w-$"
    r"|\baged?\s+(?:of\s+)?$|\b(?:man|woman|boy|girl|child)\s+of\s+$"
)
"""What a number after it names, and does not count: "Covid-19", "a category 4 storm", an age."""
_YEAR = re.compile(r"(?<![\w.,-])(?:19|20)\d\d\b(?=\s*(?:$|[,.;:)]|(?:and|when|but|or|to|the)\b))")
_SPOKEN = re.compile(rf"\b(?:{SAYING}|published|issued)\b(?:\s+\w+){{0,2}}\s*$")
"""What stands before the day on which somebody spoke."""
_NAMING = re.compile(r"['’]s\b|(?<=\bthe \d{4})\s+[^\W\d_]", re.IGNORECASE)
"""What makes a day part of a name: "this year's vote", "the 2016 election"."""
_LEAD = re.compile(r"(?:on|in|of|by|since|until|from|before|after|during)\s+", re.IGNORECASE)
_PLACE = re.compile(rf"\b(?:in|at|near|outside|around|across|of|from)\s+(?:the )?({NAME.pattern})")


def common_stems(text: str) -> frozenset[str]:
    """The stems of a text's meaningful words; the dead and the hurt have one stem each."""
    text = _LIVES.sub(lambda match: match.group() + " deaths", text)
    found = (w for w in words(text) if w.isalpha() and w not in STOPWORDS | _REPORTING)
    return frozenset(counted(word) for word in found)


def published(candidate: Candidate) -> dt.date | None:
    """The day on which a candidate's article was published."""
    return candidate.passage.stored.card.published


def told_days(text: str, written: dt.date | None) -> list[Mention]:
    """The days that a text tells of, but not those on which somebody spoke."""
    return [day for day in mentions(text, written) if not _SPOKEN.search(text[: day.start])]


def quotes_whole(candidate: Candidate) -> bool:
    """True where no quotation begins before the sentence or goes on behind it."""
    return not any(_in_quotation(candidate, at) for at in (0, len(candidate.text)))


def _in_quotation(candidate: Candidate, at: int) -> bool:
    """True for a place of a sentence in a quotation, which may begin earlier in the paragraph."""
    chunk = candidate.passage.stored.chunk
    before = chunk.text[: candidate.span.start - chunk.start + at]
    return opened_at(before.rpartition("\n\n")[2]) is not None


@dataclass(frozen=True)
class Statement:
    """A value in a sentence, and what it is the value of."""

    candidate: Candidate
    kind: ValueKind
    value: Amount | Mention
    start: int
    """Where the value, with its hedge, begins in the candidate's text."""
    end: int
    noun: frozenset[str] = frozenset()
    """Stems of what is counted; empty for people, who may be anybody."""
    former: bool = False
    """True where the sentence itself calls the value past, replaced or wrong."""
    per: str = ""
    """"part" for a part or an addition, "change" for a difference, "said" for the day of a
    statement."""

    @property
    def article(self) -> str:
        """The id of the article."""
        return self.candidate.passage.stored.card.article_id

    @property
    def worded(self) -> str:
        """The value as the article words it."""
        return " ".join(self.candidate.text[self.start : self.end].split()).rstrip(".,;")

    @property
    def read(self) -> bool:
        """True where the reader points at the value as the answer."""
        answer, offset = self.candidate.answer, self.candidate.span.start
        return answer.start - offset < self.end and self.start < answer.end - offset

    @property
    def quoted(self) -> bool:
        """True where the value stands within a quotation: a person gives it, not the article."""
        return _in_quotation(self.candidate, self.start)

    @cached_property
    def clause(self) -> str:
        """The part of the sentence that holds the value."""
        text, begin, stop = self.candidate.text, 0, len(self.candidate.text)
        for match in CLAUSE_END.finditer(text):
            if match.end() <= self.start:
                begin = match.end()
            elif match.start() >= self.end:
                stop = min(stop, match.start())
        return text[begin:stop]

    @property
    def told(self) -> str:
        """The whole clause; the value alone where the clause tears a quotation."""
        clause = " ".join(self.clause.split()).rstrip(" .,;:")
        return self.worded if closes(clause) or opened_at(clause) is not None else clause

    @cached_property
    def said(self) -> frozenset[str]:
        """Stems of the clause."""
        return common_stems(self.clause)

    @cached_property
    def places(self) -> list[str]:
        """Folded words of the names after "in", "at", "near" in the clause."""
        found = (split_name(match[1]) for match in _PLACE.finditer(self.clause))
        return [word for name in found for word in name if word not in CALENDAR]

    @cached_property
    def days(self) -> list[Mention]:
        """The days of the clause, but not those on which somebody spoke."""
        return told_days(self.clause, published(self.candidate))


def figures(candidate: Candidate) -> Iterator[Statement]:
    """The statements of a sentence's figures, in order."""
    text = candidate.text
    days = mentions(text, published(candidate))
    found = [
        number
        for number in quantities(text)
        if number.unit != "ordinal"
        and not _YEAR.match(text, number.start)
        and not _labels(text, number)
        and not any(day.start < number.end and number.start < day.end for day in days)
    ]
    while found:
        number = found.pop(0)
        opening = text[: number.start].rstrip().lower()
        between = text[number.end : found[0].start].strip() if found else ""
        turned = (opening.endswith("from") and between.startswith("to")) or (
            "into" in between.split() and bool(re.search(r"\bturn\w*\b", opening))
        )
        joints = ("-", "–", "and" if opening.endswith("between") else "to")
        until = found.pop(0) if between in joints and not turned else None
        yield _figure(candidate, number, until, turned)
        if between in ("of", "of the"):
            found.pop(0)  # "seven of nine counts"


def _labels(text: str, figure: Quantity) -> bool:
    """True for a number that is a name's: "Resolution 12"; "In Tessel 12 boats" are counted."""
    noun, length = _counted(text[figure.end :])
    plural = text[: figure.end + length].endswith("s") or not _PERSONS.isdisjoint(noun)
    return bool(_LABEL.search(text[: figure.start])) and not figure.unit and not plural


def _figure(
    candidate: Candidate, figure: Quantity, until: Quantity | None, turned: bool
) -> Statement:
    """The statement of a figure, or of a range where it goes on to `until`."""
    text, last = candidate.text, until or figure
    before, after = text[: figure.start], text[last.end :]
    hedge, tail = HEDGE.search(before), OR_MORE.match(after)
    between = re.search(r"\bbetween $", before, re.IGNORECASE) if until else None
    noun, length = ([], 0) if last.unit else _counted(after)
    unit = last.unit or next((word for word in noun if word in MEASURES), "")
    unit = "year" if _AGED.search(before) else unit
    found = [match.lastgroup for match in (_BEFORE.search(before), _AFTER.match(after)) if match]
    return Statement(
        candidate,
        "number",
        amount(figure, until, before, after, unit),
        min(match.start() if match else figure.start for match in (hedge, between)),
        last.end + (tail.end() if tail else length),
        frozenset(noun) - _PERSONS,
        turned or bool(_FORMER.search(before)),
        (found[0] or "") if found else "",
    )


def _counted(after: str) -> tuple[list[str], int]:
    """The stems of the noun phrase that a text begins with, and where it ends."""
    found: list[str] = []
    end = 0
    for match in WORD.finditer(after):
        word = fold(match.group())
        gap = after[end : match.start()].strip(" \n-")
        if gap or word in STOPWORDS or word.isdigit() or len(found) == 4:
            break
        found.append(counted(word))
        end = match.end()
        if word.endswith("s") or found[-1] in _PERSONS | MEASURES:
            break  # a plural is the head; what follows is its verb
    return found, end


def dates(candidate: Candidate) -> Iterator[Statement]:
    """The statements of a sentence's days and years."""
    text = candidate.text
    found = mentions(text, published(candidate))
    for match in _YEAR.finditer(text):
        if not any(day.start < match.end() and match.start() < day.end for day in found):
            year = int(match.group())
            found.append(Mention(*match.span(), dt.date(year, 1, 1), dt.date(year, 12, 31)))
    for day in found:
        if not _NAMING.match(text, day.end):
            lead = _LEAD.match(text, day.start, day.end)
            start = lead.end() if lead else day.start
            hedge = HEDGE.search(text[:start])
            start = hedge.start() if hedge else start
            former = bool(_FORMER.search(text[: day.start]))
            per = "said" if _SPOKEN.search(text[: day.start]) else ""
            yield Statement(candidate, "date", day, start, day.end, former=former, per=per)
