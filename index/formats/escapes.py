"""A text that may be plain, marked up as HTML, or escaped many times, to paragraphs."""

from __future__ import annotations

import dataclasses
import html
import re
from html.entities import html5

from index.characters import fold
from index.formats import markup
from index.lines import Line
from index.paragraphs import plain_paragraphs

MOST_ESCAPES = 3
"""How many times a text may have been escaped."""
LONGEST_TITLE = 10_000

_CLOSED = r"/(?:p|div|span|li|ul|ol|h[1-6]|blockquote|figure|section|article|em|strong|b|i|a|td)\s*"
_TAG = re.compile(rf"<{_CLOSED}>|<(?:br|hr|p)\s*/?>", re.IGNORECASE)
_ESCAPED_TAG = re.compile(rf"&(?:amp;)*lt;{_CLOSED}&(?:amp;)*gt;", re.IGNORECASE)
_CDATA = re.compile(r"(?:<|&(?:amp;)*lt;)!\[CDATA\[|\]\](?:>|&(?:amp;)*gt;)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def paragraphs(text: str) -> list[Line]:
    """The paragraphs of a field.

    Raises:
        ValueError: it has more markup than an article has.
    """
    text = _CDATA.sub("", text)
    for _ in range(MOST_ESCAPES):
        if not _ESCAPED_TAG.search(text):
            break
        text = _ENTITY.sub(_letter, text)
    if not _TAG.search(text):
        return plain_paragraphs(unescaped(text))
    lines = markup.paragraphs(markup.parsed(text))
    whole = (dataclasses.replace(line, text=_one_line(unescaped(line.text))) for line in lines)
    return [line for line in whole if line.text]


def line(text: str) -> str:
    """A title without markup and escapes, on one line."""
    if "<" not in text and "&" not in text:
        return _one_line(text)
    try:
        lines = paragraphs(text) if len(text) < LONGEST_TITLE else []
    except ValueError:
        return ""
    return _one_line(" ".join(line.text for line in lines))


def unescaped(text: str) -> str:
    """`text` with the letters that its entities stand for, however often they were escaped."""
    for _ in range(MOST_ESCAPES):
        text = _ENTITY.sub(_letter, text)
    return text


def _one_line(text: str) -> str:
    return " ".join(fold(text).split())


def _letter(match: re.Match[str]) -> str:
    known = match[0][1] == "#" or match[0][1:] in html5
    return html.unescape(match[0]) if known else match[0]
