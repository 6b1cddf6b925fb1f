"""The gate: grounding on the demo archive must not get worse than the baseline.

Figures that may only be perfect are asserted as such; the others are held against
`eval/baseline.json`, each with the tolerance that stands beside it. After a change
for the better: `python -m eval.baseline` writes the figures of a fresh run.
"""

import json
from collections.abc import Callable

import pytest

from eval.baseline import BASELINE, compared
from eval.questions import Known, unsupported
from eval.running import Mark, in_words, summary
from rag import Assistant

pytestmark = pytest.mark.models


def test_every_gold_answer_stands_in_a_gold_article(
    assistant: Assistant, questions: list[Known]
) -> None:
    assert unsupported(questions, assistant.article) == []


def test_every_answer_is_supported_by_what_it_cites(marks: list[Mark]) -> None:
    assert [one.id for one in marks if not one.supported] == []


def test_no_figure_is_worse_than_the_baseline(
    marks: list[Mark], say: Callable[[str], None]
) -> None:
    kept = json.loads(BASELINE.read_text("utf-8"))
    figures = summary(marks)
    say("")
    for name, value in figures.items():
        say(f"{name:22} {value:8.3f}   baseline {kept['figures'][name]['value']:8.3f}")
    for line in in_words(marks):
        say(line)
    changed = [
        f"{one.id}: {'right' if one.right else 'WRONG'} now: {one.text[:160]}"
        for one in marks
        if one.right != kept["right"].get(one.id, one.right)
    ]
    for line in changed:
        say(line)
    assert compared(figures, kept["figures"]) == []
