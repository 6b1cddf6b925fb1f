"""What a question demands of its evidence, whatever a score says.

A question about Resolution 1701 is not answered by a passage on Resolution 2254,
however alike the two sound. So each number of the question has to stand in the
passage or in what is known of its article, each name in the article, and each
day among the days that the passage speaks of or was published on; and for "what
did X say" the speaker has to be X.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rag.evidence.timing import Standing, standing
from rag.generation import Draft
from rag.grounding import Support
from rag.questions.periods import Period
from rag.questions.question import Question, looks_like_names
from rag.retrieval import Passage
from rag.text.dates import CALENDAR
from rag.text.names import expansions, names, split_name, unspoken
from rag.text.numbers import carried
from rag.text.persons import TITLES
from rag.text.roles import is_role
from rag.text.speech import Role, whose
from rag.text.wordorder import Asked
from rag.text.words import WORD, fold, is_acronym, words


@dataclass(frozen=True, slots=True)
class Demands:
    """The names, numbers and speaker that evidence must carry."""

    question: Question
    names: tuple[str, ...]

    @classmethod
    def of(cls, question: Question, passages: Iterable[Passage]) -> Demands:
        """Read the demands off a question; the passages tell which lower-case words are names."""
        typed = looks_like_names(question.terms, casing(passage.text for passage in passages))
        typed = [name for name in typed if name != fold(Asked.read(question.text).verb)]
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
            self.question.text[one.start : one.end]
            for one in self.question.periods
            if self._standing(one, draft) == "outside"
        ]
        absent = self._absent(f"{article}\n{support.known}")
        return list(dict.fromkeys([*numbers, *days, *(self.as_typed(word) for word in absent)]))

    def unheard_of(self, passages: Iterable[Passage]) -> list[str]:
        """Names that no passage has, if the passages do have another name of the question."""
        texts = (f"{passage.stored.card.title}\n{passage.text}" for passage in passages)
        absent = self._absent("\n".join(texts))
        if len(absent) == len(self.names):
            return []
        return list(dict.fromkeys(self.as_typed(word) for word in absent))

    def _absent(self, text: str) -> list[str]:
        """The names that a text has in no form: "US" may be spelt out, or the other way round."""
        absent = unspoken(self.names, words(text))
        if not absent:
            return []
        short = {fold(word) for word in WORD.findall(text) if is_acronym(word)}
        short |= {fold(match.group()).replace(".", "") for match in _DOTTED.finditer(text)}
        spelt = {
            word
            for initials, parts in expansions(self.question.text).items()
            if initials in short
            for word in parts
        }
        known = short | spelt | set(expansions(text))
        capitals = {fold(word) for word in WORD.findall(self.question.text) if is_acronym(word)}
        return [one for one in absent if one not in (known if one in capitals else spelt)]

    def timely(self, draft: Draft) -> bool:
        """True where the draft is known to be about each time that the question asks about."""
        return all(self._standing(one, draft) == "inside" for one in self.question.periods)

    def speaker(
        self, draft: Draft, article: str = ""
    ) -> Literal["theirs", "other", "unknown", "none"]:
        """Whether the draft reports what the person said whose statement is asked for."""
        subject = self.question.subject
        if not subject:
            return "theirs"
        chunk = draft.passage.stored.chunk
        start, end = draft.span.start - chunk.start, draft.span.end - chunk.start
        role = None
        if is_role(subject, self.names, TITLES):
            names_ = frozenset(subject) & frozenset(self.names) - TITLES
            role = Role(names_, article, subject[-1] in TITLES)
        else:  # "the company Helmarck" goes by its name
            subject = tuple(word for word in subject if word in self.names)
        return whose(chunk.text, subject, start, end, role=role)

    def _standing(self, period: Period, draft: Draft) -> Standing:
        published = draft.passage.stored.card.published
        return standing(period, draft.quote, published, near=draft.passage.text)

    def as_typed(self, word: str) -> str:
        """A folded word as the question writes it, with the rest of its name."""
        for run in names(self.question.text):
            for name in run.split(" and "):
                if word in split_name(name):
                    return name
        return word


_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
"""An acronym as "U.S."."""


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
