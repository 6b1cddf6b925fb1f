"""The command ``byline`` and its web page.

Layout and wiring only: what a question does stands in `rag.page.desk`, and what an
answer looks like in `rag.page.rendering`. The page asks the network for nothing:
every byte that the browser loads comes from this process.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from eval import command as evaluation
from index.errors import IndexMissing
from index.places import Place, ingest_command, opened
from index.records import Card
from rag.commands import cli
from rag.page import rendering, serving
from rag.page.desk import Answering, Desk
from rag.page.rendering import Conversation
from rag.settings import index_folder

if TYPE_CHECKING:
    import gradio as gr

NO_BROWSER = "BYLINE_NO_BROWSER"
READERS_WAITING = 20
ABOUT = "Answers from your own archive, each sentence with its source."
INVITATION = (
    "Ask about people, events, numbers or dates. Every sentence of an answer shows the passage "
    "that it rests on; what the archive does not say, Byline declines to say."
)
IN_TURN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**IN_TURN, "queue": False}


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the page that events read or change."""

    conversation: gr.State
    chat: gr.Chatbot
    question: gr.Textbox
    examples: gr.Dataset
    since: gr.Textbox
    until: gr.Textbox
    fresh: gr.Button
    sources: gr.HTML
    text: gr.Textbox

    @property
    def shown(self) -> list[Any]:
        """What shows a `View`, in the order of its fields."""
        return [self.conversation, self.chat, self.sources, self.text]


def main() -> None:
    """Run the command line."""
    cli.cli(prog_name="byline")


cli.cli.command("eval")(evaluation.command)


@cli.cli.command()
def serve(
    context: typer.Context,
    index: cli.IndexOption = None,
    port: Annotated[int, typer.Option(help="The first port to try.", min=1, max=65535)] = 7860,
    host: Annotated[str, typer.Option(help="Beyond this machine it needs --auth.")] = "127.0.0.1",
    auth: Annotated[
        str | None,
        typer.Option(metavar="USER:PASSWORD", envvar="BYLINE_AUTH", help="Ask readers to log in."),
    ] = None,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help=f"Open a browser, unless ${NO_BROWSER} is 1.")
    ] = True,
    model: cli.ModelOption = None,
    encoder: cli.EncoderOption = None,
    mode: cli.ModeOption = "auto",
) -> None:
    """Serve the web page on this machine, until Ctrl-C."""
    where = index_folder(index)
    login = serving.credentials(auth, host)
    cards = _cards(where)
    typer.echo("Loading the models.", err=True)
    parts = context.find_object(cli.Parts) or cli.Parts()
    assistant = cast("Answering", parts.assistant(where, model, encoder, mode))
    page = build_page(assistant, rendering.extent(cards), rendering.example_questions(cards))
    address = serving.start(page, host, serving.free_port(host, port), login)
    typer.echo(f"Byline is at {address} (Ctrl-C ends it).", err=True)
    if open_browser and os.environ.get(NO_BROWSER) != "1":
        typer.launch(address)
    _wait()
    page.close(verbose=False)


def _cards(where: Place) -> list[Card]:
    with opened(where) as store:
        cards = store.articles()
    if not cards:
        raise IndexMissing(f"{where} holds no articles yet. Add some: {ingest_command(where)}")
    return cards


def _wait() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def build_page(assistant: Answering, about: str = "", examples: Sequence[str] = ()) -> gr.Blocks:
    """The page that asks `assistant`; `about` says in a few plain words what its archive holds."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    page = gr.Blocks(title="Byline", analytics_enabled=False, fill_width=True)
    with page:
        parts = _lay_out(about, examples)
        _wire(parts, Desk(assistant))
    # The model answers one question at a time; the others wait for their turn.
    page.queue(default_concurrency_limit=1, max_size=READERS_WAITING)
    return page


def _lay_out(about: str, examples: Sequence[str]) -> Parts:
    import gradio as gr

    conversation = gr.State(())
    with gr.Row(elem_id="byline-head"):
        gr.HTML(f"<h1>Byline</h1><p>{rendering.inert(f'{ABOUT} {about}')}</p>")
        fresh = gr.Button("New conversation", size="sm", scale=0, min_width=160)
    with gr.Row(elem_id="byline-body"):
        with gr.Column(scale=3, min_width=320, elem_classes="byline-column"):
            chat = _chat()
            question = _question_box()
            samples = _samples(question, examples)
            with gr.Row():
                since, until = _day_field("Published since"), _day_field("Published until")
        with gr.Column(scale=2, min_width=320, elem_classes="byline-column"):
            sources = gr.HTML(rendering.sources((), lambda _: None), elem_id="byline-sources")
            with gr.Accordion("Copy the answer with its sources", open=False):
                text = gr.Textbox(label="Plain text", lines=5, max_lines=8, buttons=["copy"])
    return Parts(conversation, chat, question, samples, since, until, fresh, sources, text)


def _chat() -> gr.Chatbot:
    import gradio as gr

    return gr.Chatbot(
        elem_id="byline-chat",
        height=None,
        show_label=False,
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        allow_tags=False,
        placeholder=rendering.inert(INVITATION),
    )


def _question_box() -> gr.Textbox:
    import gradio as gr

    return gr.Textbox(
        label="Question",
        show_label=False,
        placeholder="Type a question and press Enter",
        submit_btn="Ask",
        max_length=2000,
        autofocus=True,
        elem_id="byline-question",
    )


def _samples(question: gr.Textbox, examples: Sequence[str]) -> gr.Dataset:
    import gradio as gr

    return gr.Dataset(
        components=[question],
        samples=[[text] for text in examples],
        sample_labels=list(examples),
        label="Try asking",
        type="values",
        visible=bool(examples),
        elem_id="byline-examples",
    )


def _day_field(label: str) -> gr.Textbox:
    import gradio as gr

    # Gradio's date picker drops what it cannot read without a word: the filter would seem to hold.
    return gr.Textbox(label=label, placeholder="YYYY-MM-DD", max_length=20, min_width=140)


def _wire(parts: Parts, desk: Desk) -> None:
    asked = [parts.question, parts.conversation]
    picked = parts.examples.click(_first, parts.examples, parts.question, **AT_ONCE)
    answered = [
        _answer(parts, desk, begin(desk.begin, asked, parts.shown, **AT_ONCE))
        for begin in (parts.question.submit, picked.then)
    ]
    for one in answered:
        failed = one.failure(desk.fail, parts.conversation, parts.shown, **AT_ONCE)
        for last in (one, failed):
            last.then(_free, None, parts.question, **AT_ONCE)
    # Gradio can cancel an event by itself, but then confuses it with the next one.
    stop = partial(_stop, desk)
    parts.question.stop(stop, parts.conversation, parts.question, **AT_ONCE)
    for leave in (parts.fresh.click, parts.chat.clear):
        leave(desk.clear, parts.conversation, parts.shown, **AT_ONCE)


def _answer(parts: Parts, desk: Desk, begun: Any) -> Any:
    """What follows once a question has begun, however it was put: the event that answers it."""
    read = [parts.conversation, parts.since, parts.until]
    busy = begun.then(_busy, None, parts.question, **AT_ONCE)
    return busy.then(desk.answer, read, parts.shown, concurrency_id="model", **IN_TURN)


def _first(sample: list[str]) -> str:
    return sample[0]


def _busy() -> Any:
    import gradio as gr

    return gr.update(value="", interactive=False, submit_btn=False, stop_btn="Stop")


def _stop(desk: Desk, conversation: Conversation) -> Any:
    import gradio as gr

    return gr.update(stop_btn="Stopping …") if desk.stop(conversation) else _free()


def _free() -> Any:
    import gradio as gr

    return gr.update(interactive=True, submit_btn="Ask", stop_btn=False)
