"""An archive in Milvus: any machine that names its address sees the same.

A change is a few writes, made in an order in which each may be the last: the
manifest's row says what is going to change, new chunks come, the article's row is
written together with those of its copies, which is the moment that counts, and
old chunks go. The next writer finishes or undoes what one that died had begun, so
that an ingest that dies loses at most the article in hand.

A process that writes reads strongly consistent; one that only reads sees what
others have written after a few seconds at most (Milvus: bounded staleness). In a
file of milvus-lite there is one process and nothing to wait for. Nothing here
makes vectors or chunks.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from index.embedding import Encoder
from index.errors import IndexDamaged, IndexMismatch, UnusableIndex
from index.milvus import layout
from index.milvus.copies import Copies
from index.milvus.layout import MANIFEST_KEY, State, Totals
from index.milvus.lease import Lease
from index.milvus.link import MOST, Link, Row, missing
from index.milvus.view import MilvusView, Remembered
from index.places import MilvusAddress, ingest_command
from index.records import Article, Chunk
from index.schema import Manifest
from index.stores import Finding, Latest


class MilvusIndex(Latest):
    """The articles at one address, searchable. Any thread may read; one at a time writes."""

    def __init__(self, link: Link, encoder: Encoder | None, lease: Lease | None) -> None:
        self._link = link
        self._encoder = encoder
        self._lease = lease
        self._manifest, self._articles, self._chunks = layout.collections(link.address.name)
        self._remembered = Remembered()

    @classmethod
    def create(
        cls, address: MilvusAddress, encoder: Encoder, chunker: str = "", *, replace: bool = False
    ) -> MilvusIndex:
        """Make an empty archive, open for writing; `replace` discards one that is there.

        Raises:
            UnusableIndex: there is one already, or the server is away.
            IndexBusy: another process is writing to it.
        """
        link = Link(address, strong=True)
        try:
            manifest = layout.collections(address.name)[0]
            if not link.has(manifest):
                layout.make_manifest(link, manifest)
            else:
                link.load(manifest)
            index = cls(link, encoder, Lease.taken(link, manifest))
        except BaseException:
            link.close()
            raise
        try:
            if not replace and index._row() is not None:
                raise UnusableIndex(
                    f"{address} holds an index already. Add to it: {ingest_command(address)}"
                )
            index.clear(encoder, chunker)
            return index
        except BaseException:
            index.close()
            raise

    @classmethod
    def open(
        cls, address: MilvusAddress, encoder: Encoder | None = None, *, writable: bool = False
    ) -> MilvusIndex:
        """Open the archive at an address. Without an encoder it is not checked which built it.

        Raises:
            IndexMissing: there is none.
            IndexMismatch: it was built with another encoder or by another version.
            IndexDamaged: a part of it is missing.
            IndexBusy: it is to be written to, and another process is writing.
        """
        if address.file is not None and not address.file.exists():
            raise missing(address)
        link = Link(address, strong=writable or address.file is not None)
        try:
            names = layout.collections(address.name)
            if not link.has(names[0]):
                raise missing(address)
            link.load(names[0])
            index = cls(link, encoder, Lease.taken(link, names[0]) if writable else None)
        except BaseException:
            link.close()
            raise
        try:
            with index.snapshot():  # reads the manifest and compares the encoder
                index._load()
            if writable:
                index._recover()
            return index
        except BaseException:
            index.close()
            raise

    @property
    def name(self) -> str:
        """See `Store`."""
        return str(self._link.address)

    def close(self) -> None:
        """See `Store`."""
        lease, self._lease = self._lease, None
        try:
            if lease is not None:
                lease.release()
        finally:
            self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def require(self, encoder: Encoder) -> None:
        """See `Store`."""
        self._check_encoder(self.manifest, encoder)

    @contextmanager
    def snapshot(self) -> Iterator[MilvusView]:
        """See `Store`; what holds in it is said in `index.milvus.view`."""
        state = self._state()
        self._check_encoder(state.manifest, self._encoder)
        yield MilvusView(self._link, state, self._remembered)

    def put(
        self,
        article: Article,
        content_hash: str,
        chunks: Sequence[Chunk],
        matrix: npt.NDArray[np.float32],
    ) -> Literal["added", "updated"]:
        """See `Store`."""
        state = self._writing()
        self._require_shape(state.manifest.dimension, chunks, matrix)
        number = state.number + 1
        words = layout.words_of(article.title, chunks)
        new = layout.article_row(article, content_hash, number, words)
        added = layout.chunk_rows(article, new, chunks, matrix, words)
        gone = self._replaced(new)
        changed = self._copies(state).linked(new, article.text, gone)
        before = self._before(changed)

        state = self._note(
            dataclasses.replace(state, number=number),
            {"key": new["key"], "number": number, "chunks": len(added), "gone": _versions(gone)},
        )
        self._link.upsert(self._chunks, added)
        self._write_articles(changed)
        self._erase(gone, but=new["key"])
        self._settle(state, [*before, *gone], changed, shrunk=bool(gone))
        return "updated" if gone else "added"

    def remove(self, article_id: str) -> None:
        """See `Store`."""
        state = self._writing()
        row = MilvusView(self._link, state, self._remembered).row(article_id)
        changed = self._copies(state).unlinked(row)
        before = self._before(changed)
        state = self._note(state, {"key": None, "gone": _versions([row])})
        self._write_articles(changed)
        self._erase([row])
        self._settle(state, [*before, row], changed, shrunk=True)

    def clear(self, encoder: Encoder, chunker: str = "") -> None:
        """See `Store`. Who reads meanwhile is told that there is no index."""
        self._lease_held().renew()
        self._link.delete(self._manifest, "key", [MANIFEST_KEY])
        for collection in (self._articles, self._chunks):
            self._link.drop(collection)
        layout.make_articles(self._link, self._articles)
        exact = self._link.address.file is not None
        layout.make_chunks(self._link, self._chunks, encoder.dimension, exact=exact)
        manifest = Manifest(
            format=layout.FORMAT,
            encoder=encoder.name,
            fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            chunker=chunker,
            born=uuid.uuid4().hex,
            generation=1,
            shrunk=1,
            stamp=uuid.uuid4().hex,
        )
        self._write(State(manifest))
        self._encoder = encoder

    def save_vectors(self) -> None:
        """See `Store`: Milvus makes its own indexes."""

    def findings(self) -> Iterator[Finding]:
        """See `Store`."""
        state = self._state()
        found = self._counted()
        stored = self._link.count(self._chunks)
        manifest = state.manifest
        said = f"{found.articles} articles in {found.chunks} chunks, made with {manifest.encoder}"
        if state.pending:
            yield (
                "index",
                True,
                f"{self.name}: {said}; a change is being made, or was cut short and is put right "
                "by the next ingest",
            )
            return
        if found != state.totals or stored != found.chunks:
            fix = ingest_command(self._link.address, "--rebuild")
            wrong = f"{said}, but {stored} are stored and the manifest says {state.totals}"
            yield "index", False, f"{self.name}: {wrong}. Build it anew: {fix}"
            return
        yield "index", True, f"{self.name} is whole: {said}"

    def _state(self) -> State:
        row = self._row()
        if row is None:
            raise missing(self._link.address)
        try:
            state = State.from_json(row["value"])
        except ValueError as error:
            raise self._damaged(f"its manifest cannot be read: {error}") from error
        if state.manifest.format != layout.FORMAT:
            raise IndexMismatch(
                f"{self.name} has format {state.manifest.format}, and this version of Byline "
                f"reads format {layout.FORMAT}. "
                f"Rebuild it: {ingest_command(self._link.address, '--rebuild')}"
            )
        return state

    def _row(self) -> Row | None:
        rows = list(self._link.get(self._manifest, "key", [MANIFEST_KEY], ["value"]))
        return rows[0] if rows else None

    def _write(self, state: State) -> None:
        row = {"key": MANIFEST_KEY, "value": state.to_json(), "unused": [0.0, 0.0]}
        self._link.upsert(self._manifest, [row])

    def _load(self) -> None:
        for collection in (self._articles, self._chunks):
            if not self._link.has(collection):
                raise self._damaged(f"the collection {collection} is gone")
            self._link.load(collection)

    def _damaged(self, why: str) -> IndexDamaged:
        fix = ingest_command(self._link.address, "--rebuild")
        return IndexDamaged(f"{self.name} is damaged ({why}). Build it anew: {fix}")

    def _check_encoder(self, state: Manifest, encoder: Encoder | None) -> None:
        if encoder is None or encoder.fingerprint == state.fingerprint:
            return
        raise IndexMismatch(
            f"{self.name} was built with {state.encoder} ({state.dimension} dimensions, "
            f"{state.fingerprint}), but the encoder is {encoder.name} ({encoder.dimension}, "
            f"{encoder.fingerprint}). "
            f"Rebuild it: {ingest_command(self._link.address, '--rebuild')}"
        )

    def _lease_held(self) -> Lease:
        if self._lease is None:
            raise RuntimeError("the index was opened for reading: opened(..., writable=True)")
        return self._lease

    def _writing(self) -> State:
        """The state to change, by the one who may."""
        self._lease_held().renew()
        state = self._state()
        return self._recover() if state.pending else state  # a write before this one has failed

    @staticmethod
    def _require_shape(
        dimension: int, chunks: Sequence[Chunk], matrix: npt.NDArray[np.float32]
    ) -> None:
        if matrix.shape != (len(chunks), dimension) or not np.isfinite(matrix).all():
            raise ValueError(f"{len(chunks)} chunks of {dimension} numbers, vectors {matrix.shape}")
        if not 0 < len(chunks) < layout.PLACES:
            raise ValueError(f"{len(chunks)} chunks: an article's text is kept in its chunks")

    def _copies(self, state: State) -> Copies:
        view = MilvusView(self._link, state, self._remembered)
        return Copies(self._link, self._articles, lambda row: "".join(view.texts(row)))

    def _replaced(self, new: Row) -> list[Row]:
        """The rows of the articles that have a new one's id or source."""
        fields = list(layout.ARTICLE)
        rows = [
            *self._link.get(self._articles, "key", [new["key"]], fields),
            *self._link.get(
                self._articles,
                "source_key",
                [new["source_key"]],
                ["key", *(name for name in fields if name != "source_key")],
            ),
        ]
        return list({row["key"]: row for row in rows}.values())

    def _before(self, changed: Sequence[Row]) -> list[Row]:
        """The rows that are there of those that are about to be written."""
        return list(
            self._link.get(self._articles, "key", [row["key"] for row in changed], layout.ARTICLE)
        )

    def _note(self, state: State, pending: dict[str, Any]) -> State:
        """Write down what is going to change."""
        state = dataclasses.replace(state, pending=pending)
        self._write(state)
        return state

    def _write_articles(self, rows: Sequence[Row]) -> None:
        """Write articles' rows in one request: all are seen, or none."""
        self._link.upsert(self._articles, [layout.with_bands(row) for row in rows], MOST)

    def _erase(self, rows: Sequence[Row], but: int | None = None) -> None:
        """Delete articles, all `but` the one whose row has been written over, and their chunks."""
        self._erase_versions(_versions(rows), but)

    def _erase_versions(self, versions: Sequence[dict[str, int]], but: int | None) -> None:
        keys = [one["key"] for one in versions if one["key"] != but]
        self._link.delete(self._articles, "key", keys)
        for one in versions:
            gone = layout.chunk_ids(one["number"], one["chunks"])
            self._link.delete(self._chunks, "id", gone)

    def _settle(
        self, state: State, was: Sequence[Row], now: Sequence[Row], *, shrunk: bool
    ) -> None:
        """Write the manifest of the state in which a change has ended."""
        old = {row["key"]: row for row in was}
        totals = _changed(state.totals, list(old.values()), now)
        self._write(self._next(state, totals or self._counted(), shrunk=shrunk))

    @staticmethod
    def _next(state: State, totals: Totals, *, shrunk: bool) -> State:
        generation = state.manifest.generation + 1
        manifest = dataclasses.replace(
            state.manifest,
            generation=generation,
            shrunk=generation if shrunk else state.manifest.shrunk,
            stamp=uuid.uuid4().hex,
        )
        return dataclasses.replace(state, manifest=manifest, totals=totals, pending={})

    def _recover(self) -> State:
        """Finish or undo the change that a writer before this one did not live to finish."""
        state = self._state()
        pending = state.pending
        if not pending:
            return state
        key = pending["key"]
        if key is None:
            gone = [one["key"] for one in pending["gone"]]
            for row in self._link.get(self._articles, "key", gone, layout.ARTICLE):
                self._write_articles(self._copies(state).unlinked(row))
            self._erase_versions(pending["gone"], but=None)
        elif self._has_version(key, pending["number"]):
            self._erase_versions(pending["gone"], but=key)
        else:
            undone = {"key": key, "number": pending["number"], "chunks": pending["chunks"]}
            self._erase_versions([undone], but=key)
        state = self._next(state, self._counted(), shrunk=True)
        self._write(state)
        return state

    def _has_version(self, key: int, number: int) -> bool:
        rows = self._link.get(self._articles, "key", [key], ["number"])
        return any(row["number"] == number for row in rows)

    def _counted(self) -> Totals:
        """The totals, from every article's row."""
        fields = ["key", "origin_key", "chunks", "tokens", "published"]
        totals = _changed(Totals(), [], list(self._link.every(self._articles, fields)))
        assert totals is not None
        return totals


def _versions(rows: Sequence[Row]) -> list[dict[str, int]]:
    return [{name: row[name] for name in ("key", "number", "chunks")} for row in rows]


def _changed(totals: Totals, was: Sequence[Row], now: Sequence[Row]) -> Totals | None:
    """The totals when some rows have given way to others; None where all have to be looked at."""
    days = [row["published"] for row in now if row["published"]]
    lost = {row["published"] for row in was} - set(days) - {0}
    if lost & {totals.first, totals.last}:
        return None

    def plus(name: str) -> int:
        return sum(int(row[name]) for row in now) - sum(int(row[name]) for row in was)

    def led(rows: Sequence[Row]) -> int:
        return sum(row["origin_key"] == row["key"] for row in rows)

    return Totals(
        articles=totals.articles + len(now) - len(was),
        chunks=totals.chunks + plus("chunks"),
        origins=totals.origins + led(now) - led(was),
        tokens=totals.tokens + plus("tokens"),
        first=min(filter(None, (totals.first, *days)), default=0),
        last=max((totals.last, *days)),
    )
