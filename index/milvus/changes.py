"""What a change of an archive comes to, and the order of writes in which it is made.

An article that comes, goes or is described anew may make another version of it the
latest (`index.versions`), and other articles copies of another one (`index.duplicates`).
All of that is found before anything is written. Then the manifest's row says what is
going to change, new chunks come, the articles' rows are written together, which is the
moment that counts, and old chunks go. Each write may be the last: the next writer
finishes or undoes what one that died had begun.
"""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index import duplicates, versions
from index.duplicates import Member
from index.milvus import layout
from index.milvus.layout import Collections, State, Totals, is_searched
from index.milvus.link import MOST, Link, Row
from index.milvus.view import MilvusView

CANDIDATES = 1024
"""Articles that are looked at for shared bands; those that share most come first."""
MOST_LINKS = 3000
"""Texts that one text can be linked to: what fits in a string of Milvus."""

Links = tuple[set[int], set[int]]
"""Keys of the texts that a text is a copy of, and of those that it differs from."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An article as it is to be stored, in a new state of it."""

    row: Row
    text: str
    chunks: Sequence[Row]


class Plan:
    """What it takes that an article comes and others go; made by reading alone.

    Attributes:
        written: articles' rows, all of which are to be seen at one moment.
        gone: the stored rows that are no more, or are written over by another state.
        moved: the stored rows of articles whose chunks change place, as a version comes or goes.
    """

    def __init__(self, view: MilvusView, incoming: Incoming | None, gone: Sequence[Row]) -> None:
        self._view = view
        self.gone = gone
        self._texts = {incoming.row["key"]: incoming.text} if incoming else {}
        self._left_out = {row["key"] for row in gone} | self._texts.keys()
        now = {incoming.row["key"]: incoming.row} if incoming else {}
        was: dict[int, Row] = {}
        for address in {row["url_key"] for row in (*gone, *now.values())} - {0}:
            for stored, row in self._settled(address, list(now.values())):
                now[row["key"]] = row
                if row["key"] not in self._texts:
                    was[row["key"]] = stored
        self._left_out |= was.keys()
        aside = [row for row in now.values() if not is_searched(row)]
        arriving = [row for row in now.values() if is_searched(row)]
        leaving = [row for row in (*gone, *was.values()) if is_searched(row)]
        self.written = [*self._linked(arriving, leaving), *aside]
        self.moved = [row for key, row in was.items() if is_searched(row) != is_searched(now[key])]

    def pending(self, change: int, names: Collections) -> dict[str, Any]:
        """What the next writer has to know, should this one not live to finish."""
        keys = {row["key"] for row in self.written}
        both = list(range(1, len(names)))
        new = [row for row in self.written if row["key"] in self._texts]
        places = [(row, [names.index(names.of(row))]) for row in (*self.gone, *new)]
        places += [(row, both) for row in self.moved]
        return {
            "change": change,
            "written": self.written[0]["key"] if self.written else None,
            "gone": [row["key"] for row in self.gone if row["key"] not in keys],
            "chunks": [
                {**{name: row[name] for name in ("key", "number", "chunks")}, "places": where}
                for row, where in places
            ],
        }

    def _text_of(self, row: Row) -> str:
        text = self._texts.get(row["key"])
        return "".join(self._view.texts(row)) if text is None else text

    def _by(self, field: str, values: Iterable[int]) -> list[Row]:
        """The rows of articles that are searched, before the change and after it."""
        rows = self._view.rows(field, values)
        return [row for row in rows if is_searched(row) and row["key"] not in self._left_out]

    def _settled(self, address: int, incoming: Sequence[Row]) -> list[tuple[Row, Row]]:
        """The rows at an address that another version supersedes now, or none any more.

        Each as it was, and as it is now.
        """
        new = [row for row in incoming if row["url_key"] == address]
        texts = self._view.text_keys_at(address)
        there = {text for key, text in texts.items() if key not in self._left_out}
        crowded = versions.is_crowded(there | {row["text_key"] for row in new})
        if not there:
            return []
        rows = [
            row
            for row in self._view.rows("url_key", [address], superseded=crowded)
            if row["key"] not in self._left_out
        ]
        rows += [] if crowded else new
        found = [layout.version(row, "" if crowded else self._text_of(row)) for row in rows]
        found.sort(key=lambda version: version.id)
        later = {} if crowded else versions.superseded(found)
        return [
            (row, layout.superseded(row, later.get(row["id"], "")))
            for row in rows
            if row["superseded_by"] != later.get(row["id"], "")
        ]

    def _linked(self, arriving: Sequence[Row], leaving: Sequence[Row]) -> list[Row]:
        """The rows that arrive, linked to their copies, and those whose origin or links change."""
        origins = {row["origin_key"] for row in leaving}
        arrived: list[Row] = []
        for new in arriving:
            twins = [row for row in arrived if row["text_key"] == new["text_key"]]
            stored = [] if twins else self._by("text_key", [new["text_key"]])
            if twins or stored:
                links = _links((twins or stored)[0])
            else:
                links, stored = self._related(new, arrived)
            arrived.append({**new, "links": _packed(links)})
            origins.update(row["origin_key"] for row in stored)
        return self._elected([*arrived, *self._around(origins, arrived)], len(arrived))

    def _related(self, new: Row, arrived: Sequence[Row]) -> tuple[Links, list[Row]]:
        """The texts that a new one is linked to, and the stored rows of its copies."""
        bands = layout.bands(new)
        near = self._view.near(bands, new["text_key"], CANDIDATES) if bands else []
        near = [row for row in near if is_searched(row) and row["key"] not in self._left_out]
        others = [*{row["text_key"]: row for row in near}.values(), *arrived]
        worth = duplicates.promising(layout.minhash(new), [layout.minhash(row) for row in others])
        text, links = self._text_of(new), (set[int](), set[int]())
        copies = []
        for row, is_worth in zip(others, worth, strict=True):
            relation = duplicates.relation(text, self._text_of(row)) if is_worth else ""
            if relation:
                links[relation == "differ"].add(row["text_key"])
            if relation == "copies" and row["key"] not in self._texts:
                copies.append(row)
        return links, [row for row in copies if row not in arrived]

    def _around(self, origins: set[int], arrived: Sequence[Row]) -> list[Row]:
        """The rows of some origins, and of others that a chain of copies leads to."""
        near: dict[int, Row] = {}
        looked = {row["text_key"] for row in arrived}
        while origins:
            near |= {row["key"]: row for row in self._by("origin_key", origins)}
            looked |= {row["text_key"] for row in near.values()}
            further = {text for row in near.values() for text in _links(row)[0]} - looked
            looked |= further
            known = {row["origin_key"] for row in near.values()} | origins
            origins = {row["origin_key"] for row in self._by("text_key", further)} - known
        return list(near.values())

    @staticmethod
    def _elected(rows: Sequence[Row], arriving: int) -> list[Row]:
        """The rows whose origin or links are other ones now, and the first ones in any case."""
        texts = {row["text_key"] for row in rows}
        graphs: Graphs = ({text: set() for text in texts}, {text: set() for text in texts})
        for row in rows:
            for graph, linked in zip(graphs, _links(row), strict=True):
                graph[row["text_key"]] |= linked if graph is graphs[1] else linked & texts
                for other in linked & texts:
                    graph[other].add(row["text_key"])
        days = {row["key"]: layout.day(row["published"]) for row in rows}
        origins = duplicates.origins(
            [Member(r["text_key"], r["id"], str(days[r["key"]] or "")) for r in rows],
            *([(a, b) for a, linked in graph.items() for b in linked] for graph in graphs),
        )
        changed = []
        for place, row in enumerate(rows):
            origin, text = origins[row["text_key"]], row["text_key"]
            now = {
                **row,
                "origin": origin,
                "origin_key": layout.hashed(origin),
                "links": _packed((graphs[0][text], graphs[1][text])),
            }
            if now != row or place < arriving:
                changed.append(now)
        return changed


Graphs = tuple[dict[int, set[int]], dict[int, set[int]]]


def _links(row: Row) -> Links:
    found = json.loads(row["links"])
    copies, apart = (found["copies"], found["differ"]) if isinstance(found, dict) else (found, [])
    return set(copies), set(apart)


def _packed(links: Links) -> str:
    differ = sorted(links[1])[: MOST_LINKS // 2]
    copies = sorted(links[0])[: MOST_LINKS - len(differ)]
    found = {"copies": copies, "differ": differ} if differ else copies
    return json.dumps(found, separators=(",", ":"))


class Changes:
    """Makes changes of the archive that a manifest's row is about, and takes up broken ones."""

    def __init__(
        self,
        link: Link,
        write: Callable[[State], None],
        view: Callable[[State], MilvusView],
    ) -> None:
        """Take the connection, what writes the manifest's row, and what looks at a state."""
        self._link = link
        self._write = write
        self._view = view

    def names(self, state: State) -> Collections:
        """The collections of an archive in some state."""
        return layout.collections(self._link.address.name, state.manifest.born)

    def make(self, state: State, incoming: Incoming | None, gone: Sequence[Row]) -> None:
        """Store an article, or none, and take others away, as one change."""
        names, view = self.names(state), self._view(state)
        plan = Plan(view, incoming, gone)
        number = state.number + 2  # the first is that of the article's new state
        before = view.rows("key", [row["key"] for row in plan.written])
        state = dataclasses.replace(state, number=number, pending=plan.pending(number, names))
        self._write(state)
        written = {row["key"]: row for row in plan.written}
        if incoming:
            self._link.upsert(names.of(written[incoming.row["key"]]), incoming.chunks)
        for row in plan.moved:
            rows = view.chunk_rows(row, layout.STORED_CHUNK[1:])
            self._link.upsert(names.of(written[row["key"]]), rows)
        # In one request: all are seen, or none.
        rows = [layout.as_written(row, number) for row in plan.written]
        self._link.upsert(names.articles, rows, MOST)
        self._clean(names, state.pending, written)
        was = {row["key"]: row for row in (*before, *gone)}
        totals = layout.changed(state.totals, list(was.values()), plan.written)
        shrunk = bool(gone or plan.moved)
        self._write(_next(state, totals or self.counted(state)[0], shrunk=shrunk))

    def recover(self, state: State) -> State:
        """Finish or undo the change that a writer before this one did not live to finish."""
        pending = state.pending
        if not pending:
            return state
        names = self.names(state)
        keys = {pending["written"], *(state_of["key"] for state_of in pending["chunks"])} - {None}
        fields = ["number", "change", "superseded_by"]
        rows = {row["key"]: row for row in self._link.get(names.articles, "key", keys, fields)}
        marked = rows.get(pending["written"])
        if pending["written"] is None or (marked and marked["change"] == pending["change"]):
            rows = {key: row for key, row in rows.items() if key not in pending["gone"]}
        else:
            pending = {**pending, "gone": []}
        self._clean(names, pending, rows)
        state = _next(state, self.counted(state)[0], shrunk=True)
        self._write(state)
        return state

    def counted(self, state: State) -> tuple[Totals, int]:
        """The totals, from every article's row, and the chunks of earlier versions."""
        fields = ["key", "origin_key", "superseded_by", "chunks", "tokens", "published"]
        rows = list(self._link.every(self.names(state).articles, fields))
        totals = layout.changed(Totals(), [], rows)
        assert totals is not None
        return totals, sum(row["chunks"] for row in rows if not is_searched(row))

    def _clean(self, names: Collections, pending: dict[str, Any], rows: Mapping[int, Row]) -> None:
        """Delete what a change has left behind: articles' rows, and chunks of no state of any."""
        self._link.delete(names.articles, "key", pending["gone"])
        for chunks in pending["chunks"]:
            row = rows.get(chunks["key"])
            place = names.of(row) if row and row["number"] == chunks["number"] else ""
            for here in (names[index] for index in chunks["places"]):
                if here != place:
                    self._link.delete(
                        here, "id", layout.chunk_ids(chunks["number"], chunks["chunks"])
                    )


def _next(state: State, totals: Totals, *, shrunk: bool) -> State:
    generation = state.manifest.generation + 1
    manifest = dataclasses.replace(
        state.manifest,
        generation=generation,
        shrunk=generation if shrunk else state.manifest.shrunk,
        stamp=uuid.uuid4().hex,
    )
    return dataclasses.replace(state, manifest=manifest, totals=totals, pending={})
