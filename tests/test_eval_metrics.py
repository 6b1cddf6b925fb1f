"""The metrics of the evaluation, against values worked out by hand."""

import math
import random
from collections.abc import Sequence

import pytest
from eval_building import mark

from eval import figures, metrics


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("It cost 18.4 million crowns.", ["18.4 million"], True),
        ("It cost 118.4 million crowns.", ["18.4 million"], False),
        ("Homsi traders", ["Homs"], False),
        ("the port of Homs", ["Aleppo", "homs"], True),
        ("", ["x"], False),
    ],
)
def test_containment_is_of_whole_words(text, answers, expected):
    assert metrics.contains_answer(text, answers) is expected


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("the toll is eleven", ["eleven"], 0.5),  # toll is eleven: precision 1/3, recall 1
        ("eleven", ["eleven people", "eleven"], 1.0),
        ("eleven eleven", ["eleven"], 2 / 3),
        ("twelve", ["eleven"], 0.0),
    ],
)
def test_token_f1(text, answers, expected):
    assert metrics.token_f1(text, answers) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("relevant", "hit1", "hit4", "rank", "ndcg"),
    [
        ([True, False], 1.0, 1.0, 1.0, 1 / (1 + 1 / math.log2(3))),
        ([False, True, True], 0.0, 1.0, 0.5, (1 / math.log2(3) + 0.5) / (1 + 1 / math.log2(3))),
        ([False] * 10 + [True], 0.0, 0.0, 0.0, 0.0),
    ],
)
def test_ranks(relevant, hit1, hit4, rank, ndcg):
    assert metrics.hit(relevant, 1) == hit1
    assert metrics.hit(relevant, 4) == hit4
    assert metrics.reciprocal_rank(relevant) == rank
    assert metrics.ndcg(relevant, 2) == pytest.approx(ndcg)


# For each sentence the sets of citations that support it, as one of them is enough.
CITED = [
    pytest.param([[1]], [{1}], 1.0, 1.0, id="one citation that supports"),
    pytest.param([[1]], [set()], 0.0, 0.0, id="one that does not"),
    pytest.param([[1, 2]], [{1}], 1.0, 0.5, id="a second one adds nothing"),
    pytest.param([[]], [set()], 0.0, 0.0, id="no citation at all"),
    pytest.param([[1], [2]], [{1}, set()], 0.5, 0.5, id="one sentence of two"),
]


@pytest.mark.parametrize(("cited", "alone", "recall", "precision"), CITED)
def test_citations_after_alce(cited, alone, recall, precision):
    def holds(at: int, numbers: Sequence[int]) -> bool:
        return bool(alone[at] & set(numbers))

    assert metrics.citation_scores(cited, holds) == (recall, precision)


def test_risk_rises_as_less_confident_answers_are_counted():
    assert metrics.risks([0.9, 0.8, 0.7], [False, True, False]) == [0, 0.5, 1 / 3]
    assert metrics.aurc([0.9, 0.8, 0.7], [False, True, False]) == pytest.approx((0.5 + 1 / 3) / 3)


@pytest.mark.parametrize(
    ("confidences", "wrong", "expected"),
    [
        ([0.9, 0.8, 0.7, 0.6], [False, False, True, False], 0.5),
        ([0.9, 0.8], [True, False], 0.0),
        ([], [], 0.0),
    ],
)
def test_coverage_at_a_risk(confidences, wrong, expected):
    assert metrics.coverage_at(0.05, confidences, wrong, 4) == expected


def marks() -> list[figures.Mark]:
    return [
        mark(1, confidence=0.9),
        mark(2, right=False, confidence=0.4),
        mark(3, refused=True, right=False),
        mark(4, answerable=False, refused=True),
        mark(5, answerable=False, right=False, confidence=0.3),
        mark(6, supported=False, confidence=0.8),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("right", 1 / 4),  # q1; q6 holds the answer and is not supported
        ("contains", 2 / 4),
        ("abstention_recall", 1 / 2),
        ("abstention_precision", 1 / 2),
        ("over_refused", 1 / 4),
        ("supported", 5 / 6),
        ("tokens_evaluated", 100.0),
        ("coverage_at_5", 1 / 6),
    ],
)
def test_figures(name, expected):
    assert figures.summary(marks())[name] == pytest.approx(expected)


def test_intervals_repeat_and_hold_the_value():
    some = [mark(n, story=f"s{n // 2}", right=n % 3 > 0) for n in range(30)]
    random.Random(1).shuffle(some)
    one, again = figures.estimates(some), figures.estimates(some)
    assert one == again
    assert one["right"].low < one["right"].value < one["right"].high


def test_an_interval_is_as_wide_as_the_normal_approximation_says():
    one = figures.rate([(f"s{n}", n % 2 == 0) for n in range(100)])
    assert one.high - one.low == pytest.approx(2 * 1.96 * math.sqrt(0.25 / 100), abs=0.02)
