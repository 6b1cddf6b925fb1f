"""BERT on torch alone (Devlin et al., 2019), to the last bit as transformers computes it.

The encoder and the readers that come with Byline are of this kind. Importing transformers and
sentence-transformers for them takes longer than all else that a question costs. The readers, whose
matrices are stored as 8-bit integers, are also multiplied in them where the processor can. MPNet
(Song et al., 2020) is a BERT without kinds of tokens, whose attention knows how far apart two are.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

LINEAR = (
    "attention.self.query", "attention.self.key", "attention.self.value",
    "attention.output.dense", "intermediate.dense", "output.dense",
)  # fmt: skip
"""The linear maps of a layer."""
EIGHT_BITS = 127
"""The largest 8-bit integer."""
SCALE = ".scale"
"""Ends the name of the scales of a matrix that is stored in 8-bit integers."""
TINY = 1e-8
"""The least scale: a row of zeros has none."""
DISTANCES = "encoder.relative_attention_bias.weight"
"""MPNet's weight for each head and bucket of distances."""
FARTHEST = 128
"""Tokens apart from which all distances are one."""


def has_eight_bits() -> bool:
    """Whether this processor multiplies 8-bit integers faster than floats (VNNI)."""
    import torch

    has_vnni = getattr(torch.cpu, "_is_vnni_supported", lambda: False)  # no public name yet
    return hasattr(torch, "_int_mm") and torch.backends.mkldnn.is_available() and bool(has_vnni())


def quantized(matrix: Any) -> tuple[Any, Any]:
    """A matrix of shape [rows, columns] as 8-bit integers, and a scale for each row."""
    import torch

    scale = (matrix.abs().amax(1) / EIGHT_BITS).clamp(min=TINY)
    return (matrix / scale[:, None]).round().to(torch.int8), scale


class EightBit:
    """A linear layer in 8-bit integers, each row of its weights and each token with a scale.

    That is LLM.int8's vector-wise quantization (Dettmers et al., 2022).
    """

    def __init__(self, whole: Any, scale: Any, bias: Any) -> None:
        """Take integers of shape [outputs, inputs], a scale and a bias of shape [outputs]."""
        self._weight = whole.t().contiguous()
        self._scale = scale
        self._bias = bias

    def __call__(self, states: Any) -> Any:
        """States of shape [..., inputs] to states of shape [..., outputs]."""
        import torch

        rows = states.reshape(-1, states.shape[-1])
        scale = (rows.abs().amax(1, keepdim=True) / EIGHT_BITS).clamp(min=TINY)
        whole = (rows / scale).round_().to(torch.int8)
        product = torch._int_mm(whole, self._weight).to(torch.float32)
        product = product.mul_(scale).mul_(self._scale).add_(self._bias)
        return product.reshape(*states.shape[:-1], -1)


class Cores:
    """Divides the cores that torch has among the threads that compute at the same time.

    Two questions on a core each are answered sooner than one after the other on both.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all = self._busy = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Compute on a fair share of the cores; torch holds the number for each thread."""
        import torch

        with self._lock:
            self._all = self._all or torch.get_num_threads()
            self._busy += 1
            share = max(1, self._all // self._busy)
            if torch.get_num_threads() != share:  # to set it forgets what oneDNN has prepared
                torch.set_num_threads(share)
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1


CORES = Cores()


class Bert:
    """The weights of a BERT with its tokenizer; runs on the CPU."""

    def __init__(
        self,
        folder: Path,
        weights: Mapping[str, Any],
        longest: int,
        truncation: str = "longest_first",
        *,
        eight_bit: bool = False,
    ) -> None:
        """Read the configuration and the tokenizer.

        Args:
            folder: holds config.json and tokenizer.json.
            weights: tensors by their names in transformers' BertModel; a matrix may be in 8-bit
                integers, with its scales beside it (see `quantized`).
            longest: tokens of a text, or of a pair of texts; what is beyond is cut off.
            truncation: which text of a pair is cut, as tokenizers calls it.
            eight_bit: multiply in 8-bit integers instead of 32-bit floats.
        """
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.dimension: int = config["hidden_size"]
        self._layers = [f"encoder.layer.{at}" for at in range(config["num_hidden_layers"])]
        self._heads: int = config["num_attention_heads"]
        self._epsilon: float = config["layer_norm_eps"]
        self._weights = {
            name: value.float() if value.is_floating_point() else value
            for name, value in weights.items()
        }
        self._eight_bit: dict[str, EightBit] = {}
        for name in (f"{layer}.{part}" for layer in self._layers for part in LINEAR):
            matrix = self._weights.pop(f"{name}.weight")
            scale = self._weights.pop(f"{name}.weight{SCALE}", None)
            if eight_bit:
                whole = quantized(matrix) if scale is None else (matrix, scale)
                self._eight_bit[name] = EightBit(*whole, self._weights[f"{name}.bias"])
            else:
                floats = matrix if scale is None else matrix.float() * scale[:, None]
                self._weights[f"{name}.weight"] = floats
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(longest, strategy=truncation)
        self._tokenizer.enable_padding()

    def tokens(self, texts: Sequence[str | tuple[str, str]]) -> list[Any]:
        """The tokens of each text or pair, padded to the longest."""
        encodings: list[Any] = self._tokenizer.encode_batch(list(texts))
        return encodings

    def states(self, encodings: Sequence[Any]) -> tuple[Any, Any]:
        """The last layer, of shape [texts, tokens, dimension], and 1 for each token but padding."""
        with CORES.shared():
            return self._states(encodings)

    def _states(self, encodings: Sequence[Any]) -> tuple[Any, Any]:
        import torch
        from torch.nn import functional

        weights = self._weights

        def embedded(name: str, numbers: Any) -> Any:
            table = f"embeddings.{name}_embeddings.weight"
            rows, scale = weights[table][numbers], weights.get(f"{table}{SCALE}")
            return rows if scale is None else rows.float() * scale[numbers][..., None]

        def linear(name: str, states: Any) -> Any:
            if name in self._eight_bit:
                return self._eight_bit[name](states)
            return functional.linear(states, weights[f"{name}.weight"], weights[f"{name}.bias"])

        def normed(name: str, states: Any) -> Any:
            weight, bias = (weights[f"{name}.LayerNorm.{part}"] for part in ("weight", "bias"))
            return functional.layer_norm(states, (self.dimension,), weight, bias, self._epsilon)

        ids, kinds, mask = (
            torch.tensor([getattr(one, name) for one in encodings])
            for name in ("ids", "type_ids", "attention_mask")
        )
        texts, length = ids.shape
        shown = None if mask.all() else mask.bool()[:, None, None, :].expand(-1, 1, length, -1)
        states = embedded("word", ids)
        if DISTANCES in weights:
            near = weights[DISTANCES][distance_buckets(length)].permute(2, 0, 1)[None]
            shown = near if shown is None else near.masked_fill(~shown, float("-inf"))
        else:
            states = states + embedded("token_type", kinds)
        states = normed("embeddings", states + embedded("position", torch.arange(length)))
        for layer in self._layers:
            query, key, value = (
                linear(f"{layer}.attention.self.{name}", states)
                .view(texts, length, self._heads, -1)
                .transpose(1, 2)
                for name in ("query", "key", "value")
            )
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=shown)
            mixed = linear(f"{layer}.attention.output.dense", mixed.transpose(1, 2).flatten(2))
            states = normed(f"{layer}.attention.output", mixed + states)
            wide = functional.gelu(linear(f"{layer}.intermediate.dense", states))
            states = normed(f"{layer}.output", linear(f"{layer}.output.dense", wide) + states)
        return states, mask


def distance_buckets(length: int) -> Any:
    """For each token the bucket of its distance to each other, of shape [length, length].

    As in T5 (Raffel et al., 2020): 16 buckets each way, of which the near eight hold one distance.
    """
    import torch

    places = torch.arange(length)
    apart = places[None, :] - places[:, None]
    far = apart.abs()
    wide = 8 + (torch.log(far.clamp(min=1) / 8) / log(FARTHEST / 8) * 8).long()
    return torch.where(far < 8, far, wide.clamp(max=15)) + 16 * (apart > 0)


class SentenceBert:
    """The mean of a BERT's last layer, in the place of a SentenceTransformer of this kind."""

    max_seq_length = 256
    """What the sentence_bert_config.json of all-MiniLM-L6-v2 says."""

    def __init__(self, folder: Path) -> None:
        """Read a folder of all-MiniLM-L6-v2's form."""
        from safetensors.torch import load_file

        self._bert = Bert(folder, load_file(folder / "model.safetensors"), self.max_seq_length)

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self._bert.dimension

    def tokenizer(self, texts: list[str], **_: Any) -> dict[str, list[list[int]]]:
        """The tokens of each text, without padding."""
        encodings = self._bert.tokens(texts)
        return {"input_ids": [one.ids[: sum(one.attention_mask)] for one in encodings]}

    def encode(self, texts: list[str], **_: Any) -> npt.NDArray[np.float32]:
        """One unit vector for each text."""
        import torch
        from torch.nn.functional import normalize

        with torch.inference_mode():
            states, mask = self._bert.states(self._bert.tokens(texts))
            shown = mask[:, :, None].expand(states.shape).to(states.dtype)
            mean = (states * shown).sum(1) / shown.sum(1).clamp(min=1e-9)
            # sentence-transformers divides twice: as the model's last layer, and as it is asked to.
            vectors: npt.NDArray[np.float32] = normalize(normalize(mean)).numpy()
        return vectors
