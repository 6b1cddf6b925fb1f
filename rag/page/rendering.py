"""The conversation as a person reads it: HTML for the page.

Pure functions of the records. Nothing here knows Gradio, a model or an index.
Every string that comes from an article or from a reader goes through `inert`, and
no other string of theirs is ever emitted. The page's script finds its way by the
addresses of links alone, because the chat lets no other attribute through:
``#source-2-1`` is citation 1 of the second answer, ``#article-...`` an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote

from index.records import Card
from rag.cli import terminal
from rag.page.conversation import Conversation, Exchange
from rag.page.inert import day, inert, many, where
from rag.page.windows import wider
from rag.records import Answer, Headline, Refusal, RefusalKind, Sentence

BROKEN = "Something went wrong. The terminal that runs Byline shows what; asking again may help."
STOPPED = "Stopped."
LONGEST_HEADLINE = 150
"""Characters of a headline that an offered question repeats."""
REFUSALS: dict[RefusalKind, str] = {
    "off_topic": "Not in this archive",
    "not_stated": "The archive does not say",
    "outside_dates": "Only outside these dates",
}
"""What each kind of refusal is called."""
NEAREST: dict[RefusalKind, str] = {
    "off_topic": "It may be there in other words. The nearest headlines:",
    "not_stated": "The nearest headlines may still help:",
    "outside_dates": "These have it:",
}
"""What leads the headlines that a refusal names."""

_LED = re.compile(r"(?P<lead>[^“”]{1,200}): “(?P<words>.+)”", re.DOTALL)

Message = dict[str, Any]


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
    kind = "answer"
    parts = [_understood(exchange.understood)]
    if answer is not None and answer.refusal is not None:
        kind = "refusal"
        parts += [_refusal(answer.refusal), _again(exchange, answer.refusal), _scope(exchange)]
        parts.append(_left_out(answer))
    else:
        shown, further = exchange.shown()
        parts += [_short(exchange.short), _sentences(shown, turn), _further(further, turn)]
        parts.append(_ending(exchange))
    done = "" if exchange.pending else " byline-done"
    return f'<div class="byline-{kind}{done}">{"".join(parts)}</div>'


def announcement(conversation: Conversation) -> str:
    """What a screen reader says of the newest step: the last sentence, not the whole again."""
    if not conversation:
        return ""
    last = conversation[-1]
    if last.answer is not None:
        if last.answer.refusal is not None:
            return inert(last.answer.refusal.message)
        return inert(f"Answer complete. {_summary(last.answer)}")
    if last.problem is not None:
        return inert(last.problem)
    return inert(last.sentences[-1].marked() if last.sentences else last.status)


def extent(cards: Sequence[Card]) -> str:
    """How many articles there are and from which days, in a few words."""
    days = sorted(card.published for card in cards if card.published is not None)
    count = many(len(cards), "article")
    if not days:
        return f"{count}."
    first, last = day(days[0]), day(days[-1])
    return f"{count}, {first}." if first == last else f"{count}, {first} to {last}."


def example_questions(cards: Iterable[Card], limit: int = 3) -> list[str]:
    """Questions about the headlines of the first few stories of an archive."""
    stories = {
        card.origin: terminal.one_line(card.title)[:LONGEST_HEADLINE].rstrip(" .?!")
        for card in cards
    }
    named = [title for title in stories.values() if title]
    return [f"What is said about {title}?" for title in named[:limit]]


def article_link(article_id: str, title: str) -> str:
    """A headline that opens its article."""
    address = inert(f"#article-{quote(article_id, safe='')}")
    return f'<a class="byline-open" href="{address}">{inert(title or article_id)}</a>'


def _sentences(sentences: Sequence[Sentence], turn: int) -> str:
    """Runs of composed sentences as paragraphs; each sentence in an article's words by itself."""
    blocks = []
    for quoted, run in groupby(sentences, key=lambda sentence: sentence.quoted):
        if quoted:
            blocks += [_quotation(one, turn) for one in run]
        else:
            shown = [f"{inert(one.text)} {_marks(one.citations, turn)}" for one in run]
            blocks.append(f"<p>{' '.join(shown)}</p>")
    return "".join(blocks)


def _quotation(sentence: Sentence, turn: int) -> str:
    """An article's own words, under the outlet and day that lead them where they are known."""
    led = _LED.fullmatch(sentence.text)
    lead = f'<p class="byline-by">{inert(led["lead"])}</p>' if led else ""
    words = f"“{led['words']}”" if led else sentence.text
    marks = _marks(sentence.citations, turn)
    return f"<blockquote>{lead}<p>{inert(words)} {marks}</p></blockquote>"


def _further(sentences: Sequence[Sentence], turn: int) -> str:
    if not sentences:
        return ""
    summary = f"{many(len(sentences), 'more sentence')} from other sources"
    shown = _sentences(sentences, turn)
    return f'<details class="byline-further"><summary>{summary}</summary>{shown}</details>'


def _marks(numbers: Iterable[int], turn: int) -> str:
    return "".join(
        f'<a class="byline-mark" href="#source-{turn}-{number}">{inert(f"[{number}]")}</a>'
        for number in numbers
    )


def _ending(exchange: Exchange) -> str:
    """What stands below the sentences: how it went, or what is being done."""
    if exchange.answer is not None:
        answer = exchange.answer
        lacking = "".join(
            f'<p class="byline-unanswered">{inert(one.line)}</p>' for one in answer.unanswered
        )
        return lacking + _scope(exchange) + _left_out(answer) + _note(_summary(answer))
    if exchange.problem is not None:
        return f'<p class="byline-problem">{inert(exchange.problem)}</p>'
    return f'<p class="byline-status">{inert(_sentence_case(exchange.status))}…</p>'


def _refusal(refusal: Refusal) -> str:
    rows = "".join(f"<li>{_headline(headline)}</li>" for headline in refusal.nearest)
    nearest = f"<p>{NEAREST[refusal.kind]}</p><ul>{rows}</ul>" if rows else ""
    heading = f'<p class="byline-kind">{REFUSALS[refusal.kind]}</p>'
    return f"{heading}<p>{inert(refusal.message)}</p>{nearest}"


def _again(exchange: Exchange, refusal: Refusal) -> str:
    """Where the reader's dates stand in the way: links that ask again without them."""
    if refusal.kind != "outside_dates" or not (exchange.since or exchange.until):
        return ""
    window = wider(exchange.since, exchange.until, [one.published for one in refusal.nearest])
    links = ['<a class="byline-again" href="#ask-dateless">Ask again without dates</a>']
    if window:
        since, until = window
        words = f"Ask again for {day(since) or 'any day'} to {day(until) or 'today'}"
        links.insert(0, f'<a class="byline-again" href="#ask-wider">{inert(words)}</a>')
    return f"<p>{' '.join(links)}</p>"


def _headline(headline: Headline) -> str:
    shown = where(headline.publisher, headline.published)
    return f"{article_link(headline.article_id, headline.title)} <span>{shown}</span>"


def _understood(understood: str | None) -> str:
    return _note(f"Understood as: {understood}") if understood else ""


def _short(short: str | None) -> str:
    return f'<p class="byline-short">{inert(short)}</p>' if short else ""


def _scope(exchange: Exchange) -> str:
    """The dates that the reader set, so that a filter left on is never forgotten."""
    bounds = [("since", exchange.since), ("until", exchange.until)]
    said = " ".join(f"{word} {given}" for word, given in bounds if given)
    return _note(f"Only articles published {said} were read.") if said else ""


def _left_out(answer: Answer) -> str:
    """The articles that nothing was taken from, and why."""
    if not answer.set_aside:
        return ""
    rows = "".join(f"<li>{_headline(one)}</li>" for one in answer.set_aside)
    return f'<div class="byline-aside"><p>{inert(answer.left_out)}</p><ul>{rows}</ul></div>'


def _summary(answer: Answer) -> str:
    count = len({citation.article_id for citation in answer.citations})
    total = answer.seconds.get("total")
    taken = "" if total is None else f" in {total:.1f} s"
    drawn = f"From {many(count, 'article')}{taken}"
    return f"{drawn}; each sentence was checked against its passage."


def _note(text: str) -> str:
    return f'<p class="byline-note">{inert(text)}</p>'


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(" .…")
