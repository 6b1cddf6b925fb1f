"""What a reader reads: bytes with a name, from a file, an archive, a letter or an address."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from index import decoding
from index.errors import UnreadableSource
from index.records import Article, Problem

LARGEST_FILE = 50_000_000
"""Bytes of a file that is one article; a row may have as many, a file of rows any number."""
LONGEST_TEXT = 10_000_000
"""Characters of one article: ten thick books."""
LONGEST_LINE = 2_000_000
"""Characters; a longer line of a text is data, not prose."""


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one thing to read, and what is known of it from outside."""

    name: str
    """What messages call it; its end says which format it has."""
    source: str
    """What becomes `Article.source`: a path or an address, with "#member" inside an archive."""
    open: Callable[[], BinaryIO]
    size: int | None = None
    """Bytes, as far as they are known before it is opened."""
    url: str | None = None
    """Where it was fetched from."""
    charset: str | None = None
    """The encoding that came with it, in a header for example."""
    depth: int = 0
    """In how many archives or letters it lies."""

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
        if self.size is not None and self.size > LARGEST_FILE:
            raise self._too_large(self.size)
        with self.open() as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise self._too_large(len(data))
        return data

    def text(self, declared: str | None = None) -> decoding.Decoded:
        """The same as text; `declared` is the encoding that the bytes name themselves.

        Raises:
            UnreadableSource: it is no text, or no prose.
        """
        try:
            decoded = decoding.decoded(self.read(), self.charset or declared)
        except decoding.NoText as error:
            raise UnreadableSource(f"{self.name} {error}") from None
        if len(decoded.text) > LONGEST_TEXT:
            raise UnreadableSource(f"{self.name} {TOO_LONG}")
        longest = max(map(len, decoded.text.splitlines()), default=0)
        if longest > LONGEST_LINE:
            raise UnreadableSource(
                f"{self.name} has a line of {longest:,} characters: that is data, not an article. "
                "Break its lines, or leave it out."
            )
        return decoded

    def empty(self) -> UnreadableSource:
        """The error to raise where no text is found in it."""
        return UnreadableSource(
            f"{self.name} is empty. Put the article's text in it, or leave it out."
        )

    def problem(self, reason: str, *, warning: bool = False) -> Problem:
        """Something that is wrong with it, or with a part of it; a warning if it was read."""
        return Problem(self.source, reason, warning)

    def _too_large(self, size: int) -> UnreadableSource:
        return UnreadableSource(
            f"{self.name} has {size // 1_000_000} MB, more than the {LARGEST_FILE // 1_000_000} MB "
            "that one article may have. Split it: a file, or a row of a .jsonl, for each article."
        )


TOO_LONG = (
    f"has more than the {LONGEST_TEXT:,} characters that one article may have. "
    "Split it: a file, or a row of a .jsonl, for each article."
)
# Hidden files, the locks of documents that are open, and what systems keep in folders for
# themselves.
_LITTER = re.compile(r"\.|~\$|(?:__MACOSX|(?:eh)?thumbs\.db|desktop\.ini|icon\r)\Z", re.IGNORECASE)
Reader = Callable[[Document], Iterator[Article | Problem]]


def shown(path: str | Path) -> str:
    """A path as text that can be printed and stored, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def is_litter(name: str) -> bool:
    """Whether a file or folder with this name was not put there to be read."""
    return bool(_LITTER.match(name))


def from_path(path: Path) -> Document:
    """A file on this machine."""
    return Document(
        name=shown(path.name),
        source=shown(path.resolve()),
        open=lambda: path.open("rb"),
        size=path.stat().st_size,
    )


def from_bytes(name: str, source: str, data: bytes, *, depth: int = 0) -> Document:
    """Bytes that are in memory."""
    return Document(name, source, lambda: BytesIO(data), len(data), depth=depth)
