"""Lines to paragraphs, however a source broke them.

A source may put one paragraph on a line, wrap it at some width, cut it at a page
or divide its words. `unwrap` measures which, and joins what belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from index.characters import drop_tags, fold
from index.hyphens import LAST_WORD, hyphens_of, seam
from index.lines import Line, is_notice, is_open, starts_small

# A line break is the source's own, not the writer's, where many lines stop in mid-sentence.
WRAPPED_SHARE = 0.3
LONGEST_WRAPPED_LINE = 200

_SOFT_AT_END = re.compile(r"(?<=\w)\xad(?=\s*\n\s*\w)")
_RIGHT_TO_LEFT = re.compile(r"\W*[\u0590-\u08ff]")
_BULLET = re.compile(r"(?:[*•▪◦‣-]|\(?\d{1,3}[.)])\s")


def plain_paragraphs(text: str) -> list[Line]:
    """The paragraphs of a plain text."""
    # What a PDF's dump has as a soft hyphen at a line end may as well be the writer's.
    text = _SOFT_AT_END.sub("-", text)
    lines = fold(drop_tags(fold(text))).split("\n")
    blocks = [list(block) for full, block in groupby(lines, key=lambda line: line > " ") if full]
    return unwrap(
        [[Line(line.strip(), indented=line[0] == " ") for line in block] for block in blocks],
        across=True,
    )


def unwrap(blocks: Sequence[Sequence[Line]], *, across: bool = False) -> list[Line]:
    """Paragraphs of blocks of lines; `across`, a sentence that a page break cuts is joined too.

    A line that stops in mid-sentence before a small letter is always joined to the
    next. The others are joined where the text is hard-wrapped, which is measured:
    `WRAPPED_SHARE` of the breaks inside blocks must be of that kind. A wrapped line
    that is clearly shorter than the rest ends its paragraph, or is a heading.
    """
    wrapping = _wrapping(blocks)
    paragraphs: list[list[Line]] = []
    for block in blocks:
        for number, line in enumerate(block):
            last = paragraphs[-1][-1] if paragraphs else None
            joined = _continues if number else _cut_by_a_page if across else None
            if last and joined and joined(last, line, wrapping):
                paragraphs[-1].append(line)
            else:
                paragraphs.append([line])
    words = hyphens_of(paragraphs)
    merged = (_merge(lines, words) for lines in paragraphs)
    return [line for line in merged if line.text]


@dataclass(frozen=True, slots=True)
class _Wrapping:
    """How a hard-wrapped text was broken, in characters, measured where a sentence goes on."""

    usual: float = 0  # a usual line; 0 for a text that is not wrapped
    full: float = 0  # what a full line comes to with the word that had no room on it, at the least


def _wrapping(blocks: Sequence[Sequence[Line]]) -> _Wrapping:
    pairs = [
        (first.text, second.text)
        for block in blocks
        for first, second in pairwise(block)
        if len(first.text) <= LONGEST_WRAPPED_LINE
    ]
    # Letters that run from right to left are neither small nor large.
    cut = [
        pair
        for pair in pairs
        if is_open(pair[0]) and (starts_small(pair[1]) or _RIGHT_TO_LEFT.match(pair[1]))
    ]
    if len(cut) < max(2, WRAPPED_SHARE * len(pairs)):
        return _Wrapping()
    reaches = sorted(_reach(*pair) for pair in cut)
    usual = median(len(first) for first, _ in cut)
    return _Wrapping(usual, max(reaches[len(reaches) // 20], 0.8 * usual))


def _reach(first: str, second: str) -> int:
    return len(first) + 1 + len(second.split(" ", 1)[0])


def _continues(first: Line, second: Line, wrapping: _Wrapping) -> bool:
    """Whether a line goes on in the next one of its block."""
    if first.heading or second.heading or is_notice(first.text) or is_notice(second.text):
        return False
    unfinished = is_open(first.text)
    if (unfinished and starts_small(second.text)) or LAST_WORD.search(first.text[-60:]):
        return True
    if not wrapping.usual or len(first.text) > LONGEST_WRAPPED_LINE:
        return False
    if unfinished and not _BULLET.match(second.text):
        return len(first.text) >= 0.6 * wrapping.usual  # a shorter one is a heading
    if second.indented and not first.indented:
        return False
    return _reach(first.text, second.text) >= wrapping.full


def _cut_by_a_page(first: Line, second: Line, wrapping: _Wrapping) -> bool:
    """Whether a hard-wrapped sentence goes on after a blank line."""
    if not wrapping.usual or first.heading or second.heading:
        return False
    if len(first.text) < 0.6 * wrapping.usual:
        return False
    small = first.text[-1].islower() or first.text[-1] in ",-"
    return small and starts_small(second.text)


def _merge(lines: Sequence[Line], words: frozenset[str]) -> Line:
    """One paragraph of the lines that belong together."""
    parts = [lines[0].text]
    pages = [*lines[0].pages]
    for line in lines[1:]:
        parts[-1], between = seam(parts[-1], line.text, words)
        if line.pages and line.pages[0][1] != pages[-1][1]:
            before = _clean("".join([*parts, between, "|"]))
            pages += [(len(before) - 1 + offset, number) for offset, number in line.pages]
        parts += [between, line.text]
    text = _clean("".join(parts))
    return Line(
        text,
        heading=lines[0].heading,
        links=tuple(link for line in lines for link in line.links),
        linked=all(line.linked for line in lines),
        credit=lines[-1].credit,
        pages=tuple(pages),
    )


def _clean(text: str) -> str:
    return fold(drop_tags(text, breaking=" ")).strip()
