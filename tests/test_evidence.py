"""How sentences are described, ranked and decided on."""

import pytest

from index.embedding import HashEncoder
from rag.evidence import (
    CHEAP,
    JUDGED,
    Candidate,
    decisive,
    gather,
    judge,
    offers,
    ranking,
    trained,
    with_likelihoods,
)
from rag.llm import ScriptedLLM
from rag.question import Question
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
    vector = encoder.encode([text])[0]
    return question, gather(question, vector, passages, encoder, {}, 10)


def test_every_sentence_is_a_candidate_once_however_many_copies_there_are() -> None:
    _, found = described("What did the school cost?", [VELMO, WIRE])
    assert [c.text for c in found] == [
        "The council of Velmo met on Monday.",
        "Petra Dahl, the mayor, opened a new school.",
        "It cost 4.5 million euros and has room for 320 children.",
        "Nobody was hurt in the storm.",
    ]
    assert all(set(CHEAP) <= set(c.features) for c in found)


def test_the_span_of_a_candidate_is_its_text() -> None:
    _, found = described("Who opened the school?", [VELMO])
    assert all(c.span.of(VELMO.text) == c.text for c in found)


def test_words_of_the_headline_and_the_sentence_before_count_as_near() -> None:
    _, found = described("What did the school of Velmo cost?", [VELMO])
    cost = found[2].features
    assert cost["coverage"] < cost["coverage_near"]


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


def test_the_model_reads_only_the_best_and_says_which_it_prefers() -> None:
    question, found = described("What did the school cost?", [VELMO])
    judged, evaluated = with_likelihoods(question, found, ScriptedLLM())
    assert evaluated > 0
    assert max(c.features["likelihood"] for c in judged) == 0.0
    many = [*found] * 5
    assert len(judge(question, many, ScriptedLLM()).ranked) == JUDGED


def test_without_a_model_the_cheap_features_decide() -> None:
    question, found = described("What did the school cost?", [VELMO])
    evidence = judge(question, found, None)
    assert evidence.evaluated == 0
    assert [c.text for c in evidence.ranked] == [
        c.text for c in ranking(found, trained(model=False))
    ]


def test_no_sentence_is_no_answer() -> None:
    assert trained().answerable([]) == 0.0
    assert judge(Question.read("Who?"), [], ScriptedLLM()).ranked == ()


def test_the_best_value_of_each_feature_decides() -> None:
    question, found = described("What did the school cost?", [VELMO])
    judged, _ = with_likelihoods(question, found, ScriptedLLM())
    values = decisive([c.features for c in judged])
    assert values["cosine_near"] == max(c.features["cosine_near"] for c in judged)
    assert "gain" in values
