"""Plain text and Markdown as they come in the wild."""

import datetime as dt

import pytest

from index.records import Problem
from tests.reading import one, read
from tests.samples import FIRST, SECOND, told

DAY = dt.date(2024, 12, 7)
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
    assert (article.id, article.title, told(article)) == ("from-a-pdf-1", "", {})


MARKDOWN = """# Three Ministers Ask for 'Immediate' Truce

By AFP

December 7, 2024

![A hotel](https://img.example.org/1.jpg)

The ministers at the table. **Example Foreign Ministry Press Office**AFP

The ministers of [three countries](https://example.org/x) met on *Saturday* and
asked for an **immediate** truce.

[Related article: What the neighbours want](https://example.org/other)

## What comes next

> They will meet again. It was **im**Portant to him.

- A truce
- An exchange &amp; a vote

2. A second point

<script>alert("x")</script>

<a onclick="x()">He praised the **agency**</a>

Correction: an earlier version gave the wrong day.

Original url: <https://www.example.org/2024/12/07/ministers-a1>
"""


@pytest.mark.parametrize("name", ["story.md", "story.txt", "STORY.MARKDOWN"])
def test_a_story_as_markdown(name):
    article = one(name, MARKDOWN)
    assert article.text.split("\n\n") == [
        FIRST,
        "What comes next",
        "They will meet again. It was imPortant to him.",
        "A truce",
        "An exchange & a vote",
        "2. A second point",
        '<script>alert("x")</script>',
        "He praised the agency",
        "Correction: an earlier version gave the wrong day.",
    ]
    assert (article.id, article.source) == ("story", name)
    assert article.title == "Three Ministers Ask for 'Immediate' Truce"
    assert (article.published, article.publisher, article.authors) == (DAY, "AFP", ("AFP",))
    assert article.url == "https://www.example.org/2024/12/07/ministers-a1"
    named = {"publisher": "byline", "authors": "byline", "url": "footer"}
    assert told(article) == {"title": "heading", "published": "date line", **named}


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_plain_title_and_date_lines_with_tags_and_a_footer(suffix):
    text = (
        "Ministers of Three Countries Call for 'Immediate' End to Fighting\n"
        "Dec. 7, 2024\n"
        "Ministers beside a forum. Press Service of the Foreign Ministry / EPA / TASS\n"
        f"{FIRST.replace('three countries', '<u>three countries</u>')}\n{SECOND}\n"
        "AFP contributed reporting.\n"
        "Original url: https://www.example.org/a1\n"
    )
    article = one(f"a{suffix}", text)
    assert article.title == "Ministers of Three Countries Call for 'Immediate' End to Fighting"
    assert article.text == BODY
    assert (article.published, article.publisher) == (DAY, None)
    assert told(article) == {"title": "first line", "published": "date line", "url": "footer"}
    assert article.url == "https://www.example.org/a1"


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


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("title: [", ', front matter: could not use line 2 ("title: ["). Correct it.'),
        ("date: 2024-02-30",
         ', front matter: "date" is not an ISO date: "2024-02-30". Write it as 2024-12-07.'),
    ],
)  # fmt: skip
def test_front_matter_that_cannot_be_used_costs_no_text(front, said):
    problem, article = read("a.md", f"---\n{front}\n---\n{BODY}")
    assert problem == Problem("a.md", f"a.md{said}", warning=True)
    assert (article.text, article.published) == (BODY, None)


FIRE = "Orlo fire: three dead, not two"


@pytest.mark.parametrize(
    ("front", "title", "authors"),
    [
        (f"title: {FIRE}\nauthor: Ola Berg", FIRE, ["Ola Berg"]),
        (f"# ours\n\ntitle: '{FIRE}\nauthors: [Ola Berg, \"Lena Dahl\"]", f"'{FIRE}",
         ["Ola Berg", "Lena Dahl"]),
        (f"title: {FIRE}\nauthors:\n- Ola Berg\n- Lena Dahl", FIRE, ["Ola Berg", "Lena Dahl"]),
        (f"title: {FIRE}\nauthors:\n  - Ola Berg\n\n  - '@lena'", FIRE, ["Ola Berg", "@lena"]),
        ("title: A fire\nauthors:\n  - Ola Berg\n # the desk\n  - @lena", "A fire",
         ["Ola Berg", "@lena"]),
        ("title: A fire\nauthors: [Ola Berg, @lena]", "A fire", ["Ola Berg", "@lena"]),
        ("title: A fire\nauthors: [Ola Berg, 'Lena Dahl'", "A fire", ["Ola Berg", "Lena Dahl"]),
        ("title: A fire\nauthors: [\n  Ola Berg,\n  @lena\n]", "A fire", ["Ola Berg", "@lena"]),
        (f"title: {FIRE}\nauthor:\n  name: Ola Berg\n  mail: ola@a.no", FIRE, ["Ola Berg"]),
        ("title: Orlo fire: three dead,\n  not two\nauthor: Ola Berg", FIRE, ["Ola Berg"]),
        ('title: "He said "no" to it"\nauthor: Ola Berg', 'He said "no" to it', ["Ola Berg"]),
        ('title: "Yes" and "no"\nauthor: Ola Berg', '"Yes" and "no"', ["Ola Berg"]),
        ("title: 'It's a fire: three dead'\nauthor: Ola Berg", "It's a fire: three dead",
         ["Ola Berg"]),
        ("title: [Live] Fire in Orlo\nauthor: Ola Berg", "[Live] Fire in Orlo", ["Ola Berg"]),
        ("title: A fire\n author: Ola Berg", "A fire", ["Ola Berg"]),
        (f"  title: {FIRE}\n  author: Ola Berg", FIRE, ["Ola Berg"]),
        ('"Story Title":A fire\nauthor:Ola Berg', "A fire", ["Ola Berg"]),
    ],
)  # fmt: skip
def test_front_matter_that_is_no_yaml_is_read_line_by_line(front, title, authors):
    article = one("a.md", f"---\n{front}\ndate: 2024-12-07\noutlet: Meridian Daily\n---\n{BODY}")
    assert (article.text, article.title, [*article.authors]) == (BODY, title, authors)
    assert (article.published, article.publisher) == (DAY, "Meridian Daily")


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("Nothing more.", 'line 4 ("Nothing more.")'),
        ("\n\nhttps://a.no\nday: 1", 'line 6 ("https://a.no")'),
        ("author: {", 'line 4 ("author: {")'),
        ("author:\n  name: Ola: Berg\n\nNo.", 'line 4 ("author:"), line 7 ("No.")'),
        ("?\n!\na\nb\nc", 'line 4 ("?"), line 5 ("!"), line 6 ("a"), 2 more'),
    ],
)
def test_lines_of_front_matter_that_say_nothing_are_named(front, said):
    problem, article = read("a.md", f"---\ndate: 2024-12-07\ntitle: {FIRE}\n{front}\n---\n{BODY}")
    assert problem.warning and problem.reason == (
        f"a.md, front matter: could not use {said}. Correct it."
    )
    assert (article.text, article.title, article.published) == (BODY, FIRE, DAY)


@pytest.mark.parametrize("text", [f"---\n{FIRST}\n\n---\n{SECOND}", f"---\n{FIRST}\n\n{SECOND}"])
def test_a_rule_at_the_top_is_not_front_matter(text):
    assert one("a.md", text).text == BODY


def test_text_between_two_rules_stays():
    text = "Verdict: he was told: no appeal.\nIt came on the day of the vote."
    assert one("a.md", f"---\n{text}\n\n---\n{BODY}").text.startswith("Verdict: he was told")


def test_a_link_that_is_no_web_address_is_no_url():
    article = one("a.md", f"{BODY}\n\nOriginal url: [here](/etc/passwd)\n")
    assert article.url is None and "Original url: here" in article.text


STORY = "“Türkiye’s minister – he said – was late.” The café in Łódź was closed."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_files_are_read(encoding):
    assert one("a.txt", STORY.encode(encoding)).text == STORY


def test_one_bad_byte_does_not_change_the_encoding():
    article, warning = read("a.txt", STORY.encode() + b" \xff end.")
    assert article.text == f"{STORY} \ufffd end."
    assert "characters that could not be decoded (1)" in warning.reason
