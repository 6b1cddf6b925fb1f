"""Whether a source is whom a question calls by a role: "the Qatari prime minister", "the union".

Who that is stands beside the name: before it ("Qatar's prime minister, Sheikh …"), or behind
it between commas ("Wanda Broome, secretary of the union,"). What says of which country or
whose ("Qatari", "Basilashvili's") may stand anywhere in the article.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from rag.text.names import demonym, same_name
from rag.text.persons import MARKS, PREPOSITIONS, TITLES, Source
from rag.text.tokens import Line, Token
from rag.text.words import stem, words

_BEFORE = 12
"""Words before the last of a name, its own among them, that may tell its role."""
_PARTICLES = frozenset("al bin ibn de da di du van von der".split())
_BEHIND = 9
"""Words behind it, between its comma and the next."""
_OTHERS = frozenset("former ex late deputy vice acting would-be then-candidate".split())
"""Words that make of a role another one."""
_BREAKS = frozenset(
    "said says say told tells and but with who whom whose which that after before when while "
    "met meets as against from to by at on in".split()
)
"""Words behind which a name's own description begins anew."""
_MAKES = frozenset("as became becomes is elected named appointed".split())
"""Words behind which a sentence tells what somebody is."""
_HEADS = frozenset(
    "head secretary chair chairman chairwoman chairperson leader spokesman spokeswoman "
    "spokesperson president director chief executive official representative boss ceo founder "
    "general captain coach manager mayor minister editor treasurer".split()
)
"""Those who speak for what they are "of"."""


def is_role(name: Sequence[str], names: Container[str], titles: Container[str]) -> bool:
    """True where the words for somebody name nobody: their last is no name.

    Args:
        name: the folded words of a question for whom it asks about, in order.
        names: those of its words that are names.
        titles: words that are written like names and are none.
    """
    return bool(name) and (name[-1] in titles or name[-1] not in names)


def has_role(
    source: Source, role: Sequence[str], lines: Sequence[Line], names: Container[str], known: str
) -> bool:
    """True where a passage says that a source is whom the words of a role mean.

    Args:
        source: whose words something is.
        role: the folded words for somebody, in order.
        lines: the sentences of the passage.
        names: the words of the role that are names: of which country, or whose.
        known: the whole article, in which those names may stand.
    """
    nouns = [word for word in role if word not in names]
    whose = [word for word in role if word in names]
    near = set(words(known))
    if not all(any(_same_name(word, one) for one in near) for word in whose):
        return False
    if not source.name:
        return len(nouns) == 1 and source.noun in (nouns[0], stem(nouns[0]))
    return any(_beside(source.name, nouns, whose, line.tokens) for line in lines)


def _beside(
    name: Sequence[str], nouns: Sequence[str], whose: Sequence[str], tokens: Sequence[Token]
) -> bool:
    """True where the nouns of a role stand right before a name, or behind it between commas."""
    ends = [at for at, token in enumerate(tokens) if token.word == name[-1] and token.capital]
    return any(
        _holds(own, nouns) and not _of_another(own, nouns, whose)
        for at in ends
        for own in (_before(tokens, at), _behind(tokens, at), _became(tokens, at))
    )


def _before(tokens: Sequence[Token], end: int) -> list[Token]:
    """The words that lead up to a name's last, over one comma: "the premier of Qatar, Sheikh"."""
    own: list[Token] = []
    names_only = True
    for token in reversed(tokens[max(0, end - _BEFORE) : end]):
        if token.text == "," and names_only:
            names_only = False
            continue
        if token.text in MARKS or token.word in _BREAKS:
            break
        own.insert(0, token)
        names_only = names_only and (token.capital or token.word in _PARTICLES)
    return own


def _behind(tokens: Sequence[Token], last: int) -> list[Token]:
    """The words between the comma behind a name and the next mark."""
    if last + 1 >= len(tokens) or tokens[last + 1].text != ",":
        return []
    own: list[Token] = []
    for token in tokens[last + 2 : last + 2 + _BEHIND]:
        if token.text in MARKS or token.word in _BREAKS - {"and", "at", "on", "in"}:
            break
        own.append(token)
    return own


def _became(tokens: Sequence[Token], last: int) -> list[Token]:
    """The words behind "took the oath as", "became" or "was elected" after a name."""
    for at, token in enumerate(tokens[last + 1 : last + 1 + _BEHIND], start=last + 1):
        if token.text in MARKS:
            return []
        if token.word in _MAKES:
            own = []
            for following in tokens[at + 1 : at + 5]:
                if following.text in MARKS or following.word in _BREAKS:
                    break
                own.append(following)
            return own
    return []


def _holds(own: Sequence[Token], nouns: Sequence[str]) -> bool:
    """True where a description has all nouns of a role, and makes no other role of them."""
    at = [i for i, token in enumerate(own) if any(_same_noun(token, noun) for noun in nouns)]
    found = all(any(_same_noun(token, noun) for token in own) for noun in nouns)
    if not found or not at or any(token.word in _OTHERS for token in own):
        return False
    owner = own[at[-1]].text.endswith(("'s", "’s"))
    governed = at[0] and any(token.word in PREPOSITIONS for token in own[: at[0]])
    heads = own[: at[0]]
    return not owner and (not governed or any(token.word in _HEADS for token in heads))


def _of_another(own: Sequence[Token], nouns: Sequence[str], whose: Sequence[str]) -> bool:
    """True where a description names a country or an owner, and not the one asked about."""
    last = max(i for i, token in enumerate(own) if any(_same_noun(token, one) for one in nouns))
    told = [*own[:last], *(own[last:] if any(token.word == "of" for token in own[last:]) else ())]
    named = [
        token.word
        for token in told
        if token.capital
        and token.word not in TITLES
        and not any(_same_noun(token, one) for one in nouns)
    ]
    return bool(named and whose) and not any(
        _same_name(word, one) for word in whose for one in named
    )


def _same_noun(token: Token, noun: str) -> bool:
    return stem(token.word) == stem(noun)


def _same_name(word: str, other: str) -> bool:
    return word == other or same_name(word, other) or demonym(word, other)
