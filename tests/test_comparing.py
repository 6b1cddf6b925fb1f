"""Comparisons are read apart: what is asked of each side, and that none is passed over."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.request.casing import cased
from rag.request.comparing import sides, two_named
from tests.building import module_archive_of, news


@pytest.mark.parametrize(
    ("text", "questions", "names", "demanded"),
    [
        # Names, and noun phrases in small letters.
        ("Which is longer, Elbridge or Otterbridge?",
         ["How long is Elbridge?", "How long is Otterbridge?"], "Elbridge|Otterbridge", ""),
        ("which of the two was heavier, the bell or the anchor",
         ["How heavy was the bell?", "How heavy was the anchor?"],
         "the bell|the anchor", "bell|anchor"),
        ("is the pier older than the lighthouse?",
         ["How old is the pier?", "How old is the lighthouse?"],
         "the pier|the lighthouse", "pier|lighthouse"),
        ("compare the bakery with the mill",
         ["What is said of the bakery?", "What is said of the mill?"],
         "the bakery|the mill", "bakery|mill"),
        ("the bakery versus the mill",
         ["What is said of the bakery?", "What is said of the mill?"],
         "the bakery|the mill", "bakery|mill"),
        ("What is the difference between the spring plan and the autumn plan?",
         ["What is said of the spring plan?", "What is said of the autumn plan?"],
         "the spring plan|the autumn plan", "spring|autumn"),
        # What stands for the noun before.
        ("Were more people hurt in the fire at Solenna or in the one at Orrin?",
         ["How many people were hurt in the fire at Solenna?",
          "How many people were hurt in the fire at Orrin?"],
         "the fire at Solenna|the fire at Orrin", "Solenna|Orrin"),
        ("compare the price of the bell with that of the anchor",
         ["the price of the bell", "the price of the anchor"],
         "the bell|the anchor", "bell|anchor"),
        ("Compare the price of the bell with the price of the anchor",
         ["What is said of the price of the bell?", "What is said of the price of the anchor?"],
         "the price of the bell|the price of the anchor", "bell|anchor"),
        # Who does more of something: how much each does.
        ("Which town spent more on snow, Elbridge or Otterbridge?",
         ["Elbridge spent how much on snow?", "Otterbridge spent how much on snow?"],
         "Elbridge|Otterbridge", ""),
        ("who lost more sailors, the navy or the coast guard",
         ["the navy lost how many sailors?", "the coast guard lost how many sailors?"],
         "the navy|the coast guard", "navy|coast guard"),
        ("Compare Elbridge and Otterbridge: which of them spent more on snow?",
         ["Elbridge spent how much on snow?", "Otterbridge spent how much on snow?"],
         "Elbridge|Otterbridge", ""),
        ("Moss in Orrin vs Moss in Holt",
         ["What is said of Moss in Orrin?", "What is said of Moss in Holt?"],
         "Moss in Orrin|Moss in Holt", "Orrin|Holt"),
        # Two times: each is asked for as a time, and not as a word.
        ("the price of the pier in 2019 versus 2020",
         ["the price of the pier in 2019", "the price of the pier in 2020"], "2019|2020", "|"),
        ("how did the price of the pier differ between March and June",
         ["how did the price of the pier differ in March",
          "how did the price of the pier differ in June"],
         "March|June", "|"),
        ("what was the toll on Friday compared with Sunday",
         ["what was the toll on Friday", "what was the toll on Sunday"], "Friday|Sunday", "|"),
        ("Compare the May fair and the June fair in Orrin, which one drew more visitors?",
         ["the May fair in Orrin drew how many visitors?",
          "the June fair in Orrin drew how many visitors?"],
         "the May fair|the June fair", "|"),
        # What somebody said.
        ("Compare what the Ministry of Trade and the Elbridge city council said about tolls",
         ["What did the Ministry of Trade say about tolls?",
          "What did the Elbridge city council say about tolls?"],
         "the Ministry of Trade|the Elbridge city council", "Ministry Trade|Elbridge"),
        ("compare what the vicar said with what the sexton said",
         ["What did the vicar say?", "What did the sexton say?"],
         "the vicar|the sexton", "vicar|sexton"),
        ("What did Ada Moss and Jo Reed each say about the bell?",
         ["What did Ada Moss say about the bell", "What did Jo Reed say about the bell"],
         "Ada Moss|Jo Reed", ""),
        ("Ada Moss vs. Jo Reed, who was older when they won?",
         ["How old was Ada Moss when they won?", "How old was Jo Reed when they won?"],
         "Ada Moss|Jo Reed", ""),
        ("who was younger when they won, Ada Moss or Jo Reed",
         ["How young was Ada Moss when they won?", "How young was Jo Reed when they won?"],
         "Ada Moss|Jo Reed", ""),
    ],
)  # fmt: skip
def test_each_side_is_asked_about_alone(text, questions, names, demanded):
    both = sides(text)
    assert [side.question for side in both] == questions
    assert [side.name for side in both] == names.split("|")
    assert [side.demanded for side in both] == (demanded or names).split("|")


@pytest.mark.parametrize(
    "text",
    [
        "How did the profit of the spring compare with that of the summer?",
        "how do the two polls differ?",
        "compare", "or and with", "", "compare this and that", "and what of the ferry",
    ],
)  # fmt: skip
def test_where_no_two_things_are_told_there_are_no_sides(text):
    assert sides(text) == []


@settings(deadline=None, max_examples=300, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            "compare the one in that of or and with ferry Iran , ? more than is".split()
        )
        | st.text(max_size=4)
    )
)
def test_no_text_breaks_a_comparison(parts):
    both = sides(" ".join(parts))
    assert len(both) in (0, 2)


BELL = news(
    "The bell of Elbridge is raised", "2025-03-03",
    "Divers raised the bell of Elbridge from the river on Monday. The bell weighs 900 kilograms."
    "\n\nThe divers and the mayor were cheered. The bell will hang in the town hall of Elbridge.",
    publisher="Bay Courier",
)  # fmt: skip
ANCHOR = news(
    "An anchor for the museum", "2025-03-11",
    "The museum of Otterbridge has bought an anchor. The anchor weighs two tonnes, curator Jo Reed "
    "said.",
    publisher="Hill Gazette",
)  # fmt: skip


archive = module_archive_of(BELL, ANCHOR, today=dt.date(2025, 5, 1))


@pytest.mark.models
def test_both_sides_are_shown_under_what_was_asked_of_them(archive):
    answer = archive.ask("Which is heavier, the bell or the anchor?")
    assert answer.kind == "comparison"
    by_side = {one.side: one.text for one in reversed(answer.sentences)}
    assert list(by_side) == ["the anchor", "the bell"]
    assert "900 kilograms" in by_side["the bell"] and "two tonnes" in by_side["the anchor"]
    assert not answer.unanswered


@pytest.mark.models
@pytest.mark.parametrize("limit", [{}, {"since": "2025-03-01"}])
def test_a_side_of_which_nothing_is_said_is_told(archive, limit):
    answer = archive.ask("which is heavier, the bell or the organ", **limit)
    assert {one.side for one in answer.sentences} == {"the bell"}
    assert [one.message for one in answer.unanswered] == [
        "No passage that was found surely says it of the organ."
    ]


@pytest.mark.models
def test_a_sentence_that_tells_of_both_sides_stands_under_both(archive):
    answer = archive.ask("compare how the divers and the mayor were received")
    assert [(one.side, one.citations) for one in answer.sentences] == [
        ("the divers", (1,)),
        ("the mayor", (1,)),
    ]
    assert "were cheered" in answer.text and not answer.unanswered


LEFT = news(
    "Two leave the council of Holt", "2025-03-12",
    "Councillor Ulla Brandt resigned on Friday over the price of the new pier. On the same day "
    "Councillor Per Yang resigned because he is moving to Orrin.\n\nMayor Ada Moss thanked both "
    "Brandt and Yang for nine years of work.",
    publisher="Bay Courier",
)  # fmt: skip
council = module_archive_of(LEFT, today=dt.date(2025, 5, 1))


def test_names_typed_in_small_letters_get_the_archives_capitals(council):
    with council.index.snapshot() as view:
        assert cased(view, "why did brandt and yang resign") == "why did Brandt and Yang resign"
        as_typed = "why did the Councillor and brandt resign"
        assert cased(view, as_typed) == as_typed


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Why did Brandt and Yang resign?", ["Why did Brandt resign", "Why did Yang resign"]),
        ("Who left first, Brandt or Yang?", ["Who left first Brandt", "Who left first Yang"]),
        ("Brandt and Yang on the pier", ["Brandt on the pier", "Yang on the pier"]),
        ("Who spoke after the meeting with Brandt and Yang?", []),
        ("How long is the ride from Holt to Orrin?", []),
    ],
)
def test_two_names_are_asked_of_apart_where_the_question_is_of_them(text, asked):
    assert [side.question for side in two_named(text)] == asked


@pytest.mark.models
def test_two_names_whom_different_sentences_answer_for_are_read_apart(council):
    answer = council.ask("why did brandt and yang resign")
    assert [(one.side, one.citations) for one in answer.sentences[:2]] == [
        ("Brandt", (1,)),
        ("Yang", (2,)),
    ]
    assert "price of the new pier" in answer.sentences[0].text
    assert "moving to Orrin" in answer.sentences[1].text


@pytest.mark.models
def test_two_names_of_one_sentence_are_asked_about_together(council):
    answer = council.ask("what were brandt and yang thanked for")
    assert (answer.kind, len(answer.sentences)) == ("question", 1)
    assert "nine years of work" in answer.text


@pytest.mark.models
def test_a_name_by_itself_that_follows_nothing_up_asks_what_is_said_of_it(council):
    before = [council.ask("how much did the ferry cost").turn]
    answer = council.ask("ulla brandt", before)
    assert (answer.kind, answer.refused) == ("overview", False)
    assert "price of the new pier" in answer.text
