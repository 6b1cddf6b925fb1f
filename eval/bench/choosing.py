"""How well sentences are chosen and questions declined, beside each single score.

    python -m eval.bench.choosing CORPUS.jsonl QUESTIONS.jsonl --work FOLDER [--each 300]

Every question is asked of the whole corpus. Each method ranks sentences, and its evidence
is the best one (or the best three), quoted with what a reader needs around them. Its own
best score says whether it answers; the threshold is the one that refuses a tenth of the
answerable questions of the tuning half. The figures are those of the other half, and a
plot of risk against coverage is written to FOLDER/risk_coverage.png.

    cosine    the encoder's, of the question and the bare sentence, over all sentences
    BM25      of the sentences (SQLite FTS5), over all sentences
    fusion    both, mixed as passages are (rag.retrieve)
    floor     the best paragraph by BM25, then the sentence with most of the question's words
    Byline    rag.decide.evidence; a sentence that a better one's quotation shows is left out
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.metrics import contains_answer
from eval.reader.measure import DECLINED, auc, sample
from index.embedding import Encoder, Vectors, load_encoder
from index.ingesting import index_for, ingest
from index.queries import Snapshot
from index.records import Span
from rag.decide.evidence import candidates
from rag.quote import understandable
from rag.reader.extractive import load_reader
from rag.reader.reading import Reader
from rag.records import Candidate, Passage
from rag.request.question import Question
from rag.retrieve import DEPTH, LEXICAL_SHARE, retrieve
from rag.text.words import coverage, stems, weights


@dataclass(frozen=True, slots=True)
class Result:
    """What one method made of one question."""

    hit_one: bool
    hit_three: bool
    score: float


Ranked = Sequence[tuple[Candidate, float]]


@dataclass(slots=True)
class Sentences:
    """Every sentence of the archive, with its vector and a full-text index."""

    all: list[Candidate]
    vectors: Vectors
    table: sqlite3.Connection

    @classmethod
    def of(cls, view: Snapshot, encode: Callable[[Sequence[str]], Vectors]) -> Sentences:
        """Read them out of an index."""
        found = []
        for stored in view.passages(every_chunk(view)):
            passage = Passage(stored, 0.0, 0.0, 0.0)
            for span in stored.chunk.sentences:
                found.append(Candidate(passage, span, stored.chunk.part(span), span))
        table = sqlite3.connect(":memory:")
        table.execute("CREATE VIRTUAL TABLE s USING fts5(text, tokenize='porter unicode61')")
        table.executemany(
            "INSERT INTO s(rowid, text) VALUES (?, ?)",
            [(at, one.text) for at, one in enumerate(found)],
        )
        return cls(found, encode([one.text for one in found]), table)

    def cosine(self, question: Question, vector: Vectors) -> dict[int, float]:
        """The nearest sentences by vector."""
        scores = self.vectors @ vector
        best = np.argsort(-scores)[:DEPTH]
        return {int(at): float(scores[at]) for at in best}

    def bm25(self, question: Question, vector: Vectors) -> dict[int, float]:
        """The best sentences by BM25."""
        asked = " OR ".join('"' + term.replace('"', "") + '"' for term in question.terms)
        rows = self.table.execute(
            "SELECT rowid, -bm25(s) FROM s WHERE s MATCH ? ORDER BY bm25(s) LIMIT ?",
            (asked, DEPTH),
        )
        return {int(at): float(score) for at, score in rows}

    def fusion(self, question: Question, vector: Vectors) -> dict[int, float]:
        """Both, mixed as `rag.retrieve` mixes them for passages."""
        lexical = self.bm25(question, vector)
        cosines = self.cosine(question, vector)
        best = max(lexical.values(), default=1.0)
        places = set(lexical) | set(cosines)
        return {
            at: LEXICAL_SHARE * lexical.get(at, 0.0) / best
            + (1 - LEXICAL_SHARE) * float(self.vectors[at] @ vector)
            for at in places
        }

    def ranked(self, scores: Mapping[int, float]) -> Ranked:
        """Sentences with their scores, best first."""
        return sorted(
            ((self.all[at], score) for at, score in scores.items()), key=lambda row: -row[1]
        )


def every_chunk(view: Snapshot) -> list[int]:
    """The ids of all chunks."""
    return [int(number) for block in view.vector_blocks() for number in block[0]]


def main() -> None:
    """Ask all questions of all methods; print the table; draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--each", type=int, default=10_000, help="questions of each half and kind")
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    rows = sample(chosen.questions, chosen.each)
    encoder = load_encoder()
    with index_for(chosen.work / "index", encoder) as index:
        ingest(index, [chosen.corpus], encoder)
        with index.snapshot() as view:
            results = asked(view, rows, encoder, load_reader())
    curves = {}
    print(f"{'':8} {'hit@1':>7} {'hit@3':>7} {'AUC':>7} {'prec.':>7} {'recall':>7} {'refused':>8}")
    for name, found in results.items():
        tune, report = (
            [(row, found[row["id"]]) for row in rows if row["half"] == half and row["id"] in found]
            for half in ("tune", "report")
        )
        print(f"{name:8} " + line(tune, report))
        curves[name] = curve(report)
    draw(curves, chosen.work / "risk_coverage.png")


def asked(
    view: Snapshot, rows: Sequence[dict[str, Any]], encoder: Encoder, reader: Reader
) -> dict[str, dict[str, Result]]:
    """Every method's result for every question, by method and id."""
    sentences = Sentences.of(view, encoder.encode)
    total = view.chunk_count
    results: dict[str, dict[str, Result]] = {
        name: {} for name in ("cosine", "BM25", "fusion", "floor", "Byline")
    }
    for at, row in enumerate(rows, start=1):
        question = Question.read(row["question"])
        vector = encoder.encode([question.text])[0]
        frequency = view.document_frequency(question.terms)
        fused = sentences.ranked(sentences.fusion(question, vector))
        passages = retrieve(view, question, vector).passages
        found = candidates(view, question, passages, reader)
        sure = found[0].probability if found else 0.0
        methods: dict[str, Ranked] = {
            "cosine": sentences.ranked(sentences.cosine(question, vector)),
            "BM25": sentences.ranked(sentences.bm25(question, vector)),
            "fusion": fused,
            "floor": floor(view, question, weights(question.terms, frequency, total)),
            "Byline": [(one, sure) for one in distinct(question, found)],
        }
        for name, ranked in methods.items():
            results[name][row["id"]] = result(question, ranked, row)
        if at % 100 == 0:
            print(f"{at} of {len(rows)} questions", file=sys.stderr, flush=True)
    return results


def result(question: Question, ranked: Ranked, row: dict[str, Any]) -> Result:
    """Whether the best sentences, quoted, hold a gold answer of a gold article."""
    right = [
        row["answerable"]
        and one.passage.stored.card.article_id in row["gold"]
        and contains_answer(
            one.passage.stored.chunk.part(understandable(question, one)), row["answers"]
        )
        for one, _ in ranked[:3]
    ]
    return Result(any(right[:1]), any(right), ranked[0][1] if ranked else -1e9)


def distinct(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The first three that no quotation of a better one shows already, as in an answer."""
    kept: list[Candidate] = []
    shown: list[tuple[str, Span]] = []
    for one in ranked:
        article, span = one.passage.stored.card.article_id, one.span
        if not any(a == article and s.start <= span.start and span.end <= s.end for a, s in shown):
            kept.append(one)
            shown.append((article, understandable(question, one)))
        if len(kept) == 3:
            break
    return kept


def floor(view: Snapshot, question: Question, weighted: Mapping[str, float]) -> Ranked:
    """No model at all: the best paragraph's sentence with most of the question's words."""
    hits = view.lexical(list(question.terms), 1)
    found = []
    for stored in view.passages([hit.chunk_id for hit in hits]):
        for span in stored.chunk.sentences:
            text = stored.chunk.part(span)
            one = Candidate(Passage(stored, 0.0, 0.0, 0.0), span, text, span)
            found.append((one, coverage(weighted, stems(text))))
    return sorted(found, key=lambda row: -row[1])


Pairs = Sequence[tuple[dict[str, Any], Result]]


def line(tune: Pairs, report: Pairs) -> str:
    """One method's row: the threshold from one half, the figures from the other."""
    scores = [result.score for row, result in tune if row["answerable"]]
    threshold = float(np.quantile(scores, DECLINED)) if scores else 0.0
    can = [result for row, result in report if row["answerable"]]
    cannot = [result for row, result in report if not row["answerable"]]
    refused = sum(one.score < threshold for one in can)
    rightly = sum(one.score < threshold for one in cannot)
    figures = (
        np.mean([one.hit_one for one in can]),
        np.mean([one.hit_three for one in can]),
        auc([one.score for one in can], [one.score for one in cannot]),
        rightly / max(rightly + refused, 1),
        rightly / max(len(cannot), 1),
        refused / max(len(can), 1),
    )
    return " ".join(f"{value:7.3f}" for value in figures) + f"   of {len(can)} and {len(cannot)}"


def curve(report: Pairs) -> tuple[list[float], list[float]]:
    """Coverage and risk, the surest answers first (El-Yaniv and Wiener, 2010).

    Risk is the share of the answered questions whose first sentence is not right,
    among them all that have no answer.
    """
    order = sorted(report, key=lambda pair: -pair[1].score)
    wrong = np.cumsum([not result.hit_one for _, result in order])
    count = np.arange(1, len(order) + 1)
    return list(count / len(order)), list(wrong / count)


def draw(curves: Mapping[str, tuple[list[float], list[float]]], path: Path) -> None:
    """Plot risk against coverage for all methods."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name, (covered, risk) in curves.items():
        start = len(covered) // 50
        if covered:
            axes.plot(covered[start:], risk[start:], label=name, lw=2.5 if name == "Byline" else 1)
    axes.set(xlabel="coverage: share of all questions answered", ylabel="risk: share of them wrong")
    axes.set_ylim(0, 1)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
