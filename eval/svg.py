"""Plots as inline SVG, drawn by hand: no script, no font, nothing from elsewhere.

Colours are classes that the page's style sheet fills, so that light and dark are one file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from eval.figures import Estimate

LABEL, BAR, ROW = 130, 360, 18
"""Widths of a bar's label and of a full bar, and the height of one bar, in pixels."""
TOLD = 200
"""Room for the words beside a bar."""
LETTER = 7
"""Width of a letter, more or less."""
PLOT = (420, 220)
"""Width and height of the plane in which curves are drawn."""
MARKED = 40
"""Up to that many points are marked on a curve; more would run together."""

Curve = Sequence[tuple[float, float]]


def bars(
    rows: Sequence[tuple[str, Sequence[Estimate | None]]], title: str, names: Sequence[str] = ()
) -> str:
    """Horizontal bars from 0 to 1 with their intervals; one for each run in each row."""
    runs = max((len(row) for _, row in rows), default=1)
    longest = max((len(label) for label, _ in rows), default=0)
    left = float(max(LABEL, longest * LETTER + 10))
    step = runs * ROW + 10
    head = _legend(left, names)
    top = 24.0 if head else 6.0
    parts = [head, _grid(left, top - 4, len(rows) * step)]
    for label, row in rows:
        parts.append(_text(left - 8, top + runs * ROW / 2 + 3, label, "end"))
        for run, estimate in enumerate(row):
            if estimate is not None:
                parts.append(_bar(left, top + run * ROW, estimate, run))
        top += step
    return _svg(left + BAR + TOLD, top + 22, parts, title)


def curves(lines: Sequence[Curve], title: str, names: Sequence[str], risk: float) -> str:
    """Risk over coverage, both from 0 to 1 (the risk up to its largest); one line for each run."""
    highest = max((risk for line in lines for _, risk in line), default=0.0)
    ceiling = next((top for top in (0.1, 0.2, 0.4, 0.6, 0.8) if highest <= top), 1.0)
    head = _legend(60, names)
    left, top, (width, height) = 60, 50 if head else 30, PLOT
    parts = [head, _text(left - 40, top - 16, "share of these that is wrong", "start")]
    for step in range(5):
        share = step / 4
        x, y = left + share * width, top + height - share * height
        parts.append(_line(left, y, left + width, y, "grid"))
        parts.append(_text(left - 8, y + 4, _percent(share * ceiling), "end"))
        parts.append(_text(x, top + height + 18, f"{share:.0%}", "middle"))
    target = top + height - risk / ceiling * height
    parts.append(_line(left, target, left + width, target, "target"))
    parts.append(_text(left + width + 6, target + 4, f"{risk:.0%} risk", "start"))
    for run, line in enumerate(lines):
        places = [
            (left + coverage * width, top + height - wrong / ceiling * height)
            for coverage, wrong in line
        ]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="curve run{run}" points="{drawn}"/>')
        if len(places) <= MARKED:
            parts += [
                f'<circle class="dot run{run}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places
            ]
    parts.append(
        _text(left + width / 2, top + height + 38, "share of all questions answered", "middle")
    )
    return _svg(left + width + 70, top + height + 46, parts, title)


def _legend(left: float, names: Sequence[str]) -> str:
    """Which colour is which run; nothing where there is only one."""
    if len(names) < 2:
        return ""
    parts, x = [], left
    for run, name in enumerate(names):
        parts.append(f'<rect class="bar run{run}" x="{x:.1f}" y="2" width="11" height="11"/>')
        parts.append(_text(x + 16, 12, name, "start"))
        x += 16 + (len(name) + 3) * LETTER
    return "".join(parts)


def _grid(left: float, top: float, height: float) -> str:
    lines = []
    for step in range(5):
        x = left + step / 4 * BAR
        lines.append(_line(x, top, x, top + height, "grid"))
        lines.append(_text(x, top + height + 16, f"{step / 4:.0%}", "middle"))
    return "".join(lines)


def _bar(left: float, top: float, one: Estimate, run: int) -> str:
    middle = top + ROW / 2 - 1
    low, high, end = (left + part * BAR for part in (one.low, one.high, one.value))
    interval = f"[{one.low:.0%}, {one.high:.0%}] of {one.count}"
    return (
        f'<rect class="bar run{run}" x="{left:.1f}" y="{top + 1:.1f}" width="{end - left:.1f}" '
        f'height="{ROW - 4}"/>'
        + _line(low, middle, high, middle, "range")
        + _line(low, middle - 4, low, middle + 4, "range")
        + _line(high, middle - 4, high, middle + 4, "range")
        + _text(left + BAR + 12, middle + 4, f"{one.value:.0%}", "start")
        + _text(left + BAR + 54, middle + 4, interval, "start", "soft")
    )


def _percent(share: float) -> str:
    """With as many places as it needs: 2.5%, 5%."""
    return f"{share * 100:.3g}%"


def _line(x: float, y: float, right: float, bottom: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{bottom:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    said = f' class="{kind}"' if kind else ""
    return f'<text{said} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, parts: Iterable[str], title: str) -> str:
    return (
        f'<div class=wide><svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg></div>"
    )
