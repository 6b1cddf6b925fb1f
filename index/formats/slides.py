"""Slides: .pptx.

The text is taken from the file's XML itself: python-pptx would be 10 MB with what it
needs, and leaves out the words of diagrams.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.errors import UnreadableSource
from index.formats.articles import article
from index.formats.document import Document
from index.formats.packages import Marks, Package, lines, only_pictures, unread
from index.lines import Line
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_SLIDES = 5_000

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT = b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_PICTURE = re.compile(r"ppt/media/.+")
_UNREAD = {
    "chart": re.compile(r"ppt/charts/chart\d*\.xml"),
    "embedded file": re.compile(r"ppt/embeddings/.+"),
}
_REPEATED = ("sldNum", "ftr", "dt", "hdr", "sldImg")
"""Places on a slide whose words stand on every slide."""
_TITLES = ("title", "ctrTitle")


def read_slides(document: Document) -> Iterator[Article | Problem]:
    """A .pptx file: one article of all slides in order, each with its speaker's notes."""
    package = Package(document, "a file of slides")
    slides = _slides(package)
    if not slides:
        raise package.missing()
    if len(slides) > MOST_SLIDES:
        raise UnreadableSource(f"{document.name} has more than {MOST_SLIDES:,} slides. Split it.")
    found: list[Line] = []
    hidden, silent, damaged = [], [], []
    for number, name in enumerate(slides, 1):
        root = package.extra(name, _STRICT)
        if root is None:
            damaged.append(number)
            continue
        if root.get("show") in ("0", "false"):
            hidden.append(number)
            continue
        words = _words(package, name, root)
        found += words
        if not words:
            silent.append(number)
    facts = Facts(doubts=unread(package, _UNREAD))
    pictures = package.count(_PICTURE)
    if damaged:
        facts.doubts.append(
            f"has slides that cannot be read (slide {_listed(damaged)} of {len(slides)}). Open it "
            "and save it as .pptx."
        )
    if hidden:
        facts.doubts.append(
            f"has hidden slides, which were left out (slide {_listed(hidden)} of {len(slides)}). "
            "Show them and save the file if they belong to the article."
        )
    if silent and pictures:
        facts.doubts.append(
            f"has slides without text (slide {_listed(silent)} of {len(slides)}). If they are "
            "pictures of text, run OCR on them and ingest the text."
        )
    if not found and pictures:
        raise only_pictures(document, pictures)
    yield from article(
        document, unwrap([[line] for line in found]), facts, last=package.properties()
    )


def _slides(package: Package) -> list[str]:
    """The names of the slides in the order in which they are shown."""
    numbered = filter(None, map(_SLIDE.fullmatch, package.names))
    there = [match[0] for match in sorted(numbered, key=lambda match: int(match[1]))]
    root = package.extra("ppt/presentation.xml", _STRICT)
    if root is None:
        return there
    related = _related(package, "ppt/presentation.xml")
    ids = [slide.get(f"{_R}id") or "" for slide in root.iter(f"{_P}sldId")]
    shown = dict.fromkeys(related[key][1] for key in ids if key in related)
    known = set(there)
    return [name for name in shown if name in known] or there


def _related(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """The kinds and names of the parts that a part refers to, by their ids."""
    folder, base = posixpath.split(name)
    root = package.extra(f"{folder}/_rels/{base}.rels")
    return {
        one.get("Id", ""): (
            one.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
        )
        for one in (root if root is not None else ())
        if one.get("TargetMode") != "External" and isinstance(one.tag, str)
    }


def _words(package: Package, name: str, root: _Element) -> list[Line]:
    """The paragraphs of a slide, of its diagrams, and of what its speaker has noted."""
    found = list(lines(root, _MARKS))
    for kind, target in _related(package, name).values():
        if kind in ("diagramData", "notesSlide"):
            part = package.extra(target, _STRICT)
            found += lines(part, _MARKS) if part is not None else ()
    return found


def _listed(numbers: list[int]) -> str:
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return ", ".join(map(str, numbers[:10])) + more


def _place(shape: _Element) -> str:
    """What a shape of a slide is for; empty for one of its own."""
    place = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return place.get("type", "") if place is not None else ""


def _left_out(element: _Element) -> bool:
    return element.tag == f"{_P}sp" and _place(element) in _REPEATED


def _level(paragraph: _Element) -> int:
    shape = next(paragraph.iterancestors(f"{_P}sp"), None)
    return int(shape is not None and _place(shape) in _TITLES)


_MARKS = Marks(
    paragraphs=frozenset((f"{_A}p",)),
    rows=frozenset((f"{_A}tr",)),
    words=frozenset((f"{_A}t",)),
    spaces=frozenset((f"{_A}br", f"{_A}tab")),
    level=_level,
    left_out=_left_out,
)
