"""What a quotation brings along: that it is an opinion, whose words it has, what put it right."""

import datetime as dt

import pytest

from index.records import Card
from rag.quote import is_opinion
from tests.building import module_archive_of, news

COLUMN = news(
    "'Opinion: The harbour firm must answer'", "2026-03-08",
    "Tarn Grain switched off the sprinklers to save water. That is what three dockers have told "
    "me.\n\nIt is time for an inquiry into the harbour of Otterbridge.",
    publisher="Inland Post", authors="Ada Moss",
)  # fmt: skip
CORRECTED = news(
    "Three dead in the Otterbridge warehouse", "2026-03-06",
    "An earlier article said that two watchmen were killed in the warehouse of Otterbridge. Three "
    "people died there. The search has ended, fire chief Jo Reed said.\n\n"
    "“Nobody goes in until I say so,” she said.",
    publisher="Bay Courier",
)  # fmt: skip

archive = module_archive_of(COLUMN, CORRECTED, today=dt.date(2026, 5, 1))


@pytest.mark.parametrize(
    ("title", "url", "expected"),
    [
        ("Opinion: The firm must answer", None, True),
        ("EDITORIAL | The firm must answer", None, True),
        ("The firm must answer - Opinion", None, True),
        ("The firm must answer", "https://example.org/opinion/2026/firm", True),
        ("The firm must answer", "https://[example.org/opinion", False),
        ("Opinions differ on the firm", "https://example.org/news/opinion-poll", False),
        ("Comment on the firm is declined", None, False),
    ],
)
def test_an_opinion_is_known_by_its_headline_or_its_address(title, url, expected):
    assert is_opinion(Card("a", title, None, None, url, "o")) is expected


@pytest.mark.models
def test_an_opinion_is_told_as_one_with_whose_words_it_has(archive):
    answer = archive.ask("did tarn grain switch off the sprinklers")
    assert answer.sentences[0].text == (
        "Inland Post, 8 March 2026, opinion: “Tarn Grain switched off the sprinklers to save "
        "water. That is what three dockers have told me.”"
    )
    assert not answer.short


@pytest.mark.models
def test_what_an_earlier_article_said_comes_with_what_is_so(archive):
    for asked in ("were two watchmen killed in otterbridge", "summarise the news of otterbridge"):
        told = [one.text for one in archive.ask(asked).sentences if "An earlier" in one.text]
        assert told and all("Three people died there." in text for text in told), asked


@pytest.mark.models
def test_exact_words_need_no_quotation_marks_where_an_article_has_them(archive):
    answer = archive.ask("who said nobody goes in until i say so")
    assert answer.kind == "phrase"
    assert "Jo Reed" in answer.text and "Nobody goes in" in answer.text
    assert archive.ask("who said the search has no end").kind == "question"


@pytest.mark.models
def test_who_only_writes_in_the_archive_is_said_to(archive):
    answer = archive.ask("who is ada moss")
    assert answer.refused and answer.text.startswith("The archive has articles by Ada Moss, but no")


@pytest.mark.models
def test_a_name_in_small_letters_that_the_archive_has_is_near(archive):
    answer = archive.ask("what do dentists recommend to otterbridge")
    assert answer.refused and answer.text.startswith("The archive has articles near this topic")
