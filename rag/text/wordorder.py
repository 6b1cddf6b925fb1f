"""A question taken apart, as far as word order tells: who did what, and which word asks.

English marks a question by what stands first: "What did | Lavrov | say | about
it". With an auxiliary in front, the subject comes next and then the verb; with
none, or with a participle behind it, the question word is the subject itself.
No list of nouns or verbs is needed for that, only the closed classes:
auxiliaries, determiners, prepositions, pronouns, and verbs of saying. Where the
order does not tell, a part is empty, and whoever asks for it does without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.word_classes import AUXILIARIES, BE, DETERMINERS, PREPOSITIONS, SAYING

_DO = frozenset("did does do".split())
_PRONOUNS = frozenset("he she it they we i you there".split())
_STOPS = (PREPOSITIONS - {"of"}) | frozenset(
    "that if whether and or but not out up down back away together".split()
)
"""Words at which a run of nouns ends; "of" goes on."""
_SAY = frozenset(form for verb in SAYING.split("|") for form in (verb, verb.removesuffix("s")))
"""Verbs of saying, "say" and "announce" among them: a subject ends before one."""
_WH = re.compile(
    r"^(?:(?:from|in|at|on|by|to|since|until|for|with|of|under|during)\s+)?"
    r"(?:whose|whom|who|what|when|where|why|which|how)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\b(?:whose|whom|who|what|when|where|why|which|how)\b")
_COUNTED = re.compile(
    r"^(?:how (?:many|much)|which|what)(?: (?:other|more|else))?\s+(?P<noun>.+)", re.IGNORECASE
)
_FARTHEST = 7
"""Words within which the auxiliary follows the question word."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a question, in their order; each may be empty."""

    asks: str
    """The question word and what belongs to it: "What", "How many people"; empty in "Did he …"."""
    auxiliary: str
    subject: str
    """What stands between auxiliary and verb; empty where the question word is the subject."""
    verb: str
    rest: str

    @classmethod
    def read(cls, question: str) -> Asked:
        """Take a question apart."""
        found = question.strip(" ?.!").split()
        opening = _WH.match(" ".join(found))
        lead = len(opening.group().split()) if opening else 0
        at = _auxiliary(found, lead)
        if at is None:
            lead += _chosen(found, lead)
            opening_, verb = found[:lead], found[lead : lead + 1] if lead else []
            rest = found[lead + len(verb) :]
            return cls(*(" ".join(part) for part in (opening_, [], [], verb, rest)))
        asks, behind = " ".join(found[:at]), found[at + 1 :]
        length = _subject(asks.lower(), found[at].lower(), behind)
        if found[at].lower() in _DO:
            length = _with_places(behind, length)
        parts = (behind[:length], behind[length : length + 1], behind[length + 1 :])
        return cls(asks, found[at], *(" ".join(part) for part in parts))

    @property
    def word(self) -> str:
        """The question word alone, folded: "what", "who"; empty where there is none."""
        found = _WORD.search(self.asks.lower())
        return found.group() if found else ""

    @property
    def noun(self) -> str:
        """What is counted or chosen from: "people" of "How many people"."""
        found = _COUNTED.match(self.asks)
        return found["noun"] if found else ""

    @property
    def predicate(self) -> str:
        """The verb and all that follows."""
        return _joined(self.verb, self.rest)

    def text(self) -> str:
        """The question again."""
        return _joined(self.asks, self.auxiliary, self.subject, self.verb, self.rest) + "?"

    def statement(self, who: str = "") -> str:
        """The question as something that may be so: "Merkel did resign".

        Args:
            who: whom "who" turned out to be, where that is known.
        """
        doer = self.subject or self.noun or who
        return _joined(doer, self.auxiliary.lower(), self.predicate) if self.predicate else doer

    def asked_with(self, word: str, who: str = "") -> str:
        """The same matter with another question word: "When did she say that?" for "What …".

        Args:
            word: the question word.
            who: whom "who" turned out to be, where that is known.
        """
        word = word[:1].upper() + word[1:]
        that = "that" if self.word == "what" and not self.noun else ""
        if word.startswith("Who") and (self.subject or self.word == "who"):
            return _joined(word, self.auxiliary.lower(), self.verb, that, self.rest) + "?"
        if self.subject:
            object_ = "" if self.auxiliary.lower() in BE else that
            order = (word, self.auxiliary.lower(), self.subject, self.verb, object_, self.rest)
            return _joined(*order) + "?"
        if that and self.auxiliary:
            return _joined(word, self.auxiliary, that, self.predicate) + "?"
        now = self.auxiliary.lower() in {"is", "are", "will", "can", "has", "have"}
        statement = self.statement(who or that or ("they" if self.word == "who" else ""))
        return _joined(word, "is" if now else "was", "it that", statement) + "?"


def phrases(text: str) -> list[tuple[str, str]]:
    """The prepositions of a text but "of", each with what follows up to the next stop."""
    found: list[tuple[str, str]] = []
    every = text.strip(" ?.!").split()
    for at, word in enumerate(every):
        behind = every[at + 1 :]
        if word.lower() in PREPOSITIONS and word.lower() != "of" and (run := _run(behind)):
            found.append((word, " ".join(behind[:run])))
    return found


def is_determined(text: str) -> bool:
    """True for "the ceasefire", false for "Lavrov" and "children"."""
    return text.split(" ", 1)[0].lower() in DETERMINERS


def _auxiliary(found: list[str], lead: int) -> int | None:
    within = range(lead, min(lead + _FARTHEST, len(found)) if lead else min(1, len(found)))
    return next((at for at in within if found[at].lower() in AUXILIARIES), None)


def _chosen(found: list[str], lead: int) -> int:
    """How many words behind "which" or "how" say what is chosen from or counted."""
    opening = " ".join(found[:lead]).lower()
    if opening.endswith("which") and len(found) > lead + 1 and found[lead].lower() != "of":
        return 1
    counted = opening.endswith("how") and found[lead : lead + 1] in (["many"], ["much"])
    return 2 if counted and len(found) > lead + 2 and found[lead + 1].lower() != "of" else 0


def _subject(asks: str, auxiliary: str, behind: list[str]) -> int:
    """How many of the words behind the auxiliary are the subject."""
    if not behind:
        return 0
    first = behind[0]
    if first.lower() in _PRONOUNS:
        return 1
    starts = first.lower() in DETERMINERS or first[0].isupper()
    adverbial = not asks or re.search(r"\b(?:when|where|why|how(?! (?:many|much)))\b", asks)
    if not (starts or adverbial or auxiliary in _DO):
        return 0
    named, run = _name_run(behind), _run(behind)
    spoken = run < len(behind) and behind[run].lower() in _SAY
    if named and not spoken and not re.search(r"['’]s$", behind[named - 1]):
        return named
    if spoken or (auxiliary in BE and re.fullmatch(r"what|who|where", asks)):
        return run
    return run - 1 if run > (2 if is_determined(first) else 1) else run


def _with_places(behind: list[str], length: int) -> int:
    """The length of a subject with the "at the hospital" behind it, where a verb should stand."""
    while length and behind[length : length + 1] and behind[length].lower() in PREPOSITIONS:
        inside = behind[length + 1 :]
        run = _run(inside)
        if run == len(inside) or inside[run].lower() not in PREPOSITIONS | _SAY:
            run = _name_run(inside) or run - 1  # the last word of the run is the verb
        if run < 1 or run >= len(inside):
            break
        length += 1 + run
    return length


def _run(found: list[str]) -> int:
    """How many words from the first on can be one noun phrase."""
    for at, word in enumerate(found):
        low = word.lower()
        if at and (low in _SAY or (low in DETERMINERS and found[at - 1].lower() != "of")):
            return at
        if low in _STOPS or low in AUXILIARIES:
            return at
        if word.endswith((",", ";", ":")):
            return at + 1
    return len(found)


def _name_run(found: list[str]) -> int:
    """How many words from the first on are one name, or several joined by "and"."""
    last = 0
    for at, word in enumerate(found):
        if word[0].isupper():
            last = at + 1
        elif not last or word.lower() not in _WITHIN_NAMES:
            break
    return last


_WITHIN_NAMES = frozenset("and al el bin ibn de da di du van von of".split())


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
