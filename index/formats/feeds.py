"""Feeds: RSS and Atom, an article for each entry.

No address in a feed is fetched: the user wrote none of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index import cleaning
from index.cleaning import Facts
from index.decoding import signature
from index.formats import markup
from index.formats.articles import one_of_many
from index.formats.document import DAMAGED, MB, Document
from index.formats.fields import learn, one_line
from index.records import Article, Problem

if TYPE_CHECKING:
    from feedparser import FeedParserDict

LARGEST_FEED = 5_000_000
LONGEST_NAME = 100  # characters of an entry's title in a message


def read_feed(document: Document) -> Iterator[Article | Problem]:
    """An .rss, .atom or .xml file: an article for each entry that holds text.

    An entry that holds no more than a summary is read as far as it goes.
    """
    import feedparser

    data = document.read()
    if not data.strip():
        raise document.empty()
    if said := signature(data):
        raise document.error(said)
    if len(data) > LARGEST_FEED:
        raise document.too_many(LARGEST_FEED // MB, "MB")
    # As a stream: feedparser would take a string for an address or a path and open it.
    try:
        feed = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False)
    except DAMAGED:
        raise document.damaged() from None
    if not feed.get("version"):
        raise document.error("is XML, but no RSS or Atom feed, NewsML-G2 or NITF. Leave it out.")
    if not feed.entries:
        raise document.error("is a feed without entries. Leave it out.")
    for entry in feed.entries:
        yield from _entry(document, entry, feed.feed)
    if short := sum(not entry.get("content") for entry in feed.entries):
        yield document.problem(
            f"{document.name}: {short} of {len(feed.entries)} entries hold no more than a summary. "
            "For the whole articles, ingest their addresses.",
            warning=True,
        )


def _entry(
    document: Document, entry: FeedParserDict, feed: FeedParserDict
) -> Iterator[Article | Problem]:
    facts = Facts()
    # Not the day of a change, which is all that some entries give.
    published, updated = dict.get(entry, "published"), dict.get(entry, "updated")
    contents = entry.get("content", ())
    people = [one_line(author.get("name")) for author in entry.get("authors", ())]
    where = "feed entry"
    learn(facts, where, title=one_line(entry.get("title")), url=entry.get("link"))
    learn(facts, where, authors=[name for name in people if name])
    learn(facts, where, authors=one_line(entry.get("author")))
    origin = one_line((entry.get("source") or {}).get("title"))
    learn(facts, "source of the feed entry", publisher=origin)
    learn(facts, "feed title", publisher=one_line(feed.get("title")))
    spoken = (entry.get("language"), entry.get("dc_language"))
    for language in (*spoken, *(part.get("language") for part in contents)):
        learn(facts, where, language=language)
    learn(facts, "feed", language=feed.get("language"))
    learn(facts, where, as_of=updated, published=published)
    called = (facts.title or facts.url or "an entry without a title")[:LONGEST_NAME]
    texts = [*(str(part.get("value", "")) for part in contents), str(entry.get("summary") or "")]
    try:
        body = cleaning.trim(markup.field_paragraphs(max(texts, key=len)), facts, row=True)
    except ValueError:
        yield document.problem(f'{document.name}: "{called}" has more markup than an article has.')
        return
    if not body:
        yield document.problem(f'{document.name}: "{called}" holds no text. Ingest its address.')
        return
    key = one_line(entry.get("id")) or facts.url or facts.title or body[0].text
    yield from one_of_many(document, key, body, facts, f': "{called}"')
