"""Characters as they come in the wild: one form for each, and nothing invisible."""

from __future__ import annotations

import re
import unicodedata

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
