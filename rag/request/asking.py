"""Sentences that state nothing: those that only ask the question again, and what is no prose.

An article can hold the very words of a question, alone, in a frame ("many wonder: …") or again and
again; a page leaves template marks and lists of words for a search engine behind. All of it is
near to a question and none of it answers.
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
LEAST_DISTINCT = 0.5
"""Share of a text's word triples that are not said before, below which it only repeats."""
FEWEST_WORDS = 12
"""Words below which a text may repeat itself: "never, never, never"."""
MARKUP = 2
"""Marks of a markup language that make a text no prose: one may be a slip of the hand."""

_CLAUSE = re.compile(r"[^.!?:;“”\"\n|>\]]*\?+[”\"’')\]]*")
_MARKS = re.compile(r"[{}<>|\\^`]|~~|\[/|\(\(|\$[A-Za-z_]|%\(")
_OPEN = re.compile(r"(?:\s[—–-]+|/\.?)$|^\s*[—–].*[^.!?…”\"'’)\s]\s*$", re.DOTALL)
"""How a dateline ends, or a line that says whose words stand beside it; no sentence does."""


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
    if len(asked) >= WHOLE and any(asked <= _stems(clause[0]) for clause in _CLAUSE.finditer(text)):
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


def is_prose(text: str) -> bool:
    """False for datelines, for the remains of markup and for words said over and over."""
    if len(_MARKS.findall(text)) >= MARKUP or _OPEN.search(text):
        return False
    found = words(text)
    if len(found) < FEWEST_WORDS:
        return True
    triples = list(zip(found, found[1:], found[2:], strict=False))
    return len(set(triples)) >= LEAST_DISTINCT * len(triples)


def _stems(text: str) -> set[str]:
    month = {"may"} if re.search(r"\bMay\b", text) else set()
    return {stem(word) for word in words(text) if word not in STOPWORDS} | month
