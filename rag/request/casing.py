"""A question typed in small letters, with its names written as the archive writes them.

Truecasing (Lita et al., 2003), by the archive's own use of a word within its sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from index.protocols import View
from rag.text.names import begins_sentence
from rag.text.word_classes import PARTICLES
from rag.text.words import STOPWORDS, WORD, content, fold, is_acronym

LOOKED_AT = 3
"""Passages in which a word is looked up."""
COMMON = 0.25
"""Share of a word's places in small letters from which it is a word like any other."""

_INSIDE = frozenset("the of and".split())
"""What names have inside, beside particles."""


def cased(view: View, text: str) -> str:
    """The text with capital letters on its names; as it was where it has any of its own.

    A word is written as it mostly is in the passages likest to the whole text, or where none of
    these has it, in those likest to the word.
    """
    if text[1:] != text[1:].lower():
        return text
    near = _found(view, content(text))

    def written(match: re.Match[str]) -> str:
        word = match[0].removesuffix("'s").removesuffix("’s")
        if word[0].isupper() or not word.isalpha() or fold(word) in STOPWORDS:
            return match[0]
        found = _ways(word, near) or _ways(word, _found(view, [word]))
        if found[word] >= COMMON * found.total():
            return match[0]
        return max(found, key=lambda way: found[way]) + match[0][len(word) :]

    return WORD.sub(written, text)


def names_only(view: View, text: str) -> bool:
    """True for a name by itself, with capital letters or without, and for a single word."""
    bare = text.strip(' ?.!"“”')
    bare = bare.lower() if bare.isupper() and " " in bare else bare
    together = _ways(bare, _found(view, content(bare)))  # as in "Storm Ada", "the storm"
    written = max(together, key=lambda way: together[way], default="") or cased(view, bare)
    every = WORD.findall(written)
    first = [word[0] for word in every if fold(word) not in PARTICLES | _INSIDE]
    is_named = any(map(str.isupper, first)) and not any(map(str.islower, first))
    return is_named or len(every) == 1


def _found(view: View, terms: Sequence[str]) -> list[str]:
    hits = view.lexical(terms, LOOKED_AT)
    return [passage.chunk.text for passage in view.passages([hit.chunk_id for hit in hits])]


def _ways(word: str, texts: Iterable[str]) -> Counter[str]:
    """How some texts write a word, but where only the sentence that it opens tells nothing of it.

    What opens a sentence is a name's first word where the next one has a capital letter as well.
    """
    return Counter(
        match[0]
        for text in texts
        for match in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
        if is_acronym(match[0])
        or not begins_sentence(text, match.start())
        or text[match.end() + 1 : match.end() + 2].isupper()
    )
