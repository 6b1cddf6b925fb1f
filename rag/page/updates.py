"""What an event changes parts of the page to, beside what it shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import gradio as gr

from rag.page import layout, listing, overview
from rag.page.answering import View
from rag.page.conversation import Conversation
from rag.page.suggesting import Found
from rag.request.question import LONGEST
from rag.text.display import visible

BROKEN = (
    "Reading stopped at an error in Byline itself, which is written where it was started. "
    "What was read before it is in the archive; add the files again to go on."
)


def search(event: gr.EventData) -> Any:
    """The archive's tab with the articles that have a name."""
    name = unquote(str(event.address).removeprefix("#name-"))
    return gr.update(selected="archive"), name, "", "", "", listing.SHOWN


def linked(request: gr.Request) -> tuple[Any, str, Any]:
    """What the page's address names: a tab, the id of an article, and a question for the box."""
    named = request.query_params
    tab, article, question = (str(named.get(one) or "") for one in ("tab", "article", "q"))
    opened = gr.update(selected=tab) if tab in layout.TABS else gr.skip()
    return opened, article, visible(question)[:LONGEST] if question else gr.skip()


def broken() -> Any:
    """What a bug leaves of an upload or of the demo: a word of it, and both to be tried again."""
    return listing.trouble(BROKEN), gr.update(value=None), offered()


def offered() -> Any:
    """The button that takes the demo, to be pressed."""
    return gr.update(value=layout.DEMO, interactive=True)


def last(conversation: Conversation) -> tuple[str, str]:
    """The last question, to be asked in the place of itself."""
    return (conversation[-1].question, "instead") if conversation else ("", "")


def edit(conversation: Conversation) -> Any:
    """The last question in the box, to be changed."""
    question, instead = last(conversation)
    return gr.update(value=question, submit_btn="Ask instead"), instead


def unchanged(view: View) -> list[Any]:
    """What shows a view, as it is."""
    return [gr.skip() for _ in view]


def busy() -> Any:
    """The question's box while an answer is made: the next one can be typed already."""
    return gr.update(value="", submit_btn=False, stop_btn="Stop")


def free() -> Any:
    """The question's box for the next one."""
    return gr.update(submit_btn="Ask", stop_btn=False)


def suggested(found: Found) -> Any:
    """The questions to begin with, and the clock that goes while they are looked for."""
    return overview.suggested(found.questions), gr.Timer(active=not found.is_over)
