"""Plots as inline SVG, drawn by hand: no script, no font, nothing from elsewhere.

Colours are classes that the page's style sheet fills, so that light and dark are one file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from eval.figures import Estimate

LABEL, BAR, ROW = 150, 360, 17
"""Widths of a bar's label and of a full bar, and the height of one bar, in pixels."""
PLOT = (420, 240)
"""Width and height of the plane in which curves are drawn."""


def bars(rows: Sequence[tuple[str, Sequence[Estimate | None]]], title: str) -> str:
    """Horizontal bars from 0 to 1 with their intervals; one for each run in each row."""
    runs = max((len(row) for _, row in rows), default=1)
    step = runs * ROW + 12
    parts, top = [_grid(len(rows) * step)], 6.0
    for label, row in rows:
        middle = top + runs * ROW / 2 + 4
        parts.append(_text(LABEL - 8, middle, label, "end"))
        for run, estimate in enumerate(row):
            if estimate is not None:
                parts.append(_bar(top + run * ROW, estimate, run))
        top += step
    return _svg(LABEL + BAR + 130, top + 22, parts, title)


def curves(lines: Sequence[Sequence[tuple[float, float]]], title: str) -> str:
    """Risk over coverage, both from 0 to 1 (the risk up to its largest); one line for each run."""
    highest = max((risk for line in lines for _, risk in line), default=0.0)
    ceiling = next((top for top in (0.1, 0.2, 0.4, 0.6, 0.8) if highest <= top), 1.0)
    left, top, (width, height) = 60, 12, PLOT
    parts = []
    for step in range(5):
        share = step / 4
        x, y = left + share * width, top + height - share * height
        parts.append(_line(left, y, left + width, y, "grid"))
        parts.append(_text(left - 8, y + 4, f"{share * ceiling:.0%}", "end"))
        parts.append(_text(x, top + height + 18, f"{share:.0%}", "middle"))
    target = top + height - 0.05 / ceiling * height
    parts.append(_line(left, target, left + width, target, "target"))
    for run, line in enumerate(lines):
        places = [
            f"{left + coverage * width:.1f},{top + height - risk / ceiling * height:.1f}"
            for coverage, risk in line
        ]
        parts.append(f'<polyline class="curve run{run}" points="{" ".join(places)}"/>')
    parts.append(
        _text(left + width / 2, top + height + 36, "share of questions answered", "middle")
    )
    parts.append(_text(left + width - 4, target - 5, "5% risk", "end"))
    return _svg(left + width + 30, top + height + 44, parts, title)


def _grid(height: float) -> str:
    lines = []
    for step in range(5):
        x = LABEL + step / 4 * BAR
        lines.append(_line(x, 0, x, height, "grid"))
        lines.append(_text(x, height + 16, f"{step / 4:.0%}", "middle"))
    return "".join(lines)


def _bar(top: float, one: Estimate, run: int) -> str:
    middle = top + ROW / 2 - 1
    low, high, end = (LABEL + part * BAR for part in (one.low, one.high, one.value))
    return (
        f'<rect class="bar run{run}" x="{LABEL}" y="{top:.1f}" width="{end - LABEL:.1f}" '
        f'height="{ROW - 3}"/>'
        + _line(low, middle, high, middle, "range")
        + _line(low, middle - 4, low, middle + 4, "range")
        + _line(high, middle - 4, high, middle + 4, "range")
        + _text(LABEL + BAR + 12, middle + 4, f"{one.value:.0%} of {one.count}", "start")
    )


def _line(x: float, y: float, right: float, bottom: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{bottom:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, parts: Iterable[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
