"""Which articles share an origin, in Milvus: `index.duplicates` for rows of a collection.

The same relation, found by the same bands, compared by the same rule and grouped by
it. The bands of a text's MinHash are the dimensions of a sparse
vector, so that a search for the nearest finds the texts that share most of them;
`links` names the texts that an article's text was found to be a copy of, and those that it
differs from. Nothing here writes: what has changed is returned, for one write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from index import duplicates
from index.milvus import layout
from index.milvus.link import Link, Row

CANDIDATES = 1024
"""Articles that are looked at for shared bands; those that share most come first."""
MOST_LINKS = 3000
"""Texts that one text can be linked to: what fits in a string of Milvus."""
_SIGNATURE = np.dtype("<u4")
_KINDS: tuple[duplicates.Relation, ...] = ("copies", "differ")


class Copies:
    """The copies among the articles of one collection."""

    def __init__(self, link: Link, articles: str, text_of: Callable[[Row], str]) -> None:
        self._link = link
        self._articles = articles
        self._text_of = text_of

    def changed(self, arriving: Sequence[Row], leaving: Sequence[Row]) -> list[Row]:
        """The rows to write: those that arrive, and those whose origin or links change.

        Args:
            arriving: articles that are to be searched from now on.
            leaving: as they are stored, articles that are searched until now.
        """
        left_out = {row["key"] for row in (*arriving, *leaving)}
        origins = {row["origin_key"] for row in leaving}
        come: list[Row] = []
        for new in arriving:
            twins = [row for row in come if row["text_key"] == new["text_key"]]
            stored = [] if twins else self._by("text_key", [new["text_key"]], left_out)
            if twins or stored:
                links = (twins or stored)[0]["links"]
            else:
                found = self._related(new, left_out, come)
                links = _packed(*({row["text_key"] for row in found[kind]} for kind in _KINDS))
                stored = [row for row in found["copies"] if row not in come]
            come.append({**new, "links": links})
            origins.update(row["origin_key"] for row in stored)
        near = self._around(origins, come, left_out)
        return _settled([*come, *near], written={row["key"] for row in arriving})

    def _around(self, origins: set[int], come: Sequence[Row], left_out: set[int]) -> list[Row]:
        """The rows of some origins, and of others that a chain of copies leads to."""
        near: dict[int, Row] = {}
        looked = {row["text_key"] for row in come}
        while origins:
            for row in self._by("origin_key", origins, left_out):
                near[row["key"]] = row
            looked |= {row["text_key"] for row in near.values()}
            ahead = {text for row in near.values() for text in _links(row)[0]} - looked
            looked |= ahead
            known = {row["origin_key"] for row in near.values()} | origins
            beyond = self._by("text_key", ahead, left_out) if ahead else []
            origins = {row["origin_key"] for row in beyond} - known
        return list(near.values())

    def _by(self, field: str, values: Iterable[int], left_out: set[int]) -> list[Row]:
        fields = [name for name in layout.ARTICLE if name != field]
        rows = self._link.get(self._articles, field, values, ["key", *fields])
        return [row for row in rows if _counts(row, left_out)]

    def _related(
        self, new: Row, left_out: set[int], come: Sequence[Row]
    ) -> dict[duplicates.Relation, list[Row]]:
        """A row for each other text that is a copy of a new one, or differs from it."""
        if not layout.minhash(new):
            return {"copies": [], "differ": []}
        near = self._link.search(
            self._articles,
            "bands",
            "IP",
            layout.bands(new),
            CANDIDATES,
            f"text_key != {new['text_key']}",
            ["key", *layout.ARTICLE],
        )
        by_text = {row["text_key"]: row for row in near if _counts(row, left_out)}
        mine = layout.minhash(new)
        found: dict[duplicates.Relation, list[Row]] = {"copies": [], "differ": [], "": []}
        text = self._text_of(new)
        for row in (*by_text.values(), *come):
            if _may_be(mine, layout.minhash(row)):
                found[duplicates.relation(text, self._text_of(row))].append(row)
        return found


def _counts(row: Row, left_out: set[int]) -> bool:
    """Whether a row is one of an article that is searched, before a change and after it."""
    return not row["superseded_by"] and row["key"] not in left_out


def _may_be(mine: bytes, theirs: bytes) -> bool:
    """As `index.duplicates` decides which pairs are worth comparing exactly."""
    if len(mine) != len(theirs):
        return False
    same = np.frombuffer(mine, _SIGNATURE) == np.frombuffer(theirs, _SIGNATURE)
    return bool(same.mean() >= duplicates.MIN_RESEMBLANCE / 2)


def _settled(rows: Sequence[Row], written: set[int]) -> list[Row]:
    """Elect the origin of each group; the rows that differ now, and those to be written."""
    ordered = sorted(rows, key=lambda row: (not row["published"], row["published"], row["id"]))
    texts = {row["text_key"] for row in rows}
    copies: dict[int, set[int]] = {text: set() for text in texts}
    apart: dict[int, set[int]] = {text: set() for text in texts}
    for row in rows:
        for graph, linked in zip((copies, apart), _links(row), strict=True):
            graph[row["text_key"]] |= linked if graph is apart else linked & texts
            for other in linked & texts:
                graph[other].add(row["text_key"])
    groups = duplicates.grouped(
        [row["text_key"] for row in ordered], *(list(_pairs(graph)) for graph in (copies, apart))
    )
    origins: dict[int, Row] = {}
    for row in ordered:
        origins.setdefault(groups[row["text_key"]], row)
    changed = []
    for row in rows:
        chosen = origins[groups[row["text_key"]]]
        now = {
            **row,
            "origin": chosen["id"],
            "origin_key": chosen["key"],
            "links": _packed(copies[row["text_key"]], apart[row["text_key"]]),
        }
        if now != row or row["key"] in written:
            changed.append(now)
    return changed


def _pairs(graph: Mapping[int, set[int]]) -> Iterator[tuple[int, int]]:
    return ((one, other) for one, others in graph.items() for other in others if one < other)


def _links(row: Row) -> tuple[set[int], set[int]]:
    """The texts that a row's text is a copy of, and those that it differs from."""
    found = json.loads(row["links"])
    copies, apart = (found["copies"], found["differ"]) if isinstance(found, dict) else (found, [])
    return set(copies), set(apart)


def _packed(copies: Iterable[int], apart: Iterable[int] = ()) -> str:
    differ = sorted(apart)[: MOST_LINKS // 2]
    linked = sorted(copies)[: MOST_LINKS - len(differ)]
    return json.dumps(
        {"copies": linked, "differ": differ} if differ else linked, separators=(",", ":")
    )
