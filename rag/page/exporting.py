"""A conversation to take away: plain text, Markdown or HTML, with footnotes.

What an article says is text in each: Markdown's and HTML's own characters are escaped, and
a link is only ever a plain web address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.catalogue import line_of
from rag.cli import terminal
from rag.cli.terminal import one_line
from rag.page.conversation import Conversation, Exchange
from rag.page.html import day, outlet, render, safe_url
from rag.records import Citation, Headline, Sentence

TITLE = "A conversation with Byline"
MADE = (
    "Made with Byline. Each sentence was checked against the passage in its footnote; "
    "whether it answers the question is for you to judge."
)

_INLINE = re.compile(r"([\\`*_\[\]<>#|~$&])")
_OPENING = re.compile(r"^(\d*)([-+=.)])")


def plain(conversation: Conversation) -> str:
    """The last answer with its sources as plain text, to paste into a draft; "" if none yet."""
    answer = conversation[-1].answer if conversation else None
    return f"{answer.question}\n\n{terminal.answer_text(answer)}" if answer else ""


def markdown(conversation: Conversation) -> str:
    """The conversation as Markdown, each answer with its sources as footnotes."""
    blocks = [f"# {TITLE}"]
    notes: list[str] = []
    for turn, exchange in _answered(conversation):
        blocks.append(f"## {_escaped(exchange.question)}")
        blocks += _markdown_answer(turn, exchange)
        notes += [_markdown_note(turn, one) for one in exchange.citations]
    return "\n\n".join([*blocks, "---", MADE, *notes]) + "\n"


def page(conversation: Conversation) -> str:
    """The conversation as one HTML file that loads nothing, with footnotes."""
    return render(
        "export",
        title=TITLE,
        made=MADE,
        exchanges=_answered(conversation),
        headline=_headline,
        line_of=line_of,
        source=_source,
    )


def _answered(conversation: Conversation) -> list[tuple[int, Exchange]]:
    return [(at, one) for at, one in enumerate(conversation, start=1) if one.answer is not None]


def _markdown_answer(turn: int, exchange: Exchange) -> list[str]:
    blocks = []
    if exchange.understood:
        blocks.append(f"*Understood as: {_escaped(exchange.understood)}*")
    if exchange.answer is not None and exchange.answer.refusal is not None:
        nearest = [
            f"- {_escaped(terminal.headline_text(one))}" for one in exchange.answer.refusal.nearest
        ]
        return [*blocks, _escaped(exchange.answer.refusal.message), "\n".join(nearest)]
    if exchange.short:
        blocks.append(f"**{_escaped(exchange.short)}**")
    answer = exchange.answer
    if answer is not None and answer.reply:
        blocks.append(_escaped(answer.reply))
    if answer is not None and answer.listed:
        blocks.append("\n".join(f"- {_escaped(line_of(card))}" for card in answer.listed))
    unanswered = answer.unanswered if answer else ()
    return [
        *blocks,
        *(_markdown_sentence(turn, one) for one in exchange.sentences),
        *(_escaped(one.line) for one in unanswered),
    ]


def _markdown_sentence(turn: int, sentence: Sentence) -> str:
    marks = "".join(f"[^{turn}-{number}]" for number in sentence.citations)
    return f"{'> ' if sentence.quoted else ''}{_escaped(sentence.text)}{marks}"


def _markdown_note(turn: int, citation: Citation) -> str:
    link = safe_url(citation.url)
    address = f" <{link}>" if link else ""
    return f"[^{turn}-{citation.number}]: {_escaped(_source(citation))}{address}"


def _escaped(text: str) -> str:
    """A line that is nothing but text to Markdown, wherever a paragraph may stand."""
    return _OPENING.sub(r"\1\\\2", _INLINE.sub(r"\\\1", one_line(text)))


def _source(citation: Citation) -> str:
    """Outlet, day, headline and the words themselves, as far as they are known."""
    known: Sequence[str | None] = (
        outlet(citation.publisher, citation.url),
        day(citation.published),
        citation.title,
    )
    head = ", ".join(one for one in known if one)
    also = f" Also in: {', '.join(citation.also_in)}." if citation.also_in else ""
    return f"{head}: “{citation.quote}”{also}"


def _headline(nearest: Headline) -> str:
    return terminal.headline_text(nearest)
