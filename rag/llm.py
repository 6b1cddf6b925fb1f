"""The language model: a judge of evidence first, a writer second.

`LLM` is one of Byline's two model boundaries. `LocalLLM` is any GGUF file in
llama.cpp; `ScriptedLLM` is the fake that tests use. Nothing here knows what is
asked of the model: prompts come ready made from `prompts/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.errors import ModelError
from index.modelfiles import SMOLLM2, cache_folder, sha256_of
from rag.llama import BATCH, Llama, reencode

FAST_ENCODING = "Q8_0"
"""What a small 4-bit model is re-encoded to: it reads twice as fast (see eval/README.md)."""
WORTH_REENCODING = 400_000_000
"""Bytes of a model file above which twice the memory is not worth the speed."""


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """How likely a model finds some continuations."""

    logprobs: tuple[tuple[float, ...], ...]
    """For each continuation, the natural log-probability of each of its tokens."""
    evaluated: int
    """Tokens that were read for it."""


class LLM(Protocol):
    """A language model that scores and writes."""

    @property
    def name(self) -> str:
        """What a person calls the model."""

    def likelihoods(
        self, prompts: Sequence[str], continuations: Sequence[str], preamble: str = ""
    ) -> Likelihoods:
        """How likely each continuation is after its prompt (after the preamble)."""

    def write(self, prompt: str, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text after a prompt, at most `limit` tokens, held to a GBNF grammar."""


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
        return cls(Llama(faster(SMOLLM2.checked_path())), "SmolLM2-135M-Instruct")

    @classmethod
    def from_file(cls, path: str | Path) -> LocalLLM:
        """Any GGUF file.

        Raises:
            ModelError: there is no such file, or llama.cpp cannot load it.
        """
        path = Path(path)
        if not path.is_file():
            raise ModelError(f"There is no model file {path}. Give the path of a .gguf file.")
        return cls(Llama(path), path.stem)

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

    def write(self, prompt: str, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text after a prompt, at most `limit` tokens, held to a GBNF grammar."""
        tokens = self._llama.tokenize(prompt)[-(self._llama.context - limit) :]
        return self._llama.write(tokens, limit=limit, grammar=grammar)


class ScriptedLLM:
    """A fake that says what it was told to: for tests, and for trying the page without a model.

    The likelihood of a continuation is that of the share of its words which stand
    in the prompt, so that evidence that repeats the question is preferred.
    """

    name = "scripted"

    def __init__(self, replies: Mapping[str, str] | None = None) -> None:
        self._replies = dict(replies or {})

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

    def write(self, prompt: str, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """The reply whose key stands in the prompt, word by word."""
        for key, reply in self._replies.items():
            if key in prompt:
                yield from reply.split(" ")[:limit]


def load_llm(path: str | Path | None = None) -> LLM:
    """The model in that file; without one, the model that comes with pip.

    Raises:
        ModelError: it is missing, altered or cannot be loaded.
    """
    return LocalLLM.embedded() if path is None else LocalLLM.from_file(path)


def faster(source: Path) -> Path:
    """The same model encoded for speed, made once and kept in the cache under its hash."""
    if source.stat().st_size > WORTH_REENCODING:
        return source
    target = cache_folder() / f"{sha256_of(source)[:16]}.{FAST_ENCODING}.gguf"
    if target.is_file():
        return target
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
    return [("language model", True, f"SmolLM2-135M-Instruct is intact ({size:,} bytes)")]
