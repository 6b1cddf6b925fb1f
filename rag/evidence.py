"""Which sentences answer a question, and how sure that is.

Each sentence of the passages found is described by a few numbers: how near it is
to the question by vector and by words, how likely the language model finds the
question after reading it (UPR: Sachan et al., 2022), whether it offers the kind of
thing that is asked for, and which of the question's names and numbers it or its
surroundings carry. A conditional logit (McFadden, 1974) ranks the sentences by these,
and a logistic regression on the best values of all decides whether any of them
answers. The two are trained apart, because a question that looks answered and a
sentence that looks better than its neighbours are told by different things. The
weights stand in `rag/evidence.json`, trained by `eval/train_evidence.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from math import exp, log

import numpy as np

from index.embedding import Encoder, Vectors
from index.records import Span
from prompts import fill
from rag.dates import mentions
from rag.llm import LLM
from rag.names import missing, name_words
from rag.numbers import carried, quantities
from rag.question import Question
from rag.retrieval import Passage
from rag.words import coverage, fold, stem, stems, weights, words

JUDGED = 7
"""Sentences that the language model reads for one question."""
LONGEST_READ = 300
"""Characters of a sentence that the language model reads."""
LONGEST_TITLE = 70
LONGEST_BEFORE = 160
"""Characters of the headline and of the sentence before that it reads with each."""
TYPED = ("person", "place", "number", "time")
"""Kinds of answer that a sentence can be seen to offer or not."""
CHEAP = (
    "cosine", "cosine_near", "coverage", "coverage_near", "beyond_title", "passage", "first",
    "withholds", "unit", "names", "length",
)  # fmt: skip
"""Features by which sentences are ranked before the language model reads any."""
RANKING = (*CHEAP, "likelihood")
"""Features by which those that it read are ranked."""
DECIDING = (
    "cosine_near", "coverage_near", "context", "passage", "offers", "names_near", "numbers_near",
)  # fmt: skip
"""Features whose best values decide on answering."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question."""

    passage: Passage
    span: Span
    """Where the sentence is in its article."""
    text: str
    features: Mapping[str, float]
    score: float = 0.0
    """How much better than others, in log odds; 0 until it is judged."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences that were judged, best first."""

    ranked: tuple[Candidate, ...]
    evaluated: int = 0
    """Tokens that the language model read."""


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

    def answerable(self, described: Sequence[Mapping[str, float]]) -> float:
        """Probability that one of the sentences with these features answers."""
        if not described:
            return 0.0
        values = decisive(described)
        total = self.bias + sum(weight * values[name] for name, weight in self.deciding.items())
        return 1 / (1 + exp(-max(min(total, 30.0), -30.0)))


def decisive(described: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The best value of each deciding feature among some sentences; what decides on answering."""
    names_ = [*DECIDING, *(("gain",) if "gain" in described[0] else ())]
    return {name: max(features[name] for features in described) for name in names_}


@lru_cache(maxsize=2)
def trained(model: bool = True) -> Weights:
    """The weights that come with Byline, with a language model's features and without."""
    stored = json.loads(files("rag").joinpath("evidence.json").read_text("utf-8"))
    row = stored["with_model" if model else "without_model"]
    return Weights(row["ranking"], row["deciding"], row["bias"], row["threshold"])


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
    leads = [_lead(passage, span) for passage, span, _ in places]
    texts = [text for _, _, text in places]
    near = [f"{lead} {text}" for lead, text in zip(leads, texts, strict=True)]
    cosines = encoder.encode([*texts, *near]) @ vector
    contexts = {id(passage): _Context.of(passage) for passage in passages}
    found = []
    for at, (passage, span, text) in enumerate(places):
        context = contexts[id(passage)]
        features = _features(question, weighted, text, leads[at], passage, context) | {
            "cosine": float(cosines[at]),
            "cosine_near": float(cosines[len(places) + at]),
            "first": float(passage is passages[0]),
        }
        found.append(Candidate(passage, span, text, features))
    return found


def judge(question: Question, candidates: Sequence[Candidate], llm: LLM | None) -> Evidence:
    """Rank the candidates: all by the cheap features, the best of them by the language model."""
    ranked = ranking(candidates, trained(model=False))[:JUDGED]
    if llm is None or not ranked:
        return Evidence(tuple(ranked))
    described, evaluated = with_likelihoods(question, ranked, llm)
    return Evidence(tuple(ranking(described, trained())), evaluated)


def ranking(candidates: Sequence[Candidate], by: Weights) -> list[Candidate]:
    """The candidates with their scores, best first."""
    scored = [replace(c, score=by.score(c.features)) for c in candidates]
    return sorted(scored, key=lambda c: -c.score)


def with_likelihoods(
    question: Question, candidates: Sequence[Candidate], llm: LLM
) -> tuple[list[Candidate], int]:
    """The candidates with what the language model says of them, and the tokens it read."""
    prompts = [
        fill(
            "question",
            title=_title(c.passage)[:LONGEST_TITLE],
            before=_before(c.passage, c.span)[-LONGEST_BEFORE:],
            sentence=c.text[:LONGEST_READ],
        )
        for c in candidates
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
            text = chunk.part(span)
            key = (passage.stored.card.origin, fold(text))
            if key not in seen:
                seen.add(key)
                places.append((passage, span, text))
    return places


def _features(
    question: Question,
    weighted: Mapping[str, float],
    text: str,
    lead: str,
    passage: Passage,
    context: _Context,
) -> dict[str, float]:
    own = words(text)
    own_stems = {stem(word) for word in own}
    title = set(stems(passage.stored.card.title))
    untold = {term: weight for term, weight in weighted.items() if stem(term) not in title}
    names = question.names
    offered = offers(question, text)
    return {
        "coverage": coverage(weighted, own_stems),
        "coverage_near": coverage(weighted, own_stems.union(stems(lead))),
        "beyond_title": coverage(untold, own_stems) if untold else 0.5,
        "context": coverage(weighted, context.stems),
        "passage": passage.score,
        "offers": float(offered and question.asks in TYPED),
        "withholds": float(not offered),
        "unit": float(_in_the_unit_asked_for(question, text)),
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


def _in_the_unit_asked_for(question: Question, text: str) -> bool:
    """True where a number asked for is given as what it must be: money, a share, or a count."""
    if question.asks == "time":
        return bool(mentions(text, None))
    if question.asks != "number":
        return False
    units = {one.unit for one in quantities(text)} - {"ordinal"}
    if _MONEY.search(question.text):
        return bool(units - {"", "percent"})
    if _SHARE.search(question.text):
        return "percent" in units
    return "" in units


_MONEY = re.compile(
    r"\b(?:costs?|price|revenue|profit|loss|money|pay|paid|pays|worth|saves?|bill|budget|spend|spent"
    r"|fine|debt|salary|wage|fee)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?:share|percent(?:age)?|per cent|rate|turnout|proportion)\b", re.IGNORECASE
)


def _names_a_day(text: str) -> bool:
    return not _DAYS.isdisjoint(words(text))


_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow january "
    "february march april may june july august september october november december spring "
    "summer autumn winter century".split()
)


def _lead(passage: Passage, span: Span) -> str:
    """What a reader of the sentence has just read: the headline and the sentence before."""
    return f"{_title(passage)} {_before(passage, span)}".strip()


def _before(passage: Passage, span: Span) -> str:
    """The sentence before, where the passage has one."""
    chunk = passage.stored.chunk
    before = [one for one in chunk.sentences if one.end <= span.start][-1:]
    return "".join(chunk.part(one) for one in before)


def _title(passage: Passage) -> str:
    title = passage.stored.card.title
    return f"{title}." if title else ""


def _spelt_date(passage: Passage) -> str:
    day = passage.stored.card.published
    return f"{day:%A} {day.day} {day:%B %Y}" if day else ""
