"""From chosen evidence to the draft of an answer.

A small model composes badly and chooses well, so the default draft is made of
quotations: the sentences that were chosen, with the one before where it is
needed to understand them, under the name of their outlet and their date.
Nothing here decides whether a draft may be shown; `rag.verify.support` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from math import log
from urllib.parse import urlsplit

from index.records import Card, Span
from rag.decide.context import in_context
from rag.decide.spans import TYPED, offers_within, typed, with_hedge
from rag.decide.timing import newest_first
from rag.records import Candidate, Draft, Passage
from rag.request.question import Question
from rag.retrieve import says_more
from rag.text.display import name, nested
from rag.text.words import fold, words

SENTENCES = 3
"""Quotations in an answer at most."""
NEARLY_AS_GOOD = log(4)
"""A further sentence may be that many log odds worse than the best one."""
IN_SENTENCES = ("statement", "reason", "polarity")
"""Kinds of question that a few words do not answer."""
SHORTEST_SENTENCE = 10
"""Words above which an answer is no short one."""
ALIKE = 0.6
"""Share of a sentence's words in one that was chosen already above which it adds nothing."""


def quotations(question: Question, ranked: Sequence[Candidate]) -> list[Draft]:
    """The best sentences as quotations, no two alike.

    The best comes first; where the newest state of things is asked for, the newest does of
    those that hold the kind of thing that is asked for.
    A further one is worth its place only if it holds the kind of thing that is asked for,
    and is nearly as good as the best of those that do. No origin and no value has a second
    place while another waits for its first; where values differ, each has one place.
    """
    held = [one for one in ranked if _holds(question, one)]
    if question.prefers_newest:
        others = [one for one in ranked if one not in held]
        ranked = [*newest_first(held, _score, _published, NEARLY_AS_GOOD), *others]
    least = max((one.score for one in held or ranked), default=0.0) - NEARLY_AS_GOOD
    drafts: dict[int, Draft] = {}
    for first_turn in (True, False):
        differ = not first_turn and _differ(question, list(drafts.values()))
        for rank, candidate in enumerate(ranked):
            if len(drafts) == SENTENCES:
                break
            span = understandable(question, candidate)
            draft = replace(quotation(candidate.passage, span), short=short(question, candidate))
            given = drafts.values()
            if candidate.score < least and not any(_rivals(draft, other) for other in given):
                continue
            if drafts and question.asks in TYPED and not offers_within(question, draft.quote):
                continue
            repeated = _repeats(question, draft, given)
            if first_turn and drafts and (repeated or _has_place(draft, given)):
                continue
            if repeated and differ:
                continue
            if not any(_overlap(draft, other) for other in given):
                drafts[rank] = draft
    return [drafts[rank] for rank in sorted(drafts)]


def _has_place(draft: Draft, others: Iterable[Draft]) -> bool:
    """True where an origin has a place in the answer."""
    return draft.passage.stored.card.origin in {one.passage.stored.card.origin for one in others}


def _values(question: Question, draft: Draft) -> frozenset[str]:
    """What a draft gives of the kind that is asked for."""
    return frozenset(fold(span.of(draft.quote)) for span in typed(question, draft.quote))


def _repeats(question: Question, draft: Draft, others: Iterable[Draft]) -> bool:
    """True where a draft gives nothing of the kind asked for that others do not give."""
    mine = _values(question, draft)
    return bool(mine) and mine <= frozenset().union(*(_values(question, one) for one in others))


def _differ(question: Question, drafts: Sequence[Draft]) -> bool:
    """True where some drafts give other values than the rest."""
    return any(
        first and second and first.isdisjoint(second)
        for first, second in combinations([_values(question, one) for one in drafts], 2)
    )


def short(question: Question, candidate: Candidate) -> str:
    """The words that answer, where the reader is sure and they are of the kind asked for; or ""."""
    return few_words(question, candidate) if candidate.is_sure else ""


def few_words(question: Question, candidate: Candidate) -> str:
    """The words that answer, if they are few and of the kind that is asked for; else ""."""
    if question.asks in IN_SENTENCES:
        return ""
    start = candidate.span.start
    answer = Span(candidate.answer.start - start, candidate.answer.end - start)
    if question.asks in TYPED and not any(
        one.start < answer.end and answer.start < one.end for one in typed(question, candidate.text)
    ):
        return ""
    if question.asks == "number":
        answer = with_hedge(candidate.text, answer)
    found = answer.of(candidate.text)
    return found if len(found.split()) <= SHORTEST_SENTENCE else ""


def _holds(question: Question, candidate: Candidate) -> bool:
    """True where a candidate, as it is quoted, holds the kind of thing asked for."""
    quote = candidate.passage.stored.chunk.part(understandable(question, candidate))
    return question.asks not in TYPED or offers_within(question, quote)


def _score(candidate: Candidate) -> float:
    return candidate.score


def _published(candidate: Candidate) -> dt.date | None:
    return candidate.passage.stored.card.published


def quotation(passage: Passage, span: Span) -> Draft:
    """A quotation under the name of its outlet and its date, as far as they are known."""
    quote = nested(passage.stored.chunk.part(span))
    return Draft(f"{source_line(passage.stored.card)}: “{quote}”", passage, span, quoted=True)


def source_line(card: Card) -> str:
    """Outlet (else the site's address) and date; else the headline; else the article's id."""
    day = card.published
    date = f"{day.day} {day:%B %Y}" if day else ""
    outlet = name(card.publisher) or name(_host(card.url or ""))
    known = ", ".join(part for part in (outlet, date) if part)
    return known or name(card.title) or name(card.article_id) or "An article"


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # an article may give any text as its address
        return None


def understandable(question: Question, candidate: Candidate) -> Span:
    """The candidate's sentence, with those around it that a reader needs."""
    return in_context(question, candidate.passage.stored.chunk, candidate.span)


def _overlap(one: Draft, other: Draft) -> bool:
    same_article = one.passage.stored.card.article_id == other.passage.stored.card.article_id
    if same_article and one.span.start < other.span.end and other.span.start < one.span.end:
        return True
    return _alike(one, other) and not _rivals(one, other)


def _rivals(one: Draft, other: Draft) -> bool:
    """True where two articles say the same of another name or number: a reader needs both."""
    mine, theirs = one.passage.stored.card, other.passage.stored.card
    return (
        mine.article_id != theirs.article_id
        and _alike(one, other)
        and says_more(one.quote, other.quote)
        and says_more(other.quote, one.quote)
    )


def _alike(one: Draft, other: Draft) -> bool:
    ours, theirs = set(words(one.quote)), set(words(other.quote))
    return len(ours & theirs) > ALIKE * min(len(ours), len(theirs))
