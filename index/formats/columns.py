"""A page of text on a grid of characters, to its rows in reading order.

A page comes as the rows that a fixed-width rendering of it has, in which columns
stand side by side. It is cut along the gutters between columns, again and again,
as the recursive X-Y cut does with a page's picture (Nagy and Seth 1984).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from index.lines import Line

SHORTEST_COLUMN_LINE = 18
"""Characters, on average; columns with shorter lines are those of a table, which has rows."""
LEAST_ROWS = {3: 4, 2: 8}
"""Width of a gutter, and how many rows must have text on both of its sides: the spaces of
justified text lie below each other now and then, but not so often."""
DEEPEST = 12

Rows = Sequence[str]


def blocks(rows: Rows) -> list[list[Line]]:
    """The blocks of a page in reading order, each as its lines.

    Where the space between lines is wider than it mostly is, a block ends.
    """
    return [block for region in regions(rows) for block in _blocks(region)]


def regions(rows: Rows, depth: int = 0) -> Iterator[Rows]:
    """The parts of a page that have one column, in reading order."""
    gutter = _gutter(rows) if depth < DEEPEST else None
    if gutter is None:
        yield rows
        return
    first, last, left = gutter.first, gutter.last + 1, gutter.left
    yield from regions(rows[:first], depth + 1)
    yield from regions([row[:left].rstrip() for row in rows[first:last]], depth + 1)
    yield from regions([row[left:] for row in rows[first:last]], depth + 1)
    yield from regions(rows[last:], depth + 1)


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A strip that stays empty over a run of rows."""

    first: int
    last: int
    left: int
    score: tuple[int, int]
    """Rows with text on both sides, and the strip's width."""


def _gutter(rows: Rows) -> _Gutter | None:
    """The gutter with the most rows of text beside it, if there is one."""
    best: _Gutter | None = None
    end = max(map(len, rows), default=0)
    start = min((_indent(row) for row in rows if row.strip()), default=0)
    for left in range(start + SHORTEST_COLUMN_LINE // 2, end - SHORTEST_COLUMN_LINE // 2):
        for width, least in LEAST_ROWS.items():
            for run in _runs(rows, left, left + width):
                beside = [row for row in rows[run[0] : run[1] + 1] if _two_sided(row, left)]
                score = len(beside), width
                if len(beside) < least or (best and score <= best.score):
                    continue
                if _is_text(row[:left] for row in beside) and _is_text(
                    row[left:] for row in beside
                ):
                    best = _Gutter(*run, left, score)
    return best


def _runs(rows: Rows, left: int, right: int) -> Iterator[tuple[int, int]]:
    """First and last row of each run of rows that leave the strip empty."""
    numbered = groupby(enumerate(rows), key=lambda item: not item[1][left:right].strip())
    for empty, items in numbered:
        numbers = [number for number, row in items if row.strip()]
        if empty and numbers:
            yield numbers[0], numbers[-1]


def _two_sided(row: str, left: int) -> bool:
    return bool(row[:left].strip() and row[left:].strip())


def _is_text(sides: Iterator[str]) -> bool:
    lengths = [len(side.strip()) for side in sides]
    return sum(lengths) >= SHORTEST_COLUMN_LINE * len(lengths)


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _blocks(rows: Rows) -> Iterator[list[Line]]:
    numbers = [number for number, row in enumerate(rows) if row.strip()]
    if not numbers:
        return
    gaps = [second - first for first, second in pairwise(numbers)]
    usual = median(gaps) if gaps else 1
    margin = median(_indent(rows[number]) for number in numbers)
    block: list[Line] = []
    for number, gap in zip(numbers, [*gaps, 0], strict=True):
        row = rows[number]
        text = re.sub(r"\s+", " ", row).strip()
        block.append(Line(text, indented=_indent(row) > margin))
        if gap > usual or not gap:
            yield block
            block = []
