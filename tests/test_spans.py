"""Spans of the kind that a question asks for."""

import pytest

from rag.decide.spans import offers, typed, with_hedge
from rag.request.question import Question


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (
            "Who opened the school?",
            "On Monday Petra Dahl, the mayor of Velmo, opened the school.",
            ["Petra Dahl", "Velmo"],
        ),
        (
            "Which countries signed?",
            "It was signed by France and Spain in May.",
            [],
        ),
        (
            "Which party and which minister signed with Sweden?",
            "Foreign Minister Orla Brandt and Finland signed with Sweden.",
            ["Foreign Minister Orla Brandt and Finland", "Orla Brandt", "Finland"],
        ),
        (
            "How much did it cost?",
            "It cost about 4.5 million euros and took three years and two months.",
            ["4.5 million euros"],
        ),
        (
            "How long did it take?",
            "It cost about 4.5 million euros and took three years and two months.",
            ["three years and two months"],
        ),
        (
            "How many of the 20 boats came back?",
            "Of 20 boats 12 came back.",
            ["12"],
        ),
        (
            "When was the war?",
            "The war of 1754–1763 ended in the spring of 1764.",
            ["1754", "1763", "1754–1763", "spring of 1764"],
        ),
        ("When did it open?", "It opened on 3 May 2024, late.", ["3 May 2024"]),
        ("Where is the statue?", "The statue stands in Tolbury.", ["Tolbury"]),
        ("What did she say?", "She said that 12 boats were lost in Tolbury.", []),
    ],
)
def test_what_answers_the_kind_of_question(question: str, text: str, expected: list[str]) -> None:
    found = [span.of(text) for span in typed(Question.read(question), text)]
    assert [one for one in expected if one not in found] == []


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Who stabbed the mayor of Oster?", "Per Lund, mayor of Oster, was stabbed at noon.", []),
        ("Who stabbed the mayor?", "Per Lund was fatally stabbed by Ole Rask.", ["Ole Rask"]),
        ("Who stabbed the mayor?", "Ole Rask stabbed Per Lund.", ["Ole Rask", "Per Lund"]),
        ("Who was stabbed?", "Per Lund was stabbed.", ["Per Lund"]),
        ("Who won the seat?", "It was won by Ada Holm. Per Lund was beaten.",
         ["Ada Holm", "Per Lund"]),
    ],
)  # fmt: skip
def test_whom_something_was_done_to_did_not_do_it(
    question: str, text: str, expected: list[str]
) -> None:
    asked = Question.read(question)
    assert [text[span.start : span.end] for span in typed(asked, text)] == expected


def test_weekdays_and_counts_are_nobody() -> None:
    text = "On Monday Two of them met in August. Three left."
    assert typed(Question.read("Who left?"), text) == []


def test_a_hedge_belongs_to_the_number() -> None:
    text = "There were more than 40 people."
    (span,) = typed(Question.read("How many people were there?"), text)
    assert span.of(text) == "40"
    assert with_hedge(text, span).of(text) == "more than 40"


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How many people died in the fire?", "The fire destroyed 200 homes.", False),
        ("How many people died in the fire?", "Officials said it killed nine people.", True),
        ("What is the death toll of the fire?", "The toll rose to 39.", True),
        ("How many were injured?", "The fire killed nine people.", False),
        ("How many were injured?", "At least 50 people were wounded.", True),
        ("How many homes burnt down?", "The fire destroyed 200 homes.", True),
        ("How many people marched?", "It took two years.", False),
    ],
)
def test_what_tells_how_many_there_are(question: str, text: str, expected: bool) -> None:
    assert offers(Question.read(question), text) is expected
