"""Bytes to text: by a byte order mark, by what is declared, or by a guess; `fold` cleans it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import pairwise
from typing import BinaryIO

MOST_CONTROLS = 0.02  # the share of control characters above which bytes are no text
SAMPLE = 64_000  # bytes that a guess looks at
BESIDE = 2  # words on each side of one with a letter beyond ASCII that a guess looks at too
LONGEST_LINE = 1_000_000  # bytes of one line that a guess looks at
EQUAL = 0.8  # of the best encoding's likelihood: what has as much is chosen by its misplaced signs
CLOSE = 0.95
"""Of the best encoding's likelihood: what has as much, and reads as well, makes it doubtful."""
SHOWN_WORDS = 3
LONGEST_WORD = 40
REMEDY = "If that is right, save it in UTF-8 and ingest it again."
"""What to do about a doubtful encoding."""

_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\v"] + ["\x7f"]
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins as UTF-16 does, so it is asked first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_PICTURE = "is a picture by its contents. Run OCR on it and ingest the text."
# What a file is whose beginning says that it is no text, and what to do with it.
_SIGNATURES = {
    b"%PDF-": "is a PDF by its contents. Rename it to end in .pdf.",
    b"PK\x03\x04": "is a zip archive or a Word file by its contents. "
    "Rename it to end in .zip or .docx.",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is an old Office file by its contents. "
    "Open it and save it as .docx.",
    b"{\\rtf": "is a rich text file by its contents. Open it and save it as .docx.",
    **dict.fromkeys((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8"), _PICTURE),
    b"\x1f\x8b\x08": "is compressed by gzip. Unpack it first.",
}
# Encodings that pages, letters and feeds name, and that a guess may find. Python knows others
# under which bytes mean something else than text, or which take quadratic time.
_USABLE = re.compile(
    r"utf-(?:8|16|16-le|16-be|32|32-le|32-be)|ascii|iso8859-\d+|cp\d{3,4}|koi8-[rut]|mac-\w+"
    r"|gb2312|gbk|gb18030|big5|big5hkscs|euc_\w+|shift_jis\w*|iso2022_\w+|hz|johab|tis-620"
    r"|ptcp154|kz1048"
)


class NoText(ValueError):
    """Bytes that are no text; the message goes on after the name of what they are in."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Bytes as text."""

    text: str
    doubt: str = ""
    """What another encoding would make of it, after its name; empty where it is certain."""

    @property
    def doubts(self) -> list[str]:
        """The doubt as `Facts` keeps it."""
        return [self.doubt] if self.doubt else []


def bom_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark names."""
    return next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)


def signature(data: bytes) -> str | None:
    """What bytes are that begin as no text does, and what to do; None for all others."""
    return next((say for mark, say in _SIGNATURES.items() if data.startswith(mark)), None)


def encoding_of(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The encoding to read `data` with, and what is doubtful about it.

    UTF-8 that holds more than ASCII cannot be mistaken, so it wins over what is
    declared: servers and templates declare wrongly more often. What is neither is
    told by the words that hold the letters in question.
    """
    if marked := bom_encoding(data):
        return marked, ""
    known = _usable(declared)
    if known and known.startswith(("utf-16", "utf-32")) and b"\0" in data:
        return known, ""
    if known and known.startswith(("iso2022", "hz")) and data.isascii():
        return known, ""
    if b"\0" in data or (b"\x1b" in data and data.isascii()):
        # Its pattern shows which encoding it has, as that of UTF-16 does.
        return next((name for name, _ in _likely(data[: SAMPLE // 4 * 4])), "utf-8"), ""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if 2 * bad <= sum(letter > "\x7f" for letter in text):
        return "utf-8", ""  # or damaged here and there
    if known and known not in ("utf-8", "ascii"):
        return known, ""
    return _weighed(telling(BytesIO(data)))


def encoding_of_lines(opened: Callable[[], BinaryIO], declared: str | None) -> tuple[str, str]:
    """The encoding of a file of lines, by all of it, and what is doubtful about it.

    Raises:
        NoText: it is no text.
    """
    with opened() as file:
        sample = file.read(SAMPLE)
    no_lines = signature(sample) or bom_encoding(sample)
    if no_lines or sample.count(0) > MOST_CONTROLS * len(sample):
        telltale = sample[: sample.rfind(b"\n") + 1] or sample
    else:  # a NUL here and there spoils its line, and no other
        with opened() as file:
            telltale = telling(iter(partial(file.readline, SAMPLE), b"")).replace(b"\0", b"")
    doubt = decoded(telltale, declared).doubt
    return encoding_of(telltale, declared)[0], doubt


def decoded(data: bytes, declared: str | None = None) -> Decoded:
    """`data` as text, and what is doubtful about its letters.

    Raises:
        NoText: it is none.
    """
    if reason := signature(data):
        raise NoText(reason)
    encoding, doubt = encoding_of(data, declared)
    text = data.decode(encoding, "replace")
    unmarked = b"\0" in data and not encoding.startswith(("utf-16", "utf-32"))
    if unmarked or sum(map(text.count, _CONTROLS)) > MOST_CONTROLS * len(text):
        raise NoText("is not a text file. Save the article as text in UTF-8.")
    return Decoded(text, f"{doubt} {REMEDY}" if doubt else "")


def telling(lines: Iterable[bytes]) -> bytes:
    """The words with letters beyond ASCII and those beside them: what tells the encoding.

    A byte order mark before the first of them is left out, for none of them begins the text.
    """
    found: list[bytes] = []
    size = 0
    for line in lines:
        split = [] if line.isascii() else line[:LONGEST_LINE].split()
        last = -1
        for place in (number for number, word in enumerate(split) if not word.isascii()):
            kept = split[max(last + 1, place - BESIDE) : place + BESIDE + 1]
            found += kept
            size += sum(map(len, kept)) + len(kept)
            last = max(last, place + BESIDE)
            if size > SAMPLE:
                break
        if size > SAMPLE:
            break
    words = b" ".join(found)
    return words.removeprefix(next((mark for mark in _MARKS if words.startswith(mark)), b""))


def _usable(name: str | None) -> str | None:
    """The codec of an encoding that is named, if it is one for text."""
    try:
        codec = codecs.lookup(name.strip().strip("\"'")).name if name else ""
    except (LookupError, ValueError):
        return None
    if codec in ("iso8859-1", "ascii"):
        return "cp1252"  # as every browser reads it
    return codec if _USABLE.fullmatch(codec) else None


# --- guesses -----------------------------------------------------------------------------------


def _weighed(sample: bytes) -> tuple[str, str]:
    """The likeliest encoding of old text, and what the next one would make of it."""
    likely = _likely(sample) or [("cp1252", 1.0)]
    readings = {encoding: sample.decode(encoding, "replace") for encoding, _ in likely}
    odd = {encoding: _misplaced(text) for encoding, text in readings.items()}
    best = likely[0][1]
    chosen = min(
        (encoding for encoding, share in likely if share >= EQUAL * best), key=odd.__getitem__
    )
    for encoding, share in likely:
        if share < CLOSE * best:
            break
        if odd[encoding] <= odd[chosen] and readings[encoding] != readings[chosen]:
            return chosen, _doubt(chosen, encoding, readings[chosen], readings[encoding])
    return chosen, ""


def _likely(data: bytes) -> list[tuple[str, float]]:
    """Encodings with how likely they are, by the letters of languages; the likeliest first."""
    import chardet

    found = chardet.detect_all(
        data,
        ignore_threshold=True,
        encoding_era=chardet.EncodingEra.ALL & ~chardet.EncodingEra.MAINFRAME,
    )
    likely: dict[str, float] = {}
    for guess in found:
        if encoding := _usable(guess["encoding"]):
            likely.setdefault(encoding, guess["confidence"])
    return list(likely.items())


def _misplaced(text: str) -> int:
    """How many signs stand where no writer puts them.

    Symbols and capitals inside words, words in two alphabets, codes without a sign.
    """
    count = 0
    for first, second in pairwise(f" {text} "):
        if first.isascii() and second.isascii():
            continue
        count += first.islower() and second.isupper()
        count += first.isalpha() and second.isalpha() and _is_latin(first) != _is_latin(second)
        count += first in "\ufffd¤" or unicodedata.category(first) in ("Cc", "Cn", "Co")
        count += first.isalpha() and _is_symbol(second)
        count += second.isalpha() and _is_symbol(first)
    return count


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def _is_symbol(sign: str) -> bool:
    return not sign.isascii() and unicodedata.category(sign) in ("Lm", "No", "Sc", "Sk", "Sm", "So")


def _doubt(chosen: str, other: str, read: str, instead: str) -> str:
    """What is told of two encodings that fit a text equally well."""
    pairs = dict.fromkeys(
        (word[:LONGEST_WORD], otherwise[:LONGEST_WORD])
        for word, otherwise in zip(read.split(" "), instead.split(" "), strict=False)
        if word != otherwise and word.isprintable() and otherwise.isprintable()
    )
    words = "; ".join(f"“{word}” or “{otherwise}”" for word, otherwise in [*pairs][:SHOWN_WORDS])
    said = f"does not say which encoding it has. It was read as {chosen}, but may be in {other}"
    return f"{said}: {words}." if words else ""


# --- one form for each character ---------------------------------------------------------------


_NEWLINES = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SOFT_HYPHEN_BREAK = re.compile(r"\u00ad[^\S\n]*\n[^\S\n]*(?=\w)")
# Controls, and the characters that show nothing: soft hyphens, zero-width spaces, direction
# marks, and the "tag" letters that can hide words from a reader but not from a model.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Joiners belong between the letters of scripts that need them, and nowhere else.
_JOINERS = re.compile(r"[\u200c\u200d]+")
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p"
    r"|q|s|section|small|span|strike|strong|sub|sup|tt|u|ul)(?:\s[^<>]{0,500})?/?\s*>\Z",
    re.IGNORECASE,
)
_BREAKING_TAG = re.compile(r"<(?:br|hr|/?(?:p|div|li|ul|ol|section|h[1-6]))\b", re.IGNORECASE)


def fold(text: str) -> str:
    r"""`text` in NFC with "\n" for line ends, " " for spaces, and nothing invisible.

    Quotation marks and dashes stay as they are.
    """
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    if "  " not in text and text.replace("\n", "").isprintable():
        return unicodedata.normalize("NFC", text)
    text = _SOFT_HYPHEN_BREAK.sub("", _NEWLINES.sub("\n", unicodedata.normalize("NFC", text)))
    text = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))
    text = _JOINERS.sub(_joiner, unicodedata.normalize("NFC", _SPACES.sub(" ", text)))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text))


def _joiner(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    return match[0][0] if text[start - 1 : start] > "\x7f" < text[end : end + 1] else ""


def drop_tags(text: str, breaking: str = "\n") -> str:
    """`text` without the tags of simple HTML; the words between them stay.

    Tags that end a paragraph become `breaking`. Anything else that looks like
    HTML is text. One pass leaves no tag behind, however they were nested.
    """
    if "<" not in text:
        return text
    done: list[str] = []
    held = ""  # what may still turn out to be the beginning of a tag
    for piece in re.split(r"(?<=>)", text):
        held += piece
        if match := _INLINE_TAG.search(held, max(0, held.rfind("<"))):
            tag, held = match[0], held[: match.start()]
            held += breaking if _BREAKING_TAG.match(tag) else ""
        if len(held) > 2000:
            done.append(held[:-600])
            held = held[-600:]
    return "".join(done) + held
