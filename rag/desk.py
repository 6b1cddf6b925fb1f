"""What happens when a reader of the page asks, stops or begins anew.

Each call takes a conversation and gives back the next one with all that the
page shows of it. Nothing is kept between calls but the assistant, so that no
reader ever sees another's questions. Nothing here knows Gradio.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from index.errors import BylineError, UnknownArticle
from index.records import Article
from rag import rendering
from rag.records import Event, Turn
from rag.rendering import Conversation, Exchange, Message


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
        # A question that was stopped may still be inside the model when the next one starts.
        self._one_at_a_time = threading.Lock()

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

    def answer(self, conversation: Conversation, since: str, until: str) -> Iterator[View]:
        """Stream the answer to the last question, sentence by sentence; blank dates are none."""
        if not conversation or not conversation[-1].pending:
            return
        *earlier, last = conversation
        last = replace(last, since=since.strip() or None, until=until.strip() or None)
        history = rendering.turns(earlier)
        with self._one_at_a_time:
            try:
                for event in self._assistant.stream(last.question, history, last.since, last.until):
                    last = last.after(event)
                    yield self.view((*earlier, last))
            except BylineError as trouble:
                yield self.view((*earlier, last.ended(str(trouble))))

    def stop(self, conversation: Conversation) -> View:
        """Close a question that the reader stopped."""
        return self._ended(conversation, rendering.STOPPED)

    def fail(self, conversation: Conversation) -> View:
        """Close a question that a bug cut short."""
        return self._ended(conversation, rendering.BROKEN)

    def clear(self) -> View:
        """Begin a new conversation."""
        return self.view(())

    def _ended(self, conversation: Conversation, why: str) -> View:
        if conversation and conversation[-1].pending:
            conversation = (*conversation[:-1], conversation[-1].ended(why))
        return self.view(conversation)

    def _find(self, article_id: str) -> Article | None:
        try:
            return self._assistant.article(article_id)
        except UnknownArticle:
            return None
