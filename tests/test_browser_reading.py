"""What is seen of an answer as it comes, and how an article over the page is left."""

import dataclasses

import pytest
from browsing import MARKS, answered, chat, question_box, reader, tab
from fake_assistant import (
    ARCHIVE,
    ASK_BRIDGE,
    ASK_REFUSED,
    BRIDGE,
    FakeAssistant,
    bridge_answer,
    refused_answer,
)
from playwright.sync_api import expect

from rag.records import Conflict, Headline

pytestmark = MARKS


@pytest.mark.parametrize(("width", "height"), [(1280, 760), (390, 844)])
def test_the_end_of_what_fits_is_seen(open_page, width, height):
    refused = refused_answer()
    assert refused.refusal
    near = tuple(Headline(one.id, one.title, one.publisher, None) for one in ARCHIVE)
    refusal = dataclasses.replace(refused.refusal, nearest=near)
    script = {ASK_REFUSED: dataclasses.replace(refused, refusal=refusal)}
    page = open_page(FakeAssistant({**FakeAssistant().script, **script}), width, height)
    answered(page, ASK_BRIDGE)
    answered(page, ASK_REFUSED, 2)
    last = chat(page).locator("li").last
    expect(last).to_be_in_viewport(ratio=1)
    box, seen = question_box(page).bounding_box(), last.bounding_box()
    assert box and seen and seen["y"] + seen["height"] < box["y"]


def test_the_browsers_back_closes_an_article(open_page):
    page = open_page(FakeAssistant())
    answered(page, ASK_BRIDGE)
    mark = chat(page).get_by_role("link", name="[1]").first
    for _ in range(2):
        mark.click()
        expect(reader(page).get_by_role("heading")).to_have_text(BRIDGE.title)
        page.go_back()
        expect(reader(page)).to_have_count(0)
    length = page.evaluate("history.length")
    mark.click()
    expect(reader(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(reader(page)).to_have_count(0)
    mark.click()
    expect(reader(page)).to_be_visible()
    assert page.evaluate("history.length") == length
    expect(chat(page)).to_contain_text("From 2 articles")


def test_a_phone_shows_the_archives_search_first(open_page):
    page = open_page(FakeAssistant(), 390, 844)
    tab(page, "Archive")
    expect(page.get_by_role("textbox", name="Search")).to_be_in_viewport(ratio=1)
    expect(page.locator("#byline-list")).to_be_in_viewport()


def test_an_update_stands_above_the_quotations_newest_first_and_leads_to_both(open_page):
    first = bridge_answer()
    told = Conflict("number", (("19.1 million", 3), ("18.4 million", 2)))
    updated = dataclasses.replace(first, conflicts=(), updates=(told,))
    page = open_page(FakeAssistant({ASK_BRIDGE: updated}))
    answered(page, ASK_BRIDGE)
    shown = chat(page).locator(".byline-conflict")
    expect(shown.locator(".byline-kind")).to_have_text("Updated")
    expect(shown.locator(".byline-side")).to_have_text(
        ["19.1 million [3]Northern Wire · 6 March 2025",
         "18.4 million [2]before: Veldmar Courier · 4 March 2025"]
    )  # fmt: skip
    shown.get_by_role("link", name="[2]").click()
    expect(reader(page).locator("mark")).to_have_text(first.citations[1].quote)
