"""What is where on the page: Gradio's components, with no events yet.

Gradio is heavy: import this only where a page is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from index.records import Card
from rag.page import reading, rendering
from rag.page.archive import SUFFIXES
from rag.page.conversation import ALL_SOURCES
from rag.page.files import asset
from rag.page.inert import inert
from rag.page.shelf import MOST_SOURCES, Shelf
from rag.page.sources import sources
from rag.request.question import LONGEST

ABOUT = "Answers from your own archive, each sentence with its source."
INVITATION = (
    "Ask about people, events, numbers or dates. Every sentence of an answer shows the passage "
    "that it rests on; what the archive does not say, Byline declines to say."
)
WELCOME = (
    "<h2>Start here</h2><p>Byline answers questions from articles that you give it, and shows "
    "where each sentence comes from. This archive is empty:</p><ol>"
    "<li>Drop articles into the <strong>Archive</strong> tab, or read in the demo archive below."
    "</li><li>Ask a question in a sentence.</li>"
    "<li>Point at a mark such as [1] to see the words behind it; click it to read them in the "
    "article.</li></ol>"
)
DEMO = "Read in the demo archive"
MODES = [
    ("Whichever suits the model", "auto"),
    ("Quote the articles", "quote"),
    ("Let the model write", "compose"),
]
STORAGE = "byline-settings"
KEPT = "byline-conversation"


@dataclass(frozen=True, slots=True)
class Asking:
    """The tab with the conversation and its sources."""

    conversation: gr.State
    kept: gr.BrowserState
    """What the browser calls the conversation, to come back to it."""
    instead: gr.State
    """True while the next question takes the place of the last one."""
    welcome: gr.Column
    demo: gr.Button
    chat: gr.Chatbot
    question: gr.Textbox
    examples: gr.Dataset
    retry: gr.Button
    edit: gr.Button
    copy: gr.Button
    as_markdown: gr.Button
    as_html: gr.Button
    sources: gr.HTML
    text: gr.Textbox
    export: gr.Textbox
    said: gr.HTML

    @property
    def shown(self) -> list[Any]:
        """What shows a `View`, in the order of its fields."""
        return [self.conversation, self.chat, self.sources, self.text, self.said]


@dataclass(frozen=True, slots=True)
class Shelved:
    """The tab with the archive."""

    upload: gr.File
    report: gr.HTML
    picture: gr.HTML
    words: gr.Textbox
    outlet: gr.Dropdown
    since: gr.Textbox
    until: gr.Textbox
    listing: gr.HTML
    more: gr.Button
    limit: gr.State

    @property
    def filters(self) -> list[Any]:
        """What narrows the list, in the order of `Filter.of`."""
        return [self.words, self.outlet, self.since, self.until]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a reader can set, here and there on the page."""

    index: gr.Dropdown
    model: gr.Dropdown
    mode: gr.Radio
    since: gr.Textbox
    until: gr.Textbox
    sources: gr.Dropdown
    memory: gr.BrowserState

    @property
    def values(self) -> list[Any]:
        """The settings, in the order of the fields of `Settings`."""
        return [self.index, self.model, self.mode, self.since, self.until, self.sources]


@dataclass(frozen=True, slots=True)
class Parts:
    """All components that events read or change."""

    about: gr.HTML
    fresh: gr.Button
    asking: Asking
    shelved: Shelved
    chosen: Chosen
    reader: gr.HTML


def lay_out(shelf: Shelf, cards: Sequence[Card], has_demo: bool) -> Parts:
    """The page for an archive with these articles."""
    with gr.Row(elem_id="byline-head"):
        about = gr.HTML(heading(cards), elem_id="byline-about")
        fresh = gr.Button("New conversation", size="sm", scale=0, min_width=160)
    # Not in a tab: what stands in one that is not open is not there yet. The "secret" hides
    # nothing, it has only to be the same when the server starts again.
    memory = gr.BrowserState({}, storage_key=STORAGE, secret=STORAGE)
    with gr.Tabs(elem_id="byline-tabs"):
        with gr.Tab("Ask", id="ask"):
            asking, since, until = _asking(cards, has_demo)
        with gr.Tab("Archive", id="archive"):
            shelved = _shelved(cards)
        with gr.Tab("Settings", id="settings"):
            chosen = _settings(shelf, since, until, memory)
    reader = gr.HTML(
        "",
        html_template='<dialog aria-labelledby="byline-reader-title"><form method="dialog">'
        '<button aria-label="Close the article">Close</button></form>${value}</dialog>',
        js_on_load=asset("reader.js"),
        elem_id="byline-reader",
    )
    return Parts(about, fresh, asking, shelved, chosen, reader)


def heading(cards: Sequence[Card]) -> str:
    """The name of the page and what its archive holds."""
    extent = rendering.extent(cards) if cards else "The archive is empty."
    return f"<h1>Byline</h1><p>{inert(f'{ABOUT} {extent}')}</p>"


def _asking(cards: Sequence[Card], has_demo: bool) -> tuple[Asking, gr.Textbox, gr.Textbox]:
    conversation, instead = gr.State(()), gr.State(False)
    kept = gr.BrowserState("", storage_key=KEPT, secret=KEPT)
    with gr.Row(elem_id="byline-body"):
        with gr.Column(scale=3, min_width=320, elem_classes="byline-column"):
            welcome, demo = _welcome(not cards, has_demo)
            chat = _chat()
            retry, edit, copy, as_markdown, as_html = _actions()
            question = _question_box()
            examples = _examples(question, rendering.example_questions(cards))
            with gr.Row(elem_id="byline-dates"):
                since, until = day_field("Published since"), day_field("Published until")
        with gr.Column(scale=2, min_width=320, elem_classes="byline-column"):
            panel = gr.HTML(sources((), lambda _: None), elem_id="byline-sources")
    text = gr.Textbox(visible="hidden", elem_id="byline-plain", label="The answer as text")
    export = gr.Textbox(visible="hidden", elem_id="byline-export", label="The export")
    said = gr.HTML("", html_template='<div role="status">${value}</div>', elem_id="byline-said")
    asking = Asking(
        conversation, kept, instead, welcome, demo, chat, question, examples, retry, edit, copy,
        as_markdown, as_html, panel, text, export, said,
    )  # fmt: skip
    return asking, since, until


def _welcome(empty: bool, has_demo: bool) -> tuple[gr.Column, gr.Button]:
    with gr.Column(visible=empty, elem_id="byline-welcome") as welcome:
        gr.HTML(WELCOME)
        demo = gr.Button(DEMO, variant="primary", visible=has_demo)
    return welcome, demo


def _chat() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="byline-chat",
        height=None,
        label="Conversation",
        show_label=False,
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        allow_tags=False,
        placeholder=inert(INVITATION),
    )


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
            gr.Button(one, size="sm", scale=0, min_width=0, elem_id=name) for one, name in labels
        ]


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        label="Question",
        show_label=False,
        placeholder=f"Type a question of up to {LONGEST:,} characters and press Enter",
        submit_btn="Ask",
        max_length=LONGEST,
        autofocus=True,
        elem_id="byline-question",
    )


def _examples(question: gr.Textbox, examples: Sequence[str]) -> gr.Dataset:
    return gr.Dataset(
        components=[question],
        samples=[[text] for text in examples],
        sample_labels=list(examples),
        label="Try asking",
        type="values",
        visible=bool(examples),
        elem_id="byline-examples",
    )


def day_field(label: str) -> gr.Textbox:
    """A field for a day, or for none."""
    # Gradio's date picker drops what it cannot read without a word: the filter would seem to hold.
    return gr.Textbox(label=label, placeholder="YYYY-MM-DD", max_length=20, min_width=140)


def _shelved(cards: Sequence[Card]) -> Shelved:
    limit = gr.State(reading.SHOWN)
    with gr.Row(elem_id="byline-archive"):
        with gr.Column(scale=2, min_width=300):
            upload = gr.File(
                label="Add articles",
                file_count="multiple",
                file_types=list(SUFFIXES),
                height=160,
                elem_id="byline-upload",
            )
            report = gr.HTML("", html_template='<div role="status">${value}</div>',
                             elem_id="byline-report")  # fmt: skip
            picture = gr.HTML(reading.picture(cards), elem_id="byline-picture")
        with gr.Column(scale=3, min_width=320):
            with gr.Row():
                words = gr.Textbox(label="Search", placeholder="Any words",
                                   min_width=180)  # fmt: skip
                outlet = gr.Dropdown(choices=outlets(cards), value="", label="Outlet",
                                     min_width=160)  # fmt: skip
                since, until = day_field("Since"), day_field("Until")
            listing = gr.HTML(reading.listing(cards, reading.SHOWN, False), elem_id="byline-list")
            more = gr.Button("Show more", size="sm", visible=len(cards) > reading.SHOWN)
    return Shelved(upload, report, picture, words, outlet, since, until, listing, more, limit)


def outlets(cards: Sequence[Card]) -> list[tuple[str, str]]:
    """What the list can be narrowed to: every outlet, by name, and all of them."""
    named = sorted({card.publisher for card in cards if card.publisher}, key=str.casefold)
    return [("All outlets", ""), *((name, name) for name in named)]


def _settings(
    shelf: Shelf, since: gr.Textbox, until: gr.Textbox, memory: gr.BrowserState
) -> Chosen:
    usual = shelf.default
    counts = [("All", ALL_SOURCES), *((str(n), n) for n in range(1, MOST_SOURCES + 1))]
    with gr.Column(elem_id="byline-settings"):
        index = _offer("Archive", shelf.indexes, "The index to ask and to add to.", "--index")
        model = _offer(
            "Language model", shelf.models, "What writes, where answers are not quoted.", "--model"
        )
        mode = gr.Radio(
            MODES, value=usual.mode, label="Answers",
            info="Whoever writes, each sentence is checked against its passage.",
        )  # fmt: skip
        shown = gr.Dropdown(
            counts, value=usual.sources, label="Sources shown at once",
            info="Sentences of further sources are a click away; disagreements always show.",
        )  # fmt: skip
        gr.HTML("<p class='byline-note'>Settings are kept in this browser only.</p>")
    return Chosen(index, model, mode, since, until, shown, memory)


def _offer(label: str, names: Sequence[str], info: str, option: str) -> gr.Dropdown:
    """A choice among what is on offer; where there is only one, it is shown how to offer more."""
    alone = len(names) < 2
    more = f" To have a choice here, start byline serve with {option} more than once."
    info += more if alone else ""
    return gr.Dropdown(list(names), value=names[0], label=label, info=info, interactive=not alone)
