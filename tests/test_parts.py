"""Questions that ask several things are answered part by part."""

import datetime as dt

import pytest

from rag.cli import terminal
from rag.page.conversation import Exchange
from rag.page.exporting import markdown, page, plain
from rag.page.views import reply
from rag.records import Event
from rag.request.parts import parts
from tests.building import module_archive_of, news


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "Where did they meet and what did they say?",
            ["Where did they meet?", "what did they say?"],
        ),
        (
            "When was the pool opened? How much did it cost?",
            ["When was the pool opened?", "How much did it cost?"],
        ),
        ("What did Dahl say about Doha and when?", ["What did Dahl say about Doha?", "when?"]),
        ("Will it rain? And when?", ["Will it rain?", "And when?"]),
    ],
)
def test_several_questions_in_one(text, asked):
    assert parts(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "How many were killed and injured?",
        "Who decides who gets to speak and when?",
        "How many and which shareholders voted?",
        "Who won? Who lost? Who came third? Who came fourth? Who came fifth?",
        "",
        "? ? ?",
        "When? Where? Who?",
        "What did UN and WHO say about cholera?",
        "Did Lavrov say when and where talks would be held?",
        "What did Lavrov say about Ukraine and what Russia wants?",
        "Did Venn agree with that [Mira Holt did resign? who replaced her]?",
    ],
)
def test_one_question_stays_whole(text):
    assert parts(text) == [text]


DAM = news(
    "The dam at Orlin is behind its plan", "2025-03-04",
    "The dam at Orlin has reached a height of 40 metres, engineers said on Tuesday. Chief engineer "
    "Mira Holt said that the concrete was good.",
)  # fmt: skip
LATER = news(
    "The dam at Orlin grows", "2025-06-10",
    "The dam at Orlin has reached a height of 58 metres, engineers said on Tuesday. A lorry driver "
    "was hurt in May when a crane fell over.",
)  # fmt: skip


assistant = module_archive_of(DAM, LATER, today=dt.date(2025, 7, 1))


@pytest.mark.models
def test_an_older_figure_of_the_time_asked_about_stands(assistant):
    answer = assistant.ask("What height had the dam at Orlin reached in March 2025?")
    assert "40 metres" in answer.text
    assert "58 metres" not in answer.text


@pytest.mark.models
def test_what_is_not_answered_is_told_beside_what_is(assistant):
    answer = assistant.ask("Who was hurt when a crane fell over? What did Mira Holt say about tea?")
    assert "lorry driver" in answer.sentences[0].text
    assert [one.question for one in answer.unanswered] == ["What did Mira Holt say about tea?"]
    assert not answer.refused
    line = answer.unanswered[0].line
    assert line in answer.text
    (told,) = answer.to_dict()["unanswered"]
    assert told == {"question": "What did Mira Holt say about tea?", "message": told["message"]}
    assert line in terminal.answer_text(answer)
    assert line in terminal.after_sentences(answer)
    exchange = Exchange(answer.question).after(Event("answer", answer.text, answer=answer))
    assert "byline-unanswered" in reply(exchange, 1)
    for exported in (plain, markdown, page):
        assert "Not answered" in exported((exchange,))


@pytest.mark.models
def test_a_later_part_leans_on_an_earlier(assistant):
    answer = assistant.ask("What did Mira Holt say about the concrete and when?")
    assert answer.understood.startswith("What did Mira Holt say about the concrete? When did ")
    assert "the concrete was good" in answer.text


@pytest.mark.models
def test_where_no_part_is_answered_the_whole_is_declined(assistant):
    answer = assistant.ask("Who won the cup in Sweden? How much did the cup cost?")
    assert answer.refused
    assert not answer.unanswered
