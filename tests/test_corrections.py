"""Notices of correction, known by their form and their place."""

import pytest

from index.corrections import LONGEST, corrections, is_correction

STORY = "\n\n".join(f"The ferry to Korvat was late for the {n}th time on Monday." for n in range(9))
NOTICES = """
Correction: an earlier version gave the wrong day.
**Correction:** An article on Saturday gave the population as 200,000.
Correction, Dec. 7, 2024: The minister is called Ola Berg, not Ole Berg.
CORRECTION (7 December 2024, 14:30 GMT) — The bridge cost 18.4 million.
Clarification: the vote took place in May.
Corrected on Tuesday: the name of the mayor.
Correction appended to this story on 3 May 2024
Erratum: Velmo, not Veldmar.
Berichtigung: Das Schiff heißt Möwe.
(Corrects name of the minister in paragraph 3)
[Corrected to show that the vote was on Monday, not Tuesday.]
(Refiles to correct the dateline)
(This Dec. 7 story has been corrected to fix the year in paragraph 2)
This article was amended on 7 December 2024 to correct the spelling of Ola Berg's name.
The headline of this article has been changed to make clear that the fire was in Korvat.
An earlier version of this article misstated the number of dead.
A previous version of this headline was wrong.
Because of an editing error, an article on Saturday about a harbour misstated its depth.
An article on Monday about the ferry misidentified its captain.
Editor’s note: This report has been updated to reflect that the mayor did not resign.
Editors' Note: A previous version incorrectly identified the port.
For the record: The article gave the wrong age.
Update: an earlier version of this post omitted the second train.
The Veldmar Courier regrets the errors.
"""
NONE = f"""
Correction officers in Veldmar went on strike on Monday.
Correction in prices was overdue. Shares fell.
Corrected figures showed that 12 people had died.
Clarified butter is used in the dish.
Retraction of the troops began on Monday.
The report was corrected by the ministry on Tuesday.
The minister said an earlier version of the bill was wrong.
The article of the constitution was amended in 2010.
“Correction: we never said so,” the spokesman wrote.
Editor's note: The writer is a professor in Korvat.
Update: the road has reopened.
An article in a magazine wrongly accused the mayor, her lawyer said.
He regrets the error, his lawyer said.
This story of a family that was wrong about everything begins in 1920.
Correction: {"word " * (LONGEST // 5)}
"""


@pytest.mark.parametrize("paragraph", NOTICES.strip().split("\n"))
def test_what_is_a_notice(paragraph):
    assert is_correction(paragraph)
    for text in (f"{paragraph}\n\n{STORY}", f"{STORY}\n\n{paragraph}"):
        assert corrections("Ferry", text) == (paragraph,)


@pytest.mark.parametrize("paragraph", NONE.strip().split("\n"))
def test_what_is_none(paragraph):
    assert corrections("Ferry", f"{paragraph}\n\n{STORY}\n\n{paragraph}") == ()


def test_in_the_middle_of_a_story_nothing_is_a_notice():
    assert corrections("Ferry", f"{STORY}\n\nCorrection: two.\n\n{STORY}") == ()


def test_a_label_on_a_line_of_its_own_belongs_to_what_follows():
    text = f"{STORY}\n\nCorrection\n\nThe bridge cost 18.4 million.\n\nWe regret the error."
    found = ("Correction The bridge cost 18.4 million.", "We regret the error.")
    assert corrections("Bridge", text) == found


@pytest.mark.parametrize(
    ("title", "known"),
    [
        ("CORRECTED-Harbour bridge to reopen", True),
        ("Correction: Harbour bridge", True),
        ("Corrections chief resigns", False),
        ("Correction in prices feared", False),
    ],
)
def test_a_headline_can_be_labelled(title, known):
    assert corrections(title, STORY) == ((title,) if known else ())
