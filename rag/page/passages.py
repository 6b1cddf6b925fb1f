"""A passage of an article as HTML, with the quoted words marked: in its paragraph or as a whole.

Pure functions of text and offsets; every piece of the text goes through `inert`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.records import Page, Span
from rag.page.inert import inert

CONTEXT = 600
"""Characters shown of a paragraph on either side of the quoted words."""
LONGEST = 100_000
"""Characters of an article that are shown at once; the quoted words are always among them."""

_BREAK = re.compile(r"\n{2,}")


def whole(text: str, quoted: Span | None = None, pages: Sequence[Page] = ()) -> str:
    """All paragraphs of an article as HTML, the quoted words in ``<mark>``.

    Of a very long article only the part around the quoted words is shown, and it says so.
    Where a page begins, it is named.
    """
    window = Span(0, len(text))
    if len(text) > LONGEST:
        middle = quoted.start if quoted else 0
        first = max(0, min(middle - LONGEST // 2, len(text) - LONGEST))
        window = Span(first, first + LONGEST)
    rows = _rows(text, window, quoted or Span(0, 0), pages)
    before = _left_out(window.start)
    return before + "".join(f"<p>{row}</p>" for row in rows) + _left_out(len(text) - window.end)


def passage(text: str, start: int, end: int) -> str:
    """The paragraphs around ``text[start:end]`` as HTML, the quoted words in ``<mark>``."""
    window = _window(text, start, end)
    rows = _rows(text, window, Span(start, end))
    rows[0] = ("… " if _cut(text, window.start, -1) else "") + rows[0]
    rows[-1] += " …" if _cut(text, window.end, 1) else ""
    return "".join(f"<p>{row}</p>" for row in rows)


def _rows(text: str, window: Span, quoted: Span, pages: Sequence[Page] = ()) -> list[str]:
    return [
        "".join(_row(text, part, quoted, page) for part, page in _parts(span, pages))
        for span in _paragraphs(text, window)
    ]


def _parts(span: Span, pages: Sequence[Page]) -> Iterator[tuple[Span, Page | None]]:
    """The parts of a paragraph between the pages that begin in it, each with its page."""
    begun = [page for page in pages if span.start <= page.start < span.end]
    starts = [*(page.start for page in begun), span.end]
    if starts[0] != span.start:
        yield Span(span.start, starts[0]), None
    for page, end in zip(begun, starts[1:], strict=True):
        yield Span(page.start, end), page


def _row(text: str, span: Span, quoted: Span, page: Page | None) -> str:
    name = f'<span class="byline-page">{inert(str(page))}</span> ' if page else ""
    inner = Span(max(span.start, quoted.start), min(span.end, quoted.end))
    return name + (_marked(text, span, inner) if inner.start < inner.end else inert(span.of(text)))


def _left_out(characters: int) -> str:
    if characters <= 0:
        return ""
    return f'<p class="byline-note">… {characters:,} more characters are not shown here …</p>'


def _marked(text: str, outer: Span, inner: Span) -> str:
    before = inert(text[outer.start : inner.start])
    after = inert(text[inner.end : outer.end])
    return f"{before}<mark>{inert(inner.of(text))}</mark>{after}"


def _window(text: str, start: int, end: int) -> Span:
    """The whole paragraphs that hold the quoted words, or as much as `CONTEXT` allows."""
    before, after = text.rfind("\n\n", 0, start), text.find("\n\n", end)
    first = 0 if before < 0 else before + 2
    last = len(text) if after < 0 else after
    if start - first > CONTEXT:
        first = text.find(" ", start - CONTEXT, start) + 1 or start - CONTEXT
    if last - end > CONTEXT:
        space = text.rfind(" ", end, end + CONTEXT)
        last = end + CONTEXT if space < 0 else space
    return Span(first, last)


def _cut(text: str, at: int, step: int) -> bool:
    """True if the window's edge at `at` falls inside a paragraph."""
    beyond = text[:at].rstrip(" ") if step < 0 else text[at:].lstrip(" ")
    return bool(beyond) and not (beyond.endswith("\n") if step < 0 else beyond.startswith("\n"))


def _paragraphs(text: str, window: Span) -> list[Span]:
    spans, start = [], window.start
    for found in _BREAK.finditer(text, window.start, window.end):
        spans.append(Span(start, found.start()))
        start = found.end()
    return [*spans, Span(start, window.end)]
