"""What `pytest eval/` holds a run against: figures, their tolerances, and every question.

    python -m eval.baseline            compare a fresh run with eval/baseline.json
    python -m eval.baseline --write    and write the run as the new baseline

The tolerances come from noise that is measured when the baseline is written: the run is
repeated with a little noise on vectors and log-probabilities (`eval.caching.Noise`), as
another processor would add it by rounding. A figure may get worse by as much as the noise
made it move, and by one question at least.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval.caching import CachedEncoder, Noise, remembering
from eval.figures import FIGURES, Estimate, summary
from eval.marks import Mark
from eval.mutations import EACH, MUTATIONS, trials
from eval.questions import ARTICLES, Known, load
from eval.running import Results, evaluate, in_words, latest, untimed
from index.embedding import Encoder, load_encoder
from index.ingesting import index_for, ingest
from index.store import Index
from rag import Assistant
from rag.models.llm import load_llm

BASELINE = Path(__file__).parent / "baseline.json"
EXACT = ("supported", "exact_quotes", "within_dates", "cites_copies")
"""Figures that hold for every answer or are broken: no noise excuses one of them."""
NOISY_RUNS = 2
EXCERPT = 240
"""Characters kept of an answer: enough to see what it was."""

Baseline = Mapping[str, Any]


def read(path: Path = BASELINE) -> Baseline:
    """The baseline as it was written."""
    kept: Baseline = json.loads(path.read_text("utf-8"))
    return kept


def worse(results: Results, kept: Baseline) -> list[str]:
    """A line for each figure and mutation that is worse than the baseline tolerates."""
    found = []
    for name, estimate in results.figures.items():
        if FIGURES[name].more_is_better is not None:
            loss = _loss(name, estimate.value, kept["figures"], FIGURES[name].more_is_better)
            found += [loss] if loss else []
    for name, estimate in results.mutations.items():
        loss = _loss(name, estimate.value, kept.get("mutations", {}), True)
        found += [f"mutation {loss}"] if loss else []
    gone = [name for name in kept.get("mutations", {}) if name not in results.mutations]
    return found + [f"mutation {name} was not tried" for name in gone]


def _loss(
    name: str, value: float, kept: Mapping[str, Mapping[str, float]], more: bool | None
) -> str:
    """What is to be said of a figure; empty where it is as good as it was."""
    if name not in kept or "tolerance" not in kept[name]:
        return f"{name} is not in the baseline; write it: python -m eval.baseline --write"
    was, tolerance = kept[name]["value"], kept[name]["tolerance"]
    if (was - value if more else value - was) <= tolerance + 5e-5:  # kept with four places
        return ""
    return f"{name} was {was:.4f} and is {value:.4f} (tolerance {tolerance:.4f})"


def changed(marks: Sequence[Mark], kept: Baseline) -> list[str]:
    """The questions whose answers turned right or wrong, in three lines each, the wrong first."""
    found = []
    for one in sorted(marks, key=lambda mark: mark.good):
        was = kept.get("questions", {}).get(one.id)
        if was is None or was["right"] == one.good:
            continue
        since = f"{was['since']['commit']} of {was['since']['date']}"
        head = "now right, was wrong" if one.good else "NOW WRONG, was right"
        why = f" ({'; '.join(one.faults)})" if one.faults else ""
        found += [
            f"{one.id} [{one.category}] {head} since {since}{why}: {one.question}",
            f"    was: {_excerpt(was['text'])}",
            f"    is:  {_excerpt(one.text)}",
        ]
    return found


def as_baseline(
    results: Results,
    noisy: Sequence[Results],
    origins: int,
    kept: Baseline,
    stamp: Mapping[str, str],
) -> dict[str, Any]:
    """What is kept of a run.

    Args:
        results: the run.
        noisy: the same with noise, from which the tolerances come.
        origins: stories in the archive, copies counted once.
        kept: the baseline before, which knows since when a question is right or wrong.
        stamp: commit and date of this one.
    """
    moved = [summary(run.marks) for run in noisy]
    swayed = [{name: one.value for name, one in run.mutations.items()} for run in noisy]
    return {
        "stamp": dict(stamp),
        "about": dict(results.about),
        "origins": origins,
        "figures": {
            name: {
                **one.to_dict(),
                "tolerance": 0.0 if name in EXACT else _tolerance(name, one, moved),
            }
            for name, one in results.figures.items()
            if FIGURES[name].more_is_better is not None
        },
        "mutations": {
            name: {**one.to_dict(), "tolerance": _tolerance(name, one, swayed)}
            for name, one in results.mutations.items()
        },
        "questions": {
            one.id: {
                "right": one.good,
                "text": _excerpt(one.text),
                "since": _since(one, kept, stamp),
            }
            for one in results.marks
        },
    }


def _tolerance(name: str, was: Estimate, noisy: Sequence[Mapping[str, float]]) -> float:
    """As far as the noise moved a figure, and one question at least.

    A question that weighs one counts as one; in tokens it counts as the mean.
    """
    moved = max((abs(other[name] - was.value) for other in noisy if name in other), default=0.0)
    return round(max(moved, max(1.0, abs(was.value)) / max(was.count, 1)), 4)


def _since(mark: Mark, kept: Baseline, stamp: Mapping[str, str]) -> Mapping[str, str]:
    """The stamp of the baseline at which the question became what it is."""
    was = kept.get("questions", {}).get(mark.id)
    since: Mapping[str, str] = was["since"] if was and was["right"] == mark.good else stamp
    return dict(since)


def _excerpt(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= EXCERPT else folded[: EXCERPT - 1] + "…"


@contextmanager
def demo(encoder: Encoder) -> Iterator[Index]:
    """A fresh index of the demo archive in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="byline-eval-") as folder,
        index_for(Path(folder) / "index", encoder) as index,
    ):
        report = ingest(index, [ARTICLES], encoder)
        assert not report.problems, report.problems
        yield index


def run(assistant: Assistant, questions: Sequence[Known], each: int = EACH) -> Results:
    """Ask everything and try every mutation."""
    marks = untimed(evaluate(assistant, questions))
    tried = trials(assistant, questions, marks, each=each, mutations=tuple(MUTATIONS))
    about = {
        "model": assistant.llm.name if assistant.llm is not None else "none",
        "encoder": assistant.encoder.name,
        "articles": str(assistant.index.counts().articles),
    }
    return Results(tuple(marks), tuple(tried), about)


def commit() -> str:
    """The commit that is checked out, with a plus where files differ from it; or "unknown"."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def main() -> None:
    """Compare a fresh run with the baseline; write it as the new one where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the run as the new baseline")
    parser.add_argument("--noisy", type=int, default=NOISY_RUNS, help="runs with noise, to write")
    parser.add_argument("--each", type=int, default=EACH, help="questions for each mutation")
    chosen = parser.parse_args()
    encoder, llm = CachedEncoder(load_encoder()), remembering(load_llm())
    questions = load()
    kept = read() if BASELINE.exists() else {}
    with demo(encoder) as index:
        results = run(Assistant(index, encoder, llm, today=latest(index)), questions, chosen.each)
        for line in [*in_words(results.marks), *changed(results.marks, kept)]:
            print(line)
        if not chosen.write:
            for line in worse(results, kept):
                print("WORSE:", line)
            return
        noisy = []
        for seed in range(1, chosen.noisy + 1):
            noise = Noise(seed)
            jittered = Assistant(
                index,
                CachedEncoder(encoder, noise),
                remembering(llm, noise),
                today=latest(index),
            )
            noisy.append(run(jittered, questions, chosen.each))
        stamp = {"commit": commit(), "date": dt.date.today().isoformat()}
        made = as_baseline(results, noisy, index.counts().origins, kept, stamp)
    BASELINE.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"wrote {BASELINE}")


if __name__ == "__main__":
    main()
