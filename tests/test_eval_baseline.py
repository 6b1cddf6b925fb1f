"""The baseline: what is worse, what changed and since when, and tolerances from noise."""

import json
from typing import Any

import pytest
from eval_building import mark

from eval.baseline import as_baseline, as_text
from eval.comparing import EXACT, changed, differences, faulty, worse
from eval.mutations import Trial
from eval.running import Results

FIRST = {"commit": "aaa", "date": "2025-01-01"}
ARTICLES = {
    "bridge": {"digest": "1", "origin": "bridge"},
    "bridge-copy": {"digest": "2", "origin": "bridge"},
    "ferry": {"digest": "3", "origin": "ferry"},
}


def run(wrong: int = 0, broken: int = 0, asked: int = 20, **fields: Any) -> Results:
    """Twenty questions of which the first `wrong` are, and twenty trials alike."""
    marks = tuple(mark(n, right=n >= wrong, **fields) for n in range(asked))
    trials = tuple(
        Trial("removed", f"q{n}", "fact", f"s{n}", "other" if n < broken else "refused",
              n >= broken, "was", "is")
        for n in range(20)
    )  # fmt: skip
    return Results(marks, trials, {"model": "m"})


def baseline(results: Results, *noisy: Results, **more: Any) -> dict[str, Any]:
    made = as_baseline(results, noisy, ARTICLES, more.get("kept", {}), more.get("stamp", FIRST))
    read: dict[str, Any] = json.loads(as_text(made))
    return read


def test_the_same_run_is_not_worse():
    assert worse(run(), baseline(run())) == []
    assert "seconds" not in baseline(run())["figures"]
    assert changed(run().marks, baseline(run())) == []
    assert differences(run(), ARTICLES, baseline(run())) == []
    assert faulty(run().marks) == []


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (run(wrong=1), []),  # within one question
        (run(wrong=3), ["right", "contains"]),
        (run(broken=3), ["mutation removed"]),
        (run(supported=False), ["right", "supported"]),
        (run(relevant=(False, True)), ["hits_at_1", "mrr_at_10", "ndcg_at_10"]),
        (run(evaluated=400), ["tokens_evaluated"]),
        (run(cites_copies=True), ["cites_copies"]),
        (run(evaluated=50), []),  # better
    ],
)
def test_what_is_worse_is_named(results, expected):
    lines = worse(results, baseline(run()))
    assert [line.split(" was ")[0] for line in lines] == expected


def test_the_line_says_by_how_much_and_on_which_questions():
    (line, _) = worse(run(wrong=3), baseline(run()))
    assert line == (
        "right was 1.000 and is 0.850 (tolerance 0.050) [right and fully supported, of answerable]."
        " Worse: q0 (fact), q1 (fact), q2 (fact)"
    )


def test_questions_that_the_baseline_does_not_know_are_not_compared():
    some = baseline(run(asked=20))
    more = run(asked=24)
    marks = (*more.marks[:20], *(mark(n, right=False) for n in range(20, 24)))
    assert worse(Results(marks, more.trials), some) == []
    assert differences(Results(marks, more.trials), ARTICLES, some) == [
        "questions that the baseline does not have, not compared: q20, q21, q22, q23 (4 in all)"
    ]


def test_noise_widens_the_tolerance():
    kept = baseline(run(), run(wrong=3), run(wrong=1))
    assert kept["figures"]["right"]["tolerance"] == 0.15
    assert worse(run(wrong=3), kept) == []
    assert worse(run(wrong=4), kept) != []


def test_no_noise_excuses_what_must_hold_always():
    kept = baseline(run(), run(supported=False))
    assert all(kept["figures"][name]["tolerance"] == 0 for name in EXACT if name in kept["figures"])
    assert len(worse(run(supported=False), kept)) > 0


def test_a_mutation_that_is_no_longer_tried_is_noticed():
    assert worse(Results(run().marks), baseline(run())) == ["mutation removed was not tried"]
    assert worse(Results(run().marks), baseline(run()), mutations=()) == []
