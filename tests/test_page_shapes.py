"""Forty pages after the markup of well-known outlets: what is kept, let in, and told."""

import datetime as dt
from pathlib import Path

import pytest

from index.readers import read_file
from index.records import Article, Problem
from tests.page_shapes import shapes, share
from tests.page_texts import DAY, OUTLET, Page

MOST_FOREIGN = 1
"""Lines of other things that may be let in, of all forty pages together."""
TOLD = {
    "rich_links": "ends with an offer to read on",
    "barrier": "says that it is not free",
    "gateway": "says that it is not free",
    "teased_subscriber": "says that it is not free",
    "member_letter": "says that it is not free",
    "short_item": "kept 43% of the visible text; 2 blocks were left out; the longer begins “Sci",
}
"""What is told of pages; of the last it is a false alarm, since more is said around the item."""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Page, Article, list[str]]]:
    """Each page by its shape, with the article and the warnings that come of it."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, page in shapes():
        path = Path(folder, f"{name}.html")
        path.write_text(page.html)
        [article, *problems] = read_file(path)
        assert isinstance(article, Article), (name, article)
        found[name] = page, article, [one.reason for one in problems if isinstance(one, Problem)]
    return found


def test_there_are_forty_shapes(read):
    assert len(read) == 40


def test_every_paragraph_of_every_shape_is_kept(read):
    lost = {
        name: share(page, article.title, article.text)[0]
        for name, (page, article, _) in read.items()
    }
    assert {name: lines for name, lines in lost.items() if lines} == {}


def test_what_stands_around_stories_is_left_out(read):
    let_in = {
        name: share(page, article.title, article.text)[1]
        for name, (page, article, _) in read.items()
    }
    assert sum(map(len, let_in.values())) <= MOST_FOREIGN, let_in


def test_headline_day_author_and_outlet_are_told_in_each_way_that_pages_have(read):
    for name, (page, article, _) in read.items():
        day = dt.date.fromisoformat(DAY) if page.published else None
        found = article.title, article.published, article.authors, article.publisher
        assert found == (page.title, day, (page.author,), OUTLET), name


def test_what_is_not_free_or_not_whole_is_told_of_that_page_alone(read):
    told = {name: reasons for name, (_, _, reasons) in read.items() if reasons}
    assert told.keys() == TOLD.keys()
    for name, words in TOLD.items():
        [reason] = told[name]
        assert words in reason
        assert read[name][1].doubts[0] in reason
