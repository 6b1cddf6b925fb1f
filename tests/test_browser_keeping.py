"""What a reader typed and asked is not lost: in a reload, while an answer comes, or in a filter."""

import threading

from browsing import MARKS, answered, ask, chat, question_box, questions
from fake_assistant import ASK_BRIDGE, ASK_REFUSED, FakeAssistant
from playwright.sync_api import expect

from rag.page import views

pytestmark = MARKS


def test_a_date_that_was_deleted_stays_deleted(open_page):
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


def test_a_question_that_a_reload_interrupts_is_still_there(open_page):
    pace = threading.Semaphore(20)
    page = open_page(FakeAssistant(pace=pace))
    answered(page, ASK_BRIDGE)
    while pace.acquire(blocking=False):
        pass
    ask(page, ASK_REFUSED)
    pace.release()
    expect(chat(page)).to_contain_text("Reading 6 passages")
    # Not by a reload: Gradio's script writes an error to the console when it is cut off.
    address, page = page.url, page.context.new_page()
    page.goto(address)
    expect(questions(page)).to_have_text([ASK_BRIDGE, ASK_REFUSED])
    expect(chat(page)).to_contain_text(views.INTERRUPTED)
    pace.release(20)
    page.get_by_role("button", name="Ask again").click()
    expect(chat(page)).to_contain_text("nearest headlines")


def test_a_follow_up_can_be_typed_while_and_after_an_answer_comes(open_page):
    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    ask(page, ASK_BRIDGE)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.keyboard.type(ASK_REFUSED[:10])
    pace.release(100)
    expect(chat(page).locator(".byline-done")).to_have_count(1)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    page.keyboard.type(ASK_REFUSED[10:])
    expect(question_box(page)).to_have_value(ASK_REFUSED)
    page.keyboard.press("Enter")
    expect(chat(page).locator(".byline-done")).to_have_count(2)


def test_a_question_that_is_too_long_is_told_and_nothing_of_it_is_lost(open_page):
    assistant = FakeAssistant()
    page = open_page(assistant)
    question = f"{'x' * 1000} {ASK_REFUSED}"
    question_box(page).focus()
    page.keyboard.insert_text(question)
    page.keyboard.press("Enter")
    told = page.locator("#byline-wrong")
    expect(told).to_have_text("The question has 1,030 characters; ask in 1,000 or fewer.")
    expect(question_box(page)).to_have_value(question)
    expect(chat(page)).to_have_text("")
    answered(page, ASK_REFUSED)
    expect(told).to_have_text("")
    assert [call[0] for call in assistant.calls] == [ASK_REFUSED]


def test_a_date_is_checked_when_its_field_is_left(open_page):
    assistant = FakeAssistant()
    page = open_page(assistant)
    since = page.get_by_role("textbox", name="Published since")
    since.fill("5th of soon")
    since.press("Tab")
    told = page.locator("#byline-wrong")
    expect(told).to_contain_text("'5th of soon' is not a date")
    question_box(page).fill(ASK_REFUSED)
    question_box(page).press("Enter")
    expect(told).to_be_visible()
    expect(question_box(page)).to_have_value(ASK_REFUSED)
    since.fill("5 December 2024")
    since.press("Tab")
    expect(told).to_have_text("")
    answered(page, ASK_REFUSED)
    assert [call[2] for call in assistant.calls] == ["5 December 2024"]


def test_outlets_and_languages_are_chosen_from_the_archives_own_and_kept(open_page):
    assistant = FakeAssistant()
    page = open_page(assistant)
    outlets = page.get_by_label("Outlets")
    expect(outlets).not_to_be_visible()
    page.get_by_role("button", name="Outlets and languages").click()
    outlets.click()
    page.get_by_role("option", name="Northern Wire").click()
    answered(page, ASK_BRIDGE)
    assert assistant.only["outlets"] == ("Northern Wire",)
    page.reload()
    expect(page.get_by_label("Outlets")).to_be_visible()  # a filter that holds is seen
    answered(page, ASK_REFUSED, 2)
    assert assistant.only["outlets"] == ("Northern Wire",)
