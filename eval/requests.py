"""Requests other than questions, held against what is right: counts, lists, exact words.

A row has id, kind, request, split, and what is right of its kind:

    count              articles, stories    how many, and how many without copies
    list               ids                  of all articles that are meant
    outlets, authors   names                each with its number of articles
    newest, oldest     ids                  of the first ones in order, those of one day together
    overview, name     must, stories        those that are quoted, and all that may be
    latest             first, stories       the articles of which one leads, and all that may be
                                            quoted, newest first and those without a day last
    phrase             words, stories       the exact words, and those that have them
    talk               nothing is cited, listed or declined
    question           it only looks like a request, and is answered as a question

A story is the list of its copies. What is right was told from the files of the demo archive,
with no code of Byline.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.comparing import ROUNDING, WRITE, one_question
from eval.metrics import stands_in
from index.protocols import View
from rag import Answer, Assistant

REQUESTS = Path(__file__).parent / "requests.jsonl"
FIRST = {"newest": 5, "oldest": 1}
"""Articles that have to stand first in the list, or all where there are fewer."""
QUOTED = 3
"""Stories that are quoted for a phrase where more have it."""
_COUNT = re.compile(r"(?:The archive has )?(no|\d+) articles?(?: \((\d+) stor)?")
_NAME = re.compile(r"(?:^|, | and )([^,]+?) \((\d+)\)")


@dataclass(frozen=True, slots=True)
class Request:
    """A request, and what is right as an answer to it."""

    id: str
    kind: str
    text: str
    split: str
    right: Mapping[str, Any]


Outcomes = Sequence[tuple[Request, str]]
"""Requests, each with what is wrong with its answer, which is nothing where it is right."""


def load() -> list[Request]:
    """The requests, in order."""
    rows = map(json.loads, REQUESTS.read_text("utf-8").splitlines())
    return [
        Request(row.pop("id"), row.pop("kind"), row.pop("request"), row.pop("split"), row)
        for row in rows
    ]


def answered(assistant: Assistant, requests: Iterable[Request]) -> Outcomes:
    """Make the requests and hold the answers against what is right."""
    return [(one, wrong(one, assistant.ask(one.text), assistant.index)) for one in requests]


def tally(outcomes: Outcomes) -> dict[str, dict[str, Any]]:
    """For each kind the share that is right, of how many, and the ids of the wrong ones."""
    found = {}
    for kind in dict.fromkeys(one.kind for one, _ in outcomes):
        some = [(one.id, why) for one, why in outcomes if one.kind == kind]
        bad = [name for name, why in some if why]
        found[kind] = {
            "value": round(1 - len(bad) / len(some), 4), "count": len(some), "wrong": bad,
        }  # fmt: skip
    return found


def worse(outcomes: Outcomes, kept: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for each kind of which more than one request fewer is right than in the baseline."""
    lines = []
    for kind, now in tally(outcomes).items():
        if kind not in kept:
            lines.append(f"requests of the kind {kind} are not in the baseline; write it: {WRITE}")
            continue
        was, tolerance = kept[kind]["value"], one_question(1, now["count"])
        if was - now["value"] > tolerance + ROUNDING:
            fresh = set(now["wrong"]) - set(kept[kind]["wrong"])
            worst = [f"{one.id} ({why})" for one, why in outcomes if one.id in fresh]
            lines.append(
                f"{kind}: right was {was:.3f} and is {now['value']:.3f} "
                f"(tolerance {tolerance:.3f}). Worse: {', '.join(worst)}"
            )
    return lines


def wrong(request: Request, answer: Answer, archive: View) -> str:
    """What is wrong with an answer, in words; empty where it is right."""
    if request.kind in ("overview", "phrase", "talk", "question") and answer.kind != request.kind:
        return f"taken for {answer.kind}"
    if request.kind in ("latest", "name") and answer.kind != "overview":
        return f"taken for {answer.kind}"
    if request.kind in FIRST:
        return _order(request.right["ids"], answer, FIRST[request.kind])
    check = _CHECKS.get(request.kind)
    return check(request.right, answer) or _altered(answer, archive) if check else ""


def _order(wanted: Sequence[Sequence[str]], answer: Answer, many: int) -> str:
    """Articles of one day may stand in any order."""
    rank = {name: at for at, same in enumerate(wanted) for name in same}
    ranks = sorted(rank.values())[:many]
    first = [card.article_id for card in answer.listed[: len(ranks)]]
    right = [rank.get(name) for name in first] == ranks and len(set(first)) == len(first)
    return "" if right else _instead(first, wanted)


def _count(right: Mapping[str, Any], answer: Answer) -> str:
    told = _COUNT.match(answer.reply)
    articles = int(told[1].replace("no", "0")) if told else None
    stories = int(told[2]) if told and told[2] else articles
    return _instead([articles, stories], [right["articles"], right["stories"]])


def _list(right: Mapping[str, Any], answer: Answer) -> str:
    return _instead(sorted(card.article_id for card in answer.listed), right["ids"])


def _names(right: Mapping[str, Any], answer: Answer) -> str:
    told = {name: int(count) for name, count in _NAME.findall(answer.reply.rpartition(": ")[2])}
    return _instead(told, right["names"])


def _overview(right: Mapping[str, Any], answer: Answer) -> str:
    cited = [one.article_id for one in answer.citations]
    days = [one.published for one in answer.citations if one.published]
    lacking = [story[0] for story in right["must"] if not set(story) & set(cited)]
    if lacking:
        return f"quotes nothing of {', '.join(lacking)}"
    told = _told(cited, right["stories"])
    if len(told) < len(cited):
        return f"quotes another article: {', '.join(cited)}"
    if len(set(told)) < len(set(cited)):
        return "quotes two copies of a story"
    return "" if days == sorted(days) else "not in order of date"


def _latest(right: Mapping[str, Any], answer: Answer) -> str:
    cited = [one.article_id for one in answer.citations]
    days = [str(one.published or "") for one in answer.citations]
    if not cited or cited[0] not in right["first"]:
        return _instead(cited[:1], right["first"])
    if len(_told(cited, right["stories"])) < len(cited):
        return f"quotes another article: {', '.join(cited)}"
    return "" if days == sorted(days, reverse=True) else "not with the newest first"


def _phrase(right: Mapping[str, Any], answer: Answer) -> str:
    cited = [one.article_id for one in answer.citations]
    told = _told(cited, right["stories"])
    if len(told) < len(cited) or len(told) < min(QUOTED, len(right["stories"])):
        return _instead(cited, right["stories"])
    if not all(stands_in(right["words"].lower(), one.quote.lower()) for one in answer.citations):
        return "quotes other words"
    return "quotes a story twice" if len(set(told)) < len(told) else ""


def _told(cited: Sequence[str], stories: Sequence[Sequence[str]]) -> list[int]:
    """Which of the stories each of the cited articles is of; nothing for one of none."""
    return [at for name in cited for at, same in enumerate(stories) if name in same]


def _talk(right: Mapping[str, Any], answer: Answer) -> str:
    silent = not (answer.citations or answer.listed or answer.refused)
    return "" if answer.reply and silent else f"answered by {answer.text[:80]}"


def _altered(answer: Answer, archive: View) -> str:
    """A sentence whose words are not those at the place that it cites, if there is one."""
    place = {one.number: one for one in answer.citations}
    for sentence in answer.sentences:
        for one in (place[number] for number in sentence.citations):
            at_place = archive.article(one.article_id).text[one.start : one.end]
            if at_place != one.quote or not stands_in(sentence.words, at_place):
                return f"not verbatim: {sentence.text[:80]}"
    return ""


def _instead(told: object, wanted: object) -> str:
    return "" if told == wanted else f"{told} instead of {wanted}"


_CHECKS: Mapping[str, Callable[[Mapping[str, Any], Answer], str]] = {
    "count": _count, "list": _list, "outlets": _names, "authors": _names,
    "overview": _overview, "name": _overview, "latest": _latest, "phrase": _phrase, "talk": _talk,
}  # fmt: skip
KINDS = (*_CHECKS, *FIRST, "question")
