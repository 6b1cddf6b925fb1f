"""Characters and lines, however a source wrote them, to paragraphs."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.cleaning import Facts
from index.decoding import drop_tags, fold
from index.lines import Line
from index.paragraphs import unwrap
from tests.reading import cleaned, repair
from tests.samples import FIRST

repeatable = settings(deadline=None, derandomize=True)
# fmt: off
PIECES = st.sampled_from([
    "\n", "\n\n", " ", "  ", ". ", "a", "B", "word", "-", "al-", "<u>", "</u>", "<", "u>", ">",
    "<st-", "rong>", "<b", "r>", "<br>", "\u00ad", "\u200b", "\u200c", "\u200d", "\u0301", "é", "e",
    "ﬁ", "\r\n", "\r", "\u2028", "\u00a0", "\t", "\x00", "\x1c", "\ud800", "“", "”", '"', "*", "**",
    "AFP", "By AFP", "By Ola Berg", "Dec 7, 2024", " / EPA / TASS", "Original url: https://e.org/a",
    "https://e.org", "Photo: X", "Related article", "(", "[", "]", "# ", "- ", "1. ", "...", "?",
    "a run of words that is much like a wrapped line of text and", "govern-", "government", "ment",
    "this is another line, which goes on and on until the next one-", "The End.", "ب", "한", "ᄀ",
    "ᅡ", "—", "–", "/", "\u212a", "A: ", "|", "\U000e0041", "\u0338",
])
# fmt: on
NASTY = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\u00a0b\u2009c\td  e", "a b c d e"),
        ("ze\u200bro\ufeff wi\u2060dth", "zero width"),
        ("nego\u00adti\u00adations", "negotiations"),
        ("nego\u00ad\ntiations", "negotiations"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("cafe\u0301", "café"),
        ("the ﬁrst oﬃcer", "the first officer"),
        ("“It’s — over…”", "“It’s — over…”"),
        ("half a pair \ud83d", "half a pair \ufffd"),
        ("hidden\U000e0041\U000e0042 words\u202e", "hidden words"),
        ("नम\u200cस्ते but not\u200c here", "नम\u200cस्ते but not here"),
    ],
)
def test_fold(raw, folded):
    assert fold(raw) == folded


@pytest.mark.parametrize(
    ("raw", "dropped"),
    [
        ("<u>Russia, Iran</u> and <em class='x'>Turkey</em>", "Russia, Iran and Turkey"),
        ("one<br/>two<p>three</p>", "one\ntwo\nthree\n"),
        ("if a < b and b > c", "if a < b and b > c"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("<scr<u>ipt>", "<script>"),
        ("<<u>u>gone", "gone"),
    ],
)
def test_drop_tags(raw, dropped):
    assert drop_tags(raw) == dropped


# --- lines to paragraphs -----------------------------------------------------------------------


WIDE = "The ministers met on Saturday in a hotel by the sea and agreed on very little,"
TOLD = "as those who had come to report on it were told by the spokesman of one of"


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("“We are convinced of that,” he said. “We will work for it.”\n"
         "al-Shabaab, the group that had claimed an earlier attack, denied that it had any part.\n"
         "He left.\nA last paragraph without a full stop",
         ["“We are convinced of that,” he said. “We will work for it.”",
          "al-Shabaab, the group that had claimed an earlier attack, denied that it had any part.",
          "He left.", "A last paragraph without a full stop"]),
        ("The minister said that the\ntalks had failed.\nHe left the city.\nThe others stayed.",
         ["The minister said that the talks had failed.", "He left the city.",
          "The others stayed."]),
        # A space before a line begins a paragraph of wrapped text.
        (f"{WIDE}\n{TOLD}\nthem, and left.\n {WIDE}\n{TOLD}\nthem.",
         [f"{WIDE} {TOLD} them, and left.", f"{WIDE} {TOLD} them."]),
        # A short line in it is a heading.
        (f"{WIDE}\n{TOLD}\nthem.\nWhat comes next\n{WIDE}\n{TOLD}\nthem.",
         [f"{WIDE} {TOLD} them.", "What comes next", f"{WIDE} {TOLD} them."]),
        # A sentence that a page break cuts is whole again.
        (f"{WIDE}\n{TOLD}\nthem, a man who gave his name only on condition that nobody else be\n\n"
         f"named. He spoke for an hour.\n\n{WIDE}\nand left.\n",
         [f"{WIDE} {TOLD} them, a man who gave his name only on condition that nobody else be "
          "named. He spoke for an hour.", f"{WIDE} and left."]),
        # A line that says something about the story is not joined to it.
        (f"A headline that stops in mid-air\nBy Ola Berg\nDec. 7, 2024\n{FIRST}",
         ["A headline that stops in mid-air", "By Ola Berg", "Dec. 7, 2024", FIRST]),
    ],
)  # fmt: skip
def test_which_lines_are_one_paragraph(text, paragraphs):
    assert repair(text).split("\n\n") == paragraphs


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("president Bashar al-\nAssad spoke", "president Bashar al-Assad spoke"),
        ("the front of ul-\nhaq", "the front of ul-haq"),
        ("it was al-\nready late", "it was already late"),
        ("the F-\n16 landed", "the F-16 landed"),
        ("a Russian-\nbacked force", "a Russian-backed force"),
        ("a US-\nbuilt base", "a US-built base"),
        ("the negoti-\nations went on", "the negotiations went on"),
        ("two-\nand three-way talks", "two- and three-way talks"),
        ("one-in-\nfive voters", "one-in-five voters"),
        ("ex-\nplained; the army said", "explained; the army said"),
        ("in the so-\ncalled talks", "in the so-called talks"),
        ("a court-\nappointed expert; the court", "a court-appointed expert; the court"),
        ("a shop-\nfloor worker", "a shop-floor worker"),
        ("a con-\nfirmed report", "a confirmed report"),
        ("an ex-\ngeneral left; the general", "an ex-general left; the general"),
        ("a so-called tribu-\nnal; the tribu-nal met", "a so-called tribu-nal; the tribu-nal met"),
        ("the envoy—\nwho was late—left", "the envoy—who was late—left"),
        ("he said -\nand left", "he said - and left"),
        ("yes and/\nor no", "yes and/or no"),
    ],
)
def test_the_hyphen_at_a_line_end(lines, joined):
    assert repair(lines) == joined


def test_compounds_keep_their_hyphen_where_the_text_divides_no_words():
    line = "these are words of a line that has been broken by hand in the middle of it\n"
    text = line * 40 + "and the vote was jury-\nrecommended in the end."
    assert repair(text).endswith("jury-recommended in the end.")


def test_what_the_markup_said_outlives_the_joining():
    lines = [Line("see the", links=("https://e.org/a",), linked=True), Line("next", linked=True)]
    assert unwrap([lines]) == [Line("see the next", links=("https://e.org/a",), linked=True)]


@repeatable
@given(NASTY)
def test_cleaning_clean_text_changes_nothing(text):
    once = repair(text)
    assert repair(once) == once
    assert fold(fold(text)) == fold(text)
    assert drop_tags(drop_tags(text)) == drop_tags(text)
    body, _ = cleaned(text)
    assert repair(body) == body


@repeatable
@given(NASTY)
def test_clean_text_is_paragraphs_with_one_blank_line_between(text):
    for paragraph in repair(text).split("\n\n"):
        assert paragraph == " ".join(paragraph.split(" ")).strip()
        assert "\n" not in paragraph
        paragraph.encode()


@repeatable
@given(st.text(st.characters(codec="utf-8", exclude_characters="<>-\u00ad")))
def test_no_letter_is_lost_in_unwrapping(text):
    assert re.sub(r"\s", "", repair(text)) == re.sub(r"\s", "", fold(text))


SENTENCES = st.lists(
    st.lists(st.sampled_from(["who", "what", "then", "said", "army", "left"]), min_size=4).map(
        lambda words: f"And {' '.join(words)}."
    ),
    min_size=1,
    max_size=30,
)


@repeatable
@given(SENTENCES, st.sampled_from(["\n", "\n\n", " "]))
def test_no_prose_is_taken_for_anything_else(sentences, between):
    text = between.join(sentences)
    body, facts = cleaned(text)
    assert body.split() == text.split()
    assert facts == Facts()
