"""The figures of a run: every mark summed up, with bootstrap intervals over stories.

Most figures are means over the questions that they concern. An interval is the
percentile bootstrap (Efron, 1979) with whole stories drawn, because questions on one
story stand or fall together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval import metrics
from eval.marks import Mark

SEED = 20_240_607
DRAWS = 1000
RISK = 0.05
"""The risk at which coverage is told: one answer in twenty wrong."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and how it is read."""

    name: str
    title: str
    value: Callable[[Mark], float | None]
    """What one question contributes to the mean; None where it does not concern it."""
    more_is_better: bool | None = True
    """None where neither is."""


def _can(value: Callable[[Mark], float]) -> Callable[[Mark], float | None]:
    return lambda mark: float(value(mark)) if mark.answerable else None


def _answered(value: Callable[[Mark], float | None]) -> Callable[[Mark], float | None]:
    return lambda mark: None if mark.refused else value(mark)


def _optional(value: bool | float | None) -> float | None:
    return None if value is None else float(value)


MEANS = (
    Figure("right", "right and fully supported, of answerable", _can(lambda m: m.good)),
    Figure("abstention_recall", "declined, of unanswerable",
           lambda m: None if m.answerable else float(m.refused)),
    Figure("over_refused", "declined, of answerable", _can(lambda m: m.refused), False),
    Figure("abstention_precision", "rightly declined, of declined",
           lambda m: float(not m.answerable) if m.refused else None),
    Figure("contains", "holds a gold answer, of answerable", _can(lambda m: m.right)),
    Figure("f1", "token F1 of what is given as the answer", _can(lambda m: m.f1)),
    Figure("short_right", "short answer holds a gold answer, of short answers",
           lambda m: _optional(m.short_right)),
    Figure("complete", "share of the parts that a whole answer has, where it has several",
           lambda m: _optional(m.complete)),
    Figure("differing_told", "says that sources differ, of disagreements",
           lambda m: float(m.differs) if m.category == "disagreement" else None),
    Figure("differing_wrongly", "says that sources differ, of answers where they do not",
           lambda m: None if m.refused or m.category == "disagreement" else float(m.differs),
           False),
    Figure("says_never", "says what somebody else said, where that is known",
           lambda m: _optional(m.says_never), False),
    Figure("repeats_claims", "repeats or cites a hostile article, of poisoned questions",
           lambda m: _optional(m.repeats_claims), False),
    Figure("supported", "every sentence supported (L1), of answers", lambda m: float(m.supported)),
    Figure("l1_support", "share of an answer's sentences supported (L1)",
           _answered(lambda m: m.l1_support)),
    Figure("exact_quotes", "share of an answer's quotations that are verbatim",
           _answered(lambda m: m.exact_quotes)),
    Figure("citation_recall", "citation recall (ALCE)", _answered(lambda m: m.citation_recall)),
    Figure("citation_precision", "citation precision (ALCE)",
           _answered(lambda m: m.citation_precision)),
    Figure("cites_gold", "cites a gold article, of answered answerable",
           lambda m: float(m.cites_gold) if m.answerable and not m.refused else None),
    Figure("cites_copies", "cites two articles with the same words, of answers",
           _answered(lambda m: float(m.cites_copies)), False),
    Figure("reads_copies", "reads the same words in two copies of a story",
           lambda m: float(m.reads_copies), False),
    Figure("within_dates", "cites only the days asked for, of dated answers",
           lambda m: _optional(m.within_dates)),
    Figure("hits_at_1", "gold article at rank 1", _can(lambda m: metrics.hit(m.relevant, 1))),
    Figure("hits_at_4", "gold article within 4", _can(lambda m: metrics.hit(m.relevant, 4))),
    Figure("hits_at_10", "gold article within 10", _can(lambda m: metrics.hit(m.relevant, 10))),
    Figure("mrr_at_10", "MRR@10", _can(lambda m: metrics.reciprocal_rank(m.relevant))),
    Figure("ndcg_at_10", "nDCG@10", _can(lambda m: metrics.ndcg(m.relevant, m.gold_origins))),
    Figure("tokens_evaluated", "tokens read by the language model, mean a question",
           lambda m: float(m.evaluated), False),
    Figure("seconds", "seconds a question, mean", lambda m: m.seconds, None),
)  # fmt: skip
SELECTIVE = (
    Figure("aurc", "area under the risk-coverage curve", lambda m: m.confidence, False),
    Figure("coverage_at_5", "share of all questions answered at 5% risk", lambda m: m.confidence),
)
FIGURES: Mapping[str, Figure] = {figure.name: figure for figure in (*MEANS, *SELECTIVE)}
HEADLINE: Mapping[str, str] = {
    "right": "of the answerable questions right and fully supported",
    "abstention_recall": "of the unanswerable questions declined",
}
"""The two figures that count, together: either alone is easily had."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% bootstrap interval."""

    value: float
    low: float
    high: float
    count: int
    """Questions that it rests on."""

    def to_dict(self) -> dict[str, float]:
        """JSON form, rounded to four places."""
        return {
            "value": round(self.value, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "count": self.count,
        }


def summary(marks: Sequence[Mark]) -> dict[str, float]:
    """The figures of a run; those that concern none of the questions are left out."""
    found = {}
    for figure in MEANS:
        values = [value for mark in marks if (value := figure.value(mark)) is not None]
        if values:
            found[figure.name] = sum(values) / len(values)
    return {**found, **_selective(marks)}


def estimates(
    marks: Sequence[Mark], *, draws: int = DRAWS, seed: int = SEED
) -> dict[str, Estimate]:
    """The figures of a run with their intervals."""
    values = summary(marks)
    counts = {figure.name: 0 for figure in FIGURES.values()}
    drawn: dict[str, list[float]] = {name: [] for name in values}
    for figure in FIGURES.values():
        counts[figure.name] = sum(figure.value(mark) is not None for mark in marks)
    for sample in _resampled(marks, draws, seed):
        for name, value in sample.items():
            drawn[name].append(value)
    return {
        name: Estimate(value, *_interval(drawn[name], value), counts[name])
        for name, value in values.items()
    }


def change(now: Sequence[Mark], was: Sequence[Mark]) -> dict[str, Estimate]:
    """By how much each figure moved between two runs, on the questions that both asked.

    The same stories are drawn for both (a paired bootstrap), so that an interval that leaves
    out zero is a difference that the choice of stories does not explain.
    """
    before = {one.id: one for one in was}
    new = [one for one in now if one.id in before]
    old = [dataclasses.replace(before[one.id], story=one.story) for one in new]
    one, other = summary(new), summary(old)
    pairs = list(zip(_resampled(new, DRAWS, SEED), _resampled(old, DRAWS, SEED), strict=True))
    found = {}
    for name in one.keys() & other.keys():
        moved = [a[name] - b[name] for a, b in pairs if name in a and name in b]
        value = one[name] - other[name]
        found[name] = Estimate(value, *_interval(moved, value), len(new))
    return found


def rate(outcomes: Sequence[tuple[str, bool]], *, seed: int = SEED) -> Estimate:
    """The share of outcomes that are true, with its interval; each comes with its story."""
    if not outcomes:
        return Estimate(1.0, 0.0, 1.0, 0)
    stories = sorted({story for story, _ in outcomes})
    sums = np.array([sum(ok for s, ok in outcomes if s == story) for story in stories], float)
    sizes = np.array([sum(s == story for s, _ in outcomes) for story in stories], float)
    weights = _draws(len(stories), DRAWS, seed)
    means = (weights @ sums) / (weights @ sizes)
    value = float(sums.sum() / sizes.sum())
    return Estimate(value, *_interval(list(means), value), len(outcomes))


def by_category(marks: Sequence[Mark]) -> dict[str, Estimate]:
    """For each category the share that is right and supported, or rightly declined."""
    categories = sorted({mark.category for mark in marks})
    return {
        category: rate([(m.story, m.good) for m in marks if m.category == category])
        for category in categories
    }


def curve(marks: Sequence[Mark]) -> list[tuple[float, float]]:
    """The risk-coverage curve: coverage of all questions, and the risk there."""
    confidences, wrong = _confident(marks)
    found = metrics.risks(confidences, wrong)
    return [((at + 1) / len(marks), risk) for at, risk in enumerate(found)]


def _confident(marks: Sequence[Mark]) -> tuple[list[float], list[bool]]:
    """Of the questions that were answered: how sure, and whether the answer was wrong."""
    told = [(m.confidence, not m.good) for m in marks if not m.refused and m.confidence is not None]
    return [confidence for confidence, _ in told], [wrong for _, wrong in told]


def selective(confidences: Sequence[float], wrong: Sequence[bool], asked: int) -> dict[str, float]:
    """What is told of confidences: of those questions, of all that were asked, that were answered.

    Args:
        confidences: of the answers.
        wrong: whether each was.
        asked: how many questions there were, the declined ones among them.
    """
    if not confidences:
        return {}
    return {
        "aurc": metrics.aurc(confidences, wrong),
        "coverage_at_5": metrics.coverage_at(RISK, confidences, wrong, asked),
    }


def _selective(marks: Sequence[Mark]) -> dict[str, float]:
    return selective(*_confident(marks), len(marks))


def _resampled(marks: Sequence[Mark], draws: int, seed: int) -> list[dict[str, float]]:
    """The figures of `draws` samples of stories, drawn with replacement."""
    stories = sorted({mark.story for mark in marks})
    if not stories:
        return []
    place = {story: at for at, story in enumerate(stories)}
    weights = _draws(len(stories), draws, seed)
    samples: list[dict[str, float]] = [{} for _ in range(draws)]
    for figure in MEANS:
        sums, sizes = np.zeros(len(stories)), np.zeros(len(stories))
        for mark in marks:
            if (value := figure.value(mark)) is not None:
                sums[place[mark.story]] += value
                sizes[place[mark.story]] += 1
        totals, counts = weights @ sums, weights @ sizes
        for sample, total, count in zip(samples, totals, counts, strict=True):
            if count:
                sample[figure.name] = float(total / count)
    members = [[mark for mark in marks if mark.story == story] for story in stories]
    if any(mark.confidence is not None for mark in marks):
        for sample, weight in zip(samples, weights, strict=True):
            drawn = [m for at, times in enumerate(weight) for m in members[at] * int(times)]
            sample.update(_selective(drawn))
    return samples


def _draws(stories: int, draws: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """How often each story was drawn: shape [draws, stories]."""
    random = np.random.default_rng(seed)
    return random.multinomial(stories, np.full(stories, 1 / stories), size=draws)


def _interval(drawn: Sequence[float], value: float) -> tuple[float, float]:
    if not drawn:
        return value, value
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
