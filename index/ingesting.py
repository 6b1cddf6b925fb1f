"""Articles into the index: what is new is embedded and stored, what is known costs nothing.

Texts are embedded in batches across articles, and articles are stored one by one
in the order in which they came. A run that is killed loses at most the articles
of the batch in hand; the next run of the same command goes on from there.
Nothing here reads files or prints.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from index import chunking, places, readers
from index.embedding import Encoder
from index.errors import IndexDamaged, IndexMismatch, IndexMissing, UnreadableSource
from index.places import Place
from index.records import Article, Chunk, Problem
from index.schema import article_to_row
from index.store import Index
from index.stores import Store

BATCH_CHARACTERS = 64_000
"""About 64 chunks: enough to sort by length, little enough to lose."""

Vectors = npt.NDArray[np.float32]

_SEEN = (
    "another article from this very place came earlier in the same run and was kept; "
    "give each row an id of its own"
)
_TAKEN = (
    "the id {id} belongs to another article, from {owner}; "
    "change one of the ids, or run first: byline remove {id}"
)


@dataclass(frozen=True, slots=True)
class Progress:
    """One article that has been dealt with; what is added or updated is on disk by then."""

    kind: Literal["added", "updated", "unchanged", "skipped"]
    source: str
    article_id: str = ""
    """Empty for what was skipped."""
    reason: str = ""
    """Why it was skipped."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did."""

    added: int
    updated: int
    unchanged: int
    chunks: int
    """How many were embedded and stored."""
    copies: tuple[tuple[str, str], ...]
    """Id and origin of each article that is a copy of another, where this run touched the story."""
    problems: tuple[Problem, ...]
    seconds: float
    interrupted: bool = False
    """True when Ctrl-C ended it early; what is counted here is kept."""


@overload
def index_for(where: Path, encoder: Encoder, *, rebuild: bool = False) -> Index: ...
@overload
def index_for(where: str | Place, encoder: Encoder, *, rebuild: bool = False) -> Store: ...
def index_for(where: str | Place, encoder: Encoder, *, rebuild: bool = False) -> Store:
    """The index at a place, open for writing; made if there is none, emptied for a rebuild.

    Raises:
        UnusableIndex: it cannot be used as it is; the message names the way out.
    """
    where = places.place(where)
    if not rebuild:
        try:
            return places.opened(where, encoder, writable=True)
        except IndexMissing:
            return places.made(where, encoder, chunking.CHUNKER)
    try:
        index = places.opened(where, writable=True)
    except (IndexMissing, IndexMismatch, IndexDamaged):
        return places.made(where, encoder, chunking.CHUNKER, replace=True)
    index.clear(encoder, chunking.CHUNKER)
    return index


def ingest(
    index: Store,
    paths: Sequence[str | Path],
    encoder: Encoder,
    *,
    rebuild: bool = False,
    on_event: Callable[[Progress], None] | None = None,
) -> Report:
    """Read files, folders, feeds and addresses into an index that is open for writing.

    Ctrl-C ends it cleanly: what is stored is kept and the report says so.

    Args:
        index: where to; see `index_for`.
        paths: what `index.readers.read_all` takes.
        encoder: the one that the index was made with, or with `rebuild` any.
        rebuild: empty the index first.
        on_event: called for each article once it has been dealt with.
    """
    if rebuild:
        index.clear(encoder, chunking.CHUNKER)
    return ingest_articles(index, readers.read_all(paths), encoder, on_event=on_event)


def ingest_articles(
    index: Store,
    incoming: Iterable[Article | Problem],
    encoder: Encoder,
    *,
    on_event: Callable[[Progress], None] | None = None,
) -> Report:
    """The same for articles that have been read already.

    Raises:
        IndexMismatch: the index was made with another encoder.
    """
    index.require(encoder)
    began = time.perf_counter()
    run = _Run(index, encoder, on_event or (lambda event: None))
    interrupted = False
    try:
        for batch in _batches(run.wanted(incoming)):
            run.store(batch)
    except KeyboardInterrupt:
        interrupted = True
    index.save_vectors()
    return Report(
        added=run.counts["added"],
        updated=run.counts["updated"],
        unchanged=run.counts["unchanged"],
        chunks=run.chunks,
        copies=_copies(index, run.stored),
        problems=tuple(run.problems),
        seconds=time.perf_counter() - began,
        interrupted=interrupted,
    )


def content_hash(article: Article) -> str:
    """A hash of all that is known of an article but its id and source, and of how it is cut.

    The id and the source say which article it is, not what it says.
    """
    _, title, text, _, *known = article_to_row(article)
    fields = json.dumps([title, text, *known, chunking.CHUNKER])
    return hashlib.sha256(fields.encode()).hexdigest()


def embedded_text(title: str, chunk: Chunk) -> str:
    """What is embedded for a chunk: the title tells what the passage is about."""
    return f"{title}\n{chunk.text}"


@dataclass(frozen=True, slots=True)
class _Job:
    """An article to store, under the id that it gets."""

    article: Article
    digest: str
    chunks: list[Chunk]

    @property
    def texts(self) -> list[str]:
        return [embedded_text(self.article.title, chunk) for chunk in self.chunks]


class _Run:
    """One ingest: what is known so far and what has been done."""

    def __init__(
        self, index: Store, encoder: Encoder, on_event: Callable[[Progress], None]
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._on_event = on_event
        self._known = index.content_hashes()
        self._owner = {known_id: source for source, (known_id, _) in self._known.items()}
        self._seen: set[str] = set()
        self.counts = {"added": 0, "updated": 0, "unchanged": 0}
        self.chunks = 0
        self.stored: list[str] = []
        self.problems: list[Problem] = []

    def wanted(self, incoming: Iterable[Article | Problem]) -> Iterator[_Job]:
        """The articles that are new or changed, with their chunks; the rest is reported."""
        for item in incoming:
            if isinstance(item, Problem):
                self._skip(item)
            elif reason := _unusable(item):
                self._skip(Problem(item.source, reason))
            elif (job := self._job(item)) is not None:
                yield job

    def store(self, batch: Sequence[_Job]) -> None:
        """Embed a batch and store its articles one by one."""
        vectors = _embedded(self._encoder, [text for job in batch for text in job.texts])
        start = 0
        for job in batch:
            end = start + len(job.chunks)
            part, start = vectors[start:end], end
            try:
                kind = self._index.put(job.article, job.digest, job.chunks, part)
            except UnreadableSource as error:
                self._skip(Problem(job.article.source, str(error)))
                continue
            self.chunks += len(job.chunks)
            self.stored.append(job.article.id)
            self._done(Progress(kind, job.article.source, job.article.id))

    def _job(self, article: Article) -> _Job | None:
        digest = content_hash(article)
        known_id, known_digest = self._known.get(article.source, ("", ""))
        if known_digest == digest and known_id in _ids(article):
            self._seen.add(article.source)
            self._done(Progress("unchanged", article.source, known_id))
            return None
        if article.source in self._seen:
            self._skip(Problem(article.source, _SEEN))
            return None
        self._seen.add(article.source)
        if self._known.get(self._owner.get(article.id, "")) == (article.id, digest):
            # The same article from another place: a moved file, a second export.
            self._known[article.source] = (article.id, digest)
            self._done(Progress("unchanged", article.source, article.id))
            return None
        chosen = self._chosen_id(article, known_id)
        if chosen is None:
            owner = self._owner[article.id]
            self._skip(Problem(article.source, _TAKEN.format(id=article.id, owner=owner)))
            return None
        self._owner.pop(known_id, None)
        self._owner[chosen] = article.source
        self._known[article.source] = (chosen, digest)
        article = dataclasses.replace(article, id=chosen)
        return _Job(article, digest, chunking.split(article))

    def _chosen_id(self, article: Article, known_id: str) -> str | None:
        """The id to store an article under: the one that it has, or the first that is free.

        An id that a row came with is never changed: it would no longer name the row.
        """
        if known_id in _ids(article):
            return known_id
        given = article.source.endswith(f"#{article.id}")
        for candidate in _ids(article)[:1] if given else _ids(article):
            if self._owner.get(candidate, article.source) == article.source:
                return candidate
        return None

    def _skip(self, problem: Problem) -> None:
        self.problems.append(problem)
        self._on_event(Progress("skipped", problem.source, reason=problem.reason))

    def _done(self, event: Progress) -> None:
        self.counts[event.kind] += 1
        self._on_event(event)


def _unusable(article: Article) -> str:
    """Why an article cannot be stored; empty when it can."""
    if not article.text.strip():
        return "it has no text"
    try:
        "".join(value or "" for value in article_to_row(article)).encode()
    except UnicodeEncodeError:
        return "it holds half of a surrogate pair, which is no character; save it as UTF-8 again"
    return ""


def _ids(article: Article) -> tuple[str, str]:
    """The id that the reader gave, and one that depends on the article's source too."""
    suffix = hashlib.sha256(article.source.encode()).hexdigest()[:6]
    return article.id, f"{article.id}-{suffix}"


def _batches(jobs: Iterable[_Job]) -> Iterator[list[_Job]]:
    """Runs of articles with about BATCH_CHARACTERS of text."""
    batch: list[_Job] = []
    size = 0
    for job in jobs:
        batch.append(job)
        size += len(job.article.text)
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _embedded(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """A vector for each text, shape [n, d]; like lengths go together, so little is padding."""
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for part in _parts(order, texts):
        vectors[part] = encoder.encode([texts[i] for i in part])
    return vectors


def _parts(order: Iterable[int], texts: Sequence[str]) -> Iterator[list[int]]:
    """Runs of texts with at most BATCH_CHARACTERS: one long article may fill several."""
    part: list[int] = []
    size = 0
    for i in order:
        if part and size + len(texts[i]) > BATCH_CHARACTERS:
            yield part
            part, size = [], 0
        part.append(i)
        size += len(texts[i])
    if part:
        yield part


def _copies(index: Store, ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
    with index.snapshot() as view:
        origins = {view.card(article_id).origin for article_id in ids}
        cards = [card for origin in origins for card in view.copies(origin)]
    return tuple(
        sorted((card.article_id, card.origin) for card in cards if card.article_id != card.origin)
    )
