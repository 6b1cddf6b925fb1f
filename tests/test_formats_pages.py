"""Saved web pages: the story, and what the page says of it."""

import datetime as dt
import json
from pathlib import Path

import pytest

from index.formats.markup import parsed
from index.formats.story import is_ordinary
from index.readers import read_file
from index.records import Article, Problem
from tests.samples import BODY, FIRST, TITLE, URL, mhtml, page, told

DAY = dt.date(2024, 12, 7)


def read(path: Path, data: str | bytes) -> list[Article | Problem]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_file(path))


def one(path: Path, data: str | bytes) -> Article:
    [article] = read(path, data)
    assert isinstance(article, Article), article
    return article


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


def linked_data(*stories: dict[str, object]) -> str:
    return f'<script type="application/ld+json">{json.dumps(list(stories))}</script>'


def story(**fields: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "headline": TITLE, **fields}


def test_the_story_without_what_stands_around_it(tmp_path):
    article = one(tmp_path / "a.html", page())
    assert (article.id, article.title, article.text) == ("a", TITLE, BODY)
    assert told(article) == {"title": "heading"}


@pytest.mark.parametrize(("head", "field", "value", "where"), [
    (linked_data(story(datePublished="2024-12-07T23:30:00-05:00")), "published", DAY,
     "JSON-LD datePublished"),
    (linked_data({"@graph": [{"@type": "WebPage"}, story(datePublished="2024-12-07")]}),
     "published", DAY, "JSON-LD datePublished"),
    (meta("article:published_time", "2024-12-07T08:00:00Z"), "published", DAY,
     "meta tag article:published_time"),
    ('<meta name="date" content="7 December 2024">', "published", DAY, "meta tag date"),
    (meta("og:site_name", "Meridian Daily"), "publisher", "Meridian Daily",
     "meta tag og:site_name"),
    (f"<title>{TITLE} | Meridian Daily</title>", "publisher", "Meridian Daily", "page title"),
    (linked_data(story(publisher={"name": "Meridian Daily"})), "publisher", "Meridian Daily",
     "JSON-LD publisher"),
    ('<meta name="author" content="By Ola Berg and Lena Dahl">', "authors",
     ("Ola Berg", "Lena Dahl"), "meta tag author"),
    (linked_data(story(author=[{"name": "Ola Berg"}, "Lena Dahl"])), "authors",
     ("Ola Berg", "Lena Dahl"), "JSON-LD author"),
    (f'<link rel="canonical" href="{URL}">', "url", URL, "canonical link"),
    (f'<link rel="canonical" href="/2024/12/07/truce">{meta("og:url", URL)}', "url", URL,
     "canonical link"),
    (meta("og:url", URL), "url", URL, "meta tag og:url"),
    (linked_data(story(mainEntityOfPage={"@id": URL})), "url", URL, "JSON-LD mainEntityOfPage"),
])  # fmt: skip
def test_what_a_page_says_of_itself(tmp_path, head, field, value, where):
    article = one(tmp_path / "a.html", page(head))
    assert (getattr(article, field), article.provenance[field]) == (value, where)
    assert article.text == BODY


@pytest.mark.parametrize(
    "head",
    [
        meta("article:modified_time", "2024-12-08T08:00:00Z"),
        linked_data(story(dateModified="2024-12-08", dateCreated="2024-12-06")),
        linked_data({"@type": "WebSite", "datePublished": "2024-12-08"}),
        meta("article:published_time", "yesterday"),
        meta("article:published_time", "07/12/2024"),
        meta("article:author", "https://meridian.example/ola-berg"),
        meta("og:url", "https://meridian.example/"),
        '<link rel="canonical" href="javascript:alert(1)">',
        '<script type="application/ld+json">{"@type": </script>',
        '<script type="application/ld+json">' + "[" * 50_000 + "</script>",
    ],
)
def test_what_is_no_fact_of_the_story_is_left_unknown(tmp_path, head):
    article = one(tmp_path / "a.html", page(head))
    assert told(article).keys() == {"title"}
    assert article.text == BODY


@pytest.mark.parametrize(
    "comment",
    [
        f"<!-- saved from url=(0045){URL} -->",
        f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: Wed Feb 11 2026 -->",
    ],
)
def test_when_a_page_was_saved_is_no_date(tmp_path, comment):
    article = one(tmp_path / "a.html", comment + page())
    assert article.published is None
    assert (article.url, article.provenance["url"]) == (URL, "saved from")


@pytest.mark.parametrize(
    ("time", "published", "where"),
    [
        ('<time datetime="2024-12-07T10:00Z">x</time>', DAY, "the page's only time element"),
        ('<time itemprop="datePublished">7 December 2024</time><time>8 December 2024</time>', DAY,
         "time element, marked as published"),
        ("<time>7 December 2024</time> <time>8 December 2024</time>", None, None),
        ('Updated: <time datetime="2024-12-08">x</time>', None, None),
    ],
)  # fmt: skip
def test_time_elements(tmp_path, time, published, where):
    body = f"<p>{time}</p>" + "".join(f"<p>{part}</p>" for part in BODY.split("\n\n"))
    article = one(tmp_path / "a.html", page(body=body))
    assert (article.published, article.provenance.get("published")) == (published, where)


def test_a_byline_and_a_date_line_in_the_text_tell_what_the_marks_do_not(tmp_path):
    lines = ("By Ola Berg", "7 December 2024", *BODY.split("\n\n"))
    article = one(tmp_path / "a.html", page(body="".join(f"<p>{line}</p>" for line in lines)))
    assert (article.authors, article.published, article.text) == (("Ola Berg",), DAY, BODY)
    assert article.provenance["published"] == "date line"


def test_of_several_stories_on_a_page_the_one_with_its_heading_counts(tmp_path):
    other = {"@type": "NewsArticle", "headline": "Another", "datePublished": "2020-01-01"}
    head = linked_data(other, story(datePublished="2024-12-07"))
    assert one(tmp_path / "a.html", page(head)).published == DAY


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("windows-1252", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("shift_jis", "shift_jis"),
        ("utf-8", "utf-8"),
        ("utf-8", "utf-16"),
        ("iso-8859-1", "utf-8"),
        ("no-such-thing", "utf-8"),
        ("punycode", "utf-8"),
    ],
)
def test_the_encoding_that_a_page_names(tmp_path, charset, encoding):
    told = "The café in Malmö" if encoding != "shift_jis" else "東京"
    html = page(body=f"<p>{BODY} {told}</p>").replace('"utf-8"', f'"{charset}"').replace("©", "")
    assert one(tmp_path / "a.html", html.encode(encoding)).text.endswith(told)


def test_pictures_inside_a_page_do_not_make_it_too_large(tmp_path):
    picture = f'<img src="data:image/png;base64,{"A" * 12_000_000}">'
    body = picture + "".join(f"<p>{part}</p>" for part in BODY.split("\n\n"))
    assert one(tmp_path / "a.html", page(body=body)).text == BODY


def test_a_page_of_very_many_elements_is_read_more_simply(tmp_path):
    body = "".join(f"<p>{FIRST} <b>{n}</b></p>" for n in range(3000)) + "<nav>Home</nav>"
    assert is_ordinary(parsed(page())) and not is_ordinary(parsed(page(body=body)))
    article = one(tmp_path / "a.html", page(body=body))
    assert article.title == TITLE
    assert article.text.split("\n\n") == [f"{FIRST} {n}" for n in range(3000)]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "is empty."),
        ("   ", "is empty."),
        ("<html></html>", "holds no article"),
        ('<div id="root"></div><script>draw()</script>', "holds no article"),
        ("<p>" * 2_000_000, "more markup"),
        (b"%PDF-1.4 ...", "is a PDF by its contents"),
        (b"\x00\x01\x02\x03", "is not a text file"),
    ],
)
def test_a_page_without_a_story_is_one_problem(tmp_path, html, reason):
    [problem] = read(tmp_path / "a.html", html)
    assert isinstance(problem, Problem)
    assert problem.reason.startswith("a.html") and reason in problem.reason


def test_markup_in_text_stays_text(tmp_path):
    body = f"<p>{BODY}</p><p>He wrote &lt;script&gt;alert(1)&lt;/script&gt; on the wall.</p>"
    assert "<script>alert(1)</script>" in one(tmp_path / "a.html", page(body=body)).text


def test_the_language_of_a_page_is_that_of_its_words(tmp_path):
    body = (
        "<p>Die Minister der drei Länder haben sich am Samstag in der Hafenstadt getroffen und um "
        "eine Waffenruhe gebeten, sagte ein Sprecher, der mit den anderen gesprochen hat.</p>"
    )
    for lang, said in (("de", "html lang"), ("en", 'by its words, though "en" is declared')):
        article = one(tmp_path / "a.html", page(body=body, lang=lang))
        assert (article.language, article.provenance["language"]) == ("de", said)


def test_a_page_saved_as_one_file(tmp_path):
    article = one(tmp_path / "a.mhtml", mhtml(page(meta("article:published_time", "2024-12-07"))))
    assert (article.title, article.text, article.published, article.url) == (TITLE, BODY, DAY, URL)
    assert article.provenance["url"] == "saved from"


def test_an_archived_page_without_a_page_is_a_problem(tmp_path):
    [problem] = read(tmp_path / "a.mhtml", b"Subject: x\n\nno page")
    assert isinstance(problem, Problem) and "holds no page" in problem.reason
