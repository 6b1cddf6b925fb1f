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
from rag.text.clauses import EMPTY
from rag.text.dates import CALENDAR
from rag.text.names import names, split_name, unspoken
from rag.text.numbers import carried
from rag.text.roles import is_role
from rag.text.speech import SAYING, whose
from rag.text.wordorder import Asked, phrases
from rag.text.words import WORD, content, fold, words

_MADE = re.compile(
    r"\bwhat (?:caused|made|prompted|drove|forced|led)\b (?:to )?"
    r"(?:(?:the|an?|its|his|her|their) (?:\w+ )??|(?:(?-i:[A-Z])\S* )+)"
    r"(?:to )?(?P<verb>(?!of\b|to\b)[a-z]{3,})\b",
    re.IGNORECASE,
)
"""What somebody was made to do, behind whom: "What made Lavrov walk out?"."""


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
            self.question.text[one.start : one.end]
            for one in self.question.periods
            if self._standing(one, draft) == "outside"
        ]
        absent = unspoken(self.names, words(f"{article}\n{support.known}"))
        return list(dict.fromkeys([*numbers, *days, *(self.as_typed(word) for word in absent)]))

    def unheard_of(self, passages: Iterable[Passage]) -> list[str]:
        """Names that no passage has, if the passages do have another name of the question."""
        texts = (f"{passage.stored.card.title}\n{passage.text}" for passage in passages)
        absent = unspoken(self.names, words("\n".join(texts)))
        if len(absent) == len(self.names):
            return []
        return list(dict.fromkeys(self.as_typed(word) for word in absent))

    def timely(self, draft: Draft) -> bool:
        """True where the draft is known to be about each time that the question asks about."""
        return all(self._standing(one, draft) == "inside" for one in self.question.periods)

    def speaker(self, draft: Draft) -> Literal["theirs", "other", "unknown", "none"]:
        """Whether the draft reports what the person said whose statement is asked for."""
        subject = self.question.subject
        if not subject:
            return "theirs"
        chunk = draft.passage.stored.chunk
        start, end = draft.span.start - chunk.start, draft.span.end - chunk.start
        role = is_role(subject, self.names)
        return whose(chunk.text, subject, start, end, role=role)

    @property
    def topic(self) -> tuple[str, ...]:
        """The words for what somebody is asked to have spoken about; empty where none is named."""
        if not self.question.subject:
            return ()
        asked = Asked.read(self.question.text)
        about = [object_ for at, object_ in phrases(asked.rest) if at.lower() == "about"]
        spare = {*self.question.subject, *EMPTY, *SAYING.split("|"), fold(asked.verb)}
        terms = content(about[0]) if about else self.question.terms
        return tuple(term for term in terms if term not in spare)

    @property
    def premise(self) -> str:
        """What a question for a reason takes to have happened, as a term; empty for others.

        "Why did they retract it?" supposes a retraction.
        """
        if self.question.asks != "reason":
            return ""
        made, asked = _MADE.search(self.question.text), Asked.read(self.question.text)
        verb = made["verb"] if made else asked.verb if asked.word == "why" else ""
        return fold(verb) if fold(verb) in self.question.terms else ""

    def _standing(self, period: Period, draft: Draft) -> Standing:
        published = draft.passage.stored.card.published
        return standing(period, draft.quote, published, near=draft.passage.text)

    def as_typed(self, word: str) -> str:
        """A folded word as the question writes it, with the rest of its name."""
        for name in names(self.question.text):
            if word in split_name(name):
                return name
        return word


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
