"""One question, from its words to its answer.

`Assistant` holds the parts together: it reads the question, retrieves, chooses
evidence, drafts, checks, and refuses. It knows no part's inside; the order of
the steps is all that stands here.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeVar

from index.embedding import Encoder, Vectors, load_encoder
from index.errors import BadRequest
from index.queries import Snapshot
from index.records import Article, Card
from index.store import Index
from rag.demands import Demands
from rag.evidence import Candidate, gather, judge, trained
from rag.followups import History, standalone
from rag.generation import Draft, quotation, quotations, understandable
from rag.grounding import Support, faults
from rag.llm import LLM, load_llm
from rag.question import LONGEST, Question
from rag.records import Answer, Citation, Event, Refusal, Retrieved, Sentence
from rag.refusing import EMPTY, on_topic, refusal
from rag.retrieval import Dates, Passage, retrieve
from rag.settings import index_folder

P = ParamSpec("P")
T = TypeVar("T")


class Assistant:
    """Answers questions about one index. Safe from several threads."""

    def __init__(
        self, index: Index, encoder: Encoder, llm: LLM | None, *, today: dt.date | None = None
    ) -> None:
        """Take finished parts; `load` makes them.

        Args:
            index: what to search.
            encoder: what the index was built with.
            llm: the judge; without one, evidence is chosen by vectors and words alone.
            today: what "last week" in a question is reckoned from; by default this day.
        """
        self.index = index
        self.encoder = encoder
        self.llm = llm
        self.today = today

    @classmethod
    def load(
        cls,
        index: str | Path | None = None,
        *,
        model: str | Path | None = None,
        encoder: str | None = None,
    ) -> Assistant:
        """Load the models and open the index, once for many questions.

        Args:
            index: the index folder; by default $BYLINE_INDEX, else ./byline-index.
            model: a GGUF file; by default the model that comes with pip.
            encoder: a sentence-transformers name or folder; by default the same.

        Raises:
            IndexMissing: there is no index in the folder.
            IndexMismatch: it was built with another encoder.
            ModelError: a model is missing, altered or cannot be loaded.
        """
        folder = index_folder(index)
        Index.open(folder).close()  # a missing index is known before models are loaded
        loaded = load_encoder(encoder)
        return cls(Index.open(folder, loaded), loaded, load_llm(model))

    def ask(
        self,
        question: str,
        history: History = (),
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
    ) -> Answer:
        """Answer a question from the articles of the index, or refuse.

        Args:
            question: in English, up to 1,000 characters.
            history: earlier exchanges of the conversation, oldest first.
            since: leave out what was published before this day (ISO 8601).
            until: leave out what was published after this day (ISO 8601).

        Raises:
            BadRequest: the question is empty, or a date is none.
        """
        for event in self.stream(question, history, since, until):
            if event.answer is not None:
                return event.answer
        raise AssertionError("a stream ends with an answer")

    def stream(
        self,
        question: str,
        history: History = (),
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
    ) -> Iterator[Event]:
        """The same answer step by step; each sentence is checked before it is yielded.

        Raises:
            BadRequest: the question is empty, or a date is none.
        """
        asked = " ".join(question.split())
        if not any(char.isalnum() for char in asked):
            raise BadRequest("The question is empty. Ask in a sentence, such as: who won the vote?")
        if len(asked) > LONGEST:
            raise BadRequest(
                f"The question has {len(asked):,} characters; ask in {LONGEST:,} or fewer."
            )
        dates = Dates(day(since), day(until))
        if dates.since and dates.until and dates.since > dates.until:
            raise BadRequest(
                f"The dates leave nothing: {dates.since} is after {dates.until}. Exchange them."
            )
        understood = standalone(asked, history)
        return _Run(self, asked, understood, dates, self.today or dt.date.today()).events()

    def article(self, article_id: str) -> Article:
        """An article as it is stored.

        Raises:
            UnknownArticle: no article has that id.
        """
        return self.index.article(article_id)

    def close(self) -> None:
        """Close the index."""
        self.index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def ask(
    question: str,
    history: History = (),
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    *,
    index: str | Path | None = None,
) -> Answer:
    """Answer one question from an index, loading the models for it.

    For more than one question use `Assistant.load`, which loads them once.

    Raises:
        IndexMissing: there is no index in the folder.
        BadRequest: the question is empty, or a date is none.
    """
    with Assistant.load(index) as assistant:
        return assistant.ask(question, history, since, until)


def day(given: str | dt.date | None) -> dt.date | None:
    """A date given as ISO 8601 text or as a date.

    Raises:
        BadRequest: it is neither.
    """
    if isinstance(given, dt.datetime):
        return given.date()
    if given is None or isinstance(given, dt.date):
        return given
    if not given.strip():
        return None
    try:
        return dt.date.fromisoformat(given.strip())
    except ValueError:
        raise BadRequest(f"{given!r} is not a date. Write it as 2024-12-07.") from None


@dataclass(slots=True)
class _Found:
    """What one search brought: passages, judged sentences, and why they may not do."""

    passages: list[Passage]
    drafts: list[Draft] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    on_topic: bool = False


@dataclass(slots=True)
class _Run:
    """One question on its way; what it has come to so far."""

    assistant: Assistant
    asked: str
    understood: str
    dates: Dates
    today: dt.date
    seconds: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("retrieve", "generate", "check", "total"), 0.0)
    )
    evaluated: int = 0
    citations: list[Citation] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)

    def events(self) -> Iterator[Event]:
        """The steps of the answer."""
        started = time.perf_counter()
        with self.assistant.index.snapshot() as view:
            question = Question.read(self.understood, self.today)
            vector = self._timed("retrieve", self._encode, question)
            passages = self._timed("retrieve", retrieve, view, question, vector, self.dates)
            if self.understood != self.asked:
                yield Event("status", f"Understood as: {self.understood}")
            if passages:
                yield Event("status", _reading(passages))
            found = self._timed("generate", self._choose, view, question, vector, passages)
            for draft in found.drafts:
                checked = self._timed("check", self._checked, view, draft)
                if checked is not None:
                    yield checked
            refused = None if self.sentences else self._refused(view, question, vector, found)
        self.seconds["total"] = time.perf_counter() - started
        answer = self._answer(passages, refused)
        yield Event("answer", answer.text, answer=answer)

    def _encode(self, question: Question) -> Vectors:
        vector: Vectors = self.assistant.encoder.encode([question.text])[0]
        return vector

    def _choose(
        self, view: Snapshot, question: Question, vector: Vectors, passages: list[Passage]
    ) -> _Found:
        """Judge the sentences of the passages, and draft an answer if they carry the question."""
        frequency, total = view.document_frequency(question.terms), view.chunk_count
        found = _Found(passages, on_topic=on_topic(question, passages, frequency, total))
        demands = Demands.of(question, passages)
        if not found.on_topic:
            found.lacking = demands.unheard_of(passages)
            return found
        encoder = self.assistant.encoder
        candidates = gather(question, vector, passages, encoder, frequency, total)
        evidence = judge(question, candidates, self.assistant.llm)
        self.evaluated += evidence.evaluated
        met: list[Candidate] = []
        for candidate in evidence.ranked:
            draft = quotation(candidate.passage, understandable(question, candidate))
            article = view.article(candidate.passage.stored.card.article_id)
            lacking = demands.lacking(draft, f"{article.title}\n{article.text}")
            if not lacking and not demands.other_speaker(draft):
                met.append(candidate)
            elif not met:
                found.lacking = found.lacking or lacking
        if met and answerable(met, model=self.assistant.llm is not None):
            found.drafts = quotations(question, met)
            found.lacking = []
        elif met:
            found.lacking = []
        return found

    def _checked(self, view: Snapshot, draft: Draft) -> Event | None:
        """The draft as a sentence with its citation, if the passage supports it."""
        card = draft.passage.stored.card
        if faults(draft.text, [Support.of(draft.quote, card)]):
            return None
        citation = Citation(
            number=len(self.citations) + 1,
            article_id=card.article_id,
            title=card.title,
            publisher=card.publisher,
            published=card.published,
            url=card.url,
            quote=draft.quote,
            start=draft.span.start,
            end=draft.span.end,
            also_in=_also_in(view, card),
        )
        sentence = Sentence(draft.text, (citation.number,), draft.quoted)
        self.citations.append(citation)
        self.sentences.append(sentence)
        return Event("sentence", sentence.marked(), sentence, (citation,))

    def _refused(
        self, view: Snapshot, question: Question, vector: Vectors, found: _Found
    ) -> Refusal:
        """Which of the refusals this is."""
        if view.chunk_count == 0:
            return Refusal("off_topic", EMPTY)
        if self.dates:
            undated = retrieve(view, question, vector)
            elsewhere = self._choose(view, question, vector, undated)
            if elsewhere.drafts:
                return refusal("outside_dates", undated, dates=self.dates)
            found = elsewhere
        if not found.on_topic and not found.lacking:
            return refusal("off_topic", found.passages)
        return refusal("not_stated", found.passages, lacking=found.lacking)

    def _answer(self, passages: Sequence[Passage], refused: Refusal | None) -> Answer:
        text = refused.message if refused else " ".join(s.marked() for s in self.sentences)
        llm = self.assistant.llm
        return Answer(
            question=self.asked,
            understood=self.understood,
            text=text,
            refusal=refused,
            sentences=tuple(self.sentences),
            citations=tuple(self.citations),
            passages=tuple(_retrieved(passage) for passage in passages),
            model=llm.name if llm else "",
            index=str(self.assistant.index.folder),
            tokens={"evaluated": self.evaluated, "generated": 0},
            seconds=self.seconds,
        )

    def _timed(self, stage: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        started = time.perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            self.seconds[stage] += time.perf_counter() - started


def answerable(candidates: Sequence[Candidate], *, model: bool) -> bool:
    """True where the sentences that meet the demands are likely enough to answer."""
    weights = trained(model)
    return weights.answerable([c.features for c in candidates]) >= weights.threshold


def _reading(passages: Sequence[Passage]) -> str:
    count = len(passages)
    return f"Reading {count} passage{'s' if count != 1 else ''}"


def _retrieved(passage: Passage) -> Retrieved:
    stored = passage.stored
    return Retrieved(stored.card.article_id, stored.chunk_id, passage.score)


def _also_in(view: Snapshot, card: Card) -> tuple[str, ...]:
    """Who else carried the story: outlets, or headlines where the outlet is not known."""
    others = [copy for copy in view.copies(card.origin) if copy.article_id != card.article_id]
    return tuple(copy.publisher or copy.title or copy.article_id for copy in others)
