"""PDF files: the order of columns, whole words, and what stands around the text."""

import datetime as dt
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.formats import columns
from index.readers import read_file
from index.records import Article, Problem
from tests.samples import BODY, FIRST, SECOND, THIRD, TITLE, URL, column, pdf, told


def read(path: Path, data: bytes) -> list[Article | Problem]:
    path.write_bytes(data)
    return list(read_file(path))


def one(path: Path, data: bytes) -> Article:
    [article] = read(path, data)
    assert isinstance(article, Article), article
    return article


def reason(path: Path, data: bytes) -> str:
    [problem] = read(path, data)
    assert isinstance(problem, Problem)
    return problem.reason


# --- pages -------------------------------------------------------------------------------------


def test_lines_become_paragraphs(tmp_path):
    words = [
        *column(f"{FIRST} {SECOND}", x=72, top=700, width=60),
        *column(f"{THIRD} {FIRST}", x=72, top=600, width=60),
    ]
    article = one(tmp_path / "a.pdf", pdf([words]))
    assert article.text == f"{FIRST} {SECOND}\n\n{THIRD} {FIRST}"


def sides(gap: float, left: str, right: str, top: float = 700) -> list[list]:
    return [
        column(left, x=60, top=top, width=44),
        column(right, x=60 + 230 + gap, top=top, width=44),
    ]


LEFT = " ".join(f"{FIRST} {SECOND} And that was part {n} of it." for n in range(4))
RIGHT = " ".join(f"{THIRD} Then came part {n} of the other half." for n in range(4))


@pytest.mark.parametrize("gap", [12, 24, 60])
@pytest.mark.parametrize("order", ["by column", "by row", "from below"])
def test_columns_are_read_one_after_the_other(tmp_path, gap, order):
    words = list(chain(*sides(gap, LEFT, RIGHT)))
    if order != "by column":
        words.sort(key=lambda word: (-word[1], word[0]), reverse=order == "from below")
    text = one(tmp_path / "a.pdf", pdf([words])).text
    assert text.replace("\n\n", " ") == f"{LEFT} {RIGHT}"


def test_a_title_and_a_foot_across_columns(tmp_path):
    across = " ".join([FIRST, SECOND])
    words = [
        *column(across, x=60, top=740, width=110),
        *chain(*sides(24, LEFT, RIGHT, top=700)),
        *column(f"{THIRD} {across}", x=60, top=300, width=110),
    ]
    words.sort(key=lambda word: (-word[1], word[0]))
    text = one(tmp_path / "a.pdf", pdf([words])).text
    assert text.replace("\n\n", " ") == f"{across} {LEFT} {RIGHT} {THIRD} {across}"


def test_three_columns(tmp_path):
    words = [
        *column(LEFT, x=40, top=700, width=30, size=8),
        *column(RIGHT, x=230, top=700, width=30, size=8),
        *column(LEFT, x=420, top=700, width=30, size=8),
    ]
    words.sort(key=lambda word: (-word[1], word[0]))
    text = one(tmp_path / "a.pdf", pdf([words])).text
    assert text.replace("\n\n", " ") == f"{LEFT} {RIGHT} {LEFT}"


def test_the_rows_of_a_table_stay_together(tmp_path):
    words = [(72.0, 700.0, 10.0, FIRST)]
    for number, (name, value) in enumerate(
        zip(("Harbour", "Castle", "Market", "Bridge", "Tower"), range(10, 60, 10), strict=True)
    ):
        words += [(72.0, 660 - 12.0 * number, 10.0, name), (300.0, 660 - 12.0 * number, 10.0,
                                                            f"{value} percent")]  # fmt: skip
    text = one(tmp_path / "a.pdf", pdf([words])).text
    assert "Harbour 10 percent" in text and "Tower 50 percent" in text


def test_words_divided_at_line_ends_are_whole_again(tmp_path):
    lines = ("The envoys went on with their negoti-", "ations until the morning, and the govern-",
             "ment of the third country said that it", "would not be bound by them.")  # fmt: skip
    words = [(72.0, 700 - 12.0 * n, 10.0, line) for n, line in enumerate(lines)]
    assert one(tmp_path / "a.pdf", pdf([words])).text == (
        "The envoys went on with their negotiations until the morning, and the government of the "
        "third country said that it would not be bound by them."
    )


def test_running_heads_and_page_numbers_go(tmp_path):
    pages = []
    for number in range(1, 5):
        head = f"{number}   MERIDIAN QUARTERLY" if number % 2 else f"WINTER 2024   {number}"
        pages.append(
            [
                (72.0, 750.0, 8.0, head),
                *column(f"Part {number} begins. {FIRST} {SECOND}", x=72, top=700, width=70),
                (300.0, 40.0, 8.0, f"Page {number} of 4"),
            ]
        )
    text = one(tmp_path / "a.pdf", pdf(pages)).text
    assert text.replace("\n\n", " ") == " ".join(
        f"Part {number} begins. {FIRST} {SECOND}" for number in range(1, 5)
    )


def test_a_sentence_goes_on_over_the_page(tmp_path):
    words = column(f"{FIRST} {SECOND} {THIRD}", x=72, top=700, width=50)
    pages = [words[:3], [(x, y + 36, size, text) for x, y, size, text in words[3:]]]
    assert one(tmp_path / "a.pdf", pdf(pages)).text == f"{FIRST} {SECOND} {THIRD}"


def test_what_a_browser_prints_around_a_page(tmp_path):
    pages = [
        [
            (30.0, 770.0, 8.0, f"2/11/26, 9:05 AM          {TITLE} - Meridian"),
            *column(f"{part} {part}", x=72, top=700, width=70),
            (30.0, 20.0, 8.0, f"{URL}          {number}/2"),
        ]
        for number, part in enumerate((FIRST, SECOND), 1)
    ]
    article = one(tmp_path / "a.pdf", pdf(pages, info={"CreationDate": "D:20260211090500Z"}))
    assert article.text == f"{FIRST} {FIRST}\n\n{SECOND} {SECOND}"
    assert (article.url, article.published) == (URL, None)
    assert told(article) == {"url": "printed footer"}


# --- what is known -----------------------------------------------------------------------------


def test_the_largest_print_is_the_title(tmp_path):
    words = [
        (72.0, 760.0, 30.0, "The Meridian Daily"),
        (72.0, 720.0, 20.0, "Three ministers ask"),
        (72.0, 696.0, 20.0, "for a truce"),
        (72.0, 670.0, 10.0, "By Ola Berg"),
        (72.0, 655.0, 10.0, "7 December 2024"),
        *column(f"{FIRST} {SECOND} {THIRD}", x=72, top=620, width=70),
    ]
    article = one(tmp_path / "a.pdf", pdf([words], info={"Title": "layout_final.indd"}))
    assert (article.title, article.authors) == (TITLE, ("Ola Berg",))
    assert article.published == dt.date(2024, 12, 7)
    assert told(article) == {
        "title": "largest print",
        "authors": "byline",
        "published": "date line",
    }
    assert article.text.endswith(f"{FIRST} {SECOND} {THIRD}")


def test_the_properties_are_believed_last(tmp_path):
    info = {"Title": f"{TITLE} - Meridian Daily", "Author": "Ola Berg", "Producer": "x"}
    words = [(72.0, 720.0, 20.0, TITLE), *column(f"{FIRST} {SECOND}", x=72, top=620, width=70)]
    article = one(tmp_path / "a.pdf", pdf([words], info=info))
    assert (article.title, article.publisher, article.authors) == (
        TITLE,
        "Meridian Daily",
        ("Ola Berg",),
    )
    assert article.provenance["publisher"] == "document properties"


# --- files that are not whole ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "a.pdf is empty. Put the article's text in it, or leave it out."),
        (
            pdf([[(72, 700, 12, FIRST)]], encrypted=True),
            "a.pdf is locked with a password. Save a copy without one.",
        ),
        (
            pdf([[], []]),
            "a.pdf holds pictures of text, but no text. Run OCR on it first, for example with "
            "ocrmypdf.",
        ),
        (
            pdf([[(72, 700, 12, FIRST)]])[:150],
            "a.pdf is damaged: no page of it can be found. Copy it again, or open it and print it "
            "to a new PDF.",
        ),
        (BODY.encode(), "a.pdf is not a PDF by its contents. Leave it out."),
        (
            b"\x89PNG\r\n\x1a\n",
            "a.pdf is a picture by its contents. Run OCR on it and ingest the text.",
        ),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, data, said):
    assert reason(tmp_path / "a.pdf", data) == said


@pytest.mark.parametrize("end", [b"startxref", b"trailer", b"7 0 obj"])
def test_a_file_that_lacks_its_end_is_read_with_a_warning(tmp_path, end):
    pages = [column(f"{FIRST} {SECOND}", x=72, top=700, width=70), [(72.0, 700.0, 10.0, THIRD)]]
    data = pdf(pages)
    *problems, article = read(tmp_path / "a.pdf", data[: data.index(end)])
    assert isinstance(article, Article) and article.text.startswith(f"{FIRST} {SECOND}")
    assert all(isinstance(problem, Problem) for problem in problems)
    assert "is cut off at its end" in problems[-1].reason


# --- columns on a grid -------------------------------------------------------------------------


def texts(rows: list[str]) -> list[str]:
    return [" ".join(line.text for line in block) for block in columns.blocks(rows)]


def test_a_wide_space_ends_a_block():
    rows = ["one", "", "two", "", "three", "", "", "", "four", "", "five"]
    assert texts(rows) == ["one two three", "four five"]


def test_the_spaces_of_justified_text_are_no_gutter():
    rows = ["the words of this line  stand far apart  from each other"] * 7
    assert len(list(columns.regions(rows))) == 1


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(st.text(st.sampled_from("ab  "), max_size=60), max_size=30))
def test_no_word_is_lost_or_divided(rows):
    found = [word for block in columns.blocks(rows) for line in block for word in line.text.split()]
    assert sorted(found) == sorted(word for row in rows for word in row.split())
