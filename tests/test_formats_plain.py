"""Plain text and Markdown as they come in the wild."""

import datetime as dt
import json

import pytest

from index.records import Problem
from tests.reading import one, read
from tests.samples import told

DAY = dt.date(2024, 12, 7)
FIRST = "The ministers of three countries met on Saturday and asked for an immediate truce."
SECOND = "They will meet again next month, their spokesman said, in one of the three capitals."
BODY = f"{FIRST}\n\n{SECOND}"


def test_plain_text_from_a_pdf():
    text = (
        " The ministers of three countries met on Saturday and asked for a truce while the\n"
        "fighting drew near to the capital, from which the government of Bashar al-\n"
        "Assad has ruled, and where his minis-\n"
        "ters had nothing to say.\n\n"
        "They will meet again next month, their spokesman said, in one of the three ca-\n"
        "pitals.\n"
    )
    article = one("From a PDF (1).txt", text)
    assert article.text == (
        "The ministers of three countries met on Saturday and asked for a truce while the fighting "
        "drew near to the capital, from which the government of Bashar al-Assad has ruled, and "
        "where his ministers had nothing to say.\n\n"
        "They will meet again next month, their spokesman said, in one of the three capitals."
    )
    assert (article.id, article.title, article.published) == ("from-a-pdf-1", "", None)
    assert told(article) == {}


MARKDOWN = """# Three Ministers Ask for 'Immediate' Truce

By AFP

December 7, 2024

![A hotel](https://img.example.org/1.jpg)

The ministers at the table. **Example Foreign Ministry Press Office**AFP

The ministers of [three countries](https://example.org/x) met on *Saturday* and
asked for an **immediate** truce.

[Related article: What the neighbours want](https://example.org/other)

## What comes next

> They will meet again.

- A truce
- An exchange &amp; a vote

2. A second point

Correction: an earlier version gave the wrong day.

Original url: <https://www.example.org/2024/12/07/ministers-a1>
"""


@pytest.mark.parametrize("name", ["story.md", "story.markdown", "story.txt", "STORY.MD"])
def test_a_story_as_markdown(name):
    article = one(name, MARKDOWN)
    assert article.text.split("\n\n") == [
        "The ministers of three countries met on Saturday and asked for an immediate truce.",
        "What comes next",
        "They will meet again.",
        "A truce",
        "An exchange & a vote",
        "2. A second point",
        "Correction: an earlier version gave the wrong day.",
    ]
    assert article.id == "story"
    assert article.title == "Three Ministers Ask for 'Immediate' Truce"
    assert article.published == DAY
    assert article.publisher == "AFP"
    assert article.authors == ("AFP",)
    assert article.url == "https://www.example.org/2024/12/07/ministers-a1"
    assert article.source == name
    assert told(article) == {
        "title": "heading",
        "published": "date line",
        "publisher": "byline",
        "authors": "byline",
        "url": "footer",
    }


def test_paragraphs_on_single_lines_with_curly_quotes():
    lines = [FIRST, "“We are convinced of it,” he said. “We will work for it.”", SECOND]
    article = one("a.txt", "\n".join(lines) + "\n")
    assert article.text == "\n\n".join(lines)
    assert article.title == ""


def test_a_headline_then_paragraphs_on_single_lines():
    headline = "Minister says 'armed groups' must not take land"
    article = one("a.txt", f"{headline}\n{FIRST}\n{SECOND}\n")
    assert (article.title, article.text) == (headline, BODY)


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_plain_title_and_date_lines_with_tags_and_a_footer(suffix):
    text = (
        "Ministers of Three Countries Call for End to Fighting\n"
        "Dec. 7, 2024\n"
        "Ministers beside a forum. Press Service of the Foreign Ministry / EPA / TASS\n"
        f"{FIRST.replace('three countries', '<u>three countries</u>')}\n{SECOND}\n"
        "AFP contributed reporting.\n"
        "Original url: https://www.example.org/a1\n"
    )
    article = one(f"a{suffix}", text)
    assert article.title == "Ministers of Three Countries Call for End to Fighting"
    assert article.text == BODY
    assert (article.published, article.publisher) == (DAY, None)
    assert article.url == "https://www.example.org/a1"


# --- Markdown ----------------------------------------------------------------------------------


def test_front_matter_is_believed_first():
    text = (
        '---\ntitle: "Ministers: no truce"\ndate: 2024-12-07\nauthors:\n  - Ola Berg\n'
        "  - Lena Dahl\nsource: Meridian Daily\nurl: https://example.org/a\ntags: [a, b]\n---\n"
        f"# Ministers: no truce\n\nBy Ola Berg and Lena Dahl\n\n{BODY}\n"
    )
    article = one("a.md", text.replace("\n", "\r\n"))
    assert article.text == BODY
    assert (article.title, article.published) == ("Ministers: no truce", DAY)
    assert (article.publisher, article.url) == ("Meridian Daily", "https://example.org/a")
    assert article.authors == ("Ola Berg", "Lena Dahl")
    assert set(told(article).values()) == {"front matter"}


def test_front_matter_that_cannot_be_used_costs_no_text():
    problem, article = read("a.md", f"---\ntitle: [\n---\n{BODY}")
    assert problem.reason == (
        "a.md: its front matter is not valid YAML and was left out. Correct it."
    )
    assert article.text == BODY


def test_a_date_that_does_not_exist_is_reported_and_left_out():
    problem, article = read("a.md", f"---\ndate: 2024-02-30\n---\n{BODY}")
    assert problem == Problem(
        "a.md",
        'a.md, front matter: "date" is not an ISO date: "2024-02-30". Write it as 2024-12-07.',
        warning=True,
    )
    assert article.published is None


@pytest.mark.parametrize("text", [f"---\n{FIRST}\n\n---\n{SECOND}", f"---\n{FIRST}\n\n{SECOND}"])
def test_a_rule_at_the_top_is_not_front_matter(text):
    assert one("a.md", text).text == BODY


def test_html_in_markdown_is_text():
    text = f'{FIRST}\n\n<script>alert("x")</script>\n\n<a onclick="x()">{SECOND}</a>\n'
    assert one("a.md", text).text.split("\n\n") == [
        FIRST,
        '<script>alert("x")</script>',
        SECOND,
    ]


def test_a_link_that_is_no_web_address_is_no_url():
    article = one("a.md", f"{BODY}\n\nOriginal url: [here](/etc/passwd)\n")
    assert article.url is None
    assert "Original url: here" in article.text


def test_the_caption_is_kept_where_its_credit_is_not_sure():
    text = f"{FIRST}\n\nHe praised the **agency**\n\nIt was **im**Portant to him\n\n{SECOND}"
    assert one("a.md", text).text.split("\n\n") == [
        FIRST,
        "He praised the agency",
        "It was imPortant to him",
        SECOND,
    ]


STORY = "“Türkiye’s minister – he said – was late.” The café in Łódź was closed."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_files_are_read(encoding):
    assert one("a.txt", STORY.encode(encoding)).text == STORY


def test_one_bad_byte_does_not_change_the_encoding():
    data = STORY.encode() + b" \xff end."
    article, warning = read("a.txt", data)
    assert article.text == f"{STORY} \ufffd end."
    assert "characters that could not be decoded (1)" in warning.reason


def test_rows_are_utf_8_with_or_without_a_mark():
    row = json.dumps({"text": STORY}, ensure_ascii=False)
    assert one("a.jsonl", row.encode("utf-8-sig")).text == STORY
    assert one("b.jsonl", row.encode("utf-16")).text == STORY
