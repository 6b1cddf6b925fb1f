"""Words, numbers, names and questions: the small readers that everything rests on."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.request.question import Question, kind
from rag.text.names import (
    demonym,
    expansions,
    missing,
    name_words,
    names,
    same_name,
    unnamed,
    unspoken,
)
from rag.text.numbers import carried, quantities
from rag.text.words import content, coverage, fold, weights, words


def test_folding_takes_away_case_accents_and_curls() -> None:
    assert fold("  “Türkiye’s”\n Café ") == '"turkiye\'s" cafe'


def test_content_keeps_acronyms_that_look_like_stopwords() -> None:
    assert content("Did the US tell us?") == ["us", "tell"]
    assert content("What is it?") == ["what", "is", "it"]


def test_rare_words_weigh_more_and_absent_ones_most() -> None:
    weighed = weights(["the", "doha", "zzz"], {"the": 90, "doha": 5}, 100)
    assert weighed["the"] < weighed["doha"] < weighed["zzz"]
    assert coverage(weighed, ["doha"]) == pytest.approx(weighed["doha"] / sum(weighed.values()))
    assert coverage({}, []) == 1.0


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1.2 million people", ["1200000"]),
        ("1,200,000 people", ["1200000"]),
        ("$3.5bn and 5m euros", ["3500000000", "5000000"]),
        ("two dead, eleven hurt", ["2", "11"]),
        ("three hundred and twelve thousand", ["312000"]),
        ("twenty-one years", ["21"]),
        ("45 per cent", ["45"]),
        ("the third round", ["3"]),
        ("one of them", []),
        ("one million", ["1000000"]),
        ("R2D2 and MI6", []),
        ("Resolution 2254.", ["2254"]),
        ("3-2", ["3", "2"]),
        ("seconds later", []),
        ("half a million lives", ["500000"]),
        ("four and a half years", ["4.5"]),
        ("four years and six months", ["54"]),
        ("two thirds of it", [str(Decimal(2) / 3)]),
        ("a third of them", [str(Decimal(1) / 3)]),
        ("a tenth later, a third time", ["10", "3"]),
        ("two dozen", ["24"]),
        ("dozens", ["12"]),
    ],
)
def test_numbers_are_read_as_values(text: str, values: list[str]) -> None:
    assert [one.value for one in quantities(text)] == [Decimal(value) for value in values]


def test_a_unit_that_is_given_twice_must_agree() -> None:
    percent, euros, bare = (quantities(t)[0] for t in ("5 percent", "5 euros", "5"))
    assert not percent.same(euros)
    assert bare.same(percent)
    assert bare.same(euros)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("18 months", "a year and a half late", True),
        ("four and a half years", "four years and six months", True),
        ("two weeks", "14 days", True),
        ("two weeks", "two years", False),
        ("more than 600", "over 600", True),
        ("more than 600", "fewer than 600", False),
        ("600", "more than 600", True),
        ("dozens", "12", False),
        ("dozens", "dozens", True),
        ("6.2 billion Swedish kronor", "6.2bn kronor", True),
        ("5 minutes", "5 kilometres", True),
    ],
)
def test_two_wordings_of_one_amount(one: str, other: str, same: bool) -> None:
    assert quantities(one)[0].same(quantities(other)[0]) is same


def test_what_a_text_does_not_carry_is_named() -> None:
    wanted = quantities("1.2 million and 7")
    assert [one.value for one in carried(wanted, "some 1,200,000")] == [Decimal(7)]


@given(st.integers(0, 10**12))
def test_every_whole_number_with_commas_is_itself(number: int) -> None:
    (found,) = quantities(f"about {number:,} things")
    assert found.value == number


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text: str) -> None:
    for one in quantities(text):
        assert 0 <= one.start < one.end <= len(text)
    names(text)
    kind(text)
    words(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("araghchi", "araqchi"), ("turkey", "turkiye"), ("deraa", "daraa"), ("sweida", "suwayda"),
        ("sergei", "sergey"), ("gaddafi", "qaddafi"), ("mohammed", "muhammad"), ("kyiv", "kiev"),
        ("zelensky", "zelenskyy"), ("assad", "asad"), ("pezeshkian", "pezeshkiyan"),
        ("tchaikovsky", "tchaikovski"), ("khartoum", "khartum"), ("osama", "usama"),
    ],
)  # fmt: skip
def test_two_spellings_are_one_name(one: str, other: str) -> None:
    assert same_name(one, other)
    assert same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("iran", "iraq"), ("niger", "nigeria"), ("austria", "australia"), ("mali", "malawi"),
        ("oman", "amman"), ("ural", "aral"), ("korea", "kerry"), ("lavrov", "lavrentiev"),
        ("hama", "homs"), ("2254", "2245"), ("un", "us"), ("paris", "peres"),
    ],
)  # fmt: skip
def test_two_names_stay_two(one: str, other: str) -> None:
    assert not same_name(one, other)


@pytest.mark.parametrize(
    ("people", "place"),
    [
        ("iranian", "iran"), ("syrian", "syria"), ("german", "germany"), ("swedish", "sweden"),
        ("turkish", "turkey"), ("british", "britain"), ("iraqi", "iraq"), ("chinese", "china"),
        ("ukrainian", "ukraine"), ("european", "europe"), ("korean", "korea"),
    ],
)  # fmt: skip
def test_a_people_is_known_by_its_country(people: str, place: str) -> None:
    assert demonym(people, place)
    assert demonym(place, people)


@pytest.mark.parametrize(
    ("one", "other"),
    [("australian", "austria"), ("iraqi", "iran"), ("malawian", "mali"), ("roman", "romania")],
)
def test_a_people_is_not_its_neighbour_s(one: str, other: str) -> None:
    assert not demonym(one, other)


def test_an_acronym_is_known_by_its_initials() -> None:
    found = expansions("the Office for the Coordination of Humanitarian Affairs")
    assert found["ocha"] == {"office", "coordination", "humanitarian", "affairs"}


@pytest.mark.parametrize(
    ("sentence", "passage", "absent"),
    [
        ("The UN met.", "The United Nations met.", []),
        ("The United Nations met.", "The UN met.", []),
        ("The US met us.", "They met us.", ["us"]),
        ("Fidan said so.", "Lavrov said so.", ["fidan"]),
        ("Winds rose.", "It blew.", []),
        ("On Monday Lavrov met Fidan.", "Lavrov left.", ["fidan"]),
        ("Turkish men", "Türkiye's men", []),
    ],
)
def test_names_that_a_passage_does_not_have(sentence: str, passage: str, absent: list[str]) -> None:
    assert unnamed(sentence, passage) == absent


def test_a_word_that_only_opens_a_sentence_is_no_name() -> None:
    assert names("Talks began. Then Hakan Fidan spoke.") == ["Talks", "Hakan Fidan"]
    found = name_words("The minister, Abbas Araghchi, met al-Assad's men.")
    assert found == ["abbas", "araghchi", "assad"]


def test_names_that_are_missing_are_told_by_any_spelling() -> None:
    assert missing(["araqchi", "fidan"], words("Araghchi spoke")) == ["fidan"]


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What did Lavrov say about Resolution 2254?", "statement"),
        ("Who won?", "person"),
        ("when was that", "time"),
        ("Which year did it start?", "time"),
        ("Where did they meet?", "place"),
        ("How many were killed?", "number"),
        ("What was the turnout?", "number"),
        ("Why did he resign?", "reason"),
        ("Did they meet?", "polarity"),
        ("Tell me about the storm", "other"),
        ("Lavrov Resolution 2254", "other"),
    ],
)
def test_what_a_question_asks_for(question: str, asks: str) -> None:
    assert kind(question) == asks


def test_a_question_knows_whose_words_it_asks_for() -> None:
    question = Question.read("What did Hakan Fidan say about Resolution 2254?")
    assert question.subject == ("hakan", "fidan")
    assert [one.value for one in question.numbers] == [Decimal(2254)]
    assert question.names[:2] == ("hakan", "fidan")


def test_a_people_stands_for_its_country_and_for_no_other() -> None:
    assert not unspoken(["ukraine", "turkey"], ["the", "ukrainian", "and", "turkish", "ministers"])
    assert unspoken(["ukraine", "iran"], ["the", "iraqi", "minister"]) == ["ukraine", "iran"]


def test_a_day_before_a_name_is_no_part_of_it() -> None:
    assert names("On Monday the UN Office counted them.") == ["UN Office"]
    assert names("It ended, for on Sunday Lavrov flew home.") == ["Lavrov"]
    assert names("He wrote in the Sunday Times on Friday.") == ["Sunday Times", "Friday"]
