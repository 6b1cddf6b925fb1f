"""Which sentences answer a question, and how sure that is.

Each sentence of the passages found is described by a few numbers: how near it is
to the question as a whole and word by word (`rag.evidence.matching`), which of the question's
words, names and numbers it or its surroundings carry, and whether it offers the kind
of thing that is asked for. A conditional logit (McFadden, 1974) ranks the sentences by
these, and a logistic regression on those of the best ones decides whether any of them
answers. The two are trained apart, because a question that looks answered and a
sentence that looks better than its neighbours are told by different things. The
weights stand in `rag/evidence/weighing.json`, trained by `eval/train_evidence.py`, which also
tells what else was tried.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from math import exp, log

import numpy as np

from index.embedding import Encoder, Tokens, Vectors
from index.records import Span
from rag.evidence.context import in_context
from rag.evidence.matching import Match, Wanted
from rag.evidence.opposites import contrary, negation_lost
from rag.evidence.prose import is_prose
from rag.evidence.spans import TYPED, in_the_unit_asked_for, typed
from rag.grounding import Support, faults
from rag.questions.asking import only_asks, stating
from rag.questions.question import Question
from rag.retrieval import Passage
from rag.text.names import unspoken
from rag.text.numbers import carried
from rag.text.words import coverage, fold, stem, stems, weights, words

BEST = 3
"""Sentences that decide whether there is an answer."""
UNMET = 0.4
"""How far a word is met by words that have nothing to do with it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question."""

    passage: Passage
    span: Span
    """Where the sentence is in its article."""
    text: str
    features: Mapping[str, float]
    met: Mapping[str, float]
    """How far each word that the question wants is met here or around it, about 0 to 1."""
    score: float = 0.0
    """How much better than others, in log odds; 0 until it is ranked."""
    own: Mapping[str, float] = field(default_factory=dict)
    """How far each word that the question wants is met in the sentence itself."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt of ranking, and of deciding whether there is an answer at all."""

    ranking: Mapping[str, float]
    deciding: Mapping[str, float]
    bias: float
    threshold: float
    """Probability of an answer below which the question is declined."""

    def score(self, features: Mapping[str, float]) -> float:
        """How much better than others a sentence with these features is, in log odds."""
        return sum(weight * features[name] for name, weight in self.ranking.items())

    def answerable(self, question: Question, ranked: Sequence[Candidate]) -> float:
        """Probability that one of these sentences, best first, answers the question."""
        if not ranked:
            return 0.0
        values = decisive(ranked) | {"unsaid": float(unsaid(question, ranked[0]))}
        return self.probability(values)

    def probability(self, values: Mapping[str, float]) -> float:
        """Probability of an answer, from what decides on it."""
        total = self.bias + sum(weight * values[name] for name, weight in self.deciding.items())
        return 1 / (1 + exp(-max(min(total, 30.0), -30.0)))


def decisive(ranked: Sequence[Candidate]) -> dict[str, float]:
    """What decides on answering: the best sentence, and what the best few lack together."""
    top, few = ranked[0].features, ranked[:BEST]
    met = np.array([list(one.met.values()) for one in few], np.float32)
    first, together = (met[0], met.max(axis=0)) if met.size else (np.ones(1), np.ones(1))
    return {
        **{
            name: top[name]
            for name in (
                "echoed_near", "names_near", "numbers_near", "contrary", "negation_lost",
            )
        },
        "cosine_best": max(one.features["cosine_near"] for one in few),
        "least_met": float(first.min()),
        "least_met_together": float(together.min()),
        "terms": log(1 + len(ranked[0].met)),
    }  # fmt: skip


@lru_cache(maxsize=1)
def trained() -> Weights:
    """The weights that come with Byline."""
    return Weights(**json.loads(files("rag.evidence").joinpath("weighing.json").read_text("utf-8")))


def gather(
    question: Question,
    asked: Tokens,
    passages: Sequence[Passage],
    encoder: Encoder,
    frequency: Mapping[str, int],
    total: int,
) -> list[Candidate]:
    """Every sentence of the passages, once each, described.

    Each passage is read by the encoder once, under its headline; what its sentences
    mean is taken from there, so that "he" and "the deal" mean what they do in context
    (late chunking: Günther et al., 2024).

    Args:
        question: the question, read.
        asked: the same, as the encoder reads it.
        passages: where to look, best first.
        encoder: what made the vectors of the index.
        frequency: in how many chunks each of the question's terms stands.
        total: how many chunks there are.
    """
    weighted = weights(question.terms, frequency, total)
    wanted = Wanted.of(question.text, asked, weighted)
    read = encoder.encode_tokens([_headed(question, passage) for passage in passages])
    seen: set[tuple[str, str]] = set()
    found = []
    for passage, tokens in zip(passages, read, strict=True):
        surroundings = _Surroundings.of(question, passage, tokens, wanted)
        for span in passage.stored.chunk.sentences:
            text = passage.stored.chunk.part(span)
            key = (passage.stored.card.origin, fold(text))
            if key in seen or only_asks(question, text) or not is_prose(text):
                continue  # a story's copies say the same words, which count once
            seen.add(key)
            found.append(_described(question, weighted, asked, surroundings, span, text))
    return _told_apart(found, weighted)


def _told_apart(found: Sequence[Candidate], weighted: Mapping[str, float]) -> list[Candidate]:
    """The candidates with one feature more: how far each meets what the others do not.

    A word that all of them meet says what the passages have in common, the topic; one that
    few of them meet tells those few from the rest.
    """
    rare = {
        term: weight * (1 - float(np.mean([one.met[term] for one in found])))
        for term, weight in weighted.items()
        if found and term in found[0].met
    }
    total = sum(rare.values())
    return [
        replace(one, features={**one.features, "telling": _share(rare, one.own, total)})
        for one in found
    ]


def _share(weighted: Mapping[str, float], met: Mapping[str, float], total: float) -> float:
    if total <= 0:
        return 1.0
    return sum(weight * met[term] for term, weight in weighted.items()) / total


def ranking(candidates: Sequence[Candidate], by: Weights | None = None) -> list[Candidate]:
    """The candidates with their scores, best first."""
    by = by or trained()
    scored = [replace(c, score=by.score(c.features)) for c in candidates]
    return sorted(scored, key=lambda c: -c.score)


def unsaid(question: Question, candidate: Candidate) -> bool:
    """True where the question supposes what the passage does not say.

    The question is held against the passage as if it were a statement of an answer
    (`rag.grounding`): names, numbers, days and negations that the passage does not
    carry are what gives away a question that only looks as if it were answered.
    """
    passage = candidate.passage
    return bool(faults(question.text, [Support.of(passage.text, passage.stored.card)]))


def unmet(ranked: Sequence[Candidate]) -> str | None:
    """The word of the question that the best sentences meet least, if it is hardly met at all."""
    if not ranked or not ranked[0].met:
        return None
    together = {
        term: max(one.met.get(term, 0.0) for one in ranked[:BEST]) for term in ranked[0].met
    }
    least = min(together, key=together.__getitem__)
    return least if together[least] < UNMET else None


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What stands around a sentence: its passage, its headline and what is known of its article."""

    passage: Passage
    tokens: Tokens
    match: Match
    offset: int
    """What to add to a place in the article to get one in the text that was read."""
    title: frozenset[str]
    names: float
    """The share of the question's names that stand here."""
    numbers: float
    """1 where all of its numbers do, else 0."""

    @classmethod
    def of(
        cls, question: Question, passage: Passage, tokens: Tokens, wanted: Wanted
    ) -> _Surroundings:
        card, chunk = passage.stored.card, passage.stored.chunk
        known = " ".join(
            part for part in (card.title, card.publisher, _spelt_date(passage)) if part
        )
        text, names = f"{known}\n{passage.text}", question.names
        return cls(
            passage=passage,
            tokens=tokens,
            match=wanted.against(tokens),
            offset=len(_head(passage)) - chunk.start,
            title=frozenset(stems(card.title)),
            names=1 - len(unspoken(names, words(text))) / len(names) if names else 1.0,
            numbers=float(not carried(question.numbers, text)),
        )

    def own(self, span: Span) -> list[int]:
        """The tokens of a sentence."""
        return self.match.tokens_in(Span(span.start + self.offset, span.end + self.offset))

    def near(self, question: Question, span: Span) -> list[int]:
        """The tokens that a reader of the sentence reads with it.

        Those of the headline, of the sentence before, and of all that is quoted with it.
        """
        asks = only_asks(question, self.passage.stored.card.title)
        head = [] if asks else self.match.tokens_in(Span(0, len(_head(self.passage))))
        before = _before(question, self.passage, span) or span
        quoted = in_context(question, self.passage.stored.chunk, span)
        return [*head, *self.own(Span(min(before.start, quoted.start), quoted.end))]

    def vector(self, tokens: Sequence[int]) -> Vectors:
        """The unit vector of some of the tokens together."""
        if not len(tokens):
            return np.zeros_like(self.tokens.whole)
        mean: Vectors = self.tokens.each[list(tokens)].mean(axis=0)
        return mean / max(float(np.linalg.norm(mean)), 1e-9)


def _described(
    question: Question,
    weighted: Mapping[str, float],
    asked: Tokens,
    around: _Surroundings,
    span: Span,
    text: str,
) -> Candidate:
    """A sentence with its features, and how far it meets each word that the question wants."""
    own, near = around.own(span), around.near(question, span)
    met, met_near = around.match.met(own), around.match.met(near)
    features = _in_words(question, weighted, around, span, text) | {
        "cosine": float(around.vector(own) @ asked.whole),
        "cosine_near": float(around.vector(near) @ asked.whole),
        "passage": around.passage.score,
        "met": around.match.share(met),
        "met_near": around.match.share(met_near),
        "echoed_near": around.match.echoed(near),
        "names_near": around.names,
        "numbers_near": around.numbers,
        "close": _close(question, around, span, text, own),
    }
    return Candidate(
        around.passage,
        span,
        text,
        features,
        around.match.by_term(met_near),
        own=around.match.by_term(met),
    )


def _in_words(
    question: Question,
    weighted: Mapping[str, float],
    around: _Surroundings,
    span: Span,
    text: str,
) -> dict[str, float]:
    """What plain words tell of a sentence."""
    own_stems = {stem(word) for word in words(text)}
    before = _before(question, around.passage, span)
    before_it = around.passage.stored.chunk.part(before) if before else ""
    near = f"{before_it} {text}"
    untold = {term: weight for term, weight in weighted.items() if stem(term) not in around.title}
    return {
        "beyond_title": coverage(untold, own_stems) if untold else 0.5,
        "unit": float(in_the_unit_asked_for(question, text)),
        "contrary": float(contrary(question.text, near)),
        "negation_lost": float(negation_lost(question.text, near)),
    }


def _close(
    question: Question, around: _Surroundings, span: Span, text: str, own: list[int]
) -> float:
    """How far the question is met close to something of the kind that it asks for."""
    at = span.start + around.offset
    shares = [
        around.match.share(around.match.close_to(Span(one.start + at, one.end + at), own))
        for one in typed(question, text)
    ]
    if question.asks not in TYPED:
        return around.match.share(around.match.met(own))
    return max(shares, default=0.0)


def _before(question: Question, passage: Passage, span: Span) -> Span | None:
    """The sentence before, where the passage has one that says something."""
    earlier = [one for one in passage.stored.chunk.sentences if one.end <= span.start]
    if not earlier or only_asks(question, passage.stored.chunk.part(earlier[-1])):
        return None
    return earlier[-1]


def _head(passage: Passage) -> str:
    title = passage.stored.card.title
    return f"{title}. " if title else ""


def _headed(question: Question, passage: Passage) -> str:
    """A passage under its headline, as the encoder reads it.

    What only repeats the question is blanked out, or it would lend its meaning to what
    stands beside it.
    """
    chunk, head = passage.stored.chunk, _head(passage)
    text = stating(question, head)
    end = chunk.start
    for span in chunk.sentences:
        text += chunk.part(Span(end, span.start))
        text += stating(question, chunk.part(span))
        end = span.end
    return text + chunk.part(Span(end, chunk.end))


def _spelt_date(passage: Passage) -> str:
    day = passage.stored.card.published
    return f"{day:%A} {day.day} {day:%B %Y}" if day else ""
