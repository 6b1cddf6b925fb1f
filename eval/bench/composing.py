"""Compose against quote, in numbers: the same questions answered both ways.

    python -m eval.bench.composing [--model MODEL] [--limit N] [--corpus CORPUS QUESTIONS]
        [--write ANSWERS.txt]

Asked are the report half of the demo questions, or of another set (CORPUS.jsonl, QUESTIONS.jsonl);
what right, supported and declined mean stands in `eval/README.md`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from eval.caching import CachedEncoder, CachedReader
from eval.figures import summary
from eval.marks import Mark
from eval.questions import ARTICLES, Known, load
from eval.reader.measure import sample
from eval.running import evaluate, latest
from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from rag import Answer, Assistant
from rag.assistant import Mode
from rag.models.choice import load_llm
from rag.models.llm import LLM
from rag.reader.extractive import load_reader
from rag.selftest import NEEDED, cases, passes
from rag.text.words import words

EACH = 250
"""Questions of each half and kind that another set is sampled to, as in `eval.reader.measure`."""
HOWS = ("kept", "recited", "quoted", "dropped")
FIGURES = ("right", "over_refused", "abstention_recall", "supported", "short_right")


@dataclass(slots=True)
class Column:
    """One way of answering, and what came of it."""

    name: Mode
    marks: list[Mark] = field(default_factory=list)
    became: Counter[str] = field(default_factory=Counter)
    answers: list[Answer] = field(default_factory=list)
    """Those that are no refusals."""

    def add(self, known: Known, answer: Answer) -> None:
        """Count an answer."""
        self.became.update(answer.checks)
        if not answer.refused:
            self.answers.append(answer)

    def rows(self) -> dict[str, str]:
        """The figures, each as it is printed."""
        figures = summary(self.marks)
        said = [sum(len(words(one.text)) for one in answer.sentences) for answer in self.answers]
        return {
            "questions": str(len(self.marks)),
            **{name: f"{figures[name]:.3f}" for name in FIGURES if name in figures},
            **{f"sentences {how}": str(self.became[how]) for how in HOWS},
            "words, median": _median(said),
            "tokens of a prompt": _median([one.tokens["evaluated"] for one in self.answers]),
            "tokens written": _median([one.tokens["generated"] for one in self.answers]),
            "seconds, median": _median([one.seconds["total"] for one in self.answers]),
        }


def main() -> None:
    """Ask the questions both ways and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", help="who composes, as `--model` of the program; else pip's")
    parser.add_argument("--limit", type=int, default=0, help="only so many questions, half of each")
    parser.add_argument("--corpus", type=Path, nargs=2, metavar=("CORPUS", "QUESTIONS"))
    parser.add_argument("--write", type=Path, help="the composed answers as printed")
    chosen = parser.parse_args()
    corpus, questions = chosen.corpus or (ARTICLES, None)
    encoder, reader = CachedEncoder(load_encoder()), CachedReader(load_reader())
    if llm := load_llm(chosen.model):
        report_selftest(llm)
    every = _of(questions) if questions else load()
    asked = _some([known for known in every if known.split == "report"], chosen.limit)
    columns = [Column("quote"), Column("compose")]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        index = stack.enter_context(index_for(Path(folder) / "index", encoder))
        ingest(index, [corpus], encoder)
        for column in columns:
            assistant = Assistant(
                index, encoder, reader, llm, mode=column.name, today=latest(index)
            )
            column.marks = evaluate(assistant, asked, column.add)
    if chosen.write:
        texts = [f"{answer.question}\n{answer.text}\n" for answer in columns[1].answers]
        chosen.write.write_text("\n".join(texts), "utf-8")
    tables = [column.rows() for column in columns]
    print(f"{'':24}" + "".join(f" {column.name:>10}" for column in columns))
    for name in tables[0]:
        print(f"{name:24}" + "".join(f" {table.get(name, '-'):>10}" for table in tables))


def _of(path: Path) -> list[Known]:
    """The questions of another set; the half that is for reporting is that of the other benches."""
    return [
        Known(
            row["id"],
            row["question"],
            "fact" if row["answerable"] else "near_miss",
            row["answerable"],
            tuple(row["answers"]),
            tuple(row["gold"]),
            split=row["half"],
        )
        for row in sample(path, EACH)
    ]


def _some(questions: Sequence[Known], limit: int) -> list[Known]:
    """So many of the questions at even distances, half of them answerable; all without a limit."""
    if not limit:
        return list(questions)
    kinds = [[one for one in questions if one.answerable is kind] for kind in (True, False)]
    return [kind[at * len(kind) * 2 // limit] for at in range(limit // 2) for kind in kinds]


def report_selftest(llm: LLM) -> None:
    """Print how the model does in each case of the self-test, and what `auto` makes of it."""
    right = [passes(llm, case) for case in cases()]
    way = "compose" if sum(right) >= NEEDED else "quote"
    print(
        f"{llm.name}: self-test {sum(right)} of {len(right)} (needed: {NEEDED}); auto picks {way}"
    )


def _median(values: Sequence[float]) -> str:
    return f"{median(values):.3g}" if values else "-"


if __name__ == "__main__":
    main()
