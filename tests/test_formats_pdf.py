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

BOTH = f"{FIRST} {SECOND}"


def lines_of(*lines: str, top: float = 700) -> list[tuple[float, float, float, str]]:
    return [(72.0, top - 12.0 * number, 10.0, line) for number, line in enumerate(lines)]


def joined(*pages: object, **options: object) -> str:
    """The text of a PDF as one paragraph."""
    return one("a.pdf", pdf(pages, **options)).text.replace("\n\n", " ")


# --- text --------------------------------------------------------------------------------------


def test_lines_become_paragraphs():
    words = [
        *column(BOTH, x=72, top=700, width=60),
        *column(f"{THIRD} {FIRST}", x=72, top=600, width=60),
    ]
    assert one("a.pdf", pdf([words])).text == f"{BOTH}\n\n{THIRD} {FIRST}"


def sides(gap: float, top: float = 700) -> list[tuple[float, float, float, str]]:
    right = column(RIGHT, x=60 + 230 + gap, top=top, width=44)
    return [*column(LEFT, x=60, top=top, width=44), *right]


LEFT = " ".join(f"{BOTH} And that was part {n} of it." for n in range(4))
RIGHT = " ".join(f"{THIRD} Then came part {n} of the other half." for n in range(4))


@pytest.mark.parametrize("gap", [12, 24, 60])
@pytest.mark.parametrize("order", ["by column", "by row", "from below"])
def test_columns_are_read_one_after_the_other(gap, order):
    words = sides(gap)
    if order != "by column":
        words.sort(key=lambda word: (-word[1], word[0]), reverse=order == "from below")
    assert joined(words) == f"{LEFT} {RIGHT}"


def test_a_title_and_a_foot_across_columns():
    words = [
        *column(BOTH, x=60, top=740, width=110),
        *sides(24),
        *column(f"{THIRD} {BOTH}", x=60, top=300, width=110),
    ]
    words.sort(key=lambda word: (-word[1], word[0]))
    assert joined(words) == f"{BOTH} {LEFT} {RIGHT} {THIRD} {BOTH}"


def test_three_columns():
    texts = (LEFT, RIGHT, LEFT)
    words = list(
        chain(*(column(text, x=40 + 190 * at, top=700, width=30, size=8)
                for at, text in enumerate(texts)))
    )  # fmt: skip
    words.sort(key=lambda word: (-word[1], word[0]))
    assert joined(words) == " ".join(texts)


def test_the_rows_of_a_table_stay_together():
    words = lines_of(FIRST)
    for number, name in enumerate(("Harbour", "Castle", "Market", "Bridge", "Tower"), 1):
        base = 672 - 12.0 * number
        words += [(72.0, base, 10.0, name), (300.0, base, 10.0, f"{number}0 percent")]
    text = joined(words)
    assert "Harbour 10 percent" in text and "Tower 50 percent" in text


def test_words_divided_at_line_ends_are_whole_again():
    # 0xAD is what many programs write for a hyphen that divides a word, and for others.
    words = lines_of(
        "The trans\xad", "portation board was re\xad", "elected on a three-",
        "page list, the secre-", "tary said. The an\xadswer of the well-",
        "known keeper is due in June, and the negoti-", "ations went on until the morning.",
    )  # fmt: skip
    assert joined(words) == (
        "The transportation board was re-elected on a three-page list, the secretary said. The "
        "answer of the well-known keeper is due in June, and the negotiations went on until the "
        "morning."
    )


def test_running_heads_and_page_numbers_go():
    said = {number: f"Part {number} begins. {BOTH}" for number in range(1, 5)}
    pages = [
        [
            (72.0, 750.0, 8.0, f"{n}   MERIDIAN QUARTERLY" if n % 2 else f"WINTER 2024   {n}"),
            *column(text, x=72, top=700, width=70),
            (300.0, 40.0, 8.0, f"Page {n} of 4"),
        ]
        for n, text in said.items()
    ]
    assert joined(*pages) == " ".join(said.values())


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
        *column(f"{BOTH} {THIRD}", x=72, top=620, width=70),
    ]
    article = one("a.pdf", pdf([words], info={"Title": "layout_final.indd"}))
    assert (article.title, article.authors) == (TITLE, ("Ola Berg",))
    assert article.published == dt.date(2024, 12, 7)
    said = {"title": "largest print", "authors": "byline", "published": "date line"}
    assert told(article) == said
    assert article.text.endswith(f"{BOTH} {THIRD}")


def test_the_properties_are_believed_last():
    info = {"Title": f"{TITLE} - Meridian Daily", "Author": "Ola Berg", "Producer": "x"}
    words = [(72.0, 720.0, 20.0, TITLE), *column(BOTH, x=72, top=620, width=70)]
    article = one("a.pdf", pdf([words], info=info))
    known = (article.title, article.publisher, article.authors)
    assert known == (TITLE, "Meridian Daily", ("Ola Berg",))
    assert article.provenance["publisher"] == "document properties"


# --- pages -------------------------------------------------------------------------------------


def test_an_article_knows_its_pages():
    pages = [
        [
            *column(f"Part {number} begins. {BOTH}", x=72, top=700, width=70),
            (300.0, 40.0, 8.0, f"{46 + number}"),
        ]
        for number in (1, 2, 3)
    ]
    article = one("a.pdf", pdf(pages))
    starts = [article.text.index(f"Part {number}") for number in (1, 2, 3)]
    assert [(page.start, page.number, page.label) for page in article.pages] == [
        (start, number, f"{46 + number}") for number, start in enumerate(starts, 1)
    ]
    assert str(article.page_at(starts[1] + 5)) == "page 2 (printed 48)"


def test_a_page_that_begins_in_the_middle_of_a_sentence():
    words = column(f"{BOTH} {THIRD}", x=72, top=700, width=50)
    pages = [words[:3], [(x, y + 36, size, text) for x, y, size, text in words[3:]]]
    article = one("a.pdf", pdf(pages))
    assert article.text == f"{BOTH} {THIRD}"
    starts = [0, article.text.index(words[3][3])]
    assert [(page.start, page.number) for page in article.pages] == [(starts[0], 1), (starts[1], 2)]


TEXT = column(BOTH, x=72, top=700, width=70)


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([TEXT, [PICTURE]], "page 2 of 2"),
        ([[PICTURE], TEXT, [PICTURE], [PICTURE]], "pages 1, 3 and 4 of 4"),
        ([[PICTURE, (72.0, 20.0, 8.0, "Scanned with Some App")], [PICTURE]], "pages 1 and 2 of 2"),
    ],
)
@pytest.mark.skipif(ocr.installed(), reason="the pages are read where OCR is installed")
def test_pages_without_text_are_named(pages, said):
    *articles, problem = read("a.pdf", pdf(pages))
    doubt = f"has pictures without text on {said}; with OCR they can be read: "
    doubt += "pip install 'byline[ocr]'"
    assert problem == Problem("a.pdf", f"a.pdf {doubt}", warning=TEXT in pages)
    assert [article.doubts for article in articles] == [(doubt,)] * (TEXT in pages)


def test_an_empty_page_beside_text_is_no_loss():
    assert one("a.pdf", pdf([TEXT, [], ["0 0 300 1 re f"]])).doubts == ()


# --- files that are not whole, and the process that reads pages ----------------------------------


def test_a_damaged_file_without_text_is_not_taken_for_a_scan():
    whole = pdf([lines_of(BOTH)])
    found = reasons(read("a.pdf", whole[: whole.index(b"Tj")]))
    assert any("cut off at its end" in said for said in found)
    assert not any("pictures" in said for said in found)


@pytest.mark.parametrize("end", [b"startxref", b"trailer", b"7 0 obj"])
def test_a_file_that_lacks_its_end_is_read_with_a_warning(end):
    data = pdf([TEXT, lines_of(THIRD)])
    article, *problems = read("a.pdf", data[: data.index(end)])
    assert isinstance(article, Article) and article.text.startswith(BOTH)
    assert any("is cut off at its end" in doubt for doubt in article.doubts)
    assert reasons(problems) == [f"a.pdf {doubt}" for doubt in article.doubts]


def test_a_page_on_which_pdfium_breaks_costs_that_page(tmp_path, monkeypatch):
    whole = pdffile.SCRIPT.read_text("utf-8")
    page = "    for number in range(first, min(last, pages) + 1):\n"
    assert page in whole
    crash = f"{page}        if number == 2:\n            import os; os.abort()\n"
    (tmp_path / "breaking.py").write_text(whole.replace(page, crash))
    monkeypatch.setattr(pdffile, "SCRIPT", tmp_path / "breaking.py")
    article, problem = read("a.pdf", pdf(map(lines_of, (FIRST, FIRST, SECOND))))
    assert isinstance(article, Article) and article.text == f"{FIRST}\n\n{SECOND}"
    assert isinstance(problem, Problem) and "has damage on page 2, so that" in problem.reason


def test_a_file_that_takes_long_is_read_up_to_the_limit(monkeypatch):
    monkeypatch.setattr(pdffile, "MOST_PAGES", 2)
    article, problem = read("a.pdf", pdf(map(lines_of, (FIRST, SECOND, THIRD, FIRST))))
    assert isinstance(article, Article) and [page.number for page in article.pages] == [1, 2]
    assert isinstance(problem, Problem)
    assert "was read up to page 2 of 4, the limit being 2 pages. Split it." in problem.reason


# --- columns -----------------------------------------------------------------------------------


def word(text: str, left: float, base: float, size: float = 10) -> Word:
    return Word(text, left, left + 0.5 * size * len(text), base, size)


JUSTIFIED = [
    word(text, left, 12.0 * row)
    for row in range(7)
    for text, left in (("the words of this line", 0), ("stand far apart", 121))
]
STAGGERED = [
    [word(f"a line of the {side} column", left, 12.0 * row + drop) for row in range(9)]
    for side, left, drop in (("left", 0, 0), ("right", 145, 6))
]


@pytest.mark.parametrize(
    ("words", "blocks"),
    [
        ([word(str(base), 0, base) for base in (10, 22, 34, 58, 70)], ["10 22 34", "58 70"]),
        ([word("Headline", 0, 10, size=18), word("text", 0, 30), word("more", 0, 42)],
         ["Headline", "text more"]),
        (JUSTIFIED, [" ".join(one.text for one in JUSTIFIED)]),
        ([*STAGGERED[1], *STAGGERED[0]],
         [" ".join(one.text for one in side) for side in STAGGERED]),
    ],
)  # fmt: skip
def test_blocks(words, blocks):
    found = [" ".join(row.text for row in block) for block in columns.blocks(words)]
    assert found == blocks


@pytest.mark.parametrize(
    ("shown", "read_as"),
    [  # "shown" from left to right, as it stands on the page
        ("םולש", "שלום"),
        ("2024 ראוני 12 םוי", "יום 12 ינואר 2024"),
        ("2,500 םישנא NATO קחשמ", "משחק NATO אנשים 2,500"),
        (")ןכ( הבושתה", "התשובה (כן)"),
        ("(ןכ) הבושתה", "התשובה (כן)"),
        ("the word םולש here", "the word שלום here"),
        ("the words of 12 ראוני 24 םוי are here", "the words of 12 יום 24 ינואר are here"),
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
