"""Low-rank training of the larger reader: the MPNet of pip under transformers' head.

Each matrix of the encoder stays as it is and gets a product of two thin ones beside it (LoRA: Hu
et al., 2021), a thirtieth of its numbers. Those, the norms and the head are what is trained.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from rag.reader.mpnet import CALLED, called

RANK = 16
SCALE = 2.0
"""By which the product is multiplied."""


class LowRank(nn.Module):  # type: ignore[misc]
    """A linear map with a low-rank change beside it."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.a = nn.Parameter(torch.randn(RANK, base.in_features) / math.sqrt(base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """States of shape [..., inputs] to states of shape [..., outputs]."""
        change = nn.functional.linear(nn.functional.linear(states, self.a), self.b)
        return self.base(states) + change * SCALE


def lowered(model: Any, *, bfloat16: bool) -> None:
    """Freeze an MPNetForQuestionAnswering but for low-rank changes, norms and head."""
    model.requires_grad_(False)
    for layer in model.mpnet.encoder.layer:
        attention = layer.attention.attn
        linear = [(attention, name) for name in "qkvo"]
        for owner, name in [*linear, (layer.intermediate, "dense"), (layer.output, "dense")]:
            base = getattr(owner, name)
            setattr(owner, name, LowRank(base.to(torch.bfloat16) if bfloat16 else base))
        layer.attention.LayerNorm.requires_grad_(True)
        layer.output.LayerNorm.requires_grad_(True)
    model.qa_outputs.requires_grad_(True)


def as_shipped(trained: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What was trained, under the names that `rag.reader.mpnet` reads."""
    return {
        called(name.removeprefix("mpnet.")): value * SCALE if name.endswith(".b") else value
        for name, value in trained.items()
    }


def as_trained(shipped: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What was shipped, under the names that are trained."""
    found = {}
    for name, value in shipped.items():
        for own, berts in CALLED.items():
            name = name.replace(berts, own)
        name = name if name.startswith("qa_outputs") else f"mpnet.{name}"
        found[name] = value / SCALE if name.endswith(".b") else value
    return found
