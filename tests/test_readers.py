"""Files as they come in the wild, to articles or to one line that says what is wrong."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.readers import HOLDERS, KNOWN, READERS, read_all, read_file
from index.records import Article, Problem
from tests.make_samples import broken, good
from tests.reading import repair
from tests.samples import told

repeatable = settings(deadline=None, derandomize=True)
DAY = dt.date(2024, 12, 7)
FIRST = "The ministers of three countries met on Saturday and asked for an immediate truce."
SECOND = "They will meet again next month, their spokesman said, in one of the three capitals."
BODY = f"{FIRST}\n\n{SECOND}"


SEEDS = [*good().values(), *(data for data in broken().values() if len(data) < 5_000)]


def spoilt(data: bytes) -> st.SearchStrategy[bytes]:
    """A file with a part of it replaced."""
    places = st.integers(0, len(data))
    return st.builds(
        lambda first, last, new: data[:first] + new + data[max(first, last) :],
        places,
        places,
        st.binary(max_size=20),
    )


def one(path: Path) -> Article:
    [article] = read_file(path)
    assert isinstance(article, Article), article
    return article


def reasons(items) -> list[str]:
    return [item.reason for item in items if isinstance(item, Problem)]


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(path: Path, *given: object) -> Path:
    return write(path, "".join(json.dumps(row) + "\n" for row in given))


# --- the shapes of files in the wild -----------------------------------------------------------


def test_plain_text_from_a_pdf(tmp_path):
    text = (
        " The ministers of three countries met on Saturday and asked for a truce while the\n"
        "fighting drew near to the capital, from which the government of Bashar al-\n"
        "Assad has ruled, and where his minis-\n"
        "ters had nothing to say.\n\n"
        "They will meet again next month, their spokesman said, in one of the three ca-\n"
        "pitals.\n"
    )
    article = one(write(tmp_path / "From a PDF (1).txt", text))
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
def test_a_story_as_markdown(tmp_path, name):
    article = one(write(tmp_path / name, MARKDOWN))
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
    assert article.source == str((tmp_path / name).resolve())
    assert told(article) == {
        "title": "heading",
        "published": "date line",
        "publisher": "byline",
        "authors": "byline",
        "url": "footer",
    }


def test_paragraphs_on_single_lines_with_curly_quotes(tmp_path):
    lines = [FIRST, "“We are convinced of it,” he said. “We will work for it.”", SECOND]
    article = one(write(tmp_path / "a.txt", "\n".join(lines) + "\n"))
    assert article.text == "\n\n".join(lines)
    assert article.title == ""


def test_a_headline_then_paragraphs_on_single_lines(tmp_path):
    headline = "Minister says 'armed groups' must not take land"
    article = one(write(tmp_path / "a.txt", f"{headline}\n{FIRST}\n{SECOND}\n"))
    assert (article.title, article.text) == (headline, BODY)


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_plain_title_and_date_lines_with_tags_and_a_footer(tmp_path, suffix):
    text = (
        "Ministers of Three Countries Call for End to Fighting\n"
        "Dec. 7, 2024\n"
        "Ministers beside a forum. Press Service of the Foreign Ministry / EPA / TASS\n"
        f"{FIRST.replace('three countries', '<u>three countries</u>')}\n{SECOND}\n"
        "AFP contributed reporting.\n"
        "Original url: https://www.example.org/a1\n"
    )
    article = one(write(tmp_path / f"a{suffix}", text))
    assert article.title == "Ministers of Three Countries Call for End to Fighting"
    assert article.text == BODY
    assert (article.published, article.publisher) == (DAY, None)
    assert article.url == "https://www.example.org/a1"


# --- Markdown ----------------------------------------------------------------------------------


def test_front_matter_is_believed_first(tmp_path):
    text = (
        '---\ntitle: "Ministers: no truce"\ndate: 2024-12-07\nauthors:\n  - Ola Berg\n'
        "  - Lena Dahl\nsource: Meridian Daily\nurl: https://example.org/a\ntags: [a, b]\n---\n"
        f"# Ministers: no truce\n\nBy Ola Berg and Lena Dahl\n\n{BODY}\n"
    )
    article = one(write(tmp_path / "a.md", text.replace("\n", "\r\n")))
    assert article.text == BODY
    assert (article.title, article.published) == ("Ministers: no truce", DAY)
    assert (article.publisher, article.url) == ("Meridian Daily", "https://example.org/a")
    assert article.authors == ("Ola Berg", "Lena Dahl")
    assert set(told(article).values()) == {"front matter"}


def test_front_matter_that_cannot_be_used_costs_no_text(tmp_path):
    path = write(tmp_path / "a.md", f"---\ntitle: [\n---\n{BODY}")
    problem, article = read_file(path)
    assert problem.reason == (
        "a.md: its front matter is not valid YAML and was left out. Correct it."
    )
    assert article.text == BODY


def test_a_date_that_does_not_exist_is_reported_and_left_out(tmp_path):
    path = write(tmp_path / "a.md", f"---\ndate: 2024-02-30\n---\n{BODY}")
    problem, article = read_file(path)
    assert problem == Problem(
        str(path),
        'a.md, front matter: "date" is not an ISO date: "2024-02-30". Write it as 2024-12-07.',
        warning=True,
    )
    assert article.published is None


@pytest.mark.parametrize("text", [f"---\n{FIRST}\n\n---\n{SECOND}", f"---\n{FIRST}\n\n{SECOND}"])
def test_a_rule_at_the_top_is_not_front_matter(tmp_path, text):
    assert one(write(tmp_path / "a.md", text)).text == BODY


def test_html_in_markdown_is_text(tmp_path):
    text = f'{FIRST}\n\n<script>alert("x")</script>\n\n<a onclick="x()">{SECOND}</a>\n'
    assert one(write(tmp_path / "a.md", text)).text.split("\n\n") == [
        FIRST,
        '<script>alert("x")</script>',
        SECOND,
    ]


def test_a_link_that_is_no_web_address_is_no_url(tmp_path):
    article = one(write(tmp_path / "a.md", f"{BODY}\n\nOriginal url: [here](/etc/passwd)\n"))
    assert article.url is None
    assert "Original url: here" in article.text


def test_the_caption_is_kept_where_its_credit_is_not_sure(tmp_path):
    text = f"{FIRST}\n\nHe praised the **agency**\n\nIt was **im**Portant to him\n\n{SECOND}"
    assert one(write(tmp_path / "a.md", text)).text.split("\n\n") == [
        FIRST,
        "He praised the agency",
        "It was imPortant to him",
        SECOND,
    ]


# --- rows --------------------------------------------------------------------------------------


def test_a_row_with_everything(tmp_path):
    row = {
        "id": " story-1 ",
        "title": "Three ministers meet",
        "text": f"Three ministers meet\n{FIRST}\r\n{SECOND}\n\nOriginal url: https://example.org/b",
        "published": "2024-12-07T22:30:00+03:00",
        "publisher": "Meridian Wire",
        "url": "https://example.org/a",
        "authors": "Ola Berg and Lena Dahl",
    }
    path = rows(tmp_path / "news.jsonl", row)
    article = one(path)
    assert article == Article(
        id="story-1",
        title="Three ministers meet",
        text=f"{BODY}\n\nOriginal url: https://example.org/b",
        source=f"{path.resolve()}#story-1",
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


def test_a_row_with_text_only(tmp_path):
    path = rows(tmp_path / "Old News.jsonl", {"text": f"By the way\n\n{BODY}\n\nENDS"})
    article = one(path)
    assert article.id.startswith("old-news-") and len(article.id) == len("old-news-") + 8
    assert article.source == f"{path.resolve()}#{article.id}"
    assert article.text == f"By the way\n\n{BODY}"
    assert one(path).id == article.id


def test_a_number_is_an_id_and_a_truth_value_is_none(tmp_path):
    path = rows(tmp_path / "a.jsonl", {"id": 7, "text": FIRST}, {"id": True, "text": FIRST})
    seventh, problem, other = read_file(path)
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
def test_a_field_that_cannot_be_used_is_reported_and_the_article_kept(
    tmp_path, field, value, reason
):
    path = rows(tmp_path / "news.jsonl", {"text": FIRST}, {"text": SECOND, field: value})
    first, problem, second = read_file(path)
    assert (first.text, second.text) == (FIRST, SECOND)
    assert getattr(second, field) == getattr(first, field)
    assert told(second) == {}
    assert problem.source == str(path)
    assert problem.reason.startswith(f'news.jsonl, line 2: "{field}" is not ')
    assert reason is None or problem.reason == f"news.jsonl, line 2: {reason}"


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_field_is_unknown(tmp_path, empty):
    fields = dict.fromkeys(("id", "title", "published", "publisher", "url", "authors"), empty)
    if empty == []:
        fields = {"authors": []}
    article = one(rows(tmp_path / "a.jsonl", {"text": FIRST, **fields}))
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
def test_a_row_that_cannot_be_read_does_not_stop_the_others(tmp_path, line, reason):
    good = json.dumps({"text": FIRST}).encode()
    path = write(tmp_path / "news.jsonl", good + b"\n\n" + line + b"\n" + good)
    first, problem, last = read_file(path)
    assert first.text == last.text == FIRST
    assert problem.reason == f"news.jsonl, line 3: {reason}"


def test_a_row_may_hold_half_of_a_surrogate_pair(tmp_path):
    path = write(tmp_path / "a.jsonl", r'{"text": "It \ud83d said.", "title": "\udc00"}')
    article, warning = read_file(path)
    assert "could not be decoded (1)" in warning.reason
    assert article.text == "It \ufffd said."
    article.title.encode()


def test_a_date_line_in_a_row_is_believed_where_the_row_has_no_date(tmp_path):
    text = f"Saturday, December 7, 2024\n\n{BODY}"
    with_date = {"text": text, "published": "2024-12-07"}
    other = {"text": text, "published": "2024-12-08"}
    found = list(read_file(rows(tmp_path / "a.jsonl", {"text": text}, with_date, other)))
    assert [article.published for article in found] == [DAY, DAY, dt.date(2024, 12, 8)]
    assert [article.text == BODY for article in found] == [True, True, False]
    assert told(found[0]) == {"published": "date line"}


def test_a_json_list_over_many_lines_is_read_as_json(tmp_path):
    given = [{"text": FIRST}, {"text": SECOND}]
    found = list(read_file(write(tmp_path / "a.jsonl", json.dumps(given, indent=1))))
    assert [article.text for article in found] == [FIRST, SECOND]


# --- files and folders -------------------------------------------------------------------------


def test_a_folder_is_walked_in_order_and_reports_what_it_does_not_read(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b/two.txt", "a.txt", "c.md", ".hidden.txt", ".git/x.txt", "b/photo.png"):
        write(tmp_path / name, BODY)
    found = list(read_all([tmp_path]))
    assert [item.id for item in found if isinstance(item, Article)] == ["a", "two", "c"]
    [reason] = reasons(found)
    assert reason.startswith(f"photo.png is not a format that Byline reads ({KNOWN}). Convert it")


def test_a_file_that_is_asked_for_by_name_is_read_though_it_is_hidden(tmp_path):
    assert one(write(tmp_path / ".note.txt", BODY)).id == "note"


def test_each_file_is_read_once(tmp_path):
    path = write(tmp_path / "a.txt", BODY)
    (tmp_path / "same.txt").symlink_to(path)
    found = list(read_all([path, str(tmp_path), tmp_path / "." / "a.txt"]))
    assert [item.id for item in found] == ["a"]


def test_links_that_lead_out_of_a_folder_are_counted_and_followed_where_asked_for(tmp_path):
    folder, beside = tmp_path / "news", tmp_path / "private"
    folder.mkdir()
    beside.mkdir()
    write(folder / "a.txt", BODY)
    write(beside / "b.txt", BODY)
    write(beside / "c.txt", BODY)
    (folder / "letter.txt").symlink_to(beside / "b.txt")
    (folder / "more").symlink_to(beside)
    first, told_ = read_all([folder])
    assert (first.id, told_.source, told_.warning) == ("a", str(folder), True)
    assert told_.reason.startswith("2 links lead out of this folder and were not followed.")
    found = {item.id for item in read_all([folder], follow_links=True)}
    assert found == {"a", "letter", "c"}
    assert [item.id for item in read_all([folder / "letter.txt"])] == ["letter"]


def test_links_in_a_circle_end(tmp_path):
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub" / "a.txt", BODY)
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    found = list(read_all([tmp_path]))
    assert [item.id for item in found if isinstance(item, Article)] == ["a"]
    assert reasons(found) == [
        f"{tmp_path / 'gone.txt'} is a link to something that is not there. Mend or remove it.",
        f"{tmp_path / 'self.txt'} is a link to something that is not there. Mend or remove it.",
    ]


def test_a_folder_without_files_is_told(tmp_path):
    (tmp_path / "sub").mkdir()
    write(tmp_path / ".hidden.txt", BODY)
    said = f"{tmp_path} holds no files that are not hidden. Check the path."
    assert reasons(read_all([tmp_path])) == [said]
    write(tmp_path / "sub" / "a.txt", BODY)
    assert [item.id for item in read_all([tmp_path])] == ["a"]
    assert list(read_all([tmp_path / "sub", tmp_path, tmp_path]))[1:] == []


def test_deep_folders_are_no_trouble(tmp_path):
    deep = tmp_path.joinpath(*["d"] * 300)
    deep.mkdir(parents=True)
    write(deep / "a.txt", BODY)
    assert [item.id for item in read_all([tmp_path])] == ["a"]


def test_what_is_missing_does_not_stop_the_rest(tmp_path):
    path = write(tmp_path / "a.txt", BODY)
    problem, article = read_all([tmp_path / "nothing.txt", path])
    assert problem.reason == f"{tmp_path / 'nothing.txt'} does not exist. Check the path."
    assert article.id == "a"


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert reasons(read_all([tmp_path])) == [
        "pipe.txt is not a file that holds text. Leave it out."
    ]


def test_a_name_that_is_no_text_can_still_be_reported(tmp_path):
    try:
        path = write(tmp_path / os.fsdecode(b"caf\xe9.txt"), BODY)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    article = one(path)
    assert article.id == "caf"
    article.source.encode()


STORY = "“Türkiye’s minister – he said – was late.” The café in Łódź was closed."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_files_are_read(tmp_path, encoding):
    assert one(write(tmp_path / "a.txt", STORY.encode(encoding))).text == STORY


def test_one_bad_byte_does_not_change_the_encoding(tmp_path):
    data = STORY.encode() + b" \xff end."
    article, warning = read_file(write(tmp_path / "a.txt", data))
    assert article.text == f"{STORY} \ufffd end."
    assert "characters that could not be decoded (1)" in warning.reason


def test_rows_are_utf_8_with_or_without_a_mark(tmp_path):
    row = json.dumps({"text": STORY}, ensure_ascii=False)
    assert one(write(tmp_path / "a.jsonl", row.encode("utf-8-sig"))).text == STORY
    assert one(write(tmp_path / "b.jsonl", row.encode("utf-16"))).text == STORY


@repeatable
@given(
    data=st.one_of(st.binary(max_size=400), st.sampled_from(SEEDS).flatmap(spoilt)),
    suffix=st.sampled_from([*READERS, *HOLDERS]),
)
def test_any_bytes_give_articles_or_problems(tmp_path_factory, data, suffix):
    path = write(tmp_path_factory.getbasetemp() / f"any{suffix}", data)
    for item in read_file(path):
        assert isinstance(item, Problem) or item.text.strip() == item.text != ""
        assert isinstance(item, Article) or "\n" not in item.reason


@repeatable
@given(text=st.text(), suffix=st.sampled_from([".txt", ".md"]))
def test_any_text_gives_clean_text(tmp_path_factory, text, suffix):
    path = tmp_path_factory.getbasetemp() / f"text{suffix}"
    for item in read_file(write(path, text.encode())):
        assert isinstance(item, Problem) or repair(item.text) == item.text != ""
