"""What happens on the page when a reader asks, stops or begins anew, without a browser."""

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_assistant import (
    ASK_BRIDGE,
    ASK_BROKEN,
    ASK_HOSTILE,
    ASK_REFUSED,
    FakeAssistant,
    choices_of,
    refused_answer,
)
from test_views import Parsed, finished

from rag.page import answering, views
from rag.page.answering import Answers, View
from rag.page.choices import Settings
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


def test_a_follow_up_carries_the_history_and_a_failed_question_does_not(made: Made) -> None:
    assistant = FakeAssistant()
    answers = made(assistant)
    conversation = last_of(
        answers, ASK_REFUSED, last_of(answers, ASK_BROKEN, last_of(answers, ASK_BRIDGE))
    )
    asked = [turn.question for turn in assistant.calls[-1][1]]
    assert asked == [ASK_BRIDGE]
    assert [one.problem is None for one in conversation] == [True, False, True]


def test_dates_reach_the_assistant_and_blank_ones_do_not(made: Made) -> None:
    assistant = FakeAssistant()
    *_, view = asked(made(assistant), ASK_BRIDGE, since=" 2025-03-01 ", until="  ")
    assert assistant.calls[0][2:] == ("2025-03-01", None)
    assert "published since 2025-03-01 were" in Parsed(view.chat).text


def test_the_way_to_answer_reaches_the_assistant(made: Made) -> None:
    assistant = FakeAssistant()
    answers = made(assistant)
    asked(answers, ASK_BRIDGE, mode="compose")
    asked(answers, ASK_BRIDGE, mode="quote")
    asked(answers, ASK_BRIDGE, mode="quote")
    assert [mode for _, mode in assistant.variants] == ["compose", "quote"]


def test_trouble_is_shown_as_a_line_and_a_bug_keeps_its_traceback(made: Made) -> None:
    class Broken(FakeAssistant):
        def stream(self, *_: object) -> None:  # type: ignore[override]
            raise RuntimeError("a bug")

    assistant = Broken()
    answers = made(assistant)
    with pytest.raises(RuntimeError, match="a bug"):
        last_of(answers, ASK_BRIDGE)
    assistant.stream = FakeAssistant().stream  # type: ignore[assignment,method-assign]
    problem = last_of(answers, ASK_BROKEN)[-1].problem
    assert problem == "another process is writing to the index; ask again in a minute"


def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    from index.store import Index

    def load(folder: Path, model: str | None) -> FakeAssistant:
        Index.open(folder).close()
        return FakeAssistant()

    answers = Answers(choices_of(FakeAssistant(), tmp_path / "none", articles=()))
    answers.choices._load = load  # what the real one does first
    assert last_of(answers, ASK_BRIDGE)[-1].problem == answering.EMPTY


def test_a_blank_question_asks_nothing(made: Made) -> None:
    assistant = FakeAssistant()
    answers = made(assistant)
    assert answers.begin("  \n ", (), answers.choices.default).conversation == ()
    assert list(answers.answer((), answers.choices.default)) == []
    assert assistant.calls == []


def test_a_question_may_take_the_place_of_the_last(made: Made) -> None:
    answers = made(FakeAssistant())
    conversation = last_of(answers, ASK_REFUSED, last_of(answers, ASK_BRIDGE))
    begun = answers.begin(ASK_HOSTILE, conversation, answers.choices.default, instead=True)
    assert [one.question for one in begun.conversation] == [ASK_BRIDGE, ASK_HOSTILE]


def test_a_question_may_be_asked_without_those_before_it(made: Made) -> None:
    assistant = FakeAssistant()
    answers = made(assistant)
    conversation = last_of(answers, ASK_REFUSED, last_of(answers, ASK_BRIDGE))
    usual = answers.choices.default
    begun = answers.begin(ASK_REFUSED, conversation, usual, instead=True, alone=True)
    list(answers.answer(begun.conversation, usual))
    assert [len(history) for _, history, *_ in assistant.calls] == [0, 1, 0]


def test_a_stopped_question_keeps_what_came_before(made: Made) -> None:
    answers = made(FakeAssistant())
    usual = answers.choices.default
    stream = answers.answer(answers.begin(ASK_BRIDGE, (), usual).conversation, usual)
    next(stream)
    assert answers.stop(next(stream).conversation)
    *rest, last = stream
    assert rest == []
    assert "The bridge reopens" in last.chat
    assert views.STOPPED in Parsed(last.chat).text
    assert not answers.stop(last.conversation)
    assert answers.fail(last.conversation, usual) == last


def test_a_cleared_conversation_stays_clear(made: Made) -> None:
    answers = made(FakeAssistant())
    usual = answers.choices.default
    stream = answers.answer(answers.begin(ASK_BRIDGE, (), usual).conversation, usual)
    next(stream)
    empty = answers.view(())
    assert answers.clear(next(stream).conversation) == empty
    assert list(stream) == [empty]
    assert answers.clear(()) == empty


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


def test_other_dates_are_the_readers_own_stretched_to_the_nearest_articles(made: Made) -> None:
    answers = made(FakeAssistant())
    refusal = dataclasses.replace(refused_answer().refusal, kind="outside_dates")
    answer = dataclasses.replace(refused_answer(), refusal=refusal)
    refused = dataclasses.replace(finished(answer), until="2025-03-01")
    assert answers.window((refused,), whole=False) == ("", "2025-03-06")
    assert answers.window((refused,), whole=True) == ("", "")
    assert answers.window((), whole=False) == ("", "")


def test_a_citation_is_found_by_its_answer_and_number(made: Made) -> None:
    conversation = last_of(made(FakeAssistant()), ASK_BRIDGE)
    citation = conversation[0].citations[1]
    assert views.cited(conversation, 1, 2) == citation
    assert views.cited(conversation, 1, 9) is views.cited(conversation, 2, 1) is None
    assert views.cited((), 0, 1) is None


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
    assert answers.kept(answers.keep(pending, "")) == first
    for _ in range(answering.MOST_KEPT):
        answers.keep(first, "")
    assert answers.kept(name) == ()
