"""Bytes to text: by a byte order mark, by what is declared, or by what they look like."""

from __future__ import annotations

import codecs
import re

MOST_CONTROLS = 0.02
"""The share of control characters above which bytes are no text."""
SAMPLE = 64_000
"""Bytes that a guess looks at."""

_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\v"] + ["\x7f"]
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins as UTF-16 does, so it is asked first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What a file is whose beginning says that it is no text, and what to do with it.
_SIGNATURES = {
    b"%PDF-": "is a PDF by its contents. Rename it to end in .pdf.",
    b"PK\x03\x04": "is a zip archive or a Word file by its contents. "
    "Rename it to end in .zip or .docx.",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is an old Office file by its contents. "
    "Open it and save it as .docx.",
    b"{\\rtf": "is a rich text file by its contents. Open it and save it as .docx.",
    b"\x89PNG\r\n": "is a picture by its contents. Run OCR on it and ingest the text.",
    b"\xff\xd8\xff": "is a picture by its contents. Run OCR on it and ingest the text.",
    b"GIF8": "is a picture by its contents. Run OCR on it and ingest the text.",
    b"\x1f\x8b\x08": "is compressed by gzip. Unpack it first.",
}
# Guesses that differ from cp1252 in a few signs; English text with curly quotes gets any of them.
_WESTERN = frozenset(["ascii", "latin_1", "cp1250", "cp1254", "cp1257", "cp1258", "mac_roman"])
# Encodings that pages, letters and feeds name. Python knows others under which bytes mean
# something else than text, or which take quadratic time.
_DECLARABLE = re.compile(
    r"utf-(?:8|16|16-le|16-be|32)|ascii|iso8859-\d+|cp\d{3,4}|koi8-[rut]|mac-\w+|gb2312|gbk|gb18030"
    r"|big5|big5hkscs|euc_\w+|shift_jis\w*|iso2022_\w+|hz|johab|tis-620|ptcp154|kz1048"
)


class NoText(ValueError):
    """Bytes that are no text; the message goes on after the name of what they are in."""


def bom_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark names."""
    return next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)


def signature(data: bytes) -> str | None:
    """What bytes are that begin as no text does, and what to do; None for all others."""
    return next((say for mark, say in _SIGNATURES.items() if data.startswith(mark)), None)


def encoding_of(data: bytes, declared: str | None = None) -> str:
    """The encoding to read `data` with.

    UTF-8 that holds more than ASCII cannot be mistaken, so it wins over what is
    declared: servers and templates declare wrongly more often.
    """
    if marked := bom_encoding(data):
        return marked
    known = _usable(declared)
    if known and known.startswith(("utf-16", "utf-32")) and b"\0" in data:
        return known
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if not bad:  # the encodings that are made of ASCII alone look like ASCII
        return known if known and known.startswith(("iso2022", "hz")) else "utf-8"
    if 2 * bad <= sum(letter > "\x7f" for letter in text):
        return "utf-8"  # or damaged here and there
    return known if known and known not in ("utf-8", "ascii") else _guessed(data)


def decode(data: bytes, declared: str | None = None) -> str:
    """`data` as text.

    Raises:
        NoText: it is none.
    """
    if reason := signature(data):
        raise NoText(reason)
    encoding = encoding_of(data, declared)
    if b"\0" in data and not encoding.startswith(("utf-16", "utf-32")):
        raise NoText("is not a text file. Save the article as text in UTF-8.")
    text = data.decode(encoding, "replace")
    controls = sum(map(text.count, _CONTROLS))
    if controls > MOST_CONTROLS * len(text):
        raise NoText("is not a text file. Save the article as text in UTF-8.")
    return text


def _usable(declared: str | None) -> str | None:
    """The codec of an encoding that a document names, if it is one for text."""
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name if declared else ""
    except (LookupError, ValueError):
        return None
    if name in ("iso8859-1", "ascii"):
        return "cp1252"  # as every browser reads it
    return name if _DECLARABLE.fullmatch(name) else None


def _guessed(data: bytes) -> str:
    """The encoding of old text files: what most of them have, unless the letters say otherwise."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:SAMPLE]).best()
    return "cp1252" if best is None or best.encoding in _WESTERN else best.encoding
