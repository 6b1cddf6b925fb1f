"""A conversation in the terminal: questions are typed, answers come sentence by sentence.

Nothing here knows how an answer is found. Answers go to standard output, the
prompt and all else to standard error.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import typer

from index.errors import BylineError
from rag.cli import terminal
from rag.records import Answer, Event, EventKind, Turn

PROMPT = "> "
HELP = "Ask about the archive. /new forgets the conversation, /quit or Ctrl-D ends it."


class Answering(Protocol):
    """What the commands need of an assistant."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
        *,
        outlets: Sequence[str] = (),
        authors: Sequence[str] = (),
        titles: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> Answer:
        """The answer, or the refusal that stands in its place."""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
        *,
        outlets: Sequence[str] = (),
        authors: Sequence[str] = (),
        titles: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> Iterator[Event]:
        """The same, step by step."""


def converse(
    assistant: Answering,
    since: str | None = None,
    until: str | None = None,
    **only: Sequence[str],
) -> None:
    """Answer question after question until the end of input, keeping the conversation.

    Args:
        assistant: what answers.
        since: leave out articles of earlier days.
        until: leave out articles of later days.
        only: outlets, authors, titles, languages, as `Answering.stream` takes them.
    """
    typer.echo(HELP, err=True)
    history: list[Turn] = []
    for question in _questions():
        if question == "/quit":
            return
        if question == "/new":
            history.clear()
            typer.echo("A new conversation.", err=True)
            continue
        try:
            answer = _streamed(assistant.stream(question, tuple(history), since, until, **only))
        except BylineError as error:
            typer.echo(terminal.one_line(str(error)), err=True)
        except KeyboardInterrupt:
            typer.echo("\nStopped.", err=True)
        else:
            history.append(answer.turn)


def _questions() -> Iterator[str]:
    """What is typed, line by line, until the end of input."""
    typed = sys.stdin.isatty()
    if typed:
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401, gives `input` its history and its editing keys
    while True:
        try:
            line = _read(PROMPT if typed else "")
        except (EOFError, KeyboardInterrupt):
            typer.echo("", err=True)
            return
        if line.strip():
            yield line.strip()


def _read(prompt: str) -> str:
    if sys.stdout.isatty():
        return input(prompt)
    typer.echo(prompt, nl=False, err=True)  # standard output is for answers
    return input()


def _streamed(events: Iterable[Event]) -> Answer:
    """Print an answer's sentences as they come, then its citations."""
    width = terminal.line_width()
    answer: Answer | None = None
    with terminal.Status() as status:
        for event in events:
            answer = event.answer
            if event.sentence is not None:
                status.hide()
                typer.echo(terminal.wrapped(terminal.printable(event.sentence.marked()), width))
            elif event.kind == EventKind.SHORT:
                status.hide()
                typer.echo(terminal.wrapped(terminal.printable(event.text), width))
            elif event.kind == EventKind.UNDERSTOOD:
                status.hide()
                understood = f"Understood as: {terminal.one_line(event.text)}"
                typer.echo(terminal.wrapped(understood, width), err=True)
            elif answer is None:
                status.show(event.text)
    if answer is None:
        raise RuntimeError("a stream of events ended without an answer")
    typer.echo(terminal.after_sentences(answer, width))
    return answer
