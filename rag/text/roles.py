"""Whether a source is whom a question calls by a role: "the Qatari prime minister", "the union".

Who that is stands beside the name: before it ("Qatar's prime minister, Sheikh …"), or behind
it between commas ("Wanda Broome, secretary of the union,") or after "as" or "became". What says
of which country or whose ("Qatari", "Basilashvili's") may stand anywhere in the article.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from rag.text.names import demonym, same_name
from rag.text.noun_phrases import Source
from rag.text.tokens import MARKS, Line, Token, lines
from rag.text.word_classes import CONJUNCTIONS, PARTICLES, PREPOSITIONS, TITLES, VERBS_OF_SAYING
from rag.text.words import stem, words

_FARTHEST = 12
"""Words from a name within which its role stands."""
_OTHERS = frozenset("former ex late deputy vice acting".split())
"""Words that make of a role another one."""
_MAKES = frozenset("as became becomes is elected named appointed".split())
"""Words behind which a sentence tells what somebody is."""
_ENDS = CONJUNCTIONS | VERBS_OF_SAYING | {"with", "from", "to", "by"}
"""Words at which a description ends."""


@dataclass(frozen=True, slots=True)
class Role:
    """What is known of somebody who is asked about without a name."""

    names: frozenset[str]
    """The folded words of the role that are names: "qatari"."""
    known: str
    """The article, in which these may stand."""
    titled: bool
    """True for "minister" and the like, that only persons are."""


def is_role(name: Sequence[str], names: Container[str], titles: Container[str]) -> bool:
    """True where the words for somebody name nobody: their last is no name.

    Args:
        name: the folded words of a question for whom it asks about, in order.
        names: those of its words that are names.
        titles: words that are written like names and are none.
    """
    return bool(name) and (name[-1] in titles or name[-1] not in names)


def has_role(source: Source, asked: Sequence[str], passage: Sequence[Line], role: Role) -> bool:
    """True where a passage or its article says that a source is whom the words of a role mean.

    Args:
        source: whose words something is.
        asked: the folded words for somebody, in order.
        passage: the sentences of the passage.
        role: what is known of the role.
    """
    nouns = [stem(word) for word in asked if word not in role.names]
    owners = [word for word in asked if word in role.names]
    near = set(words(role.known))
    if not all(any(_same_name(word, other) for other in near) for word in owners):
        return False
    if not source.name:
        return len(nouns) == 1 and source.noun == nouns[0]
    return any(
        _fits(description, nouns, owners)
        for line in (*passage, *lines(role.known))  # an article says once who somebody is
        for at, token in enumerate(line.tokens)
        if token.word == source.name[-1] and token.capital
        for description in _descriptions(line.tokens, at)
    )


def _descriptions(tokens: Sequence[Token], last: int) -> Iterator[list[Token]]:
    """What a sentence says beside a name that ends at a place of who it is."""
    before = tokens[max(0, last - _FARTHEST) : last]
    name = len(before)
    while name and (before[name - 1].capital or before[name - 1].word in PARTICLES):
        name -= 1
    if name and before[name - 1].text == ",":  # "the premier of Qatar, Sheikh Mohammed"
        before = (*before[: name - 1], *before[name:])
    yield _up_to_end(before[::-1])[::-1]
    behind = tokens[last + 1 : last + 1 + _FARTHEST]
    if behind and behind[0].text == ",":
        yield _up_to_end(behind[1:])
    for at, token in enumerate(behind):
        if token.text in MARKS:
            break
        if token.word in _MAKES:
            yield _up_to_end(behind[at + 1 :])
            break


def _up_to_end(part: Sequence[Token]) -> list[Token]:
    ends = (at for at, token in enumerate(part) if token.text in MARKS or token.word in _ENDS)
    return list(part[: next(ends, len(part))])


def _fits(description: Sequence[Token], nouns: Sequence[str], owners: Sequence[str]) -> bool:
    """True where a description has all nouns of a role, of nobody else, and no other role."""
    stems = [stem(token.word) for token in description]
    places = [at for at, word in enumerate(stems) if word in nouns]
    if not places or not set(nouns) <= set(stems):
        return False
    if any(token.word in _OTHERS for token in description):
        return False
    first, last = places[0], places[-1]
    heads = [token.word for token in description[:first]]
    governed = any(word in PREPOSITIONS for word in heads)  # "critic of the company"
    if description[last].text.endswith(("'s", "’s")) or (governed and TITLES.isdisjoint(heads)):
        return False
    behind_of = any(token.word == "of" for token in description[last:])
    named = [
        token.word
        for at, token in enumerate(description)
        if token.capital and token.word not in TITLES and stems[at] not in nouns
        if at < last or behind_of
    ]
    return not (named and owners) or any(_same_name(a, b) for a in owners for b in named)


def _same_name(word: str, other: str) -> bool:
    return same_name(word, other) or demonym(word, other)
