"""Disagreements and superseded values: tables of invented news sentences."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from index.records import Span
from rag.compare.conflicts import (
    conflicts,
    disagreements,
    sentence_key,
    superseded,
    updates,
    wording,
)
from rag.records import Candidate, Draft
from rag.request.question import Question
from rag.verify.support import Support, faults
from tests.building import candidate, passage
from tests.differing_cases import DIFFERING, TOGETHER, Told

TODAY = dt.date(2026, 3, 20)
OUTLETS = ("Brindle Post", "Norvane Wire", "Cape Lumen Herald", "Dray Valley Echo")


def archive(*told: Told) -> list[Candidate]:
    """Every sentence of some articles, each from an outlet and origin of its own."""
    found = []
    for at, (text, day, *more) in enumerate(told):
        title, _, marked = text.rpartition(" || ")
        pointed = re.search(r"\[(.+)\]", marked)
        within = passage(
            marked.replace("[", "").replace("]", ""),
            article=f"a{at}",
            title=title,
            published=f"2026-03-{int(day):02}" if day else None,
            publisher=more[0] if more else OUTLETS[at],
            origin=more[1] if len(more) > 1 else None,
            number=at,
        )
        for n in range(len(within.stored.chunk.sentences)):
            sentence = candidate(within, n, score=10 - at - n / 10)
            if pointed:
                start = pointed.start()
                sentence = replace(sentence, answer=Span(start, start + len(pointed[1])))
            found.append(sentence)
    return found


def values(question: str, *told: Told) -> list[list[str]]:
    """What the sides of each disagreement say."""
    found = conflicts(Question.read(question, TODAY), archive(*told))
    return [[side.value for side in one.sides] for one in found]


REPLACED: list[tuple[str, str, list[Told], str]] = [
    ("at least", "How many people were killed in the Korvat fire?", [
        ("At least 30 people were killed in the Korvat fire.", "5"),
        ("The death toll of the Korvat fire rose to 45.", "7")], "rose to 45"),
    ("a margin is a difference", "By how many seconds did Ada Holm win the Melrick Race?", [
        ("Ada Holm won the Melrick Race on Sunday, 38 seconds ahead of Per Lund.", "1"),
        ("Ada Holm, who won the Melrick Race, got a time penalty || Her lead over Per Lund "
         "shrinks to 28 seconds.", "3")], "28 seconds"),
    ("who said it comes last", "How many people died in the Korvat fire?", [
        ("At least 30 people died in the Korvat fire, the police said on Thursday.", "5"),
        ("The toll of the fire in Korvat has risen to 45, the fire service said on "
         "Saturday.", "7")], "risen to 45"),
    ("fewer, corrected", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 45 people.", "5"),
        ("The toll of the Korvat fire was revised to 41 dead.", "6")], "revised to 41"),
    ("not but", "What was the net profit of Sorrel Mills?", [
        ("Net profit of Sorrel Mills was 38.4 million euros.", "5"),
        ("Sorrel Mills corrects its net profit || It was 34.8 million euros, not 38.4 "
         "million.", "6")], "34.8 million"),
    ("up from", "How much will the Melrick stadium cost?", [
        ("The Melrick stadium will cost 84 million euros.", "2"),
        ("The cost of the Melrick stadium is 97 million euros, up from 84 million.", "9")],
     "97 million"),
    ("same outlet", "How many homes in Hamble have no power?", [
        ("In Hamble 84,000 homes have no power.", "5", "Brindle Post"),
        ("In Hamble 9,000 homes have no power.", "7", "Brindle Post")], "9,000"),
    ("postponed", "When will the Kettering Line reopen?", [
        ("The Kettering Line will reopen on 14 April.", "5"),
        ("The Kettering Line will not reopen before 2 May, as the work was delayed.", "9")],
     "2 May"),
    ("a person's figure", "How many people were killed in the Korvat fire?", [
        ('"The fire in Korvat killed 30 people," the mayor said.', "5"),
        ("The death toll of the Korvat fire rose to 45.", "7")], "rose to 45"),
    ("not yet, on another day", "Has the Ostrel bridge reopened?", [
        ("The Ostrel bridge had not reopened by Thursday.", "5"),
        ("The Ostrel bridge reopened on Sunday.", "9")], "reopened on Sunday"),
    ("not yet", "Has the Ostrel bridge reopened?", [
        ("The Ostrel bridge has not reopened.", "5"),
        ("The Ostrel bridge reopened before dawn.", "9")], "reopened before dawn"),
    ("recount", "How many votes did Petra Kolm win by in Dunmere?", [
        ("Petra Kolm was 41 votes ahead in Dunmere.", "5"),
        ("Dunmere || A recount turned Petra Kolm's lead of 41 votes into a deficit of 12.", "9")],
     "deficit of 12"),
]  # fmt: skip

STAYS: list[tuple[str, str, list[Told]]] = [
    ("lower and later, no correction", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 52 people.", "7"),
        ("The fire in Korvat killed 47 people.", "8")]),
    ("another outlet's correction is a claim", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 52 people.", "7"),
        ("Corrected: the fire in Korvat killed 47 people.", "8")]),
    ("the day is asked for", "How many people had been killed in the Korvat fire by 5 March?", [
        ("The fire in Korvat killed 30 people.", "5"),
        ("The fire in Korvat killed 45 people.", "9")]),
    ("the first is asked for", "What was the initial death toll of the Korvat fire?", [
        ("The fire in Korvat killed 30 people.", "5"),
        ("The death toll of the Korvat fire rose to 45.", "9")]),
    ("the same again", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 45 people.", "5"),
        ("The toll of the Korvat fire is now 45 dead.", "9")]),
    ("another unit is asked for", "What was the turnout in Dunmere?", [
        ("Turnout in Dunmere was [50 per cent], and Petra Kolm led by 41 votes.", "5"),
        ("Turnout in Dunmere was checked, and the lead is not 41 votes but 12.", "9")]),
    ("another event", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 30 people.", "5"),
        ("The fire in Korvat now counts among the worst, with 400 hectares burnt.", "9")]),
    ("another side's figure", "How many delegates does a Green candidate need to be nominated?", [
        ("To be nominated by the Green Party a candidate needs 1,991 delegates.", "5", "Dray Echo"),
        ("Primaries || On the Union side, 1,276 delegates are needed to be nominated. The Green "
         "Party votes on Sunday, and a candidate is expected to win.", "9", "Dray Echo")]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "question", "told", "sides"), DIFFERING)
def test_what_cannot_be_true_together_is_told_in_words_that_pass_the_exact_check(
    case, question, told, sides
):
    (found,) = conflicts(Question.read(question, TODAY), archive(*told))
    assert [side.value for side in found.sides] == sides, case
    cited = [side.candidate for side in found.sides]
    supports = [Support.of(one.text, one.passage.stored.card) for one in cited]
    assert faults(wording(found), supports) == []
    assert all(side in wording(found) for side in sides)


@pytest.mark.parametrize(("case", "question", "told"), TOGETHER)
def test_what_can_be_true_together_is_no_disagreement(case, question, told):
    assert values(question, *told) == [], case
    assert values(question, *reversed(told)) == [], case


@pytest.mark.parametrize(("case", "question", "told", "newer"), REPLACED)
def test_a_later_report_replaces_a_value(case, question, told, newer):
    every = archive(*told)
    found = superseded(Question.read(question, TODAY), every)
    assert list(found) == [sentence_key(every[0])], case
    assert newer in found[sentence_key(every[0])].text
    assert values(question, *told) == []


@pytest.mark.parametrize(("case", "question", "told"), STAYS)
def test_a_value_stays_where_nothing_replaces_it(case, question, told):
    assert superseded(Question.read(question, TODAY), archive(*told)) == {}, case


UPDATED: list[tuple[str, str, list[Told], list[str]]] = [
    ("a toll that grew twice", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 45 people.", "7"),
        ("At least 30 people were killed in the Korvat fire.", "6"),
        ("The fire in Korvat killed four people.", "5")],
     ["45 people", "At least 30 people", "four people"]),
    ("the outlet's own later figure", "How many homes in Hamble have no power?", [
        ("In Hamble 9,000 homes have no power.", "7", "Brindle Post"),
        ("In Hamble 84,000 homes have no power.", "5", "Brindle Post")],
     ["9,000 homes", "84,000 homes"]),
    ("named with what it replaces", "What was the net profit of Sorrel Mills?", [
        ("Sorrel Mills has a net profit of [34.8 million euros], not 38.4 million, and 120 "
         "workers.", "6"),
        ("Net profit of Sorrel Mills was 38.4 million euros.", "5")],
     ["34.8 million euros", "38.4 million euros"]),
    ("not all are killed", "What is the death toll of the Korvat war so far?", [
        ("The war in Korvat began in 2011 and has killed about 500,000 people.", "7"),
        ("Hamble, a city of about 200,000 people, has fallen in an offensive that began in "
         "February and broke a calm in Korvat's war.", "5")], []),
    ("the same people, another thing", "By how many seconds did Ada Holm win the Melrick Race?", [
        ("Ada Holm won the Melrick Race || Her lead over Per Lund is now 28 seconds.", "7"),
        ("Ada Holm won the Melrick Race || Per Lund reached the top 50 seconds later.", "5")], []),
    ("what stands beside a correction", "How many people live in Melrick?", [
        ("Two floods have hit [9,000 people] in Melrick since May. Those who live there are not "
         "84,000.", "7"),
        ("In Melrick live 84,000 people.", "5")], []),
    ("two attacks of a week", "how many people were killed in the korvat bombing", [
        ("A bombing hit Korvat || The two blasts killed 20 people.", "7", "Brindle Post"),
        ("The bombing at the base killed 12 people.", "5", "Brindle Post")], []),
    ("what a person said before", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 45 people.", "7"),
        ('"I was told that the fire in Korvat killed 30 people," she said.', "5")], []),
    ("what a person says now", "How many people were killed in the Korvat fire?", [
        ("“The fire in Korvat killed 45 people,” she said.", "7"),
        ("The fire in Korvat killed 30 people.", "5")], []),
    ("a disagreement", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 47 people.", "8"),
        ("The fire in Korvat killed 52 people.", "7")], []),
    ("the day is asked for", "How many people had been killed in the Korvat fire by 5 March?", [
        ("The fire in Korvat killed 45 people.", "9"),
        ("The fire in Korvat killed 30 people.", "5")], []),
]  # fmt: skip


@pytest.mark.parametrize(("case", "question", "told", "sides"), UPDATED)
def test_an_update_is_told_newest_first_where_it_is_sure_to_be_one(case, question, told, sides):
    every = archive(*told)
    found = updates(Question.read(question, TODAY), every, every[:1])
    assert [side.value for one in found for side in one.sides] == sides, case
    for one in found:
        cited = [side.candidate for side in one.sides]
        supports = [Support.of(side.text, side.passage.stored.card) for side in cited]
        assert faults(wording(one), supports) == []
        assert all(side.value in side.candidate.text for side in one.sides)


def test_an_update_is_of_the_value_that_the_answer_leads_with():
    every = archive(
        ("The fire in Korvat killed 45 people.", "7"),
        ("The fire in Korvat killed 30 people.", "5"),
        ("About 700 people lived in Korvat.", "5"),
        ("The fire in Korvat killed four people.", "4"),
    )
    question = Question.read("How many people were killed in the Korvat fire?", TODAY)
    assert updates(question, every, [every[0], every[2]])
    assert updates(question, every, [every[2], every[0]]) == []
    assert updates(question, every, [every[1]]) == []
    (told,) = disagreements(
        question, every, [Draft(every[0].text, every[0].passage, every[0].span)]
    )
    assert wording(told) == (
        "Updated: Brindle Post (7 March 2026) gives “The fire in Korvat killed 45 people”; "
        "before: Norvane Wire (5 March 2026) gives “The fire in Korvat killed 30 people”; "
        "Dray Valley Echo (4 March 2026) gives “The fire in Korvat killed four people”."
    )


def test_an_update_of_one_outlet_and_day_names_both_values():
    every = archive(
        ("Corrected: 41 people, not 45, were killed in Korvat.", "5", "Brindle Post"),
        ("The fire in Korvat killed 45 people.", "5", "Brindle Post"),
    )
    question = Question.read("How many people were killed in the Korvat fire?", TODAY)
    (told,) = updates(question, every, every[:1])
    assert wording(told).count("Brindle Post (5 March 2026) gives") == 2


def test_the_wording_names_outlet_and_day():
    (found,) = conflicts(
        Question.read("How many people were killed in Korvat?", TODAY),
        archive(
            ("The blast killed 47 people in Korvat.", "8"),
            ("The blast killed 52 people in Korvat.", "7"),
        ),
    )
    assert wording(found) == (
        "The sources differ: Brindle Post (8 March 2026) gives “The blast killed 47 people in "
        "Korvat”; Norvane Wire (7 March 2026) gives “The blast killed 52 people in Korvat”."
    )


CLAUSES = [
    ("The blast, stronger than the last, killed [52 people] in Korvat, while a flood came.",
     "The blast, stronger than the last, killed 52 people in Korvat"),
    ('"We wept," said Ada Holm, who counted [52 people] killed in Korvat.',
     "'We wept,' said Ada Holm, who counted 52 people killed in Korvat"),
    ('Ada Holm said: "We wept, but not long", and counted [52 people] killed in Korvat.',
     "and counted 52 people killed in Korvat"),
    ('In Korvat [52 people] were killed, said Ada Holm. "We wept."',
     "In Korvat 52 people were killed, said Ada Holm"),
    ('[52 people] were killed in Korvat in what is "a dark hour, but not the last".', "52 people"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "told"), CLAUSES)
def test_a_value_is_shown_in_its_whole_clause_that_tears_no_quotation(sentence, told):
    question = Question.read("How many people were killed in Korvat?", TODAY)
    every = archive((sentence, "8"), ("The blast killed 47 people in Korvat.", "8"))
    (found,) = conflicts(question, every)
    assert f"Brindle Post (8 March 2026) gives “{told}”;" in wording(found)


def test_one_side_is_what_the_answer_quotes():
    every = archive(
        ("The blast killed 47 people in Korvat.", "8"),
        ("The blast killed 52 people in Korvat.", "8"),
        ("The blast killed 71 people in Korvat.", "8"),
    )
    question = Question.read("How many people were killed in Korvat?", TODAY)
    (found,) = conflicts(question, every, {sentence_key(every[1])})
    assert [side.value for side in found.sides] == ["52 people", "47 people", "71 people"]


def test_a_quoted_value_with_which_all_agree_is_no_side_of_others():
    every = archive(
        ("The blast killed between 40 and 80 people in Korvat.", "8"),
        ("The blast killed 47 people in Korvat.", "8"),
        ("The blast killed 71 people in Korvat.", "8"),
    )
    question = Question.read("How many people were killed in Korvat?", TODAY)
    assert conflicts(question, every, {sentence_key(every[0])}) == []
    assert len(conflicts(question, every, {sentence_key(every[1])})) == 1


def test_where_one_text_has_two_versions_of_a_fact_the_reader_is_told_both():
    told = " ".join(f"The council of the province met {n} times in the old town hall." for n in
                    ("four", "five", "six", "seven"))  # fmt: skip
    every = archive(
        (f"{told} The keeper of the Hesk light is [Petra Kolm].", "8", "Brindle Post"),
        (f"{told} The keeper of the Hesk light is [Osric Tann].", "9", "Brindle Post"),
    )
    question = Question.read("Who is the keeper of the Hesk light?", TODAY)
    quoted = [every[4], every[9]]
    drafts = [Draft(one.text, one.passage, one.span) for one in quoted]
    (found,) = disagreements(question, every, drafts)
    assert (found.about, [side.value for side in found.sides]) == (
        "name", ["Petra Kolm", "Osric Tann"],
    )  # fmt: skip
    assert disagreements(question, every, drafts[:1]) == []
