"""Syndicated copies share an origin; different stories do not.

`eval.bench.copies` measures it on real news.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.bench.copies import edited
from index import duplicates
from index.duplicates import is_copy, overlap
from index.embedding import HashEncoder
from index.store import Index
from tests.fakes import article, put, story, word


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


def test_a_changed_word_counts_as_one() -> None:
    told = [word(n) for n in range(100)]
    changed = [word(900 + n) if n % 8 == 4 else one for n, one in enumerate(told)]
    one, other = " ".join(told), " ".join(changed)
    assert len(duplicates.shingles(one) & duplicates.shingles(other)) < 40  # of 96
    containment, resemblance = overlap(one, other)
    assert containment == resemblance == 0.84  # 12 of 100 changed, and the four before the first
    assert is_copy(one, other)
    assert overlap("", one) == overlap("", "") == (0, 0)


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
        copy = edited(texts, n, degree, rng)
        put(index, article(f"c{n}", copy, title="Another headline", published="2024-01-02"))
    joined = origins(index)
    assert sum(joined[f"c{n}"] == f"s{n}" for n in range(40)) == found
    assert all(joined[f"s{n}"] == f"s{n}" for n in range(40))


# Components


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


# What copies agree in

NEWS = (
    "The council of Veldmar approved the repair of the harbour bridge on Tuesday evening. It will "
    "cost 18.4 million crowns and take two years, the treasurer Ilse Tarn told the meeting.\n\n"
    "Engineers had found rust in six piers during an inspection in March. Lorries have gone the "
    "long way through the old town since then, and people there want the night ban to stay."
)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("18.4 million", "12 million", False),
        ("18.4 million", "18.4 billion", False),
        ("two years", "three years", False),
        ("Ilse Tarn", "Boris Vant", False),
        ("Tuesday", "Friday", False),
        ("March", "June", False),
        ("will cost", "will not cost", False),
        ("told the meeting", "said at the meeting", True),
        (" on Tuesday evening", "", True),
        ("Lorries have gone the long way through the old town since then, and p", "P", True),
    ],
)
def test_copies_agree_in_figures_names_and_dates(old: str, new: str, same: bool) -> None:
    other = NEWS.replace(old, new)
    assert other != NEWS
    assert is_copy(NEWS, other) is is_copy(other, NEWS) is same
    assert duplicates.relation(NEWS, other) == ("copies" if same else "differ")


def test_a_third_text_brings_no_two_together_that_differ(index: Index) -> None:
    other = NEWS.replace("18.4", "12")
    between = NEWS.replace("It will cost 18.4 million crowns and take two years, the", "The")
    for name, text in (("false", other), ("between", between), ("true", NEWS)):
        put(index, article(name, text, published=f"2024-01-0{len(name) % 9}"))
    found = origins(index)
    assert found["true"] == "true" and found["true"] != found["false"]


def test_the_articles_of_two_years_are_no_copies() -> None:
    text = "\n\n".join(f"Part {n} of the budget {{0}} gives {{0}} crowns. {NEWS}" for n in "ab")
    assert not is_copy(text.format(2023), text.format(2024))
