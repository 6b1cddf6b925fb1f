"""One question on its way to its answer: the order of the steps.

A request is answered from the metadata, by exact words or by an overview where that is asked
for. A question is understood, searched, read, decided, compared and quoted, each of its parts
by itself; what no article answers is declined, and why is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from index.embedding import Encoder, Vectors
from index.protocols import View
from rag.answer_builder import AnswerBuilder
from rag.conversation import History, meanings, newly_named, pointed
from rag.decide.evidence import Chosen, choose, is_worse
from rag.decide.refusal import (
    EMPTY,
    UNDATED,
    after_the_newest,
    headline,
    in_another_language,
    nowhere,
    outside,
    refusal,
)
from rag.other_requests import Requests
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
    Understood,
)
from rag.request.casing import cased, names_only
from rag.request.comparing import Side, said_of, sides, two_named
from rag.request.parts import parts
from rag.request.question import Question
from rag.request.spelling import respelt
from rag.retrieve import Found, has_copy, retrieve
from rag.rewriting import standalone
from rag.text.words import words

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
    today: dt.date
    encoder: Encoder
    reader: Reader
    requests: Requests
    """Answers what is no question, and knows which articles may be read."""
    without: Container[str] = ()
    """What is not to be understood of the question."""
    apart: Mapping[str, Side] = field(default_factory=dict)
    """The sides of a comparison, by what is asked of each."""
    searched: dict[str, Search] = field(default_factory=dict)
    """What was found for each side already."""

    def events(self, view: View) -> Iterator[Event]:
        """The steps of the answer, from one state of the index."""
        self.requests.narrow(view)
        build = self.builder
        build.within = self.requests.narrowed.said
        build.known = self.requests.catalogue(view).known
        meant = pointed(build.asked, self.history)
        if meant != build.asked:
            yield Event(EventKind.UNDERSTOOD, meant)
        asked = parts(meant)
        told = partial(self.requests.answer, view, build, meant)
        may_request = len(asked) == 1 and "kind" not in self.without
        if may_request:
            is_request, refused = yield from told(is_alone=not self.history)
            if is_request:
                yield build.finished(refused)
                return
            yield from self._take_apart(view, asked[0])
            build.kind = "comparison" if self.apart else "question"
            if self.apart:
                asked = list(self.apart)
                build.understood_as = (Understood("kind", "comparison"),)
        refused = yield from self._questions(view, asked)
        if refused and self.history and may_request:  # a name that follows nothing up
            is_request, instead = yield from told(is_alone=True)
            refused = instead if is_request else refused
        yield build.finished(refused)

    @property
    def _ids(self) -> frozenset[str] | None:
        """The articles that may be read; None for all."""
        return self.requests.narrowed.ids

    def _questions(
        self, view: View, asked: Sequence[str]
    ) -> Generator[Event, None, Refusal | None]:
        """The answer to each thing asked; the first refusal where none is answered."""
        build, days = self.builder, view.published_span()
        refusals: list[Refusal] = []
        refused: list[Unanswered] = []
        turns: list[Turn] = []
        for text in asked:
            before = self.history if self.apart else [*self.history, *turns]
            meant, known = yield from self._meant(view, text, before, days)
            known = known or self.searched.get(meant)
            search = known or (yield from self._search(view, meant, days))
            is_as_put = meant == text
            if not search.chosen.drafts and "history" not in self.without:
                search = yield from self._respelt(view, search, days)
                meant = search.question.text if search.chosen.drafts else meant
                named = "" if search.chosen.drafts else " ".join(newly_named(text, before))
                if named and not names_only(view, text):
                    meant = self._told_of(view, search, named) or meant
            if meant != text:
                yield Event(EventKind.UNDERSTOOD, meant)
            side = self.apart.get(text)
            shown, build.side = len(build.sentences), side.name if side else ""
            read = map(search.question.in_words, search.question.periods)
            build.understood_as += tuple(Understood("dates", text) for text in read)
            differ = any(not told.is_update for told in search.chosen.conflicts)
            few = len(asked) == 1 and is_as_put and not differ
            most = None if len(asked) == 1 else SENTENCES_OF_A_PART
            why_not = yield from self._part(view, search, days, most, in_few_words=few)
            if why_not is not None:
                refusals.append(why_not)
                why = why_not.message
                if side and why_not.kind in ("not_stated", "off_topic") and why != UNDATED:
                    why = f"No passage that was found surely says it of {side.name}."
                refused.append(Unanswered(meant, why))
            said = " ".join(sentence.marked() for sentence in build.sentences[shown:])
            turns.append(Turn(text, said, meant))
        same = bool(self.apart) or all(turn.understood == turn.question for turn in turns)
        same = same and pointed(build.asked, self.history) == build.asked
        build.understood = build.asked if same else " ".join(turn.understood for turn in turns)
        if build.sentences:
            build.unanswered = tuple(refused)
            return None
        return refusals[0] if refusals else None

    def _take_apart(self, view: View, text: str) -> Generator[Event, None, None]:
        """Find the sides of a comparison.

        A question of two names is one if different sentences answer it of each.
        """
        is_comparison = self.builder.kind == "comparison"
        both: list[Side] = []
        if is_comparison:
            both = sides(cased(view, text))
        elif {"and", "or"} & set(words(text)):
            both = two_named(cased(view, text))
        self.apart = {side.question: side for side in both}
        if self.apart and not is_comparison:
            days, told = view.published_span(), []
            for side in self.apart:
                search = self.searched[side] = yield from self._search(view, side, days)
                told.append([draft.words for draft in search.chosen.drafts[:1]])
            if [] in told or told[0] == told[1]:
                self.apart = {}

    def _meant(
        self, view: View, text: str, before: History, days: Days | None
    ) -> Generator[Event, None, tuple[str, Search | None]]:
        """What a question means after those exchanges: of its meanings, the one answered best.

        With it comes what was found for it, where there was a choice.
        """
        possible = meanings(text, before)
        if len(possible) > 1:
            possible = self.builder.timed("generate", self._rewritten, text, before, possible)
        if len(possible) == 1:
            return possible[0], None
        searches: list[Search] = []
        named = newly_named(text, before)
        for meaning in possible:
            searches.append((yield from self._search(view, meaning, days, named)))
            if searches[0].chosen.drafts and searches[0].chosen.confidence >= 1 - LIKELIER:
                break  # no other can be more probable by so much

        def worth(rank: int) -> float:
            chosen = searches[rank].chosen
            if chosen.drafts and (not rank or searches[0].chosen.drafts or chosen.confidence > 0.5):
                return chosen.confidence - rank * LIKELIER
            return -float(rank)  # what is likelier not answered is not what was meant

        best = max(range(len(searches)), key=worth)
        return possible[best], searches[best]

    def _rewritten(self, text: str, before: History, possible: list[str]) -> list[str]:
        """What a question may mean, led by what a capable model takes it to mean."""
        llm = self.builder.llm
        meant = standalone(llm, text, before) if llm and self.builder.composes() else None
        return list(dict.fromkeys([meant, *possible])) if meant else possible

    def _respelt(
        self, view: View, search: Search, days: Days | None
    ) -> Generator[Event, None, Search]:
        """What is found for a question with its misspelt words put right, if that answers it."""
        asked, passages = search.question, search.found.passages
        if in_another_language(asked):
            return search
        frequency = view.document_frequency(asked.terms)
        better = respelt(asked, frequency, (passage.text for passage in passages))
        if better == asked.text:
            return search
        again = yield from self._search(view, better, days)
        return again if again.chosen.drafts else search

    def _told_of(self, view: View, search: Search, named: str) -> str:
        """Take what the stories that were found say of what a follow-up names.

        "And the vote?" after "When did the strike end?" may ask anything of it.

        Returns:
            how it was understood then; "" where they say nothing of it.
        """
        stories = {passage.stored.card.origin for passage in search.found.passages}
        told = self.builder.timed("generate", self.requests.told_of, view, named)
        near = [draft for draft in told if draft.passage.stored.card.origin in stories]
        search.chosen.drafts = near[:SENTENCES_OF_A_PART]
        return said_of(f"“{named}”") if near else ""

    def _search(
        self, view: View, text: str, days: Days | None, named: Sequence[str] = ()
    ) -> Generator[Event, None, Search]:
        """What is found for a question, and what of that may answer and has the words named."""
        question = Question.read(text, self.today, min(days[1], self.today) if days else None)
        if "dates" in self.without:
            question = replace(question, periods=(), days=())
        if text in self.apart:
            question = question.demanding(self.apart[text].demanded)
        question = replace(question, demanded=(*question.demanded, *named))
        vector: Vectors = self.builder.timed("retrieve", self.encoder.encode, [question.text])[0]
        found = self.builder.timed("retrieve", self._retrieved, view, question, vector, self.dates)
        if found.passages:
            yield Event(EventKind.STATUS, _reading(found.passages))
        read = partial(choose, view, question, found.passages, self.reader)
        chosen = self.builder.timed("generate", read)
        side = self.apart.get(text)
        if side and side.is_topic and not chosen.drafts:
            chosen.drafts = self.builder.timed("generate", self.requests.told_of, view, side.name)
            chosen.confidence = float(bool(chosen.drafts))
        return Search(question, vector, found, chosen)

    def _retrieved(
        self, view: View, question: Question, vector: Vectors, dates: Dates | None = None
    ) -> Found:
        """The passages that fit a question best, under the outlets that they are listed under."""
        found = retrieve(view, question, vector, dates, among=self._ids)
        named = [
            replace(one, stored=replace(one.stored, card=self.builder.known(one.stored.card)))
            for one in (*found.passages, *found.set_aside)
        ]
        count = len(found.passages)
        return Found(named[:count], tuple(named[count:]))

    def _part(
        self,
        view: View,
        search: Search,
        days: Days | None,
        most: int | None,
        *,
        in_few_words: bool,
    ) -> Generator[Event, None, Refusal | None]:
        """The answer to one of the things asked, or the refusal.

        Args:
            view: the state of the index that is read.
            search: what was found for it.
            days: when the archive's first and last article were published.
            most: quotations at most; all where none is given.
            in_few_words: whether a short answer may lead. How sure the reader is was fitted on
                questions as people put them, so that it leads none to a follow-up.
        """
        build, found, chosen = self.builder, search.found, search.chosen
        if found.set_aside:
            aside = build.timed("generate", self._aside, view, search)
            build.set_aside = tuple(dict.fromkeys((*build.set_aside, *aside)))
        ids = {passage.stored.chunk_id for passage in build.passages}
        read = dict(enumerate(build.passages))
        build.passages += [
            one
            for one in found.passages
            if one.stored.chunk_id not in ids and not has_copy(one, read)
        ]
        fresh = [draft for draft in chosen.drafts if self.apart or not build.has(draft)]
        answered = len(fresh) < len(chosen.drafts)  # for another part of the question
        before = len(build.sentences)
        if fresh:
            short = " ".join(fresh[0].short.split()) if in_few_words else ""
            some = fresh[:most]
            said = search.question.text
            yield from build.answer_with(view, said, some, found.passages, short)
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
        if search.chosen.drafts and is_worse(aside, search.chosen):
            return []
        return [headline(draft.passage.stored.card) for draft in aside.drafts]

    def _refusal(self, view: View, search: Search, days: Days | None) -> Refusal:
        """Which of the refusals this is, and of which articles it holds."""
        found, said = self._refused(view, search, days), self.builder.within
        return replace(found, message=f"{found.message} {said}") if said else found

    def _refused(self, view: View, search: Search, days: Days | None) -> Refusal:
        question, chosen = search.question, search.chosen
        if not days and view.chunk_count == 0:
            return Refusal("off_topic", EMPTY)
        if not_english := in_another_language(question):
            return not_english
        if self.dates or question.periods:
            anytime = replace(question, periods=(), days=())
            passages = self._retrieved(view, anytime, search.vector).passages
            if late := after_the_newest(question, days, passages):
                return late  # what is older is not of then, however like it sounds
            elsewhere = choose(view, anytime, passages, self.reader)
            if elsewhere.drafts:
                near = [draft.passage for draft in elsewhere.drafts]
                if told := outside(self.dates, question, near, days):
                    return told
            chosen = elsewhere
        named = Question.read(cased(view, question.text))
        lacking, is_near = nowhere(view, named, chosen.lacking, chosen.passages)
        authors: tuple[str, ...] = ()
        if not (chosen.on_topic or is_near):
            authors = self.requests.catalogue(view).read(question.text, self.today)[0].authors
        is_known = chosen.on_topic or is_near or bool(authors)
        kind: RefusalKind = "not_stated" if is_known else "off_topic"
        return refusal(
            kind, chosen.passages, lacking=lacking, question=question, archive=days, authors=authors
        )


def _reading(passages: Sequence[Passage]) -> str:
    count = len(passages)
    return f"Reading {count} passage{'s' if count != 1 else ''}"
