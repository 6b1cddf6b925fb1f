"""What a question may mean after the questions and answers before it.

A follow-up is put into the few questions that it may stand for: as it was asked; with a name or
a noun in the place of its pronoun; in its place in the question before ("and Araghchi?"); with
the matter of that question beside it in square brackets. No grammar tells which of them is meant:
all are searched and read, and the one that the archive answers best is taken (`rag.pipeline`).

From the answers of a conversation come names and nothing else, so no history can say what to
answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from rag.exchange import (
    ASKS,
    AUXILIARY,
    PERSONAL,
    PLURAL,
    POINTING,
    PREPOSITION,
    Exchange,
    as_written,
    named,
)
from rag.records import Turn
from rag.request.question import kind
from rag.text.word_classes import AUXILIARIES, DETERMINERS, PREPOSITIONS
from rag.text.words import STOPWORDS, content, fold, words

History = Sequence[Turn | Mapping[str, str]]

MOST = 3
"""Meanings of one question that are read."""
TURNS = 20
"""Earlier exchanges that are looked at."""
LONGEST = 1000
"""Characters of a question that was put together; a longer one is left out."""
OUTLINED = 3
"""Earlier exchanges that a model is told of."""
LONGEST_READ = 2000
"""Characters of an earlier question or answer that are read."""
WORDS_OF_IT = 12
"""Words by which a quotation is found again."""

_OPENING = re.compile(
    r"^(?:(?:and|but|so|then|also|ok|okay|no|yes|well|sorry)\b[\s,.]*)*"
    r"(?:(?:what|how) about\b|i (?:mean|meant)\b)?\s*",
    re.IGNORECASE,
)
_CORRECTS = re.compile(r"no\b|.*\bi (?:mean|meant)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|theirs?|that|this|those|these|there|so)\b",
    re.IGNORECASE,
)
_NO_TIME_OR_PLACE = frozenset("of about against with".split())
"""Prepositions that lead neither: what follows them is one thing, and another takes its place."""
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
_EMPTY = AUXILIARIES | frozenset("who whom what when where why which how it that this else".split())
_COUNTS = re.compile(r"how many\b", re.IGNORECASE)
_QUOTED = re.compile("“([^”]*)”?")
_WHO_SAID = re.compile(
    r"^(?:and |but |so )?who (?:said|says) (?:that|this|so|it)\W*$", re.IGNORECASE
)
_INNER_MARK = re.compile(r"(?:^|(?<=\s))['‘]|['’](?=[\s,.]|$)")
"""How a quotation within a quotation begins or ends."""


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


def _earlier(history: History) -> list[Exchange]:
    before: list[Exchange] = []
    for exchange in history[-TURNS:]:
        turn = exchange if isinstance(exchange, Turn) else Turn(
            exchange.get("question") or "", exchange.get("answer") or "",
            exchange.get("understood") or "", bool(exchange.get("refused")),
        )  # fmt: skip
        if asked := " ".join(turn.question.split())[:LONGEST_READ]:
            text = turn.understood or _meanings(asked, before)[0]
            said = "" if turn.refused else turn.answer[:LONGEST_READ]
            quoted = tuple(_QUOTED.findall(said)) or (said,)
            told = [*(one for exchange in before for one in exchange.said), *quoted]
            text, put = (as_written(one, told) for one in (text.strip(" ?.!"), _opened(asked)))
            fragment = put if f" {put} " in f" {text} " and put != text else ""
            before.append(Exchange(text, quoted, fragment))
    return before


def pointed(question: str, history: History) -> str:
    """A question with what it points at in the last answer in its place.

    "The second one" is what stands there in a list: a name, or the headline of an article in
    quotation marks. "Who said that" is asked of what was quoted first.
    """
    nth = _NTH.search(question)
    if not history:
        return question
    last = history[-1]
    answer = last.answer if isinstance(last, Turn) else last.get("answer") or ""
    if _WHO_SAID.match(question) and (quoted := _QUOTED.search(answer)):
        run = max(_INNER_MARK.split(quoted[1]), key=len).split()[:WORDS_OF_IT]
        return f"who said “{' '.join(run).strip(' ,.;:')}”?"
    if not nth:
        return question
    listed = _list_told(answer)
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
    asks = ASKS.match(rest) or first in AUXILIARIES
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


def _meanings(question: str, before: Sequence[Exchange]) -> list[str]:
    """The questions that may be meant after those exchanges, of which the last is the nearest."""
    rest = _opened(question)
    if not before or not rest:
        return [question]
    last = before[-1]
    is_whole = rest == question.strip(" ?.!")
    rest = as_written(rest, [one for earlier in before for one in earlier.said])
    as_asked = question if is_whole else f"{rest}?"
    asks, pronoun = ASKS.match(rest), _leaning(rest)
    is_question = asks or rest.split()[0].lower() in AUXILIARIES
    leans = True  # and what was asked before may stand beside it
    if asks and (set(words(rest)) <= _EMPTY or (len(rest.split()) < 3 and not pronoun)):
        swaps = AUXILIARY.match(last.tail) or last.word == rest.split()[0].lower()
        found = [f"{asks.group().capitalize()} {last.tail}?"] if swaps else []
    elif pronoun and is_question:
        put = list(islice(_put(rest, pronoun, before), MOST))
        word = pronoun.group().lower()
        counted = word in PLURAL and _COUNTS.match(last.text)
        ahead = [f"{rest} [{last.matter}]?"] if counted else [as_asked] if named(rest) else []
        found = [*ahead, *put]  # after "how many people" they are the people
        leans = not (put and word in PERSONAL)  # he and she are somebody who was named
    elif is_question:
        if is_whole and named(rest):
            return [as_asked]  # it names what it asks about
        found = [as_asked]
    else:
        if pronoun:
            rest = next(_put(rest, pronoun, before), rest).rstrip("?")
        alone = [as_asked] if is_whole and len(content(rest)) > 2 else []
        found = [*alone, *_in_place(last, rest, is_correction=bool(_CORRECTS.match(question)))]
        # beside it, a statement would ask for anybody's words
        leans = kind(last.text) != "statement" or len(found) == len(alone)
    found = list(dict.fromkeys(found))[: MOST - leans]
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
        has_name = named(ahead) or re.search(r"\b(?:the|which|how many) (?!of\b)\w", ahead, re.I)
        if points or not (has_name or word in POINTING):
            return match
    return None


def _put(text: str, pronoun: re.Match[str], before: Sequence[Exchange]) -> Iterator[str]:
    """The text with each name or noun that a pronoun may mean in its place; none for "that".

    Where an earlier question ends in the same words, it is first what stands before them there.
    """
    word, following = pronoun.group().lower(), text[pronoun.end() :]
    owns = word in ("his", "its", "their") or (word == "her" and following.strip())
    own = {fold(name) for name in named(text)}
    previous = (text[: pronoun.start()].split() or [""])[-1]
    same = re.compile(rf"\b{re.escape(previous)} (.+?){re.escape(following)}$", re.IGNORECASE)
    repeats = previous and following and not (owns or word in POINTING or word == "there")
    for earlier in before[::-1]:
        again = same.search(earlier.text) if repeats else None
        told = [again[1]] if again and not _PRONOUN.search(again[1]) else []
        found = earlier.meant_by(word)
        for name in [*told, *(one.split(" of ")[0] if word in PERSONAL else one for one in found)]:
            if fold(name) not in own:
                mark = ("'" if name.endswith("s") else "'s") if owns else ""
                put = f"{text[: pronoun.start()]}{name}{mark}{following}"
                more = _leaning(put)
                is_there = more and more.group().lower() == "there" and word != "there"
                yield next(_put(put, more, before), f"{put}?") if more and is_there else f"{put}?"


def _in_place(last: Exchange, fragment: str, *, is_correction: bool) -> Iterator[str]:
    """A question with a few words in the place of such as begin like them.

    That is with the same preposition, with an article or a capital letter, or with a small letter;
    what a preposition leads may be added too, where it may be a time or a place. A correction
    takes the place of what the follow-up before it put in, and "the second" that of "the first".
    """
    text, first = last.text, fragment.split()[0].lower()
    if nth := _NTH.search(fragment):
        fragment, places = f"the {nth[1]}", re.findall(rf"\bthe (?:{'|'.join(_PLACES)})\b", text)
    elif first in PREPOSITIONS:
        places = re.findall(rf"\b{first} .+?(?= {PREPOSITION} |$)", text, re.IGNORECASE)
    elif is_correction and last.fragment:
        places = [last.fragment]
    elif first in DETERMINERS or not fragment.islower():
        own = set(words(fragment))
        places = sorted(named(text), key=lambda name: own.isdisjoint(words(name)))
        if first in DETERMINERS or not places:
            things = last.things
            bare = [thing.split(" of ")[0] for thing in things]  # the teachers, but of which town
            untold = re.findall(r"\b(?:he|she|it|they)\b", text)
            places = [*untold, *([] if " of " in fragment else bare), *things, *places]
        places = places or last.small
    else:  # "children", but not "tell me more"
        places = last.small if STOPWORDS.isdisjoint(words(fragment)) else []
    article = rf"(?:\b(?:{'|'.join(DETERMINERS)}) )?" if first in DETERMINERS else ""
    for place in places:
        pattern = rf"{article}(?<!\w){re.escape(place)}(?!\w)(?: \d+)?"
        yield re.sub(pattern, lambda _: fragment, text, count=1) + "?"
    if first in PREPOSITIONS and not (places and first in _NO_TIME_OR_PLACE):
        yield f"{text} {fragment}?"


def _list_told(answer: str) -> tuple[str, ...]:
    """What an answer lists: headlines in quotation marks, or names; empty where it is no list."""
    lines = answer[:LONGEST_READ].splitlines()
    if headlines := [_SOURCE.sub("", line[2:]) for line in lines if line.startswith("- ")]:
        return tuple(f"“{headline}”" for headline in headlines)
    listed = _COUNT.sub("", lines[0] if lines else "").rpartition(": ")[2].strip(" .")
    parts = _BETWEEN.split(listed)
    is_list = len(parts) > 1 and all(named(f"x {part}") == [part] for part in parts)
    return tuple(parts) if is_list else ()
