"""HTML to lines: the words in order, with what the marks said of them.

A tree is read by `paragraphs`; a field that may be plain, marked up, or escaped
many times, by `field_paragraphs`.
"""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING

from index.decoding import fold
from index.lines import Line
from index.paragraphs import plain_paragraphs, unwrap

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LONGEST_MARKUP = 5_000_000
"""Characters of a page without the pictures that it carries inside; no article has more."""
CELL_BREAK = " | "
LONGEST_CELL = 150  # characters; what has more in one cell is a layout, or prose
MOST_ESCAPES = 3  # how many times a field may have been escaped
LONGEST_TITLE = 10_000

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt figure fieldset"
    " footer form h1 h2 h3 h4 h5 h6 head header hr html li main nav ol p pre section summary table"
    " tbody td tfoot th thead tr ul".split()
)
_DROPPED = frozenset(
    "audio button canvas figcaption iframe img input noscript object picture script select"
    " source style svg template textarea title video".split()
)
# What a saved page carries inside its addresses: pictures and fonts, in base64.
_EMBEDDED = re.compile(r"data:[\w.+-]+/[\w.+-]+[^\s\"'()<>]{200,}")
_UNWANTED = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)])
_CLOSED = r"/(?:p|div|span|li|ul|ol|h[1-6]|blockquote|figure|section|article|em|strong|b|i|a|td)\s*"
_TAG = re.compile(rf"<{_CLOSED}>|<(?:br|hr|p)\s*/?>", re.IGNORECASE)
_ESCAPED_TAG = re.compile(rf"&(?:amp;)*lt;{_CLOSED}&(?:amp;)*gt;", re.IGNORECASE)
_CDATA = re.compile(r"(?:<|&(?:amp;)*lt;)!\[CDATA\[|\]\](?:>|&(?:amp;)*gt;)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def parsed(page: str) -> HtmlElement | None:
    """The tree of a page or a part of one; None where nothing is in it.

    Raises:
        ValueError: it has more than LONGEST_MARKUP characters.
    """
    import lxml.etree
    import lxml.html

    page = _EMBEDDED.sub("", page).translate(_UNWANTED)
    if len(page) > LONGEST_MARKUP:
        raise ValueError("too much markup")
    # As bytes: a text that declares an encoding of its own is refused.
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(page.encode(), parser=parser)
    except lxml.etree.ParserError:  # nothing but white space
        return None


def paragraphs(tree: HtmlElement | None) -> list[Line]:
    """The paragraphs of a tree; none where there is no tree."""
    return unwrap([lines for _, lines in placed(tree)]) if tree is not None else []


def placed(tree: HtmlElement) -> Iterator[tuple[HtmlElement, list[Line]]]:
    """The blocks of a tree, each with the element that it stands in.

    A block is the lines that breaks divide it into; the row of a table is one line.
    Pictures, scripts and forms go, and what they show is not the text's words.
    """
    from lxml.etree import iterwalk

    block = _Block()
    skipped = 0
    inside = tree
    row = False
    for event, element in iterwalk(tree, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "script"
        cell = tag in ("td", "th")
        if tag == "tr":
            row = event == "start" and _is_row_of_data(element)
        splits = tag in _BLOCKS and not (row and cell)
        if event == "start":
            skipped += tag in _DROPPED
            if skipped:
                continue
            if splits:
                yield from ((inside, lines) for lines in block.taken(_level(element)))
                inside = element
            elif row and cell and element.getprevious() is not None:
                block.add(CELL_BREAK)
            if tag == "br":
                block.end_line()
            elif tag == "a":
                block.links.append(str(element.get("href") or ""))
                block.inside += 1
            block.add(element.text)
            continue
        if not skipped:
            block.inside = max(0, block.inside - (tag == "a"))
            if splits:
                yield from ((inside, lines) for lines in block.taken(0))
                inside = element.getparent() if element is not tree else tree
        skipped -= tag in _DROPPED
        if not skipped and element is not tree:
            block.add(element.tail)
    yield from ((inside, lines) for lines in block.taken(0))


def _is_row_of_data(row: HtmlElement) -> bool:
    """Whether a row of a table holds a few words a cell, and is not there for the layout."""
    if len(row) < 2 or any(part.tag in (*_BLOCKS, "br") for cell in row for part in cell):
        return False
    return all(len(cell.text_content()) <= LONGEST_CELL for cell in row)


def _level(element: HtmlElement) -> int:
    """1 to 6 for a heading."""
    match = re.fullmatch(r"h([1-6])", str(element.tag))
    if match is None and element.get("role") == "heading":
        match = re.fullmatch(r"([1-6])", str(element.get("aria-level", "2")))
    return int(match[1]) if match else 0


class _Block:
    """The lines of the block in hand."""

    def __init__(self) -> None:
        self.links: list[str] = []
        self.inside = 0  # in how many links the words that come are
        self._parts: list[str] = []
        self._linked = True
        self._heading = 0
        self._lines: list[Line] = []

    def add(self, text: str | None) -> None:
        """Words come."""
        if text:
            self._linked = self._linked and (self.inside > 0 or not re.search(r"\w", text))
            self._parts.append(text)

    def end_line(self) -> None:
        text = re.sub(r"\s+", " ", "".join(self._parts)).strip(" |")
        if text:
            whole = self._linked and bool(self.links)
            self._lines.append(Line(text, self._heading, tuple(self.links), whole))
        self._parts, self.links, self._linked = [], [], True

    def taken(self, heading: int) -> Iterator[list[Line]]:
        """The block, if it holds any words; the next one begins, with `heading` as its level."""
        self.end_line()
        if self._lines:
            yield self._lines
        self._lines, self._heading = [], heading


# --- fields ------------------------------------------------------------------------------------


def field_paragraphs(text: str) -> list[Line]:
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
    lines = paragraphs(parsed(text))
    whole = (dataclasses.replace(line, text=_one_line(unescaped(line.text))) for line in lines)
    return [line for line in whole if line.text]


def field_line(text: str) -> str:
    """A title without markup and escapes, on one line; empty for one that is too long."""
    if "<" not in text and "&" not in text:
        return _one_line(text)
    lines = field_paragraphs(text) if len(text) < LONGEST_TITLE else []
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
