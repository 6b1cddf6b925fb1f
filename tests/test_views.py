"""What the page shows, without a browser: answers, sources, articles, the list and reports."""

import dataclasses
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from fake_assistant import (
    ARCHIVE,
    BRIDGE,
    COUNCIL,
    HOSTILE,
    bridge_answer,
    cite,
    hostile_answer,
    refused_answer,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shown import ATTRIBUTES, NASTY, TAGS, Parsed, finished, folded

from index.records import Article, Card, Problem, Progress, Report, Span
from rag.names.register import Name
from rag.page import exporting, listing, overview, views
from rag.page.conversation import Exchange
from rag.page.html import inert, safe_url
from rag.page.passages import CONTEXT, around
from rag.page.views import REFUSED, sources
from rag.records import Answer, Conflict, Event, EventKind, Headline, Refusal, Retrieved, Sentence

ASSETS = Path(views.__file__).parent / "assets"


def find(article_id: str) -> Article | None:
    return {one.id: one for one in (BRIDGE, COUNCIL, HOSTILE)}.get(article_id)


@given(NASTY)
def test_inert_text_is_only_text_to_a_browser(text):
    parsed = Parsed(inert(text))
    assert parsed.tags == []
    assert folded(parsed.text) == folded(text)
    assert not set(inert(text)) & set("${}`<>\n\u202e")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://courier.example/a?b=1&c=%22", True),
        ("http://[2001:db8::1]/", True),
        ("javascript:alert(1)", False),
        ("http://[broken", False),
        ("java\nscript:alert(1)", False),
        ("https://courier.example/a b", False),
        ("//courier.example/", False),
        ("https://bank.example@evil.example/", False),
        ("ftp://courier.example/", False),
        (None, False),
    ],
)
def test_only_plain_web_addresses_become_links(url, shown):
    assert safe_url(url) == (url if shown else None)


@settings(deadline=None)  # the first example has the templates compiled
@given(NASTY, NASTY, NASTY, NASTY)
@example("<b>", "<i>", "<u>", 'http://a.example/"onload="x')
def test_no_field_of_an_article_adds_markup(title, who, text, url):
    quote = f"x{text}y"
    article = Article("a", title, f"{text}\n\n{quote} {text}", "s", publisher=who, url=url)
    citation = dataclasses.replace(cite(1, article, quote, also_in=(who,)), url=url)
    other = dataclasses.replace(cite(2, COUNCIL, "The final cost"), publisher=who, title=title)
    answer = Answer(
        title, text, who, short=text, sentences=(Sentence(text, (1,), True),),
        citations=(citation, other), passages=(Retrieved("found", 1, 1.0),),
        conflicts=(Conflict("number", ((text, 1), (who, 2))),),
        updates=(Conflict("date", ((who, 1), (text, 2))),),
    )  # fmt: skip
    refusal = Refusal("outside_dates", text, (Headline(title, who, url, None),))
    refused = dataclasses.replace(finished(answer), since=text)
    refused = refused.after(Event("answer", "", answer=Answer(title, text, who, refusal=refusal)))
    conversation = (refused, finished(answer), Exchange(title).ended(who), Exchange(text))
    card = Card(title, text, None, who, url, url)
    problems = (Problem(title, text),)
    done = Report(1, 1, 1, 1, ((title, who),), problems, 1.0, problems)
    html = "".join([
        sources((finished(answer),), lambda _: article), sources(conversation, lambda _: None),
        views.reader(article, [card], Span(0, 1), text, [card]), views.gone(text),
        listing.listing([card], 1, False), listing.said(text), listing.trouble(text),
        listing.report(done, [Progress("added", text, title)]),
        *listing.ingest_shown(iter([Progress("added", text)])),
        overview.overview([card], [Name(text, "person", (who,), 2, 2, {})]),
        overview.suggested([text]),
        views.chat(conversation),
    ])  # fmt: skip
    parsed = Parsed(html)
    assert set(parsed.tags) <= TAGS
    assert {name for name, _ in parsed.attributes} <= ATTRIBUTES
    safe = ("#source-", "#article-", "#ask-", "#about-", "#question-", "#name-", "#stop-", "http")
    assert all(str(link).startswith(safe) for link in parsed.values("href"))


def test_no_template_lets_text_pass_unescaped():
    templates = sorted(ASSETS.glob("*.html"))
    assert templates
    for template in templates:
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", template.read_text("utf-8"))


@given(st.lists(st.text("ab. é<", min_size=1, max_size=2000), min_size=1, max_size=4), st.data())
def test_a_passage_marks_the_quotation_and_nothing_else(parts, data):
    text = "\n\n".join(parts)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    pieces = [piece for row in around(text, Span(start, end)) for piece in row]
    marked = "".join(piece.text for piece in pieces if piece.is_quoted)
    assert "".join(marked.split()) == "".join(text[start:end].split())
    shown = "".join(piece.text for piece in pieces).replace("…", "")
    assert "".join(shown.split()) in "".join(text.split())


def shown_around(text: str, start: int, end: int) -> list[list[tuple[str, bool]]]:
    rows = around(text, Span(start, end))
    return [[(piece.text, piece.is_quoted) for piece in row] for row in rows]


def test_a_passage_is_the_paragraphs_that_hold_it_cut_at_words():
    assert shown_around("Zero.\n\nOne. Two.\n\nThree. Four.\n\nFive.", 12, 24) == [
        [("One. ", False), ("Two.", True)],
        [("Three.", True), (" Four.", False)],
    ]
    text = "before " * 300 + "the words " + "after " * 300
    start = text.index("the words")
    [row] = shown_around(text, start, start + 9)
    assert row[0] == ("… ", False) and row[-1] == (" …", False)
    shown = "".join(words for words, _ in row)
    assert shown.startswith("… before before") and shown.endswith("after after …")
    assert len(shown) < 2 * CONTEXT + 20


def test_sides_that_differ_stand_above_the_quotations_newest_first():
    told = Sentence(
        "The sources differ: A gives “18.4 million”; B gives “19.1”.", (2, 3), False, differs=True
    )
    answer = dataclasses.replace(bridge_answer(), short=None)
    answer = dataclasses.replace(answer, sentences=(*answer.sentences, told))
    text = Parsed(views.reply(finished(answer), 1)).text
    assert text.startswith(
        "The sources give different numbers"
        "19.1 million [3]Northern Wire · 6 March 2025"
        "18.4 million [2]Veldmar Courier · 4 March 2025"
        "The bridge reopens on 12 May. [1]"
    )
    assert "The sources differ" not in text


def test_a_quotation_of_an_unknown_outlet_stands_under_its_headline():
    quote = COUNCIL.text.split("\n\n")[0]
    unknown = dataclasses.replace(COUNCIL, publisher=None, published=None)
    answer = dataclasses.replace(
        bridge_answer(), short=None, sentences=(Sentence(quote, (1,), True),),
        citations=(cite(1, unknown, quote),), conflicts=(),
    )  # fmt: skip
    text = Parsed(views.reply(finished(answer), 1, lambda _: unknown)).text
    assert text.startswith(f"{COUNCIL.title} · undated{quote}")


@pytest.mark.parametrize(
    ("asked", "understood", "about"),
    [
        ("and Araghchi?", "What did Araghchi say about Resolution 2254?", "Resolution 2254"),
        ("when does it open?", "when does the Orrin Sound tunnel open?", "Orrin Sound tunnel"),
        ("how long?", "how long [Thaxby was sent to prison]?", "Thaxby was sent to prison"),
        ("and in Orlo?", "How big was the crowd in Orlo?", "crowd"),
        ("who?", "Who did?", ""),
    ],
)
def test_a_follow_up_tells_what_it_took_over_from_before(asked, understood, about):
    answer = dataclasses.replace(bridge_answer(), question=asked, understood=understood)
    text = Parsed(views.reply(finished(answer), 1)).text
    assert text.startswith(f"{f'about: {about}' if about else 'follows on'} ×")
    assert f"Understood as: {understood}" in text


@pytest.mark.parametrize(
    ("title", "publisher", "url", "shown"),
    [
        ("", None, None, "The harbour bridge in Veldmar will reopen on 12 May, the port "
                         "authority … undated"),
        ("", None, "https://www.courier.example/a", "… courier.example · undated"),
        ("A bridge", "Courier", "https://courier.example/a",
         "A bridge Courier · undated What does it say?"),
    ],
)  # fmt: skip
def test_what_is_not_known_of_an_article_is_left_out_and_no_file_is_named(
    title, publisher, url, shown
):
    article = dataclasses.replace(BRIDGE, title=title, publisher=publisher, url=url, published=None)
    near = Headline(article.id, article.called, publisher, None)
    answer = dataclasses.replace(refused_answer(), refusal=Refusal("not_stated", "No.", (near,)))
    text = Parsed(views.reply(finished(answer), 1, lambda _: article)).text
    assert text.endswith(shown)
    assert article.id not in text and "unknown" not in text
    card = Card(article.id, title, None, publisher, url, article.id, opening=article.called)
    assert article.id not in Parsed(listing.listing([card], 1, False, lambda _: article)).text


@pytest.mark.parametrize("article", [None, dataclasses.replace(BRIDGE, text="Something else.")])
def test_a_card_shows_the_bare_quotation_when_the_article_has_changed(article):
    parsed = Parsed(sources((finished(bridge_answer()),), lambda _: article))
    assert "The harbour bridge in Veldmar will reopen on 12 May" in parsed.marked
    assert "port authority" not in parsed.text
    assert "Something else" not in parsed.text


def test_every_mark_of_every_answer_leads_to_its_card():
    conversation = (finished(bridge_answer()), finished(hostile_answer()))
    chat = Parsed(views.chat(conversation, find))
    panel = Parsed(sources(conversation, find))
    marks = {str(link).removeprefix("#") for link in chat.values("href")}
    assert marks == {"source-1-1", "source-1-2", "source-1-3", "source-2-1"}
    assert len(set(panel.values("id"))) == len(panel.values("id"))
    assert marks <= set(panel.values("id"))


def test_what_is_said_of_the_archive_itself_is_shown_with_the_articles_that_it_lists():
    told = Answer("How many?", "How many?", "", reply="Two.", listed=tuple(cards_of(COUNCIL)))
    text = Parsed(views.reply(finished(told), 1)).text
    assert text == "Two.Council questions bill for harbour bridge Northern Wire · 6 March 2025"
    assert views.TOLD in Parsed(sources((finished(told),), find)).text
    for exported in (exporting.markdown, exporting.page):
        shown = exported((finished(told),))
        assert "Two" in shown and "Council questions bill" in shown


def test_a_refusal_shows_its_message_the_nearest_headlines_and_the_dates():
    answer = dataclasses.replace(refused_answer(), understood="Who is Ilse Tarn?")
    exchange = dataclasses.replace(finished(answer), since="2025-03-01", understood=None)
    asked = dataclasses.replace(exchange, question="Who is Ilse Tarn?")
    text = Parsed(views.reply(asked, 1, find)).text
    assert text == (
        "Only articles published since 2025-03-01 were read."
        "No sure answer"
        "The archive says nothing about who designed the opera house."
        "The nearest headlines:"
        "Harbour bridge to reopen in May after two-year repair Veldmar Courier · 4 March 2025"
        " · mentions “Ilse Tarn” What does it say?"
        "Council questions bill for harbour bridge Northern Wire · 6 March 2025 What does it say?"
    )
    assert REFUSED in Parsed(sources((exchange,), find)).text


def cards_of(*articles: Article) -> list[Card]:
    return [
        Card(one.id, one.title, one.published, one.publisher, one.url, one.id) for one in articles
    ]


def test_an_archive_introduces_itself():
    cards = cards_of(COUNCIL, BRIDGE, HOSTILE)
    assert overview.extent(cards) == "3 articles, 4 March 2025 to 6 March 2025."
    assert overview.extent(cards[2:]) == "1 article."
    question, article_id = next(iter(overview.SUGGESTED.items()))
    there = dataclasses.replace(BRIDGE, id=article_id)
    assert overview.suggestions(cards_of(COUNCIL, there)) == [question]
    assert overview.suggestions(cards_of(*ARCHIVE)) == []
    names = [
        Name(name, kind, (name, "I. Tarn"), stories, 9, {})
        for name, kind, stories in (
            ("Veldmar", "place", 1204), ("Ilse Tarn", "person", 2), ("Port Orrin", "place", 1),
        )
    ]  # fmt: skip
    more = dataclasses.replace(BRIDGE, id="b", publisher=None, published=None)
    parsed = Parsed(overview.overview(cards_of(*ARCHIVE, more), names))
    assert "4 articles · 4 stories · 4 outlets" in parsed.text
    assert "2 articles without a date" in parsed.text
    assert "Most mentionedPeople Ilse Tarn 2Places Veldmar 1,204Outlets" in parsed.text
    assert f"#name-{quote(names[1].query, safe='')}" in parsed.values("href")
    bars = [int(part) for part in re.findall(r": (\d+) article", parsed.text)]
    assert sum(bars) == 2
    assert overview.overview([], names) == ""


@pytest.mark.parametrize(
    ("since", "until", "offered"),
    [
        (None, "2025-03-05", ["#ask-wider", "#ask-dateless"]),
        ("2025-03-07", None, ["#ask-wider", "#ask-dateless"]),
        ("2025-03-01", "2025-03-31", ["#ask-dateless"]),
        (None, None, []),
    ],
)
def test_a_wider_window_is_offered_where_the_dates_stand_in_the_way(since, until, offered):
    refusal = dataclasses.replace(refused_answer().refusal, kind="outside_dates")
    answer = dataclasses.replace(refused_answer(), refusal=refusal)
    exchange = dataclasses.replace(finished(answer), since=since, until=until)
    links = [link for link in Parsed(views.reply(exchange, 1)).values("href")]
    assert [link for link in links if str(link).startswith("#ask")] == offered


def test_an_article_is_shown_as_a_whole_with_the_quoted_words_marked():
    citation = cite(1, BRIDGE, "Repairs cost 18.4 million crowns")
    parsed = Parsed(views.reader(BRIDGE, [], Span(citation.start, citation.end), citation.quote))
    assert parsed.marked == citation.quote
    assert folded(BRIDGE.text).replace(" ", "") in parsed.text.replace(" ", "")
    changed = Parsed(views.reader(COUNCIL, [], Span(citation.start, citation.end), "other words"))
    assert changed.marked == ""
    assert "The article has changed or gone since it was quoted. It said then:other words" in (
        changed.text
    )


def test_a_very_long_article_is_shown_around_the_quoted_words():
    text = "word " * 100_000 + "here it is " + "word " * 100_000
    article = dataclasses.replace(BRIDGE, text=text)
    start = text.index("here it is")
    shown = Parsed(views.reader(article, [], Span(start, start + 10), "here it is"))
    assert shown.marked == "here it is"
    assert "more characters are not shown here" in shown.text
    assert len(shown.text) < 110_000


def test_a_report_leads_to_what_came_and_tells_warnings_and_later_versions():
    warnings = (Problem("/tmp/x/<b>.txt", "it is <i>doubtful</i>"),)
    done = Report(1, 0, 0, 9, (), (), 1.0, warnings=warnings, superseded=(("old", "new"),))
    parsed = Parsed(listing.report(done, [Progress("added", "/tmp/x/<b>.txt", "b")]))
    assert parsed.text == (
        "1 article added, 1 warning in 1.0 s.To read: 1<b>.txt"
        "Superseded, so not listed: 1old, by newWarnings: 1<b>.txt: it is <i>doubtful</i>"
    )
    assert "b" not in parsed.tags and "i" not in parsed.tags


def test_a_source_that_was_corrected_says_so():
    note = "Correction: an earlier version gave the <b>wrong</b> month."
    answer = bridge_answer()
    first = dataclasses.replace(answer.citations[0], corrections=(note,), earlier=2)
    answer = dataclasses.replace(answer, citations=(first, *answer.citations[1:]))
    parsed = Parsed(sources((finished(answer),), find))
    assert f"Corrected. {note}" in parsed.text
    assert "2 earlier versions of it are kept" in parsed.text
    assert "b" not in parsed.tags
    assert "earlier version" not in Parsed(sources((finished(bridge_answer()),), find)).text
    article = Parsed(views.reader(dataclasses.replace(BRIDGE, corrections=(note,))))
    assert note in article.text and "b" not in article.tags
    assert "Corrected" not in Parsed(views.reader(BRIDGE)).text


def test_few_words_are_not_shown_without_the_sentence_that_they_stand_in():
    exchange = Exchange("How many died?").after(Event(EventKind.SHORT, "11"))
    for cut_short in (exchange, exchange.ended(views.INTERRUPTED)):
        assert "11" not in Parsed(views.reply(cut_short, 1)).text
