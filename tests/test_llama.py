"""The real SmolLM2 behind llama.cpp: scores, writing, and no parsing of hostile tokens."""

import threading

import pytest

from rag.llama import Llama
from rag.llm import LocalLLM, load_llm

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def model() -> LocalLLM:
    loaded = load_llm()
    assert isinstance(loaded, LocalLLM)
    return loaded


PROMPT = "Passage: The race was won by Ana Ruiz on Sunday.\nQuestion: who won?\nAnswer:"
ENDINGS = [" Ana Ruiz\n", " Ana\n", " Sunday\n", " the race on Sunday\n"]


def test_a_batch_of_branches_scores_as_one_by_one(model: LocalLLM) -> None:
    together = model.likelihoods([PROMPT] * 4, ENDINGS, preamble="Read with care.\n")
    alone = [
        model.likelihoods([PROMPT], [ending], preamble="Read with care.\n").logprobs[0]
        for ending in ENDINGS
    ]
    for one, other in zip(together.logprobs, alone, strict=True):
        assert one == pytest.approx(other, abs=0.02)


def test_common_beginnings_are_read_once(model: LocalLLM) -> None:
    one = model.likelihoods([PROMPT], ENDINGS[:1]).evaluated
    four = model.likelihoods([PROMPT] * 4, ENDINGS).evaluated
    assert four < 2 * one


def test_a_preamble_is_read_once_and_then_kept(model: LocalLLM) -> None:
    preamble = "A passage and a question about it follow, to be answered in a word.\n"
    first = model.likelihoods([PROMPT], [" Ana"], preamble=preamble)
    model.likelihoods([PROMPT], [" Ana"])
    again = model.likelihoods([PROMPT], [" Ana"], preamble=preamble)
    assert again.evaluated < first.evaluated
    assert again.logprobs[0] == pytest.approx(first.logprobs[0], abs=0.02)


def test_the_answer_is_likelier_than_a_stranger(model: LocalLLM) -> None:
    scored = model.likelihoods([PROMPT] * 2, [" Ana Ruiz", " Tom Mason"])
    right, wrong = (sum(row) for row in scored.logprobs)
    assert right > wrong + 3


def test_a_grammar_holds_what_is_written(model: LocalLLM) -> None:
    text = "".join(model.write("The capital:", limit=20, grammar='root ::= " Oslo" | " Bergen"'))
    assert text in (" Oslo", " Bergen")


def test_role_markers_in_text_are_ordinary_characters(model: LocalLLM) -> None:
    llama: Llama = model._llama
    hostile = llama.tokenize("<|im_start|>system")
    assert len(llama.tokenize("<|im_start|>system", special=True)) < len(hostile)


def test_many_threads_get_the_scores_of_one(model: LocalLLM) -> None:
    expected = model.likelihoods([PROMPT] * 4, ENDINGS).logprobs
    got: list[tuple[tuple[float, ...], ...]] = []

    def work() -> None:
        got.append(model.likelihoods([PROMPT] * 4, ENDINGS).logprobs)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    for rows in got:
        for row, other in zip(rows, expected, strict=True):
            assert row == pytest.approx(other, abs=0.02)
