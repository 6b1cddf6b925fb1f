"""Rows of JSON and of tables, as crawlers write them and broken here and there."""

import datetime as dt
import json

import pytest

from index.records import Article
from tests.encoded import TEXTS
from tests.reading import one, read, reasons, texts
from tests.samples import BODY, FIRST, SECOND, THIRD, TITLE, URL, told

DAY = dt.date(2024, 12, 7)


def rows(*given: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in given)


# --- fields --------------------------------------------------------------------------------------


def test_a_row_with_everything():
    row = {
        "id": " story-1 ",
        "title": "Three ministers meet",
        "text": f"Three ministers meet\n{FIRST}\r\n{SECOND}\n\nOriginal url: https://example.org/b",
        "published": "2024-12-07T22:30:00+03:00",
        "publisher": "Meridian Wire",
        "url": "https://example.org/a",
        "authors": "Ola Berg and Lena Dahl",
    }
    known = ("title", "published", "publisher", "url", "authors", "as_of")
    assert one("news.jsonl", rows(row)) == Article(
        id="story-1",
        title="Three ministers meet",
        text=f"{FIRST}\n\n{SECOND}\n\nOriginal url: https://example.org/b",
        source="news.jsonl#story-1",
        published=DAY,
        publisher="Meridian Wire",
        url="https://example.org/a",
        authors=("Ola Berg", "Lena Dahl"),
        provenance={**dict.fromkeys(known, "row"), "language": "by its words"},
        language="en",
        as_of=dt.datetime(2024, 12, 7, 19, 30, tzinfo=dt.UTC),
    )


def test_a_row_with_text_only():
    data = rows({"text": f"By the way\n\n{BODY}\n\nENDS"})
    article = one("Old News.jsonl", data)
    assert article.id.startswith("old-news-") and len(article.id) == len("old-news-") + 8
    assert article.source == f"Old News.jsonl#{article.id}"
    assert article.text == f"By the way\n\n{BODY}"
    assert one("Old News.jsonl", data).id == article.id


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
        ({"text": "a < b & c, AT&T, the &foo;"}, "a < b & c, AT&T, the &foo;", ""),
    ],
)
def test_which_field_is_the_text(fields, text, doubt):
    article, *problems = read("a.json", fields)
    assert isinstance(article, Article) and article.text == text
    assert [one.startswith(doubt) for one in article.doubts] == [True] * bool(doubt)
    assert reasons(problems) == [f"a.json: {one}" for one in article.doubts]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("id", True, "a string or a whole number: true. An id was made up."),
        ("published", "soon", 'an ISO date: "soon". Write it as 2024-12-07.'),
        ("published", 20241207, "an ISO date: 20241207. Write it as 2024-12-07."),
        ("published", "07/12/2024", ""),
        ("title", ["a"], 'a string: ["a"]. The title was left empty.'),
        ("publisher", 3, "a string: 3. The publisher was left unknown."),
        ("url", "javascript:alert(1)", ""),
        ("authors", [1], ""),
        ("authors", {"first": "Ola"}, ""),
    ],
)
def test_a_field_that_cannot_be_used_is_reported_and_the_article_kept(field, value, said):
    first, problem, second = read(
        "news.jsonl", rows({"text": FIRST}, {"text": SECOND, field: value})
    )
    assert (first.text, second.text, told(second)) == (FIRST, SECOND, {})
    assert problem.warning and problem.source == "news.jsonl"
    assert problem.reason.startswith(f'news.jsonl, line 2: "{field}" is not {said}')


def test_what_is_empty_is_unknown_and_what_was_changed_is_not_published():
    for empty in (None, ""):
        names = ("id", "title", "published", "publisher", "url", "authors")
        assert told(one("a.jsonl", rows({"text": FIRST, **dict.fromkeys(names, empty)}))) == {}
    article = one("a.json", {"text": BODY, "date_modify": "2024-12-08 18:30:00", "authors": []})
    assert (article.published, article.authors) == (None, ())
    assert article.as_of == dt.datetime(2024, 12, 8, 18, 30, tzinfo=dt.UTC)


def test_a_date_line_in_a_row_is_believed_where_the_row_has_no_date():
    text = f"Saturday, December 7, 2024\n\n{BODY}"
    days = [None, "2024-12-07", "2024-12-08"]
    found = read("a.jsonl", rows(*({"text": text, "published": day} for day in days)))
    assert [article.published for article in found] == [DAY, DAY, dt.date(2024, 12, 8)]
    assert [article.text == BODY for article in found] == [True, True, False]


# --- JSON ----------------------------------------------------------------------------------------

ROW = {"id": "s-1", "text": FIRST}
OTHER = {"id": "s-2", "text": SECOND}
BOTH = ["#s-1", "#s-2"]


@pytest.mark.parametrize(
    ("name", "value", "sources"),
    [
        ("a.json", ROW, [""]),
        ("a.json", {"status": "ok", "article": ROW}, [""]),
        ("a.json", [ROW, OTHER], BOTH),
        ("a.json", {"response": {"tags": [{"id": "x"}], "docs": [ROW, OTHER]}}, BOTH),
        ("a.json", [{"article": ROW}], ["#s-1"]),
        ("a.json", rows(ROW, OTHER), BOTH),
        ("a.jsonl", json.dumps([ROW, OTHER], indent=1), BOTH),
        ("a.jsonl", b"\xef\xbb\xbf" + rows(ROW).encode(), ["#s-1"]),
        ("a.jsonl", rows(ROW).encode("utf-16"), ["#s-1"]),
        ("a.jsonl", rows({**ROW, "id": 7}), ["#7"]),
    ],
)
def test_where_the_articles_of_a_file_lie(name, value, sources):
    found = read(name, value)
    assert [item.source for item in found] == [f"{name}{source}" for source in sources]
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


NO_JSON = "is not valid JSON. Write one object per line, as JSON."
NO_TEXT = '"text" is missing or is not a string. Give the article\'s text.'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": ', NO_JSON),
        (b"[" * 100_000, NO_JSON),
        (b'{"text": ' + b"9" * 5000 + b"}", NO_JSON),
        (b'{"text": "\xff\x00"}', NO_JSON),
        (b"[1]", 'is not an object. Write {"text": "..."}.'),
        (b"{}", NO_TEXT),
        (b'{"text": 7}', NO_TEXT),
        (b'{"text": " \\n "}', '"text" is empty. Give the article\'s text.'),
    ],
)
def test_a_row_that_cannot_be_read_does_not_stop_the_others(line, reason):
    good = json.dumps({"text": FIRST}).encode()
    first, problem, last = read("news.jsonl", good + b"\n\n" + line + b"\n" + good)
    assert first.text == last.text == FIRST
    assert problem.reason == f"news.jsonl, line 3: {reason}"
    found = read("a.json", [ROW, 7, {"text": 7}, OTHER])
    assert texts(found) == [FIRST, SECOND]
    assert [reason[:18] for reason in reasons(found)] == [
        "a.json, article 2:",
        "a.json, article 3:",
    ]


def test_a_row_may_hold_half_of_a_surrogate_pair():
    article, warning = read("a.jsonl", r'{"text": "It \ud83d said.", "title": "\udc00"}')
    assert "could not be decoded (1)" in warning.reason
    assert article.text == "It \ufffd said."
    article.title.encode()


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table(separator, encoding):
    table = [
        ["Headline", "Body", "Date", "Authors", "Ignored"],
        ["The café", f'"{FIRST}\r\n\r\n{SECOND} “Yes”"', "2024-12-07", "Ola Berg", "x"],
        ["", FIRST, "", "", ""],
    ]
    data = "\r\n".join(separator.join(row) for row in table).encode(encoding)
    first, second = read("a.csv", data)
    assert (first.title, first.text) == ("The café", f"{FIRST}\n\n{SECOND} “Yes”")
    assert (first.published, first.authors) == (DAY, ("Ola Berg",))
    assert set(told(first).values()) == {"row"}
    assert (second.text, told(second)) == (FIRST, {})


def test_a_long_article_fits_into_a_table():
    text = f"{FIRST} " * 4000
    assert one("a.tsv", f"text\tid\n{text}\t7\n").text == text.strip()


UNCLOSED = "has a quotation that does not end, or goes on after its end. It was left out"


@pytest.mark.parametrize(
    ("lines", "ids", "wrong"),
    [
        (f'1,"{FIRST}\n2,"{SECOND}"\n3,{THIRD}', "23", f"line 2: {UNCLOSED}."),
        (f'1,"{FIRST}\n2,{THIRD}\n3,{THIRD}', "23", f"line 2: {UNCLOSED}."),
        (f'1,"One\n\nTwo, three\nFour\n2,"{SECOND}"', "2",
         f"line 2: {UNCLOSED}, with what follows it to line 5."),
        (f'1,"{THIRD}"\n2,"{SECOND}', "1", f"line 3: {UNCLOSED}."),
        (f"1,a,b,c\n2,{THIRD}\n,", "2", "line 2: has 4 values for 2 columns."),
        (f'1,"{THIRD} "Yes" he said"\n2,"{SECOND}"', "12", ""),
        (f'1,"{FIRST}\n\n{SECOND}"\n2,"{THIRD}"', "12", ""),
    ],
)  # fmt: skip
def test_a_broken_row_costs_that_row(lines, ids, wrong):
    found = read("a.csv", f"id,text\n{lines}\n")
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
        (["03/04/2025", "05/06/2025"], ["None", "None"]),
        (["03/04/2025", "05/13/2025", "13/05/2025"], ["None", "2025-05-13", "2025-05-13"]),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_the_order_of_day_and_month_is_that_of_the_column(name, dates, days):
    data: object = [{"Publish Date": date, "text": FIRST} for date in dates]
    if name == "a.csv":
        data = "Publish Date,text\n" + "".join(f'{date},"{FIRST}"\n' for date in dates)
    elif name == "a.jsonl":
        data = rows(*data)
    found = [item for item in read(name, data) if isinstance(item, Article)]
    assert [str(item.published) for item in found] == days


def test_a_table_has_one_encoding_and_one_line_of_doubt():
    text = TEXTS["en-cs"]
    lines = "".join(f'{number},"{text}"\n' for number in range(9))
    *found, plain = read("a.csv", f"id,text\n{lines}x,{THIRD}\n".encode("iso8859-2"))
    assert texts(found) == [text] * 9 and plain.doubts == ()
    assert len(reasons(found)) == 1 and "“Šťastná,” or “©»astná,”" in reasons(found)[0]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_inside_a_table_says_nothing_of_the_whole(mark):
    found = read("a.csv", b"title,text\n" + mark + f'Ola,"{FIRST}"\n'.encode())
    assert texts(found) == [FIRST]
