"""Articles into the index: what is new is embedded and stored, what is known costs nothing.

Texts are embedded in batches across articles, and articles are stored one by one
in the order in which they came. While one batch is embedded, the one before is
stored and the next is read. A run that is asked to stop finishes the articles that
it has read; one that is killed loses at most the two batches in hand. The next run
of the same command goes on from there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, overload

from index import chunking, locations, opening, pruning, readers
from index.batches import (
    TAKEN_ID,
    Embedding,
    Identities,
    Job,
    believable,
    content_hash,
    in_batches,
    is_id_of,
    prefetched,
    unusable,
    warnings_of,
)
from index.connections import NO_WAIT, Wait
from index.embedding import Encoder, Vectors
from index.errors import (
    DiskFull,
    IndexExists,
    IndexMissing,
    UnreadableSource,
    VectorsNotSaved,
)
from index.interrupts import never
from index.locations import Place
from index.protocols import Store
from index.records import Article, Chunk, Problem, Progress, Report
from index.store import Index

FILED_EVERY = 50_000
"""Chunks after which a long ingest writes the file of vectors: half an hour's work or more.

Who opens the index meanwhile reads the vectors since then one block after another.
"""


@overload
def index_for(where: Path, encoder: Encoder, *, wait: Wait = NO_WAIT) -> Index: ...
@overload
def index_for(where: str | Place, encoder: Encoder, *, wait: Wait = NO_WAIT) -> Store: ...
def index_for(where: str | Place, encoder: Encoder, *, wait: Wait = NO_WAIT) -> Store:
    """The index at a place, open for writing; made if there is none.

    See `index.rebuilding` for one that is to be made anew.

    Raises:
        UnusableIndex: it cannot be used as it is; the message names the way out.
    """
    where = locations.place(where)
    with contextlib.suppress(IndexMissing):
        return opening.opened(where, encoder, writable=True, wait=wait)
    try:
        return opening.made(where, encoder, chunking.CHUNKER, wait=wait)
    except IndexExists:  # made by the writer that this one has waited for
        return opening.opened(where, encoder, writable=True, wait=wait)


def ingest(
    index: Store,
    paths: Sequence[str | Path],
    encoder: Encoder,
    *,
    prune: bool = False,
    on_event: Callable[[Progress], None] | None = None,
    meter: readers.Meter | None = None,
    stop: Callable[[], bool] = never,
    follow_links: bool = False,
) -> Report:
    """Read files, folders, feeds and addresses into an index that is open for writing.

    Args:
        index: where to; see `index_for`.
        paths: what `index.readers.read_all` takes.
        encoder: the one that the index was made with.
        prune: then remove the articles that are gone from the folders among `paths`: whose
            files are, or whose rows in a file that was read whole.
        on_event: called for each article once it has been dealt with.
        meter: told how much of the files there is, and how much has been read.
        stop: asked between two articles whether to end early, as `index.interrupts.Stop` is.
            What has been read by then is embedded and stored, and nothing is pruned. A
            KeyboardInterrupt ends it at once: what is stored is kept, and the report says
            so in either case.
        follow_links: also read what symbolic links lead to outside of the folders.

    Raises:
        IndexMismatch: the index was made with another encoder.
        DiskFull: there is no room; the message says how many articles were stored before.
    """
    incoming = readers.read_all(paths, meter=meter, follow_links=follow_links)
    pruned = pruning.folders(paths) if prune else ()
    return ingest_articles(index, incoming, encoder, on_event=on_event, prune=pruned, stop=stop)


def ingest_articles(
    index: Store,
    incoming: Iterable[Article | Problem],
    encoder: Encoder,
    *,
    on_event: Callable[[Progress], None] | None = None,
    prune: Sequence[Path] = (),
    stop: Callable[[], bool] = never,
) -> Report:
    """The same for articles that have been read already.

    `prune` are the folders whose vanished files' and rows' articles are removed in the end.
    """
    index.require(encoder)
    began = time.perf_counter()
    run = _Run(index, encoder, on_event or (lambda event: None), stop)
    before = {card.article_id for card in index.earlier()}
    hurried = False
    not_pruned = ""
    try:
        with contextlib.closing(
            prefetched(run.embedded, in_batches(run.wanted(incoming)))
        ) as batches:
            for batch, embedding in batches:
                run.store(batch, embedding)
        if prune and not run.stopped:  # else what has moved may not have been found yet
            not_pruned = run.prune(prune)
    except KeyboardInterrupt:
        hurried = stop()
        run.stopped = True
        run.settle()
    except DiskFull as error:
        raise DiskFull(f"{error} {_kept(len(run.stored))}") from error
    copies: tuple[tuple[str, str], ...] = ()
    with contextlib.suppress(KeyboardInterrupt):
        if not hurried:  # else the file is left to the next search
            run.file_vectors()
            copies = _copies(index, run.stored)
    return Report(
        added=run.counts["added"],
        updated=run.counts["updated"],
        unchanged=run.counts["unchanged"],
        chunks=run.chunks,
        copies=copies,
        problems=tuple(run.problems),
        seconds=time.perf_counter() - began,
        interrupted=run.stopped,
        warnings=tuple(run.warnings),
        superseded=tuple(
            (card.article_id, card.superseded_by)
            for card in reversed(index.earlier())
            if card.article_id not in before
        ),
        removed=tuple(run.removed),
        not_pruned=not_pruned,
    )


class _Run:
    """One ingest: what is known so far and what has been done."""

    def __init__(
        self,
        index: Store,
        encoder: Encoder,
        on_event: Callable[[Progress], None],
        stop: Callable[[], bool],
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._on_event = on_event
        self._stop = stop
        self.stopped = False
        stored = index.content_hashes()
        self._at_first = {article_id for article_id, _ in stored.values()}
        self._identities = Identities(stored)
        self._rejected = ""
        """The source of the article that was read and not stored last."""
        self.counts = {"added": 0, "updated": 0, "unchanged": 0}
        self.chunks = 0
        self._filed = 0
        self.stored: list[str] = []
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._in_hand: tuple[Article, Job] | None = None
        """What is being stored, and not yet counted."""
        self.removed: list[tuple[str, str]] = []

    def wanted(self, incoming: Iterable[Article | Problem]) -> Iterator[Job]:
        """The articles that are new or changed, with their chunks; the rest is reported."""
        for item in incoming:
            if isinstance(item, Problem):
                self._doubt(item) if item.warning else self._skip(item)
            elif reason := unusable(item):
                self._reject(item, reason)
            else:
                article = self._identities.placed(believable(item))
                job = self._job(article)
                own = [*article.doubts[len(item.doubts) :], *self._taken_id(article)]
                for reason in (*own, *warnings_of(article, self._encoder)):
                    self._doubt(Problem(article.source, reason, warning=True))
                if job is not None:
                    yield job
            if self._stop():
                self.stopped = True
                return

    def embedded(self, batch: Sequence[Job]) -> Embedding:
        """The vectors of a batch, as far as they were made before a stop was asked for.

        Changes nothing of the run.
        """
        embedding = Embedding(self._encoder, [text for job in batch for text in job.texts])
        embedding.fill(0, len(embedding.texts), self._stop)
        return embedding

    def store(self, batch: Sequence[Job], embedding: Embedding) -> None:
        """Store the articles of a batch one by one.

        Once a stop is asked for, what is left is embedded article by article, so that
        each is on the disk before the next is begun.
        """
        start = 0
        for job in batch:
            end = start + len(job.chunks)
            self._put(job.article, job, embedding.fill(start, end))
            start = end
        if self.chunks - self._filed >= FILED_EVERY:
            self._filed = self.chunks
            self.file_vectors()

    def file_vectors(self) -> None:
        """Write the file of vectors; the ingest goes on without, for searches can make it."""
        try:
            self._index.save_vectors()
        except VectorsNotSaved as error:
            unsaved = Problem(self._index.name, str(error), warning=True)
            if unsaved not in self.warnings:
                self._doubt(unsaved)

    def _put(self, article: Article, job: Job, vectors: Vectors) -> None:
        self._in_hand = (article, job)
        try:
            kind = self._index.put(article, job.digest, job.chunks, vectors)
        except UnreadableSource as error:
            self._reject(article, str(error))
            return
        self._count(kind, article, job)

    def _count(self, kind: Literal["added", "updated"], article: Article, job: Job) -> None:
        self._in_hand = None
        self.chunks += len(job.chunks)
        self.stored.append(article.id)
        self._done(Progress(kind, article.source, article.id, chunks=len(job.chunks)))

    def settle(self) -> None:
        """Count the article in hand, if it was stored just before the run was broken off."""
        if self._in_hand is None:
            return
        article, job = self._in_hand
        if self._index.content_hashes().get(article.source) == (article.id, job.digest):
            self._count("updated" if article.id in self._at_first else "added", article, job)

    def prune(self, folders: Sequence[Path]) -> str:
        """Remove the articles whose files or rows are gone from folders; why not, if not."""
        stored, seen = self._index.content_hashes(), self._identities.seen
        doubtful = {each.source for each in (*self.problems, *self.warnings)} - seen.keys()
        gone, trouble = pruning.gone(stored, folders, seen, doubtful)
        for source in gone:
            if self._stop():
                self.stopped = True
                break
            article_id, digest = stored[source]
            if article_id in self._identities.moved:
                self._move(article_id, digest)
            else:
                self._index.remove(article_id)
                self.removed.append((article_id, source))
                self._on_event(Progress("removed", source, article_id))
        return trouble

    def _job(self, article: Article) -> Job | None:
        """What is to be embedded of an article; None where it is stored as it is, or now."""
        digest, known = content_hash(article), self._identities
        stored_id, stored_digest = known.stored_from(article.source)
        known.seen[article.source] = digest
        if stored_digest == digest and is_id_of(stored_id, article):
            self._done(Progress("unchanged", article.source, stored_id))
            return None
        if known.stored_from(known.source_of(article.id)) == (article.id, digest):
            # The same article from another place: a moved file, a second export.
            known.moved[article.id] = article.source
            self._done(Progress("unchanged", article.source, article.id))
            return None
        if stored_id in known.moved:
            self._move(stored_id, stored_digest)
            stored_id = ""
        article = dataclasses.replace(article, id=known.id_for(article))
        known.store(article.source, article.id, digest)
        chunks = chunking.split(article)
        if article.id == stored_id and self._reads_the_same(article, chunks):
            self._redescribe(article, digest)
            return None
        return Job(article, digest, chunks)

    def _move(self, article_id: str, digest: str) -> None:
        """Keep an article at the place where this run has found it: its own is another's now."""
        place = self._identities.move(article_id, digest)
        moved = dataclasses.replace(self._index.article(article_id), source=place)
        self._index.redescribe(moved, digest)

    def _redescribe(self, article: Article, digest: str) -> None:
        try:
            self._index.redescribe(article, digest)
        except UnreadableSource as error:
            self._reject(article, str(error))
            return
        self.stored.append(article.id)
        self._done(Progress("updated", article.source, article.id))

    def _reads_the_same(self, article: Article, chunks: Sequence[Chunk]) -> bool:
        """Whether what is embedded of an article is what is stored of it."""
        stored = self._index.article(article.id)
        same = (stored.title, stored.text) == (article.title, article.text)
        return same and self._index.chunks_of(article.id) == chunks

    def _taken_id(self, article: Article) -> Iterator[str]:
        """A warning of a row or an entry that could not keep the id that it came with."""
        known = self._identities
        if known.moved.get(article.id) == article.source:  # nothing is stored there
            return
        kept = known.stored_from(article.source)[0]
        if kept != article.id and f"#{article.id}" in article.source:
            owner = known.source_of(article.id)
            yield TAKEN_ID.format(id=article.id, owner=owner, kept=kept)

    def _doubt(self, problem: Problem) -> None:
        """Note a warning, unless the article was skipped for another reason."""
        if problem.source != self._rejected:
            self.warnings.append(problem)
            self._on_event(Progress("warning", problem.source, reason=problem.reason))

    def _reject(self, article: Article, reason: str) -> None:
        self._rejected = article.source
        self._skip(Problem(article.source, reason))

    def _skip(self, problem: Problem) -> None:
        self.problems.append(problem)
        self._on_event(Progress("skipped", problem.source, reason=problem.reason))

    def _done(self, event: Progress) -> None:
        self.counts[event.kind] += 1
        self._on_event(event)


def _kept(stored: int) -> str:
    articles = "1 article was" if stored == 1 else f"{stored} articles were"
    return f"{articles} stored before; the same command goes on from there."


def _copies(index: Store, ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
    with index.snapshot() as view:
        origins = {view.card(article_id).origin for article_id in ids}
        cards = [card for origin in origins for card in view.copies(origin)]
    return tuple(
        sorted((card.article_id, card.origin) for card in cards if card.article_id != card.origin)
    )
