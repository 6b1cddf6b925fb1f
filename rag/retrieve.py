"""Which passages may answer a question: BM25 and vectors fused, one per story.

The two searches are fused by a convex combination of scores, BM25 as a share of
the best BM25 for the question (Bruch, Gai and Ingber, 2023). Ranks alone, as in
reciprocal rank fusion, throw away by how much the first is better than the
second, which is what BM25 is good at on names and numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.embedding import Vectors
from index.fetching import is_address
from index.prompt_injection import gives_orders
from index.protocols import View
from index.records import Card, Hit
from index.versions import page_key, way
from rag.records import Dates, Passage
from rag.request.asking import is_prose, only_asks
from rag.request.periods import Period
from rag.request.question import Question
from rag.request.timing import JUST_AFTER, Standing, standing
from rag.text.names import missing, name_words, same_name
from rag.text.numbers import carried, quantities
from rag.text.words import words

DEPTH = 100
"""Chunks that each of the two searches brings."""
DEPTHS = (DEPTH, 4 * DEPTH, 16 * DEPTH)
"""How deep to look when what was found is the same story, or no prose, again and again."""
PASSAGES = 12
"""Passages that are read for evidence."""
READ_AROUND = (12, 2)
"""How many other passages of the article of the best passage are read too, and of the second best:
of a story as long as most the whole, and what stands just before and after."""
LEXICAL_SHARE = 0.25
"""Weight of BM25 in the fused score; the rest is the cosine's (see eval/README.md)."""
OUTSIDE_COST = 0.1
"""What a passage outside the days asked for loses in rank, in units of the fused score."""
LONGEST_PERIOD = dt.timedelta(days=62)
"""A longer period than this ranks nothing: "in 1992" is a word to search for."""
YEARS = 8
"""The newest years of an archive in which a day without a year is looked for by itself."""
SAME_WORDS = 0.6
"""Share of a passage's word triples in another copy of its story above which it is left out."""
SHARE = 3
"""One origin gets no more than one of so many places while another one's passage waits."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought."""

    passages: list[Passage]
    """Best first, no story's copies twice."""
    set_aside: tuple[Passage, ...] = ()
    """What would have been read, but is of articles that give orders to the program that reads."""


def retrieve(
    index: View,
    question: Question,
    vector: Vectors,
    dates: Dates | None = None,
    limit: int = PASSAGES,
    among: Collection[str] | None = None,
) -> Found:
    """The passages that fit a question best.

    Args:
        index: what to search; a snapshot where several searches must agree.
        question: the question, read.
        vector: its unit vector, of shape [d].
        dates: when the articles must have been published.
        limit: how many passages to return, besides those around the best two.
        among: ids of the articles that may be read; all where it is None.
    """
    within = dates or Dates()
    readable = _Readable(index)
    for depth in DEPTHS:
        ranked, more = _searched(index, question, vector, within, depth, limit)
        stating = (
            passage
            for passage in _timely(question, ranked)
            if (among is None or passage.stored.card.article_id in among)
            and _states(question, passage)
            and readable(passage)
        )
        found = _one_per_story(index, stating, limit)
        if len(found) == limit or not more:
            break
    kept = dict(enumerate(found))
    for passage in _beside(index, vector, found):
        if not has_copy(passage, kept):
            kept[len(kept)] = passage
    return Found(list(kept.values()), readable.set_aside)


class _Readable:
    """Tells passages of articles for readers from those that are written for a program.

    Such an article is set aside whole: what else it says, it says to be cited.
    """

    def __init__(self, index: View) -> None:
        self._index = index
        self._known: dict[str, bool] = {}
        self._aside: dict[int, Passage] = {}

    def __call__(self, passage: Passage) -> bool:
        card = passage.stored.card
        if card.article_id not in self._known:
            article = self._index.article(card.article_id)
            self._known[card.article_id] = not gives_orders(article)
        if not self._known[card.article_id]:
            self._aside.setdefault(passage.stored.chunk_id, passage)
        return self._known[card.article_id]

    @property
    def set_aside(self) -> tuple[Passage, ...]:
        """The passages refused so far, in the order in which they were met."""
        return tuple(self._aside.values())


def _beside(index: View, vector: Vectors, found: Sequence[Passage]) -> Iterator[Passage]:
    """What else the articles of the best passages say, where it was not found itself.

    The passage that says what a question is about is often not the one that answers it, and that
    one may share no word with the question.
    """
    seen = {passage.stored.chunk_id for passage in found}
    beside = [
        neighbour
        for passage, most in zip(found, READ_AROUND, strict=False)
        for neighbour in index.neighbours(passage.stored.chunk_id, most)
    ]
    new = [chunk_id for chunk_id in dict.fromkeys(beside) if chunk_id not in seen]
    cosines = index.vectors(new) @ vector if new else ()
    for stored, cosine in zip(index.passages(new), cosines, strict=True):
        score = (1 - LEXICAL_SHARE) * float(cosine)
        yield Passage(stored, score, 0.0, float(cosine))


def _searched(
    index: View, question: Question, vector: Vectors, dates: Dates, depth: int, limit: int
) -> tuple[list[Passage], bool]:
    """The best of both searches, fused, and whether a deeper search may bring more."""
    spans = [dates, *_published_then(question, dates, index.published_span())]

    def matching(terms: Sequence[str]) -> list[Hit]:
        return _merged(index.lexical(terms, depth, span.since, span.until) for span in spans)

    nearest = _merged(index.semantic(vector, depth, span.since, span.until) for span in spans)
    typed = matching(question.terms)
    ranked = _fused(index, vector, typed, nearest, depth)
    variants = _other_spellings(question, (passage.text for passage in ranked[: 2 * limit]))
    if variants:
        instead = [v for term in question.terms for v in variants.get(term, (term,))]
        ranked = _fused(index, vector, _merged([typed, matching(instead)]), nearest, depth)
    return ranked, len(nearest) >= depth


def _published_then(
    question: Question, dates: Dates, archive: tuple[dt.date, dt.date] | None
) -> Iterator[Dates]:
    """The publication days that the periods of a question point to, within the dates."""
    for period in question.periods:
        years = range(archive[1].year, archive[0].year - 1, -1) if archive else ()
        meant = [period.of_year(year) for year in years[:YEARS]] if period.yearly else [period]
        for first, last in (each.window for each in meant):
            if first and last and last - first <= LONGEST_PERIOD:
                since = max(filter(None, (first, dates.since)))
                until = min(filter(None, (last + JUST_AFTER, dates.until)))
                if since <= until:
                    yield Dates(since, until)


def _merged(searches: Iterable[Sequence[Hit]]) -> list[Hit]:
    """Several searches as one, each chunk once, with the best of its scores."""
    found: dict[int, Hit] = {}
    for hits in searches:
        for hit in hits:
            known = found.get(hit.chunk_id)
            if known is None or hit.score > known.score:
                found[hit.chunk_id] = hit
    return list(found.values())


def _timely(question: Question, ranked: Sequence[Passage]) -> list[Passage]:
    """Passages that are about other days than those asked for, or may be, give way."""
    asked = [period for period in question.periods if _ranks(period)]
    if not asked:
        return list(ranked)

    def rank(passage: Passage) -> float:
        published = passage.stored.card.published
        held = [standing(period, passage.text, published) for period in asked]
        return max(_COSTS[found] for found in held) - passage.score

    return sorted(ranked, key=rank)


_COSTS: dict[Standing, float] = {
    "inside": 0.0,
    "unknown": OUTSIDE_COST / 2,
    "outside": OUTSIDE_COST,
}


def _ranks(period: Period) -> bool:
    if period.weekday is not None:
        return True
    if period.first is None or period.last is None:
        return False
    return period.last - period.first <= LONGEST_PERIOD


def _fused(
    index: View, vector: Vectors, matching: Sequence[Hit], nearest: Sequence[Hit], depth: int
) -> list[Passage]:
    cosines = {hit.chunk_id: hit.score for hit in nearest}
    unseen = [hit.chunk_id for hit in matching if hit.chunk_id not in cosines]
    if unseen:
        found = index.vectors(unseen) @ vector
        cosines.update(zip(unseen, (float(cosine) for cosine in found), strict=True))
    best = max((hit.score for hit in matching), default=0.0)
    shares = {hit.chunk_id: max(hit.score, 0.0) / best for hit in matching} if best > 0 else {}
    scores = {
        chunk_id: LEXICAL_SHARE * shares.get(chunk_id, 0.0) + (1 - LEXICAL_SHARE) * cosine
        for chunk_id, cosine in cosines.items()
    }
    order = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:depth]
    return [
        Passage(stored, scores[i], shares.get(i, 0.0), float(cosines[i]))
        for i, stored in zip(order, index.passages(order), strict=True)
    ]


def _other_spellings(question: Question, texts: Iterable[str]) -> dict[str, list[str]]:
    """For each of the question's names how the passages found spell it, where that differs.

    They stand instead of the name in a search of their own: beside it they would count twice
    where a text has two of them, as France and French.
    """
    seen = {word for text in texts for word in name_words(text)}
    found = {
        term: sorted(w for w in seen if w not in question.terms and same_name(term, w))
        for term in question.terms
        if term.isalpha()
    }
    return {term: spellings for term, spellings in found.items() if spellings}


def _states(question: Question, passage: Passage) -> bool:
    """True where a sentence of a passage is prose and says more than the question."""
    chunk = passage.stored.chunk
    parts = (chunk.part(span) for span in chunk.sentences)
    return any(is_prose(part) and not only_asks(question, part) for part in parts)


def _one_per_story(index: View, ranked: Iterable[Passage], limit: int) -> list[Passage]:
    """The best passages, none that another copy of its story says already, each origin its share.

    What an origin has beyond its share, and what says no more than another origin's, waits
    until the others have had their places. Of two copies of which one says all that the other
    does, the article to quote comes first; none waits for one that is quoted after it.
    """
    kept: dict[int, Passage] = {}
    waiting: dict[int, Passage] = {}
    for rank, found in enumerate(ranked):
        passage, same = found, [at for at, other in kept.items() if _of_one_story(found, other)]
        alike = _saying_all_of(passage, kept)
        copied = [at for at in same if at in alike]
        if copied and _is_preferred(index, passage, kept[copied[0]]):
            at = copied[0]
            passage, kept[at] = kept[at], replace(passage, score=kept[at].score)
            kept = _without_said(kept, at)
            alike = _saying_all_of(passage, kept)
            copied = [at for at in same if at in alike]
        if copied:
            continue
        waits = any(not _is_preferred(index, passage, kept[at]) for at in alike)
        full = len(same) >= max(1, limit // SHARE)
        (waiting if waits or full else kept)[rank] = passage
        if len(kept) == limit:
            break
    for rank, passage in waiting.items():
        if len(kept) < limit and not has_copy(passage, kept):
            kept = _without_said({**kept, rank: passage}, rank)
    return [kept[rank] for rank in sorted(kept)]


def has_copy(passage: Passage, kept: Mapping[int, Passage]) -> bool:
    """True where another copy of its story says all that a passage says."""
    return any(_of_one_story(passage, kept[at]) for at in _saying_all_of(passage, kept))


def _without_said(kept: Mapping[int, Passage], at: int) -> dict[int, Passage]:
    """The passages but those of other copies of its story of which the one at a rank says all."""
    return {
        rank: passage
        for rank, passage in kept.items()
        if not (_of_one_story(passage, kept[at]) and _saying_all_of(passage, {at: kept[at]}))
    }


def _of_one_story(passage: Passage, other: Passage) -> bool:
    return passage.stored.card.origin == other.stored.card.origin


def _saying_all_of(passage: Passage, kept: Mapping[int, Passage]) -> list[int]:
    """The ranks of passages of other articles that say all that a passage says."""
    own = _triples(passage.text)
    return [
        at
        for at, other in kept.items()
        if other.stored.card.article_id != passage.stored.card.article_id
        and len(own & _triples(other.text)) > SAME_WORDS * len(own)
        and not says_more(passage.text, other.text)
    ]


def _is_preferred(index: View, passage: Passage, other: Passage) -> bool:
    """True for the fuller of two fetched views of one page, else for the article to quote."""
    card, rival = passage.stored.card, other.stored.card
    if way(card.source) == way(rival.source):  # as AMP, for a printer, for a phone
        texts = [index.article(each.article_id).text for each in (card, rival)]
        return len(texts[0]) > len(texts[1])
    return quoted_first([card, rival]) is card


def quoted_first(cards: Sequence[Card]) -> Card:
    """Of articles with the same words, the one to quote.

    It is the one that came in first, but none that only claims the address from which another
    of them was fetched: nothing that an article says of itself decides.
    """
    fetched = {page_key(card.url) for card in cards if _is_fetched(card)} - {None}

    def rank(card: Card) -> tuple[bool, int]:
        return page_key(card.url) in fetched and not _is_fetched(card), card.arrived

    return min(cards, key=rank)


def _is_fetched(card: Card) -> bool:
    """True where the address that an article names is the one from which it was fetched."""
    return is_address(card.source) and page_key(card.source) == page_key(card.url)


def says_more(text: str, other: str) -> bool:
    """True where a text has a number or a name that another lacks: then it is no mere copy."""
    return bool(carried(quantities(text), other) or missing(name_words(text), words(other)))


@lru_cache(maxsize=256)
def _triples(text: str) -> frozenset[tuple[str, ...]]:
    found = words(text)
    if len(found) < 3:
        return frozenset({tuple(found)})
    return frozenset(zip(found, found[1:], found[2:], strict=False))
