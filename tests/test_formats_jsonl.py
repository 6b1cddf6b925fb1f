"""Rows of JSON: each is an article, and what is wrong with one costs that row."""

import datetime as dt
import json

import pytest

from index.records import Article
from tests.reading import one, read
from tests.samples import told

DAY = dt.date(2024, 12, 7)
FIRST = "The ministers of three countries met on Saturday and asked for an immediate truce."
SECOND = "They will meet again next month, their spokesman said, in one of the three capitals."
BODY = f"{FIRST}\n\n{SECOND}"


def rows(*given: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in given)


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
    article = one("news.jsonl", rows(row))
    assert article == Article(
        id="story-1",
        title="Three ministers meet",
        text=f"{BODY}\n\nOriginal url: https://example.org/b",
        source="news.jsonl#story-1",
        published=DAY,
        publisher="Meridian Wire",
        url="https://example.org/a",
        authors=("Ola Berg", "Lena Dahl"),
        provenance={
            **dict.fromkeys(("title", "published", "publisher", "url", "authors", "as_of"), "row"),
            "language": "by its words",
        },
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


def test_a_number_is_an_id_and_a_truth_value_is_none():
    data = rows({"id": 7, "text": FIRST}, {"id": True, "text": FIRST})
    seventh, problem, other = read("a.jsonl", data)
    assert seventh.id == "7"
    assert problem.reason == (
        'a.jsonl, line 2: "id" is not a string or a whole number: true. An id was made up.'
    )
    assert other.id.startswith("a-")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("published", "soon", '"published" is not an ISO date: "soon". Write it as 2024-12-07.'),
        (
            "published",
            20241207,
            '"published" is not an ISO date: 20241207. Write it as 2024-12-07.',
        ),
        ("published", "07/12/2024", None),
        ("title", ["a"], '"title" is not a string: ["a"]. The title was left empty.'),
        ("publisher", 3, '"publisher" is not a string: 3. The publisher was left unknown.'),
        ("url", "javascript:alert(1)", None),
        ("authors", [1], None),
        ("authors", {"first": "Ola"}, None),
    ],
)
def test_a_field_that_cannot_be_used_is_reported_and_the_article_kept(field, value, reason):
    data = rows({"text": FIRST}, {"text": SECOND, field: value})
    first, problem, second = read("news.jsonl", data)
    assert (first.text, second.text) == (FIRST, SECOND)
    assert getattr(second, field) == getattr(first, field)
    assert told(second) == {}
    assert problem.source == "news.jsonl"
    assert problem.reason.startswith(f'news.jsonl, line 2: "{field}" is not ')
    assert reason is None or problem.reason == f"news.jsonl, line 2: {reason}"


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_field_is_unknown(empty):
    fields = dict.fromkeys(("id", "title", "published", "publisher", "url", "authors"), empty)
    if empty == []:
        fields = {"authors": []}
    article = one("a.jsonl", rows({"text": FIRST, **fields}))
    assert told(article) == {}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": ', "is not valid JSON. Write one object per line, as JSON."),
        (b"[" * 100_000, "is not valid JSON. Write one object per line, as JSON."),
        (
            b'{"text": ' + b"9" * 5000 + b"}",
            "is not valid JSON. Write one object per line, as JSON.",
        ),
        (b'{"text": "\xff\x00"}', "is not valid JSON. Write one object per line, as JSON."),
        (b"[1]", 'is not an object. Write {"text": "..."}.'),
        (b"{}", '"text" is missing or is not a string. Give the article\'s text.'),
        (b'{"text": 7}', '"text" is missing or is not a string. Give the article\'s text.'),
        (b'{"text": " \\n "}', '"text" is empty. Give the article\'s text.'),
    ],
)
def test_a_row_that_cannot_be_read_does_not_stop_the_others(line, reason):
    good = json.dumps({"text": FIRST}).encode()
    first, problem, last = read("news.jsonl", good + b"\n\n" + line + b"\n" + good)
    assert first.text == last.text == FIRST
    assert problem.reason == f"news.jsonl, line 3: {reason}"


def test_a_row_may_hold_half_of_a_surrogate_pair():
    article, warning = read("a.jsonl", r'{"text": "It \ud83d said.", "title": "\udc00"}')
    assert "could not be decoded (1)" in warning.reason
    assert article.text == "It \ufffd said."
    article.title.encode()


def test_a_date_line_in_a_row_is_believed_where_the_row_has_no_date():
    text = f"Saturday, December 7, 2024\n\n{BODY}"
    with_date = {"text": text, "published": "2024-12-07"}
    other = {"text": text, "published": "2024-12-08"}
    found = read("a.jsonl", rows({"text": text}, with_date, other))
    assert [article.published for article in found] == [DAY, DAY, dt.date(2024, 12, 8)]
    assert [article.text == BODY for article in found] == [True, True, False]
    assert told(found[0]) == {"published": "date line"}


def test_a_json_list_over_many_lines_is_read_as_json():
    given = [{"text": FIRST}, {"text": SECOND}]
    found = read("a.jsonl", json.dumps(given, indent=1))
    assert [article.text for article in found] == [FIRST, SECOND]
