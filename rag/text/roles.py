"""Whether a source is whom a question calls by a role: "the Qatari prime minister", "the union".

Who that is stands in the article, if anywhere, beside the name: before it ("Qatar's prime
minister, Sheikh …"), or after it ("Wanda Broome, secretary of the union,").
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.text.clauses import Line, Token
from rag.text.names import demonym, same_name
from rag.text.persons import TITLES, Source
from rag.text.words import stem

_BESIDE = 10
"""Words between a name and a role that is still its own."""


def is_role(name: Sequence[str], names: Sequence[str]) -> bool:
    """True where the words for somebody name nobody.

    Args:
        name: the folded words of a question for whom it asks about, in order.
        names: those of its words that are names.
    """
    return bool(name) and (name[-1] in TITLES or not any(one in names for one in name))


def has_role(source: Source, role: Sequence[str], lines: Sequence[Line]) -> bool:
    """True where a passage says that a source is whom the words of a role mean."""
    if not source.name:
        return len(role) == 1 and source.noun in (role[0], stem(role[0]))
    return any(_beside(source.name, role, line.tokens) for line in lines)


def _beside(name: Sequence[str], role: Sequence[str], tokens: Sequence[Token]) -> bool:
    """True where each word of a role stands near some word of a name."""
    at = [i for i, token in enumerate(tokens) if token.word in name]
    found = [[i for i, token in enumerate(tokens) if _same(word, token)] for word in role]
    return all(
        any(abs(here - there) <= _BESIDE for here in at for there in places) for places in found
    )


def _same(word: str, token: Token) -> bool:
    return stem(token.word) == stem(word) or (
        token.capital and (same_name(word, token.word) or demonym(word, token.word))
    )
