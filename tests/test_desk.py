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
    refused_answer,
    shelf_of,
)
from test_page import Parsed, finished

from rag.page import desk as desks
from rag.page import rendering
from rag.page.conversation import Conversation
from rag.page.desk import Desk, View, cited
from rag.page.inert import inert
from rag.page.shelf import Settings

Made = Callable[..., Desk]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return lambda assistant: Desk(shelf_of(assistant, tmp_path / "index"))


def views(desk: Desk, question: str, conversation: Conversation = (), **chosen: str) -> list[View]:
    settings = dataclasses.replace(desk.shelf.default, **chosen)
    begun = desk.begin(question, conversation, settings).conversation
    return list(desk.answer(begun, settings))


def last_of(desk: Desk, question: str, conversation: Conversation = ()) -> Conversation:
    return views(desk, question, conversation)[-1].conversation


def test_a_follow_up_carries_the_history_and_a_failed_question_does_not(made: Made) -> None:
    assistant = FakeAssistant()
    desk = made(assistant)
    conversation = last_of(desk, ASK_REFUSED, last_of(desk, ASK_BROKEN, last_of(desk, ASK_BRIDGE)))
    asked = [turn.question for turn in assistant.calls[-1][1]]
    assert asked == [ASK_BRIDGE]
    assert [one.problem is None for one in conversation] == [True, False, True]


def test_dates_reach_the_assistant_and_blank_ones_do_not(made: Made) -> None:
    assistant = FakeAssistant()
    *_, view = views(made(assistant), ASK_BRIDGE, since=" 2025-03-01 ", until="  ")
    assert assistant.calls[0][2:] == ("2025-03-01", None)
    assert "published since 2025-03-01 were" in Parsed(view.messages[1]["content"]).text


def test_the_way_to_answer_reaches_the_assistant(made: Made) -> None:
    assistant = FakeAssistant()
    desk = made(assistant)
    views(desk, ASK_BRIDGE, mode="compose")
    views(desk, ASK_BRIDGE, mode="quote")
    views(desk, ASK_BRIDGE, mode="quote")
    assert [mode for _, mode in assistant.variants] == ["compose", "quote"]


def test_trouble_is_shown_as_a_line_and_a_bug_keeps_its_traceback(made: Made) -> None:
    class Broken(FakeAssistant):
        def stream(self, *_: object) -> None:  # type: ignore[override]
            raise RuntimeError("a bug")

    assistant = Broken()
    desk = made(assistant)
    with pytest.raises(RuntimeError, match="a bug"):
        last_of(desk, ASK_BRIDGE)
    assistant.stream = FakeAssistant().stream  # type: ignore[assignment,method-assign]
    problem = last_of(desk, ASK_BROKEN)[-1].problem
    assert problem == "another process is writing to the index; ask again in a minute"


def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    from index.store import Index

    def load(folder: Path, model: str | None) -> FakeAssistant:
        Index.open(folder).close()
        return FakeAssistant()

    desk = Desk(shelf_of(FakeAssistant(), tmp_path / "none", articles=()))
    desk.shelf._load = load  # what the real one does first
    assert last_of(desk, ASK_BRIDGE)[-1].problem == desks.EMPTY


def test_a_blank_question_asks_nothing(made: Made) -> None:
    assistant = FakeAssistant()
    desk = made(assistant)
    assert desk.begin("  \n ", (), desk.shelf.default).conversation == ()
    assert list(desk.answer((), desk.shelf.default)) == []
    assert assistant.calls == []


def test_a_question_may_take_the_place_of_the_last(made: Made) -> None:
    desk = made(FakeAssistant())
    conversation = last_of(desk, ASK_REFUSED, last_of(desk, ASK_BRIDGE))
    begun = desk.begin(ASK_HOSTILE, conversation, desk.shelf.default, instead=True)
    assert [one.question for one in begun.conversation] == [ASK_BRIDGE, ASK_HOSTILE]


def test_a_stopped_question_keeps_what_came_before(made: Made) -> None:
    desk = made(FakeAssistant())
    usual = desk.shelf.default
    stream = desk.answer(desk.begin(ASK_BRIDGE, (), usual).conversation, usual)
    next(stream)
    assert desk.stop(next(stream).conversation)
    *rest, last = stream
    assert rest == []
    assert "The bridge reopens" in last.messages[1]["content"]
    assert inert(rendering.STOPPED) in last.messages[1]["content"]
    assert not desk.stop(last.conversation)
    assert desk.fail(last.conversation, usual) == last


def test_a_cleared_conversation_stays_clear(made: Made) -> None:
    desk = made(FakeAssistant())
    usual = desk.shelf.default
    stream = desk.answer(desk.begin(ASK_BRIDGE, (), usual).conversation, usual)
    next(stream)
    empty = desk.view(())
    assert desk.clear(next(stream).conversation) == empty
    assert list(stream) == [empty]
    assert desk.clear(()) == empty


def test_a_reader_in_line_sees_how_many_come_before_and_may_stop(made: Made) -> None:
    assistant = FakeAssistant()
    desk = made(assistant)
    usual = desk.shelf.default
    first = desk.answer(desk.begin(ASK_BRIDGE, (), usual).conversation, usual, "one")
    next(first)
    second = desk.answer(desk.begin(ASK_HOSTILE, (), usual).conversation, usual, "two")
    waiting = next(second)
    assert "1 question is before yours" in waiting.messages[1]["content"]
    assert [call[0] for call in assistant.calls] == [ASK_BRIDGE]
    desk.stop(waiting.conversation)
    assert next(second).conversation[-1].problem == rendering.STOPPED
    assert list(second) == []
    third = threading.Thread(target=last_of, args=(desk, ASK_REFUSED))
    third.start()
    first.close()
    third.join()
    assert [call[0] for call in assistant.calls] == [ASK_BRIDGE, ASK_REFUSED]


def test_other_dates_are_the_readers_own_stretched_to_the_nearest_articles(made: Made) -> None:
    desk = made(FakeAssistant())
    refused = dataclasses.replace(finished(refused_answer()), until="2025-03-01")
    assert desk.window((refused,), whole=False) == ("", "2025-03-06")
    assert desk.window((refused,), whole=True) == ("", "")
    assert desk.window((), whole=False) == ("", "")


def test_a_citation_is_found_by_its_answer_and_number(made: Made) -> None:
    conversation = last_of(made(FakeAssistant()), ASK_BRIDGE)
    citation = conversation[0].citations[1]
    found = cited(conversation, 1, 2)
    assert found == (citation.article_id, citation.start, citation.end, citation.quote)
    assert cited(conversation, 1, 9) is cited(conversation, 2, 1) is cited((), 0, 1) is None


def test_settings_that_a_browser_kept_count_as_far_as_they_are_on_offer(made: Made) -> None:
    shelf = made(FakeAssistant()).shelf
    stored = {
        "index": "../../etc",
        "model": "/other",
        "mode": "quote",
        "since": "2025-01-01",
        "until": None,
        "sources": 3,
    }
    assert shelf.settings(stored) == Settings(
        "index", "built in", "quote", "2025-01-01", "", 3
    )  # fmt: skip
    for broken in (None, 7, [], {"sources": 99, "mode": "shout"}, {"index": ["a"]}):
        assert shelf.settings(broken) == shelf.default


def test_a_conversation_is_kept_for_who_has_its_name_and_the_oldest_go_first(made: Made) -> None:
    desk = made(FakeAssistant())
    first = last_of(desk, ASK_BRIDGE)
    name = desk.keep(first, "")
    assert desk.kept(name) == first and desk.kept("guessed") == ()
    more = last_of(desk, ASK_REFUSED, first)
    assert desk.keep(more, name) == name and desk.kept(name) == more
    assert desk.keep(first, "guessed") not in ("guessed", name)
    pending = desk.begin(ASK_BRIDGE, first, desk.shelf.default).conversation
    assert desk.kept(desk.keep(pending, "")) == first
    for _ in range(desks.MOST_KEPT):
        desk.keep(first, "")
    assert desk.kept(name) == ()
