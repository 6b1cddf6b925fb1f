"""What a reader typed and asked is not lost: in a reload, while an answer comes, or in a filter."""

from browsing import MARKS, Open, answered, chat
from fake_assistant import ASK_BRIDGE, ASK_REFUSED, FakeAssistant
from playwright.sync_api import expect

pytestmark = MARKS


def test_a_date_that_was_deleted_stays_deleted(open_page: Open) -> None:
    page = open_page(FakeAssistant())
    since = page.get_by_role("textbox", name="Published since")
    since.press_sequentially("2024-12-05")
    answered(page, ASK_BRIDGE)
    since.press("End")
    for _ in range(10):
        page.keyboard.press("Backspace")
    answered(page, ASK_REFUSED, 2)
    page.reload()
    expect(chat(page).locator(".byline-done")).to_have_count(2)
    expect(since).to_have_value("")
