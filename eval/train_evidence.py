"""Train the weights of `rag/evidence.json` on questions with known answers.

    python -m eval.train_evidence CORPUS.jsonl QUESTIONS.jsonl --work FOLDER [--each 200] [--write]

The questions are split into halves by article group (the part of the article id
before "#"); the weights come from one half, and every figure printed is of the other.
The weights in the repository come from SQuAD 2.0 (Rajpurkar, Jia and Liang, 2018,
CC BY-SA 4.0): 320 paragraphs of its development set. No text of it is kept.

What the language model says of each question is kept in FOLDER, so that a second
run takes seconds.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from eval.metrics import contains_answer
from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from rag.evidence import FEATURES, JUDGED, Candidate, gather, trained, with_likelihoods
from rag.llm import load_llm
from rag.question import Question
from rag.retrieval import retrieve

Row = dict[str, Any]
Array = npt.NDArray[np.float64]

REFUSED_ANSWERABLE = 0.10
"""The share of answerable questions that may be refused: the threshold follows from it."""
RIDGE = 0.01
CHEAP = tuple(f for f in FEATURES if f not in ("likelihood", "gain", "surprise"))


def main() -> None:
    """Gather features, fit, report on the half that was not fitted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--each", type=int, default=200, help="questions of each half and kind")
    parser.add_argument("--write", action="store_true", help="write rag/evidence.json")
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    questions = sample(chosen.questions, chosen.each)
    rows = gathered(chosen.corpus, questions, chosen.work / f"features-{chosen.each}.json")
    result = {}
    for name, features in (("without_model", CHEAP), ("with_model", FEATURES)):
        tune = [row for row in rows if row["half"] == "tune"]
        key = "all" if name == "without_model" else "judged"
        weights = fit(tune, features, key)
        threshold = quantile_threshold(tune, features, weights, key)
        result[name] = {
            "bias": round(float(weights[0]), 4),
            "threshold": round(threshold, 4),
            "weights": {f: round(float(w), 4) for f, w in zip(features, weights[1:], strict=True)},
        }
        print(name, json.dumps(result[name]))
        for half in ("tune", "report"):
            report(half, [r for r in rows if r["half"] == half], features, weights, threshold, key)
    singles([row for row in rows if row["half"] == "report"])
    if chosen.write:
        path = Path(__file__).parent.parent / "rag" / "evidence.json"
        path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def group(article_id: str) -> str:
    """The part of an article id that names its subject."""
    return article_id.split("#")[0]


def halves(groups: Sequence[str]) -> dict[str, str]:
    """Every second group, by name, is for tuning; the others are only reported on."""
    return {name: ("tune", "report")[at % 2] for at, name in enumerate(sorted(set(groups)))}


def sample(path: Path, each: int) -> list[Row]:
    """As many questions of each half and kind, answerable or not, always the same ones."""
    every = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    side = halves([group(row["gold"][0]) for row in every])
    chosen = []
    for half in ("tune", "report"):
        for answerable in (True, False):
            some = [
                row | {"half": half}
                for row in every
                if side[group(row["gold"][0])] == half and row["answerable"] == answerable
            ]
            random.Random(11).shuffle(some)
            chosen += some[:each]
    random.Random(12).shuffle(chosen)
    return chosen


def gathered(corpus: Path, questions: list[Row], kept: Path) -> list[Row]:
    """Features and labels of each question's candidates, kept in a file as they come."""
    rows: list[Row] = json.loads(kept.read_text("utf-8")) if kept.is_file() else []
    if len(rows) == len(questions):
        return rows
    encoder, llm = load_encoder(), load_llm()
    with index_for(kept.parent / "index", encoder) as index:
        ingest(index, [corpus], encoder)
        total = index.chunk_count
        for at, row in enumerate(questions[len(rows) :], start=len(rows) + 1):
            question = Question.read(row["question"])
            vector = encoder.encode([question.text])[0]
            passages = retrieve(index, question, vector)
            frequency = index.document_frequency(question.terms)
            cheap = gather(question, vector, passages, encoder, frequency, total)
            cheap.sort(key=lambda c: -trained(model=False).score(c.features))
            judged, evaluated = with_likelihoods(question, cheap[:JUDGED], llm)
            rows.append(
                {
                    "id": row["id"],
                    "half": row["half"],
                    "answerable": row["answerable"],
                    "evaluated": evaluated,
                    "all": [labelled(c, row) for c in cheap],
                    "judged": [labelled(c, row) for c in judged],
                }
            )
            if at % 20 == 0 or at == len(questions):
                print(f"{at} of {len(questions)} questions", flush=True)
                kept.write_text(json.dumps(rows), "utf-8")
    return rows


def labelled(candidate: Candidate, row: Row) -> Row:
    """A candidate's features, and whether it holds a gold answer in a gold article."""
    right = (
        row["answerable"]
        and candidate.passage.stored.card.article_id in row["gold"]
        and contains_answer(candidate.text, row["answers"])
    )
    return {"right": bool(right), "text": candidate.text, "features": dict(candidate.features)}


def matrix(candidates: Sequence[Row], features: Sequence[str]) -> Array:
    """[n, 1 + features]: a one for the bias, then the features."""
    return np.array([[1.0, *(c["features"][f] for f in features)] for c in candidates])


def fit(rows: Sequence[Row], features: Sequence[str], key: str) -> Array:
    """Conditional logit with "none" (score 0) among the choices, by maximum likelihood."""
    data = [
        (matrix(row[key], features), np.array([c["right"] for c in row[key]], bool))
        for row in rows
        if row[key]
    ]

    def loss(weights: Array) -> tuple[float, Array]:
        ridge = RIDGE * len(data)
        value = ridge * float(weights[1:] @ weights[1:]) / 2
        slope = ridge * weights
        slope[0] = 0.0
        for x, right in data:
            odds = np.exp(np.clip(x @ weights, -30, 30))
            every = 1 + odds.sum()
            good = odds[right].sum() if right.any() else 1.0
            value -= float(np.log(good / every))
            slope += (odds @ x) / every
            if right.any():
                slope -= (odds[right] @ x[right]) / good
        return value, slope

    start = np.zeros(1 + len(features))
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def answerable(row: Row, features: Sequence[str], weights: Array, key: str) -> float:
    """Probability that one of the candidates answers."""
    odds = np.exp(np.clip(matrix(row[key], features) @ weights, -30, 30)).sum()
    return float(odds / (1 + odds))


def quantile_threshold(
    rows: Sequence[Row], features: Sequence[str], weights: Array, key: str
) -> float:
    """The probability below which the permitted share of answerable questions falls."""
    scores = [answerable(row, features, weights, key) for row in rows if row["answerable"]]
    return float(np.quantile(scores, REFUSED_ANSWERABLE))


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive scores above a negative (area under the ROC curve)."""
    above = np.subtract.outer(np.array(positive), np.array(negative))
    return float((above > 0).mean() + (above == 0).mean() / 2)


def report(
    half: str,
    rows: Sequence[Row],
    features: Sequence[str],
    weights: Array,
    threshold: float,
    key: str,
) -> None:
    """Print hits at one and three sentences, AUC, and what the threshold does."""
    hits = {1: 0, 3: 0}
    scores: dict[bool, list[float]] = {True: [], False: []}
    for row in rows:
        scores[row["answerable"]].append(answerable(row, features, weights, key))
        if row["answerable"]:
            order = np.argsort(-(matrix(row[key], features) @ weights))
            for k in hits:
                hits[k] += any(row[key][i]["right"] for i in order[:k])
    kept = [np.mean([s >= threshold for s in scores[kind]]) for kind in (True, False)]
    share = {k: count / len(scores[True]) for k, count in hits.items()}
    print(
        f"  {half}: hit@1 {share[1]:.3f} hit@3 {share[3]:.3f} "
        f"AUC {auc(scores[True], scores[False]):.3f} answered {kept[0]:.3f}, "
        f"unanswerable declined {1 - kept[1]:.3f}"
    )


def singles(rows: Sequence[Row]) -> None:
    """Print what each feature does by itself, for comparison."""
    for feature in ("cosine", "coverage", "passage", "likelihood", "gain", "surprise"):
        ranked = [(row, _by(feature, row["judged"])) for row in rows if row["judged"]]
        top = [(row["answerable"], c[0]["features"][feature]) for row, c in ranked]
        can = [c for row, c in ranked if row["answerable"]]
        hit = {k: np.mean([any(x["right"] for x in c[:k]) for c in can]) for k in (1, 3)}
        area = auc([s for a, s in top if a], [s for a, s in top if not a])
        print(f"  {feature} alone: hit@1 {hit[1]:.3f} hit@3 {hit[3]:.3f} AUC {area:.3f}")


def _by(feature: str, candidates: Sequence[Row]) -> list[Row]:
    return sorted(candidates, key=lambda c: -c["features"][feature])


if __name__ == "__main__":
    main()
