"""Changes of an archive, made in an order in which each write may be the last.

The manifest's row says what is going to change, new chunks come, the articles' rows
are written together, which is the moment that counts, and old chunks go. The next
writer finishes or undoes what one that died had begun. Nothing here decides what a
change comes to (`index.milvus.planning`) or who may write (`index.milvus.lease`).
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from index.milvus import layout, planning
from index.milvus.layout import Collections, State, Totals, changed
from index.milvus.link import MOST, Link, Row
from index.milvus.planning import Coming, planned
from index.milvus.view import MilvusView


class Changes:
    """What changes the archive that a manifest's row is about."""

    def __init__(
        self,
        link: Link,
        read: Callable[[], State],
        write: Callable[[State], None],
        view: Callable[[State], MilvusView],
    ) -> None:
        """Take the connection, what reads and writes the manifest's row, and what looks."""
        self._link = link
        self._read = read
        self._write = write
        self._view = view

    def names(self, state: State) -> Collections:
        """The collections of an archive in some state."""
        return layout.collections(self._link.address.name, state.manifest.born)

    def replaced(self, state: State, new: Row) -> list[Row]:
        """The rows of the articles that have a new one's id or source."""
        fields = ["key", *layout.ARTICLE]
        where = f"key == {new['key']} or source_key == {new['source_key']}"
        return self._link.query(self.names(state).articles, where, fields)

    def make(self, state: State, coming: Sequence[Coming], gone: Sequence[Row]) -> None:
        """Store some articles and take others away, as one change."""
        names, view = self.names(state), self._view(state)
        plan = planned(self._link, names, view, coming, gone)
        number = state.number + 2  # the first may be that of a new state of an article
        before = self._before(names, plan.written)
        state = dataclasses.replace(state, number=number, pending=plan.pending(number, names))
        self._write(state)
        written = {row["key"]: row for row in plan.written}
        for key, rows in plan.fresh.items():
            self._link.upsert(names.of(written[key]), rows)
        for row in plan.moved:
            rows = view.chunk_rows(row, layout.STORED_CHUNK[1:])
            self._link.upsert(names.of(written[row["key"]]), rows)
        # In one request: all are seen, or none.
        rows = planning.with_change(plan.written, number)
        self._link.upsert(names.articles, rows, MOST)
        self._clean(names, state.pending, written)
        was = {row["key"]: row for row in (*before, *plan.gone)}
        totals = changed(state.totals, list(was.values()), plan.written)
        shrunk = bool(plan.gone or plan.moved)
        self._write(self._next(state, totals or self.counted(state)[0], shrunk=shrunk))

    def _before(self, names: Collections, written: Sequence[Row]) -> list[Row]:
        """The rows that are there of those that are about to be written."""
        keys = [row["key"] for row in written]
        return list(self._link.get(names.articles, "key", keys, layout.ARTICLE))

    def _clean(self, names: Collections, pending: dict[str, Any], rows: Mapping[int, Row]) -> None:
        """Delete what a change has left behind: articles' rows, and chunks of no state of any."""
        self._link.delete(names.articles, "key", pending["gone"])
        stale: dict[str, list[int]] = {}
        for one in pending["chunks"]:
            row = rows.get(one["key"])
            place = names.of(row) if row and row["number"] == one["number"] else ""
            for here in (names[index] for index in one["places"]):
                if here != place:
                    ids = stale.setdefault(here, [])
                    ids.extend(layout.chunk_ids(one["number"], one["chunks"]))
        for here, ids in stale.items():
            self._link.delete(here, "id", ids)

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

    def recover(self) -> State:
        """Finish or undo the change that a writer before this one did not live to finish."""
        state = self._read()
        pending = state.pending
        if not pending:
            return state
        names = self.names(state)
        keys = {pending["written"], *(one["key"] for one in pending["chunks"])} - {None}
        fields = ["number", "change", "superseded_by"]
        rows = {row["key"]: row for row in self._link.get(names.articles, "key", keys, fields)}
        marked = rows.get(pending["written"])
        if pending["written"] is None or (marked and marked["change"] == pending["change"]):
            rows = {key: row for key, row in rows.items() if key not in pending["gone"]}
        else:
            pending = {**pending, "gone": []}
        self._clean(names, pending, rows)
        state = self._next(state, self.counted(state)[0], shrunk=True)
        self._write(state)
        return state

    def counted(self, state: State) -> tuple[Totals, int]:
        """The totals, from every article's row, and the chunks of earlier versions."""
        fields = [
            "key", "origin_key", "superseded_by", "chunks", "tokens", "published",
        ]  # fmt: skip
        rows = list(self._link.every(self.names(state).articles, fields))
        totals = changed(Totals(), [], rows)
        assert totals is not None
        return totals, sum(row["chunks"] for row in rows if row["superseded_by"])
