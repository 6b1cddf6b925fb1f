"""Noun phrases as news prose writes them: a name with its titles, or a noun that describes.

Nothing here knows what the person does in the sentence; `rag.text.speech` does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.dates import CALENDAR
from rag.text.names import demonym, same_name
from rag.text.tokens import Token
from rag.text.words import STOPWORDS, fold

BETWEEN = frozenset(
    "has had have also later then again now earlier once still first only already repeatedly did "
    "does will would not never yet just further".split()
)
"""Words between a subject and its verb."""
PRONOUNS = frozenset("he she they it i we".split())
"""Words that stand for a speaker."""
CUTS = frozenset(
    "that because but while although though as when where whether if since which after before "
    "until so for by with".split()
)
"""Words before which the noun phrase that holds a subject begins."""
PREPOSITIONS = frozenset(
    "of in at from for on with to by near against over under about after before during".split()
)
"""After these, a name is not the head of its phrase."""
MARKS = frozenset(',;:()“”"–—.!?…')
"""Punctuation, as tokens."""
TITLES = frozenset(
    """
    mr mrs ms dr sir lady lord prof professor president premier minister prime foreign chief vice
    deputy general colonel captain major sergeant inspector judge justice governor mayor senator
    secretary chancellor sheikh king queen prince princess pope bishop archbishop cardinal rev
    reverend father sister his her excellency highness majesty ambassador commissioner councillor
    congressman congresswoman representative speaker chairman chairwoman director coach defence
    defense finance interior health transport former acting spokesman spokeswoman commander admiral
    lieutenant constable detective officer
    """.split()
)
"""What stands before names and is shared by many people."""
_ANY_OF = re.compile(r"[Tt]he [A-Z]\w*(?:ian|ean|ish|ese|an|i)$")
""""The Russian"."""


@dataclass(frozen=True, slots=True)
class Source:
    """Whose words they are, as the sentence puts it."""

    name: tuple[str, ...] = ()
    """Folded words of a name, without titles; empty where there is none."""
    noun: str = ""
    """The key of a word that describes: "ministry", "russian"."""
    pronoun: str = ""


def person(name: Sequence[str]) -> tuple[str, ...]:
    """The words of a name without titles, unless it is nothing but titles."""
    kept = tuple(word for word in name if word not in TITLES)
    return kept or tuple(name)


def same_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """True where two names can be of one person: one has the words of the other.

    "Lavrov" is "Sergei Lavrov" in whatever spelling, but Ida Asker is not Ruben Asker.
    """
    shorter, longer = sorted((person(one), person(other)), key=len)
    return bool(shorter) and all(
        any(same_name(word, there) or demonym(word, there) for there in longer) for word in shorter
    )


def phrase_start(every: Sequence[Token], last: int) -> int:
    """The first token of the noun phrase that ends at a place."""
    at = last
    while at >= 0:
        token = every[at]
        joins = token.word == "and" and at > 0 and every[at - 1].capital and every[at + 1].capital
        if token.text in MARKS or (token.word in CUTS and at < last):
            break
        if token.word == "and" and not joins:
            break
        at -= 1
    return at + 1


def phrase_end(every: Sequence[Token], first: int) -> int:
    """One past the last token of the noun phrase that begins at a place."""
    at = first
    while at < len(every):
        titled = at > first and every[at].text == "." and every[at - 1].word in TITLES
        if every[at].text in MARKS and not titled:
            break
        if every[at].word in ("who", "which", "that", "when", "while", "but", "as", "after"):
            break
        if every[at].word in ("on", "in", "at") and at > first:
            break
        at += 1
    return at


def source_of(phrase: Sequence[Token]) -> Source:
    """The head of a noun phrase: a name where there is one, else the noun."""
    runs = name_runs(phrase)
    head = _head(phrase)
    joint = any(
        token.word == "and" and phrase[at - 1].is_word for at, token in enumerate(phrase) if at
    )
    if joint:
        return Source(noun="", pronoun="they")
    if len(runs) == 1 and len(runs[0]) == 1 and _ANY_OF.match(" ".join(t.text for t in phrase)):
        return Source((), runs[0][0])
    if runs and not _noun_last(phrase):
        return Source(runs[-1], head)
    pronoun = next((token.word for token in phrase if token.word in PRONOUNS), "")
    return Source((), head, pronoun if not head else "")


def _noun_last(phrase: Sequence[Token]) -> bool:
    """True where a noun follows the name: "the Syrian defence ministry"."""
    last: Token | None = None
    for token in phrase:
        if last is not None and token.word in PREPOSITIONS | {"and"}:
            break
        if token.is_word and (token.capital or last is not None):
            last = token
    return last is not None and not last.capital and last.word not in BETWEEN


def _head(phrase: Sequence[Token]) -> str:
    """The key of the last word before a preposition that is no name."""
    found = ""
    for token in phrase:
        if found and token.word in PREPOSITIONS:
            break
        if token.is_word and token.word not in STOPWORDS and not _possessive(token):
            found = token.key
    return found


def name_runs(phrase: Sequence[Token]) -> list[tuple[str, ...]]:
    """The names in a phrase that can be its head, without titles and possessors."""
    found: list[tuple[str, ...]] = []
    run: list[str] = []
    lead = ""
    for at, token in enumerate((*phrase, None)):
        inside = token is not None and token.capital and token.word not in CALENDAR | {"i"}
        particle = (
            token is not None and bool(run) and token.word in ("bin", "al", "of", "de", "van")
        )
        if token is not None and inside and not _opener(token, at):
            if _possessive(token):
                run, lead = [], ""
            else:
                run.append(token.word)
            continue
        if particle and token is not None and token.word != "of":
            continue
        if run and lead not in PREPOSITIONS:
            name = person(run)
            if not set(name) <= TITLES:
                found.append(name)
        if token is not None:
            run, lead = [], token.word if token.word not in ("the", "a", "an") else lead
    return found


def _opener(token: Token, at: int) -> bool:
    return at == 0 and token.word in STOPWORDS | PREPOSITIONS | {"two", "three", "according"}


def _possessive(token: Token) -> bool:
    return fold(token.text).endswith(("'s", "s'"))
