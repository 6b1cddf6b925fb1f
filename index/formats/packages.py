"""Office files that are zip archives: their parts, and the paragraphs in the XML of one.

Word, PowerPoint and OpenDocument name their elements differently, but build a text
alike. `Marks` says which element is what; `lines` reads them all.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.decoding import signature
from index.errors import UnreadableSource
from index.formats import archives
from index.formats.articles import Told, language_code, names, one_line
from index.formats.document import LARGEST_FILE, Document
from index.lines import Line

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_UNPACKED = 4 * LARGEST_FILE
"""Bytes that all parts of one file that are read may come to."""
MOST_ELEMENTS = 2_000_000
"""Elements of one part; a thick book has a quarter of that."""
LONGEST_CELL = 80
"""Characters; a row of a table with a longer cell only arranges text."""

_DC = "{http://purl.org/dc/elements/1.1/}"
# Programs and logins that stand where a name should.
_NO_AUTHOR = re.compile(
    r"python-docx|microsoft|office|user|admin|owner|unknown|libreoffice|windows|calibre|openpyxl",
    re.IGNORECASE,
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


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
        self._left = MOST_UNPACKED
        data = document.read()
        save = f"Open it and save it as {document.suffix}"
        if not data:
            raise document.empty()
        if data.startswith(_OLD_OFFICE):
            raise UnreadableSource(
                f"{document.name} is locked with a password or in an old Office format. "
                f"{save}, without a password."
            )
        if not data.startswith(b"PK"):
            said = signature(data) or f"is not {kind}. {save}."
            raise UnreadableSource(f"{document.name} {said}")
        self._archive = archives.opened(document, io.BytesIO(data))
        self._infos = {info.filename: info for info in self._archive.infolist()}

    @property
    def names(self) -> Sequence[str]:
        """The names of all parts."""
        return list(self._infos)

    def count(self, kind: re.Pattern[str]) -> int:
        """How many parts have names of a kind."""
        return sum(map(bool, map(kind.fullmatch, self._infos)))

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
        except archives.BROKEN:
            raise UnreadableSource(
                f"{self.document.name} is damaged: it is cut off or was changed on the way. "
                f"Copy it again, or open it and save it as {self.document.suffix}."
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

    def tree(self, name: str, replaced: tuple[bytes, bytes] = (b"", b"")) -> _Element | None:
        """The XML of a part, with one sequence of bytes replaced; None if there is none.

        Raises:
            UnreadableSource: as for `part`, or because it is no XML or has too many elements.
        """
        data = self.part(name)
        if not data or not data.strip():
            return None
        if data.count(b"<") > 2 * MOST_ELEMENTS:
            raise self._too_large()
        root = xml(data.replace(*replaced) if replaced[0] else data)
        if root is None:
            raise UnreadableSource(
                f"{self.document.name} is damaged: its text is not valid XML. "
                f"Open it and save it as {self.document.suffix}."
            )
        return root

    def extra(self, name: str, replaced: tuple[bytes, bytes] = (b"", b"")) -> _Element | None:
        """The same for a part that a text can do without; None too where it cannot be read."""
        try:
            return self.tree(name, replaced)
        except UnreadableSource:
            return None

    def missing(self) -> UnreadableSource:
        """The error to raise where the part that holds the text is not there."""
        return UnreadableSource(
            f"{self.document.name} is not {self._kind}: it holds no document. "
            f"Open it and save it as {self.document.suffix}."
        )

    def properties(self, name: str = "docProps/core.xml") -> Iterator[Told]:
        """What a file says of itself; it is often that of a template, so it is to be believed last.

        The day on which a file was made is no date of publication.
        """
        root = self.extra(name)
        if root is None:
            return
        creator = one_line(root.findtext(f".//{_DC}creator"))
        yield "title", one_line(root.findtext(f".//{_DC}title")), "document properties"
        spoken = language_code(root.findtext(f".//{_DC}language"))
        yield "language", spoken, "document properties"
        if " " in creator and not _NO_AUTHOR.search(creator):
            yield "authors", names(creator), "document properties"

    def _check(self, info: zipfile.ZipInfo) -> None:
        if info.file_size > LARGEST_FILE:
            raise self._too_large()
        if reason := archives.refused(info):
            raise UnreadableSource(f"{self.document.name}: {one_line(info.filename)} {reason}")

    def _too_large(self) -> UnreadableSource:
        return UnreadableSource(
            f"{self.document.name} unpacks to more than {LARGEST_FILE // 1_000_000} MB of text. "
            "That is no article; leave it out."
        )


def only_pictures(document: Document, number: int) -> UnreadableSource:
    """The error to raise where a file holds pictures and no text."""
    return UnreadableSource(
        f"{document.name} holds no text, only pictures ({number}). Run OCR on them and ingest the "
        "text."
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


def unread(package: Package, kinds: Mapping[str, re.Pattern[str]]) -> list[str]:
    """The doubts about a file that holds parts of these kinds, which are not read."""
    counts = {kind: package.count(names) for kind, names in kinds.items()}
    found = [f"{n} {kind}{'s' * (n > 1)}" for kind, n in counts.items() if n]
    if not found:
        return []
    which = "It was" if sum(counts.values()) == 1 else "They were"
    return [
        f"holds {' and '.join(found)}. {which} not read; open the file and save what is in "
        "there as a file of its own."
    ]


# --- paragraphs --------------------------------------------------------------------------------


def _never(element: _Element) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Marks:
    """What the elements of one kind of file are."""

    paragraphs: frozenset[str]
    rows: frozenset[str]
    spaces: frozenset[str]
    level: Callable[[_Element], int]
    """1 to 6 for a paragraph that is a heading, else 0."""
    words: frozenset[str] = frozenset()
    """Elements whose text is the document's words; with `mixed`, all are."""
    left_out: Callable[[_Element], bool] = _never
    """Whether an element is no part of the text, with all in it."""
    joined: Callable[[_Element], bool] = _never
    """Whether a paragraph goes on in the next one."""
    mixed: bool = False
    """Whether words also stand behind the elements in a paragraph."""
    characters: tuple[tuple[str, str], ...] = ()
    """Elements that are one character."""


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
    characters = dict(marks.characters)
    for event, element in iterwalk(root, events=("start", "end")):
        tag = element.tag
        if marks.left_out(element):
            skipped += 1 if event == "start" else -1
        if event == "start":
            if skipped:
                continue
            if tag in marks.paragraphs or tag in marks.rows:
                stack.append((element, carried if tag in marks.paragraphs else []))
                carried = carried if tag in marks.rows else []
            if stack and stack[-1][0].tag in marks.paragraphs:
                written = " " if tag in marks.spaces else characters.get(tag, "")
                if not written and (marks.mixed or tag in marks.words):
                    written = element.text or ""
                stack[-1][1].append(written)
                after.extend(notes(element))
            continue
        if stack and element is stack[-1][0]:
            parts = stack.pop()[1]
            if tag in marks.paragraphs:
                text = " ".join("".join(parts).split())
                if marks.joined(element):
                    carried, found = parts, []
                else:
                    found = [Line(text, marks.level(element))] if text else []
            else:
                found = row_lines(parts)
            if stack and stack[-1][0].tag in marks.rows:
                stack[-1][1].extend(line.text for line in found)
            elif stack:
                after.extend(found)
            else:
                yield from found
                yield from after
                after = []
        if marks.mixed and not skipped and stack and stack[-1][0].tag in marks.paragraphs:
            stack[-1][1].append(element.tail or "")
    if text := " ".join("".join(carried).split()):
        yield Line(text)


def row_lines(cells: Sequence[str]) -> list[Line]:
    """A row of a table of figures is one line; one that only arranges text is its paragraphs."""
    if len(cells) > 1 and max(map(len, cells)) <= LONGEST_CELL:
        return [Line(" | ".join(cells))]
    return [Line(cell) for cell in cells]
