"""Saved web pages: the story, and what the page says of it."""

import datetime as dt
import json

import pytest

from index.formats.markup import parsed
from index.formats.story import is_ordinary
from index.records import Article, Problem
from tests.reading import one, read
from tests.samples import BODY, FIRST, TITLE, URL, mhtml, page, told

DAY = dt.date(2024, 12, 7)


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


def linked_data(*stories: dict[str, object]) -> str:
    return f'<script type="application/ld+json">{json.dumps(list(stories))}</script>'


def story(**fields: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "headline": TITLE, **fields}


def test_the_story_without_what_stands_around_it():
    article = one("a.html", page())
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
def test_what_a_page_says_of_itself(head, field, value, where):
    article = one("a.html", page(head))
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
def test_what_is_no_fact_of_the_story_is_left_unknown(head):
    article = one("a.html", page(head))
    assert told(article).keys() == {"title"}
    assert article.text == BODY


@pytest.mark.parametrize(
    "comment",
    [
        f"<!-- saved from url=(0045){URL} -->",
        f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: Wed Feb 11 2026 -->",
    ],
)
def test_when_a_page_was_saved_is_no_date(comment):
    article = one("a.html", comment + page())
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
def test_time_elements(time, published, where):
    body = f"<p>{time}</p>" + "".join(f"<p>{part}</p>" for part in BODY.split("\n\n"))
    article = one("a.html", page(body=body))
    assert (article.published, article.provenance.get("published")) == (published, where)


def test_a_byline_and_a_date_line_in_the_text_tell_what_the_marks_do_not():
    lines = ("By Ola Berg", "7 December 2024", *BODY.split("\n\n"))
    article = one("a.html", page(body="".join(f"<p>{line}</p>" for line in lines)))
    assert (article.authors, article.published, article.text) == (("Ola Berg",), DAY, BODY)
    assert article.provenance["published"] == "date line"


def test_of_several_stories_on_a_page_the_one_with_its_heading_counts():
    other = {"@type": "NewsArticle", "headline": "Another", "datePublished": "2020-01-01"}
    head = linked_data(other, story(datePublished="2024-12-07"))
    assert one("a.html", page(head)).published == DAY


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
def test_the_encoding_that_a_page_names(charset, encoding):
    told = "The café in Malmö" if encoding != "shift_jis" else "東京"
    html = page(body=f"<p>{BODY} {told}</p>").replace('"utf-8"', f'"{charset}"').replace("©", "")
    assert one("a.html", html.encode(encoding)).text.endswith(told)


def test_pictures_inside_a_page_do_not_make_it_too_large():
    picture = f'<img src="data:image/png;base64,{"A" * 12_000_000}">'
    body = picture + "".join(f"<p>{part}</p>" for part in BODY.split("\n\n"))
    assert one("a.html", page(body=body)).text == BODY


def test_a_page_of_very_many_elements_is_read_more_simply():
    body = "".join(f"<p>{FIRST} <b>{n}</b></p>" for n in range(3000)) + "<nav>Home</nav>"
    assert is_ordinary(parsed(page())) and not is_ordinary(parsed(page(body=body)))
    article = one("a.html", page(body=body))
    assert article.title == TITLE
    assert article.text.split("\n\n") == [f"{FIRST} {n}" for n in range(3000)]


def test_markup_in_text_stays_text():
    body = f"<p>{BODY}</p><p>He wrote &lt;script&gt;alert(1)&lt;/script&gt; on the wall.</p>"
    assert "<script>alert(1)</script>" in one("a.html", page(body=body)).text


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
P1, P2, P3 = (f"<p>{part}</p>" for part in BODY.split("\n\n"))


@pytest.mark.parametrize(
    "html",
    [
        f"<aside><h1>{TITLE}</h1>{P1}{P2}{P3}</aside>",
        f"<form><h1>{TITLE}</h1>{P1}{P2}{P3}</form>",
        f"<div class='sidebar-layout'><h1>{TITLE}</h1>{P1}{P2}{P3}</div>",
        f"<h1>{TITLE}</h1><div class=a>{P1}</div><div class=ad-1><p>Advertisement</p><p>Buy our "
        f"tyres now, before the winter comes.</p></div><div class=a>{P2}{P3}</div>",
        f"<h1>{TITLE}</h1>{P1}<p>Advertisement</p>{P2}{P3}",
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
    ],
)
def test_the_story_is_read_where_it_stands_and_nothing_else(html):
    found = read("a.html", f"<title>{TITLE}</title><body>{html}")
    [article] = [item for item in found if isinstance(item, Article)]
    assert (article.title, article.text) == (TITLE, BODY)


def test_lists_and_tables_are_kept_and_a_row_is_one_line():
    html = (
        f"<h1>{TITLE}</h1>{P1}<ul><li>A stove.</li><li>A <b>boat</b></li></ul><table>"
        "<tr><th>Port</th><th>Boats</th></tr><tr><td>Kelm</td><td>12</td></tr>"
        f"<tr><td>Ostby</td><td><a href=/o>9</a></td></tr></table>{P2}"
    )
    text = one("a.html", f"<body>{html}").text
    lines = ["A stove.", "A boat", "Port | Boats", "Kelm | 12", "Ostby | 9"]
    assert text.split("\n\n") == [BODY.split("\n\n")[0], *lines, BODY.split("\n\n")[1]]


def test_in_a_gallery_captions_are_the_text():
    figures = "".join(
        f"<figure><img src=a.jpg><figcaption>{part}</figcaption></figure>"
        for part in BODY.split("\n\n")
    )
    assert one("a.html", f"<body><h1>{TITLE}</h1>{figures}").text == BODY
    beside = one("b.html", f"<body><h1>{TITLE}</h1>{P1}{P2}<figcaption>Boats.</figcaption>")
    assert "Boats" not in beside.text


def test_a_page_of_nothing_but_a_notice_is_no_article():
    notice = f"<div id=consent><h2>Your privacy</h2><p>{CONSENT}</p></div>"
    [problem] = read("a.html", f"<title>{TITLE}</title><body>{notice}")
    assert isinstance(problem, Problem) and "holds no article" in problem.reason


@pytest.mark.parametrize("mark", [False, "False", "https://schema.org/False"])
def test_a_page_that_is_not_free_is_told_and_its_offer_is_no_text(mark):
    body = (
        f"{P1}{P2}<h3>Keep reading</h3><p>{OFFER}</p><p>Over 80,000 readers trust us every day.</p>"
    )
    found = read("a.html", page(linked_data(story(isAccessibleForFree=mark)), body))
    [article, warning] = found
    assert isinstance(article, Article) and isinstance(warning, Problem) and warning.warning
    assert article.text == "\n\n".join(BODY.split("\n\n")[:2])
    assert article.doubts and "says that it is not free: the 166 characters" in warning.reason


def test_what_is_free_is_not_told():
    head = linked_data(story(isAccessibleForFree=True, hasPart={"isAccessibleForFree": "true"}))
    assert one("a.html", page(head)).doubts == ()


def test_an_offer_that_stands_in_a_story_is_its_text():
    body = f"{P1}<p>“{OFFER}” the leaflet of the harbour said.</p>{P2}"
    assert OFFER in one("a.html", page(body=body)).text


def test_how_much_of_a_page_was_read_is_told_where_it_is_little():
    hidden = "".join(f"<p>{part} {part}</p>" for part in BODY.split("\n\n"))
    body = f"{P1}<div style='display: none'>{hidden}</div>{P2}"
    [article, warning] = read("a.html", page(body=body))
    assert isinstance(article, Article) and isinstance(warning, Problem)
    assert (
        "kept 25% of the visible text; 3 blocks were left out; the longest begins “"
        in warning.reason
    )
    assert warning.reason.endswith(article.doubts[0])


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
    text = one("a.html", html).text
    assert text.split("\n\n") == [
        FIRST,
        "The count rises",
        f"{first}Nineteen boats are missing now, the harbour master says.",
        f"{first}The search goes on until it is dark, and longer if need be.",
        f"{second}Twelve boats are missing, the harbour master says in a first count.",
    ]


def test_times_in_a_story_make_no_live_blog():
    body = (
        f'{P1}<p>At <time datetime="2024-12-07T18:30">half past six</time> they left.</p>{P2}{P3}'
    )
    assert "At half past six they left." in one("a.html", page(body=body)).text


@pytest.mark.parametrize(
    "time",
    [
        '<span>Last updated</span> <time datetime="2024-12-08">x</time>',
        '<p><b>Updated:</b> <time datetime="2024-12-08">x</time></p>',
    ],
)
def test_the_time_of_a_change_is_not_that_of_publication(time):
    assert one("a.html", page(body=f"<div>{time}</div>{P1}{P2}")).published is None
