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
    ("name", "data", "language", "where"),
    [
        ("a.html", page(body=f"<p>{NAMES}</p>" * 3, lang="fr-BE"), "fr", "html lang"),
        ("a.md", f"---\nlang: fr\n---\n{NAMES}", "fr", "front matter"),
        ("a.rss", rss(rss_item(NAMES), head="<title>M</title><language>fr</language>"), "fr",
         "feed"),
        ("b.rss", rss(rss_item(NAMES, **{"dc:language": "fr"}), head="<title>M</title>"), "fr",
         "feed entry"),
        ("a.jsonl", {"text": NAMES, "language": "fra"}, "fr", "row"),
        ("a.csv", f"text,Language\n{NAMES},fr_FR\n", "fr", "row"),
        ("a.eml", f"Content-Language: fr, en\n\n{NAMES}\n", "fr", "Content-Language header"),
        ("a.docx", docx(paragraph(NAMES), properties={"language": "fr-FR"}), "fr",
         "document properties"),
        ("b.md", f"---\nlang: en\n---\n{BODY}", "en", "front matter"),
        ("c.md", BODY, "en", "by its words"),
        ("d.md", f"---\nlang: fr\n---\n{BODY}", "en", 'by its words, though "fr" is declared'),
        ("e.md", f"---\nlang: tlh\n---\n{NAMES}", "", None),
        ("f.md", NAMES, "", None),
    ],
)  # fmt: skip
def test_the_language_is_what_the_words_tell_or_else_the_format(name, data, language, where):
    article = one(name, data)
    assert (article.language, article.provenance.get("language")) == (language, where)


CHANGED = dt.datetime(2024, 12, 8, 16, 30, tzinfo=dt.UTC)
ISO = "2024-12-08T18:30:00+02:00"
STORY = {"@type": "NewsArticle", "datePublished": "2024-12-07T10:00:00Z", "dateModified": ISO}


def linked(data: object) -> str:
    return page(f'<script type="application/ld+json">{json.dumps(data)}</script>')


@pytest.mark.parametrize(
    ("name", "data", "changed", "where"),
    [
        ("a.html", linked(STORY), CHANGED, "JSON-LD dateModified"),
        ("b.html", page(f'<meta property="article:modified_time" content="{ISO}">'), CHANGED,
         "meta tag article:modified_time"),
        ("a.md", f"---\ndate: 2024-12-07T10:00Z\nupdated: {ISO}\n---\n{BODY}", CHANGED,
         "front matter"),
        ("b.md", f"---\ndate: {ISO}\n---\n{BODY}", CHANGED, "front matter"),
        ("c.md", f"---\ndate: 2024-12-07\n---\n{BODY}", None, None),
        ("a.jsonl", {"text": BODY, "date": "2024-12-07", "updated_at": ISO}, CHANGED, "row"),
        ("a.atom", atom(f"<title>T</title><updated>{ISO}</updated><content>{BODY}</content>"),
         CHANGED, "feed entry"),
        ("a.eml", letter(Date="Sun, 08 Dec 2024 18:30:00 +0200"), CHANGED, "Date header"),
        ("a.txt", f"Published: 7 December 2024 | Updated: 8 December 2024\n\n{BODY}",
         CHANGED.replace(hour=0, minute=0), "date line"),
    ],
)  # fmt: skip
def test_the_last_change(name, data, changed, where):
    article = one(name, data)
    assert (article.as_of, article.provenance.get("as_of")) == (changed, where)


def test_notices_from_beside_the_text_come_first():
    text = f"{BODY}\n\nCorrection: two, not three."
    row = {"text": text, "correction": "The day was wrong.", "corrections": None}
    article = one("a.jsonl", row)
    assert article.corrections == ("The day was wrong.", "Correction: two, not three.")
    assert article.text == text  # what stands in it stays
    noted = [{"@type": "CorrectionComment", "text": "The day was wrong."}]
    article = one("a.html", linked({**STORY, "correction": noted}))
    assert article.corrections == ("The day was wrong.",)
    assert article.provenance["corrections"] == "JSON-LD correction"


@pytest.mark.parametrize(
    ("name", "data", "warnings", "skips"),
    [
        ("a.md", f"---\ndate: soon\n---\n{BODY}", 1, 0),
        ("a.md", "---\ndate: soon\n---\n", 0, 2),
        ("a.jsonl", {"text": BODY, "authors": 7}, 1, 0),
        ("a.jsonl", {"text": "", "authors": 7}, 0, 2),
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
