"""Saved web pages: .html, .htm and .mhtml.

trafilatura tells the story from what stands around it; `index.formats.pagefacts`
reads what the page says of itself. When a page was saved or fetched is no date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.decoding import NoText, decoded
from index.errors import UnreadableSource
from index.formats import markup, mime
from index.formats.articles import article, one_line
from index.formats.document import Document
from index.formats.pagefacts import learn_from_page
from index.lines import Line, web_address
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_ELEMENTS = 50_000
MOST_CHILDREN = 2_000
"""Elements of a page, and inside one other element; what is larger is read more simply."""

_CHARSET = re.compile(rb"""(?:charset\s*=|encoding\s*=)\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_CHARSET_WITHIN = 4096
"""Bytes from the beginning in which a page may name its encoding."""
_SAVED_FROM = re.compile(
    r"<!--[^>]{0,80}?\bsaved\s+(?:from\s+url=\(\d+\)|with\s+SingleFile\s+url:\s*)(https?://[^\s>]+)",
    re.IGNORECASE,
)


def read_page(document: Document) -> Iterator[Article | Problem]:
    """A .html file: the article of one page."""
    data = document.read()
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    try:
        html = decoded(
            data, document.charset or (declared[1].decode("ascii") if declared else None)
        )
    except NoText as error:
        raise UnreadableSource(f"{document.name} {error}") from None
    facts = Facts(doubts=html.doubts)
    saved = _SAVED_FROM.search(html.text[:_CHARSET_WITHIN])
    yield from page(document, html.text, facts, saved[1] if saved else None)


def read_archived_page(document: Document) -> Iterator[Article | Problem]:
    """A .mhtml file, a page saved with its pictures as one letter: the article of that page."""
    whole, *parts = mime.parts(document)
    for part in [whole, *parts]:
        body = mime.content(part) if part.get_content_type() == "text/html" else b""
        if body.strip():
            url = whole.get("Snapshot-Content-Location") or part.get("Content-Location")
            try:
                html = decoded(body, mime.charset(part))
            except NoText as error:
                raise UnreadableSource(f"{document.name}: its page {error}") from None
            facts = Facts(doubts=html.doubts)
            yield from page(document, html.text, facts, one_line(str(url or "")))
            return
    raise UnreadableSource(
        f"{document.name} holds no page. Save the page again, as one file, or as .html."
    )


def page(
    document: Document, html: str, facts: Facts, address: str | None = None
) -> Iterator[Article | Problem]:
    """The article of a page, and what is wrong with it.

    Args:
        document: what the page came in.
        html: the page.
        facts: what is known from outside; it is believed first.
        address: where the page says it was saved from.

    Raises:
        UnreadableSource: no article is on it.
    """
    try:
        tree = markup.parsed(html)
    except ValueError:
        raise UnreadableSource(
            f"{document.name} has more markup than an article has. Save the article alone."
        ) from None
    if tree is None:
        raise document.empty()
    titles = learn_from_page(facts, tree)
    facts.learn("url", web_address(address or ""), "saved from")
    lines = _story(tree)
    while lines and one_line(lines[0].text).casefold() in titles:
        lines = lines[1:]
    if not lines:
        raise UnreadableSource(
            f"{document.name} holds no article that could be found. If a script draws the page, "
            "open it in a browser and save it from there."
        )
    yield from article(document, lines, facts)


def _story(tree: HtmlElement) -> list[Line]:
    """The paragraphs of the story that a page is about."""
    if not is_ordinary(tree):
        return _marked_story(tree)
    import trafilatura

    found = trafilatura.bare_extraction(
        tree, include_comments=False, include_links=True, with_metadata=False
    )
    body = getattr(found, "body", None)
    return markup.paragraphs(body) if body is not None else []


def is_ordinary(tree: HtmlElement) -> bool:
    """Whether a page is built as pages are; on others trafilatura takes quadratic time."""
    return not any(
        number > MOST_ELEMENTS or len(element) > MOST_CHILDREN
        for number, element in enumerate(tree.iter())
    )


def _marked_story(tree: HtmlElement) -> list[Line]:
    """The paragraphs of the longest part that is marked as the story, or else of all the page."""
    parts = max((list(tree.iter(*tags)) for tags in (("article",), ("main",), ("body",))), key=bool)
    longest = max(parts, key=lambda part: len(part.text_content()), default=tree)
    for element in list(longest.iter("nav", "aside", "footer", "form")):
        if element is not longest:
            element.drop_tree()
    return markup.paragraphs(longest)
