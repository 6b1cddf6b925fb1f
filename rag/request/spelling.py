"""A question whose words no article has, read with the nearest words that articles have.

A slip of the hand ("the holm bakrey") is near to one word in letters (Ratcliff and Obershelp,
1988). Common words are put right, and one of two names where the other beside it is right. Alone,
two names that differ in a letter are two names, unless they are one in two transliterations.
What the encoder's vocabulary has is no slip: "start" is not "street" because no article starts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

from index.modelfiles import MINILM
from rag.request.question import Question
from rag.text.names import same_name
from rag.text.words import STOPWORDS, WORD, fold, stem

ALIKE = 0.8
"""Share of letters in common from which a word is taken for another."""
NAMES_ALIKE = 0.9
"""The same of a name beside another: a letter left out of nine, and not "Hansen" for "Hanson"."""
SHORTEST = 4
"""Letters below which a word is left as it is."""


def respelt(question: Question, frequency: Mapping[str, int], texts: Iterable[str]) -> str:
    """The question with its misspelt words put right; as it was where there are none.

    Args:
        question: the question, read.
        frequency: in how many chunks each of its terms stands.
        texts: passages that are near to it.
    """
    known: dict[str, bool] = {}
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        last = ""
        for match in WORD.finditer(text):
            word = fold(match[0]).removesuffix("'s")
            known[word] = known.get(word, False) or match[0].islower()
            if match[0][0].isupper():
                beside[last].add(word)
                beside[word].add(last)
            last = word if match[0][0].isupper() else ""
    known_stems = set(map(stem, known))
    common = [word for word, is_common in known.items() if is_common and word not in STOPWORDS]

    asked = [fold(word) for word in WORD.findall(question.text)]

    def put_right(written: str) -> str:
        word = fold(written)
        if len(word) < SHORTEST or frequency.get(word, 1) or stem(word) in known_stems:
            return written
        if word in _vocabulary():
            return written
        same = [name for name in known if same_name(word, name)]
        at = asked.index(word)
        names = set().union(*(beside[one] for one in asked[max(0, at - 1) : at + 2]))
        near = (
            same
            or get_close_matches(word, sorted(names), 1, NAMES_ALIKE)
            or get_close_matches(word, common, 1, ALIKE)
        )
        best = next(iter(near), written)
        return best.capitalize() if written[0].isupper() else best

    return WORD.sub(lambda match: put_right(match[0]), question.text)


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """The common words of English, as the WordPiece of MiniLM has them."""
    listed = MINILM.path().with_name("vocab.txt")
    return frozenset(listed.read_text("utf-8").split())
