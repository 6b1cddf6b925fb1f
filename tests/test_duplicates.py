"""Two texts are copies of one story, or they are not; `eval.bench.copies` measures it on news.

What a store makes of it stands in `test_versions`.
"""

import hashlib
import random

import pytest

from eval.bench.copies import edited
from index import duplicates
from index.duplicates import is_copy
from index.embedding import HashEncoder
from index.store import Index
from tests.fakes import article, put, story


def pieces(*seeds: int) -> str:
    """A text of several different paragraphs, each named by a number."""
    return "\n\n".join(story(seed, paragraphs=1) for seed in seeds)


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
def test_copies(one, other, expected):
    assert is_copy(one, other) is is_copy(other, one) is expected


def test_stored_signatures_stay_comparable():
    """When this fails, signatures in existing indexes no longer match new ones: raise FORMAT."""
    counting = " ".join(str(number) for number in range(100))
    found = hashlib.sha256(duplicates.signature(counting)).hexdigest()[:16]
    assert found == "19f62c6877fd4914"


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_edited_copies_are_found(tmp_path, degree):
    texts = [story(seed, paragraphs=8) for seed in range(40)]
    rng = random.Random(degree)
    with Index.create(tmp_path, HashEncoder()) as index:
        for n, text in enumerate(texts):
            put(index, article(f"s{n}", text, published="2024-01-01"))
            copy = edited(texts, n, degree, rng)
            put(index, article(f"c{n}", copy, title="Another headline", published="2024-01-02"))
        origins = {card.article_id: card.origin for card in index.articles()}
    assert origins == {f"{kind}{n}": f"s{n}" for kind in "sc" for n in range(40)}


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
def test_copies_agree_in_figures_names_and_dates(old, new, same):
    other = NEWS.replace(old, new)
    assert other != NEWS
    assert is_copy(NEWS, other) is is_copy(other, NEWS) is same
    assert duplicates.relation(NEWS, other) == ("copies" if same else "differ")


WIRE = f"VELDMAR, Nov 15 (Northern Wire) - {NEWS}"
LEAD = NEWS.split(" on Tuesday")[0]
LOCAL = NEWS.replace(LEAD, "Ostrand sent 40 masons, for the council of Veldmar approved the repair")
"""A paper's own beginning, with a figure that stands nowhere in the wire's."""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (WIRE, LOCAL, True),
        (WIRE, f"Veldmar (Coast Press) – {LOCAL}", True),
        (WIRE, WIRE.replace("Nov 15", "Nov 16"), False),
        (WIRE, WIRE.replace("VELDMAR", "OSTRAND"), False),
        (f"By Lena Hart, Northern Wire\n\n{NEWS}", f"By Jo Amin, Northern Wire\n\n{NEWS}", True),
        (f"{NEWS}\n\nReporting by Lena Hart.", f"{NEWS}\n\nReporting by Jo Amin.", True),
        (f"{NEWS}\n\nLena Hart spoke of it.", f"{NEWS}\n\nJo Amin spoke of it.", False),
    ],
)
def test_what_stands_around_a_story_is_compared_by_itself(one, other, same):
    assert is_copy(one, other) is is_copy(other, one) is same


def test_a_third_text_brings_no_two_together_that_differ(tmp_path):
    other = NEWS.replace("18.4", "12")
    between = NEWS.replace("It will cost 18.4 million crowns and take two years, the", "The")
    with Index.create(tmp_path, HashEncoder()) as index:
        for name, text in (("false", other), ("between", between), ("true", NEWS)):
            put(index, article(name, text, published=f"2024-01-0{len(name) % 9}"))
        assert index.card("true").origin == "true" != index.card("false").origin


def test_the_articles_of_two_years_are_no_copies():
    text = "\n\n".join(f"Part {n} of the budget {{0}} gives {{0}} crowns. {NEWS}" for n in "ab")
    assert not is_copy(text.format(2023), text.format(2024))
