"""One question on its way to its answer, step by step.

The order of the steps is all that stands here; no part's inside is known. Every
sentence has passed the exact check before it is handed on, whoever wrote it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import exp
from typing import Literal, ParamSpec, TypeVar

from index.embedding import Encoder, Vectors
from index.protocols import View
from index.records import Card, Span
from rag.catalogue import Catalogue, Reply, Scope, line_of, told_from
from rag.compare.conflicts import Disagreement, wording
from rag.compose import Composition
from rag.conversation import History, meanings
from rag.decide.evidence import Chosen, choose
from rag.decide.refusal import EMPTY, headline, nowhere, refusal
from rag.models.llm import LLM
from rag.overview import overview
from rag.phrases import phrases, sentences_with
from rag.quote import NEARLY_AS_GOOD
from rag.reader.reading import Reader
from rag.records import (
    Answer,
    Citation,
    Conflict,
    Dates,
    Draft,
    Event,
    Headline,
    Passage,
    Refusal,
    RefusalKind,
    Retrieved,
    Sentence,
    Turn,
    Unanswered,
)
from rag.request.kinds import Kind, Kinds
from rag.request.parts import parts
from rag.request.question import Question
from rag.retrieve import Found, retrieve
from rag.text.names import names, split_name
from rag.verify.mend import Mended, Mender, Written, numbered
from rag.verify.support import Support, faults, verbatim

P = ParamSpec("P")
T = TypeVar("T")
Days = tuple[dt.date, dt.date]
SENTENCES_OF_A_PART = 2
"""Quotations at most for each of several things asked at once."""
LIKELIER = 0.1
"""By how much more probable the answer to each less likely meaning of a question has to be."""


@dataclass(frozen=True, slots=True)
class Search:
    """A question with what was found for it, and what of that may answer."""

    question: Question
    vector: Vectors
    found: Found
    chosen: Chosen


@dataclass(slots=True)
class Run:
    """A question and what it has come to so far."""

    asked: str
    history: History
    """The exchanges before it, oldest first."""
    dates: Dates
    outlets: Sequence[str]
    authors: Sequence[str]
    """Whose articles are read; everybody's where both are empty."""
    today: dt.date
    encoder: Encoder
    reader: Reader
    llm: LLM | None
    composes: Callable[[], bool]
    """Whether the model writes the answer itself; asked once there is evidence."""
    index: str
    kinds: Callable[[], Kinds]
    """Tells what kind of request a text is."""
    catalogue: Callable[[View], Catalogue]
    """The articles of a state of the index."""
    seconds: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("retrieve", "generate", "check", "total"), 0.0)
    )
    tokens: Counter[str] = field(default_factory=lambda: Counter(evaluated=0, generated=0))
    checks: Counter[str] = field(default_factory=Counter)
    citations: list[Citation] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    set_aside: tuple[Headline, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    passages: list[Passage] = field(default_factory=list)
    confidence: float = 0.0
    short: str | None = None
    understood: str = ""
    only: Scope = field(default_factory=Scope)
    among: frozenset[str] | None = None
    """Ids of the articles that are read; None for all."""
    kind: Kind | Literal["phrase"] = "question"
    refusal: Refusal | None = None
    reply: Reply = field(default_factory=lambda: Reply(""))

    def events(self, view: View) -> Iterator[Event]:
        """The steps of the answer, from one state of the index."""
        started = time.perf_counter()
        days = view.published_span()
        if self.outlets or self.authors:
            catalogue = self.catalogue(view)
            self.only = catalogue.only(self.outlets, self.authors)
            self.among = frozenset(card.article_id for card in catalogue.within(view, self.only))
        asked = parts(self.asked)
        if len(asked) == 1 and (yield from self._requested(view)):
            self.seconds["total"] = time.perf_counter() - started
            answer = self._answer(self.refusal)
            yield Event("answer", answer.text, answer=answer)
            return
        refused: list[Unanswered] = []
        first: Refusal | None = None
        told: list[Turn] = []
        for text in asked:
            meant, known = yield from self._meant(view, text, [*self.history, *told], days)
            if meant != text:
                yield Event("status", f"Understood as: {meant}")
            shown = len(self.sentences)
            search = known or (yield from self._search(view, meant, days))
            refusal_ = yield from self._part(view, search, days, alone=len(asked) == 1)
            if refusal_ is not None:
                first = first or refusal_
                refused.append(Unanswered(meant, refusal_.message))
            said = " ".join(s.marked() for s in self.sentences[shown:])
            told.append(Turn(text, said, meant))
        same = all(one.understood == one.question for one in told)
        self.understood = self.asked if same else " ".join(one.understood for one in told)
        if self.sentences:
            self.unanswered, first = tuple(refused), None
        self.seconds["total"] = time.perf_counter() - started
        answer = self._answer(first)
        yield Event("answer", answer.text, answer=answer)

    def _requested(self, view: View) -> Generator[Event, None, bool]:
        """What is asked for other than by a question, if it is: of the archive, or an overview."""
        catalogue = self._timed("retrieve", self.catalogue, view)
        scope, stood_in = catalogue.read(self.asked, self.today)
        wanted = [] if scope.titles else phrases(self.asked)
        if wanted:
            return (yield from self._phrased(view, wanted))
        kind = self._timed("retrieve", self.kinds().of, stood_in)
        if scope.titles and not scope.topic:
            kind = "overview"
        if kind == "question":
            return False
        scope = self._narrowed(scope)
        cards = catalogue.within(view, scope)
        if kind == "overview":
            drafts = self._timed("generate", overview, view, self.encoder, scope.topic, cards)
            if not drafts or not (scope.topic or scope.titles or scope.outlets or scope.authors):
                return False
            self.reply = Reply(told_from(cards, drafts))
            yield Event("status", self.reply.text)
            for mended, some in self._quoted(drafts):
                yield self._shown(view, mended, some)
        else:
            self.reply = catalogue.reply(kind, scope, cards)
        self.kind, self.understood, self.confidence = kind, self.asked, 1.0
        return True

    def _phrased(self, view: View, wanted: list[str]) -> Generator[Event, None, bool]:
        """The sentences that have the words in quotation marks, or that there are none."""
        self.kind, self.understood, self.confidence = "phrase", self.asked, 1.0
        question = Question.read(self.asked, self.today)
        find = partial(sentences_with, view, question, wanted, self.dates, self.among)
        drafts, lacking = self._timed("retrieve", find)
        for mended, some in self._quoted(drafts):
            yield self._shown(view, mended, some)
        if not self.sentences:
            self.refusal = Refusal("not_stated", lacking or "Nothing of it passed the exact check.")
        return True

    def _narrowed(self, scope: Scope) -> Scope:
        """The scope within the days that were set beside the question."""
        first = max(filter(None, (scope.first, self.dates.since)), default=None)
        last = min(filter(None, (scope.last, self.dates.until)), default=None)
        return replace(
            scope,
            first=first,
            last=last,
            outlets=self.only.outlets or scope.outlets,
            authors=self.only.authors or scope.authors,
        )

    def _meant(
        self, view: View, text: str, before: History, days: Days | None
    ) -> Generator[Event, None, tuple[str, Search | None]]:
        """What a question means after those exchanges: of its meanings, the one answered best.

        With it comes what was found for it, where there was a choice.
        """
        possible = meanings(text, before)
        if len(possible) == 1:
            return possible[0], None
        searches: list[Search] = []
        for one in possible:
            searches.append((yield from self._search(view, one, days)))
            if searches[0].chosen.confidence >= 1 - LIKELIER:
                break  # no other can be more probable by so much

        def worth(rank: int) -> float:
            chosen = searches[rank].chosen
            if chosen.drafts and (not rank or searches[0].chosen.drafts or chosen.confidence > 0.5):
                return chosen.confidence - rank * LIKELIER
            return -float(rank)  # what is likelier not answered is not what was meant

        best = max(range(len(searches)), key=worth)
        return possible[best], searches[best]

    def _search(self, view: View, text: str, days: Days | None) -> Generator[Event, None, Search]:
        """What is found for a question, and what of that may answer."""
        question = Question.read(text, self.today, min(days[1], self.today) if days else None)
        vector = self._timed("retrieve", self._encode, question)
        find = partial(retrieve, view, question, vector, self.dates, among=self.among)
        found = self._timed("retrieve", find)
        if found.passages:
            yield Event("status", _reading(found.passages))
        chosen = self._timed("generate", choose, view, question, found.passages, self.reader)
        return Search(question, vector, found, chosen)

    def _part(
        self, view: View, search: Search, days: Days | None, *, alone: bool
    ) -> Generator[Event, None, Refusal | None]:
        """The answer to one of the things asked, or the refusal."""
        question, found, chosen = search.question, search.found, search.chosen
        if found.set_aside:
            aside = self._timed("generate", self._aside, view, question, found.set_aside, chosen)
            self.set_aside = tuple(dict.fromkeys((*self.set_aside, *aside)))
        ids = {one.stored.chunk_id for one in self.passages}
        self.passages += [one for one in found.passages if one.stored.chunk_id not in ids]
        known = [draft for draft in chosen.drafts if self._is_shown(draft)]
        chosen.drafts = [draft for draft in chosen.drafts if draft not in known]
        if not alone:
            chosen.drafts = chosen.drafts[:SENTENCES_OF_A_PART]
        before = len(self.sentences)
        yield from self._answering(view, question, chosen, alone=alone)
        answered = bool(known) or len(self.sentences) > before
        if answered or not before:
            self.confidence = min(chosen.confidence, self.confidence if before else 1.0)
        if answered:
            return None
        return self._timed("generate", self._refusal, view, search, days)

    def _aside(
        self, view: View, question: Question, passages: Sequence[Passage], chosen: Chosen
    ) -> list[Headline]:
        """The articles among those that were set aside that would have been quoted."""
        aside = choose(view, question, passages, self.reader)
        good, better = aside.confidence, chosen.confidence
        if chosen.drafts and good * (1 - better) * exp(NEARLY_AS_GOOD) < better * (1 - good):
            return []
        return [headline(draft.passage.stored.card) for draft in aside.drafts]

    def _is_shown(self, draft: Draft) -> bool:
        """True where what is asked has been quoted for another part of the question."""
        article = draft.passage.stored.card.article_id
        return any(
            one.article_id == article
            and one.start <= draft.span.start
            and draft.span.end <= one.end
            for one in self.citations
        )

    def _encode(self, question: Question) -> Vectors:
        vector: Vectors = self.encoder.encode([question.text])[0]
        return vector

    def _answering(
        self, view: View, question: Question, chosen: Chosen, *, alone: bool
    ) -> Iterator[Event]:
        """The short answer, the sentences, and where the sources differ."""
        if not chosen.drafts:
            return
        before = len(self.sentences)
        short = _line(chosen.drafts[0].short) if alone and not chosen.conflicts else ""
        for mended, drafts in self._mended(question, chosen.drafts):
            if short and not self.short and any(short in _line(one.quote) for one in drafts):
                self.short = short  # shown only with the sentence that it is taken from
                yield Event("short", short)
            yield self._shown(view, mended, drafts)
        if len(self.sentences) > before:
            for disagreement in chosen.conflicts:
                line = self._differing(view, disagreement)
                if line is not None:
                    yield line

    def _mended(
        self, question: Question, drafts: Sequence[Draft]
    ) -> Iterator[tuple[Mended, Sequence[Draft]]]:
        """Checked sentences with what each cites: the model's own, or else quotations."""
        before = len(self.sentences)
        if self.llm is not None and self.composes():
            composition = Composition(self.llm, question.text, drafts)
            yield from self._from("generate", composition.stream(), composition.mender)
            self.tokens["evaluated"] += composition.evaluated
            self.tokens["generated"] += composition.generated
            if len(self.sentences) > before or composition.refused:
                return
        yield from self._quoted(drafts)

    def _quoted(self, drafts: Sequence[Draft]) -> Iterator[tuple[Mended, Sequence[Draft]]]:
        mender = Mender(numbered(drafts))
        written = [Written(draft.text, (number,)) for number, draft in enumerate(drafts, start=1)]
        yield from self._from("check", map(mender.mend, written), mender)

    def _from(
        self, stage: str, stream: Iterator[Mended], mender: Mender
    ) -> Iterator[tuple[Mended, Sequence[Draft]]]:
        while (mended := self._timed(stage, next, stream, None)) is not None:
            if mended.how != "dropped":
                yield mended, [mender.sources[number].draft for number in mended.cited]
        self.checks.update(mender.tally)

    def _shown(self, view: View, mended: Mended, drafts: Sequence[Draft]) -> Event:
        fresh = len(self.citations)
        numbers = [self._cited(view, draft.passage, draft.span) for draft in drafts]
        sentence = Sentence(mended.text, tuple(numbers), mended.quoted)
        self.sentences.append(sentence)
        return Event("sentence", sentence.marked(), sentence, tuple(self.citations[fresh:]))

    def _differing(self, view: View, disagreement: Disagreement) -> Event | None:
        """The line that tells how the sources differ, if the exact check lets it pass."""
        line = wording(disagreement)
        sides = [side.candidate for side in disagreement.sides]
        if faults(line, [Support.of(one.text, one.passage.stored.card) for one in sides]):
            self.checks["dropped"] += 1
            return None
        self.checks["kept"] += 1
        fresh = len(self.citations)
        numbers = [self._cited(view, one.passage, one.span) for one in sides]
        values = tuple((s.value, n) for s, n in zip(disagreement.sides, numbers, strict=True))
        self.conflicts.append(Conflict(disagreement.about, values))
        sentence = Sentence(line, tuple(dict.fromkeys(numbers)), False)
        self.sentences.append(sentence)
        return Event("sentence", sentence.marked(), sentence, tuple(self.citations[fresh:]))

    def _cited(self, view: View, passage: Passage, span: Span) -> int:
        """The number of the citation of this span, a new one if it has none yet."""
        card = passage.stored.card
        for citation in self.citations:
            if (citation.article_id, citation.start, citation.end) == (
                card.article_id,
                span.start,
                span.end,
            ):
                return citation.number
        page = view.article(card.article_id).page_at(span.start)
        citation = Citation(
            number=len(self.citations) + 1,
            article_id=card.article_id,
            title=card.title,
            publisher=card.publisher,
            published=card.published,
            url=card.url,
            quote=passage.stored.chunk.part(span),
            start=span.start,
            end=span.end,
            also_in=_also_in(view, card, passage.stored.chunk.part(span)),
            corrections=card.corrections,
            earlier=len(view.earlier(card.article_id)),
            page=str(page or ""),
        )
        self.citations.append(citation)
        return citation.number

    def _refusal(self, view: View, search: Search, days: Days | None) -> Refusal:
        """Which of the refusals this is, and of which articles it holds."""
        found = self._refused(view, search, days)
        if self.among is None:
            return found
        read = f"Only articles{self.only.described()} were read."
        return replace(found, message=f"{found.message} {read}")

    def _refused(self, view: View, search: Search, days: Days | None) -> Refusal:
        """Which of the refusals this is."""
        question, chosen = search.question, search.chosen
        if view.chunk_count == 0:
            return Refusal("off_topic", EMPTY)
        if self.dates or question.periods:
            anytime = replace(question, periods=(), days=())
            passages = retrieve(view, anytime, search.vector, among=self.among).passages
            elsewhere = choose(view, anytime, passages, self.reader)
            if elsewhere.drafts:
                near = [draft.passage for draft in elsewhere.drafts]
                return refusal(
                    "outside_dates", near, dates=self.dates, question=question, archive=days
                )
            chosen = elsewhere
        # A question's first word has a capital letter whatever it is, and so has a month.
        named = [
            name
            for name in names(question.text)
            if not question.text.startswith(name)
            and any(word in question.names for word in split_name(name))
        ]
        lacking = nowhere(view, [*chosen.lacking, *named], chosen.passages)
        is_near = chosen.on_topic or len(lacking) < len(named)  # it knows the other names
        kind: RefusalKind = "not_stated" if is_near else "off_topic"
        return refusal(kind, chosen.passages, lacking=lacking, question=question, archive=days)

    def _answer(self, refused: Refusal | None) -> Answer:
        said = [*(s.marked() for s in self.sentences), *(one.line for one in self.unanswered)]
        told = [self.reply.text] if self.reply.text else []
        between = "\n" if self.kind == "overview" else " "
        text = refused.message if refused else between.join([*told, *said])
        return Answer(
            question=self.asked,
            understood=self.understood,
            kind=self.kind,
            text="\n".join([text, *map(line_of, self.reply.listed)]),
            reply=self.reply.text,
            listed=self.reply.listed,
            short=None if refused else self.short,
            refusal=refused,
            sentences=tuple(self.sentences),
            citations=tuple(self.citations),
            passages=tuple(map(_retrieved, self.passages)),
            conflicts=tuple(self.conflicts),
            set_aside=self.set_aside,
            unanswered=self.unanswered,
            confidence=self.confidence,
            checks=dict(self.checks),
            model=self.llm.name if self.llm and self.tokens["generated"] else "",
            index=self.index,
            tokens=dict(self.tokens),
            seconds=self.seconds,
        )

    def _timed(self, stage: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        started = time.perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            self.seconds[stage] += time.perf_counter() - started


def _line(text: str) -> str:
    return " ".join(text.split())


def _reading(passages: Sequence[Passage]) -> str:
    count = len(passages)
    return f"Reading {count} passage{'s' if count != 1 else ''}"


def _retrieved(passage: Passage) -> Retrieved:
    stored = passage.stored
    return Retrieved(stored.card.article_id, stored.chunk_id, passage.score)


def _also_in(view: View, card: Card, quote: str) -> tuple[str, ...]:
    """Who else has these words of the story: outlets, or headlines where no outlet is known."""
    others = [
        copy
        for copy in view.copies(card.origin)
        if copy.article_id != card.article_id
        and verbatim(quote, view.article(copy.article_id).text)
    ]
    return tuple(copy.publisher or copy.title or copy.article_id for copy in others)
