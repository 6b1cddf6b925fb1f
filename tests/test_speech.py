"""Who says what: verbs of saying, their subjects, and who "he" is."""

import pytest

from rag.text.noun_phrases import same_person
from rag.text.speech import attributions, resolved, whose

LAVROV, ARAGHCHI = ("sergei", "lavrov"), ("abbas", "araghchi")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Sergei Lavrov said it was over.", {"sergei", "lavrov"}),
        ("It was over, said Lavrov.", {"lavrov"}),
        ("“It is over,” said coach Sabine Toller on Monday.", {"sabine", "toller"}),
        ("It was over, Lavrov said on Saturday.", {"lavrov"}),
        ("According to Hakan Fidan, it was over.", {"hakan", "fidan"}),
        ("Lavrov, the minister of Russia, said it was over.", {"lavrov"}),
        ("Imre Castellow, who had urged a vote, said it was over.", {"imre", "castellow"}),
        ("The minister, Abbas Araghchi, told reporters it was over.", {"abbas", "araghchi"}),
        ("Turkey's Hakan Fidan said it was over.", {"hakan", "fidan"}),
        ("Bettina Crowle of the Hauliers Union said it was over.", {"bettina", "crowle"}),
        ("Sundline spokeswoman Ida Asker said it was over.", {"ida", "asker"}),
        ("An inquiry was promised by Governor Halla Brandtveig.", {"halla", "brandtveig"}),
        ("DUNMARROW, May 20 (Halyard) - Oskar Tindrell lost and says it is over.",
         {"oskar", "tindrell"}),
        ("Lavrov's spokeswoman said it was over.", set()),
        ("The Syrian defence ministry said it was over.", set()),
        ("In the words of the Russian, it was over.", set()),
        ("Talks were held, according to reports on Tuesday.", set()),
        ("He said it was over.", set()),
        ("Hakan Fidan and Sergei Lavrov said it was over.", set()),
        ("It rained in Doha.", set()),
    ],
)  # fmt: skip
def test_the_speaker_is_the_subject_of_the_verb(text: str, who: set[str]) -> None:
    assert {word for one in attributions(text) for word in one.source.name} == who


def test_a_pronoun_is_known_to_be_one() -> None:
    (only,) = attributions("He said it was over.")
    assert only.source.pronoun == "he"


@pytest.mark.parametrize(
    ("text", "name", "is_whose"),
    [
        ("Lavrov said it was over.", LAVROV, "theirs"),
        ("Lavrov said it was over.", ARAGHCHI, "other"),
        ("Sergey Lavrov spoke in Doha. He said it was over.", LAVROV, "theirs"),
        ("Lavrov spoke in Doha. “It is over,” he said.", ARAGHCHI, "other"),
        ("Lavrov spoke. The dialogue, in the words of the Russian, should go on.", LAVROV,
         "theirs"),
        ("Lavrov spoke. The dialogue, in the words of the Russian, should go on.", ARAGHCHI,
         "other"),
        ("He said it was over.", LAVROV, "unknown"),
        ("The dialogue, in the words of the Russian, should go on.", LAVROV, "unknown"),
        ("Lavrov met Araghchi. The talks were long.", LAVROV, "none"),
        ("Lavrov met Araghchi. They backed the talks.", LAVROV, "unknown"),
        ("“It is over. We go home,” said Lavrov.", LAVROV, "theirs"),
        ("Lavrov spoke, and Hakan Fidan after him. As Hakan Fidan left he said no.", LAVROV,
         "unknown"),
    ],
)  # fmt: skip
def test_whose_statement_it_is(text: str, name: tuple[str, ...], is_whose: str) -> None:
    assert whose(text, name) == is_whose


def test_only_the_part_that_is_asked_about_counts() -> None:
    text = "Lavrov said it was over. Araghchi said it went on."
    assert whose(text, ARAGHCHI, start=text.index("Araghchi")) == "theirs"
    assert whose(text, LAVROV, start=text.index("Araghchi")) == "other"
    assert whose(text, LAVROV, end=text.index("Araghchi")) == "theirs"


def test_a_title_with_a_full_stop_does_not_end_a_name() -> None:
    assert whose('"It is spread by hand," said Dr. Livermore.', ("livermore",)) == "theirs"


def test_the_first_word_of_a_quotation_is_no_speaker() -> None:
    text = 'Dagny Roth shrugged it off. "Narrow is a word for losers. We won," she said.'
    assert whose(text, ("dagny", "roth")) == "theirs"


def test_a_quotation_of_several_sentences_is_its_speaker_s() -> None:
    found = resolved('"I had no reason to. He was always there," Hedda Pellworth said.')
    assert {(one.line, one.source.name) for one in found} == {
        (0, ("hedda", "pellworth")),
        (1, ("hedda", "pellworth")),
    }


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("lavrov",), ("sergei", "lavrov"), True),
        (("sergey", "lavrov"), ("sergei", "lavrov"), True),
        (("president", "erdogan"), ("recep", "tayyip", "erdogan"), True),
        (("ida", "asker"), ("ruben", "asker"), False),
        (("colonel", "asker"), ("ruben", "asker"), True),
        (("foreign", "minister", "lavrov"), ("foreign", "minister", "fidan"), False),
    ],
)
def test_who_is_the_same_person(one: tuple[str, ...], other: tuple[str, ...], same: bool) -> None:
    assert same_person(one, other) is same
    assert same_person(other, one) is same
