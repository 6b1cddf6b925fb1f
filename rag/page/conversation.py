"""A reader's questions and as much of their answers as has come.

Values only: nothing here knows how they are drawn, answered or kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from rag.records import Answer, Citation, Conflict, Event, Sentence, Turn

WAITING = "Waiting for its turn"
UNDERSTOOD = "Understood as: "
"""How the status begins that tells what a follow-up question was taken to mean."""
ALL_SOURCES = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation, and as much of its answer as has come."""

    question: str
    since: str | None = None
    until: str | None = None
    limit: int = ALL_SOURCES
    """Articles whose sentences are shown at once; the others are a click away. 0 is no limit."""
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

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Where the sources differ; known once the answer is whole."""
        return self.answer.conflicts if self.answer else ()

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
        if event.kind == "short":
            return replace(self, short=event.text)
        if event.sentence is None:
            return self._told(event.text)
        return replace(
            self,
            sentences=(*self.sentences, event.sentence),
            citations=(*self.citations, *event.citations),
        )

    def ended(self, problem: str) -> Exchange:
        """This exchange, closed for the reason that `problem` gives."""
        return replace(self, problem=problem, status="")

    def shown(self) -> tuple[list[Sentence], list[Sentence]]:
        """The sentences to show at once, and those of further sources.

        A sentence that tells how sources differ is never among the further ones.
        """
        if self.limit == ALL_SOURCES:
            return list(self.sentences), []
        first = self._first_articles()
        article = {citation.number: citation.article_id for citation in self.citations}
        differing = {number for conflict in self.conflicts for _, number in conflict.sides}
        shown: list[Sentence] = []
        further: list[Sentence] = []
        for sentence in self.sentences:
            cited = set(sentence.citations)
            known = {article.get(number, "") for number in cited} <= first
            (shown if known or cited & differing else further).append(sentence)
        return shown, further

    def _first_articles(self) -> set[str]:
        ids = dict.fromkeys(citation.article_id for citation in self.citations)
        return set(list(ids)[: self.limit])

    def _told(self, status: str) -> Exchange:
        if status.startswith(UNDERSTOOD):
            return replace(self, understood=status.removeprefix(UNDERSTOOD))
        return replace(self, status=status)

    def _done(self, answer: Answer) -> Exchange:
        changed = answer.understood != answer.question
        return replace(
            self,
            answer=answer,
            understood=answer.understood if changed else None,
            short=answer.short,
            sentences=answer.sentences,
            citations=answer.citations,
            status="",
        )


Conversation = tuple[Exchange, ...]


def turns(conversation: Iterable[Exchange]) -> list[Turn]:
    """The answered exchanges, as the history that a follow-up question needs."""
    return [one.answer.turn for one in conversation if one.answer is not None]
