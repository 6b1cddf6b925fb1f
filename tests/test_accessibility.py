"""The page held against WCAG 2.2 AA by axe-core, in each of its states; and with keys alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import MARKS, answered, chat, glance, question_box, reader, tab
from fake_assistant import ARCHIVE, ASK_BRIDGE, ASK_HOSTILE, ASK_REFUSED, FakeAssistant
from playwright.sync_api import Page, expect

pytestmark = MARKS

AXE = Path(__file__).parent / "assets" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
GRAVE = {"serious", "critical"}


def violations(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical: the rule, and what breaks it."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES
    )
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def start(page: Page) -> None:
    expect(glance(page)).to_contain_text("In this archive")


def answer(page: Page) -> None:
    answered(page, ASK_BRIDGE)
    expect(chat(page).locator(".byline-conflict")).to_be_visible()


def tip(page: Page) -> None:
    answered(page, ASK_BRIDGE)
    chat(page).get_by_role("link", name="[1]").first.hover()
    expect(page.get_by_role("tooltip")).to_be_visible()


def refusal(page: Page) -> None:
    answered(page, ASK_BRIDGE)
    answered(page, ASK_REFUSED, 2)


def reading(page: Page) -> None:
    answered(page, ASK_BRIDGE)
    chat(page).get_by_role("link", name="[1]").first.click()
    expect(reader(page).locator("mark")).to_be_visible()
    reader(page).locator("summary").click()


def archive(page: Page) -> None:
    tab(page, "Archive")
    expect(page.locator("#byline-list tbody tr")).to_have_count(len(ARCHIVE))


def report(page: Page) -> None:
    tab(page, "Archive")
    files = {"name": "a.txt", "mimeType": "text/plain", "buffer": b" "}
    page.locator("#byline-upload input[type=file]").set_input_files([files])  # type: ignore[list-item]
    expect(page.locator("#byline-report")).to_contain_text("1 skipped")


def tables(page: Page) -> None:
    tab(page, "Many questions")
    table = {"name": "q.csv", "mimeType": "text/csv", "buffer": f"question\n{ASK_HOSTILE}".encode()}
    page.locator("#byline-questions input[type=file]").set_input_files([table])  # type: ignore[list-item]
    expect(page.locator("#byline-batch")).to_contain_text("1 of 1 question done: 1 answered.")


def settings(page: Page) -> None:
    tab(page, "Settings")
    expect(page.get_by_role("radio", name="Quote the articles")).to_be_visible()


STATES: list[Callable[[Page], None]] = [
    start,
    answer,
    tip,
    refusal,
    reading,
    archive,
    report,
    settings,
    tables,
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_has_a_grave_fault(open_page, scheme):
    page = open_page(FakeAssistant(), color_scheme=scheme)
    found = {}
    for state in STATES:
        page.evaluate("localStorage.clear()")  # which brings the conversation back
        page.goto(page.url.partition("?")[0])  # which else opens the article or tab again
        expect(question_box(page)).to_be_editable()
        state(page)
        found[state.__name__] = violations(page)
    assert found == {state.__name__: [] for state in STATES}


def test_no_state_has_a_grave_fault_on_a_phone(open_page):
    page = open_page(FakeAssistant(), 390, 844)
    answer(page)
    assert violations(page) == []
    archive(page)
    assert violations(page) == []


def test_everything_is_done_with_keys_alone(open_page):
    page = open_page(FakeAssistant())
    expect(question_box(page)).to_be_focused()
    page.keyboard.type(ASK_BRIDGE)
    page.keyboard.press("Enter")
    expect(chat(page).locator(".byline-done")).to_have_count(1)
    first = chat(page).get_by_role("link", name="[1]").first
    press_until_focused(
        page, "Shift+Tab", lambda: first.evaluate("e => e === document.activeElement")
    )
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Enter")
    expect(reader(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
    focused = "e => e === document.activeElement"
    box = question_box(page)
    press_until_focused(page, "Tab", lambda: box.evaluate(focused))
    page.keyboard.type(ASK_HOSTILE)
    page.keyboard.press("Enter")
    expect(chat(page).locator(".byline-done")).to_have_count(2)


def press_until_focused(page: Page, key: str, there: Callable[[], bool]) -> None:
    for _ in range(60):
        if there():
            return
        page.keyboard.press(key)
    pytest.fail(f"60 times {key} do not lead there")


def test_a_screen_reader_hears_each_step_once(open_page):
    import threading

    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    said = page.locator("#byline-said [role=status]")
    question_box(page).fill(ASK_BRIDGE)
    question_box(page).press("Enter")
    expect(said).to_have_text("Waiting for its turn")
    pace.release()
    expect(said).to_have_text("reading 6 passages")
    pace.release()
    expect(said).to_have_text("The bridge reopens on 12 May. [1]")
    expect(chat(page).locator("[aria-live]")).to_have_count(0)
    pace.release(20)
    expect(said).to_contain_text("Answer complete. From 2 articles")
