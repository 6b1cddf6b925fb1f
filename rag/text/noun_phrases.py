"""Noun phrases as news prose writes them: a name with its titles, or a noun that describes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.text.dates import CALENDAR
from rag.text.names import demonym, same_name
from rag.text.tokens import MARKS, Token
from rag.text.word_classes import (
    CONJUNCTIONS,
    OPENERS,
    PARTICLES,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
)
from rag.text.words import STOPWORDS, fold

_BEFORE_SUBJECT = CONJUNCTIONS - {"and"} | {"for", "by", "with"}
_AFTER_SUBJECT = CONJUNCTIONS - {"and"} | {"on", "in", "at"}
_BEFORE_OBJECT = PREPOSITIONS - {"as"}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose words they are, as the sentence puts it."""

    name: tuple[str, ...] = ()
    """Folded words of a name, without titles; empty where there is none."""
    noun: str = ""
    """The key of a word that describes: "ministry", "russian"."""
    pronoun: str = ""


def person(name: Sequence[str]) -> tuple[str, ...]:
    """The words of a name without titles, unless it is nothing but titles."""
    return tuple(word for word in name if word not in TITLES) or tuple(name)


def same_person(name: Sequence[str], other: Sequence[str]) -> bool:
    """True where two names can be of one person: one has the words of the other.

    "Lavrov" is "Sergei Lavrov" in whatever spelling, but Ida Asker is not Ruben Asker.
    """
    shorter, longer = sorted((person(name), person(other)), key=len)
    return bool(shorter) and all(
        any(same_name(word, match) or demonym(word, match) for match in longer) for word in shorter
    )


def phrase_start(tokens: Sequence[Token], last: int) -> int:
    """The first token of the noun phrase that ends at a place."""
    at = last
    while at >= 0:
        token = tokens[at]
        joins = token.word == "and" and at > 0 and tokens[at - 1].capital and tokens[at + 1].capital
        cuts = token.word == "and" or (token.word in _BEFORE_SUBJECT and at < last)
        if token.text in MARKS or (cuts and not joins):
            break
        at -= 1
    return at + 1


def phrase_end(tokens: Sequence[Token], first: int) -> int:
    """One past the last token of the noun phrase that begins at a place."""
    for at in range(first, len(tokens)):
        titled = at > first and tokens[at].text == "." and tokens[at - 1].word in TITLES
        if tokens[at].text in MARKS and not titled:  # "Dr. Livermore" goes on
            return at
        if tokens[at].word in _AFTER_SUBJECT and at > first:
            return at
    return len(tokens)


def source_of(phrase: Sequence[Token]) -> Speaker:
    """The head of a noun phrase: a name where there is one, else the noun."""
    if any(token.word == "and" and phrase[at - 1].is_word for at, token in enumerate(phrase) if at):
        return Speaker(pronoun="they")
    heads = _heads(phrase)
    runs = name_runs(phrase)
    noun = heads[-1].key if heads else ""
    if len(heads) == 1 and phrase[0].word == "the" and _is_people(heads[0]):
        return Speaker((), noun)  # "the Russian"
    first = next((at for at, token in enumerate(phrase) if token.capital and token.counts), 0)
    last = _heads(phrase[first:])[-1:]
    if runs and (not last or last[0].capital):  # no "Syrian defence ministry"
        return Speaker(runs[-1], noun)
    pronoun = next((token.word for token in phrase if token.word in PRONOUNS), "")
    return Speaker((), noun, "" if noun else pronoun)


def _heads(phrase: Sequence[Token]) -> list[Token]:
    """The words of a phrase that can be its head: before a preposition, and no possessors."""
    found: list[Token] = []
    for token in phrase:
        if found and token.word in _BEFORE_OBJECT:
            break
        if token.is_word and token.word not in STOPWORDS and not _is_possessor(token):
            found.append(token)
    return found


def _is_people(token: Token) -> bool:
    """True for a word that ends as words for a country's people do."""
    return token.capital and token.word.endswith(("an", "ish", "ese", "i"))


def name_runs(phrase: Sequence[Token]) -> list[tuple[str, ...]]:
    """The names in a phrase that can be its head, without titles and possessors."""
    return [name for run in _runs(phrase) if not set(name := person(run)) <= TITLES]


def _runs(phrase: Sequence[Token]) -> Iterator[list[str]]:
    """The runs of capitalised words that follow no preposition."""
    run: list[str] = []
    lead = ""
    for at, token in enumerate(phrase):
        opener = at == 0 and token.word in STOPWORDS | OPENERS
        if token.capital and token.word not in CALENDAR | {"i"} and not opener:
            run.append(token.word)
            if _is_possessor(token):
                run, lead = [], ""
        elif not run or token.word not in PARTICLES:
            if run and lead not in _BEFORE_OBJECT:
                yield run
            run, lead = [], lead if token.word in ("the", "a", "an") else token.word
    if run and lead not in _BEFORE_OBJECT:
        yield run


def _is_possessor(token: Token) -> bool:
    return fold(token.text).endswith(("'s", "s'"))
