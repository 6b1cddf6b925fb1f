"""The sentences around those that were read: what else the articles say, and what they are about.

A search brings passages, but a story's second figure often stands in a paragraph that
no search finds, because it names neither the place nor the event: both stand in the
headline and in the first paragraph, where newspapers put them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from index.protocols import View
from index.records import StoredChunk
from rag.records import Candidate, Passage
from rag.request.asking import is_prose
from rag.text.words import fold

FARTHEST = 6
"""Passages before and after those found that are read: all of a newspaper's story, and of a
long interview what is near."""


def read_on(index: View, read: Sequence[Passage]) -> list[Candidate]:
    """What else the articles of some passages say, in their order, each sentence once a story.

    Args:
        index: where the passages came from.
        read: passages whose sentences are known.
    """
    known = {passage.stored.chunk_id for passage in read}
    seen = {
        (passage.stored.card.origin, fold(passage.stored.chunk.part(span)))
        for passage in read
        for span in passage.stored.chunk.sentences
    }
    found = []
    for stored in _others(index, known):
        passage = Passage(stored, 0.0, 0.0, 0.0)
        for span in stored.chunk.sentences:
            text = stored.chunk.part(span)
            key = (stored.card.origin, fold(text))
            if key not in seen and is_prose(text):
                seen.add(key)
                found.append(Candidate(passage, span, text, span, float("-inf")))
    return found


def _others(index: View, known: Iterable[int]) -> list[StoredChunk]:
    """The other chunks of the articles of some chunks, those nearest to them first."""
    seen, edge, found = set(known), list(known), []
    for _ in range(FARTHEST):
        beside = dict.fromkeys(one for chunk in edge for one in index.neighbours(chunk))
        edge = [one for one in beside if one not in seen]
        seen.update(edge)
        found += edge
        if not edge:
            break
    return index.passages(found)


class Surroundings:
    """For each passage, what a reader of it knows: headline, first paragraph, outlet, itself."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        """Take the first passage of each article among some candidates for how it begins."""
        self._leads: dict[str, StoredChunk] = {}
        self._texts: dict[tuple[str, int], str] = {}
        self._chunks: dict[str, dict[int, str]] = {}
        for candidate in candidates:
            stored = candidate.passage.stored
            chunks = self._chunks.setdefault(stored.card.article_id, {})
            chunks[stored.chunk.start] = stored.chunk.text
            lead = self._leads.setdefault(stored.card.article_id, stored)
            if stored.chunk.start < lead.chunk.start:
                self._leads[stored.card.article_id] = stored

    def article(self, candidate: Candidate) -> str:
        """The headline, the outlet, and all that was read of the article."""
        card = candidate.passage.stored.card
        chunks = self._chunks.get(card.article_id, {0: candidate.passage.text})
        key = card.article_id, -1
        if key not in self._texts:
            self._texts[key] = "\n".join((card.title, card.publisher or "", *chunks.values()))
        return self._texts[key]

    def of(self, candidate: Candidate) -> str:
        """The headline, how the article begins, the passage and the outlet."""
        stored = candidate.passage.stored
        card, lead = stored.card, self._leads.get(stored.card.article_id, stored)
        key = card.article_id, stored.chunk.start
        if key not in self._texts:
            opening = "" if lead.chunk.start == stored.chunk.start else lead.chunk.text
            parts = (card.title, opening, stored.chunk.text, card.publisher or "")
            self._texts[key] = "\n".join(parts)
        return self._texts[key]
