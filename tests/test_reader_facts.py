"""What every format says of a text's language, of its last change and of corrections."""

import datetime as dt
import json

import pytest

from index.records import Article, Problem
from tests.reading import read
from tests.samples import BODY, atom, docx, letter, page, paragraph, rss, rss_item


def one(name: str, data: object) -> Article:
    [article] = [item for item in read(name, data) if isinstance(item, Article)]
    return article


NAMES = "Ola Berg. Lena Dahl. Tor Vik."  # words that tell no language


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("a.html", page(body=f"<p>{NAMES}</p>" * 3, lang="fr-BE"), "html lang"),
        ("a.md", f"---\nlang: fr\n---\n{NAMES}", "front matter"),
        ("a.rss", rss(rss_item(NAMES), head="<title>M</title><language>fr</language>"), "feed"),
        (
            "b.rss",
            rss(rss_item(NAMES, **{"dc:language": "fr"}), head="<title>M</title>"),
            "feed entry",
        ),
        ("a.jsonl", json.dumps({"text": NAMES, "language": "fra"}), "row"),
        ("a.csv", f"text,Language\n{NAMES},fr_FR\n", "row"),
        ("a.eml", f"Content-Language: fr, en\n\n{NAMES}\n", "Content-Language header"),
        (
            "a.docx",
            docx(paragraph(NAMES), properties={"language": "fr-FR"}),
            "document properties",
        ),
    ],
)  # fmt: skip
def test_the_language_is_what_the_format_says(name, data, where):
    article = one(name, data)
    assert (article.language, article.provenance["language"]) == ("fr", where)


@pytest.mark.parametrize(
    ("declared", "text", "language", "where"),
    [
        ("en", BODY, "en", "front matter"),
        ("", BODY, "en", "by its words"),
        ("fr", BODY, "en", 'by its words, though "fr" is declared'),
        ("tlh", NAMES, "", None),
        ("", NAMES, "", None),
    ],
)
def test_the_words_are_believed_where_they_tell(declared, text, language, where):
    front = f"---\nlang: {declared}\n---\n" if declared else ""
    article = one("a.md", front + text)
    assert (article.language, article.provenance.get("language")) == (language, where)


CHANGED = dt.datetime(2024, 12, 8, 16, 30, tzinfo=dt.UTC)
ISO = "2024-12-08T18:30:00+02:00"
STORY = {"@type": "NewsArticle", "datePublished": "2024-12-07T10:00:00Z", "dateModified": ISO}


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        (
            "a.html",
            page(f'<script type="application/ld+json">{json.dumps(STORY)}</script>'),
            "JSON-LD dateModified",
        ),
        (
            "b.html",
            page(f'<meta property="article:modified_time" content="{ISO}">'),
            "meta tag article:modified_time",
        ),
        ("a.md", f"---\ndate: 2024-12-07T10:00Z\nupdated: {ISO}\n---\n{BODY}", "front matter"),
        ("b.md", f"---\ndate: {ISO}\n---\n{BODY}", "front matter"),
        ("a.jsonl", json.dumps({"text": BODY, "date": "2024-12-07", "updated_at": ISO}), "row"),
        (
            "a.atom",
            atom(f"<title>T</title><updated>{ISO}</updated><content>{BODY}</content>"),
            "feed entry",
        ),
        ("a.eml", letter(Date="Sun, 08 Dec 2024 18:30:00 +0200"), "Date header"),
    ],
)  # fmt: skip
def test_the_last_change(name, data, where):
    article = one(name, data)
    assert (article.as_of, article.provenance["as_of"]) == (CHANGED, where)


def test_the_last_change_on_a_date_line():
    line = "Published: 7 December 2024 | Updated: 8 December 2024"
    article = one("a.txt", f"Three ministers meet\n\n{line}\n\n{BODY}")
    assert article.published == dt.date(2024, 12, 7)
    assert article.as_of == dt.datetime(2024, 12, 8, tzinfo=dt.UTC)


def test_a_day_alone_is_no_moment():
    assert one("a.md", f"---\ndate: 2024-12-07\n---\n{BODY}").as_of is None


def test_notices_from_beside_the_text_come_first():
    text = f"{BODY}\n\nCorrection: two, not three."
    row = {"text": text, "correction": "The day was wrong.", "corrections": None}
    article = one("a.jsonl", json.dumps(row))
    assert article.corrections == ("The day was wrong.", "Correction: two, not three.")
    assert article.text == text  # what stands in it stays
    data = {**STORY, "correction": [{"@type": "CorrectionComment", "text": "The day was wrong."}]}
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    article = one("a.html", page(head))
    assert (article.corrections, article.provenance["corrections"]) == (
        ("The day was wrong.",),
        "JSON-LD correction",
    )


@pytest.mark.parametrize(
    ("name", "data", "warnings", "skips"),
    [
        ("a.md", f"---\ndate: soon\n---\n{BODY}", 1, 0),
        ("a.md", "---\ndate: soon\n---\n", 0, 2),
        ("a.txt", f"{BODY} “Café – {BODY}” ".encode() + b"\xff end.", 1, 0),
        ("a.jsonl", json.dumps({"text": BODY, "authors": 7}), 1, 0),
        ("a.jsonl", json.dumps({"text": "", "authors": 7}), 0, 2),
        ("a.jsonl", "{}\n" + json.dumps({"text": BODY, "authors": 7}), 1, 1),
        ("a.rss", rss("<item><title>T</title><description>Short.</description></item>"), 1, 0),
        ("a.rss", rss("<item><title>T</title></item>", rss_item()), 1, 1),
        ("a.png", b"\x89PNG", 0, 1),
    ],
)
def test_a_warning_is_of_what_was_read(name, data, warnings, skips):
    problems = [item for item in read(name, data) if isinstance(item, Problem)]
    assert [one.warning for one in problems].count(True) == warnings
    assert [one.warning for one in problems].count(False) == skips
