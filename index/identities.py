"""Under which id and which source each article of an ingest is kept.

An article that is stored keeps its id. A new one whose id belongs to another article, or
whose source gave another article in the same run, gets one of its own.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection

from index.batches import content_hash
from index.records import Article
from index.versions import spare_id


class Identities:
    """The ids and sources that are taken, as an ingest goes on."""

    def __init__(self, stored: dict[str, tuple[str, str]]) -> None:
        """Take the id and the hash of the article that is stored from each source."""
        self._stored = stored
        self._source_of = {article_id: source for source, (article_id, _) in stored.items()}
        self.seen: dict[str, str] = {}
        """The sources of this run, with the hash of the article that was found there."""
        self.moved: dict[str, str] = {}
        """Where an article was found that is stored from another source, by its id."""

    def stored_from(self, source: str) -> tuple[str, str]:
        """Id and hash of the article that is stored from a source; empty for none."""
        return self._stored.get(source, ("", ""))

    def source_of(self, article_id: str) -> str:
        """The source of the article with an id; empty for none."""
        return self._source_of.get(article_id, "")

    def store(self, source: str, article_id: str, digest: str) -> None:
        """Note that a source's article is stored under an id from now on."""
        before = self.stored_from(source)[0]
        if self._source_of.get(before) == source:
            del self._source_of[before]
        self._source_of[article_id] = source
        self._stored[source] = (article_id, digest)

    def move(self, article_id: str, digest: str) -> str:
        """Note that an article is kept at the source where this run has found it; that source."""
        place = self._free(self.moved.pop(article_id), digest, self._stored)
        del self._stored[self._source_of.pop(article_id)]
        self.store(place, article_id, digest)
        self.seen[place] = digest
        return place

    def placed(self, article: Article) -> Article:
        """The article with a source of its own, where another had the same in this run."""
        place = self._free(article.source, content_hash(article))
        return article if place == article.source else dataclasses.replace(article, source=place)

    def id_for(self, article: Article) -> str:
        """The id to store an article under: the one that it has, or the first that is free."""
        stored = self.stored_from(article.source)[0]
        if is_id_of(stored, article):
            return stored
        candidate = article.id
        while self._source_of.get(candidate, article.source) != article.source:
            candidate = spare_id(candidate, article.source)
        return candidate

    def _free(self, source: str, digest: str, taken: Collection[str] = ()) -> str:
        """A source, or the first like it that no other article of this run has."""
        places = (f"{source}#{number}" for number in itertools.count(2))
        return next(
            place
            for place in itertools.chain([source], places)
            if place not in taken and self.seen.get(place, digest) == digest
        )


def is_id_of(article_id: str, article: Article) -> bool:
    """Whether an id is the one that the reader gave, or the one that depends on the source too."""
    return article_id in (article.id, spare_id(article.id, article.source))
