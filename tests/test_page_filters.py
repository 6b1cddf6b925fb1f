"""Outlets and languages set on the page: what they narrow, how it is told, and that they stay."""

import dataclasses
from pathlib import Path

from fake_assistant import ASK_BRIDGE, FakeAssistant, bridge_answer, choices_of, refused_answer
from shown import Parsed, finished

from rag.page import layout, views
from rag.page.answering import Answers

ONLY = {"outlets": ["Northern Wire"], "languages": ["fr"]}


def test_a_question_is_asked_of_the_chosen_outlets_and_languages(tmp_path: Path) -> None:
    assistant = FakeAssistant()
    choices = choices_of(assistant, tmp_path / "index")
    answers = Answers(choices)
    settings = choices.settings({**ONLY, "index": "index"})
    begun = answers.begin(ASK_BRIDGE, (), settings)
    *_, last = answers.answer(begun.conversation, settings)
    assert last.conversation[-1].answer is not None
    narrowed = {name: tuple(values) for name, values in ONLY.items()}
    assert assistant.only == {**narrowed, "without": ()}
    answers.ask(ASK_BRIDGE, settings, "a table")
    assert assistant.only == {**narrowed, "without": ()}


def test_what_a_browser_remembers_of_filters_is_names_or_nothing(tmp_path: Path) -> None:
    choices = choices_of(FakeAssistant(), tmp_path / "index", ())
    kept = choices.settings({"outlets": ["A", 1], "languages": None})
    assert (kept.outlets, kept.languages) == (("A", "1"), ())
    assert choices.settings({"outlets": "A"}) == choices.default


def test_the_archives_own_outlets_and_languages_are_offered(tmp_path: Path) -> None:
    cards = choices_of(FakeAssistant(), tmp_path / "index").archive().cards()
    french = dataclasses.replace(cards[0], language="fr", publisher="Été")
    unknown = dataclasses.replace(cards[1], language="", publisher=None, url="https://a.example/")
    english = dataclasses.replace(cards[2], language="en")
    assert layout.narrowing([french, english, unknown]) == (
        sorted(["Été", str(english.publisher)], key=str.casefold),
        [("English", "en"), ("French", "fr")],
    )


def test_what_was_left_out_stands_above_the_answer_once() -> None:
    within = "Only articles of Northern Wire were read; 1 whose outlet is not known was left out."
    answer = dataclasses.replace(bridge_answer(), within=within)
    text = Parsed(views.reply(finished(answer), 1)).text
    assert text.startswith(within) and text.count("were read") == 1
    dated = dataclasses.replace(finished(answer), since="2025")
    assert Parsed(views.reply(dated, 1)).text.count("were read") == 1
    plain = dataclasses.replace(finished(bridge_answer()), since="2025")
    assert Parsed(views.reply(plain, 1)).text.startswith(
        "Only articles published since 2025 were read."
    )
    refusal = dataclasses.replace(refused_answer().refusal, message=f"It does not say. {within}")
    refused = dataclasses.replace(refused_answer(), refusal=refusal, within=within)
    assert Parsed(views.reply(finished(refused), 1)).text.count("were read") == 1
