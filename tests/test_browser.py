"""The page in the system's Chromium, with a scripted assistant behind it.

Each test fails if the page asks any other host for anything or writes an error
to the browser's console.
"""

import dataclasses
import threading
from pathlib import Path

import pytest
from browsing import (
    MARKS,
    answered,
    ask,
    chat,
    glance,
    question_box,
    questions,
    reader,
    sources,
    tab,
)
from fake_assistant import (
    ARCHIVE,
    ASK_BRIDGE,
    ASK_BROKEN,
    ASK_HOSTILE,
    ASK_REFUSED,
    BRIDGE,
    COUNCIL,
    HOSTILE,
    SUGGESTED,
    FakeAssistant,
    bridge_answer,
    refused_answer,
)
from playwright.sync_api import expect

from rag.page import conversation, views
from rag.page.views import REFUSED

pytestmark = MARKS

EXAMPLE, EXAMPLE_ID = SUGGESTED
WITH_EXAMPLE = (*ARCHIVE, dataclasses.replace(BRIDGE, id=EXAMPLE_ID, url=None))


def test_an_answer_appears_with_its_sources_marked(open_page):
    page = open_page(FakeAssistant())
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text("From 2 articles in 1.8 s")
    expect(chat(page).locator(".byline-short")).to_have_text("12 May")
    quotes = [one.quote for one in bridge_answer().citations]
    expect(sources(page).locator("mark")).to_have_text(quotes)
    expect(sources(page)).to_contain_text("ending a closure that has sent lorries")
    expect(sources(page)).to_contain_text("Also in: Coast Gazette; Daily Ledger")
    link = sources(page).get_by_role("link", name="Open at courier.example").first
    assert link.get_attribute("href") == BRIDGE.url
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("target") == "_blank"


def test_a_mark_opens_the_article_at_the_passage(open_page):
    page = open_page(FakeAssistant())
    answered(page, ASK_BRIDGE)
    mark = chat(page).get_by_role("link", name="[3]").last
    mark.click()
    expect(reader(page).get_by_role("heading")).to_have_text(COUNCIL.title)
    expect(reader(page).locator("mark")).to_have_text(bridge_answer().citations[2].quote)
    expect(reader(page).locator("mark")).to_be_in_viewport()
    expect(reader(page)).to_contain_text("Councillors asked on Thursday why the bill")
    page.keyboard.press("Escape")
    expect(reader(page)).to_have_count(0)
    expect(mark).to_be_focused()
    mark.press("Enter")
    expect(reader(page).get_by_role("heading")).to_have_text(COUNCIL.title)
    reader(page).get_by_role("button", name="Close the article").click()
    answered(page, ASK_HOSTILE, 2)
    chat(page).get_by_role("link", name="[1]").first.click()
    expect(reader(page).locator("mark")).to_have_text(bridge_answer().citations[0].quote)
    assert len(page.context.pages) == 1


def test_sentences_come_one_by_one(open_page):
    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text(conversation.WAITING)
    pace.release()
    expect(chat(page).locator(".byline-status")).to_have_text("Reading 6 passages…")
    pace.release()
    expect(chat(page)).to_contain_text("The bridge reopens on 12 May. [1]")
    expect(sources(page).locator("mark")).to_have_count(1)
    pace.release()
    expect(chat(page)).to_contain_text("Its repair cost 18.4 million crowns. [2]")
    expect(sources(page).locator("mark")).to_have_count(2)
    expect(chat(page)).not_to_contain_text("19.1 million")
    pace.release(2)
    expect(chat(page)).to_contain_text("From 2 articles")
    expect(chat(page).locator(".byline-status")).to_have_count(0)


def test_a_stopped_answer_keeps_what_came_and_the_next_question_is_answered(open_page):
    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    ask(page, ASK_BRIDGE)
    pace.release(2)
    expect(chat(page)).to_contain_text("The bridge reopens on 12 May. [1]")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stopping")).to_be_visible()
    pace.release(20)
    expect(chat(page)).to_contain_text("Stopped.")
    ask(page, ASK_REFUSED)
    expect(chat(page)).to_contain_text("nearest headlines")
    expect(chat(page)).not_to_contain_text("18.4 million")


def test_an_article_full_of_markup_runs_nothing(open_page):
    page = open_page(FakeAssistant())
    expect(glance(page)).to_contain_text(str(HOSTILE.publisher))
    tab(page, "Archive")
    expect(page.locator("#byline-list")).to_contain_text("<img src=x onerror=")
    expect(page.locator("#byline-list img")).to_have_count(0)
    tab(page, "Ask")
    ask(page, ASK_HOSTILE)
    expect(chat(page)).to_contain_text("From 1 article")
    for part in (chat(page).locator(".byline-answer"), sources(page)):
        expect(part).to_contain_text("<script>document.title='owned'</script> The ferry sails")
        expect(part).to_contain_text("![pixel](http://evil.example/p.png) $$x^2$$ {{constructor}}")
        expect(part).to_contain_text("`code` **bold**")
    shown = page.locator("#byline-chat, #byline-sources")
    expect(shown.locator("script, img, iframe, b, code, strong, .katex")).to_have_count(0)
    links = shown.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert set(links) == {"#source-1-1", "#article-hostile-3"}
    expect(sources(page).locator("h3")).to_have_text(f"[1] {HOSTILE.title}")
    chat(page).get_by_role("link", name="[1]").hover()
    expect(page.get_by_role("tooltip")).to_contain_text("<script>document.title='owned'</script>")
    chat(page).get_by_role("link", name="[1]").click()
    expect(reader(page).get_by_role("heading")).to_have_text(HOSTILE.title)
    expect(reader(page)).to_contain_text("<iframe src='http://evil.example/'></iframe>")
    expect(reader(page).locator("script, img, iframe, b, code, strong, svg")).to_have_count(0)
    page.keyboard.press("Escape")
    question = "<img src=x onerror=alert(1)> **b** ![x](http://evil.example/q.png) $$y$$ # h"
    ask(page, question)
    expect(questions(page).last).to_have_text(question)
    expect(chat(page)).to_contain_text("another process is writing to the index")
    assert questions(page).locator("img, strong, h1, .katex").count() == 0
    assert page.title() == "Byline"


def test_a_refusal_is_calm_and_names_the_nearest_headlines(open_page):
    page = open_page(FakeAssistant())
    ask(page, ASK_REFUSED)
    refusal = chat(page).locator(".byline-refusal")
    expect(refusal).to_contain_text("The archive says nothing about who designed the opera house.")
    expect(refusal.locator("li")).to_have_count(2)
    expect(refusal.locator("li").first).to_contain_text("Veldmar Courier · 4 March 2025")
    expect(refusal).to_contain_text(views.REFUSALS["not_stated"])
    expect(sources(page)).to_contain_text(REFUSED)
    expect(page.locator(".error, .toast-body")).to_have_count(0)
    refusal.get_by_role("link", name=BRIDGE.title).click()
    expect(reader(page)).to_contain_text("ending a closure that has sent lorries")
    expect(reader(page).locator("mark")).to_have_count(0)


def test_what_the_nearest_article_says_is_one_click_away(open_page):
    about = f"What does the article “{COUNCIL.title}” say?"
    assistant = FakeAssistant({about: bridge_answer(), **FakeAssistant().script})
    page = open_page(assistant)
    answered(page, ASK_REFUSED)
    chat(page).get_by_role("link", name="What does it say?").last.click()
    expect(chat(page).locator(".byline-done")).to_have_count(2)
    expect(questions(page)).to_have_text([ASK_REFUSED, about])
    expect(chat(page)).to_contain_text("From 2 articles")


def test_trouble_and_bugs_leave_the_page_usable(open_page):
    class Buggy(FakeAssistant):
        def stream(self, question: str, *rest: object, **more: object) -> object:  # type: ignore[override]
            if question == ASK_BRIDGE:
                raise RuntimeError("a bug")
            return super().stream(question, *rest, **more)  # type: ignore[arg-type]

    assistant = Buggy()
    page = open_page(assistant)
    ask(page, ASK_BROKEN)
    expect(chat(page)).to_contain_text("another process is writing to the index")
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text(views.BROKEN)
    ask(page, ASK_REFUSED)
    expect(chat(page)).to_contain_text("nearest headlines")
    assert assistant.calls[-1][1] == ()  # what failed is no history


def test_examples_dates_follow_ups_and_a_new_conversation(open_page):
    assistant = FakeAssistant({EXAMPLE: bridge_answer(), **FakeAssistant().script})
    page = open_page(assistant, articles=WITH_EXAMPLE)
    page.get_by_role("textbox", name="Published since").fill("2025-03-01")
    page.get_by_role("link", name=EXAMPLE).click()
    expect(chat(page)).to_contain_text("Only articles published since 2025-03-01 were read.")
    expect(page.get_by_text("Try asking")).not_to_be_visible()
    page.get_by_role("textbox", name="Published since").fill("")
    ask(page, ASK_REFUSED)
    expect(chat(page)).to_contain_text("nearest headlines")
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("Try asking")).to_be_visible()
    expect(glance(page)).to_contain_text("In this archive")
    expect(glance(page)).to_be_visible()
    answered(page, ASK_BRIDGE)
    asked = [
        (question, len(history), since, until)
        for question, history, since, until in assistant.calls
    ]
    assert asked == [
        (EXAMPLE, 0, "2025-03-01", None),
        (ASK_REFUSED, 1, None, None),
        (ASK_BRIDGE, 0, None, None),
    ]


def test_readers_share_nothing_but_the_model(open_page):
    pace = threading.Semaphore(0)
    assistant = FakeAssistant(pace=pace)
    one, other = open_page(assistant), open_page(assistant)
    ask(one, ASK_BRIDGE)
    pace.release(2)
    expect(chat(one)).to_contain_text("The bridge reopens on 12 May. [1]")
    ask(other, ASK_REFUSED)
    expect(chat(other)).to_contain_text(conversation.WAITING)
    pace.release(20)
    expect(chat(one)).to_contain_text("From 2 articles")
    expect(chat(other)).to_contain_text("nearest headlines")
    expect(questions(other)).to_have_text([ASK_REFUSED])
    expect(questions(one)).to_have_text([ASK_BRIDGE])
    assert [(call[0], call[1]) for call in assistant.calls] == [(ASK_BRIDGE, ()), (ASK_REFUSED, ())]


def test_the_answer_can_be_copied_and_the_conversation_saved(open_page):
    page = open_page(FakeAssistant(), permissions=["clipboard-read", "clipboard-write"])
    answered(page, ASK_BRIDGE)
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith(f"{ASK_BRIDGE}\n\n12 May\n\nThe bridge reopens")
    assert "Northern Wire" in text
    for button, name, inside in (
        ("Save as Markdown", "byline.md", "[^1-3]: Northern Wire, 6 March 2025, Council"),
        ("Save as HTML", "byline.html", '<li id="note-1-3" value="3">Northern Wire'),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == name
        assert inside in Path(download.value.path()).read_text("utf-8")


def test_a_question_can_be_asked_again_and_edited(open_page):
    pace = threading.Semaphore(100)
    assistant = FakeAssistant(pace=pace)
    page = open_page(assistant)
    answered(page, ASK_BRIDGE)
    answered(page, ASK_REFUSED, 2)
    while pace.acquire(blocking=False):
        pass
    page.get_by_role("button", name="Ask again").click()
    expect(chat(page).locator(".byline-done")).to_have_count(1)
    expect(questions(page)).to_have_text([ASK_BRIDGE, ASK_REFUSED])
    pace.release(100)
    expect(chat(page).locator(".byline-done")).to_have_count(2)
    page.get_by_role("button", name="Edit question").click()
    expect(question_box(page)).to_have_value(ASK_REFUSED)
    question_box(page).fill(ASK_HOSTILE)
    page.get_by_role("button", name="Ask instead").click()
    expect(chat(page)).to_contain_text("From 1 article")
    expect(questions(page)).to_have_text([ASK_BRIDGE, ASK_HOSTILE])
    asked = [(question, len(history)) for question, history, *_ in assistant.calls]
    assert asked == [(ASK_BRIDGE, 0), (ASK_REFUSED, 1), (ASK_REFUSED, 1), (ASK_HOSTILE, 1)]


def test_a_follow_up_shows_how_it_was_understood(open_page):
    follow_up = "and the cost?"
    understood = "What did the harbour bridge cost?"
    answer = dataclasses.replace(bridge_answer(), question=follow_up, understood=understood)
    assistant = FakeAssistant({ASK_BRIDGE: bridge_answer(), follow_up: answer})
    page = open_page(assistant)
    answered(page, ASK_BRIDGE)
    answered(page, follow_up, 2)
    expect(chat(page)).to_contain_text(f"Understood as: {understood}")
    expect(chat(page).locator(".byline-chip")).to_have_text("about: harbour bridge ×")
    assistant.script[follow_up] = dataclasses.replace(refused_answer(), question=follow_up)
    chat(page).get_by_role("link", name="Ask it by itself").click()
    expect(chat(page)).to_contain_text("No sure answer")
    assert [len(history) for _, history, *_ in assistant.calls] == [0, 1, 0]


def test_only_of_the_newest_question_can_something_be_taken_away(open_page):
    meant = dataclasses.replace(bridge_answer(), understood="What did the harbour bridge cost?")
    page = open_page(FakeAssistant({ASK_BRIDGE: meant, ASK_REFUSED: refused_answer()}))
    answered(page, ASK_BRIDGE)
    take_away = chat(page).get_by_role("link", name="Ask it by itself")
    expect(take_away).to_be_visible()
    answered(page, ASK_REFUSED, 2)
    expect(take_away).not_to_be_visible()  # it would ask the newest question anew


def test_a_wider_window_is_one_click_away(open_page):
    refused = refused_answer()
    assert refused.refusal
    outside = dataclasses.replace(refused.refusal, kind="outside_dates")
    script = {ASK_REFUSED: dataclasses.replace(refused, refusal=outside)}
    assistant = FakeAssistant(script)
    page = open_page(assistant)
    page.get_by_role("textbox", name="Published until").fill("2025-03-01")
    answered(page, ASK_REFUSED)
    chat(page).get_by_role("link", name="Ask again for any day to 6 March 2025").click()
    expect(page.get_by_role("textbox", name="Published until")).to_have_value("2025-03-06")
    expect(chat(page)).to_contain_text("published until 2025-03-06 were read")
    chat(page).get_by_role("link", name="Ask again without dates").click()
    expect(page.get_by_role("textbox", name="Published until")).to_have_value("")
    expect(chat(page)).not_to_contain_text("were read")
    expect(chat(page).locator(".byline-done")).to_have_count(1)
    assert [until for *_, until in assistant.calls] == ["2025-03-01", "2025-03-06", None]


def test_a_conversation_survives_a_reload_and_a_new_one_does_not_bring_it_back(open_page):
    assistant = FakeAssistant()
    page = open_page(assistant)
    answered(page, ASK_BRIDGE)
    page.wait_for_function("localStorage.getItem('byline-conversation')")
    page.reload()
    expect(chat(page).locator(".byline-done")).to_have_count(1)
    expect(chat(page)).to_contain_text(ASK_BRIDGE)
    expect(sources(page)).to_contain_text(BRIDGE.title)
    answered(page, ASK_REFUSED, 2)
    assert assistant.calls[-1][1][0].question == ASK_BRIDGE
    other = open_page(assistant)
    expect(question_box(other)).to_be_editable()
    expect(chat(other).locator(".byline-done")).to_have_count(0)
    page.get_by_role("button", name="New conversation").click()
    expect(chat(page).locator(".byline-done")).to_have_count(0)
    page.reload()
    expect(question_box(page)).to_be_editable()
    expect(page.locator("#byline-about")).to_contain_text("3 articles")
    expect(chat(page).locator(".byline-done")).to_have_count(0)


def test_settings_survive_a_reload(open_page):
    assistant = FakeAssistant()
    page = open_page(assistant)
    page.get_by_role("textbox", name="Published since").fill("2025-03-01")
    stored = "localStorage.getItem('byline-settings')"
    page.wait_for_function(f"{stored} !== null")
    before = page.evaluate(stored)
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("radio", name="Quote the articles").check()
    page.wait_for_function(f"before => {stored} !== before", arg=before)
    page.reload()  # the address leads to the settings again
    expect(page.get_by_role("radio", name="Quote the articles")).to_be_checked()
    page.get_by_role("tab", name="Ask").click()
    expect(page.get_by_role("textbox", name="Published since")).to_have_value("2025-03-01")
    answered(page, ASK_BRIDGE)
    assert assistant.calls[0][2] == "2025-03-01"
    assert [mode for _, mode in assistant.variants] == ["quote"]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_the_page_fits_the_window(open_page, width, height):
    page = open_page(FakeAssistant(), width, height)
    expect(question_box(page)).to_be_in_viewport()
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text("From 2 articles")
    ask(page, ASK_HOSTILE)
    expect(chat(page)).to_contain_text("From 1 article")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(question_box(page)).to_be_in_viewport()
    first = page.locator(".byline-answer").first.bounding_box()
    card = page.locator(".byline-source").first.bounding_box()
    assert first and card
    assert first["width"] > 200 and card["width"] > 280
    assert (card["x"] > first["x"] + first["width"]) == (width > 768)
