"""Tables: .csv and .tsv with named columns, and .xlsx; an article in each row.

A sheet whose first row names columns as tables of articles do is one; all other
sheets of a file are one article, a line for each row.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from index.cleaning import Facts
from index.dates import is_double, parse_date
from index.formats import rows
from index.formats.archives import Package
from index.formats.articles import FIELDS, article, as_json, one_line, squeezed
from index.formats.document import DAMAGED, HIDDEN, LARGEST_FILE, LONGEST_TEXT, MB, Document
from index.formats.rows import Fields
from index.lines import Line, web_address
from index.records import Article, Problem

MOST_CELLS = 5_000_000  # of one file, empty ones before the last of a row included

_DELIMITERS = ",;\t|"
_UNCLOSED = (
    "has a quotation that does not end, or goes on after its end. It was left out{}. Write each "
    "quotation mark inside a text twice."
)
# A formula whose result was not saved beside it.
_WITHOUT_RESULT = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s{0,9}(?:<v ?/>|<v></v>)?\s{0,9}</c>")

SheetRow = tuple[int, list[str]]  # the number of a row of a sheet, and its cells as they are shown


def read_table(document: Document) -> Iterator[Article | Problem]:
    """A .csv or .tsv file whose first line names the columns: an article in each row.

    A row that cannot be read is reported, and the next one that fits the columns is read.
    """
    # The standard limit, 128 kB, is less than a long article. It is one for the whole process.
    csv.field_size_limit(LARGEST_FILE)
    encoding, doubts = rows.encoding(document)
    with _opened(document, encoding) as text:
        first = text.readline(LARGEST_FILE).lstrip("\ufeff")
    delimiter = "\t" if document.suffix == ".tsv" else max(_DELIMITERS, key=first.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    columns = [one_line(name).lower() for name in names]
    if not any(columns):
        raise document.error(rows.NO_ROWS)
    if not rows.has_text(columns):
        said = f'has no column "text" (its first line: {as_json(columns)})'
        raise document.error(f"{said}. Name the columns in the first line.")
    yield from rows.articles(
        document, lambda: _table_rows(document, encoding, delimiter, columns), doubts
    )


def _fields(row: Sequence[str], columns: Sequence[str]) -> Fields | str:
    if len(row) > len(columns):
        return f"has {len(row)} values for {len(columns)} columns. Put the text in quotation marks."
    return dict(zip(columns, row, strict=False))


def _table_rows(
    document: Document, encoding: str, delimiter: str, columns: Sequence[str]
) -> Iterator[tuple[str, Fields | str]]:
    """The rows below the first line, read strictly, and what is wrong with those that cannot be.

    A row with a quotation that does not end would swallow all that follow. So where a
    row is wrong, its first line alone is given up, and what follows is read anew, up to
    the first row that has a value in each column, and dates and addresses where they belong.
    """
    with _opened(document, encoding) as text:
        lines = _Lines(text, document)
        next(lines, "")
        lost = 0  # the line with the quotation that is not closed as it should be
        while True:
            start = lines.number + 1
            row, taken = _record(lines, delimiter, len(columns))
            good = row and (_fits(row, taken, columns) if lost else len(row) <= len(columns))
            if lost and (good or not taken):
                more = f", with what follows it to line {start - 1}" if start - 1 > lost else ""
                yield f", line {lost}", _UNCLOSED.format(more)
                lost = 0
            if not taken:
                return
            if row is None or (len(taken) > 1 and not good):
                lost = lost or start
                lines.again(taken[1:])
            elif any(row) and not (lost and not good):
                yield f", line {lines.number}", _fields(row, columns)


def _record(lines: _Lines, delimiter: str, width: int) -> tuple[list[str] | None, list[str]]:
    """The next row, None if it is wrong, and the lines that were taken for it."""
    taken: list[str] = []

    def feed() -> Iterator[str]:
        size = 0
        while size <= LONGEST_TEXT and (line := next(lines, "")):
            taken.append(line)
            size += len(line)
            yield line

    with suppress(csv.Error):
        return next(csv.reader(feed(), delimiter=delimiter, strict=True), []), taken
    # Marks inside a text that were not written twice do no harm where all stand on one line.
    row = next(csv.reader(taken[:1], delimiter=delimiter), [])
    if taken[0].count('"') % 2 or len(row) != width:
        return None, taken
    lines.again(taken[1:])
    return row, taken[:1]


def _fits(row: Sequence[str], lines: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether lines are certainly a row: no paragraph that has as many commas as there are columns.

    It has a value for each column; its text has several words; its id, date and address
    are such; and one of these is there, or its values stand in quotation marks.
    """
    if len(row) != len(columns):
        return False
    names = ("text" if rows.has_text([name]) else squeezed(name) for name in columns)
    kinds = [FIELDS.get(name, name) for name in names]
    known = [(kind, value) for kind, value in zip(kinds, row, strict=True) if value.strip()]
    sure = any(kind in _CHECKS and kind != "text" for kind, _ in known) or '"' in lines[0]
    return sure and all(_CHECKS[kind](value) for kind, value in known if kind in _CHECKS)


_CHECKS: dict[str, Callable[[str], bool]] = {
    "id": lambda value: " " not in value.strip(),
    "text": lambda value: " " in value.strip(),
    "published": lambda value: bool(parse_date(value)) or is_double(value),
    "url": lambda value: bool(web_address(value)),
}


def _opened(document: Document, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(document.open(), encoding, errors="replace", newline="")


class _Lines:
    """The lines of a table, none longer than an article may be; some can be read again."""

    def __init__(self, text: io.TextIOWrapper, document: Document) -> None:
        self._text = text
        self._document = document
        self._waiting: deque[str] = deque()
        self.number = 0  # how many lines have been read

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._text.readline(LARGEST_FILE)
        if not line:
            raise StopIteration
        if len(line) >= LARGEST_FILE:
            said = f"has a line of more than {LARGEST_FILE // MB} MB. Close its quotations."
            raise self._document.error(said)
        self.number += 1
        return line

    def again(self, lines: Sequence[str]) -> None:
        """Give back the last lines."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)


# --- spreadsheets ------------------------------------------------------------------------------


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
            facts.doubts.append(HIDDEN.format(f"sheets ({hidden})"))
        for sheet in shown:
            cells = _sheet_rows(sheet, left, facts)
            first = next(cells, (0, []))
            columns = [one_line(name).lower() for name in first[1]]
            if len(columns) > 1 and rows.has_text(columns):
                table = list(_dated(columns, cells))
                read = read or bool(table)
                yield from rows.articles(document, partial(list, table))
            elif any(columns):
                lines += [Line(one_line(sheet.title))] if len(shown) > 1 else []
                lines += _lines(first, cells)
    except DAMAGED:
        raise document.damaged() from None
    parts = [name for name in package.names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
    lost = sum(len(_WITHOUT_RESULT.findall(package.part(name) or b"")) for name in parts)
    if lost:
        said = f"has formulas without results ({lost:,} cells), which were left out"
        facts.doubts.append(f"{said}. Open it in a spreadsheet program and save it.")
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
        data = io.BytesIO(document.read())
        book = openpyxl.load_workbook(data, read_only=True, data_only=True, keep_links=False)
    return list(book.worksheets)


def _sheet_rows(sheet: Any, left: list[int], facts: Facts) -> Iterator[SheetRow]:
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
                read = f"“{one_line(sheet.title)}” was read up to row {number - 1:,}"
                facts.doubts.append(f"has too many cells: {read}, and no sheet after it. Split it.")
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


def _dated(columns: Sequence[str], cells: Iterator[SheetRow]) -> Iterator[tuple[str, Fields | str]]:
    """The rows of a table of articles; a bare number in a column of dates is a day."""
    from openpyxl.utils.datetime import from_excel

    dated = [place for place, name in enumerate(columns) if rows.is_date(name)]
    for number, row in cells:
        for place in dated:
            if place < len(row) and re.fullmatch(r"[34567]\d{4}", row[place]):
                row[place] = str(from_excel(int(row[place])).date())
        yield f", row {number}", _fields(row, columns)


def _lines(first: SheetRow, cells: Iterator[SheetRow]) -> Iterator[Line]:
    """A line for each row; where the first one names the columns, each cell with its name."""
    names = [one_line(name) for name in first[1]]
    named = len(names) > 1 and all(names) and not any(re.search(r"\d", name) for name in names)
    if not named:
        yield Line(" | ".join(filter(None, names)))
    for _, row in cells:
        texts = [one_line(cell) for cell in row]
        if named and 1 < len(texts) <= len(names):
            pairs = zip(names, texts, strict=False)
            texts = [f"{name}: {text}" for name, text in pairs if text]
        yield Line(" | ".join(filter(None, texts)))
