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
                links = _links((twins or stored)[0])
            else:
                stored = self._copies_of(new, left_out)
                links = {row["text_key"] for row in (*stored, *self._alike(new, come))}
            come.append({**new, "links": _packed(links)})
            origins.update(row["origin_key"] for row in stored)
        near = self._by("origin_key", origins, left_out)
        return _settled([*come, *near], written={row["key"] for row in arriving})

    def _by(self, field: str, values: Iterable[int], left_out: set[int]) -> list[Row]:
        fields = [name for name in layout.ARTICLE if name != field]
        rows = self._link.get(self._articles, field, values, ["key", *fields])
        return [row for row in rows if _counts(row, left_out)]

    def _copies_of(self, new: Row, left_out: set[int]) -> list[Row]:
        """A row for each other text that is stored and is a copy of a new one."""
        if not layout.minhash(new):
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
        by_text = {row["text_key"]: row for row in near if _counts(row, left_out)}
        return self._alike(new, by_text.values())

    def _alike(self, new: Row, others: Iterable[Row]) -> list[Row]:
        """Those of some rows with other texts whose texts are copies of a new one."""
        mine = layout.minhash(new)
        likely = [row for row in others if mine and _may_be(mine, layout.minhash(row))]
        if not likely:
            return []
        text = self._text_of(new)
        return [row for row in likely if duplicates.is_copy(text, self._text_of(row))]


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
    """Elect the origin of each component; the rows that differ now, and those to be written."""
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
        if now != row or row["key"] in written:
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
