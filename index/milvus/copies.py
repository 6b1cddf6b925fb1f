"""Which articles share an origin, in Milvus: `index.duplicates` for rows of a collection.

The same relation, found by the same bands, compared by the same rule: an origin is
a connected component. The bands of a text's MinHash are the dimensions of a sparse
vector, so that a search for the nearest finds the texts that share most of them;
`links` names the texts that an article's text was found to be a copy of. Nothing
here writes: what has changed is returned, for one write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from index import duplicates
from index.milvus import layout
from index.milvus.link import Link, Row

CANDIDATES = 1024
"""Articles that are looked at for shared bands; those that share most come first."""
MOST_LINKS = 3000
"""Texts that one text can be linked to: what fits in a string of Milvus."""
_SIGNATURE = np.dtype("<u4")


class Copies:
    """The copies among the articles of one collection."""

    def __init__(self, link: Link, articles: str, text_of: Callable[[Row], str]) -> None:
        self._link = link
        self._articles = articles
        self._text_of = text_of

    def linked(self, new: Row, text: str, gone: Sequence[Row]) -> list[Row]:
        """The rows to write for a new article: its own, and those whose origin or links change.

        Args:
            new: its row.
            text: its text.
            gone: the rows of articles that it takes the place of.
        """
        left_out = {row["key"] for row in gone} | {new["key"]}
        twins = [row for row in self._by("text_key", [new["text_key"]]) if _outside(row, left_out)]
        others = twins or self._copies_of(new, text, left_out)
        links = _links(twins[0]) if twins else {row["text_key"] for row in others}
        new = {**new, "links": _packed(links)}
        origins = {row["origin_key"] for row in (*others, *gone)}
        near = [row for row in self._by("origin_key", origins) if _outside(row, left_out)]
        return _settled([new, *near], written=new["key"])

    def unlinked(self, gone: Row) -> list[Row]:
        """The rows that change when an article goes."""
        near = self._by("origin_key", [gone["origin_key"]])
        return _settled([row for row in near if row["key"] != gone["key"]])

    def _by(self, field: str, values: Iterable[int]) -> list[Row]:
        fields = [name for name in layout.ARTICLE if name != field]
        return list(self._link.get(self._articles, field, values, ["key", *fields]))

    def _copies_of(self, new: Row, text: str, left_out: set[int]) -> list[Row]:
        """A row for each other text that is a copy of a new one."""
        mine = layout.minhash(new)
        if not mine:
            return []
        near = self._link.search(
            self._articles,
            "bands",
            "IP",
            layout.bands(new),
            CANDIDATES,
            f"text_key != {new['text_key']}",
            ["key", *layout.ARTICLE],
        )
        by_text = {row["text_key"]: row for row in near if _outside(row, left_out)}
        return [
            row
            for row in by_text.values()
            if _may_be(mine, layout.minhash(row)) and duplicates.is_copy(text, self._text_of(row))
        ]


def _outside(row: Row, keys: set[int]) -> bool:
    return row["key"] not in keys


def _may_be(mine: bytes, theirs: bytes) -> bool:
    """As `index.duplicates` decides which pairs are worth comparing exactly."""
    if len(mine) != len(theirs):
        return False
    same = np.frombuffer(mine, _SIGNATURE) == np.frombuffer(theirs, _SIGNATURE)
    return bool(same.mean() >= duplicates.MIN_RESEMBLANCE / 2)


def _settled(rows: Sequence[Row], written: int | None = None) -> list[Row]:
    """Elect the origin of each component; the rows that differ now, and the one to be written."""
    texts = {row["text_key"] for row in rows}
    graph: dict[int, set[int]] = {text: set() for text in texts}
    for row in rows:
        for other in _links(row) & texts:
            graph[row["text_key"]].add(other)
            graph[other].add(row["text_key"])
    origins: dict[int, Row] = {}
    for component in _components(graph):
        members = [row for row in rows if row["text_key"] in component]
        chosen = min(members, key=lambda row: (not row["published"], row["published"], row["id"]))
        origins.update({text: chosen for text in component})
    changed = []
    for row in rows:
        chosen = origins[row["text_key"]]
        now = {
            **row,
            "origin": chosen["id"],
            "origin_key": chosen["key"],
            "links": _packed(graph[row["text_key"]]),
        }
        if now != row or row["key"] == written:
            changed.append(now)
    return changed


def _components(graph: Mapping[int, set[int]]) -> list[set[int]]:
    found: list[set[int]] = []
    left = set(graph)
    while left:
        reached, ahead = set(), {left.pop()}
        while ahead:
            reached |= ahead
            ahead = {other for text in ahead for other in graph[text]} - reached
        left -= reached
        found.append(reached)
    return found


def _links(row: Row) -> set[int]:
    return set(json.loads(row["links"]))


def _packed(links: Iterable[int]) -> str:
    return json.dumps(sorted(links)[:MOST_LINKS], separators=(",", ":"))
