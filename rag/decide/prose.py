"""Whether a sentence is prose at all.

A page leaves more behind than its article: template marks, console codes, lists of the
same words again and again for a search engine to find. All of it can hold the words of a
question, and none of it says anything.
"""

from __future__ import annotations

import re

from rag.text.words import words

LEAST_DISTINCT = 0.5
"""Share of a text's word triples that are not said before, below which it only repeats."""
FEWEST_WORDS = 12
"""Words below which a text may repeat itself: "never, never, never"."""
_MARKS = re.compile(r"[{}<>|\\^`]|~~|\[/|\(\(|\$[A-Za-z_]|%\(")
_OPEN = re.compile(r"(?:\s[—–-]+|/\.?)$|^\s*[—–].*[^.!?…”\"'’)\s]\s*$", re.DOTALL)
"""How a dateline ends, or a line that says whose words stand beside it; no sentence does."""
_PAIR = 2
"""Marks that make a text no prose: one may be a slip of the hand."""


def is_prose(text: str) -> bool:
    """False for datelines, for the remains of markup and for words said over and over."""
    if len(_MARKS.findall(text)) >= _PAIR or _OPEN.search(text):
        return False
    found = words(text)
    if len(found) < FEWEST_WORDS:
        return True
    triples = list(zip(found, found[1:], found[2:], strict=False))
    return len(set(triples)) >= LEAST_DISTINCT * len(triples)
