"""Zip archives: of files of any kind, and the packages that office files and books are.

All is read in memory, and nothing in an archive becomes a path: its names only say what
a part is and which format it has. What an archive may unpack to is limited for it and
for all that lie inside it together.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from index.decoding import encoding_of, signature
from index.errors import UnreadableSource
from index.formats.articles import language_code, names, one_line
from index.formats.document import DAMAGED, LARGEST_FILE, MB, Document, Reader, is_litter
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_UNPACKED = 4_000_000_000  # bytes that an archive may unpack to, with the archives inside it
LARGEST_RATIO = 200
"""How many times larger than packed a part may be; text comes to 10, a bomb to 1,000."""
RATIO_FROM = 1_000_000  # bytes; a part that is smaller is harmless, however well it was packed
MOST_MEMBERS = 200_000
LARGEST_DIRECTORY = 40_000_000  # bytes of the list of parts, which is read as a whole
DEEPEST = 3  # archives and letters inside each other
LONGEST_NAME = 200
UNPACK = "Unpack the archive and ingest the folder."
LARGEST_PACKAGE = 4 * LARGEST_FILE  # bytes that all parts of one package that are read may come to
MOST_ELEMENTS = 2_000_000  # elements of one part; a thick book has a quarter of that

_UTF_8 = 0x800  # the flag of a part whose name is in UTF-8
_DC = "{http://purl.org/dc/elements/1.1/}"
# Programs and logins that stand where a name should.
_NO_AUTHOR = re.compile(
    r"python-docx|microsoft|office|user|admin|owner|unknown|libreoffice|windows|calibre|openpyxl",
    re.IGNORECASE,
)
# The elements of Strict Open XML are those of the usual kind under other names.
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")


@dataclass(slots=True)
class Allowance:
    """How many bytes may still be unpacked; one for an archive and all that lie in it."""

    left: int = MOST_UNPACKED


def read_archive(
    document: Document,
    inner: Reader,
    allowance: Allowance,
    wanted: Callable[[str], bool] | None = None,
) -> Iterator[Article | Problem]:
    """A .zip file: what `inner` reads from each of its parts, in the order of their names.

    `wanted` chooses among the parts by their names in small letters.
    """
    # A part of an archive cannot be read from its end, where an archive's list of parts is.
    with io.BytesIO(document.read()) if document.depth else document.open() as file:
        archive = _opened(document, file)
        members = [
            member
            for member in archive.infolist()
            if not _passed_over(member) and (wanted is None or wanted(member.filename.lower()))
        ]
        if not members:
            what = "pages" if wanted else "files that are not hidden"
            raise document.error(f"holds no {what}. Leave it out.")
        members.sort(key=lambda member: member.filename)
        encoding, doubt = _encoding(members)
        if doubt:
            said = f"{document.name}, the names in it: {doubt} If that is right, unpack it so and "
            yield document.problem(f"{said}ingest the folder.", warning=True)
        for member in members[:MOST_MEMBERS]:
            called = member.filename
            if _is_old(member):
                called = _raw(member).decode(encoding, "replace")
            name = one_line(called.replace("\\", "/"))[-LONGEST_NAME:] or "a file without a name"
            source = f"{document.source}#{name}"
            if reason := _refused(member):
                yield Problem(source, f"{document.name}: {name} {reason}")
                continue
            part = partial(_open, archive, member, name, allowance)
            yield from inner(
                Document(name, source, part, member.file_size, depth=document.depth + 1)
            )
        if len(members) > MOST_MEMBERS:
            raise document.too_many(MOST_MEMBERS, "files")


def _opened(document: Document, file: BinaryIO) -> zipfile.ZipFile:
    """A zip archive, its list of parts read.

    Raises:
        UnreadableSource: it is damaged, or its list is too long.
    """
    try:
        if _directory_size(file) > LARGEST_DIRECTORY:
            raise document.too_many(MOST_MEMBERS, "files")
        return zipfile.ZipFile(file)
    except DAMAGED:
        file.seek(0)
        if file.read(2) == b"PK":
            raise document.damaged() from None
        raise document.error(f"is not a zip archive by its contents. {UNPACK}") from None


def _directory_size(file: BinaryIO) -> int:
    """Bytes of the list of parts, as the end of the archive tells; zipfile reads them at once."""
    file.seek(max(0, file.seek(0, io.SEEK_END) - 70_000))
    tail = file.read()
    file.seek(0)
    sizes = [0]
    for mark, kind, place in ((b"PK\x06\x06", "<Q", 40), (b"PK\x05\x06", "<L", 12)):
        if (at := tail.rfind(mark)) >= 0:
            sizes += struct.unpack_from(kind, tail.ljust(at + 56, b"\0"), at + place)
    return max(size for size in sizes if size != 0xFFFFFFFF)


def _passed_over(member: zipfile.ZipInfo) -> bool:
    """Whether a part is a folder, or nothing that somebody put there to be read."""
    if member.filename.endswith("/"):  # is_dir() fails on a part that has no name
        return True
    parts = [part for part in member.filename.replace("\\", "/").split("/") if part.strip(".")]
    return any(map(is_litter, parts))


def _is_old(member: zipfile.ZipInfo) -> bool:
    """Whether a name is in an encoding of which the archive does not say that it is UTF-8."""
    return not (member.flag_bits & _UTF_8 or member.filename.isascii())


def _raw(member: zipfile.ZipInfo) -> bytes:
    """The bytes of an old name, which zipfile takes for code page 437 whatever they are."""
    return member.filename.encode("cp437", "replace")


def _encoding(members: Iterable[zipfile.ZipInfo]) -> tuple[str, str]:
    """The encoding of old names, by all of them together, and what is doubtful about it."""
    old = b"\n".join(_raw(member) for member in members if _is_old(member))
    for mark in (b"/", b".", b"-"):  # never part of another sign, in whatever encoding
        old = old.replace(mark, b" ")
    return encoding_of(old) if old else ("cp437", "")


def _refused(member: zipfile.ZipInfo) -> str:
    """Why a part is not unpacked; empty for one that is."""
    if member.flag_bits & 0x1:
        return f"is locked with a password. {UNPACK}"
    if member.file_size > max(RATIO_FROM, LARGEST_RATIO * member.compress_size):
        said = f"unpacks to {LARGEST_RATIO} times its size, as a zip bomb does"
        return f"{said}. If you trust it: {UNPACK}"
    return ""


def _open(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, allowance: Allowance
) -> BinaryIO:
    said = f"{name} is damaged inside its archive, or packed in an unknown way. {UNPACK}"
    damaged = UnreadableSource(said)
    size = MOST_UNPACKED // 1_000_000_000
    too_much = UnreadableSource(f"{name}: its archive unpacks to more than {size} GB. {UNPACK}")
    try:
        part = archive.open(member)
    except DAMAGED:
        raise damaged from None
    return io.BufferedReader(Counted(part, allowance, damaged, too_much))


class Counted(io.RawIOBase):
    """A file while it is unpacked; every byte is counted, whatever its archive declares."""

    def __init__(
        self, file: Any, allowance: Allowance, damaged: Exception, too_much: Exception
    ) -> None:
        """Take what unpacks the file, and the errors to raise."""
        self._file, self._allowance = file, allowance
        self._damaged, self._too_much = damaged, too_much
        self._offset = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes have been read."""
        return self._offset

    def readinto(self, buffer: Any, /) -> int:
        """Read what is whole, before what is damaged is reached."""
        try:
            data = self._file.read1(len(buffer))
        except DAMAGED:
            raise self._damaged from None
        self._allowance.left -= len(data)
        if self._allowance.left < 0:
            raise self._too_much
        self._offset += len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file too."""
        self._file.close()
        super().close()


# --- packages ----------------------------------------------------------------------------------


class Package:
    """The parts of an office file or a book, unpacked one at a time and bounded together."""

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
        self._left = LARGEST_PACKAGE
        self._save = save = f"Open it and save it as {document.suffix}"
        data = document.read()
        if not data:
            raise document.empty()
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            said = "is locked with a password or in an old Office format"
            raise document.error(f"{said}. {save}, without a password.")
        if not data.startswith(b"PK"):
            raise document.error(signature(data) or f"is not {kind}. {save}.")
        self._archive = _opened(document, io.BytesIO(data))
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
        self._check([info])
        try:
            with self._archive.open(info) as part:
                data = part.read(LARGEST_FILE + 1)
        except DAMAGED:
            raise self.document.damaged() from None
        self._left -= len(data)
        if len(data) > LARGEST_FILE or self._left < 0:
            raise self._too_large()
        return data

    def check(self) -> None:
        """Refuse a file whose parts a library will unpack, if they are too large.

        Raises:
            UnreadableSource: they are.
        """
        self._check(self._infos.values())
        if sum(info.file_size for info in self._infos.values()) > LARGEST_PACKAGE:
            raise self._too_large()

    def _check(self, infos: Iterable[zipfile.ZipInfo]) -> None:
        for info in infos:
            if info.file_size > LARGEST_FILE:
                raise self._too_large()
            if reason := _refused(info):
                raise UnreadableSource(f"{self.document.name}: {one_line(info.filename)} {reason}")

    def _too_large(self) -> UnreadableSource:
        size = LARGEST_FILE // MB
        return self.document.error(f"unpacks to more than {size} MB of text. Leave it out.")

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
            raise self.document.damaged()
        return root

    def extra(self, name: str) -> _Element | None:
        """The same for a part that a text can do without; None too where it cannot be read."""
        try:
            return self.tree(name)
        except UnreadableSource:
            return None

    def missing(self) -> UnreadableSource:
        """The error to raise where the part that holds the text is not there."""
        return self.document.error(f"is not {self._kind}: it holds no document. {self._save}.")

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
        counts = {kind: self.count(pattern) for kind, pattern in kinds.items()}
        return not_read({kind: count for kind, count in counts.items() if count})


def not_read(counts: Mapping[str, int]) -> list[str]:
    """The doubt where a document holds other things that were not read, such as charts."""
    found = " and ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in counts.items())
    said = f"holds {found} that Byline does not read. Save what is in there as a file of its own."
    return [said] if counts else []


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
