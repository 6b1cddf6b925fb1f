"""A run as Markdown, or two side by side: the figures, the mutations and what changed.

Questions and answers come from articles that anybody may have written: what could be
markup in them is defused. The answers themselves stand in the page (`eval.page`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from eval.figures import Estimate
from eval.runs import Row, Run, differing, headline, outcomes, pairs, tables, told, told_change

INTERVALS = (
    "In brackets: the 95% interval, with whole stories drawn at random. Where no question "
    "differs from the others there is nothing to draw from, and the interval is a point; that "
    "is no certainty."
)
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$^=-])")


def markdown(runs: Sequence[Run]) -> str:
    """The summary; the first run is the one that it is about."""
    main = runs[0]
    names = [_plain(run.name) for run in runs]
    parts = [
        "# Byline, evaluated",
        _plain(headline(main)),
        "\n".join(f"- {_plain(run.name)}: {_plain(run.about)}" for run in runs),
        INTERVALS,
        *(_group(group, names, rows) for group, rows in tables(runs).items()),
        "## By category",
        "Right and supported, or rightly declined.",
        _rows_of(["category", *names], _estimates([run.categories for run in runs])),
    ]
    if main.mutations:
        parts += [
            "## When the archive changes",
            _rows_of(["mutation", *names], _estimates([run.mutations for run in runs])),
            _rows_of(
                ["mutation", "change", "holds where", "what came of it"],
                outcomes(main.results.trials),
            ),
        ]
    if len(runs) > 1:
        parts += ["## What changed", _changed(runs, names)]
    return "\n\n".join(parts) + "\n"


def _group(group: str, names: Sequence[str], rows: Sequence[Row]) -> str:
    """One table of figures; two runs have their difference beside them."""
    head = [group.lower(), *names, *(["difference"] if len(names) > 1 else [])]
    return _rows_of(
        head,
        [
            [
                row.title,
                *(_told(one, row.name) for one in row.estimates),
                *([_change(row)] if len(names) > 1 else []),
            ]
            for row in rows
        ],
    )


def _change(row: Row) -> str:
    if row.change is None:
        return "—"
    verdict = f" {row.verdict}" if row.verdict else ""
    return " ".join(told_change(row.change, row.name)) + verdict


def _changed(runs: Sequence[Run], names: Sequence[str]) -> str:
    rows = [
        ["now right" if now.good else "now wrong", f"{now.id}: {now.question}", was.text, now.text]
        for now, was in differing(runs)
    ]
    if not rows:
        return "No question turned right or wrong."
    return _rows_of(["", "question", names[1], names[0]], rows)


def _estimates(runs: Sequence[Mapping[str, Estimate]]) -> list[list[str]]:
    return [[name, *(_told(one) for one in row)] for name, row in pairs(runs)]


def _told(one: Estimate | None, name: str = "") -> str:
    return " ".join(told(one, name)) if one is not None else "—"


def _rows_of(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """A text on one line in which nothing is Markdown."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
