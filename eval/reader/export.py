"""Write trained weights as the file that Byline ships: only what differs from the MiniLM of pip.

    python -m eval.reader.export WORK/decayed.safetensors [--half]

Matrices become 8-bit integers with a scale for each row, which loses nothing that the figures
show and halves the file; `--half` keeps 16-bit floats instead.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from rag.reader.extractive import WEIGHTS


def main() -> None:
    """Convert one file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = parser.parse_args()
    packed: dict[str, torch.Tensor] = {}
    for name, value in load_file(chosen.trained).items():
        if chosen.half or value.ndim != 2 or value.shape[0] < 16:
            packed[name] = value.to(torch.float16)
            continue
        scale = value.abs().amax(dim=1).clamp_min(1e-8) / 127
        packed[name] = (value / scale[:, None]).round().to(torch.int8)
        packed[f"{name}.scale"] = scale
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(packed, chosen.out)
    print(f"{chosen.out}: {chosen.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
