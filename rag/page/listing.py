"""The list of the archive, and what an upload brought, as HTML."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from index.errors import BylineError
from index.prompt_injection import gives_orders
from index.records import Card, Progress, Report
from rag.names.register import Name
from rag.page.archive import Ongoing
from rag.page.batches import Batch
from rag.page.html import many, render
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


def names_table(names: Sequence[Name]) -> str:
    """Names with the number of stories that mention each; a click lists these."""
    most = max((name.stories for name in names), default=1)
    return render("names", names=names[:NAMES], most=most)
