"""Downloading a language model from the page's settings, from a hub of the tests' own."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browsing import MARKS, served, tab, watched
from fake_assistant import FakeAssistant
from playwright.sync_api import Browser, Page, expect

from index.embedding import HashEncoder
from rag.models.hub import HubFile
from rag.models.recommended import Recommended
from rag.page.choices import Choices
from rag.page.models import Downloads
from tests.hub import Hub, running

pytestmark = MARKS
FILE = b"GGUF" + bytes(4_000_000)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("BYLINE_CACHE", str(tmp_path / "cache"))
    with running(Hub()) as started:
        started.put("me/models/tiny.gguf", FILE)
        yield started


@pytest.fixture
def settings(browser: Browser, hub: Hub, tmp_path: Path) -> Iterator[Callable[[], Page]]:
    """Opens the settings of a page that offers one model; each call is another reader."""
    sha256 = hashlib.sha256(FILE).hexdigest()
    file = HubFile("me/models", "tiny.gguf", sha256=sha256, name="tiny", hub=hub.url)
    offered = {"tiny": Recommended("tiny", file, len(FILE), 1, "MIT")}
    assistant = FakeAssistant()
    choices = Choices(
        [tmp_path / "index"], [None], lambda *_: assistant, HashEncoder, recommended=offered
    )
    with ExitStack() as stack:
        address = stack.enter_context(served(choices))

        def opened() -> Page:
            context = browser.new_context()
            stack.callback(context.close)
            page = stack.enter_context(watched(context, address))
            tab(page, "Settings")
            return page

        yield opened


def models(page: Page) -> list[str]:
    """What a reader can choose as the language model."""
    page.get_by_label("Language model", exact=True).click()
    return [text.split("\n")[-1] for text in page.get_by_role("option").all_inner_texts()]


def test_a_model_is_downloaded_and_then_on_offer(hub, settings):
    hub.stalls = 3_000_000
    page = settings()
    choice = page.get_by_role("radio", name="tiny: 4.0 MB on disk, 1 GB of memory, MIT")
    expect(choice).to_be_checked()
    page.get_by_role("button", name="Download").click()
    bar = page.locator("#byline-download progress")
    expect(bar).to_have_attribute("value", "3000000")
    expect(page.locator("#byline-download")).to_contain_text("tiny: 3.0 MB of 4.0 MB")
    expect(page.get_by_role("button", name="Download")).to_be_disabled()
    other = settings()
    expect(other.locator("#byline-download progress")).to_have_attribute("value", "3000000")
    hub.going_on.set()
    for reader in (page, other):
        expect(reader.locator("#byline-download")).to_contain_text("tiny is downloaded.")
        expect(reader.get_by_role("button", name="Download")).to_be_enabled()
        assert models(reader) == ["built in", "tiny"]


def test_what_goes_wrong_is_a_line_and_can_be_tried_again(hub, settings):
    hub.instead = FILE[::-1]
    page = settings()
    page.get_by_role("button", name="Download").click()
    state = page.locator("#byline-download")
    expect(state).to_contain_text("What arrived is not tiny")
    hub.instead = None
    page.get_by_role("button", name="Download").click()
    expect(state).to_contain_text("tiny is downloaded.")


def test_there_is_one_download_at_a_time_and_only_of_what_is_listed(hub):
    hub.stalls = 3_000_000
    file = HubFile("me/models", "tiny.gguf", name="tiny", hub=hub.url)
    downloads = Downloads({"tiny": Recommended("tiny", file, len(FILE), 1, "MIT")})
    downloads.begin("other")
    assert downloads.name == ""
    downloads.begin("tiny")
    first = downloads.thread
    downloads.begin("tiny")
    assert downloads.thread is first and downloads.downloaded() == []
    hub.going_on.set()
    first.join()
    assert downloads.downloaded() == ["tiny"]
    assert downloads.shown() == (
        '<p role="status">tiny is downloaded. Choose it as the language model above.</p>'
    )
