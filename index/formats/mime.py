"""What letters and archived pages are made of: parts, one inside the other."""

from __future__ import annotations

import email
import email.policy
from email.errors import MessageError
from email.message import Message

from index.errors import UnreadableSource
from index.formats.document import Document

MOST_PARTS = 2_000

DAMAGED = (
    AttributeError,
    IndexError,
    LookupError,
    MessageError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the standard library raises on headers and parts that are not as they should be."""


def parts(document: Document) -> list[Message]:
    """The message, and all of its parts in order.

    Raises:
        UnreadableSource: they cannot be told apart.
    """
    data = document.read()
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        return [part for _, part in zip(range(MOST_PARTS), message.walk(), strict=False)]
    except DAMAGED:
        raise UnreadableSource(
            f"{document.name} is damaged: its parts cannot be told apart. Save it again."
        ) from None


def content(part: Message) -> bytes:
    """The bytes of a part, decoded; none where it holds none."""
    try:
        data = part.get_payload(decode=True)
    except DAMAGED:
        return b""
    return data if isinstance(data, bytes) else b""


def charset(part: Message) -> str | None:
    """The encoding that a part names."""
    try:
        return part.get_content_charset()
    except DAMAGED:
        return None


def file_name(part: Message) -> str:
    """The name of the file that a part is; empty for other parts."""
    try:
        return part.get_filename() or ""
    except DAMAGED:
        return ""
