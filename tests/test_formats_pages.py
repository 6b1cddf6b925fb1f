"""Saved web pages: the story, and what the page says of it."""

import datetime as dt
import json

import pytest

from index.records import Article, Problem
from tests import page_texts
from tests.page_shapes import shapes, share
from tests.reading import one, read, reasons
from tests.samples import BODY, FIRST, TITLE, URL, mhtml, page, told

DAY = dt.date(2024, 12, 7)
P1, P2, P3 = (f"<p>{part}</p>" for part in BODY.split("\n\n"))


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


def linked_data(*stories: dict[str, object]) -> str:
    return f'<script type="application/ld+json">{json.dumps(list(stories))}</script>'


def story(**fields: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "headline": TITLE, **fields}


OTHER = {"@type": "NewsArticle", "headline": "Another", "datePublished": "2020-01-01"}


@pytest.mark.parametrize(("head", "field", "value", "where"), [
    (linked_data(story(datePublished="2024-12-07T23:30:00-05:00")), "published", DAY,
     "JSON-LD datePublished"),
    (linked_data({"@graph": [{"@type": "WebPage"}, story(datePublished="2024-12-07")]}),
     "published", DAY, "JSON-LD datePublished"),
    (linked_data(OTHER, story(datePublished="2024-12-07")), "published", DAY,
     "JSON-LD datePublished"),
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
    (f'<link rel="canonical" href="/2024/12/07/truce">{meta("og:url", URL)}', "url", URL,
     "canonical link"),
    (meta("og:url", URL), "url", URL, "meta tag og:url"),
    (linked_data(story(mainEntityOfPage={"@id": URL})), "url", URL, "JSON-LD mainEntityOfPage"),
    (f"<!-- saved from url=(0045){URL} -->", "url", URL, "saved from"),
    (f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: Wed Feb 11 2026 -->", "url",
     URL, "saved from"),
    ("", "title", TITLE, "heading"),
])  # fmt: skip
def test_what_a_page_says_of_itself(head, field, value, where):
    article = one("a.html", page(head))
    assert (getattr(article, field), article.provenance[field]) == (value, where)
    assert (article.text, told(article).keys()) == (BODY, {"title", field})


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
def test_what_is_no_fact_of_the_story_is_left_unknown(head):
    article = one("a.html", page(head))
    assert told(article).keys() == {"title"}
    assert article.text == BODY


@pytest.mark.parametrize(
    ("time", "published", "where"),
    [
        ('<time datetime="2024-12-07T10:00Z">x</time>', DAY, "the page's only time element"),
        ('<time itemprop="datePublished">7 December 2024</time><time>8 December 2024</time>', DAY,
         "time element, marked as published"),
        ("<time>7 December 2024</time> <time>8 December 2024</time>", None, None),
        ('Updated: <time datetime="2024-12-08">x</time>', None, None),
        ('<span>Last updated</span> <time datetime="2024-12-08">x</time>', None, None),
        ('<b>Updated:</b> <time datetime="2024-12-08">x</time>', None, None),
        ("7 December 2024</p><p>By Ola Berg", DAY, "date line"),
    ],
)  # fmt: skip
def test_days_on_a_page(time, published, where):
    article = one("a.html", page(body=f"<p>{time}</p>{P1}{P2}{P3}"))
    assert (article.published, article.provenance.get("published")) == (published, where)
    assert article.authors == (("Ola Berg",) if "Ola" in time else ())


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("windows-1252", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("shift_jis", "shift_jis"),
        ("utf-8", "utf-16"),
        ("iso-8859-1", "utf-8"),
        ("no-such-thing", "utf-8"),
        ("punycode", "utf-8"),
    ],
)
def test_the_encoding_that_a_page_names(charset, encoding):
    words = "The café in Malmö" if encoding != "shift_jis" else "東京"
    html = page(body=f"<p>{BODY} {words}</p>").replace('"utf-8"', f'"{charset}"').replace("©", "")
    assert one("a.html", html.encode(encoding)).text.endswith(words)


def test_a_page_of_very_many_elements_or_with_pictures_inside_is_read_more_simply():
    picture = f'<img src="data:image/png;base64,{"A" * 12_000_000}">'
    body = "".join(f"<p>{FIRST} <b>{n}</b></p>" for n in range(3000)) + "<nav>Home</nav>"
    article = one("a.html", page(body=picture + body))
    assert article.title == TITLE
    assert article.text.split("\n\n") == [f"{FIRST} {n}" for n in range(3000)]


def test_the_language_of_a_page_is_that_of_its_words():
    body = (
        "<p>Die Minister der drei Länder haben sich am Samstag in der Hafenstadt getroffen und um "
        "eine Waffenruhe gebeten, sagte ein Sprecher, der mit den anderen gesprochen hat.</p>"
    )
    for lang, said in (("de", "html lang"), ("en", 'by its words, though "en" is declared')):
        article = one("a.html", page(body=body, lang=lang))
        assert (article.language, article.provenance["language"]) == ("de", said)


def test_a_page_saved_as_one_file():
    article = one("a.mhtml", mhtml(page(meta("article:published_time", "2024-12-07"))))
    assert (article.title, article.text, article.published, article.url) == (TITLE, BODY, DAY, URL)
    assert article.provenance["url"] == "saved from"


# --- what is a story and what is not -----------------------------------------------------------

CONSENT = (
    "We and our 90 partners use cookies to show advertising that fits and to process personal "
    "data. You can accept or refuse, and withdraw your consent at any time."
)
OFFER = "Subscribe now for 3 crowns a month and keep reading. Cancel at any time."


@pytest.mark.parametrize(
    "html",
    [
        f"<aside><h1>{TITLE}</h1>{P1}{P2}{P3}</aside>",
        f"<div class='sidebar-layout'><h1>{TITLE}</h1>{P1}{P2}{P3}</div>",
        f"<h1>{TITLE}</h1><div class=a>{P1}</div><div class=ad-1><p>Advertisement</p><p>Buy our "
        f"tyres now, before the winter comes.</p></div><div class=a>{P2}{P3}</div>",
        f"<h1>{TITLE}</h1>" + "".join(f"<div class=widget-text>{p}</div>" for p in (P1, P2, P3)),
        f"<div><p>{CONSENT}</p><p>{CONSENT}</p></div><div><h1>{TITLE}</h1>{P1}{P2}{P3}</div>",
        f"<div role=dialog><h2>Privacy</h2><p>{CONSENT * 9}</p></div><h1>{TITLE}</h1>{P1}{P2}{P3}",
        f"<h1>{TITLE}</h1>{P1}{P2}{P3}<div class=teaser><h3><a href=/x>Other</a></h3>{FIRST}</div>",
        f"<table><tr><td><a href=/>Home</a><td><h1>{TITLE}</h1>{P1}{P2}{P3}</table>",
        f"<h1>{TITLE}</h1>{P1}{P2}{P3}<h2>Read on</h2><p>{OFFER}</p>",
        f"<h1>{TITLE}</h1>" + "<br><br>".join(BODY.split("\n\n")),
        f"<h1>{TITLE}</h1><div>" + P1.replace("three", "<i>three</i>") + f"{P2}{P3}</div>",
        f"<article><h1>{TITLE}</h1>{P1}{P2}{P3}</article><article><h1>Another</h1><p>A ferry "
        "went aground on Sunday, and nobody was hurt.</p></article>",
        f"<h1>{TITLE}</h1>" + "".join(  # a gallery
            f"<figure><img src=a.jpg><figcaption>{text}</figcaption></figure>"
            for text in BODY.split("\n\n")),
        f"<h1>{TITLE}</h1>{P1}{P2}{P3}<figcaption>Boats.</figcaption>",
        f"<article><h1>{TITLE}</h1>{P1}{P2}{P3}</article>"  # which nothing else marks
        + "<div class=x><p>My grandmother would have told it in half the words.</p></div>" * 4,
    ],
)  # fmt: skip
def test_the_story_is_read_where_it_stands_and_nothing_else(html):
    [article, *_] = read("a.html", f"<title>{TITLE}</title><body>{html}")
    assert isinstance(article, Article)
    assert (article.title, article.text) == (TITLE, BODY)


@pytest.mark.parametrize(
    ("between", "lines"),
    [
        ("<ul><li>A stove.</li><li>A <b>boat</b></li></ul>", ["A stove.", "A boat"]),
        ("<table><tr><th>Port</th><th>Boats</th></tr><tr><td>Kelm</td><td>12</td></tr>"
         "<tr><td>Ostby</td><td><a href=/o>9</a></td></tr></table>",
         ["Port | Boats", "Kelm | 12", "Ostby | 9"]),
        (f"<p>“{OFFER}” the leaflet of the harbour said.</p>",
         [f"“{OFFER}” the leaflet of the harbour said."]),
        ("<p>He wrote &lt;script&gt;alert(1)&lt;/script&gt; on the wall.</p>",
         ["He wrote <script>alert(1)</script> on the wall."]),
        ('<p>At <time datetime="2024-12-07T18:30">half past six</time> they left.</p>',
         ["At half past six they left."]),
    ],
)  # fmt: skip
def test_what_stands_in_a_story_is_kept(between, lines):
    text = one("a.html", f"<body><h1>{TITLE}</h1>{P1}{between}{P2}").text
    assert text.split("\n\n") == [FIRST, *lines, BODY.split("\n\n")[1]]


def test_a_page_of_nothing_but_a_notice_is_no_article():
    notice = f"<div id=consent><h2>Your privacy</h2><p>{CONSENT}</p></div>"
    [reason] = reasons(read("a.html", f"<title>{TITLE}</title><body>{notice}"))
    assert "holds no article" in reason


@pytest.mark.parametrize("mark", [False, "False", "https://schema.org/False"])
def test_a_page_that_is_not_free_is_told_and_its_offer_is_no_text(mark):
    offer = f"<h3>Keep reading</h3><p>{OFFER}</p><p>Over 80,000 readers trust us every day.</p>"
    head = linked_data(story(isAccessibleForFree=mark))
    [article, warning] = read("a.html", page(head, f"{P1}{P2}{offer}"))
    assert isinstance(article, Article) and isinstance(warning, Problem) and warning.warning
    assert article.text == "\n\n".join(BODY.split("\n\n")[:2])
    assert article.doubts and "says that it is not free: the 166 characters" in warning.reason


def test_what_is_free_is_not_told():
    head = linked_data(story(isAccessibleForFree=True, hasPart={"isAccessibleForFree": "true"}))
    assert one("a.html", page(head)).doubts == ()


def test_how_much_of_a_page_was_read_is_told_where_it_is_little():
    hidden = "".join(f"<p>{part} {part}</p>" for part in BODY.split("\n\n"))
    body = f"{P1}<div style='display: none'>{hidden}</div>{P2}"
    [article, warning] = read("a.html", page(body=body))
    said = "kept 25% of the visible text; 3 blocks were left out; the longest begins “"
    assert said in warning.reason and warning.reason.endswith(article.doubts[0])


LIVE = (
    '<article><time datetime="2024-12-07T09:05+01:00">09:05</time><p>Twelve boats are missing, the '
    "harbour master says in a first count.</p></article>"
    '<article><h2>The count rises</h2><time datetime="{}">4h ago</time><p>Nineteen boats are '
    "missing now, the harbour master says.</p><p>The search goes on until it is dark, and longer "
    "if need be.</p></article>"
)


@pytest.mark.parametrize(
    ("moment", "first", "second"),
    [
        ("2024-12-07T18:30+01:00", "18:30: ", "09:05: "),
        ("2024-12-08T02:30+01:00", "2024-12-08, 02:30: ", "2024-12-07, 09:05: "),
    ],
)
def test_a_live_blog_keeps_the_time_of_each_post_and_begins_with_the_newest(moment, first, second):
    html = f"<body><h1>{TITLE}</h1>{P1}<div>{LIVE.format(moment)}</div>"
    assert one("a.html", html).text.split("\n\n") == [
        FIRST,
        "The count rises",
        f"{first}Nineteen boats are missing now, the harbour master says.",
        f"{first}The search goes on until it is dark, and longer if need be.",
        f"{second}Twelve boats are missing, the harbour master says in a first count.",
    ]


# --- after the markup of well-known outlets ------------------------------------------------------


PAGES = dict(shapes())
TOLD = {
    "rich_links": "ends with an offer to read on",
    "barrier": "says that it is not free",
    "teased_subscriber": "says that it is not free",
    "member_letter": "says that it is not free",
    "short_item": "kept 4",
}
"""What is told of pages; of the last it is a false alarm, since more is said around the item."""


@pytest.mark.parametrize("name", PAGES)
def test_of_a_page_its_story_is_read_and_what_it_says_of_itself(name):
    made = PAGES[name]
    article, *problems = read(f"{name}.html", made.html)
    assert isinstance(article, Article)
    lost, let_in = share(made, article.title, article.text)
    assert (lost, let_in) == ([], [])
    day = dt.date.fromisoformat(page_texts.DAY) if made.published else None
    found = article.title, article.published, article.authors, article.publisher
    assert found == (made.title, day, (made.author,), page_texts.OUTLET)
    assert len(problems) == (name in TOLD)
    assert all(TOLD[name] in reason for reason in reasons(problems))
