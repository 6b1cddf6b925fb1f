"""What `byline doctor` looks at, and what it mends: model files, the index, the disk.

Each check is one line for the user; what is wrong comes with what to do. Without
leave, only what is derived and can be made again at any time is made again.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index import embedding, schema, vectors
from index.embedding import Encoder
from index.errors import BylineError, IndexBusy, IndexDamaged
from index.locations import Place
from index.opening import milvus
from index.schema import Manifest
from index.store import Index
from rag import selftest
from rag.models import choice, llm
from rag.reader import extractive

FREE_BYTES = 500_000_000
"""What an index and the re-encoded model may come to need on the disk."""

Check = tuple[str, bool, str]
"""What was checked, whether it is right, and what to say about it."""


def check_models(model: str | None = None) -> list[Check]:
    """Whether the models that come with Byline are intact, and whether a chosen one answers."""
    chosen = [_check_chosen(model)] if model else []
    return [*embedding.check_files(), *extractive.check_files(), *llm.check_files(), *chosen]


def _check_chosen(model: str) -> Check:
    part, answers, said = choice.check_chosen(model)
    loaded = choice.load_llm(model) if answers else None
    return part, answers, f"{said}. {selftest.told(loaded)}" if loaded else said


def check_index(
    where: Place,
    identity: Callable[[], tuple[str, str]],
    load: Callable[[], Encoder],
    *,
    mends: bool = False,
) -> Iterator[Check]:
    """Whether an index opens, is whole, and fits the encoder; see `Doctor` for the arguments."""
    if isinstance(where, Path):
        yield from Doctor(where, identity, load, mends).check()
        return
    try:
        # Whoever writes finishes or undoes what a writer before left half done.
        with milvus().open(where, writable=mends) as index:
            yield from index.findings()
            yield from _fits(where, index.manifest, identity)
    except BylineError as error:
        yield "index", False, str(error)


def _fits(
    where: Place, state: Manifest, identity: Callable[[], tuple[str, str]]
) -> Iterator[Check]:
    """A line where the encoder is another one than the index was made with."""
    name, fingerprint = identity()
    if fingerprint != state.fingerprint:
        yield "encoder", False, schema.other_encoder(where, state, name, fingerprint)


@dataclass(frozen=True)
class Doctor:
    """Looks at an index in a folder and, where it may, mends it."""

    folder: Path
    identity: Callable[[], tuple[str, str]]
    """Name and fingerprint of the encoder that questions are asked with."""
    load: Callable[[], Encoder]
    mends: bool = False
    """True when it may change more than what is derived."""

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, loaded when vectors are missing."""
        return self.load()

    def check(self) -> Iterator[Check]:
        """Whether the index opens, is whole, and its parts are those of its articles."""
        try:
            if self.mends:
                self._finish_mending()
            yield self._whole()
        except IndexDamaged as error:
            if not self.mends:
                yield "index", False, str(error)
                return
            yield from self._salvaged()
        except BylineError as error:
            yield "index", False, str(error)
            return
        try:
            try:
                yield from self._agreeing()
            except IndexDamaged:  # in what SQLite's own check does not look at
                if not self.mends:
                    raise
                yield from self._salvaged()
            yield self._vectors()
        except BylineError as error:
            yield "index", False, str(error)
        yield from self._leftovers()

    def _finish_mending(self) -> None:
        """Go on where an earlier mending was killed."""
        from index.rebuilding import finish

        finish(self.folder)

    def _whole(self) -> Check:
        with Index.open(self.folder) as index:
            index.check()
            counts, state = index.counts(), index.manifest
        name, fingerprint = self.identity()
        if fingerprint != state.fingerprint:
            said = schema.other_encoder(self.folder, state, name, fingerprint)
            return "index", False, f"it is whole, but {said}"
        return (
            "index",
            True,
            f"{self.folder} is whole: {counts.articles} articles in {counts.chunks} chunks, "
            f"made with {state.encoder}",
        )

    def _salvaged(self) -> Iterator[Check]:
        from index.rebuilding import salvage

        try:
            saved = salvage(self.folder, lambda: self.encoder)
        except BylineError as error:
            yield "index", False, f"nothing was changed: {error}"
            return
        if saved.aside is None:
            anew = schema.command(self.folder, "--rebuild")
            yield "index", False, f"no article could be read. Make the index anew: {anew}"
            return
        lost = saved.known - saved.articles
        remedy = ""
        if lost:
            some = ", ".join(saved.lost[:3]) + (" …" if len(saved.lost) > 3 else "")
            named = f" ({some})" if some else ""
            again = schema.command(self.folder)
            remedy = f"; {lost} lost{named}. Read the files again: {again}"
        yield "index", not lost, f"mended: {saved}; the damaged one is {saved.aside}{remedy}"

    def _agreeing(self) -> Iterator[Check]:
        """Mend what does not agree, or say so; no line when all does."""
        from index import checks
        from index.rebuilding import salvage

        with Index.open(self.folder) as index, index.snapshot() as view:
            faults = checks.find(view)
        if not faults:
            return
        if not self.mends:
            mend = f"byline doctor --mend --index {shlex.quote(str(self.folder))}"
            yield "tables", False, f"{faults}. Mend them: {mend}"
            return
        salvage(self.folder, lambda: self.encoder, keep=False)
        with Index.open(self.folder) as index, index.snapshot() as view:
            left = checks.find(view)
        if left:
            again = schema.command(self.folder)
            yield "tables", False, f"{left}. Read the files again: {again}"
        else:
            yield "tables", True, f"mended: {faults}"

    def _vectors(self) -> Check:
        """Hold the FAISS file against the database; one that is of no use is made again."""
        file = self.folder / vectors.FILE
        before = _identity(file)
        size, chunks, generation = self._measured()
        if size != chunks:
            file.unlink(missing_ok=True)
            size, chunks, generation = self._measured()
        after = _identity(file)
        if after is None:
            why = "make room, or see who may write there"
            return "vectors", False, f"{file} cannot be written and is made at each start: {why}"
        made = "" if after == before else "; they were out of date and have been made again"
        return "vectors", size == chunks, f"{size} vectors of generation {generation}{made}"

    def _measured(self) -> tuple[int, int, int]:
        """How many vectors and how many chunks there are, and in which generation."""
        with Index.open(self.folder) as index, index.snapshot() as view:
            return view.vector_index().size, view.chunk_count, view.state.generation

    def _leftovers(self) -> Iterator[Check]:
        from index import rebuilding

        if self.mends:
            with contextlib.suppress(IndexBusy):
                rebuilding.discard_finished(self.folder)
        articles = rebuilding.unfinished(self.folder)
        if articles is not None:
            go_on = schema.command(self.folder, "--rebuild")
            yield "rebuild", True, f"one is unfinished, with {articles} articles. Go on: {go_on}"
        for path in sorted(self.folder.glob("articles.damaged-*.sqlite3")):
            yield "kept", True, f"{path} is an earlier, damaged database. Delete it when you like"


def _identity(file: Path) -> tuple[int, int] | None:
    """What changes when a file is replaced; None when there is none."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def check_disk(folder: Path, least: int = FREE_BYTES) -> Check:
    """Whether the disk that holds the index has room, for another of its size too."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free"
    database = folder / schema.DATABASE
    least += database.stat().st_size if database.is_file() else 0
    if free < least:
        return "disk", False, f"{said}: make room, {least / 1e9:.1f} GB are needed"
    return "disk", True, said
