"""When there is no answer, and how that is said.

Three cases are told apart: nothing in the archive is about the question; the
topic is there but the claim is not; what answers it was published outside the
dates asked for. Refusals are decided and worded here, in code; no model is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.records import Card
from rag.records import Headline, Refusal, RefusalKind
from rag.retrieval import Dates, Passage

NEAREST = 3
"""Headlines that a refusal names."""
TOPIC_COSINE = 0.45
"""Cosine of the best passage below which the archive is taken to be about other things."""

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
