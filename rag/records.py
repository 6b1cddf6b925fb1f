"""The values that flow through Byline for one question, from its passages to its answer.

`Answer.to_dict` is the public shape that ``byline ask --json`` prints.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from math import exp
from typing import Any, Literal

from index.records import Card, Span, StoredChunk

RefusalKind = Literal["off_topic", "not_stated", "outside_dates", "language"]
What = Literal["kind", "dates", "outlet", "author"]
"""What may be understood of a question beside its words."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk with its scores."""

    stored: StoredChunk
    score: float
    """The fused score, about 0 to 1."""
    lexical: float
    """BM25 as a share of the best for this question, 0 to 1."""
    cosine: float

    @property
    def text(self) -> str:
        """The chunk's text."""
        return self.stored.chunk.text


@dataclass(frozen=True, slots=True)
class Dates:
    """The days within which articles must have been published, both included."""

    since: dt.date | None = None
    until: dt.date | None = None

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question."""

    passage: Passage
    span: Span
    """Where the sentence is in its article."""
    text: str
    answer: Span
    """Where the words that answer are in the article, if any do."""
    score: float = 0.0
    """Log odds that the sentence answers."""
    is_sure: bool = False
    """True where that is so likely that the words that answer may be shown by themselves."""

    @property
    def probability(self) -> float:
        """Probability that the sentence answers, 0 to 1."""
        return 1 / (1 + exp(-max(min(self.score, 30.0), -30.0)))


@dataclass(frozen=True, slots=True)
class Draft:
    """A quotation on its way to an answer, and the passage that it is meant to rest on."""

    words: str
    """What an article says, as it stands between quotation marks."""
    passage: Passage
    span: Span
    """The words that support it, as a span of the article."""
    lead: str = ""
    """The outlet and date that stand before it."""
    short: str = ""
    """The few words of it that answer, where that is sure."""
    answer: str = ""
    """The words of it that answer, sure or not, as the reader points at them."""

    @property
    def text(self) -> str:
        """The quotation under its outlet and date, as a person reads it."""
        return led(self.lead, self.words)

    @property
    def quote(self) -> str:
        """The supporting words, verbatim."""
        return self.passage.stored.chunk.part(self.span)


@dataclass(frozen=True, slots=True)
class Headline:
    """An article named as near to a question that was refused."""

    article_id: str
    title: str
    publisher: str | None
    published: dt.date | None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, with the date as ISO 8601."""
        return {"title": self.title, "publisher": self.publisher, "published": iso(self.published)}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer: off topic, not stated, outside the dates, asked in no English."""

    kind: RefusalKind
    message: str
    nearest: tuple[Headline, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        nearest = [headline.to_dict() for headline in self.nearest]
        return {"kind": self.kind, "message": self.message, "nearest": nearest}


@dataclass(frozen=True, slots=True)
class Citation:
    """What supports a sentence: ``article.text[start:end] == quote``, verbatim."""

    number: int
    article_id: str
    title: str
    publisher: str | None
    published: dt.date | None
    url: str | None
    quote: str
    start: int
    end: int
    also_in: tuple[str, ...] = ()
    """Publishers (or titles) of the other copies of the same origin."""
    corrections: tuple[str, ...] = ()
    """The notices of correction that the article carries."""
    earlier: int = 0
    """How many earlier versions of the article are kept."""
    page: str = ""
    """Where the quotation begins, "page 5 (printed 47)"; empty for a source without pages."""

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return plain(self)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, already checked against what it cites."""

    words: str
    """What it says; of a quotation with a lead, what stands between its marks."""
    citations: tuple[int, ...]
    quoted: bool
    """True when the words are the article's own."""
    lead: str = ""
    """The outlet and date that stand before a quotation."""
    differs: bool = False
    """True for the line that tells how sources differ, or what was said before an update."""
    side: str = ""
    """Of a comparison, the name that it is about."""

    @property
    def text(self) -> str:
        """The sentence without its citation marks, as a person reads it."""
        return led(self.lead, self.words)

    def marked(self) -> str:
        """The sentence with its citation marks, as a person reads it."""
        return self.text + " " + "".join(f"[{number}]" for number in self.citations)

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"text": self.text, "citations": list(self.citations), "quoted": self.quoted}


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that retrieval found, in rank order."""

    article_id: str
    chunk_id: int
    score: float

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return plain(replace(self, score=round(self.score, 6)))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two or more origins that state different things of the same matter."""

    about: str
    """What kind of value differs: "number", "date", "polarity", "name", or "words" at large."""
    sides: tuple[tuple[str, int], ...]
    """Each side's value as its article words it, and the number of its citation."""

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"about": self.about, "sides": [{"value": v, "citation": n} for v, n in self.sides]}


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One of several things asked in one question, which the archive does not answer."""

    question: str
    message: str

    @property
    def line(self) -> str:
        """What a person reads of it."""
        return f"Not answered: “{self.question}” {self.message}"


@dataclass(frozen=True, slots=True)
class Understood:
    """Something that was understood of a question beside its words, and can be taken away."""

    what: What
    text: str
    """In a few words, "7 January 2021" or "Bay Gazette"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question's answer, or the refusal that stands in its place."""

    question: str
    understood: str
    """The question as it was searched: the same, or a follow-up made to stand alone."""
    text: str
    kind: str = "question"
    """What was asked for: a "question", an "overview", "talk", or something of the archive."""
    reply: str = ""
    """What is said of the archive itself, or of an overview: no article's words."""
    listed: tuple[Card, ...] = ()
    """The articles that the reply lists."""
    understood_as: tuple[Understood, ...] = ()
    """The days, outlets, authors and the kind of request that were read out of the question."""
    short: str | None = None
    refusal: Refusal | None = None
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Retrieved, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    updates: tuple[Conflict, ...] = ()
    """What the answer gives and what that has replaced, the newest side first."""
    set_aside: tuple[Headline, ...] = ()
    """Articles near the question that nothing is taken from: they give a program orders."""
    unanswered: tuple[Unanswered, ...] = ()
    """Where a question asks several things: those that the archive does not answer."""
    within: str = ""
    """Which articles alone were read, and of how many more that is not known; "" for all."""
    confidence: float = 0.0
    """Probability that the evidence found answers the question, 0 to 1."""
    checks: Mapping[str, int] = field(default_factory=dict)
    """How many sentences were kept, recited, quoted instead or dropped by the exact check."""
    model: str = ""
    """The language model that was asked to write; "" where it was not."""
    index: str = ""
    tokens: Mapping[str, int] = field(default_factory=lambda: {"evaluated": 0, "generated": 0})
    """Tokens that the language model read and wrote."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Seconds spent in each stage: retrieve, generate, check, total."""

    @property
    def left_out(self) -> str:
        """A line that says what was set aside, to be followed by the headlines; "" if nothing."""
        if not self.set_aside:
            return ""
        single = len(self.set_aside) == 1
        return (
            f"Left out, because {'it gives' if single else 'they give'} orders to the program that "
            f"reads {'it' if single else 'them'}:"
        )

    @property
    def refused(self) -> bool:
        """True when there is no answer."""
        return self.refusal is not None

    @property
    def turn(self) -> Turn:
        """This exchange, as the history that a follow-up question needs."""
        return Turn(self.question, self.text, self.understood, self.refused)

    def to_dict(self) -> dict[str, Any]:
        """JSON form: the public shape, in the order that the documentation lists."""
        return {
            "question": self.question,
            "understood": self.understood,
            "text": self.text,
            "refused": self.refused,
            "short": self.short,
            "refusal": self.refusal.to_dict() if self.refusal else None,
            "sentences": [sentence.to_dict() for sentence in self.sentences],
            "citations": [citation.to_dict() for citation in self.citations],
            "passages": [passage.to_dict() for passage in self.passages],
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
            "confidence": round(self.confidence, 4),
            "checks": dict(self.checks),
            "model": self.model,
            "index": self.index,
            "tokens": dict(self.tokens),
            "seconds": {stage: round(value, 4) for stage, value in self.seconds.items()},
            "set_aside": [headline.to_dict() for headline in self.set_aside],
            "unanswered": [plain(part) for part in self.unanswered],
            "within": self.within,
            "kind": self.kind,
            "understood_as": [plain(part) for part in self.understood_as],
            "reply": self.reply,
            "listed": [
                {
                    "article_id": card.article_id,
                    "title": card.title,
                    "publisher": card.publisher,
                    "published": iso(card.published),
                    "url": card.url,
                }
                for card in self.listed
            ],
            "updates": [update.to_dict() for update in self.updates],
        }


class EventKind(StrEnum):
    """What a step of a streamed answer brings."""

    STATUS = "status"
    UNDERSTOOD = "understood"
    SHORT = "short"
    SENTENCE = "sentence"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a streamed answer.

    "status" says what is being done (`text`); "understood" what a follow-up was taken to mean;
    "short" brings the few words that answer, when a name, number, date or place is asked for;
    "sentence" brings one checked sentence with the citations that it is the first to use;
    "answer" comes last, once, with the whole `Answer`, which may be a refusal.
    """

    kind: EventKind
    text: str
    sentence: Sentence | None = None
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str
    understood: str = ""
    """How a follow-up was understood; empty where that is not known."""
    refused: bool = False
    """True where the answer is a refusal, which names nothing that a follow-up may mean."""


def paragraphs(kind: str, sentences: Iterable[Sentence]) -> list[str]:
    """The marked sentences of an overview each by itself, of a comparison by side, else in one."""
    if kind == "overview":
        return [sentence.marked() for sentence in sentences]
    return [
        (f"{side}: " if side else "") + " ".join(sentence.marked() for sentence in run)
        for side, run in groupby(sentences, lambda sentence: sentence.side)
    ]


def led(lead: str, words: str) -> str:
    """A quotation behind what leads it; the words alone where nothing does."""
    return f"{lead}: “{words}”" if lead else words


def plain(value: Any) -> dict[str, Any]:
    """The fields of a value in JSON's types: days as ISO 8601, tuples as lists."""

    def written(part: Any) -> Any:
        if isinstance(part, dt.date):
            return part.isoformat()
        return list(part) if isinstance(part, tuple) else part

    return {name: written(part) for name, part in asdict(value).items()}


def iso(day: dt.date | None) -> str | None:
    """ISO 8601 form of a date, or None."""
    return day.isoformat() if day else None
