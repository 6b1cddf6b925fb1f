"""The articles of one index as the page lists, shows, adds and removes them.

An index that is made only later and an ingest elsewhere are no trouble. What is
uploaded is copied into the index's own folder under its own plain name, never over
another file, and read from there; for an index on a server, into a folder of this machine.
"""

from __future__ import annotations

import datetime as dt
import filecmp
import hashlib
import itertools
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index import ingesting
from index.embedding import Encoder
from index.errors import BadRequest, IndexMissing, UnknownArticle
from index.locations import Place, local_folder
from index.opening import opened
from index.prompt_injection import gives_orders
from index.protocols import Store
from index.readers import HOLDERS, KNOWN, READERS, Meter
from index.records import Article, Card, Problem, Progress, Report
from index.schema import command
from rag.assistant import dates
from rag.names.archive import register_of
from rag.names.register import Register
from rag.page.html import outlet
from rag.page.overview import overview
from rag.scope import with_outlets
from rag.search.finding import matching

UPLOADS = "uploads"
"""The folder within the index's own that holds what was uploaded."""
SUFFIXES = (*READERS, *HOLDERS)
LARGEST = 64 * 1024 * 1024
"""Bytes of one upload."""
MOST_FILES = 500
"""Files of one upload."""
LONGEST_NAME = 120
LOOKED_AT = 200
"""Names, those of most stories, among which are the ones that are shown at a glance."""
NO_NAMES = Register((), {})

_ODD = re.compile(r"[^\w.() -]")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles to list; what is empty does not narrow."""

    words: str = ""
    outlet: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    @classmethod
    def of(
        cls,
        words: str | None = None,
        outlet: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Filter:
        """The filter that a reader typed.

        Raises:
            BadRequest: a date is none, or they leave nothing.
        """
        window = dates(since, until)
        named = (words or "").strip(), (outlet or "").strip()
        return cls(*named, window.since, window.until)

    def takes(self, card: Card) -> bool:
        """Whether an article passes, its words left aside."""
        if self.outlet and outlet(card.publisher, card.url) != self.outlet:
            return False
        day = card.published
        if day is None:
            return self.since is None and self.until is None
        return (self.since or day) <= day <= (self.until or day)


@dataclass(slots=True, eq=False)
class Ongoing:
    """An ingest, which goes on whether anybody looks or not. Any thread may look on."""

    meter: Meter = field(default_factory=Meter)
    is_stopping: bool = False
    """Set to have it end after the articles in hand."""
    began: float = field(default_factory=time.monotonic)
    part: float = 0.0
    """Of the files' bytes, the part that has been dealt with, 0 to 1."""
    _events: list[Progress | Report | BaseException] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def is_over(self) -> bool:
        """True once it has ended, well or not."""
        return bool(self._events) and not isinstance(self._events[-1], Progress)

    def note(self, event: Progress | Report | BaseException) -> None:
        """Add what happened."""
        with self._changed:
            self._events.append(event)
            if isinstance(event, Progress) and self.meter.total:
                self.part = self.meter.reached(event.source) / self.meter.total
            self._changed.notify_all()

    def follow(self) -> Iterator[Progress | Report]:
        """What has happened so far, and then what happens, to the end."""
        for at in itertools.count():
            with self._changed:
                self._changed.wait_for(lambda at=at: len(self._events) > at)  # type: ignore[misc]
            event = self._events[at]
            if isinstance(event, BaseException):
                raise event
            yield event
            if isinstance(event, Report):
                return


class Archive:
    """One index, which may not be there yet. Any thread may use it."""

    def __init__(self, where: Place, encoder: Callable[[], Encoder]) -> None:
        """`encoder` gives the encoder for new articles when there are any."""
        self.where = where
        self.folder = local_folder(where)
        self._encoder = encoder
        self._opened: Store | None = None
        self.ongoing: Ongoing | None = None
        """The newest ingest from this page."""
        self._overview: tuple[list[Card], Register, str] = [], NO_NAMES, ""
        self._register: tuple[list[Card], Register] = [], NO_NAMES
        self._opening, self._naming = threading.Lock(), threading.Lock()

    def close(self) -> None:
        """Close the index, if it was opened. The next call opens it again."""
        with self._opening:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    def cards(self, only: Filter | None = None) -> list[Card]:
        """The articles that pass, the latest first; those that are found by words, best first.

        Raises:
            BadRequest: the words are a query that cannot be read; see `rag.search.query`.
        """
        only = only or Filter()
        try:
            index = self._index()
            with index.snapshot() as view:
                cards = with_outlets(view.articles())
                if only.words:
                    named = {card.article_id: card for card in cards}
                    found = (card.article_id for card in matching(view, only.words))
                    cards = [named[article_id] for article_id in found if article_id in named]
        except IndexMissing:
            return []
        return [card for card in cards if only.takes(card)]

    def article(self, article_id: str) -> Article:
        """One article.

        Raises:
            UnknownArticle: there is none with that id.
        """
        return self._index().article(article_id)

    def find(self, article_id: str) -> Article | None:
        """One article, None if there is none with that id."""
        try:
            return self.article(article_id)
        except (UnknownArticle, IndexMissing):
            return None

    def register(self, progress: Callable[[int, int], None] = lambda done, count: None) -> Register:
        """The people, organisations and places that the articles mention.

        Args:
            progress: is called after each article that has to be read for them.

        Raises:
            ModelError: the model that finds names is missing or altered.
        """
        with self._naming:
            cards = self.cards()
            if cards != self._register[0]:
                found = register_of(self._index(), self.folder, progress=progress)
                self._register = cards, found
            return self._register[1]

    @property
    def is_reading(self) -> bool:
        """True while articles are taken in from this page."""
        return self.ongoing is not None and not self.ongoing.is_over

    def digest(self) -> str:
        """What changes with the articles and with nothing else."""
        held = sorted(self._index().content_hashes().values())
        return hashlib.sha256(repr(held).encode()).hexdigest()

    def overview(self) -> str:
        """What the archive holds, as HTML, with the names once `register` has found them."""
        cards, (named, register) = self.cards(), self._register
        known = register if cards == named else NO_NAMES
        if cards != self._overview[0] or known is not self._overview[1]:
            fair = [one for one in known.names[:LOOKED_AT] if any(map(self._is_fair, one.articles))]
            self._overview = cards, known, overview(cards, fair)
        return self._overview[2]

    def _is_fair(self, article_id: str) -> bool:
        article = self.find(article_id)
        return article is not None and not gives_orders(article)

    def copies(self, article_id: str) -> list[Card]:
        """The other articles of the same story.

        Raises:
            UnknownArticle: there is none with that id.
        """
        with self._index().snapshot() as view:
            copies = view.copies(view.card(article_id).origin)
        return [card for card in copies if card.article_id != article_id]

    def claimants(self, article_id: str) -> list[Card]:
        """The other articles that claim an article's address.

        Raises:
            UnknownArticle: there is none with that id.
        """
        return self._index().claimants(article_id)

    def remove(self, article_id: str) -> str:
        """Take an article out, with its uploaded file if that held no other; gives its headline.

        Raises:
            UnknownArticle: it has gone already.
            IndexBusy: another process is writing.
        """
        with opened(self.where, writable=True) as index:
            article = index.article(article_id)
            index.remove(article_id)
            index.save_vectors()
        self._forget(article.source)
        return article.called

    def add(self, files: Sequence[Path]) -> Iterator[Progress | Report]:
        """Take uploaded files in; what happens to each article as it happens, the report last.

        Raises:
            BadRequest: there are too many files.
            UnusableIndex: the index cannot be written to.
        """
        if len(files) > MOST_FILES:
            raise BadRequest(
                f"{len(files):,} files at once are too many: {MOST_FILES:,} can be added in "
                f"one go. Use the command line for more: {command(self.where)}"
            )
        kept, refused = self._kept(files)
        for problem in refused:
            yield Progress("skipped", problem.source, reason=problem.reason)
        for event in self.read(kept):
            yield _with(event, refused) if isinstance(event, Report) else event

    def read(self, paths: Sequence[Path]) -> Iterator[Progress | Report]:
        """Take in files and folders of this machine; as `add`, but nothing is copied."""
        self.ongoing = ongoing = Ongoing()

        def run() -> None:
            try:
                ongoing.note(self._ingest(paths, ongoing))
            except BaseException as error:  # raised again in whatever thread looks on
                ongoing.note(error)

        threading.Thread(target=run, daemon=True).start()
        yield from ongoing.follow()

    def _index(self) -> Store:
        """The index, open for reading; it follows whatever writers do."""
        with self._opening:
            if self._opened is None:
                self._opened = opened(self.where)
            return self._opened

    def _ingest(self, paths: Sequence[Path], ongoing: Ongoing) -> Report:
        encoder = self._encoder()
        with ingesting.index_for(self.where, encoder) as index:
            return ingesting.ingest(
                index,
                paths,
                encoder,
                on_event=ongoing.note,
                meter=ongoing.meter,
                stop=lambda: ongoing.is_stopping,
            )

    def _kept(self, files: Sequence[Path]) -> tuple[list[Path], list[Problem]]:
        """Where the uploads now lie, and those that are of no kind or too large."""
        folder = self.folder / UPLOADS
        kept: list[Path] = []
        refused: list[Problem] = []
        for file in files:
            name = plain_name(file.name)
            reason = _refused(file, self.where)
            if reason:
                refused.append(Problem(name, reason))
                continue
            folder.mkdir(parents=True, exist_ok=True)
            kept.append(_copied(file, folder, name))
        return kept, refused

    def _forget(self, source: str) -> None:
        """Delete an uploaded file whose article has been removed, so that it does not come back."""
        file = Path(source)
        if file.parent == (self.folder / UPLOADS).absolute():
            file.unlink(missing_ok=True)


def _copied(file: Path, folder: Path, name: str) -> Path:
    """Where a file lies in a folder: under its name, or a new one where another file has that."""
    for number in itertools.count(1):
        place = folder / (name if number == 1 else plain_name(name, f"-{number}"))
        try:
            with file.open("rb") as came, place.open("xb") as kept:
                shutil.copyfileobj(came, kept)
            return place
        except FileExistsError:
            if not place.is_symlink() and filecmp.cmp(file, place, shallow=False):
                return place
    raise AssertionError("counting has no end")


def plain_name(name: str, mark: str = "") -> str:
    """The name under which an upload is kept: no folder, nothing hidden, nothing odd.

    `mark` stands before its suffix.
    """
    plain = _ODD.sub("_", Path(name.replace("\\", "/")).name).lstrip(". ") or "article.txt"
    stem, suffix = Path(plain).stem, Path(plain).suffix
    return stem[: LONGEST_NAME - len(mark + suffix)] + mark + suffix


def _refused(file: Path, where: Place) -> str:
    """Why an upload to an index is not taken; empty when it is."""
    if file.suffix.lower() not in SUFFIXES:
        what = file.suffix or "a file without a suffix"
        return f"{what} is no format that is read ({KNOWN}). Convert it to one of these"
    if file.is_symlink() or not file.is_file():
        return "it is no file. Leave it out"
    if file.stat().st_size > LARGEST:
        return f"it is larger than {LARGEST // 1024**2} MB; use: {command(where)}"
    return ""


def _with(report: Report, refused: Sequence[Problem]) -> Report:
    """A report that tells of what was refused before, too."""
    return replace(report, problems=(*refused, *report.problems))
