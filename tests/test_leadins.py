"""Sentences that announce a quotation stay together with it."""

import pytest

from rag.generation import understandable
from rag.questions.question import Question
from rag.text.leadins import announces, spoken_by_a_pronoun
from tests.building import candidate, passage

PIER = passage(
    "The pier was closed on Monday. Engineer Ilse Marrant brushed the complaints aside. "
    '"A closed pier drowns nobody. An open one might," she said. Fishermen were not amused.'
)


@pytest.mark.parametrize(
    ("text", "following", "count"),
    [
        ("Ilse Marrant urged patience.", ['"It will take a year," she said.', "It rained."], 1),
        ("Ilse Marrant urged patience.", ["“It will take a year.", "Or two,” she said."], 2),
        ("Ilse Marrant urged patience.", ['"Rubbish," said Otto Venn.'], 0),
        ("Ilse Marrant urged patience.", ["The work goes on.", '"Rubbish," she said.'], 0),
        ('Ilse Marrant urged "patience".', ['"It will take a year," she said.'], 0),
        ("The pier was closed.", ['"It will take a year," she said.'], 0),
        ("Ilse Marrant urged patience.", ["“It never ends."], 0),
        ("Ilse Marrant urged patience.", [], 0),
        ("Ilse Marrant urged patience.", ['"Rubbish," the union said.'], 0),
        ("Ilse Marrant urged patience.", ["“Rubbish,” said a fisherman who lives nearby."], 0),
        ("Lavrov met Araghchi in Doha.", ["“We agree,” the two said."], 0),
        ('We told the president."', ['Otto Venn said "Holt is a fool.', "He left."], 0),
        ("We told the president.”", ["Otto Venn said “Holt is a fool.", "He left."], 0),
        ('The boat is 30" long, Lavrov said.', ['Otto Venn left over the 12" gun.'], 0),
        ("Ilse Marrant urged patience.", ["«It will take a year.", "Otto Venn laughed."], 0),
        ("Ilse Marrant urged patience.", ["'90s music was played."], 0),
        ("Ilse Marrant said “it will.", ["Not now,” she said."], 1),
    ],
)
def test_what_a_sentence_announces(text: str, following: list[str], count: int) -> None:
    assert announces(text, following) == count


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ('"It will take a year," she said.', True),
        ('"It will take a year," Marrant said.', False),
        ("Otto Venn will come back, he said.", False),
        ("The pier is closed.", False),
    ],
)
def test_whose_words_stand_in_the_sentence_before(text: str, leans: bool) -> None:
    assert spoken_by_a_pronoun(text) is leans


@pytest.mark.parametrize(
    ("asked", "at", "first", "last"),
    [
        ("How did Marrant respond to the complaints?", 1, "Engineer", 'might," she said.'),
        ("What was said about a closed pier?", 2, "Engineer", 'might," she said.'),
        ("Who brushed the complaints aside?", 1, "Engineer", "complaints aside."),
        ("Why was the pier closed?", 0, "The pier", "on Monday."),
    ],
)
def test_the_quotation_goes_with_its_announcement(
    asked: str, at: int, first: str, last: str
) -> None:
    span = understandable(Question.read(asked), candidate(PIER, at))
    quoted = span.of(PIER.text)
    assert quoted.startswith(first)
    assert quoted.endswith(last)
