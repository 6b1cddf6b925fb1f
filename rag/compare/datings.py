"""The days, quarters and years of a sentence, each with what happened then."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from rag.compare.figures import IS_YEAR
from rag.compare.statement import (
    Statement,
    clause_at,
    is_former,
    is_saying,
    published,
)
from rag.compare.stems import RANKS
from rag.records import Candidate
from rag.text.dates import Mention, mentions

_FINER = re.compile(
    r"\b(?:(?P<part>first|second|third|fourth|1st|2nd|3rd|4th)\squarter(?:\sof)?"
    r"|(?P<half>first|second)\shalf(?:\sof)?|(?P<season>spring|summer|autumn|fall)(?:\sof)?"
    r"|(?:the\s)?(?P<point>middle|end|beginning|start)\sof|(?P<mid>mid)-|(?P<q>Q[1-4]))"
    r"\s?(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_POINTS = {
    "middle": (5, 8), "mid": (5, 8), "end": (10, 12), "beginning": (1, 3), "start": (1, 3),
    "spring": (3, 6), "summer": (6, 9), "autumn": (9, 12), "fall": (9, 12),
}  # fmt: skip
"""Months, first and last, of what newspapers call parts of a year."""


_ATTRIBUTE = re.compile(r"['’]s\b|(?<=\bthe \d{4})\s+[^\W\d_]", re.IGNORECASE)
"""What makes a day part of a name: "this year's vote", "the 2016 election"."""


def days(candidate: Candidate) -> Iterator[Statement]:
    """The statements of a sentence's days."""
    text = candidate.text
    found = list(_finer(text))
    for day in [*mentions(text, published(candidate)), *_bare_years(text)]:
        if _ATTRIBUTE.match(text, day.end):
            continue
        if not any(day.start < one.end and one.start < day.end for one in found):
            found.append(day)
    for day in found:
        before, after = text[: day.start], text[day.end :]
        begin, stop = clause_at(text, day.start, day.end, wide=True)
        clause = f"{text[begin : day.start]} {text[day.end : stop]}"
        yield Statement(
            candidate,
            "date",
            day,
            day.start + _leading_preposition(text[day.start : day.end]),
            day.end,
            clause,
            former=is_former(before, after),
            by=is_saying(text, day),
        )


def _finer(text: str) -> Iterator[Mention]:
    """Quarters, halves, seasons and ends of years."""
    for match in _FINER.finditer(text):
        year = int(match["year"])
        if match["part"] or match["q"]:
            rank = (match["part"] or match["q"][1:]).lower()
            quarter = RANKS.get(rank) or int(rank[0])
            first, last = quarter * 3 - 2, quarter * 3
        elif match["half"]:
            first, last = (1, 6) if match["half"].lower() == "first" else (7, 12)
        else:
            first, last = _POINTS[(match["season"] or match["point"] or match["mid"]).lower()]
        after = dt.date(year + last // 12, last % 12 + 1, 1)
        ending = after - dt.timedelta(days=1)
        yield Mention(match.start(), match.end(), dt.date(year, first, 1), ending)


def _bare_years(text: str) -> Iterator[Mention]:
    for match in re.finditer(r"(?<![\w.,-])(?:19|20)\d\d\b(?![\d-]|,\d)", text):
        if IS_YEAR.match(text[match.end() :]):
            year = int(match.group())
            first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
            yield Mention(match.start(), match.end(), first, last)


def _leading_preposition(mention: str) -> int:
    match = re.match(r"(?:on|in|of|by|since|until|from|before|after|during)\s+", mention, re.I)
    return match.end() if match else 0
