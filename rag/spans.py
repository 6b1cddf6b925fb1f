"""The few words of the evidence that answer, when a name, number, date or place is asked for.

Only spans of the chosen sentences can come out: they are listed by rule, and the
language model tells which it finds likeliest as the answer (extractive answers as
in Rajpurkar et al., 2016, chosen by likelihood). When it is not sure there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

from prompts import fill, template
from rag.dates import mentions
from rag.llm import LLM
from rag.names import NAME, split_name
from rag.numbers import quantities
from rag.question import Question
from rag.words import fold, words

SURE = 0.5
"""Share of the likelihood of all spans that the best must have."""
MOST = 24
"""Spans that are compared at most."""
_HEDGE = re.compile(
    r"(?:\b(?:about|around|nearly|almost|some|roughly|approximately|more than|less than|fewer than"
    r"|at least|at most|up to|over|under|just under|just over|only)\s+)$",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\s?(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|kilomet(?:re|er)s?"
                   r"|met(?:re|er)s?|miles?|km|kg|tonnes?|tons?|degrees?|points?|votes?|people)\b",
                   re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Short:
    """A short answer and how sure the model is of it."""

    text: str
    share: float


def short_answer(question: Question, evidence: str, llm: LLM) -> tuple[Short | None, int]:
    """The likeliest span of the evidence, if the model is sure; and the tokens that it read."""
    spans = list(dict.fromkeys(candidates(question, evidence)))[:MOST]
    if not spans:
        return None, 0
    prompt = fill("short", passage=evidence, question=question.text)
    scored = llm.likelihoods(
        [prompt] * len(spans),
        [f" {span}\n" for span in spans],
        preamble=template("short_preamble") + "\n",
    )
    odds = [exp(max(sum(row), -60.0)) for row in scored.logprobs]
    best = max(range(len(spans)), key=lambda at: odds[at])
    share = odds[best] / (sum(odds) or 1.0)
    chosen = Short(spans[best], share) if share >= SURE else None
    return chosen, scored.evaluated


def candidates(question: Question, evidence: str) -> Iterator[str]:
    """The spans of the evidence that are the kind of thing asked for."""
    if question.asks in ("person", "place"):
        yield from _names(question, evidence)
    elif question.asks == "number":
        yield from _numbers(question, evidence)
    elif question.asks == "time":
        for mention in mentions(evidence, None):
            yield _without_preposition(evidence[mention.start : mention.end])
        yield from re.findall(r"\b(?:1[0-9]|20)\d\d\b", evidence)


def _names(question: Question, evidence: str) -> Iterator[str]:
    asked = set(words(question.text))
    for match in NAME.finditer(evidence):
        whole = match.group().removesuffix("'s").removesuffix("’s")
        for name in (whole, *_parts(whole)):
            own = split_name(name)
            if own and not set(own) <= asked:
                yield name


def _parts(name: str) -> Sequence[str]:
    """The names that an "and" joins."""
    parts = re.split(r"\s+and\s+", name)
    return parts if len(parts) > 1 else ()


def _numbers(question: Question, evidence: str) -> Iterator[str]:
    for one in quantities(evidence):
        if any(one.same(asked) for asked in question.numbers):
            continue
        hedge = _HEDGE.search(evidence[: one.start])
        start = hedge.start() if hedge else one.start
        unit = _UNIT.match(evidence, one.end)
        yield evidence[start : unit.end() if unit else one.end].strip()


def _without_preposition(text: str) -> str:
    first, _, rest = text.partition(" ")
    return rest if rest and fold(first) in _PREPOSITIONS else text


_PREPOSITIONS = frozenset("on in by since until before after of from during the".split())
