"""Where stories disagree, and which values a later story replaces.

Two statements are compared only when they are about the same thing: both bear on the
question, they share what is counted, the period and the places, and what their
clauses say. Then a different value is one of three things. A later report with words
of correction, from the same outlet, or of a count that grew, *supersedes*. Another
origin that says otherwise is a *disagreement*. Anything less certain is neither: a
missed disagreement costs a remark, an invented one misleads.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.disagreement.propositions import (
    MEASURES,
    Amount,
    Assertion,
    Kind,
    Statement,
    assertions,
    common_stems,
    counted,
    is_generic,
    is_person,
    periods,
    published,
    statements,
)
from rag.evidence.weighing import Candidate
from rag.generation import source_line
from rag.grounding import SHORTEST_QUOTATION
from rag.questions.question import Question
from rag.text.dates import Mention, mentions
from rag.text.enclosed import nested
from rag.text.names import missing, names, same_name, split_name
from rag.text.words import fold, stem, words

DEPTH = 40
"""Candidates that are compared; a value that answers stands higher."""
SIDES = 3
"""Values that one disagreement names at most."""
EVENT = dt.timedelta(days=31)
"""How far apart reports of one event's growing count may be."""

CONTEXT_COVERED = 0.5
"""Share of what is asked about that a passage with its headline must speak of."""

Place = tuple[str, int, int]
"""A sentence: its article's id, and where in the article it begins and ends."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one of those who disagree says."""

    candidate: Candidate
    value: str
    """The value as the article words it, a part of the candidate's sentence."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two or more stories that state different things of one matter, best ranked first."""

    about: Kind
    sides: tuple[Side, ...]


def conflicts(question: Question, candidates: Sequence[Candidate]) -> list[Disagreement]:
    """Where origins disagree on what the question asks; at most one of each kind.

    Args:
        question: the question, read.
        candidates: sentences, best first; `DEPTH` of them are compared.
    """
    asked = Asked.of(question)
    old = superseded(question, candidates)
    current = [one for one in candidates[:DEPTH] if place(one) not in old]
    told = [one for c in current for one in statements(c) if asked.bears(one) and not one.former]
    found = []
    for kind in asked.kinds:
        sides = _opposed([one for one in told if one.kind == kind], asked)
        if len({side.candidate.passage.stored.card.origin for side in sides}) > 1:
            found.append(Disagreement(kind, tuple(Side(s.candidate, s.worded) for s in sides)))
    if question.asks == "polarity":
        found += [Disagreement("polarity", sides) for sides in _contradictions(asked, current)]
    return found


def superseded(question: Question, candidates: Sequence[Candidate]) -> Mapping[Place, Candidate]:
    """For each sentence whose value a later article replaces, the newer candidate.

    A question with a day of its own, or one that asks for the first or an earlier
    value, wants what was said then: nothing newer replaces it.
    """
    asked = Asked.of(question)
    if asked.earlier:
        return {}
    some = [(c, statements(c)) for c in candidates[:DEPTH]]
    told = [one for _, found in some for one in found]
    current = [one for one in told if not one.former and asked.named(one.candidate)]
    replaced: dict[Place, Candidate] = {}
    for old in current:
        for new in told:
            if _may_replace(old, new, asked) and _replaces(old, new, asked):
                replaced.setdefault(place(old.candidate), _newest(new, current, asked).candidate)
    replaced |= _reversed_states(asked, candidates[:DEPTH])
    return {at: new for at, new in replaced.items() if place(new) != at}


def place(candidate: Candidate) -> Place:
    """What a sentence is known by."""
    span = candidate.span
    return candidate.passage.stored.card.article_id, span.start, span.end


def wording(disagreement: Disagreement) -> str:
    """One line for the answer, of the articles' own values, outlets and dates.

    Verbs of saying are left out: they would make speakers of the outlets.
    """
    verb = "has" if disagreement.about == "polarity" else "gives"
    by_article: dict[str, list[str]] = {}
    for side in disagreement.sides:
        said = by_article.setdefault(_source(side.candidate), [])
        value = f"“{nested(_in_context(side))}”"
        if value not in said:
            said.append(value)
    parts = [f"{source} {verb} {' and '.join(said)}" for source, said in by_article.items()]
    return f"The sources differ: {'; '.join(parts)}."


def _in_context(side: Side) -> str:
    """The value with the words around it, as many as make a quotation that is checked verbatim."""
    text = " ".join(side.candidate.text.split())
    start = text.find(" ".join(side.value.split()))
    if start < 0:
        return side.value
    end = start + len(" ".join(side.value.split()))
    while len(words(text[start:end])) < SHORTEST_QUOTATION and (start, end) != (0, len(text)):
        before = _WORD_BEFORE.search(text, 0, start)
        after = _WORD_AFTER.match(text, end) or (None if before else _ANY_AFTER.match(text, end))
        if after:
            end = after.end()
        elif before:
            start = before.start()
        else:
            start, end = 0, len(text)
    return text[start:end]


_WORD_AFTER = re.compile(r"[^\w.,!?;:]+\w[\w'’-]*")
_ANY_AFTER = re.compile(r"\W+\w[\w'’-]*")
_WORD_BEFORE = re.compile(r"\w[\w.,'’-]*\W*$")


def _source(candidate: Candidate) -> str:
    """Outlet and day; a comma would run the sides together."""
    outlet, comma, date = source_line(candidate.passage.stored.card).rpartition(", ")
    return f"{outlet} ({date})" if comma else date


def _opposed(told: Sequence[Statement], asked: Asked) -> list[Statement]:
    """The best ranked values that exclude one another, from as many sources; or none."""
    for at, first in enumerate(told):
        sides = [first]
        for other in told[at + 1 :]:
            if len(sides) < SIDES and all(_oppose(other, side, asked) for side in sides):
                sides.append(other)
        if len(sides) > 1:
            return sides
    return []


def _oppose(one: Statement, other: Statement, asked: Asked) -> bool:
    if not _contrary(one, other) or not about_one_thing(one, other, asked):
        return False
    if _of_one_article(one, other):
        return one.voice != other.voice and bool(one.voice and other.voice)
    return not same_source(one, other) and of_one_day(one, other, asked)


def _contrary(one: Statement, other: Statement) -> bool:
    """True where not both values can be true."""
    a, b = one.value, other.value
    if isinstance(a, Amount) and isinstance(b, Amount):
        return not a.allows(b)
    if isinstance(a, Mention) and isinstance(b, Mention):
        return _different_days(a, b)
    return False


def _different_days(one: Mention, other: Mention) -> bool:
    if one.first and other.first:
        return not one.overlaps(other)
    weekdays = [day.weekday if day.first is None else day.first.weekday() for day in (one, other)]
    single = all(day.first is None or day.first == day.last for day in (one, other))
    return single and None not in weekdays and weekdays[0] != weekdays[1]


def _of_one_article(one: Statement, other: Statement) -> bool:
    return place(one.candidate)[0] == place(other.candidate)[0]


def _may_replace(old: Statement, new: Statement, asked: Asked) -> bool:
    """True where `new` was published later, or on the same day, and in another article."""
    before, after = published(old.candidate), published(new.candidate)
    if _of_one_article(old, new) or old.kind != new.kind or old.part or new.part:
        return False
    if old.kind not in asked.kinds or not asked.fits(old):
        return False
    if new.former and not asked.named(new.candidate):
        return False
    if asked.of_its_day(old.candidate) and not asked.of_its_day(new.candidate):
        return False
    return before is not None and after is not None and before <= after


def _replaces(old: Statement, new: Statement, asked: Asked) -> bool:
    """True where the newer statement says, or its being newer means, that the old is past."""
    if new.former:
        alike = _same_value(old, new) and not old.near.isdisjoint(new.near)
        return alike and (old.kind == "number" or asked.bears(old))
    if not (asked.bears(old) and asked.bears(new) and asked.touches(new)):
        return False
    if not _differ(old, new) or not about_one_thing(old, new, asked, loosely=_renews(new)):
        return False
    before, after = published(old.candidate), published(new.candidate)
    if before is None or after is None or before == after:
        return False
    closely = len((old.about | old.thing) & (new.about | new.thing)) >= 2
    if _renews(new, titled=closely) or _provisional(old):
        return True
    if after - before > EVENT or old.kind != "number":
        return False
    return same_source(old, new) or _grew(old, new)


def _same_value(old: Statement, new: Statement) -> bool:
    a, b = old.value, new.value
    if isinstance(a, Amount) and isinstance(b, Amount):
        return a.value == b.value and (a.unit == b.unit or not a.unit or not b.unit)
    return isinstance(a, Mention) and isinstance(b, Mention) and a.overlaps(b)


def _differ(old: Statement, new: Statement) -> bool:
    """True where the two mean different values, though both may be true."""
    if isinstance(old.value, Amount) and isinstance(new.value, Amount):
        return not old.value.means(new.value)
    return _contrary(old, new)


def _grew(old: Statement, new: Statement) -> bool:
    a, b = old.value, new.value
    if not (isinstance(a, Amount) and isinstance(b, Amount)):
        return False
    counted = old.about | old.thing | new.about | new.thing
    return b.value > a.value and not a.unit and not counted.isdisjoint(_CUMULATIVE)


def _newest(new: Statement, current: Iterable[Statement], asked: Asked) -> Statement:
    """The statement of the newer article that gives the value which holds now."""
    if not new.former:
        return new
    same = [one for one in current if _of_one_article(one, new) and one.kind == new.kind]
    inside = [one for one in same if one.candidate is new.candidate]
    alike = [one for one in same if _measured_in(one) == _measured_in(new) and asked.bears(one)]
    return next(iter([*inside, *alike, new]))


def _measured_in(statement: Statement) -> str:
    return statement.value.unit if isinstance(statement.value, Amount) else ""


def _renews(new: Statement, titled: bool = False) -> bool:
    """True where the sentence, or the headline where that may count, says that this is newer."""
    title = new.candidate.passage.stored.card.title
    return bool(_NEWER.search(new.candidate.text) or (titled and _NEWER.search(title)))


def _provisional(old: Statement) -> bool:
    return bool(_PROVISIONAL.search(old.candidate.text))


_NEWER = re.compile(
    r"\b(?:now|no longer|updated?|revis(?:es?|ed|ion)|correct(?:s|ed|ion)|latest|final"
    r"|recount(?:ed)?|new (?:count|figures?|estimates?|totals?|toll|numbers?|date)"
    r"|so far|to date|in the end"
    r"|(?:rose|risen|climbed|grown|grew|increased|jumped|gone up|went up|goes up|raised|lowered|cut"
    r"|reduced|fell|fallen|dropped)(?: \w+)? (?:to|from)|(?:up|down) from|has reached"
    r"|postponed|rescheduled|put off|put back|delayed|brought forward|moved (?:to|from))\b",
    re.IGNORECASE,
)
"""Words by which a report says that it replaces what was reported before."""
_PROVISIONAL = re.compile(
    r"\b(?:initial|preliminary|provisional|early (?:figure|count|estimate|report)s?|first count"
    r"|so far|as of|expected to rise|likely to rise|partial results?|projected|projections?)\b",
    re.IGNORECASE,
)
"""Words by which a report says that it will be replaced."""
_CUMULATIVE = frozenset(
    "kill injur displac miss homeless arrest detain infect case evacu fled rescu destroy toll damag"
    .split()
)  # fmt: skip
"""Stems of what only grows while an event goes on."""


def _contradictions(asked: Asked, candidates: Sequence[Candidate]) -> Iterable[tuple[Side, ...]]:
    """The best ranked pair of which one affirms what the other negates, if any."""
    said = _assertions(asked, candidates)
    for at, (one, first) in enumerate(said):
        for other, second in said[at + 1 :]:
            if _negates(first, second, asked) and not _one_source(one, other):
                return [(Side(one, first.text), Side(other, second.text))]
    return []


def _reversed_states(asked: Asked, candidates: Sequence[Candidate]) -> dict[Place, Candidate]:
    """What had "not yet" happened and has, by a later report."""
    if asked.question.asks != "polarity":
        return {}
    said = _assertions(asked, candidates)
    found = {}
    for one, old in said:
        for other, new in said:
            before, after = published(one), published(other)
            later = before is not None and after is not None and before < after
            if later and old.yet and old.negated and _negates(old, new, asked):
                found[place(one)] = other
    return found


def _assertions(asked: Asked, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Assertion]]:
    return [
        (candidate, one)
        for candidate in candidates
        if asked.in_context(candidate)
        for one in assertions(candidate.text)
        if asked.modal or not one.modal
    ]


def _negates(one: Assertion, other: Assertion, asked: Asked) -> bool:
    """True where one affirms what the other negates, in clauses that share what is asked."""
    negated = (one.negated & other.affirmed) | (other.negated & one.affirmed)
    if negated.isdisjoint(asked.common) or one.negated & other.negated & asked.common:
        return False
    both = one.near & other.near & asked.common
    names = one.names & other.names & set(asked.question.names)
    return len(both) + len(names) >= min(2, len(asked.common) + len(asked.question.names))


def _one_source(one: Candidate, other: Candidate) -> bool:
    a, b = one.passage.stored.card, other.passage.stored.card
    return a.origin == b.origin or bool(a.publisher and a.publisher == b.publisher)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants the value of."""

    question: Question
    common: frozenset[str]
    """Stems of its words that carry meaning, without names and words of asking."""
    target: frozenset[str]
    """Stems of what is counted or measured: "jobs" in "how many jobs"."""
    unit: str
    """"money", "percent", "count", or "" where the question does not tell."""
    kinds: tuple[Kind, ...]
    periods: frozenset[str]
    saying: bool
    """True where the day of a statement is asked for."""
    modal: bool
    earlier: bool
    """True where it asks for the first or an earlier value."""

    @classmethod
    def of(cls, question: Question) -> Asked:
        """Read what is wanted off a question."""
        text = " ".join(re.findall(r"[^.?!]*\?", question.text)) or question.text
        named = {stem(name) for name in question.names}
        target = _target(text)
        return cls(
            question,
            common_stems(text) - _ASKING - named,
            target,
            _unit(text, target),
            _kinds(question),
            periods(text),
            bool(_SAYING.search(text)),
            bool(re.search(r"\b(?:could|may|might|would|will|expected|supposed)\b", text)),
            bool(_EARLIER.search(text)),
        )

    def touches(self, statement: Statement) -> bool:
        """True where a statement's article is on the question's subject and its unit fits."""
        return self.in_context(statement.candidate) and self.fits(statement)

    def bears(self, statement: Statement) -> bool:
        """True where the statement's value may be the one that is asked for."""
        if statement.part or statement.kind not in self.kinds or not self.touches(statement):
            return False
        if statement.modal and not self.modal:
            return False
        said = statement.about | statement.thing
        if self.periods and statement.periods and self.periods.isdisjoint(statement.periods):
            return False
        if statement.kind == "date":
            return (self.saying or not statement.by) and not self.common.isdisjoint(said)
        if self.target and not is_generic(self.target):
            wide = said | statement.near
            return not self.target.isdisjoint(wide) and not self._other_thing(statement)
        return not self.common or not self.common.isdisjoint(said)

    def in_context(self, candidate: Candidate) -> bool:
        """True where a passage and its headline carry the question's names and half its words."""
        if not self.named(candidate):
            return False
        if not self.common:
            return True
        text = _context(candidate)
        return len(self.common & common_stems(text)) >= CONTEXT_COVERED * len(self.common)

    def named(self, candidate: Candidate) -> bool:
        """True where a passage and its headline carry the question's names, or two in three."""
        wanted = [name for name in self.question.names if not periods(name)]
        return len(missing(wanted, words(_context(candidate)))) <= len(wanted) // 3

    def of_its_day(self, candidate: Candidate) -> bool:
        """True where the question has a day, and the article or the sentence is of that day."""
        day, own = published(candidate), mentions(candidate.text, published(candidate))
        if day is not None:
            own = [*own, Mention(0, 0, day, day, day.weekday())]
        return any(
            asked.overlaps(one)
            or (asked.first is None and one.first is not None and one.first == one.last
                and asked.weekday == one.first.weekday())
            for asked in self.question.days
            for one in own
        )  # fmt: skip

    def fits(self, statement: Statement) -> bool:
        """True where the statement's unit is one that can be asked for."""
        if not isinstance(statement.value, Amount):
            return True
        unit = statement.value.unit
        if self.unit == "money":
            return unit not in ("", "percent") and unit not in MEASURES
        if self.unit == "percent":
            return unit == "percent"
        if self.unit == "count":
            return unit == ""
        return True

    def _other_thing(self, statement: Statement) -> bool:
        """True where a statement counts a thing other than the one asked for."""
        thing = statement.thing
        if not thing or is_generic(thing) or statement.value.unit:  # type: ignore[union-attr]
            return False
        return thing.isdisjoint(self.target | self.common)


def _context(candidate: Candidate) -> str:
    card = candidate.passage.stored.card
    return f"{card.title}\n{candidate.passage.text}\n{card.publisher or ''}"


def about_one_thing(
    one: Statement, other: Statement, asked: Asked, *, loosely: bool = False
) -> bool:
    """True where two statements give the value of the same thing.

    Args:
        one: a statement that bears on the question.
        other: another.
        asked: what the question wants.
        loosely: take headlines and the sentence before into account, and no period.
    """
    if one.kind != other.kind or (one.by, one.rate) != (other.by, other.rate):
        return False
    if one.periods and other.periods and one.periods.isdisjoint(other.periods):
        return False
    shared = (one.about | one.thing) & (other.about | other.thing)
    if one.kind == "date":
        names_ = {name for name in one.names if any(same_name(name, n) for n in other.names)}
        enough = len(shared) + len(names_) >= 2 and not shared.isdisjoint(asked.common)
        return enough and _same_places(one, other, asked)
    if not _same_measure(one, other) or not _same_places(one, other, asked):
        return False
    vague = any(told.thing and is_generic(told.thing) for told in (one, other))
    told_of = shared - one.thing - other.thing if vague else shared
    if vague and len(told_of | (one.names & other.names)) < 2 and shared.isdisjoint(_CUMULATIVE):
        return False  # "five people" of a trial may be any five
    if shared - _WEAK:
        return len(shared) >= 2 or not shared.isdisjoint(asked.common | asked.target)
    return loosely and len((one.near & other.near) & (asked.common | asked.target)) >= 2


def of_one_day(one: Statement, other: Statement, asked: Asked) -> bool:
    """True where two figures can be of the same time: near enough, and no two days named."""
    if one.kind == "date":
        return True
    before, after = published(one.candidate), published(other.candidate)
    if before and after and abs(after - before) > EVENT:
        return False
    return all(
        not (a.first and b.first) or a.overlaps(b) for a in one.days for b in other.days
    ) and all(
        _near(day, written)
        for days, written in ((one.days, after), (other.days, before))
        for day in days
        if written
    )


def same_source(one: Statement, other: Statement) -> bool:
    """True for copies of one story, and for stories of one outlet."""
    a, b = one.candidate.passage.stored.card, other.candidate.passage.stored.card
    return a.origin == b.origin or bool(a.publisher and a.publisher == b.publisher)


def _near(day: Mention, written: dt.date) -> bool:
    if day.first is None or day.last is None:
        return True
    return day.first - EVENT <= written <= day.last + EVENT


def _same_measure(one: Statement, other: Statement) -> bool:
    a, b = one.value, other.value
    if not (isinstance(a, Amount) and isinstance(b, Amount)) or a.unit != b.unit:
        return False
    if not one.thing or not other.thing:
        return True
    if is_generic(one.thing) or is_generic(other.thing):
        return all(is_generic(s.thing) or is_person(s.worded) for s in (one, other)) or (
            bool(one.thing & other.thing)
        )
    return not one.thing.isdisjoint(other.thing) and not _qualified(one.thing ^ other.thing)


def _qualified(different: frozenset[str]) -> bool:
    """True where two counts of one noun differ in more than one word beside it."""
    return len(different) > 1


def _same_places(one: Statement, other: Statement, asked: Asked) -> bool:
    """True unless the clauses are about different places."""
    here, there = _places(one), _places(other)
    if here and there:
        return any(same_name(a, b) for a in here for b in there)
    for named, statement in ((here, other), (there, one)):
        card = statement.candidate.passage.stored.card
        context = words(f"{card.title}\n{statement.candidate.passage.text}")
        if missing([name for name in named if name not in asked.question.names], context):
            return False
    return True


def _places(statement: Statement) -> frozenset[str]:
    """Folded words of the names after "in", "at", "near" in the clause."""
    clause = statement.clause
    return frozenset(
        word
        for name in names(clause)
        if _LOCATED.search(clause[: clause.find(name)])
        for word in split_name(name)
    )


def _target(text: str) -> frozenset[str]:
    """Stems of what is counted or measured."""
    match = _COUNTED.search(text)
    if match:
        return counted(text[match.end() :])
    match = _ATTRIBUTE.search(text)
    return common_stems(match["what"] or match["other"]) - _ASKING if match else frozenset()


def _unit(text: str, target: frozenset[str]) -> str:
    folded = fold(text)
    if _SHARE.search(folded):
        return "percent"
    if _MONEY.search(folded) and not _COUNTED.search(text):
        return "money"
    if _COUNTED.search(text) or "toll" in folded.split():
        return "" if target & MEASURES else "count"
    return ""


def _kinds(question: Question) -> tuple[Kind, ...]:
    if question.asks == "number":
        long = re.search(r"\bhow long\b", question.text, re.IGNORECASE)
        return ("number", "date") if long else ("number",)
    if question.asks == "time":
        return ("date",)
    return ("number",) if question.asks == "other" else ()


_COUNTED = re.compile(r"\bhow many\b|\bnumbers? of\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"\b(?:what|which)(?:\s+(?:is|was|were|are)|['’]s)\s+(?:the\s+|[\w’']+['’]s\s+)?(?P<what>[\w\s-]+?)"
    r"\s+(?:of|in|for|from|at|on|after|under|by|during)\b"
    r"|\bhow (?:much|high|large|big) (?:is|was|were) (?:the\s+)?(?P<other>[\w\s-]+?)\s*\?",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\bcosts?\b|\b(?:price|revenue|profit|loss|money|pay|paid|worth|bill|budget|spend|spent|fine"
    r"|debt|salary|wages?|fee|fees|turnover|how much (?:did|does|will|would) .* raise)\b"
)
_SHARE = re.compile(r"\b(?:share of|what share|percent(?:age)?|per cent|rate|turnout|proportion)\b")
_SAYING = re.compile(
    r"\b(?:say|said|tell|told|announced?|statement|spoke|speak|declared?|warn(?:ed)?)\b", re.I
)
_EARLIER = re.compile(
    r"\b(?:initial|initially|early|earlier|earliest|first|original|originally|previous|previously"
    r"|at first|used to|before)\b",
    re.IGNORECASE,
)
_LOCATED = re.compile(r"\b(?:in|at|near|outside|around|across|inside|of|from)\s+(?:the\s+)?$")
_WEAK = frozenset("last first day week month year time earli late".split())
_ASKING = frozenset(
    "how mani much long day date year month week time amount latest newest recent current "
    "overal final "
    "see differ suppos expect exact far accord get give sourc offici around altogeth".split()
)
"""Stems of words that ask, and say nothing of the subject."""
