"""Fusion of the two searches, on a real index with the hash encoder."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embedding import HashEncoder
from index.ingesting import index_for, ingest_articles
from index.records import Article
from index.store import Index
from rag.question import Question
from rag.retrieval import Dates, Passage, retrieve

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
    return retrieve(index, question, HashEncoder().encode([text])[0], dates)


def test_the_passage_that_shares_the_rare_words_comes_first(index: Index) -> None:
    found = search(index, "How many voted for the school?")
    assert found[0].stored.card.article_id == "vote"
    assert [passage.score for passage in found] == sorted((p.score for p in found), reverse=True)


def test_copies_of_one_story_come_once(index: Index) -> None:
    found = [p.stored.card.article_id for p in search(index, "tanker aground at Velmo harbour")]
    assert len({"wire", "copy"} & set(found)) == 1


def test_another_spelling_of_a_name_is_found(index: Index) -> None:
    found = search(index, "Where was Araqchi?")
    assert found[0].stored.card.article_id == "name"
    assert found[0].lexical == 1.0


def test_dates_keep_out_what_is_outside_them_and_what_has_none(index: Index) -> None:
    dates = Dates(dt.date(2024, 4, 1), dt.date(2024, 5, 31))
    assert [p.stored.card.article_id for p in search(index, "tanker", dates)] == ["vote"]


def test_a_question_of_no_known_word_still_finds_the_nearest(index: Index) -> None:
    assert search(index, "xyzzy")
