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
from index.formats.articles import article
from index.formats.document import Document
from index.formats.packages import Marks, Package, lines
from index.lines import Line
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_SLIDES = 5_000

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_UNREAD = {"chart": r"ppt/charts/chart\d*\.xml", "embedded file": r"ppt/embeddings/.+"}
_REPEATED = ("sldNum", "ftr", "dt", "hdr", "sldImg")
"""Places on a slide whose words stand on every slide."""


def read_slides(document: Document) -> Iterator[Article | Problem]:
    """A .pptx file: one article of all slides in order, each with its speaker's notes."""
    package = Package(document, "a file of slides")
    slides = _slides(package)
    if not slides:
        raise package.missing()
    if len(slides) > MOST_SLIDES:
        raise document.error(f"has more than {MOST_SLIDES:,} slides. Split it.")
    found: list[Line] = []
    hidden, silent, damaged = [], [], []
    for number, name in enumerate(slides, 1):
        root = package.extra(name)
        if root is None:
            damaged.append(number)
        elif root.get("show") in ("0", "false"):
            hidden.append(number)
        else:
            words = _words(package, name, root)
            found += words
            silent += [] if words else [number]
    pictures = package.count(r"ppt/media/.+")
    if not found and pictures:
        raise document.only_pictures(pictures)

    def doubt(said: str, numbers: list[int], remedy: str) -> list[str]:
        more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
        where = f"slide {', '.join(map(str, numbers[:10]))}{more} of {len(slides)}"
        return [f"has {said.format(where)}. {remedy}"] if numbers else []

    doubts = [
        *package.unread(_UNREAD),
        *doubt("slides that cannot be read ({})", damaged, "Open it and save it as .pptx."),
        *doubt(
            "hidden slides, which were left out ({})",
            hidden,
            "Show them and save the file if they belong to the article.",
        ),
        *doubt(
            "slides without text ({})",
            silent if pictures else [],
            "If they are pictures of text, run OCR on them and ingest the text.",
        ),
    ]
    text = unwrap([[line] for line in found])
    yield from article(document, text, Facts(doubts=doubts), last=package.properties())


def _slides(package: Package) -> list[str]:
    """The names of the slides in the order in which they are shown."""
    numbered = [re.fullmatch(r"ppt/slides/slide(\d+)\.xml", name) for name in package.names]
    ordered = sorted(filter(None, numbered), key=lambda match: int(match[1]))
    there = [match[0] for match in ordered]
    root = package.extra("ppt/presentation.xml")
    if root is None:
        return there
    related = _related(package, "ppt/presentation.xml")
    ids = [slide.get(f"{_R}id") or "" for slide in root.iter(f"{_P}sldId")]
    shown = dict.fromkeys(related[key][1] for key in ids if key in related)
    return [name for name in shown if name in set(there)] or there


def _related(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """The kinds and names of the parts that a part refers to, by their ids."""
    folder, base = posixpath.split(name)
    root = package.extra(f"{folder}/_rels/{base}.rels")
    return {
        relation.get("Id", ""): (
            relation.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in (root if root is not None else ())
        if relation.get("TargetMode") != "External" and isinstance(relation.tag, str)
    }


def _words(package: Package, name: str, root: _Element) -> list[Line]:
    """The paragraphs of a slide, of its diagrams, and of what its speaker has noted."""
    found = list(lines(root, _MARKS))
    for kind, target in _related(package, name).values():
        part = package.extra(target) if kind in ("diagramData", "notesSlide") else None
        found += lines(part, _MARKS) if part is not None else ()
    return found


def _place(shape: _Element) -> str:
    """What a shape of a slide is for; empty for one of its own."""
    place = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return place.get("type", "") if place is not None else ""


def _level(paragraph: _Element) -> int:
    shape = next(paragraph.iterancestors(f"{_P}sp"), None)
    return int(shape is not None and _place(shape) in ("title", "ctrTitle"))


_MARKS = Marks(
    paragraphs=frozenset((f"{_A}p",)),
    row=f"{_A}tr",
    words=frozenset((f"{_A}t",)),
    spaces=frozenset((f"{_A}br", f"{_A}tab")),
    level=_level,
    left_out=lambda element: element.tag == f"{_P}sp" and _place(element) in _REPEATED,
)
