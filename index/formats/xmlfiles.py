""".xml files, told apart by their first element: feeds, stories of news agencies, sitemaps.

Stories come as NewsML-G2, which carries XHTML, NITF or plain text, or as NITF alone.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index import cleaning
from index.cleaning import Facts
from index.formats import feeds, markup
from index.formats.archives import xml
from index.formats.articles import finished, one_of_many, slug, warnings
from index.formats.document import LARGEST_FILE, MB, Document
from index.formats.fields import learn, one_line
from index.lines import Line
from index.paragraphs import plain_paragraphs
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

BEGINNING = 64_000  # bytes in which a file's first element stands

# The elements of NITF as the ones of HTML that mean the same; pictures go.
_AS_HTML = {"hl1": "h1", "hl2": "h2", "block": "div", "bq": "blockquote", "media": "object"}
_BODIES = ("body.content", "body", "inlineXML", "inlineData")
_WITHDRAWN = re.compile(r"(?:^|:)(?:cancell?ed|withheld)$", re.IGNORECASE)


def read_xml(document: Document) -> Iterator[Article | Problem]:
    """A .xml file: the articles of a feed or of an agency's message."""
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
            data = file.read(LARGEST_FILE)
        element = b"url" if root == "urlset" else b"sitemap"
        count = len(re.findall(rb"<(?:[\w.-]{1,40}:)?" + element + rb"[\s>]", data))
        what = "addresses" if root == "urlset" else "other sitemaps"
        raise document.error(
            f"is a sitemap: a list of {count:,} {what}, no articles. Ingest those of its addresses "
            "that you want."
        )
    else:
        yield from feeds.read_feed(document)


def _local_name(tag: str) -> str:
    """The name of an element without its namespace, or a prefix that nothing declares."""
    return re.split("[}:]", tag)[-1]


def _stories(document: Document, root_name: str) -> Iterator[Article | Problem]:
    """The stories of an agency's message."""
    from lxml import etree

    data = document.read()
    if len(data) > feeds.LARGEST_FEED:
        raise document.too_many(feeds.LARGEST_FEED // MB, "MB")
    root = xml(data)
    if root is None:
        raise document.damaged()
    for element in root.iter(etree.Element):
        element.tag = _local_name(element.tag)
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
        if body is not None:  # else it is a picture, or another thing that is only named
            read += 1
            yield from _story(document, item, _lines(body), facts, alone=len(items) == 1)
    if not read:
        raise document.error("is an agency's message without a story in it. Leave it out.")


def _story(
    document: Document, item: _Element, lines: list[Line], facts: Facts, *, alone: bool
) -> Iterator[Article | Problem]:
    paragraphs = cleaning.trim(lines, facts, row=True)
    if not paragraphs:
        called = facts.title[:200] or "a story"
        yield document.problem(f'{document.name}: "{called}" holds no text. Leave it out.')
    elif alone:
        made = finished(slug(document.stem), document.source, paragraphs, facts)
        yield made
        yield from document.warnings(warnings(made))
    else:
        key = one_line(item.get("guid")) or facts.title or paragraphs[0].text
        yield from one_of_many(document, key, paragraphs, facts)


def _lines(body: _Element) -> list[Line]:
    """The paragraphs of a story in XHTML, NITF or plain text."""
    if not len(body):
        return plain_paragraphs(body.text or "")
    for element in list(body.iter(*_AS_HTML)):
        element.tag = _AS_HTML[element.tag]
    return markup.paragraphs(body)


def _learn_item(facts: Facts, item: _Element) -> None:
    """What NewsML-G2 says around a story."""
    meta, about = "itemMeta", "contentMeta"
    version = _text(item, f"{meta}/versionCreated")
    first = _text(item, f"{meta}/firstCreated") or _text(item, f"{about}/contentCreated")
    first = first or (version if item.get("version") in (None, "1") else "")
    learn(facts, "NewsML-G2 headline", title=_text(item, f"{about}/headline"))
    learn(facts, "NewsML-G2 version", as_of=version)
    learn(facts, "NewsML-G2 first version", published=first)
    learn(facts, "NewsML-G2 byline", authors=_text(item, f"{about}/by"))
    learn(facts, "NewsML-G2 source", publisher=_text(item, f"{about}/infoSource/name"))
    learn(facts, "NewsML-G2 credit", publisher=_text(item, f"{about}/creditline"))
    learn(facts, "NewsML-G2 provider", publisher=_text(item, f"{meta}/provider/name"))
    learn(facts, "NewsML-G2 language", language=_attribute(item, f"{about}/language", "tag"))


def _learn_nitf(facts: Facts, story: _Element) -> None:
    """What NITF says around a story."""
    head = "body/body.head"
    issued = _attribute(story, "head/docdata/date.issue", "norm")
    title = _text(story, f"{head}/hedline/hl1") or _text(story, "head/title")
    people = _text(story, f"{head}/byline/person") or _text(story, f"{head}/byline")
    learn(facts, "NITF headline", title=title)
    learn(facts, "NITF date of issue", published=issued)
    learn(facts, "NITF byline", authors=people)
    learn(facts, "NITF distributor", publisher=_text(story, f"{head}/distributor"))
    learn(facts, "NITF address", url=_attribute(story, "head/pubdata", "ex-ref"))


def _text(element: _Element, path: str) -> str:
    found = element.find(path)
    return markup.field_line("".join(found.itertext())) if found is not None else ""


def _attribute(element: _Element, path: str, name: str) -> str:
    found = element.find(path)
    return one_line(found.get(name)) if found is not None else ""
