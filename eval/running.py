"""Ask every question, mark every answer, and sum the marks up.

What each figure means stands in `eval/README.md`. Nothing here knows how answers
come about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from eval.metrics import contains_answer
from eval.questions import Known
from rag import Answer, Assistant
from rag.grounding import Support, faults


@dataclass(frozen=True, slots=True)
class Mark:
    """One question's answer, marked."""

    id: str
    category: str
    split: str
    answerable: bool
    refused: bool
    right: bool
    """Answered with a gold answer in its text, or rightly refused."""
    cites_gold: bool
    """One of its citations is to a gold article."""
    supported: bool
    """Every quotation verbatim, every sentence free of level 1 faults; true of refusals."""
    gold_rank: int
    """Rank of the first gold article among the passages, from 1; 0 where none was found."""
    evaluated: int
    text: str


def evaluate(
    assistant: Assistant,
    questions: Iterable[Known],
    each: Callable[[Known, Answer], None] | None = None,
) -> list[Mark]:
    """Ask the questions and mark the answers, in order."""
    marks = []
    for known in questions:
        answer = assistant.ask(known.question, known.history, known.since, known.until)
        marks.append(mark(known, answer, assistant))
        if each is not None:
            each(known, answer)
    return marks


def mark(known: Known, answer: Answer, assistant: Assistant) -> Mark:
    """Hold an answer against what is known."""
    cited = {citation.article_id for citation in answer.citations}
    if known.answerable:
        right = not answer.refused and contains_answer(answer.text, known.answers)
    else:
        right = answer.refused
    return Mark(
        id=known.id,
        category=known.category,
        split=known.split,
        answerable=known.answerable,
        refused=answer.refused,
        right=right,
        cites_gold=bool(cited & _with_copies(known.gold, assistant)),
        supported=supported(answer, assistant),
        gold_rank=_rank(known.gold, answer),
        evaluated=answer.tokens["evaluated"],
        text=answer.text,
    )


def supported(answer: Answer, assistant: Assistant) -> bool:
    """True where each sentence holds at level 1 against the quotes that it cites, read anew."""
    by_number = {citation.number: citation for citation in answer.citations}
    for citation in answer.citations:
        article = assistant.article(citation.article_id)
        if article.text[citation.start : citation.end] != citation.quote:
            return False
    for sentence in answer.sentences:
        rests_on = [by_number.get(number) for number in sentence.citations]
        if not rests_on or None in rests_on:
            return False
        supports = [
            Support.of(citation.quote, assistant.index.card(citation.article_id))
            for citation in rests_on
            if citation is not None
        ]
        if faults(sentence.text, supports):
            return False
    return True


def summary(marks: Sequence[Mark]) -> dict[str, float]:
    """The figures of a run, each between 0 and 1 but for the last, which is in tokens."""
    can = [one for one in marks if one.answerable]
    cannot = [one for one in marks if not one.answerable]
    refused = [one for one in marks if one.refused]
    answered = [one for one in can if not one.refused]
    return {
        "right": _share(one.right and one.supported for one in can),
        "cites_gold": _share(one.cites_gold for one in answered),
        "hits_at_1": _share(one.gold_rank == 1 for one in can),
        "hits_at_8": _share(0 < one.gold_rank <= 8 for one in can),
        "over_refused": _share(one.refused for one in can),
        "abstention_recall": _share(one.refused for one in cannot),
        "abstention_precision": _share(not one.answerable for one in refused),
        "supported": _share(one.supported for one in marks),
        "tokens_evaluated": float(median(one.evaluated for one in marks)) if marks else 0.0,
    }


def by_category(marks: Sequence[Mark]) -> dict[str, tuple[int, int]]:
    """For each category, how many were right and how many there are."""
    right: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for one in marks:
        every[one.category] += 1
        right[one.category] += one.right and one.supported
    return {category: (right[category], every[category]) for category in sorted(every)}


def in_words(marks: Sequence[Mark]) -> list[str]:
    """The figures of both halves side by side, and the categories, as lines to print."""
    halves = {half: [one for one in marks if one.split == half] for half in ("tune", "report")}
    sums = {half: summary(some) for half, some in halves.items()}
    categories = by_category(marks).items()
    return [
        f"{'':22} " + " ".join(f"{half:>8}" for half in sums),
        *(
            f"{name:22} " + " ".join(f"{sums[half][name]:8.3f}" for half in sums)
            for name in summary(marks)
        ),
        *(f"  {name:20} {right:3} of {count}" for name, (right, count) in categories),
    ]


def _with_copies(gold: Sequence[str], assistant: Assistant) -> set[str]:
    index = assistant.index
    return {copy.article_id for g in gold for copy in index.copies(index.card(g).origin)}


def _rank(gold: Sequence[str], answer: Answer) -> int:
    ranked = list(dict.fromkeys(passage.article_id for passage in answer.passages))
    return next((at for at, one in enumerate(ranked, start=1) if one in gold), 0)


def _share(values: Iterable[bool]) -> float:
    every = list(values)
    return sum(every) / len(every) if every else 1.0
