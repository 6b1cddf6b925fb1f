"""One question on its way to its answer: the order of the steps.

A request is answered from the metadata, by exact words or by an overview where that is asked
for. A question is understood, searched, read, decided, compared and quoted, each of its parts
by itself; what no article answers is declined, and why is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import exp

from index.embedding import Encoder, Vectors
from index.protocols import View
from rag.answer_builder import AnswerBuilder
from rag.catalogue import Catalogue, Reply, Scope, told_from
from rag.conversation import History, meanings
from rag.decide.evidence import Chosen, choose
from rag.decide.refusal import EMPTY, after_the_newest, headline, nowhere, refusal
from rag.overview import overview
from rag.phrases import phrases, sentences_with
from rag.quote import NEARLY_AS_GOOD
from rag.reader.reading import Reader
from rag.records import (
    Dates,
    Event,
    EventKind,
    Headline,
    Passage,
    Refusal,
    RefusalKind,
    Turn,
    Unanswered,
)
from rag.request.kinds import Kinds
from rag.request.parts import parts
from rag.request.question import Question
from rag.retrieve import Found, retrieve
from rag.text.names import names, split_name

Days = tuple[dt.date, dt.date]
"""When the archive's first and last article were published."""
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
    """A question, the parts that answer it, and the answer so far."""

    builder: AnswerBuilder
    history: History
    """The exchanges before it, oldest first."""
    dates: Dates
    outlets: Sequence[str]
    authors: Sequence[str]
    """Whose articles are read; everybody's where both are empty."""
    today: dt.date
    encoder: Encoder
    reader: Reader
    kinds: Callable[[], Kinds]
    """Tells what kind of request a text is."""
    catalogue: Callable[[View], Catalogue]
    """The articles of a state of the index."""
    only: Scope = field(default_factory=Scope)
    among: frozenset[str] | None = None
    """Ids of the articles that are read; None for all."""

    def events(self, view: View) -> Iterator[Event]:
        """The steps of the answer, from one state of the index."""
        if self.outlets or self.authors:
            catalogue = self.catalogue(view)
            self.only = catalogue.only(self.outlets, self.authors)
            self.among = frozenset(card.article_id for card in catalogue.within(view, self.only))
        asked = parts(self.builder.asked)
        if len(asked) == 1:
            is_request, refused = yield from self._requested(view)
            if is_request:
                yield self.builder.finished(refused)
                return
        yield self.builder.finished((yield from self._questions(view, asked)))

    def _requested(self, view: View) -> Generator[Event, None, tuple[bool, Refusal | None]]:
        """Whether something else than a question is asked, answered if so; or its refusal."""
        build = self.builder
        catalogue = build.timed("retrieve", self.catalogue, view)
        scope, stood_in = catalogue.read(build.asked, self.today)
        wanted = [] if scope.titles else phrases(build.asked)
        if wanted:
            return True, (yield from self._phrased(view, wanted))
        kind = build.timed("retrieve", self.kinds().of, stood_in)
        if scope.titles and not scope.topic:
            kind = "overview"
        if kind == "question":
            return False, None
        scope = self._narrowed(scope)
        cards = catalogue.within(view, scope)
        if kind == "overview":
            drafts = build.timed("generate", overview, view, self.encoder, scope.topic, cards)
            if not drafts or not (scope.topic or scope.titles or scope.outlets or scope.authors):
                return False, None
            build.reply = Reply(told_from(cards, drafts))
            yield Event(EventKind.STATUS, build.reply.text)
            yield from build.quote(view, drafts)
        else:
            build.reply = catalogue.reply(kind, scope, cards)
        build.kind, build.understood, build.confidence = kind, build.asked, 1.0
        return True, None

    def _phrased(self, view: View, wanted: list[str]) -> Generator[Event, None, Refusal | None]:
        """The sentences that have the words in quotation marks, or that there are none."""
        build = self.builder
        build.kind, build.understood, build.confidence = "phrase", build.asked, 1.0
        question = Question.read(build.asked, self.today)
        find = partial(sentences_with, view, question, wanted, self.dates, self.among)
        drafts, lacking = build.timed("retrieve", find)
        yield from build.quote(view, drafts)
        if build.sentences:
            return None
        return Refusal("not_stated", lacking or "Nothing of it passed the exact check.")

    def _narrowed(self, scope: Scope) -> Scope:
        """The scope within what was set beside the question."""
        return replace(
            scope,
            first=max(filter(None, (scope.first, self.dates.since)), default=None),
            last=min(filter(None, (scope.last, self.dates.until)), default=None),
            outlets=self.only.outlets or scope.outlets,
            authors=self.only.authors or scope.authors,
        )

    def _questions(
        self, view: View, asked: Sequence[str]
    ) -> Generator[Event, None, Refusal | None]:
        """The answer to each thing asked; the first refusal where none is answered."""
        build, days = self.builder, view.published_span()
        refusals: list[Refusal] = []
        refused: list[Unanswered] = []
        turns: list[Turn] = []
        for text in asked:
            meant, known = yield from self._meant(view, text, [*self.history, *turns], days)
            if meant != text:
                yield Event(EventKind.UNDERSTOOD, meant)
            shown = len(build.sentences)
            search = known or (yield from self._search(view, meant, days))
            why_not = yield from self._part(view, search, days, alone=len(asked) == 1)
            if why_not is not None:
                refusals.append(why_not)
                refused.append(Unanswered(meant, why_not.message))
            said = " ".join(sentence.marked() for sentence in build.sentences[shown:])
            turns.append(Turn(text, said, meant))
        same = all(turn.understood == turn.question for turn in turns)
        build.understood = build.asked if same else " ".join(turn.understood for turn in turns)
        if build.sentences:
            build.unanswered = tuple(refused)
            return None
        return refusals[0] if refusals else None

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
        for meaning in possible:
            searches.append((yield from self._search(view, meaning, days)))
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
        vector: Vectors = self.builder.timed("retrieve", self.encoder.encode, [question.text])[0]
        find = partial(retrieve, view, question, vector, self.dates, among=self.among)
        found = self.builder.timed("retrieve", find)
        if found.passages:
            yield Event(EventKind.STATUS, _reading(found.passages))
        read = partial(choose, view, question, found.passages, self.reader)
        return Search(question, vector, found, self.builder.timed("generate", read))

    def _part(
        self, view: View, search: Search, days: Days | None, *, alone: bool
    ) -> Generator[Event, None, Refusal | None]:
        """The answer to one of the things asked, or the refusal."""
        build, found, chosen = self.builder, search.found, search.chosen
        if found.set_aside:
            aside = build.timed("generate", self._aside, view, search)
            build.set_aside = tuple(dict.fromkeys((*build.set_aside, *aside)))
        ids = {passage.stored.chunk_id for passage in build.passages}
        build.passages += [one for one in found.passages if one.stored.chunk_id not in ids]
        fresh = [draft for draft in chosen.drafts if not build.has(draft)]
        answered = len(fresh) < len(chosen.drafts)  # for another part of the question
        before = len(build.sentences)
        if fresh:
            short = " ".join(fresh[0].short.split()) if alone and not chosen.conflicts else ""
            some = fresh if alone else fresh[:SENTENCES_OF_A_PART]
            yield from build.answer_with(view, search.question.text, some, short)
        if len(build.sentences) > before:
            answered = True
            for disagreement in chosen.conflicts:
                yield from build.differ(view, disagreement)
        if answered or not before:
            build.confidence = min(chosen.confidence, build.confidence if before else 1.0)
        return None if answered else build.timed("generate", self._refusal, view, search, days)

    def _aside(self, view: View, search: Search) -> list[Headline]:
        """The articles among those that were set aside that would have been quoted."""
        aside = choose(view, search.question, search.found.set_aside, self.reader)
        good, better = aside.confidence, search.chosen.confidence
        worse = good * (1 - better) * exp(NEARLY_AS_GOOD) < better * (1 - good)
        if search.chosen.drafts and worse:
            return []
        return [headline(draft.passage.stored.card) for draft in aside.drafts]

    def _refusal(self, view: View, search: Search, days: Days | None) -> Refusal:
        """Which of the refusals this is, and of which articles it holds."""
        found = self._refused(view, search, days)
        if self.among is None:
            return found
        read = f"Only articles{self.only.described()} were read."
        return replace(found, message=f"{found.message} {read}")

    def _refused(self, view: View, search: Search, days: Days | None) -> Refusal:
        question, chosen = search.question, search.chosen
        if not days and view.chunk_count == 0:
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
            late = after_the_newest(question, days, passages)
            if late is not None:
                return late
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


def _reading(passages: Sequence[Passage]) -> str:
    count = len(passages)
    return f"Reading {count} passage{'s' if count != 1 else ''}"
