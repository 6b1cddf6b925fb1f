"""Makes one change of an archive so that the next writer can finish or undo it if it breaks off.

`PlannedChange` has the articles' rows as a change leaves them, by the rules of `index.linking`.
Then the manifest's row says what is going to change, new chunks come, the articles' rows are
written together, which is the moment that counts, and old chunks go. Each write may be the last:
the next writer finishes or undoes what one that died had begun.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from index.duplicates import Member
from index.linking import Linking, Links
from index.milvus import layout
from index.milvus.layout import Collections, State, Totals, is_searched
from index.milvus.link import MOST, Link, Row
from index.milvus.view import MilvusView
from index.versions import Version

CANDIDATES = 1024
"""Articles that are looked at for shared bands; those that share most come first."""
MOST_LINKS = 3000
"""Texts that one text can be linked to: what fits in a string of Milvus."""


class PlannedChange(Linking):
    """The rows of articles as one change leaves them; writes nothing.

    Attributes:
        written: rows that are new or other ones, the new one first.
        moved: the stored rows of articles whose chunks change place, as a version comes or goes.
        was: the stored rows in whose place others come, or none.
    """

    def __init__(self, view: MilvusView, new: Row | None, text: str, gone: Sequence[Row]) -> None:
        """Let an article come, or none, whose text is given, and others go."""
        super().__init__()
        self._view = view
        self._texts = {new["key"]: text} if new else {}
        self._links: dict[int, Links] = {}
        self._relinked = {new["text_key"]} if new else set()
        self._was = {row["key"]: row for row in gone}
        self._now: dict[int, Row] = {new["key"]: new} if new else {}
        for row in filter(is_searched, gone):
            self._link(row)
            self.left(row["text_key"], layout.minhash(row))
        if new:
            self.arrived(new["text_key"], text, layout.minhash(new))
        self.settle(sorted({row["url_key"] for row in (*gone, *self._now.values())} - {0}))
        self.elect()
        for key, row in self._now.items():
            if is_searched(row) and row["text_key"] in self._relinked:
                self._now[key] = {**row, "links": _packed(self.links(row["text_key"]))}
        changed = {key: row for key, row in self._now.items() if row != self._was.get(key)}
        self.written = sorted(changed.values(), key=lambda row: row["key"] not in self._texts)
        self.was = [self._was[key] for key in {**changed, **{row["key"]: row for row in gone}}
                    if key in self._was]  # fmt: skip
        self.moved = [
            row for row in self.was
            if row["key"] in changed.keys() - self._texts.keys()
            and is_searched(row) != is_searched(changed[row["key"]])
        ]  # fmt: skip

    def _read(self, rows: Iterable[Row]) -> None:
        """Take up stored rows that have not been read before."""
        for row in rows:
            if row["key"] not in self._was:
                self._was[row["key"]] = self._now[row["key"]] = row
                self._link(row)

    def _by(self, field: str, values: Collection[int]) -> list[Row]:
        """The rows of articles that are searched whose field has one of some numbers."""
        self._read(self._view.by(field, values))
        return [row for row in self._now.values() if is_searched(row) and row[field] in values]

    def _link(self, row: Row) -> None:
        if is_searched(row):
            self._links.setdefault(row["text_key"], _unpacked(row["links"]))

    def _text(self, row: Row) -> str:
        text = self._texts.get(row["key"])
        return self._view.text(row) if text is None else text

    # --- what `Linking` asks ---

    def text_keys_at(self, address: int) -> list[int]:
        stored = self._view.by("url_key", [address], ["text_key"])
        now = [row for row in self._now.values() if row["url_key"] == address]
        return [row["text_key"] for row in stored if row["key"] not in self._was] + [
            row["text_key"] for row in now
        ]

    def versions_at(self, address: int, *, superseded: bool) -> list[Version]:
        # Of an address that many claim, only what is superseded matters.
        self._read(self._view.by("url_key", [address]))
        rows = [row for row in self._now.values() if row["url_key"] == address]
        rows = [row for row in rows if not (superseded and is_searched(row))]
        if all(is_searched(row) for row in rows) and len(rows) < 2:
            return []  # whatever its text is
        found = [layout.version(row, self._text(row)) for row in rows]
        return sorted(found, key=lambda version: version.id)

    def held(self, key: int) -> int:
        return len(self._by("text_key", [key]))

    def near(self, key: int, signature: bytes) -> list[tuple[int, bytes]]:
        """See `Linking`: those that share most bands, and all that this change brings."""
        self._read(self._view.near(layout.bands(signature), key, CANDIDATES))
        rows = {row["text_key"]: row for row in self._now.values() if is_searched(row)}
        return [(text_key, layout.minhash(row)) for text_key, row in rows.items()]

    def text(self, key: int) -> str:
        rows = (row for row in self._now.values() if row["text_key"] == key and is_searched(row))
        return self._text(next(rows))

    def links(self, key: int) -> Links:
        return self._links.setdefault(key, (set(), set()))

    def members(self, keys: Collection[int]) -> Iterable[tuple[Member, str]]:
        """See `Linking`: not every link of a text with very many has room in its row."""
        origins = {row["origin_key"] for row in self._by("text_key", keys)}
        for row in self._by("origin_key", origins):
            day = layout.day(row["published"])
            yield Member(row["text_key"], row["id"], str(day or "")), row["origin"]

    def join(self, key: int, other: int, *, differ: bool) -> None:
        self._relinked |= {key, other}
        self.links(key)[differ].add(other)
        self.links(other)[differ].add(key)

    def part(self, key: int, signature: bytes) -> set[int]:
        linked = set.union(*self._links.pop(key, (set[int](), set[int]())))
        self._relinked |= linked
        for row in self._by("text_key", linked):
            for links in self.links(row["text_key"]):
                links.discard(key)
        return linked

    def move(self, version: Version, successor: str) -> None:
        key = layout.hashed(version.id)
        self._now[key] = layout.superseded(self._now[key], successor)
        self._relinked |= {version.text_key}

    def set_origin(self, article_id: str, origin: str) -> None:
        key = layout.hashed(article_id)
        self._now[key] = {**self._now[key], "origin": origin, "origin_key": layout.hashed(origin)}


def _unpacked(text: str) -> Links:
    found = json.loads(text)
    copies, apart = (found["copies"], found["differ"]) if isinstance(found, dict) else (found, [])
    return set(copies), set(apart)


def _packed(links: Links) -> str:
    differ = sorted(links[1])[: MOST_LINKS // 2]
    copies = sorted(links[0])[: MOST_LINKS - len(differ)]
    found = {"copies": copies, "differ": differ} if differ else copies
    return json.dumps(found, separators=(",", ":"))


class Changes:
    """Makes changes of the archive that a manifest's row is about, and takes up broken ones."""

    def __init__(self, link: Link, write: Callable[[State], None]) -> None:
        """Take the connection, and what writes the manifest's row."""
        self._link = link
        self._write = write

    def names(self, state: State) -> Collections:
        """The collections of an archive in some state."""
        return layout.collections(self._link.address.name, state.manifest.born)

    def make(
        self,
        view: MilvusView,
        new: Row | None,
        text: str,
        chunks: Sequence[Row],
        gone: Sequence[Row],
    ) -> None:
        """Store an article with its chunks, or none, and take others away, as one change."""
        state = view.state
        names, draft = self.names(state), PlannedChange(view, new, text, gone)
        number = state.number + 2  # the first is that of the article's new state
        written = {row["key"]: row for row in draft.written}
        left = _chunks((*gone, *draft.moved))
        pending: dict[str, Any] = {
            "change": number,
            "written": next(iter(written), None),
            "gone": [row["key"] for row in gone if row["key"] not in written],
            "chunks": left + _chunks([new] if new else []),
        }
        state = dataclasses.replace(state, number=number, pending=pending)
        self._write(state)
        if new:
            self._link.upsert(names.of(written[new["key"]]), chunks)
        for row in draft.moved:
            rows = view.chunk_rows(row, layout.STORED_CHUNK[1:])
            self._link.upsert(names.of(written[row["key"]]), rows)
        # In one request: all are seen, or none.
        rows = [layout.as_written(row, number) for row in written.values()]
        self._link.upsert(names.articles, rows, MOST)
        self._clean(names, {**pending, "chunks": left}, written)
        totals = layout.changed(state.totals, draft.was, draft.written)
        shrunk = bool(gone or draft.moved)
        self._write(_next(state, totals or self.counted(state)[0], shrunk=shrunk))

    def recover(self, state: State) -> State:
        """Finish or undo the change that a writer before this one did not live to finish."""
        pending = state.pending
        if not pending:
            return state
        names = self.names(state)
        # Of before the last form: {"key": …, "number": …, "chunks": …, "places": …}.
        chunks = [list(c.values())[:3] if isinstance(c, dict) else c for c in pending["chunks"]]
        pending = {**pending, "chunks": chunks}
        keys = {pending["written"], *(key for key, *_ in chunks)} - {None}
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
        for key, number, chunks in pending["chunks"]:
            row = rows.get(key)
            place = names.of(row) if row and row["number"] == number else ""
            for here in {names.chunks, names.earlier} - {place}:
                self._link.delete(here, "id", layout.chunk_ids(number, chunks))


def _chunks(rows: Iterable[Row]) -> list[list[int]]:
    """The article, the state and the number of the chunks that some rows stand for."""
    return [[row["key"], row["number"], row["chunks"]] for row in rows]


def _next(state: State, totals: Totals, *, shrunk: bool) -> State:
    manifest = state.manifest.after(shrunk=shrunk)
    return dataclasses.replace(state, manifest=manifest, totals=totals, pending={})
