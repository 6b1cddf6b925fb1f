"""Short answers: spans of the evidence, when it is sure which."""

import pytest

from index.embedding import HashEncoder, load_encoder
from rag.evidence.short import offered, short_answer, trained
from rag.models.llm import LLM, ScriptedLLM, load_llm
from rag.questions.question import Question

TEXT = (
    "Petra Dahl, the mayor of Velmo, opened the school on 3 May 2024. It cost about 4.5 million "
    "euros and has room for 320 children."
)


@pytest.fixture(scope="module")
def model() -> LLM:
    return load_llm()


@pytest.mark.parametrize(
    "question",
    ["Who opened it?", "When was it opened?", "How much did it cost?", "Where is the school?"],
)
def test_only_words_of_the_quotation_are_offered(question: str) -> None:
    found, evaluated = offered(Question.read(question), TEXT, HashEncoder(), ScriptedLLM())
    assert found
    assert evaluated > 0
    assert all(one.text in TEXT for one in found)


def test_a_statement_or_a_reason_has_no_short_answer() -> None:
    for question in ("What did Petra Dahl say?", "Why was it built?", "Is it open?"):
        assert short_answer(Question.read(question), TEXT, HashEncoder(), ScriptedLLM()) == (
            None,
            0,
        )


def test_shares_sum_to_one_and_the_likelier_span_has_more() -> None:
    found, _ = offered(Question.read("How many children?"), TEXT, HashEncoder(), ScriptedLLM())
    shares = trained().shares(found)
    assert sum(shares) == pytest.approx(1.0)


def test_being_sure_grows_with_the_share() -> None:
    found, _ = offered(Question.read("How much did it cost?"), TEXT, HashEncoder(), ScriptedLLM())
    assert trained().sure(found[0], 0.9) > trained().sure(found[0], 0.2)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who opened the school?", {"Petra Dahl", None}),
        ("How much did the school cost?", {"about 4.5 million euros", None}),
        ("How many children does the school have room for?", {"320", None}),
        ("When was the school opened?", {"3 May 2024", None}),
    ],
)
def test_the_real_models_say_it_or_nothing(
    question: str, expected: set[str | None], model: LLM
) -> None:
    said, _ = short_answer(Question.read(question), TEXT, load_encoder(), model)
    assert said in expected
