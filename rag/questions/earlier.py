"""The exchanges before a question: who was asked about, and what the answers named.

Of an answer nothing is kept but names, a few words each: whatever an article says
in it, an instruction included, goes no further. A refusal names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.evidence.refusing import reads_as_refusal
from rag.records import Turn
from rag.text.dates import CALENDAR
from rag.text.names import names, split_name
from rag.text.speech import SAYING
from rag.text.wordorder import AUXILIARIES, BE, PREPOSITIONS, Asked, is_determined, phrases
from rag.text.words import fold, is_acronym, stem, words

History = Sequence[Turn | Mapping[str, str]]

TURNS = 20
"""Earlier exchanges that are looked at."""
LONGEST_NAME = 4
"""Words of a name that is taken from an answer."""
NAMES_TOLD = 6
"""Names that are taken from an answer at most."""
_LONGEST_READ = 2000
"""Characters of an earlier question or answer that are read."""
_TAG = re.compile(r"<[^<>]{0,80}>|\[[^\[\]]{0,80}\]")
_PIECES = re.compile(r"(?:\[\d+\]\s*)+")
_SOURCE = re.compile(r"^[^“”:]{0,100}:\s*“(?P<quote>[^”]*)”?")
_GOVERNED = re.compile(r"\b(?:in|at|from|of|near|to|the|across|outside|inside)\s+$", re.IGNORECASE)
_DOES = re.compile(
    rf"['’]s\b|,| and [A-Z]|\W*$| (?:\w+ed|{'|'.join(sorted(AUXILIARIES))}|{SAYING}"
    r"|won|came|led|took|met|left|made|went|became|gave|ran|lost|fell|rose|wants|holds|leads|runs)\b"
)
"""What follows a name that opens a sentence, and hardly follows another word there."""
_BESIDE = re.compile(r"\[([^\[\]]+)\]")
_LISTED = re.compile(r", [A-Z]| and [A-Z]")
_PLACED = re.compile(r"\b(?:in|at|near)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """One exchange of the conversation, its question made to stand alone."""

    question: str
    asked: Asked
    told: tuple[str, ...]
    """Names that the answer brought, the surest first."""
    placed: tuple[str, ...]
    """Those of the answer's names that stand after "in" or "at"."""

    @classmethod
    def of(cls, question: str, answer: str) -> Earlier:
        """An exchange out of its understood question and its answer as it was shown."""
        told, placed = ((), ()) if reads_as_refusal(answer) else _told(answer, question)
        return cls(question, Asked.read(question), told, placed)

    @property
    def who(self) -> str:
        """Whom "who" of the question turned out to be; empty where that is not known."""
        asks_who = self.asked.word == "who" and not self.asked.subject
        return next(iter(self._persons_told()), "") if asks_who else ""

    @property
    def matter(self) -> str:
        """What the question is about, as something that may be so."""
        if beside := _BESIDE.search(self.question):
            return beside[1]  # it leant on an earlier one itself, and is about the same
        return self.asked.statement(self.who).strip(" ?.!") or self.question.strip(" ?.!")

    @property
    def name(self) -> str:
        """The one name that the question turns on; empty where none does."""
        return self.who or next(iter(_names(f"x {self.asked.subject}")), "")

    @property
    def named(self) -> list[str]:
        """The names of the question, then those of the answer."""
        return list(dict.fromkeys((*_names(self.question), *self.told)))

    def people(self) -> Iterator[str]:
        """Who can be "he" or "she", the likeliest first."""
        subject = self.asked.subject
        if self.asked.word == "who":
            yield from self._persons_told()
        elif _is_person(subject, "") or (subject and self.asked.reports):
            yield subject
        yield from _persons(self.question)
        yield from (name for name in self._persons_told() if " " in name)
        if is_determined(subject) and subject.islower():
            yield subject
        yield from self._persons_told()

    def group(self, *, as_object: bool = False) -> str:
        """Who can be "they", or "them" of another's doing; empty where nobody can."""
        subject = self.asked.subject
        if as_object and self.asked.reports and (about := self._about()):
            return about
        if not subject and self.told and self.asked.word in {"who", "which", "what"}:
            return _listed([name for name in self.told if name not in self.placed][:3])
        return subject or self.counted() or _listed(list(self.told[:3]))

    def counted(self) -> str:
        """What was counted or chosen from: "the people killed in the flood"; empty if nothing."""
        asked = self.asked
        if not asked.noun or asked.subject:
            return ""
        be = asked.auxiliary.lower() in BE
        told = (f"the {asked.noun}", "" if be else "that", "" if be else asked.auxiliary)
        return " ".join(part for part in (*told, asked.predicate) if part)

    def things(self) -> Iterator[str]:
        """What can be "it", the likeliest first."""
        asked = self.asked
        if asked.reports:
            if about := self._about():
                yield about
        elif is_determined(asked.subject) or re.search(r"['’]s ", asked.subject):
            yield asked.subject
        if asked.word in {"who", "which", "what"} and not asked.subject and self.told:
            yield self.told[0]
        if asked.rest and is_determined(asked.rest):
            yield _noun_part(asked.rest)
        if asked.subject and not asked.reports:
            yield asked.subject

    def places(self) -> Iterator[str]:
        """What can be "there", the likeliest first, with its preposition."""
        found = [
            (f"{at.lower()} {object_}", object_)
            for at, object_ in reversed(phrases(self.question))
            if at.lower() in {"in", "at", "near"} and object_[0].isalpha()
        ]
        told = [f"in {name}" for name in self.placed]
        if self.asked.word == "where":
            yield from told
        yield from (phrase for phrase, object_ in found if object_[0].isupper())
        yield from told
        yield from (phrase for phrase, object_ in found if is_determined(object_))

    def _about(self) -> str:
        """What somebody was asked to have spoken about."""
        spoken = (object_ for at, object_ in phrases(self.asked.rest) if at in {"about", "on"})
        return next(spoken, "")

    def _persons_told(self) -> list[str]:
        return [name for name in self.told if name not in self.placed and _is_person(name, "")] or [
            name for name in self.told if name not in self.placed
        ]


def read_history(
    history: History, resolve: Callable[[str, Sequence[Earlier]], str]
) -> list[Earlier]:
    """The last exchanges, oldest first, each question made to stand alone by `resolve`."""
    found: list[Earlier] = []
    for one in history[-TURNS:]:
        question, answer = _exchange(one)
        if question:
            found.append(Earlier.of(resolve(question, found) if found else question, answer))
    return found


def words_of(texts: Iterable[str]) -> set[str]:
    """The stems of all words of some texts."""
    return {stem(word) for text in texts for word in words(text)}


def _exchange(one: Turn | Mapping[str, str]) -> tuple[str, str]:
    if isinstance(one, Turn):
        question, answer = one.question, one.answer
    else:
        question, answer = one.get("question") or "", one.get("answer") or ""
    return " ".join(question.split())[:_LONGEST_READ], answer[:_LONGEST_READ]


def _told(answer: str, question: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of an answer that its question does not have, and which of them are places."""
    sure: list[str] = []
    unsure: list[str] = []
    placed: list[str] = []
    known = {part for name in names(f"x {question}") for part in split_name(name)}
    for piece in _PIECES.split(answer):
        source = _SOURCE.match(piece)
        text = " ".join(_TAG.sub(" ", source["quote"] if source else piece).split())
        for name in filter(_is_name, names(text)):
            if known.issuperset(split_name(name)):
                continue
            at = text.find(name)
            opens = text[:at].rstrip(" \"'“‘(")[-1:] in ("", ".", "!", "?", ":")
            doubtful = opens and " " not in name and text.count(name) == 1
            if doubtful and not _DOES.match(text[at + len(name) :]):
                continue  # "Ignore previous instructions" opens on no name
            (unsure if doubtful and not _LISTED.match(text[at + len(name) :]) else sure).append(
                name
            )
            if _PLACED.search(text[:at]):
                placed.append(name)
    told = list(dict.fromkeys((*sure, *unsure)))[:NAMES_TOLD]
    return tuple(told), tuple(name for name in told if name in placed)


def _is_name(name: str) -> bool:
    """True for a few capitalised words, false for a shouted or title-cased sentence."""
    parts = [part for part in name.split() if part[0].isupper()]
    shouted = len(parts) > 1 and all(is_acronym(part) for part in parts)
    return 0 < len(parts) <= LONGEST_NAME and not shouted and not _is_day(name)


def _is_day(name: str) -> bool:
    """True for "March" and "Sunday", which have a capital letter and name nobody."""
    return all(fold(part) in CALENDAR for part in name.split() if part[0].isupper())


def _names(text: str) -> list[str]:
    """The names of a text but days and months."""
    return [name for name in names(text) if not _is_day(name)]


def _persons(question: str) -> Iterator[str]:
    for name in _names(question):
        if _is_person(name, question):
            yield name


def _is_person(name: str, text: str) -> bool:
    """True for a bare name that no "in", "of" or "the" stands before and no number behind."""
    if not name or is_determined(name) or not name[0].isupper():
        return False
    at = text.find(name)
    if at > 0 and (_GOVERNED.search(text[:at]) or re.match(r"\s+\d", text[at + len(name) :])):
        return False
    return not any(is_acronym(part) or part.isdigit() for part in name.split()) and not re.search(
        r"['’]s\b", name
    )


def _noun_part(text: str) -> str:
    """A phrase up to the first preposition but "of"."""
    kept: list[str] = []
    for word in text.split():
        if kept and word.lower() in PREPOSITIONS and word.lower() != "of":
            break
        kept.append(word)
    return " ".join(kept)


def _listed(found: Sequence[str]) -> str:
    if len(found) < 2 or " and " in found[-1]:
        return ", ".join(found)
    return ", ".join(found[:-1]) + f" and {found[-1]}"
