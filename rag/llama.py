"""llama.cpp behind two calls: how likely is this text, and write on from here.

The low-level interface of llama-cpp-python is used because its high-level class
evaluates one sequence at a time: scoring ten short passages in one batch, with
common beginnings evaluated once, is what makes a 135M model affordable as a judge.

Article text reaches the tokenizer with special tokens switched off, so that
"<|im_start|>" in an article is seven ordinary characters, not a role marker.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from index.errors import ModelError

CONTEXT = 4096
"""Tokens of context asked for; less where the model was trained on less."""
BATCH = 512
"""Tokens evaluated in one call of llama.cpp."""
BRANCHES = 60
"""Sequences that one batch may hold."""
PREAMBLES = 4
"""Further sequences, each of which keeps one preamble between calls."""

Tokens = list[int]
_quiet: list[Any] = []


@dataclass(slots=True)
class _Node:
    """A token in a batch, shared by all sequences that begin alike."""

    token: int
    depth: int
    branches: list[int] = field(default_factory=list)
    children: dict[int, _Node] = field(default_factory=dict)
    wanted: bool = False
    row: int = -1


class Llama:
    """One model in memory with one context. All calls are safe from several threads."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        """Load the model.

        Raises:
            ModelError: the file is no model that llama.cpp can load.
        """
        self._api = _llama_cpp()
        api = self._api
        self.model = api.llama_model_load_from_file(os.fsencode(path), _model_parameters(api))
        if not self.model:
            raise ModelError(f"{path} is not a GGUF model that llama.cpp can load.")
        self._vocabulary = api.llama_model_get_vocab(self.model)
        self.context = min(CONTEXT, api.llama_model_n_ctx_train(self.model))
        parameters = api.llama_context_default_params()
        parameters.n_ctx = self.context
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_seq_max = BRANCHES + PREAMBLES
        parameters.n_threads = parameters.n_threads_batch = threads or processors()
        parameters.kv_unified = True  # a token may then belong to several sequences
        parameters.no_perf = True
        self._context = api.llama_init_from_model(self.model, parameters)
        if not self._context:
            raise ModelError(f"{path} needs more memory than this machine has free.")
        self._memory = api.llama_get_memory(self._context)
        self._batch = api.llama_batch_init(BATCH, 0, BRANCHES)
        self._vocabulary_size = api.llama_vocab_n_tokens(self._vocabulary)
        self._preambles: list[Tokens] = []
        self._lock = threading.Lock()

    def tokenize(self, text: str, *, special: bool = False) -> Tokens:
        """The tokens of a text; role markers count as such only where `special` is set."""
        data = text.encode()
        room = len(data) + 8
        tokens = (self._api.llama_token * room)()
        count = self._api.llama_tokenize(
            self._vocabulary, data, len(data), tokens, room, False, special
        )
        return list(tokens[:count])

    def likelihoods(
        self, pairs: Sequence[tuple[Tokens, Tokens]], *, preamble: Tokens
    ) -> tuple[list[list[float]], int]:
        """Log-probability of each token of each continuation, given its prompt.

        Args:
            pairs: prompts and their continuations, each of at least one token.
            preamble: tokens before every prompt; kept from call to call, so they
                cost nothing when they are the same as last time.

        Returns:
            For each pair the natural logarithms, one for each token of the
            continuation; and the number of tokens that were evaluated.

        Raises:
            ValueError: a pair is longer than one batch.
        """
        scores: list[list[float]] = []
        with self._lock:
            keeper, evaluated = self._hold(preamble)
            for group in self._groups(pairs):
                evaluated += self._score(group, keeper, len(preamble), scores)
        return scores, evaluated

    def write(self, prompt: Tokens, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text, the likeliest token each time, until the model ends or `limit` tokens.

        Args:
            prompt: what to write on from; it must leave room for `limit` tokens.
            limit: the largest number of tokens to write.
            grammar: a GBNF grammar that the text must follow.

        Raises:
            ValueError: prompt and limit together exceed the context.
        """
        if len(prompt) + limit > self.context:
            raise ValueError(f"{len(prompt)} + {limit} tokens exceed {self.context}")
        with self._lock:
            yield from self._write(prompt, limit, grammar)

    def _write(self, prompt: Tokens, limit: int, grammar: str | None) -> Iterator[str]:
        api = self._api
        self._forget()
        for start in range(0, len(prompt), BATCH):
            part = prompt[start : start + BATCH]
            self._decode(
                [(token, start + at, [0], False) for at, token in enumerate(part)], last=True
            )
        sampler = _sampler(api, self._vocabulary, grammar)
        text = _Utf8()
        try:
            for position in range(len(prompt), len(prompt) + limit):
                token = api.llama_sampler_sample(sampler, self._context, -1)
                if api.llama_vocab_is_eog(self._vocabulary, token):
                    break
                piece = text.add(self._piece(token))
                if piece:
                    yield piece
                self._decode([(token, position, [0], True)])
        finally:
            api.llama_sampler_free(sampler)
            self._forget()

    def _piece(self, token: int) -> bytes:
        room = 128
        buffer = ctypes.create_string_buffer(room)
        count = self._api.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, False)
        return buffer.raw[: max(count, 0)]

    def _groups(
        self, pairs: Sequence[tuple[Tokens, Tokens]]
    ) -> Iterator[list[tuple[Tokens, Tokens]]]:
        group: list[tuple[Tokens, Tokens]] = []
        room = min(BATCH, self.context - sum(map(len, self._preambles)))
        used = 0
        for prompt, continuation in pairs:
            if group and group[-1][0] == prompt:
                need = len(continuation)  # the prompt is in the batch already
            else:
                need = len(prompt) + len(continuation)
            if need > room:
                raise ValueError(f"a prompt of {need} tokens exceeds a batch of {room}")
            if group and (used + need > room or len(group) == BRANCHES):
                yield group
                group, used = [], 0
                need = len(prompt) + len(continuation)
            group.append((prompt, continuation))
            used += need
        if group:
            yield group

    def _score(
        self,
        group: list[tuple[Tokens, Tokens]],
        keeper: int,
        offset: int,
        scores: list[list[float]],
    ) -> int:
        """Evaluate one batch as a tree of tokens and read off the log-probabilities."""
        root = _Node(token=-1, depth=offset - 1)
        paths = [self._insert(root, pair, branch) for branch, pair in enumerate(group)]
        for branch in range(len(group)):
            self._api.llama_memory_seq_cp(self._memory, keeper, branch, 0, offset)
        nodes = list(_walk(root))
        for row, node in enumerate(nodes):
            node.row = row
        self._decode([(node.token, node.depth, node.branches, node.wanted) for node in nodes])
        logits: dict[int, np.ndarray[Any, Any]] = {}
        for path, (_, continuation) in zip(paths, group, strict=True):
            scores.append(
                [
                    self._log_probability(node.row, token, logits)
                    for node, token in zip(path, continuation, strict=True)
                ]
            )
        for branch in range(len(group)):
            self._api.llama_memory_seq_rm(self._memory, branch, 0, -1)
        return len(nodes)

    def _insert(self, root: _Node, pair: tuple[Tokens, Tokens], branch: int) -> list[_Node]:
        """Add one pair to the tree; return the nodes that predict its continuation."""
        prompt, continuation = pair
        node, path = root, []
        for at, token in enumerate(prompt + continuation[:-1]):
            child = node.children.get(token)
            if child is None:
                child = node.children[token] = _Node(token, node.depth + 1)
            child.branches.append(branch)
            node = child
            if at >= len(prompt) - 1:
                node.wanted = True
                path.append(node)
        return path

    def _log_probability(
        self, row: int, token: int, cache: dict[int, np.ndarray[Any, Any]]
    ) -> float:
        if row not in cache:
            pointer = self._api.llama_get_logits_ith(self._context, row)
            logits = np.ctypeslib.as_array(pointer, (self._vocabulary_size,))
            top = float(logits.max())
            cache[row] = logits - (top + float(np.log(np.exp(logits - top).sum())))
        return float(cache[row][token])

    def _hold(self, preamble: Tokens) -> tuple[int, int]:
        """Have the preamble in memory; the sequence that keeps it, and the tokens that took."""
        if not preamble:
            return BRANCHES, 0
        if preamble in self._preambles:
            return BRANCHES + self._preambles.index(preamble), 0
        if len(self._preambles) == PREAMBLES:
            self._forget()
        keeper = BRANCHES + len(self._preambles)
        for start in range(0, len(preamble), BATCH):
            part = preamble[start : start + BATCH]
            self._decode([(token, start + at, [keeper], False) for at, token in enumerate(part)])
        self._preambles.append(list(preamble))
        return keeper, len(preamble)

    def _forget(self) -> None:
        self._api.llama_memory_clear(self._memory, False)
        self._preambles = []

    def _decode(
        self, rows: Sequence[tuple[int, int, list[int], bool]], *, last: bool = False
    ) -> None:
        """Evaluate rows of (token, position, sequences, wanted)."""
        batch = self._batch
        for row, (token, position, branches, wanted) in enumerate(rows):
            batch.token[row] = token
            batch.pos[row] = position
            batch.n_seq_id[row] = len(branches)
            for at, branch in enumerate(branches):
                batch.seq_id[row][at] = branch
            batch.logits[row] = wanted
        batch.n_tokens = len(rows)
        if last:
            batch.logits[len(rows) - 1] = True
        status = self._api.llama_decode(self._context, batch)
        if status != 0:
            raise ModelError(f"llama.cpp could not evaluate {len(rows)} tokens (status {status}).")


class _Utf8:
    """Bytes to text, holding back the beginning of a character until its end comes."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, piece: bytes) -> str:
        data = self._rest + piece
        for cut in range(len(data), max(len(data) - 4, -1), -1):
            try:
                text = data[:cut].decode()
            except UnicodeDecodeError:
                continue
            self._rest = data[cut:]
            return text
        self._rest = b""
        return data.decode(errors="replace")


def reencode(source: Path, target: Path, kind: str) -> None:
    """Write a model again in another encoding ("Q8_0" or "F16"), whole or not at all.

    Raises:
        ModelError: llama.cpp could not read or write it.
    """
    api = _llama_cpp()
    parameters = api.llama_model_quantize_default_params()
    parameters.ftype = getattr(api, f"LLAMA_FTYPE_MOSTLY_{kind}")
    parameters.allow_requantize = True
    parameters.nthread = processors()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{os.getpid()}")
    status = api.llama_model_quantize(
        os.fsencode(source), os.fsencode(temporary), ctypes.byref(parameters)
    )
    if status != 0:
        temporary.unlink(missing_ok=True)
        raise ModelError(f"llama.cpp could not re-encode {source} (status {status}).")
    temporary.replace(target)


def processors() -> int:
    """Processors that this program may run on; more threads than that wait for each other."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _walk(root: _Node) -> Iterator[_Node]:
    stack = list(reversed(root.children.values()))
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children.values()))


def _sampler(api: ModuleType, vocabulary: Any, grammar: str | None) -> Any:
    chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
    if grammar is not None:
        held = api.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
        if not held:
            api.llama_sampler_free(chain)
            raise ValueError("llama.cpp cannot parse this grammar")
        api.llama_sampler_chain_add(chain, held)
    api.llama_sampler_chain_add(chain, api.llama_sampler_init_greedy())
    return chain


def _model_parameters(api: ModuleType) -> Any:
    parameters = api.llama_model_default_params()
    parameters.n_gpu_layers = 0
    return parameters


def _llama_cpp() -> ModuleType:
    import llama_cpp

    if not _quiet:
        callback: Callable[..., Any] = llama_cpp.llama_log_callback(lambda *_: None)
        _quiet.append(callback)  # C keeps the pointer: it must outlive the call
        llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
    return llama_cpp
