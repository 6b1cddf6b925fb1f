"""Train the weights of `rag/evidence/weighing.json` on questions with known answers.

    python -m eval.train_evidence CORPUS.jsonl QUESTIONS.jsonl --work FOLDER [--each 400] [--write]

The questions are split into halves by article group (the part of the article id
before "#"), and those of the demo archive by story; the weights come from one half of
each, and the figures of the other half are printed beside them. The weights in the
repository come from SQuAD 2.0 (Rajpurkar, Jia and Liang, 2018, CC BY-SA 4.0), 320
paragraphs of its development set of which no text is kept, and from the demo archive.

What is known of each question's sentences is kept in FOLDER, so that a second run
takes seconds.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from eval.metrics import contains_answer
from eval.questions import ARTICLES, load
from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from rag.answering import day
from rag.evidence.weighing import Candidate, Weights, decisive, gather, ranking, unsaid
from rag.generation import quotation, understandable
from rag.questions.followups import standalone
from rag.questions.question import Question
from rag.retrieval import Dates, retrieve

Row = dict[str, Any]
Array = npt.NDArray[np.float64]

REFUSED_ANSWERABLE = 0.10
"""The share of answerable questions that may be refused: the threshold follows from it."""
RIDGE = 0.01
SHRINK = 0.1
"""Penalties on squared weights, per question, of features scaled to unit spread."""


RANKING = (
    "cosine", "met", "met_near", "echoed_near", "close", "beyond_title", "telling", "passage",
    "unit",
)  # fmt: skip
"""Features that rank sentences."""
DECIDING = (
    "cosine_best", "echoed_near", "least_met", "least_met_together", "names_near", "numbers_near",
    "contrary", "negation_lost", "terms", "unsaid",
)  # fmt: skip
"""What decides on answering."""


def main() -> None:
    """Gather features, fit, report on the half that was not fitted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--each", type=int, default=400, help="questions of each half and kind")
    parser.add_argument("--write", action="store_true", help="write rag/evidence/weighing.json")
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    public = sample(chosen.questions, chosen.each)
    rows = [
        *gathered(chosen.corpus, public, chosen.work / f"public-{chosen.each}"),
        *gathered(ARTICLES, demo(), chosen.work / "demo"),
    ]
    weights = learnt([row for row in rows if row["half"] == "tune"])
    print(json.dumps(dataclasses.asdict(weights)))
    for half in ("tune", "report"):
        for source in ("public", "demo"):
            some = [r for r in rows if r["half"] == half and r["source"] == source]
            if some:
                report(f"{half}, {source}", some, weights)
    if chosen.write:
        path = Path(__file__).parent.parent / "rag" / "evidence" / "weighing.json"
        path.write_text(json.dumps(dataclasses.asdict(weights), indent=1) + "\n", "utf-8")


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
                row | {"half": half, "source": "public"}
                for row in every
                if side[group(row["gold"][0])] == half and row["answerable"] == answerable
            ]
            random.Random(11).shuffle(some)
            chosen += some[:each]
    random.Random(12).shuffle(chosen)
    return chosen


def demo() -> list[Row]:
    """The questions of the demo archive, made to stand alone."""
    return [
        {
            "id": known.id,
            "question": standalone(known.question, known.history),
            "answers": list(known.answers),
            "answerable": known.answerable,
            "gold": list(known.gold),
            "half": known.split,
            "source": "demo",
            "dates": (known.since, known.until),
        }
        for known in load()
    ]


def gathered(corpus: Path, questions: list[Row], work: Path) -> list[Row]:
    """What is known of each question's candidates, kept in a file as it comes."""
    work.mkdir(parents=True, exist_ok=True)
    kept = work / "features.json"
    rows: list[Row] = json.loads(kept.read_text("utf-8")) if kept.is_file() else []
    if len(rows) == len(questions):
        return rows
    encoder = load_encoder()
    with index_for(work / "index", encoder) as index:
        ingest(index, [corpus], encoder)
        for at, row in enumerate(questions[len(rows) :], start=len(rows) + 1):
            question = Question.read(row["question"])
            asked = encoder.encode_tokens([question.text])[0]
            since, until = row.get("dates", (None, None))
            passages = retrieve(
                index, question, asked.whole, Dates(day(since), day(until))
            ).passages
            frequency = index.document_frequency(question.terms)
            found = gather(question, asked, passages, encoder, frequency, index.chunk_count)
            rows.append(
                {
                    **{name: row[name] for name in ("id", "half", "source", "answerable")},
                    "question": question.text,
                    "asks": question.asks,
                    "answers": row["answers"],
                    "candidates": [labelled(question, c, row) for c in ranking(found)],
                }
            )
            if at % 50 == 0 or at == len(questions):
                print(f"{at} of {len(questions)} questions", flush=True)
                kept.write_text(json.dumps(rows), "utf-8")
    return rows


def labelled(question: Question, candidate: Candidate, row: Row) -> Row:
    """A candidate's features, and whether its quotation holds a gold answer."""
    quote = quotation(candidate.passage, understandable(question, candidate)).quote
    right = (
        row["answerable"]
        and candidate.passage.stored.card.article_id in row["gold"]
        and contains_answer(quote, row["answers"])
    )
    return {
        "right": bool(right),
        "text": candidate.text,
        "quote": quote,
        "features": {name: round(value, 4) for name, value in candidate.features.items()},
        "met": dict(candidate.met),
        "unsaid": float(unsaid(question, candidate)),
    }


def learnt(rows: Sequence[Row]) -> Weights:
    """All weights, from the rows of the tuning half."""
    ranking = rounded(RANKING, fit_ranking(rows, RANKING))
    some = [row for row in rows if row["candidates"]]
    values = [deciding(row, ranking) for row in some]
    x = np.array([[1.0, *(value[name] for name in DECIDING)] for value in values])
    answerable = np.array([row["answerable"] for row in some])
    bias, *weights = fit_logistic(x, answerable, evenly([row["source"] for row in some]))
    first = Weights(ranking, rounded(DECIDING, weights), round(float(bias), 4), 0.0)
    scores = [probability(row, first) for row in rows if row["answerable"]]
    threshold = round(float(np.quantile(scores, REFUSED_ANSWERABLE)), 4)
    return dataclasses.replace(first, threshold=threshold)


def evenly(sources: Sequence[str]) -> Array:
    """A weight for each row by which all sources count alike."""
    count = Counter(sources)
    return np.array([len(sources) / len(count) / count[source] for source in sources])


def rounded(names: Sequence[str], weights: Iterable[float]) -> dict[str, float]:
    """Weights by name, to four places."""
    return {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)}


def fit_ranking(rows: Sequence[Row], features: Sequence[str]) -> Array:
    """Conditional logit over the sentences of each answerable question, by maximum likelihood."""
    data = []
    for row in rows:
        right = np.array([c["right"] for c in row["candidates"]], bool)
        if right.any() and not right.all():
            x = np.array([[c["features"][f] for f in features] for c in row["candidates"]])
            data.append((x, right))
    spread = np.concatenate([x for x, _ in data]).std(axis=0) + 1e-6

    def loss(weights: Array) -> tuple[float, Array]:
        value = RIDGE * len(data) * float(weights @ weights) / 2
        slope = RIDGE * len(data) * weights
        for x, right in data:
            scaled = x / spread
            scores = scaled @ weights
            odds = np.exp(scores - scores.max())
            value -= float(np.log(odds[right].sum() / odds.sum()))
            slope = slope + (
                (odds @ scaled) / odds.sum() - (odds[right] @ scaled[right]) / odds[right].sum()
            )
        return value, slope

    found = minimize(loss, np.zeros(len(features)), jac=True, method="L-BFGS-B").x
    return np.asarray(found / spread)


def fit_logistic(x: Array, y: npt.NDArray[np.bool_], weight: Array) -> Array:
    """Logistic regression whose first column is the bias, by maximum likelihood."""
    spread = np.r_[1.0, x[:, 1:].std(axis=0) + 1e-6]
    middle = np.r_[0.0, x[:, 1:].mean(axis=0)]
    scaled = (x - middle) / spread

    def loss(weights: Array) -> tuple[float, Array]:
        z = scaled @ weights
        penalty = SHRINK * len(x) * np.r_[0.0, weights[1:]]
        value = float((weight * np.logaddexp(0, np.where(y, -z, z))).sum() + penalty @ weights / 2)
        return value, scaled.T @ (weight * (1 / (1 + np.exp(-z)) - y)) + penalty

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x / spread
    found[0] -= float(found[1:] @ middle[1:])
    return np.asarray(found)


def probability(row: Row, weights: Weights) -> float:
    """That the question has an answer among its best candidates."""
    return weights.probability(deciding(row, weights.ranking)) if row["candidates"] else 0.0


def deciding(row: Row, ranking: Mapping[str, float]) -> dict[str, float]:
    """What decides on answering a question."""
    ranked = top(row, ranking)
    return decisive(ranked) | {"unsaid": ranked[0].unsaid}  # type: ignore[attr-defined]


def top(row: Row, ranking: Mapping[str, float]) -> list[Candidate]:
    """The candidates, best first, as the answering code holds them."""

    def score(candidate: Row) -> float:
        return float(sum(w * candidate["features"][f] for f, w in ranking.items()))

    return [
        SimpleNamespace(features=c["features"], met=c["met"], right=c["right"], unsaid=c["unsaid"])  # type: ignore[misc]
        for c in sorted(row["candidates"], key=score, reverse=True)
    ]


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive scores above a negative (area under the ROC curve)."""
    above = np.subtract.outer(np.array(positive), np.array(negative))
    return float((above > 0).mean() + (above == 0).mean() / 2)


def report(half: str, rows: Sequence[Row], weights: Weights) -> None:
    """Print hits at one and three sentences, AUC, and what the threshold does."""
    can = [top(row, weights.ranking) for row in rows if row["answerable"]]
    hit = {k: np.mean([any(c.right for c in row[:k]) for row in can]) for k in (1, 3)}  # type: ignore[attr-defined]
    scores = {
        kind: [probability(row, weights) for row in rows if row["answerable"] == kind]
        for kind in (True, False)
    }
    kept = [np.mean([s >= weights.threshold for s in scores[kind]]) for kind in (True, False)]
    print(
        f"  {half}: hit@1 {hit[1]:.3f} hit@3 {hit[3]:.3f} "
        f"AUC {auc(scores[True], scores[False]):.3f} answered {kept[0]:.3f}, "
        f"unanswerable declined {1 - kept[1]:.3f} of {len(scores[True])} and {len(scores[False])}"
    )


if __name__ == "__main__":
    main()
