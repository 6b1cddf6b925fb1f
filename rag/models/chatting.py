"""Prompts in the form that a chat model was trained on, its role markers kept out of reach.

A model's own template puts markers such as "<|im_start|>" around what is said. Here
it is run once, on two placeholders; what it puts around them is the only text in
which markers count. What Byline or an article says is put in afterwards, as ordinary
characters, so that no article can speak as the user or the system.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.errors import ModelError

_SYSTEM, _USER = "byline0system0placeholder", "byline0user0placeholder"
_SLOT = re.compile(f"({_SYSTEM}|{_USER})")
BETWEEN = "\n\n"

# What vocabularies have for markers: <|name|>, </name>, <name>, [NAME], [/NAME].
_MARKER = re.compile(r"<(?=\S{1,60}?>)|\[(?=/?\w*[A-Z]{3}\w*\])")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a chat model is asked. Article text belongs into `user`, with the question last."""

    system: str
    user: str

    def plain(self) -> str:
        """Both, for a model that knows no roles."""
        return BETWEEN.join(part for part in (self.system, self.user) if part)

    def defused(self) -> Prompt:
        """The same, with a space in what a server could take for a role marker.

        For servers only, which read markers wherever they stand. Words stay as they
        are; a quotation of a marker itself is then not verbatim, and checks drop it.
        """
        return replace(self, user=_MARKER.sub(lambda mark: f"{mark.group()} ", self.user))


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a prompt; only a `template` part may hold role markers."""

    text: str
    template: bool


@dataclass(frozen=True, slots=True)
class Template:
    """What a model's chat template puts around a system's and a user's words."""

    parts: tuple[str, ...]
    """Template text, with the two placeholders standing alone."""

    def segments(self, prompt: Prompt) -> list[Segment]:
        """The prompt in the order in which the model reads it."""
        said = {_SYSTEM: [prompt.system], _USER: [prompt.user]}
        if _SYSTEM not in self.parts:  # a model that knows no system: the user says it all
            said[_USER] = [f"{prompt.system}{BETWEEN}", prompt.user]
        return [
            Segment(text, part not in said)
            for part in self.parts
            for text in said.get(part, [part])
        ]

    @classmethod
    def of(cls, source: str | None, *, begin: str = "", end: str = "") -> Template:
        """Read a template in Jinja, as GGUF files carry it under `tokenizer.chat_template`.

        Args:
            source: the template; None gives plain text, as a model without roles wants it.
            begin: how the model writes the beginning of a text.
            end: how it writes its end.

        Raises:
            ModelError: the template cannot be run.
        """
        if not source:
            return cls((_SYSTEM, BETWEEN, _USER, BETWEEN))
        system = {"role": "system", "content": _SYSTEM}
        user = {"role": "user", "content": _USER}
        for messages, slots in (([system, user], [_SYSTEM, _USER]), ([user], [_USER])):
            parts = _SLOT.split(_run(source, messages, begin, end) or "")
            if [part for part in parts if _SLOT.fullmatch(part)] == slots:
                return cls(tuple(parts))
        raise ModelError(
            "The model's chat template cannot be used. Choose another file of this model, or "
            "run it in llama-server and give that server's address."
        )


def _run(source: str, messages: Sequence[dict[str, str]], begin: str, end: str) -> str | None:
    """What the template makes of the messages; None where it refuses them."""
    from jinja2 import TemplateError
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    format_: Any = Jinja2ChatFormatter  # its messages are typed dictionaries of many kinds
    try:
        # In a sandbox: the template comes with a file from somewhere.
        rendered = format_(source, bos_token=begin, eos_token=end)(
            messages=messages, enable_thinking=False
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError):
        return None  # some templates know no system, and say so by failing
    return str(rendered.prompt)
