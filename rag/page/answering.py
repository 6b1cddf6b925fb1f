"""What happens when a reader of the page asks, stops or begins anew.

Each call takes a conversation and gives back the next one with all that the
page shows of it. A conversation is kept under a name that only its reader's browser
has, so that no reader ever sees another's questions.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from index.errors import BylineError, IndexMissing
from rag.page import exporting, views
from rag.page.choices import Answering, Choices, Settings
from rag.page.conversation import Conversation, Exchange, turns
from rag.page.waiting import Turnstile
from rag.records import Answer, EventKind, Turn
from rag.selftest import taken, told

MOST_KEPT = 200
"""Conversations that are kept for readers who come back; the oldest go first."""
WRITES = "writes the answer, which takes longer than quoting"
EMPTY = "There are no articles to answer from yet. Add some under Archive."


class View(NamedTuple):
    """A conversation, and what each part of the page shows of it."""

    conversation: Conversation
    chat: str
    sources: str
    text: str
    said: str


class Answers:
    """Answers readers from what they may choose; they take turns."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.turnstile = Turnstile()
        self._asked: set[str] = set()
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
        """The conversation that was kept under a name; an empty one if there is none.

        What was being answered when its reader left is shown as interrupted.
        """
        kept = self._kept.get(name, ())
        return tuple(one.ended(views.INTERRUPTED) if one.pending else one for one in kept)

    def view(self, conversation: Conversation, settings: Settings | None = None) -> View:
        """What the page shows of a conversation."""
        archive = self.choices.archive((settings or self.choices.default).index)
        find = cache(archive.find)
        return View(
            conversation,
            views.chat(conversation, find),
            views.sources(conversation, find),
            exporting.plain(conversation),
            views.announcement(conversation),
        )

    def is_answering(self, conversation: Conversation) -> bool:
        """True while the last question is being answered."""
        return bool(conversation) and conversation[-1].ticket in self._asked

    def begin(
        self,
        question: str,
        conversation: Conversation,
        settings: Settings,
        instead: bool = False,
        without: Sequence[str] = (),
    ) -> View:
        """Take a question down, perhaps `instead` of the last one; a blank changes nothing.

        What it is asked `without`, as `Exchange` has it, adds to what the last one was.
        """
        if question.strip():
            before = conversation[-1].without if instead and without and conversation else ()
            asked = Exchange(
                question.strip(),
                **settings.only,
                without=tuple(dict.fromkeys((*before, *without))),
            )
            conversation = (*(conversation[:-1] if instead else conversation), asked)
        return self.view(conversation, settings)

    def answer(
        self, conversation: Conversation, settings: Settings, reader: str = ""
    ) -> Generator[View, None, None]:
        """Stream the answer to the last question, sentence by sentence."""
        if not conversation or not conversation[-1].pending:
            return
        *earlier, last = conversation
        history = [] if "history" in last.without else turns(earlier)
        self._asked.add(last.ticket)
        try:
            with closing(self.steps(last, history, settings, reader)) as steps:
                for last in steps:
                    gone = last.ticket in self._cleared
                    yield self.view(() if gone else (*earlier, last), settings)
        except BylineError as trouble:
            said = EMPTY if isinstance(trouble, IndexMissing) else str(trouble)
            yield self.view((*earlier, last.ended(said)), settings)
        finally:
            for tickets in (self._asked, self._stopped, self._cleared):
                tickets.discard(last.ticket)

    def ask(self, question: str, settings: Settings, reader: str) -> Answer:
        """The answer to a question by itself, for a reader who takes turns with the others.

        Raises:
            BylineError: it cannot be answered, for the reason that the error tells.
        """
        asked = Exchange(question, **settings.only)
        *_, last = self.steps(asked, (), settings, reader)
        assert last.answer is not None  # nobody knows it to stop it
        return last.answer

    def stop(self, conversation: Conversation) -> bool:
        """Have the last question end at its next event; False if it is already over."""
        if not conversation or not conversation[-1].pending:
            return False
        self._stopped.add(conversation[-1].ticket)
        return True

    def clear(self, conversation: Conversation, index: str = "") -> View:
        """Begin a new conversation; what is being answered in this one ends."""
        if self.stop(conversation):
            self._cleared.add(conversation[-1].ticket)
        return self.view((), Settings(index))

    def fail(self, conversation: Conversation, settings: Settings) -> View:
        """Close a question that a bug cut short."""
        if conversation and conversation[-1].pending:
            conversation = (*conversation[:-1], conversation[-1].ended(views.BROKEN))
        return self.view(conversation, settings)

    def window(self, conversation: Conversation, whole: bool) -> tuple[str, str]:
        """The days to ask again for: the `whole` of time, or wide enough for what is nearest."""
        wider = views.wider(conversation[-1]) if conversation and not whole else None
        since, until = wider or (None, None)
        return (since.isoformat() if since else "", until.isoformat() if until else "")

    def steps(
        self, exchange: Exchange, history: Sequence[Turn], settings: Settings, reader: str = ""
    ) -> Generator[Exchange, None, None]:
        """The exchange after each event, until it is answered or stopped.

        Args:
            exchange: a question.
            history: the exchanges before it that may explain it.
            settings: what answers.
            reader: who takes turns with whom; each question by itself where it is empty.

        Raises:
            BylineError: it cannot be answered, for the reason that the error tells.
        """
        with self.turnstile.queued(reader or exchange.ticket) as place:
            ahead = None
            while (ahead := self.turnstile.ahead(place, ahead)) > 0:
                if exchange.ticket in self._stopped:
                    yield exchange.ended(views.STOPPED)
                    return
                yield exchange.waiting(ahead)
            assistant = self.choices.assistant(settings)
            writer = yield from _made_ready(assistant, settings, exchange)
            for event in assistant.stream(
                exchange.question,
                history,
                exchange.since,
                exchange.until,
                outlets=exchange.outlets,
                languages=exchange.languages,
                without=exchange.without,
            ):
                if exchange.ticket in self._stopped:
                    yield exchange.ended(views.STOPPED)
                    return
                exchange = exchange.after(event)
                if event.kind == EventKind.STATUS:
                    exchange = replace(exchange, status=exchange.status + writer)
                yield exchange


def _made_ready(
    assistant: Answering, settings: Settings, exchange: Exchange
) -> Generator[Exchange, None, str]:
    """The exchange before each step that a language model takes until it can write.

    Returns:
        What to add to what is said after them; "" where no model writes.
    """
    llm = assistant.llm
    if llm is None or settings.mode == "quote":
        return ""
    if settings.mode == "auto" and taken(llm) is None:
        yield replace(exchange, status=told(llm))
    if not assistant.composes():
        return ""
    yield replace(exchange, status=f"Loading {llm.name}")
    llm.count("")  # which loads it
    return f"; {llm.name} {WRITES}"
