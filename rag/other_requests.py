"""Requests that are no question: small talk, the archive itself, an overview, exact words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Generator
from dataclasses import dataclass, field, replace
from functools import partial

from index.embedding import Encoder
from index.protocols import View
from rag.answer_builder import AnswerBuilder
from rag.catalogue import Catalogue, Reply, told_from
from rag.decide.demands import full_names
from rag.overview import naming, overview
from rag.phrases import phrases, said, sentences_with
from rag.records import Dates, Draft, Event, EventKind, Refusal, Understood
from rag.request.casing import cased, names_only
from rag.request.kinds import Kinds
from rag.request.question import Question
from rag.request.spelling import respelt
from rag.scope import Narrowed, Scope
from rag.text.words import content, words

_IN_TITLES = re.compile(r"\b(in (?:the |its |their )?)titles?\b", re.IGNORECASE)
"""One of two words for where a headline says it."""
_HEADLINE = frozenset({"headline", "headlines"})
NEAR = 20
"""Passages among whose words those of a misspelt one are looked for."""
Outcome = tuple[bool, Refusal | None]
"""Whether something else than a question was asked, and why there is no answer to it."""


@dataclass(slots=True)
class Requests:
    """Answers requests, within what was set beside them."""

    dates: Dates
    wanted: Scope
    """Which articles are read, as it was set beside the request; all where it is empty."""
    today: dt.date
    encoder: Encoder
    kinds: Callable[[], Kinds]
    """Tells what kind of request a text is."""
    catalogue: Callable[[View], Catalogue]
    """The articles of a state of the index."""
    without: Container[str] = ()
    """What is not to be understood of a request."""
    narrowed: Narrowed = field(default_factory=Narrowed)
    """Which articles these are."""

    def narrow(self, view: View) -> None:
        """Find the articles that are read.

        Raises:
            BadRequest: no article is known to be what was set.
        """
        if self.wanted != Scope():
            self.narrowed = self.catalogue(view).narrowed(view, self.wanted)

    def answer(
        self, view: View, build: AnswerBuilder, asked: str, *, is_alone: bool
    ) -> Generator[Event, None, Outcome]:
        """Answer what is no question.

        Args:
            view: the state of the index that is read.
            build: the answer.
            asked: the request, made to stand alone.
            is_alone: whether a name by itself asks what is said of it: it is no follow-up.
        """
        catalogue = build.timed("retrieve", self.catalogue, view)
        worded = _IN_TITLES.sub(r"\1headline", asked)
        scope, stood_in = catalogue.read(worded, self.today, self.without)
        marked = [] if scope.quoted else phrases(asked)
        if wanted := marked or said(asked):
            drafts, lacking = build.timed("retrieve", self._with, view, build, wanted)
            if marked or drafts:  # else it may be told in other words
                return True, (yield from self._phrased(view, build, wanted, drafts, lacking))
        kind = build.timed("retrieve", self.kinds().of, stood_in)
        is_name = kind == "question" and is_alone and names_only(view, asked)
        if is_name or (scope.quoted and not scope.topic):
            kind = "overview"
        if kind in ("question", "comparison"):
            build.kind = kind
            return False, None
        better = build.timed("retrieve", self._respelt, view, worded)
        if better != worded:
            scope, _ = catalogue.read(better, self.today, self.without)
            worded = asked = better
        newest_first = kind == "latest"
        kind = "overview" if newest_first else kind
        read = (Understood("kind", kind), *scope.understood())
        if kind != "overview" and _HEADLINE & set(words(worded)) and scope.topic:
            scope = replace(scope, topic=(), titles=(" ".join(scope.topic),))
        scope = self._narrowed(scope)
        if kind == "overview":
            cards = catalogue.within(view, replace(scope, topic=()))
            names = full_names(cased(view, " ".join(scope.topic)))
            tell = partial(overview, view, self.encoder, scope.topic, cards, names=names)
            found = build.timed("generate", tell, newest_first=newest_first)
            if scope == Scope() or (not found.drafts and (cards or scope.topic)):
                return False, None
            if found.drafts:
                whence = told_from(
                    found.stories,
                    found.drafts,
                    are_near=found.are_near,
                    newest_first=newest_first,
                )
                build.reply = Reply(whence)
                yield Event(EventKind.STATUS, whence)
                yield from build.quote(view, found.drafts)
            else:
                build.reply = catalogue.reply("list", scope, cards)
        else:
            build.reply = catalogue.reply(kind, scope, catalogue.within(view, scope))
        build.kind, build.understood, build.confidence = kind, asked, 1.0
        if kind != "talk":
            build.understood_as = read
        return True, None

    def told_of(self, view: View, topic: str) -> list[Draft]:
        """The sentences that have all words of a topic, the likest to it first."""
        cards = self.catalogue(view).within(view, self._narrowed(Scope()))
        return naming(view, self.encoder, content(topic), cards)

    def _respelt(self, view: View, text: str) -> str:
        """A request with those of its words put right that no article has."""
        request = Question.read(text)
        frequency = view.document_frequency(request.terms)
        if all(frequency.values()):
            return text
        hits = view.semantic(self.encoder.encode([text])[0], NEAR)
        near = view.passages([hit.chunk_id for hit in hits])
        return respelt(request, frequency, (stored.chunk.text for stored in near))

    def _with(self, view: View, build: AnswerBuilder, wanted: list[str]) -> tuple[list[Draft], str]:
        """The sentences that have some words just so, or why there are none."""
        question = Question.read(build.asked, self.today)
        return sentences_with(view, question, wanted, self.dates, self.narrowed.ids, build.known)

    def _phrased(
        self,
        view: View,
        build: AnswerBuilder,
        wanted: list[str],
        drafts: list[Draft],
        lacking: str,
    ) -> Generator[Event, None, Refusal | None]:
        """The sentences that have the words in quotation marks, or that there are none."""
        build.kind, build.understood, build.confidence = "phrase", build.asked, 1.0
        build.understood_as = tuple(Understood("kind", f"exact words “{one}”") for one in wanted)
        yield from build.quote(view, drafts)
        if build.sentences:
            return None
        return Refusal("not_stated", lacking or "Nothing of it passed the exact check.")

    def _narrowed(self, scope: Scope) -> Scope:
        """The scope within what was set beside the question."""
        only = self.narrowed.only
        return replace(
            scope,
            first=max(filter(None, (scope.first, only.first)), default=None),
            last=min(filter(None, (scope.last, only.last)), default=None),
            outlets=only.outlets or scope.outlets,
            authors=only.authors or scope.authors,
            titles=only.titles or scope.titles,
            languages=only.languages,
        )
