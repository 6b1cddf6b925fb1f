"""Which sentences answer a question, and how sure that is.

Each sentence of the passages found is described by a few numbers: how near it is
to the question by vector and by words, how likely the language model finds the
question after reading it (UPR: Sachan et al., 2022), whether it offers the kind of
thing that is asked for, and which of the question's names and numbers it or its
surroundings carry. A conditional logit with "none of them" among its choices
(McFadden, 1974) turns them into one score: it ranks the sentences, and what is left
for "none" decides on refusal. Its weights stand in `rag/evidence.json`, trained by
`eval/train_evidence.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from math import exp, log

import numpy as np

from index.embedding import Encoder, Vectors
from index.records import Span
from prompts import fill
from rag.llm import LLM
from rag.names import missing, name_words
from rag.numbers import carried, quantities
from rag.question import Question
from rag.retrieval import Passage
from rag.words import coverage, fold, stem, stems, weights, words

JUDGED = 8
"""Sentences that the language model reads for one question."""
LONGEST_READ = 400
"""Characters of a sentence that the language model reads."""
FEATURES = (
    "cosine", "coverage", "context", "passage", "first", "likelihood", "gain", "surprise",
    "offers", "names", "names_near", "numbers_near", "length",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question."""

    passage: Passage
    span: Span
    """Where the sentence is in its article."""
    text: str
    features: Mapping[str, float]
    score: float = 0.0
    """Log odds against "none of the sentences answers"; 0 until it is judged."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences that were judged, best first."""

    ranked: tuple[Candidate, ...]
    answerable: float
    """Probability that one of them answers the question."""
    evaluated: int = 0
    """Tokens that the language model read."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight for each feature, and what to refuse at."""

    bias: float
    weights: Mapping[str, float]
    threshold: float
    """Probability of an answer below which the question is declined."""

    def score(self, features: Mapping[str, float]) -> float:
        """Log odds of a sentence with these features against "none"."""
        total = self.bias + sum(w * features[name] for name, w in self.weights.items())
        return max(min(total, 30.0), -30.0)

    def answerable(self, scores: Sequence[float]) -> float:
        """Probability that one of the sentences answers."""
        odds = sum(exp(score) for score in scores)
        return odds / (1 + odds)


@lru_cache(maxsize=2)
def trained(model: bool = True) -> Weights:
    """The weights that come with Byline, with a language model's features and without."""
    stored = json.loads(files("rag").joinpath("evidence.json").read_text("utf-8"))
    row = stored["with_model" if model else "without_model"]
    return Weights(row["bias"], row["weights"], row["threshold"])


def gather(
    question: Question,
    vector: Vectors,
    passages: Sequence[Passage],
    encoder: Encoder,
    frequency: Mapping[str, int],
    total: int,
) -> list[Candidate]:
    """Every sentence of the passages, once each, described by all that needs no language model.

    Args:
        question: the question, read.
        vector: its unit vector, of shape [d].
        passages: where to look, best first.
        encoder: what made the vector.
        frequency: in how many chunks each of the question's terms stands.
        total: how many chunks there are.
    """
    weighted = weights(question.terms, frequency, total)
    places = _sentences(passages)
    if not places:
        return []
    cosines = encoder.encode([text for _, _, text in places]) @ vector
    contexts = {id(passage): _Context.of(passage) for passage in passages}
    found = []
    for (passage, span, text), cosine in zip(places, cosines, strict=True):
        context = contexts[id(passage)]
        features = _features(question, weighted, text, passage, context) | {
            "cosine": float(cosine),
            "first": float(passage is passages[0]),
        }
        found.append(Candidate(passage, span, text, features))
    return found


def judge(question: Question, candidates: Sequence[Candidate], llm: LLM | None) -> Evidence:
    """Rank the candidates: all by the cheap features, the best of them by the language model."""
    weights_ = trained(model=False)
    ranked = _ranked(candidates, weights_)
    evaluated = 0
    if llm is not None and ranked:
        weights_ = trained()
        described, evaluated = with_likelihoods(question, ranked[:JUDGED], llm)
        ranked = _ranked(described, weights_)
    return Evidence(tuple(ranked), weights_.answerable([c.score for c in ranked]), evaluated)


def _ranked(candidates: Sequence[Candidate], by: Weights) -> list[Candidate]:
    scored = [replace(c, score=by.score(c.features)) for c in candidates]
    return sorted(scored, key=lambda c: -c.score)


def with_likelihoods(
    question: Question, candidates: Sequence[Candidate], llm: LLM
) -> tuple[list[Candidate], int]:
    """The candidates with what the language model says of them, and the tokens it read."""
    prompts = [
        fill("question", title=_title(c.passage), passage=c.text[:LONGEST_READ]) for c in candidates
    ]
    prompts.append(fill("question_alone"))
    asked = " " + question.text
    scored = llm.likelihoods(prompts, [asked] * len(prompts))
    *rows, alone = (np.array(row) for row in scored.logprobs)
    best = max(float(row.mean()) for row in rows)
    found = []
    for candidate, row in zip(candidates, rows, strict=True):
        gain = row - alone
        found.append(
            replace(
                candidate,
                features={
                    **candidate.features,
                    "likelihood": float(row.mean()) - best,
                    "gain": float(gain.mean()),
                    "surprise": float(np.sort(gain)[: max(len(gain) // 4, 1)].mean()),
                },
            )
        )
    return found, scored.evaluated


@dataclass(frozen=True, slots=True)
class _Context:
    """What stands around a sentence: its chunk, its headline and what is known of its article."""

    text: str
    stems: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, passage: Passage) -> _Context:
        card = passage.stored.card
        known = " ".join(
            part for part in (card.title, card.publisher, _spelt_date(passage)) if part
        )
        text = f"{known}\n{passage.text}"
        return cls(text, frozenset(stems(text)), frozenset(words(text)))


def _sentences(passages: Sequence[Passage]) -> list[tuple[Passage, Span, str]]:
    """All sentences, the same words of one story once."""
    seen: set[tuple[str, str]] = set()
    places = []
    for passage in passages:
        chunk = passage.stored.chunk
        for span in chunk.sentences:
            text = chunk.text[span.start - chunk.start : span.end - chunk.start]
            key = (passage.stored.card.origin, fold(text))
            if key not in seen:
                seen.add(key)
                places.append((passage, span, text))
    return places


def _features(
    question: Question,
    weighted: Mapping[str, float],
    text: str,
    passage: Passage,
    context: _Context,
) -> dict[str, float]:
    own = words(text)
    own_stems = {stem(word) for word in own}
    names = question.names
    return {
        "coverage": coverage(weighted, own_stems),
        "context": coverage(weighted, context.stems),
        "passage": passage.score,
        "offers": float(offers(question, text)),
        "names": 1 - len(missing(names, own)) / len(names) if names else 1.0,
        "names_near": 1 - len(missing(names, context.words)) / len(names) if names else 1.0,
        "numbers_near": float(not carried(question.numbers, context.text)),
        "length": log(1 + len(own)),
    }


def offers(question: Question, text: str) -> bool:
    """True where a text holds the kind of thing asked for, beyond what the question says itself."""
    if question.asks in ("person", "place"):
        return bool(missing(name_words(text), words(question.text)))
    if question.asks in ("number", "time"):
        asked = question.numbers
        return any(not any(q.same(one) for one in asked) for q in quantities(text)) or (
            question.asks == "time" and _names_a_day(text)
        )
    return True


def _names_a_day(text: str) -> bool:
    return not _DAYS.isdisjoint(words(text))


_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow january "
    "february march april may june july august september october november december spring "
    "summer autumn winter century".split()
)


def _title(passage: Passage) -> str:
    title = passage.stored.card.title
    return f"{title}. " if title else ""


def _spelt_date(passage: Passage) -> str:
    day = passage.stored.card.published
    return f"{day:%A} {day.day} {day:%B %Y}" if day else ""
