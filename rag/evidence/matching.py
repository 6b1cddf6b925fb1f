"""How far a text meets each word of a question, by meaning and not by letters.

Each token of the question is compared with each token of the text, both as the encoder
sees them in their context, and counts as met as far as the nearest one is near: late
interaction (Khattab and Zaharia, 2020), here with an encoder that was trained on whole
sentences. One vector for a sentence says that two are about the same thing; this says
which word of the question has no counterpart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.embedding import Tokens, Vectors
from index.records import Span
from rag.text.words import WORD, fold

AROUND = 9
"""Tokens on each side of a span that stand close to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """The words of a question that carry meaning, with their weights."""

    terms: tuple[str, ...]
    """Folded words, in order, each as often as it is used."""
    weights: Vectors
    """Their shares of the weight of all: float32[len(terms)]."""
    groups: tuple[tuple[int, ...], ...]
    """For each term, which of the tokens it is made of."""
    tokens: Vectors
    """A unit vector for each token of the question: float32[m, d]."""

    @classmethod
    def of(cls, question: str, read: Tokens, weights: Mapping[str, float]) -> Wanted:
        """Take the weighted words out of a question.

        Args:
            question: its text.
            read: the same, as the encoder read it.
            weights: for each folded word that counts, how much.
        """
        terms, groups = [], []
        for match in WORD.finditer(question):
            term = fold(match.group()).removesuffix("'s")
            at = tuple(
                i for i, (a, b) in enumerate(read.spans) if a < match.end() and match.start() < b
            )
            if term in weights and at:
                terms.append(term)
                groups.append(at)
        shares = np.array([weights[term] for term in terms], np.float32)
        total = float(shares.sum())
        shares = shares / total if total > 0 else np.full_like(shares, 1 / max(len(terms), 1))
        return cls(tuple(terms), shares, tuple(groups), read.each)

    def against(self, read: Tokens) -> Match:
        """Compare the question's tokens with a text's."""
        return Match(self, np.asarray(self.tokens @ read.each.T, np.float32), read.spans)


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A question held against one text."""

    wanted: Wanted
    similar: npt.NDArray[np.float32]
    """Cosine of each token of the question to each of the text: float32[m, n]."""
    spans: tuple[tuple[int, int], ...]

    def tokens_in(self, span: Span) -> list[int]:
        """The text's tokens that lie in a span of it."""
        return [i for i, (a, b) in enumerate(self.spans) if a < span.end and span.start < b]

    def met(self, tokens: list[int] | None = None) -> Vectors:
        """How far each term is met by some of the text's tokens, or by all: float32[terms]."""
        some = self.similar if tokens is None else self.similar[:, tokens]
        if not some.size:
            return np.zeros(len(self.wanted.terms), np.float32)
        best = some.max(axis=1)
        return np.array([best[list(group)].mean() for group in self.wanted.groups], np.float32)

    def echoed(self, tokens: list[int] | None = None) -> float:
        """How far the question's tokens are met on average, its small words among them."""
        some = self.similar if tokens is None else self.similar[:, tokens]
        return float(some.max(axis=1).mean()) if some.size else 0.0

    def by_term(self, met: Vectors) -> dict[str, float]:
        """How far the terms are met, by term."""
        pairs = zip(self.wanted.terms, met, strict=True)
        return {term: round(float(one), 3) for term, one in pairs}

    def share(self, met: Vectors) -> float:
        """The weighted mean of how far the terms are met; 1 where nothing is wanted."""
        return float(self.wanted.weights @ met) if len(met) else 1.0

    def close_to(self, span: Span, within: list[int]) -> Vectors:
        """How far each term is met near a span of the text, not by the span itself."""
        inside = self.tokens_in(span)
        if not inside:
            return np.zeros(len(self.wanted.terms), np.float32)
        near = [
            i for i in within if inside[0] - AROUND <= i <= inside[-1] + AROUND and i not in inside
        ]
        return self.met(near)
