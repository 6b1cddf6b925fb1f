"""Parts of an article's text in pieces, with the quoted words told apart, for a template."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Page, Span

CONTEXT = 600
"""Characters shown of a paragraph on either side of the quoted words."""
LONGEST = 100_000
"""Characters of an article that are shown at once; the quoted words are always among them."""
NOTHING = Span(0, 0)

_BREAK = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a paragraph, all of them quoted or none."""

    text: str
    is_quoted: bool = False
    page: str = ""
    """The page that begins here, "page 5 (printed 47)"."""


Paragraph = list[Piece]


def whole(
    text: str, quoted: Span = NOTHING, pages: Sequence[Page] = ()
) -> tuple[list[Paragraph], Span]:
    """All paragraphs of an article, and which part of it they are, where it is a very long one."""
    window = Span(0, len(text))
    if len(text) > LONGEST:
        first = max(0, min(quoted.start - LONGEST // 2, len(text) - LONGEST))
        window = Span(first, first + LONGEST)
    return [_pieces(text, span, quoted, pages) for span in _paragraphs(text, window)], window


def around(text: str, quoted: Span) -> list[Paragraph]:
    """The paragraphs around the quoted words; dots stand where one of them is cut."""
    window = _window(text, quoted)
    rows = [_pieces(text, span, quoted) for span in _paragraphs(text, window)]
    before, after = text[: window.start].rstrip(" "), text[window.end :].lstrip(" ")
    if before and not before.endswith("\n"):
        rows[0].insert(0, Piece("… "))
    if after and not after.startswith("\n"):
        rows[-1].append(Piece(" …"))
    return rows


def _pieces(text: str, span: Span, quoted: Span, pages: Sequence[Page] = ()) -> Paragraph:
    begun = {page.start: str(page) for page in pages if span.start <= page.start < span.end}
    inner = [at for at in (quoted.start, quoted.end, *begun) if span.start < at < span.end]
    cuts = sorted({span.start, *inner, span.end})
    return [
        Piece(text[start:end], quoted.start <= start < quoted.end, begun.get(start, ""))
        for start, end in itertools.pairwise(cuts)
    ]


def _window(text: str, quoted: Span) -> Span:
    """The whole paragraphs that hold the quoted words, or as much as `CONTEXT` allows."""
    start, end = quoted.start, quoted.end
    before, after = text.rfind("\n\n", 0, start), text.find("\n\n", end)
    first = 0 if before < 0 else before + 2
    last = len(text) if after < 0 else after
    if start - first > CONTEXT:
        first = text.find(" ", start - CONTEXT, start) + 1 or start - CONTEXT
    if last - end > CONTEXT:
        space = text.rfind(" ", end, end + CONTEXT)
        last = end + CONTEXT if space < 0 else space
    return Span(first, last)


def _paragraphs(text: str, window: Span) -> list[Span]:
    spans, start = [], window.start
    for found in _BREAK.finditer(text, window.start, window.end):
        spans.append(Span(start, found.start()))
        start = found.end()
    return [*spans, Span(start, window.end)]
