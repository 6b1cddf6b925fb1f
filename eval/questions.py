"""Questions with known answers: one JSON object a line, checked when they are read.

    id, question, category, answerable, answers, gold,
    since?, until?, history?, split?, story?, note?

`answers` are short texts of which any one counts; each must stand in one of the `gold`
articles. `story` names what the question is about: questions of one story are kept in one
half and drawn together by the bootstrap.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.metrics import contains_answer
from index.errors import BadRequest, UnknownArticle
from index.records import Article
from rag.records import Turn

HERE = Path(__file__).parent
ARTICLES = HERE / "articles"
QUESTIONS = HERE / "questions.jsonl"

CATEGORIES = (
    "fact", "number", "date", "who_said", "several_sources", "disagreement", "superseded",
    "follow_up", "off_topic", "near_miss", "false_premise", "outside_dates", "poisoned",
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
    story: str = ""
    """Empty where the file does not say; see `stories`."""


def load(path: Path = QUESTIONS) -> list[Known]:
    """The questions of a file, in order.

    Raises:
        BadRequest: there is no such file, or a line is no question; the message tells why.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{path} cannot be read as UTF-8 text: {error}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_known(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadRequest(f"{path.name}, line {number}: {_why(error)}") from error
    if not found:
        raise BadRequest(f"{path.name} holds no question. Write one JSON object a line.")
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
        try:
            texts = [f"{a.title}\n{a.text}" for a in map(article, known.gold)]
        except UnknownArticle as error:
            wrong.append(f"{known.id}: {error}")
            continue
        for answer in known.answers:
            if not any(contains_answer(text, [answer]) for text in texts):
                wrong.append(f"{known.id}: {answer!r} stands in none of {', '.join(known.gold)}")
    return wrong


def stories(questions: Iterable[Known], origin: Callable[[str], str]) -> dict[str, str]:
    """The story of each question by its id.

    A question that names no story has that of the questions which share a gold article with
    it, or a copy of one; without gold articles it is a story of its own.
    """
    every = list(questions)
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while (above := parent.setdefault(node, node)) != node:
            node = above
        return node

    named = {known.id: f"story:{known.story}" if known.story else "" for known in every}
    for known in every:
        for gold in known.gold if not known.story else ():
            parent[root(f"question:{known.id}")] = root(f"origin:{origin(gold)}")
    return {
        known.id: (named[known.id] or root(f"question:{known.id}")).partition(":")[2]
        for known in every
    }


def _why(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def _known(row: dict[str, Any]) -> Known:
    known = Known(
        id=_text(row, "id"),
        question=_text(row, "question"),
        category=_text(row, "category"),
        answerable=row["answerable"],
        answers=_texts(row, "answers"),
        gold=_texts(row, "gold"),
        since=_day(row, "since"),
        until=_day(row, "until"),
        history=tuple(Turn(turn["question"], turn["answer"]) for turn in row.get("history") or ()),
        split=str(row.get("split", "report")),
        story=str(row.get("story") or ""),
    )
    if known.category not in CATEGORIES:
        raise ValueError(f"category {known.category!r} is none of {', '.join(CATEGORIES)}")
    if not isinstance(known.answerable, bool):
        raise ValueError("answerable is neither true nor false")
    if known.answerable != bool(known.answers):
        raise ValueError("answerable questions have answers, and others have none")
    if known.answerable and not known.gold:
        raise ValueError("an answerable question names its gold articles")
    return known


def _text(row: dict[str, Any], field: str) -> str:
    if not str(row[field] or "").strip():
        raise ValueError(f"{field} is empty")
    return str(row[field])


def _texts(row: dict[str, Any], field: str) -> tuple[str, ...]:
    found = row[field]
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise ValueError(f"{field} is not a list of texts")
    return tuple(found)


def _day(row: dict[str, Any], field: str) -> str | None:
    given = row.get(field)
    return dt.date.fromisoformat(str(given)).isoformat() if given else None
