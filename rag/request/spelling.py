"""A question whose words no article has, read with the nearest words that articles have.

A slip of the hand ("the holm bakrey") is near to one word in letters (Ratcliff and Obershelp,
1988). Only common words are put right: two names that differ in a letter are two names, unless
they are one name in two transliterations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from rag.request.question import Question
from rag.text.names import same_name
from rag.text.words import STOPWORDS, WORD, fold, stem

ALIKE = 0.8
"""Share of letters in common from which a word is taken for another."""
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
    for text in texts:
        for match in WORD.finditer(text):
            word = fold(match[0]).removesuffix("'s")
            known[word] = known.get(word, False) or match[0].islower()
    known_stems = set(map(stem, known))
    common = [word for word, is_common in known.items() if is_common and word not in STOPWORDS]

    def put_right(written: str) -> str:
        word = fold(written)
        if len(word) < SHORTEST or frequency.get(word, 1) or stem(word) in known_stems:
            return written
        same = [name for name in known if same_name(word, name)]
        near = next(iter(same or get_close_matches(word, common, 1, ALIKE)), written)
        return near.capitalize() if written[0].isupper() else near

    return WORD.sub(lambda match: put_right(match[0]), question.text)
