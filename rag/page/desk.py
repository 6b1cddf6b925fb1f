"""What happens when a reader of the page asks, stops or begins anew.

Each call takes a conversation and gives back the next one with all that the
page shows of it. Nothing is kept between calls but the assistant, so that no
reader ever sees another's questions. Nothing here knows Gradio.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple, Protocol

from index.errors import BylineError, UnknownArticle
from index.records import Article
from rag.page import rendering
from rag.page.rendering import Conversation, Exchange, Message
from rag.records import Event, Turn


class Answering(Protocol):
    """What the page needs of an assistant."""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
    ) -> Iterator[Event]:
        """Yield an answer's events, the whole answer last."""

    def article(self, article_id: str) -> Article:
        """Return one article, or raise `UnknownArticle`."""


class View(NamedTuple):
    """A conversation, and what each part of the page shows of it."""

    conversation: Conversation
    messages: list[Message]
    sources: str
    text: str


class Desk:
    """Answers readers from one assistant, one question at a time."""

    def __init__(self, assistant: Answering) -> None:
        self._assistant = assistant
        # A reader who has left may still have a question inside the model.
        self._one_at_a_time = threading.Lock()
        self._stopped: set[str] = set()
        self._cleared: set[str] = set()

    def view(self, conversation: Conversation) -> View:
        """What the page shows of a conversation."""
        shown = rendering.messages(conversation)
        sources = rendering.sources(conversation, self._find)
        return View(conversation, shown, sources, rendering.plain(conversation))

    def begin(self, question: str, conversation: Conversation) -> View:
        """Take a question down; a blank one changes nothing."""
        if question.strip():
            conversation = (*conversation, Exchange(question.strip()))
        return self.view(conversation)

    def answer(
        self, conversation: Conversation, since: str, until: str
    ) -> Generator[View, None, None]:
        """Stream the answer to the last question, sentence by sentence; blank dates are none."""
        if not conversation or not conversation[-1].pending:
            return
        *earlier, last = conversation
        last = replace(last, since=since.strip() or None, until=until.strip() or None)
        try:
            with closing(self._steps(last, rendering.turns(earlier))) as steps:
                for last in steps:
                    yield self.view(() if last.ticket in self._cleared else (*earlier, last))
        finally:
            self._stopped.discard(last.ticket)
            self._cleared.discard(last.ticket)

    def stop(self, conversation: Conversation) -> bool:
        """Have the last question end at its next event; False if it is already over."""
        if not conversation or not conversation[-1].pending:
            return False
        self._stopped.add(conversation[-1].ticket)
        return True

    def clear(self, conversation: Conversation) -> View:
        """Begin a new conversation; what is being answered in this one ends."""
        if self.stop(conversation):
            self._cleared.add(conversation[-1].ticket)
        return self.view(())

    def fail(self, conversation: Conversation) -> View:
        """Close a question that a bug cut short."""
        if conversation and conversation[-1].pending:
            conversation = (*conversation[:-1], conversation[-1].ended(rendering.BROKEN))
        return self.view(conversation)

    def _steps(
        self, exchange: Exchange, history: Sequence[Turn]
    ) -> Generator[Exchange, None, None]:
        """The exchange after each event, until it is over, stopped or in trouble."""
        with self._one_at_a_time:
            try:
                for event in self._assistant.stream(
                    exchange.question, history, exchange.since, exchange.until
                ):
                    if exchange.ticket in self._stopped:
                        yield exchange.ended(rendering.STOPPED)
                        return
                    exchange = exchange.after(event)
                    yield exchange
            except BylineError as trouble:
                yield exchange.ended(str(trouble))

    def _find(self, article_id: str) -> Article | None:
        try:
            return self._assistant.article(article_id)
        except UnknownArticle:
            return None
