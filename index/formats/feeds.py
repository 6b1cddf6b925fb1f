"""XML: feeds (RSS and Atom), and stories of news agencies.

Stories come as NewsML-G2, which carries XHTML, NITF or plain text, or as NITF alone. No
address in a feed is fetched: the user wrote none of them.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index import cleaning
from index.cleaning import Facts
from index.decoding import signature
from index.formats import markup
from index.formats.archives import xml
from index.formats.articles import learn, one_line, one_of_many
from index.formats.document import DAMAGED, LARGEST_FILE, MB, Document
from index.lines import Line
from index.paragraphs import plain_paragraphs
from index.records import Article, Problem

if TYPE_CHECKING:
    from feedparser import FeedParserDict
    from lxml.etree import _Element

LARGEST_FEED = 5_000_000
LONGEST_NAME = 100  # characters of an entry's title in a message
BEGINNING = 64_000  # bytes in which a file's first element stands

_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?(url|sitemap)[\s>]")
# The elements of NITF as the ones of HTML that mean the same; pictures go.
_AS_HTML = {"hl1": "h1", "hl2": "h2", "block": "div", "bq": "blockquote", "media": "object"}
_BODIES = ("body.content", "body", "inlineXML", "inlineData")
_WITHDRAWN = re.compile(r"(?:^|:)(?:cancell?ed|withheld)$", re.IGNORECASE)
# What NewsML-G2 and NITF say around a story, the surest first: a fact, where it stands, and what a
# message calls that. After "@" comes the name of an attribute.
_NEWSML = (
    ("title", "contentMeta/headline", "NewsML-G2 headline"),
    ("as_of", "itemMeta/versionCreated", "NewsML-G2 version"),
    ("published", "itemMeta/firstCreated", "NewsML-G2 first version"),
    ("published", "contentMeta/contentCreated", "NewsML-G2 first version"),
    ("authors", "contentMeta/by", "NewsML-G2 byline"),
    ("publisher", "contentMeta/infoSource/name", "NewsML-G2 source"),
    ("publisher", "contentMeta/creditline", "NewsML-G2 credit"),
    ("publisher", "itemMeta/provider/name", "NewsML-G2 provider"),
    ("language", "contentMeta/language@tag", "NewsML-G2 language"),
)
_NITF = (
    ("title", "body/body.head/hedline/hl1", "NITF headline"),
    ("title", "head/title", "NITF headline"),
    ("published", "head/docdata/date.issue@norm", "NITF date of issue"),
    ("authors", "body/body.head/byline/person", "NITF byline"),
    ("authors", "body/body.head/byline", "NITF byline"),
    ("publisher", "body/body.head/distributor", "NITF distributor"),
    ("url", "head/pubdata@ex-ref", "NITF address"),
)


def read_xml(document: Document) -> Iterator[Article | Problem]:
    """A .xml file, told by its first element: the articles of a feed or of an agency's message."""
    from lxml import etree

    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True)
    # What comes before any damage has been read.
    with document.open() as file, contextlib.suppress(etree.XMLSyntaxError):
        parser.feed(file.read(BEGINNING))
    root = next((_local_name(element.tag) for _, element in parser.read_events()), "")
    if root in ("nitf", "newsMessage", "newsItem"):
        yield from _stories(document, root)
    elif root in ("urlset", "sitemapindex"):
        with document.open() as file:
            kinds = _ROOT.findall(file.read(LARGEST_FILE))
        element, what = (
            (b"url", "addresses") if root == "urlset" else (b"sitemap", "other sitemaps")
        )
        said = f"is a sitemap: a list of {kinds.count(element):,} {what}, no articles"
        raise document.error(f"{said}. Ingest those of its addresses that you want.")
    else:
        yield from read_feed(document)


# --- feeds -------------------------------------------------------------------------------------


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
        said = f"holds no more than a summary of {short} of {len(feed.entries)} articles"
        yield from document.warnings([f"{said}. For the whole ones, ingest their addresses."])


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


# --- news agencies -----------------------------------------------------------------------------


def _stories(document: Document, root_name: str) -> Iterator[Article | Problem]:
    """The stories of an agency's message."""
    from lxml import etree

    data = document.read()
    if len(data) > LARGEST_FEED:
        raise document.too_many(LARGEST_FEED // MB, "MB")
    root = xml(data)
    if root is None:
        raise document.damaged()
    for element in root.iter(etree.Element):
        element.tag = _local_name(element.tag)
    items = [root] if root_name == "nitf" else list(root.iter("newsItem"))
    read = 0
    for item in items:
        if _WITHDRAWN.search(_said(item, "itemMeta/pubStatus@qcode")):
            name = one_line(item.get("guid")) or "a story"
            yield document.problem(f"{document.name}: {name[:200]} was withdrawn by its agency.")
            continue
        facts = Facts()
        if root_name == "nitf":
            body = item.find("body/body.content")
        else:
            _learn(facts, item, _NEWSML)
            if item.get("version") in (None, "1"):
                moment = _said(item, "itemMeta/versionCreated")
                learn(facts, "NewsML-G2 first version", published=moment)
            parts = (item.find(f".//{tag}") for tag in _BODIES)
            body = next((part for part in parts if part is not None), None)
        for story in item.iter("nitf"):
            _learn(facts, story, _NITF)
        if body is not None:  # else it is a picture, or another thing that is only named
            read += 1
            lines = cleaning.trim(_lines(body), facts, row=True)
            if lines:
                key = one_line(item.get("guid")) or facts.title or lines[0].text
                yield from one_of_many(document, key, lines, facts, alone=len(items) == 1)
            else:
                called = facts.title[:200] or "a story"
                yield document.problem(f'{document.name}: "{called}" holds no text. Leave it out.')
    if not read:
        raise document.error("is an agency's message without a story in it. Leave it out.")


def _lines(body: _Element) -> list[Line]:
    """The paragraphs of a story in XHTML, NITF or plain text."""
    if not len(body):
        return plain_paragraphs(body.text or "")
    for element in list(body.iter(*_AS_HTML)):
        element.tag = _AS_HTML[element.tag]
    return markup.paragraphs(body)


def _learn(facts: Facts, story: _Element, places: tuple[tuple[str, str, str], ...]) -> None:
    for name, path, where in places:
        learn(facts, where, **{name: _said(story, path)})


def _said(element: _Element, path: str) -> str:
    """The words of an element, or of its attribute, on one line; empty where there is none."""
    path, _, attribute = path.partition("@")
    found = element.find(path)
    if found is None:
        return ""
    if attribute:
        return one_line(found.get(attribute))
    return markup.field_line("".join(found.itertext()))


def _local_name(tag: str) -> str:
    """The name of an element without its namespace, or a prefix that nothing declares."""
    return re.split("[}:]", tag)[-1]
