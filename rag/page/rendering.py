"""An answer as a person reads it: HTML for the page, plain text to take away.

Pure functions of the records and of the articles' text. Nothing here knows
Gradio, a model or an index. Every string that comes from an article or from a
reader goes through `inert`, and no other string of theirs is ever emitted.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from index.records import Article, Card, Span
from rag.commands import terminal
from rag.records import Answer, Citation, Event, Headline, Refusal, Sentence, Turn

NO_SOURCES = "The passages that an answer rests on appear here, with the quoted words marked."
REFUSED = "No answer was given, so there is nothing to cite."
BROKEN = "Something went wrong. The terminal that runs Byline shows what; asking again may help."
STOPPED = "Stopped."
WAITING = "Waiting for its turn"
LONGEST_HEADLINE = 150
"""Characters of a headline that an offered question repeats."""
CONTEXT = 600
"""Characters shown of a paragraph on either side of the quoted words."""

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# Controls have no glyph; the directional ones can make a quotation read backwards.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r"\n{2,}")

_HEADING = "<h2>Sources</h2>"

FindArticle = Callable[[str], Article | None]
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation, and as much of its answer as has come."""

    question: str
    since: str | None = None
    until: str | None = None
    status: str = WAITING
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

    def after(self, event: Event) -> Exchange:
        """This exchange once `event` has come."""
        if event.answer is not None:
            done = event.answer
            return replace(
                self,
                answer=done,
                short=done.short,
                sentences=done.sentences,
                citations=done.citations,
                status="",
            )
        if event.kind == "short":
            return replace(self, short=event.text)
        if event.sentence is None:
            return replace(self, status=event.text)
        return replace(
            self,
            sentences=(*self.sentences, event.sentence),
            citations=(*self.citations, *event.citations),
        )

    def ended(self, problem: str) -> Exchange:
        """This exchange, closed for the reason that `problem` gives."""
        return replace(self, problem=problem, status="")


Conversation = tuple[Exchange, ...]


def turns(conversation: Iterable[Exchange]) -> list[Turn]:
    """The answered exchanges, as the history that a follow-up question needs."""
    return [Turn(one.question, one.answer.text) for one in conversation if one.answer is not None]


def inert(text: str) -> str:
    """`text` as one line that is neither HTML, Markdown, TeX nor a template.

    Each ASCII punctuation mark becomes a character reference. A browser shows
    the mark; CommonMark (section 6.2 of 0.31) gives references no syntax.
    """
    one_line = _SPACE.sub(" ", _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text)))
    return _PUNCTUATION.sub(lambda match: f"&#{ord(match.group())};", one_line)


def safe_url(url: str | None) -> str | None:
    """`url` if it is a plain http or https address that a page may link to, else None."""
    if not url or url != url.strip() or _SPACE.search(url) or _UNPRINTABLE.search(url):
        return None
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.username is None
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and named else None


def messages(conversation: Conversation) -> list[Message]:
    """The conversation as a chat component's messages, all text inert."""
    shown: list[Message] = []
    for turn, exchange in enumerate(conversation, start=1):
        shown.append({"role": "user", "content": inert(exchange.question)})
        shown.append({"role": "assistant", "content": reply(exchange, turn)})
    return shown


def reply(exchange: Exchange, turn: int) -> str:
    """One exchange's reply, as a single block of HTML; its marks link to the sources' cards."""
    answer = exchange.answer
    if answer is not None and answer.refusal is not None:
        return f'<div class="byline-refusal">{_refusal(answer.refusal)}{_scope(exchange)}</div>'
    parts = [_understood(answer), _short(exchange.short), _sentences(exchange.sentences, turn)]
    if answer is not None:
        parts += [_scope(exchange), _note(_summary(answer))]
    elif exchange.problem is not None:
        parts.append(f'<p class="byline-problem">{inert(exchange.problem)}</p>')
    else:
        parts.append(f'<p class="byline-status">{inert(_sentence_case(exchange.status))}…</p>')
    return f'<div class="byline-answer">{"".join(parts)}</div>'


def sources(conversation: Conversation, find: FindArticle) -> str:
    """The panel of sources: the newest answer's cards open, earlier ones folded."""
    asked = list(enumerate(conversation, start=1))
    if not asked:
        return f'{_HEADING}<p class="byline-empty">{NO_SOURCES}</p>'
    turn, newest = asked[-1]
    earlier = [_folded(turn, one, find) for turn, one in reversed(asked[:-1]) if one.citations]
    return _HEADING + _cards(turn, newest, find) + "".join(earlier)


def plain(conversation: Conversation) -> str:
    """The last answer with its sources as plain text, to paste into a draft; "" if none yet."""
    answer = conversation[-1].answer if conversation else None
    return f"{answer.question}\n\n{terminal.answer_text(answer)}" if answer else ""


def extent(cards: Sequence[Card]) -> str:
    """How many articles there are and from which days, in a few words."""
    days = sorted(card.published for card in cards if card.published is not None)
    count = f"{len(cards):,} article{'' if len(cards) == 1 else 's'}"
    if not days:
        return f"{count}."
    first, last = _day(days[0]), _day(days[-1])
    return f"{count}, {first}." if first == last else f"{count}, {first} to {last}."


def example_questions(cards: Iterable[Card], limit: int = 3) -> list[str]:
    """Questions about the headlines of the first few stories of an archive."""
    stories = {
        card.origin: terminal.one_line(card.title)[:LONGEST_HEADLINE].rstrip(" .?!")
        for card in cards
    }
    named = [title for title in stories.values() if title]
    return [f"What is said about {title}?" for title in named[:limit]]


def passage(text: str, start: int, end: int) -> str:
    """The paragraphs around ``text[start:end]`` as HTML, the quoted words in ``<mark>``."""
    window = _window(text, start, end)
    rows = []
    for span in _paragraphs(text, window):
        inner = Span(max(span.start, start), min(span.end, end))
        row = _marked(text, span, inner) if inner.start < inner.end else inert(span.of(text))
        rows.append(row)
    rows[0] = ("… " if _cut(text, window.start, -1) else "") + rows[0]
    rows[-1] += " …" if _cut(text, window.end, 1) else ""
    return "".join(f"<p>{row}</p>" for row in rows)


def _marked(text: str, outer: Span, inner: Span) -> str:
    before = inert(text[outer.start : inner.start])
    after = inert(text[inner.end : outer.end])
    return f"{before}<mark>{inert(inner.of(text))}</mark>{after}"


def _window(text: str, start: int, end: int) -> Span:
    """The whole paragraphs that hold the quoted words, or as much as `CONTEXT` allows."""
    before, after = text.rfind("\n\n", 0, start), text.find("\n\n", end)
    first = 0 if before < 0 else before + 2
    last = len(text) if after < 0 else after
    if start - first > CONTEXT:
        first = text.find(" ", start - CONTEXT, start) + 1 or start - CONTEXT
    if last - end > CONTEXT:
        space = text.rfind(" ", end, end + CONTEXT)
        last = end + CONTEXT if space < 0 else space
    return Span(first, last)


def _cut(text: str, at: int, step: int) -> bool:
    """True if the window's edge at `at` falls inside a paragraph."""
    beyond = text[:at].rstrip(" ") if step < 0 else text[at:].lstrip(" ")
    return bool(beyond) and not (beyond.endswith("\n") if step < 0 else beyond.startswith("\n"))


def _paragraphs(text: str, window: Span) -> list[Span]:
    spans, start = [], window.start
    for found in _BREAK.finditer(text, window.start, window.end):
        spans.append(Span(start, found.start()))
        start = found.end()
    return [*spans, Span(start, window.end)]


def _cards(turn: int, exchange: Exchange, find: FindArticle) -> str:
    if exchange.citations:
        return "".join(_card(citation, turn, find) for citation in exchange.citations)
    if exchange.answer is not None and exchange.answer.refused:
        return f'<p class="byline-empty">{REFUSED}</p>'
    return f'<p class="byline-empty">{NO_SOURCES}</p>'


def _folded(turn: int, exchange: Exchange, find: FindArticle) -> str:
    summary = f"<summary>Sources of “{inert(exchange.question)}”</summary>"
    return f'<details class="byline-earlier">{summary}{_cards(turn, exchange, find)}</details>'


def _card(citation: Citation, turn: int, find: FindArticle) -> str:
    link = safe_url(citation.url)
    parts = [
        f"<h3>{_number(citation.number)} {inert(citation.title or citation.article_id)}</h3>",
        f'<p class="byline-where">{_where(citation.publisher, citation.published)}</p>',
        f"<blockquote>{_evidence(citation, find(citation.article_id))}</blockquote>",
    ]
    if citation.also_in:
        parts.append(f'<p class="byline-also">Also in: {inert("; ".join(citation.also_in))}</p>')
    if link is not None:
        parts.append(
            f'<p><a href="{inert(link)}" target="_blank" rel="noopener noreferrer">'
            f"Open at {inert(urlsplit(link).hostname or '')}</a></p>"
        )
    anchor = f"source-{turn}-{citation.number}"
    return f'<article class="byline-source" id="{anchor}">{"".join(parts)}</article>'


def _evidence(citation: Citation, article: Article | None) -> str:
    """The passage in its paragraph; the bare quote if the article has since changed or gone."""
    span = Span(citation.start, citation.end)
    if article is None or not citation.quote or span.of(article.text) != citation.quote:
        return f"<p><mark>{inert(citation.quote)}</mark></p>"
    return passage(article.text, span.start, span.end)


def _sentences(sentences: Sequence[Sentence], turn: int) -> str:
    """Runs of composed sentences as paragraphs; each sentence in an article's words by itself."""
    blocks = []
    for quoted, run in groupby(sentences, key=lambda sentence: sentence.quoted):
        shown = [f"{inert(one.text)} {_marks(one.citations, turn)}" for one in run]
        if quoted:
            blocks += [f"<blockquote>{one}</blockquote>" for one in shown]
        else:
            blocks.append(f"<p>{' '.join(shown)}</p>")
    return "".join(blocks)


def _marks(numbers: Iterable[int], turn: int) -> str:
    return "".join(
        f'<a class="byline-mark" href="#source-{turn}-{number}">{_number(number)}</a>'
        for number in numbers
    )


def _number(number: int) -> str:
    return inert(f"[{number}]")


def _refusal(refusal: Refusal) -> str:
    rows = "".join(f"<li>{_headline(headline)}</li>" for headline in refusal.nearest)
    nearest = f"<p>Nearest headlines in the archive:</p><ul>{rows}</ul>" if rows else ""
    return f"<p>{inert(refusal.message)}</p>{nearest}"


def _headline(headline: Headline) -> str:
    where = _where(headline.publisher, headline.published)
    return f"{inert(headline.title or headline.article_id)} <span>{where}</span>"


def _understood(answer: Answer | None) -> str:
    if answer is None or answer.understood == answer.question:
        return ""
    return _note(f"Understood as: {answer.understood}")


def _short(short: str | None) -> str:
    return f'<p class="byline-short">{inert(short)}</p>' if short else ""


def _scope(exchange: Exchange) -> str:
    """The dates that the reader set, so that a filter left on is never forgotten."""
    bounds = [("since", exchange.since), ("until", exchange.until)]
    said = " ".join(f"{word} {day}" for word, day in bounds if day)
    return _note(f"Only articles published {said} were read.") if said else ""


def _summary(answer: Answer) -> str:
    count = len({citation.article_id for citation in answer.citations})
    drawn = f"From {count} article{'' if count == 1 else 's'}"
    total = answer.seconds.get("total")
    taken = "" if total is None else f" in {total:.1f} s"
    return f"{drawn}{taken}; each sentence was checked against its passage."


def _note(text: str) -> str:
    return f'<p class="byline-note">{inert(text)}</p>'


def _where(publisher: str | None, published: dt.date | None) -> str:
    when = f'<time datetime="{published.isoformat()}">{_day(published)}</time>' if published else ""
    known = [inert(publisher or "Publisher unknown"), when or "Date unknown"]
    return " · ".join(known)


def _day(day: dt.date | None) -> str:
    return f"{day.day} {day:%B} {day.year}" if day else ""


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(" .…")
