""".xml files, told apart by their first element: feeds, stories of news agencies, sitemaps.

Stories come as NewsML-G2, which carries XHTML, NITF or plain text, or as NITF alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index import cleaning
from index.cleaning import Facts
from index.dates import parse_date, parse_moment
from index.errors import UnreadableSource
from index.formats import feeds, fields, markup
from index.formats.articles import (
    finished,
    language_code,
    learn_time,
    names,
    one_line,
    slug,
    warnings,
)
from index.formats.document import LARGEST_FILE, Document
from index.lines import Line, web_address
from index.paragraphs import plain_paragraphs
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

BEGINNING = 64_000
"""Bytes in which a file's first element stands."""

# The elements of NITF as the ones of HTML that mean the same; pictures go.
_AS_HTML = {"hl1": "h1", "hl2": "h2", "block": "div", "bq": "blockquote", "media": "object"}
_BODIES = ("body.content", "body", "inlineXML", "inlineData")
_WITHDRAWN = re.compile(r"(?:^|:)(?:cancell?ed|withheld)$", re.IGNORECASE)


def read_xml(document: Document) -> Iterator[Article | Problem]:
    """A .xml file: the articles of a feed or of an agency's message."""
    with document.open() as file:
        root = _first_element(file.read(BEGINNING))
    if root in ("urlset", "sitemapindex"):
        raise UnreadableSource(_sitemap(document, root))
    if root in ("nitf", "newsMessage", "newsItem"):
        yield from _stories(document, root)
    else:
        yield from feeds.read_feed(document)


def _first_element(data: bytes) -> str:
    """The name of the first element, without its namespace; empty where there is none."""
    from lxml import etree

    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True)
    with contextlib.suppress(etree.XMLSyntaxError):  # what comes before the damage has been read
        parser.feed(data)
    for _, element in parser.read_events():
        return _local_name(element.tag)
    return ""


def _local_name(tag: str) -> str:
    """The name of an element without its namespace, or a prefix that nothing declares."""
    return re.split("[}:]", tag)[-1]


def _sitemap(document: Document, root: str) -> str:
    """What is said of a sitemap: search engines read them, and no article is in one."""
    with document.open() as file:
        data = file.read(LARGEST_FILE)
    element = b"url" if root == "urlset" else b"sitemap"
    count = len(re.findall(rb"<(?:[\w.-]{1,40}:)?" + element + rb"[\s>]", data))
    what = "addresses" if root == "urlset" else "other sitemaps"
    return (
        f"{document.name} is a sitemap: a list of {count:,} {what}, no articles. Ingest those of "
        "its addresses that you want."
    )


def _stories(document: Document, root_name: str) -> Iterator[Article | Problem]:
    """The stories of an agency's message."""
    root = _tree(document)
    items = [root] if root_name == "nitf" else list(root.iter("newsItem"))
    read = 0
    for item in items:
        if _WITHDRAWN.search(_attribute(item, "itemMeta/pubStatus", "qcode")):
            name = one_line(item.get("guid")) or "a story"
            yield document.problem(f"{document.name}: {name[:200]} was withdrawn by its agency.")
            continue
        facts = Facts()
        if root_name == "nitf":
            body = item.find("body/body.content")
        else:
            _learn_item(facts, item)
            parts = (item.find(f".//{tag}") for tag in _BODIES)
            body = next((part for part in parts if part is not None), None)
        for story in item.iter("nitf"):
            _learn_nitf(facts, story)
        if body is None:
            continue  # a picture, or another thing that is only named
        read += 1
        yield from _story(document, item, body, facts, alone=len(items) == 1)
    if not read:
        raise UnreadableSource(
            f"{document.name} is an agency's message without a story in it. Leave it out."
        )


def _story(
    document: Document, item: _Element, body: _Element, facts: Facts, *, alone: bool
) -> Iterator[Article | Problem]:
    paragraphs = cleaning.trim(_lines(body), facts, row=True)
    if not paragraphs:
        called = facts.title[:200] or "a story"
        yield document.problem(f'{document.name}: "{called}" holds no text. Leave it out.')
        return
    key = one_line(item.get("guid")) or facts.title or paragraphs[0].text
    digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()[:8]
    name = f"{slug(facts.title or document.stem)[:48]}-{digest}"
    source = document.source if alone else f"{document.source}#{name}"
    made = finished(slug(document.stem) if alone else name, source, paragraphs, facts)
    yield made
    for warning in warnings(made):
        yield Problem(made.source, f"{document.name} {warning}", warning=True)


def _tree(document: Document) -> _Element:
    """The document's elements, without their namespaces.

    Raises:
        UnreadableSource: it is no XML, or too large.
    """
    from lxml import etree

    data = document.read()
    if len(data) > feeds.LARGEST_FEED:
        size = feeds.LARGEST_FEED // 1_000_000
        raise UnreadableSource(f"{document.name} has more than {size} MB. Split it.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableSource(
            f"{document.name} is damaged: it is not valid XML. Get it from the agency again."
        ) from None
    for element in root.iter(etree.Element):
        element.tag = _local_name(element.tag)
    return root


def _lines(body: _Element) -> list[Line]:
    """The paragraphs of a story in XHTML, NITF or plain text."""
    if not len(body):
        return plain_paragraphs(body.text or "")
    for element in list(body.iter(*_AS_HTML)):
        element.tag = _AS_HTML[element.tag]
    return markup.paragraphs(body)


def _learn_item(facts: Facts, item: _Element) -> None:
    """What NewsML-G2 says around a story."""

    def text(path: str) -> str:
        found = item.find(path)
        return fields.line("".join(found.itertext())) if found is not None else ""

    first = text("itemMeta/firstCreated") or text("contentMeta/contentCreated")
    version = text("itemMeta/versionCreated")
    created = first or (version if item.get("version") in (None, "1") else "")
    facts.learn("title", text("contentMeta/headline"), "NewsML-G2 headline")
    facts.learn("published", parse_date(created), "NewsML-G2 first version")
    facts.learn("as_of", parse_moment(version), "NewsML-G2 version")
    learn_time(facts, created, "NewsML-G2 first version")
    facts.learn("authors", names(text("contentMeta/by")), "NewsML-G2 byline")
    facts.learn("publisher", text("contentMeta/infoSource/name"), "NewsML-G2 source")
    facts.learn("publisher", text("contentMeta/creditline"), "NewsML-G2 credit")
    facts.learn("publisher", text("itemMeta/provider/name"), "NewsML-G2 provider")
    spoken = language_code(_attribute(item, "contentMeta/language", "tag"))
    facts.learn("language", spoken, "NewsML-G2 language")


def _learn_nitf(facts: Facts, story: _Element) -> None:
    """What NITF says around a story."""

    def text(path: str) -> str:
        found = story.find(path)
        return fields.line("".join(found.itertext())) if found is not None else ""

    issued = _attribute(story, "head/docdata/date.issue", "norm")
    title = text("body/body.head/hedline/hl1") or text("head/title")
    facts.learn("title", title, "NITF headline")
    facts.learn("published", parse_date(issued), "NITF date of issue")
    learn_time(facts, issued, "NITF date of issue")
    people = text("body/body.head/byline/person") or text("body/body.head/byline")
    facts.learn("authors", names(people), "NITF byline")
    facts.learn("publisher", text("body/body.head/distributor"), "NITF distributor")
    facts.learn("url", web_address(_attribute(story, "head/pubdata", "ex-ref")), "NITF address")


def _attribute(element: _Element, path: str, name: str) -> str:
    found = element.find(path)
    return one_line(found.get(name)) if found is not None else ""
