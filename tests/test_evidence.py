"""Which sentences are read for an answer, in which order, and which words lead it."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from index.protocols import View
from index.records import Span, StoredChunk
from rag.decide.evidence import LESS_LIKELY, READ_AGAIN, candidates, likeliest, nearness
from rag.quote import short
from rag.reader.reading import Reader, Reading, WordReader
from rag.records import Candidate, Passage
from rag.request.asking import is_prose
from rag.request.question import Question
from tests.building import passage

VELMO = passage(
    "The council of Velmo met on Monday. Petra Dahl, the mayor, opened a new school. "
    "It cost about 4.5 million euros and has room for 320 children. Nobody was hurt in the storm.",
    title="A school for Velmo",
    publisher="Bay Daily",
    published="2024-05-03",
)
COST = "It cost about 4.5 million euros and has room for 320 children."


class Pointing:
    """A reader that finds one answer, wherever it stands, with one score."""

    name = "pointing"
    calibration = replace(WordReader.calibration, unsaid=-1.0, again=(0.0, 0.5, 0.3))

    def __init__(self, answer: str, score: float = 12.0, larger: Reader | None = None) -> None:
        self.answer = answer
        self.score = score
        self.larger = larger

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[list[Reading]]:
        return [[self._reading(one, span) for span in one.chunk.sentences] for one in passages]

    def _reading(self, passage: StoredChunk, span: Span) -> Reading:
        at = passage.chunk.part(span).find(self.answer)
        if at < 0:
            return Reading(span, span, -self.score)
        start = span.start + at
        return Reading(span, Span(start, start + len(self.answer)), self.score)


def found(
    text: str,
    passages: Sequence[Passage],
    answer: str = COST,
    before: str = "",
    reader: Reader | None = None,
) -> list[Candidate]:
    texts = {
        one.stored.card.article_id: SimpleNamespace(text=before + one.text) for one in passages
    }
    index = cast(View, SimpleNamespace(article=texts.__getitem__))
    return candidates(index, Question.read(text), passages, reader or Pointing(answer))


def test_a_question_of_the_article_itself_answers_nothing():
    text = "What did the school cost? Nobody knows. “Was it dear?” asked Petra Dahl."
    read = found("What did the school cost?", [passage(text)], "Nobody")
    assert [one.text for one in read] == ["Nobody knows.", "“Was it dear?” asked Petra Dahl."]


def test_a_passage_need_not_say_again_what_its_article_has_said():
    asked = "Who took the blame for the fire at Hesk?"

    def score(before: str) -> float:
        later = passage("The council took the blame on Monday.", start=len(before))
        return found(asked, [later], "council", before)[0].score

    assert score("A fire broke out at Hesk. ") > score("A fire broke out at Tarn. ")
    assert score("Who took the blame for the fire at Hesk? ") == score("A fire broke out. ")


def test_the_likeliest_passages_are_read_again_and_the_larger_reader_decides_among_them():
    near = passage("The school of Hesk cost 2 million euros.", title="A school for Hesk")
    others = [passage(f"Boat number {n} sank.", title=f"Boat {n}") for n in range(3)]
    asked, passages = "What did the school of Velmo cost?", [near, VELMO, *others]
    alone = found(asked, passages, reader=Pointing("2 million euros", 3.0))
    assert alone[0].passage is near
    both = Pointing("2 million euros", 3.0, larger=Pointing("about 4.5 million euros", 40.0))
    read = found(asked, passages, reader=both)
    assert [read[0].text, read[0].passage] == [COST, VELMO]
    assert VELMO.text[read[0].answer.start : read[0].answer.end] == "about 4.5 million euros"


def test_what_is_not_read_again_stays_as_far_behind_as_it_was():
    likely = passage("The school of Hesk cost 2 million euros.", title="A school for Hesk")
    unlikely = passage("A boat sank off Hesk.", title="A boat")
    asked, nowhere = "What did the school of Hesk cost?", Pointing("nowhere", 90.0)

    def scores(larger: Reader | None) -> list[float]:
        read = found(asked, [likely, unlikely], reader=Pointing("2 million euros", 20.0, larger))
        assert [one.passage for one in read] == [likely, unlikely]
        return [one.score for one in read]

    first, after = scores(None), scores(nowhere)
    assert after[0] < first[0] - 9  # the larger reader finds no answer
    assert after[0] - after[1] == pytest.approx(first[0] - first[1])


def test_a_passage_is_as_near_as_half_its_article_is():
    far, near, other = (passage("Rain fell.", article=article) for article in "aab")
    stored = [one.stored for one in (far, near, other)]
    assert nearness(stored, [0.2, 0.6, 0.3]) == pytest.approx([0.4, 0.6, 0.3])
    assert nearness([], []) == []


@pytest.mark.parametrize(("question", "numbers"), [
    ("When did she first win the cup?", []),
    ("When did she win her second cup?", [2]),
    ("Who were the first 3 to land?", [3]),
])  # fmt: skip
def test_a_first_time_is_not_demanded(question, numbers):
    assert [int(one.value) for one in Question.read(question).numbers] == numbers


def test_what_is_much_less_likely_is_not_read_again():
    assert likeliest([0.0, -9.0, 1.0, 1.0 - LESS_LIKELY]) == [2, 0, 3]
    assert likeliest([0.5] * (READ_AGAIN + 3)) == list(range(READ_AGAIN))
    assert likeliest([]) == []


@pytest.mark.parametrize(
    ("question", "answer", "shown"),
    [
        ("What did the school cost?", "4.5 million euros", "about 4.5 million euros"),
        ("How many children fit in?", "320", "320"),
        ("Who opened the school?", "Petra Dahl", "Petra Dahl"),
        ("Who opened the school?", "320", ""),  # no name
        ("How many children fit in?", "Petra Dahl", ""),  # no number
        ("When did the council meet?", "Monday", "Monday"),
        ("When did the council meet?", "council of Velmo", ""),  # no time
        ("Why did it cost so much?", "4.5 million euros", ""),  # a reason is a sentence
    ],
)
def test_the_words_that_answer_lead_if_they_are_of_the_kind_asked_for(question, answer, shown):
    read = found(question, [VELMO], answer)
    assert short(Question.read(question), read[0]) == shown


@pytest.mark.parametrize(
    "denied",
    [
        "It is not true that Petra Dahl opened the school.",
        "Petra Dahl allegedly opened the school.",
        "Petra Dahl may have opened the school.",
        "Petra Dahl did not open the school.",
        "Petra Dahl had not cut the ribbon.",
    ],
)
def test_what_is_denied_or_left_open_is_told_in_no_few_words(denied):
    read = found("Who opened the school?", [passage(denied)], "Petra Dahl")
    assert short(Question.read("Who opened the school?"), read[0]) == ""
    [opened] = found("Who opened it?", [passage("Petra Dahl opened it.")], "Petra Dahl")
    assert short(Question.read("Who opened it?"), opened) == "Petra Dahl"


def test_whose_it_is_is_told_without_what_is_theirs():
    dahl = passage("The council met in Petra Dahl's Villa Aurora on Monday.")
    read = found("Whose house did the council meet in?", [dahl], "Petra Dahl")
    assert short(Question.read("Whose house did the council meet in?"), read[0]) == "Petra Dahl"


def test_sums_of_money_are_prose_and_templates_are_not():
    assert is_prose("Oil fell from nearly $40 a barrel to less than $10, or ~5 to ~8 euros.")
    assert not is_prose("Write ${name} and $value here.")
    assert not is_prose("a | b | c")
    assert not is_prose("—Ada Holm on the search for the missing boat")
    assert is_prose("— Ada Holm leads the search for the missing boat.")
