"""What a question costs, against what its parts cost by themselves.

    python -m eval.bench.speed [--index DIR] [--questions FILE] [--count 20]

Every question is asked once; then the very texts that it had encoded, the passages that
it had read and the prompts that it had written on are given to the bare models again. The
ratio says how much of a question is not the models; it and the tokens hold on any
machine, the seconds on this one.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.baseline import demo
from eval.questions import QUESTIONS, Known, load
from eval.running import latest
from index.embedding import Encoder, Vectors, load_encoder
from index.records import StoredChunk
from index.store import Index
from rag import Assistant
from rag.models.choice import load_llm
from rag.reader.extractive import load_reader
from rag.reader.reading import Reading

STAGES = ("retrieve", "generate", "check", "total")


@dataclass(slots=True)
class Listening:
    """A model that keeps what it is asked; all else goes through to the real one."""

    model: Any
    asked: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    larger: Listening | None = field(init=False, default=None)
    """The larger model of a reader."""

    def __post_init__(self) -> None:
        """Listen to the larger model too, where there is one."""
        if larger := getattr(self.model, "larger", None):
            self.larger = Listening(larger)

    def __getattr__(self, name: str) -> Any:
        """Whatever else the model has."""
        return getattr(self.model, name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """What the encoder gives."""
        self.asked.append(("encode", (list(texts),)))
        vectors: Vectors = self.model.encode(texts)
        return vectors

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[list[Reading]]:
        """What the reader makes of it."""
        self.asked.append(("read", (question, list(passages))))
        found: list[list[Reading]] = self.model.read(question, passages)
        return found

    def write(self, prompt: Any, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """What the language model writes."""
        self.asked.append(("write", (prompt, limit, grammar)))
        written: Iterator[str] = self.model.write(prompt, limit=limit, grammar=grammar)
        return written

    def replayed(self) -> float:
        """Seconds that the model alone takes for the same; what was asked is forgotten."""
        asked, self.asked = self.asked, []
        started = time.perf_counter()
        for name, arguments in asked:
            if name == "write":
                prompt, limit, grammar = arguments
                list(self.model.write(prompt, limit=limit, grammar=grammar))
            else:
                getattr(self.model, name)(*arguments)
        taken = time.perf_counter() - started
        return taken + (self.larger.replayed() if self.larger else 0.0)


@dataclass(frozen=True, slots=True)
class Cost:
    """One question: seconds of its stages and of the bare models, and tokens."""

    stages: dict[str, float]
    encoding: float
    reading: float
    language: float
    evaluated: int
    generated: int


def main() -> None:
    """Ask, replay, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--index", type=Path, help="by default one made of the demo archive")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--count", type=int, default=20)
    chosen = parser.parse_args()
    encoder = load_encoder()
    with ExitStack() as stack:
        opened = stack.enter_context(
            Index.open(chosen.index, encoder) if chosen.index else demo(encoder)
        )
        questions = load(chosen.questions)
        step = max(1, len(questions) // chosen.count)
        print(table(measured(opened, encoder, load_llm(), questions[::step][: chosen.count])))


def measured(index: Index, encoder: Encoder, llm: Any, questions: Sequence[Known]) -> list[Cost]:
    """The cost of each question but the first, which warms everything up."""
    ears, eyes, mind = Listening(encoder), Listening(load_reader()), Listening(llm)
    assistant = Assistant(index, ears, eyes, mind, today=latest(index))
    costs = []
    for known in questions:
        answer = assistant.ask(known.question, known.history, known.since, known.until)
        cost = Cost(
            dict(answer.seconds),
            ears.replayed(),
            eyes.replayed(),
            mind.replayed(),
            answer.tokens["evaluated"],
            answer.tokens["generated"],
        )
        costs.append(cost)
    return costs[1:]


def table(costs: Sequence[Cost]) -> str:
    """Medians, and the question as a multiple of the bare models."""

    def middle(values: Sequence[float]) -> float:
        return statistics.median(values) if values else 0.0

    bare = [cost.encoding + cost.reading + cost.language for cost in costs]
    ratios = [
        cost.stages["total"] / alone for cost, alone in zip(costs, bare, strict=True) if alone
    ]
    lines = [f"questions {len(costs)}; medians"]
    lines += [f"  {stage:9} {middle([c.stages[stage] for c in costs]):8.3f} s" for stage in STAGES]
    lines += [
        f"  bare encoding {middle([c.encoding for c in costs]):8.3f} s",
        f"  bare reading  {middle([c.reading for c in costs]):8.3f} s",
        f"  bare language {middle([c.language for c in costs]):8.3f} s",
        f"question / bare models {middle(ratios):.3f}",
        f"tokens evaluated {middle([float(c.evaluated) for c in costs]):.0f} "
        f"(most {max((c.evaluated for c in costs), default=0)}), "
        f"generated {middle([float(c.generated) for c in costs]):.0f}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
