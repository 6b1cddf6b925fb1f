"""A run as a page that needs nothing but itself, and as Markdown; two runs side by side.

Questions and answers come from articles that anybody may have written: in the page every
text is escaped and a policy forbids scripts, in Markdown what could be markup is defused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from eval import svg
from eval.figures import FIGURES, HEADLINE, Estimate, by_category, curve
from eval.marks import Mark, reasons
from eval.mutations import MUTATIONS, Trial
from eval.running import Results

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
IN_TOKENS = ("tokens_evaluated", "seconds", "aurc")
"""Figures that are no shares."""
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$^=-])")


class Run:
    """A run with all that is worked out from it, once."""

    def __init__(self, results: Results, name: str) -> None:
        self.name = name
        self.results = results
        self.figures = results.figures
        self.mutations = results.mutations
        self.categories = by_category(results.marks)
        self.curve = curve(results.marks)
        self.marks: Mapping[str, Mark] = {one.id: one for one in results.marks}


def write(folder: Path, runs: Sequence[Run]) -> list[Path]:
    """Write results.json, report.html and report.md of the first run, held against the others."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in ("results.json", "report.html", "report.md")]
    runs[0].results.save(paths[0])
    paths[1].write_text(page(runs), "utf-8")
    paths[2].write_text(markdown(runs), "utf-8")
    return paths


def headline(run: Run) -> str:
    """The two figures that count, in a line."""
    told = [
        f"{run.figures[name].value:.1%} {said}"
        for name, said in HEADLINE.items()
        if name in run.figures
    ]
    return "; ".join(told)


def lost(run: Run, other: Run, most: float) -> list[str]:
    """A line for each figure that is worse than in the other run by more than `most`."""
    found = []
    for name, one in run.figures.items():
        figure = FIGURES[name]
        if figure.more_is_better is None or name in IN_TOKENS or name not in other.figures:
            continue
        was = other.figures[name].value
        if (was - one.value if figure.more_is_better else one.value - was) > most + 1e-9:
            found.append(f"{name} was {was:.3f} and is {one.value:.3f}")
    for name, one in run.mutations.items():
        if name in other.mutations and other.mutations[name].value - one.value > most + 1e-9:
            found.append(
                f"mutation {name} was {other.mutations[name].value:.3f} and is {one.value:.3f}"
            )
    return found


def differing(runs: Sequence[Run]) -> list[tuple[Mark, Mark]]:
    """The questions that turned right or wrong between two runs: new mark, old mark."""
    if len(runs) < 2:
        return []
    now, was = runs[0].marks, runs[1].marks
    pairs = [(now[i], was[i]) for i in now if i in was and now[i].good != was[i].good]
    return sorted(pairs, key=lambda pair: pair[0].good)


# The page.


def page(runs: Sequence[Run]) -> str:
    """The whole page; the first run is the one that it is about."""
    style = files("eval").joinpath("report.css").read_text("utf-8")
    main = runs[0]
    parts = [
        f"<h1>Byline, evaluated</h1><p class=head>{escape(headline(main))}</p>",
        _about(runs),
        "<h2>Figures</h2><p>In brackets the 95% interval, with stories drawn at random.</p>",
        _table(["figure", *(run.name for run in runs)], _figure_rows(runs)),
        "<h2>By category</h2>",
        svg.bars(_rows([run.categories for run in runs]), "right and supported, by category"),
        "<h2>Risk and coverage</h2>",
        _risk(runs),
        "<h2>When the archive changes</h2>",
        _mutations(runs),
        _differences(runs),
        "<h2>Answers that are wrong or not supported</h2>",
        _questions([one for one in main.results.marks if not one.good]),
        "<h2>Answers that are right</h2>",
        _questions([one for one in main.results.marks if one.good]),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Byline, evaluated</title><style>{style}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _about(runs: Sequence[Run]) -> str:
    lines = [
        f'<li><span class="key run{at}"></span>{escape(run.name)}: {escape(_known(run))}</li>'
        for at, run in enumerate(runs)
    ]
    return f"<ul class=about>{''.join(lines)}</ul>"


def _known(run: Run) -> str:
    about = [f"{key} {value}" for key, value in run.results.about.items()]
    return ", ".join([f"{len(run.marks)} questions", *about])


def _figure_rows(runs: Sequence[Run]) -> list[list[str]]:
    return [
        [figure.title, *(_told(run.figures.get(name), name) for run in runs)]
        for name, figure in FIGURES.items()
        if any(name in run.figures for run in runs)
    ]


def _told(one: Estimate | None, name: str = "") -> str:
    if one is None:
        return "—"
    if name == "aurc":
        return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
    if name in IN_TOKENS:
        return f"{one.value:.1f} [{one.low:.1f}, {one.high:.1f}]"
    return f"{one.value:.1%} [{one.low:.1%}, {one.high:.1%}] of {one.count}"


def _rows(
    runs: Sequence[Mapping[str, Estimate]],
) -> list[tuple[str, list[Estimate | None]]]:
    names = dict.fromkeys(name for run in runs for name in run)
    return [(name, [run.get(name) for run in runs]) for name in names]


def _risk(runs: Sequence[Run]) -> str:
    if not any(run.curve for run in runs):
        return "<p>The answers carry no confidence, so there is no curve.</p>"
    return svg.curves([run.curve for run in runs], "risk of a wrong answer over coverage")


def _mutations(runs: Sequence[Run]) -> str:
    if not any(run.mutations for run in runs):
        return (
            "<p>No mutation was tried; <code>--mutations 12</code> tries each on 12 questions.</p>"
        )
    broken = [trial for trial in runs[0].results.trials if not trial.held]
    rows = [[t.mutation, t.id, t.outcome, t.before, t.after] for t in broken]
    return (
        svg.bars(_rows([run.mutations for run in runs]), "share that held, by mutation")
        + f"<p>{escape(_outcomes(runs[0].results.trials))}</p>"
        + (_folded(f"{len(rows)} that did not hold",
                   _table(["mutation", "question", "outcome", "before", "after"], rows))
           if rows else "")
    )  # fmt: skip


def _outcomes(trials: Sequence[Trial]) -> str:
    """How often each mutation came out in which way."""
    told = []
    for name in MUTATIONS:
        every = [trial.outcome for trial in trials if trial.mutation == name]
        counts = ", ".join(f"{every.count(one)} {one}" for one in dict.fromkeys(every))
        told += [f"{name}: {counts}"] if every else []
    return "; ".join(told)


def _differences(runs: Sequence[Run]) -> str:
    if len(runs) < 2:
        return ""
    rows = [
        ["now right" if now.good else "now wrong", f"{now.id}: {now.question}", was.text, now.text]
        for now, was in differing(runs)
    ]
    table = _table(["", "question", runs[1].name, runs[0].name], rows)
    return "<h2>What changed</h2>" + (
        table if rows else "<p>No question turned right or wrong.</p>"
    )


def _questions(marks: Sequence[Mark]) -> str:
    rows = [[f"{one.id} ({one.category})", one.question, one.text, _why(one)] for one in marks]
    table = _table(["id", "question", "answer", "marked"], rows)
    return _folded(f"{len(rows)} questions", table) if rows else "<p>None.</p>"


def _why(one: Mark) -> str:
    """What is right or wrong with an answer, in words."""
    said = reasons(one)
    if one.confidence is not None:
        said.append(f"confidence {one.confidence:.2f}")
    return "; ".join(said) or "right"


def _table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    cells = "".join(f"<th>{escape(one)}</th>" for one in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f"<div class=wide><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _folded(summary: str, inside: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{inside}</details>"


# Markdown.


def markdown(runs: Sequence[Run]) -> str:
    """The figures, the mutations and what changed; the answers stand in the page."""
    main = runs[0]
    names = [_plain(run.name) for run in runs]
    parts = [
        "# Byline, evaluated",
        headline(main),
        "\n".join(f"- {_plain(run.name)}: {_plain(_known(run))}" for run in runs),
        _rows_of(["figure", *names], _figure_rows(runs)),
        "## By category",
        _rows_of(["category", *names], _estimates([run.categories for run in runs])),
    ]
    if main.mutations:
        parts += [
            "## When the archive changes",
            _rows_of(["mutation", *names], _estimates([run.mutations for run in runs])),
            _plain(_outcomes(main.results.trials)),
        ]
    if len(runs) > 1:
        rows = [
            [
                "now right" if now.good else "now wrong",
                f"{now.id}: {now.question}",
                was.text,
                now.text,
            ]
            for now, was in differing(runs)
        ]
        parts += ["## What changed", _rows_of(["", "question", names[1], names[0]], rows)
                  if rows else "No question turned right or wrong."]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _estimates(runs: Sequence[Mapping[str, Estimate]]) -> list[list[str]]:
    return [[name, *(_told(one) for one in row)] for name, row in _rows(runs)]


def _rows_of(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """A text on one line in which nothing is Markdown."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
