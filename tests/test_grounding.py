"""Level 1: what a sentence may say of its passage, in tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verify.support import Support, faults, strict_faults
from tests.building import passage

CARD = passage("x", publisher="Quillon Daily", published="2024-12-08").stored.card
PASSAGE = (
    "Foreign Minister Sergei Lavrov said on Saturday that 2,500 fighters could return. "
    "“We do not want a terrorist group to take Syrian land,” he said. "
    "Araghchi, Iran's minister, told reporters that 1.2 million people were displaced."
)
STORM = (
    "Colonel Ruben Asker denied that the home had been forgotten. "
    "12 people were injured and three were killed, the ministry said on 6 December. "
    "The council plans to rebuild the sea wall. Nobody else is missing."
)
VOTE = "Tindrell received 11,204 votes and Vosslane 11,163. Turnout was 61.4 per cent."
CHARGE = "Associates alleged that Otto Venn bought votes in Corbel. He lives by the harbour."
UNITED = "The UN Office for the Coordination of Humanitarian Affairs met officials of Turkey."


def kinds(sentence: str, *passages: str) -> set[str]:
    return {one.kind for one in faults(sentence, [Support.of(text, CARD) for text in passages])}


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("Lavrov said that 2,500 fighters could return.", PASSAGE),
        ("On 7 December 2024 Lavrov said that fighters could return.", PASSAGE),
        ("Quillon Daily, 8 December 2024: “We do not want a terrorist group”.", PASSAGE),
        ("On 2024-12-07 Lavrov said that 2500 fighters could return.", PASSAGE),
        ("Quillon Daily: “We do not want a terrorist group”.", PASSAGE),
        ("Araqchi told reporters that 1,200,000 people were displaced.", PASSAGE),
        ("According to Sergey Lavrov, fighters could return.", PASSAGE),
        ("He said “terrorist group”.", PASSAGE),
        ("Asker said that the home had not been forgotten.", STORM),
        ("Three people were killed and twelve injured.", STORM),
        ("The council wants to rebuild the sea wall.", STORM),
        ("No one else is missing.", STORM),
        ("Vosslane got 11,163 votes and Tindrell 11,204.", VOTE),
        ("Associates alleged that Venn bought votes.", CHARGE),
        ("Venn bought votes in Corbel, according to associates.", CHARGE),
        ("Otto Venn is alleged to have bought votes.", CHARGE),
        ("OCHA met Turkish officials.", UNITED),
        ("The United Nations office met officials of Türkiye.", UNITED),
    ],
)
def test_true_sentences_pass(sentence, text):
    assert kinds(sentence, text) == set()


@pytest.mark.parametrize(
    ("sentence", "text", "kind"),
    [
        ("Lavrov said that 2,600 fighters could return.", PASSAGE, "number"),
        ("Lavrov said “we want a terrorist group to take Syrian land”.", PASSAGE, "quotation"),
        ("“We do not want any terrorist group to take Syrian land.”", PASSAGE, "quotation"),
        ("Lavrov: “fighters could return to take Syrian land.”", PASSAGE, "quotation"),
        ("Fidan said that fighters could return.", PASSAGE, "name"),
        ("Araghchi said that 2,500 fighters would return in Moscow.", PASSAGE, "name"),
        ("Araghchi said that 2,500 fighters could return.", PASSAGE, "speaker"),
        ("Araghchi: “We do not want a terrorist group to take Syrian land.”", PASSAGE, "speaker"),
        ("Lavrov said that 2,500 fighters will not return.", PASSAGE, "negation"),
        ("Lavrov said 2,500 fighters return.", PASSAGE, "modality"),
        ("Otto Venn bought votes in Corbel.", CHARGE, "modality"),
        ("Venn bought votes in Corbel.", "Venn was accused of buying votes in Corbel.", "modality"),
        ("On 5 December Lavrov said that fighters could return.", PASSAGE, "date"),
        ("In 2019 Lavrov said that fighters could return.", PASSAGE, "date"),
        ("The war began in March 2011.", "The war, which began in 2011, goes on.", "date"),
        ("Asker said that the home had been forgotten.", STORM, "negation"),
        ("Asker confirmed that the home had been forgotten.", STORM, "negation"),
        ("12 people were killed, the ministry said.", STORM, "number"),
        ("Six people were killed, the ministry said.", STORM, "number"),
        ("The council does not plan to rebuild the sea wall.", STORM, "negation"),
        ("Tindrell received 11,163 votes and Vosslane 11,204.", VOTE, "number"),
        ("Turnout was 61.4 euros.", VOTE, "number"),
        ("The museum bought a panel by a painter of harbours.", VOTE, "citation"),
    ],
)  # fmt: skip
def test_false_sentences_are_caught(sentence, text, kind):
    assert kind in kinds(sentence, text)


@pytest.mark.parametrize(
    ("sentence", "text", "absent"),
    [
        ("Twelve people were injured on 6 December.", STORM, []),
        ("The ministry said that 12 people were injured.", STORM, []),
        ("Quillon Daily reports that the council plans to rebuild the wall.", STORM, []),
        ("The council says that it plans to rebuild the sea wall.", STORM, []),
        ("Vosslane received 11,163 votes.", VOTE, []),
        # A true name or number in something that nobody says.
        ("The sea wall will cost 12 people.", STORM, ["cost"]),
        ("The power is back in Turkey.", UNITED, ["back", "power"]),
        ("Quillon Daily plans to rebuild the sea wall.", STORM, ["daili", "quillon"]),
        ("Smithers plans to rebuild the sea wall.", STORM, ["smither"]),
    ],
)
def test_a_model_s_own_words_stand_in_the_passage(sentence, text, absent):
    assert [one.what for one in strict_faults(sentence, [Support.of(text, CARD)])] == absent


def test_the_figures_of_a_models_sentence_stand_in_one_sentence_of_the_passage():
    text = "Ruiz ran 46.92 seconds in July. The record stands at 46.78 seconds; Lund holds it."
    support = [Support.of(text, CARD)]
    joined = "Ruiz ran 46.92 seconds in July, the record stands at 46.78 seconds."
    assert [one.kind for one in strict_faults(joined, support)] == ["joined"]
    assert not strict_faults("Ruiz ran 46.92 seconds in July.", support)
    both = Support.of("Ruiz ran 46.92 seconds in July, 0.14 seconds off the record.", CARD)
    assert not strict_faults("Ruiz ran 46.92 seconds, 0.14 off the record.", [both])


def test_a_verb_is_no_other_spelling_of_a_name():
    said = "The president said that fighters could return."
    assert kinds("Syad told reporters that fighters could return.", said) >= {"name"}


def test_halves_of_two_sentences_make_no_third():
    one = "Agneta Loom leads the fire brigade of Brackholt."
    other = "Maren Tyle won the race in Dunmarrow after five stages."
    assert kinds("Maren Tyle won the race after five stages.", one, other) == set()
    assert "joined" in kinds("Agneta Loom won the race after five stages.", one, other)


def test_he_points_back_to_the_sentence_before():
    text = (
        "The panel was stolen in May. Police looked for it. The museum closed. It rained. "
        "Jonah Tellier leads the search. He found the van near a lake."
    )
    assert kinds("Jonah Tellier found the van near a lake.", text) == set()


def test_who_only_listens_has_not_spoken():
    text = "Lavrov said it was over. Fidan listened."
    assert kinds("Lavrov said it was over.", text) == set()
    assert kinds("Fidan said it was over.", text) == {"speaker"}


def test_without_a_date_of_publication_days_are_compared_as_they_are_written():
    undated = passage("x", publisher="Quillon Daily").stored.card
    support = Support.of("They met on Saturday, 7 December, in Doha.", undated)
    assert faults("They met in Doha on Saturday.", [support]) == []
    assert faults("They met in Doha on 7 December.", [support]) == []
    assert [one.kind for one in faults("They met in Doha on Friday.", [support])] == ["date"]


@given(st.text(max_size=120), st.text(max_size=200))
def test_no_text_breaks_the_check(sentence, text):
    for one in faults(sentence, [Support.of(text, CARD)]):
        assert one.what
