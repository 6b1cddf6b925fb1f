"""What the page shows, without a browser: how answers are rendered, and the desk."""

import dataclasses
import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any, get_args, get_type_hints

import pytest
from fake_assistant import (
    ASK_BRIDGE,
    BRIDGE,
    COUNCIL,
    HOSTILE,
    bridge_answer,
    cite,
    events,
    hostile_answer,
    refused_answer,
)
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.records import Article, Card, Problem, Progress, Report, Span
from rag.page import exporting, reading, rendering, timeline
from rag.page.conversation import Exchange
from rag.page.inert import inert, safe_url
from rag.page.passages import CONTEXT, passage
from rag.page.sources import REFUSED, sources
from rag.records import Answer, Conflict, Event, Headline, Refusal, Retrieved, Sentence

NASTY = st.text(alphabet=st.sampled_from("<>&\"'`*_[](){}!#$~|\\/:.;=-+@ \n\tabw1é’\u202e\x00"))
TAGS = {
    *("a", "article", "blockquote", "button", "circle", "details", "div", "g", "h2", "h3", "li"),
    *("line", "mark", "p", "q", "section", "span", "summary", "svg", "table", "tbody", "td"),
    *("strong", "text", "th", "thead", "time", "title", "tr", "ul"),
}
ATTRIBUTES = {
    *("class", "datetime", "href", "id", "rel", "target", "hidden", "tabindex", "data-remove"),
    *("data-shown", "scope", "type", "role", "aria-label", "viewbox", "x", "y", "x1", "x2", "y1"),
    *("open", "y2", "cx", "cy", "r", "text-anchor"),
}


class Parsed(HTMLParser):
    """The tags, the attributes and the text of a piece of HTML, as a browser finds them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.marked = ""
        self.text = ""
        self._in_mark = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._in_mark = self._in_mark or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if self._in_mark else ""

    def values(self, name: str) -> list[str | None]:
        return [value for key, value in self.attributes if key == name]


def folded(text: str) -> str:
    return " ".join(text.replace("\u202e", "").replace("\x00", "").split())


def find(article_id: str) -> Article | None:
    return {one.id: one for one in (BRIDGE, COUNCIL, HOSTILE)}.get(article_id)


def finished(answer: Answer) -> Exchange:
    return Exchange(answer.question).after(Event("answer", answer.text, answer=answer))


@given(NASTY)
def test_inert_text_is_only_text_to_a_browser(text: str) -> None:
    parsed = Parsed(inert(text))
    assert parsed.tags == []
    assert folded(parsed.text) == folded(text)


@given(NASTY)
def test_inert_text_is_only_text_to_markdown(text: str) -> None:
    parsed = Parsed(MarkdownIt("commonmark").enable("table").render(inert(text)))
    assert set(parsed.tags) <= {"p"}
    assert folded(parsed.text) == folded(text)


def test_inert_text_leaves_no_syntax_and_no_hidden_direction() -> None:
    shown = inert("${x} {{y}} $$z$$\u202e\u2066\x07 a\n\n    b \ud800")
    assert not set(shown) & set("${}*_`[]()<>\n")
    assert shown.endswith(" a b \ufffd")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://courier.example/a?b=1&c=%22", True),
        ("HTTP://courier.example/", True),
        ("http://[2001:db8::1]/", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" https://courier.example/", False),
        ("https://courier.example/a b", False),
        ("data:text/html,<script>", False),
        ("//courier.example/", False),
        ("https:///nowhere", False),
        ("https://bank.example@evil.example/", False),
        ("http://[broken", False),
        ("ftp://courier.example/", False),
        ("", False),
        (None, False),
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None, shown: bool) -> None:
    assert safe_url(url) == (url if shown else None)


@given(NASTY, NASTY, NASTY, NASTY)
def test_no_field_of_an_article_adds_markup(title: str, who: str, text: str, url: str) -> None:
    quote = f"x{text}y"
    article = Article("a", title, f"{text}\n\n{quote} {text}", "s", publisher=who, url=url)
    citation = dataclasses.replace(cite(1, article, quote, also_in=(who,)), url=url)
    answer = Answer(
        title, text, who, sentences=(Sentence(text, (1,), True),), citations=(citation,)
    )
    other = dataclasses.replace(cite(2, COUNCIL, "The final cost"), publisher=who, title=title)
    answer = dataclasses.replace(
        answer,
        citations=(citation, other),
        conflicts=(Conflict("number", ((text, 1), (who, 2))),),
        passages=(Retrieved("found", 1, 1.0),),
    )
    refusal = Refusal("outside_dates", text, (Headline(title, who, url, None),))
    refused = dataclasses.replace(finished(answer), since=text)
    refused = refused.after(Event("answer", "", answer=Answer(title, text, who, refusal=refusal)))
    conversation = (refused, finished(answer), Exchange(title).ended(who), Exchange(text))
    html = sources((finished(answer),), lambda _: article) + sources(conversation, lambda _: None)
    card = Card(title, text, None, who, url, url)
    html += reading.reader(article, [card], Span(0, 1), text) + reading.gone(text)
    html += reading.listing([card], 1, False) + reading.said(text) + reading.trouble(text)
    problems = (Problem(title, text),)
    html += reading.report(Report(1, 1, 1, 1, ((title, who),), problems, 1.0))
    html += reading.progress({"added": 1}, Progress("added", text))
    html += "".join(one["content"] for one in rendering.messages(conversation))
    parsed = Parsed(html)
    assert set(parsed.tags) <= TAGS
    assert {name for name, _ in parsed.attributes} <= ATTRIBUTES
    safe = ("#source-", "#article-", "#ask-", "http")
    assert all(str(link).startswith(safe) for link in parsed.values("href"))


@given(st.lists(st.text("ab. é<", min_size=1, max_size=2000), min_size=1, max_size=4), st.data())
def test_a_passage_marks_the_quotation_and_nothing_else(
    parts: list[str], data: st.DataObject
) -> None:
    text = "\n\n".join(parts)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    parsed = Parsed(passage(text, start, end))
    assert "".join(parsed.marked.split()) == "".join(text[start:end].split())
    assert "".join(parsed.text.replace("…", "").split()) in "".join(text.split())


def test_a_passage_is_the_whole_paragraph_and_no_other() -> None:
    citation = cite(1, BRIDGE, "Repairs cost 18.4 million crowns")
    parsed = Parsed(passage(BRIDGE.text, citation.start, citation.end))
    assert parsed.text == BRIDGE.text.split("\n\n")[1]
    assert parsed.marked == citation.quote


def test_a_passage_over_two_paragraphs_keeps_the_break() -> None:
    html = passage("One. Two.\n\nThree. Four.", 5, 17)
    assert html == ("<p>One&#46; <mark>Two&#46;</mark></p><p><mark>Three&#46;</mark> Four&#46;</p>")


def test_a_long_paragraph_is_cut_at_words_and_says_so() -> None:
    text = "before " * 300 + "the words " + "after " * 300
    start = text.index("the words")
    shown = Parsed(passage(text, start, start + 9)).text
    assert shown.startswith("… before before")
    assert shown.endswith("after after …")
    assert len(shown) < 2 * CONTEXT + 20


def test_a_card_stands_for_an_article_and_shows_where_its_passages_stand() -> None:
    html = sources((finished(bridge_answer()),), find)
    parsed = Parsed(html)
    assert html.count('<article class="byline-source">') == 2
    assert "[1][2] Harbour bridge to reopen in May after two-year repair" in parsed.text
    assert "Veldmar Courier · 4 March 2025" in parsed.text
    assert "Also in: Coast Gazette; Daily Ledger" in parsed.text
    assert parsed.values("href").count(BRIDGE.url) == 1
    assert parsed.values("rel") == ["noopener noreferrer"]
    assert parsed.values("target") == ["_blank"]
    assert parsed.marked == "".join(one.quote for one in bridge_answer().citations)
    assert (
        "Backs sentences 1 and 2; number 1 of 3 passages found; shares “harbour”, “bridge”, "
        "“reopen” and “repair” with the question." in parsed.text
    )


def test_both_sides_of_a_disagreement_stand_next_to_each_other() -> None:
    html = sources((finished(bridge_answer()),), find)
    section = html[html.index("<section") : html.index("</section>")]
    text = Parsed(section).text
    assert section.count('class="byline-side"') == 2
    for said in (
        "The sources give different numbers",
        "18.4 million [2]Veldmar Courier · 4 March 2025Repairs cost 18.4 million",
        "19.1 million [3]Northern Wire · 6 March 2025The final cost is 19.1 million",
    ):
        assert said in text


def test_what_was_found_and_not_used_is_folded_away() -> None:
    answer = bridge_answer()
    found = tuple(Retrieved(one, 1, 1.0) for one in (BRIDGE.id, HOSTILE.id, HOSTILE.id, "gone"))
    html = sources((finished(dataclasses.replace(answer, passages=found)),), find)
    folded = html[html.index('<details class="byline-unused">') :]
    assert "Found but not used: 1 article" in Parsed(folded).text
    assert folded.count("<li>") == 1


def test_sources_stand_on_a_line_in_order_of_their_days_and_touch_nowhere() -> None:
    days = [dt.date(2025, 3, 1), dt.date(2025, 3, 1), dt.date(2025, 3, 2), dt.date(2026, 3, 1)]
    citations = [
        dataclasses.replace(cite(at, BRIDGE, "Repairs"), article_id=str(at), published=day)
        for at, day in enumerate(days, start=1)
    ]
    svg = timeline.of_citations(citations)
    drawn = Parsed(svg)
    spots = [
        (float(x or 0), float(y or 0))
        for x, y in zip(drawn.values("cx"), drawn.values("cy"), strict=True)
    ]
    assert [x for x, _ in spots] == sorted(x for x, _ in spots)
    for at, (x, y) in enumerate(spots):
        for other_x, other_y in spots[at + 1 :]:
            assert (x - other_x) ** 2 + (y - other_y) ** 2 > (2 * timeline.DOT) ** 2
    assert "Veldmar Courier: 1 March 2025" in Parsed(str(drawn.values("aria-label")[0])).text
    assert timeline.of_citations(citations[:1]) == ""
    assert timeline.of_citations([cite(1, HOSTILE, "<script>")]) == ""


def test_the_picture_of_an_archive_counts_every_dated_article() -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=at * at) for at in range(20)]
    titles = Parsed(timeline.of_archive(days, 2)).text
    counts = [int(part) for part in re.findall(r": (\d+) article", titles)]
    assert sum(counts) == len(days)
    assert "2 articles without a date" in Parsed(
        str(Parsed(timeline.of_archive(days, 2)).values("aria-label")[0])
    ).text  # fmt: skip
    assert timeline.of_archive([]) == ""


@pytest.mark.parametrize("article", [None, dataclasses.replace(BRIDGE, text="Something else.")])
def test_a_card_shows_the_bare_quotation_when_the_article_has_changed(
    article: Article | None,
) -> None:
    parsed = Parsed(sources((finished(bridge_answer()),), lambda _: article))
    assert "The harbour bridge in Veldmar will reopen on 12 May" in parsed.marked
    assert "port authority" not in parsed.text
    assert "Something else" not in parsed.text


def test_every_mark_of_every_answer_leads_to_its_card() -> None:
    conversation = (finished(bridge_answer()), finished(hostile_answer()))
    chat = Parsed("".join(one["content"] for one in rendering.messages(conversation)))
    panel = Parsed(sources(conversation, find))
    marks = {str(link).removeprefix("#") for link in chat.values("href")}
    assert marks == {"source-1-1", "source-1-2", "source-1-3", "source-2-1"}
    assert len(set(panel.values("id"))) == len(panel.values("id"))
    assert marks <= set(panel.values("id"))


def test_an_answer_shows_its_short_form_and_its_marks() -> None:
    answer = dataclasses.replace(bridge_answer(), understood="When does the bridge reopen?")
    text = Parsed(rendering.reply(finished(answer), 1)).text
    assert text == (
        "Understood as: When does the bridge reopen?"
        "12 May"
        "The bridge reopens on 12 May. [1] Its repair cost 18.4 million crowns. [2]"
        "The final cost is 19.1 million crowns once the new lighting is counted, "
        "the city's treasurer told the meeting. [3]"
        "From 2 articles in 1.8 s; each sentence was checked against its passage."
    )


def test_a_refusal_shows_its_message_the_nearest_headlines_and_the_dates() -> None:
    exchange = dataclasses.replace(finished(refused_answer()), since="2025-03-01")
    text = Parsed(rendering.reply(exchange, 1)).text
    assert text == (
        "The archive does not say"
        "The archive says nothing about who designed the opera house."
        "The nearest headlines may still help:"
        "Harbour bridge to reopen in May after two-year repair Veldmar Courier · 4 March 2025"
        "Council questions bill for harbour bridge Northern Wire · 6 March 2025"
        "Only articles published since 2025-03-01 were read."
    )
    assert REFUSED in sources((exchange,), find)


def test_an_answer_grows_sentence_by_sentence() -> None:
    exchange = Exchange(ASK_BRIDGE)
    seen = []
    for event in events(bridge_answer()):
        exchange = exchange.after(event)
        seen.append((exchange.status, len(exchange.sentences), len(exchange.citations)))
    status = "reading 6 passages"
    assert seen == [(status, 0, 0), (status, 1, 1), (status, 2, 2), (status, 3, 3), ("", 3, 3)]
    assert not exchange.pending


def test_plain_text_carries_the_answer_and_its_sources() -> None:
    text = exporting.plain((finished(hostile_answer()), finished(bridge_answer())))
    assert text.startswith(f"{ASK_BRIDGE}\n\n12 May\n\nThe bridge reopens on 12 May. [1]")
    assert "Northern Wire" in text
    assert exporting.plain(()) == exporting.plain((Exchange(ASK_BRIDGE),)) == ""


def test_an_archive_introduces_itself() -> None:
    cards = [
        Card(one.id, one.title, one.published, one.publisher, one.url, one.id)
        for one in (COUNCIL, BRIDGE, dataclasses.replace(HOSTILE, title=" "))
    ]
    assert rendering.extent(cards) == "3 articles, 4 March 2025 to 6 March 2025."
    assert rendering.extent(cards[1:]) == "2 articles, 4 March 2025."
    assert rendering.extent(cards[2:]) == "1 article."
    assert rendering.example_questions(cards, 5) == [
        "What is said about Council questions bill for harbour bridge?",
        "What is said about Harbour bridge to reopen in May after two-year repair?",
    ]


def test_quoted_words_stand_under_the_outlet_that_leads_them() -> None:
    led = Sentence("Veldmar Courier, 4 March 2025: “It will reopen.”", (1,), quoted=True)
    html = rendering.reply(finished(dataclasses.replace(bridge_answer(), sentences=(led,))), 1)
    quotation = html[html.index("<blockquote>") : html.index("</blockquote>")]
    assert Parsed(quotation).text == "Veldmar Courier, 4 March 2025“It will reopen.” [1]"
    assert 'class="byline-by"' in quotation


def test_sentences_of_further_sources_are_folded_away_and_disagreements_are_not() -> None:
    limited = dataclasses.replace(finished(bridge_answer()), limit=1)
    assert "<details" not in rendering.reply(limited, 1)
    alone = dataclasses.replace(bridge_answer(), conflicts=())
    folded = rendering.reply(dataclasses.replace(finished(alone), limit=1), 1)
    assert "1 more sentence from other sources" in folded
    assert folded.index("18") < folded.index("<details") < folded.index("19&#46;1")


@pytest.mark.parametrize(
    ("since", "until", "offered"),
    [
        (None, "2025-03-05", ["#ask-wider", "#ask-dateless"]),
        ("2025-03-07", None, ["#ask-wider", "#ask-dateless"]),
        ("2025-03-01", "2025-03-31", ["#ask-dateless"]),
        (None, None, []),
    ],
)
def test_a_wider_window_is_offered_where_the_dates_stand_in_the_way(
    since: str | None, until: str | None, offered: list[str]
) -> None:
    refusal = dataclasses.replace(refused_answer().refusal, kind="outside_dates")
    answer = dataclasses.replace(refused_answer(), refusal=refusal)
    exchange = dataclasses.replace(finished(answer), since=since, until=until)
    links = [link for link in Parsed(rendering.reply(exchange, 1)).values("href")]
    assert [link for link in links if str(link).startswith("#ask")] == offered


def test_a_screen_reader_is_told_the_newest_sentence_and_no_other() -> None:
    exchange = Exchange(ASK_BRIDGE)
    said = [rendering.announcement((exchange,))]
    for event in events(bridge_answer()):
        exchange = exchange.after(event)
        said.append(Parsed(rendering.announcement((exchange,))).text)
    first = "The bridge reopens on 12 May. [1]"
    assert said[:3] == ["Waiting for its turn", "reading 6 passages", first]
    assert said[-1].startswith("Answer complete. From 2 articles")
    assert rendering.announcement(()) == ""


def test_an_article_is_shown_as_a_whole_with_the_quoted_words_marked() -> None:
    citation = cite(1, BRIDGE, "Repairs cost 18.4 million crowns")
    parsed = Parsed(reading.reader(BRIDGE, [], Span(citation.start, citation.end), citation.quote))
    assert parsed.marked == citation.quote
    assert folded(BRIDGE.text).replace(" ", "") in parsed.text.replace(" ", "")
    changed = Parsed(reading.reader(COUNCIL, [], Span(citation.start, citation.end), "other words"))
    assert changed.marked == ""
    assert f"{reading.CHANGED}other words" in changed.text


def test_a_very_long_article_is_shown_around_the_quoted_words() -> None:
    text = "word " * 100_000 + "here it is " + "word " * 100_000
    article = dataclasses.replace(BRIDGE, text=text)
    start = text.index("here it is")
    shown = Parsed(reading.reader(article, [], Span(start, start + 10), "here it is"))
    assert shown.marked == "here it is"
    assert "more characters are not shown here" in shown.text
    assert len(shown.text) < 110_000


def test_the_list_shows_copies_and_how_many_there_are() -> None:
    card = Card("a", "Title", None, None, "https://courier.example/1", "b")
    text = Parsed(reading.listing([card] * 3, 2, False)).text
    assert text.startswith("2 of 3 articles")
    assert text.count("unknownTitle copycourier.example") == 2
    assert reading.NONE_PASS in reading.listing([], 2, True)
    assert "demo archive" in reading.listing([], 2, False)


def test_a_report_tells_what_was_added_copied_and_skipped_and_why() -> None:
    problems = (Problem("/tmp/x/odd.xyz", "it is odd"),)
    text = Parsed(reading.report(Report(2, 1, 3, 9, (("a", "b"),), problems, 1.25))).text
    assert text == (
        "2 articles added, 1 updated, 3 known already, 1 skipped in 1.2 s."
        "Copies of other articles: 1a is a copy of bSkipped: 1odd.xyz: it is odd"
    )


@pytest.mark.parametrize("kind", get_args(get_type_hints(Progress)["kind"]))
def test_each_kind_of_event_of_an_ingest_is_told(kind: Any) -> None:
    from rag.page.wiring import told

    event = Progress(kind, "/tmp/x/<b>.txt", "b", reason="it is doubtful")
    _, last = told(iter([event]))
    assert f"Reading: 1 {kind}… " in last and "<b>" not in last


def test_a_report_leads_to_what_came_and_tells_warnings_and_later_versions() -> None:
    warnings = (Problem("/tmp/x/<b>.txt", "it is <i>doubtful</i>"),)
    done = Report(1, 0, 0, 9, (), (), 1.0, warnings=warnings, superseded=(("old", "new"),))
    parsed = Parsed(reading.report(done, [Progress("added", "/tmp/x/<b>.txt", "b")]))
    assert parsed.text == (
        "1 article added, 1 warning in 1.0 s.To read: 1<b>.txt"
        "Superseded, so not listed: 1old, by newWarnings: 1<b>.txt: it is <i>doubtful</i>"
    )
    assert "b" not in parsed.tags and "i" not in parsed.tags


def test_a_source_that_was_corrected_says_so() -> None:
    note = "Correction: an earlier version gave the <b>wrong</b> month."
    answer = bridge_answer()
    first = dataclasses.replace(answer.citations[0], corrections=(note,), earlier=2)
    answer = dataclasses.replace(answer, citations=(first, *answer.citations[1:]))
    parsed = Parsed(sources((finished(answer),), find))
    assert f"Corrected. {note}" in parsed.text
    assert "2 earlier versions of it are kept" in parsed.text
    assert "b" not in parsed.tags
    assert "earlier version" not in Parsed(sources((finished(bridge_answer()),), find)).text


def test_the_reader_shows_notices_of_correction() -> None:
    note = "Correction: it was <i>Monday</i>."
    parsed = Parsed(reading.reader(dataclasses.replace(BRIDGE, corrections=(note,))))
    assert note in parsed.text and "i" not in parsed.tags
    assert "Corrected" not in Parsed(reading.reader(BRIDGE)).text
