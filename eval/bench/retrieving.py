"""How often the right paragraph is found: BM25, MiniLM, and Byline's fusion of both.

    python -m eval.bench.retrieving CORPUS.jsonl QUESTIONS.jsonl

Each answerable question counts once; an article's rank is that of its best chunk. R@k is
the share of questions whose gold article is among the first k, MRR the mean of 1 / rank
(Voorhees, 1999) over the first hundred chunks.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from index.store import Index
from rag.request.question import Question
from rag.retrieve import DEPTH, retrieve


def main() -> None:
    """Index the corpus, ask every answerable question, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    chosen = parser.parse_args()
    rows = [json.loads(line) for line in chosen.questions.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["answerable"]]
    encoder = load_encoder()
    with (
        tempfile.TemporaryDirectory() as folder,
        index_for(Path(folder) / "index", encoder) as index,
    ):
        ingest(index, [chosen.corpus], encoder)
        vectors = encoder.encode([row["question"] for row in rows])
        ranks: dict[str, list[int]] = {"BM25": [], "MiniLM": [], "Byline": []}
        for row, vector in zip(rows, vectors, strict=True):
            question = Question.read(row["question"])
            lexical = [hit.chunk_id for hit in index.lexical(question.terms, DEPTH)]
            semantic = [hit.chunk_id for hit in index.semantic(vector, DEPTH)]
            ranks["BM25"].append(rank(articles(index, lexical), row["gold"]))
            ranks["MiniLM"].append(rank(articles(index, semantic), row["gold"]))
            found = retrieve(index, question, vector, limit=DEPTH).passages
            ranked = [passage.stored.card.article_id for passage in found]
            ranks["Byline"].append(rank(ranked, row["gold"]))
    print(table(ranks))


def articles(index: Index, chunk_ids: Sequence[int]) -> list[str]:
    """The articles of some chunks, in the same order."""
    return [stored.card.article_id for stored in index.passages(chunk_ids)]


def rank(ranked: Sequence[str], gold: Sequence[str]) -> int:
    """The rank of the first gold article from 1, each article counted once; 0 if none is there."""
    once = list(dict.fromkeys(ranked))
    return next((at for at, one in enumerate(once, start=1) if one in gold), 0)


def table(ranks: Mapping[str, Sequence[int]]) -> str:
    """One line for each way to search."""
    lines = [f"{'':8} {'R@1':>6} {'R@5':>6} {'R@10':>6} {'MRR':>6}  questions"]
    for name, row in ranks.items():
        found = np.array(row)
        shares = [np.mean((found > 0) & (found <= k)) for k in (1, 5, 10)]
        mrr = np.mean([1 / r if r else 0.0 for r in row])
        lines.append(f"{name:8} " + " ".join(f"{v:6.3f}" for v in (*shares, mrr)) + f"  {len(row)}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
