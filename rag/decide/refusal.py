"""When there is no answer, and how that is said.

Cases are told apart: nothing in the archive is about the question; the topic is there but the
claim is not; what answers it lies outside the dates asked for; it is not asked in English. Refusals
are decided and worded by code alone, whatever was said earlier in a conversation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index import languages
from index.protocols import View
from index.records import Card
from rag.records import Dates, Headline, Passage, Refusal, RefusalKind
from rag.request.periods import Period
from rag.request.question import Asks, Question
from rag.request.timing import came_in
from rag.text.dates import span, written
from rag.text.names import names, split_name
from rag.text.words import content, coverage, stems, weights, words

NEAREST = 3
"""Headlines that a refusal names, and days at which the archive has what lies outside the dates."""
AS_NEAR = 0.75
"""Share of the nearest passage's score below which an article is not near to a question."""
ON_TOPIC = 0.62
"""Best cosine plus best share of the question's words, among the passages, below which the
archive is about other things (between the off-topic and the other questions of the tuning
half of `eval/questions.jsonl`: 0.57 and 0.67)."""

_NEAR = "The archive has articles {near}, but no"

OFF_TOPIC = "The archive has nothing about this; other words for it may find more."
NOT_STATED = f"{_NEAR} passage that was found surely {{unsaid}}."
LACKING = f"{_NEAR}ne of its articles mentions {{what}}."
OUTSIDE_DATES = "What the archive says about this is from outside the dates asked for{dates}."
UNDATED = (
    "Within the dates asked for, no passage that was found surely says this; in an article whose "
    "date is not known there is one. Leave out the dates to see it."
)
EMPTY = "The archive is empty. Add articles to it: byline ingest PATH"

_UNSAID: dict[Asks, str] = {
    "time": "says when",
    "place": "says where",
    "number": "gives the number",
    "reason": "gives a reason",
    "statement": "reports such a statement",
    "polarity": "says whether it is so",
}
_WIDEN = "leave out the dates, or widen them, to see it."


def refusal(
    kind: RefusalKind,
    near: Sequence[Passage],
    *,
    lacking: Sequence[str] = (),
    dates: Dates | None = None,
    question: Question | None = None,
    archive: tuple[dt.date, dt.date] | None = None,
    authors: Sequence[str] = (),
) -> Refusal:
    """A refusal of that kind, with the headlines of the nearest articles.

    Args:
        kind: which of the three.
        near: the nearest passages, best first; outside the dates, those that answer.
        lacking: names and numbers of the question that stand nowhere in the archive.
        dates: the dates that were asked for beside the question.
        question: what was asked; it tells which part of an answer is lacking.
        archive: when the archive's first and last article were published.
        authors: who wrote articles of the archive, and nothing else in it is about them.
    """
    about = f"by {_listed(authors, 'and')}" if authors else "near this topic"
    if kind == "off_topic":
        message = OFF_TOPIC
    elif kind == "outside_dates":
        message = _outside(near, dates, question, archive)
    elif lacking:
        message = LACKING.format(near=about, what=_listed([f"“{word}”" for word in lacking], "or"))
    else:
        message = NOT_STATED.format(near=about, unsaid=_unsaid(question))
    return Refusal(kind, message, headlines(near))


def in_another_language(question: Question) -> Refusal | None:
    """The refusal of a question that is not asked in English, if it is none."""
    code = languages.of_question(question.text)
    if code is None:
        return None
    return Refusal(
        "language",
        f"Byline reads questions in English, and this one looks like {languages.name(code)}. "
        "Ask it in English; the articles may be in any language.",
    )


def outside(
    dates: Dates, question: Question, near: Sequence[Passage], days: tuple[dt.date, dt.date] | None
) -> Refusal | None:
    """The refusal for what stands only outside the dates asked for, if it is so.

    Args:
        dates: those that were set beside the question.
        question: what was asked.
        near: the passages that answer it at any time.
        days: when the archive's first and last article were published.
    """
    periods = [one for one in question.periods if one.decided]
    others: list[Passage] = []
    undated: list[Passage] = []
    for passage in near:
        day = passage.stored.card.published
        if day is None:
            undated.append(passage)
        elif dates:
            is_within = (dates.since or day) <= day <= (dates.until or day)
            others += [] if is_within else [passage]
        elif not any(came_in(period, day) for period in periods):
            others.append(passage)  # the rest came out on these days, and tells of others
    if dates and not others:
        return Refusal("not_stated", UNDATED, headlines(undated)) if undated else None
    told = refusal("outside_dates", others, dates=dates, question=question, archive=days)
    return replace(told, nearest=headlines(others or near))


def after_the_newest(
    question: Question, archive: tuple[dt.date, dt.date] | None, near: Sequence[Passage]
) -> Refusal | None:
    """The refusal of a question about days after the archive's newest article, if it is one."""
    for period in question.periods:
        first, last = period.window
        if archive and first and first > archive[1] and not _was_before(period, archive[0]):
            asked = question.text[period.start : period.end].strip(" .,;:?!").removeprefix("the ")
            days = f"“{asked}” ({span(first, last)})" if last else f"“{asked}”"
            return Refusal(
                "outside_dates",
                f"The archive has nothing of {days}: its newest article is of "
                f"{written(archive[1])}.",
                headlines(near),
            )
    return None


def _was_before(period: Period, oldest: dt.date) -> bool:
    """True where a day without a year was in the archive's time in an earlier year."""
    earlier = period.of_year(period.first.year - 1).first if period.first else None
    return period.yearly and earlier is not None and earlier >= oldest


def nowhere(
    view: View, question: Question, lacking: Sequence[str], near: Sequence[Passage]
) -> tuple[list[str], bool]:
    """What a question demands or names that stands nowhere in the archive.

    Only of these can it be said that no article mentions them.

    Args:
        view: the archive.
        question: the question, read.
        lacking: numbers and days that the passages near it do not carry.
        near: these passages.

    Returns:
        Those words and names, and whether the archive knows another of the question's names.
    """
    # A question's first word has a capital letter whatever it is, and so has a month.
    named = [
        name
        for name in names(question.text)
        if not question.text.startswith(name)
        and any(word in question.names for word in split_name(name))
    ]
    outlets = {word for passage in near for word in words(passage.stored.card.publisher or "")}
    found = []
    for word in dict.fromkeys((*lacking, *named)):
        terms = content(word)
        frequency = view.document_frequency(terms)
        if any(not frequency.get(term) and term not in outlets for term in terms):
            found.append(word)
    return found, any(name not in found for name in named)


def on_topic(
    question: Question, passages: Sequence[Passage], frequency: Mapping[str, int], total: int
) -> bool:
    """True where some passage is about what the question is about, whether it answers or not.

    `frequency` tells in how many of the `total` chunks each of the question's terms stands.
    """
    weighted = weights(question.terms, frequency, total)
    shared = [
        coverage(weighted, stems(f"{passage.stored.card.title} {passage.text}"))
        for passage in passages
    ]
    return bool(shared) and max(passage.cosine for passage in passages) + max(shared) >= ON_TOPIC


def headlines(near: Sequence[Passage]) -> tuple[Headline, ...]:
    """The first few articles of some passages, each story once, none far behind the nearest."""
    cards: dict[str, Card] = {}
    least = AS_NEAR * max((passage.score for passage in near), default=0.0)
    for passage in near:
        if passage.score >= least:
            cards.setdefault(passage.stored.card.origin, passage.stored.card)
    return tuple(map(headline, list(cards.values())[:NEAREST]))


def headline(card: Card) -> Headline:
    """An article as it is named to a person."""
    return Headline(card.article_id, card.called, card.publisher, card.published)


def _unsaid(question: Question | None) -> str:
    """What none of the articles does, by what the question asks for."""
    if question and question.asks == "person":
        return "says who" if {"who", "whom", "whose"} & set(words(question.text)) else "says which"
    return _UNSAID.get(question.asks if question else "other", "says this")


def _outside(
    near: Sequence[Passage],
    dates: Dates | None,
    question: Question | None,
    archive: tuple[dt.date, dt.date] | None,
) -> str:
    """Which dates were asked for, and at which the archive has it."""
    asked = ""
    period = (
        next((period for period in question.periods if period.decided), None) if question else None
    )
    if dates:
        given = (("from", dates.since), ("up to", dates.until))
        asked = " ".join(f"{word} {written(day)}" for word, day in given if day)
    elif period and question:
        asked = question.in_words(period)
    parts = [OUTSIDE_DATES.format(dates=f" ({asked})" if asked else "")]
    if archive:
        parts.append(f"Its articles are from {span(*archive)}.")
    held = dict.fromkeys(day for passage in near if (day := passage.stored.card.published))
    named = [written(day) for day in sorted(list(held)[:NEAREST])]
    parts.append(
        f"It has this on {_listed(named, 'and')}; {_WIDEN}" if named else _WIDEN.capitalize()
    )
    return " ".join(parts)


def _listed(things: Sequence[str], joint: str) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} {joint} {things[-1]}"
