"""Encoder and reader, with what they said before remembered, and optionally a little noise.

Most of a changed archive is as it was, so most sentences have been embedded and judged
already. The noise stands in for another processor, which rounds otherwise: a tolerance
is measured with it. Nothing here changes what a model is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.batches import embedded_text
from index.embedding import Encoder, Vectors
from index.records import Span, StoredChunk
from index.store import Index
from rag.reader.reading import Reader, Reading


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of what is added, the same for the same text and seed."""

    seed: int
    vectors: float = 1e-4
    """For each number of a unit vector."""
    scores: float = 0.15
    """For the log odds of each sentence that is read: about what 8-bit integers move them by, in
    which only some processors multiply."""

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


class CachedReader:
    """A reader that reads each passage once for each question."""

    def __init__(self, reader: Reader, noise: Noise | None = None) -> None:
        self._reader = reader
        self._noise = noise
        self._known: dict[tuple[str, str, str], list[Reading]] = {}
        self.name = reader.name
        self.calibration = reader.calibration
        self.larger = CachedReader(reader.larger, noise) if reader.larger else None

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[list[Reading]]:
        """For each passage a reading of each of its sentences, in their order."""
        keys = [(question, one.card.title, one.chunk.text) for one in passages]
        new = {key: one for key, one in zip(keys, passages, strict=True) if key not in self._known}
        read = self._reader.read(question, list(new.values()))
        for (key, passage), readings in zip(new.items(), read, strict=True):
            self._known[key] = [_moved(one, -passage.chunk.start) for one in readings]
        return [
            [_moved(one, passage.chunk.start) for one in self._noisy(key)]
            for key, passage in zip(keys, passages, strict=True)
        ]

    def _noisy(self, key: tuple[str, str, str]) -> list[Reading]:
        """What was read of a passage, with the noise that it always gets."""
        known = self._known[key]
        if self._noise is None:
            return known
        added = self._noise.scores * self._noise.of(*key, size=len(known))
        return [
            replace(one, score=one.score + float(more))
            for one, more in zip(known, added, strict=True)
        ]


def _moved(reading: Reading, by: int) -> Reading:
    """A reading at other places: the same passage may stand elsewhere in another article."""
    sentence, answer = reading.sentence, reading.answer
    return Reading(
        Span(sentence.start + by, sentence.end + by),
        Span(answer.start + by, answer.end + by),
        reading.score,
    )
