"""Feeds: RSS and Atom, an article for each entry.

No address in a feed is fetched: the user wrote none of them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index import cleaning
from index.cleaning import Facts
from index.dates import parse_date, parse_moment
from index.decoding import signature
from index.errors import UnreadableSource
from index.formats import fields
from index.formats.articles import (
    finished,
    language_code,
    learn_time,
    names,
    one_line,
    slug,
    warnings,
)
from index.formats.document import Document
from index.lines import Line, web_address
from index.records import Article, Problem

if TYPE_CHECKING:
    from feedparser import FeedParserDict

LARGEST_FEED = 5_000_000
LONGEST_NAME = 100
"""Characters of an entry's title in a message."""

# What feedparser lets through from the parsers that it tries one after the other.
_BROKEN = (AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read_feed(document: Document) -> Iterator[Article | Problem]:
    """An .rss, .atom or .xml file: an article for each entry that holds text.

    An entry that holds no more than a summary is read as far as it goes.
    """
    import feedparser

    data = document.read()
    if not data.strip():
        raise document.empty()
    if said := signature(data):
        raise UnreadableSource(f"{document.name} {said}")
    if len(data) > LARGEST_FEED:
        raise UnreadableSource(
            f"{document.name} has more than {LARGEST_FEED // 1_000_000} MB. Split it."
        )
    # As a stream: feedparser would take a string for an address or a path and open it.
    try:
        feed = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False)
    except _BROKEN:
        raise UnreadableSource(
            f"{document.name} is damaged: its XML or its encoding is wrong. Save it again as UTF-8."
        ) from None
    if not feed.get("version"):
        raise UnreadableSource(
            f"{document.name} is XML, but no RSS or Atom feed, NewsML-G2 or NITF. Leave it out."
        )
    if not feed.entries:
        raise UnreadableSource(f"{document.name} is a feed without entries. Leave it out.")
    short = 0
    for entry in feed.entries:
        yield from _entry(document, entry, feed.feed)
        short += not entry.get("content")
    if short:
        yield document.problem(
            f"{document.name}: {short} of {len(feed.entries)} entries hold no more than a summary. "
            "For the whole articles, ingest their addresses.",
            warning=True,
        )


def _entry(
    document: Document, entry: FeedParserDict, feed: FeedParserDict
) -> Iterator[Article | Problem]:
    facts = _facts(entry, feed)
    called = (facts.title or facts.url or "an entry without a title")[:LONGEST_NAME]
    try:
        body = cleaning.trim(_lines(entry), facts, row=True)
    except ValueError:
        yield document.problem(f'{document.name}: "{called}" has more markup than an article has.')
        return
    if not body:
        yield document.problem(f'{document.name}: "{called}" holds no text. Ingest its address.')
        return
    key = one_line(entry.get("id")) or facts.url or facts.title or body[0].text
    digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()
    name = f"{slug(facts.title or document.stem)[:48]}-{digest[:8]}"
    made = finished(name, f"{document.source}#{name}", body, facts)
    yield made
    for warning in warnings(made):
        yield Problem(made.source, f'{document.name}: "{called}" {warning}', warning=True)


def _facts(entry: FeedParserDict, feed: FeedParserDict) -> Facts:
    facts = Facts()
    origin = entry.get("source") or {}
    facts.learn("title", fields.line(one_line(entry.get("title"))), "feed entry")
    # Not the day of a change, which is all that some entries give.
    facts.learn("published", parse_date(one_line(dict.get(entry, "published"))), "feed entry")
    facts.learn("url", web_address(one_line(entry.get("link"))), "feed entry")
    people = [one_line(author.get("name")) for author in entry.get("authors", ())]
    facts.learn("authors", tuple(filter(None, people)), "feed entry")
    facts.learn("authors", names(one_line(entry.get("author"))), "feed entry")
    facts.learn("publisher", fields.line(one_line(origin.get("title"))), "source of the feed entry")
    facts.learn("publisher", fields.line(one_line(feed.get("title"))), "feed title")
    contents = [part.get("language") for part in entry.get("content", ())]
    for spoken in (entry.get("language"), entry.get("dc_language"), *contents):
        facts.learn("language", language_code(spoken), "feed entry")
    facts.learn("language", language_code(feed.get("language")), "feed")
    facts.learn("as_of", parse_moment(one_line(dict.get(entry, "updated"))), "feed entry")
    learn_time(facts, dict.get(entry, "published"), "feed entry")
    return facts


def _lines(entry: FeedParserDict) -> list[Line]:
    """The paragraphs of an entry: of its content, or else of its summary."""
    contents = [str(part.get("value", "")) for part in entry.get("content", ())]
    html = max([*contents, str(entry.get("summary") or "")], key=len)
    return fields.paragraphs(html)
