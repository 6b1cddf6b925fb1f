"""The page in the system's Chromium, with a scripted assistant behind it.

Each test fails if the page asks any other host for anything or writes an error
to the browser's console.
"""

import os
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from fake_assistant import (
    ASK_BRIDGE,
    ASK_BROKEN,
    ASK_HOSTILE,
    ASK_REFUSED,
    BRIDGE,
    HOSTILE,
    FakeAssistant,
    bridge_answer,
)
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

import app
from rag.page import rendering, serving

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue counts its work with what pandas wants to be rid of.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio.queueing"),
]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXAMPLES = [ASK_BRIDGE, HOSTILE.title]
PATIENCE = 30_000
"""Milliseconds until what is expected counts as missing; long, for a machine that is busy."""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "no Chromium is installed (on Debian: apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@contextmanager
def served(assistant: FakeAssistant, auth: tuple[str, str] | None = None) -> Iterator[str]:
    page = app.build_page(assistant, "3 articles.", EXAMPLES)
    host = "127.0.0.1"
    try:
        yield serving.start(page, host, serving.free_port(host, 7860), auth)
    finally:
        page.close(verbose=False)


@contextmanager
def watched(context: BrowserContext, address: str) -> Iterator[Page]:
    """A page at an address; leaving it fails on a console error or a request elsewhere."""
    faults: list[str] = []
    home = urlsplit(address).netloc
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda said: said.type == "error" and faults.append(said.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message) or dialog.dismiss())
    page.on("request", lambda sent: abroad(sent.url, home) and faults.append(sent.url))
    page.goto(address)
    yield page
    assert faults == []


def abroad(url: str, home: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.netloc != home


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Serves an assistant and opens its page; each call is another reader of the same address."""
    with ExitStack() as stack:
        addresses: dict[int, str] = {}

        def opened(assistant: FakeAssistant, width: int = 1280, height: int = 860) -> Page:
            if id(assistant) not in addresses:
                addresses[id(assistant)] = stack.enter_context(served(assistant))
            context = browser.new_context(viewport={"width": width, "height": height})
            stack.callback(context.close)
            page = stack.enter_context(watched(context, addresses[id(assistant)]))
            expect(question_box(page)).to_be_enabled()
            return page

        yield opened


def question_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Question")


def ask(page: Page, question: str) -> None:
    expect(question_box(page)).to_be_editable()
    question_box(page).fill(question)
    question_box(page).press("Enter")


def chat(page: Page) -> Locator:
    return page.locator("#byline-chat")


def sources(page: Page) -> Locator:
    return page.locator("#byline-sources")


def test_an_answer_appears_with_its_sources_marked(open_page: Open) -> None:
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


def test_a_mark_leads_to_its_source(open_page: Open) -> None:
    page = open_page(FakeAssistant(), height=600)
    ask(page, ASK_BRIDGE)
    card = sources(page).locator("#source-1-3")
    expect(card).not_to_be_in_viewport()
    chat(page).get_by_role("link", name="[3]").first.click()
    expect(card).to_be_in_viewport()
    ask(page, ASK_HOSTILE)
    expect(sources(page).locator("details")).to_contain_text(ASK_BRIDGE)
    expect(card).not_to_be_visible()
    chat(page).get_by_role("link", name="[3]").first.click()
    expect(card).to_be_in_viewport()
    assert len(page.context.pages) == 1


def test_sentences_come_one_by_one(open_page: Open) -> None:
    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text(rendering.WAITING)
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


def test_a_stopped_answer_keeps_what_came_and_the_next_question_is_answered(
    open_page: Open,
) -> None:
    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    ask(page, ASK_BRIDGE)
    pace.release(2)
    expect(chat(page)).to_contain_text("The bridge reopens on 12 May. [1]")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stopping")).to_be_visible()
    expect(question_box(page)).not_to_be_editable()
    pace.release(20)
    expect(chat(page)).to_contain_text("Stopped.")
    ask(page, ASK_REFUSED)
    expect(chat(page)).to_contain_text("Nearest headlines")
    expect(chat(page)).not_to_contain_text("18.4 million")


def test_an_article_full_of_markup_runs_nothing(open_page: Open) -> None:
    page = open_page(FakeAssistant())
    page.get_by_text("Try asking").wait_for()
    expect(page.locator("#byline-examples")).to_contain_text("<img src=x onerror=")
    ask(page, ASK_HOSTILE)
    expect(chat(page)).to_contain_text("From 1 article")
    for part in (chat(page).locator(".byline-answer"), sources(page)):
        expect(part).to_contain_text("<script>document.title='owned'</script> The ferry sails")
        expect(part).to_contain_text("![pixel](http://evil.example/p.png) $$x^2$$ {{constructor}}")
        expect(part).to_contain_text("`code` **bold**")
    shown = page.locator("#byline-chat .message-content, #byline-sources, #byline-examples")
    expect(shown.locator("script, img, iframe, b, code, strong, .katex")).to_have_count(0)
    links = shown.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links == ["#source-1-1"]
    expect(sources(page).locator("h3")).to_have_text(f"[1] {HOSTILE.title}")
    assert page.title() == "Byline"


def test_a_question_full_of_markup_is_shown_as_it_was_typed(open_page: Open) -> None:
    page = open_page(FakeAssistant())
    question = "<img src=x onerror=alert(1)> **b** ![x](http://evil.example/q.png) $$y$$ # h"
    ask(page, question)
    expect(page.get_by_test_id("user")).to_have_text(question)
    expect(chat(page)).to_contain_text("another process is writing to the index")
    assert page.get_by_test_id("user").locator("img, strong, h1, .katex").count() == 0


def test_a_refusal_is_calm_and_names_the_nearest_headlines(open_page: Open) -> None:
    page = open_page(FakeAssistant())
    ask(page, ASK_REFUSED)
    refusal = chat(page).locator(".byline-refusal")
    expect(refusal).to_contain_text("The archive says nothing about who designed the opera house.")
    expect(refusal.locator("li")).to_have_count(2)
    expect(refusal.locator("li").first).to_contain_text("Veldmar Courier · 4 March 2025")
    expect(sources(page)).to_contain_text(rendering.REFUSED)
    expect(page.locator(".error, .toast-body")).to_have_count(0)


def test_trouble_and_bugs_leave_the_page_usable(open_page: Open) -> None:
    class Buggy(FakeAssistant):
        def article(self, article_id: str) -> None:  # type: ignore[override]
            raise RuntimeError("a bug")

    page = open_page(Buggy())
    ask(page, ASK_BROKEN)
    expect(chat(page)).to_contain_text("another process is writing to the index")
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text(rendering.BROKEN)
    ask(page, ASK_REFUSED)
    expect(chat(page)).to_contain_text("Nearest headlines")


def test_examples_dates_follow_ups_and_a_new_conversation(open_page: Open) -> None:
    assistant = FakeAssistant()
    page = open_page(assistant)
    page.get_by_role("textbox", name="Published since").fill("2025-03-01")
    page.get_by_role("button", name="When does the harbour bridge reopen").click()
    expect(chat(page)).to_contain_text("Only articles published since 2025-03-01 were read.")
    expect(page.get_by_text("Try asking")).not_to_be_visible()
    page.get_by_role("textbox", name="Published since").fill("")
    ask(page, ASK_REFUSED)
    expect(chat(page)).to_contain_text("Nearest headlines")
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("Try asking")).to_be_visible()
    expect(chat(page)).to_contain_text("declines to say")
    expect(sources(page)).to_contain_text(rendering.NO_SOURCES)
    ask(page, ASK_HOSTILE)
    expect(chat(page)).to_contain_text("From 1 article")
    page.get_by_role("button", name="Clear").click()
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text("From 2 articles")
    asked = [
        (question, len(history), since, until)
        for question, history, since, until in assistant.calls
    ]
    assert asked == [
        (ASK_BRIDGE, 0, "2025-03-01", None),
        (ASK_REFUSED, 1, None, None),
        (ASK_HOSTILE, 0, None, None),
        (ASK_BRIDGE, 0, None, None),
    ]


def test_a_new_conversation_may_begin_in_the_middle_of_an_answer(open_page: Open) -> None:
    pace = threading.Semaphore(0)
    page = open_page(FakeAssistant(pace=pace))
    ask(page, ASK_BRIDGE)
    pace.release(2)
    expect(chat(page)).to_contain_text("The bridge reopens on 12 May. [1]")
    page.get_by_role("button", name="New conversation").click()
    expect(sources(page)).to_contain_text(rendering.NO_SOURCES)
    expect(chat(page)).not_to_contain_text("bridge")
    expect(page.get_by_text("Try asking")).not_to_be_visible()
    pace.release(20)
    expect(page.get_by_text("Try asking")).to_be_visible()
    ask(page, ASK_REFUSED)
    expect(chat(page)).to_contain_text("Nearest headlines")
    expect(chat(page)).not_to_contain_text("The bridge reopens")


def test_readers_share_nothing_but_the_model(open_page: Open) -> None:
    pace = threading.Semaphore(0)
    assistant = FakeAssistant(pace=pace)
    one, other = open_page(assistant), open_page(assistant)
    ask(one, ASK_BRIDGE)
    pace.release(2)
    expect(chat(one)).to_contain_text("The bridge reopens on 12 May. [1]")
    ask(other, ASK_REFUSED)
    expect(chat(other)).to_contain_text(rendering.WAITING)
    pace.release(20)
    expect(chat(one)).to_contain_text("From 2 articles")
    expect(chat(other)).to_contain_text("Nearest headlines")
    expect(other.get_by_test_id("user")).to_have_text([ASK_REFUSED])
    expect(one.get_by_test_id("user")).to_have_text([ASK_BRIDGE])
    assert [(call[0], call[1]) for call in assistant.calls] == [(ASK_BRIDGE, ()), (ASK_REFUSED, ())]


def test_the_answer_can_be_copied_with_its_sources(open_page: Open) -> None:
    page = open_page(FakeAssistant())
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text("From 2 articles")
    page.get_by_role("button", name="Copy the answer with its sources").click()
    text = page.locator(".byline-column textarea[disabled]")
    expect(text).to_be_visible()
    assert text.input_value().startswith(f"{ASK_BRIDGE}\n\n12 May\n\nThe bridge reopens")
    assert "Northern Wire" in text.input_value()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_the_page_fits_the_window(open_page: Open, width: int, height: int) -> None:
    page = open_page(FakeAssistant(), width, height)
    expect(question_box(page)).to_be_in_viewport()
    ask(page, ASK_BRIDGE)
    expect(chat(page)).to_contain_text("From 2 articles")
    ask(page, ASK_HOSTILE)
    expect(chat(page)).to_contain_text("From 1 article")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    first = page.locator(".byline-answer").first.bounding_box()
    card = page.locator(".byline-source").first.bounding_box()
    assert first and card
    assert first["width"] > 200 and card["width"] > 280
    assert (card["x"] > first["x"] + first["width"]) == (width > 768)


def test_a_login_is_asked_for_where_there_is_one(browser: Browser) -> None:
    with served(FakeAssistant(), ("ada", "secret")) as address, ExitStack() as stack:
        context = browser.new_context()
        stack.callback(context.close)
        page = stack.enter_context(watched(context, address))
        expect(question_box(page)).to_have_count(0)
        page.get_by_label("username").fill("ada")
        page.get_by_label("password").fill("secret")
        page.get_by_role("button", name="Login").click()
        ask(page, ASK_BRIDGE)
        expect(chat(page)).to_contain_text("From 2 articles")


def test_the_server_tells_browsers_to_stay_and_serves_no_other_name() -> None:
    with served(FakeAssistant()) as address:
        with urllib.request.urlopen(address) as response:
            policy = response.headers["content-security-policy"]
            body = response.read().decode()
        assert policy.startswith("default-src 'self';")
        assert "googleapis" not in body
        request = urllib.request.Request(address, headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        refused.value.close()
        assert refused.value.code == 400
