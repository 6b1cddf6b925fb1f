"""The language model: a judge of evidence first, a writer second.

`LLM` is one of Byline's two model boundaries. `LocalLLM` is any GGUF file in
llama.cpp; `ScriptedLLM` is the fake that tests use; `rag.models.remote` has the one that
writes only. Nothing here knows what is asked of the model: prompts come ready made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.errors import ModelError
from index.modelfiles import SMOLLM2, cache_folder, sha256_of
from rag.models.chatting import Prompt
from rag.models.llama import Llama
from rag.models.llamacpp import BATCH, Model, reencode

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

__all__ = ["LLM", "Judge", "Likelihoods", "LocalLLM", "Prompt", "ScriptedLLM", "Writer", "load_llm"]


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """How likely a model finds some continuations."""

    logprobs: tuple[tuple[float, ...], ...]
    """For each continuation, the natural log-probability of each of its tokens."""
    evaluated: int
    """Tokens that were read for it."""


class Judge(Protocol):
    """A model that says how likely a text is."""

    @property
    def name(self) -> str:
        """What a person calls the model."""

    def likelihoods(
        self, prompts: Sequence[str], continuations: Sequence[str], preamble: str = ""
    ) -> Likelihoods:
        """How likely each continuation is after its prompt (after the preamble)."""


class Writer(Protocol):
    """A model that writes."""

    @property
    def name(self) -> str:
        """What a person calls the model."""

    def count(self, text: str) -> int:
        """Tokens that a text takes in a prompt; never too few."""

    def room(self, limit: int) -> int:
        """Tokens left for what a prompt says, when `limit` tokens are to be written."""

    def write(
        self, prompt: Prompt | str, *, limit: int, grammar: str | None = None
    ) -> Iterator[str]:
        """Pieces of text after a prompt, at most `limit` tokens, held to a GBNF grammar.

        A prompt that is too long loses the beginning of what the user says. The
        iterator may be left at any time.
        """


class LLM(Judge, Writer, Protocol):
    """A language model that scores and writes."""


class LocalLLM:
    """A GGUF model in this process. Safe from several threads, one call at a time."""

    def __init__(self, llama: Llama, name: str) -> None:
        self._llama = llama
        self.name = name

    @classmethod
    def embedded(cls) -> LocalLLM:
        """The model that comes with pip: SmolLM2-135M-Instruct.

        Raises:
            ModelError: its file is missing or altered.
        """
        return cls(Llama(faster(SMOLLM2.checked_path()), largest=EMBEDDED_CONTEXT), EMBEDDED_NAME)

    @classmethod
    def from_file(cls, path: str | Path) -> LocalLLM:
        """Any GGUF file.

        Raises:
            ModelError: there is no such file, or llama.cpp cannot load it.
        """
        path = Path(path).expanduser()
        if not path.is_file():
            raise ModelError(f"There is no model file {path}. Give the path of a .gguf file.")
        return cls(Llama(faster(path)), path.stem)

    @property
    def context(self) -> int:
        """Tokens of a prompt and what is written after it, together."""
        return self._llama.context

    def likelihoods(
        self, prompts: Sequence[str], continuations: Sequence[str], preamble: str = ""
    ) -> Likelihoods:
        """How likely each continuation is after its prompt; a long prompt loses its beginning."""
        tokenize = self._llama.tokenize
        before = tokenize(preamble)
        pairs = []
        for prompt, continuation in zip(prompts, continuations, strict=True):
            after = tokenize(continuation)[: BATCH // 2]
            pairs.append((tokenize(prompt)[-(BATCH - len(after)) :], after))
        scores, evaluated = self._llama.likelihoods(pairs, preamble=before)
        return Likelihoods(tuple(tuple(score) for score in scores), evaluated)

    def count(self, text: str) -> int:
        """Tokens that a text takes in a prompt."""
        return len(self._llama.tokenize(text))

    def room(self, limit: int) -> int:
        """Tokens left for what a prompt says, when `limit` tokens are to be written."""
        return self._llama.room(limit)

    def write(
        self, prompt: Prompt | str, *, limit: int, grammar: str | None = None
    ) -> Iterator[str]:
        """Pieces of text after a prompt, at most `limit` tokens, held to a GBNF grammar.

        A `Prompt` is put in the model's own chat template; a string is written on from.

        Raises:
            ValueError: llama.cpp cannot parse the grammar.
            ModelError: there is not enough memory.
        """
        return self._llama.write(prompt, limit=limit, grammar=grammar)


class ScriptedLLM:
    """A fake that says what it was told to: for tests, and for trying the page without a model.

    The likelihood of a continuation is that of the share of its words which stand
    in the prompt, so that evidence that repeats the question is preferred. A token
    is a word.
    """

    name = "scripted"

    def __init__(self, replies: Mapping[str, str] | None = None, *, context: int = 4096) -> None:
        self._replies = dict(replies or {})
        self._context = context

    def likelihoods(
        self, prompts: Sequence[str], continuations: Sequence[str], preamble: str = ""
    ) -> Likelihoods:
        """-1 for each word of the continuation that the prompt holds, -6 for each other."""
        rows = []
        for prompt, continuation in zip(prompts, continuations, strict=True):
            held = set(prompt.lower().split())
            words = continuation.lower().split() or [""]
            rows.append(tuple(-1.0 if word in held else -6.0 for word in words))
        return Likelihoods(tuple(rows), sum(len(prompt.split()) for prompt in prompts))

    def count(self, text: str) -> int:
        """Its words."""
        return len(text.split())

    def room(self, limit: int) -> int:
        """The words that are left."""
        return self._context - limit

    def write(
        self, prompt: Prompt | str, *, limit: int, grammar: str | None = None
    ) -> Iterator[str]:
        """The first reply whose key stands in the prompt, in pieces that begin with a space."""
        text = prompt if isinstance(prompt, str) else prompt.plain()
        for key, reply in self._replies.items():
            if key in text:
                words = reply.split(" ")[:limit]
                yield from (word if at == 0 else f" {word}" for at, word in enumerate(words))
                return


def load_llm(path: str | Path | None = None) -> LLM:
    """The model in that file; without one, the model that comes with pip.

    What a user may write for a model besides a file is read by `rag.models.choice`.

    Raises:
        ModelError: it is missing, altered or cannot be loaded.
    """
    return LocalLLM.embedded() if path is None else LocalLLM.from_file(path)


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
