"""Where articles differ on what a question asks, and which value a later article replaces.

The reader points at what answers in each sentence. Two such values are compared where their
clauses tell of one thing. A later report with words of correction, from the same outlet, or of
a count that grew, replaces the older one. Another origin that says otherwise is a disagreement.
Anything less certain is neither: a missed disagreement costs a remark, an invented one misleads.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import NamedTuple

from rag.compare.matching import (
    CUMULATIVE,
    EVENT,
    Matter,
    are_one,
    contrary,
    of_one_time,
    one_source,
    rivals,
    vouched,
)
from rag.compare.statements import (
    Amount,
    Statement,
    ValueKind,
    dates,
    figures,
    published,
    quotes_whole,
)
from rag.quote import source_of
from rag.records import Candidate, Draft
from rag.request.question import Question
from rag.text.dates import Mention
from rag.text.display import nested
from rag.text.names import name_words, names
from rag.text.tokens import held, lines
from rag.text.words import stem
from rag.verify.negation import Polarity, polarity

SentenceKey = tuple[str, int, int]
"""A sentence: its article's id, and where in the article it begins and ends."""
SIDES = 3
"""Values that one disagreement names at most."""
_RENEWED = re.compile(
    r"\b(?:now|no longer|updated?|revis(?:es?|ed|ion)|correct(?:s|ed|ions?)|latest|final|recount"
    r"|so far|to date|in the end|has reached|postponed|rescheduled|put off|delayed)\b",
    re.IGNORECASE,
)
"""Words by which a report says that it replaces what was reported before."""
_CORRECTION = re.compile(r"\bcorrect(?:s|ed|ions?)\b", re.IGNORECASE)
_NOT_YET = re.compile(r"\byet\b|\b(?:has|have|had)(?: not|n['’]t)\b")


@dataclass(frozen=True, slots=True)
class Side:
    """What one of those who disagree says."""

    candidate: Candidate
    value: str
    """The value as the article words it, a part of the candidate's sentence."""
    told: str
    """What is shown: the whole clause that gives the value, unless it tears a quotation."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two or more stories that state different things of one matter, best ranked first."""

    about: ValueKind
    sides: tuple[Side, ...]
    is_update: bool = False
    """True where the first has replaced the others; they come newest first."""


class Newer(NamedTuple):
    """What a later article puts in the place of an older value."""

    candidate: Candidate
    value: Statement | None
    """The newer value, where it is sure which it is."""
    old: Statement | None


UNKNOWN = "an undated article"
"""Whose value it is where neither outlet nor date is known."""


def sentence_key(candidate: Candidate) -> SentenceKey:
    """What a sentence is known by."""
    span = candidate.span
    return candidate.passage.stored.card.article_id, span.start, span.end


def wording(disagreement: Disagreement, *, whole: bool = True) -> str:
    """One line for the answer, of the articles' own values, outlets and dates.

    With `whole` a value stands in its clause, which tells more to the exact check. Verbs of
    saying are left out: they would make speakers of the outlets.
    """
    verb = "has" if disagreement.about == "polarity" else "gives"
    told: list[tuple[str, list[str]]] = []
    for side in disagreement.sides:
        outlet, date = source_of(side.candidate.passage.stored.card)
        # A comma would run the sides together.
        source = f"{outlet} ({date})" if outlet and date else outlet or date or UNKNOWN
        value = f"“{nested(side.told if whole else side.value)}”"
        values = next((some for of, some in told if of == source), None)
        if values is None or disagreement.is_update:
            told.append((source, [value]))
        elif value not in values:
            values.append(value)
    parts = [f"{source} {verb} {' and '.join(values)}" for source, values in told]
    if disagreement.is_update:
        return f"Updated: {parts[0]}; before: {'; '.join(parts[1:])}."
    return f"The sources differ: {'; '.join(parts)}."


def disagreements(
    question: Question, candidates: Sequence[Candidate], drafts: Sequence[Draft]
) -> list[Disagreement]:
    """Where others say otherwise than the answer, which quotes the drafts, or said so before it."""
    quoted = [c for draft in drafts for c in candidates if _quotes(draft, c)]
    found = conflicts(question, candidates, {sentence_key(candidate) for candidate in quoted})
    updated = updates(question, candidates, quoted)
    return [*updated, *(found or impersonations(question, quoted))]


def _quotes(draft: Draft, candidate: Candidate) -> bool:
    article, start, end = sentence_key(candidate)
    same = draft.passage.stored.card.article_id == article
    return same and draft.span.start <= start and end <= draft.span.end


def impersonations(question: Question, quoted: Sequence[Candidate]) -> list[Disagreement]:
    """Where the answer quotes two of which one may give itself out for the other; one at most."""
    about: Mapping[str, ValueKind] = {
        "number": "number", "time": "date", "person": "name", "place": "name",
    }  # fmt: skip
    for pair in combinations(quoted, 2):
        if rivals(*pair):
            first, second = (_given(question, candidate) for candidate in pair)
            own = [x for x in first if x not in second], [x for x in second if x not in first]
            if all(own):
                sides = tuple(_whole(c, said[0]) for c, said in zip(pair, own, strict=True))
                return [Disagreement(about.get(question.asks, "words"), sides)]
    return []


def _given(question: Question, candidate: Candidate) -> list[str]:
    """What a sentence gives of the kind asked for; all of it where it gives none."""
    if question.asks in ("person", "place"):
        return names(candidate.text)
    return [said.worded for said in _statements(question, [candidate])] or [candidate.text]


def conflicts(
    question: Question,
    candidates: Sequence[Candidate],
    quoted: Container[SentenceKey] | None = None,
) -> list[Disagreement]:
    """Where origins disagree on what the question asks; at most one of each kind.

    Args:
        question: the question, read.
        candidates: sentences, best first.
        quoted: the sentences that the answer rests on, which come first; by default all.
    """
    matter = Matter(question, candidates)
    said = _statements(question, candidates)
    old = _replaced(matter, said, candidates)
    said = [s for s in _answers(matter, said) if sentence_key(s.candidate) not in old]
    found: list[Disagreement] = []
    for kind in dict.fromkeys(statement.kind for statement in said):
        same = [statement for statement in said if statement.kind == kind and not statement.quoted]
        first = [s for s in same if quoted is None or sentence_key(s.candidate) in quoted]
        sides = _opposed(first or same, same, matter)
        if len({side.candidate.passage.stored.card.origin for side in sides}) > 1:
            found.append(Disagreement(kind, tuple(map(_side, sides))))
    if question.asks == "polarity":
        current = [c for c in candidates if sentence_key(c) not in old and quotes_whole(c)]
        best = [c for c in current if quoted is None or sentence_key(c) in quoted]
        for candidate, other in product([*best, *current], current):
            opposed = _denies(matter, candidate, other) or _denies(matter, other, candidate)
            if opposed and not one_source(candidate, other) and of_one_time(candidate, other):
                return [Disagreement("polarity", (_whole(candidate), _whole(other)))]
    return found


def _whole(candidate: Candidate, value: str = "") -> Side:
    sentence = " ".join(candidate.text.split()).rstrip(" .")
    return Side(candidate, value or sentence, sentence)


def _side(said: Statement) -> Side:
    return Side(said.candidate, said.worded, said.told)


def _statements(question: Question, candidates: Iterable[Candidate]) -> list[Statement]:
    """The values of the kind that the question asks for."""
    readers = {"number": [figures], "other": [figures], "time": [dates]}.get(question.asks, [])
    if figures in readers and re.search(r"\bhow long\b", question.text, re.IGNORECASE):
        readers.append(dates)
    return [statement for c in candidates for reader in readers for statement in reader(c)]


def _answers(matter: Matter, said: Iterable[Statement]) -> list[Statement]:
    """The first value of each answer that the reader points at, where it may be the one asked."""
    first: dict[tuple[SentenceKey, ValueKind], Statement] = {}
    for statement in said:
        if statement.read and not statement.former:
            first.setdefault((sentence_key(statement.candidate), statement.kind), statement)
    return [statement for statement in first.values() if matter.answers(statement)]


def _opposed(
    first: Sequence[Statement], others: Sequence[Statement], matter: Matter
) -> list[Statement]:
    """The best ranked values that exclude one another, from as many sources; or none."""
    for statement in first:
        sides = [statement]
        for other in others:
            if len(sides) < SIDES and all(_oppose(other, side, matter) for side in sides):
                sides.append(other)
        if len(sides) > 1:
            return sides
    return []


def _oppose(statement: Statement, other: Statement, matter: Matter) -> bool:
    if not contrary(statement, other) or one_source(statement.candidate, other.candidate):
        return False
    undated = published(statement.candidate) is None or published(other.candidate) is None
    if statement.kind == "number" and undated and _grows(statement, other):
        return False  # the one that is larger may be the later one
    return matter.same_thing(statement, other)


def _grows(statement: Statement, other: Statement) -> bool:
    """True for counts of what only grows while an event goes on."""
    return not (statement.said | other.said).isdisjoint(CUMULATIVE)


def updates(
    question: Question, candidates: Sequence[Candidate], quoted: Sequence[Candidate]
) -> list[Disagreement]:
    """The value that the answer leads with, and those that it has replaced; one at most."""
    said = _statements(question, candidates)
    replaced = _replaced(Matter(question, candidates), said, candidates)
    leading = [one for one in said if one.read and one.candidate in quoted[:1]]
    for newest in quoted:
        if sentence_key(newest) not in replaced:
            sides = _history(newest, replaced)
            if sides and any(are_one(one, sides[0]) for one in leading):
                told = tuple(map(_side, sides[:SIDES]))
                return [Disagreement(sides[0].kind, told, is_update=True)]
    return []


def _history(newest: Candidate, replaced: Mapping[SentenceKey, Newer]) -> list[Statement]:
    """A sentence's value and those before it, newest first; empty where it replaced none surely."""
    steps = [
        (new, old)
        for _, new, old in replaced.values()
        if new and old and not (new.quoted or old.quoted or rivals(old.candidate, new.candidate))
    ]
    found = [value for value, _ in steps if value.candidate is newest][:1]
    for reached in found:
        for value, old in steps:
            if value is reached and all(are_one(old, one) is False for one in found):
                found.append(old)
    later = sorted(found[1:], key=lambda said: published(said.candidate) or dt.date.min)
    return [*found[:1], *reversed(later)] if later else []


def superseded(
    question: Question, candidates: Sequence[Candidate]
) -> Mapping[SentenceKey, Candidate]:
    """For each sentence whose value a later article replaces, the newer candidate.

    A question with a day of its own, or one that asks for the first or an earlier
    value, wants what was said then: nothing newer replaces it.
    """
    said = _statements(question, candidates)
    replaced = _replaced(Matter(question, candidates), said, candidates)
    return {at: newer.candidate for at, newer in replaced.items()}


def _replaced(
    matter: Matter, said: Sequence[Statement], candidates: Sequence[Candidate]
) -> dict[SentenceKey, Newer]:
    if matter.former:
        return {}
    answers = _answers(matter, said)
    current = [statement for statement in said if not statement.former and statement.per != "part"]
    found: dict[SentenceKey, Newer] = {}
    for past, old in product(said, current):
        if past.former and old.read and matter.covers(past.candidate) and _is_same(past, old):
            beside = [statement for statement in current if statement.candidate is past.candidate]
            in_its_place = [statement for statement in answers if statement.article == past.article]
            newest = next(iter([*beside, *in_its_place, past])).candidate
            sure = beside or [s for s in in_its_place if matter.same_thing(old, s, renewed=True)]
            values = [s for s in sure if s.candidate is newest and are_one(old, s) is False]
            told = values[0] if len(values) == 1 else None
            found.setdefault(sentence_key(old.candidate), Newer(newest, told, old))
    for old, new in product(answers, answers):
        if _replaces(old, new, matter):
            told = new if _surely(old, new, matter) else None
            found.setdefault(sentence_key(old.candidate), Newer(new.candidate, told, old))
    some = candidates if matter.question.asks == "polarity" else ()
    for denial, report in product(some, some):
        before, after = published(denial), published(report)
        later = before and after and before < after and _NOT_YET.search(denial.text)
        if later and _denies(matter, denial, report):
            found[sentence_key(denial)] = Newer(report, None, None)
    return {
        at: newer
        for at, newer in found.items()
        if sentence_key(newer.candidate) != at and matter.timely(newer.candidate)
    }


def _later(old: Statement, new: Statement) -> dt.timedelta | None:
    """How much later the article of `new` came out; None where not later, or the same article."""
    before, after = published(old.candidate), published(new.candidate)
    if old.article == new.article or before is None or after is None or after < before:
        return None
    return after - before


def _is_same(past: Statement, old: Statement) -> bool:
    """True where an article calls past what another one gave before, or on the same day."""
    a, b = past.value, old.value
    if _later(old, past) is None:
        return False
    if isinstance(a, Amount) and isinstance(b, Amount):
        return a.value == b.value and (a.unit == b.unit or not a.unit or not b.unit)
    return isinstance(a, Mention) and isinstance(b, Mention) and a.overlaps(b)


def _replaces(old: Statement, new: Statement, matter: Matter) -> bool:
    """True where a later statement says, or its being later means, that the older is past."""
    time, renewed = _later(old, new), _renews(old, new)
    if not time or rivals(old.candidate, new.candidate):
        return False
    if not matter.same_thing(old, new, renewed=renewed):
        return False
    if not (isinstance(old.value, Amount) and isinstance(new.value, Amount)):
        return renewed and contrary(old, new)
    grew = new.value.value > old.value.value and _grows(old, new)
    soon = time <= EVENT and (grew or one_source(old.candidate, new.candidate))
    return not old.value.means(new.value) and (soon or renewed)


def _surely(old: Statement, new: Statement, matter: Matter) -> bool:
    """True where a value that replaces another is sure to be of the very same thing.

    Both articles have the same of the question's words, and both clauses count the dead, the
    displaced and the like; or the newer is said to be new, or is the same outlet's, and both
    clauses say what the question asks about.
    """
    shared = old.said & new.said
    asked = (shared & matter.words) - old.noun - new.noun - set(map(stem, name_words(old.clause)))
    own = _renews(old, new) or one_source(old.candidate, new.candidate)
    return matter.has_same_words(old, new) and (
        not shared.isdisjoint(CUMULATIVE) or (own and bool(asked))
    )


def _renews(old: Statement, new: Statement) -> bool:
    """True where the newer sentence says that its value is a new one: "now", "rose to 45".

    Only the outlet itself corrects what it said; another one's correction is a claim.
    """
    text = new.candidate.text
    if new.kind == "number" and re.search(r"\w\s+to\s+$", text[: new.start]):
        return True
    if not vouched(old.candidate, new.candidate):
        text = _CORRECTION.sub(" ", text)
    return bool(_RENEWED.search(text))


def _denies(matter: Matter, denying: Candidate, other: Candidate) -> bool:
    """True where a sentence negates what is asked, and the other affirms it."""
    if not (matter.covers(denying) and matter.covers(other)):
        return False
    denial, report = (_read(candidate.text) for candidate in (denying, other))
    if any(polarity.unsettled for polarity in report) and not matter.open:
        return False
    asked = frozenset(key for line in lines(matter.question.text) for key in line.keys)
    affirmed = frozenset(key for polarity in report for key in polarity.positive)
    heads = [negation.governed[:1] for polarity in denial for negation in polarity.negations]
    return any(held(head, asked) and held(head, affirmed) for head in heads)


def _read(text: str) -> list[Polarity]:
    return [polarity(line) for line in lines(text)]
