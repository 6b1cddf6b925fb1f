"""Letters that Outlook has saved: .msg.

The container is read by olefile. extract-msg would read them whole, but its licence,
the GPL, would become Byline's.
"""

from __future__ import annotations

import contextlib
import io
import re
import struct
import warnings
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from index.decoding import NoText, decode
from index.formats.document import DAMAGED, Document
from index.formats.fields import one_line
from index.formats.letters import Letter, Text, headers_of, parsed

if TYPE_CHECKING:
    from olefile import OleFileIO

DEEPEST_LETTER = 10
MOST_ENTRIES = 20_000  # streams and storages of one file
MOST_FILES = 200
# Properties of a letter, as [MS-OXPROPS] numbers them.
_SUBJECT, _HEADERS, _BODY, _HTML, _RTF = "0037", "007D", "1000", "1013", "1009"
_SENDER, _NAME, _SHORT_NAME, _DATA = "0C1A", "3707", "3704", "3701"
_SENT, _DELIVERED, _CODE_PAGE = 0x0039, 0x0E06, 0x3FDE
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def letter(document: Document) -> Letter:
    """The letter in a .msg file.

    Raises:
        UnreadableSource: it is none, or it is damaged.
    """
    import olefile

    data = document.read()
    if not data:
        raise document.empty()
    if not data.startswith(olefile.MAGIC):
        raise document.error("is no letter of Outlook's. If it is one, save it as .eml.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with olefile.OleFileIO(io.BytesIO(data)) as file:
                if len(file.direntries) > MOST_ENTRIES:
                    raise document.error("has more parts than a letter has. Save it as .eml.")
                found = _Storage(file, []).letter()
    except DAMAGED:
        raise document.error(
            "is damaged. Open it in Outlook and save it as .eml or .msg."
        ) from None
    if not (any(found.headers.values()) or found.texts or found.files):
        raise document.error("holds no letter. Save it as .eml.")
    return found


class _Storage:
    """A letter in the container, or one that is attached to it."""

    def __init__(self, file: OleFileIO, path: list[str]) -> None:
        self._file = file
        self._path = path
        data = self._bytes("__properties_version1.0")
        rows = range(24 if path else 32, len(data) - 15, 16)
        fixed = (struct.unpack_from("<HHLQ", data, place) for place in rows)
        self._numbers: dict[int, int] = {number: value for _, number, _, value in fixed}
        """The properties that are numbers and times."""

    def letter(self) -> Letter:
        found = Letter(self._headers())
        html = self._decoded(self._stream(_HTML, "0102")) or self.string(_HTML)
        text = Text(self.string(_BODY), html)
        if text.plain or text.html:
            found.texts.append(text)
        elif self._stream(_RTF, "0102"):
            found.doubts.append(
                "holds its text in a form that Byline does not read. Open it in Outlook and save "
                "it as .eml."
            )
        depth = len(self._path)
        attached = sorted(
            folder[depth]
            for folder in self._file.listdir(streams=False, storages=True)
            if len(folder) == depth + 1
            and folder[:depth] == self._path
            and folder[depth].startswith("__attach_version1.0_")
        )
        for name in attached[:MOST_FILES]:
            self._attach(name, found)
        found.unread += ["a file"] * (len(attached) - MOST_FILES)
        return found

    def _headers(self) -> dict[str, str]:
        raw = self.string(_HEADERS).encode("utf-8", "replace")
        found = headers_of(parsed(raw, "the letter"))
        found["subject"] = one_line(self.string(_SUBJECT)) or found["subject"]
        found["from"] = found["from"] or one_line(self.string(_SENDER))
        ticks = self._numbers.get(_SENT) or self._numbers.get(_DELIVERED) or 0
        if ticks and not found["date"]:
            with contextlib.suppress(OverflowError):
                found["date"] = format_datetime(_EPOCH + timedelta(microseconds=ticks // 10))
        return found

    def _attach(self, folder: str, found: Letter) -> None:
        inside = _Storage(self._file, [*self._path, folder])
        name = one_line(inside.string(_NAME) or inside.string(_SHORT_NAME)) or "a file"
        nested = [*self._path, folder, f"__substg1.0_{_DATA}000D"]
        if self._file.exists(nested) and len(self._path) < 2 * DEEPEST_LETTER:
            found.letters.append(_Storage(self._file, nested).letter())
        elif not self._file.exists(nested) and (data := inside._stream(_DATA, "0102")):
            found.files.append((name, data))
        else:
            found.unread.append(name)

    def string(self, number: str) -> str:
        wide = self._stream(number, "001F")
        if wide:
            return wide.decode("utf-16-le", "replace")
        return self._decoded(self._stream(number, "001E"))

    def _decoded(self, data: bytes) -> str:
        page = self._numbers.get(_CODE_PAGE, 0)
        declared = "utf-8" if page == 65001 else f"cp{page}" if page else None
        named = re.search(rb"charset\s*=\s*[\"']?([\w-]{2,40})", data[:4096], re.IGNORECASE)
        try:
            return decode(data, named[1].decode("ascii", "replace") if named else declared)
        except NoText:
            return ""

    def _stream(self, number: str, kind: str) -> bytes:
        return self._bytes(f"__substg1.0_{number}{kind}")

    def _bytes(self, name: str) -> bytes:
        path = [*self._path, name]
        if not self._file.exists(path):
            return b""
        if self._file.get_size(path) > self._file.fp.getbuffer().nbytes:
            raise ValueError("a part is larger than the whole file: its sectors go in circles")
        with self._file.openstream(path) as stream:
            return bytes(stream.read())
