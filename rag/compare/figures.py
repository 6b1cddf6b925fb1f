"""The figures of a sentence, each with what it counts or measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.compare.amounts import HEDGE, MEASURES, OPENING, OR_MORE, amount
from rag.compare.statement import (
    Statement,
    clause_at,
    is_former,
    published,
    without_speaker,
)
from rag.compare.stems import PERSONS, alike
from rag.records import Candidate
from rag.text.dates import Mention, mentions
from rag.text.numbers import Quantity, quantities
from rag.text.words import STOPWORDS, WORD, fold, stem

_TURNED = re.compile(r"\bturn(?:ed|s|ing)?\b[^;.]*$", re.IGNORECASE)
_SUBSET_BEFORE = re.compile(
    rf"\b(?:among (?:them|those|these|which|whom)|including|of (?:them|whom|which|those)|another"
    rf"|(?:a )?further|an additional|other)\W+(?:were |are |being )?(?:{OPENING}\s+)*$",
    re.IGNORECASE,
)
_SUBSET_AFTER = re.compile(
    r"^\s+(?:(?:\w+\s+){0,2}of (?:the|them|these|those|its|his|her|their|whom)\b"
    r"|(?:more|other|others|further|additional)\b(?!\s+than\s+(?:in|at)\b))",
    re.IGNORECASE,
)
_BY = re.compile(rf"\bby\s+(?:{OPENING}\s+)*$", re.IGNORECASE)
_MARGIN = re.compile(r"\b(?:lead|margin|gap|advantage|deficit|majority)s?\b[^,;.]*$", re.IGNORECASE)
"""What such a noun measures is a difference, as is what stands before "ahead"."""
_RATE = re.compile(
    r"^(?:\s+[\w-]+){0,3}?\s+(?:an?|per|each|every)\s+(?:second|minute|hour|day|night|week|month"
    r"|year|person|head|share|kilogram|tonne|litre|household)\b",
    re.IGNORECASE,
)
_AGE = re.compile(rf"\b(?:aged?|age of)\s+(?:{OPENING}\s+)*$", re.IGNORECASE)
_NAMED_BEFORE = re.compile(r"\b[A-Z][\w’'-]+,\s+$")
_AGE_AFTER = re.compile(r"^[\s-]years?[\s-]old|^(?:-year|s\b)")
_IDENTIFIER = re.compile(r"(?:(?<!^)\b[A-Z][a-z]+|\bNo\.?)\s+$")
_DESIGNATION = re.compile(
    r"[^\W\d_]-$|\b(?:category|categories|phase|level|stage|type|grade|class|article|section|chapter"
    r"|paragraph|page|version|group|tier|round|gate|platform|channel|route|room|model|lane)\s+$",
    re.IGNORECASE,
)
"""What a number after it names, and does not count: "Covid-19", "a category 4 storm"."""
_FEWER = re.compile(r"^(?:\s+[\w-]+){0,2}?\s+(?:fewer|less|more|higher|lower|ahead|behind)\b")
_BODY = re.compile(
    r"\b(?P<of>[^\W\d_]{3,})\s+(?:of|with|involving|comprising)\s+$"
    r"|\b(?P<has>[^\W\d_]{3,})\s+(?:had|has|have|involved|involves|included|includes|enrolled"
    r"|covered|covers|comprised|comprises|numbered|counted)\s+$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"^\s*(?:to|-|–|and)\s*$")
_STOP_NOUN = re.compile(r"[,.;:()“”\"]|\s[-–—]\s")
_NOUN_ENDS = frozenset(
    "in at on of from to for by with as after when who that which were was are is have has had and "
    "or but since during per a an the near across between into through than more late early on out "
    "could would will may might can said".split()
)
_YEAR = re.compile(r"(?:19|20)\d\d")
IS_YEAR = re.compile(r"^\s*(?:$|[,.;:)]|(?:and|when|but|or|to|the|after|with|as|by)\b)")


def figures(candidate: Candidate) -> Iterator[Statement]:
    """The statements of a sentence's figures, in order."""
    text = candidate.text
    found = quantities(text)
    dated = mentions(text, published(candidate)) if found else []
    every = [one for one in found if not _no_figure(text, one, dated)]
    skip = False
    for at, one in enumerate(every):
        if skip:
            skip = False
            continue
        following = every[at + 1] if at + 1 < len(every) else None
        between = text[one.end : following.start] if following else ""
        opening = text[: one.start].rstrip().lower()
        if following and _BETWEEN.match(between) and not opening.endswith("from"):
            joined = between.strip() != "and" or opening.endswith("between")
            skip = joined
            if joined:
                yield _figure(candidate, one, following)
                continue
        former = bool(
            following
            and (
                (opening.endswith("from") and re.search(r"\bto\b", between))
                or (_TURNED.search(text[: one.start]) and re.search(r"\binto\b", between))
            )
        )
        yield _figure(candidate, one, None, former)


def _figure(
    candidate: Candidate, one: Quantity, until: Quantity | None, former: bool = False
) -> Statement:
    """The statement of a figure, or of a range where it goes on to `until`."""
    text = candidate.text
    last = until or one
    before, after = text[: one.start], text[last.end :]
    hedge = HEDGE.search(before)
    words_ = hedge["hedge"].lower() if hedge else ""
    start = hedge.start() if hedge else one.start
    if until is not None and (between := re.search(r"\bbetween $", before, re.IGNORECASE)):
        start = between.start()
    tail = OR_MORE.match(after)
    thing, noun_end = _thing(after)
    unit = last.unit or next((one for one in thing if one in MEASURES), "")
    begin, stop = clause_at(text, start, last.end)
    noun = "" if last.unit else after[:noun_end]
    return Statement(
        candidate,
        "number",
        amount(text, one, until, words_, tail, unit),
        start,
        last.end + (tail.end() if tail else len(noun.rstrip())),
        without_speaker(f"{text[begin:start]} {text[last.end : stop]}"),
        frozenset() if last.unit else thing,
        former or is_former(before, after),
        bool(_SUBSET_BEFORE.search(before) or _SUBSET_AFTER.match(after)),
        bool(_BY.search(before) or _FEWER.match(after) or _MARGIN.search(before)),
        bool(_RATE.match(after)),
        _body(before[: hedge.start()] if hedge else before),
    )


def _body(before: str) -> str:
    """The stem of what is said to consist of as many as follow: a trial, a crowd, a crew."""
    match = _BODY.search(before)
    return alike(stem(fold(match["of"] or match["has"]))) if match else ""


def counted(after: str) -> frozenset[str]:
    """Stems of the noun phrase at the beginning of a text."""
    return _thing(after)[0]


def _thing(after: str) -> tuple[frozenset[str], int]:
    """The noun phrase right after a figure, as stems, and where it ends."""
    found: list[str] = []
    end = 0
    for match in WORD.finditer(after):
        gap = after[end : match.start()]
        word = fold(match.group())
        if _STOP_NOUN.search(gap) or word in _NOUN_ENDS or len(found) == 4 or word.isdigit():
            break
        found.append(word)
        end = match.end()
        if word.endswith("s") or stem(word) in PERSONS or stem(word) in MEASURES:
            break  # a plural is the head; what follows is its verb
    nouns = {stem(word) for word in found if word not in STOPWORDS}
    return frozenset(alike(noun) for noun in nouns), end


def _no_figure(text: str, one: Quantity, dated: Iterable[Mention]) -> bool:
    """True for numbers that count nothing: in a date, an age, "Resolution 12", a year, a rank."""
    before, after = text[: one.start], text[one.end :]
    written = text[one.start : one.end]
    return bool(
        one.unit == "ordinal"
        or (_YEAR.fullmatch(written) and IS_YEAR.match(after))
        or _AGE.search(before)
        or _AGE_AFTER.match(after)
        or (_NAMED_BEFORE.search(before) and after.startswith(","))  # "Petra Kolm, 41, said"
        or _DESIGNATION.search(before)
        or (_IDENTIFIER.search(before) and not one.unit and not _counts(after))
        or re.match(r"\s?[ap]\.?m\b|:\d\d|\s?[-–]\s?\d+\s*(?:win|victory|defeat|draw)", after)
        or any(day.start < one.end and one.start < day.end for day in dated)
    )


def _counts(after: str) -> bool:
    """True where a plural follows: "In Tessel 12 boats", but not "Route 12 was closed"."""
    thing, end = _thing(after)
    return bool(thing) and (after[:end].endswith("s") or not thing.isdisjoint(PERSONS))
