"""Days as small pictures: an answer's sources on a line, and an archive over time.

SVG that stands in the page itself, in the colours of the text around it. Each has a
label that says in words what it shows. Nothing here knows where the days come from.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from rag.page.inert import day, inert, many, outlet
from rag.records import Citation

WIDTH = 440
"""Units across; the picture is as wide as its place."""
MARGIN = 24
DOT = 9
ROW = 22
BARS = 60
"""Bars of an archive's picture at most."""
TALL = 64

_UNITS = (1, 7, 30, 91, 365, 3652)


def of_citations(citations: Sequence[Citation]) -> str:
    """Where each dated source stands between the first and the last; "" without two of them."""
    dated = {one.article_id: one for one in reversed(citations) if one.published}
    placed = sorted(dated.values(), key=lambda one: (one.published, one.number))
    days = [one.published for one in placed if one.published]
    if len(placed) < 2:
        return ""
    spots = _spots([_at(one, days[0], days[-1]) for one in days])
    rows = max(row for _, row in spots) + 1
    height = rows * ROW + 26
    base = rows * ROW + 4
    dots = "".join(
        _dot(citation, x, base - 13 - row * ROW)
        for citation, (x, row) in zip(placed, spots, strict=True)
    )
    said = "; ".join(
        f"{outlet(one.publisher, one.url) or one.title}: {day(one.published)}" for one in placed
    )
    return _figure(height, f"Sources by date. {said}", _axis(base, days[0], days[-1]) + dots)


def of_archive(days: Sequence[dt.date], undated: int = 0) -> str:
    """How many articles there are of each stretch of time; "" without a dated one."""
    if not days:
        return ""
    first, last = min(days), max(days)
    step = next((unit for unit in _UNITS if (last - first).days // unit < BARS), _UNITS[-1])
    counts = Counter((one - first).days // step for one in days)
    slots = (last - first).days // step + 1
    wide = (WIDTH - 2 * MARGIN) / slots
    most = max(counts.values())
    bars = "".join(
        f'<rect x="{MARGIN + at * wide:.1f}" y="{TALL - tall:.1f}" '
        f'width="{max(wide - 1, 1):.1f}" height="{tall:.1f}"><title>{_stretch(first, at, step)}: '
        f"{many(count, 'article')}</title></rect>"
        for at, count in sorted(counts.items())
        for tall in [max(2.0, (TALL - 6) * count / most)]
    )
    label = f"Articles over time, {day(first)} to {day(last)}; at most {most} at a time"
    label += f"; {many(undated, 'article')} without a date" if undated else ""
    return _figure(TALL + 24, label, bars + _axis(TALL, first, last))


def _stretch(first: dt.date, at: int, step: int) -> str:
    opening = first + dt.timedelta(days=at * step)
    if step == 1:
        return day(opening)
    return f"{day(opening)} to {day(opening + dt.timedelta(days=step - 1))}"


def _at(one: dt.date, first: dt.date, last: dt.date) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * (one - first).days / max((last - first).days, 1)


def _spots(places: Sequence[float]) -> list[tuple[float, int]]:
    """For places in order, where each dot goes: its place, and a row in which it touches none."""
    ends: list[float] = []
    spots = []
    for x in places:
        row = next((at for at, end in enumerate(ends) if x - end >= 2 * DOT + 2), len(ends))
        ends[row : row + 1] = [x]
        spots.append((x, row))
    return spots


def _dot(citation: Citation, x: float, y: float) -> str:
    title = inert(
        f"{outlet(citation.publisher, citation.url) or citation.title}, {day(citation.published)}"
    )
    return (
        f'<g><title>{title}</title><circle cx="{x:.1f}" cy="{y}" r="{DOT}"/>'
        f'<text class="byline-dot" x="{x:.1f}" y="{y + 4}" text-anchor="middle">'
        f"{citation.number}</text></g>"
    )


def _axis(y: float, first: dt.date, last: dt.date) -> str:
    line = f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y}" y2="{y}"/>'
    ends = [(MARGIN, "start", first), (WIDTH - MARGIN, "end", last)]
    texts = "".join(
        f'<text x="{x}" y="{y + 17}" text-anchor="{anchor}">{day(one)}</text>'
        for x, anchor, one in ends[: 1 if first == last else 2]
    )
    return line + texts


def _figure(height: float, label: str, inside: str) -> str:
    return (
        f'<svg class="byline-timeline" role="img" aria-label="{inert(label)}" '
        f'viewBox="0 0 {WIDTH} {height}">{inside}</svg>'
    )
