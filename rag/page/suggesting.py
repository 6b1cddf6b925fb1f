"""Questions to begin with, which an archive is known to answer, and the names that it mentions.

The questions are made of sentences of its newest stories and asked before they are shown, once for
each state of the archive and while the page is up already. What was found is kept in a file beside
the index; it is derived, and looked for again where it is missing or of another state.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.errors import BadRequest, BylineError, ModelError
from index.prompt_injection import gives_orders
from index.records import Article, Card
from rag.names import archive as names
from rag.names.questions import Asked
from rag.page import overview
from rag.page.answering import Answers
from rag.page.archive import Archive
from rag.records import Answer
from rag.text.words import content

FILE = "suggestions.json"
WANTED = 5
"""Questions that are offered."""
OF_A_KIND = 3
"""Questions at most that begin with the same word."""
STORIES = 200
"""The newest stories, whose questions are tried."""
OPENING = 1500
"""Characters of a story that are read for questions: news say first what matters."""
READER = "suggestions"
"""Who takes turns with the readers of the page."""
READ_FOR_NAMES = 500
"""Articles at most that are read for names before anybody asks for these."""

Propose = Callable[[str], Iterable[Asked]]
"""The questions that a text answers, with the words that answer them."""


@dataclass(slots=True, eq=False)
class Found:
    """The questions that one state of an archive is known to answer, as far as it is known."""

    state: list[Card]
    questions: list[str] = field(default_factory=list)
    is_over: bool = False


class Suggesting:
    """Looks for questions to begin with. Safe from several threads."""

    def __init__(self, answers: Answers, propose: Propose | None) -> None:
        """Without `propose` nothing is looked for: the demo's questions are written by hand."""
        self.answers = answers
        self.propose = propose
        self._found: dict[str, Found] = {}
        self._lock = threading.Lock()

    def of(self, index: str) -> Found:
        """The questions of an archive; the first call of each of its states begins the search."""
        archive = self.answers.choices.archive(index)
        cards = archive.cards()
        with self._lock:
            found = self._found.get(index)
            if found is not None and (found.state == cards or archive.is_reading):
                return found
            written = overview.suggestions(cards)
            found = self._found[index] = Found(cards, written)
            if self.propose is None or not cards:
                found.is_over = True
            else:
                args = (index, archive, found, self.propose)
                threading.Thread(target=self._look, args=args, daemon=True).start()
            return found

    def _look(self, index: str, archive: Archive, found: Found, propose: Propose) -> None:
        file = archive.folder / FILE
        try:
            if len(found.state) <= READ_FOR_NAMES or (archive.folder / names.FILE).exists():
                with contextlib.suppress(ModelError):
                    archive.register(lambda done, count: self.answers.turnstile.wait_until_idle())
            if found.questions:
                return
            state = archive.digest()
            found.questions += _kept(file, state)
            if not found.questions:
                for question in self._answered(index, archive, found.state, propose):
                    if self._found[index] is not found:
                        return  # the archive has changed: another search is on its way
                    found.questions.append(question)
                _keep(file, state, found.questions)
        except BylineError:
            pass  # what cannot be asked is not offered
        finally:
            found.is_over = True

    def _answered(
        self, index: str, archive: Archive, cards: Sequence[Card], propose: Propose
    ) -> Iterator[str]:
        """Questions of different stories, each answered surely and by the story itself."""
        settings = replace(self.answers.choices.settings({"index": index}), mode="quote")
        kinds: Counter[str] = Counter()
        for article in _newest(archive, cards):
            for question, words in propose(article.text[:OPENING]):
                kind = question.split()[0]
                if kinds[kind] >= OF_A_KIND:
                    continue
                try:
                    answer = self.answers.ask(question, settings, READER)
                except BadRequest:  # no question to the assistant, whatever the text looks like
                    continue
                if _is_sure(answer, article, words):
                    yield question
                    kinds[kind] += 1
                    break
            if kinds.total() >= WANTED:
                return


def _newest(archive: Archive, cards: Sequence[Card]) -> Iterator[Article]:
    """One article of each of the newest stories, but of none that gives orders to a program."""
    stories = {card.origin: card for card in cards}
    dated = sorted(stories.values(), key=lambda card: card.published or dt.date.min, reverse=True)
    for card in dated[:STORIES]:
        article = archive.find(card.article_id)
        if article is not None and not gives_orders(article):
            yield article


def _is_sure(answer: Answer, article: Article, words: str) -> bool:
    """True where those words are the short answer, and sources do not differ."""
    cited = answer.citations[0].article_id if answer.citations else ""
    said = set(content(answer.short or "")) & set(content(words))
    return cited == article.id and bool(said) and not answer.conflicts


def _kept(file: Path, state: str) -> list[str]:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(file.read_text("utf-8"))
        if kept["state"] == state:
            return [str(question) for question in kept["questions"]]
    return []


def _keep(file: Path, state: str, questions: Sequence[str]) -> None:
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"state": state, "questions": questions}), "utf-8")
