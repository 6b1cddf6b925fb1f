"""The panel beside the conversation: what an answer rests on, and what else was found.

Pure functions of the records and of the articles' text, as HTML. One card for each
article that an answer cites, with the outlets that carry the same story; where the
sources differ, both sides next to each other; all of it on a line of time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from urllib.parse import urlsplit

from index.records import Article, Span
from rag.page import timeline
from rag.page.conversation import Conversation, Exchange
from rag.page.inert import corrected, inert, many, safe_url, where
from rag.page.passages import passage
from rag.page.rendering import article_link
from rag.records import Citation, Conflict
from rag.text.words import content, stem, stems

NO_SOURCES = "The passages that an answer rests on appear here, with the quoted words marked."
REFUSED = "No answer was given, so there is nothing to cite."
DIFFER = {
    "number": "The sources give different numbers",
    "date": "The sources give different days",
    "polarity": "One source says so, another denies it",
}
"""What heads a disagreement, by what it is about."""
SHARED = 4
"""Words that question and passage share and that a card names."""

_HEADING = "<h2>Sources</h2>"

FindArticle = Callable[[str], Article | None]


def sources(conversation: Conversation, find: FindArticle) -> str:
    """The panel of sources: the newest answer's cards open, earlier ones folded."""
    asked = list(enumerate(conversation, start=1))
    if not asked:
        return f'{_HEADING}<p class="byline-empty">{NO_SOURCES}</p>'
    turn, newest = asked[-1]
    earlier = [_folded(turn, one, find) for turn, one in reversed(asked[:-1]) if one.citations]
    return _HEADING + _panel(turn, newest, find) + "".join(earlier)


def _panel(turn: int, exchange: Exchange, find: FindArticle) -> str:
    unused = _unused(exchange, find)
    if not exchange.citations:
        refused = exchange.answer is not None and exchange.answer.refused
        return f'<p class="byline-empty">{REFUSED if refused else NO_SOURCES}</p>{unused}'
    differing = "".join(_conflict(one, exchange, turn) for one in exchange.conflicts)
    line = timeline.of_citations(exchange.citations) if exchange.answer else ""
    return differing + line + _cards(turn, exchange, find) + unused


def _folded(turn: int, exchange: Exchange, find: FindArticle) -> str:
    summary = f"<summary>Sources of “{inert(exchange.question)}”</summary>"
    return f'<details class="byline-earlier">{summary}{_cards(turn, exchange, find)}</details>'


def _cards(turn: int, exchange: Exchange, find: FindArticle) -> str:
    by_article = sorted(exchange.citations, key=lambda one: _first(exchange, one.article_id))
    cards = groupby(by_article, key=lambda one: one.article_id)
    return "".join(_card(list(cited), turn, exchange, find) for _, cited in cards)


def _first(exchange: Exchange, article_id: str) -> int:
    return min(one.number for one in exchange.citations if one.article_id == article_id)


def _card(cited: Sequence[Citation], turn: int, exchange: Exchange, find: FindArticle) -> str:
    first = cited[0]
    article = find(first.article_id)
    numbers = "".join(_number(one.number) for one in cited)
    also = list(dict.fromkeys(outlet for one in cited for outlet in one.also_in))
    parts = [
        f"<h3>{numbers} {_title(first)}</h3>",
        f'<p class="byline-where">{where(first.publisher, first.published, first.url)}</p>',
    ]
    if also:
        parts.append(f'<p class="byline-also">Also in: {inert("; ".join(also))}</p>')
    parts += [corrected(first.corrections), _earlier(first.earlier)]
    parts += [_quoted(one, turn, article) for one in cited]
    parts.append(f'<p class="byline-why">{inert(_why(cited, exchange))}</p>')
    parts.append(_address(first.url))
    return f'<article class="byline-source">{"".join(parts)}</article>'


def _earlier(count: int) -> str:
    if not count:
        return ""
    are = "An earlier version of it is" if count == 1 else f"{count} earlier versions of it are"
    return f'<p class="byline-also">{are} kept in the archive.</p>'


def _title(citation: Citation) -> str:
    return article_link(citation.article_id, citation.title)


def _quoted(citation: Citation, turn: int, article: Article | None) -> str:
    shown = where(citation.publisher, citation.published, citation.url)
    number = _number(citation.number)
    page = f", {citation.page}" if citation.page else ""
    tip = f'<span hidden class="byline-tip-where">{shown}</span>'
    words = f'<span hidden class="byline-tip-words">{inert(citation.quote)}</span>'
    inside = f'<a class="byline-mark" href="#source-{turn}-{citation.number}">{number}</a>'
    return (
        f'<blockquote id="source-{turn}-{citation.number}">{tip}{words}'
        f"{_evidence(citation, article)}<p>{inside} "
        f'<a class="byline-mark byline-read" href="#source-{turn}-{citation.number}">'
        f"Read it in the article{inert(page)}</a></p></blockquote>"
    )


def _evidence(citation: Citation, article: Article | None) -> str:
    """The passage in its paragraph; the bare quote if the article has since changed or gone."""
    span = Span(citation.start, citation.end)
    if article is None or not citation.quote or span.of(article.text) != citation.quote:
        return f"<p><mark>{inert(citation.quote)}</mark></p>"
    return passage(article.text, span.start, span.end)


def _why(cited: Sequence[Citation], exchange: Exchange) -> str:
    """In a line: which sentences rest on it, how it ranked, what it shares with the question."""
    numbers = {one.number for one in cited}
    backed = [
        str(at)
        for at, sentence in enumerate(exchange.sentences, start=1)
        if numbers & {*sentence.citations}
    ]
    parts = [f"Backs sentence{'' if len(backed) == 1 else 's'} {_listed(backed)}"] if backed else []
    parts += _rank(cited[0].article_id, exchange)
    shared = _shared(exchange.understood or exchange.question, [one.quote for one in cited])
    if shared:
        parts.append(f"shares {_listed([f'“{word}”' for word in shared])} with the question")
    return f"{'; '.join(parts)}." if parts else ""


def _rank(article_id: str, exchange: Exchange) -> list[str]:
    found = exchange.answer.passages if exchange.answer else ()
    ranks = [at for at, one in enumerate(found, start=1) if one.article_id == article_id]
    return [f"number {ranks[0]} of {many(len(found), 'passage')} found"] if ranks else []


def _shared(question: str, quotes: Sequence[str]) -> list[str]:
    said = {one for quote in quotes for one in stems(quote)}
    return [word for word in content(question) if stem(word) in said][:SHARED]


def _address(url: str | None) -> str:
    link = safe_url(url)
    if link is None:
        return ""
    return (
        f'<p><a href="{inert(link)}" target="_blank" rel="noopener noreferrer">'
        f"Open at {inert(urlsplit(link).hostname or '')}</a></p>"
    )


def _conflict(conflict: Conflict, exchange: Exchange, turn: int) -> str:
    """The sides of a disagreement, each with its value, outlet, day and words."""
    cited = {one.number: one for one in exchange.citations}
    sides = [_side(value, cited[n], turn) for value, n in conflict.sides if n in cited]
    heading = DIFFER.get(conflict.about, "The sources differ")
    columns = f'<div class="byline-sides">{"".join(sides)}</div>'
    return f'<section class="byline-conflict"><h3>{heading}</h3>{columns}</section>'


def _side(value: str, citation: Citation, turn: int) -> str:
    mark = f'<a class="byline-mark" href="#source-{turn}-{citation.number}">'
    return (
        f'<div class="byline-side"><p class="byline-value">{inert(value)} '
        f"{mark}{_number(citation.number)}</a></p>"
        f'<p class="byline-where">{where(citation.publisher, citation.published, citation.url)}</p>'
        f"<blockquote><p><q>{inert(citation.quote)}</q></p></blockquote></div>"
    )


def _unused(exchange: Exchange, find: FindArticle) -> str:
    """The articles that were found and are not cited, folded away."""
    found = exchange.answer.passages if exchange.answer else ()
    cited = {one.article_id for one in exchange.citations}
    ids = [one for one in dict.fromkeys(p.article_id for p in found) if one not in cited]
    articles = [article for one in ids if (article := find(one)) is not None]
    if not articles:
        return ""
    rows = "".join(f"<li>{_named(one)}</li>" for one in articles)
    summary = f"<summary>Found but not used: {many(len(articles), 'article')}</summary>"
    return f'<details class="byline-unused">{summary}<ul>{rows}</ul></details>'


def _named(article: Article) -> str:
    shown = where(article.publisher, article.published, article.url)
    return f"{article_link(article.id, article.title)} <span>{shown}</span>"


def _number(number: int) -> str:
    return inert(f"[{number}]")


def _listed(things: Sequence[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
