"""Requests that are no question, held against what is right, kind by kind."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from eval.questions import HERE, QUESTIONS, SPLITS
from eval.questions import load as questions_of
from eval.requests import KINDS, answered, load, tally, worse
from rag import Assistant

pytestmark = pytest.mark.models

FEWEST = 5
"""Requests of each kind in each half."""

OTHERS = {"stories-024": "comparison"}
"""Questions of the evaluation that are more than questions."""


def test_both_halves_have_enough_of_every_kind() -> None:
    there = [(one.kind, one.split) for one in load()]
    assert min(map(there.count, product(KINDS, SPLITS))) >= FEWEST


def test_no_kind_is_answered_worse_than_in_the_baseline(
    kinds: Sequence[str],
    assistant: Assistant,
    kept: Mapping[str, Any],
    say: Callable[[str], None],
    nothing: Callable[[Sequence[str]], None],
) -> None:
    outcomes = answered(assistant, [one for one in load() if one.kind in kinds])
    halves = [tally([each for each in outcomes if each[0].split == half]) for half in SPLITS]
    was = kept.get("requests", {})
    say("\nrequests right " + " ".join(f"{name:>9}" for name in (*SPLITS, "baseline")))
    for kind in kinds:
        shares = [half[kind]["value"] for half in halves] + [was[kind]["value"]] * (kind in was)
        say(f"  {kind:12} " + " ".join(f"{share:9.3f}" for share in shares))
    for one, why in outcomes:
        if why and one.split == "tune":
            say(f"  {one.id}: {one.text}: {why[:160]}")
    nothing(worse(outcomes, was))


def test_no_question_is_taken_for_another_request(assistant: Assistant) -> None:
    catalogue, today = assistant.catalogue(assistant.index), dt.date(2026, 11, 30)
    taken = {}
    for path in (QUESTIONS, HERE / "sealed" / "questions.jsonl"):
        for one in questions_of(path):
            _, stood_in = catalogue.read(one.question, today)
            if (kind := assistant.kinds().of(stood_in)) != "question":
                taken[one.id] = kind
    assert taken == OTHERS
