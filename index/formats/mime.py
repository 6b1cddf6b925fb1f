"""What letters and archived pages are made of: parts, one inside the other."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.policy import EmailPolicy
from typing import Any

from index.decoding import NoText, decode
from index.errors import UnreadableSource
from index.formats.document import Document

MOST_PARTS = 2_000
MOST_MARKS = 10 * MOST_PARTS
"""Lines that may divide a letter: its parser takes a second for 5,000 parts."""
LONGEST_HEADER = 2_000

DAMAGED = (
    ArithmeticError,
    AttributeError,
    IndexError,
    LookupError,
    MessageError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the standard library raises on headers and parts that are not as they should be."""


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


def message(data: bytes, name: str) -> Message[Any, Any]:
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
        raise UnreadableSource(
            f"{name} is damaged: its parts cannot be told apart. Save it again."
        ) from None


def parts(document: Document) -> list[Message[Any, Any]]:
    """The message, and all of its parts in order.

    Raises:
        UnreadableSource: they cannot be told apart.
    """
    whole = message(document.read(), document.name)
    try:
        return [part for _, part in zip(range(MOST_PARTS), whole.walk(), strict=False)]
    except DAMAGED:
        raise UnreadableSource(
            f"{document.name} is damaged: its parts cannot be told apart. Save it again."
        ) from None


def inner(part: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    """The parts that a part is made of."""
    if not part.is_multipart():
        return  # its text would be decoded for nothing, by what it says of itself
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))


def header(part: Message[Any, Any], name: str) -> str:
    """A header as a string; empty where there is none."""
    try:
        return str(part.get(name) or "")
    except DAMAGED:
        return ""


def kind(part: Message[Any, Any]) -> str:
    """What a part holds: "text/plain"."""
    try:
        return part.get_content_type()
    except DAMAGED:
        return "text/plain"


def content(part: Message[Any, Any]) -> bytes:
    """The bytes of a part, decoded; none where it holds none."""
    try:
        data = part.get_payload(decode=True)
    except DAMAGED:
        return b""
    return data if isinstance(data, bytes) else b""


def charset(part: Message[Any, Any]) -> str | None:
    """The encoding that a part names."""
    try:
        return part.get_content_charset()
    except DAMAGED:
        return None


def file_name(part: Message[Any, Any]) -> str:
    """The name of the file that a part is; empty for other parts."""
    try:
        return part.get_filename() or ""
    except DAMAGED:
        return ""


def is_attached(part: Message[Any, Any]) -> bool:
    """Whether a part is to be shown as a file, not as text."""
    try:
        return part.get_content_disposition() == "attachment" or bool(file_name(part))
    except DAMAGED:
        return False
