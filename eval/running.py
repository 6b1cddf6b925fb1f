"""Ask every question, mark every answer, and keep the result in a form that can be compared.

What each figure means stands in `eval/README.md`. Nothing here knows how answers
come about.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.figures import Estimate, by_category, estimates, rate, summary
from eval.marks import Mark, mark
from eval.mutations import Trial
from eval.questions import Known, stories
from index.errors import BadRequest
from index.protocols import View
from rag import Answer, Assistant

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Results:
    """One run, as `results.json` holds it."""

    marks: tuple[Mark, ...]
    trials: tuple[Trial, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    """Model, encoder, number of articles, day: whatever names the run."""

    @property
    def figures(self) -> dict[str, Estimate]:
        """The figures with their intervals."""
        return estimates(self.marks)

    @property
    def mutations(self) -> dict[str, Estimate]:
        """For each mutation, the share of trials that held."""
        names = dict.fromkeys(trial.mutation for trial in self.trials)
        return {
            name: rate([(t.story, t.held) for t in self.trials if t.mutation == name])
            for name in names
        }

    def to_dict(self) -> dict[str, Any]:
        """JSON form; the figures stand in it for reading, and are made anew from the marks."""
        return {
            "format": FORMAT,
            "about": dict(self.about),
            "figures": {name: one.to_dict() for name, one in self.figures.items()},
            "categories": {name: one.to_dict() for name, one in by_category(self.marks).items()},
            "mutations": {name: one.to_dict() for name, one in self.mutations.items()},
            "questions": [one.to_dict() for one in self.marks],
            "trials": [one.to_dict() for one in self.trials],
        }

    def save(self, path: Path) -> None:
        """Write `to_dict` as JSON."""
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Results:
        """The results that `save` wrote.

        Raises:
            BadRequest: it is no such file, or one of another version.
        """
        try:
            row = json.loads(path.read_text("utf-8"))
            if row["format"] != FORMAT:
                raise ValueError(f"its format is {row['format']}, and this Byline reads {FORMAT}")
            return cls(
                tuple(Mark.from_dict(one) for one in row["questions"]),
                tuple(Trial.from_dict(one) for one in row["trials"]),
                {str(key): str(value) for key, value in row["about"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadRequest(
                f"{path} is no results.json of byline eval ({type(error).__name__}: {error}). "
                "Run byline eval again to make one."
            ) from error


def evaluate(
    assistant: Assistant,
    questions: Iterable[Known],
    each: Callable[[Known, Answer], None] | None = None,
    only: Mapping[str, Any] | None = None,
) -> list[Mark]:
    """Ask the questions and mark the answers, in order.

    Raises:
        UnknownArticle: a gold article is not in the index.
    """
    every = list(questions)
    story = stories(every, lambda article: assistant.index.card(article).origin)
    marks = []
    for known in every:
        asked = known.question, known.history, known.since, known.until
        answer = assistant.ask(*asked, **(only or {}))
        marks.append(mark(known, answer, assistant, story[known.id]))
        if each is not None:
            each(known, answer)
    return marks


def latest(index: View) -> dt.date | None:
    """The day of the latest article: what "last week" is reckoned from, whenever a run is made."""
    return max((card.published for card in index.articles() if card.published), default=None)


def untimed(marks: Iterable[Mark]) -> list[Mark]:
    """The same marks without seconds, which no two runs share."""
    return [dataclasses.replace(one, seconds=0.0) for one in marks]


def in_words(marks: Sequence[Mark]) -> list[str]:
    """The figures of both halves side by side, and the categories, as lines to print."""
    halves = {half: [one for one in marks if one.split == half] for half in ("tune", "report")}
    sums = {half: summary(some) for half, some in halves.items() if some}
    return [
        f"{'':22} " + " ".join(f"{half:>9}" for half in sums),
        *(
            f"{name:22} "
            + " ".join(f"{some.get(name, float('nan')):9.3f}" for some in sums.values())
            for name in summary(marks)
        ),
        *(
            f"  {name:20} {one.value:6.3f}  [{one.low:.3f}, {one.high:.3f}]  of {one.count}"
            for name, one in by_category(marks).items()
        ),
    ]
