"""The baseline: what is worse, what changed and since when, and tolerances from noise."""

from typing import Any

import pytest
from eval_building import mark

from eval.baseline import EXACT, as_baseline, changed, commit, worse
from eval.figures import FIGURES
from eval.mutations import Trial
from eval.running import Results

FIRST = {"commit": "aaa", "date": "2025-01-01"}
SECOND = {"commit": "bbb", "date": "2025-02-02"}


def run(wrong: int = 0, broken: int = 0, **fields: Any) -> Results:
    """Twenty questions of which the first `wrong` are, and twenty trials alike."""
    marks = tuple(mark(n, right=n >= wrong, **fields) for n in range(20))
    trials = tuple(
        Trial("removed", f"q{n}", "fact", f"s{n}", "other", n >= broken, "was", "is")
        for n in range(20)
    )
    return Results(marks, trials, {"model": "m"})


def baseline(results: Results, *noisy: Results, **more: Any) -> dict[str, Any]:
    return as_baseline(results, noisy, 12, more.get("kept", {}), more.get("stamp", FIRST))


def test_the_same_run_is_not_worse() -> None:
    assert worse(run(), baseline(run())) == []
    assert changed(run().marks, baseline(run())) == []


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
def test_what_is_worse_is_named(results: Results, expected: list[str]) -> None:
    lines = worse(results, baseline(run()))
    assert [line.split(" was ")[0] for line in lines] == expected


def test_the_line_says_by_how_much() -> None:
    (line, _) = worse(run(wrong=3), baseline(run()))
    assert line == "right was 1.0000 and is 0.8500 (tolerance 0.0500)"


def test_noise_widens_the_tolerance() -> None:
    kept = baseline(run(), run(wrong=3), run(wrong=1))
    assert kept["figures"]["right"]["tolerance"] == 0.15
    assert worse(run(wrong=3), kept) == []
    assert worse(run(wrong=4), kept) != []


def test_no_noise_excuses_what_must_hold_always() -> None:
    kept = baseline(run(), run(supported=False))
    assert all(kept["figures"][name]["tolerance"] == 0 for name in EXACT if name in kept["figures"])
    assert len(worse(run(supported=False), kept)) > 0


def test_a_figure_without_a_baseline_is_not_passed_over() -> None:
    kept = baseline(run())
    del kept["figures"]["right"]
    assert worse(run(), kept) == [
        "right is not in the baseline; write it: python -m eval.baseline --write"
    ]


def test_a_mutation_that_is_no_longer_tried_is_noticed() -> None:
    assert worse(Results(run().marks), baseline(run())) == ["mutation removed was not tried"]


def test_questions_that_changed_are_shown_with_both_texts_and_since_when() -> None:
    kept = baseline(run(wrong=1))
    now = (mark(0, text="a new answer"), mark(1, right=False, text="an odd one"), *run().marks[2:])
    assert changed(now, kept) == [
        "q1 [fact] NOW WRONG, was right since aaa of 2025-01-01: question 1?",
        "    was: answer 1",
        "    is:  an odd one",
        "q0 [fact] now right, was wrong since aaa of 2025-01-01: question 0?",
        "    was: answer 0",
        "    is:  a new answer",
    ]


def test_a_question_keeps_its_since_until_it_changes() -> None:
    first = baseline(run(wrong=1))
    second = baseline(run(wrong=2), kept=first, stamp=SECOND)
    assert [second["questions"][i]["since"] for i in ("q0", "q1", "q2")] == [FIRST, SECOND, FIRST]


def test_seconds_are_not_kept() -> None:
    assert FIGURES["seconds"].more_is_better is None
    assert "seconds" not in baseline(run())["figures"]


def test_the_commit_is_one_word() -> None:
    assert len(commit().split()) == 1
