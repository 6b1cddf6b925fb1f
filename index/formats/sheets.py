"""Spreadsheets: .xlsx.

A sheet whose first row names columns as tables of articles do is one; all other
sheets of a file are one article, a line for each row.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from index.cleaning import Facts
from index.formats import tables
from index.formats.articles import article
from index.formats.document import DAMAGED, LONGEST_TEXT, Document
from index.formats.fields import one_line
from index.formats.packages import Package
from index.formats.rows import has_text, is_date
from index.lines import Line
from index.records import Article, Problem

MOST_CELLS = 5_000_000
"""Cells of one file, empty ones before the last of a row included."""

# A formula whose result was not saved beside it.
_WITHOUT_RESULT = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s{0,9}(?:<v ?/>|<v></v>)?\s{0,9}</c>")

Row = tuple[int, list[str]]
"""The number of a row of a sheet, and its cells as they are shown."""


def read_sheets(document: Document) -> Iterator[Article | Problem]:
    """An .xlsx file: an article in each row of a table of articles, and one of all other sheets."""
    package = Package(document, "an Excel file")
    package.check()
    facts = Facts(doubts=package.unread({"chart": r"xl/charts/chart\d*\.xml"}))
    lines: list[Line] = []
    read = False
    left = [MOST_CELLS, LONGEST_TEXT]
    try:
        sheets = _sheets(document)
        shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
        if hidden := len(sheets) - len(shown):
            facts.doubts.append(
                f"has hidden sheets, which were left out ({hidden}). Show them and save the file "
                "if they belong to the article."
            )
        for sheet in shown:
            cells = _rows(sheet, left, facts)
            first = next(cells, (0, []))
            columns = [one_line(name).lower() for name in first[1]]
            if len(columns) > 1 and has_text(columns):
                table = [tables.Row(number, row) for number, row in _dated(columns, cells)]
                read = read or bool(table)
                yield from tables.table_articles(document, columns, table, what="row")
            elif any(columns):
                found = list(_lines(first, cells))
                lines += [Line(one_line(sheet.title))] if len(shown) > 1 else []
                lines += found
    except DAMAGED:
        raise document.error(
            "is damaged, or is no Excel file. Open it and save it as .xlsx."
        ) from None
    parts = [name for name in package.names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
    lost = sum(len(_WITHOUT_RESULT.findall(package.part(name) or b"")) for name in parts)
    if lost:
        facts.doubts.append(
            f"has formulas without results ({lost:,} cells), which were left out. Open it in a "
            "spreadsheet program and save it."
        )
    if lines:
        yield from article(document, lines, facts, last=package.properties())
    elif read:
        yield from document.warnings(facts.doubts)
    else:
        raise document.empty()


def _sheets(document: Document) -> list[Any]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it will not write back
        data = BytesIO(document.read())
        book = openpyxl.load_workbook(data, read_only=True, data_only=True, keep_links=False)
    return list(book.worksheets)


def _rows(sheet: Any, left: list[int], facts: Facts) -> Iterator[Row]:
    """The rows that are not empty, until more cells or characters are read than are `left`."""
    if min(left) < 0:
        return
    sheet.reset_dimensions()  # what a sheet says of its size is often wrong
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, row in enumerate(sheet.iter_rows(), 1):
            cells = [_shown(cell) for cell in row]
            left[:] = left[0] - len(row) - 1, left[1] - sum(map(len, cells))
            if min(left) < 0:
                facts.doubts.append(
                    f"has more cells than an article may have: “{one_line(sheet.title)}” was read "
                    f"up to row {number - 1:,}, and no sheet after it. Split the file."
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

    dated = [place for place, name in enumerate(columns) if is_date(name)]
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
        if named and 1 < len(cells) <= len(names):
            pairs = zip(names, cells, strict=False)
            cells = [f"{name}: {cell}" for name, cell in pairs if cell]
        yield Line(" | ".join(filter(None, cells)))
