"""What happens on the tab where a table of questions is answered.

Gradio is heavy: import this only where a page is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import BylineError
from rag.page import listing
from rag.page.answering import EMPTY, Answers
from rag.page.batches import Batch, Batches
from rag.page.choices import Settings
from rag.page.layout import Parts

AT_ONCE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}


class TableEvents:
    """The functions of these events."""

    def __init__(
        self, parts: Parts, answers: Answers, settings: Callable[[Sequence[Any]], Settings]
    ) -> None:
        """`settings` reads what a reader has chosen from the page's fields."""
        self.tables = parts.tables
        self.chosen = parts.chosen
        self.answers = answers
        self.settings = settings
        self.batches = Batches()

    def connect(self, page: gr.Blocks) -> None:
        """Connect everything."""
        tables = self.tables
        tables.upload.upload(
            self.begin,
            [tables.upload, *self.chosen.values],
            [tables.kept, *tables.shown],
            **AT_ONCE,
        )
        tables.clock.tick(self.show, tables.kept, tables.shown, **AT_ONCE)
        tables.stop.click(self.stop, tables.kept, tables.shown, **AT_ONCE)
        page.load(self.show, tables.kept, tables.shown, **AT_ONCE)

    def begin(self, questions: str, *chosen: Any) -> Any:
        """Have a dropped table answered."""
        settings = self.settings(chosen)
        if not self.answers.choices.archive(settings.index).cards():
            return "", *_refused(EMPTY)

        def ask(question: str, reader: str) -> Any:
            return self.answers.ask(question, settings, reader)

        try:
            batch = self.batches.begin(Path(questions), ask)
        except BylineError as error:
            return "", *_refused(str(error))
        return batch.name, *_shown(batch)

    def show(self, name: str) -> Any:
        """How far the batch of a name has come; nothing changes where there is none."""
        batch = self.batches.kept(name)
        return _shown(batch) if batch else [*(gr.skip() for _ in self.tables.shown)]

    def stop(self, name: str) -> Any:
        """Have a batch end after the question in hand."""
        if batch := self.batches.kept(name):
            batch.is_stopping = True
        return self.show(name)


def _shown(batch: Batch) -> Any:
    """The drop zone, what is told of a batch, the button that stops it, its files, the clock."""
    stop = "Stopping after the question in hand …" if batch.is_stopping else "Stop"
    return (
        gr.update(value=None, visible=batch.is_over),
        listing.batch(batch),
        gr.update(value=stop, visible=not batch.is_over, interactive=not batch.is_stopping),
        gr.update(value=[str(file) for file in batch.files], visible=bool(batch.files)),
        gr.Timer(active=not batch.is_over),
    )


def _refused(why: str) -> Any:
    return gr.update(value=None), listing.trouble(why), gr.skip(), gr.skip(), gr.skip()
