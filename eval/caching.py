"""The two models, with what they said before remembered, and optionally a little noise.

Most of a changed archive is as it was, so most sentences have been embedded and judged
already. The noise stands in for another processor, which rounds otherwise: a tolerance
is measured with it. Nothing here changes what a model is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import numpy as np

from index.batches import embedded_text
from index.embedding import Encoder, Tokens, Vectors
from index.store import Index
from rag.models.llm import Likelihoods

M = TypeVar("M")

MOST_READ = 2000
"""Texts whose tokens are kept, some 100 KB each; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of what is added, the same for the same text and seed."""

    seed: int
    vectors: float = 1e-4
    """For each number of a unit vector."""
    logprobs: float = 0.02
    """For each token's natural log-probability."""

    def of(self, *texts: str, size: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Numbers from a standard normal distribution: shape [size]."""
        digest = hashlib.blake2b("\0".join((str(self.seed), *texts)).encode(), digest_size=8)
        random = np.random.default_rng(int.from_bytes(digest.digest(), "little"))
        return random.standard_normal(size)


class CachedEncoder:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder, noise: Noise | None = None) -> None:
        self._encoder = encoder
        self._noise = noise
        self._known: dict[str, Vectors] = {}
        self._read: dict[str, Tokens] = {}
        self.name = encoder.name
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text: float32 of shape [len(texts), dimension]."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            for text, vector in zip(new, self._encoder.encode(new), strict=True):
                self._known[text] = vector.copy()
        found = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(found, texts, strict=True):
            row[:] = self._noisy(self._known[text], text)
        return found

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Each text's unit vector, and those of its tokens."""
        read = {text: self._read[text] for text in texts if text in self._read}
        new = list(dict.fromkeys(text for text in texts if text not in read))
        read.update(zip(new, self._encoder.encode_tokens(new), strict=True))
        self._read.update(read)
        while len(self._read) > MOST_READ:
            del self._read[next(iter(self._read))]
        return [
            Tokens(
                self._noisy(read[text].whole, text),
                read[text].spans,
                self._noisy(read[text].each, text),
            )
            for text in texts
        ]

    def remember(self, index: Index, articles: Sequence[str]) -> None:
        """Take the vectors of these articles' chunks from an index that this encoder built."""
        with index.snapshot() as view:
            for article in articles:
                rows = view.db.execute(
                    "SELECT chunks.id FROM chunks JOIN articles ON number = article "
                    "WHERE articles.id = ?",
                    (article,),
                ).fetchall()
                ids = [row[0] for row in rows]
                for stored, vector in zip(view.passages(ids), view.vectors(ids), strict=True):
                    self._known[embedded_text(stored.card.title, stored.chunk)] = vector.copy()

    def _noisy(self, vectors: Vectors, text: str) -> Vectors:
        """The vectors of a text, of shape [..., d], with the noise that it always gets."""
        if self._noise is None:
            return vectors
        added = self._noise.of(text, size=vectors.size).reshape(vectors.shape)
        moved = vectors + self._noise.vectors * added
        lengths = np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)
        unit: Vectors = (moved / lengths).astype(np.float32)
        return unit


class Judge(Protocol):
    """As much of a language model as is remembered."""

    @property
    def name(self) -> str:
        """What a person calls the model."""

    def likelihoods(
        self, prompts: Sequence[str], continuations: Sequence[str], preamble: str = ""
    ) -> Likelihoods:
        """How likely each continuation is after its prompt (after the preamble)."""


class RememberingJudge:
    """A language model that judges each pair of prompt and continuation once.

    All else that the model can do, it does as before. Tokens of a remembered pair count as
    they did the first time, each pair with its share of what was read then, so that a count
    does not depend on what was asked before.
    """

    def __init__(self, llm: Judge, noise: Noise | None = None) -> None:
        self._llm = llm
        self._noise = noise
        self._known: dict[tuple[str, str, str], tuple[float, ...]] = {}
        self._read: dict[tuple[str, str, str], float] = {}
        self.name = llm.name

    def __getattr__(self, name: str) -> Any:
        """Whatever else the model has."""
        return getattr(self._llm, name)

    def likelihoods(
        self, prompts: Sequence[str], continuations: Sequence[str], preamble: str = ""
    ) -> Likelihoods:
        """How likely each continuation is after its prompt (after the preamble)."""
        keys = [(preamble, *pair) for pair in zip(prompts, continuations, strict=True)]
        new = list(dict.fromkeys(key for key in keys if key not in self._known))
        if new:
            said = self._llm.likelihoods([k[1] for k in new], [k[2] for k in new], preamble)
            self._known.update(zip(new, said.logprobs, strict=True))
            self._read.update(dict.fromkeys(new, said.evaluated / len(new)))
        read = round(sum(self._read[key] for key in dict.fromkeys(keys)))
        return Likelihoods(tuple(self._noisy(key) for key in keys), read)

    def _noisy(self, key: tuple[str, str, str]) -> tuple[float, ...]:
        row = self._known[key]
        if self._noise is None:
            return row
        moved = np.array(row) + self._noise.logprobs * self._noise.of(*key, size=len(row))
        return tuple(float(value) for value in np.minimum(moved, 0.0))


def remembering(llm: M, noise: Noise | None = None) -> M:
    """The same language model, whose judgements are remembered if it makes any."""
    if llm is None or not hasattr(llm, "likelihoods"):
        return llm
    return cast("M", RememberingJudge(cast("Judge", llm), noise))
