"""Which values a later story replaces.

A later report with words of correction, from the same outlet, or of a count that grew,
replaces the older one; any other that says otherwise is left to
`rag.compare.conflicts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rag.compare.amounts import Amount
from rag.compare.asked import Asked
from rag.compare.contradicting import reversed_states
from rag.compare.propositions import statements
from rag.compare.sameness import (
    CUMULATIVE,
    EVENT,
    Place,
    about_one_thing,
    contrary,
    of_one_article,
    place,
    rivals,
    same_source,
    vouched,
)
from rag.compare.statement import (
    Statement,
    published,
)
from rag.records import Candidate
from rag.request.question import Question
from rag.text.dates import Mention

_NEWER = re.compile(
    r"\b(?:now|no longer|updated?|revis(?:es?|ed|ion)|correct(?:s|ed|ion)|latest|final"
    r"|recount(?:ed)?|new (?:count|figures?|estimates?|totals?|toll|numbers?|date)"
    r"|so far|to date|in the end"
    r"|(?:rose|risen|climbed|grown|grew|increased|jumped|gone up|went up|goes up|raised|lowered|cut"
    r"|reduced|fell|fallen|dropped|rises|climbs|grows|falls|drops|shr[aiu]nks?|narrow(?:s|ed)"
    r"|widen(?:s|ed)|dwindle[sd])(?: \w+)? (?:to|from)|(?:up|down) from|has reached"
    r"|postponed|rescheduled|put off|put back|delayed|brought forward|moved (?:to|from))\b",
    re.IGNORECASE,
)
"""Words by which a report says that it replaces what was reported before."""
_CORRECTION = re.compile(r"\bcorrect(?:s|ed|ions?)\b", re.IGNORECASE)
_PROVISIONAL = re.compile(
    r"\b(?:initial|preliminary|provisional|early (?:figure|count|estimate|report)s?|first count"
    r"|so far|as of|expected to rise|likely to rise|partial results?|projected|projections?)\b",
    re.IGNORECASE,
)
"""Words by which a report says that it will be replaced."""


def superseded(question: Question, candidates: Sequence[Candidate]) -> Mapping[Place, Candidate]:
    """For each sentence whose value a later article replaces, the newer candidate.

    A question with a day of its own, or one that asks for the first or an earlier
    value, wants what was said then: nothing newer replaces it.
    """
    asked = Asked.of(question, candidates)
    told = [one for candidate in candidates for one in statements(candidate, asked.kinds)]
    return replaced(asked, told, candidates)


def replaced(
    asked: Asked, told: Iterable[Statement], candidates: Sequence[Candidate]
) -> Mapping[Place, Candidate]:
    """The same, for sentences whose statements are read already.

    Args:
        asked: what the question wants.
        told: every statement of the sentences, in their order.
        candidates: the sentences, best first.
    """
    if asked.earlier:
        return {}
    some = [
        one
        for one in told
        if one.kind in asked.kinds and not one.part and asked.named(one.candidate)
    ]
    past = [one for one in some if one.former]
    current = [one for one in some if not one.former and asked.fits(one)]
    bearing = [one for one in current if asked.bears(one)]
    found: dict[Place, Candidate] = {}
    pairs = [(old, new) for new in past for old in current]
    pairs += [(old, new) for new in bearing for old in bearing]
    for old, new in pairs:
        if _may_replace(old, new, asked) and _replaces(old, new, asked):
            found.setdefault(place(old.candidate), _newest(new, current, asked).candidate)
    found |= reversed_states(asked, candidates)
    return {at: new for at, new in found.items() if place(new) != at}


def _may_replace(old: Statement, new: Statement, asked: Asked) -> bool:
    """True where `new` was published later, or on the same day, and in another article."""
    before, after = published(old.candidate), published(new.candidate)
    if of_one_article(old, new) or old.kind != new.kind:
        return False
    if asked.of_its_day(old.candidate) and not asked.of_its_day(new.candidate):
        return False
    return before is not None and after is not None and before <= after


def _replaces(old: Statement, new: Statement, asked: Asked) -> bool:
    """True where the newer statement says, or its being newer means, that the old is past."""
    if new.former:
        alike = _same_value(old, new) and not old.near.isdisjoint(new.near)
        return alike and (old.kind == "number" or asked.bears(old))
    if rivals(old.candidate, new.candidate):
        return False
    if not _differ(old, new) or not about_one_thing(old, new, asked, loosely=_renews(old, new)):
        return False
    before, after = published(old.candidate), published(new.candidate)
    if before is None or after is None or before == after:
        return False
    closely = len(old.said & new.said) >= 2
    if _renews(old, new, titled=closely) or _provisional(old):
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
    return contrary(old, new)


def _grew(old: Statement, new: Statement) -> bool:
    a, b = old.value, new.value
    if not (isinstance(a, Amount) and isinstance(b, Amount)):
        return False
    counted = old.about | old.thing | new.about | new.thing
    return b.value > a.value and not a.unit and not counted.isdisjoint(CUMULATIVE)


def _newest(new: Statement, current: Iterable[Statement], asked: Asked) -> Statement:
    """The statement of the newer article that gives the value which holds now."""
    if not new.former:
        return new
    same = [one for one in current if of_one_article(one, new) and one.kind == new.kind]
    inside = [one for one in same if one.candidate is new.candidate]
    alike = [one for one in same if _measured_in(one) == _measured_in(new) and asked.bears(one)]
    return next(iter([*inside, *alike, new]))


def _measured_in(statement: Statement) -> str:
    return statement.value.unit if isinstance(statement.value, Amount) else ""


def _renews(old: Statement, new: Statement, titled: bool = False) -> bool:
    """True where the sentence, or the headline where that may count, says that this is newer.

    Only the outlet itself corrects what it said; another one's correction is a claim.
    """
    said = [new.candidate.text]
    if titled:
        said.append(new.candidate.passage.stored.card.title)
    if not vouched(old.candidate, new.candidate):
        said = [_CORRECTION.sub(" ", one) for one in said]
    return any(_NEWER.search(one) for one in said)


def _provisional(old: Statement) -> bool:
    return bool(_PROVISIONAL.search(old.candidate.text))
