"""What a change of an archive comes to: which rows are written, which go, which chunks move.

An article that comes, goes or is described anew may make another version of it the
latest (`index.versions`), and other articles copies of another one (`index.duplicates`).
All of that is found before anything is written, so that one write can make it so.
Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index import versions
from index.milvus import layout
from index.milvus.copies import Copies
from index.milvus.link import Link, Row
from index.milvus.view import MilvusView

LOOKED = 256
"""Articles at one address that are looked at for different texts before all of them are."""


@dataclass(frozen=True, slots=True)
class Coming:
    """An article as it is to be stored."""

    row: Row
    text: str
    chunks: Sequence[Row] = ()
    """The rows of its chunks, where its number is a new one; else they stay where they are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A change that is to be made."""

    written: Sequence[Row]
    """Articles' rows, all of which are to be seen at one moment."""
    gone: Sequence[Row]
    """The stored rows that are no more, or are written over by another state of the article."""
    moved: Sequence[Row]
    """The stored rows of articles whose chunks change place, as a version comes or goes."""
    fresh: Mapping[int, Sequence[Row]]
    """The rows of new chunks, by the key of their article."""

    def pending(self, change: int, names: layout.Collections) -> dict[str, Any]:
        """What the next writer has to know, should this one not live to finish."""
        keys = {row["key"] for row in self.written}
        both = list(range(1, len(names)))
        new = [row for row in self.written if row["key"] in self.fresh]
        return {
            "change": change,
            "written": self.written[0]["key"] if self.written else None,
            "gone": [row["key"] for row in self.gone if row["key"] not in keys],
            "chunks": [
                *(_chunks(row, [names.index(names.of(row))]) for row in (*self.gone, *new)),
                *(_chunks(row, both) for row in self.moved),
            ],
        }


def planned(
    link: Link,
    names: layout.Collections,
    view: MilvusView,
    coming: Sequence[Coming],
    gone: Sequence[Row],
) -> Plan:
    """What it takes that some articles come and others go."""
    return _Planner(link, names, view, coming, gone).plan()


def at_address(
    link: Link, names: layout.Collections, address: int, left_out: set[int], texts: set[int]
) -> tuple[list[Row], bool]:
    """The rows of what is stored at an address, and whether too many texts claim it.

    Where they do, only those of earlier versions.

    Args:
        link: the connection.
        names: where to look.
        address: the hash of the address's key.
        left_out: keys of articles that do not count.
        texts: the keys of texts that will be there too.
    """
    here = f"url_key == {address}"
    for limit in (LOOKED, None):  # a thousand texts may claim one address
        some = link.query(names.articles, here, ["key", "text_key"], *([limit] if limit else []))
        found = {row["text_key"] for row in some if row["key"] not in left_out}
        crowded = len(found | texts) > versions.MOST_VERSIONS
        if crowded or len(some) < LOOKED:
            break
    if not found:
        return [], crowded
    where = f"{here} and superseded_key != 0" if crowded else here
    rows = link.query(names.articles, where, ["key", *layout.ARTICLE])
    return [row for row in rows if row["key"] not in left_out], crowded


class _Planner:
    """One change, and what is known of it."""

    def __init__(
        self,
        link: Link,
        names: layout.Collections,
        view: MilvusView,
        coming: Sequence[Coming],
        gone: Sequence[Row],
    ) -> None:
        self._link = link
        self._names = names
        self._view = view
        self._coming = coming
        self._gone = gone
        self._texts = {one.row["key"]: one.text for one in coming}
        self._was: dict[int, Row] = {}
        """As they are stored, the rows of other articles that are set aside or brought back."""
        self._now = {one.row["key"]: one.row for one in coming}

    def plan(self) -> Plan:
        for address in {row["url_key"] for row in (*self._gone, *self._now.values())} - {0}:
            self._settle(address)
        arriving = [row for key, row in self._now.items() if _is_searched(row)]
        stored = [*self._gone, *self._was.values()]
        copies = Copies(self._link, self._names.articles, self._text_of)
        linked = copies.changed(arriving, [row for row in stored if _is_searched(row)])
        aside = [row for row in self._now.values() if not _is_searched(row)]
        moved = [
            row
            for key, row in self._was.items()
            if _is_searched(row) != _is_searched(self._now[key])
        ]
        fresh = {one.row["key"]: one.chunks for one in self._coming if one.chunks}
        kept = {one.row["number"] for one in self._coming if not one.chunks}
        for row in self._gone:  # described anew, and perhaps set aside or brought back by it
            now = self._now.get(row["key"])
            if row["number"] in kept and now and _is_searched(row) != _is_searched(now):
                moved.append(row)
        gone = [row for row in self._gone if row["number"] not in kept]
        return Plan([*linked, *aside], gone, moved, fresh)

    def _settle(self, address: int) -> None:
        """Find out which version at an address is the latest once the change has been made."""
        left_out = {row["key"] for row in self._gone} | self._texts.keys()
        new = [one.row for one in self._coming if one.row["url_key"] == address]
        texts = {row["text_key"] for row in new}
        stored, crowded = at_address(self._link, self._names, address, left_out, texts)
        if not stored:
            return
        rows = stored if crowded else [*stored, *new]
        found = [layout.version(row, "" if crowded else self._text_of(row)) for row in rows]
        found.sort(key=lambda one: one.id)
        successors = {} if crowded else versions.superseded(found)
        for row in rows:
            successor = successors.get(row["id"], "")
            if successor == row["superseded_by"]:
                continue
            if row["key"] not in self._texts:
                self._was[row["key"]] = row
            changed = layout.superseded(row, successor) if successor else layout.searched(row)
            self._now[row["key"]] = changed

    def _text_of(self, row: Row) -> str:
        text = self._texts.get(row["key"])
        return "".join(self._view.texts(row)) if text is None else text


def _is_searched(row: Row) -> bool:
    return not row["superseded_by"]


def _chunks(row: Row, places: Sequence[int]) -> dict[str, Any]:
    """The chunks of one state of an article, and in which collections some of them may be."""
    return {**{name: row[name] for name in ("key", "number", "chunks")}, "places": list(places)}


def copied(chunks: Sequence[Row], row: Row) -> list[Row]:
    """The rows of an article's chunks for another state of it, or under another id of it."""
    return [
        {
            **one,
            "id": row["number"] * layout.PLACES + one["id"] % layout.PLACES,
            "number": row["number"],
            "article": row["key"],
            "published": row["published"],
        }
        for one in chunks
    ]


def with_change(rows: Sequence[Row], change: int) -> list[Row]:
    """The rows as they are written by a change."""
    return [dict(layout.with_bands(row), change=change) for row in rows]
