"""What a model has to show before it may write in its own words."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import pytest
from eval_building import QUESTIONS, assistant

from index.modelfiles import SMOLLM2
from rag import Answer, Assistant
from rag.assistant import Mode
from rag.compose import REFUSAL
from rag.models.llama import Llama
from rag.models.llm import LLM, LocalLLM, Prompt, ScriptedLLM
from rag.selftest import ASKED, NEEDED, REGISTER, VERSION, capable, cases, passes, taken, told
from tests.building import shared_llm

CASES = cases()
GOOD = {
    "How many years": "Its second ferry terminal opened after 4 years of work. [1]",
    "What did Pell Anders": "Councillor Pell Anders said that the dust would reach the school. [2]",
    "How much more pay": REFUSAL,
    "When did the grain store": "A fire destroyed the grain store at Brannoch on 11 May. [1]",
    "Who won the race": "Dana Veit won the race across Lake Tesk, ahead of Omar Lind. [2]",
    "Who is the head": REFUSAL,
    "Why was the bridge": "The bridge was closed because its cables are worn. [1]",
    "What did the museum": "The museum of Sandrey received 48 old maps. [2]",
    "How many of the maps": "Joren Haal drew 12 of the maps himself, his daughter said. [3]",
    "How many people did": "The rescue service says 14. [1] The hospital counts 16 dead. [2]",
    "How many dead": "The hospital counts 16 dead after the storm. [2]",
    "When will the power": REFUSAL,
    "Did Hanne Brekk": "Prosecutors say that Hanne Brekk took 300,000 crowns. [1]",
    "Who is the treasurer": "The club named Tor Aas as its treasurer. [2]",
    "How much will": REFUSAL,
    "How much water": "The dam at Lonn holds 40 million cubic metres of water. [1]",
    "Why was the second": "Arne Voll said that the dam would cost too much. [2]",
    "Who organised": REFUSAL,
    "How many passengers": "All 61 passengers were taken off the ferry Alva. [1]",
    "What did Jon Brisk": "Jon Brisk said that the light on the pier was out. [2]",
}


class Counting(ScriptedLLM):
    """Counts how often it is asked."""

    asked = 0

    def write(self, prompt: Prompt, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        self.asked += 1
        return super().write(prompt, limit=limit, grammar=grammar)


def scripted(changed: Mapping[str, str] | None = None) -> Counting:
    return Counting({**GOOD, **(changed or {})}, identity="abc")


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("How many years", "Its second ferry terminal opened after 5 years of work. [1]"),  # wrong
        ("How many years", "Its second ferry terminal opened after years of work. [1]"),  # no gold
        ("How many years", "Its second ferry terminal opened after 4 years of work. [2]"),  # anew
        ("How many years", REFUSAL),
        ("What did Pell Anders", "Ilse Tarn said that the dust would reach the school. [2]"),
        ("Who is the head", "Omar Lind is the head of the airline Skylle. [3]"),
        ("Who is the head", ""),
    ],
)
def test_a_bad_answer_costs_its_case(question, reply):
    (case,) = (case for case in CASES if case.question.startswith(question))
    assert passes(scripted(), case)
    assert not passes(scripted({question: reply}), case)


@pytest.mark.parametrize("missed", [3, 4])
def test_three_misses_are_forgiven(tmp_path, missed):
    assert (len(CASES), NEEDED) == (ASKED, 17)
    model = scripted(dict.fromkeys(list(GOOD)[:missed], "It is Omar Lind. [2]"))
    assert capable(model, tmp_path) is (missed == 3)
    assert taken(model, tmp_path) == ASKED - missed
    assert f"{ASKED - missed} of 20" in told(model, tmp_path)


@pytest.mark.parametrize("declines", [True, False])
def test_neither_who_always_declines_nor_who_never_does_passes(tmp_path, declines):
    model = scripted({at: REFUSAL if declines else "It is Omar Lind. [2]"
                      for at, said in GOOD.items() if declines or said == REFUSAL})  # fmt: skip
    assert not capable(model, tmp_path)


def test_the_result_is_remembered_under_the_model_and_the_version(tmp_path):
    good, bad = scripted(), Counting({}, identity="abc")
    assert capable(good, tmp_path)
    taken = good.asked
    assert capable(good, tmp_path)
    assert capable(bad, tmp_path)  # the same file gives the same answers
    assert (good.asked, bad.asked) == (taken, 0)
    assert not capable(Counting({}, identity="other at http://localhost:8080/v1"), tmp_path)
    assert json.loads((tmp_path / REGISTER).read_text()) == {
        f"{VERSION}:abc": 20,
        f"{VERSION}:other at http://localhost:8080/v1": 0,
    }


def test_a_folder_that_cannot_be_written_only_costs_taking_it_again(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / REGISTER).write_text("\udcff", "utf-8", "surrogateescape")  # a damaged one
    assert capable(scripted(), tmp_path)
    model = scripted()
    assert capable(model, tmp_path / "file")
    asked = model.asked
    assert capable(model, tmp_path / "file")
    assert model.asked == 2 * asked


def unloadable() -> Llama:
    raise AssertionError("the model was loaded")


@pytest.mark.parametrize("mode", ["quote", "auto"])
def test_a_model_that_does_not_write_is_not_loaded(tmp_path, mode):
    embedded = LocalLLM(unloadable, "embedded", lambda: SMOLLM2.sha256)
    answer = answered(tmp_path, embedded, mode)
    assert answer.text.count("18.4 million") == 1
    assert (answer.model, answer.tokens["generated"]) == ("", 0)


def test_an_answer_names_the_model_that_wrote_it(tmp_path):
    said = "The port authority said that the harbour bridge in Veldmar will reopen on 12 May."
    answer = answered(tmp_path, ScriptedLLM({"18.4 million": f"{said} [1]"}), "compose")
    assert answer.text == f"{said} [1]"
    assert (answer.model, answer.tokens["generated"]) == ("scripted", 16)


def answered(folder: Path, llm: LLM, mode: Mode) -> Answer:
    """The answer to the first question about the small archive."""
    with assistant(folder) as small:
        asked = Assistant(small.index, small.encoder, small.reader, llm, mode=mode)
        return asked.ask(QUESTIONS[0]["question"])


@pytest.mark.models
def test_the_result_that_comes_with_byline_is_the_embedded_models_own():
    model = shared_llm()
    right = taken(model)
    assert right is not None
    assert right < NEEDED
    bad = (case for case in cases() if not passes(model, case))
    assert len(list(islice(bad, ASKED - NEEDED + 1))) > ASKED - NEEDED
