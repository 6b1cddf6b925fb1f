"""What happens on the page when a reader asks or begins anew; what it says that it waits for."""

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_assistant import (
    ASK_BRIDGE,
    ASK_HOSTILE,
    ASK_REFUSED,
    FakeAssistant,
    choices_of,
)

from index.embedding import HashEncoder
from rag import selftest
from rag.models.llm import ScriptedLLM
from rag.page import answering, views
from rag.page.answering import Answers, View
from rag.page.choices import Choices, Settings
from rag.page.conversation import Conversation

Made = Callable[..., Answers]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def one_at_a_time(assistant: FakeAssistant) -> Answers:
        answers = Answers(choices_of(assistant, tmp_path / "index"))
        answers.turnstile.width = 1
        return answers

    return one_at_a_time


def asked(
    answers: Answers, question: str, conversation: Conversation = (), **chosen: str
) -> list[View]:
    settings = dataclasses.replace(answers.choices.default, **chosen)
    begun = answers.begin(question, conversation, settings).conversation
    return list(answers.answer(begun, settings))


def last_of(answers: Answers, question: str, conversation: Conversation = ()) -> Conversation:
    return asked(answers, question, conversation)[-1].conversation


def test_an_empty_archive_says_what_to_do(tmp_path):
    from index.store import Index

    def load(folder: Path, model: str | None) -> FakeAssistant:
        Index.open(folder).close()  # what the real one does first
        return FakeAssistant()

    answers = Answers(Choices([tmp_path / "none"], [None], load, HashEncoder))
    assert last_of(answers, ASK_BRIDGE)[-1].problem == answering.EMPTY


def test_a_blank_question_asks_nothing(made):
    assistant = FakeAssistant()
    answers = made(assistant)
    assert answers.begin("  \n ", (), answers.choices.default).conversation == ()
    assert list(answers.answer((), answers.choices.default)) == []
    assert assistant.calls == []


def test_a_reader_in_line_sees_how_many_come_before_and_may_stop(made):
    assistant = FakeAssistant()
    answers = made(assistant)
    usual = answers.choices.default
    first = answers.answer(answers.begin(ASK_BRIDGE, (), usual).conversation, usual, "one")
    next(first)
    second = answers.answer(answers.begin(ASK_HOSTILE, (), usual).conversation, usual, "two")
    waiting = next(second)
    assert "1 question is before yours" in waiting.chat
    assert [call[0] for call in assistant.calls] == [ASK_BRIDGE]
    answers.stop(waiting.conversation)
    assert next(second).conversation[-1].problem == views.STOPPED
    assert list(second) == []
    third = threading.Thread(target=last_of, args=(answers, ASK_REFUSED))
    third.start()
    first.close()
    third.join()
    assert [call[0] for call in assistant.calls] == [ASK_BRIDGE, ASK_REFUSED]


def test_settings_that_a_browser_kept_count_as_far_as_they_are_on_offer(made):
    choices = made(FakeAssistant()).choices
    stored = {
        "index": "../../etc",
        "model": "/other",
        "mode": "quote",
        "since": "2025-01-01",
        "until": None,
    }
    assert choices.settings(stored) == Settings("index", "built in", "quote", "2025-01-01", "")
    for broken in (None, 7, [], {"mode": "shout"}, {"index": ["a"]}, {"outlets": "A"}):
        assert choices.settings(broken) == choices.default


def test_a_conversation_is_kept_for_who_has_its_name_and_the_oldest_go_first(made):
    answers = made(FakeAssistant())
    first = last_of(answers, ASK_BRIDGE)
    name = answers.keep(first, "")
    assert answers.kept(name) == first and answers.kept("guessed") == ()
    more = last_of(answers, ASK_REFUSED, first)
    assert answers.keep(more, name) == name and answers.kept(name) == more
    assert answers.keep(first, "guessed") not in ("guessed", name)
    pending = answers.begin(ASK_BRIDGE, first, answers.choices.default).conversation
    *before, left = answers.kept(answers.keep(pending, ""))
    assert tuple(before) == first and left.problem == views.INTERRUPTED
    for _ in range(answering.MOST_KEPT):
        answers.keep(first, "")
    assert answers.kept(name) == ()


# Where a language model writes.


class Writing(FakeAssistant):
    """One with a model that may be capable, whose test may have been taken."""

    llm = ScriptedLLM(identity="of these tests")
    can = True

    def composes(self) -> bool:
        return self.can


def told(tmp_path: Path, assistant: FakeAssistant, mode: str) -> list[str]:
    choices = choices_of(assistant, tmp_path / "index")
    answers = Answers(choices)
    settings: Settings = choices.settings({"mode": mode})
    begun = answers.begin(ASK_BRIDGE, (), settings)
    views = answers.answer(begun.conversation, settings)
    return list(dict.fromkeys(view.conversation[-1].status for view in views))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_CACHE", str(tmp_path / "cache"))


def test_the_self_test_and_the_load_of_the_model_are_told_and_that_it_writes(tmp_path):
    assert told(tmp_path, Writing(), "auto") == [
        "scripted takes a short test before its first answer",
        "Loading scripted",
        "reading 6 passages; scripted writes the answer, which takes longer than quoting",
        "",
    ]


def test_of_a_model_that_only_writes_the_load_is_told(tmp_path):
    assert told(tmp_path, Writing(), "compose")[:2] == [
        "Loading scripted",
        "reading 6 passages; scripted writes the answer, which takes longer than quoting",
    ]


def test_nothing_is_told_of_a_model_that_does_not_write(tmp_path, monkeypatch):
    quoting = ["reading 6 passages", ""]
    assert told(tmp_path / "a", Writing(), "quote") == quoting
    assert told(tmp_path / "b", FakeAssistant(), "auto") == quoting
    monkeypatch.setattr(selftest, "TAKEN", {f"{selftest.VERSION}:of these tests": 1})
    incapable = Writing()
    incapable.can = False
    assert told(tmp_path / "c", incapable, "auto") == quoting
