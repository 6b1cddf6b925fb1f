"""Saved web pages: .html, .htm and .mhtml.

trafilatura tells the story from what stands around it; `index.formats.pagefacts`
reads what the page says of itself. When a page was saved or fetched is no date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from index.cleaning import Facts
from index.decoding import Decoded
from index.formats import letters, markup, story
from index.formats.articles import article
from index.formats.document import DAMAGED, Document
from index.formats.fields import one_line
from index.formats.pagefacts import learn_from_page
from index.lines import Line, web_address
from index.records import Article, Problem

BEGINNING = 60  # characters of a block that was left out, as a message shows them

_CHARSET = re.compile(rb"""(?:charset\s*=|encoding\s*=)\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_CHARSET_WITHIN = 4096  # bytes from the beginning in which a page may name its encoding
_SAVED_FROM = re.compile(
    r"<!--[^>]{0,80}?\bsaved\s+(?:from\s+url=\(\d+\)|with\s+SingleFile\s+url:\s*)(https?://[^\s>]+)",
    re.IGNORECASE,
)


def read_page(document: Document) -> Iterator[Article | Problem]:
    """A .html file: the article of one page."""
    data = document.read()
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    html = document.decoded(data, declared[1].decode("ascii") if declared else None)
    saved = _SAVED_FROM.search(html.text[:_CHARSET_WITHIN])
    yield from _page(document, html, saved[1] if saved else "")


def read_archived_page(document: Document) -> Iterator[Article | Problem]:
    """A .mhtml file, a page saved with its pictures as one letter: the article of that page."""
    whole = letters.parsed(document.read(), document)
    try:
        parts = list(islice(whole.walk(), letters.MOST_PARTS))
    except DAMAGED:
        raise document.damaged() from None
    for part in parts:
        data = letters.content(part) if part.get_content_type() == "text/html" else b""
        if data.strip():
            url = whole.get("Snapshot-Content-Location") or part.get("Content-Location")
            html = document.decoded(data, letters.charset(part), ": its page ")
            yield from _page(document, html, one_line(str(url or "")))
            return
    raise document.error("holds no page. Save the page again, as one file, or as .html.")


def _page(document: Document, html: Decoded, address: str) -> Iterator[Article | Problem]:
    """The article of a page, and what is wrong with it; `address` is where it was saved from.

    Raises:
        UnreadableSource: no article is on it.
    """
    try:
        tree = markup.parsed(html.text)
    except ValueError:
        said = "has more markup than an article has. Save the article alone."
        raise document.error(said) from None
    if tree is None:
        raise document.empty()
    facts = Facts(doubts=html.doubts)
    notes = learn_from_page(facts, tree)
    facts.learn("url", web_address(address), "saved from")
    found = story.read(tree, notes.titles, paid=notes.paid)
    lines = found.lines
    while lines and one_line(lines[0].text).casefold() in notes.titles:
        lines = lines[1:]
    if not lines:
        said = "holds no article that could be found. If a script draws it, save it from a browser."
        raise document.error(said)
    facts.doubts += _doubts(found, lines, notes.paid)
    last = [("published", notes.only_day, "the page's only time element")]
    yield from article(document, lines, facts, last)


def _doubts(found: story.Story, lines: Sequence[Line], paid: bool) -> Iterator[str]:
    """What a reader should know of how a page was read."""
    if paid or found.walled:
        why = "says that it is not free" if paid else "ends with an offer to read on"
        yield (
            f"{why}: the {sum(len(line.text) for line in lines):,} characters that were read may "
            "be only the beginning. Save the page again from a browser that is logged in."
        )
    if found.kept < story.LEAST_KEPT:
        longest = max(found.left_out, key=len)
        count = len(found.left_out)
        blocks = f"{count} blocks were left out; the {'longer' if count == 2 else 'longest'}"
        blocks = "a block was left out, which" if count == 1 else blocks
        yield (
            f"was not read whole: kept {found.kept:.0%} of the visible text; {blocks} begins "
            f"“{longest[:BEGINNING].rsplit(' ', 1)[0]}…”. Compare `byline show` with the page."
        )
