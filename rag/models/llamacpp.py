"""llama.cpp's own interface, as two objects: a model file, and a session that evaluates tokens.

llama-cpp-python's class `Llama` is not used, because it turns off the output of the
whole program while it loads a model, because a grammar that cannot be parsed crashes it,
and because it wants the size of the context before the file can be asked what fits.
"""

from __future__ import annotations

import ctypes
import os
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

from index.errors import ModelError

BATCH = 64
"""Tokens evaluated in one call of llama.cpp: 512 are read no faster, and 32 slower."""
MAGIC = b"GGUF"

Tokens = list[int]

COMPUTING = threading.Lock()
"""Held while any model computes: two at once on the same cores are slower than one after the
other, because each one's threads spin while they wait. It is never held while a caller reads."""

_quiet: list[Any] = []


class Model:
    """A GGUF file in memory: weights, vocabulary and metadata. Safe from several threads."""

    def __init__(self, path: Path) -> None:
        """Load the file.

        Raises:
            ModelError: it is no model that llama.cpp can load, or one that cannot write.
        """
        require_gguf(path)
        self.api = llama_cpp()
        self.path = path
        parameters = self.api.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self.pointer = self.api.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self.pointer:
            raise ModelError(
                f"{path} is not a model that llama.cpp can load. It may be cut short, or of a "
                "kind that this version does not know: fetch it again, or choose another."
            )
        _free_after(self, self.api.llama_model_free, self.pointer)
        self._vocabulary = self.api.llama_model_get_vocab(self.pointer)
        self.trained_context = int(self.api.llama_model_n_ctx_train(self.pointer))
        if self.about("attention.causal") == "false":
            raise ModelError(
                f"{path} makes vectors of texts and cannot write. Choose a language model."
            )

    def about(self, key: str) -> str | None:
        """What the file says of itself under a key of its own architecture."""
        return self.metadata(f"{self.metadata('general.architecture')}.{key}")

    def metadata(self, key: str) -> str | None:
        """What the file says of itself; None where it says nothing."""
        room = 1
        for _ in range(2):  # the first call tells how long the value is
            buffer = ctypes.create_string_buffer(room)
            length = self.api.llama_model_meta_val_str(self.pointer, key.encode(), buffer, room)
            if length < 0:
                return None
            room = length + 1
        return str(buffer.value.decode(errors="replace"))

    def position_bytes(self) -> int:
        """Bytes of memory that a session needs for each token of its context, in 16-bit floats."""
        api = self.api
        heads = api.llama_model_n_head(self.pointer)
        if heads <= 0:
            return 0  # a recurrent model's memory does not grow with the text
        width = api.llama_model_n_embd(self.pointer) // heads
        wide = sum(
            int(self.about(f"attention.{part}_length") or width) for part in ("key", "value")
        )
        layers = api.llama_model_n_layer(self.pointer)
        return int(2 * layers * api.llama_model_n_head_kv(self.pointer) * wide)

    def tokenize(self, text: str, *, special: bool = False) -> Tokens:
        """The tokens of a text; role markers count as such only where `special` is set."""
        if special:
            return self._tokens(text, special=True)
        cuts = [match.start() + 1 for match in self._markers.finditer(text)]
        parts = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
        return [token for part in parts if part for token in self._tokens(part, special=False)]

    @cached_property
    def _markers(self) -> re.Pattern[str]:
        """Where a marker of this vocabulary begins.

        llama.cpp finds tokens that a vocabulary calls "user defined" in any text, and
        makes some control tokens such of its own accord, so a marker in an article is
        cut in two before it is read.
        """
        api = self.api
        wanted = api.LLAMA_TOKEN_ATTR_CONTROL | api.LLAMA_TOKEN_ATTR_USER_DEFINED
        found = {
            (api.llama_vocab_get_text(self._vocabulary, token) or b"").decode(errors="replace")
            for token in range(api.llama_vocab_n_tokens(self._vocabulary))
            if api.llama_vocab_get_attr(self._vocabulary, token) & wanted
        }
        markers = sorted(one for one in found if len(one) > 1 and not one.isspace())
        return re.compile(f"(?={'|'.join(map(re.escape, markers))})" if markers else r"(?!)")

    def _tokens(self, text: str, *, special: bool) -> Tokens:
        data = text.encode(errors="replace")
        room = len(data) + 8
        tokens = (self.api.llama_token * room)()
        count = self.api.llama_tokenize(
            self._vocabulary, data, len(data), tokens, room, False, special
        )
        return list(tokens[:count])

    def beginning(self) -> Tokens:
        """The token that this model wants before any text, if it wants one."""
        if not self.api.llama_vocab_get_add_bos(self._vocabulary):
            return []
        return [int(self.api.llama_vocab_bos(self._vocabulary))]

    def marks(self) -> tuple[str, str]:
        """How this model writes the beginning and the end of a text, as templates name them."""
        api, vocabulary = self.api, self._vocabulary
        both = (api.llama_vocab_bos(vocabulary), api.llama_vocab_eos(vocabulary))
        first, last = (self.piece(token, special=True) if token >= 0 else b"" for token in both)
        return first.decode(errors="replace"), last.decode(errors="replace")

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """What a token stands for; it may be part of a character."""
        room = 256
        buffer = ctypes.create_string_buffer(room)
        count = self.api.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, special)
        return buffer.raw[: max(count, 0)]

    def ends(self, token: int) -> bool:
        """Whether the token ends what the model writes."""
        return bool(self.api.llama_vocab_is_eog(self._vocabulary, token))

    @contextmanager
    def sampler(self, grammar: str | None) -> Iterator[Any]:
        """What picks the likeliest token, or the likeliest that a GBNF grammar allows.

        Raises:
            ValueError: llama.cpp cannot parse the grammar.
        """
        api = self.api
        chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        try:
            if grammar is not None:
                held = api.llama_sampler_init_grammar(self._vocabulary, grammar.encode(), b"root")
                if not held:
                    raise ValueError("llama.cpp cannot parse this grammar")
                api.llama_sampler_chain_add(chain, held)
            api.llama_sampler_chain_add(chain, api.llama_sampler_init_greedy())
            yield chain
        finally:
            api.llama_sampler_free(chain)


class Session:
    """A context of llama.cpp: one text, as far as it was evaluated. For one thread at a time."""

    def __init__(self, model: Model, *, context: int, threads: int | None = None) -> None:
        """Reserve the memory.

        Args:
            model: what evaluates.
            context: tokens that the text may have.
            threads: processors to use; by default all that this program may run on.

        Raises:
            ModelError: there is not enough memory.
        """
        self.model = model
        self.context = context
        api = self._api = model.api
        parameters = api.llama_context_default_params()
        parameters.n_ctx = context
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_threads = parameters.n_threads_batch = threads or processors()
        parameters.no_perf = True
        self._pointer = api.llama_init_from_model(model.pointer, parameters)
        if not self._pointer:
            raise ModelError(
                f"{model.path} needs more memory than this machine has free. "
                "Choose a smaller model, or close other programs."
            )
        _free_after(self, api.llama_free, self._pointer)
        self._read: Tokens = []
        """Tokens of the whole batches with which the text begins."""

    def evaluate(self, tokens: Tokens) -> None:
        """Read up to `BATCH` tokens after those before.

        Raises:
            ModelError: llama.cpp could not.
        """
        batch = (self._api.llama_token * len(tokens))(*tokens)
        with COMPUTING:
            status = self._api.llama_decode(
                self._pointer, self._api.llama_batch_get_one(batch, len(tokens))
            )
        if status != 0:
            raise ModelError(
                f"llama.cpp could not evaluate {len(tokens)} tokens (status {status})."
            )
        if len(tokens) == BATCH:
            self._read += tokens

    def sample(self, sampler: Any) -> int:
        """The token that the sampler picks to come next."""
        return int(self._api.llama_sampler_sample(sampler, self._pointer, -1))

    def rewind(self, text: Tokens) -> int:
        """Forget all but what a new text begins with; how many of its tokens are read already.

        Whole batches only: a batch that is read in other pieces gives slightly other numbers,
        and the same text has to have the same continuation whatever was read before it.
        """
        common = zip(self._read, text[:-1], strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], common))
        kept = same // BATCH * BATCH
        memory = self._api.llama_get_memory(self._pointer)
        if not self._api.llama_memory_seq_rm(memory, 0, kept, -1):
            kept = 0  # a recurrent model cannot forget a part
            self._api.llama_memory_clear(memory, False)
        del self._read[kept:]
        return kept


def reencode(source: Path, target: Path, kind: str) -> None:
    """Write a model again in another encoding ("Q8_0" or "F16"), whole or not at all.

    Raises:
        ModelError: llama.cpp could not read or write it.
    """
    api = llama_cpp()
    parameters = api.llama_model_quantize_default_params()
    parameters.ftype = getattr(api, f"LLAMA_FTYPE_MOSTLY_{kind}")
    parameters.allow_requantize = True
    parameters.nthread = processors()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        status = api.llama_model_quantize(
            os.fsencode(source), os.fsencode(temporary), ctypes.byref(parameters)
        )
        if status != 0:
            raise ModelError(f"llama.cpp could not re-encode {source} (status {status}).")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def processors() -> int:
    """Processors that this program may run on; more threads than that wait for each other."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def llama_cpp() -> ModuleType:
    """The library, loaded and told to print nothing."""
    import llama_cpp as api

    if not _quiet:
        callback: Callable[..., Any] = api.llama_log_callback(lambda *_: None)
        _quiet.append(callback)  # C keeps the pointer: it must outlive the call
        api.llama_log_set(callback, ctypes.c_void_p(0))
        api.llama_backend_init()
    return api


def require_gguf(path: Path) -> None:
    """Look at how a file begins.

    Raises:
        ModelError: it cannot be read, or does not begin as a GGUF file does.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(len(MAGIC))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    if begins != MAGIC:
        raise ModelError(f"{path} is not a GGUF model. Give the path of a .gguf file.")


def _free_after(owner: object, free: Callable[[Any], Any], pointer: Any) -> None:
    """Give memory back when its owner is gone, but not when Python ends: others may still run."""
    weakref.finalize(owner, free, pointer).atexit = False
