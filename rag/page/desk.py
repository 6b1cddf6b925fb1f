"""What happens when a reader of the page asks, stops or begins anew.

Each call takes a conversation and gives back the next one with all that the
page shows of it. A conversation is kept under a name that only its reader's browser
has, so that no reader ever sees another's questions. Nothing here knows Gradio.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from typing import NamedTuple

from index.errors import BylineError, IndexMissing, UnknownArticle
from index.records import Article
from rag.page import exporting, rendering, windows
from rag.page.conversation import Conversation, Exchange, turns
from rag.page.rendering import Message
from rag.page.shelf import Settings, Shelf
from rag.page.sources import sources
from rag.page.waiting import Turnstile
from rag.records import Turn

MOST_KEPT = 200
"""Conversations that are kept for readers who come back; the oldest go first."""
EMPTY = "There are no articles to answer from yet. Add some under Archive."


class View(NamedTuple):
    """A conversation, and what each part of the page shows of it."""

    conversation: Conversation
    messages: list[Message]
    sources: str
    text: str
    said: str


class Desk:
    """Answers readers from what is on the shelf, one question at a time."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.turnstile = Turnstile()
        self._stopped: set[str] = set()
        self._cleared: set[str] = set()
        self._kept: OrderedDict[str, Conversation] = OrderedDict()

    def keep(self, conversation: Conversation, name: str) -> str:
        """Keep a conversation for when its reader comes back; gives the name to come with.

        Only who has the name, which cannot be guessed, gets it.
        """
        if name not in self._kept:
            name = secrets.token_urlsafe(16)
        self._kept[name] = conversation
        self._kept.move_to_end(name)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return name

    def kept(self, name: str) -> Conversation:
        """The conversation that was kept under a name; an empty one if there is none."""
        return tuple(one for one in self._kept.get(name, ()) if not one.pending)

    def view(self, conversation: Conversation, settings: Settings | None = None) -> View:
        """What the page shows of a conversation."""
        archive = self.shelf.archive((settings or self.shelf.default).index)

        def find(article_id: str) -> Article | None:
            try:
                return archive.article(article_id)
            except (UnknownArticle, IndexMissing):
                return None

        return View(
            conversation,
            rendering.messages(conversation),
            sources(conversation, find),
            exporting.plain(conversation),
            f"<p>{rendering.announcement(conversation)}</p>",
        )

    def begin(
        self, question: str, conversation: Conversation, settings: Settings, instead: bool = False
    ) -> View:
        """Take a question down, perhaps `instead` of the last one; a blank changes nothing."""
        if question.strip():
            kept = conversation[:-1] if instead else conversation
            asked = Exchange(
                question.strip(),
                settings.since.strip() or None,
                settings.until.strip() or None,
                settings.sources,
            )
            conversation = (*kept, asked)
        return self.view(conversation, settings)

    def answer(
        self, conversation: Conversation, settings: Settings, reader: str = ""
    ) -> Generator[View, None, None]:
        """Stream the answer to the last question, sentence by sentence."""
        if not conversation or not conversation[-1].pending:
            return
        *earlier, last = conversation
        try:
            with closing(self._steps(last, turns(earlier), settings, reader)) as steps:
                for last in steps:
                    gone = last.ticket in self._cleared
                    yield self.view(() if gone else (*earlier, last), settings)
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

    def fail(self, conversation: Conversation, settings: Settings) -> View:
        """Close a question that a bug cut short."""
        if conversation and conversation[-1].pending:
            conversation = (*conversation[:-1], conversation[-1].ended(rendering.BROKEN))
        return self.view(conversation, settings)

    def window(self, conversation: Conversation, whole: bool) -> tuple[str, str]:
        """The days to ask again for: the `whole` of time, or wide enough for what is nearest."""
        last = conversation[-1] if conversation else None
        if last is None or whole or last.answer is None or last.answer.refusal is None:
            return "", ""
        days = [one.published for one in last.answer.refusal.nearest]
        since, until = windows.wider(last.since, last.until, days) or (None, None)
        return (since.isoformat() if since else "", until.isoformat() if until else "")

    def _steps(
        self, exchange: Exchange, history: Sequence[Turn], settings: Settings, reader: str
    ) -> Generator[Exchange, None, None]:
        """The exchange after each event, until it is over, stopped or in trouble."""
        with self.turnstile.queued(reader or exchange.ticket) as place:
            ahead = None
            while (ahead := self.turnstile.ahead(place, ahead)) > 0:
                if exchange.ticket in self._stopped:
                    yield exchange.ended(rendering.STOPPED)
                    return
                yield exchange.waiting(ahead)
            yield from self._answering(exchange, history, settings)

    def _answering(
        self, exchange: Exchange, history: Sequence[Turn], settings: Settings
    ) -> Generator[Exchange, None, None]:
        try:
            assistant = self.shelf.assistant(settings)
            for event in assistant.stream(
                exchange.question, history, exchange.since, exchange.until
            ):
                if exchange.ticket in self._stopped:
                    yield exchange.ended(rendering.STOPPED)
                    return
                exchange = exchange.after(event)
                yield exchange
        except IndexMissing:
            yield exchange.ended(EMPTY)
        except BylineError as trouble:
            yield exchange.ended(str(trouble))


def cited(conversation: Conversation, turn: int, number: int) -> tuple[str, int, int, str] | None:
    """Where a citation of a conversation stands: article, start, end and the words."""
    if not 0 < turn <= len(conversation):
        return None
    found: Iterable[tuple[str, int, int, str]] = (
        (one.article_id, one.start, one.end, one.quote)
        for one in conversation[turn - 1].citations
        if one.number == number
    )
    return next(iter(found), None)
