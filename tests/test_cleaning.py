"""The lines around a story, and what they say of it."""

import datetime as dt

import pytest

from index.cleaning import Facts, trim
from index.lines import Line, byline_names, is_caption, web_address
from index.paragraphs import plain_paragraphs

DAY = dt.date(2024, 12, 7)
BODY = (
    "The ministers of three countries met on Saturday and asked for an immediate truce.\n\n"
    "They will meet again next month, their spokesman said, in one of the three capitals."
)


def cleaned(text: str, facts: Facts | None = None) -> tuple[str, Facts]:
    facts = facts or Facts()
    body = trim(plain_paragraphs(text), facts)
    return "\n\n".join(line.text for line in body), facts


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
