"""What is where on the page: Gradio's components, with no events yet.

Gradio is heavy: import this only where a page is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from index import languages
from index.records import Card
from rag import batch
from rag.page import listing, models, overview
from rag.page.archive import SUFFIXES
from rag.page.choices import Choices
from rag.page.html import asset

ABOUT = "Answers from your own archive, each sentence with its source."
WELCOME = (
    "<h2>Start here</h2><p>This archive is empty. Drop articles below (text, web pages, PDF, "
    "Word, mail, tables, feeds, zip), or take the demo archive; then ask a question.</p>"
)
ONLY = "Outlets and languages"
DEMO = "Read in the demo archive"
TABLES = (
    "<p>Drop a table with a column “question” (.csv, .xlsx or .jsonl). Each row is answered as on "
    "the Ask tab, within the days, outlets and languages set there, and comes back with its "
    "answer, quotations and sources beside it. You can leave this page meanwhile.</p>"
)
MODES = [
    ("Whichever suits the model", "auto"),
    ("Quote the articles", "quote"),
    ("Let the model write", "compose"),
]
NAME_KINDS = [
    ("All", ""), ("People", "person"), ("Organisations", "organisation"), ("Places", "place"),
]  # fmt: skip
TABS = ("ask", "archive", "names", "tables", "settings")
"""What the tabs are called in the page's address."""
STORAGE = "byline-settings"
KEPT = "byline-conversation"
BATCH = "byline-batch"
STATUS = '<div role="status">${value}</div>'


@dataclass(frozen=True, slots=True)
class Asking:
    """The tab with the conversation and its sources."""

    conversation: gr.State
    kept: gr.BrowserState
    """What the browser calls the conversation, to come back to it."""
    instead: gr.State
    """"instead" while the next question takes the place of the last one, with what is not to be
    read into it behind; else ""."""
    welcome: gr.Column
    upload: gr.File
    demo: gr.Button
    report: gr.HTML
    chat: gr.HTML
    question: gr.Textbox
    wrong: gr.HTML
    """What is wrong with the question or its dates."""
    examples: gr.HTML
    clock: gr.Timer
    """Ticks while questions to begin with are looked for."""
    retry: gr.Button
    edit: gr.Button
    copy: gr.Button
    as_markdown: gr.Button
    as_html: gr.Button
    overview: gr.HTML
    """What the archive holds, in the place of the sources until there are some."""
    sources: gr.HTML
    text: gr.Textbox
    export: gr.Textbox
    said: gr.HTML

    @property
    def shown(self) -> list[Any]:
        """What shows a `View`, in the order of its fields."""
        return [self.conversation, self.chat, self.sources, self.text, self.said]


@dataclass(frozen=True, slots=True)
class Listed:
    """The tab with the archive."""

    upload: gr.File
    report: gr.HTML
    overview: gr.HTML
    words: gr.Textbox
    outlet: gr.Dropdown
    since: gr.Textbox
    until: gr.Textbox
    listing: gr.HTML
    more: gr.Button
    limit: gr.State
    following: gr.Timer
    """Ticks where an ingest was going on when the page was loaded."""

    @property
    def filters(self) -> list[Any]:
        """What narrows the list, in the order of `Filter.of`."""
        return [self.words, self.outlet, self.since, self.until]


@dataclass(frozen=True, slots=True)
class Named:
    """The tab with the names of the archive."""

    tab: gr.Tab
    kind: gr.Radio
    table: gr.HTML


@dataclass(frozen=True, slots=True)
class Tables:
    """The tab where a table of questions is answered."""

    upload: gr.File
    report: gr.HTML
    stop: gr.Button
    answers: gr.File
    kept: gr.BrowserState
    """What the browser calls its batch, to come back to it."""
    clock: gr.Timer
    """Ticks while a batch goes on."""

    @property
    def shown(self) -> list[Any]:
        """What shows a batch."""
        return [self.upload, self.report, self.stop, self.answers, self.clock]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a reader can set, here and there on the page."""

    index: gr.Dropdown
    model: gr.Dropdown
    mode: gr.Radio
    since: gr.Textbox
    until: gr.Textbox
    folded: gr.Accordion
    """Holds the two that follow."""
    outlets: gr.Dropdown
    languages: gr.Dropdown
    memory: gr.BrowserState

    @property
    def values(self) -> list[Any]:
        """The settings, in the order of the fields of `Settings`."""
        days = self.since, self.until
        return [self.index, self.model, self.mode, *days, self.outlets, self.languages]


@dataclass(frozen=True, slots=True)
class Parts:
    """All components that events read or change."""

    about: gr.HTML
    fresh: gr.Button
    tabs: gr.Tabs
    asking: Asking
    listed: Listed
    named: Named
    tables: Tables
    chosen: Chosen
    reader: gr.HTML


Narrowing = tuple[gr.Textbox, gr.Textbox, gr.Accordion, gr.Dropdown, gr.Dropdown]
"""The fields of `Chosen` that narrow the articles."""


def lay_out(choices: Choices, has_demo: bool) -> Parts:
    """The page for what is on offer."""
    archive = choices.archive()
    cards, shown = archive.cards(), archive.overview()
    with gr.Row(elem_id="byline-head"):
        about = gr.HTML(heading(cards), elem_id="byline-about")
        fresh = gr.Button("New conversation", size="sm", scale=0, min_width=160)
    # Not in a tab: what stands in one that is not open is not there yet. The "secret" hides
    # nothing, it has only to be the same when the server starts again.
    memory = gr.BrowserState({}, storage_key=STORAGE, secret=STORAGE)
    kept, clock = gr.BrowserState("", storage_key=BATCH, secret=BATCH), gr.Timer(1, active=False)
    with gr.Tabs(elem_id="byline-tabs") as tabs:
        with gr.Tab("Ask", id="ask"):
            asking, narrowed = _asking(cards, shown, has_demo)
        with gr.Tab("Archive", id="archive"):
            listed = _listed(
                cards, shown, listing.listing(cards, listing.SHOWN, False, archive.find)
            )
        with gr.Tab("Names", id="names") as tab:
            kind = gr.Radio(NAME_KINDS, value="", show_label=False, container=False)
            named = Named(tab, kind, gr.HTML("", elem_id="byline-names"))
        with gr.Tab("Many questions", id="tables"):
            tables = _tables(kept, clock)
        with gr.Tab("Settings", id="settings"):
            index, model, mode = _settings(choices)
            chosen = Chosen(index, model, mode, *narrowed, memory)
    reader = gr.HTML(
        "",
        html_template='<dialog aria-labelledby="byline-reader-title"><form method="dialog">'
        '<button aria-label="Close the article">Close</button></form>${value}</dialog>',
        js_on_load=asset("reader.js"),
        elem_id="byline-reader",
    )
    return Parts(about, fresh, tabs, asking, listed, named, tables, chosen, reader)


def heading(cards: Sequence[Card]) -> str:
    """The name of the page and what its archive holds."""
    extent = overview.extent(cards) if cards else "The archive is empty."
    return f"<h1>Byline</h1><p>{ABOUT} {extent}</p>"


def outlets(cards: Sequence[Card]) -> list[tuple[str, str]]:
    """What the list can be narrowed to: every outlet, by name, and all of them."""
    named = sorted(overview.outlets(cards), key=str.casefold)
    return [("All outlets", ""), *((name, name) for name in named)]


def narrowing(cards: Sequence[Card]) -> tuple[list[str], list[tuple[str, str]]]:
    """What a question can be narrowed to: the archive's outlets and languages, by name."""
    outlets = {card.publisher for card in cards if card.publisher}
    codes = {card.language for card in cards if card.language}
    named = sorted((languages.name(code), code) for code in codes)
    return sorted(outlets, key=str.casefold), named


def _asking(cards: Sequence[Card], shown: str, has_demo: bool) -> tuple[Asking, Narrowing]:
    conversation, instead = gr.State(()), gr.State("")
    kept = gr.BrowserState("", storage_key=KEPT, secret=KEPT)
    with gr.Row(elem_id="byline-body"):
        with gr.Column(scale=3, min_width=320, elem_classes="byline-column"):
            with gr.Column(visible=not cards, elem_id="byline-welcome") as welcome:
                gr.HTML(WELCOME)
                upload = _drop_zone("byline-first-upload")
                demo = gr.Button(DEMO, variant="primary", visible=has_demo)
                report = gr.HTML("", html_template=STATUS, elem_id="byline-first-report")
            chat = gr.HTML("", elem_id="byline-chat")
            retry, edit, copy, as_markdown, as_html = _actions()
            question = gr.Textbox(
                label="Question",
                show_label=False,
                placeholder="Ask a question",
                submit_btn="Ask",
                max_lines=6,
                autofocus=True,
                elem_id="byline-question",
            )
            with gr.Row(elem_id="byline-dates"):
                since = _day("Published since", "Pick the first day")
                until = _day("Published until", "Pick the last day")
                with gr.Accordion(ONLY, open=False, elem_id="byline-only") as folded, gr.Row():
                    by_outlet, by_language = narrowing(cards)
                    outlets = _several("Outlets", by_outlet)
                    spoken = _several("Languages", by_language)
            wrong = gr.HTML("", html_template=STATUS, elem_id="byline-wrong")
            written = overview.suggested(overview.suggestions(cards))
            examples = gr.HTML(written, elem_id="byline-examples")
        with gr.Column(scale=2, min_width=320, elem_classes="byline-column"):
            glance = gr.HTML(shown, elem_id="byline-glance")
            panel = gr.HTML("", elem_id="byline-sources")
    text = gr.Textbox(visible="hidden", elem_id="byline-plain", label="The answer as text")
    export = gr.Textbox(visible="hidden", elem_id="byline-export", label="The export")
    said = gr.HTML("", html_template=STATUS, elem_id="byline-said")
    asking = Asking(
        conversation, kept, instead, welcome, upload, demo, report, chat, question, wrong, examples,
        gr.Timer(2, active=False), retry, edit, copy, as_markdown, as_html, glance, panel, text,
        export, said,
    )  # fmt: skip
    return asking, (since, until, folded, outlets, spoken)


def _actions() -> list[gr.Button]:
    labels = [
        ("Ask again", "byline-retry"),
        ("Edit question", "byline-edit"),
        ("Copy with citations", "byline-copy"),
        ("Save as Markdown", "byline-markdown"),
        ("Save as HTML", "byline-html"),
    ]
    with gr.Row(elem_id="byline-actions"):
        return [
            gr.Button(label, size="sm", scale=0, min_width=0, elem_id=name)
            for label, name in labels
        ]


def _day(label: str, calendar: str = "") -> gr.Textbox:
    """A field for a day, a month or a year, or for none; beside it a button for the calendar."""
    # Gradio's date picker takes days only, and drops what it cannot read without a word.
    field = gr.Textbox(label=label, placeholder="any time", max_length=40, min_width=140)
    if calendar:
        button = gr.HTML(
            calendar,
            html_template='<button type="button" aria-label="${value}">▾</button>'
            '<input type="date" tabindex="-1" aria-hidden="true">',
            js_on_load=asset("day.js"),
            elem_classes="byline-day",
        )
        button.pick(
            picked, None, field, show_progress="hidden", api_visibility="private", queue=False
        )
    return field


def picked(event: gr.EventData) -> str:
    """The day that was picked in a calendar."""
    return str(event.day)


def _several(label: str, offered: Sequence[Any]) -> gr.Dropdown:
    """A field for any number of what is offered, or of what another archive offered."""
    return gr.Dropdown(
        offered, value=[], label=label, multiselect=True, allow_custom_value=True, min_width=140
    )


def _drop_zone(name: str) -> gr.File:
    return gr.File(
        label="Add articles",
        file_count="multiple",
        file_types=list(SUFFIXES),
        height=160,
        elem_id=name,
        elem_classes="byline-drop",
    )


def _listed(cards: Sequence[Card], shown: str, listed: str) -> Listed:
    limit = gr.State(listing.SHOWN)
    with gr.Row(elem_id="byline-archive"):
        with gr.Column(scale=3, min_width=320):
            with gr.Row():
                words = gr.Textbox(label="Search", placeholder='Words, "phrase"', min_width=180)
                outlet = gr.Dropdown(outlets(cards), value="", label="Outlet", min_width=160)
                since, until = _day("Since"), _day("Until")
            table = gr.HTML(listed, elem_id="byline-list")
            more = gr.Button("Show more", size="sm", visible=len(cards) > listing.SHOWN)
        with gr.Column(scale=2, min_width=300):
            upload = _drop_zone("byline-upload")
            report = gr.HTML("", html_template=STATUS, elem_id="byline-report")
            picture = gr.HTML(shown, elem_id="byline-picture")
    return Listed(
        upload,
        report,
        picture,
        words,
        outlet,
        since,
        until,
        table,
        more,
        limit,
        gr.Timer(0.5, active=False),
    )


def _tables(kept: gr.BrowserState, clock: gr.Timer) -> Tables:
    with gr.Column(elem_id="byline-tables"):
        gr.HTML(TABLES)
        upload = gr.File(label="Add questions", file_types=list(batch.READ), height=160,
                         elem_id="byline-questions", elem_classes="byline-drop")  # fmt: skip
        report = gr.HTML("", html_template=STATUS, elem_id="byline-batch")
        stop = gr.Button("Stop", size="sm", visible=False, elem_id="byline-stop")
        answers = gr.File(label="Answers", interactive=False, visible=False, file_count="multiple")
    return Tables(upload, report, stop, answers, kept, clock)


def _settings(choices: Choices) -> tuple[gr.Dropdown, gr.Dropdown, gr.Radio]:
    with gr.Column(elem_id="byline-settings"):
        index = _offer("Archive", choices.indexes, "The index to ask and to add to.", "--index")
        info = "What writes, where answers are not quoted."
        model = _offer("Language model", choices.models, info, "--model")
        mode = gr.Radio(
            MODES, value=choices.default.mode, label="Answers",
            info="Whoever writes, each sentence is checked against its passage.",
        )  # fmt: skip
        if choices.recommended:
            models.offer(choices, model, choices.recommended)
        gr.HTML("<p class='byline-note'>Settings are kept in this browser only.</p>")
    return index, model, mode


def _offer(label: str, names: Sequence[str], info: str, option: str) -> gr.Dropdown:
    """A choice among what is on offer; where there is only one, it is shown how to offer more."""
    alone = len(names) < 2
    more = f" To have a choice here, start byline serve with {option} more than once."
    info += more if alone else ""
    return gr.Dropdown(list(names), value=names[0], label=label, info=info, interactive=not alone)
