"""Does a learned score of support (level 2) tell more than the exact check (level 1)?

    python -m eval.bench.support --public CORPUS.jsonl QUESTIONS.jsonl [--each 100]

Three scores that the models at hand give, each calibrated by one threshold:

    cosine     of the sentence and the passage
    least met  how far the sentence's least met word is met in the passage (rag.evidence.matching)
    gain       how much likelier the passage makes the sentence for the language model

The thresholds come from half of a public set, questions of SQuAD 2.0 with the paragraph
that answers them or only looks as if it did, and from the tuning half of the faults that
`eval.planting` plants; what is printed is the balanced accuracy on the other halves, with
that of the exact check beside it, and of both together.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.planting import by_half, planted, statements
from eval.questions import ARTICLES
from eval.train_evidence import auc, sample
from index.embedding import Encoder, load_encoder
from index.readers import read_all
from index.records import Article, Card
from rag.evidence.matching import Wanted
from rag.grounding import Support, faults
from rag.models.llm import Judge, load_llm
from rag.text.words import content

LONGEST = 900
"""Characters of a passage that the language model reads."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, the passages it rests on, and whether they support it."""

    half: str
    text: str
    supports: tuple[Support, ...]
    true: bool

    @property
    def passage(self) -> str:
        """The passages as one text."""
        return "\n".join(one.text for one in self.supports)


Score = Callable[[Pair], float]


def main() -> None:
    """Score all pairs; print balanced accuracies of the halves that set no threshold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--public", nargs=2, type=Path, metavar=("CORPUS", "QUESTIONS"))
    parser.add_argument("--each", type=int, default=100, help="pairs of each half and kind")
    chosen = parser.parse_args()
    encoder, llm = load_encoder(), load_llm()
    sets = {"planted faults": faulty(chosen.each)}
    if chosen.public:
        corpus, questions = chosen.public
        sets["SQuAD 2.0"] = public(corpus, questions, chosen.each)
    scores: dict[str, Score] = {
        "cosine": lambda pair: cosine(pair, encoder),
        "least met": lambda pair: least_met(pair, encoder),
        "gain": lambda pair: gain(pair, llm),
    }
    for name, pairs in sets.items():
        print(f"{name}: {len(pairs)} pairs")
        exact = {id(pair): not faults(pair.text, pair.supports) for pair in pairs}
        report = [pair for pair in pairs if pair.half == "report"]
        line("exact check", report, exact)
        for label, score in scores.items():
            found = {id(pair): score(pair) for pair in pairs}
            least = threshold([(found[id(p)], p.true) for p in pairs if p.half == "tune"])
            area = auc(
                [found[id(p)] for p in report if p.true],
                [found[id(p)] for p in report if not p.true],
            )
            line(
                label, report, {at: one >= least for at, one in found.items()}, f", AUC {area:.3f}"
            )
            passed = [(found[id(p)], p.true) for p in pairs if p.half == "tune" and exact[id(p)]]
            least = threshold(passed)
            both = {at: exact[at] and one >= least for at, one in found.items()}
            line(f"exact check, then {label}", report, both)


def line(name: str, pairs: Sequence[Pair], agrees: Mapping[int, bool], more: str = "") -> None:
    """Print one judge's balanced accuracy: the mean of its accuracies on true and on false."""
    right = {
        kind: float(np.mean([agrees[id(pair)] == kind for pair in pairs if pair.true == kind]))
        for kind in (True, False)
    }
    both = (right[True] + right[False]) / 2
    shares = f"true kept {right[True]:.3f}, false caught {right[False]:.3f}"
    print(f"  {name:32} {both:.3f}   ({shares}){more}")


def threshold(scored: Sequence[tuple[float, bool]]) -> float:
    """The score from which on agreeing gives the best balanced accuracy."""
    true = np.array([score for score, kind in scored if kind])
    false = np.array([score for score, kind in scored if not kind])
    options = sorted({score for score, _ in scored})
    return max(options, key=lambda t: (true >= t).mean() + (false < t).mean(), default=0.0)


def faulty(each: int) -> list[Pair]:
    """True statements of the demo articles, and faults planted in them."""
    articles = {one.id: one for one in read_all([ARTICLES]) if isinstance(one, Article)}
    found = []
    for half in ("tune", "report"):
        some = by_half(statements(), half)
        for one in some[:each]:
            cited = (support(articles[one.article], one.quote),)
            found.append(Pair(half, one.text, cited, True))
        every = planted(some, articles)
        for fault in every[:: max(len(every) // each, 1)][:each]:
            rests_on = tuple(support(articles[article], quote) for article, quote in fault.cites)
            found.append(Pair(half, fault.text, rests_on, False))
    return found


def public(corpus: Path, questions: Path, each: int) -> list[Pair]:
    """Questions with the paragraph that they were asked of, answerable from it or not."""
    rows = map(json.loads, corpus.read_text("utf-8").splitlines())
    texts = {row["id"]: row["text"] for row in rows}
    return [
        Pair(row["half"], row["question"], (Support(texts[row["gold"][0]], ""),), row["answerable"])
        for row in sample(questions, each)
    ]


def support(article: Article, quote: str) -> Support:
    """A quote of an article, as evidence."""
    day, outlet = article.published, article.publisher
    return Support.of(quote, Card(article.id, article.title, day, outlet, article.url, article.id))


def cosine(pair: Pair, encoder: Encoder) -> float:
    """Of sentence and passage."""
    one, other = encoder.encode([pair.text, pair.passage])
    return float(one @ other)


def least_met(pair: Pair, encoder: Encoder) -> float:
    """How far the sentence's least met word is met in the passage."""
    sentence, passage = encoder.encode_tokens([pair.text, pair.passage])
    wanted = Wanted.of(pair.text, sentence, dict.fromkeys(content(pair.text), 1.0))
    return float(min(wanted.against(passage).met(), default=1.0))


def gain(pair: Pair, llm: Judge) -> float:
    """Mean log-probability of the sentence after the passage, less that of it alone."""
    prompts = [f"Passage: {pair.passage[:LONGEST]}\nIn short:", "In short:"]
    after, alone = llm.likelihoods(prompts, [" " + pair.text] * 2).logprobs
    return float(np.mean(after) - np.mean(alone))


if __name__ == "__main__":
    main()
