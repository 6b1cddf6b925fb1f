"""OpenDocument texts: .odt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.formats.articles import article
from index.formats.document import Document
from index.formats.packages import Marks, Package, lines
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

_OFFICE, _TEXT, _TABLE, _STYLE, _SVG = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "text", "table", "style", "svg-compatible")
)
# Comments, what is struck out, the marks of notes, and what describes a picture.
_LEFT_OUT = (
    f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}note-citation",
    f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph", f"{_SVG}title", f"{_SVG}desc",
)  # fmt: skip


def read_opendocument(document: Document) -> Iterator[Article | Problem]:
    """An .odt file: one article, each footnote and endnote behind the paragraph that refers to it.

    Comments and what is struck out are not the article's words.
    """
    package = Package(document, "an OpenDocument text")
    root = package.tree("content.xml")
    body = root.find(f"{_OFFICE}body/{_OFFICE}text") if root is not None else None
    if root is None or body is None:
        if root is not None and b"encryption-data" in (
            package.part("META-INF/manifest.xml") or b""
        ):
            raise document.error("is locked with a password. Save it without one.")
        raise package.missing()
    titles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        if style.get(f"{_STYLE}parent-style-name") == "Title"
    }

    def level(paragraph: _Element) -> int:
        if paragraph.tag == f"{_TEXT}h":
            outline = paragraph.get(f"{_TEXT}outline-level") or "1"
            return int(outline) if outline in "123456" and len(outline) == 1 else 6
        return int(paragraph.get(f"{_TEXT}style-name") in titles | {"Title"})

    marks = Marks(
        paragraphs=frozenset((f"{_TEXT}p", f"{_TEXT}h")),
        row=f"{_TABLE}table-row",
        spaces=frozenset((f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break")),
        level=level,
        left_out=lambda element: element.tag in _LEFT_OUT,
    )
    found = unwrap([[line] for line in lines(body, marks)])
    if not found and (pictures := package.count(r"Pictures/.+")):
        raise document.only_pictures(pictures)
    facts = Facts(doubts=package.unread({"embedded object": r"Object \d+/content\.xml"}))
    yield from article(document, found, facts, last=package.properties("meta.xml"))
