"""Zip archives of everything else, read in memory.

Nothing in an archive becomes a path: its names only say what a part is and which
format it has. What an archive may unpack to is limited for it and for all that
lie inside it together.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from index.decoding import encoding_of
from index.errors import UnreadableSource
from index.formats.document import DAMAGED, Document, Reader, is_litter
from index.formats.fields import one_line
from index.records import Article, Problem

MOST_UNPACKED = 4_000_000_000  # bytes that an archive may unpack to, with the archives inside it
LARGEST_RATIO = 200
"""How many times larger than packed a part may be; text comes to 10, a bomb to 1,000."""
RATIO_FROM = 1_000_000  # bytes; a part that is smaller is harmless, however well it was packed
MOST_MEMBERS = 200_000
LARGEST_DIRECTORY = 40_000_000  # bytes of the list of parts, which is read as a whole
DEEPEST = 3  # archives and letters inside each other
LONGEST_NAME = 200

_UTF_8 = 0x800  # the flag of a part whose name is in UTF-8


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
        archive = opened(document, file)
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
            yield document.problem(
                f"{document.name}, the names in it: {doubt} If that is right, unpack it so and "
                "ingest the folder.",
                warning=True,
            )
        for member in members[:MOST_MEMBERS]:
            called = member.filename
            if _is_old(member):
                called = _raw(member).decode(encoding, "replace")
            name = one_line(called.replace("\\", "/"))[-LONGEST_NAME:] or "a file without a name"
            source = f"{document.source}#{name}"
            if reason := refused(member):
                yield Problem(source, f"{document.name}: {name} {reason}")
                continue
            part = partial(_open, archive, member, name, allowance)
            yield from inner(
                Document(name, source, part, member.file_size, depth=document.depth + 1)
            )
        if len(members) > MOST_MEMBERS:
            raise document.error(f"holds more than {MOST_MEMBERS:,} files. Split it.")


def opened(document: Document, file: BinaryIO) -> zipfile.ZipFile:
    """A zip archive, its list of parts read.

    Raises:
        UnreadableSource: it is damaged, or its list is too long.
    """
    try:
        if _directory_size(file) > LARGEST_DIRECTORY:
            raise document.error("holds too many files. Split it.")
        return zipfile.ZipFile(file)
    except DAMAGED:
        file.seek(0)
        if not file.read(2).startswith(b"PK"):
            raise document.error(
                "is not a zip archive by its contents. Unpack it with the program that made it, "
                "and ingest the folder."
            ) from None
        raise document.error(
            "is damaged: it is cut off or was changed on the way. Copy it again."
        ) from None


def _directory_size(file: BinaryIO) -> int:
    """Bytes of the list of parts, as the end of the archive tells; zipfile reads them at once."""
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - 70_000))
    tail = file.read()
    file.seek(0)
    long, short = tail.rfind(b"PK\x06\x06"), tail.rfind(b"PK\x05\x06")
    sizes: list[int] = []
    if short >= 0:
        sizes += struct.unpack_from("<L", tail.ljust(short + 22, b"\0"), short + 12)
    if long >= 0:
        sizes += struct.unpack_from("<Q", tail.ljust(long + 56, b"\0"), long + 40)
    return max((size for size in sizes if size != 0xFFFFFFFF), default=0)


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
    names = b"\n".join(_raw(member) for member in members if _is_old(member))
    for mark in (b"/", b".", b"-"):  # never part of another sign, in whatever encoding
        names = names.replace(mark, b" ")
    return encoding_of(names) if names else ("cp437", "")


def refused(member: zipfile.ZipInfo) -> str:
    """Why a part is not unpacked; empty for one that is."""
    if member.flag_bits & 0x1:
        return "is locked with a password. Unpack the archive and ingest the folder."
    if member.file_size > max(RATIO_FROM, LARGEST_RATIO * member.compress_size):
        return (
            f"unpacks to {LARGEST_RATIO} times its size or more, as a zip bomb does. "
            "If you trust it, unpack the archive and ingest the folder."
        )
    return ""


def _open(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, allowance: Allowance
) -> BinaryIO:
    damaged = UnreadableSource(
        f"{name} is damaged inside its archive, or packed in an unknown way. "
        "Unpack the archive and ingest the folder."
    )
    too_much = UnreadableSource(
        f"{name} was not read: its archive unpacks to more than {MOST_UNPACKED // 1_000_000_000} "
        "GB. Unpack it and ingest the folder."
    )
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
        self._file = file
        self._allowance = allowance
        self._damaged = damaged
        self._too_much = too_much
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
