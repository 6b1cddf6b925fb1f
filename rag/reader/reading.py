"""What a reader makes of a question and some passages; the protocol of all readers, and a fake.

Extractive question answering with a "not here" (Rajpurkar, Jia and Liang, 2018): a reader
points at the words that answer, and tells by how much they beat the answer that nothing does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.records import Span, StoredChunk


@dataclass(frozen=True, slots=True)
class Reading:
    """The best answer within one sentence of one passage."""

    sentence: Span
    """Where the sentence is in its article."""
    answer: Span
    """Where the answer is in the article; it lies within the sentence."""
    score: float
    """Log odds of the answer against "not here", as the model gives them, uncalibrated."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted on questions with known answers (`eval/reader/measure.py`).

    By default: the reader's log odds as they are, and an answer where they favour one.
    """

    search: float = 0.0
    """Weight of the search's score beside the reader's."""
    slope: float = 1.0
    bias: float = 0.0
    """Of the log odds, as a line of the weighted score."""
    unsaid: float = 0.0
    """What is added to them where the question supposes what the passage does not say."""
    threshold: float = 0.5
    """Probability below which a question is declined."""
    short: float = 0.9
    """Probability from which the words that answer are shown by themselves."""
    again: tuple[float, float, float] = (0.0, 1.0, 0.0)
    """For a sentence that was read again by a larger reader: a bias, and the weights of the log
    odds after the first reading and of the larger reader's score."""

    def log_odds(self, read: float, found: float, unsaid: bool) -> float:
        """Log odds of an answer, from the reader's score, the search's and the exact check."""
        return self.bias + self.slope * (read + self.search * found) + self.unsaid * unsaid

    def log_odds_again(self, first: float, read: float) -> float:
        """Log odds of an answer, from those after the first reading and the larger's score."""
        bias, before, larger = self.again
        return bias + before * first + larger * read


class Reader(Protocol):
    """Anything that reads a question with passages; one of Byline's model boundaries."""

    @property
    def name(self) -> str:
        """What a person calls the model."""

    @property
    def calibration(self) -> Calibration:
        """How its scores become probabilities."""

    @property
    def larger(self) -> Reader | None:
        """What reads the likeliest passages again; None where nothing does."""

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[list[Reading]]:
        """For each passage a reading of each of its sentences, in their order."""


class WordReader:
    """A fake for tests: a sentence answers by the words that it shares with the question."""

    name = "words"
    larger = None
    calibration = Calibration(search=16.0, slope=0.24, bias=-2.6, threshold=0.25, short=0.75)

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[list[Reading]]:
        """For each passage a reading of each of its sentences, in their order."""
        wanted = set(_WORD.findall(question.lower())) - _EVERYWHERE
        return [
            [self._reading(wanted, passage, span) for span in passage.chunk.sentences]
            for passage in passages
        ]

    def _reading(self, wanted: set[str], passage: StoredChunk, span: Span) -> Reading:
        text = passage.chunk.part(span)
        found = [match for match in _WORD.finditer(text) if match.group().lower() not in wanted]
        longest = max(found, key=lambda match: len(match.group()), default=None)
        shared = len(wanted & set(_WORD.findall(text.lower()))) / max(1, len(wanted))
        answer = span
        if longest is not None:
            answer = Span(span.start + longest.start(), span.start + longest.end())
        return Reading(span, answer, 20 * shared - 10)


_WORD = re.compile(r"\w+")
_EVERYWHERE = frozenset("a an and did do does how in is it of on say the to was what who".split())
