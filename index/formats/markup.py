"""A tree of HTML elements to lines: the words in order, with what the marks said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.lines import Line
from index.paragraphs import unwrap

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LONGEST_MARKUP = 5_000_000
"""Characters of a page without the pictures that it carries inside; no article has more."""

# Those of HTML, and those that trafilatura uses for the same ("head", "quote", "row", ...).
_BLOCKS = frozenset(
    "address article aside blockquote body center cell dd details div dl dt figure fieldset footer"
    " form h1 h2 h3 h4 h5 h6 head header hr html item li list main nav ol p pre quote row section"
    " summary table tbody td th thead tr ul".split()
)
_BREAKS = frozenset(("br", "lb"))
_DROPPED = frozenset(
    "audio button canvas figcaption graphic iframe img input noscript object picture script select"
    " source style svg template textarea title video".split()
)
_LINKS = frozenset(("a", "ref"))
_SPACE = re.compile(r"\s+")
# What a saved page carries inside its addresses: pictures and fonts, in base64.
_EMBEDDED = re.compile(r"data:[\w.+-]+/[\w.+-]+[^\s\"'()<>]{200,}")
_UNWANTED = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)])


def parsed(html: str) -> HtmlElement | None:
    """The tree of a page or a part of one; None where nothing is in it.

    Raises:
        ValueError: it has more than LONGEST_MARKUP characters.
    """
    import lxml.etree
    import lxml.html

    html = _EMBEDDED.sub("", html).translate(_UNWANTED)
    if len(html) > LONGEST_MARKUP:
        raise ValueError("too much markup")
    # As bytes: a text that declares an encoding of its own is refused.
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(html.encode(), parser=parser)
    except lxml.etree.ParserError:  # nothing but white space
        return None


def paragraphs(tree: HtmlElement) -> list[Line]:
    """The paragraphs of a tree."""
    return unwrap(list(blocks(tree)))


def blocks(tree: HtmlElement) -> Iterator[list[Line]]:
    """The blocks of a tree, each as the lines that breaks divide it into.

    Pictures, scripts and forms go, and what they show is not the text's words.
    """
    from lxml.etree import iterwalk

    block = _Block()
    skipped = 0
    for event, element in iterwalk(tree, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "script"
        if event == "start":
            skipped += tag in _DROPPED
            if not skipped:
                if tag in _BLOCKS:
                    yield from block.taken(_level(element))
                block.begin(tag, element)
                block.add(element.text)
            continue
        if not skipped:
            block.finish(tag)
            if tag in _BLOCKS:
                yield from block.taken(0)
        skipped -= tag in _DROPPED
        if not skipped and element is not tree:
            block.add(element.tail)
    yield from block.taken(0)


def _level(element: HtmlElement) -> int:
    """1 to 6 for a heading."""
    name = str(element.get("rend", "")) if element.tag == "head" else str(element.tag)
    match = re.fullmatch(r"h([1-6])", name)
    return int(match[1]) if match else 2 * (element.tag == "head")


class _Block:
    """The lines of the block in hand."""

    def __init__(self) -> None:
        self._heading = 0
        self._lines: list[Line] = []
        self._restart()

    def _restart(self) -> None:
        self._parts: list[str] = []
        self._links: list[str] = []
        self._linked = True
        self._inside = 0

    def begin(self, tag: str, element: HtmlElement) -> None:
        """An element inside the block opens."""
        if tag in _BREAKS:
            self._end_line()
        elif tag in _LINKS:
            self._links.append(str(element.get("href") or element.get("target") or ""))
            self._inside += 1

    def finish(self, tag: str) -> None:
        """An element inside the block closes."""
        if tag in _LINKS:
            self._inside = max(0, self._inside - 1)

    def add(self, text: str | None) -> None:
        """Words come."""
        if text:
            self._linked = self._linked and (self._inside > 0 or not re.search(r"\w", text))
            self._parts.append(text)

    def taken(self, heading: int) -> Iterator[list[Line]]:
        """The block, if it holds any words; the next one begins, with `heading` as its level."""
        inside = self._inside
        self._end_line()
        if self._lines:
            yield self._lines
        self._lines, self._heading, self._inside = [], heading, inside

    def _end_line(self) -> None:
        inside = self._inside
        text = _SPACE.sub(" ", "".join(self._parts)).strip()
        if text:
            whole = self._linked and bool(self._links)
            self._lines.append(Line(text, self._heading, tuple(self._links), whole))
        self._restart()
        self._inside = inside
