"""What the page shows, without a browser: how answers are rendered, and the desk."""

import dataclasses
import threading
from html.parser import HTMLParser

import pytest
from fake_assistant import (
    ASK_BRIDGE,
    ASK_BROKEN,
    ASK_HOSTILE,
    ASK_REFUSED,
    BRIDGE,
    COUNCIL,
    HOSTILE,
    FakeAssistant,
    bridge_answer,
    cite,
    events,
    hostile_answer,
    refused_answer,
)
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.records import Article, Card
from rag.page import rendering
from rag.page.desk import Desk
from rag.page.rendering import Conversation, Exchange
from rag.records import Answer, Event, Sentence

NASTY = st.text(alphabet=st.sampled_from("<>&\"'`*_[](){}!#$~|\\/:.;=-+@ \n\tabw1é’\u202e\x00"))
TAGS = {
    *("a", "article", "blockquote", "details", "div", "h2", "h3", "li", "mark", "p", "span"),
    *("summary", "time", "ul"),
}
ATTRIBUTES = {"class", "datetime", "href", "id", "rel", "target"}


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


def last_of(desk: Desk, question: str, conversation: Conversation = ()) -> Conversation:
    views = list(desk.answer(desk.begin(question, conversation).conversation, "", ""))
    return views[-1].conversation


@given(NASTY)
def test_inert_text_is_only_text_to_a_browser(text: str) -> None:
    parsed = Parsed(rendering.inert(text))
    assert parsed.tags == []
    assert folded(parsed.text) == folded(text)


@given(NASTY)
def test_inert_text_is_only_text_to_markdown(text: str) -> None:
    parsed = Parsed(MarkdownIt("commonmark").enable("table").render(rendering.inert(text)))
    assert set(parsed.tags) <= {"p"}
    assert folded(parsed.text) == folded(text)


def test_inert_text_leaves_no_syntax_and_no_hidden_direction() -> None:
    shown = rendering.inert("${x} {{y}} $$z$$\u202e\u2066\x07 a\n\n    b \ud800")
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
    assert rendering.safe_url(url) == (url if shown else None)


@given(NASTY, NASTY, NASTY, NASTY)
def test_no_field_of_an_article_adds_markup(title: str, who: str, text: str, url: str) -> None:
    quote = f"x{text}y"
    article = Article("a", title, f"{text}\n\n{quote} {text}", "s", publisher=who, url=url)
    citation = dataclasses.replace(cite(1, article, quote, also_in=(who,)), url=url)
    answer = Answer(
        title, text, who, sentences=(Sentence(text, (1,), True),), citations=(citation,)
    )
    conversation = (finished(answer), Exchange(title).ended(who), Exchange(text))
    html = rendering.sources(conversation, lambda _: article)
    html += "".join(one["content"] for one in rendering.messages(conversation))
    parsed = Parsed(html)
    assert set(parsed.tags) <= TAGS
    assert {name for name, _ in parsed.attributes} <= ATTRIBUTES
    assert all(str(link).startswith(("#source-", "http")) for link in parsed.values("href"))


@given(st.lists(st.text("ab. é<", min_size=1, max_size=2000), min_size=1, max_size=4), st.data())
def test_a_passage_marks_the_quotation_and_nothing_else(
    parts: list[str], data: st.DataObject
) -> None:
    text = "\n\n".join(parts)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    parsed = Parsed(rendering.passage(text, start, end))
    assert "".join(parsed.marked.split()) == "".join(text[start:end].split())
    assert "".join(parsed.text.replace("…", "").split()) in "".join(text.split())


def test_a_passage_is_the_whole_paragraph_and_no_other() -> None:
    citation = cite(1, BRIDGE, "Repairs cost 18.4 million crowns")
    parsed = Parsed(rendering.passage(BRIDGE.text, citation.start, citation.end))
    assert parsed.text == BRIDGE.text.split("\n\n")[1]
    assert parsed.marked == citation.quote


def test_a_passage_over_two_paragraphs_keeps_the_break() -> None:
    html = rendering.passage("One. Two.\n\nThree. Four.", 5, 17)
    assert html == ("<p>One&#46; <mark>Two&#46;</mark></p><p><mark>Three&#46;</mark> Four&#46;</p>")


def test_a_long_paragraph_is_cut_at_words_and_says_so() -> None:
    text = "before " * 300 + "the words " + "after " * 300
    start = text.index("the words")
    shown = Parsed(rendering.passage(text, start, start + 9)).text
    assert shown.startswith("… before before")
    assert shown.endswith("after after …")
    assert len(shown) < 2 * rendering.CONTEXT + 20


def test_a_card_shows_where_the_passage_stands() -> None:
    html = rendering.sources((finished(bridge_answer()),), find)
    parsed = Parsed(html)
    assert "[1] Harbour bridge to reopen in May after two-year repair" in parsed.text
    assert "Veldmar Courier · 4 March 2025" in parsed.text
    assert "Also in: Coast Gazette; Daily Ledger" in parsed.text
    assert parsed.values("datetime") == ["2025-03-04", "2025-03-04", "2025-03-06"]
    assert parsed.values("href") == [BRIDGE.url, BRIDGE.url]
    assert parsed.values("rel") == ["noopener noreferrer"] * 2
    assert parsed.values("target") == ["_blank"] * 2
    assert parsed.marked == "".join(one.quote for one in bridge_answer().citations)


@pytest.mark.parametrize("article", [None, dataclasses.replace(BRIDGE, text="Something else.")])
def test_a_card_shows_the_bare_quotation_when_the_article_has_changed(
    article: Article | None,
) -> None:
    parsed = Parsed(rendering.sources((finished(bridge_answer()),), lambda _: article))
    assert "The harbour bridge in Veldmar will reopen on 12 May" in parsed.marked
    assert "port authority" not in parsed.text
    assert "Something else" not in parsed.text


def test_every_mark_of_every_answer_leads_to_its_card() -> None:
    conversation = (finished(bridge_answer()), finished(hostile_answer()))
    chat = Parsed("".join(one["content"] for one in rendering.messages(conversation)))
    panel = Parsed(rendering.sources(conversation, find))
    marks = {str(link).removeprefix("#") for link in chat.values("href")}
    assert marks == {"source-1-1", "source-1-2", "source-1-3", "source-2-1"}
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
        "The archive says nothing about who designed the opera house."
        "Nearest headlines in the archive:"
        "Harbour bridge to reopen in May after two-year repair Veldmar Courier · 4 March 2025"
        "Council questions bill for harbour bridge Northern Wire · 6 March 2025"
        "Only articles published since 2025-03-01 were read."
    )
    assert rendering.REFUSED in rendering.sources((exchange,), find)


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
    text = rendering.plain((finished(hostile_answer()), finished(bridge_answer())))
    assert text.startswith(f"{ASK_BRIDGE}\n\n12 May\n\nThe bridge reopens on 12 May. [1]")
    assert "Northern Wire" in text
    assert rendering.plain(()) == rendering.plain((Exchange(ASK_BRIDGE),)) == ""


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


def test_a_follow_up_carries_the_history_and_a_failed_question_does_not() -> None:
    assistant = FakeAssistant()
    desk = Desk(assistant)
    conversation = last_of(desk, ASK_REFUSED, last_of(desk, ASK_BROKEN, last_of(desk, ASK_BRIDGE)))
    asked = [turn.question for turn in assistant.calls[-1][1]]
    assert asked == [ASK_BRIDGE]
    assert [one.problem is None for one in conversation] == [True, False, True]


def test_dates_reach_the_assistant_and_blank_ones_do_not() -> None:
    assistant = FakeAssistant()
    desk = Desk(assistant)
    begun = desk.begin(ASK_BRIDGE, ()).conversation
    *_, view = desk.answer(begun, " 2025-03-01 ", "  ")
    assert assistant.calls[0][2:] == ("2025-03-01", None)
    assert "published since 2025-03-01 were" in Parsed(view.messages[1]["content"]).text


def test_trouble_is_shown_as_a_line_and_a_bug_keeps_its_traceback() -> None:
    desk = Desk(FakeAssistant())
    problem = last_of(desk, ASK_BROKEN)[-1].problem
    assert problem == "another process is writing to the index; ask again in a minute"

    class Broken(FakeAssistant):
        def article(self, article_id: str) -> Article:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        last_of(Desk(Broken()), ASK_BRIDGE)


def test_a_blank_question_asks_nothing() -> None:
    assistant = FakeAssistant()
    desk = Desk(assistant)
    assert desk.begin("  \n ", ()).conversation == ()
    assert list(desk.answer((), "", "")) == []
    assert assistant.calls == []


def test_a_stopped_question_keeps_what_came_before() -> None:
    desk = Desk(FakeAssistant())
    views = desk.answer(desk.begin(ASK_BRIDGE, ()).conversation, "", "")
    next(views)
    assert desk.stop(next(views).conversation)
    *rest, last = views
    assert rest == []
    assert "The bridge reopens" in last.messages[1]["content"]
    assert rendering.inert(rendering.STOPPED) in last.messages[1]["content"]
    assert not desk.stop(last.conversation)
    assert desk.fail(last.conversation) == last


def test_a_cleared_conversation_stays_clear() -> None:
    desk = Desk(FakeAssistant())
    views = desk.answer(desk.begin(ASK_BRIDGE, ()).conversation, "", "")
    next(views)
    empty = desk.view(())
    assert desk.clear(next(views).conversation) == empty
    assert list(views) == [empty]
    assert desk.clear(()) == empty


def test_the_model_answers_one_question_at_a_time() -> None:
    assistant = FakeAssistant()
    desk = Desk(assistant)
    first = desk.answer(desk.begin(ASK_BRIDGE, ()).conversation, "", "")
    next(first)
    second = threading.Thread(target=last_of, args=(desk, ASK_HOSTILE))
    second.start()
    second.join(0.2)
    assert [call[0] for call in assistant.calls] == [ASK_BRIDGE]
    first.close()
    second.join()
    assert [call[0] for call in assistant.calls] == [ASK_BRIDGE, ASK_HOSTILE]
