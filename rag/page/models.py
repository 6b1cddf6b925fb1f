"""Downloading a recommended model from the settings: a choice, a button, and how far it is.

Gradio is heavy: import this only where a page is made.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Mapping
from typing import Any

import gradio as gr

from index.errors import ModelError
from rag.models.hub import size_of
from rag.models.recommended import Recommended
from rag.page.choices import Choices

PACE = 1.0
"""Seconds between two looks at a download."""
AT_ONCE: dict[str, Any] = {
    "show_progress": "hidden", "api_visibility": "private", "queue": False,
}  # fmt: skip


class Downloads:
    """The one download that goes on at a time, for all readers; it stays when a reader leaves."""

    def __init__(self, models: Mapping[str, Recommended]) -> None:
        self.models = models
        self.name = ""
        """The model that is being downloaded; "" where none is."""
        self.thread = threading.Thread()
        """What downloads."""
        self._part = (0, 0)
        self._said = ""
        self._lock = threading.Lock()

    def downloaded(self) -> list[str]:
        """The models that are here."""
        return [name for name, model in self.models.items() if model.file.at_hand()]

    def begin(self, name: str) -> None:
        """Begin to download a model, unless one is being downloaded."""
        with self._lock:
            if self.name or name not in self.models:
                return
            self.name, self._part, self._said = name, (0, self.models[name].size), ""
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()

    def _run(self) -> None:
        try:
            self.models[self.name].file.fetch(progress=self._tell)
            self._said = f"{self.name} is downloaded. Choose it as the language model above."
        except ModelError as error:
            self._said = str(error)
        finally:
            self.name = ""

    def _tell(self, done: int, size: int) -> None:
        self._part = done, size

    def shown(self) -> str:
        """How far it is, or how it ended, as HTML."""
        if not self.name:
            return f'<p role="status">{html.escape(self._said)}</p>'
        done, size = self._part
        said = f"{self.name}: {size_of(done)} of {size_of(size)}"
        bar = f'<progress max="{size}" value="{done}"></progress>'
        return f"<label>{said}{bar}</label>"


def offer(choices: Choices, model: gr.Dropdown, models: Mapping[str, Recommended]) -> None:
    """Put a choice of models to download here, with all that happens there.

    Args:
        choices: what the page offers; a model that was downloaded joins it.
        model: where a reader chooses the language model.
        models: those that are worth a download, by name.
    """
    downloads = Downloads(models)
    offers = [(_line(one), name) for name, one in models.items()]
    wanted = gr.Radio(
        offers,
        value=next(iter(models)),
        label="Get a language model",
        info="From the Hugging Face Hub, checked against its hash.",
    )
    button = gr.Button("Download", size="sm")
    state = gr.HTML("", elem_id="byline-download")
    clock = gr.Timer(PACE, active=False)

    def look() -> tuple[Any, ...]:
        for name in downloads.downloaded():
            choices.offer(name)
        going, several = bool(downloads.name), len(choices.models) > 1
        return (
            downloads.shown(),
            gr.Timer(active=going),
            gr.update(interactive=not going),
            gr.update(choices=choices.models, interactive=several),
        )

    def begin(name: str) -> tuple[Any, ...]:
        downloads.begin(name)
        return look()

    shown = [state, clock, button, model]
    button.click(begin, wanted, shown, **AT_ONCE)
    clock.tick(look, None, shown, **AT_ONCE)
    gr.on(None, look, None, shown, **AT_ONCE)  # when a page is opened


def _line(model: Recommended) -> str:
    memory = f"{model.memory} GB of memory"
    return f"{model.name}: {size_of(model.size)} on disk, {memory}, {model.licence}"
