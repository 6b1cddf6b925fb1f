"""A table of questions, answered row by row into another table."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from index.errors import BadRequest
from rag.batch import ADDED, answered, rows_of, tally
from rag.records import Answer, Citation

ROWS = [("1", "Who won?"), ("2", ""), ("3", "When?")]


def ask(question: str) -> Answer:
    if not question:
        raise BadRequest("The question is empty.")
    quote = "=2+3 won, the town said."
    citation = Citation(1, "a-1", "A vote", "Bay Courier", None, None, quote, 0, len(quote))
    return Answer(question, question, quote, short="=2+3", citations=(citation,), confidence=0.5)


def table(path: Path) -> Path:
    if path.suffix == ".csv":
        lines = [",".join(row) for row in [("no", "question"), *ROWS]]
        path.write_text("\n".join(lines), "utf-8")
    elif path.suffix == ".jsonl":
        rows = [{"no": number, "question": text} for number, text in ROWS]
        path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    else:
        book = openpyxl.Workbook()
        for row in [("no", "question"), *ROWS]:
            book.active.append(row)  # type: ignore[union-attr]
        book.save(path)
    return path


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".jsonl"])
@pytest.mark.parametrize("out", [".csv", ".xlsx", ".jsonl"])
def test_columns_are_kept_and_a_bad_row_costs_itself(tmp_path, kind, out):
    answers = tmp_path / f"answers{out}"
    told: list[tuple[int, int]] = []
    count = answered(table(tmp_path / f"q{kind}"), answers, ask, lambda *at: told.append(at))
    rows = rows_of(answers)
    assert count == 3 and told == [(1, 3), (2, 3), (3, 3)]
    assert list(rows[0]) == ["no", "question", *ADDED]
    assert [str(row["no"]) for row in rows] == ["1", "2", "3"]
    assert [row["problem"] or "" for row in rows] == ["", "The question is empty.", ""]
    assert tally(rows) == "2 answered, 1 could not be asked"
    assert rows[0]["citations"] == "[1] Bay Courier, A vote, a-1"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_no_cell_is_a_formula(tmp_path):
    answered(table(tmp_path / "q.csv"), tmp_path / "a.xlsx", ask, lambda *_: None)
    answered(table(tmp_path / "q.csv"), tmp_path / "a.csv", ask, lambda *_: None)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert [row["short"] for row in csv.DictReader(file)] == ["'=2+3", "", "'=2+3"]


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path):
    asked: list[str] = []

    def stopping(limit: int) -> Callable[[str], Answer]:
        def one(question: str) -> Answer:
            if len(asked) == limit:
                raise KeyboardInterrupt
            asked.append(question)
            return ask(question)

        return one

    questions, answers = table(tmp_path / "q.csv"), tmp_path / "a.jsonl"
    with pytest.raises(KeyboardInterrupt):
        answered(questions, answers, stopping(2), lambda *_: None)
    assert not answers.exists()
    assert answered(questions, answers, stopping(9), lambda *_: None) == 1
    assert asked == ["Who won?", "", "When?"]
    assert len(rows_of(answers)) == 3


def test_a_run_that_is_told_to_stop_writes_what_it_has(tmp_path):
    answers, done = tmp_path / "a.csv", []

    def tell(number: int, count: int) -> None:
        done.append((number, count))

    assert answered(table(tmp_path / "q.csv"), answers, ask, tell, lambda: len(done) == 2) == 2
    assert done == [(1, 3), (2, 3)]
    assert [row["no"] for row in rows_of(answers)] == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("q.txt", "question", "is no table"),
        ("q.csv", "frage\nWer?", "has no column “question”"),
        ("q.xlsx", "no zip", "cannot be read"),
        ("q.jsonl", "{", "cannot be read"),
        ("gone.csv", None, "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_in_a_line(tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(BadRequest, match=said):
        answered(path, tmp_path / "a.csv", ask, lambda *_: None)
