"""The blocks of a web page: what is prose in it, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.formats import markup
from index.lines import Line, is_open

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LEAST_PROSE = 40
"""Characters of a block that counts as prose, if it ends as a sentence does."""
LONG = 80
"""Characters of one that counts as prose however it ends."""


@dataclass(slots=True)
class Block:
    """One block of a page, with the element that it stands in."""

    element: HtmlElement
    lines: list[Line]
    prose: int = 0
    """Its characters, if it is prose."""
    held: int = 0
    """Those of them that trafilatura found too."""
    kind: str = ""
    """What the marks around it say that it is, if it is not the story's."""
    beside: HtmlElement | None = None
    """What the element so marked stood in."""

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(line.text for line in self.lines)

    @property
    def linked(self) -> bool:
        """Whether all of it is a link."""
        return all(line.linked for line in self.lines)

    @property
    def heading(self) -> int:
        """1 to 6 for a heading."""
        return self.lines[0].heading


def read(tree: HtmlElement) -> list[Block]:
    """The blocks of a page in their order."""
    blocks = [Block(element, lines) for element, lines in markup.placed(tree)]
    for block in blocks:
        text = block.text
        long = LEAST_PROSE if not is_open(text) else LONG
        if len(text) >= long and not (block.linked or block.heading):
            block.prose = len(text)
    return blocks


def upwards(element: HtmlElement) -> Iterator[HtmlElement]:
    """An element and those around it."""
    yield element
    yield from element.iterancestors()
