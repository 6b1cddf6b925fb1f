"""An article to read, the list of the archive, and what an upload brought: HTML for the page.

Pure functions of records; every string of an article's goes through `inert`. Links
are found by the page's script as `rag.page.rendering` says.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from index.records import Article, Card, Problem, Progress, Report, Span
from rag.cli.terminal import claims_text
from rag.page import timeline
from rag.page.inert import corrected, day, inert, many, outlet, safe_url, where
from rag.page.passages import whole
from rag.page.rendering import article_link

SHOWN = 50
"""Rows of the list that come at a time."""
NAMED = 30
"""Articles, and files that were skipped, that a report names one by one."""
EMPTY = (
    "<h3>This archive is empty</h3><p>Drop articles into the box on this page (text, Markdown, "
    "web pages, PDF, Word, mail, tables, feeds, zip), or begin with the demo archive.</p>"
)
NONE_PASS = "No article passes these filters."
CHANGED = "The article has changed or gone since it was quoted. It said then:"


def reader(
    article: Article,
    copies: Sequence[Card] = (),
    quoted: Span | None = None,
    words: str = "",
    claimants: Sequence[Card] = (),
) -> str:
    """An article as a whole, the quoted words marked; what was quoted is said if it is not there.

    Args:
        article: what to show.
        copies: the other articles of the same story.
        quoted: where the quoted words stand.
        words: what they are.
        claimants: the other articles that claim its address.
    """
    stands = quoted is not None and quoted.of(article.text) == words
    title = inert(article.title or article.id)
    shown = whole(article.text, quoted if stands else None, article.pages)
    parts = [
        f'<h2 id="byline-reader-title" tabindex="-1">{title}</h2>',
        f'<p class="byline-where">{_known(article)}</p>',
        corrected(article.corrections),
        _also(copies),
        _claimed(claimants),
        _address(article.url),
        _missing(words) if words and not stands else "",
        f'<div class="byline-text">{shown}</div>',
        _removal(article.id),
    ]
    return _shown("".join(parts))


def gone(words: str = "") -> str:
    """What takes the place of an article that is not in the archive any more."""
    title = '<h2 id="byline-reader-title" tabindex="-1">This article has been removed</h2>'
    return _shown(title + (_missing(words) if words else ""))


def listing(cards: Sequence[Card], limit: int, filtered: bool) -> str:
    """The articles as a table, the first `limit` of them."""
    if not cards:
        return f'<p class="byline-empty">{NONE_PASS}</p>' if filtered else EMPTY
    rows = "".join(_row(card) for card in cards[:limit])
    shown = min(limit, len(cards))
    return (
        f'<p class="byline-note">{shown:,} of {many(len(cards), "article")}</p>'
        '<table class="byline-list"><thead><tr><th scope="col">Published</th>'
        '<th scope="col">Headline</th><th scope="col">Outlet</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def picture(cards: Sequence[Card]) -> str:
    """How much an archive holds, in numbers and over time."""
    if not cards:
        return ""
    days = [card.published for card in cards if card.published]
    stories = len({card.origin for card in cards})
    outlets = len({card.publisher for card in cards if card.publisher})
    counts = [many(len(cards), "article"), _stories(stories), many(outlets, "outlet")]
    if len(days) < len(cards):
        counts.append(f"{len(cards) - len(days):,} without a date")
    return f"<p>{' · '.join(counts)}</p>" + timeline.of_archive(days, len(cards) - len(days))


def progress(counts: Mapping[str, int], last: Progress | None) -> str:
    """How far an ingest has come."""
    if last is None:
        return '<p class="byline-status">Reading the files…</p>'
    told = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    name = inert(_short_source(last.source))
    return f'<p class="byline-status">Reading: {told}… <span>{name}</span></p>'


def report(done: Report, stored: Sequence[Progress] = ()) -> str:
    """What an ingest did: what was `stored`, copies, what is doubtful, what was skipped and why."""
    counted = [
        f"{many(done.added, 'article')} added",
        f"{done.updated:,} updated" if done.updated else "",
        f"{done.unchanged:,} known already" if done.unchanged else "",
        f"{len(done.problems):,} skipped" if done.problems else "",
        many(len(done.warnings), "warning") if done.warnings else "",
    ]
    head = f"{', '.join(one for one in counted if one)} in {done.seconds:.1f} s."
    parts = [f'<p class="byline-report">{head}</p>']
    if stored:
        rows = [article_link(one.article_id, _short_source(one.source)) for one in stored]
        parts.append(_folded("To read", rows))
    if done.copies:
        rows = [f"{article_link(one, one)} is a copy of {inert(of)}" for one, of in done.copies]
        parts.append(_folded("Copies of other articles", rows))
    if done.superseded:
        rows = [f"{article_link(old, old)}, by {inert(new)}" for old, new in done.superseded]
        parts.append(_folded("Superseded, so not listed", rows, opened=True))
    if done.problems:
        parts.append(_folded("Skipped", [_problem(one) for one in done.problems], opened=True))
    if done.warnings:
        parts.append(_folded("Warnings", [_problem(one) for one in done.warnings], opened=True))
    return "".join(parts)


def trouble(message: str) -> str:
    """Something that went wrong, in one line for the reader."""
    return f'<p class="byline-problem">{inert(message)}</p>'


def said(message: str) -> str:
    """Something that was done, in one line."""
    return f'<p class="byline-report">{inert(message)}</p>'


def _shown(body: str) -> str:
    # The same article may be opened twice, and only a value that differs opens it again.
    return f'<article class="byline-reader" data-shown="{secrets.token_hex(4)}">{body}</article>'


def _known(article: Article) -> str:
    authors = f" · {inert(', '.join(article.authors))}" if article.authors else ""
    return where(article.publisher, article.published, article.url) + authors


def _also(copies: Sequence[Card]) -> str:
    if not copies:
        return ""
    named = ", ".join(article_link(one.article_id, one.publisher or one.title) for one in copies)
    return f'<p class="byline-also">Also in: {named}</p>'


def _claimed(claimants: Sequence[Card]) -> str:
    if not claimants:
        return ""
    links = [article_link(one.article_id, one.title or one.article_id) for one in claimants[:NAMED]]
    more = len(claimants) - NAMED
    links += [f"{more:,} more"] if more > 0 else []
    said = f"{claims_text(len(claimants)).capitalize()}: this one, and {', '.join(links)}"
    return f'<p class="byline-also">{said}</p>'


def _address(url: str | None) -> str:
    link = safe_url(url)
    if link is None:
        return ""
    host = inert(urlsplit(link).hostname or "")
    return (
        f'<p><a href="{inert(link)}" target="_blank" rel="noopener noreferrer">Open at {host}</a>'
        "</p>"
    )


def _missing(words: str) -> str:
    return f'<div class="byline-changed"><p>{CHANGED}</p><p><q>{inert(words)}</q></p></div>'


def _removal(article_id: str) -> str:
    return (
        '<details class="byline-removal"><summary>Remove from the archive…</summary>'
        "<p>Byline will no longer answer from this article. A file of your own that it was read "
        "from stays where it is.</p>"
        f'<button type="button" data-remove="{inert(article_id)}">Yes, remove it</button>'
        "</details>"
    )


def _row(card: Card) -> str:
    copy = ' <span class="byline-copy">copy</span>' if card.origin != card.article_id else ""
    when = (
        f'<time datetime="{card.published.isoformat()}">{day(card.published)}</time>'
        if card.published
        else "unknown"
    )
    return (
        f"<tr><td>{when}</td><td>{article_link(card.article_id, card.title)}{copy}</td>"
        f"<td>{inert(outlet(card.publisher, card.url) or 'unknown')}</td></tr>"
    )


def _stories(count: int) -> str:
    return f"{count:,} {'story' if count == 1 else 'stories'}"


def _folded(heading: str, rows: Sequence[str], opened: bool = False) -> str:
    listed = "".join(f"<li>{row}</li>" for row in rows[:NAMED])
    more = len(rows) - NAMED
    listed += f"<li>and {more:,} more</li>" if more > 0 else ""
    state = " open" if opened else ""
    summary = f"<summary>{heading}: {len(rows):,}</summary>"
    return f"<details{state}>{summary}<ul>{listed}</ul></details>"


def _problem(problem: Problem) -> str:
    return f"<strong>{inert(_short_source(problem.source))}</strong>: {inert(problem.reason)}"


def _short_source(source: str) -> str:
    """The end of a path: the reader knows the file, and need not know the folder."""
    return source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source
