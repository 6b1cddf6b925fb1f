"""A GGUF file as a language model that writes on from a prompt.

What Byline and the articles say reaches the tokenizer with special tokens switched
off, so that "<|im_start|>" in an article is seven ordinary characters, not a role
marker. Only the model's own chat template may hold markers.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from pathlib import Path

from rag.models.chatting import Prompt, Template
from rag.models.llamacpp import Model, Session, Tokens
from rag.models.writing import Writer

LARGEST_CONTEXT = 8192
"""Tokens of prompt and answer together; more would take minutes to read on a laptop."""
CONTEXT_BYTES = 1 << 30
"""Memory for them: a model that needs more for each token gets fewer."""
LEAST_CONTEXT = 1024
"""Tokens that a model gets however much memory they take."""

CHAT_TEMPLATE = "tokenizer.chat_template"


class Llama:
    """One model in memory. All calls are safe from several threads."""

    def __init__(
        self, path: Path, *, threads: int | None = None, largest: int = LARGEST_CONTEXT
    ) -> None:
        """Load the model.

        Args:
            path: a GGUF file.
            threads: processors to use; by default all that this program may run on.
            largest: tokens of prompt and answer together, at most.

        Raises:
            ModelError: the file is no model that llama.cpp can load and Byline can use, or
                there is not enough memory.
        """
        model = self._model = Model(path)
        self.context = min(largest, model.trained_context, _affordable(model))
        begin, end = model.marks()
        self._template = Template.of(model.metadata(CHAT_TEMPLATE), begin=begin, end=end)
        self._writer = Writer(Session(model, context=self.context, threads=threads))
        self._around = len(self._chat(Prompt("", ""))[0])

    def tokenize(self, text: str, *, special: bool = False) -> Tokens:
        """The tokens of a text; role markers count as such only where `special` is set."""
        return self._model.tokenize(text, special=special)

    def room(self, limit: int) -> int:
        """Tokens left for what a prompt says, when `limit` tokens are to be written."""
        return self.context - self._limit(limit) - self._around

    def pace(self) -> float:
        """Tokens of a prompt read in a second, as far as was measured; infinite before."""
        writer = self._writer
        return writer.read / writer.reading if writer.reading else inf

    def write(self, prompt: Prompt, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text after a prompt, at most `limit` tokens, held to a GBNF grammar.

        A prompt that is too long loses the beginning of what the user says.

        Raises:
            ValueError: llama.cpp cannot parse the grammar.
            ModelError: llama.cpp could not evaluate the prompt.
        """
        limit = self._limit(limit)
        tokens = self.prompt_tokens(prompt, self.context - limit)
        return self._writer.write(tokens, limit=limit, grammar=grammar)

    def prompt_tokens(self, prompt: Prompt, room: int) -> Tokens:
        """The tokens of a prompt in the model's own chat template, at most `room`."""
        tokens, start, end = self._chat(prompt)
        beyond = len(tokens) - room
        if beyond <= 0:
            return tokens
        cut = min(beyond, end - start)
        tokens[start : start + cut] = []
        return tokens[beyond - cut :]  # the rest only if the template itself is too long

    def _chat(self, prompt: Prompt) -> tuple[Tokens, int, int]:
        """The tokens of a prompt in the model's template, and where what is said last stands."""
        tokens = self._model.beginning()
        start = end = 0
        for segment in self._template.segments(prompt):
            if not segment.template:
                start = len(tokens)
            part = self.tokenize(segment.text, special=segment.template)
            if part and tokens == self._model.beginning() == part[:1]:
                tokens = []  # the template has the beginning already
            tokens = tokens + part
            if not segment.template:
                end = len(tokens)
        return tokens, start, end

    def _limit(self, limit: int) -> int:
        """The tokens to write: no more than half of the context, so that something can be asked."""
        return min(limit, self.context // 2)


def _affordable(model: Model) -> int:
    """Tokens whose evaluation the memory set aside for it can keep."""
    each = model.position_bytes()
    return max(CONTEXT_BYTES // each, LEAST_CONTEXT) if each else LARGEST_CONTEXT
