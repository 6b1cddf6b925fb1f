"""Where a language model writes, the page says what it waits for."""

from pathlib import Path

import pytest
from fake_assistant import ASK_BRIDGE, FakeAssistant, choices_of

from rag import selftest
from rag.models.llm import ScriptedLLM
from rag.page.answering import Answers
from rag.page.choices import Settings


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


def test_the_self_test_and_the_load_of_the_model_are_told_and_that_it_writes(
    tmp_path: Path,
) -> None:
    assert told(tmp_path, Writing(), "auto") == [
        "scripted takes a short test before its first answer",
        "Loading scripted",
        "reading 6 passages; scripted writes the answer, which takes longer than quoting",
        "",
    ]


def test_of_a_model_that_only_writes_the_load_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, Writing(), "compose")[:2] == [
        "Loading scripted",
        "reading 6 passages; scripted writes the answer, which takes longer than quoting",
    ]


def test_nothing_is_told_of_a_model_that_does_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quoting = ["reading 6 passages", ""]
    assert told(tmp_path / "a", Writing(), "quote") == quoting
    assert told(tmp_path / "b", FakeAssistant(), "auto") == quoting
    monkeypatch.setattr(selftest, "TAKEN", {f"{selftest.VERSION}:of these tests": 1})
    incapable = Writing()
    incapable.can = False
    assert told(tmp_path / "c", incapable, "auto") == quoting
