"""Sentences that ask: to repeat a question is not to answer it.

An article can hold the very words of a question, alone, in a frame ("many wonder: …")
or again and again. Words by which a sentence is near to the question count for nothing
where the sentence only asks them too.
"""

from __future__ import annotations

import re

from rag.request.question import Question
from rag.text.speech import attributions
from rag.text.words import STOPWORDS, stem, words

LEAST_LEFT = 0.5
"""Share of the words in common with the question that must stand in what a sentence states."""

WHOLE = 4
"""Words of a question, besides the common ones, that make it unlike any that a reporter puts."""

_CLAUSE = re.compile(r"[^.!?:;“”\"\n|>\]]*\?+[”\"’')\]]*")


def only_asks(question: Question, text: str) -> bool:
    """True where a sentence says no more than the question, or is near to it by asking it.

    "Is the bridge closed?" is the one kind of question that its own words can answer.
    """
    if text.rstrip("\"”’') ").endswith("?") and not attributions(text):
        return True  # nobody is said to ask it: it is the article's own question
    asked = _stems(question.text)
    own = _stems(text)
    if own <= asked and question.asks != "polarity":
        return True
    if len(asked) >= WHOLE and any(asked <= _stems(one[0]) for one in _CLAUSE.finditer(text)):
        return True  # what repeats the reader's very question wants to be found by it
    stated = _stems(_CLAUSE.sub(" ", text))
    common = own & asked
    return bool(common) and len(stated & asked) < LEAST_LEFT * len(common)


def stating(question: Question, text: str) -> str:
    """The text, as long as it was, with spaces where it only asks the question again."""
    asked = _stems(question.text)
    return _CLAUSE.sub(
        lambda clause: " " * len(clause[0]) if _stems(clause[0]) <= asked else clause[0], text
    )


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text) if word not in STOPWORDS}
