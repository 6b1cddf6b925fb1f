"""What a letter holds, whichever program wrote it: headers, texts, files."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect
from email.message import Message
from typing import Any

from index.decoding import NoText, decode
from index.formats import mime
from index.formats.articles import one_line

DEEPEST_PART = 40
DEEPEST_LETTER = 5
"""Parts, and letters, inside each other; what lies deeper is told."""
HEADERS = (
    "content-language",
    "date",
    "from",
    "list-id",
    "list-unsubscribe",
    "message-id",
    "organization",
    "subject",
)
"""Those that are kept."""

_SIGNATURES = ("pgp-signature", "pkcs7-signature", "x-pkcs7-signature")
_LOCKED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


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
    texts: list[Text] = field(default_factory=list)
    """As they are shown, one after the other."""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    """Those that are attached as such."""
    unread: list[str] = field(default_factory=list)
    """Names or kinds of what is neither text nor file."""
    doubts: list[str] = field(default_factory=list)
    locked: bool = False
    pictures: int = 0
    """Those that are shown in it."""


def of_message(message: Message[Any, Any], depth: int = 0) -> Letter:
    """A letter as it was sent; `depth` is in how many parts it lies itself."""
    letter = Letter({name: one_line(mime.header(message, name)) for name in HEADERS})
    left = [mime.MOST_PARTS]
    _take_apart(message, letter, left, depth)
    if left[0] < 0:
        letter.doubts.append(
            f"has more than {mime.MOST_PARTS:,} parts; those after them were not read. Save its "
            "attachments and ingest them."
        )
    return letter


def _take_apart(part: Message[Any, Any], letter: Letter, left: list[int], depth: int) -> None:
    """Sort a part, with all in it, into the letter."""
    left[0] -= 1
    if left[0] < 0:
        return
    kind = mime.kind(part)
    main, _, sub = kind.partition("/")
    inner = list(mime.inner(part))
    if any(isinstance(defect, _CUT) for defect in part.defects):
        letter.doubts.append("ends before its last part does: it was cut off. Save it again.")
    if kind in _LOCKED:
        letter.locked = True
    elif depth > DEEPEST_PART:
        letter.unread.append(kind)
    elif kind == "message/rfc822":
        further = depth + DEEPEST_PART // DEEPEST_LETTER
        fits = bool(inner) and further <= DEEPEST_PART
        letter.letters += [of_message(one, further) for one in inner] if fits else []
        letter.unread += [] if fits else [kind]
    elif kind == "multipart/alternative" and inner:
        _add_alternative(inner, letter, left, depth)
    elif inner:
        for one in inner:
            _take_apart(one, letter, left, depth + 1)
    elif mime.is_attached(part):
        _add_file(part, letter, kind)
    elif kind in ("text/plain", "text/html"):
        _add_text(part, letter, kind)
    elif main == "image":
        letter.pictures += 1
    elif main == "multipart":
        letter.unread += ["a part in disorder"] if mime.content(part).strip() else []
    elif sub not in _SIGNATURES:
        _add_file(part, letter, kind)


_CUT = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect)


def _add_alternative(
    parts: list[Message[Any, Any]], letter: Letter, left: list[int], depth: int
) -> None:
    """Forms of one text: a plain one, and one in HTML with what belongs to it."""
    both = Letter()
    for part in parts:
        _take_apart(part, both, left, depth + 1)
    plain = "\n\n".join(text.plain for text in both.texts if text.plain)
    html = "\n".join(text.html for text in both.texts if text.html)
    if plain or html:
        letter.texts.append(Text(plain, html))
    letter.files += both.files
    letter.letters += both.letters
    letter.unread += both.unread
    letter.doubts += both.doubts
    letter.pictures += both.pictures
    letter.locked = letter.locked or both.locked


def _add_text(part: Message[Any, Any], letter: Letter, kind: str) -> None:
    data = mime.content(part)
    if not data.strip():
        return
    try:
        text = decode(data, mime.charset(part))
    except NoText:
        letter.unread.append(f"a part called {kind} that is no text")
        return
    letter.texts.append(Text(plain=text) if kind == "text/plain" else Text(html=text))


def _add_file(part: Message[Any, Any], letter: Letter, kind: str) -> None:
    name, data = one_line(mime.file_name(part)), mime.content(part)
    if kind.partition("/")[2] in _SIGNATURES:
        return
    if not name:
        end = mimetypes.guess_extension(kind) or ""
        name = f"part-{len(letter.files) + 1}{end}"
    letter.files.append((name, data))
