"""The few words of the evidence that answer, when a name, number, date or place is asked for.

Nothing but spans of the chosen quotation can come out: they are listed by rule
(`rag.evidence.spans`), and the language model tells which it finds likeliest as the answer
(extractive answers as in Rajpurkar et al., 2016, chosen by likelihood), together with
how far the question's words are met close by. Where this is not sure, there is none.
The weights stand in `rag/evidence/short.json`, trained by `eval/train_short.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import exp, log

from index.embedding import Encoder
from index.records import Span
from prompts import fill, template
from rag.evidence.matching import Wanted
from rag.evidence.spans import typed, with_hedge
from rag.models.llm import LLM
from rag.questions.question import Question
from rag.text.words import content

MOST = 24
"""Spans that are compared at most."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A span that may be the answer."""

    text: str
    likelihood: float
    """Log-probability of the whole span as the answer, and of nothing after it."""
    likelihood_each: float
    """The same per token."""
    close: float
    """How far the question's words are met close to it, about 0 to 1."""


@dataclass(frozen=True, slots=True)
class ShortWeights:
    """What was learnt of choosing a span, and of being sure."""

    likelihood: float
    close: float
    bias: float
    share: float
    each: float
    near: float
    threshold: float
    """Probability of being right below which nothing is said."""

    def shares(self, offers: Sequence[Offer]) -> list[float]:
        """Each span's share of the odds of all."""
        scores = [self.likelihood * one.likelihood + self.close * one.close for one in offers]
        odds = [exp(score - max(scores)) for score in scores]
        return [one / sum(odds) for one in odds]

    def sure(self, offer: Offer, share: float) -> float:
        """Probability that a span with this share of the odds is right."""
        total = self.bias + self.share * log(share)
        total += self.each * offer.likelihood_each + self.near * offer.close
        return 1 / (1 + exp(-total))


@lru_cache(maxsize=1)
def trained() -> ShortWeights:
    """The weights that come with Byline."""
    return ShortWeights(
        **json.loads(files("rag.evidence").joinpath("short.json").read_text("utf-8"))
    )


def short_answer(
    question: Question, quote: str, encoder: Encoder, llm: LLM
) -> tuple[str | None, int]:
    """The words of a quotation that answer, if that is sure; and the tokens that were read."""
    found, evaluated = offered(question, quote, encoder, llm)
    if not found:
        return None, evaluated
    weights = trained()
    shares = weights.shares(found)
    best = max(range(len(found)), key=shares.__getitem__)
    if weights.sure(found[best], shares[best]) < weights.threshold:
        return None, evaluated
    return found[best].text, evaluated


def offered(question: Question, quote: str, encoder: Encoder, llm: LLM) -> tuple[list[Offer], int]:
    """The spans of a quotation that are the kind of thing asked for; tokens that were read."""
    spans: dict[str, Span] = {}
    for span in typed(question, quote):
        spans.setdefault(quote[span.start : span.end], span)
    texts = list(spans)[:MOST]
    if not texts:
        return [], 0
    prompt = fill("short", passage=quote, question=question.text)
    scored = llm.likelihoods(
        [prompt] * len(texts),
        [f" {text}\n" for text in texts],
        preamble=template("short_preamble") + "\n",
    )
    asked, read = encoder.encode_tokens([question.text, quote])
    evenly = dict.fromkeys(content(question.text), 1.0)
    match = Wanted.of(question.text, asked, evenly).against(read)
    every = list(range(len(read.spans)))
    return [
        Offer(
            text=with_hedge(quote, spans[text]).of(quote),
            likelihood=sum(row),
            likelihood_each=sum(row) / len(row),
            close=match.share(match.close_to(spans[text], every)),
        )
        for text, row in zip(texts, scored.logprobs, strict=True)
    ], scored.evaluated
