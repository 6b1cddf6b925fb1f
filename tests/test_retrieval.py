"""Fusion of the two searches, on a real index with the hash encoder."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.embedding import HashEncoder
from index.ingesting import index_for, ingest_articles
from index.records import Article, Card
from index.store import Index
from rag.records import Dates, Passage
from rag.request.question import Question
from rag.request.timing import standing
from rag.retrieve import quoted_first, retrieve

WIRE = (
    "The harbour of Velmo was closed on Tuesday after a tanker ran aground near the breakwater. "
    "Captain Iris Dahl said that nobody was hurt and that no oil had leaked into the bay. "
    "Two tugs will try to free the ship at high water on Thursday morning, the port said."
)
VOTE = "The council of Velmo voted for a new school by 14 to 9."
TALKS = "Minister Araghchi met his colleagues in the old customs house."
ARTICLES = [
    Article("wire", "Tanker aground", WIRE, "wire", dt.date(2024, 3, 5), "North Wire"),
    Article("copy", "Ship stuck at Velmo", WIRE, "copy", dt.date(2024, 3, 6), "Bay Daily"),
    Article("vote", "Council votes", VOTE, "vote", dt.date(2024, 5, 1), "Bay Daily"),
    Article("name", "Talks", TALKS, "name", dt.date(2024, 6, 1), "North Wire"),
    Article("old", "Undated", "A tanker burned in the strait many years ago.", "old"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    encoder = HashEncoder()
    folder: Path = tmp_path_factory.mktemp("retrieval") / "index"
    with index_for(folder, encoder) as made:
        ingest_articles(made, ARTICLES, encoder)
        yield made


def search(index: Index, text: str, dates: Dates | None = None) -> list[Passage]:
    question = Question.read(text)
    return retrieve(index, question, HashEncoder().encode([text])[0], dates).passages


def test_of_copies_the_one_that_came_in_first_is_found(tmp_path):
    encoder = HashEncoder()
    later = replace(ARTICLES[0], text=f"{WIRE} The tanker aground at Velmo is called Sula.")
    with index_for(tmp_path, encoder) as made:
        ingest_articles(made, [ARTICLES[1], later], encoder)
        found = [p.stored.card.article_id for p in search(made, "tanker aground at Velmo: Sula")]
        assert found == ["copy", "wire"]  # the later one for what it adds
        ingest_articles(made, [replace(ARTICLES[1], text=WIRE + " It rained.")], encoder)
        found = [p.stored.card.article_id for p in search(made, "tanker aground at Velmo: Sula")]
        assert found[0] == "copy"


PAGE = "https://news.example/bridge"


@pytest.mark.parametrize(
    ("first", "second", "quoted"),
    [
        (("a.md", PAGE), ("b.md", PAGE), 0),
        (("a.md", PAGE), (PAGE, PAGE), 1),
        (("a.md", PAGE), (f"{PAGE}/amp", f"{PAGE}?utm_source=x"), 1),
        (("a.md", None), (PAGE, PAGE), 0),
        (("https://lantern.example/copy", PAGE), (PAGE, PAGE), 1),
        (("https://lantern.example/copy", "https://lantern.example/copy"), (PAGE, PAGE), 0),
    ],
)
def test_of_the_same_words_the_first_is_quoted_but_no_claim_before_the_page_itself(
    first, second, quoted
):
    cards = [
        Card(str(at), "", None, None, url, str(at), source=source, arrived=at)
        for at, (source, url) in enumerate((first, second))
    ]
    assert quoted_first(cards) is cards[quoted]
    assert quoted_first(cards[::-1]) is cards[quoted]


def test_another_spelling_of_a_name_is_found(index):
    found = search(index, "Where was Araqchi?")
    assert found[0].stored.card.article_id == "name"
    assert found[0].lexical == 1.0


def test_dates_keep_out_what_is_outside_them_and_what_has_none(index):
    dates = Dates(dt.date(2024, 4, 1), dt.date(2024, 5, 31))
    assert [p.stored.card.article_id for p in search(index, "tanker", dates)] == ["vote"]


PORT = [
    ("early", "2024-11-27", "Governor Odile Marsh said that the harbour of Tolbury would hold."),
    ("late", "2024-12-06", "Governor Odile Marsh said that the harbour of Tolbury was lost."),
    ("talks", "2024-03-01", "The talks of 28 February failed."),
    ("again", "2024-08-01", "The talks of 30 July failed."),
    ("raised", "2023-06-10", "The ferry of Moss Bay came up in the sound."),
    ("sunk", "2022-01-07", "The ferry of Moss Bay went down in the sound."),
]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    encoder = HashEncoder()
    folder: Path = tmp_path_factory.mktemp("periods") / "index"
    articles = [
        Article(name, "Coast", text, name, dt.date.fromisoformat(day)) for name, day, text in PORT
    ]
    with index_for(folder, encoder) as made:
        ingest_articles(made, articles, encoder)
        yield made


TODAY = dt.date(2026, 11, 20)


def asked(index: Index, text: str) -> Question:
    span = index.published_span()
    assert span is not None
    return Question.read(text, TODAY, span[1])


def found(index: Index, text: str) -> list[str]:
    vector = HashEncoder().encode([text])[0]
    return [p.stored.card.article_id for p in retrieve(index, asked(index, text), vector).passages]


@pytest.mark.parametrize(
    ("when", "first"),
    [
        ("in late November", "early"),
        ("since 5 December", "late"),
        ("between 4 and 7 December", "late"),
        ("on Wednesday", "early"),
    ],
)
def test_what_is_from_the_time_asked_for_comes_first(port, when, first):
    ranked = found(port, f"What did Odile Marsh say of the harbour of Tolbury {when}?")
    governor = [article for article in ranked if article in {"early", "late"}]
    assert governor == [first, "late" if first == "early" else "early"]


@pytest.mark.parametrize(
    ("when", "first"), [("on 7 January", "sunk"), ("in June", "raised"), ("on 9 June", "raised")]
)
def test_a_day_without_a_year_is_that_of_any_year(port, when, first):
    text = f"What befell the ferry of Moss Bay {when}?"
    assert found(port, text)[0] == first
    (period,) = asked(port, text).periods
    held = {
        name: standing(period, said, dt.date.fromisoformat(day))
        for name, day, said in PORT
        if name in ("raised", "sunk")
    }
    assert held.pop(first) == "inside"
    assert set(held.values()) == {"outside"}
