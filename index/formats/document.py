"""Bytes with a name, which a reader reads: of a file, an archive, a letter or an address."""

from __future__ import annotations

import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from index import decoding
from index.errors import UnreadableSource
from index.records import Article, Problem

LARGEST_FILE = 50_000_000
"""Bytes of a file that is one article; a row may have as many, a file of rows any number."""
LONGEST_TEXT = 10_000_000  # characters of one article: ten thick books
LONGEST_LINE = 2_000_000  # characters; a longer line of a text is data, not prose
MB = 1_000_000

SPLIT = "Split it: a file, or a row of a .jsonl, for each article."
TOO_LONG = f"has more than the {LONGEST_TEXT:,} characters that one article may have. {SPLIT}"
HIDDEN = "has hidden {}, left out. Show what belongs to the article and save the file again."
DAMAGED = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError,
    MessageError, OSError, RuntimeError, SyntaxError, TypeError, ValueError, lzma.LZMAError,
    struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What libraries let through on files that are damaged."""
# Hidden files, the locks of documents that are open, and what systems keep in folders for
# themselves.
_LITTER = re.compile(r"\.|~\$|(?:__MACOSX|(?:eh)?thumbs\.db|desktop\.ini|icon\r)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one thing to read, and what is known of it from outside."""

    name: str  # what messages call it; its end says which format it has
    source: str
    """What becomes `Article.source`: a path or an address, with "#member" inside an archive."""
    open: Callable[[], BinaryIO]
    size: int | None = None  # bytes, as far as they are known before it is opened
    url: str | None = None  # where it was fetched from
    charset: str | None = None  # the encoding that came with it, in a header for example
    depth: int = 0  # in how many archives or letters it lies

    @property
    def stem(self) -> str:
        """Its name without folders and suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The end of its name that says the format, in small letters: ".html"."""
        name = self.name.lower()
        return ".warc.gz" if name.endswith(".warc.gz") else PurePosixPath(name).suffix

    def read(self) -> bytes:
        """All of its bytes.

        Raises:
            UnreadableSource: it has more than an article may have.
        """
        size, data = self.size or 0, b""
        if size <= LARGEST_FILE:
            with self.open() as file:
                data = file.read(LARGEST_FILE + 1)
            size = len(data)
        if size > LARGEST_FILE:
            raise self.error(
                f"has {size // MB} MB, more than the {LARGEST_FILE // MB} MB that one article may "
                f"have. {SPLIT}"
            )
        return data

    def decoded(self, data: bytes, declared: str | None, where: str = " ") -> decoding.Decoded:
        """Some bytes of it as text; `declared` is the encoding that they name themselves.

        Raises:
            UnreadableSource: they are no text; `where` they stand follows the name.
        """
        try:
            return decoding.decoded(data, self.charset or declared)
        except decoding.NoText as error:
            raise UnreadableSource(f"{self.name}{where}{error}") from None

    def text(self) -> decoding.Decoded:
        """All of it as text.

        Raises:
            UnreadableSource: it is no text, or no prose.
        """
        decoded = self.decoded(self.read(), None)
        if len(decoded.text) > LONGEST_TEXT:
            raise self.error(TOO_LONG)
        longest = max(map(len, decoded.text.splitlines()), default=0)
        if longest > LONGEST_LINE:
            raise self.error(
                f"has a line of {longest:,} characters: that is data, not an article. Break its "
                "lines, or leave it out."
            )
        return decoded

    # What to raise where all of it is of no use.

    def error(self, said: str) -> UnreadableSource:
        """What is said, after its name."""
        return UnreadableSource(f"{self.name} {said}")

    def empty(self) -> UnreadableSource:
        """No text is found in it."""
        return self.error("is empty. Put the article's text in it, or leave it out.")

    def damaged(self) -> UnreadableSource:
        """Its parts make no sense."""
        return self.error(
            "is damaged: it is cut off or was changed on the way. Copy it again, or open it in the "
            "program that it comes from and save it anew."
        )

    def too_many(self, most: int, what: str) -> UnreadableSource:
        """It has more of something than is read."""
        return self.error(f"has more than {most:,} {what}. Split it.")

    def only_pictures(self, number: int) -> UnreadableSource:
        """It holds pictures and no text."""
        return self.error(
            f"holds no text, only pictures ({number}). Run OCR on them and ingest the text."
        )

    # What to tell of it beside its articles.

    def problem(self, reason: str, *, warning: bool = False) -> Problem:
        """Something that is wrong with it, or with a part of it; a warning if it was read."""
        return Problem(self.source, reason, warning)

    def warnings(self, reasons: Iterable[str]) -> Iterator[Problem]:
        """Warnings of it, each to follow its name."""
        return (self.problem(f"{self.name} {reason}", warning=True) for reason in reasons)


Reader = Callable[[Document], Iterator[Article | Problem]]


def shown(path: str | Path) -> str:
    """A path as text that can be printed and stored, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def is_litter(name: str) -> bool:
    """Whether a file or folder with this name was not put there to be read."""
    return bool(_LITTER.match(name))


def from_path(path: Path) -> Document:
    """A file on this machine."""
    source = shown(path.resolve())
    return Document(shown(path.name), source, lambda: path.open("rb"), path.stat().st_size)


def from_bytes(
    name: str,
    source: str,
    data: bytes,
    *,
    depth: int = 0,
    url: str | None = None,
    charset: str | None = None,
) -> Document:
    """Bytes that are in memory."""
    return Document(name, source, lambda: BytesIO(data), len(data), url, charset, depth)
