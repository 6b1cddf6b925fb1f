"""Words, numbers, names, questions and who says what: the readers that everything rests on."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.request.question import kind
from rag.text.names import as_called, missing, name_words, names
from rag.text.numbers import quantities
from rag.text.speech import attributions, whose
from rag.text.words import words
from rag.verify.facts import missing_names


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1.2 million people", ["1200000"]),
        ("$3.5bn and 5m euros", ["3500000000", "5000000"]),
        ("three hundred and twelve thousand", ["312000"]),
        ("45 per cent", ["45"]),
        ("the third round", ["3"]),
        ("one of them", []),
        ("one million", ["1000000"]),
        ("R2D2 and MI6", []),
        ("seconds later", []),
        ("half a million lives", ["500000"]),
        ("four and a half years", ["4.5"]),
        ("two thirds of it", [str(Decimal(2) / 3)]),
        ("a third of them", [str(Decimal(1) / 3)]),
        ("a tenth later, a third time", ["10", "3"]),
        ("two dozen", ["24"]),
        ("dozens", ["12"]),
    ],
)
def test_numbers_are_read_as_values(text, values):
    assert [one.value for one in quantities(text)] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("18 months", "a year and a half late", True),
        ("four and a half years", "four years and six months", True),
        ("two weeks", "two years", False),
        ("more than 600", "over 600", True),
        ("more than 600", "fewer than 600", False),
        ("600", "more than 600", True),
        ("dozens", "12", False),
        ("dozens", "dozens", True),
        ("6.2 billion Swedish kronor", "6.2bn kronor", True),
        ("5 minutes", "5 kilometres", True),
        ("5 percent", "5 euros", False),
        ("5", "5 percent", True),
    ],
)
def test_two_wordings_of_one_amount(one, other, same):
    assert quantities(one)[0].same(quantities(other)[0]) is same


@given(st.integers(0, 10**12))
def test_every_whole_number_with_commas_is_itself(number):
    (found,) = quantities(f"about {number:,} things")
    assert found.value == number


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text):
    for one in quantities(text):
        assert 0 <= one.start < one.end <= len(text)
    names(text)
    kind(text)
    words(text)


ONE_NAME = """
    Araghchi/Araqchi Turkey/Türkiye Deraa/Daraa Sweida/Suwayda Sergei/Sergey Gaddafi/Qaddafi
    Mohammed/Muhammad Kyiv/Kiev Zelensky/Zelenskyy Assad/Asad Tchaikovsky/Tchaikovski
    Khartoum/Khartum Iranian/Iran Syrian/Syria Swedish/Sweden Turkish/Turkey British/Britain
    Iraqi/Iraq Chinese/China Ukrainian/Ukraine European/Europe
""".split()
TWO_NAMES = """
    Iran/Iraq Niger/Nigeria Austria/Australia Oman/Amman Ural/Aral Korea/Kerry
    Lavrov/Lavrentiev Hama/Homs Paris/Peres Australian/Austria Iraqi/Iran Malawian/Mali
    Roman/Romania
""".split()


@pytest.mark.parametrize("pair", [*ONE_NAME, *TWO_NAMES])
def test_a_name_is_known_in_another_spelling_and_by_its_people_alone(pair):
    one, other = pair.split("/")
    for said, passage in ((one, other), (other, one)):
        found = missing_names(f"They met in {said}.", f"They met in {passage}.")
        assert bool(found) is (pair in TWO_NAMES)


def test_a_common_word_is_no_spelling_of_a_name():
    assert missing(["thoth"], ["that", "this"]) == ["thoth"]  # "that" sounds like it


@pytest.mark.parametrize(
    ("sentence", "passage", "absent"),
    [
        ("The UN met.", "The United Nations met.", []),
        ("The United Nations met.", "The UN met.", []),
        ("The US met us.", "They met us.", ["us"]),
        ("Winds rose.", "It blew.", []),
        ("On Monday Lavrov met Fidan.", "Lavrov left.", ["fidan"]),
    ],
)
def test_names_that_a_passage_does_not_have(sentence, passage, absent):
    assert missing_names(sentence, passage) == absent


def test_a_word_that_only_opens_a_sentence_is_no_name():
    assert names("Talks began. Then Hakan Fidan spoke.") == ["Talks", "Hakan Fidan"]
    found = name_words("The minister, Abbas Araghchi, met al-Assad's men.")
    assert found == ["abbas", "araghchi", "assad"]


def test_a_day_before_a_name_is_no_part_of_it():
    assert names("On Monday the UN Office counted them.") == ["UN Office"]
    assert names("It ended, for on Sunday Lavrov flew home.") == ["Lavrov"]
    assert names("He wrote in the Sunday Times on Friday.") == ["Sunday Times", "Friday"]


@pytest.mark.parametrize(
    ("here", "elsewhere", "asked"),
    [
        ("The runway is under water, Minnis said.", "Hubert Minnis spoke.", "What did Minnis say?"),
        ("Minnis spoke.", "Another Minnis spoke.", "What did Hubert Minnis say?"),
        ("Hubert Minnis said no.", "Hubert Minnis spoke.", "What did Hubert Minnis say?"),
        ("The runway is under water.", "Hubert Minnis spoke.", "What did Hubert Minnis say?"),
    ],
)
def test_a_person_is_asked_for_as_the_passage_calls_them(here, elsewhere, asked):
    assert as_called("What did Hubert Minnis say?", here, elsewhere) == asked


# Who says what.


LAVROV, ARAGHCHI = ("sergei", "lavrov"), ("abbas", "araghchi")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Sergei Lavrov said it was over.", {"sergei", "lavrov"}),
        ("It was over, said Lavrov.", {"lavrov"}),
        ("“It is over,” said coach Sabine Toller on Monday.", {"sabine", "toller"}),
        ("According to Hakan Fidan, it was over.", {"hakan", "fidan"}),
        ("Imre Castellow, who had urged a vote, said it was over.", {"imre", "castellow"}),
        ("Turkey's Hakan Fidan said it was over.", {"hakan", "fidan"}),
        ("Bettina Crowle of the Hauliers Union said it was over.", {"bettina", "crowle"}),
        ("Sundline spokeswoman Ida Asker said it was over.", {"ida", "asker"}),
        ("An inquiry was promised by Governor Halla Brandtveig.", {"halla", "brandtveig"}),
        ("DUNMARROW, May 20 (Halyard) - Oskar Tindrell lost and says it is over.",
         {"oskar", "tindrell"}),
        ("Lavrov's spokeswoman said it was over.", set()),
        ("The Syrian defence ministry said it was over.", set()),
        ("He said it was over.", set()),
        ("Hakan Fidan and Sergei Lavrov said it was over.", set()),
    ],
)  # fmt: skip
def test_the_speaker_is_the_subject_of_the_verb(text, who):
    assert {word for one in attributions(text) for word in one.source.name} == who


@pytest.mark.parametrize(
    ("text", "name", "is_whose"),
    [
        ("Lavrov said it was over.", LAVROV, "theirs"),
        ("Lavrov said it was over.", ARAGHCHI, "other"),
        ("Sergey Lavrov spoke in Doha. He said it was over.", LAVROV, "theirs"),
        ("Lavrov spoke in Doha. “It is over,” he said.", ARAGHCHI, "other"),
        ("Minister Sergei Lavrov speaking to a Doha think tank called it over.", LAVROV, "unknown"),
        ("A Doha think tank called it over.", LAVROV, "other"),
        ("Lavrov spoke. The dialogue, in the words of the Russian, should go on.", LAVROV,
         "theirs"),
        ("He said it was over.", LAVROV, "unknown"),
        ("Lavrov met Araghchi. The talks were long.", LAVROV, "none"),
        ("“It is over. We go home,” said Lavrov.", LAVROV, "theirs"),
        ('"It is spread by hand," said Dr. Livermore.', ("livermore",), "theirs"),
        ('Dagny Roth shrugged. "Narrow is a word for losers. We won," she said.',
         ("dagny", "roth"), "theirs"),
        ("Lavrov spoke, and Hakan Fidan after him. As Hakan Fidan left he said no.", LAVROV,
         "unknown"),
    ],
)  # fmt: skip
def test_whose_statement_it_is(text, name, is_whose):
    assert whose(text, name) == is_whose
