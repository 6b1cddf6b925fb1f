"""Can this model compose? A short test, taken once for each model and remembered.

The model is asked twenty questions about made-up passages, in the very way in which
it would answer readers, and its answers are marked in code. What it is called, who
made it and how large it is count for nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.modelfiles import SMOLLM2, cache_folder, read_register, write_register
from index.records import Card, Chunk, Span, StoredChunk
from index.sentences import sentences
from prompts import template
from rag.compose import Composition
from rag.models.llm import LLM
from rag.quote import quotation
from rag.records import Draft, Passage
from rag.text.words import words

VERSION = 3
"""To be counted up when the questions, the prompt or the marking change."""
ASKED = 20
NEEDED = 17
"""Answers that have to be right.

A model that is right three times in four gets that far with a probability of 23%, one that is
right 95% of the time with 98% (binomial). Five of the questions have no answer in the passages,
so a model that never declines gets 15 at best, and one that always declines gets 5.
"""
SHOWN = 3
"""Passages that are shown with each question."""
REGISTER = "selftest.json"


TAKEN = {f"{VERSION}:{SMOLLM2.sha256[:16]}": 1}
"""Results that come with Byline, so that nobody waits for them: the embedded model's."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the passages shown with it, and the words that its answer has to hold."""

    question: str
    drafts: tuple[Draft, ...]
    gold: tuple[str, ...]
    """Empty where the passages do not answer."""


def taken(llm: LLM, folder: Path | None = None) -> int | None:
    """How many of its answers were right when the test was taken; None where it was not.

    Args:
        llm: the model.
        folder: where results are kept; by default the cache folder.
    """
    known = TAKEN | read_register((folder or cache_folder()) / REGISTER)
    right = known.get(f"{VERSION}:{llm.identity}")
    return right if type(right) is int else None


def capable(llm: LLM, folder: Path | None = None) -> bool:
    """Whether the model may compose: it passes the test, now or when it was taken before.

    Raises:
        ModelError: the model cannot write.
    """
    right = taken(llm, folder)
    if right is None:
        right = sum(passes(llm, case) for case in cases())
        register = (folder or cache_folder()) / REGISTER
        write_register(register, read_register(register) | {f"{VERSION}:{llm.identity}": right})
    return right >= NEEDED


def told(llm: LLM, folder: Path | None = None) -> str:
    """What the test showed, in a line for a person."""
    right = taken(llm, folder)
    if right is None:
        return f"{llm.name} takes a short test before its first answer"
    way = "it writes the answers" if right >= NEEDED else "articles are quoted"
    return f"{llm.name}: {right} of {ASKED} test answers held, so {way}"


def passes(llm: LLM, case: Case) -> bool:
    """Whether the model answers well: nothing to mend and the gold words, or else a refusal."""
    composition = Composition(llm, case.question, case.drafts)
    answer = " ".join(" ".join(words(mended.text)) for mended in composition.stream())
    if not case.gold:
        return composition.refused
    held = all(f" {' '.join(words(gold))} " in f" {answer} " for gold in case.gold)
    return held and set(composition.mender.tally) == {"kept"}


def cases() -> list[Case]:
    """The twenty cases; the passage that matters stands first, second or third by turns."""
    rows = [[part.strip() for part in row.split("|")] for row in template("selftest").split("\n")]
    drafts = [_draft(at, *row[:3]) for at, row in enumerate(rows)]
    return [
        Case(row[3], tuple(_around(drafts, at)), tuple(filter(None, row[4].split("; "))))
        for at, row in enumerate(rows)
    ]


def _around(drafts: list[Draft], at: int) -> Iterator[Draft]:
    for step in range(SHOWN):
        yield drafts[(at - at % SHOWN + step) % len(drafts)]


def _draft(at: int, outlet: str, day: str, text: str) -> Draft:
    """A passage of a made-up article as evidence, whole."""
    card = Card(f"selftest-{at}", "", dt.date.fromisoformat(day), outlet, None, f"selftest-{at}")
    chunk = Chunk(card.article_id, 0, len(text), text, tuple(sentences(text)))
    passage = Passage(StoredChunk(at, chunk, card), score=1.0, lexical=1.0, cosine=1.0)
    return quotation(passage, Span(0, len(text)))
