"""Word files, OpenDocument texts and slides: .docx, .odt, .pptx.

They name their elements differently, but build a text alike: `Marks` says which element is
what, and `lines` reads them all.

The text is taken from the files' XML itself: python-docx 1.2 leaves out what stands in
tracked insertions and content controls, mammoth 1.13 what stands in fields,
right-to-left runs and formulas, and python-pptx the words of diagrams.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.formats.archives import Package
from index.formats.articles import article
from index.formats.document import HIDDEN, Document
from index.lines import Line
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_SLIDES = 5_000
LONGEST_CELL = 80  # characters; a row of a table with a longer cell only arranges text

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_OFFICE, _TEXT, _TABLE, _STYLE, _SVG = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "text", "table", "style", "svg-compatible")
)
_HEADING = re.compile(r"(?:heading ?|berschrift ?|titre ?)([1-6])|(title|titel)", re.IGNORECASE)
_IN_WORD = {
    "chart": r"word/charts/chart\d*\.xml",
    "diagram": r"word/diagrams/data\d*\.xml",
    "embedded file": r"word/(?:embeddings/.+|afchunk.+)",
}
_ON_SLIDES = {"chart": r"ppt/charts/chart\d*\.xml", "embedded file": r"ppt/embeddings/.+"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What the elements of one kind of file are."""

    paragraphs: frozenset[str]
    row: str
    spaces: frozenset[str]
    level: Callable[[_Element], int]  # 1 to 6 for a paragraph that is a heading, else 0
    left_out: Callable[[_Element], bool]
    """Whether an element is no part of the text, with all in it."""
    words: frozenset[str] = frozenset()
    """Elements whose text is the document's words. Where none is named, all are, and words also
    stand behind the elements in a paragraph."""
    joined: Callable[[_Element], bool] = lambda element: False
    """Whether a paragraph goes on in the next one."""
    characters: Mapping[str, str] = field(default_factory=dict)  # elements that are one character


def lines(
    root: _Element,
    marks: Marks,
    notes: Callable[[_Element], Sequence[Line]] = lambda element: (),
) -> Iterator[Line]:
    """The paragraphs of a tree in order.

    The cells of a table's row make one line, divided by bars. What stands inside a
    paragraph and has paragraphs of its own, such as a text box, follows it, and so
    do the `notes` that an element refers to.
    """
    from lxml.etree import iterwalk

    stack: list[tuple[_Element, list[str]]] = []  # the paragraphs and rows that are open
    after: list[Line] = []
    carried: list[str] = []
    skipped = 0
    for event, element in iterwalk(root, events=("start", "end")):
        tag = element.tag
        if marks.left_out(element):
            skipped += 1 if event == "start" else -1
        if event == "start":
            if skipped:
                continue
            if tag in marks.paragraphs:
                stack.append((element, carried))
                carried = []
            elif tag == marks.row:
                stack.append((element, []))
            if stack and stack[-1][0].tag in marks.paragraphs:
                written = " " if tag in marks.spaces else marks.characters.get(tag, "")
                if not written and (not marks.words or tag in marks.words):
                    written = element.text or ""
                stack[-1][1].append(written)
                after.extend(notes(element))
            continue
        if stack and element is stack[-1][0]:
            parts = stack.pop()[1]
            if tag == marks.row:
                found = row_lines(parts)
            elif marks.joined(element):
                carried, found = parts, []
            else:
                text = " ".join("".join(parts).split())
                found = [Line(text, marks.level(element))] if text else []
            if stack and stack[-1][0].tag == marks.row:
                stack[-1][1].extend(line.text for line in found)
            elif stack:
                after.extend(found)
            else:
                yield from (*found, *after)
                after = []
        if not marks.words and not skipped and stack and stack[-1][0].tag in marks.paragraphs:
            stack[-1][1].append(element.tail or "")
    if text := " ".join("".join(carried).split()):
        yield Line(text)


def row_lines(cells: Sequence[str]) -> list[Line]:
    """A row of a table of figures is one line; one that only arranges text is its paragraphs."""
    if len(cells) > 1 and max(map(len, cells)) <= LONGEST_CELL:
        return [Line(" | ".join(cells))]
    return [Line(cell) for cell in cells]


# --- .docx -------------------------------------------------------------------------------------


def read_word(document: Document) -> Iterator[Article | Problem]:
    """A .docx file: one article, each footnote and endnote behind the paragraph that refers to it.

    Comments and what is struck out are not the article's words.
    """
    package = Package(document, "a Word file")
    root = package.tree("word/document.xml")
    if root is None:
        raise package.missing()
    facts = Facts(doubts=package.unread(_IN_WORD))
    notes: dict[str, dict[str | None, list[Line]]] = {}
    for kind in ("footnote", "endnote"):
        part = package.extra(f"word/{kind}s.xml")
        found = part.iter(f"{_W}{kind}") if part is not None else ()
        notes[f"{_W}{kind}Reference"] = {
            note.get(f"{_W}id"): list(lines(note, _WORD)) for note in found
        }
        if part is None and f"word/{kind}s.xml" in package.names:
            facts.doubts.append(f"has {kind}s that cannot be read. Open it and save it in Word.")

    def noted(element: _Element) -> Sequence[Line]:
        return notes.get(element.tag, {}).pop(element.get(f"{_W}id"), ())

    text = unwrap([[line] for line in lines(root, _WORD, noted)])
    if not text and (pictures := package.count(r"word/media/.+")):
        raise document.only_pictures(pictures)
    hidden = sum(len(word.text or "") for word in root.iter(f"{_W}t") if _hidden(word.getparent()))
    if hidden:
        facts.doubts.append(HIDDEN.format(f"text ({hidden:,} characters)"))
    yield from article(document, text, facts, last=package.properties())


def _word_level(paragraph: _Element) -> int:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    match = _HEADING.search(style.get(f"{_W}val") or "") if style is not None else None
    return int(match[1] or 1) if match else 0


def _hidden(element: _Element | None) -> bool:
    """Whether a run of words is set not to be shown."""
    vanish = element.find(f"{_W}rPr/{_W}vanish") if element is not None else None
    return vanish is not None and vanish.get(f"{_W}val") not in ("0", "false", "off")


_WORD = Marks(
    paragraphs=frozenset((f"{_W}p",)),
    row=f"{_W}tr",
    words=frozenset((f"{_W}t", _MATH)),
    spaces=frozenset((f"{_W}tab", f"{_W}br", f"{_W}cr")),
    characters={f"{_W}noBreakHyphen": "-"},
    level=_word_level,
    # What is struck out, moved away, drawn twice for old programs, or hidden.
    left_out=lambda element: (
        element.tag in (f"{_W}del", f"{_W}moveFrom", _FALLBACK)
        or (element.tag == f"{_W}r" and _hidden(element))
    ),
    # The end of a paragraph can be struck out.
    joined=lambda paragraph: paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None,
)


# --- .odt --------------------------------------------------------------------------------------


def read_opendocument(document: Document) -> Iterator[Article | Problem]:
    """An .odt file: one article, as of a Word file."""
    package = Package(document, "an OpenDocument text")
    root = package.tree("content.xml")
    body = root.find(f"{_OFFICE}body/{_OFFICE}text") if root is not None else None
    if root is None or body is None:
        if root is not None and b"encryption-data" in (
            package.part("META-INF/manifest.xml") or b""
        ):
            raise document.error("is locked with a password. Save it without one.")
        raise package.missing()
    styles = root.iter(f"{_STYLE}style")
    titles = {
        style.get(f"{_STYLE}name")
        for style in styles
        if style.get(f"{_STYLE}parent-style-name") == "Title"
    }

    def level(paragraph: _Element) -> int:
        if paragraph.tag == f"{_TEXT}h":
            outline = paragraph.get(f"{_TEXT}outline-level") or "1"
            return int(outline) if re.fullmatch("[1-6]", outline) else 6
        return int(paragraph.get(f"{_TEXT}style-name") in titles | {"Title"})

    # Comments, what is struck out, the marks of notes, and what describes a picture.
    left_out = (
        f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}note-citation",
        f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph", f"{_SVG}title", f"{_SVG}desc",
    )  # fmt: skip
    marks = Marks(
        paragraphs=frozenset((f"{_TEXT}p", f"{_TEXT}h")),
        row=f"{_TABLE}table-row",
        spaces=frozenset((f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break")),
        level=level,
        left_out=lambda element: element.tag in left_out,
    )
    found = unwrap([[line] for line in lines(body, marks)])
    if not found and (pictures := package.count(r"Pictures/.+")):
        raise document.only_pictures(pictures)
    facts = Facts(doubts=package.unread({"embedded object": r"Object \d+/content\.xml"}))
    yield from article(document, found, facts, last=package.properties("meta.xml"))


# --- .pptx -------------------------------------------------------------------------------------


def read_slides(document: Document) -> Iterator[Article | Problem]:
    """A .pptx file: one article of all slides in order, each with its speaker's notes."""
    package = Package(document, "a file of slides")
    slides = _slides(package)
    if not slides:
        raise package.missing()
    if len(slides) > MOST_SLIDES:
        raise document.too_many(MOST_SLIDES, "slides")
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
    doubts = package.unread(_ON_SLIDES)
    for numbers, said in (
        (damaged, "has slides that cannot be read ({}). Open it and save it as .pptx."),
        (hidden, HIDDEN.format("slides ({})")),
        (
            silent if pictures else [],
            "has slides without text ({}), but pictures. Run OCR.",
        ),
    ):
        more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
        where = f"slide {', '.join(map(str, numbers[:10]))}{more} of {len(slides)}"
        doubts += [said.format(where)] if numbers else []
    text = unwrap([[line] for line in found])
    yield from article(document, text, Facts(doubts=doubts), last=package.properties())


def _slides(package: Package) -> list[str]:
    """The names of the slides in the order in which they are shown."""
    numbered = [re.fullmatch(r"ppt/slides/slide(\d+)\.xml", name) for name in package.names]
    there = [match[0] for match in sorted(filter(None, numbered), key=lambda match: int(match[1]))]
    root = package.extra("ppt/presentation.xml")
    ids = [] if root is None else [slide.get(f"{_R}id") for slide in root.iter(f"{_P}sldId")]
    related = _related(package, "ppt/presentation.xml")
    shown = dict.fromkeys(related[key][1] for key in ids if key in related)
    return [name for name in shown if name in set(there)] or there


def _related(package: Package, name: str) -> dict[str | None, tuple[str, str]]:
    """The kinds and names of the parts that a part refers to, by their ids."""
    folder, base = posixpath.split(name)
    root = package.extra(f"{folder}/_rels/{base}.rels")
    return {
        relation.get("Id"): (
            relation.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in (root if root is not None else ())
        if relation.get("TargetMode") != "External"
    }


def _words(package: Package, name: str, root: _Element) -> list[Line]:
    """The paragraphs of a slide, of its diagrams, and of what its speaker has noted."""
    found = list(lines(root, _SLIDE))
    for kind, target in _related(package, name).values():
        part = package.extra(target) if kind in ("diagramData", "notesSlide") else None
        found += lines(part, _SLIDE) if part is not None else ()
    return found


def _place(shape: _Element) -> str:
    """What a shape of a slide is for; empty for one of its own."""
    place = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return place.get("type", "") if place is not None else ""


def _slide_level(paragraph: _Element) -> int:
    shape = next(paragraph.iterancestors(f"{_P}sp"), None)
    return int(shape is not None and _place(shape) in ("title", "ctrTitle"))


_SLIDE = Marks(
    paragraphs=frozenset((f"{_A}p",)),
    row=f"{_A}tr",
    words=frozenset((f"{_A}t",)),
    spaces=frozenset((f"{_A}br", f"{_A}tab")),
    level=_slide_level,
    # What stands on every slide.
    left_out=lambda element: (
        element.tag == f"{_P}sp" and _place(element) in ("sldNum", "ftr", "dt", "hdr", "sldImg")
    ),
)
