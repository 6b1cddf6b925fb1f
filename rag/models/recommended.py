"""The models that are worth a download, by short names, and how fast each writes on this machine.

A name stands for one file on the Hugging Face Hub, of which the hash is known.
"""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from index.errors import ModelError
from index.modelfiles import cache_folder, read_register, write_register
from rag.models.chatting import Prompt
from rag.models.hub import HubFile, size_of
from rag.models.llm import LLM

SPEEDS = "speeds.json"
"""Where in the cache folder it stands how many words a second a model wrote, by its file's hash."""
TOKENS = 48
"""What a model writes to be timed: some seconds' worth of a large one."""
TIMED = Prompt("", "Describe in a few plain sentences what a newspaper does.")


@dataclass(frozen=True, slots=True)
class Recommended:
    """A model that is worth a download."""

    name: str
    """What a user writes for it."""
    file: HubFile
    size: int
    """Bytes of the file."""
    memory: int
    """GB of memory that it takes at work."""
    licence: str

    def path(self, cache: Path | None = None) -> Path:
        """Where its file is.

        Raises:
            ModelError: it was not downloaded, or is not the file that it should be.
        """
        path = self.file.at_hand(cache)
        get = f"byline models get {self.name} downloads it"
        if path is None:
            raise ModelError(f"{self.name} is not downloaded yet. {get}, {size_of(self.size)}.")
        if not self.file.intact(path):
            raise ModelError(f"{path} is not the file of {self.name}. {get} anew.")
        return path

    def words_a_second(self) -> float | None:
        """How fast it wrote on this machine; None while it was not tried."""
        speed = read_register(cache_folder() / SPEEDS).get(str(self.file.sha256))
        return speed if isinstance(speed, float) else None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, for programs."""
        return {
            "name": self.name,
            "bytes": self.size,
            "memory_gb": self.memory,
            "licence": self.licence,
            "words_a_second": self.words_a_second(),
            "downloaded": self.file.at_hand() is not None,
            "file": self.file.address,
            "revision": self.file.revision,
            "sha256": self.file.sha256,
        }

    def tried(self, llm: LLM) -> float:
        """How many words a second it writes, measured now and remembered."""
        speed = measured(llm)
        register = cache_folder() / SPEEDS
        write_register(register, read_register(register) | {str(self.file.sha256): speed})
        return speed


@cache
def recommended() -> dict[str, Recommended]:
    """The models that are worth a download, by name."""
    listed = tomllib.loads((files("rag.models") / "recommended.toml").read_text("utf-8"))
    return {
        row["name"]: Recommended(
            row["name"],
            HubFile(row["repo"], row["file"], row["revision"], row["sha256"], row["name"]),
            row["bytes"],
            row["memory"],
            row["licence"],
        )
        for row in listed["model"]
    }


def measured(llm: LLM) -> float:
    """How many words a second a model writes, from its first one on."""
    pieces, begun = [], 0.0
    for piece in llm.write(TIMED, limit=TOKENS):
        begun = begun or time.monotonic()
        pieces.append(piece)
    passed = time.monotonic() - begun
    words = len("".join(pieces[1:]).split())
    if not words or not passed:
        raise ModelError(f"{llm.name} says nothing. Choose another model.")
    return round(words / passed, 1)
