"""Addresses that lead into the page, and the calendar beside its fields for days."""

import re
from urllib.parse import quote

import pytest
from browsing import MARKS, answered, chat, question_box, questions, reader, tab
from fake_assistant import ASK_BRIDGE, BRIDGE, COUNCIL, HOSTILE, FakeAssistant
from playwright.sync_api import Page, expect

pytestmark = MARKS

PICKED = """() => {
  HTMLInputElement.prototype.showPicker = function () {
    this.value = "2025-03-01";
    this.dispatchEvent(new Event("change"));
  };
}"""
"""Picks a day in the browser's calendar at once: it is no part of the page."""


def follow(page: Page, query: str) -> None:
    page.goto(page.url.partition("?")[0] + query)
    expect(question_box(page)).to_be_enabled()


def address_ends(page: Page, end: str) -> None:
    """Waits: the address changes after what it leads to is shown."""
    expect(page).to_have_url(re.compile(re.escape(end) + "$"))


def test_an_address_opens_an_article_and_closing_it_leaves_the_page(open_page):
    page = open_page(FakeAssistant())
    follow(page, f"?article={BRIDGE.id}")
    expect(reader(page).get_by_role("heading")).to_have_text(BRIDGE.title)
    page.keyboard.press("Escape")
    expect(reader(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("article"))
    follow(page, "?article=" + quote("../../<img src=x onerror=alert(1)>"))
    expect(reader(page).get_by_role("heading")).to_have_text("This article has been removed")
    expect(reader(page).locator("img")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("archive", "#byline-list"), ("names", "#byline-names"), ("settings", "#byline-settings")],
)
def test_an_address_opens_a_tab(open_page, name, shown):
    page = open_page(FakeAssistant())
    page.goto(f"{page.url}?tab={name}")
    expect(page.locator(shown)).to_be_visible()
    page.goto(page.url.replace(name, "nowhere"))
    expect(question_box(page)).to_be_visible()


def test_an_address_puts_a_question_in_the_box_and_asks_nothing(open_page):
    assistant = FakeAssistant()
    page = open_page(assistant)
    follow(page, "?q=" + quote(f"{ASK_BRIDGE}<img src=x>\u202e"))
    expect(question_box(page)).to_have_value(f"{ASK_BRIDGE}<img src=x>")
    expect(questions(page)).to_have_count(0)
    answered(page, ASK_BRIDGE)
    assert [question for question, *_ in assistant.calls] == [ASK_BRIDGE]


def test_the_address_follows_what_is_opened(open_page):
    page = open_page(FakeAssistant())
    tab(page, "Archive")
    page.locator("#byline-list").get_by_role("link", name=COUNCIL.title).click()
    expect(reader(page)).to_be_visible()
    address_ends(page, f"?tab=archive&article={COUNCIL.id}")
    copied = page.url
    page.keyboard.press("Escape")
    expect(reader(page)).to_have_count(0)
    address_ends(page, "?tab=archive")
    page.goto(copied)
    expect(reader(page).get_by_role("heading")).to_have_text(COUNCIL.title)
    expect(page.get_by_role("tab", name="Archive")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    address_ends(page, "?tab=archive")
    page.locator("#byline-list").get_by_role("link", name=HOSTILE.title).click()
    expect(reader(page).get_by_role("heading")).to_have_text(HOSTILE.title)
    address_ends(page, f"?tab=archive&article={HOSTILE.id}")
    page.go_back()
    expect(reader(page)).to_have_count(0)
    tab(page, "Ask")
    answered(page, ASK_BRIDGE)
    chat(page).get_by_role("link", name="[3]").last.click()
    expect(reader(page).get_by_role("heading")).to_have_text(COUNCIL.title)
    address_ends(page, f"?tab=ask&article={COUNCIL.id}")


def test_a_day_is_picked_in_the_calendar_or_written_in_words(open_page):
    assistant = FakeAssistant()
    page = open_page(assistant)
    page.evaluate(PICKED)
    page.get_by_role("button", name="Pick the first day").click()
    expect(page.get_by_role("textbox", name="Published since")).to_have_value("2025-03-01")
    page.get_by_role("textbox", name="Published until").fill("March 2025")
    answered(page, ASK_BRIDGE)
    assert assistant.calls[-1][2:] == ("2025-03-01", "March 2025")
