"""The values that flow through Byline before a question is asked.

Offsets count Unicode code points of `Article.text` and are half open, so that
``article.text[span.start:span.end]`` is the text of any span.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

LONGEST_OPENING = 75
"""Characters of a text that stand for a headline at most; a name of 80 is shown whole."""
UNTITLED = "An article without a headline"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points in an article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The part of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page of a paged source begins in an article's text."""

    start: int
    """Offset in `Article.text`."""
    number: int
    """From 1, as a viewer counts."""
    label: str = ""
    """The number printed on the page, where it has another one, such as "47"."""

    def __str__(self) -> str:
        return f"page {self.number}" + (f" (printed {self.label})" if self.label else "")


def opening(text: str) -> str:
    """How a text begins: what stands for the headline of an article that has none."""
    begins = " ".join(text[: 2 * LONGEST_OPENING].split())
    if len(begins) > LONGEST_OPENING:
        begins = begins[:LONGEST_OPENING].rpartition(" ")[0].rstrip(" ,;:") + " …"
    return begins


@dataclass(frozen=True, slots=True)
class Article:
    r"""One story: clean text and what is known about it.

    `text` is plain paragraphs separated by one blank line ("\n\n"), without
    title, captions, dateline-only lines or footers. What is unknown is None
    or empty, never guessed.
    """

    id: str
    title: str
    text: str
    source: str
    """Where it was read: a file path or address, with "#row" where one file holds many."""
    published: dt.date | None = None
    publisher: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    """For each known field, where it came from: "front matter", "date line", "footer", ..."""
    language: str = ""
    """ISO 639-1, such as "en"; empty where neither the format nor the words tell."""
    corrections: tuple[str, ...] = ()
    """The notices that say what an earlier version had wrong; those that stand in the text stay."""
    as_of: dt.datetime | None = None
    """When this version was published or last changed, in UTC, where the format says it."""
    pages: tuple[Page, ...] = ()
    """The pages in order, for a source that has them; a page without text is left out."""
    doubts: tuple[str, ...] = ()
    """What of the source was not read, or not well, a sentence each."""

    @property
    def called(self) -> str:
        """Its headline, or how its text begins where it has none."""
        return self.title.strip() or opening(self.text) or UNTITLED

    def page_at(self, offset: int) -> Page | None:
        """The page on which a character of the text stands; None where there are no pages."""
        before = [page for page in self.pages if page.start <= offset]
        return before[-1] if before else None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one article; ``article.text[start:end] == text``.

    The chunks of an article are disjoint, in order, and leave out nothing but
    white space.
    """

    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    """The sentences of this chunk, as spans of the article's text."""

    def part(self, span: Span) -> str:
        """The text of a span of the article that lies within this chunk."""
        return self.text[span.start - self.start : span.end - self.start]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, and why, in one line for the user."""

    source: str
    reason: str
    warning: bool = False
    """True where it was read all the same, but not as it should be."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found; a larger score is a better match."""

    chunk_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Card:
    """What the index knows of an article, without its text."""

    article_id: str
    title: str
    published: dt.date | None
    publisher: str | None
    url: str | None
    origin: str
    """The id of the article that stands for all syndicated copies of this story."""
    language: str = ""
    corrections: tuple[str, ...] = ()
    """The notices of correction that its text or its source carries."""
    source: str = ""
    """Where it came from; no claim of its own, as its address is."""
    arrived: int = field(default=0, compare=False)
    """Its place in the order in which the articles came in first, which no later edit changes.

    Stores count it in their own way: only the order means something.
    """
    superseded_by: str = ""
    """The id of the later version of the same address; what has one is kept, but not searched."""
    opening: str = field(default="", compare=False)
    """How its text begins, where it has no headline."""

    @property
    def called(self) -> str:
        """What it is called where its outlet and date do not tell."""
        return self.title.strip() or self.opening or UNTITLED


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the index returns it."""

    chunk_id: int
    chunk: Chunk
    card: Card


@dataclass(frozen=True, slots=True)
class Counts:
    """How much an index holds."""

    articles: int
    chunks: int
    origins: int
    """Stories: syndicated copies count once."""
    superseded: int = 0
    """Earlier versions, which are kept beside the articles that are counted above."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One article that has been dealt with; what is added or updated is on disk by then."""

    kind: Literal["added", "updated", "unchanged", "skipped", "warning", "removed"]
    source: str
    article_id: str = ""
    """Empty for what was skipped."""
    reason: str = ""
    """Why it was skipped, or what the warning is."""
    chunks: int = 0
    """How many were embedded for it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did."""

    added: int
    updated: int
    unchanged: int
    chunks: int
    """How many were embedded and stored."""
    copies: tuple[tuple[str, str], ...]
    """Id and origin of each article that is a copy of another, where this run touched the story."""
    problems: tuple[Problem, ...]
    """What was skipped, and why."""
    seconds: float
    interrupted: bool = False
    """True when it was stopped early; what is counted here is kept."""
    warnings: tuple[Problem, ...] = ()
    """What is doubtful about articles that were read all the same."""
    superseded: tuple[tuple[str, str], ...] = ()
    """Id of each version that this run found a later one for, or that came after a later one, and
    the id of that one."""
    removed: tuple[tuple[str, str], ...] = ()
    """Id and source of each article that was removed because its file is gone."""
    not_pruned: str = ""
    """Why nothing was removed though it was asked for; empty where nothing stood against it."""
