"""Train the weights of `rag/evidence/short.json` on questions with known answers.

    python -m eval.train_short --work FOLDER [--each 150] [--write]

FOLDER is that of `eval.train_evidence`, run before: it holds the sentence that was
chosen for each question. As there, the weights come from the tuning halves and the
figures of the reporting halves are printed: the token F1 (Rajpurkar et al., 2016) of
the spans that are shown, and the share of questions that get one.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from eval.metrics import token_f1
from eval.train_evidence import fit_logistic
from index.embedding import load_encoder
from rag.evidence.short import Offer, ShortWeights, offered
from rag.evidence.spans import TYPED
from rag.evidence.weighing import trained
from rag.models.llm import load_llm
from rag.questions.question import Question

Row = dict[str, Any]
Array = npt.NDArray[np.float64]

RIGHT = 0.5
"""Token F1 from which a span counts as right."""
SURE = 0.7
"""How probable it must be that a span is right."""
RIDGE = 0.02


def main() -> None:
    """Have the model score the spans, fit, report on the half that was not fitted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--each", type=int, default=150, help="questions of each half and source")
    parser.add_argument("--write", action="store_true", help="write rag/evidence/short.json")
    chosen = parser.parse_args()
    rows = scored(chosen.work, chosen.each)
    weights = learnt([row for row in rows if row["half"] == "tune"])
    print(json.dumps(dataclasses.asdict(weights)))
    for half in ("tune", "report"):
        for source in ("public", "demo"):
            report(
                f"{half}, {source}",
                [r for r in rows if r["half"] == half and r["source"] == source],
                weights,
            )
    if chosen.write:
        path = Path(__file__).parent.parent / "rag" / "evidence" / "short.json"
        path.write_text(json.dumps(dataclasses.asdict(weights), indent=1) + "\n", "utf-8")


def scored(work: Path, each: int) -> list[Row]:
    """The spans of each question's first quotation, kept in a file as they come."""
    kept = work / f"short-{each}.json"
    if kept.is_file():
        rows: list[Row] = json.loads(kept.read_text("utf-8"))
        return rows
    encoder, llm = load_encoder(), load_llm()
    rows = []
    for row in chosen_questions(work, each):
        quote = first_quotation(row)
        found, _ = offered(Question.read(row["question"]), quote, encoder, llm)
        rows.append(
            {name: row[name] for name in ("id", "half", "source", "asks", "question")}
            | {"offers": [dataclasses.asdict(one) for one in found]}
            | {"f1": [token_f1(one.text, row["answers"]) for one in found]}
        )
        if len(rows) % 50 == 0:
            print(f"{len(rows)} questions", flush=True)
    kept.write_text(json.dumps(rows), "utf-8")
    return rows


def chosen_questions(work: Path, each: int) -> list[Row]:
    """Answerable questions for a name, a number, a time or a place; as many of each half."""
    every = [
        row
        for path in sorted(work.glob("*/features.json"))
        for row in json.loads(path.read_text("utf-8"))
        if row["answerable"] and row["asks"] in TYPED and row["candidates"]
    ]
    random.Random(13).shuffle(every)
    found = []
    for half in ("tune", "report"):
        for source in ("public", "demo"):
            found += [r for r in every if r["half"] == half and r["source"] == source][:each]
    return found


def first_quotation(row: Row) -> str:
    """The best candidate's quotation, on one line."""
    ranking = trained().ranking

    def score(candidate: Row) -> float:
        return float(sum(w * candidate["features"][f] for f, w in ranking.items()))

    return " ".join(max(row["candidates"], key=score)["quote"].split())


def learnt(rows: Sequence[Row]) -> ShortWeights:
    """All weights: of choosing, by a conditional logit; of being sure, by a logistic one."""
    data = []
    for row in rows:
        good = np.array(row["f1"]) >= max([RIGHT, *row["f1"]])
        if good.any():
            data.append((np.array([[o["likelihood"], o["close"]] for o in row["offers"]]), good))
    likelihood, close = (round(float(w), 4) for w in fit_choice(data))
    first = ShortWeights(likelihood, close, 0.0, 0.0, 0.0, 0.0, SURE)
    picked = [(pick(row, first), row) for row in rows if row["offers"]]
    x = np.array([[1.0, log(s), o.likelihood_each, o.close] for (_, o, s), _ in picked])
    right = np.array([row["f1"][at] >= RIGHT for (at, _, _), row in picked])
    bias, share, each, near = (round(float(w), 4) for w in fit_logistic(x, right, np.ones(len(x))))
    return dataclasses.replace(first, bias=bias, share=share, each=each, near=near)


def fit_choice(data: Sequence[tuple[Array, npt.NDArray[np.bool_]]]) -> Array:
    """Conditional logit over the spans of each question, by maximum likelihood."""
    spread = np.concatenate([x for x, _ in data]).std(axis=0) + 1e-6

    def loss(weights: Array) -> float:
        value = RIDGE * len(data) * float(weights @ weights) / 2
        for x, good in data:
            scores = (x / spread) @ weights
            odds = np.exp(scores - scores.max())
            value -= float(np.log(odds[good].sum() / odds.sum()))
        return value

    return np.asarray(minimize(loss, np.zeros(spread.size), method="BFGS").x / spread)


def pick(row: Row, weights: ShortWeights) -> tuple[int, Offer, float]:
    """Which span is chosen, and its share of the odds."""
    offers = [Offer(**one) for one in row["offers"]]
    shares = weights.shares(offers)
    best = max(range(len(offers)), key=shares.__getitem__)
    return best, offers[best], shares[best]


def report(name: str, rows: Sequence[Row], weights: ShortWeights) -> None:
    """Print the share of questions that get a short answer, and the F1 of those."""
    shown = []
    for row in rows:
        if row["offers"]:
            at, offer, share = pick(row, weights)
            if weights.sure(offer, share) >= weights.threshold:
                shown.append(row["f1"][at])
    print(f"  {name}: {len(shown)} of {len(rows)} get one, token F1 {np.mean(shown or [0]):.3f}")


if __name__ == "__main__":
    main()
