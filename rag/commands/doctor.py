"""What `byline doctor` looks at: model files, the index, the disk.

Each check is one line for the user; what is wrong comes with what to do.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from index import embedding
from index.errors import UnusableIndex
from index.places import Place, opened
from rag.models import choice, llm

FREE_BYTES = 500_000_000
"""What an index and the re-encoded model may come to need on the disk."""

Check = tuple[str, bool, str]
"""What was checked, whether it is right, and what to say about it."""


def check_models(model: str | None = None) -> list[Check]:
    """Whether the models that come with Byline are intact, and whether a chosen one answers."""
    chosen = [choice.check_chosen(model)] if model else []
    return [*embedding.check_files(), *llm.check_files(), *chosen]


def check_index(where: Place) -> Iterator[Check]:
    """Whether the index opens, and what it finds when it looks at itself."""
    try:
        with opened(where) as index:
            yield from index.findings()
    except UnusableIndex as error:
        yield "index", False, str(error)


def check_disk(where: Place, least: int = FREE_BYTES) -> Check:
    """Whether the disk has room that holds the index, or the models where that is elsewhere."""
    folder = where if isinstance(where, Path) else where.file or Path()
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free"
    if free < least:
        return "disk", False, f"{said}: make room, {least / 1e9:.1f} GB are needed"
    return "disk", True, said
