"""Disagreements and superseded values: tables of invented news sentences."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from index.records import Span
from rag.compare.conflicts import conflicts, disagreements, place, superseded, wording
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


DISAGREE: list[tuple[str, list[Told], list[str]]] = [
    (
        "How many people were killed in the Korvat mine fire?",
        [
            ("The fire at the Korvat mine killed 47 people, the province said.", "8"),
            ("At the Korvat mine 52 people were killed in the fire, rescuers reported.", "8"),
        ],
        ["47 people", "52 people"],
    ),
    (
        "What is the death toll of the Korvat mine fire?",
        [
            ("The death toll from the fire at the Korvat mine stands at 47.", "8"),
            ("At least 52 dead have been counted after the fire in the Korvat mine.", "8"),
        ],
        ["47", "At least 52 dead"],
    ),
    (
        "How many people were injured in the Ostrel bridge collapse?",
        [
            ("Nineteen people were injured when the Ostrel bridge collapsed.", "3"),
            ("The collapse of the Ostrel bridge left 31 people wounded.", "3"),
        ],
        ["Nineteen people", "31 people"],
    ),
    (
        "What was the turnout in the Pellamy referendum?",
        [
            ("Turnout in the Pellamy referendum was 61.4 per cent, the clerk said.", "2"),
            ("The referendum in Pellamy drew a turnout of 54 per cent.", "3"),
        ],
        ["61.4 per cent", "54 per cent"],
    ),
    (
        "How many jobs will Tarn Foundry cut?",
        [
            ("Tarn Foundry will cut 300 jobs by the summer, its chairman said.", "10"),
            ("The union expects Tarn Foundry to cut 450 jobs.", "10"),
        ],
        ["300 jobs", "450 jobs"],
    ),
    (
        "How much will the new Melrick stadium cost?",
        [
            ("The new stadium in Melrick will cost 84 million euros, the council said.", "5"),
            ("Melrick's new stadium will cost 97.5 million euros, according to the builders.", "6"),
        ],
        ["84 million euros", "97.5 million euros"],
    ),
    (
        "How many protesters marched in Lusande on Sunday?",
        [
            ("Police said that 4,000 protesters marched through Lusande on Sunday.", "9"),
            ("Organisers counted more than 12,000 protesters as they marched in Lusande.", "9"),
        ],
        ["4,000 protesters", "more than 12,000 protesters"],
    ),
    (
        "How long is the Arvel tunnel?",
        [
            ("The Arvel tunnel is 9.4 kilometres long.", "4"),
            ("At 11 kilometres long, the Arvel tunnel is the region's deepest.", "5"),
        ],
        ["9.4 kilometres", "11 kilometres"],
    ),
    (
        "How many cows died in the Hollin barn fire?",
        [
            ("The barn fire at Hollin left 60 cows dead.", "12"),
            ("Only 38 cows died in the barn fire at Hollin, the farmer told us.", "12"),
        ],
        ["60 cows", "Only 38 cows"],
    ),
    (
        "How many people took part in the Vessel diet trial?",
        [
            ("The Vessel diet trial had 264 participants.", "12"),
            ("More than 600 people took part in the Vessel diet trial.", "13"),
        ],
        ["264 participants", "More than 600 people"],
    ),
    (
        "When did the Sarrow dam burst?",
        [
            ("The Sarrow dam burst on Tuesday after a week of rain.", "5"),
            ("The dam at Sarrow burst on 4 March, a farmer recalled.", "6"),
        ],
        ["Tuesday", "4 March"],
    ),
    (
        "When will the Kettering Line reopen?",
        [
            ("The Kettering Line will reopen on 14 April, the railway said.", "5"),
            ("Trains return when the Kettering Line is to reopen on 2 May.", "5"),
        ],
        ["14 April", "2 May"],
    ),
    (
        "In which year was the Ondine Choir founded?",
        [
            ("The Ondine Choir was founded in 1987 by two teachers.", "5"),
            ("Its records show that the Ondine Choir was founded in 1991.", "7"),
        ],
        ["1987", "1991"],
    ),
    (
        "Did Ferro Lines sell the Astrid ferry?",
        [
            ("Ferro Lines sold the Astrid ferry to a Danish owner.", "5"),
            ("Ferro Lines denied that it sold the Astrid ferry.", "5"),
        ],
        ["Ferro Lines sold the Astrid ferry to a Danish owner",
         "Ferro Lines denied that it sold the Astrid ferry"],
    ),
    (
        "Did the rebels enter Qalvat?",
        [
            ("The rebels never entered Qalvat, the army insisted.", "5"),
            ("Rebels entered Qalvat before dawn.", "5"),
        ],
        ["The rebels never entered Qalvat, the army insisted", "Rebels entered Qalvat before dawn"],
    ),
    (
        "Was the vaccine compared with a placebo in the Lorne study?",
        [
            ("The Lorne study did not compare the vaccine with a placebo.", "5"),
            ("In the Lorne study doctors compared the vaccine with a placebo.", "7"),
        ],
        ["The Lorne study did not compare the vaccine with a placebo",
         "In the Lorne study doctors compared the vaccine with a placebo"],
    ),
]  # fmt: skip

AGREE: list[tuple[str, str, list[Told]]] = [
    ("one article gives two figures", "How many boats sank in the harbour of Tessel?", [
        ("Harbour || The port authority put the number of boats sunk in Tessel at 14, while "
         "the fishers' union counted 23 boats sunk.", "5")]),
    ("rounded", "How many people marched in Lusande?", [
        ("About 50,000 people marched in Lusande.", "9"),
        ("Police counted 49,700 people as they marched in Lusande.", "9")]),
    ("rounded scale", "How many people live in Marrow?", [
        ("Marrow, where 1.2 million people live, has no tram.", "9"),
        ("In Marrow live 1,187,000 people.", "9")]),
    ("rounded percent", "What was the turnout in Pellamy?", [
        ("The turnout in Pellamy was 61 per cent.", "9"),
        ("The turnout in Pellamy was 61.4 per cent.", "9")]),
    ("lower bound", "How many people were killed in Korvat?", [
        ("At least 30 people were killed in Korvat.", "9"),
        ("In Korvat 45 people were killed.", "9")]),
    ("more than", "How many people fled Korvat?", [
        ("More than 14,000 people fled Korvat.", "9"),
        ("Some 14,500 people fled Korvat.", "9")]),
    ("range", "How many people were killed in Korvat?", [
        ("Between 40 and 50 people were killed in Korvat.", "9"),
        ("In Korvat 45 people were killed.", "9")]),
    ("upper bound", "How many jobs will Tarn Foundry cut?", [
        ("Tarn Foundry will cut up to 400 jobs.", "9"),
        ("Tarn Foundry will cut 350 jobs.", "9")]),
    ("words and digits", "How many boats sank in Tessel?", [
        ("Twelve boats sank in Tessel.", "9"),
        ("In Tessel 12 boats sank.", "9")]),
    ("another thing", "How many people were killed in Korvat?", [
        ("The blast in Korvat killed 12 people.", "9"),
        ("The blast in Korvat injured 40 people.", "9")]),
    ("another noun", "How many soldiers were killed in Korvat?", [
        ("In Korvat 12 soldiers were killed.", "9"),
        ("In Korvat 30 civilians were killed.", "9")]),
    ("another place", "How many people were killed in the storm?", [
        ("The storm killed 12 people in Hamble.", "9"),
        ("The storm killed 31 people in Corrow.", "9")]),
    ("part of it", "How many people were killed in the Korvat fire?", [
        ("The Korvat fire killed 47 people.", "9"),
        ("The Korvat fire killed 47 people, among them 12 children.", "9"),
        ("Nine of the 47 people killed in the Korvat fire were nurses.", "9")]),
    ("an addition", "How many people were killed in the Korvat fire?", [
        ("The Korvat fire killed 47 people.", "9"),
        ("Another 12 people were killed in the Korvat fire, rescuers feared.", "9")]),
    ("another quarter", "What was the net profit of Sorrel Mills?", [
        ("In the first quarter the net profit of Sorrel Mills was 20 million euros.", "9"),
        ("In the second quarter the net profit of Sorrel Mills was 31 million euros.", "9")]),
    ("another day", "How many people were killed by shelling in Korvat?", [
        ("Shelling killed 12 people in Korvat on 2 March.", "5"),
        ("Shelling killed 20 people in Korvat on 4 March.", "5")]),
    ("difference", "What is the unemployment rate in Norvane?", [
        ("The unemployment rate in Norvane is 6 per cent.", "5"),
        ("The unemployment rate in Norvane rose by 2 per cent.", "5")]),
    ("rate", "How much oil does the Arl field produce?", [
        ("The Arl field produces 40,000 barrels a day.", "5"),
        ("The Arl field produced 9 million barrels of oil.", "5")]),
    ("identifier", "Which resolution did the council adopt?", [
        ("The council adopted Resolution 2254.", "5"),
        ("The council adopted Resolution 2301.", "5")]),
    ("copies", "How many people were killed in Korvat?", [
        ("The blast killed 12 people in Korvat.", "5", "Brindle Post", "wire"),
        ("The blast killed 21 people in Korvat.", "5", "Norvane Wire", "wire")]),
    ("one outlet", "How many people were killed in Korvat?", [
        ("The blast killed 12 people in Korvat.", "5", "Brindle Post"),
        ("The blast killed 21 people in Korvat.", "5", "Brindle Post")]),
    ("not asked", "Who leads the rescue in Korvat?", [
        ("The blast killed 12 people in Korvat.", "5"),
        ("The blast killed 21 people in Korvat.", "5")]),
    ("off the subject", "How many people were killed in Korvat?", [
        ("The blast killed 12 people in Korvat.", "5"),
        ("A flood killed 21 people in Sarrow.", "5")]),
    ("week and day", "When did the Sarrow dam burst?", [
        ("The Sarrow dam burst on Tuesday.", "5"),
        ("The Sarrow dam burst in March 2026.", "6")]),
    ("another event", "When did the Sarrow dam burst?", [
        ("The Sarrow dam burst on Tuesday.", "5"),
        ("The Sarrow choir sang on Wednesday.", "6")]),
    ("day of speaking", "When did the Sarrow dam burst?", [
        ("The Sarrow dam burst on Tuesday.", "6"),
        ("The Sarrow dam burst without warning, the mayor said on Thursday.", "6")]),
    ("possibility", "Did Ferro Lines sell the Astrid ferry?", [
        ("Ferro Lines may have sold the Astrid ferry.", "5"),
        ("Ferro Lines did not sell the Astrid ferry.", "5")]),
    ("other negation", "Did Ferro Lines sell the Astrid ferry?", [
        ("Ferro Lines sold the Astrid ferry.", "5"),
        ("No passenger was aboard when Ferro Lines sold the Astrid ferry.", "5")]),
    ("both deny", "Did Ferro Lines sell the Astrid ferry?", [
        ("Ferro Lines did not sell the Astrid ferry.", "5"),
        ("Ferro Lines never sold the Astrid ferry.", "5")]),
    ("people of whom nothing is shared", "How many people took part in the Vessel trial?", [
        ("More than 600 people were in the trial.", "12"),
        ("Five people left the trial.", "12")]),
    ("a day after", "When did Osric Tann meet the miners?", [
        ("Osric Tann was in Lusande on Tuesday, a day after he had met the miners.", "5"),
        ("Osric Tann met the miners on Monday.", "5")]),
    ("ages", "How old is Maro Quint?", [
        ("Maro Quint, aged 41, has won in Tessel.", "5"),
        ("After 17 laps Maro Quint won in Tessel.", "5")]),
]  # fmt: skip

REPLACED: list[tuple[str, str, list[Told], str]] = [
    ("grew", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 30 people.", "5"),
        ("The fire in Korvat killed 45 people.", "6")], "45 people"),
    ("at least", "How many people were killed in the Korvat fire?", [
        ("At least 30 people were killed in the Korvat fire.", "5"),
        ("The death toll of the Korvat fire rose to 45.", "7")], "rose to 45"),
    ("a margin is a difference", "By how many seconds did Ada Holm win the Melrick Race?", [
        ("Ada Holm won the Melrick Race on Sunday, 38 seconds ahead of Per Lund.", "1"),
        ("Ada Holm, who won the Melrick Race, got a time penalty || Her lead over Per Lund shrinks "
         "to 28 seconds.", "3")], "28 seconds"),
    ("who said it comes last", "How many people died in the Korvat fire?", [
        ("At least 30 people died in the Korvat fire, the police said on Thursday.", "5"),
        ("The toll of the fire in Korvat has risen to 45, the fire service said on Saturday.",
         "7")], "risen to 45"),
    ("fewer, corrected", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 45 people.", "5"),
        ("The toll of the Korvat fire was revised to 41 dead.", "6")], "revised to 41"),
    ("not but", "What was the net profit of Sorrel Mills?", [
        ("Net profit of Sorrel Mills was 38.4 million euros.", "5"),
        ("Sorrel Mills corrects its net profit || It was 34.8 million euros, not 38.4 million.",
         "6")], "34.8 million"),
    ("up from", "How much will the Melrick stadium cost?", [
        ("The Melrick stadium will cost 84 million euros.", "2"),
        ("The cost of the Melrick stadium is 97 million euros, up from 84 million.", "9")],
     "97 million"),
    ("from to", "How much will the Melrick stadium cost?", [
        ("The Melrick stadium will cost 84 million euros.", "2"),
        ("The cost of the Melrick stadium goes up from 84 million to 97 million euros.", "9")],
     "97 million"),
    ("now", "How much will the Melrick stadium cost?", [
        ("The Melrick stadium is to cost 84 million euros.", "2"),
        ("Work begins in Melrick. They are building a stadium that will now cost 97 million "
         "euros.", "9")], "97 million"),
    ("initial reports", "How many boats sank in the Tessel storm?", [
        ("The storm sank 30 boats in Tessel.", "5"),
        ("The storm sank 14 boats in Tessel; initial reports of 30 boats were wrong.", "6")],
     "14 boats"),
    ("same outlet", "How many homes in Hamble have no power?", [
        ("In Hamble 84,000 homes have no power.", "5", "Brindle Post"),
        ("In Hamble 9,000 homes have no power.", "7", "Brindle Post")], "9,000"),
    ("postponed", "When will the Kettering Line reopen?", [
        ("The Kettering Line will reopen on 14 April.", "5"),
        ("The Kettering Line will not reopen before 2 May, as the work was delayed.", "9")],
     "2 May"),
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
    ("the weekday is asked for", "How many people were killed in Korvat on Thursday?", [
        ("The fire in Korvat killed 30 people.", "5"),
        ("The fire in Korvat killed 45 people.", "7")]),
    ("the first is asked for", "What was the initial death toll of the Korvat fire?", [
        ("The fire in Korvat killed 30 people.", "5"),
        ("The death toll of the Korvat fire rose to 45.", "9")]),
    ("undated", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 30 people.", ""),
        ("The fire in Korvat killed 45 people.", "9")]),
    ("the same again", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 45 people.", "5"),
        ("The toll of the Korvat fire is now 45 dead.", "9")]),
    ("another unit is asked for", "What was the turnout in Dunmere?", [
        ("Turnout in Dunmere was [50 per cent], and Petra Kolm led by 41 votes.", "5"),
        ("Turnout in Dunmere was checked, and the lead is not 41 votes but 12.", "9")]),
    ("another event", "How many people were killed in the Korvat fire?", [
        ("The fire in Korvat killed 30 people.", "5"),
        ("The fire in Korvat now counts among the worst, with 400 hectares burnt.", "9")]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "told", "sides"), DISAGREE)
def test_origins_that_disagree_are_named_with_their_values(
    question: str, told: list[Told], sides: list[str]
) -> None:
    assert values(question, *told) == [sides]


@pytest.mark.parametrize(("question", "told", "sides"), DISAGREE)
def test_the_wording_passes_the_exact_check_against_both_passages(
    question: str, told: list[Told], sides: list[str]
) -> None:
    (found,) = conflicts(Question.read(question, TODAY), archive(*told))
    line = wording(found)
    cited = [side.candidate for side in found.sides]
    supports = [Support.of(one.text, one.passage.stored.card) for one in cited]
    assert faults(line, supports) == []
    assert all(side in line for side in sides)


@pytest.mark.parametrize(("case", "question", "told", "sides"), DIFFERING)
def test_what_cannot_be_true_together_is_told(
    case: str, question: str, told: list[Told], sides: list[str]
) -> None:
    assert values(question, *told) == [sides], case


@pytest.mark.parametrize(("case", "question", "told"), [*AGREE, *TOGETHER])
def test_what_can_be_true_together_is_no_disagreement(
    case: str, question: str, told: list[Told]
) -> None:
    assert values(question, *told) == [], case
    assert values(question, *reversed(told)) == [], case


@pytest.mark.parametrize(("case", "question", "told", "newer"), REPLACED)
def test_a_later_report_replaces_a_value(
    case: str, question: str, told: list[Told], newer: str
) -> None:
    every = archive(*told)
    found = superseded(Question.read(question, TODAY), every)
    assert list(found) == [place(every[0])], case
    assert newer in found[place(every[0])].text
    assert values(question, *told) == []


@pytest.mark.parametrize(("case", "question", "told"), STAYS)
def test_a_value_stays_where_nothing_replaces_it(
    case: str, question: str, told: list[Told]
) -> None:
    assert superseded(Question.read(question, TODAY), archive(*told)) == {}, case


def test_the_wording_names_outlet_and_day() -> None:
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


def test_three_origins_make_three_sides() -> None:
    told = [(f"The blast killed {n} people in Korvat.", "8") for n in (12, 21, 30)]
    assert values("How many people were killed in Korvat?", *told) == [
        ["12 people", "21 people", "30 people"]
    ]


def test_one_side_is_what_the_answer_quotes() -> None:
    every = archive(
        ("The blast killed 47 people in Korvat.", "8"),
        ("The blast killed 52 people in Korvat.", "8"),
        ("The blast killed 71 people in Korvat.", "8"),
    )
    question = Question.read("How many people were killed in Korvat?", TODAY)
    (found,) = conflicts(question, every, {place(every[1])})
    assert [side.value for side in found.sides] == ["52 people", "47 people", "71 people"]


def test_a_quoted_value_with_which_all_agree_is_no_side_of_others() -> None:
    every = archive(
        ("The blast killed between 40 and 80 people in Korvat.", "8"),
        ("The blast killed 47 people in Korvat.", "8"),
        ("The blast killed 71 people in Korvat.", "8"),
    )
    question = Question.read("How many people were killed in Korvat?", TODAY)
    assert conflicts(question, every, {place(every[0])}) == []
    assert len(conflicts(question, every, {place(every[1])})) == 1


def test_where_one_text_has_two_versions_of_a_fact_the_reader_is_told_both() -> None:
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
