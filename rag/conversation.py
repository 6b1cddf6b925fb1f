"""What a question may mean after the questions and answers before it.

A follow-up is put into the few questions that it may stand for: as it was asked; with a name in
the place of its pronoun; in its place in the question before ("and Araghchi?"); with what was
asked before beside it in square brackets. No grammar tells which of them is meant: all are
searched and read, and the one that the archive answers best is taken (`rag.pipeline`).

From the answers of a conversation come names and nothing else, so no history can say what to
answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from rag.records import Turn
from rag.request.question import kind
from rag.text.dates import CALENDAR, mentions
from rag.text.names import names, split_name
from rag.text.word_classes import AUXILIARIES, PREPOSITIONS, SAYING
from rag.text.wordorder import Asked, is_determined, phrases
from rag.text.words import STOPWORDS, content, fold, words

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
_LONGEST_READ = 2000
"""Characters of an earlier question or answer that are read."""

_OPENING = re.compile(
    r"^(?:(?:and|but|so|then|also|ok|okay|no|yes|well|sorry)\b[\s,.]*)*"
    r"(?:(?:what|how) about\b|i (?:mean|meant)\b)?\s*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    rf"(?:(?:{'|'.join(sorted(PREPOSITIONS))}) )?"
    r"(?:who|whom|whose|what|when|where|why|which|how)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|theirs?|that|this|those|these|there|so)\b",
    re.IGNORECASE,
)
_POINTING = frozenset("that this those these there so".split())
_PERSONS = frozenset("he she him her his hers".split())
_EMPTY = frozenset("who whom what when where why which how it that this so else".split())
_OWNING = frozenset("his its their".split())
_CHOSEN = re.compile(
    r"\bthe (?P<which>first|second|third|last|former|latter)(?: one\b|(?=\W*$))", re.IGNORECASE
)
_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}
_QUOTED = re.compile("“([^”]*)”?")
_BESIDE = re.compile(r"\[([^\[\]]+)\]")
_DOES = re.compile(rf"['’]s\b|,| and [A-Z]| (?:\w+ed|{'|'.join(sorted(AUXILIARIES))}|{SAYING})\b")
"""What follows a name that opens a sentence, and hardly any other word there."""


@dataclass(frozen=True, slots=True)
class _Earlier:
    """An exchange before the question."""

    asked: Asked
    text: str
    """Its question, as it was understood."""
    told: tuple[str, ...]
    """The names that its answer brought."""

    def matter(self, *, whole: bool) -> str:
        """What it was about: as something that may be so, or only who and what are in it."""
        if beside := _BESIDE.search(self.text):
            return beside[1]  # it leant on an earlier one itself, and is about the same
        listed = "" if whole else ", ".join(dict.fromkeys(filter(None, _parts(self.asked))))
        return listed or self.asked.statement(self._who()) or self.text.strip(" ?.!")

    def asked_with(self, word: str) -> str:
        """The same matter with another question word."""
        if self.asked.word and word.lower().startswith(self.asked.word):
            return re.sub(self.asked.word, word, self.text, count=1, flags=re.IGNORECASE)
        return self.asked.asked_with(word, self._who())

    def meant_by(self, pronoun: str) -> Iterator[str]:
        """Whom or what a pronoun may mean, the likeliest first."""
        subject = "" if _PRONOUN.fullmatch(self.asked.subject) else self.asked.subject
        found = [*self.told, *_named(self.text)]
        if pronoun == "there":
            placed = [object_ for _, object_ in reversed(phrases(self.text)) if _named(object_)]
            placed = placed or _named(self.text)
            found = [*self.told, *placed] if self.asked.word == "where" else [*placed, *self.told]
            yield from (f"in {place}" for place in found)
        elif pronoun in _PERSONS and is_determined(subject):  # a thing, unless it is "the minister"
            yield from (*found, subject)
        elif pronoun not in _POINTING:
            yield subject or " and ".join(self.told[: 3 if pronoun.startswith("the") else 1])
            yield from found

    def _who(self) -> str:
        """Whom "who" of the question turned out to be; empty where that is not known."""
        return self.told[0] if self.told and self.asked.word == "who" else ""


def meanings(question: str, history: History) -> list[str]:
    """The questions that may be meant, the likeliest first.

    The question as it was asked is among them where it may stand alone.

    Args:
        question: what was asked.
        history: the exchanges before it, oldest first.
    """
    before: list[_Earlier] = []
    for one in history[-TURNS:]:
        turn = one if isinstance(one, Turn) else Turn(
            one.get("question") or "", one.get("answer") or "",
            one.get("understood") or "", bool(one.get("refused")),
        )  # fmt: skip
        asked = " ".join(turn.question.split())[:_LONGEST_READ]
        if asked:
            text = turn.understood or _meanings(asked, before)[0]
            told = () if turn.refused else _told(turn.answer, text)
            before.append(_Earlier(Asked.read(text), text, told))
    return _meanings(question, before)


def _meanings(question: str, before: Sequence[_Earlier]) -> list[str]:
    """The questions that may be meant after those exchanges, of which the last is the nearest."""
    opening = _OPENING.match(question)
    rest = question[opening.end() if opening else 0 :].strip(" ?.!")
    if not before or not rest:
        return [question]
    last = before[-1]
    rest = _CHOSEN.sub(lambda one: _nth(last.told, one["which"]) or one[0], rest)
    as_asked = question if rest == question.strip(" ?.!") else f"{rest}?"
    pronoun = _leaning(rest)
    bare = _is_bare(rest)
    points = bare or (pronoun is not None and pronoun.group().lower() in _POINTING)
    beside = f"{rest} [{last.matter(whole=points)}]?"
    if bare:
        asked = Asked.read(rest)
        found = [last.asked_with(asked.asks if asked.auxiliary else rest)]
    elif not _is_question(rest):
        if pronoun:
            rest = next(_put(rest, pronoun, before), rest).rstrip("?")
        alone = [as_asked] if as_asked == question and len(content(rest)) > 2 else []
        found = [*alone, *_in_place(rest, last.asked)]
        if kind(last.text) == "statement" and len(found) > len(alone):
            beside = ""  # which would ask for anybody's words
    elif pronoun:
        alone = [as_asked] if _named(rest) else []
        found = [*alone, *_put(rest, pronoun, before)]
    else:
        found = [as_asked]
        if as_asked == question and _named(rest):
            return found  # it names what it asks about
    found = [*list(dict.fromkeys(found))[: MOST - 1], beside]
    return [one for one in found if 0 < len(one) <= LONGEST] or [question]


def _is_question(text: str) -> bool:
    """True for what begins as questions do, with a question word or an auxiliary."""
    return bool(_ASKS.match(text)) or text.split()[0].lower() in AUXILIARIES


def _is_bare(text: str) -> bool:
    """True for "why", "for how much" and "when was that", which ask nothing by themselves."""
    if not _ASKS.match(text):
        return False
    spoken = set(words(text))
    short = len(spoken) < 4 and not spoken & AUXILIARIES and not _PRONOUN.search(text)
    return short or spoken <= AUXILIARIES | _EMPTY


def _leaning(text: str) -> re.Match[str] | None:
    """A pronoun that means nothing within the question; none where there is no such."""
    for match in _PRONOUN.finditer(text):
        word, ahead = match.group().lower(), text[: match.start()]
        previous = (ahead.split() or [""])[-1].lower()
        if word == "there":
            leans = previous not in AUXILIARIES  # "is there a plan" points nowhere
        else:
            leans = previous in AUXILIARIES | PREPOSITIONS or match.end() == len(text)
        named = _named(ahead) or re.search(r"\bthe \w", ahead) or Asked.read(ahead).noun
        if leans or (word not in _POINTING and not named):
            return match
    return None


def _put(text: str, pronoun: re.Match[str], before: Sequence[_Earlier]) -> Iterator[str]:
    """The text with what a pronoun may mean in its place."""
    word, following = pronoun.group().lower(), text[pronoun.end() :]
    behind = (following.split() or [""])[0].lower()
    owns = word in _OWNING or (word == "her" and behind and behind not in PREPOSITIONS)
    own = {fold(name) for name in _named(text)}
    for one in reversed(before):
        for meant in one.meant_by(word):
            if meant and fold(meant) not in own:
                mark = ("'" if meant.endswith("s") else "'s") if owns else ""
                yield f"{text[: pronoun.start()]}{meant}{mark}{following}?"


def _in_place(fragment: str, asked: Asked) -> Iterator[str]:
    """The question before with a few words in the place of their like."""
    whole, kind = asked.text(), _kind(fragment)
    first, _, behind = fragment.partition(" ")
    led = bool(behind) and first.lower() in PREPOSITIONS
    if led or kind == "time":
        for at, object_ in reversed(phrases(whole)):
            other = _kind(f"{at} {object_}") == "time"
            if other if kind == "time" else not other and at.lower() == first.lower():
                yield whole.replace(f"{at} {object_}", fragment if led else f"{at} {fragment}", 1)
        yield f"{whole.rstrip(' ?')} {fragment}?"
        return
    if (head := _first_part(fragment)) != fragment:  # "and Johnson about taxes?"
        for one in _in_place(head, asked):
            yield from _in_place(fragment.removeprefix(head).strip(), Asked.read(one))
        return
    if kind == "word" and not STOPWORDS.isdisjoint(words(fragment)):
        return  # "tell me more", "anything else"
    main = _parts(asked)
    if " of " not in fragment:  # "and the director?" of the same film
        main = [part.split(" of ")[0] for part in main]
    single = [word for word in whole.rstrip("?").split() if word.islower()]
    every = [*main, asked.noun, *_named(whole), asked.verb, *single]
    like = [one for one in every if one and _kind(one) == kind and one not in STOPWORDS]
    for part in dict.fromkeys(like or filter(None, main)):
        yield re.sub(rf"\b{re.escape(part)}\b", lambda _: fragment, whole, count=1)


def _parts(asked: Asked) -> list[str]:
    """Who does what in a question, and where, when or about what."""
    placed = reversed(phrases(asked.text()))
    return [asked.subject, _first_part(asked.rest), *(object_ for _, object_ in placed)]


def _first_part(text: str) -> str:
    """A phrase up to its first preposition but "of"."""
    first = takewhile(lambda word: word not in PREPOSITIONS - {"of"}, text.split())
    return " ".join(first).removeprefix("of ")


def _kind(phrase: str) -> str:
    """What a phrase is, so far as its like can be told: a time, a name or other words."""
    dated = f"in {phrase}" if phrase.isdigit() else phrase
    if any(2 * (day.end - day.start) > len(dated) for day in mentions(dated, None)):
        return "time"
    kind = "word" if phrase.islower() else "name"
    return f"the {kind}" if is_determined(phrase) else kind


def _nth(told: Sequence[str], which: str) -> str:
    """The first, second or last name of an answer; empty where it has too few."""
    place = _PLACES[which.lower()]
    return told[place] if place < len(told) and told else ""


def _told(answer: str, question: str) -> tuple[str, ...]:
    """The names of an answer that its question does not have, in their order."""
    answer = answer[:_LONGEST_READ]
    known = {part for name in names(question) for part in split_name(name)}
    found = []
    for text in _QUOTED.findall(answer) or [answer]:
        for name in (one for run in names(text) for one in run.rstrip("'’").split(" and ")):
            behind = text[text.find(name) + len(name) :]
            opens = text[: text.find(name)].rstrip()[-1:] in ("", ".", "!", "?")
            if (
                _is_name(name)
                and not known.issuperset(split_name(name))
                and (" " in name or not opens or _DOES.match(behind))
            ):
                found.append(name)
    return tuple(dict.fromkeys(found))[:NAMES_TOLD]


def _is_name(name: str) -> bool:
    """True for a few capitalised words, false for a day and for a shouted sentence."""
    parts = [part for part in name.split() if part[0].isupper()]
    shouted = len(parts) > 1 and name.isupper()
    return len(parts) <= LONGEST_NAME and not shouted and not _is_day(name)


def _named(text: str) -> list[str]:
    """The names of a text but days."""
    return [name for name in names(text) if not _is_day(name)]


def _is_day(name: str) -> bool:
    """True for "March" and "Sunday", which have a capital letter and name nobody."""
    return CALENDAR.issuperset(split_name(name))
