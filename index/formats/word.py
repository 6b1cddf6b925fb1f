"""Word files: .docx.

The text is taken from the file's XML itself, with lxml: python-docx 1.2 leaves out
what stands in tracked insertions and content controls, and newsroom files are
full of both.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.decoding import signature
from index.errors import UnreadableSource
from index.formats.archives import BROKEN, opened
from index.formats.articles import Told, article, language_code, names, one_line
from index.formats.document import LARGEST_FILE, Document
from index.lines import Line
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_DC = "{http://purl.org/dc/elements/1.1/}"
# What is struck out, moved away, or drawn twice for old programs.
_LEFT_OUT = frozenset(
    (
        f"{_W}del",
        f"{_W}moveFrom",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    )
)
_HEADING = re.compile(r"(?:heading ?|berschrift ?|titre ?)([1-6])|(title|titel)", re.IGNORECASE)
# Programs and logins that stand where a name should.
_NO_AUTHOR = re.compile(
    r"python-docx|microsoft|office|user|admin|owner|unknown|libreoffice|windows", re.IGNORECASE
)


def read_word(document: Document) -> Iterator[Article | Problem]:
    """A .docx file: one article.

    The day on which a file was made is no date of publication, and is not used.
    """
    data = document.read()
    if not data:
        raise document.empty()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableSource(
            f"{document.name} is locked with a password or in the old .doc format. "
            "Open it and save it as .docx, without a password."
        )
    if not data.startswith(b"PK"):
        said = signature(data) or "is not a Word file. Open it and save it as .docx."
        raise UnreadableSource(f"{document.name} {said}")
    with io.BytesIO(data) as file:
        try:
            archive = opened(document, file)
            text = _member(archive, "word/document.xml", document)
            properties = _member(archive, "docProps/core.xml", document)
        except BROKEN:
            raise UnreadableSource(
                f"{document.name} is damaged: it is cut off or was changed on the way. "
                "Copy it again, or open and save it in Word."
            ) from None
    if text is None:
        raise UnreadableSource(
            f"{document.name} is not a Word file: it holds no document. "
            "Open it and save it as .docx."
        )
    root = _tree(text.replace(_STRICT, _W[1:-1].encode()))
    if root is None:
        raise UnreadableSource(
            f"{document.name} is damaged: its text is not valid XML. Open and save it in Word."
        )
    lines = unwrap([[line] for line in _paragraphs(root)])
    yield from article(document, lines, Facts(), last=_properties(properties))


def _member(archive: zipfile.ZipFile, name: str, document: Document) -> bytes | None:
    """A part of the file, unpacked; None if there is none."""
    info = next((one for one in archive.infolist() if one.filename == name), None)
    if info is None:
        return None
    with archive.open(info) as part:
        data = part.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise UnreadableSource(
            f"{document.name} unpacks to more than {LARGEST_FILE // 1_000_000} MB of text. "
            "That is no article; leave it out."
        )
    return data


def _tree(data: bytes | None) -> _Element | None:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        return etree.fromstring(data, parser) if data else None
    except (etree.XMLSyntaxError, ValueError):
        return None


def _properties(core: bytes | None) -> Iterator[Told]:
    """What the file says of itself; it is often that of a template, so it is believed last."""
    root = _tree(core)
    if root is None:
        return
    creator = one_line(root.findtext(f"{_DC}creator"))
    yield "title", one_line(root.findtext(f"{_DC}title")), "document properties"
    spoken = language_code(root.findtext(f"{_DC}language"))
    yield "language", spoken, "document properties"
    if " " in creator and not _NO_AUTHOR.search(creator):
        yield "authors", names(creator), "document properties"


def _paragraphs(root: _Element) -> Iterator[Line]:
    """The paragraphs in order; the cells of a table's row make one line, divided by bars."""
    from lxml.etree import iterwalk

    words: list[str] = []
    cells: list[str] = []
    heading, level, rows, skipped = 0, 0, 0, 0
    for event, element in iterwalk(root, events=("start", "end")):
        tag = element.tag
        skipped += (tag in _LEFT_OUT) * (1 if event == "start" else -1)
        if event == "start":
            rows += tag == f"{_W}tr"
            if tag == f"{_W}pStyle":
                heading = _level(element.get(f"{_W}val") or "")
            elif tag in (f"{_W}tab", f"{_W}br", f"{_W}cr") and level:
                words.append(" ")
            elif tag == f"{_W}noBreakHyphen":
                words.append("-")
            elif tag == f"{_W}t" and not skipped:
                words.append(element.text or "")
            level += tag == f"{_W}p"
        elif tag == f"{_W}p":
            level -= 1
            text = " ".join("".join(words).split())
            words.clear()
            if text and rows:
                cells.append(text)
            elif text:
                yield Line(text, heading)
            heading = 0
        elif tag == f"{_W}tr":
            rows -= 1
            if not rows:
                yield from _row(cells)
                cells = []


def _row(cells: list[str]) -> Iterator[Line]:
    """A row of a table of figures is one line; one that only arranges text is its paragraphs."""
    if len(cells) > 1 and max(map(len, cells)) <= 80:
        yield Line(" | ".join(cells))
    else:
        yield from map(Line, cells)


def _level(style: str) -> int:
    match = _HEADING.search(style)
    return (int(match[1]) if match[1] else 1) if match else 0
