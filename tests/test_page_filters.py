"""Outlets, languages and days set on the page: what they narrow and how it is told."""

import dataclasses
import datetime as dt

import pytest
from fake_assistant import ASK_BRIDGE, FakeAssistant, bridge_answer, choices_of, refused_answer
from shown import Parsed, finished

from index.errors import BadRequest
from rag.assistant import dates
from rag.page import layout, views
from rag.page.answering import Answers
from rag.page.archive import Filter
from rag.records import Dates

ONLY = {"outlets": ["Northern Wire"], "languages": ["fr"]}


def test_a_question_is_asked_of_the_chosen_outlets_and_languages(tmp_path):
    assistant = FakeAssistant()
    choices = choices_of(assistant, tmp_path / "index")
    answers = Answers(choices)
    settings = choices.settings({**ONLY, "index": "index"})
    begun = answers.begin(ASK_BRIDGE, (), settings)
    *_, last = answers.answer(begun.conversation, settings)
    assert last.conversation[-1].answer is not None
    narrowed = {name: tuple(values) for name, values in ONLY.items()}
    assert assistant.only == {**narrowed, "without": ()}
    answers.ask(ASK_BRIDGE, settings, "a table")
    assert assistant.only == {**narrowed, "without": ()}


def test_the_archives_own_outlets_and_languages_are_offered(tmp_path):
    cards = choices_of(FakeAssistant(), tmp_path / "index").archive().cards()
    french = dataclasses.replace(cards[0], language="fr", publisher="Été")
    unknown = dataclasses.replace(cards[1], language="", publisher=None, url="https://a.example/")
    english = dataclasses.replace(cards[2], language="en")
    assert layout.narrowing([french, english, unknown]) == (
        sorted(["Été", str(english.publisher)], key=str.casefold),
        [("English", "en"), ("French", "fr")],
    )


def test_what_was_left_out_stands_above_the_answer_once():
    within = "Only articles of Northern Wire were read; 1 whose outlet is not known was left out."
    answer = dataclasses.replace(bridge_answer(), within=within)
    text = Parsed(views.reply(finished(answer), 1)).text
    assert text.startswith(within) and text.count("were read") == 1
    dated = dataclasses.replace(finished(answer), since="2025")
    assert Parsed(views.reply(dated, 1)).text.count("were read") == 1
    plain = dataclasses.replace(finished(bridge_answer()), since="2025")
    assert Parsed(views.reply(plain, 1)).text.startswith(
        "Only articles published since 2025 were read."
    )
    refusal = dataclasses.replace(refused_answer().refusal, message=f"It does not say. {within}")
    refused = dataclasses.replace(refused_answer(), refusal=refusal, within=within)
    assert Parsed(views.reply(finished(refused), 1)).text.count("were read") == 1


# Days as a reader types them.


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2024-12-05", "2024-12-05", "2024-12-05"),
        (" 5 December 2024 ", "2024-12-05", "2024-12-05"),
        ("December 5, 2024", "2024-12-05", "2024-12-05"),
        ("5th dec 2024", "2024-12-05", "2024-12-05"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("february 2024", "2024-02-01", "2024-02-29"),
        ("2019", "2019-01-01", "2019-12-31"),
    ],
)
def test_a_filter_begins_with_the_first_day_and_ends_with_the_last(given, first, last):
    window = Dates(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert dates(given, given) == window
    assert Filter.of(since=given, until=given) == Filter(since=window.since, until=window.until)


@pytest.mark.parametrize(
    "given", ["soon", "5 December", "31 February 2024", "2024-13", "05/12/2024", "5 in 2019"]
)
def test_what_is_no_date_is_told_with_what_would_be_one(given):
    for asked in (lambda: dates(given, None), lambda: Filter.of(until=given)):
        with pytest.raises(BadRequest, match=f"{given}.*not a date. Write it as"):
            asked()


def test_dates_that_leave_nothing_are_told():
    assert dates("", None) == Dates()
    with pytest.raises(BadRequest, match="The dates leave nothing"):
        dates("2025", "2024-12")
