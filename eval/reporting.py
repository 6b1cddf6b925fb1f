"""What `byline eval` leaves behind: every answer as JSON, a page, and a summary in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.markdown import markdown
from eval.page import page
from eval.runs import Run


def write(folder: Path, runs: Sequence[Run]) -> list[Path]:
    """Write results.json, report.html and report.md of the first run, held against the others."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in ("results.json", "report.html", "report.md")]
    runs[0].results.save(paths[0])
    paths[1].write_text(page(runs), "utf-8")
    paths[2].write_text(markdown(runs), "utf-8")
    return paths
