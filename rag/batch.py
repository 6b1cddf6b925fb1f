"""Many questions from a table, answered into another one, row by row.

Each answer is on disk before the next question is asked, so that a run that was stopped goes
on where it was; a row that cannot be asked says why and costs no other.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from index.errors import BadRequest
from rag.records import Answer

ADDED = ("answer", "short", "refused", "quotes", "citations", "confidence", "problem")
"""Columns that are added to those of the questions."""
READ = (".csv", ".xlsx", ".jsonl")
COLUMN = "question"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet takes a text for a formula."""

Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    """The rows of a table with a column "question".

    Raises:
        BadRequest: the file cannot be read, is of another kind, or has no such column.
    """
    if path.suffix.lower() not in READ:
        raise BadRequest(f"{path.name} is no table that can be read here: {', '.join(READ)}.")
    try:
        rows = list(_READERS[path.suffix.lower()](path))
    except (OSError, ValueError, csv.Error, BadZipFile, KeyError, SyntaxError) as error:
        # openpyxl raises what zip and XML raise: a part that is missing, a tag that is not closed
        raise BadRequest(f"{path} cannot be read: {error}") from None
    if rows and not any(COLUMN in row for row in rows):
        raise BadRequest(
            f"{path.name} has no column “{COLUMN}”. Name the one with the questions so."
        )
    return rows


def answered(
    questions: Path,
    answers: Path,
    ask: Callable[[str], Answer],
    tell: Callable[[int, int], None],
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Ask every question of a table that has no answer yet, and write the table of answers.

    Args:
        questions: the table that is read.
        answers: the table that is written; rows that it has already are kept.
        ask: answers one question.
        tell: called after each row with how many are done and how many there are.
        stop: asked before each row; where it says so, the table ends there.

    Returns:
        How many rows were asked in this run.

    Raises:
        BadRequest: a table cannot be read or written.
    """
    rows = rows_of(questions)
    if answers.suffix.lower() not in READ:
        raise BadRequest(f"Answers are written to {', '.join(READ)}, not to “{answers.name}”.")
    log = answers.with_name(f".{answers.name}.rows.jsonl")
    done = list(_jsonl(log)) if log.exists() else []
    if [row.get(COLUMN) for row in done] != [row.get(COLUMN) for row in rows[: len(done)]]:
        raise BadRequest(f"{log} is of other questions. Remove it, or write to another file.")
    kept = len(done)
    try:
        with log.open("a", encoding="utf-8") as file:
            for number, row in enumerate(rows[kept:], start=kept + 1):
                if stop():
                    break
                done.append({**row, **_answer(row, ask)})
                file.write(json.dumps(done[-1], ensure_ascii=False) + "\n")
                file.flush()
                tell(number, len(rows))
        write(answers, done)
        log.unlink()
    except OSError as error:
        raise BadRequest(f"{answers} cannot be written: {error.strerror}") from None
    return len(done) - kept


def tally(rows: list[Row]) -> str:
    """How many questions were answered, were declined and could not be asked, in words."""
    failed = sum(1 for row in rows if row.get("problem"))
    declined = sum(1 for row in rows if row.get("refused") == "yes")
    answered = len(rows) - failed - declined
    counted = {"answered": answered, "declined": declined, "could not be asked": failed}
    return ", ".join(f"{count:,} {what}" for what, count in counted.items() if count)


def write(path: Path, rows: list[Row]) -> None:
    """Write a table of answers, of the kind that the file's name ends with."""
    _WRITERS[path.suffix.lower()](path, rows)


def _answer(row: Mapping[str, Any], ask: Callable[[str], Answer]) -> Row:
    empty = dict.fromkeys(ADDED, "")
    try:
        answer = ask(str(row.get(COLUMN) or ""))
    except BadRequest as error:
        return {**empty, "problem": str(error)}
    return {
        **empty,
        "answer": answer.text,
        "short": answer.short or "",
        "refused": "yes" if answer.refused else "no",
        "quotes": "\n".join(citation.quote for citation in answer.citations),
        "citations": "\n".join(_source(answer, at) for at in range(len(answer.citations))),
        "confidence": round(answer.confidence, 4),
    }


def _source(answer: Answer, at: int) -> str:
    citation = answer.citations[at]
    day = citation.published.isoformat() if citation.published else ""
    known = (citation.publisher or "", day, citation.title, citation.url or citation.article_id)
    return f"[{citation.number}] " + ", ".join(filter(None, known))


def _jsonl(path: Path) -> Iterator[Row]:
    for line in path.read_text("utf-8-sig").splitlines():
        row = json.loads(line) if line.strip() else {}
        yield row if isinstance(row, dict) else {}


def _csv(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {str(name): value for name, value in row.items() if name is not None}


def _xlsx(path: Path) -> Iterator[Row]:
    import openpyxl

    with path.open("rb") as file:  # openpyxl leaves a file open that it opened itself
        sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).active
        rows = sheet.iter_rows(values_only=True) if sheet is not None else iter(())
        names = [str(name or "") for name in next(rows, ())]
        for values in rows:
            yield {name: _plain(value) for name, value in zip(names, values, strict=False) if name}


def _plain(value: Any) -> Any:
    return (
        value
        if isinstance(value, str | int | float | bool)
        else ""
        if value is None
        else str(value)
    )


def _columns(rows: list[Row]) -> list[str]:
    return [*dict.fromkeys(name for row in rows for name in row if name not in ADDED), *ADDED]


def _inert(value: Any) -> Any:
    """A cell that no spreadsheet runs: articles may begin like a formula."""
    text = isinstance(value, str) and value.startswith(_FORMULA)
    return f"'{value}" if text else value


def _write_csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _columns(rows), restval="")
        writer.writeheader()
        writer.writerows({name: _inert(value) for name, value in row.items()} for row in rows)


def _write_jsonl(path: Path, rows: list[Row]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), "utf-8")


def _write_xlsx(path: Path, rows: list[Row]) -> None:
    import openpyxl
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    names = _columns(rows)
    sheet.append(names)
    for number, row in enumerate(rows, start=2):
        for column, name in enumerate(names, start=1):
            value = row.get(name, "")
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000]
                cell.data_type = "s"  # a text that begins like a formula is a text
            else:
                cell.value = value
    book.save(path)


_READERS = {".csv": _csv, ".xlsx": _xlsx, ".jsonl": _jsonl}
_WRITERS = {".csv": _write_csv, ".xlsx": _write_xlsx, ".jsonl": _write_jsonl}
