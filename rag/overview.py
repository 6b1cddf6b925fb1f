"""A topic or an article in a few of its own sentences, by date.

Of a news story the lead tells the event, so that its first sentence stands for it; where stories
are few, sentences that name the topic stand beside it. A story is of a topic if it has all its
words, half of them in its headline or lead, or if it has none of them and its first passage is near
to them in the encoder's space: it tells of the topic in other words. Where there is none, stories
are taken that are near and have a share of the words. Where there are more stories, or sentences,
than can be quoted, those that are central among them with a bias to the topic are chosen (LexRank:
Erkan and Radev, 2004; Otterbacher, Erkan and Radev, 2005), none of them near to another (maximal
marginal relevance: Carbonell and Goldstein, 1998).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import Encoder, Vectors
from index.prompt_injection import gives_orders
from index.protocols import View
from index.records import Card, Chunk, Span, StoredChunk
from rag.decide.demands import unnamed
from rag.quote import enclosing, followed, is_open, quotation
from rag.records import Draft, Passage
from rag.request.asking import is_prose
from rag.text.names import demonym, missing
from rag.text.speech import OPENS_ON_PRONOUN
from rag.text.words import stem, stems, words

SENTENCES = 8
"""Sentences of an overview at most."""
OF_ONE = 4
"""Sentences that stand for a single article."""
LEAD = 2
"""Sentences at the beginning of a story that tell its event."""
FEWEST_WORDS = 6
"""Words below which a sentence tells nothing by itself."""
NAMED = 0.5
"""Share of a topic's words that the headline or lead of a story about it has."""
NEAR = 0.4
"""Cosine to the topic from which a story's first passage is about it in other words."""
NEAR_ENOUGH = 0.46
"""Mean of that cosine and of the share of the topic's words in the headline and lead from which a
story is near to a topic of which it lacks a word. Of 31 topics in other words than the articles'
own, 27 find a story of theirs and 1 another's; of 60 topics that no article is of, 4 find one."""
NEAR_ALONE = 0.55
"""That cosine from which it is near whatever words it has: of 15 topics, the likest story of
something else had 0.43."""
AS_NEAR = 0.55
"""The same beside stories that have all words. Of 52 topics, 3 get 4 stories more, all theirs."""
BIAS = 0.7
"""Weight of being near to the topic, beside that of being near to the others (LexRank)."""
LAST = 0.5
"""Weight of the last sentence of an article, where the first one has 1."""
NOVELTY = 0.4
"""Weight of not having been said already, beside that of being central (MMR)."""
ROUNDS = 30
"""Steps of the power method, after which the ranks change no more."""
MOST_READ = 100
"""Stories that are looked at, those first that speak most of the topic."""


@dataclass(frozen=True, slots=True)
class Story:
    """An article that stands for all copies of its story."""

    card: Card
    sentences: Sequence[tuple[Chunk, Span]]
    """Those that tell something by themselves, and the chunks that hold them."""
    text: str = ""
    """All that it says."""
    near: float = 0.0
    """Cosine of its first passage to the topic, if that is among the nearest of all passages."""

    @property
    def lead(self) -> list[Span]:
        """The first sentence that tells something, and what follows on it."""
        chunk, first = self.sentences[0]
        at = chunk.sentences.index(first)
        return list(chunk.sentences[at : at + LEAD])

    @property
    def head(self) -> str:
        """The headline and the lead."""
        chunk, _ = self.sentences[0]
        return " ".join([self.card.title, *map(chunk.part, self.lead)])

    def mentioning(self, topic: Sequence[str]) -> Story:
        """The story with only those of its sentences that name a topic."""
        named = [(chunk, span) for chunk, span in self.sentences if _names(topic, chunk.part(span))]
        return Story(self.card, named)

    def naming(self, topic: Sequence[str]) -> list[Draft]:
        """Its sentences that name a topic, each with what leans on it."""
        ends = [_end(chunk, span) for chunk, span in self.sentences]
        drafts = [self.draft(at, end) for at, end in enumerate(ends)]
        return [draft for draft in drafts if _names(topic, draft.quote)]

    def draft(self, at: int, end: int = 0) -> Draft:
        """The sentence at a place as a quotation, with what follows up to an offset."""
        chunk, span = self.sentences[at]
        stored = StoredChunk(-1, chunk, self.card)
        span = Span(span.start, max(followed(chunk, span, span).end, end))
        return quotation(Passage(stored, 0.0, 0.0, 0.0), span)


@dataclass(frozen=True, slots=True)
class Overview:
    """What is quoted of a topic or an article."""

    drafts: Sequence[Draft]
    stories: int
    """How many stories are of the topic."""
    are_near: bool = False
    """Whether these are only the nearest, as none has all words of the topic."""


def overview(
    view: View,
    encoder: Encoder,
    topic: Sequence[str],
    cards: Sequence[Card],
    *,
    names: Sequence[str] = (),
    newest_first: bool = False,
) -> Overview:
    """The stories of a topic, each by its lead, oldest first; a single one by its best sentences.

    Args:
        view: where the articles are.
        encoder: what the index was built with.
        topic: the words that the overview is of; none for the articles as such.
        cards: the articles; of copies the first that came in is quoted, and one that gives
            orders to a program is not.
        names: those of the topic; what has no word of one is about somebody else.
        newest_first: begin with what was last, be it only a sentence, and leave out the oldest.
    """
    asked = encoder.encode([" ".join(topic)])[0] if topic else None
    read, are_near = _stories(view, topic, asked, cards), False
    stories = [one for one in read if not unnamed(names, f"{one.card.title}\n{one.text}")]
    if asked is not None:
        found = _about(topic, stories, newest_first=newest_first)
        are_near = not found
        named = [story for story in stories if names and _share(names, story.head) >= NAMED]
        stories = found or [story for story in stories if _is_near(topic, story)] or named
    count = len(stories)
    if count < 2:
        drafts = _of_one(encoder, topic, stories[0]) if stories else []
        return Overview(drafts, count, are_near)
    if newest_first:
        stories.sort(key=lambda story: _day(story, dt.date.min), reverse=True)
    elif len(stories) > SENTENCES:
        heads = encoder.encode([story.head for story in stories])
        stories = [stories[at] for at in _chosen(heads, asked, SENTENCES)]
    size = LEAD if LEAD * len(stories) <= SENTENCES else 1
    told: list[tuple[Story, Draft]] = []
    left = SENTENCES
    for story in stories:
        draft = story.draft(0, _extent(story, topic, size))
        if _length(draft) <= left:
            told.append((story, draft))
            left -= _length(draft)
    if not newest_first:
        if asked is not None:
            told += _more(encoder, topic, asked, told, left)
        told.sort(
            key=lambda one: (_day(one[0], dt.date.max), one[0].card.origin, one[1].span.start)
        )
    return Overview([draft for _, draft in told], count, are_near)


def naming(
    view: View, encoder: Encoder, topic: Sequence[str], cards: Sequence[Card]
) -> list[Draft]:
    """The sentences that have all words of a topic, the likest to it first."""
    asked = encoder.encode([" ".join(topic)])[0]
    stories = _stories(view, topic, asked, cards)
    found = [draft for story in stories for draft in story.naming(topic)]
    if not found:
        return []
    likeness = encoder.encode([draft.quote for draft in found]) @ asked
    return [found[at] for at in np.argsort(-likeness)]


def _more(
    encoder: Encoder,
    topic: Sequence[str],
    asked: Vectors,
    told: Sequence[tuple[Story, Draft]],
    left: int,
) -> list[tuple[Story, Draft]]:
    """As many further sentences that name the topic, the most central of all stories."""
    pool = [
        (story, draft)
        for story, first in told
        if left
        for draft in story.naming(topic)
        if draft.span.start >= first.span.end or draft.span.end <= first.span.start
    ]
    if not pool:
        return []
    vectors = encoder.encode([draft.quote for _, draft in [*told, *pool]])
    said = range(len(told))
    found: list[tuple[Story, Draft]] = []
    for at in _chosen(vectors, asked, len(told) + left, first=said)[len(told) :]:
        one = pool[at - len(told)]
        if _length(one[1]) <= left:
            found.append(one)
            left -= _length(one[1])
    return found


def _length(draft: Draft) -> int:
    """How many sentences are quoted."""
    inside = draft.passage.stored.chunk.sentences
    return sum(draft.span.start <= one.start < draft.span.end for one in inside)


def _about(topic: Sequence[str], stories: Sequence[Story], *, newest_first: bool) -> list[Story]:
    """The stories of a topic; where there are none, the sentences that name it at all.

    So are those that are later than all others, where the newest state of things is asked for.
    """
    about = [story for story in stories if _names_first(topic, story)]
    # Other words are of the topic where they are as near to it as its own mostly are.
    near = max(NEAR, sum(story.near for story in about) / max(1, len(about)))
    unlike = [one for one in stories if not _share(topic, f"{one.head} {one.text}")]
    about += [story for story in unlike if story.near >= near]
    others = [story for story in stories if story not in about]
    if not about:
        return [found for story in others if (found := story.mentioning(topic)).sentences]
    about += [story for story in others if _nearness(topic, story) >= AS_NEAR]
    others = [story for story in others if story not in about]
    if newest_first:
        last = max(_day(story, dt.date.min) for story in about)
        later = [story.mentioning(topic) for story in others if _day(story, last) > last]
        about += [story for story in later if story.sentences]
    return about


def _is_near(topic: Sequence[str], story: Story) -> bool:
    return _nearness(topic, story) >= NEAR_ENOUGH or story.near >= NEAR_ALONE


def _nearness(topic: Sequence[str], story: Story) -> float:
    """How near a story is to a topic, be it that it lacks a word of it."""
    return (story.near + _share(topic, story.head)) / 2


def _names_first(topic: Sequence[str], story: Story) -> bool:
    """True for a story with all words of a topic, half of them in its headline or lead."""
    said = _share(topic, f"{story.head} {story.text}")
    return said == 1 and _share(topic, story.head) >= NAMED


def _day(story: Story, unknown: dt.date) -> dt.date:
    return story.card.published or unknown


def _stories(
    view: View, topic: Sequence[str], asked: Vectors | None, cards: Sequence[Card]
) -> list[Story]:
    """One article of each story, those first that speak most of the topic."""
    hits = view.lexical(topic, view.chunk_count) if topic else []
    nearest = view.semantic(asked, MOST_READ) if asked is not None else []
    likeness = {hit.chunk_id: hit.score for hit in nearest}
    rank: dict[str, int] = {}
    near: dict[str, float] = {}
    for at, passage in enumerate(view.passages([hit.chunk_id for hit in [*hits, *nearest]])):
        rank.setdefault(passage.card.article_id, at)
        if passage.chunk.start == 0:
            near[passage.card.article_id] = likeness.get(passage.chunk_id, 0.0)
    copies: dict[str, list[Card]] = {}
    for card in sorted(cards, key=lambda card: rank.get(card.article_id, len(hits))):
        if asked is None or card.article_id in rank:
            copies.setdefault(card.origin, []).append(card)
    found: list[Story] = []
    for same in copies.values():
        in_order = sorted(same, key=lambda card: card.arrived)
        readable = (c for c in in_order if not gives_orders(view.article(c.article_id)))
        if (first := next(readable, None)) and (sentences := _sentences(view, first)):
            text = view.article(first.article_id).text
            found.append(Story(first, sentences, text, near.get(first.article_id, 0.0)))
        if len(found) == MOST_READ:
            break
    return found


def _sentences(view: View, card: Card) -> list[tuple[Chunk, Span]]:
    """The sentences of an article that tell something by themselves."""
    found: list[tuple[Chunk, Span]] = []
    for chunk in view.chunks_of(card.article_id):
        for span in chunk.sentences:
            text = chunk.part(span)
            leans = found and (_leans(text) or enclosing(chunk, span) != span)
            is_whole = not text.rstrip("\"”’' ").endswith(("?", ":"))
            if is_whole and not leans and len(words(text)) >= FEWEST_WORDS and is_prose(text):
                found.append((chunk, span))
    return found


def _names(topic: Sequence[str], text: str) -> bool:
    return _share(topic, text) == 1


def _share(topic: Sequence[str], text: str) -> float:
    """How much of a topic a text names: words in any form, names in another spelling.

    "Serbian" names Serbia.
    """
    asked, said = set(words(" ".join(topic))), set(words(text))
    forms = set(stems(text))
    lacking = [
        word
        for word in missing(list(asked), said)
        if stem(word) not in forms and not any(demonym(word, one) for one in said)
    ]
    return 1 - len(lacking) / len(asked) if asked else 1.0


def _extent(story: Story, topic: Sequence[str], size: int) -> int:
    """Where the sentences of the lead end that are quoted.

    They are so many, or more until one names the topic and no quotation is left open.
    """
    chunk, _ = story.sentences[0]
    lead = story.lead
    texts = [" ".join(map(chunk.part, lead[: at + 1])) for at in range(len(lead))]
    naming = next((at + 1 for at, text in enumerate(texts) if topic and _names(topic, text)), 1)
    count = max(min(size, len(lead)), naming)
    count = next((at for at in range(count, len(lead)) if not is_open(texts[at - 1])), len(lead))
    return lead[count - 1].end


def _of_one(encoder: Encoder, topic: Sequence[str], story: Story) -> list[Draft]:
    """The lead of a single article and its most central sentences, in its order.

    News tells first what matters most: what stands later has to be nearer to topic and lead.
    """
    ends = [_end(chunk, span) for chunk, span in story.sentences]
    texts = [story.draft(at, end).quote for at, end in enumerate(ends)]
    vectors: Vectors = encoder.encode([*texts, " ".join([*topic, story.head])])
    prior = np.linspace(1.0, LAST, len(texts), dtype=np.float32)
    chosen = _chosen(vectors[:-1], vectors[-1], OF_ONE, first=[0], prior=prior)
    return [story.draft(at, ends[at]) for at in sorted(chosen)]


def _end(chunk: Chunk, span: Span) -> int:
    """Where a sentence ends, or the one behind it that leans on it ("It is to open in May.")."""
    at = chunk.sentences.index(span)
    behind = [one for one in chunk.sentences[at + 1 : at + LEAD] if _leans(chunk.part(one))]
    return behind[0].end if behind else span.end


def _leans(text: str) -> bool:
    return bool(OPENS_ON_PRONOUN.match(text)) or is_open(text)


def _chosen(
    vectors: Vectors,
    bias: Vectors | None,
    count: int,
    first: Sequence[int] = (),
    prior: Vectors | float = 1.0,
) -> list[int]:
    """The most central of some texts, none near to another, the best first.

    Args:
        vectors: one for each text.
        bias: the vector that they should be near to; None where all are alike.
        count: how many are chosen.
        first: what is chosen in any case.
        prior: how much each matters, whatever it says.
    """
    likeness = np.clip(vectors @ vectors.T, 0.0, None)
    near: Vectors = np.ones_like(vectors[:, 0]) if bias is None else vectors @ bias
    rank = _lexrank(likeness, near * prior)
    chosen = list(first)
    while len(chosen) < min(count, len(vectors)):
        said = likeness[:, chosen].max(axis=1) if chosen else np.zeros(len(vectors))
        worth = (1 - NOVELTY) * rank - NOVELTY * said
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
    return chosen


def _lexrank(likeness: Vectors, relevance: Vectors) -> Vectors:
    """How central each text is among all, with a bias to the relevant ones; 1 for the first."""
    links = likeness / likeness.sum(axis=1, keepdims=True)
    start = np.clip(relevance, 1e-6, None)
    start = start / start.sum()
    rank = start
    for _ in range(ROUNDS):
        rank = BIAS * start + (1 - BIAS) * rank @ links
    ranked: Vectors = rank / rank.max()
    return ranked
