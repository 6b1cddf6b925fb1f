"""Tables: .csv and .tsv with named columns, an article in each row."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from index.dates import is_double, parse_date
from index.formats import rows
from index.formats.document import LARGEST_FILE, LONGEST_TEXT, MB, Document
from index.formats.fields import FIELDS, as_json, one_line, squeezed
from index.formats.rows import Fields
from index.lines import web_address
from index.records import Article, Problem

_DELIMITERS = ",;\t|"
_UNCLOSED = (
    "has a quotation that does not end, or goes on after its end. It was left out{}. Write each "
    "quotation mark inside a text twice."
)


class Row(NamedTuple):
    """One row of a table."""

    line: int
    """The number of the line that it ends on, from 1."""
    values: list[str]
    wrong: str = ""
    """Why it cannot be read; empty for one that can."""


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
        raise rows.no_rows(document)
    if not rows.has_text(columns):
        raise document.error(
            f'has no column "text" (its first line: {as_json(columns)}). Name the columns in the '
            "first line."
        )

    def found() -> Iterator[Row]:
        return _rows(document, encoding, delimiter, columns)

    def objects() -> Iterator[Fields]:
        return (dict(zip(columns, row.values, strict=False)) for row in found() if not row.wrong)

    yield from document.warnings(doubts)
    dated = rows.day_orders(objects)
    yield from table_articles(document, columns, found(), doubts=doubts, dated=dated)


def table_articles(
    document: Document,
    columns: Sequence[str],
    found: Iterable[Row],
    *,
    what: str = "line",
    doubts: Sequence[str] = (),
    dated: Callable[[Fields], Fields] = dict,
) -> Iterator[Article | Problem]:
    """An article for each row of a table.

    Args:
        document: what the table came in.
        columns: the names of the columns, in small letters.
        found: the rows.
        what: what the numbers of the rows count.
        doubts: what is doubtful about the letters of all of the table, and told of it.
        dated: what `rows.day_orders` made of all rows.

    Raises:
        UnreadableSource: no row holds anything.
    """
    empty = True
    for row in found:
        wrong = row.wrong or _too_many(row.values, columns)
        if wrong:
            yield document.problem(f"{document.name}, {what} {row.line}: {wrong}")
        elif any(row.values):
            fields = dict(zip(columns, row.values, strict=False))
            items = rows.article_of(fields, document, doubts, dated=dated)
            yield from rows.placed(items, document, f", {what} {row.line}")
        empty = empty and not (wrong or any(row.values))
    if empty:
        raise rows.no_rows(document)


def _rows(
    document: Document, encoding: str, delimiter: str, columns: Sequence[str]
) -> Iterator[Row]:
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
                yield Row(lost, [], _UNCLOSED.format(more))
                lost = 0
            if not taken:
                return
            if row is None or (len(taken) > 1 and not good):
                lost = lost or start
                lines.again(taken[1:])
            elif good:
                yield Row(lines.number, row)
            elif row and not lost:
                yield Row(start, [], _too_many(row, columns))


def _too_many(row: Sequence[str], columns: Sequence[str]) -> str:
    if len(row) <= len(columns):
        return ""
    return f"has {len(row)} values for {len(columns)} columns. Put the text in quotation marks."


def _record(lines: _Lines, delimiter: str, width: int) -> tuple[list[str] | None, list[str]]:
    """The next row, None if it is wrong, and the lines that were taken for it."""
    taken: list[str] = []

    def feed() -> Iterator[str]:
        size = 0
        for line in lines:
            taken.append(line)
            size += len(line)
            if size > LONGEST_TEXT:
                return
            yield line

    try:
        return next(csv.reader(feed(), delimiter=delimiter, strict=True), []), taken
    except csv.Error:
        pass
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
        self.number = 0
        """How many lines have been read."""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._text.readline(LARGEST_FILE)
        if not line:
            raise StopIteration
        if len(line) >= LARGEST_FILE:
            raise self._document.error(
                f"has a line of more than {LARGEST_FILE // MB} MB. Close its quotations, and write "
                "one article per row."
            )
        self.number += 1
        return line.lstrip("\ufeff") if self.number == 1 else line

    def again(self, lines: Sequence[str]) -> None:
        """Give back the last lines."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)
