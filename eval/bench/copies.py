"""How many edited copies of a story are found, and how many different stories are confused.

    python -m eval.bench.copies NEWS.jsonl [MORE.jsonl ...] [--seed 7]

Each story is stored with a copy as another paper might print it, edited to one of five degrees,
and Byline joins what it takes for one story. Recall is the share of copies that have the origin
of their story, precision the share of joined pairs that are a story and its copy. The texts of
a file are held to be different stories; those nearest each other by the encoder's cosine are
mostly on one event or subject. Last come follow-ups: a story that also reprints paragraphs of an
earlier one, as background. Where those two begin to be copies is a matter of definition, so
only the share that is joined is told.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from index import duplicates
from index.embedding import HashEncoder, load_encoder
from index.ingesting import index_for, ingest_articles
from index.records import Article

DEGREES: Mapping[int, tuple[float, int, float]] = {
    1: (1.0, 0, 0.0),
    2: (0.85, 15, 0.01),
    3: (0.67, 40, 0.02),
    4: (0.5, 60, 0.04),
    5: (0.4, 80, 0.08),
}
"""How heavily a copy is edited: share of the text that is kept (whole paragraphs from the
top), words of a local introduction, share of words replaced, dropped or added. The introduction is
from another story, a quarter of that at most: else it would be a copy as well."""
BACKGROUND = (0.2, 0.3, 0.4, 0.5)
"""Shares of a follow-up that are reprinted."""
DONOR = 4
"""How many times as long as an introduction the story is that it is taken from."""
NEAREST = 200
"""How many pairs of different stories are looked at by themselves."""
_BREAK = re.compile(r"\n\s*\n")


def main() -> None:
    """Print the tables of each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    for path in chosen.news:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        texts = list(dict.fromkeys(row["text"] for row in rows))
        print(f"{path.name}: {len(texts)} stories")
        different(texts)
        copies(texts, chosen.seed)
        follow_ups(texts, chosen.seed)


def different(texts: Sequence[str]) -> None:
    """Tell how many pairs of different stories are taken for copies, and how near others come."""
    vectors = load_encoder().encode(texts)
    cosine = vectors @ vectors.T
    pairs = sorted(combinations(range(len(texts)), 2), key=lambda pair: -cosine[pair])
    shares = np.array([duplicates.overlap(texts[a], texts[b])[0] for a, b in pairs])
    confused = np.array([duplicates.is_copy(texts[a], texts[b]) for a, b in pairs])
    most = ", ".join(f"{share:.2f}" for share in np.sort(shares)[:-6:-1])
    print(f"  different stories: {confused.sum()} of {len(pairs)} pairs confused, "
          f"{confused[:NEAREST].sum()} of the {NEAREST} nearest by cosine "
          f"(down to {cosine[pairs[NEAREST - 1]]:.2f}); most that two share: {most}")  # fmt: skip


def copies(texts: Sequence[str], seed: int) -> None:
    """Tell how many copies of each degree are found among all the stories."""
    print("  degree  kept  introduced  altered  recall  precision")
    draw = random.Random(seed)
    for degree, (keep, intro, rate) in DEGREES.items():
        if max(len(text.split()) for text in texts) < DONOR * intro:
            print(f"  {degree:6} the stories are too short")
            continue
        made = [edited(texts, n, degree, draw) for n in range(len(texts))]
        found = joined([*texts, *made])
        right = {(n, n + len(texts)) for n in range(len(texts))}
        precision = len(found & right) / max(1, len(found))
        print(f"  {degree:6} {keep:5.0%} {intro:5} words {rate:8.0%} "
              f"{len(found & right) / len(right):7.3f} {precision:10.3f}")  # fmt: skip


def follow_ups(texts: Sequence[str], seed: int) -> None:
    """Tell how many stories that reprint a part of another are taken for copies of it."""
    draw = random.Random(seed)
    for share in BACKGROUND:
        made = [pair for n in range(len(texts)) if (pair := quoting(texts, n, share, draw))]
        if made:
            count = sum(duplicates.is_copy(*pair) for pair in made)
            print(f"  follow-ups of which {share:.0%} is reprinted: {count} of {len(made)} joined")


def joined(texts: Sequence[str]) -> set[tuple[int, int]]:
    """The pairs of texts that have one origin in an index."""
    encoder = HashEncoder()
    articles = [
        Article(id=f"{n:06}", title=f"Story {n}", text=text, source=f"{n:06}")
        for n, text in enumerate(texts)
    ]
    origins = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as folder,
        index_for(Path(folder) / "index", encoder) as index,
    ):
        ingest_articles(index, articles, encoder)
        for card in index.articles():
            origins[card.origin].append(int(card.article_id))
    return {pair for one in origins.values() for pair in combinations(sorted(one), 2)}


def edited(texts: Sequence[str], which: int, degree: int, draw: random.Random) -> str:
    """A copy as another paper might print it."""
    keep, intro, rate = DEGREES[degree]
    parts = [part for part in _BREAK.split(texts[which]) if part.strip()]
    limit = keep * sum(len(part.split()) for part in parts)
    kept = parts[:1]
    for part in parts[1:]:
        if sum(len(p.split()) for p in (*kept, part)) > limit:
            break
        kept.append(part)
    other = _another(texts, which, draw, DONOR * intro)
    body = "\n\n".join(" ".join(_altered(part.split(), rate, other, draw)) for part in kept)
    start = draw.randrange(max(1, len(other) - intro))
    return " ".join(other[start : start + intro]) + "\n\n" + body


def _altered(
    words: Sequence[str], rate: float, other: Sequence[str], draw: random.Random
) -> Iterator[str]:
    """Words of which some are dropped, replaced or followed by a word of another text."""
    for word in words:
        chance = draw.random() / rate if rate else 1.0
        if chance >= 0.2:  # else it is dropped
            yield word if chance >= 1 or chance < 0.4 else draw.choice(other)
        if 0.2 <= chance < 0.4:
            yield draw.choice(other)


def quoting(
    texts: Sequence[str], which: int, share: float, draw: random.Random
) -> tuple[str, str] | None:
    """A story that ends with the last words of another, and that one; None if that is too short."""
    own, other = texts[which], _another(texts, which, draw, 1)
    count = round(share / (1 - share) * len(own.split()))
    if count > len(other):
        return None
    return f"{own}\n\n{' '.join(other[-count:])}", " ".join(other)


def _another(texts: Sequence[str], which: int, draw: random.Random, least: int) -> list[str]:
    """The words of another text that has so many, or of any other where none has."""
    others = [text for text in texts if text is not texts[which]]
    return draw.choice([text for text in others if text.count(" ") >= least] or others).split()


if __name__ == "__main__":
    main()
