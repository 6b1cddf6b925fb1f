"""A topic or an article in a few of its own sentences: a timeline, or the most central ones.

Of each story the sentence that is nearest to the whole and not yet said is taken, by maximal
marginal relevance (Carbonell and Goldstein, 1998) over the encoder's vectors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from index.embedding import Encoder, Vectors
from index.prompt_injection import gives_orders
from index.protocols import View
from index.records import Card, Chunk, Span, StoredChunk
from rag.quote import quotation
from rag.records import Draft, Passage
from rag.request.asking import is_prose
from rag.text.words import stems, words

STORIES = 8
"""Stories of a timeline, at most one sentence each."""
OF_ONE = 4
"""Sentences that stand for a single article."""
FEWEST_WORDS = 6
"""Words below which a sentence tells nothing by itself."""
NOVELTY = 0.4
"""Weight of not having been said already, beside that of being central."""
LEADS = 8
"""Sentences of an article, from its first, of which one stands for it in a timeline."""
MOST_READ = 16
"""Stories that are read for a timeline, those first that speak most of its topic."""


def overview(
    view: View, encoder: Encoder, topic: Sequence[str], cards: Sequence[Card]
) -> list[Draft]:
    """Sentences of some articles as quotations, oldest first; of a single one, in its order.

    Args:
        view: where the articles are.
        encoder: what the index was built with.
        topic: the words that the overview is of; none for the articles as such.
        cards: the articles; of copies the first that came in is quoted, and one that gives
            orders to a program is not.
    """
    some = sorted(_stories(view, topic, cards), key=lambda card: card.published or dt.date.max)
    each = [_sentences(view, card, LEADS if len(some) > 1 else None) for card in some]
    if len(some) > 1:
        each = [_on(topic, card, sentences) for card, sentences in zip(some, each, strict=True)]
    each = [sentences for sentences in each if sentences]
    texts = [passage.chunk.part(span) for group in each for passage, span in group]
    if not texts:
        return []
    vectors: Vectors = encoder.encode([*texts, " ".join(topic)] if topic else texts)
    centre = vectors[: len(texts)].mean(axis=0) + (vectors[-1] if topic else 0)
    central = vectors[: len(texts)] @ (centre / np.linalg.norm(centre))
    groups: list[range] = []
    for group in each:
        start = groups[-1].stop if groups else 0
        groups.append(range(start, start + len(group)))
    limit = STORIES if len(groups) > 1 else OF_ONE
    chosen: list[int] = []
    for _ in range(min(limit, len(texts))):
        taken = [group for group in groups if len(groups) > 1 and set(group) & set(chosen)]
        open_ = [at for group in groups if group not in taken for at in group if at not in chosen]
        if not open_:
            break
        chosen.append(max(open_, key=lambda at: _worth(at, central, vectors, chosen)))
    flat = [sentence for group in each for sentence in group]
    return [_draft(*flat[at]) for at in sorted(chosen)]


def _stories(view: View, topic: Sequence[str], cards: Sequence[Card]) -> list[Card]:
    """One article of each story to read, those first that speak most of the topic."""
    hits = view.lexical(topic, view.chunk_count) if topic else []
    rank: dict[str, int] = {}
    for at, passage in enumerate(view.passages([hit.chunk_id for hit in hits])):
        rank.setdefault(passage.card.article_id, at)
    copies: dict[str, list[Card]] = {}
    for card in sorted(cards, key=lambda card: rank.get(card.article_id, len(rank))):
        copies.setdefault(card.origin, []).append(card)
    found: list[Card] = []
    for same in copies.values():
        in_order = sorted(same, key=lambda card: card.arrived)
        readable = (c for c in in_order if not gives_orders(view.article(c.article_id)))
        found += [first] if (first := next(readable, None)) else []
        if len(found) == MOST_READ:
            break
    return found


def _worth(at: int, central: Vectors, vectors: Vectors, chosen: Sequence[int]) -> float:
    said = max((float(vectors[at] @ vectors[other]) for other in chosen), default=0.0)
    return float(central[at]) - NOVELTY * said


def _sentences(view: View, card: Card, limit: int | None) -> list[tuple[StoredChunk, Span]]:
    """The sentences of an article that tell something, the first of them where there is a limit."""
    found = [
        (StoredChunk(-1, chunk, card), span)
        for chunk in view.chunks_of(card.article_id)
        for span in chunk.sentences
        if _tells(chunk, span)
    ]
    return found[:limit]


def _on(
    topic: Sequence[str], card: Card, sentences: list[tuple[StoredChunk, Span]]
) -> list[tuple[StoredChunk, Span]]:
    """Those of a story's sentences that name the topic; all where its headline does."""
    wanted = frozenset(stem for word in topic for stem in stems(word))
    if wanted <= frozenset(stems(card.title)):
        return sentences
    return [(one, span) for one, span in sentences if wanted & set(stems(one.chunk.part(span)))]


def _tells(chunk: Chunk, span: Span) -> bool:
    text = chunk.part(span)
    return len(words(text)) >= FEWEST_WORDS and is_prose(text)


def _draft(stored: StoredChunk, span: Span) -> Draft:
    return quotation(Passage(stored, 0.0, 0.0, 0.0), span)
