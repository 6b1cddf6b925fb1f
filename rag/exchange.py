"""What was asked and answered before, and whom and what it spoke of.

Names go by their capital letters. Who is a person, what the nouns are, and whether a word that
opens a sentence is a name, spaCy's small model tells (`rag.names.mentions`); it is loaded when a
pronoun or a matter first needs it, and without it capital letters have to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import dropwhile

from rag.names.mentions import Clause, clause, kinds
from rag.text.dates import CALENDAR
from rag.text.names import begins_sentence, names, split_name
from rag.text.numbers import quantities
from rag.text.word_classes import AUXILIARIES, BE, MEASURES, OPENERS, PREPOSITIONS, TITLES
from rag.text.words import STOPWORDS, WORD, fold, is_acronym, words

TOGETHER = 3
"""Names that "they" stands for at most."""
LONGEST_NAME = 4
"""Words of a name that is taken from an answer."""
NAMES_TOLD = 6
"""Names that are taken from an answer at most."""
PREPOSITION = rf"(?:{'|'.join(sorted(PREPOSITIONS))})"
ASKS = re.compile(
    rf"(?:{PREPOSITION} )?(?:who|whom|whose|what|when|where|why|which|how)\b"
    rf"(?: (?:else|many|much|far|often|soon|{'|'.join(MEASURES.split())})(?![\w-]))*",
    re.IGNORECASE,
)
AUXILIARY = re.compile(rf"^(?:{'|'.join(sorted(AUXILIARIES))}) ", re.IGNORECASE)
PERSONAL = frozenset("he she him his her hers".split())
PLURAL = frozenset("they them their theirs".split())
_BARE = AUXILIARIES - BE - {"has", "have", "had"}
"""Auxiliaries that leave a verb without its tense."""
POINTING = frozenset("that this those these there so".split())
_BESIDE = re.compile(r"\[([^\[\]]+)\]")
_HEADLINE = re.compile("(“[^”]*”)")


@dataclass(frozen=True)
class Exchange:
    """An exchange before the question."""

    text: str
    """Its question, as it was understood, without its mark."""
    said: tuple[str, ...]
    """What its answer quotes, or else all of it; nothing where it was refused."""
    fragment: str = ""
    """What a follow-up put into the question before it; empty where it put nothing there."""

    @property
    def word(self) -> str:
        """Its question word, folded; empty where it has none."""
        return self.text.split(" ", 1)[0].lower() if ASKS.match(self.text) else ""

    @property
    def tail(self) -> str:
        """The question without its question word: "did Lavrov say about Resolution 2254"."""
        tail = ASKS.sub("", self.text, count=1).strip() if self.word else self.text
        return AUXILIARY.sub(lambda match: match.group().lower(), tail)

    @cached_property
    def clause(self) -> Clause:
        """What it speaks of; its question word and auxiliary are no part of it behind "did"."""
        bare = AUXILIARY.sub("", self.tail) if self._is_bare else self.text
        return clause(bare, is_bare=self._is_bare)

    @property
    def things(self) -> list[str]:
        """Its noun phrases, but none out of a headline."""
        quoted = " ".join(_HEADLINE.findall(self.text))
        return [one for one in self.clause.things if one.strip("“”") not in quoted]

    @property
    def small(self) -> list[str]:
        """What a word in small letters may take the place of: such words, names, the verb last.

        A verb behind "who" gives its place to nothing.
        """
        own = self.tail.split()[self.word == "who" and not AUXILIARY.match(self.tail) :]
        found = [word for word in own if word.islower() and fold(word) not in STOPWORDS]
        nouns = set(" ".join(self.things).split()) if self._is_bare else set(found)
        verbs = [word for word in found if word not in nouns]
        return [*(word for word in found if word in nouns), *named(self.text), *verbs]

    @property
    def _is_bare(self) -> bool:
        """Whether its auxiliary leaves a verb without its tense, as "did" does."""
        return self.tail.split(" ", 1)[0] in _BARE

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of each name that is known for a person's, an organisation's or a place's."""
        return kinds("\n".join([f"{self.text}?", *self.said]))

    @cached_property
    def answered(self) -> tuple[str, ...]:
        """The names of its answer that it lacks itself."""
        return _names_told(self.said, self.text, self.kinds)

    @property
    def matter(self) -> str:
        """What it was about: "Lavrov, Resolution 2254", "Petra Dahl won the seat"."""
        if beside := _BESIDE.search(self.text):
            return beside[1]  # it leant on an earlier one itself, and is about the same
        if self.word == "who" and not AUXILIARY.match(self.tail) and self.answered:
            return f"{self.answered[0]} {self.tail}"
        return self.clause.matter if self._is_bare else AUXILIARY.sub("", self.tail)

    def meant_by(self, pronoun: str) -> list[str]:
        """Whom or what a pronoun may mean, the likeliest first; nothing for "that".

        He and she are people, of the answer first where it was asked who, unless of somebody by
        name. What only an answer names and is not known for a person is neither behind "of", nor
        a single word where somebody else is there. It is first of all what was asked about, and
        not who did it.
        """
        asked = named(self.text)
        if pronoun == "there":
            return [f"in {name}" for name in (*asked, *self.answered) if self._is_where(name)]
        if pronoun in POINTING:
            return []
        if pronoun in PERSONAL:
            is_of_one = [AUXILIARY.sub("", self.tail)] == asked  # "who is Merkel"
            found = self._names(asked, self.word in ("who", "which") and not is_of_one)
            found = [name for name in found if not (self._is_where(name) or self._is_thing(name))]
            sure = [name for name in found if name in asked or self._is_person(name)]
            found = [one for one in found if one in sure or not self._is_where(one, "of")]
            likely = [one for one in found if one in sure or " " in one]
            return sorted(likely or found, key=self._unlike_a_person)
        things = [one for one in self.things if not self._is_person(one)]
        found = self._names([_whole(name, things) for name in asked], self.word == "which")
        people = [name for name in found if self._is_person(name)]
        others = [name for name in found if name not in people] or things
        others.sort(key=self._is_where)
        if pronoun not in PLURAL:
            return others or people
        *several, last = self.answered[:TOGETHER] or ("",)
        every = several and self.word in ("who", "which")
        return [*([f"{', '.join(several)} and {last}"] if every else []), *others, *people]

    def _unlike_a_person(self, name: str) -> int:
        """0 for a person; 2 for a name of the answer that is known for something else."""
        is_other = bool(self.kinds.get(name)) and name in self.answered
        return 0 if self._is_person(name) else 1 + is_other

    def _names(self, asked: Sequence[str], is_answer_first: bool) -> list[str]:
        return [*self.answered, *asked] if is_answer_first else [*asked, *self.answered]

    def _is_where(self, name: str, lead: str = "in|at|near") -> bool:
        """Whether a name stands behind "in", "at" or "near", or behind another such word."""
        behind = re.compile(rf"\b(?:{lead}) (?:the )?{re.escape(name)}\b", re.IGNORECASE)
        return any(map(behind.search, (self.text, *self.said)))

    def _is_thing(self, name: str) -> bool:
        """Whether a name is an acronym, a headline, or within a name that is no person's."""
        longer = [one for one, kind in self.kinds.items() if kind not in ("", "person")]
        return (
            is_acronym(name)
            or name[0] == "“"
            or any(f" {name} " in f" {one} " for one in longer if one != name)
        )

    def _is_person(self, name: str) -> bool:
        """Whether a name, without its title, or the last word of it is known for a person's."""
        bare = _untitled(name)
        return "person" in (self.kinds.get(bare), self.kinds.get(bare.split(" ")[-1]))


def _names_told(quoted: Sequence[str], question: str, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """The names of an answer that its question does not have, in their order.

    The first word of a sentence has a capital letter whatever it is: alone, it is a name where it
    is known for one. A day, a number and a sentence that is shouted have capital letters too.
    """
    asked = set(words(question))
    found = []
    for text in quoted:
        for name in (part for run in named(text) for part in run.rstrip("'’").split(" and ")):
            opens = begins_sentence(text, max(text.find(name), 0)) and name not in kinds
            name = bare if kinds.get(bare := _untitled(name)) == "person" else name
            parts = [part for part in name.split() if part[:1].isupper()]
            if (
                len(parts) in range(1 + opens, LONGEST_NAME + 1)
                and not (len(parts) > 1 and name.isupper())
                and not quantities(name, ones=True)
                and not asked.issuperset(split_name(name))
            ):
                found.append(name)
    return tuple(dict.fromkeys(found))[:NAMES_TOLD]


def _untitled(name: str) -> str:
    """A name without the titles before it, and without what "of" adds."""
    parts = name.split(" of ")[0].split(" ")
    return " ".join(dropwhile(lambda part: fold(part) in TITLES, parts)) or name


def _whole(name: str, things: Sequence[str]) -> str:
    """The noun phrase that a name is part of, but not owner of: "the Corbel bridge"."""
    return next((one for one in things if name in one and f"{name}'s " not in one), name)


def named(text: str) -> list[str]:
    """The names of a text but days, which have a capital letter and name nobody.

    What stands in quotation marks is one name.
    """
    return [
        name
        for part in _HEADLINE.split(text)
        for name in ([part] if _HEADLINE.match(part) else names(part))
        if not CALENDAR.issuperset(split_name(name))
    ]


def as_written(text: str, said: Sequence[str]) -> str:
    """A text with its words of small letters written as in the names that were told.

    A word that is told in small letters too is no name, nor is one that only opens a sentence,
    unless it is known for one.
    """
    small = {word for told in said for word in WORD.findall(told) if word.islower()}
    small |= STOPWORDS | OPENERS | TITLES
    own = {one for word in WORD.findall(text) if word.islower() for one in words(word)} - small
    written = {}
    for source, name in [(one, name) for one in said for name in named(one)]:
        parts = [part for part in WORD.findall(name) if part[0].isupper()]
        opens = len(parts) == 1 and begins_sentence(source, source.find(name))
        for part in parts if len(parts) <= LONGEST_NAME else []:
            if fold(part) in own and not is_acronym(part) and (not opens or part in kinds(source)):
                written[fold(part)] = part

    def put(match: re.Match[str]) -> str:
        bare = match[0].removesuffix("'s").removesuffix("’s")
        is_small = match[0].islower()
        return written.get(fold(bare), bare) + match[0][len(bare) :] if is_small else match[0]

    return WORD.sub(put, text)
