"""Word files: .docx.

The text is taken from the file's XML itself: python-docx 1.2 leaves out what stands
in tracked insertions and content controls, and mammoth 1.13 what stands in fields,
right-to-left runs and formulas. Newsroom files are full of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.formats.articles import article
from index.formats.document import Document
from index.formats.packages import Marks, Package, lines, only_pictures, unread
from index.lines import Line
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main", _W[1:-1].encode()
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What is struck out, moved away, or drawn twice for old programs.
_LEFT_OUT = frozenset((f"{_W}del", f"{_W}moveFrom", _FALLBACK))
_HEADING = re.compile(r"(?:heading ?|berschrift ?|titre ?)([1-6])|(title|titel)", re.IGNORECASE)
_OFF = ("0", "false", "off")
_UNREAD = {
    "chart": re.compile(r"word/charts/chart\d*\.xml"),
    "diagram": re.compile(r"word/diagrams/data\d*\.xml"),
    "embedded file": re.compile(r"word/(?:embeddings/.+|afchunk.+)"),
}
_PICTURE = re.compile(r"word/media/.+")


def read_word(document: Document) -> Iterator[Article | Problem]:
    """A .docx file: one article, each footnote and endnote behind the paragraph that refers to it.

    Comments and what is struck out are not the article's words.
    """
    package = Package(document, "a Word file")
    root = package.tree("word/document.xml", _STRICT)
    if root is None:
        raise package.missing()
    facts = Facts(doubts=unread(package, _UNREAD))
    notes = {}
    for kind in ("footnote", "endnote"):
        name = f"word/{kind}s.xml"
        part = package.extra(name, _STRICT)
        notes[f"{_W}{kind}Reference"] = _notes(part, kind)
        if part is None and name in package.names:
            facts.doubts.append(f"has {kind}s that cannot be read. Open it and save it in Word.")

    def noted(element: _Element) -> Sequence[Line]:
        return notes.get(element.tag, {}).pop(element.get(f"{_W}id"), ())

    found = unwrap([[line] for line in lines(root, _MARKS, noted)])
    if not found and (pictures := package.count(_PICTURE)):
        raise only_pictures(document, pictures)
    hidden = sum(len(word.text or "") for word in root.iter(f"{_W}t") if _hidden(word.getparent()))
    if hidden:
        facts.doubts.append(
            f"holds hidden text ({hidden:,} characters), which was left out. Show it in Word and "
            "save the file if it belongs to the article."
        )
    yield from article(document, found, facts, last=package.properties())


def _notes(root: _Element | None, kind: str) -> dict[str | None, list[Line]]:
    """The paragraphs of the notes, by their ids."""
    if root is None:
        return {}
    return {note.get(f"{_W}id"): list(lines(note, _MARKS)) for note in root.iter(f"{_W}{kind}")}


def _level(paragraph: _Element) -> int:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    match = _HEADING.search(style.get(f"{_W}val") or "") if style is not None else None
    return (int(match[1]) if match[1] else 1) if match else 0


def _left_out(element: _Element) -> bool:
    return element.tag in _LEFT_OUT or _hidden(element)


def _hidden(element: _Element | None) -> bool:
    """Whether a run of words is set not to be shown."""
    if element is None or element.tag != f"{_W}r":
        return False
    vanish = element.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val") not in _OFF


def _joined(paragraph: _Element) -> bool:
    """Whether the end of a paragraph is struck out."""
    return paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None


_MARKS = Marks(
    paragraphs=frozenset((f"{_W}p",)),
    rows=frozenset((f"{_W}tr",)),
    words=frozenset((f"{_W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t")),
    spaces=frozenset((f"{_W}tab", f"{_W}br", f"{_W}cr")),
    characters=((f"{_W}noBreakHyphen", "-"),),
    level=_level,
    left_out=_left_out,
    joined=_joined,
)
