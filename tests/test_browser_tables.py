"""The page's tab for a table of questions, in a browser: its progress, its end, its stop."""

import threading
from pathlib import Path

import pytest
from browsing import MARKS, question_box, tab
from fake_assistant import ASK_BRIDGE, ASK_HOSTILE, ASK_REFUSED, FakeAssistant
from playwright.sync_api import Locator, Page, expect

from rag.batch import rows_of

pytestmark = MARKS

QUESTIONS = (ASK_BRIDGE, ASK_REFUSED, "Who?", ASK_HOSTILE)
TABLE = "no,question\n" + "".join(f'{at},"{text}"\n' for at, text in enumerate(QUESTIONS, 1))


def drop(page: Page, content: str = TABLE, name: str = "questions.csv") -> None:
    tab(page, "Many questions")
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("#byline-questions input[type=file]").set_input_files([file])  # type: ignore[list-item]


def report(page: Page) -> Locator:
    return page.locator("#byline-batch")


def taken(page: Page, kind: str) -> list[dict[str, object]]:
    with page.expect_download() as download:
        page.locator(f"a[download$='{kind}']").click()
    assert download.value.suggested_filename == f"questions-answers{kind}"
    path = Path(download.value.path())
    return rows_of(path.rename(path.with_suffix(kind)))


def test_a_table_is_answered_while_its_reader_is_away(open_page):
    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    drop(page)
    expect(report(page)).to_contain_text("0 of 4 questions done")
    pace.release(5)
    expect(report(page)).to_contain_text("1 of 4 questions done")
    expect(report(page).locator("progress")).to_have_attribute("value", "1")
    page.reload()
    expect(question_box(page)).to_be_editable()
    tab(page, "Many questions")
    expect(report(page)).to_contain_text("1 of 4 questions done")
    pace.release(50)
    told = "4 of 4 questions done: 2 answered, 1 declined, 1 could not be asked."
    expect(report(page)).to_have_text(told)
    expect(page.get_by_role("button", name="Stop")).not_to_be_visible()
    for kind in (".csv", ".xlsx", ".jsonl"):
        rows = taken(page, kind)
        assert [str(row["no"]) for row in rows] == ["1", "2", "3", "4"]
        assert [row["refused"] or "" for row in rows] == ["no", "yes", "", "no"]
        assert rows[0]["short"] == "12 May"
        assert "another process is writing" in str(rows[2]["problem"])


def test_a_table_can_be_stopped_and_gives_what_was_answered(open_page):
    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    drop(page)
    pace.release(5)
    expect(report(page)).to_contain_text("1 of 4 questions done")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stopping after the question in hand")).to_be_visible()
    pace.release(50)
    expect(report(page)).to_contain_text("Stopped: 2 of 4 questions done: 1 answered, 1 declined.")
    assert [row["no"] for row in taken(page, ".jsonl")] == ["1", "2"]
    drop(page)
    expect(report(page)).to_contain_text("4 of 4 questions done")


@pytest.mark.parametrize(
    ("content", "articles", "said"),
    [("frage\nWer?\n", None, "has no column “question”"), (TABLE, (), "There are no articles")],
)
def test_a_table_that_cannot_be_answered_is_told(open_page, content, articles, said):
    page = open_page(FakeAssistant(), **({} if articles is None else {"articles": articles}))
    drop(page, content)
    expect(report(page)).to_contain_text(said)


def test_another_reader_sees_nothing_of_a_table(open_page):
    assistant = FakeAssistant()
    page = open_page(assistant)
    drop(page)
    expect(report(page)).to_contain_text("4 of 4 questions done")
    other = open_page(assistant)
    tab(other, "Many questions")
    expect(report(other)).to_have_text("")
