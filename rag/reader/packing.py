"""Weights as 8-bit integers with a scale for each row: a quarter of the bytes, the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.bert import SCALE, quantized
from index.errors import ModelError

SHORTEST = 64
"""A matrix with a shorter side has little to save."""


def packed(weights: Mapping[str, Any]) -> dict[str, Any]:
    """Matrices as 8-bit integers, each beside its scales; the others as 16-bit floats."""
    import torch

    found: dict[str, Any] = {}
    for name, value in weights.items():
        if value.ndim != 2 or min(value.shape) < SHORTEST:
            found[name] = value.to(torch.float16)
        else:
            found[name], found[f"{name}{SCALE}"] = quantized(value)
    return found


def stored(path: Path) -> dict[str, Any]:
    """The weights in a file as they are stored.

    Raises:
        ModelError: the file is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} is missing or damaged ({error}). Install Byline again.") from None


def unpacked(weights: Mapping[str, Any]) -> dict[str, Any]:
    """Packed weights as 32-bit floats."""
    return {
        name: value.float() * weights[scale][:, None]
        if (scale := f"{name}{SCALE}") in weights
        else value.float()
        for name, value in weights.items()
        if not name.endswith(SCALE)
    }
