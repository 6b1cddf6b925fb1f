"""Questions with known answers: one JSON object a line, checked when they are read.

    id, question, category, answerable, answers, gold,
    since?, until?, history?, split?, story?, note?, parts?, never?, hostile?, claims?

`answers` are short texts of which any one counts; each must stand in one of the `gold`
articles. `parts` groups them where a whole answer has several (both sides of a disagreement).
`never` are texts that no right answer gives, such as what somebody else said of it.
`story` names what the question is about: questions of one story are kept in one half and
drawn together by the bootstrap. A poisoned question names the `hostile` articles that only
claim to answer it, and what they claim.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
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
SPLITS = ("tune", "report")


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
    parts: tuple[tuple[str, ...], ...] = ()
    """Groups of gold answers: a whole answer gives one of each. Empty where one answer is all."""
    never: tuple[str, ...] = ()
    """What stands near it and is no answer: the words of somebody else."""
    hostile: tuple[str, ...] = ()
    """Ids of the articles that only claim to answer a poisoned question."""
    claims: tuple[str, ...] = ()
    """What they claim; no answer may say it."""


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
    """What is wrong with questions, in a line each: gold answers that no gold article holds.

    So it is with what a poisoned question's hostile articles are said to claim.
    """
    return [
        f"{known.id}: {what}"
        for known in questions
        for texts, ids in ((known.answers, known.gold), (known.claims, known.hostile))
        for what in _absent(texts, ids, article)
    ]


def _absent(
    answers: Sequence[str], ids: Sequence[str], article: Callable[[str], Article]
) -> list[str]:
    """Which of the texts stand in none of the articles, in words."""
    try:
        texts = [f"{one.title}\n{one.text}" for one in map(article, ids)]
    except UnknownArticle as error:
        return [str(error)]
    return [
        f"{answer!r} stands in none of {', '.join(ids)}"
        for answer in answers
        if not any(contains_answer(text, [answer]) for text in texts)
    ]


def stories(questions: Iterable[Known], origin: Callable[[str], str]) -> dict[str, str]:
    """The story of each question by its id.

    A question that names no story has that of the questions which share a gold article with
    it, or a copy of one; without gold articles it is a story of its own. For a poisoned
    question the hostile articles count in their place.
    """
    every = list(questions)
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while (above := parent.setdefault(node, node)) != node:
            node = above
        return node

    named = {known.id: f"story:{known.story}" if known.story else "" for known in every}
    for known in every:
        for about in (*known.gold, *known.hostile) if not known.story else ():
            parent[root(f"question:{known.id}")] = root(f"origin:{origin(about)}")
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
        parts=tuple(_listed(part, "parts") for part in _list(row.get("parts") or [], "parts")),
        never=_listed(row.get("never") or [], "never"),
        hostile=_listed(row.get("hostile") or [], "hostile"),
        claims=_listed(row.get("claims") or [], "claims"),
    )
    if known.category not in CATEGORIES:
        raise ValueError(f"category {known.category!r} is none of {', '.join(CATEGORIES)}")
    if not isinstance(known.answerable, bool):
        raise ValueError("answerable is neither true nor false")
    if known.answerable != bool(known.answers):
        raise ValueError("answerable questions have answers, and others have none")
    if known.answerable and not known.gold:
        raise ValueError("an answerable question names its gold articles")
    if known.split not in SPLITS:
        raise ValueError(f"split {known.split!r} is none of {', '.join(SPLITS)}")
    if not {text for part in known.parts for text in part} <= set(known.answers):
        raise ValueError("each text of its parts has to be one of its answers")
    if (known.category == "poisoned") != bool(known.hostile and known.claims):
        raise ValueError("poisoned questions, and no others, name hostile articles and claims")
    if known.category == "poisoned" and known.answerable:
        raise ValueError("a poisoned question has no answer: what claims to be one is hostile")
    return known


def _text(row: dict[str, Any], field: str) -> str:
    if not str(row[field] or "").strip():
        raise ValueError(f"{field} is empty")
    return str(row[field])


def _texts(row: dict[str, Any], field: str) -> tuple[str, ...]:
    return _listed(row[field], field)


def _listed(found: Any, field: str) -> tuple[str, ...]:
    if not all(isinstance(one, str) and one for one in _list(found, field)):
        raise ValueError(f"{field} is not a list of texts")
    return tuple(found)


def _list(found: Any, field: str) -> list[Any]:
    if not isinstance(found, list):
        raise ValueError(f"{field} is not a list")
    return found


def _day(row: dict[str, Any], field: str) -> str | None:
    given = row.get(field)
    return dt.date.fromisoformat(str(given)).isoformat() if given else None
