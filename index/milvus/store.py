"""An archive in Milvus: any machine that names its address sees the same.

An ingest that dies loses at most the article in hand (`index.milvus.changes`). A
process that writes reads strongly consistent; one that only reads sees what
others have written after a few seconds at most (Milvus: bounded staleness). In a
file of milvus-lite there is one process and nothing to wait for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import numpy as np
import numpy.typing as npt

from index.connections import NO_WAIT, Wait, kept
from index.embedding import Encoder
from index.errors import IndexDamaged, UnknownArticle, UnusableIndex
from index.locations import MilvusAddress
from index.milvus import analysis, layout
from index.milvus.analysis import Phrase
from index.milvus.changes import Changes
from index.milvus.layout import MANIFEST_KEY, REBUILDING_KEY, State
from index.milvus.lease import Lease, manifest_row
from index.milvus.link import Link, Row
from index.milvus.view import MilvusQueries, MilvusView
from index.protocols import Store
from index.records import Article, Chunk
from index.schema import (
    Manifest,
    check_encoder,
    check_vectors,
    command,
    exists,
    missing,
    other_format,
)

Finding = tuple[str, bool, str]
"""What was looked at, whether it is right, and a line about it, with what to do if it is not."""


class MilvusIndex(MilvusQueries, Store):
    """The articles at one address, searchable. Any thread may read; one at a time writes."""

    def __init__(
        self, link: Link, encoder: Encoder | None, lease: Lease | None, slot: int = MANIFEST_KEY
    ) -> None:
        """Take what is open; `slot` is the key of the row that says what the archive is."""
        self._link = link
        self._encoder = encoder
        self._lease = lease
        self._slot = slot
        self._manifest = layout.manifest(link.address.name)
        self._counted: tuple[str, dict[Phrase, int]] = ("", {})
        """The stamp of a state, and how many of its chunks hold a phrase."""
        self._changes = Changes(link, self._write)

    @classmethod
    def create(
        cls,
        address: MilvusAddress,
        encoder: Encoder,
        chunker: str = "",
        *,
        replace: bool = False,
        wait: Wait = NO_WAIT,
    ) -> MilvusIndex:
        """Make an empty archive, open for writing; see `Index.create`.

        Raises:
            UnusableIndex: there is one already, it is being written to, or the server is away.
        """
        with cls._writer(address, encoder, wait, make=True) as index:
            if not replace and index._row(MANIFEST_KEY) is not None:
                raise exists(address)
            index._clear(encoder, chunker)
        return index

    @classmethod
    def open(
        cls,
        address: MilvusAddress,
        encoder: Encoder | None = None,
        *,
        writable: bool = False,
        wait: Wait = NO_WAIT,
    ) -> MilvusIndex:
        """Open the archive at an address; see `Index.open`. A file is for one process alone.

        Raises:
            UnusableIndex: there is none, or it cannot be used; the message names the way out.
        """
        if address.file is not None and not address.file.exists():
            raise missing(address)
        if writable:
            with cls._writer(address, encoder, wait) as index:
                index._changes.recover(index._loaded())
                index._sweep()
        else:
            link = Link(address, strong=address.file is not None, wait=wait)
            with kept(cls(link, encoder, None)) as index:
                index._loaded()
        return index

    @classmethod
    def beside(
        cls, address: MilvusAddress, encoder: Encoder, chunker: str, wait: Wait = NO_WAIT
    ) -> MilvusIndex:
        """An archive that is to take the place of the one at an address; see `put_in_place`.

        One that was begun before with the same encoder is gone on with.

        Raises:
            UnusableIndex: it is being written to, or the server is away.
        """
        with cls._writer(address, encoder, wait, make=True, slot=REBUILDING_KEY) as index:
            if not index._goes_on(chunker):
                index._clear(encoder, chunker)
        return index

    @classmethod
    @contextmanager
    def _writer(
        cls,
        address: MilvusAddress,
        encoder: Encoder | None,
        wait: Wait,
        *,
        make: bool = False,
        slot: int = MANIFEST_KEY,
    ) -> Iterator[MilvusIndex]:
        """The one writer of what is at an address, whatever that is; closed on an error."""
        with kept(cls(Link(address, strong=True, wait=wait), encoder, None, slot)) as index:
            if index._link.call("has_collection", index._manifest):
                index._link.call("load_collection", index._manifest)
            elif make:
                layout.make(index._link, index._manifest, "manifest")
            else:
                raise missing(address)
            index._lease = Lease.taken(index._link, index._manifest, wait)
            yield index

    @property
    def name(self) -> str:
        return str(self._link.address)

    def close(self) -> None:
        lease, self._lease = self._lease, None
        try:
            if lease is not None:
                lease.release()
        finally:
            self._link.close()

    def require(self, encoder: Encoder) -> None:
        check_encoder(self._link.address, self.manifest, encoder)

    @contextmanager
    def snapshot(self) -> Iterator[MilvusView]:
        """See `Store`; what holds in it is said in `index.milvus.view`."""
        state = self._state()
        check_encoder(self._link.address, state.manifest, self._encoder)
        yield self._view(state)

    def put(
        self,
        article: Article,
        content_hash: str,
        chunks: Sequence[Chunk],
        matrix: npt.NDArray[np.float32],
    ) -> Literal["added", "updated"]:
        state = self._writing()
        check_vectors(chunks, matrix, state.manifest.dimension)
        if not 0 < len(chunks) < layout.PLACES:
            raise ValueError(f"{len(chunks)} chunks: an article's text is kept in its chunks")
        words = analysis.of_chunks(article.title, [chunk.text for chunk in chunks])
        new = layout.article_row(article, content_hash, state.number + 1, words)
        added = layout.chunk_rows(article, new, chunks, matrix, words)
        view = self._view(state)
        rows = view.by("key", [new["key"]]) + view.by("source_key", [new["source_key"]])
        gone = list({row["key"]: row for row in rows}.values())
        new = layout.in_place_of(new, gone)
        self._changes.make(view, new, article.text, added, gone)
        return "updated" if gone else "added"

    def redescribe(self, article: Article, content_hash: str) -> None:
        """See `Store`: the chunks are stored anew, with the vectors that they have."""
        view = self._view(self._writing())
        try:
            rows = view.chunk_rows(view.stored(article.id), ["vector"])
        except UnknownArticle as error:
            raise KeyError(article.id) from error
        matrix = np.array([row["vector"] for row in rows], np.float32)
        self.put(article, content_hash, view.chunks_of(article.id), matrix)

    def remove(self, article_id: str) -> None:
        view = self._view(self._writing())
        self._changes.make(view, None, "", [], [view.stored(article_id)])

    def put_in_place(self) -> None:
        """Let an archive made by `beside` be what its address names, in one write.

        Whoever reads meanwhile sees the other one, or this one.
        """
        self._lease_held().renew()
        self._write(self._state(), MANIFEST_KEY)
        self.discard()

    def discard(self) -> None:
        """Forget an archive made by `beside`, unless it has been put in place."""
        self._link.delete(self._manifest, "key", [self._slot])
        self._sweep()

    def save_vectors(self) -> None:
        """See `Store`: Milvus makes its own indexes."""

    def findings(self) -> Iterator[Finding]:
        """Look at all of it and say what is right and what is not."""
        state = self._state()
        names = self._changes.names(state)
        totals, aside = self._changes.counted(state)
        stored = self._link.count(names.chunks), self._link.count(names.earlier)
        said = f"{totals.articles} articles in {totals.chunks} chunks"
        made = f"made with {state.manifest.encoder}"
        anew = command(self._link.address, "--rebuild")
        right, line = True, f"{self.name} is whole: {said}, {made}"
        if state.pending:
            line = (
                f"{self.name}: {said}, {made}; a change is being made, or was cut short and is "
                "put right by the next ingest"
            )
        elif totals != state.totals or stored != (totals.chunks, aside):
            wrong = f"{said}, but {stored[0]} are stored and {stored[1]} of earlier versions"
            right, line = False, f"{self.name}: {wrong}. Build it anew: {anew}"
        yield "index", right, line
        if self._row(REBUILDING_KEY) is not None:
            yield "rebuild", True, f"one is unfinished, or is being made. Go on: {anew}"

    def _clear(self, encoder: Encoder, chunker: str) -> None:
        """Begin with nothing, and with this encoder."""
        self._lease_held().renew()
        manifest = Manifest.begun(layout.FORMAT, encoder, chunker)
        for part, name in self._changes.names(State(manifest))._asdict().items():
            layout.make(self._link, name, part, encoder.dimension)
        self._write(State(manifest))
        self._encoder = encoder
        self._sweep()

    def _state(self) -> State:
        row = self._row(self._slot)
        if row is None:
            raise missing(self._link.address)
        try:
            state = State.from_json(row["value"])
        except ValueError as error:
            raise self._damaged(f"its manifest cannot be read: {error}") from error
        if state.manifest.format != layout.FORMAT:
            raise other_format(self.name, state.manifest.format, layout.FORMAT)
        return state

    def _row(self, slot: int) -> Row | None:
        rows = self._link.get(self._manifest, "key", [slot], ["value"])
        return rows[0] if rows else None

    def _write(self, state: State, slot: int | None = None) -> None:
        key = self._slot if slot is None else slot
        self._link.upsert(self._manifest, [manifest_row(key, state.to_json())])

    def _view(self, state: State) -> MilvusView:
        counted = self._counted
        if counted[0] != state.manifest.stamp:
            counted = self._counted = (state.manifest.stamp, {})
        return MilvusView(self._link, state, counted[1])

    def _loaded(self) -> State:
        """The state, once the server holds ready what is there.

        Raises:
            IndexDamaged: a part is missing.
        """
        if not self._link.call("has_collection", self._manifest):
            raise missing(self._link.address)
        self._link.call("load_collection", self._manifest)
        state = self._state()
        check_encoder(self._link.address, state.manifest, self._encoder)
        for collection in self._changes.names(state):
            if not self._link.call("has_collection", collection):
                raise self._damaged(f"the collection {collection} is gone")
            self._link.call("load_collection", collection)
        return state

    def _goes_on(self, chunker: str) -> bool:
        """Whether there is an unfinished archive here that this writer can go on with."""
        try:
            state = self._changes.recover(self._loaded())
            # One that was put in place already was only not forgotten.
            return state.manifest.chunker == chunker and state.manifest.born != self._born()
        except (UnusableIndex, ValueError):
            return False

    def _born(self, slot: int = MANIFEST_KEY) -> str:
        """Which collections a row of the manifest names; empty where there is none.

        Raises:
            ValueError: the row cannot be read, as one of another version of Byline.
        """
        row = self._row(slot)
        return State.from_json(row["value"]).manifest.born if row else ""

    def _sweep(self) -> None:
        """Drop the collections that no row of the manifest names any more."""
        try:
            born, other = self._born(), self._born(REBUILDING_KEY)
        except ValueError:
            return  # another version of Byline may know which ones it names
        if born == other:  # it is in place, and its writer died before it could say so
            self._link.delete(self._manifest, "key", [REBUILDING_KEY])
        for collection in self._link.call("list_collections"):
            if layout.born(self._link.address.name, collection) not in {"", born, other}:
                self._link.call("drop_collection", collection)

    def _damaged(self, why: str) -> IndexDamaged:
        fix = command(self._link.address, "--rebuild")
        return IndexDamaged(f"{self.name} is damaged ({why}). Build it anew: {fix}")

    def _lease_held(self) -> Lease:
        if self._lease is None:
            raise RuntimeError("the index was opened for reading: opened(..., writable=True)")
        return self._lease

    def _writing(self) -> State:
        """The state to change, by the one who may; what failed before this is put right."""
        self._lease_held().renew()
        return self._changes.recover(self._state())
