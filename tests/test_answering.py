"""What happens on the page when a reader asks, stops or begins anew, without a browser."""

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
from rag.page import answering, views
from rag.page.answering import Answers, View
from rag.page.choices import Choices, Settings
from rag.page.conversation import Conversation

Made = Callable[..., Answers]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return lambda assistant: Answers(choices_of(assistant, tmp_path / "index"))


def asked(
    answers: Answers, question: str, conversation: Conversation = (), **chosen: str
) -> list[View]:
    settings = dataclasses.replace(answers.choices.default, **chosen)
    begun = answers.begin(question, conversation, settings).conversation
    return list(answers.answer(begun, settings))


def last_of(answers: Answers, question: str, conversation: Conversation = ()) -> Conversation:
    return asked(answers, question, conversation)[-1].conversation


def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    from index.store import Index

    def load(folder: Path, model: str | None) -> FakeAssistant:
        Index.open(folder).close()  # what the real one does first
        return FakeAssistant()

    answers = Answers(Choices([tmp_path / "none"], [None], load, HashEncoder))
    assert last_of(answers, ASK_BRIDGE)[-1].problem == answering.EMPTY


def test_a_blank_question_asks_nothing(made: Made) -> None:
    assistant = FakeAssistant()
    answers = made(assistant)
    assert answers.begin("  \n ", (), answers.choices.default).conversation == ()
    assert list(answers.answer((), answers.choices.default)) == []
    assert assistant.calls == []


def test_a_reader_in_line_sees_how_many_come_before_and_may_stop(made: Made) -> None:
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


def test_settings_that_a_browser_kept_count_as_far_as_they_are_on_offer(made: Made) -> None:
    choices = made(FakeAssistant()).choices
    stored = {
        "index": "../../etc",
        "model": "/other",
        "mode": "quote",
        "since": "2025-01-01",
        "until": None,
    }
    assert choices.settings(stored) == Settings("index", "built in", "quote", "2025-01-01", "")
    for broken in (None, 7, [], {"mode": "shout"}, {"index": ["a"]}):
        assert choices.settings(broken) == choices.default


def test_a_conversation_is_kept_for_who_has_its_name_and_the_oldest_go_first(made: Made) -> None:
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
