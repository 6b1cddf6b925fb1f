"""What a question demands of its evidence, whatever a score says.

A question about Resolution 1701 is not answered by a passage on Resolution 2254,
however alike the two sound. So each number of the question has to stand in the
passage or in what is known of its article, each name in the article, and each
day among the days that the passage speaks of or was published on; and for "what
did X say" the speaker has to be X.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rag.dates import CALENDAR, Mention, mentions
from rag.generation import Draft
from rag.grounding import Support
from rag.names import missing, names, same_name, split_name
from rag.numbers import carried
from rag.question import Question, looks_like_names
from rag.retrieval import Passage
from rag.speech import speakers
from rag.words import WORD, fold, words

JUST_AFTER = dt.timedelta(days=2)
"""How long after a day an article that does not name it may still be about it."""


@dataclass(frozen=True, slots=True)
class Demands:
    """The names, numbers and speaker that evidence must carry."""

    question: Question
    names: tuple[str, ...]

    @classmethod
    def of(cls, question: Question, passages: Iterable[Passage]) -> Demands:
        """Read the demands off a question; the passages tell which lower-case words are names."""
        typed = looks_like_names(question.terms, casing(passage.text for passage in passages))
        names_ = dict.fromkeys((*question.names, *typed))
        return cls(question, tuple(name for name in names_ if name not in CALENDAR))

    def lacking(self, draft: Draft, article: str) -> list[str]:
        """What this draft's passage, or its article, does not carry; empty when all is there."""
        support = Support.of(draft.passage.text, draft.passage.stored.card)
        near = f"{support.text}\n{support.known}"
        numbers = [
            self.question.text[one.start : one.end] for one in carried(self.question.numbers, near)
        ]
        days = [
            self.question.text[day.start : day.end]
            for day in self.question.days
            if not _speaks_of(day, near, draft.passage.stored.card.published)
        ]
        absent = missing(self.names, words(f"{article}\n{support.known}"))
        return list(dict.fromkeys([*numbers, *days, *(self._as_typed(word) for word in absent)]))

    def unheard_of(self, passages: Iterable[Passage]) -> list[str]:
        """Names that no passage has, if the passages do have another name of the question."""
        texts = (f"{passage.stored.card.title}\n{passage.text}" for passage in passages)
        absent = missing(self.names, words("\n".join(texts)))
        if len(absent) == len(self.names):
            return []
        return list(dict.fromkeys(self._as_typed(word) for word in absent))

    def other_speaker(self, draft: Draft) -> bool:
        """True where the question asks what X said and the draft quotes somebody else only."""
        wanted = self.question.subject
        by = speakers(draft.quote)
        return bool(wanted and by) and not any(
            same_name(one, other) for one in wanted for other in by
        )

    def _as_typed(self, word: str) -> str:
        for name in names(self.question.text):
            if word in split_name(name):
                return name
        return word


def _speaks_of(day: Mention, text: str, published: dt.date | None) -> bool:
    """True where a text can be about a day: it names it, or was published on it or just after."""
    if day.first is None and day.weekday is None:
        return True  # nobody can tell which day is meant
    if any(day.overlaps(other) or _same_weekday(day, other) for other in mentions(text, published)):
        return True
    if published is None or day.first is None or day.last is None:
        return False
    return day.first <= published <= day.last + JUST_AFTER


def _same_weekday(day: Mention, other: Mention) -> bool:
    if day.weekday is None or day.first is not None:
        return False
    if other.weekday is not None:
        return day.weekday == other.weekday
    return (
        other.first is not None
        and other.first == other.last
        and (other.first.weekday() == day.weekday)
    )


def casing(texts: Iterable[str]) -> dict[str, float]:
    """For each folded word, the share of its uses inside sentences that are capitalised."""
    upper: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for text in texts:
        for match in WORD.finditer(text):
            opens = text[: match.start()].rstrip(" “\"'(")[-1:] in ("", ".", "!", "?", "\n", ":")
            if not opens:
                word = fold(match.group()).removesuffix("'s")
                every[word] += 1
                upper[word] += match.group()[0].isupper()
    return {word: upper[word] / count for word, count in every.items()}
