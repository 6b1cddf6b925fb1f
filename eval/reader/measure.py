"""Measure the reader on questions with known answers, and calibrate it.

    python -m eval.reader.measure CORPUS.jsonl QUESTIONS.jsonl --work FOLDER [--write]

Every question is asked of the whole corpus with Byline's own retrieval; what retrieval brought
is kept in FOLDER, so that the next reader is measured on the same passages. The questions are
halved by the subject of their article. What is fitted comes from the tuning half: the weight of
the search's score, the calibration (Platt, 1999), and the threshold from which eight of ten short
answers are right. The figures are those of the other half, at the threshold that declines a tenth
of the tuning half's answerable questions and at that of `LEAST`. `--write` keeps what was fitted
beside the weights.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from eval.metrics import contains_answer, token_f1
from index.embedding import Encoder, load_encoder
from index.ingesting import index_for, ingest
from index.protocols import View
from index.records import StoredChunk
from rag.decide.evidence import likeliest, nearness, unsaid
from rag.quote import few_words
from rag.reader.extractive import CALIBRATION, WEIGHTS, ExtractiveReader
from rag.reader.reading import Calibration, Reader, Reading
from rag.records import Candidate, Passage
from rag.request.question import Question
from rag.retrieve import retrieve

LEAST = 1 / 3
"""Probability from which there is an answer: one beside the point is taken to cost half of what a
right one is worth, so that it is worth showing where it is half as likely to be right as not."""
DECLINED = 0.10
"""The share of the tuning half's answerable questions at which declining is measured."""
PRECISION = 0.80
"""The share of short answers shown that have to be right: token F1 of a half or more. Half of the
questions are traps, whose every short answer is wrong."""
SEARCH = (0.0, 2.0, 4.0, 8.0, 12.0, 16.0)
"""Weights of the search's score that are tried. With more, an article that repeats the question
would be quoted for it, whatever the reader makes of its text."""
FEWEST_SHORT = 20
ROUNDS = 3

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """One sentence as it was read for one question."""

    reading: float
    search: float
    unsaid: bool
    holds: bool
    """Whether the sentence, in a gold article, holds a gold answer."""
    f1: float
    """Of the words pointed at, with the best gold answer."""
    few: bool
    """Whether they may be shown by themselves: they are of the kind asked for."""
    passage: int
    """Of which of the passages it is."""
    again: float | None = None
    """The larger reader's score, where it read the passage."""


def main() -> None:
    """Read all questions, fit on the tuning half, print the other half's figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--reader", help="another model, by name or folder")
    parser.add_argument("--each", type=int, default=10_000, help="questions of each half and kind")
    parser.add_argument("--write", action="store_true", help="keep what was fitted")
    chosen = parser.parse_args()
    rows = sample(chosen.questions, chosen.each)
    reader: Reader = (
        ExtractiveReader.named(chosen.reader)
        if chosen.reader
        else ExtractiveReader.embedded(chosen.weights, Calibration())
    )
    chosen.work.mkdir(parents=True, exist_ok=True)
    encoder = load_encoder()
    with index_for(chosen.work / "index", encoder) as index:
        ingest(index, [chosen.corpus], encoder)
        with index.snapshot() as view:
            found = passages(view, rows, encoder, chosen.work / "found.json")
            read = {row["id"]: reads(view, row, found[row["id"]], reader) for row in rows}
            tune = [row for row in rows if row["half"] == "tune"]
            fitted = bounded(tune, read, fit(tune, read))
            if reader.larger:
                for row in rows:
                    key = row["id"]
                    read[key] = read_again(view, row, found[key], read[key], fitted, reader.larger)
                fitted = bounded(tune, read, fit_again(tune, read, fitted))
    report = [row for row in rows if row["half"] == "report"]
    print(json.dumps(asdict(fitted)))
    tenth = float(
        np.quantile(chances([row for row in tune if row["answerable"]], read, fitted), DECLINED)
    )
    for name, some in (("tune", tune), ("report", report)):
        for least in (tenth, fitted.threshold):
            by = replace(fitted, threshold=least)
            print(name, f"from {least:.3f}", json.dumps(figures(some, read, by)))
    if chosen.write:
        text = json.dumps(asdict(fitted), indent=1) + "\n"
        WEIGHTS.with_name(CALIBRATION).write_text(text, "utf-8")


def sample(path: Path, each: int) -> list[Row]:
    """As many questions of each half and kind, answerable or not, always the same ones.

    Every second subject, by name, is for tuning; the others are only reported on.
    """
    every = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    subjects = sorted({subject(row) for row in every})
    side = {name: ("tune", "report")[at % 2] for at, name in enumerate(subjects)}
    chosen = []
    for half in ("tune", "report"):
        for answerable in (True, False):
            some = [
                row | {"half": half}
                for row in every
                if side[subject(row)] == half and row["answerable"] == answerable
            ]
            random.Random(11).shuffle(some)
            chosen += some[:each]
    random.Random(12).shuffle(chosen)
    return chosen


def subject(row: Row) -> str:
    """The part of the gold article's id that names its subject."""
    return str(row["gold"][0]).split("#")[0]


def passages(
    view: View, rows: Sequence[Row], encoder: Encoder, kept: Path
) -> dict[str, list[tuple[StoredChunk, float]]]:
    """For each question what retrieval brings, with its score; from a file where it is known."""
    known: dict[str, list[list[float]]] = (
        json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    )
    for at, row in enumerate(rows, start=1):
        if row["id"] not in known:
            question = Question.read(row["question"])
            vector = encoder.encode([question.text])[0]
            found = retrieve(view, question, vector).passages
            known[row["id"]] = [[one.stored.chunk_id, one.score] for one in found]
        if at % 200 == 0:
            print(f"{at} of {len(rows)} questions searched", file=sys.stderr, flush=True)
    kept.write_text(json.dumps(known), "utf-8")
    return {
        row["id"]: list(
            zip(
                view.passages([int(number) for number, _ in known[row["id"]]]),
                [score for _, score in known[row["id"]]],
                strict=True,
            )
        )
        for row in rows
    }


def reads(
    view: View, row: Row, found: Sequence[tuple[StoredChunk, float]], reader: Reader
) -> list[Read]:
    """Every sentence that was read for a question."""
    chunks = [chunk for chunk, _ in found]
    near = nearness(chunks, [score for _, score in found])
    question = Question.read(row["question"])
    made = []
    for at, readings in enumerate(reader.read(row["question"], chunks)):
        chunk, score = chunks[at], near[at]
        supposed = unsaid(view, question, chunk)
        for reading in readings:
            holds, f1, few = judged(row, question, chunk, score, reading)
            made.append(Read(reading.score, score, supposed, holds, f1, few, at))
    return made


def read_again(
    view: View,
    row: Row,
    found: Sequence[tuple[StoredChunk, float]],
    read: Sequence[Read],
    by: Calibration,
    larger: Reader,
) -> list[Read]:
    """The sentences of a question, the likeliest passages as the larger reader has them."""
    question = Question.read(row["question"])
    of_each = {at: -inf for at in range(len(found))}
    for one in read:
        of_each[one.passage] = max(of_each[one.passage], odds(one, by))
    best = likeliest(list(of_each.values()))
    made = [one for one in read if one.passage not in best]
    for at, readings in zip(
        best, larger.read(row["question"], [found[at][0] for at in best]), strict=True
    ):
        before = [one for one in read if one.passage == at]
        for first, reading in zip(before, readings, strict=False):
            holds, f1, few = judged(row, question, *found[at], reading)
            made.append(replace(first, holds=holds, f1=f1, few=few, again=reading.score))
    return made


def judged(
    row: Row, question: Question, chunk: StoredChunk, score: float, reading: Reading
) -> tuple[bool, float, bool]:
    """Whether a sentence holds the answer, how well the words fit, whether they may stand alone."""
    text = chunk.chunk.part(reading.sentence)
    passage = Passage(chunk, score, 0.0, 0.0)
    few = bool(few_words(question, Candidate(passage, reading.sentence, text, reading.answer)))
    if not row["answerable"]:
        return False, 0.0, few
    holds = chunk.card.article_id in row["gold"] and contains_answer(text, row["answers"])
    return holds, token_f1(chunk.chunk.part(reading.answer), row["answers"]), few


def ranked(read: Sequence[Read], by: Calibration) -> list[Read]:
    """The sentences of a question, best first; what was read again before what was not."""
    return sorted(read, key=lambda one: (one.again is None, -odds(one, by)))


def odds(one: Read, by: Calibration) -> float:
    """Log odds that a sentence answers."""
    first = by.log_odds(one.reading, one.search, one.unsaid)
    return first if one.again is None else by.log_odds_again(first, one.again)


def fit(rows: Sequence[Row], read: dict[str, list[Read]]) -> Calibration:
    """What is fitted on the questions of the tuning half."""
    can = [row["id"] for row in rows if row["answerable"]]

    def firsts_right(by: Calibration) -> float:
        return float(np.mean([ranked(read[key], by)[0].holds for key in can]))

    tried = [Calibration(weight, 1.0, 0.0, 0.0, 0.0, 0.0) for weight in SEARCH]
    fitted = max(tried, key=firsts_right)
    for _ in range(ROUNDS):  # the exact check changes which sentence is the best one
        best = [ranked(read[row["id"]], fitted)[0] for row in rows]
        fitted = calibrated(best, fitted)
    return fitted


def fit_again(rows: Sequence[Row], read: dict[str, list[Read]], by: Calibration) -> Calibration:
    """How the larger reader's score changes the log odds of a sentence."""
    for _ in range(ROUNDS):
        best = [ranked(read[row["id"]], by)[0] for row in rows]
        firsts = [by.log_odds(one.reading, one.search, one.unsaid) for one in best]
        scores = [(1.0, first, one.again or 0.0) for first, one in zip(firsts, best, strict=True)]
        by = replace(by, again=logistic(scores, best, (0.0, 1.0, 0.0)))
    return by


def chances(rows: Sequence[Row], read: dict[str, list[Read]], by: Calibration) -> Any:
    """The probability of the best sentence of each question: shape [n]."""
    return np.array([probability(odds(ranked(read[row["id"]], by)[0], by)) for row in rows])


def bounded(rows: Sequence[Row], read: dict[str, list[Read]], fitted: Calibration) -> Calibration:
    """From which probability on there is an answer, and from which on a short one."""
    best = [ranked(read[row["id"]], fitted)[0] for row in rows]
    chance = chances(rows, read, fitted)
    order = [at for at in np.argsort(-chance) if best[at].few]
    good = np.cumsum([best[at].f1 >= 0.5 for at in order]) / np.arange(1, len(order) + 1)
    enough = [at for at in range(FEWEST_SHORT, len(order)) if good[at] >= PRECISION]
    short = float(chance[order[enough[-1]]]) if enough else 1.0
    return replace(fitted, threshold=LEAST, short=short)


def calibrated(best: Sequence[Read], by: Calibration) -> Calibration:
    """A line of the scores that gives the log odds of being right: logistic regression."""
    scores = [(one.reading + by.search * one.search, float(one.unsaid), 1.0) for one in best]
    slope, supposed, bias = logistic(scores, best, (0.3, -0.5, 0.0))
    return replace(by, slope=slope, unsaid=supposed, bias=bias)


def logistic(
    scores: Sequence[tuple[float, ...]], best: Sequence[Read], start: tuple[float, float, float]
) -> tuple[float, float, float]:
    """The weights of some scores that give the log odds that a sentence holds the answer."""
    known, right = np.array(scores), np.array([one.holds for one in best], float)

    def loss(weights: Any) -> float:
        said = known @ weights
        return float(np.mean(np.logaddexp(0, said) - right * said))

    one, two, three = map(float, minimize(loss, start).x)
    return one, two, three


def probability(log_odds: float) -> float:
    """The probability of these log odds."""
    return float(1 / (1 + np.exp(-log_odds)))


def figures(rows: Sequence[Row], read: dict[str, list[Read]], by: Calibration) -> dict[str, float]:
    """The figures of some questions."""
    best = {row["id"]: ranked(read[row["id"]], by) for row in rows}
    can = [row["id"] for row in rows if row["answerable"]]
    cannot = [row["id"] for row in rows if not row["answerable"]]

    def chance(key: str) -> float:
        return probability(odds(best[key][0], by))

    least = max(by.short, by.threshold)
    shown = [key for key in (*can, *cannot) if best[key][0].few and chance(key) >= least]
    answerable = set(can)
    return {
        "one": _mean(best[key][0].holds for key in can),
        "three": _mean(any(one.holds for one in best[key][:3]) for key in can),
        "auc": auc([chance(key) for key in can], [chance(key) for key in cannot]),
        "unanswerable declined": _mean(chance(key) < by.threshold for key in cannot),
        "answerable declined": _mean(chance(key) < by.threshold for key in can),
        "f1": _mean(best[key][0].f1 for key in can),
        "short shown": _mean(key in set(shown) for key in can),
        "short right": _mean(key in answerable and best[key][0].f1 >= 0.5 for key in shown),
        "calibration error": calibration_error(
            [chance(row["id"]) for row in rows], [best[row["id"]][0].holds for row in rows]
        ),
        "answerable": len(can),
        "unanswerable": len(cannot),
    }


def _mean(values: Iterator[float]) -> float:
    found = list(values)
    return round(float(np.mean(found)), 4) if found else 0.0


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The share of pairs in which the positive is the larger, equal ones half."""
    p, n = np.array(positive)[:, None], np.array(negative)[None, :]
    return round(float(np.mean((p > n) + 0.5 * (p == n))), 4) if p.size and n.size else 0.0


def calibration_error(chances: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error (Guo et al., 2017): the mean gap of tenths of equal width."""
    chance, truth = np.array(chances), np.array(right, float)
    place = np.minimum((chance * bins).astype(int), bins - 1)
    gaps = [
        abs(chance[place == at].mean() - truth[place == at].mean()) * (place == at).mean()
        for at in range(bins)
        if (place == at).any()
    ]
    return round(float(sum(gaps)), 4)


if __name__ == "__main__":
    main()
