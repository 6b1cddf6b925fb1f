"""The list of the archive, and what an upload brought, as HTML."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from index.errors import BylineError
from index.prompt_injection import gives_orders
from index.records import Card, Progress, Report
from rag.names.register import UNKNOWN, Register
from rag.page.archive import Ongoing
from rag.page.batches import Batch
from rag.page.html import many, render
from rag.page.overview import Bar
from rag.page.views import FindArticle, named, nothing

NAMES = 100
"""Names that are listed."""
SHOWN = 50
"""Rows of the list that come at a time."""
NAMED = 30
"""Articles, and files that were skipped, that a report names one by one."""
COMMAND = ": byline "
"""What leads a command in a warning."""
PACE = 0.3
"""Seconds between two looks at an ingest."""
NONE_PASS = "No article passes these filters."


def listing(cards: Sequence[Card], limit: int, filtered: bool, find: FindArticle = nothing) -> str:
    """The articles as a table, the first `limit` of them."""
    rows = [
        (
            named(card, find),
            card.origin != card.article_id,
            (article := find(card.article_id)) is not None and gives_orders(article),
        )
        for card in cards[:limit]
    ]
    return render("listing", rows=rows, total=len(cards), filtered=filtered, none_pass=NONE_PASS)


def ingest_shown(
    events: Iterator[Progress | Report], ongoing: Callable[[], Ongoing | None] = lambda: None
) -> Iterator[str]:
    """What to show of an ingest as it goes on; trouble is shown, not raised."""
    counts: Counter[str] = Counter()
    stored: list[Progress] = []
    shown = time.monotonic()
    yield progress(counts)
    try:
        for event in events:
            if isinstance(event, Report):
                yield report(event, stored)
                continue
            counts[event.kind] += 1
            if event.kind in ("added", "updated"):
                stored.append(event)
            if len(stored) < 2 or time.monotonic() - shown > PACE:
                shown = time.monotonic()
                yield progress(counts, event.source, ongoing())
    except BylineError as error:
        yield trouble(str(error))


def progress(counts: Counter[str], source: str = "", ongoing: Ongoing | None = None) -> str:
    """How far an ingest has come, what it reads, and how long it will take."""
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    part = ongoing.part if ongoing else 0.0
    left = ""
    if ongoing and 0 < part < 1:
        seconds = (time.monotonic() - ongoing.began) * (1 - part) / part
        left = f"about {many(round(seconds / 60), 'minute')} left" if seconds > 90 else ""
    return render(
        "report",
        done=None,
        said=said,
        source=source,
        percent=round(100 * part),
        left=left,
    )


def report(done: Report, stored: Sequence[Progress] = ()) -> str:
    """What an ingest did: what was `stored`, copies, what is doubtful, what was skipped and why."""
    counted = [
        f"{many(done.added, 'article')} added",
        f"{done.updated:,} updated" if done.updated else "",
        f"{done.unchanged:,} known already" if done.unchanged else "",
        f"{len(done.problems):,} skipped" if done.problems else "",
        many(len(done.warnings), "warning") if done.warnings else "",
    ]
    said = f"{', '.join(filter(None, counted))} in {done.seconds:.1f} s."
    said = f"Stopped before the end. {said}" if done.interrupted else said
    # Who drops files on a page has no use for a command.
    warned = [replace(one, reason=one.reason.partition(COMMAND)[0]) for one in done.warnings]
    return render("report", done=done, said=said, stored=stored, warned=warned, limit=NAMED)


def batch(one: Batch) -> str:
    """How far a table of questions has been answered."""
    return render("batch", batch=one)


def trouble(message: str) -> str:
    """Something that went wrong, in one line for the reader."""
    return render("status", kind="byline-problem", said=message)


def said(message: str) -> str:
    """Something that was done, in one line."""
    return render("status", kind="byline-report", said=message)


WIDTH, HEIGHT = 120, 16
"""Units of the picture of a name over the months."""


def names_table(register: Register, kind: str = "") -> str:
    """The names of an archive, or those of one kind, with their stories in all and by month.

    A click lists the stories.
    """
    names = [name for name in register.names if kind in ("", name.kind)][:NAMES]
    counts = [
        {one.month: one.stories for one in register.months(name) if one.month != UNKNOWN}
        for name in names
    ]
    months = _months(sorted({month for of_one in counts for month in of_one}))
    most = max((count for of_one in counts for count in of_one.values()), default=1)
    drawn = [
        [_bar(at, len(months), of_one[month] / most, f"{month}: {of_one[month]}")
         for at, month in enumerate(months) if month in of_one]
        for of_one in counts
    ]  # fmt: skip
    return render("names", rows=list(zip(names, drawn, strict=True)), size=(WIDTH, HEIGHT))


def _bar(at: int, count: int, share: float, title: str) -> Bar:
    wide = WIDTH / count
    return Bar(round(at * wide, 1), round(max(wide - 0.5, 1), 1), round(HEIGHT * share, 1), title)


def _months(known: Sequence[str]) -> list[str]:
    """All months from the first to the last, as 2024-12."""
    if not known:
        return []
    first, last = (int(one[:4]) * 12 + int(one[5:]) - 1 for one in (known[0], known[-1]))
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, last + 1)]
