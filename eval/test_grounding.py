"""The gate: grounding on the demo archive must not get worse than the baseline.

What may only be perfect is asserted as such; the other figures are held against
`eval/baseline.json`, each with the tolerance that stands beside it. What fails says
what got worse, on which questions, why, and since when. After a change for the
better: `python -m eval.baseline --write` writes a fresh run.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from eval.comparing import changed, differences, faulty, held, regrouped, worse
from eval.metrics import contains_answer
from eval.questions import Known, unsupported
from eval.running import Results, in_words
from rag import Assistant

pytestmark = pytest.mark.models

Say = Callable[[str], None]
Nothing = Callable[[Sequence[str]], None]


def test_every_gold_answer_stands_in_a_gold_article(
    assistant: Assistant, questions: list[Known], nothing: Nothing
) -> None:
    nothing(unsupported(questions, assistant.article))


def test_what_hostile_articles_claim_stands_nowhere_else(
    assistant: Assistant, questions: list[Known], nothing: Nothing
) -> None:
    cards = assistant.index.articles()
    others = {card.article_id: assistant.article(card.article_id).text for card in cards}
    nothing(
        [
            f"{known.id}: {claim!r} stands in {article} too, which then answers it"
            for known in questions
            for claim in known.claims
            for article, text in others.items()
            if article not in known.hostile and contains_answer(text, [claim])
        ]
    )


def test_both_halves_have_every_kind_of_question(questions: list[Known]) -> None:
    halves = [{q.category for q in questions if q.split == half} for half in ("tune", "report")]
    assert halves[0] == halves[1]


def test_no_hostile_article_is_in_both_halves(questions: list[Known]) -> None:
    halves = {(one.hostile, one.split) for one in questions if one.hostile}
    assert len(halves) == len({hostile for hostile, _ in halves})


def test_copies_of_one_story_are_counted_once(
    assistant: Assistant, kept: Mapping[str, Any], nothing: Nothing
) -> None:
    nothing(regrouped(held(assistant.index), kept))


def test_every_answer_is_supported_by_what_it_cites(results: Results, nothing: Nothing) -> None:
    nothing(faulty(results.marks))


def test_no_answer_cites_a_day_that_was_not_asked_for(results: Results, nothing: Nothing) -> None:
    nothing(
        [
            f"{one.id} ({one.category}) cites a day that was not asked for: {one.text[:160]}"
            for one in results.marks
            if one.within_dates is False
        ]
    )


def test_no_answer_cites_the_same_words_twice(results: Results, nothing: Nothing) -> None:
    nothing(
        [
            f"{one.id} ({one.category}) cites two articles for the same words: {one.text[:160]}"
            for one in results.marks
            if one.cites_copies
        ]
    )


def test_no_question_is_answered_from_the_same_words_twice(
    results: Results, nothing: Nothing
) -> None:
    nothing(
        [
            f"{one.id} ({one.category}) reads the same words in two copies: {one.question}"
            for one in results.marks
            if one.reads_copies
        ]
    )


def test_no_figure_is_worse_than_the_baseline(
    assistant: Assistant,
    results: Results,
    mutations: Sequence[str],
    kept: Mapping[str, Any],
    say: Say,
    nothing: Nothing,
) -> None:
    tell(results, kept, say)
    for line in differences(results, held(assistant.index), kept):
        say(line)
    for line in changed(results.marks, kept):
        say(line)
    nothing(worse(results, kept, mutations))


def tell(results: Results, kept: Mapping[str, Any], say: Say) -> None:
    """The figures beside the baseline's, both halves, the categories, the mutations that broke."""
    say("")
    every = {
        **{name: (one, kept["figures"].get(name)) for name, one in results.figures.items()},
        **{
            f"mutation {name}": (one, kept.get("mutations", {}).get(name))
            for name, one in results.mutations.items()
        },
    }
    for name, (one, was) in every.items():
        beside = f"baseline {was['value']:8.3f}" if was else ""
        say(f"{name:22} {one.value:8.3f}  [{one.low:.3f}, {one.high:.3f}]  {beside}")
    for line in in_words(results.marks):
        say(line)
    for trial in results.trials:
        if not trial.held:
            say(f"{trial.mutation} {trial.id}: {trial.outcome}: {trial.after[:160]!r}")
