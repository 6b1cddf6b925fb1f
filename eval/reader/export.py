"""Write trained weights as the file that Byline ships: only what differs from the model of pip.

    python -m eval.reader.export WORK/decayed.safetensors [--larger]

Matrices become 8-bit integers with a scale for each row, which loses nothing that the figures
show and halves the file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors.torch import load_file, save_file

from eval.reader.lowrank import as_shipped
from rag.reader import mpnet
from rag.reader.extractive import WEIGHTS
from rag.reader.packing import packed


def main() -> None:
    """Convert one file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("--larger", action="store_true", help="of the MPNet")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    out = chosen.out or (mpnet.WEIGHTS if chosen.larger else WEIGHTS)
    out.parent.mkdir(parents=True, exist_ok=True)
    trained = load_file(chosen.trained)
    save_file(packed(as_shipped(trained) if chosen.larger else trained), out)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
