"""Lines to paragraphs, and the lines around a story to what they say."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.characters import drop_tags, fold
from index.cleaning import Facts, trim
from index.dates import find_date, parse_date, parse_date_line
from index.lines import Line, byline_names, is_caption, web_address
from index.paragraphs import plain_paragraphs, unwrap
from tests.reading import repair

repeatable = settings(deadline=None, derandomize=True)
DAY = dt.date(2024, 12, 7)
BODY = (
    "The ministers of three countries met on Saturday and asked for an immediate truce.\n\n"
    "They will meet again next month, their spokesman said, in one of the three capitals."
)
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


def cleaned(text: str, facts: Facts | None = None) -> tuple[str, Facts]:
    facts = facts or Facts()
    body = trim(plain_paragraphs(text), facts)
    return "\n\n".join(line.text for line in body), facts


# --- characters --------------------------------------------------------------------------------


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

WRAPPED = """ The ministers of three countries met on Saturday beside a forum and called
for an immediate end to the fighting, while rebels pressed on to the capital
of Bashar al-
Assad's government. "We agreed that the dia-
logue should begin at once," one of them told report-
ers after two hours of talks, which he called frank and Rus-
sian-led in tone. Nobody would say whether the two-
year-old truce, or the cease-
fire of 2020, still held.
He would not guess, he said.
Asked a second time, he left for the airport with the rest of his delega-
tion, and a cease-fire was not announced in the evening either, as had been
expected by several of the diplomats who had come to the city for the forum.
"""


def test_hard_wrapped_text_becomes_whole_paragraphs():
    first, second, third = repair(WRAPPED).split("\n\n")
    assert first == (
        "The ministers of three countries met on Saturday beside a forum and called for an "
        "immediate end to the fighting, while rebels pressed on to the capital of Bashar "
        'al-Assad\'s government. "We agreed that the dialogue should begin at once," one of them '
        "told reporters after two hours of talks, which he called frank and Russian-led in tone. "
        "Nobody would say whether the two-year-old truce, or the cease-fire of 2020, still held."
    )
    assert second == "He would not guess, he said."
    assert third.startswith("Asked a second time") and third.endswith("for the forum.")


def test_one_paragraph_per_line_stays_so():
    lines = [
        "“We are convinced of that,” the minister said. “We will work for it.”",
        "al-Shabaab, the group that had claimed an earlier attack, denied that it had any part.",
        "He left.",
        "A last paragraph without a full stop",
    ]
    assert repair("\n".join(lines)) == "\n\n".join(lines)


def test_a_single_break_in_mid_sentence_is_mended():
    text = "The minister said that the\ntalks had failed.\nHe left the city.\nThe others stayed."
    assert repair(text).split("\n\n") == [
        "The minister said that the talks had failed.",
        "He left the city.",
        "The others stayed.",
    ]


def test_a_space_before_a_line_begins_a_paragraph_of_wrapped_text():
    line = "The ministers met on Saturday in a hotel by the sea and agreed on very little, as"
    rest = "those who had come to report on it were told by the spokesman of one of them."
    text = f"{line}\n{rest}\n {line}\nbefore."
    assert repair(text).count("\n\n") == 1


def test_a_short_line_in_wrapped_text_is_a_heading():
    text = (
        "The ministers met on Saturday in a hotel by the sea and agreed on very little,\n"
        "as those who had come to report on it were told by the spokesman of one of\nthem.\n"
        "What comes next\n"
        "The ministers will meet again within a month, although nobody knows where, and\n"
        "in the meantime their deputies go on talking.\n"
    )
    assert "\n\nWhat comes next\n\n" in repair(text)


def test_a_sentence_that_a_page_break_cuts_is_whole_again():
    text = (
        "The ministers met on Saturday in a hotel by the sea and agreed on very little,\n"
        "as those who had come to report on it were told by the spokesman of one of\n"
        "them, a man who gave his name only on condition that nobody else would be\n\n"
        "named. He spoke for an hour.\n\n"
        "The others said nothing at all to the reporters who were waiting at the gate,\n"
        "and left.\n"
    )
    paragraphs = repair(text).split("\n\n")
    assert len(paragraphs) == 2
    assert "nobody else would be named. He spoke for an hour." in paragraphs[0]


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


def test_a_line_that_says_something_about_the_story_is_not_joined_to_it():
    text = "A headline that stops in mid-air\nBy Ola Berg\nDec. 7, 2024\n" + BODY
    assert repair(text).split("\n\n")[:3] == [
        "A headline that stops in mid-air",
        "By Ola Berg",
        "Dec. 7, 2024",
    ]


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


# --- the lines around a story ------------------------------------------------------------------


def test_a_header_of_plain_lines():
    head = "Three ministers call for 'immediate' truce\nBy Ola Berg and Lena Dahl\nDec. 7, 2024\n"
    body, facts = cleaned(head + BODY.replace("\n\n", "\n"))
    assert body == BODY
    assert facts == Facts(
        title="Three ministers call for 'immediate' truce",
        published=DAY,
        authors=("Ola Berg", "Lena Dahl"),
        provenance={"title": "first line", "authors": "byline", "published": "date line"},
    )


def test_an_agency_that_signs_is_the_publisher_unless_another_is_named():
    _, facts = cleaned(f"By AFP\n\n{BODY}")
    assert (facts.publisher, facts.authors) == ("AFP", ("AFP",))
    assert facts.provenance["publisher"] == "byline"
    _, facts = cleaned(f"By AFP\n\n{BODY}\n\nSource: Meridian Daily")
    assert (facts.publisher, facts.authors) == ("Meridian Daily", ("AFP",))


def test_captions_links_and_closing_lines_are_taken_away():
    text = (
        "Ministers at a table in the capital. Press Service of the Ministry / EPA / TASS\n\n"
        f"{BODY}\n\nRelated article: What the neighbours want\n\nA third paragraph stays.\n\n"
        "AFP contributed reporting.\n\nOriginal url: https://e.org/2024/a?b=c"
    )
    body, facts = cleaned(text)
    assert body == f"{BODY}\n\nA third paragraph stays."
    assert facts.url == "https://e.org/2024/a?b=c"
    assert facts.provenance == {"url": "footer"}


def test_an_address_may_stand_under_its_label():
    body, facts = cleaned(f"{BODY}\n\nOriginal url:\nhttps://e.org/a")
    assert (body, facts.url) == (BODY, "https://e.org/a")


def test_what_is_known_before_wins_and_what_differs_stays_in_the_text():
    known = Facts(published=dt.date(2024, 12, 8), authors=("Ola Berg",))
    body, facts = cleaned(f"By Ola Berg\n\n7 December 2024\n\n{BODY}", known)
    assert body == f"7 December 2024\n\n{BODY}"
    assert facts.published == dt.date(2024, 12, 8)


def test_the_date_lines_of_a_chronology_are_not_when_it_was_published():
    text = f"How the talks began\n\n1 December 2024\n\n{BODY}\n\n7 December 2024\n\n{BODY}"
    body, facts = cleaned(text)
    assert facts.published is None
    assert "1 December 2024" in body and "7 December 2024" in body


def test_a_label_makes_one_date_of_several_sure():
    text = f"Published: 7 December 2024\n\n{BODY}\n\n1 December 2024\n\n{BODY}"
    assert cleaned(text)[1].published == DAY


def test_a_standfirst_may_come_before_the_byline():
    standfirst = "Nobody expected much of the meeting, and not much came of it."
    body, facts = cleaned(f"Three ministers meet\n{standfirst}\nBy Ola Berg\n\n{BODY}")
    assert body == f"{standfirst}\n\n{BODY}"
    assert facts.authors == ("Ola Berg",)


@pytest.mark.parametrize(
    "line",
    [
        "Correction: an earlier version gave the wrong day.",
        "By Friday, the city had fallen.",
        "By Friday",
        "By land, sea and air",
        "By Land, Sea and Air",
        "Source: the spokesman would not say who had told him.",
        "Reporting by the commission found that 500 people had died.",
        "Copyright law was changed in 2019.",
        "The vote was Yes / No",
        "Read more than one report before you judge.",
        "See also the resolution of 2015, which says the same.",
        "Experts contributed to the report that came out on Monday.",
        "7 December",
        "07/12/2024",
        "Sunday, 7 December 2024",
        "<script>alert(1)</script>",
    ],
)
@pytest.mark.parametrize(
    "place", ["{line}\n\n{body}", "{body}\n\n{line}\n\n{body}", "{body}\n\n{line}"]
)
def test_in_doubt_a_line_stays(line, place):
    body, facts = cleaned(place.format(line=line, body=BODY))
    assert line in body.split("\n\n") or facts.title == line
    assert (facts.published, facts.publisher, facts.url, facts.authors) == (None, None, None, ())


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("Ministers call for 'immediate' truce", True),
        ("Will the truce hold?", True),
        ("“We have lost everything” – a village after the war", True),
        ("The ministers met.", False),
        ("Ministers", False),
        ("the first words of a sentence", False),
        ("Ministers call for a truce, and the rest of this line goes on " * 4, False),
    ],
)
def test_which_first_line_is_a_headline(first, title):
    body, facts = cleaned(f"{first}\n\n{BODY}")
    assert facts.title == (first if title else "")
    assert body == (BODY if title else f"{first.strip()}\n\n{BODY}")


def test_a_headline_without_a_story_stays_text():
    assert cleaned("Ministers call for truce") == ("Ministers call for truce", Facts())


@pytest.mark.parametrize(
    ("dateline", "publisher", "published"),
    [
        ("DOHA, Dec 7 (Meridian Wire) — ", "Meridian Wire", None),
        ("DOHA, Dec. 7, 2024 (AFP) - ", "AFP", DAY),
        ("MOSCOW, December 7. /TASS/. ", "TASS", None),
        ("PORT-AU-PRINCE, 7 December 2024 – ", None, DAY),
        ("DOHA (local time) — ", None, None),
        ("Doha (a port) — ", None, None),
        ("NATO (North Atlantic Treaty Organization) — ", None, None),
        ("", None, None),
    ],
)
def test_a_dateline_is_read_and_stays(dateline, publisher, published):
    body, facts = cleaned(dateline + BODY)
    assert body == dateline + BODY
    assert (facts.publisher, facts.published) == (publisher, published)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ola Berg", (("Ola Berg",), None)),
        ("BY OLA BERG", (("OLA BERG",), None)),
        (
            "By Ola Berg, Lena Dahl and Ali bin Omar al-Dahl",
            (("Ola Berg", "Lena Dahl", "Ali bin Omar al-Dahl"), None),
        ),
        ("By Ola Berg, diplomatic correspondent, in Doha", (("Ola Berg",), None)),
        ("By Ola Berg | AFP", (("Ola Berg",), "AFP")),
        ("By Agence France-Presse", ((), "Agence France-Presse")),
        ("By our correspondents", (("our correspondents",), None)),
        ("Author: Lena Dahl", (("Lena Dahl",), None)),
        ("By the sea", None),
        ("By 2025", None),
        ("By Ola Berg said the minister", None),
        ("By Ola Berg.", None),
    ],
)
def test_byline_names(line, names):
    assert byline_names(line) == names


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("The minister. Foreign Ministry / EPA / TASS", True),
        ("A village after the war / Ola Berg / Meridian Herald", True),
        ("They were asked to say Yes / No / Both", False),
        ("They came from Oslo / Bergen", False),
        ("Photo: a village", True),
        ("A village after the war (AP Photo/O. Berg)", True),
        ("A village after the war © AFP", True),
        ("The minister at the forum. **Ministry Press Office**AFP", True),
        ("He spoke to EPA / TASS.", False),
        ("The picture that nobody wanted to see was printed.", False),
    ],
)
def test_is_caption(text, caption):
    assert is_caption(Line(text)) is caption


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://e.org/a?b#c", "https://e.org/a?b#c"),
        ("<http://e.org>", "http://e.org"),
        ("javascript:alert(1)", None),
        ("e.org/a", None),
        ("https://", None),
        ("https://[", None),
        ("https://e.org/a b", None),
    ],
)
def test_web_address(text, address):
    assert web_address(text) == address


# --- dates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "December 7, 2024",
        "Dec. 7, 2024",
        "7 December 2024",
        "7th of December 2024",
        "07-Dec-2024",
        "Saturday, 7 December 2024, 14:05 GMT",
        "Sat, 07 Dec 2024 14:05:00 +0300",
        "December 7, 2024 at 2:05 p.m. Moscow time",
        "14:05, 7 December 2024",
        "2024-12-07",
        "2024-12-07T23:30:00.123-05:00",
        "2024/12/07",
    ],
)
def test_a_whole_date_is_read(text):
    assert parse_date(text) == DAY


def test_a_numeric_date_is_read_where_it_can_be_one_day_only():
    assert parse_date("25.12.2024") == parse_date("12/25/2024") == dt.date(2024, 12, 25)
    assert parse_date("7/7/2024") == dt.date(2024, 7, 7)
    assert parse_date("07/12/2024") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "December 2024",
        "December 7",
        "7 December 24",
        "7–8 December 2024",
        "December 7-8, 2024",
        "Sunday, 7 December 2024",
        "30 February 2024",
        "2024-13-07",
        "2024-12-071",
        "on 7 December 2024 the city fell",
        "7 December 2024 and 8 December 2024",
        "7 December 2024" + " " * 200 + "x",
    ],
)
def test_what_is_partial_ambiguous_or_more_than_a_date_is_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("7 December 2024", (DAY, False)),
        ("Published: 7 December 2024", (DAY, True)),
        ("Published on December 7, 2024 | Updated: December 8, 2024", (DAY, True)),
        ("December 7, 2024 (updated December 8, 2024)", (DAY, False)),
        ("Updated: 8 December 2024", None),
        ("Published 7 December 2024 by the ministry", None),
    ],
)
def test_a_date_line(line, found):
    assert parse_date_line(line) == found


def test_a_date_among_other_words():
    assert find_date("DOHA, Dec. 7, 2024") == DAY
    assert find_date("DOHA, Dec. 7") is None
    assert find_date("from 7 December 2024 to 9 December 2024") is None


@repeatable
@given(st.text())
def test_no_text_is_too_strange_for_a_date(text):
    assert parse_date(text) is None or isinstance(parse_date(text), dt.date)


@repeatable
@given(st.dates(dt.date(1600, 1, 1), dt.date(2199, 12, 31)))
def test_every_day_can_be_written_and_read(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%A}, {day.day} {day:%B %Y}") == day
    assert parse_date(f"{day:%b}. {day.day}, {day.year}") == day


@pytest.mark.parametrize(
    ("line", "authors", "publisher"),
    [
        ("By Ola Berg, The Herald, 3 May 2024", ("Ola Berg",), "The Herald"),
        ("By Ola Berg | 2024-05-03", ("Ola Berg",), None),
        ("By Ola Berg and Ida Holt — May 3, 2024", ("Ola Berg", "Ida Holt"), None),
    ],
)
def test_a_byline_may_end_with_the_day(line, authors, publisher):
    facts = Facts()
    story = "The council of Aune voted on Thursday to keep the ferry until the end of the year."
    body = trim([Line("Council of Aune keeps its ferry"), Line(line), Line(story)], facts)
    assert [one.text for one in body] == [story]
    assert (facts.authors, facts.publisher) == (authors, publisher)
    assert facts.published == dt.date(2024, 5, 3)


def test_a_sentence_that_begins_as_a_byline_stays_whole():
    text = "By Friday, 3 May 2024, the council of Aune had voted to keep the ferry."
    body = trim([Line(text), Line("Nobody spoke against it, the mayor of Aune said.")], Facts())
    assert body[0].text == text
