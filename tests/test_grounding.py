"""Level 1: what a sentence may say of its passage, in one table."""

import pytest

from rag.grounding import Support, faults, verbatim
from rag.speech import attributions, speakers
from tests.building import passage

PASSAGE = (
    "Foreign Minister Sergei Lavrov said on Saturday that 2,500 fighters could return. "
    "“We do not want a terrorist group to take Syrian land,” he said. "
    "Araghchi, Iran's minister, told reporters that 1.2 million people were displaced."
)
SUPPORT_CARD = passage("x", publisher="Quillon Daily", published="2024-12-08").stored.card
SUPPORT = Support.of(PASSAGE, SUPPORT_CARD)


@pytest.mark.parametrize(
    "sentence",
    [
        "Lavrov said that 2,500 fighters could return.",
        "Quillon Daily, 8 December 2024: “We do not want a terrorist group to take Syrian land”.",
        "Araqchi told reporters that 1,200,000 people were displaced.",
        "According to Sergey Lavrov, fighters could return.",
        "He said “terrorist group”.",
    ],
)
def test_true_sentences_pass(sentence: str) -> None:
    assert faults(sentence, [SUPPORT]) == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Lavrov said that 2,600 fighters could return.", "number"),
        ("Lavrov said “we want a terrorist group to take Syrian land”.", "quotation"),
        ("Fidan said that fighters could return.", "name"),
        ("Araghchi said that 2,500 fighters would return in Moscow.", "name"),
        ("Araghchi said that 2 million were displaced.", "number"),
        ("“We do not want any terrorist group to take Syrian land.”", "quotation"),
        ("Lavrov said that 2,500 fighters will not return.", "negation"),
        ("Lavrov said 2,500 fighters return.", "modality"),
    ],
)
def test_false_sentences_are_caught(sentence: str, kind: str) -> None:
    assert kind in {fault.kind for fault in faults(sentence, [SUPPORT])}


def test_who_only_listens_has_not_spoken() -> None:
    support = Support.of("Lavrov said it was over. Fidan listened.", SUPPORT_CARD)
    assert faults("Lavrov said it was over.", [support]) == []
    assert {fault.kind for fault in faults("Fidan said it was over.", [support])} == {"speaker"}


def test_a_quotation_is_compared_with_marks_and_space_folded() -> None:
    assert verbatim("We do  not want", "“We do not\nwant it”")
    assert not verbatim("We want", "“We do not want it”")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Sergei Lavrov said it was over.", {"sergei", "lavrov"}),
        ("It was over, said Lavrov.", {"lavrov"}),
        ("According to Hakan Fidan, it was over.", {"hakan", "fidan"}),
        ("Lavrov, the minister of Russia, said it was over.", {"lavrov"}),
        ("He said it was over.", set()),
        ("It rained in Doha.", set()),
    ],
)
def test_the_speaker_is_the_subject_of_the_verb(text: str, who: set[str]) -> None:
    assert speakers(text) == who


def test_a_pronoun_is_known_to_be_one() -> None:
    (only,) = attributions("He said it was over.")
    assert only.pronoun
