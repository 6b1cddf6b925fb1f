"""The words of a page and where they stand, to its lines in reading order.

A page is cut along the gutters between its columns, again and again, as the recursive
X-Y cut does with a page's picture (Nagy and Seth 1984). Lengths are in points.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from statistics import median
from typing import NamedTuple

SHORTEST_COLUMN_LINE = 18
"""Characters, on average; columns with shorter lines are those of a table, which has rows."""
LEAST_ROWS = ((1.5, 4), (0.8, 8))
"""Width of a gutter, as a share of the size of its letters, and how many lines must stand on each
of its sides: the spaces of justified text lie below each other now and then, not so often."""
DEEPEST = 12
MOST_GAPS = 300  # in which a gutter is looked for, in one region; a page of many columns has fewer
SAME_LINE = 0.4
"""How far apart, as a share of their size, the base lines of words of one line may be."""
SPACE = 0.15  # how wide a space is at the least where the file tells none
WIDER = 1.3  # how many times wider than usual the space between two lines is where a block ends

_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_NUMBER = re.compile(r"D(?:sD|D)*")
_LEFT_TO_RIGHT = re.compile(rf"(?:[LD][LDns]*)?L(?:[Dns]*D)?|{_NUMBER.pattern}")
_RIGHT_TO_LEFT = re.compile(r"R(?:[RDns]*R)?")


class Word(NamedTuple):
    """A word, or a letter where words run from right to left, and where it stands."""

    text: str
    left: float
    right: float
    base: float  # its base line, from the top of the page
    size: float


@dataclass(frozen=True, slots=True)
class Row:
    """The words that stand on one line, from left to right."""

    words: tuple[Word, ...]

    @property
    def base(self) -> float:
        """The base line of its first word."""
        return self.words[0].base

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.words[0].left

    @property
    def size(self) -> float:
        """The size of its largest letters."""
        return max(word.size for word in self.words)

    @property
    def text(self) -> str:
        """Its words in the order in which they are read."""
        return spoken(self.words)


def blocks(words: Sequence[Word]) -> list[list[Row]]:
    """The blocks of a page in reading order, each as its lines.

    Where the space between lines is wider than it mostly is, or the size of the print
    changes, a block ends.
    """
    return [block for region in regions(rows_of(words)) for block in _blocks(region)]


def rows_of(words: Sequence[Word]) -> list[Row]:
    """Words as lines, from top to bottom; columns beside each other share theirs."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.base, word.left)):
        first = rows[-1][0] if rows else None
        if first and word.base - first.base <= SAME_LINE * min(first.size, word.size):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [Row(tuple(sorted(row, key=lambda word: word.left))) for row in rows]


def regions(rows: Sequence[Row], depth: int = 0) -> Iterator[list[Row]]:
    """The parts of a page that have one column, in reading order."""
    gutter = _gutter(rows) if depth < DEEPEST else None
    if gutter is None:
        yield rows_of([word for row in rows for word in row.words])
        return
    beside = rows[gutter.first : gutter.last + 1]
    sides = _sides(beside, gutter.middle)
    if _is_rtl(rows):
        sides = sides[::-1]
    for part in (rows[: gutter.first], *sides, rows[gutter.last + 1 :]):
        yield from regions(part, depth + 1) if part else ()


class _Gutter(NamedTuple):
    """A strip that stays empty over a run of rows."""

    lines: int  # on the side that has fewer
    width: float
    middle: float
    first: int
    last: int


def _gutter(rows: Sequence[Row]) -> _Gutter | None:
    """The gutter with the most lines on both sides, if there is one."""
    if len(rows) < LEAST_ROWS[0][1]:
        return None
    size = median(row.size for row in rows)
    best: _Gutter | None = None
    seen: list[tuple[int, int, float, float]] = []
    for number, left, right in islice(_gaps(rows, LEAST_ROWS[-1][0] * size), MOST_GAPS):
        if any(a <= number <= b and left <= lo and hi <= right for a, b, lo, hi in seen):
            continue
        first, last, left, right = _extended(rows, number, left, right, LEAST_ROWS[-1][0] * size)
        seen.append((first, last, left, right))
        sides = _sides(rows[first : last + 1], (left + right) / 2)
        found = _Gutter(min(map(len, sides)), right - left, (left + right) / 2, first, last)
        enough = any(found.width >= width * size and found.lines >= n for width, n in LEAST_ROWS)
        if enough and all(map(_is_text, sides)) and (best is None or found[:2] > best[:2]):
            best = found
    return best


def _gaps(rows: Sequence[Row], least: float) -> Iterator[tuple[int, float, float]]:
    """The wide gaps in the lines, and those between a line's end and the line beside it."""
    for number, row in enumerate(rows):
        for first, second in pairwise(row.words):
            if second.left - first.right >= least:
                yield number, first.right, second.left
        end = max(word.right for word in row.words)
        for other in (number - 1, number + 1):
            if 0 <= other < len(rows) and abs(rows[other].base - row.base) < row.size:
                beyond = [word.left for word in rows[other].words if word.left - end >= least]
                if beyond:
                    yield number, end, min(beyond)


def _extended(
    rows: Sequence[Row], number: int, left: float, right: float, least: float
) -> tuple[int, int, float, float]:
    """The rows around one that leave a strip empty, and what of the strip they all do."""
    reach = []
    for step in (-1, 1):
        at = number
        while 0 <= at + step < len(rows):
            free = _free(rows[at + step], left, right)
            if free[1] - free[0] < least:
                break
            left, right = free
            at += step
        reach.append(at)
    return reach[0], reach[1], left, right


def _free(row: Row, left: float, right: float) -> tuple[float, float]:
    """The widest part of a strip in which a row has no word."""
    inside = [word for word in row.words if word.left < right and word.right > left]
    if not inside:
        return left, right
    edges = [left, *(edge for word in inside for edge in (word.left, word.right)), right]
    return max(zip(edges[::2], edges[1::2], strict=True), key=lambda gap: gap[1] - gap[0])


def _sides(rows: Sequence[Row], middle: float) -> tuple[list[Row], list[Row]]:
    left = [[word for word in row.words if word.right <= middle] for row in rows]
    right = [[word for word in row.words if word.right > middle] for row in rows]
    return [Row(tuple(w)) for w in left if w], [Row(tuple(w)) for w in right if w]


def _is_text(rows: Sequence[Row]) -> bool:
    letters = sum(len(word.text) for row in rows for word in row.words)
    # Words are counted with the space before them; single letters have none.
    spaces = sum(len(word.text) > 1 for row in rows for word in row.words)
    return letters + spaces >= SHORTEST_COLUMN_LINE * len(rows)


def _blocks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    gaps = [second.base - first.base for first, second in pairwise(rows)]
    usual = median(gaps) if gaps else 0
    block: list[Row] = []
    for row, gap in zip(rows, [0, *gaps], strict=False):
        if block and (gap > WIDER * usual or not 0.8 < row.size / block[-1].size < 1.25):
            yield block
            block = []
        block.append(row)
    if block:
        yield block


# --- right to left -----------------------------------------------------------------------------


def spoken(words: Sequence[Word]) -> str:
    """The text of a line whose words are given from left to right.

    Undoes what the Unicode bidirectional algorithm does to show a line: what runs from
    right to left is turned round, but for the numbers and the foreign words in it. pdfium
    does so as well, but leaves half of the words of an Arabic text the wrong way round.
    """
    if not any(_is_rtl_text(word.text) for word in words):
        return " ".join(word.text for word in words)
    signs: list[str] = []
    size = max(word.size for word in words)
    for last, word in zip((None, *words), words, strict=False):
        if last and word.left - last.right > SPACE * size:
            signs.append(" ")
        signs += [word.text] if _is_rtl_text(word.text) else list(word.text)
    kinds = "".join(map(_kind, signs))
    if kinds.count("R") > kinds.count("L"):
        signs.reverse()
        _turn(signs, kinds[::-1], _LEFT_TO_RIGHT)
        text = "".join(signs)
        brackets = re.sub(r"[^()«»\[\]]", "", text)
        return text.translate(_MIRRORED) if brackets[:1] in tuple(")»]") else text
    for start, end in _turn(signs, kinds, _RIGHT_TO_LEFT):
        part = signs[start:end]
        _turn(part, kinds[start:end][::-1], _NUMBER)
        signs[start:end] = part
    return "".join(signs)


def _turn(signs: list[str], kinds: str, runs: re.Pattern[str]) -> list[tuple[int, int]]:
    """Turn round the runs of signs whose kinds a pattern fits; where they stand."""
    places = [match.span() for match in runs.finditer(kinds)]
    for start, end in places:
        signs[start:end] = signs[start:end][::-1]
    return places


def _kind(sign: str) -> str:
    """R and L for letters, D for a digit, s for what can stand within a number, n for others."""
    kind = unicodedata.bidirectional(sign[:1])
    kinds = {"R": "R", "AL": "R", "L": "L", "EN": "D", "AN": "D", "CS": "s", "ES": "s", "ET": "s"}
    return kinds.get(kind, "n")


def _is_rtl_text(text: str) -> bool:
    return not text.isascii() and any(
        unicodedata.bidirectional(sign) in ("R", "AL") for sign in text
    )


def _is_rtl(rows: Sequence[Row]) -> bool:
    """Whether most of the letters run from right to left."""
    texts = [word.text for row in rows for word in row.words]
    letters = sum(text[:1].isalpha() for text in texts)
    return sum(map(_is_rtl_text, texts)) > letters / 2 if letters else False
