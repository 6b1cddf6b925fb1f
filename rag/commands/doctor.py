"""What `byline doctor` looks at: model files, the index, the disk.

Each check is one line for the user; what is wrong comes with what to do.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from index import embedding, vectors
from index.errors import UnusableIndex
from index.store import Index
from rag.models import choice, llm

FREE_BYTES = 500_000_000
"""What an index and the re-encoded model may come to need on the disk."""

Check = tuple[str, bool, str]
"""What was checked, whether it is right, and what to say about it."""


def check_models(model: str | None = None) -> list[Check]:
    """Whether the models that come with Byline are intact, and whether a chosen one answers."""
    chosen = [choice.check_chosen(model)] if model else []
    return [*embedding.check_files(), *llm.check_files(), *chosen]


def check_index(folder: Path) -> Iterator[Check]:
    """Whether the index opens, is whole, and its vectors are those of its articles."""
    try:
        with Index.open(folder) as index:
            index.check()
            with index.snapshot() as view:
                counts, state = view.counts(), view.state
                current = vectors.holds(folder, state)
                found = view.vector_index().size
    except UnusableIndex as error:
        yield "index", False, str(error)
        return
    yield (
        "index",
        True,
        f"{folder} is whole: {counts.articles} articles in {counts.chunks} chunks, "
        f"made with {state.encoder}",
    )
    if found != counts.chunks:
        remedy = f"Delete {folder / vectors.FILE}: it is made again from the articles"
        yield "vectors", False, f"{found} vectors for {counts.chunks} chunks. {remedy}"
    else:
        made = "" if current else "; they were out of date and have been made again"
        yield "vectors", True, f"{found} vectors of generation {state.generation}{made}"


def check_disk(folder: Path, least: int = FREE_BYTES) -> Check:
    """Whether the disk that holds the index has room."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free"
    if free < least:
        return "disk", False, f"{said}: make room, {least / 1e9:.1f} GB are needed"
    return "disk", True, said
