"""A run as a page that needs nothing but itself, or two side by side.

Questions and answers come from articles that anybody may have written: every text is
escaped, and a policy forbids scripts and anything from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from eval import svg
from eval.figures import RISK, Estimate
from eval.marks import Mark, reasons
from eval.runs import (
    Row,
    Run,
    counted,
    differing,
    headlines,
    outcomes,
    pairs,
    reworded,
    tables,
    told,
    told_change,
)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
SHOWN = 12
"""As many questions are shown at once; more are folded."""
INTERVALS = (
    "In brackets the 95% interval: the figures that other stories like these would give "
    "(whole stories are drawn at random, 1,000 times). Where no question differs from the "
    "others there is nothing to draw from, and the interval is a point; with few questions "
    "that is no certainty."
)
COMPARED = (
    " The difference is that of the questions which both runs asked, with the same stories "
    "drawn for both, shares in points of a hundred; it is called better or worse where its "
    "interval leaves out zero."
)


def page(runs: Sequence[Run]) -> str:
    """The whole page; the first run is the one that it is about."""
    style = files("eval").joinpath("report.css").read_text("utf-8")
    main, names = runs[0], [run.name for run in runs]
    parts = [
        "<h1>Byline, evaluated</h1>",
        _cards(main),
        _about(runs),
        _differences(runs),
        "<h2>Figures</h2>",
        _note(INTERVALS + (COMPARED if len(runs) > 1 else "")),
        _figures(runs),
        "<h2>By category</h2>",
        _note("The share that is right and supported, or rightly declined, with its interval."),
        svg.bars(pairs([run.categories for run in runs]), "right, by category", names),
        "<h2>Risk and coverage</h2>",
        _risk(runs),
        "<h2>When the archive changes</h2>",
        _mutations(runs),
        "<h2>Answers that are wrong or not supported</h2>",
        _questions([one for one in main.results.marks if not one.good]),
        "<h2>Answers that are right</h2>",
        _questions([one for one in main.results.marks if one.good], shown=0),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Byline, evaluated</title><style>{style}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _cards(run: Run) -> str:
    """The figures that count, large."""
    told = (
        f"<strong>{value}</strong> <span class=range>{interval}</span><br>{escape(said)}"
        for value, interval, said in headlines(run)
    )
    return f"<div class=cards>{''.join(f'<p>{one}</p>' for one in told)}</div>"


def _about(runs: Sequence[Run]) -> str:
    lines = [
        f"<li>{_key(at) if len(runs) > 1 else ''}{escape(run.name)}: {escape(run.about)}</li>"
        for at, run in enumerate(runs)
    ]
    return f"<ul class=about>{''.join(lines)}</ul>"


def _key(at: int) -> str:
    return f'<span class="key run{at}"></span>'


def _note(text: str) -> str:
    return f"<p class=note>{escape(text)}</p>"


# Figures.


def _figures(runs: Sequence[Run]) -> str:
    several = len(runs) > 1
    names = [(_key(at) if several else "") + escape(run.name) for at, run in enumerate(runs)]
    head = ["", *names, *(["difference"] if several else [])]
    body = ""
    for group, rows in tables(runs).items():
        body += f"<tr><th colspan={len(head)} class=group>{escape(group)}</th></tr>"
        body += "".join(_row(row, compared=several) for row in rows)
    cells = "".join(f"<th>{one}</th>" for one in head)
    return (
        "<div class=wide><table class=figures>"
        f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Row, *, compared: bool) -> str:
    cells = [_estimate(one, row.name) for one in row.estimates]
    if compared:
        cells.append(_change(row))
    return f"<tr><td>{escape(row.title)}</td>{''.join(f'<td>{one}</td>' for one in cells)}</tr>"


def _estimate(one: Estimate | None, name: str = "") -> str:
    if one is None:
        return "—"
    value, interval, count = told(one, name)
    return f"{value} <span class=range>{interval} {count}</span>"


def _change(row: Row) -> str:
    if row.change is None:
        return "—"
    value, interval = told_change(row.change, row.name)
    verdict = f" <strong class={row.verdict}>{row.verdict}</strong>" if row.verdict else ""
    return f"{value} <span class=range>{interval}</span>{verdict}"


def _risk(runs: Sequence[Run]) -> str:
    if not any(run.curve for run in runs):
        return _note("No answer carries a confidence, so there is no curve.")
    return _note(
        "Were only the most confident answers given: how many of them would be wrong. The lower "
        "the line, the better confidence tells right from wrong."
    ) + svg.curves(
        [run.curve for run in runs],
        "share of wrong answers over the share of questions answered",
        [run.name for run in runs],
        RISK,
    )


# Mutations.


def _mutations(runs: Sequence[Run]) -> str:
    if not any(run.mutations for run in runs):
        return (
            "<p class=note>No mutation was tried; <code>--mutations 12</code> asks 12 questions "
            "again for each of six changes of a copy of the archive.</p>"
        )
    broken = [trial for trial in runs[0].results.trials if not trial.held]
    rows = [[t.mutation, t.id, t.outcome, t.before, t.after] for t in broken]
    head = ["mutation", "the change", "an answer holds where", "what came of it"]
    return (
        _note("The share of answers that follow a change of the archive as they must.")
        + svg.bars(
            pairs([run.mutations for run in runs]), "held, by mutation", [run.name for run in runs]
        )
        + _table(head, outcomes(runs[0].results.trials))
        + (
            _folded(
                f"{counted(len(rows), 'answer')} that did not hold",
                _table(["mutation", "question", "outcome", "before", "after"], rows),
            )
            if rows
            else ""
        )
    )


# Questions.


def _differences(runs: Sequence[Run]) -> str:
    if len(runs) < 2:
        return ""
    rows = [
        ["now right" if now.good else "now wrong", f"{now.id} ({now.category})", now.question,
         was.text, now.text]
        for now, was in differing(runs)
    ]  # fmt: skip
    wrong = sum(row[0] == "now wrong" for row in rows)
    note = _note(
        f"{counted(wrong, 'answer')} turned wrong and {len(rows) - wrong} turned right; "
        f"{reworded(runs)} more say something else and count as before."
    )
    table = _table(["", "id", "question", runs[1].name, runs[0].name], rows) if rows else ""
    folded = _folded(counted(len(rows), "question"), table) if len(rows) > SHOWN else table
    return f"<h2>What changed</h2>{note}{folded}"


def _questions(marks: Sequence[Mark], shown: int = SHOWN) -> str:
    if not marks:
        return _note("None.")
    listed = "".join(map(_question, marks))
    return listed if len(marks) <= shown else _folded(counted(len(marks), "question"), listed)


def _question(one: Mark) -> str:
    why = "; ".join(reasons(one))
    sure = "" if one.confidence is None else f"confidence {one.confidence:.2f}"
    parts = [
        f"<p class=asked>{escape(one.question)} "
        f"<span class=range>{escape(one.id)}, {escape(one.category)}</span></p>",
        f"<p><strong>{escape(one.short)}</strong></p>" if one.short else "",
        f"<p>{escape(one.text)}</p>",
        f"<p class=note>{escape('. '.join(filter(None, [why, sure])))}</p>",
    ]
    state = "good" if one.good else "bad"
    return f'<article class="{state}">{"".join(parts)}</article>'


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
