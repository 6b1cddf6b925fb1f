"""Articles on their way into a store: their ids, hashes and warnings, and batches to embed.

An article that is stored keeps its id. A new one whose id belongs to another article, or whose
source gave another article in the same run, gets one of its own.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from index import chunking, dates, languages
from index.embedding import Encoder, Vectors, languages_of
from index.interrupts import never
from index.prompt_injection import find_orders
from index.records import Article, Chunk
from index.schema import article_to_row
from index.versions import spare_id

BATCH_CHARACTERS = 64_000
"""About 64 chunks: enough to sort by length, little enough to lose."""


def content_hash(article: Article) -> str:
    """A hash of all that is known of an article but its id and source, and of how it is cut.

    The id and the source say which article it is, not what it says.
    """
    _, title, text, _, *known, pages, doubts = article_to_row(article)
    # Hashes of before pages and doubts were known stay valid where there are none.
    added = [pages, doubts] if article.pages or article.doubts else []
    fields = json.dumps([title, text, *known, *added, chunking.CHUNKER])
    return hashlib.sha256(fields.encode()).hexdigest()


def embedded_text(title: str, chunk: Chunk) -> str:
    """What is embedded for a chunk: the title tells what the passage is about."""
    return f"{title}\n{chunk.text}"


@dataclass(frozen=True, slots=True)
class Job:
    """An article to store, under the id that it gets."""

    article: Article
    digest: str
    chunks: list[Chunk]

    @property
    def texts(self) -> list[str]:
        """What is embedded for its chunks, in order."""
        return [embedded_text(self.article.title, chunk) for chunk in self.chunks]


def unusable(article: Article) -> str:
    """Why an article cannot be stored; empty when it can."""
    if not article.text.strip():
        return "it has no text. Give it some, or leave it out"
    try:
        "".join(value or "" for value in article_to_row(article)).encode()
    except UnicodeEncodeError:
        return "it holds half of a surrogate pair, which is no character. Write the character whole"
    return ""


def in_batches(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    """Runs of articles with about BATCH_CHARACTERS of text."""
    batch: list[Job] = []
    size = 0
    for job in jobs:
        batch.append(job)
        size += len(job.article.text)
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class Embedding:
    """The vectors of a batch's texts, each made once."""

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        self._encoder = encoder
        self.texts = texts
        self._vectors = np.zeros((len(texts), encoder.dimension), np.float32)
        self._made = np.zeros(len(texts), bool)

    def fill(self, start: int, end: int, stop: Callable[[], bool] = never) -> Vectors:
        """Vectors of some texts, shape [end - start, d]; zeros where it was stopped before.

        Like lengths go together, so that little is padding.
        """
        wanted = (i for i in range(start, end) if not self._made[i])
        for part in _parts(sorted(wanted, key=lambda i: len(self.texts[i])), self.texts):
            if stop():
                break
            self._vectors[part] = self._encoder.encode([self.texts[i] for i in part])
            self._made[part] = True
        return self._vectors[start:end]


def _parts(order: Iterable[int], texts: Sequence[str]) -> Iterator[list[int]]:
    """Runs of texts with at most half a batch's characters: one long article may fill several."""
    part: list[int] = []
    size = 0
    for i in order:
        if part and size + len(texts[i]) > BATCH_CHARACTERS // 2:
            yield part
            part, size = [], 0
        part.append(i)
        size += len(texts[i])
    if part:
        yield part


Item = TypeVar("Item")
Result = TypeVar("Result")


def prefetched(
    work: Callable[[Item], Result], items: Iterable[Item]
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with the result of `work` on it, in order.

    While the caller uses one, `work` goes on with the next, and the item after that is
    taken from `items`, which happens in the caller's own thread, as everything but `work`
    does. At most two items wait. Closed early, it waits for the work that is being done
    and drops the rest. What `work` raises is raised here, in its item's turn.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        waiting: tuple[Item, Future[Result]] | None = None
        for item in items:
            begun = (item, pool.submit(work, item))
            if waiting is not None:
                yield waiting[0], waiting[1].result()
            waiting = begun
        if waiting is not None:
            yield waiting[0], waiting[1].result()
    finally:
        pool.shutdown(cancel_futures=True)


# --- ids and sources ---------------------------------------------------------------------------


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


# --- what an ingest warns of -------------------------------------------------------------------


TAKEN_ID = (
    "has the id {id}, which belongs to another article, from {owner}. It is kept as {kept}; "
    "give each article an id of its own"
)
_TO_COME = (
    "is dated {day}, which has not come yet. The date is not believed and was left unknown; "
    "mend it in the source"
)
_ADDRESSED = (
    "gives orders to the program that reads it (“{words}”). It is kept and can be read, "
    "but no answer takes anything from it"
)
_UNKNOWN_LANGUAGE = (
    "is in {language}{where}, which the encoder {encoder} does not know. It was read, but a search "
    "may not find it. One with a multilingual model would, in an index of its own: "
    "byline ingest --encoder MODEL --index ANOTHER PATH"
)


def believable(article: Article) -> Article:
    """The article without a date that has not come yet: it would be the latest of all.

    What was wrong is added to its doubts.
    """
    today = dates.latest_day()
    days = [day for day in (article.published, article.as_of and article.as_of.date()) if day]
    if all(day <= today for day in days):
        return article
    return dataclasses.replace(
        article,
        published=article.published if article.published and article.published <= today else None,
        as_of=None,
        doubts=(*article.doubts, _TO_COME.format(day=max(days))),
    )


def warnings_of(article: Article, encoder: Encoder) -> Iterator[str]:
    """Warnings of a text that the encoder was not made for, and of one written for a program."""
    known = languages_of(encoder)
    if article.language and known is not None and article.language not in known:
        where = article.provenance.get("language", "")
        yield _UNKNOWN_LANGUAGE.format(
            language=languages.name(article.language),
            where=f" ({where})" if where else "",
            encoder=encoder.name,
        )
    words = find_orders(f"{article.title}\n{article.text}")
    if words:
        yield _ADDRESSED.format(words=words)
