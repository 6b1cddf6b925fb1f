"""The language model, which writes where an answer is not made of quotations.

`LLM` is one of Byline's model boundaries. `LocalLLM` is any GGUF file in llama.cpp,
`rag.models.remote` has one behind a server, and `ScriptedLLM` is the fake that tests use.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from math import inf
from pathlib import Path
from typing import Protocol

from index.errors import ModelError
from index.modelfiles import SMOLLM2, cache_folder, sha256_of
from rag.models.chatting import Prompt
from rag.models.llama import Llama
from rag.models.llamacpp import Model, reencode, require_gguf

FAST_ENCODING = "Q8_0"
"""What a small model is re-encoded to where its own encoding is slow (see eval/README.md)."""
SLOW_ENCODINGS = {"3": "Q4_1", "8": "Q5_0", "9": "Q5_1"}
"""GGUF's numbers for encodings that `FAST_ENCODING` outruns in reading, by 1.9, 1.5 and 2.6 times
on one AVX2 core; the 4-bit ones without an offset and the K kinds are fast as they are."""
WORTH_REENCODING = 400_000_000
"""Bytes of a model file above which twice the memory is not worth the speed."""

EMBEDDED_NAME = "SmolLM2-135M-Instruct"
EMBEDDED_CONTEXT = 4096
"""Tokens of context for the embedded model: half of what it knows, at 94 MB."""

__all__ = ["LLM", "LocalLLM", "Prompt", "ScriptedLLM"]


class LLM(Protocol):
    """A language model that writes."""

    @property
    def name(self) -> str:
        """What a person calls the model."""

    @property
    def identity(self) -> str:
        """What is equal only for the same model; a self-test is remembered by it."""

    def count(self, text: str) -> int:
        """Tokens that a text takes in a prompt; never too few."""

    def room(self, limit: int) -> int:
        """Tokens left for what a prompt says, when `limit` tokens are to be written."""

    def pace(self) -> float:
        """Tokens of a prompt that are read in a second, as far as was measured; infinite before."""

    def write(self, prompt: Prompt, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text after a prompt, at most `limit` tokens, held to a GBNF grammar.

        A prompt that is too long loses the beginning of what the user says. The
        iterator may be left at any time.
        """


class LocalLLM:
    """A GGUF model in this process, loaded when it is first needed.

    Safe from several threads. All but `name` and `identity` raise a `ModelError` where
    the file is missing, altered or no model that llama.cpp can load.
    """

    def __init__(self, load: Callable[[], Llama], name: str, hashed: Callable[[], str]) -> None:
        """Nothing is read yet.

        Args:
            load: reads the model.
            name: what a person calls it.
            hashed: gives the hash of its file.
        """
        self.name = name
        self._load = load
        self._hashed = hashed
        self._loaded: Llama | None = None
        self._loading = threading.Lock()

    @classmethod
    def embedded(cls) -> LocalLLM:
        """The model that comes with pip: SmolLM2-135M-Instruct."""

        def load() -> Llama:
            return Llama(faster(SMOLLM2.checked_path()), largest=EMBEDDED_CONTEXT)

        return cls(load, EMBEDDED_NAME, lambda: SMOLLM2.sha256)

    @classmethod
    def from_file(cls, path: Path) -> LocalLLM:
        """Any GGUF file.

        Raises:
            ModelError: there is no such file, or it is of another kind.
        """
        require_gguf(path)
        return cls(lambda: Llama(faster(path)), path.stem, lambda: sha256_of(path))

    @property
    def llama(self) -> Llama:
        """The model, in memory."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    @property
    def identity(self) -> str:
        """The beginning of its file's hash."""
        return self._hashed()[:16]

    def count(self, text: str) -> int:
        """Tokens that a text takes in a prompt."""
        return len(self.llama.tokenize(text))

    def room(self, limit: int) -> int:
        """Tokens left for what a prompt says, when `limit` tokens are to be written."""
        return self.llama.room(limit)

    def pace(self) -> float:
        """Tokens of a prompt that it reads in a second here."""
        return self.llama.pace()

    def write(self, prompt: Prompt, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text after a prompt, at most `limit` tokens, held to a GBNF grammar.

        Raises:
            ValueError: llama.cpp cannot parse the grammar.
            ModelError: llama.cpp could not evaluate the prompt.
        """
        return self.llama.write(prompt, limit=limit, grammar=grammar)


class ScriptedLLM:
    """A fake that says what it was told to: for tests, and for trying the page without a model.

    A token is a word.
    """

    name = "scripted"

    def __init__(
        self,
        replies: Mapping[str, str] | None = None,
        *,
        context: int = 4096,
        identity: str = "scripted",
        pace: float = inf,
    ) -> None:
        self.identity = identity
        self._pace = pace
        self._replies = dict(replies or {})
        self._context = context

    def count(self, text: str) -> int:
        """Its words."""
        return len(text.split())

    def room(self, limit: int) -> int:
        """The words that are left."""
        return self._context - limit

    def pace(self) -> float:
        """What it was told."""
        return self._pace

    def write(self, prompt: Prompt, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """The first reply whose key stands in the prompt, in pieces that begin with a space."""
        text = prompt.plain()
        for key, reply in self._replies.items():
            if key in text:
                words = reply.split(" ")[:limit]
                yield from (word if at == 0 else f" {word}" for at, word in enumerate(words))
                return


def faster(source: Path) -> Path:
    """The same model encoded for speed where that pays, made once and kept under its hash.

    Raises:
        ModelError: the file is no model that llama.cpp can load.
    """
    if source.stat().st_size > WORTH_REENCODING:
        return source
    target = cache_folder() / f"{sha256_of(source)[:16]}.{FAST_ENCODING}.gguf"
    if target.is_file():
        return target
    if Model(source).metadata("general.file_type") not in SLOW_ENCODINGS:
        return source
    try:
        reencode(source, target, FAST_ENCODING)
    except (ModelError, OSError):
        return source  # no room for the faster file: the given one answers the same, slower
    return target


def check_files() -> list[tuple[str, bool, str]]:
    """For each embedded file: its name, whether it is intact, and what to say about it."""
    try:
        path = SMOLLM2.checked_path()
    except ModelError as error:
        return [("language model", False, str(error))]
    size = path.stat().st_size
    return [("language model", True, f"{EMBEDDED_NAME} is intact ({size:,} bytes)")]
