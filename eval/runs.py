"""A run with all that a report tells of it, and two runs held against each other.

What is said here is plain text; `eval.page` and `eval.markdown` make it safe to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.figures import FIGURES, HEADLINE, Estimate, by_category, change, curve
from eval.marks import Mark
from eval.mutations import MUTATIONS, Trial
from eval.running import Results

NO_SHARES: Mapping[str, str] = {"tokens_evaluated": ".1f", "seconds": ".2f", "aurc": ".3f"}
"""Figures that are no shares, and how they are written."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Answers": ("right", "contains", "f1", "short_right", "complete", "differing_told",
                "differing_wrongly", "says_never"),
    "Declining": ("abstention_recall", "abstention_precision", "over_refused", "repeats_claims",
                  "aurc", "coverage_at_5"),
    "Grounding": ("supported", "l1_support", "exact_quotes", "citation_recall",
                  "citation_precision", "cites_gold", "cites_copies", "reads_copies",
                  "within_dates"),
    "Finding": ("hits_at_1", "hits_at_4", "hits_at_10", "mrr_at_10", "ndcg_at_10"),
    "Cost": ("tokens_evaluated", "seconds"),
}  # fmt: skip
"""The figures as a reader looks for them."""
CHANGES: Mapping[str, tuple[str, str]] = {
    "removed": ("the articles that answer are taken out", "it declines"),
    "changed": ("they give another number, date or name", "it gives that one, or declines"),
    "negated": ("the sentences that answer are negated", "it denies it too, or declines"),
    "permuted": ("all articles are stored in another order", "it cites the same stories"),
    "duplicated": ("the articles that answer come twice more", "it cites the same stories"),
    "poisoned": ("an article gives orders and claims a false value", "it is as it was"),
}
"""For each mutation: what is done to the archive, and when the answer holds."""


class Run:
    """A run with all that is worked out from it, once."""

    def __init__(self, results: Results, name: str) -> None:
        self.name = name
        self.results = results
        self.figures = results.figures
        self.mutations = results.mutations
        self.categories = by_category(results.marks)
        self.curve = curve(results.marks)
        self.marks: Mapping[str, Mark] = {one.id: one for one in results.marks}

    @property
    def about(self) -> str:
        """What the run was made with."""
        told = [f"{value} {key}" if value.isdigit() else f"{key} {value}"
                for key, value in self.results.about.items()]  # fmt: skip
        return ", ".join([counted(len(self.marks), "question"), *told])


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is about, each run's estimate, and how they differ."""

    name: str
    title: str
    estimates: tuple[Estimate | None, ...]
    change: Estimate | None = None

    @property
    def verdict(self) -> str:
        """Better or worse, where the interval of the difference leaves out zero; else empty."""
        figure = FIGURES.get(self.name)
        if self.change is None or figure is None or figure.more_is_better is None:
            return ""
        if self.change.low <= 0 <= self.change.high:
            return ""
        return "better" if (self.change.value > 0) == figure.more_is_better else "worse"


def headline(run: Run) -> str:
    """The two figures that count, in a line."""
    return "; ".join(
        f"{value} {interval} {said}" for value, interval, said in headlines(run)
    )  # fmt: skip


def headlines(run: Run) -> list[tuple[str, str, str]]:
    """The two figures that count: value, interval, and of what."""
    return [
        (*told(run.figures[name], name)[:2], said)
        for name, said in HEADLINE.items()
        if name in run.figures
    ]


def tables(runs: Sequence[Run]) -> dict[str, list[Row]]:
    """The figures of the runs by group; those that no run has are left out."""
    moved = change(runs[0].results.marks, runs[1].results.marks) if len(runs) > 1 else {}
    found = {}
    for group, names in GROUPS.items():
        rows = [
            Row(name, FIGURES[name].title, tuple(run.figures.get(name) for run in runs),
                moved.get(name))
            for name in names
            if any(name in run.figures for run in runs)
        ]  # fmt: skip
        if rows:
            found[group] = rows
    return found


def pairs(runs: Sequence[Mapping[str, Estimate]]) -> list[tuple[str, list[Estimate | None]]]:
    """Each name that one of the runs has, with every run's estimate."""
    names = dict.fromkeys(name for run in runs for name in run)
    return [(name.replace("_", " "), [run.get(name) for run in runs]) for name in names]


def told(one: Estimate, name: str = "") -> tuple[str, str, str]:
    """An estimate in words: its value, its interval in brackets, and of how many."""
    form = NO_SHARES.get(name, ".1%")
    interval = f"[{one.low:{form}}, {one.high:{form}}]"
    return f"{one.value:{form}}", interval, f"of {one.count}"


def told_change(one: Estimate, name: str) -> tuple[str, str]:
    """A difference in words: by how much, shares in points of a hundred, and its interval."""
    form, times = (f"+{NO_SHARES[name]}", 1) if name in NO_SHARES else ("+.1f", 100)
    value, low, high = (_signed(number * times, form) for number in (one.value, one.low, one.high))
    return value, f"[{low}, {high}]"


def _signed(number: float, form: str) -> str:
    text = f"{number:{form}}"
    return text[1:] if not any(char in "123456789" for char in text) else text.replace("-", "−")


def outcomes(trials: Sequence[Trial]) -> list[tuple[str, str, str, str]]:
    """For each mutation that was tried: its name, what is done, when it holds, what came of it."""
    found = []
    for name in MUTATIONS:
        every = [trial.outcome for trial in trials if trial.mutation == name]
        counts = ", ".join(f"{every.count(one)} {one}" for one in dict.fromkeys(every))
        found += [(name, *CHANGES[name], counts)] if every else []
    return found


def lost(run: Run, other: Run, most: float) -> list[str]:
    """A line for each figure that is worse than in the other run by more than `most`."""
    found = []
    for name, one in run.figures.items():
        figure = FIGURES[name]
        if figure.more_is_better is None or name in NO_SHARES or name not in other.figures:
            continue
        was = other.figures[name].value
        if (was - one.value if figure.more_is_better else one.value - was) > most + 1e-9:
            found.append(f"{name} was {was:.3f} and is {one.value:.3f}")
    for name, one in run.mutations.items():
        if name in other.mutations and other.mutations[name].value - one.value > most + 1e-9:
            found.append(
                f"mutation {name} was {other.mutations[name].value:.3f} and is {one.value:.3f}"
            )
    return found


def differing(runs: Sequence[Run]) -> list[tuple[Mark, Mark]]:
    """The questions that turned right or wrong between two runs: new mark, old mark."""
    if len(runs) < 2:
        return []
    now, was = runs[0].marks, runs[1].marks
    both = [(now[i], was[i]) for i in now if i in was and now[i].good != was[i].good]
    return sorted(both, key=lambda pair: pair[0].good)


def reworded(runs: Sequence[Run]) -> int:
    """How many answers differ between two runs without having turned right or wrong."""
    now, was = runs[0].marks, runs[1].marks
    both = [(now[i], was[i]) for i in now if i in was]
    return sum(one.good == other.good and one.text != other.text for one, other in both)


def counted(number: int, what: str) -> str:
    """A number of things: "1 question", "2 questions"."""
    return f"{number} {what}{'' if number == 1 else 's'}"
