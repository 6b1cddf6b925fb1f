"""Contrary questions and evidence."""

import pytest

from rag.evidence.opposites import OPPOSITES, contrary, negation_lost


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Who opposed the deal?", "Three parties supported the deal.", True),
        ("Who supported the deal?", "Three parties supported the deal.", False),
        ("Who opposed the deal?", "Two opposed and three supported it.", False),
        ("Which harbour is largest?", "Tolbury is the smallest harbour.", True),
        ("What happened before the vote?", "After the vote there was dancing.", True),
        ("Which items are uncommon?", "Such coins are common.", True),
        ("Which items are common?", "Such coins are uncommon.", True),
        ("Was the strike legal?", "The court held that the strike was illegal.", True),
        ("Who united the towns?", "The towns were united by Orla Brandt.", False),
        ("Which inn burnt down?", "The inn at the quay burnt down.", False),
        ("Why did owners vote down the deal?", "Owners approved the deal on Friday.", True),
        ("Why did owners turn down the offer?", "Owners turned down the offer.", False),
        ("Why did Orla pull out of the talks?", "Orla joined the talks.", True),
        ("Why did Orla walk out?", "Orla stayed to the end.", True),
        ("Who backed the plan?", "The union rejected the plan.", True),
        ("What did the minister say?", "The minister said that it would rain.", False),
    ],
)
def test_opposites_in_place_of_the_word_are_contrary(
    question: str, text: str, expected: bool
) -> None:
    assert contrary(question, text) is expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Which states did not sign?", "Nine states signed.", True),
        ("Which states didn't sign?", "Nine states signed.", True),
        ("Which states did not sign?", "Two states have never signed.", False),
        ("Which states signed?", "Two states have never signed.", False),
        ("Why did Dahl decide against a recount?", "Dahl asked for a recount.", True),
        ("Why did Dahl refuse to sign?", "Dahl declined to sign.", False),
        ("Why did Dahl refuse to sign?", "Dahl signed.", True),
        ("Who won without a rival?", "She won; nobody stood against her.", False),
    ],
)
def test_a_negation_of_the_question_has_to_be_somewhere(
    question: str, text: str, expected: bool
) -> None:
    assert negation_lost(question, text) is expected


def test_opposites_are_mutual() -> None:
    assert all(word in OPPOSITES[other] for word, others in OPPOSITES.items() for other in others)
