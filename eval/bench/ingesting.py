"""How much of an ingest is embedding, and how long a search takes afterwards.

    python -m eval.bench.ingesting NEWS.jsonl [--articles 2000]

Articles are made by recombining the paragraphs of NEWS.jsonl, so that no two are
copies. The same chunks are then encoded by sentence-transformers alone, all in one call,
and by Byline's encoder, which pads less; the ratios of the rates are what the rest of
Byline costs. It is told by the clock, and by the
processor's time, which is the same on a busy machine but does not see what is done in
parallel: with more cores than one, the first is the higher.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.batches import embedded_text
from index.chunking import split
from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from index.modelfiles import MINILM
from index.records import Article
from index.store import Index
from rag.request.question import Question
from rag.retrieve import retrieve

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SEED = 7
PARAGRAPHS = (3, 5)
"""How many paragraphs an article has, at least and at most."""


def main() -> None:
    """Build, ingest, encode, search, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=2000)
    chosen = parser.parse_args()
    rows = [json.loads(line) for line in chosen.news.read_text("utf-8").splitlines()]
    articles = recombined(rows, chosen.articles)
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "news.jsonl"
        write(source, articles[:5])
        with index_for(Path(folder) / "first", encoder) as index:
            ingest(index, [source], encoder)  # loads the libraries
        write(source, articles)
        with index_for(Path(folder) / "index", encoder) as index:
            started = now()
            report = ingest(index, [source], encoder)
            ingesting = now() - started
            texts = embedded(index)
            model = bare()
            started = now()
            model.encode(texts, normalize_embeddings=True)
            alone = now() - started
            started = now()
            encoder.encode(texts)
            encoding = now() - started
            again = time.perf_counter()
            ingest(index, [source], encoder)
            again = time.perf_counter() - again
            seconds = searches(index, [row["title"] for row in rows])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"articles {report.added}, chunks {len(texts)}, problems {len(report.problems)}")
    print("           ingest, s  bare encode, s  Byline's, s  rate to bare  to Byline's")
    for name, *spent in zip(("clock", "processor"), ingesting, alone, encoding, strict=True):
        whole, one, own = spent
        ratios = f"{one / whole:13.3f} {own / whole:12.3f}"
        print(f"{name:9} {whole:10.1f} {one:15.1f} {own:12.1f} {ratios}")
    print(f"ingest again, nothing changed: {again:.1f} s")
    print(f"search (both halves and fusion), median of {len(seconds)}: "
          f"{statistics.median(seconds) * 1000:.1f} ms")  # fmt: skip
    print(f"peak memory {memory:.0f} MiB")


def bare() -> SentenceTransformer:
    """The embedded model as sentence-transformers has it."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(MINILM.checked_path().parent), device="cpu")


def write(path: Path, articles: Sequence[dict[str, str]]) -> None:
    """Write articles as rows."""
    path.write_text("".join(json.dumps(one) + "\n" for one in articles), "utf-8")


def now() -> npt.NDArray[np.float64]:
    """Seconds by the clock and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def recombined(rows: Sequence[dict[str, str]], count: int) -> list[dict[str, str]]:
    """Articles of a few paragraphs drawn at random from all of them."""
    draw = random.Random(SEED)
    paragraphs = [p.strip() for row in rows for p in row["text"].split("\n\n") if len(p) > 80]
    return [
        {
            "id": f"made-{at}",
            "title": draw.choice(rows)["title"],
            "text": "\n\n".join(draw.sample(paragraphs, draw.randint(*PARAGRAPHS))),
            "published": draw.choice(rows)["published"],
        }
        for at in range(count)
    ]


def embedded(index: Index) -> list[str]:
    """What the index embedded, chunk by chunk."""
    texts = []
    for card in index.articles():
        article: Article = index.article(card.article_id)
        texts += [embedded_text(article.title, chunk) for chunk in split(article)]
    return texts


def searches(index: Index, questions: Sequence[str]) -> list[float]:
    """Seconds of each search, its question encoded beforehand."""
    encoder = load_encoder()
    asked = [Question.read(text) for text in questions]
    vectors = encoder.encode([question.text for question in asked])
    seconds = []
    for question, vector in zip(asked, vectors, strict=True):
        started = time.perf_counter()
        with index.snapshot() as view:
            retrieve(view, question, vector)
        seconds.append(time.perf_counter() - started)
    return seconds


if __name__ == "__main__":
    main()
