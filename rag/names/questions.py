"""Questions whose answer stands in a text: "Who won the Salt Prize?" of "Ada Quill won it".

What answers gives way to a question word (Heilman and Smith, 2010). spaCy's small English model
parses; what it gets wrong gives odd questions, so whoever shows one asks it first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.names.tagger import MODEL

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span, Token

LONGEST = 14
"""Words of what is said, without its subject."""
PLACES = ("GPE", "LOC", "FAC")
NAMED = ("PERSON", "ORG", "EVENT", "PRODUCT", *PLACES)
"""What a question has to name, to be understood by one who has not read the article."""
_HELD = ("dobj", "attr", "prep", "agent", "prt", "oprd", "acomp", "dative")
"""What belongs to a verb, as spaCy calls it; clauses that hang on it are left out."""
_CLAUSES = frozenset("punct advcl conj cc relcl parataxis ccomp mark appos acl".split())
_UNCOUNTED = frozenset("nummod det quantmod advmod predet".split())


class Asked(NamedTuple):
    """A question, and the words that answer it."""

    question: str
    answer: str


def questions(text: str) -> Iterator[Asked]:
    """The questions that sentences of a text answer by a place, a person or a number.

    Raises:
        ModelError: the model is missing or altered.
    """
    read = parser()(text)
    full = [name for name in read.ents if name.label_ == "PERSON" and len(name) > 1]
    people = {name[-1].text: name.text for name in reversed(full)}
    for sentence in read.sents:
        yield from _questions(sentence, people)


def _questions(sentence: Span, people: Mapping[str, str]) -> Iterator[Asked]:
    """What a sentence answers; `people` gives the full names of those it calls by their last."""
    verb = sentence.root
    subjects = [one for one in verb.lefts if one.dep_ in ("nsubj", "nsubjpass")]
    clauses = {one.dep_ for one in verb.children} & {"neg", "ccomp", "xcomp"}
    if verb.tag_ not in ("VBD", "VBN") or len(subjects) != 1 or clauses:
        return
    subject = subjects[0]
    person = people.get(subject.text, "") if subject.ent_type_ == "PERSON" else ""
    helpers = [one for one in verb.lefts if one.dep_ in ("aux", "auxpass") and one.i > subject.i]
    behind = [word for one in verb.rights if one.dep_ in _HELD for word in _phrase(one)]
    said = [*helpers, verb, *behind]
    if len(said) > LONGEST or any(word.pos_ == "PRON" for word in said):
        return
    place = next((one for one in verb.rights if _is_place(one)), None)
    if person and place is not None and verb.lemma_ != "be":
        rest = _text([word for word in behind if word not in _phrase(place)])
        asks = [_text(helpers) or "did", person, verb.text if helpers else verb.lemma_, rest]
        yield Asked(f"Where {' '.join(filter(None, asks))}?", _text(_phrase(place)[1:]))
    if not any(word.ent_type_ in NAMED for word in behind):
        return
    counts = [one for one in subject.lefts if one.dep_ == "nummod"]
    if counts and subject.tag_ == "NNS":
        yield Asked(
            f"How many {_text(_phrase(subject, _UNCOUNTED))} {_text(said)}?", counts[0].text
        )
    elif person:
        yield Asked(f"Who {_text(said)}?", person)


def _is_place(word: Token) -> bool:
    """True for "in", "at" or "near" before the name of a place."""
    held = [one for one in word.children if one.dep_ == "pobj"]
    return word.lower_ in ("in", "at", "near") and bool(held) and held[0].ent_type_ in PLACES


def _phrase(head: Token, more: Collection[str] = ()) -> list[Token]:
    """The words that hang on one, without clauses, and without what hangs in `more` ways."""
    hanging = [one for one in head.subtree if one is not head]
    gone = [one for one in hanging if one.dep_ in _CLAUSES or one.dep_ in more]
    left_out = {word.i for one in gone if one.text != "-" for word in one.subtree}
    return [word for word in head.subtree if word.i not in left_out]


def _text(words: list[Token]) -> str:
    """Words in their order; a space where some between them are left out."""
    text, end = "", -1
    for word in sorted(words, key=lambda word: word.i):
        text += ("" if word.i == end else " ") + word.text_with_ws
        end = word.i + 1
    return " ".join(text.split())


@lru_cache(maxsize=1)
def parser() -> Language:
    """The model with its parser, loaded once.

    Raises:
        ModelError: the model is missing or altered.
    """
    import spacy

    return spacy.load(MODEL.checked_path().parents[1], exclude=["senter"])
