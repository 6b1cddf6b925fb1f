"""Which articles are meant: by whom, of which days, about what.

Read out of a request by `rag.catalogue`, or set beside it as filters.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from index import languages
from index.records import Card
from rag.records import Understood
from rag.text.dates import written
from rag.text.words import WORD, fold


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a request means."""

    authors: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    """Days of publication, both included."""
    topic: tuple[str, ...] = ()
    """Words and names that an article must have, in any form."""
    quoted: tuple[str, ...] = ()
    """Headlines that it quotes."""
    titles: tuple[str, ...] = ()
    """Words of a headline: all words of one of these, in any form."""
    languages: tuple[str, ...] = ()
    """Codes of ISO 639-1."""

    def described(self) -> str:
        """The scope in words, to stand behind "articles": " by Nora Tveit", or ""."""
        parts = []
        if self.authors:
            parts.append(f"by {listed(self.authors)}")
        if self.outlets:
            parts.append(f"of {listed(self.outlets)}")
        if self.languages:
            parts.append(f"in {listed([languages.name(code) for code in self.languages])}")
        if self.first or self.last:
            parts.append(window(self.first, self.last))
        if self.titles:
            headed = listed([f"“{text}”" for text in self.titles], "or")
            parts.append(f"with {headed} in the headline")
        if self.topic:
            parts.append("with " + listed([f"“{word}”" for word in self.topic]))
        return "".join(f" {part}" for part in parts)

    def understood(self) -> tuple[Understood, ...]:
        """What of it was read out of a request."""
        days = [window(self.first, self.last)] if self.first or self.last else []
        return (
            *(Understood("outlet", name) for name in self.outlets),
            *(Understood("author", name) for name in self.authors),
            *(Understood("dates", text) for text in days),
        )


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The articles that alone are read."""

    only: Scope = field(default_factory=Scope)
    ids: frozenset[str] | None = None
    """Of all that it is but for their days; None for all articles."""
    said: str = ""
    """Which they are, and how many more may be; "" where nothing need be said."""


def with_outlets(cards: Iterable[Card]) -> list[Card]:
    """The articles, those that name no outlet with the one that is at home on their site.

    An outlet is at home on the site that has more than half of its articles and is called like it,
    which no article can say of another's site. One with two at home, or none, gives no name.
    """
    cards = list(cards)
    sites: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for card in cards:
        if card.publisher and (site := _site(card.url)):
            sites[card.publisher][site] += 1
    at_home: defaultdict[str, list[str]] = defaultdict(list)
    for outlet, counts in sites.items():
        site, count = counts.most_common(1)[0]
        if 2 * count > counts.total() and _are_alike(outlet, site):
            at_home[site].append(outlet)
    named = {site: outlets[0] for site, outlets in at_home.items() if len(outlets) == 1}
    return [
        card if card.publisher else replace(card, publisher=named.get(_site(card.url)))
        for card in cards
    ]


def _site(url: str | None) -> str:
    """The name of the site of an address; "" where it has none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:  # an article may give any text as its address
        return ""


def _are_alike(outlet: str, site: str) -> bool:
    """True for "The Bay Courier" and "news.bay-courier.example"."""
    name = "".join(WORD.findall(fold(outlet))).removeprefix("the")
    labels = [label.replace("-", "") for label in site.split(".")[:-1]]
    return any(len(label) > 2 and (label in name or name in label) for label in labels)


def window(first: dt.date | None, last: dt.date | None) -> str:
    """Days of publication in words: "of 3 May 2025", "since 3 May 2025"."""
    if first and first == last:
        return f"of {in_words(first)}"
    if first and last:
        return f"from {in_words(first)} to {in_words(last)}"
    return f"since {in_words(first)}" if first else f"until {in_words(last)}"


def listed(names: Sequence[str], joined: str = "and") -> str:
    """Names in a row: "Lavrov, Fidan and Araghchi"."""
    *some, last = names
    return f"{', '.join(some)} {joined} {last}" if some else last


def in_words(day: dt.date | None) -> str:
    """A day as a person reads it; "" for none."""
    return written(day) if day else ""
