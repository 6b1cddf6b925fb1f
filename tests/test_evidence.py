"""How sentences are described, ranked and decided on."""

import pytest

from index.embedding import HashEncoder
from rag.evidence.prose import is_prose
from rag.evidence.spans import offers
from rag.evidence.weighing import Candidate, decisive, gather, ranking, trained, unmet, unsaid
from rag.questions.question import Question
from rag.retrieval import Passage
from tests.building import passage

VELMO = passage(
    "The council of Velmo met on Monday. Petra Dahl, the mayor, opened a new school. "
    "It cost 4.5 million euros and has room for 320 children. Nobody was hurt in the storm.",
    title="A school for Velmo",
    publisher="Bay Daily",
    published="2024-05-03",
)
WIRE = passage(VELMO.text, article="copy", origin="a", number=2)


def described(text: str, passages: list[Passage]) -> tuple[Question, list[Candidate]]:
    question = Question.read(text)
    encoder = HashEncoder()
    asked = encoder.encode_tokens([text])[0]
    return question, gather(question, asked, passages, encoder, {}, 10)


def test_every_sentence_is_a_candidate_once_however_many_copies_there_are() -> None:
    _, found = described("What did the school cost?", [VELMO, WIRE])
    assert [c.text for c in found] == [
        "The council of Velmo met on Monday.",
        "Petra Dahl, the mayor, opened a new school.",
        "It cost 4.5 million euros and has room for 320 children.",
        "Nobody was hurt in the storm.",
    ]
    assert all(set(trained().ranking) <= set(c.features) for c in found)


def test_the_span_of_a_candidate_is_its_text() -> None:
    _, found = described("Who opened the school?", [VELMO])
    assert all(c.span.of(VELMO.text) == c.text for c in found)


def test_words_of_the_headline_and_the_sentence_before_count_as_near() -> None:
    _, found = described("What did the school of Velmo cost?", [VELMO])
    cost = found[2].features
    assert cost["met"] < cost["met_near"]


@pytest.mark.parametrize(
    ("question", "offering"),
    [
        ("How much did the school cost?", [2]),
        ("How many children fit in?", [2]),
        ("When did the council meet?", [0]),
        ("Who opened the school?", [0, 1]),
    ],
)
def test_a_sentence_offers_what_is_asked_for_or_not(question: str, offering: list[int]) -> None:
    asked, found = described(question, [VELMO])
    offered = [at for at, c in enumerate(found) if offers(asked, c.text)]
    assert set(offering) <= set(offered)
    assert 3 not in offered


def test_money_is_asked_for_in_money() -> None:
    _, found = described("How much did the school cost?", [VELMO])
    assert [c.features["unit"] for c in found] == [0.0, 0.0, 1.0, 0.0]


def test_a_sentence_about_the_question_ranks_above_the_others() -> None:
    _, found = described("What did the school cost?", [VELMO])
    ranked = ranking(found)
    assert [c.score for c in ranked] == sorted((c.score for c in ranked), reverse=True)
    assert ranked[0].text in {found[1].text, found[2].text}


def test_each_word_of_the_question_is_met_here_or_just_before_or_not_at_all() -> None:
    _, found = described("Did the mayor open the school?", [VELMO])
    assert set(found[1].met) == {"mayor", "open", "school"}
    assert found[1].met["mayor"] > 0.9
    assert found[3].met["mayor"] < 0.5
    assert found[2].met["mayor"] > 0.9, "the sentence before says who"


def test_the_word_that_the_best_sentences_do_not_meet_is_named() -> None:
    _, found = described("Did the mayor resign over the school?", [VELMO])
    assert unmet(ranking(found)) == "resign"
    _, found = described("Did the mayor open the school?", [VELMO])
    assert unmet([found[1]]) != "mayor"
    assert unmet([]) is None


def test_no_sentence_is_no_answer() -> None:
    assert trained().answerable(Question.read("Who?"), []) == 0.0


def test_the_best_sentence_and_what_the_first_few_lack_together_decide() -> None:
    _, found = described("What did the school of Velmo cost?", [VELMO])
    values = decisive(found)
    assert set(trained().deciding) <= {*values, "unsaid"}
    assert values["least_met"] == pytest.approx(min(found[0].met.values()))
    assert values["least_met_together"] >= values["least_met"]
    assert values["cosine_best"] == max(c.features["cosine_near"] for c in found[:3])


def test_a_denied_question_is_less_answerable_by_a_sentence_that_denies_nothing() -> None:
    text = "The council of Velmo supported the new school."
    asked = ("Which council supported the new school?", "Which council opposed the new school?")
    sure = []
    for question in asked:
        read, found = described(question, [passage(text, title="")])
        sure.append(trained().answerable(read, found))
    assert sure[1] < sure[0] - 0.1


def test_a_question_of_the_article_itself_answers_nothing() -> None:
    text = "What did the school cost? Nobody knows. “Was it dear?” asked Petra Dahl."
    _, found = described("What did the school cost?", [passage(text, title="")])
    assert [c.text for c in found] == ["Nobody knows.", "“Was it dear?” asked Petra Dahl."]
    assert found[0].met["school"] < 0.6, "the question before it is no evidence either"


def test_a_question_that_supposes_what_no_passage_says_is_less_answerable() -> None:
    said, found = described("What did the school of Velmo cost?", [VELMO])
    assert not unsaid(said, found[2])
    told = trained().answerable(said, ranking(found))
    other, found = described("What did the school of Tolbury cost in 1998?", [VELMO])
    assert unsaid(other, found[2])
    assert trained().answerable(other, ranking(found)) < told


def test_sums_of_money_are_prose_and_templates_are_not() -> None:
    assert is_prose("Oil fell from nearly $40 a barrel to less than $10, or ~5 to ~8 euros.")
    assert not is_prose("Write ${name} and $value here.")
    assert not is_prose("a | b | c")


def test_the_name_below_a_pulled_quotation_is_no_sentence() -> None:
    assert not is_prose("—Ada Holm on the search for the missing boat")
    assert is_prose("— Ada Holm leads the search for the missing boat.")
