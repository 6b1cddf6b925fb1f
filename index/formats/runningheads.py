"""What stands at the edges of pages, page after page: running heads, page numbers, print."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, takewhile
from statistics import median

from index.formats.columns import WIDER, Row, rows_of
from index.formats.fields import one_line
from index.formats.pdffile import Sheet
from index.lines import web_address

EDGE = 3  # how many rows at the top and at the bottom of a page can be a running head
REPEATED = 0.3
"""The share of pages on which a running head stands, odd and even pages having their own."""

_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s*[-–—|]?\s*(\d{1,4})\s*[-–—|]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)
# What a browser prints around a page: the time of printing, and the address.
_PRINTED = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},\s+\d{1,2}[:.]\d{2}(?:\s?[AP]M)?\b"
    r"|https?://\S+\s+\d{1,4}\s?/\s?\d{1,4}\Z"
)
_NUMBER = re.compile(r"\A\d{1,4}\b|\b\d{1,4}\Z|(?<=[Pp]age )\d{1,4}")


def take_off(sheets: Sequence[Sheet]) -> str | None:
    """Take them off the pages, whose labels become the numbers printed there.

    Returns: the address that a browser printed below each page, if there is one.
    """
    pages = [rows_of(sheet.words) for sheet in sheets]
    edges = [{_shape(row) for row in (*rows[:EDGE], *rows[-EDGE:])} for rows in pages]
    counts = Counter(shape for edge in edges for shape in edge)
    least = max(2, REPEATED * len(pages))
    heads = {shape for shape in counts if counts[shape] >= least or _is_print(shape)}
    numbers: dict[int, list[str]] = {}
    for sheet, rows in zip(sheets, pages, strict=True):
        gone = _gone(rows, heads)
        texts = [text for text in (one_line(row.text) for row in gone) if not _PRINTED.match(text)]
        numbers[sheet.number] = [number for text in texts for number in _NUMBER.findall(text)]
        words = {word for row in gone for word in row.words}
        sheet.words = [word for word in sheet.words if word not in words]
    _label(sheets, numbers)
    printed = {match[0] for head in heads if (match := re.search(r"https?://\S+", head))}
    whole = [address for address in printed if not address.endswith(("...", "…"))]
    return web_address(whole[0]) if len(whole) == 1 else None


def _gone(rows: Sequence[Row], heads: set[str]) -> list[Row]:
    """The running heads of a page, which end at the first row that is none.

    They stand apart from the text; a row of it that two pages share does not.
    """
    usual = median(abs(b.base - a.base) for a, b in pairwise(rows)) if len(rows) > 1 else 0
    gone: list[Row] = []
    for ordered in (list(rows), list(rows)[::-1]):
        found = list(takewhile(lambda row: _shape(row) in heads, ordered[:EDGE]))
        while found and not _is_print(_shape(found[-1])):
            last, after = found[-1], ordered[len(found) : len(found) + 1]
            if not after or abs(after[0].base - last.base) > WIDER * usual:
                break
            found.pop()
        gone += found
    return gone


def _shape(row: Row) -> str:
    """A row without what differs from page to page: its number."""
    text = one_line(row.text)
    return text if _PRINTED.match(text) else _NUMBER.sub("#", text)


def _is_print(text: str) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(text.replace("#", "1")) or _PRINTED.match(text))


def _label(sheets: Sequence[Sheet], numbers: dict[int, list[str]]) -> None:
    """The printed numbers as labels, if they run on from page to page as page numbers do."""
    ahead = Counter(
        ahead
        for page, printed in numbers.items()
        for ahead in {int(number) - page for number in printed}
    )
    usual, pages = ahead.most_common(1)[0] if ahead else (0, 0)
    for sheet in sheets if pages >= min(2, len(sheets)) else ():
        label = str(sheet.number + usual)
        if not sheet.label and label in numbers[sheet.number]:
            sheet.label = label
