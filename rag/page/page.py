"""The page as a whole: its layout, its events and the functions for programs, in one queue."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rag.page.answering import Answers
from rag.page.choices import Choices
from rag.page.serving import without_proxies
from rag.page.suggesting import Propose, Suggesting

if TYPE_CHECKING:
    import gradio as gr

CACHE_SECONDS = 3600
"""How long Gradio keeps its own copy of an upload; Byline's is in the index's folder by then."""


def build(choices: Choices, demo: Path | None = None, propose: Propose | None = None) -> gr.Blocks:
    """The page for what is on offer.

    Args:
        choices: the archives and models.
        demo: a folder of articles to begin with.
        propose: makes questions to begin with of a text.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    with without_proxies():  # it cannot even be imported with some of them
        import gradio as gr

        from rag.page.api import offer
        from rag.page.events import READERS, Events
        from rag.page.layout import lay_out

    answers = Answers(choices)
    page = gr.Blocks(
        title="Byline",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(CACHE_SECONDS, CACHE_SECONDS),
    )
    with page:
        parts = lay_out(choices, demo is not None)
        Events(parts, answers, Suggesting(answers, propose), demo).connect(page)
        offer(answers, READERS)
    page.queue(default_concurrency_limit=1, max_size=READERS)
    return page
