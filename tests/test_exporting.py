"""A conversation as it is taken away: Markdown and HTML with footnotes."""

import re

import pytest
from fake_assistant import bridge_answer, hostile_answer, refused_answer
from hypothesis import given
from markdown_it import MarkdownIt
from shown import NASTY, Parsed, finished

from rag.page import exporting
from rag.page.conversation import Exchange
from rag.records import Answer, Sentence

CONVERSATION = (finished(bridge_answer()), Exchange("?").ended("no"), finished(refused_answer()))


def test_markdown_has_each_answer_with_a_footnote_for_every_mark():
    text = exporting.markdown(CONVERSATION)
    marks = re.findall(r"\[\^(\d-\d)\](?!:)", text)
    assert marks == ["1-1", "1-2", "1-3"]
    assert re.findall(r"^\[\^(\d-\d)\]:", text, re.MULTILINE) == marks
    assert "> The final cost is 19.1 million crowns" in text
    assert "<https://courier.example/harbour-bridge?id=7&lang=en>" in text
    assert "Also in: Coast Gazette, Daily Ledger" in text
    assert "- Council questions bill" in text


def test_html_has_each_answer_with_a_note_for_every_mark_and_loads_nothing():
    html = exporting.page(CONVERSATION)
    parsed = Parsed(html)
    links = [str(link) for link in parsed.values("href")]
    assert [link for link in links if link.startswith("#")] == [f"#note-1-{n}" for n in (1, 2, 3)]
    assert {f"note-1-{n}" for n in (1, 2, 3)} <= set(parsed.values("id"))
    assert parsed.values("src") == [] and "@import" not in html and "url(" not in html
    assert "Council questions bill" in parsed.text


def test_markup_in_an_article_stays_text():
    conversation = (finished(hostile_answer()),)
    html = exporting.page(conversation)
    assert "script" not in Parsed(html).tags and "img" not in Parsed(html).tags
    assert "javascript:" not in "".join(map(str, Parsed(html).values("href")))
    rendered = MarkdownIt("commonmark").render(exporting.markdown(conversation))
    assert not {"script", "img", "b", "code", "iframe"} & set(Parsed(rendered).tags)


@given(NASTY)
def test_nothing_that_is_said_becomes_markup(text):
    answer = Answer(text, text, text, sentences=(Sentence(text, (), False),), short=text)
    conversation = (finished(answer),)
    tags = set(Parsed(exporting.page(conversation)).tags)
    assert tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "section", "p",
                    "strong", "em", "hr"}  # fmt: skip
    rendered = MarkdownIt("commonmark").render(exporting.markdown(conversation))
    assert set(Parsed(rendered).tags) <= {"h1", "h2", "p", "strong", "em", "hr"}


@pytest.mark.parametrize("text", ["# a", "1. a", "> a", "- a", "=== a", "    a", "a\n---"])
def test_a_line_that_would_open_a_block_is_a_paragraph(text):
    answer = Answer("q", "q", text, sentences=(Sentence(text, (), False),))
    rendered = MarkdownIt("commonmark").render(exporting.markdown((finished(answer),)))
    assert set(Parsed(rendered).tags) <= {"h1", "h2", "p", "hr"}


def test_plain_text_is_of_the_last_answer():
    assert exporting.plain(()) == exporting.plain((Exchange("?"),)) == ""
    text = exporting.plain((finished(hostile_answer()), finished(bridge_answer())))
    assert text.startswith("When does")
    assert "12 May\n\nThe bridge reopens on 12 May. [1]" in text and "Northern Wire" in text
