"""Questions with known answers: one JSON object a line, checked when they are read.

    id, question, category, answerable, answers, gold, since?, until?, history?, split?, note?

`answers` are short texts of which any one counts; each must stand in one of the `gold`
articles.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.metrics import contains_answer
from index.errors import BadRequest
from index.records import Article
from rag.records import Turn

HERE = Path(__file__).parent
ARTICLES = HERE / "articles"
QUESTIONS = HERE / "questions.jsonl"

CATEGORIES = (
    "fact", "number", "date", "who_said", "several_sources", "disagreement", "superseded",
    "follow_up", "off_topic", "near_miss", "false_premise", "outside_dates",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A question whose answer is known."""

    id: str
    question: str
    category: str
    answerable: bool
    answers: tuple[str, ...]
    gold: tuple[str, ...]
    """Ids of the articles that answer it."""
    since: str | None = None
    until: str | None = None
    history: tuple[Turn, ...] = ()
    split: str = "report"


def load(path: Path = QUESTIONS) -> list[Known]:
    """The questions of a file, in order.

    Raises:
        BadRequest: a line is no question; the message tells which and why.
    """
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            try:
                found.append(_known(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise BadRequest(f"{path.name}, line {number}: {error!r}") from error
    seen: set[str] = set()
    for known in found:
        if known.id in seen:
            raise BadRequest(f"{path.name}: the id {known.id} stands twice. Give each its own.")
        seen.add(known.id)
    return found


def unsupported(questions: Iterable[Known], article: Callable[[str], Article]) -> list[str]:
    """What is wrong with questions, in a line each: gold answers that no gold article holds."""
    wrong = []
    for known in questions:
        texts = [f"{a.title}\n{a.text}" for a in map(article, known.gold)]
        for answer in known.answers:
            if not any(contains_answer(text, [answer]) for text in texts):
                wrong.append(f"{known.id}: {answer!r} stands in none of {', '.join(known.gold)}")
    return wrong


def _known(row: dict[str, Any]) -> Known:
    known = Known(
        id=str(row["id"]),
        question=str(row["question"]),
        category=str(row["category"]),
        answerable=bool(row["answerable"]),
        answers=tuple(row["answers"]),
        gold=tuple(row["gold"]),
        since=row.get("since"),
        until=row.get("until"),
        history=tuple(Turn(turn["question"], turn["answer"]) for turn in row.get("history") or ()),
        split=str(row.get("split", "report")),
    )
    if known.category not in CATEGORIES:
        raise ValueError(f"category {known.category!r} is none of {', '.join(CATEGORIES)}")
    if known.answerable != bool(known.answers):
        raise ValueError("answerable questions have answers, and others have none")
    return known
