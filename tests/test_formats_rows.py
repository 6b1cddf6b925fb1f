"""JSON of crawlers, tables that are broken here and there, escaped feeds, agencies' messages."""

import datetime as dt
import json

import pytest

from index.formats.escapes import line, paragraphs
from index.records import Article
from tests.encoded import TEXTS
from tests.reading import one, read, reasons, texts
from tests.samples import (
    BODY,
    FIRST,
    SECOND,
    THIRD,
    TITLE,
    URL,
    newsml,
    newsml_item,
    nitf,
    rss,
    sitemap,
)  # fmt: skip

DAY = dt.date(2024, 12, 7)


# --- fields --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"maintext": BODY, "date_publish": "2024-12-07 18:30:00", "date_download": "2025-01-01",
         "date_modify": None, "source_domain": "meridian.example", "url": URL, "title": TITLE},
        {"text": BODY, "publish_date": "2024-12-07T18:30:00+00:00", "meta_site_name":
         "meridian.example", "canonical_link": URL, "title": TITLE, "source_url":
         "https://meridian.example"},
        {"text": BODY, "date": "2024-12-07", "hostname": "meridian.example", "source": URL,
         "filedate": "2025-01-01", "title": TITLE},
        {"content": BODY, "publish_date": "2024-12-07", "url": URL, "headline": TITLE,
         "domain": "www.meridian.example"},
        {"story_text": BODY, "publication_date": "2024-12-07", "media_name": "meridian.example",
         "url": URL, "title": TITLE, "indexed_date": "2025-01-01"},
        {"Body Text": BODY, "Date Published": "2024-12-07", "Outlet": "meridian.example",
         "URL": URL, "Headline": TITLE},
        {"articleBody": BODY, "datePublished": "2024-12-07", "publisher": {"@type": "Organization",
         "name": "meridian.example"}, "url": URL, "headline": TITLE},
        {"content": {"rendered": f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"}, "link": URL,
         "title": {"rendered": TITLE}, "date": "2024-12-07T18:30:00",
         "site_name": "meridian.example"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_the_fields_of_crawlers(name, fields):
    article = one(name, fields)
    assert (article.text, article.title, article.url) == (BODY, TITLE, URL)
    assert (article.published, article.publisher) == (DAY, "meridian.example")


@pytest.mark.parametrize("key", ["publish_date", "Publish Date", "PublishDate", "publish-date"])
def test_case_spaces_and_underscores_do_not_matter(key):
    assert one("a.csv", f"text,{key}\n{FIRST},2024-12-07\n").published == DAY


def test_a_change_is_no_publication():
    article = one("a.json", {"text": BODY, "date_modify": "2024-12-08 18:30:00"})
    assert article.published is None
    assert article.as_of == dt.datetime(2024, 12, 8, 18, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("fields", "text", "doubt"),
    [
        ({"text": "", "content": BODY}, BODY, ""),
        ({"article": 17, "story": BODY}, BODY, ""),
        ({"text": "Read more.", "body": BODY}, BODY, ""),
        ({"text": URL, "body": BODY}, BODY, ""),
        ({"text": None, "description": FIRST}, FIRST, "holds no text but a summary"),
        ({"content": f"{FIRST}… [+1200 chars]"}, FIRST, "was cut off where it comes from"),
        ({"text": f"{FIRST} &ldquo;Yes&rdquo;"}, f"{FIRST} “Yes”", ""),
    ],
)
def test_which_field_is_the_text(fields, text, doubt):
    article, *problems = read("a.json", fields)
    assert isinstance(article, Article) and article.text == text
    assert [one.startswith(doubt) for one in article.doubts] == [True] * bool(doubt)
    assert reasons(problems) == [f"a.json: {one}" for one in article.doubts]


# --- JSON ----------------------------------------------------------------------------------------

ROW = {"id": "s-1", "text": FIRST}
OTHER = {"id": "s-2", "text": SECOND}


@pytest.mark.parametrize(
    ("value", "sources"),
    [
        (ROW, ["a.json"]),
        ({"status": "ok", "article": ROW}, ["a.json"]),
        ([ROW, OTHER], ["a.json#s-1", "a.json#s-2"]),
        ({"articles": [ROW, OTHER]}, ["a.json#s-1", "a.json#s-2"]),
        ({"response": {"tags": [{"id": "x"}], "docs": [ROW, OTHER]}}, ["a.json#s-1", "a.json#s-2"]),
        ([{"article": ROW}], ["a.json#s-1"]),
        (f"{json.dumps(ROW)}\n{json.dumps(OTHER)}\n", ["a.json#s-1", "a.json#s-2"]),
    ],
)
def test_where_the_articles_of_a_json_file_lie(value, sources):
    found = read("a.json", value)
    assert [item.source for item in found] == sources
    assert texts(found) == [FIRST, SECOND][: len(sources)]


def test_a_json_feed_names_its_publisher():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Meridian Daily",
        "language": "en-GB",
        "items": [{"id": "9", "url": URL, "content_html": f"<p>{FIRST}</p><p>{SECOND}</p>",
                   "date_published": "2024-12-07T23:30:00-05:00",
                   "authors": [{"name": "Ola Berg"}]}],
    }  # fmt: skip
    article = one("a.json", feed)
    assert article.text == f"{FIRST}\n\n{SECOND}"
    assert (article.publisher, article.authors) == ("Meridian Daily", ("Ola Berg",))
    assert (article.published, article.language) == (DAY, "en")
    assert article.as_of == dt.datetime(2024, 12, 8, 4, 30, tzinfo=dt.UTC)


def test_one_of_a_list_that_cannot_be_used_does_not_stop_the_others():
    found = read("a.json", [ROW, 7, {"text": 7}, OTHER])
    assert texts(found) == [FIRST, SECOND]
    assert reasons(found) == [
        'a.json, article 2: is not an object. Write {"text": "..."}.',
        'a.json, article 3: "text" is missing or is not a string. Give the article\'s text.',
    ]


# --- tables --------------------------------------------------------------------------------------

UNCLOSED = "has a quotation that does not end, or goes on after its end. It was left out"


@pytest.mark.parametrize(
    ("rows", "ids", "wrong"),
    [
        (f'1,"{FIRST}\n2,"{SECOND}"\n3,{THIRD}', "23", f"line 2: {UNCLOSED}."),
        (f'1,"{FIRST}\n2,{THIRD}\n3,{THIRD}', "23", f"line 2: {UNCLOSED}."),
        (f'1,"One\n\nTwo, three\nFour\n2,"{SECOND}"', "2",
         f"line 2: {UNCLOSED}, with what follows it to line 5."),
        (f'1,"{THIRD}"\n2,"{SECOND}', "1", f"line 3: {UNCLOSED}."),
        (f"1,a,b,c\n2,{THIRD}", "2", "line 2: has 4 values for 2 columns."),
        (f'1,"{THIRD} "Yes" he said"\n2,"{SECOND}"', "12", ""),
        (f'1,"{FIRST}\n\n{SECOND}"\n2,"{THIRD}"', "12", ""),
    ],
)  # fmt: skip
def test_a_broken_row_costs_that_row(rows, ids, wrong):
    found = read("a.csv", f"id,text\n{rows}\n")
    assert [item.id for item in found if isinstance(item, Article)] == list(ids)
    assert [reason.startswith(f"a.csv, {wrong}") for reason in reasons(found)] == [True] * bool(
        wrong
    )


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (["03.04.2025", "13.05.2025"], ["2025-04-03", "2025-05-13"]),
        (["03/04/2025 10:30", "13/05/2025"], ["2025-04-03", "2025-05-13"]),
        (["03/04/2025", "05/13/2025"], ["2025-03-04", "2025-05-13"]),
        (["03/04/2025", "05/06/2025"], [None, None]),
        (["03/04/2025", "05/13/2025", "13/05/2025"], [None, "2025-05-13", "2025-05-13"]),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_the_order_of_day_and_month_is_that_of_the_column(name, dates, days):
    rows = [{"id": str(n), "date": date, "text": FIRST} for n, date in enumerate(dates)]
    if name == "a.csv":
        lines = [f'{row["id"]},{row["date"]},"{row["text"]}"\n' for row in rows]
        data = "id,date,text\n" + "".join(lines)
    else:
        data = "".join(f"{json.dumps(row)}\n" for row in rows)
        data = data if name == "a.jsonl" else json.dumps(rows)
    found = [item for item in read(name, data) if isinstance(item, Article)]
    assert [one.published and one.published.isoformat() for one in found] == days


def test_a_table_has_one_encoding_and_one_line_of_doubt():
    text = TEXTS["en-cs"]
    rows = "".join(f'{number},"{text}"\n' for number in range(9))
    found = read("a.csv", f"id,text\n{rows}".encode("iso8859-2"))
    assert len(texts(found)) == 9 and set(texts(found)) == {text}
    assert len(reasons(found)) == 1 and "“Šťastná,” or “©»astná,”" in reasons(found)[0]


# --- feeds and messages --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        f"<![CDATA[<p>{FIRST}</p><p>&ldquo;Yes.&rdquo;</p>]]>",
        f"<![CDATA[<p>{FIRST}</p><p>&amp;ldquo;Yes.&amp;rdquo;</p>]]>",
        f"&lt;p&gt;{FIRST}&lt;/p&gt;&lt;p&gt;&amp;ldquo;Yes.&amp;rdquo;&lt;/p&gt;",
        f"&lt;![CDATA[&lt;p&gt;{FIRST}&lt;/p&gt;&lt;p&gt;&amp;ldquo;Yes.&amp;rdquo;&lt;/p&gt;]]&gt;",
        f"&amp;lt;p&amp;gt;{FIRST}&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;&amp;amp;ldquo;Yes.&amp;amp;rdquo;"
        "&amp;lt;/p&amp;gt;",
    ],
)
def test_escaped_entries_of_a_feed(written):
    item = (
        f"<item><title>&amp;amp;ldquo;Yes&amp;amp;rdquo; &amp;amp; no</title><description>{written}"
    )
    [article] = [one for one in read("a.rss", rss(f"{item}</description></item>"))
                 if isinstance(one, Article)]  # fmt: skip
    assert article.text == f"{FIRST}\n\n“Yes.”"
    assert article.title == "“Yes” & no"


@pytest.mark.parametrize("text", ["a < b & c", "AT&T", "The &foo; was &unknown", "5 &lt 6"])
def test_what_only_looks_like_markup_stays(text):
    assert [one.text for one in paragraphs(text)] == [text] and line(text) == text


def test_a_story_as_nitf():
    article = one("a.xml", nitf())
    assert article.text == f"{FIRST}\n\nWhat comes next\n\n{SECOND}"
    assert (article.title, article.published) == (TITLE, DAY)
    assert (article.publisher, article.authors) == ("Harbour Wire", ("Ola Berg",))
    assert article.as_of == dt.datetime(2024, 12, 7, 17, 30, tzinfo=dt.UTC)


def test_a_message_of_newsml():
    picture = "<remoteContent href='a.jpg'/>"
    found = read(
        "a.xml",
        newsml(
            newsml_item(1),
            newsml_item(2, status="canceled"),
            newsml_item(3, content=picture),
            newsml_item(4, content=f"<inlineData>{FIRST}</inlineData>"),
            newsml_item(5, content=f"<inlineXML>{nitf(title='Another')}</inlineXML>"),
        ),
    )
    assert texts(found) == [
        f"{FIRST}\n\n{SECOND}", FIRST, f"{FIRST}\n\nWhat comes next\n\n{SECOND}"
    ]  # fmt: skip
    assert reasons(found) == ["a.xml: urn:wire:2 was withdrawn by its agency."]
    first = found[0]
    assert isinstance(first, Article)
    assert (first.title, first.published, first.publisher) == (f"{TITLE} 1", DAY, "Harbour Wire")
    assert first.as_of == dt.datetime(2024, 12, 8, 16, 30, tzinfo=dt.UTC)


def test_a_sitemap_is_named_as_one():
    [reason] = reasons(read("a.xml", sitemap(URL, f"{URL}-2")))
    assert reason == (
        "a.xml is a sitemap: a list of 2 addresses, no articles. Ingest those of its addresses "
        "that you want."
    )


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_inside_a_table_says_nothing_of_the_whole(mark: bytes) -> None:
    found = read("a.csv", b"title,text\n" + mark + f'Ola,"{FIRST}"\n'.encode())
    assert texts(found) == [FIRST]


def test_a_prefix_that_nothing_declares_is_no_crash() -> None:
    assert reasons(read("a.xml", b"<ni:f><\xff8head><title>The bridge</title>"))
