"""A comparison of two things, read apart: what it asks of each of them alone.

The two are names, or noun phrases as plain English joins them: "the ferry or the tunnel". Asked
of one alone, "older" is how old it is, and "more people" how many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.dates import CALENDAR
from rag.text.word_classes import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    MEASURES,
    PARTICLES,
    PREPOSITIONS,
    SAYING,
)
from rag.text.words import STOPWORDS, WORD, fold, words

_IRREGULAR = {"bad": "worse", "good": "better"}
_POSITIVE = {
    _IRREGULAR.get(one, f"{one[:-1]}ier" if one[-1] == "y" else f"{one}{ending}"): one
    for one in MEASURES.split()
    for ending in ["r" if one[-1] == "e" else f"{one[-1]}er" if one == "big" else "er"]
}
"""For "older" that it is "old"."""
_NAME = r"(?:[A-Z][\w’'-]*(?:\s+(?:of\s+|the\s+|de\s+|al-)?[A-Z][\w’'-]*)*)"
_JOINED = r"(?:,\s+|\s+)(?:and|or|(?:compared\s+)?(?:with|to)|from|versus|vs\.?|against)\s+"
_PAIR = re.compile(rf"({_NAME}(?:['’]s)?){_JOINED}(?:(?:that|those) (?:of|in)\s+)?({_NAME})")
_JOINT = re.compile(_JOINED, re.IGNORECASE)
_COMPARE = re.compile(r"^(?:please\s+)?compare\s+", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"^(?:what (?:is|are|was|were) the )?differences? (?=between\b)", re.IGNORECASE
)
_BETWEEN = re.compile(r"\bbetween\s*$", re.IGNORECASE)
_PREPOSITION = re.compile(rf"\s*\b(?:{'|'.join(sorted(PREPOSITIONS))})\s+", re.IGNORECASE)
_STAND_IN = re.compile(
    rf"(?:the ones?|that|those)(?=\s(?:{'|'.join(sorted(PREPOSITIONS))})\s)", re.IGNORECASE
)
"""What stands for the noun before: "the one in Aleppo"."""
_MORE = rf"(?P<more>(?:more|less) [\w-]+|[\w-]+ier|{'|'.join(_POSITIVE)})"
_WHICH = re.compile(
    r"^(?:which|who|what)(?: of (?:the )?(?:two|them)| [\w-]+)?? (?P<be>is|are|was|were) "
    rf"{_MORE}(?P<rest> .*)?$",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    rf"^(?P<be>{'|'.join(sorted(AUXILIARIES))}) (?P<there>there )?(?:more|fewer) (?P<what>[\w-]+)"
    r"(?P<rest>.*)$",
    re.IGNORECASE,
)
_DOES_MORE = re.compile(
    r"^(?:which|who|what)\b.* (?P<does>[\w-]+) (?:more|most|less|least|fewer|fewest)\b"
    r"(?P<what> [\w-]+)?(?P<rest>.*)$",
    re.IGNORECASE,
)
_ONE_DOES_MORE = re.compile(
    r"^(?P<where>.*?)(?:^|[,:;]? )which (?:one |of (?:them|the two|these) )?"
    r"(?P<does>[\w-]+(?: out| up| in)?) (?:more|most|less|least|fewer|fewest)\b"
    r"(?P<what> [\w-]+)?(?P<rest>.*)$",
    re.IGNORECASE,
)
_THAN = re.compile(
    rf"^(?P<be>is|are|was|were) (?P<left>.+?) {_MORE} than (?P<right>.+)$", re.IGNORECASE
)
_TWICE = re.compile(r"^what (.+?) said (?:and|with|to|against) what (.+?) said", re.IGNORECASE)
_SAID = re.compile(r"^said\b", re.IGNORECASE)
_PEOPLE = ("people", "men", "women", "children")
"""Plurals without an s."""
_ENDS = (
    AUXILIARIES
    | CONJUNCTIONS
    | (PREPOSITIONS - {"of"})
    | set(SAYING.split("|"))
    | set(_POSITIVE)
    | set("more less each both compare differ how why".split())
)
"""What no noun phrase goes over."""
_STARTS = _ENDS | {"of"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things that are compared."""

    question: str
    """What is asked of it alone."""
    name: str
    """As it was asked about."""
    demanded: str
    """Words that its evidence must have: names, or else what the other side does not have."""

    @property
    def is_topic(self) -> bool:
        """Whether nothing is asked of it but what is said."""
        return self.question == said_of(self.name)


def sides(text: str) -> list[Side]:
    """The two things that a comparison is of; none where they are not told."""
    bare = _DIFFERENCE.sub("", _COMPARE.sub("", " ".join(text.split()))).rstrip(" ?.!")
    bare = _TWICE.sub(r"what \1 and \2 said", bare)
    if than := _THAN.match(bare):
        both, before, after = (than["left"], than["right"]), than["be"], ""
        asked = [f"How {_positive(than['more'])} {before} {one}?" for one in both]
        return _sides(both, asked)
    halves = _JOINT.split(bare)
    first, second = (words(half)[:1] for half in (halves[0], halves[-1]))
    if len(halves) == 2 and first == second and STOPWORDS.isdisjoint(first):
        return _sides((halves[0], halves[1]), [_alone("", half, "") for half in halves])
    pair = _names(bare) or _phrases(bare)
    if pair is None:
        return []
    before, left, right, after = pair
    both = left, right
    if _BETWEEN.search(before):
        before = _BETWEEN.sub("in " if _is_day(words(left)[-1]) else "of ", before)
    behind = re.sub(r"^each ", "", after.strip(" ,"), flags=re.IGNORECASE)
    return _sides(both, [_alone(before.strip(), one, behind) for one in both])


def two_named(text: str) -> list[Side]:
    """The two names that a question is of: its subject, or what it gives to choose from."""
    pair = _names(" ".join(text.split()).rstrip(" ?.!"))
    if pair is None:
        return []
    before, left, right, after = pair
    joined = text[text.find(left) + len(left) :].split()[0].lower()
    is_subject = fold(before.split()[-1]) in AUXILIARIES if before else bool(after)
    is_choice = not after and before.rstrip().endswith((",", ":"))
    if joined not in ("and", "or") or not (is_subject or is_choice):
        return []
    both = left, right
    return _sides(both, [_alone(before.strip(" ,:"), one, after.strip()) for one in both])


def _sides(both: tuple[str, str], asked: list[str]) -> list[Side]:
    return [
        Side(question, one, _demanded(one, other))
        for question, one, other in zip(asked, both, reversed(both), strict=True)
    ]


def _demanded(side: str, other: str) -> str:
    """What tells a side from the other; a day is no word to look for and is asked for as a day."""
    own = [word for word in WORD.findall(_without_article(side)) if fold(word) not in STOPWORDS]
    shared = set(words(other))
    unlike = [word for word in own if fold(word) not in shared and not _is_day(fold(word))]
    named = [word for word in unlike if word[0].isupper()]
    return " ".join(named or ([] if any(map(_is_day, words(side))) else unlike or own))


def _is_day(word: str) -> bool:
    """True for a folded word that is a month, a weekday or a year."""
    return word.isdigit() or word in CALENDAR


def _without_article(phrase: str) -> str:
    first, _, rest = phrase.partition(" ")
    return rest if rest and fold(first) in DETERMINERS else phrase


def _names(text: str) -> tuple[str, str, str, str] | None:
    for pair in _PAIR.finditer(text):
        if fold(pair[1].split()[0]) not in STOPWORDS:
            return text[: pair.start()], pair[1], pair[2], text[pair.end() :]
    return None


def _phrases(text: str) -> tuple[str, str, str, str] | None:
    """The first two noun phrases that are joined, with what stands before and behind them."""
    for joint in _JOINT.finditer(text):
        at = end = joint.end()
        stand_in = _STAND_IN.match(text, at)
        leading = _PREPOSITION.match(text, stand_in.end() if stand_in else at)
        start = text.rfind(f" {leading[0].strip().lower()} ", 0, joint.start()) if leading else -1
        if leading and start >= 0:  # "in the ferry or in the tunnel", "of the ferry and that of …"
            start, at = start + len(leading[0].strip()) + 2, leading.end()
            stand_in = _STAND_IN.match(text, at)
            leading = _PREPOSITION.match(text, stand_in.end()) if stand_in else None
        else:
            start = _start(text[: joint.start()])
        left = text[start : joint.start()]
        end = _end(text, leading.end() if leading and stand_in else at)
        head = text[at : at + len(text[at:end].partition(" of ")[0])].lower()
        again = text.lower().rfind(f"{head} ", 0, joint.start()) if _carries(head) else -1
        if again >= 0:  # "the price of the bell with the price of the anchor"
            left, start, end = text[again : joint.start()], again, len(text)
        right = text[at:end]
        if stand_in and left:
            noun = (left[: _end(left, 0)].split() or [left])[-1]
            right = f"the {noun}{text[stand_in.end() : end]}"
        if _carries(left) and _carries(right) and fold(left.split()[-1]) not in _ENDS:
            return text[:start], left, right, text[end:]
    return None


def _carries(phrase: str) -> bool:
    return any(word not in STOPWORDS for word in words(phrase))


def _start(text: str) -> int:
    """Where the noun phrase begins that ends with a text; "of" is within one in a name only."""
    start, follows = len(text), ""
    found = list(WORD.finditer(text))
    for at in reversed(range(len(found))):
        written = found[at][0]
        word = fold(written)
        in_name = word == "of" and at > 0 and (found[at - 1][0][0] + (follows or "a")[0]).isupper()
        if text[found[at].end() : start].strip() or (word in _STARTS and not in_name):
            break
        start, follows = found[at].start(), written
        if word in DETERMINERS:
            break
    return start


def _end(text: str, start: int) -> int:
    """Where the noun phrase ends that begins at a place; a name ends with its last capital."""
    end = start
    is_led = False
    for match in WORD.finditer(text, start):
        word = fold(match[0])
        if text[end : match.start()].strip() or word in _ENDS:
            break
        is_led = is_led or word in DETERMINERS or (match.start() == start and word == match[0])
        if not is_led and not match[0][0].isupper() and word not in {"of", *PARTICLES}:
            break
        end = match.end()
    return end


def _alone(before: str, side: str, after: str) -> str:
    """What is asked of one side."""
    behind = f" {after}" if after else ""
    if not behind and fold(before) in ("", "of"):
        return said_of(side)
    which = _WHICH.match(before.rstrip(",")) or (not before and _WHICH.match(after.strip(" ,:")))
    if which:
        rest = f"{which['rest'] or ''}{behind if before else ''}"
        return f"How {_positive(which['more'])} {which['be'].lower()} {side}{rest}?"
    if many := _HOW_MANY.match(before):
        asks = f"{many['be'].lower()} {many['there'] or ''}".strip()
        return f"How {_much(many['what'])} {many['what']} {asks}{many['rest']} {side}{behind}?"
    if more := not before and _ONE_DOES_MORE.match(after):
        what = more["what"] or ""
        where = f" {more['where']}".rstrip()
        return f"{side}{where} {more['does']} how {_much(what)}{what}{more['rest']}?"
    if more := not behind and _DOES_MORE.match(before.rstrip(",")):
        what = more["what"] or ""
        return f"{side} {more['does']} how {_much(what)}{what}{more['rest']}?"
    if fold(before) == "what" and (said := _SAID.match(after)):
        return f"What did {side} say{after[said.end() :]}?"
    return f"{before} {side}{behind}".strip()


def said_of(side: str) -> str:
    """The question for whatever is told of something."""
    return f"What is said of {side}?"


def _much(what: str) -> str:
    return "many" if what.endswith("s") or what.strip() in _PEOPLE else "much"


def _positive(more: str) -> str:
    last = fold(more).split()[-1]
    return _POSITIVE.get(last, re.sub("ier$", "y", last))
