"""Searches by words of an archive so large that its commonest words are not worth a search."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from index.queries import MATCHES, Snapshot
from index.schema import Manifest, create_tables
from tests.stores import ENCODER

CHUNKS = 16_000
COMMON = ("council", "vote", "said")
RARE = ("heron", "kestrel")
ALL = "SELECT rowid, -bm25(passages) FROM passages WHERE passages MATCH ? ORDER BY 2 DESC, 1"


@pytest.fixture(scope="module")
def view() -> Iterator[Snapshot]:
    draw = random.Random(3)
    with closing(sqlite3.connect(":memory:")) as db:
        create_tables(db)
        for at in range(CHUNKS):
            words = [word for word in COMMON for _ in range(draw.randint(0, 3))] + ["gull"] * (
                at % 9
            )
            words += [word for word in RARE if draw.random() < 0.01]
            db.execute("INSERT INTO passages VALUES (?, ?)", ("", " ".join(words)))
        yield Snapshot(db, Manifest.begun(1, ENCODER, ""), lambda view: pytest.fail("no vectors"))


def everything(view: Snapshot, *terms: str) -> dict[int, float]:
    return dict(view.db.execute(ALL, (" OR ".join(terms),)).fetchall())


def test_what_has_a_rare_word_is_ranked_by_all_words_and_the_rest_left_out(view):
    terms = (COMMON[0], RARE[0], COMMON[1], RARE[1], COMMON[2])
    assert sum(view.document_frequency(terms).values()) > MATCHES
    rare, scores = everything(view, *RARE), everything(view, *terms)
    right = [chunk for chunk in scores if chunk in rare]
    found = view.lexical(terms, 100)
    assert [hit.chunk_id for hit in found[:10]] == right[:10]
    assert {hit.chunk_id for hit in found} == set(right[:100])
    assert [hit.score for hit in found] == pytest.approx([scores[one] for one in right[:100]])


def test_no_word_is_left_out_where_every_match_is_wanted_or_no_rarer_one_matches(view):
    terms = (*COMMON, RARE[0])
    found = view.lexical(terms, CHUNKS)
    assert {hit.chunk_id: hit.score for hit in found} == everything(view, *terms)
    best = view.lexical((*COMMON, "unheard"), 5)
    assert [hit.chunk_id for hit in best] == list(everything(view, *COMMON))[:5]


def test_the_first_ten_are_looked_for_among_the_commonest_words_too():
    texts = ["tern " + "sea " * 30] * 16_000 + ["skua sea"] * 17_000 + ["sea"] * 7_000
    texts += ["skua skua skua"] * 10
    with closing(sqlite3.connect(":memory:")) as db:
        create_tables(db)
        db.executemany("INSERT INTO passages VALUES ('', ?)", ((text,) for text in texts))
        view = Snapshot(db, Manifest.begun(1, ENCODER, ""), lambda view: pytest.fail("no vectors"))
        found = view.lexical(["tern", "skua"], 10)
    assert [hit.chunk_id for hit in found] == list(range(len(texts) - 9, len(texts) + 1))
