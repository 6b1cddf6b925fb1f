"""A reader's questions and as much of their answers as has come."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from rag.records import Answer, Citation, Event, EventKind, Sentence, Turn

WAITING = "Waiting for its turn"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation, and as much of its answer as has come."""

    question: str
    since: str | None = None
    until: str | None = None
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """What is not to be read into the question: "history", what came before it, or any `What`."""
    status: str = WAITING
    understood: str | None = None
    """What a follow-up was taken to mean, where that is not what was typed."""
    short: str | None = None
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    problem: str | None = None
    ticket: str = field(default_factory=lambda: secrets.token_hex(8))
    """What tells this question from every other while it is being answered."""

    @property
    def pending(self) -> bool:
        """True while more may come."""
        return self.answer is None and self.problem is None

    def waiting(self, ahead: int) -> Exchange:
        """This exchange while `ahead` questions come before it."""
        if ahead <= 0:
            return replace(self, status=WAITING)
        before = "1 question is" if ahead == 1 else f"{ahead} questions are"
        return replace(self, status=f"{WAITING}: {before} before yours")

    def after(self, event: Event) -> Exchange:
        """This exchange once `event` has come."""
        if event.answer is not None:
            return self._done(event.answer)
        if event.kind == EventKind.SHORT:
            return replace(self, short=event.text)
        if event.sentence is not None:
            sentences = (*self.sentences, event.sentence)
            citations = (*self.citations, *event.citations)
            return replace(self, sentences=sentences, citations=citations)
        if event.kind == EventKind.UNDERSTOOD:
            return replace(self, understood=event.text)
        return replace(self, status=event.text)

    def ended(self, problem: str) -> Exchange:
        """This exchange, closed for the reason that `problem` gives."""
        return replace(self, problem=problem, status="")

    def _done(self, answer: Answer) -> Exchange:
        return replace(
            self,
            answer=answer,
            understood=answer.understood if answer.understood != answer.question else None,
            short=answer.short,
            sentences=answer.sentences,
            citations=answer.citations,
            status="",
        )


Conversation = tuple[Exchange, ...]


def turns(conversation: Iterable[Exchange]) -> list[Turn]:
    """The answered exchanges, as the history that a follow-up question needs."""
    return [exchange.answer.turn for exchange in conversation if exchange.answer is not None]
