"""Syndicated copies share an origin; different stories do not.

Run as a script on a `.jsonl` of real news, this file prints how many edited
copies are found and how many different stories are confused:

    python -m tests.test_duplicates NEWS.jsonl
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import duplicates
from index.duplicates import alike, is_copy
from index.embedding import HashEncoder
from index.store import Index
from tests.fakes import article, put, story, word

DEGREES: Mapping[int, tuple[float, int, float]] = {
    1: (1.0, 0, 0.0),
    2: (0.85, 15, 0.01),
    3: (0.67, 40, 0.02),
    4: (0.5, 60, 0.04),
    5: (0.4, 80, 0.08),
}
"""How heavily a copy is edited: share of the text that is kept (whole paragraphs from the
top), words of a local introduction, share of words replaced, dropped or added."""


def edited(texts: Sequence[str], which: int, degree: int, rng: random.Random) -> tuple[str, str]:
    """A copy as another paper might print it, and the text that its introduction is from."""
    keep, intro, rate = DEGREES[degree]
    parts = [part for part in re.split(r"\n\s*\n", texts[which]) if part.strip()]
    limit = keep * sum(len(part.split()) for part in parts)
    kept = parts[:1]
    for part in parts[1:]:
        if sum(len(p.split()) for p in (*kept, part)) > limit:
            break
        kept.append(part)
    body = "\n\n".join(" ".join(_altered(part.split(), rate, rng)) for part in kept)
    other = rng.choice([text for text in texts if text is not texts[which]])
    return " ".join(other.split()[4 : 4 + intro]) + "\n\n" + body, other


def _altered(words: Sequence[str], rate: float, rng: random.Random) -> Iterator[str]:
    for token in words:
        chance = rng.random() / rate if rate else 1.0
        if chance >= 0.2:  # else it is dropped
            yield token if chance >= 1 or chance < 0.4 else word(rng.randrange(400))
        if 0.2 <= chance < 0.4:
            yield word(rng.randrange(400))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as made:
        yield made


def origins(index: Index) -> dict[str, str]:
    return {card.article_id: card.origin for card in index.articles()}


def pieces(*seeds: int) -> str:
    """A text of several different paragraphs, each named by a number."""
    return "\n\n".join(story(seed, paragraphs=1) for seed in seeds)


# Two texts

SHORT = "The ferry to Veldmar does not sail today."
LONG = story(1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (LONG, LONG, True),
        (LONG, LONG.upper().replace("\n\n", "\n").replace(".", " —"), True),
        (LONG, story(2), False),
        (LONG, pieces(90) + "\n\n" + LONG, True),
        (pieces(1, 2, 3, 4, 5, 6), pieces(1, 2, 3, 4), True),  # the last paragraphs cut
        (pieces(1, 2, 3, 4, 5, 6), pieces(1, 2, 7, 8, 9, 10), False),  # shared background
        (pieces(1, 2), pieces(1, 2, *range(20, 40)), False),  # a digest that holds it whole
        (SHORT, "THE FERRY to Veldmar\ndoes not sail today", True),
        (SHORT, "The ferry to Veldmar does not sail today again.", False),
        ("", "", True),
        ("", SHORT, False),
        ("\ufb01re in the harbour", "Fire, in the harbour", True),  # a ligature
    ],
)
def test_copies(one: str, other: str, expected: bool) -> None:
    assert is_copy(one, other) is is_copy(other, one) is expected


def test_a_short_text_is_not_searched_by_its_parts() -> None:
    almost = " ".join(word(n) for n in range(duplicates.SHORT_TEXT_WORDS - 1))
    assert duplicates.signature(almost) == b""
    assert len(duplicates.signature(almost + " more")) == 4 * duplicates.PERMUTATIONS
    assert not is_copy(almost, almost + " more")


def test_stored_signatures_stay_comparable() -> None:
    """When this fails, signatures in existing indexes no longer match new ones: raise FORMAT."""
    counting = " ".join(str(number) for number in range(100))
    found = hashlib.sha256(duplicates.signature(counting)).hexdigest()[:16]
    assert found == "19f62c6877fd4914"


@pytest.mark.parametrize(("degree", "found"), [(1, 40), (2, 40), (3, 40)])
def test_edited_copies_are_found(index: Index, degree: int, found: int) -> None:
    texts = [story(seed, paragraphs=8) for seed in range(40)]
    rng = random.Random(degree)
    for n, text in enumerate(texts):
        put(index, article(f"s{n}", text, published="2024-01-01"))
        copy, _ = edited(texts, n, degree, rng)
        put(index, article(f"c{n}", copy, title="Another headline", published="2024-01-02"))
    joined = origins(index)
    assert sum(joined[f"c{n}"] == f"s{n}" for n in range(40)) == found
    assert all(joined[f"s{n}"] == f"s{n}" for n in range(40))


# Components


def test_the_earliest_copy_stands_for_all(index: Index) -> None:
    put(index, article("b", LONG))
    put(index, article("z", LONG, published="2024-01-03"))
    assert set(origins(index).values()) == {"z"}  # undated comes last
    put(index, article("y", LONG.lower(), published="2024-01-02"))
    put(index, article("a", LONG + " Added.", published="2024-01-02"))
    put(index, article("other", story(5), published="2020-01-01"))
    assert origins(index) == {"a": "a", "b": "a", "y": "a", "z": "a", "other": "other"}
    assert [card.article_id for card in index.copies("a")] == ["a", "y", "z", "b"]
    assert index.counts().origins == 2


def test_another_is_elected_when_the_first_goes(index: Index) -> None:
    for name, day in (("a", "2024-01-01"), ("b", "2024-01-02"), ("c", "2024-01-03")):
        put(index, article(name, LONG + f" Printed by {name}.", published=day))
    assert set(origins(index).values()) == {"a"}
    index.remove("a")
    assert origins(index) == {"b": "b", "c": "b"}
    put(index, article("b", story(8), published="2024-01-02"))  # no copy any more
    assert origins(index) == {"b": "b", "c": "c"}


def test_identical_texts_survive_the_first_of_them(index: Index) -> None:
    for name in "abc":
        put(index, article(name, LONG))
    index.remove("a")
    put(index, article("d", LONG + " Added."))
    assert set(origins(index).values()) == {"b"}
    index.remove("b")
    index.remove("c")
    assert origins(index) == {"d": "d"}


CHAIN = {
    "left": pieces(1, 2, 3, 4, 5, 6),
    "middle": pieces(3, 4, 5, 6, 7, 8),
    "right": pieces(5, 6, 7, 8, 9, 10),
}


def test_a_chain_falls_apart_without_its_middle(index: Index) -> None:
    assert is_copy(CHAIN["left"], CHAIN["middle"])
    assert not is_copy(CHAIN["left"], CHAIN["right"])
    for name, text in CHAIN.items():
        put(index, article(name, text))
    assert set(origins(index).values()) == {"left"}
    index.remove("middle")
    assert origins(index) == {"left": "left", "right": "right"}


POOL = {
    **CHAIN,
    "same": LONG,
    "same again": LONG.upper(),
    "longer": LONG + "\n\n" + pieces(60),
    "short": SHORT,
    "short again": SHORT.upper(),
    "alone": story(33),
}


def components(names: set[str], days: Mapping[str, str | None]) -> dict[str, str]:
    """The origins by brute force."""
    groups = [{name} for name in names]
    for one, other in combinations(sorted(names), 2):
        if is_copy(POOL[one], POOL[other]):
            a = next(group for group in groups if one in group)
            b = next(group for group in groups if other in group)
            if a is not b:
                groups.remove(b)
                a |= b
    first = {min(g, key=lambda name: (days[name] or "9999", name)): g for g in groups}
    return {name: origin for origin, group in first.items() for name in group}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_origins_do_not_depend_on_the_order_of_what_happened(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    days = {
        name: data.draw(st.sampled_from([None, "2024-01-01", "2024-01-02"]))
        for name in sorted(POOL)
    }
    steps = data.draw(st.lists(st.sampled_from(sorted(POOL)), min_size=1, max_size=25))
    present: set[str] = set()
    with Index.create(tmp_path_factory.mktemp("order") / "index", HashEncoder()) as index:
        for name in steps:  # put what is not there, remove what is
            if name in present:
                index.remove(name)
            else:
                put(index, article(name, POOL[name], published=days[name]))
            present ^= {name}
            assert origins(index) == components(present, days)
        with index.snapshot() as view:
            edges = set(view.db.execute("SELECT a, b FROM copy_edges"))
            bands = {key for (key,) in view.db.execute("SELECT text_key FROM copy_bands")}
        assert edges == {(b, a) for a, b in edges}
        assert bands | {key for edge in edges for key in edge} <= {
            duplicates.text_key(POOL[name]) for name in present
        }


# Measuring on real news


def measure(path: Path) -> None:
    """Print recall for each degree of editing, and the different stories taken for copies."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows]
    runs = [duplicates.shingles(text) for text in texts]
    confused = sum(alike(a, b) for a, b in combinations(runs, 2))
    pairs = len(texts) * (len(texts) - 1) // 2
    print(f"{len(texts)} stories; {confused} of {pairs} pairs of different ones confused")
    rng = random.Random(7)
    hashed = [_bands(text) for text in texts]
    for degree in DEGREES:
        found = banded = wrong = 0
        for n, text in enumerate(texts):
            copy, donor = edited(texts, n, degree, rng)
            mine = duplicates.shingles(copy)
            same = alike(mine, runs[n])
            found += same
            banded += same and not _bands(copy).isdisjoint(hashed[n])
            others = (r for t, r in zip(texts, runs, strict=True) if t not in (text, donor))
            wrong += sum(alike(mine, other) for other in others)
        print(
            f"degree {degree}: recall {found / len(texts):.3f}, "
            f"with bands {banded / len(texts):.3f}, "
            f"precision {found / max(1, found + wrong):.3f} ({wrong} wrong)"
        )


def _bands(text: str) -> set[bytes]:
    made = duplicates.signature(text)
    step = 4 * duplicates.BAND_ROWS
    return {bytes([n // step]) + made[n : n + step] for n in range(0, len(made), step)}


if __name__ == "__main__":
    measure(Path(sys.argv[1]))
