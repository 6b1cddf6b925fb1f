"""The exact check against faults that were planted in true sentences.

One half of the articles was used to write the check, the other only to report;
the limits hold on both. No model runs here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from eval.checking import HALVES, Check, caught, fewer, library, rejected, support
from eval.planting import KINDS, Statement, by_half, planted, statements
from index.records import Article
from index.sentences import sentences
from rag.verify.support import Fault, faults

LEAST_CAUGHT = 0.95
MOST_REJECTED = 0.03
FEWEST = {"tune": 30, "report": 30}
"""Faults of each kind in each half."""


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return library()


@pytest.fixture(scope="module")
def every() -> list[Statement]:
    return statements()


def passes(check: Check, half: str, every: list[Statement], articles: dict[str, Article]) -> bool:
    """Whether a check keeps both limits on one half."""
    true = by_half(every, half)
    all_of, found = caught(check, planted(true, articles), articles)
    enough = found.total() >= LEAST_CAUGHT * all_of.total()
    return enough and len(rejected(check, true, articles)) <= MOST_REJECTED * len(true)


def test_the_statements_rest_on_words_of_their_articles(
    every: list[Statement], articles: dict[str, Article]
) -> None:
    assert len(every) >= 150
    assert len({one.id for one in every}) == len(every)
    for one in every:
        assert one.quote in articles[one.article].text, one.id
        assert one.text not in articles[one.article].text, one.id


@pytest.mark.parametrize("half", HALVES)
def test_planted_faults_are_caught_and_true_sentences_kept(
    half: str,
    every: list[Statement],
    articles: dict[str, Article],
    say: Callable[[str], None],
    kept: Mapping[str, Any],
    nothing: Callable[[Sequence[str]], None],
) -> None:
    true = by_half(every, half)
    all_of, found = caught(faults, planted(true, articles), articles)
    wrongly = rejected(faults, true, articles)
    say(f"\nplanted faults, {half} half: caught of all")
    for kind in KINDS:
        say(f"  {kind:10} {found[kind]:4} of {all_of[kind]:4}  {found[kind] / all_of[kind]:6.1%}")
    say(f"  {'all':10} {found.total():4} of {all_of.total():4}  "
        f"{found.total() / all_of.total():6.1%}")  # fmt: skip
    say(f"  true sentences rejected: {len(wrongly)} of {len(true)} "
        f"({len(wrongly) / len(true):.1%})")  # fmt: skip
    for one in wrongly:
        say(f"    {one.id}: {one.text}")
    assert all_of.total() >= 200
    assert min(all_of[kind] for kind in KINDS) >= FEWEST[half]
    wrong = []
    if found.total() < LEAST_CAUGHT * all_of.total():
        missed = ", ".join(f"{all_of[k] - found[k]} of {all_of[k]} {k}" for k in KINDS)
        wrong.append(
            f"the exact check finds {found.total()} of {all_of.total()} planted faults ({half} "
            f"half; {LEAST_CAUGHT:.0%} wanted). It misses {missed}"
        )
    if len(wrongly) > MOST_REJECTED * len(true):
        wrong.append(
            f"the exact check rejects {len(wrongly)} of {len(true)} true sentences ({half} half; "
            f"at most {MOST_REJECTED:.0%} wanted)"
        )
    nothing([*wrong, *fewer(half, found, kept.get("planted", {}))])


def test_a_check_that_always_agrees_and_one_that_never_does_are_found_out(
    every: list[Statement], articles: dict[str, Article]
) -> None:
    assert not passes(lambda sentence, supports: [], "report", every, articles)
    never = [Fault("name", "x")]
    assert not passes(lambda sentence, supports: never, "report", every, articles)


def test_every_sentence_of_the_archive_supports_itself(
    articles: dict[str, Article], nothing: Callable[[Sequence[str]], None]
) -> None:
    nothing(
        [
            f"{article.id} does not support its own: {text} ({found[0].kind} {found[0].what!r})"
            for article in articles.values()
            for span in sentences(article.text)
            if (found := faults(text := span.of(article.text), [support(article, text)]))
        ]
    )
