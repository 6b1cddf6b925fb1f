"""An answer as it grows: its checked sentences, their citations, and what it cost.

A sentence enters only through the exact check, whoever wrote it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from index.protocols import View
from index.records import Card, Span
from rag.catalogue import Reply, line_of
from rag.compare.conflicts import Disagreement, wording
from rag.compose import Composition, tells
from rag.models.llm import LLM
from rag.quote import is_opinion
from rag.records import (
    Answer,
    Citation,
    Conflict,
    Draft,
    Event,
    EventKind,
    Headline,
    Passage,
    Refusal,
    Retrieved,
    Sentence,
    Unanswered,
    Understood,
    paragraphs,
)
from rag.verify.mend import Mended, Mender, Written, numbered
from rag.verify.support import Support, faults, verbatim

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class AnswerBuilder:
    """What an answer has come to so far."""

    asked: str
    index: str
    llm: LLM | None
    """Writes the sentences, where the answer is composed."""
    composes: Callable[[], bool]
    """Whether it does; asked once there is evidence."""
    seconds: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("retrieve", "generate", "check", "total"), 0.0)
    )
    started: float = field(default_factory=time.perf_counter)
    tokens: Counter[str] = field(default_factory=lambda: Counter(evaluated=0, generated=0))
    checks: Counter[str] = field(default_factory=Counter)
    citations: list[Citation] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    updates: list[Conflict] = field(default_factory=list)
    set_aside: tuple[Headline, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    passages: list[Passage] = field(default_factory=list)
    confidence: float = 0.0
    short: str | None = None
    understood: str = ""
    understood_as: tuple[Understood, ...] = ()
    kind: str = "question"
    side: str = ""
    """Of a comparison, the name that is being answered for."""
    within: str = ""
    reply: Reply = field(default_factory=lambda: Reply(""))
    known: Callable[[Card], Card] = lambda card: card
    """An article with the outlet that it is listed under."""

    def timed(self, stage: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a call returns, its time counted to a stage."""
        started = time.perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            self.seconds[stage] += time.perf_counter() - started

    def quote(self, view: View, drafts: Sequence[Draft], short: str = "") -> Iterator[Event]:
        """Enter drafts as the articles' own words; the short answer with its sentence."""
        for mended in self._quoted(drafts):
            yield from self._shown(view, mended, short)

    def answer_with(
        self,
        view: View,
        question: str,
        drafts: Sequence[Draft],
        passages: Sequence[Passage],
        short: str,
    ) -> Iterator[Event]:
        """Enter what answers: in the model's own sentences on all that was found, or in quotations.

        What is an opinion is only quoted, and tells nothing in a few words.

        Args:
            view: the state of the index that is read.
            question: as it was understood.
            drafts: the evidence, best first.
            passages: what was found, best first.
            short: the few words that answer, or "".
        """
        before = len(self.sentences)
        is_news = not any(is_opinion(draft.passage.stored.card) for draft in drafts)
        if self.llm is not None and self.composes() and is_news:
            news = [one for one in passages if not is_opinion(one.stored.card)]
            composition = Composition(self.llm, question, drafts, news)
            for mended in self._from("generate", composition.stream(), composition.mender):
                yield from self._shown(view, mended, short)
            self.tokens["evaluated"] += composition.evaluated
            self.tokens["generated"] += composition.generated
            if shown := self.sentences[before:]:
                yield from self.quote(
                    view, [one for one in drafts if self._denies(view, one, shown)]
                )
                return
        yield from self.quote(view, drafts, short if is_news else "")

    def _denies(self, view: View, draft: Draft, shown: Sequence[Sentence]) -> bool:
        """True where another story than those cited denies what a model's sentences say.

        It may have told one of two sides.
        """
        numbers = {number for sentence in shown for number in sentence.citations}
        cited = (one.article_id for one in self.citations if one.number in numbers)
        card = draft.passage.stored.card
        support = Support.of(draft.quote, card)
        return card.origin not in {view.card(article).origin for article in cited} and any(
            tells(sentence.words, draft.answer)
            and "negation" in {fault.kind for fault in faults(sentence.words, [support])}
            for sentence in shown
            if not sentence.quoted
        )

    def differ(self, view: View, disagreement: Disagreement) -> Iterator[Event]:
        """Enter the line on how sources differ, or on an update, if the exact check passes it."""
        sides = [side.candidate for side in disagreement.sides]
        supports = [Support.of(side.text, side.passage.stored.card) for side in sides]
        lines = [wording(disagreement, whole=False), wording(disagreement)]
        line = next((line for line in lines if not faults(line, supports)), "")
        if not line:
            self.checks["dropped"] += 1
            return
        self.checks["kept"] += 1
        fresh = len(self.citations)
        numbers = [
            self._holding(side.passage, side.span) or self._cited(view, side.passage, side.span)
            for side in sides
        ]
        values = tuple((s.value, n) for s, n in zip(disagreement.sides, numbers, strict=True))
        told = self.updates if disagreement.is_update else self.conflicts
        told.append(Conflict(disagreement.about, values))
        cited = tuple(dict.fromkeys(numbers))
        sentence = Sentence(line, cited, False, differs=True, side=self.side)
        self.sentences.append(sentence)
        yield Event(EventKind.SENTENCE, sentence.marked(), sentence, tuple(self.citations[fresh:]))

    def has(self, draft: Draft) -> bool:
        """True where the words of a draft are cited already."""
        return bool(self._holding(draft.passage, draft.span))

    def _holding(self, passage: Passage, span: Span) -> int:
        """The number of the first citation that has a span of an article in it; 0 for none."""
        article = passage.stored.card.article_id
        holding = (
            citation.number
            for citation in self.citations
            if citation.article_id == article
            and citation.start <= span.start
            and span.end <= citation.end
        )
        return next(holding, 0)

    def finished(self, refusal: Refusal | None) -> Event:
        """The last event: the answer, or the refusal in its place."""
        self.seconds["total"] = time.perf_counter() - self.started
        answer = self._answer(refusal)
        return Event(EventKind.ANSWER, answer.text, answer=answer)

    def _answer(self, refusal: Refusal | None) -> Answer:
        said = [*paragraphs(self.kind, self.sentences), *(part.line for part in self.unanswered)]
        between = "\n" if self.kind in ("overview", "comparison") else " "
        text = between.join([self.reply.text, *said] if self.reply.text else said)
        if refusal is not None:
            text = refusal.message
        return Answer(
            question=self.asked,
            understood=self.understood,
            understood_as=self.understood_as,
            kind=self.kind,
            text="\n".join([text, *map(line_of, self.reply.listed)]),
            reply=self.reply.text,
            listed=self.reply.listed,
            short=None if refusal else self.short,
            refusal=refusal,
            sentences=tuple(self.sentences),
            citations=tuple(self.citations),
            passages=tuple(map(_retrieved, self.passages)),
            conflicts=tuple(self.conflicts),
            updates=tuple(self.updates),
            set_aside=self.set_aside,
            unanswered=self.unanswered,
            within=self.within,
            confidence=self.confidence,
            checks=dict(self.checks),
            model=self.llm.name if self.llm and self.tokens["generated"] else "",
            index=self.index,
            tokens=dict(self.tokens),
            seconds=self.seconds,
        )

    def _quoted(self, drafts: Sequence[Draft]) -> Iterator[Mended]:
        mender = Mender(numbered(drafts))
        written = [Written(draft.text, (number,)) for number, draft in enumerate(drafts, start=1)]
        yield from self._from("check", map(mender.mend, written), mender)

    def _from(self, stage: str, stream: Iterator[Mended], mender: Mender) -> Iterator[Mended]:
        while (mended := self.timed(stage, next, stream, None)) is not None:
            if mended.how != "dropped":
                yield mended
        self.checks.update(mender.tally)

    def _shown(self, view: View, mended: Mended, short: str) -> Iterator[Event]:
        cited = mended.drafts
        if short and not self.short and any(short in _line(draft.quote) for draft in cited):
            self.short = short  # shown only with the sentence that it is taken from
            yield Event(EventKind.SHORT, short)
        fresh = len(self.citations)
        numbers = [self._cited(view, draft.passage, draft.span) for draft in cited]
        lead = cited[0].lead if mended.quoted else ""
        words = cited[0].words if mended.quoted else mended.text
        sentence = Sentence(words, tuple(numbers), mended.quoted, lead, side=self.side)
        self.sentences.append(sentence)
        yield Event(EventKind.SENTENCE, sentence.marked(), sentence, tuple(self.citations[fresh:]))

    def _cited(self, view: View, passage: Passage, span: Span) -> int:
        """The number of the citation of this span, a new one if it has none yet."""
        card = passage.stored.card
        place = (card.article_id, span.start, span.end)
        for citation in self.citations:
            if (citation.article_id, citation.start, citation.end) == place:
                return citation.number
        quote = passage.stored.chunk.part(span)
        citation = Citation(
            number=len(self.citations) + 1,
            article_id=card.article_id,
            title=card.called,
            publisher=card.publisher,
            published=card.published,
            url=card.url,
            quote=quote,
            start=span.start,
            end=span.end,
            also_in=_also_in(view, self.known, card, quote),
            corrections=card.corrections,
            earlier=len(view.earlier(card.article_id)),
            page=str(view.article(card.article_id).page_at(span.start) or ""),
        )
        self.citations.append(citation)
        return citation.number


def _line(text: str) -> str:
    return " ".join(text.split())


def _retrieved(passage: Passage) -> Retrieved:
    stored = passage.stored
    return Retrieved(stored.card.article_id, stored.chunk_id, passage.score)


def _also_in(view: View, known: Callable[[Card], Card], card: Card, quote: str) -> tuple[str, ...]:
    """Who else has these words of the story: outlets, or headlines where no outlet is known."""
    others = [
        copy
        for copy in map(known, view.copies(card.origin))
        if copy.article_id != card.article_id
        and verbatim(quote, view.article(copy.article_id).text)
    ]
    return tuple(copy.publisher or copy.called for copy in others)
