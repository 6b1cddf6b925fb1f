"""When there is no answer, and how that is said.

Three cases are told apart: nothing in the archive is about the question; the
topic is there but the claim is not; what answers it was published outside the
dates asked for. Refusals are decided and worded here, in code; no model is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.records import Card
from rag.question import Question
from rag.records import Headline, Refusal, RefusalKind
from rag.retrieval import Dates, Passage
from rag.words import coverage, stems, weights

NEAREST = 3
"""Headlines that a refusal names."""
ON_TOPIC = 0.62
"""Best cosine plus best share of the question's words, among the passages, below which the
archive is about other things (between the off-topic and the other questions of the tuning
half of `eval/questions.jsonl`: 0.57 and 0.67)."""

OFF_TOPIC = "The archive has nothing about this."
NOT_STATED = "The archive has articles near this topic, but none of them says this."
LACKING = (
    "The archive has articles near this topic, but none that mentions {what} in this connection."
)
OUTSIDE_DATES = "What the archive says about this was published outside the dates asked for{dates}."
EMPTY = "The archive is empty. Add articles to it: byline ingest PATH"


def refusal(
    kind: RefusalKind,
    near: Sequence[Passage],
    *,
    lacking: Sequence[str] = (),
    dates: Dates | None = None,
) -> Refusal:
    """A refusal of that kind, with the headlines of the nearest articles."""
    if kind == "off_topic":
        message = OFF_TOPIC
    elif kind == "outside_dates":
        message = OUTSIDE_DATES.format(dates=_between(dates))
    elif lacking:
        message = LACKING.format(what=_listed(lacking))
    else:
        message = NOT_STATED
    return Refusal(kind, message, headlines(near))


def on_topic(
    question: Question, passages: Sequence[Passage], frequency: Mapping[str, int], total: int
) -> bool:
    """True where some passage is about what the question is about, whether it answers or not.

    Args:
        question: the question, read.
        passages: what retrieval found.
        frequency: in how many chunks each of the question's terms stands.
        total: how many chunks there are.
    """
    if not passages:
        return False
    weighted = weights(question.terms, frequency, total)
    shared = max(
        coverage(weighted, stems(f"{passage.stored.card.title} {passage.text}"))
        for passage in passages
    )
    return max(passage.cosine for passage in passages) + shared >= ON_TOPIC


def headlines(near: Sequence[Passage]) -> tuple[Headline, ...]:
    """The first few articles of some passages, each story once."""
    cards: dict[str, Card] = {}
    for passage in near:
        cards.setdefault(passage.stored.card.origin, passage.stored.card)
    return tuple(
        Headline(card.article_id, card.title or card.article_id, card.publisher, card.published)
        for card in list(cards.values())[:NEAREST]
    )


def _between(dates: Dates | None) -> str:
    if not dates:
        return ""
    since = f" from {dates.since.isoformat()}" if dates.since else ""
    until = f" up to {dates.until.isoformat()}" if dates.until else ""
    return f" ({(since + until).strip()})"


def _listed(things: Sequence[str]) -> str:
    quoted = [f"“{thing}”" for thing in things]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
