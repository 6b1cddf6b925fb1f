"""What letters and archived pages are made of: headers, texts, files, and further letters."""

from __future__ import annotations

import email
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect
from email.message import Message
from email.policy import EmailPolicy
from functools import partial
from typing import Any, TypeAlias, TypeVar

from index.decoding import NoText, decode
from index.errors import UnreadableSource
from index.formats.document import DAMAGED
from index.formats.fields import one_line

MOST_PARTS = 2_000
MOST_MARKS = 10 * MOST_PARTS
"""Lines that may divide a letter: its parser takes a second for 5,000 parts."""
LONGEST_HEADER = 2_000
DEEPEST_PART = 40
DEEPEST_LETTER = 5  # parts, and letters, inside each other; what lies deeper is told
HEADERS = (
    "content-language", "date", "from", "list-id", "list-unsubscribe", "message-id",
    "organization", "subject",
)  # fmt: skip
"""Those that are kept."""

_SIGNATURES = ("pgp-signature", "pkcs7-signature", "x-pkcs7-signature")
_LOCKED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_CUT = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect)

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
                text = decode(text.encode("utf-8", "surrogateescape"), "cp1252")
            except (NoText, ValueError):
                text = text.encode("ascii", "replace").decode()
        try:
            return super().header_fetch_parse(name, text)
        except DAMAGED:
            return " ".join(text.split())


_POLICY = _Policy()


def parsed(data: bytes, name: str) -> Part:
    """A letter, its parts told apart.

    Raises:
        UnreadableSource: they cannot be.
    """
    if data.count(b"\n--") > MOST_MARKS:
        raise UnreadableSource(
            f"{name} has more parts than a letter has. Save what is attached to it, ingest that."
        )
    try:
        return email.message_from_bytes(data, policy=_POLICY)
    except DAMAGED:
        raise damaged(name) from None


def damaged(name: str) -> UnreadableSource:
    """The error to raise where the parts of a letter make no sense."""
    return UnreadableSource(f"{name} is damaged: its parts cannot be told apart. Save it again.")


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


def headers_of(message: Part) -> dict[str, str]:
    """The headers that are kept, each on one line."""
    return {name: one_line(_safe(partial(_header, message, name), "")) for name in HEADERS}


def _header(message: Part, name: str) -> str:
    return str(message.get(name) or "")


def letter_of(message: Part, depth: int = 0) -> Letter:
    """A letter as it was sent; `depth` is in how many parts it lies itself."""
    letter = Letter(headers_of(message))
    left = [MOST_PARTS]
    _take_apart(message, letter, left, depth)
    if left[0] < 0:
        letter.doubts.append(
            f"has more than {MOST_PARTS:,} parts; those after them were not read. Save its "
            "attachments and ingest them."
        )
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
    shown_as = _safe(part.get_content_disposition, None)
    if any(isinstance(defect, _CUT) for defect in part.defects):
        letter.doubts.append("ends before its last part does: it was cut off. Save it again.")
    if kind in _LOCKED:
        letter.locked = True
    elif depth > DEEPEST_PART:
        letter.unread.append(kind)
    elif kind == "message/rfc822":
        further = depth + DEEPEST_PART // DEEPEST_LETTER
        fits = bool(inner) and further <= DEEPEST_PART
        letter.letters += [letter_of(inside, further) for inside in inner] if fits else []
        letter.unread += [] if fits else [kind]
    elif inner:
        first = len(letter.texts)
        for inside in inner:
            _take_apart(inside, letter, left, depth + 1)
        texts = letter.texts[first:]
        if kind == "multipart/alternative" and texts:  # forms of one text
            plain = "\n\n".join(text.plain for text in texts if text.plain)
            html = "\n".join(text.html for text in texts if text.html)
            letter.texts[first:] = [Text(plain, html)]
    elif kind in ("text/plain", "text/html") and not name and shown_as != "attachment":
        _add_text(part, letter, kind)
    elif main == "image" and not name and shown_as != "attachment":
        letter.pictures += 1
    elif main == "multipart" and not name and shown_as != "attachment":
        letter.unread += ["a part in disorder"] if content(part).strip() else []
    elif sub not in _SIGNATURES:
        name = name or f"part-{len(letter.files) + 1}{mimetypes.guess_extension(kind) or ''}"
        letter.files.append((name, content(part)))


def _add_text(part: Part, letter: Letter, kind: str) -> None:
    data = content(part)
    if not data.strip():
        return
    try:
        text = decode(data, charset(part))
    except NoText:
        letter.unread.append(f"a part called {kind} that is no text")
    else:
        letter.texts.append(Text(plain=text) if kind == "text/plain" else Text(html=text))
