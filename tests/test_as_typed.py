"""Questions as people type them: with slips, in the present tense, in other languages."""

import datetime as dt
from functools import partial

import pytest

from rag.request.question import Question
from rag.request.spelling import respelt
from tests.building import module_archive_of, news

article = partial(news, publisher="Fell Echo")

ARTICLES = (
    article(
        "New warden for the lakes",
        "2024-10-01",
        "Torvald Ruud became warden of the lakes on Tuesday.",
    ),
    article(
        "Warden of the lakes steps down",
        "2025-04-11",
        "The warden of the lakes, Torvald Ruud, resigned on Friday. Forester Ida Myhre takes over "
        "the office until the autumn.",
    ),
    article(
        "Bakery moves",
        "2025-03-01",
        "The Holt bakery moves to the harbour in May. The bakery employs 14 people. Its owner, "
        "Greta Novak, said that the oven would stay.",
    ),
    article("Snow bill", "2025-01-10", "Aldby spent 4.2 million crowns on clearing snow."),
    article(
        "Seeps at the statues",
        "2025-02-03",
        'Hydrologist Runa Tveit said: "The seeps near the statues are well known. However, they '
        'are a minor resource." The island has 900 statues.',
    ),
    article("Birkby's winter", "2025-01-11", "Birkby paid 3.9 million crowns for clearing snow."),
)


archive = module_archive_of(*ARTICLES, today=dt.date(2025, 5, 1))


def test_slips_of_the_hand_are_put_right_and_told(archive):
    answer = archive.ask("how many stattues has the iland?")
    assert answer.understood == "how many statues has the island?"
    assert answer.short == "900"
    for text in ("how many peple work at the holt bakrey?", "how many statues has the island?"):
        understood = archive.ask(text)
        assert understood.understood == text and not understood.refused  # answered as it stands


def test_a_name_that_no_article_has_is_not_taken_for_another(archive):
    answer = archive.ask("What did Greta Novakova say about the oven?")
    assert answer.understood == answer.question
    transliterated = archive.ask("What did Greta Nowak say about the oven?")
    assert not transliterated.refused


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("Where did Petra Vandebrilt live?", "Where did Petra Vanderbrilt live?"),
        ("Where did Vandebrilt live?", "Where did Vandebrilt live?"),
        ("Where did Jonas Vandebrilt live?", "Where did Jonas Vandebrilt live?"),
        ("Where did Petra Vandermilk live?", "Where did Petra Vandermilk live?"),
        ("Where did Petra start paimting?", "Where did Petra start painting?"),
    ],
)
def test_a_slip_is_put_right_and_no_word_of_english_nor_a_name_alone(asked, read):
    texts = ["The painter Petra Vanderbrilt lived in Hesk, painting every street of it."]
    known = {"where": 1, "live": 1, "petra": 1, "jonas": 1}
    question = Question.read(asked)
    frequency = {term: known.get(term, 0) for term in question.terms}
    assert respelt(question, frequency, texts) == read


def test_who_holds_an_office_now_is_not_answered_with_who_may_have_left_it(archive):
    now = archive.ask("Who is the warden of the lakes?")
    assert now.short is None
    assert "resigned" in now.text or "takes over" in now.text
    assert (
        archive.ask("Who is the warden of the lakes?", until="2024-12-31").short == "Torvald Ruud"
    )
    assert "Torvald Ruud became" in archive.ask("Who became warden of the lakes in 2024?").text


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Womit handelt die Bäckerei von Holt heute?", "German"),
        ("Qui dirige le syndicat des marins ?", "French"),
        ("¿Cuántos empleados tiene el ayuntamiento?", "Spanish"),
        ("¿Quién es el primer ministro?", "Spanish"),
    ],
)
def test_a_question_in_another_language_is_answered_or_declined_as_such(
    archive, question, language
):
    answer = archive.ask(question)
    assert answer.refusal is None or (
        answer.refusal.kind == "language" and language in answer.refusal.message
    )
    declined = archive.ask("zeppelin fares aldby 1921")
    assert declined.refusal is not None and declined.refusal.kind != "language"


def test_a_quotation_is_neither_broken_off_nor_parted_from_what_takes_it_back(archive):
    answer = archive.ask("What did Runa Tveit say about the seeps near the statues?")
    assert "However, they are a minor resource." in answer.citations[0].quote
    assert "900" not in answer.citations[0].quote
