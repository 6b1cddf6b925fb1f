"""A conversation to take away: plain text, Markdown or HTML, with footnotes.

Pure functions. Nothing of an article is markup in what they make: Markdown's and
HTML's own characters are escaped, and a link is only ever a plain web address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from rag.cli import terminal
from rag.cli.terminal import one_line
from rag.page.conversation import Conversation, Exchange
from rag.page.inert import day, outlet, safe_url
from rag.records import Citation, Sentence

TITLE = "A conversation with Byline"
MADE = (
    "Made with Byline. Each sentence was checked against the passage in its footnote; "
    "whether it answers the question is for you to judge."
)
STYLE = (
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif}"
    "h1,h2{font-family:system-ui,sans-serif;line-height:1.3}h1{font-size:1.4rem}"
    "h2{font-size:1.15rem;margin-top:2.5rem}blockquote{margin:1rem 0;padding-left:1rem;"
    "border-left:3px solid #888}ol{font-size:.9rem}sup{line-height:0}"
    "@media (prefers-color-scheme:dark){body{background:#16181d;color:#e8e8e8}a{color:#9cc4ff}}"
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
    body = "".join(_html_exchange(turn, one) for turn, one in _answered(conversation))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{TITLE}</h1>{body}<hr><p>{MADE}</p></body></html>"
    )


def _answered(conversation: Conversation) -> list[tuple[int, Exchange]]:
    numbered = enumerate(conversation, start=1)
    return [(turn, one) for turn, one in numbered if one.answer is not None]


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
    unanswered = exchange.answer.unanswered if exchange.answer else ()
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


def _html_exchange(turn: int, exchange: Exchange) -> str:
    assert exchange.answer is not None
    parts = [f"<section><h2>{_text(exchange.question)}</h2>"]
    if exchange.understood:
        parts.append(f"<p><em>Understood as: {_text(exchange.understood)}</em></p>")
    if exchange.answer.refusal is not None:
        rows = [_text(terminal.headline_text(one)) for one in exchange.answer.refusal.nearest]
        nearest = "".join(f"<li>{row}</li>" for row in rows)
        parts.append(f"<p>{_text(exchange.answer.refusal.message)}</p><ul>{nearest}</ul>")
    if exchange.short:
        parts.append(f"<p><strong>{_text(exchange.short)}</strong></p>")
    parts += [_html_sentence(turn, one) for one in exchange.sentences]
    parts += [f"<p>{_text(one.line)}</p>" for one in exchange.answer.unanswered]
    notes = "".join(_html_note(turn, one) for one in exchange.citations)
    return "".join(parts) + (f"<ol>{notes}</ol>" if notes else "") + "</section>"


def _html_sentence(turn: int, sentence: Sentence) -> str:
    tag = "blockquote" if sentence.quoted else "p"
    marks = "".join(
        f'<sup><a href="#note-{turn}-{number}">[{number}]</a></sup>'
        for number in sentence.citations
    )
    return f"<{tag}>{_text(sentence.text)} {marks}</{tag}>"


def _html_note(turn: int, citation: Citation) -> str:
    link = safe_url(citation.url)
    href = _text(link or "")
    address = f' <a href="{href}" rel="noopener noreferrer">{href}</a>' if link else ""
    note = f"note-{turn}-{citation.number}"
    return f'<li id="{note}" value="{citation.number}">{_text(_source(citation))}{address}</li>'


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


def _text(text: str) -> str:
    return html.escape(one_line(text))
