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
from index.formats.packages import Marks, Package, lines
from index.lines import Line
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What is struck out, moved away, or drawn twice for old programs.
_LEFT_OUT = (f"{_W}del", f"{_W}moveFrom", _FALLBACK)
_HEADING = re.compile(r"(?:heading ?|berschrift ?|titre ?)([1-6])|(title|titel)", re.IGNORECASE)
_UNREAD = {
    "chart": r"word/charts/chart\d*\.xml",
    "diagram": r"word/diagrams/data\d*\.xml",
    "embedded file": r"word/(?:embeddings/.+|afchunk.+)",
}


def read_word(document: Document) -> Iterator[Article | Problem]:
    """A .docx file: one article, each footnote and endnote behind the paragraph that refers to it.

    Comments and what is struck out are not the article's words.
    """
    package = Package(document, "a Word file")
    root = package.tree("word/document.xml")
    if root is None:
        raise package.missing()
    facts = Facts(doubts=package.unread(_UNREAD))
    notes: dict[str, dict[str | None, list[Line]]] = {}
    for kind in ("footnote", "endnote"):
        part = package.extra(f"word/{kind}s.xml")
        found = part.iter(f"{_W}{kind}") if part is not None else ()
        notes[f"{_W}{kind}Reference"] = {
            note.get(f"{_W}id"): list(lines(note, _MARKS)) for note in found
        }
        if part is None and f"word/{kind}s.xml" in package.names:
            facts.doubts.append(f"has {kind}s that cannot be read. Open it and save it in Word.")

    def noted(element: _Element) -> Sequence[Line]:
        return notes.get(element.tag, {}).pop(element.get(f"{_W}id"), ())

    text = unwrap([[line] for line in lines(root, _MARKS, noted)])
    if not text and (pictures := package.count(r"word/media/.+")):
        raise document.only_pictures(pictures)
    hidden = sum(len(word.text or "") for word in root.iter(f"{_W}t") if _hidden(word.getparent()))
    if hidden:
        facts.doubts.append(
            f"holds hidden text ({hidden:,} characters), which was left out. Show it in Word and "
            "save the file if it belongs to the article."
        )
    yield from article(document, text, facts, last=package.properties())


def _level(paragraph: _Element) -> int:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    match = _HEADING.search(style.get(f"{_W}val") or "") if style is not None else None
    return int(match[1] or 1) if match else 0


def _hidden(element: _Element | None) -> bool:
    """Whether a run of words is set not to be shown."""
    if element is None or element.tag != f"{_W}r":
        return False
    vanish = element.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val") not in ("0", "false", "off")


_MARKS = Marks(
    paragraphs=frozenset((f"{_W}p",)),
    row=f"{_W}tr",
    words=frozenset((f"{_W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t")),
    spaces=frozenset((f"{_W}tab", f"{_W}br", f"{_W}cr")),
    characters={f"{_W}noBreakHyphen": "-"},
    level=_level,
    left_out=lambda element: element.tag in _LEFT_OUT or _hidden(element),
    # The end of a paragraph can be struck out.
    joined=lambda paragraph: paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None,
)
