"""From chosen evidence to the draft of an answer.

A small model composes badly and chooses well, so the default draft is made of
quotations: the sentences that were chosen, with the one before where it is
needed to understand them, under the name of their outlet and their date.
Nothing here decides whether a draft may be shown; `rag.grounding` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from urllib.parse import urlsplit

from index.records import Card, Span
from rag.evidence.prose import is_prose
from rag.evidence.spans import TYPED, offers, offers_within
from rag.evidence.timing import newest_first
from rag.evidence.weighing import Candidate
from rag.questions.asking import only_asks
from rag.questions.question import Question
from rag.retrieval import Passage, says_more
from rag.text.enclosed import name, nested
from rag.text.leadins import announces, spoken_by_a_pronoun
from rag.text.names import missing
from rag.text.speech import OPENS_ON_PRONOUN
from rag.text.words import words

SENTENCES = 3
"""Quotations in an answer at most."""
NEARLY_AS_GOOD = log(4)
"""A further sentence may be that many log odds worse than the best one."""
ALIKE = 0.6
"""Share of a sentence's words in one that was chosen already above which it adds nothing."""
SENTENCES_BEFORE = 2
"""Sentences that may be added before one that cannot be understood by itself."""
SENTENCES_QUOTED = 2
"""Sentences of a quotation that may be added after one that announces it."""
_IN_WORDS = ("statement", "reason", "other")
"""Kinds of question that somebody's words may answer."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence on its way to an answer, and the passage that it is meant to rest on."""

    text: str
    passage: Passage
    span: Span
    """The words that support it, as a span of the article."""
    quoted: bool

    @property
    def quote(self) -> str:
        """The supporting words, verbatim."""
        return self.passage.stored.chunk.part(self.span)


def quotations(question: Question, ranked: Sequence[Candidate]) -> list[Draft]:
    """The best sentences as quotations, no two alike.

    The best comes first; where the newest state of things is asked for, the newest does of
    those that hold the kind of thing that is asked for.
    A further one is worth its place only if it holds the kind of thing that is asked for.
    """
    if question.prefers_newest:
        ranked = _newest(question, ranked)
    least = max((one.score for one in ranked), default=0.0) - NEARLY_AS_GOOD
    drafts: list[Draft] = []
    for candidate in ranked:
        span = understandable(question, candidate)
        draft = quotation(candidate.passage, span)
        if candidate.score < least and not any(_rivals(draft, other) for other in drafts):
            continue
        if drafts and question.asks in TYPED and not offers_within(question, draft.quote):
            continue
        if not any(_overlap(draft, other) for other in drafts):
            drafts.append(draft)
        if len(drafts) == SENTENCES:
            break
    return drafts


def _newest(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    def holds(candidate: Candidate) -> bool:
        quote = candidate.passage.stored.chunk.part(understandable(question, candidate))
        return question.asks not in TYPED or offers_within(question, quote)

    held = [one for one in ranked if holds(one)]
    others = [one for one in ranked if one not in held]
    return [*newest_first(held, _score, _published, NEARLY_AS_GOOD), *others]


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
    """The candidate's sentence, with those around it that a reader needs.

    Those before it are needed when it opens on a pronoun or a "the minister", when its
    words are "his", or when they hold a name of the question that it lacks itself; the
    one after it, when a number or a day is asked for that only that one gives, and
    those that quote what it only announces.
    """
    chunk = candidate.passage.stored.chunk
    sentences = list(chunk.sentences)
    at = sentences.index(candidate.span)
    last = at
    if not offers(question, candidate.text) and at + 1 < len(sentences):
        last += offers(question, chunk.part(sentences[at + 1]))
    if last == at and question.asks in _IN_WORDS:
        following = [chunk.part(one) for one in sentences[at + 1 : at + 1 + SENTENCES_QUOTED]]
        last += announces(candidate.text, following)
    first = at
    while first > 0 and at - first < SENTENCES_BEFORE:
        opening = chunk.part(sentences[first])
        so_far = chunk.part(Span(sentences[first].start, sentences[last].end))
        before = chunk.part(sentences[first - 1])
        lacking = missing(question.names, words(so_far))
        if only_asks(question, before) or not is_prose(before):
            break
        if not (
            OPENS_ON_PRONOUN.match(opening)
            or spoken_by_a_pronoun(so_far)
            or len(missing(lacking, words(before))) < len(lacking)
        ):
            break
        first -= 1
    return Span(sentences[first].start, sentences[last].end)


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
