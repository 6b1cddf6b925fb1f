"""Does the reader (level 2) tell more of support than the exact check (level 1)?

    python -m eval.bench.support --public CORPUS.jsonl QUESTIONS.jsonl [--each 100]

The reader is asked whether a paragraph answers a question, on half of a public set:
questions of SQuAD 2.0 with the paragraph that answers them or only looks as if it did. A
threshold on its score comes from one half; what is printed is the balanced accuracy on the
other, with that of the exact check beside it, and of both together, and that of the exact
check on the faults that `eval.planting` plants.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.planting import by_half, planted, statements
from eval.questions import ARTICLES
from eval.reader.measure import auc, sample
from index.readers import read_all
from index.records import Article, Card, Chunk, StoredChunk
from index.sentences import sentences
from rag.reader.extractive import load_reader
from rag.reader.reading import Reader
from rag.verify.support import Support, faults


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


PLANTED = "planted faults"


def main() -> None:
    """Score all pairs; print balanced accuracies of the halves that set no threshold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--public", nargs=2, type=Path, metavar=("CORPUS", "QUESTIONS"))
    parser.add_argument("--each", type=int, default=100, help="pairs of each half and kind")
    chosen = parser.parse_args()
    sets = {PLANTED: faulty(chosen.each)}
    if chosen.public:
        corpus, questions = chosen.public
        sets["SQuAD 2.0"] = public(corpus, questions, chosen.each)
    for name, pairs in sets.items():
        print(f"{name}: {len(pairs)} pairs")
        exact = {id(pair): not faults(pair.text, pair.supports) for pair in pairs}
        report = [pair for pair in pairs if pair.half == "report"]
        line("exact check", report, exact)
        if name != PLANTED:
            read(pairs, report, exact, load_reader())


def read(
    pairs: Sequence[Pair], report: Sequence[Pair], exact: Mapping[int, bool], reader: Reader
) -> None:
    """Print what the reader tells of pairs of a question and a paragraph."""
    found = {id(pair): best(pair, reader) for pair in pairs}
    tune = [pair for pair in pairs if pair.half == "tune"]
    least = threshold([(found[id(pair)], pair.true) for pair in tune])
    area = auc(
        [found[id(pair)] for pair in report if pair.true],
        [found[id(pair)] for pair in report if not pair.true],
    )
    agrees = {at: one >= least for at, one in found.items()}
    line("reader", report, agrees, f", AUC {area:.3f}")
    line("exact check, then reader", report, {at: exact[at] and agrees[at] for at in found})


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


def best(pair: Pair, reader: Reader) -> float:
    """The reader's score of the likeliest answer in the passage."""
    text = pair.passage
    chunk = Chunk("", 0, len(text), text, tuple(sentences(text)))
    stored = StoredChunk(0, chunk, Card("", "", None, None, None, ""))
    return max((one.score for one in reader.read(pair.text, [stored])[0]), default=-100.0)


if __name__ == "__main__":
    main()
