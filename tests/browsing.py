"""The page served and opened in the system's Chromium, for the tests that look at it.

`conftest` makes the fixtures known. Each page that is opened fails its test if it asks any
other host for anything or writes an error to the browser's console.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from fake_assistant import ARCHIVE, FakeAssistant, choices_of
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from index.records import Article
from rag.page import serving
from rag.page.choices import Choices
from rag.page.page import build

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
PATIENCE = 30_000
"""Milliseconds until what is expected counts as missing; long, for a machine that is busy."""
Open = Callable[..., Page]
T = TypeVar("T")

MARKS = [
    pytest.mark.browser,
    # Gradio's queue counts its work with what pandas wants to be rid of.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio.queueing"),
]


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
def served(
    choices: Choices,
    auth: tuple[str, str] | None = None,
    demo: Path | None = None,
    mcp: bool = False,
) -> Iterator[str]:
    """The address of a page for what is on offer."""
    host = "127.0.0.1"
    page = in_a_loop(lambda: build(choices, demo))
    try:
        port = serving.free_port(host)
        yield in_a_loop(lambda: serving.start(page, host, port, auth, mcp))
    finally:
        in_a_loop(lambda: page.close(verbose=False))


def in_a_loop(call: Callable[[], T]) -> T:
    """Call where an event loop runs; elsewhere Gradio makes loops that it never closes."""

    async def called() -> T:
        return call()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(called())
    return call()


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
    assert not faults, faults


def abroad(url: str, home: str) -> bool:
    """True for an address that is not the page's own."""
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.netloc != home


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Serves an assistant and opens its page; each call is another reader of the same address."""
    with ExitStack() as stack:
        addresses: dict[int, str] = {}

        def opened(
            assistant: FakeAssistant,
            width: int = 1280,
            height: int = 860,
            articles: tuple[Article, ...] = ARCHIVE,
            demo: Path | None = None,
            **context_options: object,
        ) -> Page:
            if id(assistant) not in addresses:
                choices = choices_of(assistant, tmp_path / "index", articles)
                addresses[id(assistant)] = stack.enter_context(served(choices, demo=demo))
            context = browser.new_context(
                viewport={"width": width, "height": height},
                **context_options,  # type: ignore[arg-type]
            )
            stack.callback(context.close)
            page = stack.enter_context(watched(context, addresses[id(assistant)]))
            expect(question_box(page)).to_be_enabled()
            return page

        yield opened


def question_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Question")


def ask(page: Page, question: str) -> None:
    question_box(page).fill(question)
    for _ in range(20):  # while an answer ends, the page does not take the next question yet
        question_box(page).press("Enter")
        page.wait_for_timeout(200)
        if question_box(page).input_value() != question:
            return
    raise AssertionError(f"“{question}” was not taken")


def answered(page: Page, question: str, count: int = 1) -> None:
    """Ask, and wait until the page has that many finished answers."""
    ask(page, question)
    expect(chat(page).locator(".byline-done")).to_have_count(count)


def chat(page: Page) -> Locator:
    return page.locator("#byline-chat")


def questions(page: Page) -> Locator:
    return chat(page).locator(".byline-asked")


def sources(page: Page) -> Locator:
    return page.locator("#byline-sources")


def glance(page: Page) -> Locator:
    """What the archive holds, which stands there until something is asked."""
    return page.locator("#byline-glance")


def reader(page: Page) -> Locator:
    return page.locator("#byline-reader dialog[open]")


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
