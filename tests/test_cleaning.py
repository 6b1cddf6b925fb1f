"""The lines around a story, and what they say of it."""

import datetime as dt

import pytest

from index.cleaning import Facts, trim
from index.lines import Line, byline_names, is_caption, web_address
from tests.reading import cleaned
from tests.samples import FIRST, SECOND

DAY = dt.date(2024, 12, 7)
BODY = f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    ("text", "body", "known"),
    [
        (f"By AFP\n\n{BODY}", BODY, {"publisher": "AFP", "authors": ("AFP",)}),
        (f"By AFP\n\n{BODY}\n\nSource: Meridian Daily", BODY,
         {"publisher": "Meridian Daily", "authors": ("AFP",)}),
        ("Ministers at a table in the capital. Press Service of the Ministry / EPA / TASS\n\n"
         f"{BODY}\n\nRelated article: What the neighbours want\n\nA third paragraph stays.\n\n"
         "AFP contributed reporting.\n\nOriginal url: https://e.org/2024/a?b=c",
         f"{BODY}\n\nA third paragraph stays.", {"url": "https://e.org/2024/a?b=c"}),
        (f"{BODY}\n\nOriginal url:\nhttps://e.org/a", BODY, {"url": "https://e.org/a"}),
        (f"Published: 7 December 2024\n\n{BODY}\n\n1 December 2024\n\n{BODY}",
         f"{BODY}\n\n1 December 2024\n\n{BODY}", {"published": DAY}),
        (f"1 December 2024\n\n{BODY}\n\n7 December 2024\n\n{BODY}",  # a chronology
         f"1 December 2024\n\n{BODY}\n\n7 December 2024\n\n{BODY}", {}),
        (f"Three meet\n{FIRST}\nBy Ola Berg\n\n{SECOND}", BODY,
         {"title": "Three meet", "authors": ("Ola Berg",)}),
        ("Ministers call for truce", "Ministers call for truce", {}),
    ],
)  # fmt: skip
def test_what_the_lines_around_a_story_say(text, body, known):
    found, facts = cleaned(text)
    assert found == body
    names = ("title", "published", "publisher", "url", "authors")
    assert {name: getattr(facts, name) for name in names if getattr(facts, name)} == known


def test_what_is_known_before_wins_and_what_differs_stays_in_the_text():
    known = Facts(published=dt.date(2024, 12, 8), authors=("Ola Berg",))
    body, facts = cleaned(f"By Ola Berg\n\n7 December 2024\n\n{BODY}", known)
    assert body == f"7 December 2024\n\n{BODY}"
    assert facts.published == dt.date(2024, 12, 8)


@pytest.mark.parametrize(
    "line",
    [
        "Correction: an earlier version gave the wrong day.",
        "By Friday",
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
@pytest.mark.parametrize("place", ["{0}\n\n{1}", "{1}\n\n{0}\n\n{1}", "{1}\n\n{0}"])
def test_in_doubt_a_line_stays(line, place):
    body, facts = cleaned(place.format(line, BODY))
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
    ],
)
def test_a_dateline_is_read_and_stays(dateline, publisher, published):
    body, facts = cleaned(dateline + BODY)
    assert body == dateline + BODY
    assert (facts.publisher, facts.published) == (publisher, published)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("BY OLA BERG", (("OLA BERG",), None)),
        ("By Ola Berg, Lena Dahl and Ali bin Omar al-Dahl",
         (("Ola Berg", "Lena Dahl", "Ali bin Omar al-Dahl"), None)),
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
)  # fmt: skip
def test_byline_names(line, names):
    assert byline_names(line) == names


@pytest.mark.parametrize(
    ("line", "authors", "publisher"),
    [
        ("By Ola Berg, The Herald, 3 May 2024", ("Ola Berg",), "The Herald"),
        ("By Ola Berg | 2024-05-03", ("Ola Berg",), None),
        ("By Ola Berg and Ida Holt — May 3, 2024", ("Ola Berg", "Ida Holt"), None),
        ("By Friday, 3 May 2024, the council had voted to keep the ferry.", (), None),
    ],
)
def test_a_byline_may_end_with_the_day(line, authors, publisher):
    facts = Facts()
    body = trim([Line("Council of Aune keeps its ferry"), Line(line), Line(FIRST)], facts)
    assert [one.text for one in body] == [FIRST] if authors else [line, FIRST]
    assert (facts.authors, facts.publisher) == (authors, publisher)
    assert facts.published == (dt.date(2024, 5, 3) if authors else None)


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
    ],
)
def test_is_caption(text, caption):
    assert is_caption(Line(text)) is caption


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://e.org/a?b#c", "https://e.org/a?b#c"),
        ("<http://e.org>", "http://e.org"),
        *((text, None) for text in ("javascript:alert(1)", "e.org/a", "https://", "https://[",
                                    "https://e.org/a b")),
    ],
)  # fmt: skip
def test_web_address(text, address):
    assert web_address(text) == address
