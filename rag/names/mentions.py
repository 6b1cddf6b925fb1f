"""Whom and what a question and its answer speak of, as spaCy's small English model reads them.

Without the model nothing is found, and whoever asks goes by capital letters alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from index.errors import ModelError
from rag.names.questions import parser
from rag.names.tagger import KINDS

if TYPE_CHECKING:
    from spacy.tokens import Doc


class Clause(NamedTuple):
    """A question without its question word and auxiliary: "Lavrov say about the truce"."""

    things: tuple[str, ...]
    """Its noun phrases, in order: "Lavrov", "the truce"."""
    matter: str
    """The clause without a verb that its auxiliary left behind: "Lavrov, the truce"."""


def kinds(text: str) -> dict[str, str]:
    """The names in a text, each with what it names: a person, organisation, place or people.

    A word that is a name, nobody knows of what, has "".
    """
    doc = _read(text)
    if doc is None:
        return {}
    known = KINDS | {"NORP": "people"}
    found = [(one.text, "") for one in doc if one.pos_ == "PROPN"]
    found += [(one.text, known[one.label_]) for one in doc.ents if one.label_ in known]
    return {name.removesuffix("'s").removesuffix("’s"): kind for name, kind in found}


def clause(text: str, *, is_bare: bool) -> Clause:
    """What a question speaks of.

    Args:
        text: the question without its question word and auxiliary.
        is_bare: whether its verb has no tense, as after "did".
    """
    lead = "They let " if is_bare else ""  # what the model knows to stand before such a verb
    doc = _read(f"{lead}{text}.")
    if doc is None:
        return Clause((), text)
    start = len(lead)
    phrases = [one for one in doc.noun_chunks if one.start_char >= start]
    spans = [(one.start_char, one.end_char) for one in phrases if one.root.pos_ != "PRON"]
    verbs = (
        [one for one in doc if one.idx >= start and one.tag_ in ("VB", "VBP")] if is_bare else []
    )
    if is_bare and not verbs and spans and doc[phrases[0].end].pos_ in ("ADP", "PUNCT"):
        (first, end), *rest = spans  # it took the verb for the last noun: "the bridge reopen"
        noun, _, last = doc.text[first:end].rpartition(" ")
        spans = [(first, first + len(noun) if noun and last.islower() else end), *rest]
    things: list[str] = []
    behind = -1
    for first, end in spans:
        between = doc.text[behind:first]
        joined = behind >= 0 and between in (" ", " of ")
        things = [*things[:-1], things[-1] + doc.text[behind:end]] if joined else [
            *things, doc.text[first:end]
        ]  # fmt: skip
        behind = end
    return Clause(tuple(things), _without(doc, verbs[0].i, start) if verbs else text)


def _without(doc: Doc, verb: int, start: int) -> str:
    """The text with a comma for a verb and the prepositions behind it, if it stands between two."""
    after = verb + 1
    while doc[after].pos_ in ("ADP", "PART"):
        after += 1
    before, behind = doc[:verb].text[start:], doc[after:-1].text
    return f"{before}, {behind}" if before and behind else doc[:-1].text[start:]


def _read(text: str) -> Doc | None:
    try:
        return parser()(text)
    except ModelError:
        return None
