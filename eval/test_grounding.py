"""The gate: grounding on the demo archive must not get worse than the baseline.

What may only be perfect is asserted as such; the other figures are held against
`eval/baseline.json`, each with the tolerance that stands beside it. After a change
for the better: `python -m eval.baseline --write` writes a fresh run.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from eval.baseline import changed, worse
from eval.questions import Known, unsupported
from eval.running import Results, in_words
from rag import Assistant

pytestmark = pytest.mark.models


def test_every_gold_answer_stands_in_a_gold_article(
    assistant: Assistant, questions: list[Known]
) -> None:
    assert unsupported(questions, assistant.article) == []


def test_copies_of_one_story_are_counted_once(
    assistant: Assistant, kept: Mapping[str, Any]
) -> None:
    assert assistant.index.counts().origins == kept["origins"]


def test_every_answer_is_supported_by_what_it_cites(results: Results) -> None:
    assert [(one.id, one.faults) for one in results.marks if one.faults] == []


def test_no_answer_cites_a_day_that_was_not_asked_for(results: Results) -> None:
    assert [one.id for one in results.marks if one.within_dates is False] == []


def test_no_answer_cites_the_same_words_twice(results: Results) -> None:
    assert [one.id for one in results.marks if one.cites_copies] == []


def test_no_figure_is_worse_than_the_baseline(
    results: Results, kept: Mapping[str, Any], say: Callable[[str], None]
) -> None:
    say("")
    for name, one in results.figures.items():
        was = kept["figures"].get(name)
        beside = f"baseline {was['value']:8.3f}" if was else ""
        say(f"{name:22} {one.value:8.3f}  [{one.low:.3f}, {one.high:.3f}]  {beside}")
    for name, one in results.mutations.items():
        was = kept.get("mutations", {}).get(name)
        beside = f"baseline {was['value']:8.3f}" if was else ""
        say(f"mutation {name:13} {one.value:8.3f}  [{one.low:.3f}, {one.high:.3f}]  {beside}")
    for line in [*in_words(results.marks), *changed(results.marks, kept)]:
        say(line)
    for trial in results.trials:
        if not trial.held:
            say(f"{trial.mutation} {trial.id}: {trial.outcome}: {trial.after[:160]!r}")
    assert worse(results, kept) == []
