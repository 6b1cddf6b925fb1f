"""Faults to put into the code, one at a time: each must turn `pytest eval/` red.

    pytest eval/ --fault NAME            break the code, and see what the evaluation says
    python -m eval.faults [NAME ...]     all of them, or these, one after the other, as a table

A fault that stays green is a hole in the evaluation: close it there. Each exchanges one real
function (`eval.breaking`) by the one that stands under it here, which is given the real
function and then its arguments.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

from eval.breaking import Fault, Instead, row, tried
from rag.records import Answer, Citation, Sentence
from rag.verify.support import Fault as Unsupported

PLANTED = ("eval/test_planted.py",)
GATE = ("eval/test_grounding.py",)
ASKED = ("eval/test_requests.py",)

FAULTS: dict[str, Fault] = {}


def fault(
    name: str,
    target: str,
    breaks: str,
    *run: str,
    asks: str = "",
    besides: tuple[tuple[str, Instead], ...] = (),
) -> Callable[[Instead], Instead]:
    """Register a fault; `run` names the tests to run, `asks` the categories of questions."""
    asked = tuple(f"--category={one}" for one in asks.split())
    arguments = (*(run or GATE), *asked)

    def register(instead: Instead) -> Instead:
        FAULTS[name] = Fault(name, breaks, target, instead, arguments, besides)
        return instead

    return register


# Finding.


@fault("retrieval-reversed", "rag.retrieve:_one_per_story",
       "The passages that fit worst are read first.", asks="date")  # fmt: skip
def _(real: Instead, ranked: Any, limit: int) -> Any:
    return real(list(ranked)[::-1], limit)


@fault("words-not-searched", "index.queries:Queries.lexical",
       "The search for words finds nothing.", asks="number who_said")  # fmt: skip
def _(real: Instead, *args: Any, **more: Any) -> Any:
    return []


@fault("meaning-not-searched", "index.queries:Queries.semantic",
       "The search by vectors finds nothing.", asks="fact")  # fmt: skip
def _(real: Instead, *args: Any, **more: Any) -> Any:
    return []


@fault("dates-ignored", "rag.assistant:dates",
       "The dates that a user sets (since, until) are not heeded.",
       asks="outside_dates")  # fmt: skip
def _(real: Instead, since: Any, until: Any) -> Any:
    return real(None, None)


@fault("history-ignored", "rag.conversation:meanings",
       "A follow-up is taken for a question of its own.", asks="follow_up")  # fmt: skip
def _(real: Instead, question: str, *args: Any, **more: Any) -> Any:
    return [question]


@fault("copies-not-known", "index.duplicates:relation",
       "Copies of one story count as two, unless they are equal to the letter.",
       asks="disagreement")  # fmt: skip
def _(real: Instead, one: str, other: str) -> Any:
    return ""


@fault("copies-quoted-twice", "rag.retrieve:_one_per_story",
       "The same words are read again in each copy of a story.", asks="date")  # fmt: skip
def _(real: Instead, ranked: Any, limit: int) -> Any:
    return list(ranked)[:limit]


# Choosing and declining.


@fault("refusal-off", "rag.decide.evidence:confidence",
       "Whatever was found is taken for an answer.",
       asks="false_premise outside_dates")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return 1.0


@fault("everything-refused", "rag.decide.evidence:confidence",
       "Nothing that was found is taken for an answer.", asks="date")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return 0.0


@fault("speaker-not-demanded", "rag.decide.evidence:Demands.speaker",
       "Asked what X said, anybody's words will do.",
       asks="who_said near_miss follow_up")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return "theirs"


@fault("suppositions-not-checked", "rag.decide.evidence:unsaid",
       "A question may suppose what its passage does not say.",
       asks="false_premise near_miss")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return False


@fault("numbers-not-demanded", "rag.decide.evidence:Demands.lacking",
       "The evidence need not have the numbers and days of the question.",
       asks="outside_dates false_premise")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return []


@fault("superseded-kept", "rag.compare.conflicts:superseded",
       "Figures that were replaced later are given as current.", asks="superseded")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return {}


@fault("disagreement-untold", "rag.compare.conflicts:conflicts",
       "Where sources differ, that is not said.", asks="disagreement")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return []


@fault("bait-taken", "rag.request.asking:only_asks",
       "What only repeats the question counts as evidence.",
       asks="fact superseded",
       besides=(("rag.request.asking:stating", lambda real, question, text: text),))  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return False


@fault("confidence-reversed", "rag.answer_builder:AnswerBuilder._answer",
       "The answers that are the least sure tell the highest confidence.",
       asks="number false_premise")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    answer: Answer = real(*args)
    return dataclasses.replace(answer, confidence=1 - answer.confidence)


# Checking.


@fault("check-says-yes", "rag.verify.support:faults",
       "The exact check finds no fault in anything.", *PLANTED)  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return []


@fault("check-says-no", "rag.verify.support:faults",
       "The exact check finds fault with everything.",
       *PLANTED, *GATE, asks="date")  # fmt: skip
def _(real: Instead, sentence: str, supports: Any) -> Any:
    return [Unsupported("name", sentence.split(" ")[0])]


@fault("numbers-not-checked", "rag.verify.facts:missing_numbers",
       "A sentence may give any number.", *PLANTED)  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return []


@fault("negations-not-checked", "rag.verify.negation:changed",
       "A sentence may deny what its passage says.", *PLANTED)  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return []


@fault("speakers-not-checked", "rag.verify.facts:wrong_speakers",
       "A sentence may put words into another mouth.", *PLANTED)  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return []


# Showing.


@fault("citations-shifted", "rag.answer_builder:AnswerBuilder._answer",
       "Each sentence carries the mark of the next citation.", asks="date")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    answer: Answer = real(*args)
    many = len(answer.citations)
    return dataclasses.replace(
        answer,
        sentences=tuple(
            Sentence(one.text, tuple(n % many + 1 for n in one.citations), one.quoted)
            for one in answer.sentences
        ),
    )


@fault("places-shifted", "rag.answer_builder:AnswerBuilder._answer",
       "Each quote is said to begin one character later than it does.",
       asks="date")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    answer: Answer = real(*args)
    return _with_citations(answer, lambda one: dataclasses.replace(one, start=one.start + 1))


@fault("quotes-altered", "rag.answer_builder:AnswerBuilder._answer",
       "One word of each quote is another, in the sentence and in its citation.",
       asks="date")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    answer: Answer = real(*args)
    changed = _with_citations(
        answer, lambda one: dataclasses.replace(one, quote=_with_other_word(one.quote))
    )
    quotes = [(one.quote, _with_other_word(one.quote)) for one in answer.citations]
    return dataclasses.replace(
        changed,
        sentences=tuple(
            dataclasses.replace(one, words=_replaced(one.words, quotes)) for one in answer.sentences
        ),
    )


@fault("outlet-wrong", "rag.quote:source_line",
       "Every quotation is credited to one outlet.", asks="date")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return "Meridian Post, 2 May 2019"


@fault("short-answer-wrong", "rag.quote:short",
       "The short answer is the sentence's first word.", asks="number date")  # fmt: skip
def _(real: Instead, question: Any, candidate: Any) -> Any:
    return candidate.text.split()[0] if real(question, candidate) else ""


# Keeping up with the archive.


@fault("updates-kept-out", "index.batches:content_hash",
       "An article that was edited is taken for the one that is known.",
       *GATE, "--mutation=changed", "--mutation=negated")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return "the same"


@fault("removed-articles-stay", "index.store:Index.remove",
       "An article that was taken out is still found.", *GATE, "--mutation=removed")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return None


# Requests that are no question.


@fault("copies-counted", "rag.catalogue:_counted",
       "A copy of a story counts as a story.", *ASKED, "--request=count")  # fmt: skip
def _(real: Instead, cards: Any) -> Any:
    return real([dataclasses.replace(card, origin=card.article_id) for card in cards])


@fault("author-ignored", "rag.catalogue:Catalogue.within",
       "Asked for the articles of an author, everybody's are listed.",
       *ASKED, "--request=list")  # fmt: skip
def _(real: Instead, catalogue: Any, view: Any, scope: Any) -> Any:
    return real(catalogue, view, dataclasses.replace(scope, authors=()))


@fault("outlet-of-the-newest", "rag.catalogue:Catalogue._sources",
       "The outlet of the newest article is told for all.",
       *ASKED, "--request=outlets")  # fmt: skip
def _(real: Instead, catalogue: Any, kind: str, scope: Any, cards: Any) -> Any:
    return real(catalogue, kind, scope, cards[:1])


@fault("outlets-for-authors", "rag.catalogue:Catalogue._sources",
       "Asked who wrote, it is told who printed.", *ASKED, "--request=authors")  # fmt: skip
def _(real: Instead, catalogue: Any, kind: str, *args: Any) -> Any:
    return real(catalogue, "outlets", *args)


@fault("oldest-first", "rag.catalogue:Catalogue.within",
       "The oldest articles are listed where the newest are asked for.",
       *ASKED, "--request=newest")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return real(*args)[::-1]


@fault("newest-for-oldest", "rag.catalogue:Catalogue.reply",
       "The newest article is told where the oldest is asked for.",
       *ASKED, "--request=oldest")  # fmt: skip
def _(real: Instead, catalogue: Any, kind: str, scope: Any, cards: Any) -> Any:
    return real(catalogue, kind, scope, cards[::-1])


@fault("overview-unordered", "rag.overview:overview",
       "An overview tells what was last first.", *ASKED, "--request=overview")  # fmt: skip
def _(real: Instead, *args: Any, **options: Any) -> Any:
    told = real(*args, **options)
    return dataclasses.replace(told, drafts=told.drafts[::-1])


@fault("latest-oldest-first", "rag.overview:overview",
       "Asked how things stand now, it tells what was first.",
       *ASKED, "--request=latest")  # fmt: skip
def _(real: Instead, *args: Any, **options: Any) -> Any:
    return real(*args)


@fault("hostile-in-overview", "index.prompt_injection:gives_orders",
       "An article that gives orders to its reader may be quoted.",
       *ASKED, "--request=overview", "--request=phrase")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return False


@fault("phrases-not-verbatim", "rag.phrases:_place",
       "For exact words an article is quoted that has others like them.",
       *ASKED, "--request=phrase")  # fmt: skip
def _(real: Instead, stored: Any, phrase: str) -> Any:
    return real(stored, phrase) or stored.chunk.sentences[0]


@fault("talk-searched", "rag.request.kinds:Kinds.of",
       "Small talk is taken for a question.", *ASKED, "--request=talk")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return "question" if (kind := real(*args)) == "talk" else kind


@fault("names-asked-about", "rag.request.casing:names_only",
       "A name by itself is taken for a question.", *ASKED, "--request=name")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return False


@fault("questions-listed", "rag.request.kinds:Kinds.of",
       "A question is taken for a wish to see the articles on it.",
       *ASKED, "--request=question")  # fmt: skip
def _(real: Instead, *args: Any) -> Any:
    return "list" if (kind := real(*args)) == "question" else kind


def _with_citations(answer: Answer, change: Callable[[Citation], Citation]) -> Answer:
    return dataclasses.replace(answer, citations=tuple(map(change, answer.citations)))


def _with_other_word(quote: str) -> str:
    """The quote with another word in the place of its longest one."""
    longest = max(re.findall(r"[^\W\d_]+", quote) or [quote], key=len)
    return quote.replace(longest, "otherwise", 1)


def _replaced(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


# All of them.


def main() -> None:
    """Try the faults and print a table; exit with 1 where one of them is not noticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="these only; by default all")
    names = parser.parse_args().names or list(FAULTS)
    if unknown := [name for name in names if name not in FAULTS]:
        parser.error(f"no such fault: {', '.join(unknown)}. There are: {', '.join(FAULTS)}")
    print("| fault | what is broken | `pytest eval/` | what it says |\n|---|---|---|---|")
    unnoticed = []
    for name in names:
        outcome = tried(FAULTS[name])
        print(row(outcome), flush=True)
        unnoticed += [] if outcome.red else [name]
    if unnoticed:
        sys.exit(f"not noticed: {', '.join(unnoticed)}")


if __name__ == "__main__":
    main()
