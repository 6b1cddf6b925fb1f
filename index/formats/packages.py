"""Office files that are zip archives: their parts, and the paragraphs in the XML of one.

Word, PowerPoint and OpenDocument name their elements differently, but build a text
alike. `Marks` says which element is what; `lines` reads them all.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.decoding import signature
from index.errors import UnreadableSource
from index.formats import archives
from index.formats.document import DAMAGED, LARGEST_FILE, MB, Document
from index.formats.fields import language_code, names, one_line
from index.lines import Line

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_UNPACKED = 4 * LARGEST_FILE  # bytes that all parts of one file that are read may come to
MOST_ELEMENTS = 2_000_000  # elements of one part; a thick book has a quarter of that
LONGEST_CELL = 80  # characters; a row of a table with a longer cell only arranges text

_DC = "{http://purl.org/dc/elements/1.1/}"
# Programs and logins that stand where a name should.
_NO_AUTHOR = re.compile(
    r"python-docx|microsoft|office|user|admin|owner|unknown|libreoffice|windows|calibre|openpyxl",
    re.IGNORECASE,
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
# The elements of Strict Open XML are those of the usual kind under other names.
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")


class Package:
    """The parts of one file, unpacked one at a time and bounded together."""

    def __init__(self, document: Document, kind: str) -> None:
        """Open a file.

        Args:
            document: the file.
            kind: what it should be, with its article: "a Word file".

        Raises:
            UnreadableSource: it is empty, locked, damaged or something else.
        """
        self.document = document
        self._kind = kind
        self._save = f"pen it and save it as {document.suffix}"
        self._left = MOST_UNPACKED
        data = document.read()
        if not data:
            raise document.empty()
        if data.startswith(_OLD_OFFICE):
            raise document.error(
                f"is locked with a password or in an old Office format. O{self._save}, without a "
                "password."
            )
        if not data.startswith(b"PK"):
            raise document.error(signature(data) or f"is not {kind}. O{self._save}.")
        self._archive = archives.opened(document, io.BytesIO(data))
        self._infos = {info.filename: info for info in self._archive.infolist()}
        self.names: Sequence[str] = list(self._infos)

    def count(self, kind: str) -> int:
        """How many parts have names that a pattern fits."""
        return sum(bool(re.fullmatch(kind, name)) for name in self.names)

    def part(self, name: str) -> bytes | None:
        """The bytes of a part; None if there is none.

        Raises:
            UnreadableSource: it is damaged, or unpacks to more than a text has.
        """
        info = self._infos.get(name)
        if info is None:
            return None
        self._check(info)
        try:
            with self._archive.open(info) as part:
                data = part.read(LARGEST_FILE + 1)
        except DAMAGED:
            raise self.document.error(
                "is damaged: it is cut off or was changed on the way. Copy it again, or "
                f"o{self._save}."
            ) from None
        self._left -= len(data)
        if len(data) > LARGEST_FILE or self._left < 0:
            raise self._too_large()
        return data

    def check(self) -> None:
        """Refuse a file whose parts a library will unpack, if they are too large.

        Raises:
            UnreadableSource: they are.
        """
        for info in self._infos.values():
            self._check(info)
        if sum(info.file_size for info in self._infos.values()) > MOST_UNPACKED:
            raise self._too_large()

    def tree(self, name: str) -> _Element | None:
        """The XML of a part; None if there is none.

        Raises:
            UnreadableSource: as for `part`, or because it is no XML or has too many elements.
        """
        data = self.part(name)
        if not data or not data.strip():
            return None
        if data.count(b"<") > 2 * MOST_ELEMENTS:
            raise self._too_large()
        root = xml(_STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/\2", data))
        if root is None:
            raise self.document.error(f"is damaged: its text is not valid XML. O{self._save}.")
        return root

    def extra(self, name: str) -> _Element | None:
        """The same for a part that a text can do without; None too where it cannot be read."""
        try:
            return self.tree(name)
        except UnreadableSource:
            return None

    def missing(self) -> UnreadableSource:
        """The error to raise where the part that holds the text is not there."""
        return self.document.error(f"is not {self._kind}: it holds no document. O{self._save}.")

    def properties(self, name: str = "docProps/core.xml") -> Iterator[tuple[str, object, str]]:
        """What a file says of itself; it is often that of a template, so it is to be believed last.

        The day on which a file was made is no date of publication.
        """
        root = self.extra(name)
        if root is None:
            return
        title, spoken, creator = (
            one_line(root.findtext(f".//{_DC}{name}")) for name in ("title", "language", "creator")
        )
        yield "title", title, "document properties"
        yield "language", language_code(spoken), "document properties"
        if " " in creator and not _NO_AUTHOR.search(creator):
            yield "authors", names(creator), "document properties"

    def unread(self, kinds: Mapping[str, str]) -> list[str]:
        """The doubt where it holds parts that are not read, by patterns of their names."""
        counts = {kind: self.count(names) for kind, names in kinds.items()}
        found = [f"{n} {kind}{'s' * (n > 1)}" for kind, n in counts.items() if n]
        which = "It was" if sum(counts.values()) == 1 else "They were"
        said = f"holds {' and '.join(found)}. {which} not read; open the file and save what is in "
        return [f"{said}there as a file of its own."] if found else []

    def _check(self, info: zipfile.ZipInfo) -> None:
        if info.file_size > LARGEST_FILE:
            raise self._too_large()
        if reason := archives.refused(info):
            raise UnreadableSource(f"{self.document.name}: {one_line(info.filename)} {reason}")

    def _too_large(self) -> UnreadableSource:
        return self.document.error(
            f"unpacks to more than {LARGEST_FILE // MB} MB of text. That is no article; leave it "
            "out."
        )


def xml(data: bytes) -> _Element | None:
    """The root of an XML document; None where it is not valid. No entity is resolved."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


# --- paragraphs --------------------------------------------------------------------------------


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
