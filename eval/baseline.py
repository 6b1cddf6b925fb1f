"""What `pytest eval/` holds a run against: figures, their tolerances, and every question.

    python -m eval.baseline            compare a fresh run with eval/baseline.json
    python -m eval.baseline --write    and write the run as the new baseline

The tolerances come from noise that is measured when the baseline is written: the run is
repeated with a little noise on vectors and readings (`eval.caching.Noise`), as
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

from eval import requests
from eval.caching import CachedEncoder, CachedReader, Noise
from eval.checking import library, tally
from eval.comparing import (
    EXACT,
    Baseline,
    changed,
    differences,
    excerpt,
    faulty,
    held,
    one_question,
    told,
    values,
    worse,
)
from eval.figures import FIGURES, Estimate, summary
from eval.marks import Mark
from eval.mutations import EACH, MUTATIONS, trials
from eval.questions import ARTICLES, Known, load
from eval.running import Results, evaluate, in_words, latest, untimed
from index.embedding import Encoder, load_encoder
from index.ingesting import index_for, ingest
from index.store import Index
from rag import Assistant
from rag.models.choice import load_llm
from rag.reader.extractive import load_reader

BASELINE = Path(__file__).parent / "baseline.json"
NOISY_RUNS = 2


def read(path: Path = BASELINE) -> Baseline:
    """The baseline as it was written."""
    kept: Baseline = json.loads(path.read_text("utf-8"))
    return kept


def as_text(kept: Baseline) -> str:
    """A baseline as JSON, one question, article or figure a line: so a difference can be read."""
    return _in_lines(kept, 0) + "\n"


def _in_lines(value: Any, depth: int) -> str:
    if depth == 2 or not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    rows = [
        f"{' ' * (depth + 1)}{json.dumps(name)}: {_in_lines(one, depth + 1)}"
        for name, one in value.items()
    ]
    return "{\n" + ",\n".join(rows) + f"\n{' ' * depth}}}"


def as_baseline(
    results: Results,
    noisy: Sequence[Results],
    articles: Mapping[str, Mapping[str, str]],
    kept: Baseline,
    stamp: Mapping[str, str],
) -> dict[str, Any]:
    """What is kept of a run.

    Args:
        results: the run.
        noisy: the same with noise, from which the tolerances come.
        articles: what the archive holds, as `eval.comparing.held` tells.
        kept: the baseline before, which knows since when a question is right or wrong.
        stamp: commit and date of this one.
    """
    moved = [summary(run.marks) for run in noisy]
    swayed = [{name: one.value for name, one in run.mutations.items()} for run in noisy]
    return {
        "stamp": dict(stamp),
        "about": dict(results.about),
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
                "text": excerpt(one.text),
                "since": _since(one, kept, stamp),
                "confidence": told(one),
                "values": values(one),
            }
            for one in results.marks
        },
        "trials": {
            name: {
                one.id: {"held": one.held, "outcome": one.outcome}
                for one in results.trials
                if one.mutation == name
            }
            for name in results.mutations
        },
        "articles": {name: dict(one) for name, one in articles.items()},
    }


def _tolerance(name: str, was: Estimate, noisy: Sequence[Mapping[str, float]]) -> float:
    """As far as the noise moved a figure, and one question at least.

    A question that weighs one counts as one; in tokens it counts as the mean.
    """
    moved = max((abs(other[name] - was.value) for other in noisy if name in other), default=0.0)
    return round(max(moved, one_question(was.value, was.count)), 4)


def _since(mark: Mark, kept: Baseline, stamp: Mapping[str, str]) -> Mapping[str, str]:
    """The stamp of the baseline at which the question became what it is."""
    was = kept.get("questions", {}).get(mark.id)
    since: Mapping[str, str] = was["since"] if was and was["right"] == mark.good else stamp
    return dict(since)


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


def run(
    assistant: Assistant,
    questions: Sequence[Known],
    each: int = EACH,
    mutations: Sequence[str] = tuple(MUTATIONS),
) -> Results:
    """Ask everything and try the mutations."""
    marks = untimed(evaluate(assistant, questions))
    tried = trials(assistant, questions, marks, each=each, mutations=mutations)
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
    encoder, llm = CachedEncoder(load_encoder()), load_llm()
    reader = CachedReader(load_reader())
    questions = load()
    kept = read() if BASELINE.exists() else {}
    with demo(encoder) as index:
        assistant = Assistant(index, encoder, reader, llm, today=latest(index))
        results = run(assistant, questions, chosen.each)
        asked = requests.answered(assistant, requests.load())
        articles = held(index)
        for line in (
            *in_words(results.marks),
            *differences(results, articles, kept),
            *changed(results.marks, kept),
        ):
            print(line)
        if not chosen.write:
            for line in (
                *faulty(results.marks),
                *worse(results, kept),
                *requests.worse(asked, kept.get("requests", {})),
            ):
                print("WORSE:", line)
            return
        noisy = []
        for seed in range(1, chosen.noisy + 1):
            noise = Noise(seed)
            jittered = Assistant(
                index,
                CachedEncoder(encoder, noise),
                CachedReader(reader, noise),
                llm,
                today=latest(index),
            )
            noisy.append(run(jittered, questions, chosen.each))
        stamp = {"commit": commit(), "date": dt.date.today().isoformat()}
        made = as_baseline(results, noisy, articles, kept, stamp)
        made["planted"] = tally(library())
        made["requests"] = requests.tally(asked)
    BASELINE.write_text(as_text(made), "utf-8")
    print(f"wrote {BASELINE}")


if __name__ == "__main__":
    main()
