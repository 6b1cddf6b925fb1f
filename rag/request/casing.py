"""A question typed in small letters, with its names written as the archive writes them.

Truecasing (Lita et al., 2003), by the archive's own use of a word within its sentences.
"""

from __future__ import annotations

import re
from collections import Counter

from index.protocols import View
from rag.text.names import begins_sentence
from rag.text.words import STOPWORDS, WORD, fold, is_acronym

LOOKED_AT = 5
"""Passages in which a word is looked up."""
MOST = 10_000
"""Passages with a word above which it is left as it was typed, for the time that it takes."""
COMMON = 0.25
"""Share of a word's places in small letters from which it is a word like any other."""


def cased(view: View, text: str) -> str:
    """The text with capital letters on its names; as it was where it has any of its own."""
    if text[1:] != text[1:].lower():
        return text
    return WORD.sub(lambda match: _written(view, match[0]), text)


def _written(view: View, word: str) -> str:
    """How the archive mostly writes a word where a sentence does not begin with it."""
    if word[0].isupper() or not word.isalpha() or fold(word) in STOPWORDS:
        return word
    if view.document_frequency([word])[word] > MOST:
        return word
    found: Counter[str] = Counter()
    hits = view.lexical([word], LOOKED_AT)
    for passage in view.passages([hit.chunk_id for hit in hits]):
        inside = passage.chunk.text
        for match in re.finditer(rf"\b{re.escape(word)}\b", inside, re.IGNORECASE):
            if is_acronym(match[0]) or not begins_sentence(inside, match.start()):
                found[match[0]] += 1
    if not found or found[word] >= COMMON * found.total():
        return word
    return max(found, key=lambda written: found[written])
