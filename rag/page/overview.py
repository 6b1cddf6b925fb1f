"""What an archive holds, at a glance: outlets, days, names, and questions to begin with."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Card
from rag.names.register import Name
from rag.names.tagger import Kind
from rag.page.html import day, many, outlet, render

NAMES = 4
"""Names of a kind at most."""
KINDS: dict[Kind, str] = {"person": "People", "organisation": "Organisations", "place": "Places"}
WIDTH, HEIGHT, MARGIN = 440, 64, 24
"""Units of the picture of an archive over time; it is as wide as its place."""
BARS = 60
"""Bars of that picture at most."""
SUGGESTED = {
    "How many people were newly displaced in Syria?": "ocha-now-counts-nearly-50000",
    "How big was the crowd at the Ropewalk Stadium?": "oxmere-celebrate-first-cup",
    "How long was Corwin Thaxby sent to prison for?": "bs-2024-10-09-thaxby-sentence",
    "How much will Storm Grisel cost insurers?": "insurers-put-storm-damage-at-340-million",
    "What did Araghchi say in Baghdad?": "araqchi-warns-neighbours-in-baghdad",
}
"""Questions about the demo archive, each with the id of an article that answers it."""

_UNITS = (1, 7, 30, 91, 365, 3652)


def suggestions(cards: Sequence[Card]) -> list[str]:
    """The questions that are known to have an answer in these articles."""
    ids = {card.article_id for card in cards}
    return [question for question, article_id in SUGGESTED.items() if article_id in ids]


def suggested(questions: Sequence[str]) -> str:
    """Questions to begin with, as HTML; a click asks one."""
    return render("suggestions", questions=questions)


def outlets(cards: Sequence[Card]) -> list[str]:
    """Who published the articles, the most frequent first; a site where no outlet is named."""
    found = Counter(filter(None, (outlet(card.publisher, card.url) for card in cards)))
    return [name for name, _ in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))]


def extent(cards: Sequence[Card]) -> str:
    """How many articles there are and from which days, in a few words."""
    days = sorted(card.published for card in cards if card.published)
    span = list(dict.fromkeys(map(day, (days[0], days[-1])))) if days else []
    return ", ".join([many(len(cards), "article"), *([" to ".join(span)] if span else [])]) + "."


def mentioned(names: Sequence[Name]) -> list[tuple[str, list[Name]]]:
    """Of each kind of name those that most stories mention, under what the kind is called."""
    kinds = [(of, [one for one in names if one.kind == kind and one.stories > 1][:NAMES])
             for kind, of in KINDS.items()]  # fmt: skip
    return [(of, some) for of, some in kinds if some]


def overview(cards: Sequence[Card], names: Sequence[Name] = ()) -> str:
    """An archive at a glance, as HTML, with its names if they are known; "" for an empty one."""
    days = sorted(card.published for card in cards if card.published)
    return render(
        "overview",
        cards=cards,
        stories=len({card.origin for card in cards}),
        outlets=outlets(cards),
        mentioned=mentioned(names),
        days=days,
        bars=_bars(days),
        size=(WIDTH, HEIGHT, MARGIN),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of one stretch of days: where they stand in the picture, and in words."""

    x: float
    width: float
    height: float
    title: str


def _bars(days: Sequence[dt.date]) -> list[Bar]:
    if not days:
        return []
    first, length = days[0], (days[-1] - days[0]).days
    step = next((unit for unit in _UNITS if length // unit < BARS), _UNITS[-1])
    counts = Counter((one - first).days // step for one in days)
    wide = (WIDTH - 2 * MARGIN) / (length // step + 1)
    most = max(counts.values())
    return [
        Bar(
            round(MARGIN + at * wide, 1),
            round(max(wide - 1, 1), 1),
            round(max(2.0, (HEIGHT - 6) * count / most), 1),
            f"{_stretch(first + dt.timedelta(days=at * step), step)}: {many(count, 'article')}",
        )
        for at, count in sorted(counts.items())
    ]


def _stretch(opening: dt.date, length: int) -> str:
    closing = opening + dt.timedelta(days=length - 1)
    return " to ".join(dict.fromkeys((day(opening), day(closing))))
