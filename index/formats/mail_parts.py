"""What letters and archived pages are made of: headers, texts, files, and further letters.

Letters of Outlook (.msg) are read by olefile: extract-msg would read them whole, but its
licence, the GPL, would become Byline's.
"""

from __future__ import annotations

import contextlib
import email
import io
import mimetypes
import re
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect
from email.message import Message
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from index.decoding import NoText, decoded
from index.formats.articles import one_line
from index.formats.document import DAMAGED, Document

if TYPE_CHECKING:
    from olefile import OleFileIO

MOST_PARTS = 2_000
MOST_MARKS = 10 * MOST_PARTS
"""Lines that may divide a letter: its parser takes a second for 5,000 parts."""
LONGEST_HEADER = 2_000
DEEPEST_PART = 40
DEEPEST_LETTER = 5  # parts, and letters, inside each other; what lies deeper is told
MOST_ENTRIES = 20_000  # streams and storages of one file of Outlook
MOST_FILES = 200
MANY_PARTS = "has more parts than a letter has. Save what is attached to it, and ingest that."
HEADERS = (
    "content-language", "date", "from", "list-id", "list-unsubscribe", "message-id",
    "organization", "subject",
)  # fmt: skip
"""Those that are kept."""

_SIGNATURES = ("pgp-signature", "pkcs7-signature", "x-pkcs7-signature")
_LOCKED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_CUT = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect)
# Properties of a letter, as [MS-OXPROPS] numbers them.
_SUBJECT, _HEADERS, _BODY, _HTML, _RTF = "0037", "007D", "1000", "1013", "1009"
_SENDER, _NAME, _SHORT_NAME, _DATA = "0C1A", "3707", "3704", "3701"
_SENT, _DELIVERED, _CODE_PAGE = 0x0039, 0x0E06, 0x3FDE
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

Part: TypeAlias = "Message[Any, Any]"
_T = TypeVar("_T")


@dataclass(slots=True)
class Text:
    """One text of a letter, in one or two forms that should say the same."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class Letter:
    """A letter, taken apart."""

    headers: dict[str, str] = field(default_factory=dict)
    """By their names in small letters, each on one line."""
    texts: list[Text] = field(default_factory=list)  # as they are shown, one after the other
    files: list[tuple[str, bytes]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)  # those that are attached as such
    unread: list[str] = field(default_factory=list)
    """Names or kinds of what is neither text nor file."""
    doubts: list[str] = field(default_factory=list)
    locked: bool = False
    pictures: int = 0  # those that are shown in it


class _Policy(EmailPolicy):
    """`email.policy.default`, but a header that it cannot read is a string as it stands.

    Headers are cut at a length that its parser takes in its stride, and those in eight
    bits are decoded, which it would not do.
    """

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        """The value of a header."""
        text = str(value)[:LONGEST_HEADER]
        if not text.isascii():
            try:
                text = decoded(text.encode("utf-8", "surrogateescape"), "cp1252").text
            except (NoText, ValueError):
                text = text.encode("ascii", "replace").decode()
        try:
            return super().header_fetch_parse(name, text)
        except DAMAGED:
            return " ".join(text.split())


_POLICY = _Policy()


def parsed(data: bytes, document: Document) -> Part:
    """A letter, its parts told apart; `document` is what it came in.

    Raises:
        UnreadableSource: they cannot be.
    """
    if data.count(b"\n--") > MOST_MARKS:
        raise document.error(MANY_PARTS)
    try:
        return email.message_from_bytes(data, policy=_POLICY)
    except DAMAGED:
        raise document.damaged() from None


def _safe(ask: Callable[[], _T], default: _T) -> _T:
    """What a part says of itself, or the default where that is damaged."""
    try:
        return ask()
    except DAMAGED:
        return default


def content(part: Part) -> bytes:
    """The bytes of a part, decoded; none where it holds none."""
    data = _safe(lambda: part.get_payload(decode=True), None)
    return data if isinstance(data, bytes) else b""


def charset(part: Part) -> str | None:
    """The encoding that a part names."""
    return _safe(part.get_content_charset, None)


def _headers_of(message: Part) -> dict[str, str]:
    """The headers that are kept, each on one line."""
    given = ((name, _safe(partial(message.get, name), None)) for name in HEADERS)
    return {name: one_line(str(value or "")) for name, value in given}


def letter_of(message: Part, depth: int = 0) -> Letter:
    """A letter as it was sent; `depth` is in how many parts it lies itself."""
    letter = Letter(_headers_of(message))
    left = [MOST_PARTS]
    _take_apart(message, letter, left, depth)
    if left[0] < 0:
        letter.doubts.append(f"was read up to part {MOST_PARTS:,}, for it {MANY_PARTS}")
    return letter


def _take_apart(part: Part, letter: Letter, left: list[int], depth: int) -> None:
    """Sort a part, with all in it, into the letter."""
    left[0] -= 1
    if left[0] < 0:
        return
    kind = _safe(part.get_content_type, "text/plain")
    main, _, sub = kind.partition("/")
    # The text of what has no parts would be decoded for nothing, by what it says of itself.
    payload = part.get_payload() if part.is_multipart() else ()
    inner = [inside for inside in payload if isinstance(inside, Message)]
    name = one_line(_safe(part.get_filename, None) or "")
    shown = not name and _safe(part.get_content_disposition, None) != "attachment"
    if any(isinstance(defect, _CUT) for defect in part.defects):
        letter.doubts.append("ends before its last part does: it was cut off. Save it again.")
    if kind in _LOCKED:
        letter.locked = True
    elif depth > DEEPEST_PART:
        letter.unread.append(kind)
    elif kind == "message/rfc822":
        further = depth + DEEPEST_PART // DEEPEST_LETTER
        if inner and further <= DEEPEST_PART:
            letter.letters += [letter_of(inside, further) for inside in inner]
        else:
            letter.unread.append(kind)
    elif inner:
        first = len(letter.texts)
        for inside in inner:
            _take_apart(inside, letter, left, depth + 1)
        texts = letter.texts[first:]
        if kind == "multipart/alternative" and texts:  # forms of one text
            plain = "\n\n".join(text.plain for text in texts if text.plain)
            html = "\n".join(text.html for text in texts if text.html)
            letter.texts[first:] = [Text(plain, html)]
    elif kind in ("text/plain", "text/html") and shown:
        _add_text(part, letter, kind)
    elif main == "image" and shown:
        letter.pictures += 1
    elif main == "multipart" and shown:
        letter.unread += ["a part in disorder"] if content(part).strip() else []
    elif sub not in _SIGNATURES:
        name = name or f"part-{len(letter.files) + 1}{mimetypes.guess_extension(kind) or ''}"
        letter.files.append((name, content(part)))


def _add_text(part: Part, letter: Letter, kind: str) -> None:
    data = content(part)
    if not data.strip():
        return
    try:
        text = decoded(data, charset(part)).text
    except NoText:
        letter.unread.append(f"a part called {kind} that is no text")
    else:
        letter.texts.append(Text(plain=text) if kind == "text/plain" else Text(html=text))


# --- Outlook -----------------------------------------------------------------------------------


def outlook_letter(document: Document) -> Letter:
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
                    raise document.error(MANY_PARTS)
                found = _Storage(document, file, []).letter()
    except DAMAGED:
        raise document.damaged() from None
    if not (any(found.headers.values()) or found.texts or found.files):
        raise document.error("holds no letter. Save it as .eml.")
    return found


class _Storage:
    """A letter in the container, or one that is attached to it."""

    def __init__(self, document: Document, file: OleFileIO, path: list[str]) -> None:
        self._document, self._file, self._path = document, file, path
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
            found.doubts.append("holds its text in a form that is not read. Save it as .eml.")
        depth = len(self._path)
        storages = self._file.listdir(streams=False, storages=True)
        attached = sorted(
            folder[depth]
            for folder in storages
            if folder[:-1] == self._path and folder[depth].startswith("__attach_version1.0_")
        )
        for name in attached[:MOST_FILES]:
            self._attach(name, found)
        found.unread += ["a file"] * (len(attached) - MOST_FILES)
        return found

    def _headers(self) -> dict[str, str]:
        found = _headers_of(
            parsed(self.string(_HEADERS).encode("utf-8", "replace"), self._document)
        )
        found["subject"] = one_line(self.string(_SUBJECT)) or found["subject"]
        found["from"] = found["from"] or one_line(self.string(_SENDER))
        ticks = self._numbers.get(_SENT) or self._numbers.get(_DELIVERED) or 0
        if ticks and not found["date"]:
            with contextlib.suppress(OverflowError):
                found["date"] = format_datetime(_EPOCH + timedelta(microseconds=ticks // 10))
        return found

    def _attach(self, folder: str, found: Letter) -> None:
        inside = _Storage(self._document, self._file, [*self._path, folder])
        name = one_line(inside.string(_NAME) or inside.string(_SHORT_NAME)) or "a file"
        nested = [*self._path, folder, f"__substg1.0_{_DATA}000D"]
        if self._file.exists(nested) and len(self._path) < 4 * DEEPEST_LETTER:
            found.letters.append(_Storage(self._document, self._file, nested).letter())
        elif not self._file.exists(nested) and (data := inside._stream(_DATA, "0102")):
            found.files.append((name, data))
        else:
            found.unread.append(name)

    def string(self, number: str) -> str:
        if wide := self._stream(number, "001F"):
            return wide.decode("utf-16-le", "replace")
        return self._decoded(self._stream(number, "001E"))

    def _decoded(self, data: bytes) -> str:
        page = self._numbers.get(_CODE_PAGE, 0)
        declared = "utf-8" if page == 65001 else f"cp{page}" if page else None
        named = re.search(rb"charset\s*=\s*[\"']?([\w-]{2,40})", data[:4096], re.IGNORECASE)
        try:
            return decoded(data, named[1].decode("ascii") if named else declared).text
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
