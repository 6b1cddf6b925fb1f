"""Windows of days: what a reader typed, and how it is widened. Nothing here asks or shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

Window = tuple[dt.date | None, dt.date | None]


def read(given: str | None) -> dt.date | None:
    """The day that a reader typed, None for a blank or for what is no day."""
    try:
        return dt.date.fromisoformat((given or "").strip())
    except ValueError:
        return None


def wider(since: str | None, until: str | None, days: Iterable[dt.date | None]) -> Window | None:
    """The window stretched until it holds `days`; None if it holds them, or there are none."""
    known = [day for day in days if day is not None]
    if not known:
        return None
    first, last = read(since), read(until)
    window = first and min(first, *known), last and max(last, *known)
    return None if window == (first, last) else window


def within(day: dt.date | None, since: dt.date | None, until: dt.date | None) -> bool:
    """True for a day in the window; an unknown day is in none but the open one."""
    if day is None:
        return since is None and until is None
    return not (since and day < since) and not (until and day > until)
