"""PDF files: the order of columns, whole words, and what stands around the text."""

import datetime as dt
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.formats import columns, ocr, pdffile
from index.formats.columns import Word
from index.records import Article, Problem
from tests.reading import one, read, reasons
from tests.samples import FIRST, PICTURE, SECOND, THIRD, TITLE, URL, column, pdf, told

# --- text --------------------------------------------------------------------------------------


def test_lines_become_paragraphs():
    words = [
        *column(f"{FIRST} {SECOND}", x=72, top=700, width=60),
        *column(f"{THIRD} {FIRST}", x=72, top=600, width=60),
    ]
    article = one("a.pdf", pdf([words]))
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
def test_columns_are_read_one_after_the_other(gap, order):
    words = list(chain(*sides(gap, LEFT, RIGHT)))
    if order != "by column":
        words.sort(key=lambda word: (-word[1], word[0]), reverse=order == "from below")
    text = one("a.pdf", pdf([words])).text
    assert text.replace("\n\n", " ") == f"{LEFT} {RIGHT}"


def test_a_title_and_a_foot_across_columns():
    across = " ".join([FIRST, SECOND])
    words = [
        *column(across, x=60, top=740, width=110),
        *chain(*sides(24, LEFT, RIGHT, top=700)),
        *column(f"{THIRD} {across}", x=60, top=300, width=110),
    ]
    words.sort(key=lambda word: (-word[1], word[0]))
    text = one("a.pdf", pdf([words])).text
    assert text.replace("\n\n", " ") == f"{across} {LEFT} {RIGHT} {THIRD} {across}"


def test_three_columns():
    words = [
        *column(LEFT, x=40, top=700, width=30, size=8),
        *column(RIGHT, x=230, top=700, width=30, size=8),
        *column(LEFT, x=420, top=700, width=30, size=8),
    ]
    words.sort(key=lambda word: (-word[1], word[0]))
    text = one("a.pdf", pdf([words])).text
    assert text.replace("\n\n", " ") == f"{LEFT} {RIGHT} {LEFT}"


def test_the_rows_of_a_table_stay_together():
    words = [(72.0, 700.0, 10.0, FIRST)]
    for number, (name, value) in enumerate(
        zip(("Harbour", "Castle", "Market", "Bridge", "Tower"), range(10, 60, 10), strict=True)
    ):
        words += [(72.0, 660 - 12.0 * number, 10.0, name), (300.0, 660 - 12.0 * number, 10.0,
                                                            f"{value} percent")]  # fmt: skip
    text = one("a.pdf", pdf([words])).text
    assert "Harbour 10 percent" in text and "Tower 50 percent" in text


def test_words_divided_at_line_ends_are_whole_again():
    lines = ("The envoys went on with their negoti-", "ations until the morning, and the govern-",
             "ment of the third country said that it", "would not be bound by them.")  # fmt: skip
    words = [(72.0, 700 - 12.0 * n, 10.0, line) for n, line in enumerate(lines)]
    assert one("a.pdf", pdf([words])).text == (
        "The envoys went on with their negotiations until the morning, and the government of the "
        "third country said that it would not be bound by them."
    )


def test_running_heads_and_page_numbers_go():
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
    text = one("a.pdf", pdf(pages)).text
    assert text.replace("\n\n", " ") == " ".join(
        f"Part {number} begins. {FIRST} {SECOND}" for number in range(1, 5)
    )


def test_a_sentence_goes_on_over_the_page():
    words = column(f"{FIRST} {SECOND} {THIRD}", x=72, top=700, width=50)
    pages = [words[:3], [(x, y + 36, size, text) for x, y, size, text in words[3:]]]
    assert one("a.pdf", pdf(pages)).text == f"{FIRST} {SECOND} {THIRD}"


def test_what_a_browser_prints_around_a_page():
    pages = [
        [
            (30.0, 770.0, 8.0, f"2/11/26, 9:05 AM          {TITLE} - Meridian"),
            *column(f"{part} {part}", x=72, top=700, width=70),
            (30.0, 20.0, 8.0, f"{URL}          {number}/2"),
        ]
        for number, part in enumerate((FIRST, SECOND), 1)
    ]
    article = one("a.pdf", pdf(pages, info={"CreationDate": "D:20260211090500Z"}))
    assert article.text == f"{FIRST} {FIRST}\n\n{SECOND} {SECOND}"
    assert (article.url, article.published) == (URL, None)
    assert told(article) == {"url": "printed footer"}


# --- what is known -----------------------------------------------------------------------------


def test_the_largest_print_is_the_title():
    words = [
        (72.0, 760.0, 30.0, "The Meridian Daily"),
        (72.0, 720.0, 20.0, "Three ministers ask"),
        (72.0, 696.0, 20.0, "for a truce"),
        (72.0, 670.0, 10.0, "By Ola Berg"),
        (72.0, 655.0, 10.0, "7 December 2024"),
        *column(f"{FIRST} {SECOND} {THIRD}", x=72, top=620, width=70),
    ]
    article = one("a.pdf", pdf([words], info={"Title": "layout_final.indd"}))
    assert (article.title, article.authors) == (TITLE, ("Ola Berg",))
    assert article.published == dt.date(2024, 12, 7)
    assert told(article) == {
        "title": "largest print",
        "authors": "byline",
        "published": "date line",
    }
    assert article.text.endswith(f"{FIRST} {SECOND} {THIRD}")


def test_the_properties_are_believed_last():
    info = {"Title": f"{TITLE} - Meridian Daily", "Author": "Ola Berg", "Producer": "x"}
    words = [(72.0, 720.0, 20.0, TITLE), *column(f"{FIRST} {SECOND}", x=72, top=620, width=70)]
    article = one("a.pdf", pdf([words], info=info))
    assert (article.title, article.publisher, article.authors) == (
        TITLE,
        "Meridian Daily",
        ("Ola Berg",),
    )
    assert article.provenance["publisher"] == "document properties"


# --- files that are not whole ------------------------------------------------------------------


def test_a_damaged_file_without_text_is_not_taken_for_a_scan():
    whole = pdf([[(72, 700, 12, f"{FIRST} {SECOND}")]])
    cut = whole[: whole.index(b"Tj")]
    found = reasons(read("a.pdf", cut))
    assert any("cut off at its end" in said for said in found)
    assert not any("pictures" in said for said in found)


@pytest.mark.parametrize("end", [b"startxref", b"trailer", b"7 0 obj"])
def test_a_file_that_lacks_its_end_is_read_with_a_warning(end):
    pages = [column(f"{FIRST} {SECOND}", x=72, top=700, width=70), [(72.0, 700.0, 10.0, THIRD)]]
    data = pdf(pages)
    article, *problems = read("a.pdf", data[: data.index(end)])
    assert isinstance(article, Article) and article.text.startswith(f"{FIRST} {SECOND}")
    assert any("is cut off at its end" in doubt for doubt in article.doubts)
    assert [problem.reason for problem in problems] == [f"a.pdf {d}" for d in article.doubts]


# --- hyphens -----------------------------------------------------------------------------------


def test_what_hyphens_at_line_ends_stood_for():
    # 0xAD is what many programs write for a hyphen that divides a word, and for others.
    lines = ("The trans\xad", "portation board was re\xad", "elected on a three-",
             "page list, the secre-", "tary said. The an\xadswer of the well-",
             "known keeper is due in June.")  # fmt: skip
    words = [(72.0, 700 - 12.0 * n, 10.0, line) for n, line in enumerate(lines)]
    assert one("a.pdf", pdf([words])).text == (
        "The transportation board was re-elected on a three-page list, the secretary said. "
        "The answer of the well-known keeper is due in June."
    )


# --- pages -------------------------------------------------------------------------------------


def test_an_article_knows_its_pages():
    pages = [
        [
            *column(f"Part {number} begins. {FIRST} {SECOND}", x=72, top=700, width=70),
            (300.0, 40.0, 8.0, f"{46 + number}"),
        ]
        for number in (1, 2, 3)
    ]
    article = one("a.pdf", pdf(pages))
    assert [(page.number, page.label) for page in article.pages] == [
        (1, "47"),
        (2, "48"),
        (3, "49"),
    ]
    assert [article.text[page.start :][:7] for page in article.pages] == [
        "Part 1 ",
        "Part 2 ",
        "Part 3 ",
    ]
    second = article.text.index("Part 2") + 5
    assert str(article.page_at(second)) == "page 2 (printed 48)"


def test_a_page_that_begins_in_the_middle_of_a_paragraph():
    words = column(f"{FIRST} {SECOND} {THIRD}", x=72, top=700, width=50)
    pages = [words[:3], [(x, y + 36, size, text) for x, y, size, text in words[3:]]]
    article = one("a.pdf", pdf(pages))
    assert article.text == f"{FIRST} {SECOND} {THIRD}"
    assert [(page.start, page.number, page.label) for page in article.pages] == [
        (0, 1, ""),
        (article.text.index(words[3][3]), 2, ""),
    ]


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([None, PICTURE], "page 2 of 2"),
        ([PICTURE, None, PICTURE, PICTURE], "pages 1, 3 and 4 of 4"),
    ],
)
@pytest.mark.skipif(ocr.installed(), reason="the pages are read where OCR is installed")
def test_pages_without_text_are_named(pages, said):
    text = column(f"{FIRST} {SECOND}", x=72, top=700, width=70)
    article, problem = read("a.pdf", pdf([[page] if page else text for page in pages]))
    doubt = f"has pictures without text on {said}; with OCR they can be read: "
    doubt += "pip install 'byline[ocr]'"
    assert isinstance(article, Article) and article.doubts == (doubt,)
    assert problem == Problem(article.source, f"a.pdf {doubt}", warning=True)


@pytest.mark.skipif(ocr.installed(), reason="the pages are read where OCR is installed")
def test_a_scanners_stamp_is_no_text():
    scan = pdf([[PICTURE, (72.0, 20.0, 8.0, "Scanned with Some App")], [PICTURE]])
    assert reasons(read("a.pdf", scan)) == [
        "a.pdf has pictures without text on pages 1 and 2 of 2; with OCR they can be read: "
        "pip install 'byline[ocr]'"
    ]


def test_an_empty_page_beside_text_is_no_loss():
    text = column(f"{FIRST} {SECOND}", x=72, top=700, width=70)
    assert one("a.pdf", pdf([text, [], ["0 0 300 1 re f"]])).doubts == ()


# --- the process that reads pages --------------------------------------------------------------


def test_a_page_on_which_pdfium_breaks_costs_that_page(tmp_path, monkeypatch):
    whole = pdffile.SCRIPT.read_text("utf-8")
    breaking = tmp_path / "breaking.py"
    crash = "    for number in range(int(numbers[0]), min(int(numbers[1]), pages) + 1):\n"
    assert crash in whole
    breaking.write_text(
        whole.replace(crash, f"{crash}        if number == 2:\n            import os; os.abort()\n")
    )
    monkeypatch.setattr(pdffile, "SCRIPT", breaking)
    text = [(72.0, 700.0, 10.0, FIRST)]
    article, problem = read("a.pdf", pdf([text, text, [(72.0, 700.0, 10.0, SECOND)]]))
    assert isinstance(article, Article) and article.text == f"{FIRST}\n\n{SECOND}"
    assert isinstance(problem, Problem) and "has damage on page 2, so that" in problem.reason


def test_a_file_that_takes_long_is_read_up_to_the_limit(monkeypatch):
    monkeypatch.setattr(pdffile, "MOST_PAGES", 2)
    pages = [[(72.0, 700.0, 10.0, text)] for text in (FIRST, SECOND, THIRD, FIRST)]
    article, problem = read("a.pdf", pdf(pages))
    assert isinstance(article, Article) and [page.number for page in article.pages] == [1, 2]
    assert isinstance(problem, Problem)
    assert "was read up to page 2 of 4, the limit being 2 pages. Split it." in problem.reason


# --- columns -----------------------------------------------------------------------------------


def word(text: str, left: float, base: float, size: float = 10) -> Word:
    return Word(text, left, left + 0.5 * size * len(text), base, size)


def texts(words: list[Word]) -> list[str]:
    return [" ".join(row.text for row in block) for block in columns.blocks(words)]


def test_a_wide_space_ends_a_block():
    bases = (10, 22, 34, 58, 70)
    words = [word(str(base), 0, base) for base in bases]
    assert texts(words) == ["10 22 34", "58 70"]


def test_larger_print_is_a_block_of_its_own():
    words = [word("Headline", 0, 10, size=18), word("text", 0, 30), word("more", 0, 42)]
    assert texts(words)[0] == "Headline"


def test_the_spaces_of_justified_text_are_no_gutter():
    words = [
        word(text, left, 12.0 * row)
        for row in range(7)
        for text, left in (("the words of this line", 0), ("stand far apart", 121))
    ]
    assert len(list(columns.regions(columns.rows_of(words)))) == 1


def test_columns_whose_lines_do_not_stand_on_one_height():
    left = [word("a line of the left column", 0, 12.0 * row) for row in range(9)]
    right = [word("a line of the right column", 145, 12.0 * row + 6) for row in range(9)]
    assert texts([*right, *left]) == [
        " ".join(one.text for one in left),
        " ".join(one.text for one in right),
    ]


@pytest.mark.parametrize(
    ("shown", "read_as"),
    [  # "shown" from left to right, as it stands on the page
        ("םולש", "שלום"),
        ("4202 ראוני 12 םוי".replace("4202", "2024"), "יום 12 ינואר 2024"),
        ("2,500 םישנא NATO קחשמ", "משחק NATO אנשים 2,500"),
        (")ןכ( הבושתה", "התשובה (כן)"),
        ("(ןכ) הבושתה"[::1], "התשובה (כן)"),
        ("the word םולש here", "the word שלום here"),
    ],
)
def test_letters_that_run_from_right_to_left(shown, read_as):
    signs = [(at, sign) for at, sign in enumerate(shown) if sign != " "]
    row = [Word(sign, 6.0 * at, 6.0 * at + 6, 10.0, 10.0) for at, sign in signs]
    assert columns.spoken(row) == read_as


PLACED = st.builds(
    word,
    st.text(st.sampled_from("ab"), min_size=1, max_size=20),
    st.floats(0, 600),
    st.floats(0, 800),
    st.sampled_from([8.0, 10.0, 24.0]),
)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(PLACED, max_size=60))
def test_no_word_is_lost_or_divided(words):
    found = [one for block in columns.blocks(words) for row in block for one in row.words]
    assert sorted(found) == sorted(words)
