"""Pages after the markup of well-known outlets: what is kept, let in, and told."""

import datetime as dt

import pytest

from index.records import Article
from tests.page_shapes import shapes, share
from tests.page_texts import DAY, OUTLET
from tests.reading import read, reasons

PAGES = dict(shapes())
TOLD = {
    "rich_links": "ends with an offer to read on",
    "barrier": "says that it is not free",
    "teased_subscriber": "says that it is not free",
    "member_letter": "says that it is not free",
    "short_item": "kept 4",
}
"""What is told of pages; of the last it is a false alarm, since more is said around the item."""


@pytest.mark.parametrize("name", PAGES)
def test_of_a_page_its_story_is_read_and_what_it_says_of_itself(name):
    page = PAGES[name]
    article, *problems = read(f"{name}.html", page.html)
    assert isinstance(article, Article)
    lost, let_in = share(page, article.title, article.text)
    assert (lost, let_in) == ([], [])
    day = dt.date.fromisoformat(DAY) if page.published else None
    found = article.title, article.published, article.authors, article.publisher
    assert found == (page.title, day, (page.author,), OUTLET)
    assert len(problems) == (name in TOLD)
    assert all(TOLD[name] in reason for reason in reasons(problems))
