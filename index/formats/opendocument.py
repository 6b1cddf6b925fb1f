"""OpenDocument texts: .odt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.errors import UnreadableSource
from index.formats.articles import article
from index.formats.document import Document
from index.formats.packages import Marks, Package, lines, only_pictures, unread
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

_URN = "{urn:oasis:names:tc:opendocument:xmlns:%s}"
_OFFICE, _TEXT, _TABLE = (f"{_URN % name}" for name in ("office:1.0", "text:1.0", "table:1.0"))
_STYLE, _SVG = f"{_URN % 'style:1.0'}", f"{_URN % 'svg-compatible:1.0'}"
_MANIFEST = f"{_URN % 'manifest:1.0'}"
# Comments, what is struck out, the marks of notes, and what describes a picture.
_LEFT_OUT = frozenset(
    (
        f"{_OFFICE}annotation",
        f"{_TEXT}tracked-changes",
        f"{_TEXT}note-citation",
        f"{_TEXT}hidden-text",
        f"{_TEXT}hidden-paragraph",
        f"{_SVG}title",
        f"{_SVG}desc",
    )
)
_UNREAD = {"embedded object": re.compile(r"Object \d+/content\.xml")}
_PICTURE = re.compile(r"Pictures/.+")


def read_opendocument(document: Document) -> Iterator[Article | Problem]:
    """An .odt file: one article, each footnote and endnote behind the paragraph that refers to it.

    Comments and what is struck out are not the article's words.
    """
    package = Package(document, "an OpenDocument text")
    root = package.tree("content.xml")
    if root is None:
        raise package.missing()
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        locked = b"encryption-data" in (package.part("META-INF/manifest.xml") or b"")
        if locked:
            raise UnreadableSource(
                f"{document.name} is locked with a password. Save it without one."
            )
        raise package.missing()
    titles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        if style.get(f"{_STYLE}parent-style-name") == "Title"
    }
    marks = Marks(
        paragraphs=frozenset((f"{_TEXT}p", f"{_TEXT}h")),
        rows=frozenset((f"{_TABLE}table-row",)),
        spaces=frozenset((f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break")),
        level=partial(_level, titles=titles | {"Title"}),
        left_out=lambda element: element.tag in _LEFT_OUT,
        mixed=True,
    )
    found = unwrap([[line] for line in lines(body, marks)])
    if not found and (pictures := package.count(_PICTURE)):
        raise only_pictures(document, pictures)
    facts = Facts(doubts=unread(package, _UNREAD))
    yield from article(document, found, facts, last=package.properties("meta.xml"))


def _level(paragraph: _Element, titles: set[str | None]) -> int:
    if paragraph.tag == f"{_TEXT}h":
        level = paragraph.get(f"{_TEXT}outline-level") or "1"
        return min(6, int(level)) if level in "123456" else 6
    return int(paragraph.get(f"{_TEXT}style-name") in titles)
