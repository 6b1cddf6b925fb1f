"""How an ingest is told of: a bar or now and then a line as it goes, and what it did in the end.

Articles are hostile input: every string of theirs passes through `terminal.one_line`.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from rag.cli.terminal import err, one_line

if TYPE_CHECKING:
    from index.readers import Meter
    from index.records import Problem, Progress, Report

LINE_SECONDS = 15.0
"""How often a line is written where there is no terminal."""
FEWEST_SECONDS = 1.0
"""Before this, a rate says nothing."""


class Tally:
    """Tells on standard error how far an ingest has come.

    A terminal shows a bar with the articles done, the chunks a second and the time
    left; anything else gets a line now and then, so that a short ingest writes none.
    """

    def __init__(
        self, meter: Meter, *, silent: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._meter = meter
        self._clock = clock
        self._console = err()
        self._lines = not silent and not self._console.is_terminal
        self._counts: Counter[str] = Counter()
        self._chunks = 0
        self._done = 0
        self._began = self._told = clock()
        self._bar = ProgressBar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TimeElapsedColumn(),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            redirect_stdout=False,
            disable=silent or self._lines,
            get_time=clock,
        )
        self._task = self._bar.add_task("reading", total=None)

    def __enter__(self) -> Tally:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, event: Progress) -> None:
        """Count one article in."""
        self._counts[event.kind] += 1
        self._chunks += event.chunks
        self._done = self._meter.reached(event.source)
        total = self._meter.total or None
        self._bar.update(self._task, description=self._said(), total=total, completed=self._done)
        now = self._clock()
        if self._lines and now - self._told >= LINE_SECONDS:
            self._told = now
            self._console.print(Text(self._said() + self._left(now)), soft_wrap=True)

    def _said(self) -> str:
        articles = sum(self._counts[kind] for kind in ("added", "updated", "unchanged"))
        said = f"{articles:,} articles"
        passed = self._clock() - self._began
        if self._chunks and passed >= FEWEST_SECONDS:
            said += f", {self._chunks / passed:.0f} chunks/s"
        if self._counts["skipped"]:
            said += f", {self._counts['skipped']} skipped"
        return said

    def _left(self, now: float) -> str:
        """How long what is left will take if it is like what has been stored."""
        done, total = self._done, self._meter.total
        if not 0 < done < total:
            return ""
        left = round((now - self._began) * (total - done) / done)
        hours, minutes, seconds = left // 3600, left // 60 % 60, left % 60
        return f", about {hours}:{minutes:02}:{seconds:02} left"


class Waiting:
    """Tells on standard error, once, for whom this process waits."""

    def __init__(self) -> None:
        self._told = False

    def __call__(self, holder: str, waited: float) -> None:
        """Tell of a writer that has the index."""
        if not self._told:
            self._told = True
            err().print(Text(f"Waiting for {holder}, which is writing to the index."))


def say_stopping() -> None:
    """Say that a first Ctrl-C was heard; for a signal handler, so past all buffers and locks."""
    said = b"\nStopping after the articles in hand. Ctrl-C again stops at once.\n"
    with contextlib.suppress(OSError):
        os.write(2, said)


def stopped_text(report: Report, *, rebuild: bool = False) -> str:
    """The last line of an ingest that was stopped early."""
    kept = "; the old index stays in use until the new one is done" if rebuild else ""
    return (
        f"Stopped early: {report.added} added and {report.updated} updated{kept}. "
        "The same command goes on from there."
    )


def report_text(report: Report) -> str:
    """How many articles an ingest added and so on, and one line for each that needs a look."""
    counts = {
        "added": report.added,
        "updated": report.updated,
        "superseded": len(report.superseded),
        "removed": len(report.removed),
        "copies": len(report.copies),
        "unchanged": report.unchanged,
        "skipped": len(report.problems),
        "warnings": len(report.warnings),
    }
    counted = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    lines = [f"{counted}; {report.chunks} chunks in {report.seconds:.1f} s"]
    pairs = [f"{old} is superseded by {new}" for old, new in report.superseded]
    pairs += [f"{copied} is a copy of {origin}" for copied, origin in report.copies]
    pairs += [f"removed {removed}: {source} is gone" for removed, source in report.removed]
    pairs += [f"skipped {_told(one)}" for one in report.problems]
    pairs += [f"warning {_told(one)}" for one in report.warnings]
    return "\n".join([*lines, *map(one_line, pairs)])


def _told(problem: Problem) -> str:
    """A source and what is wrong with it, its name once: "/home/a.md, front matter: …"."""
    folder, slash, name = problem.source.rpartition("/")
    is_named = bool(name) and re.match(rf"{re.escape(name)}[,:]", problem.reason)
    return f"{folder}{slash}{problem.reason}" if is_named else f"{problem.source}: {problem.reason}"


def report_dict(report: Report) -> dict[str, Any]:
    """JSON form of what an ingest did."""
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "chunks": report.chunks,
        "superseded": [{"id": old, "by": new} for old, new in report.superseded],
        "removed": [{"id": one, "source": source} for one, source in report.removed],
        "copies": [{"id": copied, "origin": origin} for copied, origin in report.copies],
        "skipped": [{"source": one.source, "reason": one.reason} for one in report.problems],
        "warnings": [{"source": one.source, "reason": one.reason} for one in report.warnings],
        "seconds": round(report.seconds, 3),
        "interrupted": report.interrupted,
        "not_pruned": report.not_pruned or None,
    }
