"""The page behind a login, in a browser."""

from pathlib import Path

from browsing import MARKS, answered, chat, question_box, served, tab, watched
from fake_assistant import ASK_BRIDGE, FakeAssistant, choices_of
from playwright.sync_api import Browser, expect
from test_browser_archive import drop, report

pytestmark = MARKS


def test_who_knows_the_password_asks_and_adds_articles(browser: Browser, tmp_path: Path) -> None:
    choices = choices_of(FakeAssistant(), tmp_path / "index")
    with (
        served(choices, ("ada", "secret")) as address,
        browser.new_context() as context,
        watched(context, address) as page,
    ):
        expect(question_box(page)).to_have_count(0)
        page.get_by_label("username").fill("ada")
        page.get_by_label("password").fill("secret")
        page.get_by_role("button", name="Login").click()
        expect(question_box(page)).to_be_enabled()
        answered(page, ASK_BRIDGE)
        expect(chat(page)).to_contain_text("12 May")
        tab(page, "Archive")
        story = b"The lighthouse of Orrin was sold to a baker on Monday. " * 5
        drop(page, {"name": "lighthouse.txt", "mimeType": "text/plain", "buffer": story})
        expect(report(page)).to_contain_text("1 article added")
