"""From ranked sentences to quotations, and what a question demands of them."""

import dataclasses

import pytest

from index.records import Span
from rag.decide.demands import Demands, full_names
from rag.decide.demands import unnamed as without
from rag.quote import quotation, quotations, source_line, understandable
from rag.request.question import Question
from tests.building import candidate, passage

TEXT = (
    "Sergei Lavrov spoke in Doha on Saturday. He said that Resolution 2254 must be carried out. "
    "Hakan Fidan listened. The hall was full of reporters from many countries."
)
DOHA = passage(TEXT, title="Talks in Doha", publisher="Quillon Daily", published="2024-12-08")
ASKED = Question.read("What did Lavrov say about Resolution 2254?")


def test_a_sentence_that_opens_on_a_pronoun_brings_the_one_before():
    span = understandable(ASKED, candidate(DOHA, 1))
    assert span.of(TEXT) == TEXT[: TEXT.index(" Hakan")]


CABLE = "The Orrin cable was planned in 2016. It is to join two grids. The cost is 2 billion euros."
SIGNED = "“The people deserve the truth.” Ms. Dahl said. Also, the Orrin cable needs money."


@pytest.mark.parametrize(
    ("text", "at", "shown"),
    [
        (CABLE, 2, CABLE),  # what it is the cost of stands two sentences before
        (CABLE.replace("Orrin", "Hesk"), 2, "The cost is 2 billion euros."),
        (SIGNED, 1, "“The people deserve the truth.” Ms. Dahl said."),
    ],
)
def test_what_a_sentence_is_about_and_whose_it_is_comes_with_it(text, at, shown):
    asked, said = Question.read("What does the Orrin cable cost?"), passage(text)
    assert understandable(asked, candidate(said, at)).of(text) == shown


SPOKEN = 'Aas said, "We waited for years. The bridge opened in May." People cheered.'


@pytest.mark.parametrize(
    ("text", "at", "shown"),
    [
        (SPOKEN, 1, "a: “Aas said, 'We waited for years. The bridge opened in May.'”"),
        (SPOKEN, 0, "a: “Aas said, 'We waited for years. The bridge opened in May.'”"),
        (SPOKEN, 2, "a: “People cheered.”"),
        (SPOKEN[31:], 0, "a, quoting: “'The bridge opened in May.'”"),
        (SPOKEN[:31], 0, "a: “Aas said, 'We waited for years.'”"),
        (SPOKEN[:31].replace('"', "“"), 0, "a: “Aas said, ‘We waited for years.’”"),
    ],
)
def test_words_in_quotation_marks_keep_their_speaker(text, at, shown):
    asked, said = Question.read("When did the bridge open?"), passage(text)
    assert quotation(said, understandable(asked, candidate(said, at))).text == shown


@pytest.mark.parametrize(
    ("question", "other", "score", "short"),
    [
        ("How many homes lost power?", "In Tarn 12,000 homes lost power.", 0.1, ""),
        ("How many homes lost power?", "In Tarn 12,000 homes lost power.", -0.1, "84,000"),
        ("How many homes lost power?", "The storm cost 84,000 homes their power.", 2.0, "84,000"),
        ("How many homes lost power?", "Nine people were killed.", 2.0, "84,000"),
        ("How many schools lost power?", "Nine people were killed.", -2.0, ""),
    ],
)
def test_few_words_lead_where_nothing_else_answers_otherwise(question, other, score, short):
    text = "The storm left 84,000 homes without power."
    surest = candidate(passage(text, article="a"), 0, 3.0)
    answer = Span(text.index("84"), text.index(" homes"))
    surest = dataclasses.replace(surest, answer=answer, is_sure=True)
    rival = candidate(passage(other, article="b"), 0, score)
    drafts = quotations(Question.read(question), [surest, rival])
    assert drafts[0].short == short


@pytest.mark.parametrize(
    ("url", "lead"),
    [("https://bay.example/a", "bay.example, 8 December 2024"), ("http://[x", "8 December 2024")],
)
def test_an_unnamed_outlet_goes_by_its_address(url, lead):
    card = dataclasses.replace(DOHA.stored.card, publisher=None, url=url)
    assert source_line(card) == lead
    assert source_line(dataclasses.replace(card, published=None, url=None)) == "Talks in Doha"
    untitled = dataclasses.replace(
        card, published=None, url=None, title="", opening="Sergei Lavrov spoke in Doha …"
    )
    assert source_line(untitled) == "Sergei Lavrov spoke in Doha …"


def test_sentences_that_say_the_same_are_quoted_once():
    asked = Question.read("Who listened?")
    again = passage("Hakan Fidan listened to it.", article="b")
    drafts = quotations(asked, [candidate(DOHA, 2, 2.0), candidate(again, 0, 1.9)])
    assert len(drafts) == 1


def test_the_newest_that_holds_a_number_comes_first_where_one_is_asked_for():
    asked = Question.read("What is the latest number of people driven out?")
    old = passage("It counted 28,000 people.", article="a", published="2024-12-01")
    new = passage("It now counts 50,000 people.", article="b", published="2024-12-05")
    about = passage("Those driven out before are not in it.", article="c", published="2024-12-06")
    ranked = [candidate(about, 0, 2.0), candidate(old, 0, 1.9), candidate(new, 0, 1.8)]
    assert quotations(asked, ranked)[0].passage == new


def test_articles_that_name_somebody_else_are_both_quoted():
    asked = Question.read("Who listened?")
    other = passage("Abbas Araghchi listened.", article="b")
    drafts = quotations(asked, [candidate(DOHA, 2, 9.0), candidate(other, 0, 1.0)])
    assert len(drafts) == 1, "far below, and the words are not the same"
    rival = passage("Hakan Araghchi listened.", article="b")
    drafts = quotations(asked, [candidate(DOHA, 2, 9.0), candidate(rival, 0, 1.0)])
    assert len(drafts) == 2, "the same but for the name: a reader needs both"


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("What did Lavrov say about Resolution 2254?", []),
        ("What did Lavrov say about Resolution 1701?", ["1701"]),
        ("Who spoke in Doha on Saturday, 7 December?", []),
        ("Who spoke in Doha on 3 November 2021?", ["3 November 2021"]),
    ],
)
def test_numbers_and_days_of_the_question_must_be_those_of_the_passage(question, lacking):
    asked = Question.read(question)
    draft = quotation(DOHA, understandable(asked, candidate(DOHA, 1)))
    assert Demands(asked).lacking(draft) == lacking


@pytest.mark.parametrize(
    ("text", "unnamed"),
    [
        ("His trial begins in May, the court said of Per Lund.", ["Ada Brandt"]),
        ("Brandt is in custody.", []),  # by her last name
        ("AB is in custody.", []),
        ("The Brandts are in custody.", []),
    ],
)
def test_an_article_that_has_no_word_of_a_full_name_is_of_somebody_else(text, unnamed):
    asked = "When does the trial of Ada Brandt and Lund begin in Orrin?"
    assert full_names(asked) == ("Ada Brandt",)
    assert without(full_names(asked), text) == unnamed


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("Sergei Lavrov said that Resolution 2254 must be carried out.", "other"),
        ("Hakan Fidan said that Resolution 2254 must be carried out.", "theirs"),
        ("Resolution 2254 was carried out.", "none"),
    ],
)
def test_another_speaker_is_not_the_one_asked_for(text, whose):
    said = passage(text)
    for question in ("What did Fidan say about Resolution 2254?", "what did fidan say of it"):
        demands = Demands(Question.read(question))
        assert demands.speaker(quotation(said, candidate(said, 0).span), text) == whose


def test_an_office_is_of_the_place_that_it_is_asked_of():
    asked = "who is the mayor of Orrin"
    assert full_names(asked) == ("Orrin",)
    assert without(["Orrin"], "Ada Brandt is the mayor of Holt.") == ["Orrin"]
    assert not without(["Orrin"], "Mayor Ada Brandt opened the pier. It is the first in Orrin.")


@pytest.mark.parametrize(
    ("asked", "demanded"),
    [
        ("How old is Wiranto?", ("Wiranto",)),
        ("Who is Wiranto?", ("Wiranto",)),
        ("Where was Wiranto treated?", ()),  # "the minister was treated" may tell it
    ],
)
def test_a_name_that_is_all_that_a_question_says_has_to_be_there(asked, demanded):
    assert full_names(asked) == demanded


def test_who_speaks_for_somebody_says_it_in_their_name():
    asked = Demands(Question.read("How did the State Department respond to the vote?"))
    for who, whose in (
        ("Department of State spokesperson", "theirs"),
        ("spokeswoman for the State Department", "theirs"),
        ("spokesman", "other"),
        ("State senator", "other"),
    ):
        said = passage(f'After the vote a {who}, Ada Quill, said: "We are let down."')
        assert asked.speaker(quotation(said, candidate(said, 0).span), said.text) == whose
    told = passage("Ministry spokesman Per Lund said that the deal with Lavrov was off.")
    lavrov = Demands(Question.read("What did Lavrov say?"))
    assert lavrov.speaker(quotation(told, candidate(told, 0).span), told.text) == "other"


def test_an_office_of_a_place_may_be_anybodys_title():
    text = "Mayor Agnes Quill of Orrin said that the quay is safe."
    said = passage(text)
    draft = quotation(said, candidate(said, 0).span)
    for asked, whose in (("the mayor of Orrin", "unknown"), ("Mayor Ida Brandt", "other")):
        demands = Demands(Question.read(f"What did {asked} say about the quay?"))
        assert demands.speaker(draft, text) == whose
