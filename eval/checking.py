"""What the exact check finds of the faults that were planted, kind by kind.

`eval.planting` makes the faults; here a check is held against them. The check is
passed in, so that one which always agrees can be seen to fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from eval.planting import KINDS, Planted, Statement, by_half, planted, statements
from eval.questions import ARTICLES
from index.readers import read_all
from index.records import Article, Card
from rag.verify.support import Fault, Support, faults

HALVES = ("tune", "report")
SPARE = 2
"""Faults of one kind, in one half, that may be missed beyond those of the baseline."""

Check = Callable[[str, Sequence[Support]], Sequence[Fault]]


def library() -> dict[str, Article]:
    """The demo articles by their ids."""
    return {one.id: one for one in read_all([ARTICLES]) if isinstance(one, Article)}


def support(article: Article, quote: str) -> Support:
    """What some words of an article give to rest on."""
    card = Card(
        article.id, article.title, article.published, article.publisher, article.url, article.id
    )
    return Support.of(quote, card)


def caught(
    check: Check, faulty: Sequence[Planted], articles: Mapping[str, Article]
) -> tuple[Counter[str], Counter[str]]:
    """For each kind, how many faults there are and how many the check finds."""
    all_of, found = Counter[str](), Counter[str]()
    for one in faulty:
        all_of[one.kind] += 1
        cited = [support(articles[article], quote) for article, quote in one.cites]
        found[one.kind] += bool(check(one.text, cited))
    return all_of, found


def rejected(
    check: Check, true: Sequence[Statement], articles: Mapping[str, Article]
) -> list[Statement]:
    """The true sentences in which the check finds a fault."""
    return [one for one in true if check(one.text, [support(articles[one.article], one.quote)])]


def tally(articles: Mapping[str, Article]) -> dict[str, dict[str, int]]:
    """For each half and kind, how many planted faults the exact check finds."""
    every = statements()
    found = {}
    for half in HALVES:
        _, counts = caught(faults, planted(by_half(every, half), articles), articles)
        found[half] = {kind: counts[kind] for kind in KINDS}
    return found


def fewer(half: str, found: Mapping[str, int], kept: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A line for each kind of which clearly fewer faults are found than in the baseline."""
    return [
        f"the exact check finds {found[kind]} planted faults of the kind {kind}, and found {was} "
        f"({half} half; {SPARE} fewer are tolerated)"
        for kind, was in kept.get(half, {}).items()
        if found[kind] < was - SPARE
    ]
