"""Spreadsheets: .xlsx.

A sheet whose first row names columns as tables of articles do is one; all other
sheets of a file are one article, a line for each row.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from index.cleaning import Facts
from index.errors import UnreadableSource
from index.formats.articles import FIELDS, article, one_line, squeezed
from index.formats.document import LONGEST_TEXT, Document
from index.formats.packages import Package, unread
from index.formats.rows import has_text
from index.formats.tables import Row as TableRow
from index.formats.tables import table_articles
from index.lines import Line
from index.records import Article, Problem

MOST_CELLS = 5_000_000
"""Cells of one file, empty ones before the last of a row included."""

# What openpyxl lets through on files that are damaged.
_BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    SyntaxError,  # of lxml and of the standard library's parser
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
# A formula whose result was not saved beside it.
_WITHOUT_RESULT = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s{0,9}(?:<v ?/>|<v></v>)?\s{0,9}</c>")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_UNREAD = {"chart": re.compile(r"xl/charts/chart\d*\.xml")}

Row = tuple[int, list[str]]
"""The number of a row of a sheet, and its cells as they are shown."""


def read_sheets(document: Document) -> Iterator[Article | Problem]:
    """An .xlsx file: an article in each row of a table of articles, and one of all other sheets."""
    package = Package(document, "an Excel file")
    package.check()
    facts = Facts(doubts=unread(package, _UNREAD))
    lines: list[Line] = []
    rows = 0
    try:
        sheets, hidden = _sheets(document)
        if hidden:
            facts.doubts.append(
                f"has hidden sheets, which were left out ({hidden}). Show them and save the file "
                "if they belong to the article."
            )
        budget = _Budget(facts)
        for sheet in sheets:
            cells = budget.rows(sheet)
            first = next(cells, (0, []))
            columns = [one_line(name).lower() for name in first[1]]
            if len(columns) > 1 and has_text(columns):
                table = [TableRow(number, row) for number, row in _dated(columns, cells)]
                rows += len(table)
                yield from table_articles(document, columns, table, what="row")
            elif any(columns):
                found = list(_lines(first, cells))
                lines += [Line(one_line(sheet.title))] if len(sheets) > 1 else []
                lines += found
    except _BROKEN:
        raise UnreadableSource(
            f"{document.name} is damaged, or is no Excel file. Open it and save it as .xlsx."
        ) from None
    lost = sum(
        len(_WITHOUT_RESULT.findall(package.part(name) or b""))
        for name in package.names
        if _SHEET.fullmatch(name)
    )
    if lost:
        facts.doubts.append(
            f"has formulas without results ({lost:,} cells), which were left out. Open it in a "
            "spreadsheet program and save it."
        )
    if lines:
        yield from article(document, lines, facts, last=package.properties())
    elif not rows:
        raise document.empty()
    else:
        for doubt in facts.doubts:
            yield document.problem(f"{document.name} {doubt}", warning=True)


def _sheets(document: Document) -> tuple[list[Any], int]:
    """The sheets that are shown, and how many are not."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it will not write back
        book = openpyxl.load_workbook(
            BytesIO(document.read()), read_only=True, data_only=True, keep_links=False
        )
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return shown, len(book.worksheets) - len(shown)


class _Budget:
    """Reads rows until there are more cells than a file may have."""

    def __init__(self, facts: Facts) -> None:
        self._left = MOST_CELLS
        self._characters = LONGEST_TEXT
        self._facts = facts

    def rows(self, sheet: Any) -> Iterator[Row]:
        """The rows that are not empty."""
        if self._left < 0 or self._characters < 0:
            return
        sheet.reset_dimensions()  # what a sheet says of its size is often wrong
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for number, row in enumerate(sheet.iter_rows(), 1):
                self._left -= len(row) + 1
                cells = [_shown(cell) for cell in row]
                self._characters -= sum(map(len, cells))
                if self._left < 0 or self._characters < 0:
                    self._facts.doubts.append(
                        f"has more cells than an article may have: “{one_line(sheet.title)}” was "
                        f"read up to row {number - 1:,}, and no sheet after it. Split the file."
                    )
                    return
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    yield number, cells


def _shown(cell: Any) -> str:
    """The value of a cell as it is shown, as far as its kind tells."""
    value = cell.value
    if isinstance(value, dt.datetime):
        return str(value.date() if value.time() == dt.time() else value)
    if isinstance(value, float | int) and not isinstance(value, bool):
        if "%" in str(cell.number_format):
            return f"{value * 100:.10g}%"
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    return "" if value is None else str(value)


def _dated(columns: Sequence[str], rows: Iterator[Row]) -> Iterator[Row]:
    """The rows of a table of articles; a bare number in a column of dates is a day."""
    from openpyxl.utils.datetime import from_excel

    dated = [
        n for n, name in enumerate(columns) if FIELDS.get(squeezed(name)) in ("published", "as_of")
    ]
    for number, row in rows:
        for place in dated:
            if place < len(row) and re.fullmatch(r"[34567]\d{4}", row[place]):
                row[place] = str(from_excel(int(row[place])).date())
        yield number, row


def _lines(first: Row, rows: Iterator[Row]) -> Iterator[Line]:
    """A line for each row; where the first one names the columns, each cell with its name."""
    names = [one_line(name) for name in first[1]]
    named = len(names) > 1 and all(names) and not any(re.search(r"\d", name) for name in names)
    if not named:
        yield Line(" | ".join(filter(None, names)))
    for _, row in rows:
        cells = [one_line(cell) for cell in row]
        if named and len(cells) <= len(names) and len(cells) > 1:
            pairs = zip(names, cells, strict=False)
            yield Line(" | ".join(f"{name}: {cell}" for name, cell in pairs if cell))
        else:
            yield Line(" | ".join(filter(None, cells)))
