"""What a question may mean after the questions and answers before it.

A follow-up is put into the few questions that it may stand for: as it was asked; with a name or
a noun in the place of its pronoun; in its place in the question before ("and Araghchi?"); with
the matter of that question beside it in square brackets. Who is a person and what are the nouns,
spaCy's small model tells, which is loaded when a pronoun or a matter first needs it. No grammar
tells which of the questions is meant: all are searched and read, and the one that the archive
answers best is taken (`rag.pipeline`).

From the answers of a conversation come names and nothing else, so no history can say what to
answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import dropwhile, islice

from rag.names.mentions import Clause, clause, kinds
from rag.records import Turn
from rag.request.question import kind
from rag.text.dates import CALENDAR
from rag.text.names import begins_sentence, names, split_name
from rag.text.numbers import quantities
from rag.text.word_classes import AUXILIARIES, BE, DETERMINERS, PREPOSITIONS, TITLES
from rag.text.words import STOPWORDS, content, fold, is_acronym, words

History = Sequence[Turn | Mapping[str, str]]

MOST = 3
"""Meanings of one question that are read."""
TURNS = 20
"""Earlier exchanges that are looked at."""
LONGEST = 1000
"""Characters of a question that was put together; a longer one is left out."""
LONGEST_NAME = 4
"""Words of a name that is taken from an answer."""
NAMES_TOLD = 6
"""Names that are taken from an answer at most."""
OUTLINED = 3
"""Earlier exchanges that a model is told of."""
LONGEST_READ = 2000
"""Characters of an earlier question or answer that are read."""

_OPENING = re.compile(
    r"^(?:(?:and|but|so|then|also|ok|okay|no|yes|well|sorry)\b[\s,.]*)*"
    r"(?:(?:what|how) about\b|i (?:mean|meant)\b)?\s*",
    re.IGNORECASE,
)
_PREPOSITION = rf"(?:{'|'.join(sorted(PREPOSITIONS))})"
_ASKS = re.compile(
    rf"(?:{_PREPOSITION} )?(?:who|whom|whose|what|when|where|why|which|how)\b"
    r"(?: (?:else|many|much|long)\b)*",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(rf"^(?:{'|'.join(sorted(AUXILIARIES))}) ", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|theirs?|that|this|those|these|there|so)\b",
    re.IGNORECASE,
)
_PERSONAL = frozenset("he she him his her hers".split())
_PLURAL = frozenset("they them their theirs".split())
_NO_TIME_OR_PLACE = frozenset("of about against with".split())
"""Prepositions that lead neither: what follows them is one thing, and another takes its place."""
_BARE = AUXILIARIES - BE - {"has", "have", "had"}
"""Auxiliaries that leave a verb without its tense."""
_NTH = re.compile(
    r"\bthe (first|second|third|fourth|fifth|last|former|latter)"
    r"(?: one\b| of (?:them|these)\b|(?=\W*$| (?:is|was|did|does|has|had|will|say|said)\b))",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4,
           "last": -1, "latter": -1}  # fmt: skip
_BETWEEN = re.compile(r",\s+(?:and\s+)?|\s+and\s+")
_SOURCE = re.compile(r"\s\([^()]*\)$")
_COUNT = re.compile(r"\s*\(\d[\d,]*\)|\s*\[\d+\]")
_POINTING = frozenset("that this those these there so".split())
_EMPTY = AUXILIARIES | frozenset("who whom what when where why which how it that this else".split())
_COUNTS = re.compile(r"how many\b", re.IGNORECASE)
_QUOTED = re.compile("“([^”]*)”?")
_BESIDE = re.compile(r"\[([^\[\]]+)\]")


@dataclass(frozen=True)
class _Earlier:
    """An exchange before the question."""

    text: str
    """Its question, as it was understood, without its mark."""
    said: tuple[str, ...]
    """What its answer quotes, or else all of it; nothing where it was refused."""

    @property
    def word(self) -> str:
        """Its question word, folded; empty where it has none."""
        return self.text.split(" ", 1)[0].lower() if _ASKS.match(self.text) else ""

    @property
    def tail(self) -> str:
        """The question without its question word: "did Lavrov say about Resolution 2254"."""
        tail = _ASKS.sub("", self.text, count=1).strip() if self.word else self.text
        return _AUXILIARY.sub(lambda match: match.group().lower(), tail)

    @cached_property
    def clause(self) -> Clause:
        """What it speaks of; its question word and auxiliary are no part of it behind "did"."""
        is_bare = self.tail.split(" ", 1)[0] in _BARE
        return clause(_AUXILIARY.sub("", self.tail) if is_bare else self.text, is_bare=is_bare)

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
        auxiliary = _AUXILIARY.match(self.tail)
        if self.word == "who" and not auxiliary and self.answered:
            return f"{self.answered[0]} {self.tail}"
        is_bare = auxiliary and auxiliary.group().strip() in _BARE
        return self.clause.matter if is_bare else _AUXILIARY.sub("", self.tail)

    @property
    def asks_names(self) -> bool:
        """Whether its answer is a name, or several."""
        return self.word in ("who", "which")

    def meant_by(self, pronoun: str) -> list[str]:
        """Whom or what a pronoun may mean, the likeliest first; nothing for "that".

        He and she are people. It is first of all what was asked about, and not who did it.
        """
        named = _named(self.text)
        if pronoun == "there":
            return [f"in {name}" for name in (*named, *self.answered) if self._is_where(name)]
        if pronoun in _POINTING:
            return []
        if pronoun in _PERSONAL:
            names = [*self.answered, *named] if self.asks_names else [*named, *self.answered]
            named = [
                name
                for name in names
                if not (self._is_where(name) or self._is_part(name) or is_acronym(name))
            ]
            return sorted(named, key=lambda name: not self._is_person(name))
        things = [one for one in self.clause.things if not self._is_person(one)]
        named = [_whole(name, things) for name in named]
        names = [*self.answered, *named] if self.word == "which" else [*named, *self.answered]
        people = [name for name in names if self._is_person(name)]
        others = [name for name in names if name not in people] or things
        others.sort(key=self._is_where)
        if pronoun not in _PLURAL:
            return others or people
        every = self.asks_names and len(self.answered) > 1
        *several, last = self.answered[:MOST] or ("",)
        return [*([f"{', '.join(several)} and {last}"] if every else []), *others, *people]

    def _is_where(self, name: str) -> bool:
        """Whether a name stands behind "in", "at" or "near"."""
        behind = re.compile(rf"\b(?:in|at|near) (?:the )?{re.escape(name)}\b", re.IGNORECASE)
        return any(map(behind.search, (self.text, *self.said)))

    def _is_part(self, name: str) -> bool:
        """Whether a name stands within one that is no person's: the "Orrin" of "the Orrin Bank"."""
        return any(name in one != name and kind != "person" for one, kind in self.kinds.items())

    def _is_person(self, name: str) -> bool:
        """Whether a name, without its title, or the last word of it is known for a person's."""
        bare = _untitled(name)
        return "person" in (self.kinds.get(bare), self.kinds.get(bare.split(" ")[-1]))


def meanings(question: str, history: History) -> list[str]:
    """The questions that may be meant, the likeliest first.

    The question as it was asked is among them where it may stand alone.

    Args:
        question: what was asked.
        history: the exchanges before it, oldest first.
    """
    return _meanings(pointed(question, history), _earlier(history))


def outline(history: History) -> str:
    """The last exchanges for a model that rewrites a follow-up: questions, and names of answers."""
    lines = []
    for earlier in _earlier(history)[-OUTLINED:]:
        lines.append(f"Question: {earlier.text}?")
        if earlier.answered:
            lines.append(f"Names in the answer: {', '.join(earlier.answered)}")
    return "\n".join(lines)


def _earlier(history: History) -> list[_Earlier]:
    before: list[_Earlier] = []
    for exchange in history[-TURNS:]:
        turn = exchange if isinstance(exchange, Turn) else Turn(
            exchange.get("question") or "", exchange.get("answer") or "",
            exchange.get("understood") or "", bool(exchange.get("refused")),
        )  # fmt: skip
        if asked := " ".join(turn.question.split())[:LONGEST_READ]:
            text = turn.understood or _meanings(asked, before)[0]
            said = "" if turn.refused else turn.answer[:LONGEST_READ]
            quoted = tuple(_QUOTED.findall(said)) or (said,)
            before.append(_Earlier(text.strip(" ?.!"), quoted))
    return before


def pointed(question: str, history: History) -> str:
    """A question with "the second one" replaced by what stands there in the last answer's list.

    That is a name, or the headline of an article in quotation marks.
    """
    nth = _NTH.search(question)
    if not nth or not history:
        return question
    last = history[-1]
    listed = _list_told(last.answer if isinstance(last, Turn) else last.get("answer") or "")
    place = _PLACES[nth[1].lower()]
    if not -len(listed) <= place < len(listed):
        return question
    return f"{question[: nth.start()]}{listed[place]}{question[nth.end() :]}"


def newly_named(question: str, history: History) -> list[str]:
    """The words that a follow-up puts in the place of others, which its answer has to have.

    "No, I mean the director" is not answered by what somebody else did. What a preposition
    leads may be a time or a place, which an answer tells in other words, except behind "of".
    """
    rest = _opened(question)
    first, *_ = [*rest.lower().split(), ""]
    asks = _ASKS.match(rest) or first in AUXILIARIES
    if (
        not history
        or not rest
        or asks
        or first in PREPOSITIONS - _NO_TIME_OR_PLACE
        or _leaning(rest)
    ):
        return []
    return [] if _NTH.search(rest) else [word for word in content(rest) if word.isalpha()]


def _opened(question: str) -> str:
    """A question without the words that tie it to the one before."""
    opening = _OPENING.match(question)
    return question[opening.end() if opening else 0 :].strip(" ?.!")


def _meanings(question: str, before: Sequence[_Earlier]) -> list[str]:
    """The questions that may be meant after those exchanges, of which the last is the nearest."""
    rest = _opened(question)
    if not before or not rest:
        return [question]
    last = before[-1]
    is_whole = rest == question.strip(" ?.!")
    as_asked = question if is_whole else f"{rest}?"
    asks, pronoun = _ASKS.match(rest), _leaning(rest)
    is_question = asks or rest.split()[0].lower() in AUXILIARIES
    leans = True  # and what was asked before may stand beside it
    if asks and (set(words(rest)) <= _EMPTY or (len(rest.split()) < 3 and not pronoun)):
        swaps = _AUXILIARY.match(last.tail) or last.word == rest.split()[0].lower()
        found = [f"{asks.group().capitalize()} {last.tail}?"] if swaps else []
    elif pronoun and is_question:
        put = list(islice(_put(rest, pronoun, before), MOST))
        word = pronoun.group().lower()
        counted = word in _PLURAL and _COUNTS.match(last.text)
        ahead = [f"{rest} [{last.matter}]?"] if counted else [as_asked] if _named(rest) else []
        found = [*ahead, *put]  # after "how many people" they are the people
        leans = not (put and word in _PERSONAL)  # he and she are somebody who was named
    elif is_question:
        if is_whole and _named(rest):
            return [as_asked]  # it names what it asks about
        found = [as_asked]
    else:
        if pronoun:
            rest = next(_put(rest, pronoun, before), rest).rstrip("?")
        alone = [as_asked] if is_whole and len(content(rest)) > 2 else []
        found = [*alone, *_in_place(last, rest)]
        # beside it, a statement would ask for anybody's words
        leans = kind(last.text) != "statement" or len(found) == len(alone)
    found = list(dict.fromkeys(found))[: MOST - 1]
    found += [f"{rest} [{last.matter}]?"] if leans else []
    return [text for text in dict.fromkeys(found) if len(text) <= LONGEST] or [question]


def _leaning(text: str) -> re.Match[str] | None:
    """A pronoun that means nothing within the question; none where there is no such."""
    for match in _PRONOUN.finditer(text):
        word, ahead = match.group().lower(), text[: match.start()]
        previous = (ahead.split() or [""])[-1].lower()
        points = previous in AUXILIARIES | PREPOSITIONS or match.end() == len(text)
        if word == "there":
            points = previous not in AUXILIARIES  # "is there a plan" points nowhere
        named = _named(ahead) or re.search(r"\b(?:the|which|how many) (?!of\b)\w", ahead, re.I)
        if points or not (named or word in _POINTING):
            return match
    return None


def _put(text: str, pronoun: re.Match[str], before: Sequence[_Earlier]) -> Iterator[str]:
    """The text with each name or noun that a pronoun may mean in its place; none for "that"."""
    word, following = pronoun.group().lower(), text[pronoun.end() :]
    owns = word in ("his", "its", "their") or (word == "her" and following.strip())
    own = {fold(name) for name in _named(text)}
    for earlier in before[::-1]:
        for meant in earlier.meant_by(word):
            name = meant.split(" of ")[0] if word in _PERSONAL else meant
            if fold(name) not in own:
                mark = ("'" if name.endswith("s") else "'s") if owns else ""
                put = f"{text[: pronoun.start()]}{name}{mark}{following}"
                more = _leaning(put)
                is_there = more and more.group().lower() == "there" and word != "there"
                yield next(_put(put, more, before), f"{put}?") if more and is_there else f"{put}?"


def _in_place(last: _Earlier, fragment: str) -> Iterator[str]:
    """A question with a few words in the place of such as begin like them.

    That is with the same preposition, with an article or a capital letter, or with a small letter;
    what a preposition leads may be added too, where it may be a time or a place.
    """
    text, first = last.text, fragment.split()[0].lower()
    small = [word for word in _ASKS.sub("", text, count=1).split() if word.islower()]
    small = [word for word in small if fold(word) not in STOPWORDS]
    if first in PREPOSITIONS:
        places = re.findall(rf"\b{first} .+?(?= {_PREPOSITION} |$)", text, re.IGNORECASE)
    elif first in DETERMINERS or not fragment.islower():
        own = set(words(fragment))
        things = [thing.split(" of ")[0] for thing in last.clause.things]
        named = sorted(_named(text), key=lambda name: own.isdisjoint(words(name)))
        places = [*things, *named, *small] if first in DETERMINERS else [*named, *things, *small]
    else:  # "children", but not "tell me more"
        places = small if STOPWORDS.isdisjoint(words(fragment)) else []
    for place in places:
        pattern = rf"\b{re.escape(place)}\b(?: \d+)?"
        yield re.sub(pattern, lambda _: fragment, text, count=1) + "?"
    if first in PREPOSITIONS and not (places and first in _NO_TIME_OR_PLACE):
        yield f"{text} {fragment}?"


def _names_told(quoted: Sequence[str], question: str, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """The names of an answer that its question does not have, in their order.

    The first word of a sentence has a capital letter whatever it is: alone, it is a name where it
    is known for one. A day, a number and a sentence that is shouted have capital letters too.
    """
    asked = set(words(question))
    found = []
    for text in quoted:
        for name in (part for run in _named(text) for part in run.rstrip("'’").split(" and ")):
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


def _list_told(answer: str) -> tuple[str, ...]:
    """What an answer lists: headlines in quotation marks, or names; empty where it is no list."""
    lines = answer[:LONGEST_READ].splitlines()
    if headlines := [_SOURCE.sub("", line[2:]) for line in lines if line.startswith("- ")]:
        return tuple(f"“{headline}”" for headline in headlines)
    named = _COUNT.sub("", lines[0] if lines else "").rpartition(": ")[2].strip(" .")
    parts = _BETWEEN.split(named)
    is_list = len(parts) > 1 and all(_named(f"x {part}") == [part] for part in parts)
    return tuple(parts) if is_list else ()


def _named(text: str) -> list[str]:
    """The names of a text but days, which have a capital letter and name nobody."""
    return [name for name in names(text) if not CALENDAR.issuperset(split_name(name))]
