"""What each hand-written part of the pipeline is worth, with the reader on.

    python -m eval.bench.ablation [NAME ...] [--squad CORPUS.jsonl QUESTIONS.jsonl] [--work FOLDER]

Switches one part off after the other, asks the demo's questions (and a sample of the report half
of another set, if one is given), and prints a row of figures for each. What is not better with a
part than without it does not pay for its lines.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from eval.breaking import _function, exchanged
from eval.caching import CachedEncoder, CachedReader
from eval.figures import summary
from eval.metrics import contains_answer
from eval.questions import ARTICLES, load
from eval.reader.measure import sample
from eval.running import evaluate, latest
from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from rag import Assistant
from rag.reader.extractive import load_reader

Off = tuple[str, Callable[..., Any]]


def constant(value: Any) -> Callable[..., Any]:
    """A function that always gives this."""
    return lambda real, *args, **more: value


PARTS: dict[str, tuple[Off, ...]] = {
    "nothing": (),
    "prose": (("rag.request.asking:is_prose", constant(True)),),
    "only asks": (("rag.request.asking:only_asks", constant(False)),),
    "context": (("rag.quote:understandable", lambda real, question, one: one.span),),
    "demands": (("rag.decide.evidence:Demands.lacking", constant([])),),
    "numbers demanded": (("rag.text.numbers:carried", constant([])),),
    "days demanded": (("rag.request.timing:standing", constant("unknown")),),
    "speaker demanded": (("rag.decide.evidence:Demands.speaker", constant("theirs")),),
    "newest first": (("rag.quote:_published", constant(0)),),
    "on topic": (
        (
            "rag.decide.refusal:on_topic",
            lambda real, question, passages, *args: bool(passages),
        ),
    ),
    "kind of answer": (("rag.quote:_holds", constant(True)),),
    "values in quotations": (("rag.quote:_values", constant(frozenset())),),
    "suppositions": (("rag.decide.evidence:unsaid", constant(False)),),
    "superseding": (("rag.compare.conflicts:superseded", constant({})),),
    "disagreements": (("rag.compare.conflicts:disagreements", constant([])),),
    "several questions": (("rag.request.parts:parts", lambda real, text: [text]),),
    "periods": (("rag.request.periods:periods", constant(())),),
}
"""What is switched off, each as functions and what stands in for them."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(PARTS))
    parser.add_argument("--squad", type=Path, nargs=2)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--work", type=Path)
    chosen = parser.parse_args()
    encoder, reader = CachedEncoder(load_encoder()), CachedReader(load_reader())
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        work = chosen.work or Path(scratch)
        demo = stack.enter_context(_assistant(work / "demo", [ARTICLES], encoder, reader))
        squad = None
        rows: list[dict[str, Any]] = []
        if chosen.squad:
            corpus, questions = chosen.squad
            squad = stack.enter_context(_assistant(work / "squad", [corpus], encoder, reader))
            rows = [row for row in sample(questions, chosen.each) if row["half"] == "report"]
        for name in chosen.names:
            began = time.perf_counter()
            with ExitStack() as off:
                for target, instead in PARTS[name]:
                    off.enter_context(exchanged(_function(target), instead))
                marks = evaluate(demo, load())
                figures = {
                    half: summary([one for one in marks if one.split == half])
                    for half in ("tune", "report")
                }
                cells = [
                    f"{figures[half].get(key, float('nan')):.3f}"
                    for key in ("right", "over_refused", "abstention_recall", "short_right")
                    for half in ("tune", "report")
                ]
                cells += _squad(squad, rows) if squad else []
            print(
                f"| {name} | {' | '.join(cells)} | {time.perf_counter() - began:.0f} s", flush=True
            )


def _assistant(folder: Path, paths: Sequence[Path], encoder: Any, reader: Any) -> Assistant:
    with index_for(folder, encoder) as index:
        ingest(index, paths, encoder)
        with index.snapshot() as view:
            today = latest(view)
    return Assistant(index_for(folder, encoder), encoder, reader, None, today=today)


def _squad(assistant: Assistant, rows: Sequence[dict[str, Any]]) -> list[str]:
    right, refused, declined = [], [], []
    for row in rows:
        answer = assistant.ask(row["question"])
        if row["answerable"]:
            right.append(not answer.refused and contains_answer(answer.text, row["answers"]))
            refused.append(answer.refused)
        else:
            declined.append(answer.refused)
    return [f"{sum(some) / len(some):.3f}" for some in (right, refused, declined)]


if __name__ == "__main__":
    main()
