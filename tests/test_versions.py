"""Versions of one article: the latest is searched, the others are kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index import versions
from index.connections import connect
from index.embedding import HashEncoder
from index.ingesting import ingest, ingest_articles
from index.records import Article, Report
from index.store import Index
from index.versions import url_key
from tests.fakes import CountingEncoder, article, story

URL = "https://courier.example/bridge"
ENCODER = HashEncoder()
COSTS = "Repairs of the harbour bridge in Veldmar cost {} million crowns and took two years."


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", ENCODER) as made:
        yield made


def version(
    name: str,
    cost: str = "18.4",
    published: str | None = "2025-03-04",
    at: str | None = None,
    **known: object,
) -> Article:
    """One that the program fetched; every request of a page may have its own tracking."""
    source = f"{URL}?utm_source={name}"
    made = article(name, COSTS.format(cost), title="Bridge", published=published, source=source)
    moment = dt.datetime.fromisoformat(at) if at else None
    return dataclasses.replace(made, **{"url": URL, "as_of": moment, **known})  # type: ignore[arg-type]


def ingested(index: Index, *items: Article) -> Report:
    return ingest_articles(index, items, ENCODER)


def state(index: Index) -> dict[str, str]:
    """What supersedes each article; nothing for what is searched."""
    return {card.article_id: card.superseded_by for card in index.articles() + index.earlier()}


def orders(*items: Article) -> Iterable[tuple[Article, ...]]:
    return itertools.permutations(items)


A = "https://courier.example/a"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://www.courier.example/a/", "https://COURIER.example/a", True),
        (f"{A}?utm_source=x&fbclid=1", f"{A}#top", True),
        ("https://courier.example/?p=7&s=1", "https://courier.example?s=1&p=7&utm_x=m", True),
        ("https://courier.example:443/a", A, True),
        (A, "https://courier.example/b", False),
        (A, "https://ledger.example/a", False),
        (f"{A}?p=1", f"{A}?p=2", False),
        ("https://courier.example:81/a", A, False),
    ],
)
def test_ways_to_one_page_and_to_two(one: str, other: str, same: bool) -> None:
    assert (url_key(one) == url_key(other)) is same
    for front in (
        None,
        "",
        "https://courier.example",
        "https://courier.example/?utm_x=x",
        "http://[",
    ):
        assert url_key(front) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"published": "2025-03-05"}),
        ({}, {"at": "2025-03-04T12:00:00+00:00"}),
        ({"at": "2025-03-04T09:00:00+00:00"}, {"at": "2025-03-04T12:00:00+00:00"}),
        ({"published": None, "at": "2025-03-04T09:00:00+00:00"}, {}),
        ({}, {"corrections": ("Correction: 19.1, not 18.4.",)}),
        ({"publisher": "Courier"}, {"publisher": None, "published": "2025-03-05"}),
    ],
)
def test_the_later_version_is_searched_whichever_comes_first(
    tmp_path: Path, old: dict[str, str], new: dict[str, str]
) -> None:
    if old.get("published", "x") is None:
        old, new = new, {**old, "at": "2025-03-04T09:00:00+00:00"}
    pair = version("old", **old), version("new", "19.1", **new)  # type: ignore[arg-type]
    for number, order in enumerate(orders(*pair)):
        with Index.create(tmp_path / str(number), ENCODER) as index:
            report = ingested(index, *order)
            assert (report.added, report.superseded) == (2, (("old", "new"),))
            assert state(index) == {"new": "", "old": "new"}
            assert index.article("old") == pair[0]
            assert index.card("old").superseded_by == "new"
            assert [card.article_id for card in index.earlier("new")] == ["old"]
            assert index.earlier("old") == []


def test_versions_of_one_moment_are_ordered_by_what_they_say(tmp_path: Path) -> None:
    items = [version(name, cost) for name, cost in (("a", "18.4"), ("b", "19.1"), ("c", "20.22"))]
    found = []
    for number, order in enumerate(orders(*items)):
        with Index.create(tmp_path / str(number), ENCODER) as index:
            ingested(index, *order)
            found.append(state(index))
    assert found[0]["c"] == ""  # it tells most
    assert all(one == found[0] for one in found)


def test_a_second_run_changes_nothing(index: Index) -> None:
    pair = version("old"), version("new", "19.1", published="2025-03-05")
    ingested(index, *pair)
    before = index.manifest
    encoder = CountingEncoder()
    report = ingest_articles(index, pair, encoder)
    assert (report.unchanged, report.superseded, encoder.batches) == (2, (), [])
    assert index.manifest == before


@pytest.mark.parametrize(
    "other",
    [
        {"url": "https://courier.example/other"},
        {"url": None},
        {"publisher": "Daily Ledger"},
        {"published": None},
        {"title": "Ferry late", "text": story(5)},
    ],
)
def test_what_is_no_version_stays(index: Index, other: dict[str, object]) -> None:
    one = version("one", publisher="Courier")
    published = other.pop("published", "2025-03-05")
    two = version("two", "19.1", published=published, **{"publisher": "Courier", **other})  # type: ignore[arg-type]
    ingested(index, one, two)
    assert state(index) == {"one": "", "two": ""}


def test_the_same_words_at_one_address_are_copies(index: Index) -> None:
    report = ingested(index, version("one"), version("two", published="2025-03-05"))
    assert (report.superseded, report.copies) == ((), (("two", "one"),))
    ingested(index, version("new", "19.1", published="2025-03-06"))
    assert state(index) == {"new": "", "one": "new", "two": "new"}


LAST = "It is the last of the three bridges over the river."
FILES = {
    "front.md": "---\ntitle: Bridge\ndate: 2025-03-06\nurl: {url}\n---\n\n{text}\n",
    "label.txt": "Bridge\n6 March 2025\n\n{text}\n\n"
    f"{LAST}\n\nOriginal url: {{url}}?utm_source=a",
    "row.csv": "id,title,published,url,text\nx,Bridge,2025-03-06,{url},{text}\n",
    "page.html": "<html><head><title>Bridge</title><link rel=canonical href='{url}'></head><body>"
    f"<article><h1>Bridge</h1><p>6 March 2025</p><p>{{text}}</p><p>{LAST}</p></article></body>",
}
"""Files each of which says of itself that it is the article at an address."""


@pytest.mark.parametrize("name", FILES)
def test_an_address_that_a_file_names_replaces_nothing(
    index: Index, tmp_path: Path, name: str
) -> None:
    ingested(index, version("true"))
    (tmp_path / name).write_text(FILES[name].format(url=URL, text=COSTS.format("12.0")))
    report = ingest(index, [tmp_path / name], ENCODER)
    assert (report.added, report.superseded) == (1, ())
    (other,) = index.claimants("true")
    assert url_key(other.url) == url_key(URL)
    assert [card.article_id for card in index.claimants(other.article_id)] == ["true"]
    assert set(state(index).values()) == {""}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://courier.example/a", "http://www.courier.example/a/?utm_source=x", True),
        ("https://courier.example/a", "https://m.courier.example/a/amp", True),
        ("https://courier.example/a", "https://courier.example/a?print=1", True),
        ("https://courier.example/a.html", "https://courier.example/a.amp.html", True),
        ("https://courier.example/a", "https://courier.example/b", False),
        ("https://courier.example/a", "https://ledger.example/a", False),
        ("https://courier.example/feed#one", "https://courier.example/feed#two", False),
        ("/news/a.jsonl#7", "/news/b.jsonl#7", False),
    ],
)
def test_what_came_the_same_way(one: str, other: str, same: bool) -> None:
    assert (versions.way(one) == versions.way(other)) is same


def test_what_an_index_of_before_has_set_aside_stays_there(index: Index) -> None:
    ingested(index, version("old"), version("new", "19.1", published="2025-03-05"))
    with closing(connect(index.folder, "rw")) as db:
        db.execute("UPDATE articles SET source = '/new.md'")
        db.execute("UPDATE earlier SET source = '/old.md'")
    ingested(index, version("other", "20", published="2025-03-04"))
    assert state(index) == {"new": "", "old": "new", "other": ""}
    index.remove("new")
    assert state(index) == {"old": "", "other": ""}


def test_a_date_to_come_is_not_believed(index: Index) -> None:
    report = ingested(index, version("one"), version("two", "19.1", published="2999-01-01"))
    (warning,) = report.warnings
    assert "2999-01-01" in warning.reason
    two = index.article("two")
    assert (two.published, two.doubts) == (None, (warning.reason,))
    assert state(index) == {"one": "", "two": ""}
    assert ingested(index, version("two", "19.1", published="2999-01-01")).unchanged == 1


def test_a_taken_id_skips_no_article(index: Index) -> None:
    """Of rows with one id, in two files or in one, each is kept."""
    rows = [
        article("7", story(seed), source=f"/{name}.jsonl#7")
        for seed, name in ((1, "a"), (2, "b"), (3, "b"))
    ]
    report = ingested(index, *rows)
    assert (report.added, report.problems, len(report.warnings)) == (3, (), 2)
    assert {index.article(card.article_id).text for card in index.articles()} == {
        row.text for row in rows
    }
    again = ingested(index, *rows)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 3)
