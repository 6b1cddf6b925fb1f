"""What answers questions about an index: the parts, loaded once for many questions.

`Assistant` checks what it is asked and starts a `Run` for each question; how an
answer comes about is `rag.pipeline`'s.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal

from index.embedding import Encoder, load_encoder
from index.errors import BadRequest
from index.locations import Place, place
from index.opening import opened
from index.protocols import Store, View
from index.records import Article
from rag.answer_builder import AnswerBuilder
from rag.catalogue import Catalogue
from rag.conversation import History
from rag.models.choice import load_llm
from rag.models.llm import LLM
from rag.other_requests import Requests
from rag.pipeline import Run
from rag.reader.extractive import load_reader
from rag.reader.reading import Reader
from rag.records import Answer, Dates, Event
from rag.request.kinds import Kinds
from rag.request.question import LONGEST
from rag.scope import Scope
from rag.selftest import capable
from rag.settings import index_folder
from rag.text.dates import mentions
from rag.text.display import visible

Mode = Literal["auto", "quote", "compose"]


class Assistant:
    """Answers questions about one index. Safe from several threads."""

    def __init__(
        self,
        index: Store,
        encoder: Encoder,
        reader: Reader,
        llm: LLM | None,
        *,
        today: dt.date | None = None,
        mode: Mode = "quote",
    ) -> None:
        """Take finished parts; `load` makes them.

        Args:
            index: what to search.
            encoder: what the index was built with.
            reader: finds what answers.
            llm: writes; without one there are quotations only.
            today: what "last week" in a question is reckoned from; by default this day.
            mode: whether answers are quotations, or written by the model, or whichever
                of the two it shows itself capable of ("auto").
        """
        self.index = index
        self.encoder = encoder
        self.reader = reader
        self.llm = llm
        self.today = today
        self.mode = mode
        self._kinds: Kinds | None = None
        self._catalogue: Catalogue | None = None

    @classmethod
    def load(
        cls,
        index: str | Place | None = None,
        *,
        model: str | Path | None = None,
        encoder: str | None = None,
        reader: str | None = None,
        mode: Mode = "auto",
    ) -> Assistant:
        """Load the models and open the index, once for many questions.

        Args:
            index: the index folder, or milvus://HOST:PORT/NAME; by default $BYLINE_INDEX,
                else ./byline-index.
            model: a name that `byline models` lists, a GGUF file, hf:OWNER/REPO/FILE.gguf, or a
                server's address, as http://HOST:PORT/v1#NAME, or "none"; by default that of pip.
            encoder: a sentence-transformers name or folder; by default the one that comes with pip.
            reader: an extractive question-answering model of Hugging Face, by name or
                folder; by default the one that comes with Byline.
            mode: "quote" answers in the articles' own sentences, "compose" in the model's
                (checked alike), "auto" composes if the model passes a short self-test.

        Raises:
            IndexMissing: there is no index in the folder.
            IndexMismatch: it was built with another encoder.
            ModelError: a model is missing, altered or cannot be loaded.
        """
        where = index_folder(index)
        opened(where).close()  # a missing index is known before models are loaded
        loaded = load_encoder(encoder)
        return cls(
            opened(where, loaded),
            loaded,
            load_reader(reader),
            load_llm(model),
            mode=mode,
        )

    def variant(self, *, index: str | Place | None = None, mode: Mode | None = None) -> Assistant:
        """The same models for another index, or for another way to answer; nothing is loaded.

        Raises:
            IndexMissing: there is no index in the folder.
            IndexMismatch: it was built with another encoder.
        """
        here = index is None or str(place(index)) == self.index.name
        other = Assistant(
            self.index if here else opened(index_folder(index), self.encoder),
            self.encoder,
            self.reader,
            self.llm,
            today=self.today,
            mode=mode or self.mode,
        )
        other._kinds = self._kinds
        return other

    def ask(
        self,
        question: str,
        history: History = (),
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        *,
        outlets: Sequence[str] = (),
        authors: Sequence[str] = (),
        titles: Sequence[str] = (),
        languages: Sequence[str] = (),
        without: Container[str] = (),
    ) -> Answer:
        """Answer a question from the articles of the index, or refuse.

        Args:
            question: in English, up to 1,000 characters.
            history: earlier exchanges of the conversation, oldest first.
            since: leave out what was published before this day, month or year ("2024-12-07",
                "5 December 2024", "2024-12", "2024").
            until: leave out what was published after it.
            outlets: read only articles of these, in any spelling.
            authors: read only articles by these.
            titles: read only articles whose headline has all words of one of these, in any form.
            languages: read only articles in these, by name or code of ISO 639-1.
            without: what is not to be read out of the question: "dates", "outlet", "author",
                or "kind", for a request that is meant as a question.

        Raises:
            BadRequest: the question is empty, a date is none, or no article is known to be by an
                author, of an outlet, in a language or under a headline.
        """
        for event in self.stream(
            question,
            history,
            since,
            until,
            outlets=outlets,
            authors=authors,
            titles=titles,
            languages=languages,
            without=without,
        ):
            if event.answer is not None:
                return event.answer
        raise AssertionError("a stream ends with an answer")

    def stream(
        self,
        question: str,
        history: History = (),
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        *,
        outlets: Sequence[str] = (),
        authors: Sequence[str] = (),
        titles: Sequence[str] = (),
        languages: Sequence[str] = (),
        without: Container[str] = (),
    ) -> Iterator[Event]:
        """The same answer step by step; each sentence is checked before it is yielded.

        Raises:
            BadRequest: as `ask`.
        """
        asked = askable(question)
        window = dates(since, until)
        wanted = Scope(
            authors=tuple(authors),
            outlets=tuple(outlets),
            titles=tuple(titles),
            languages=tuple(languages),
            first=window.since,
            last=window.until,
        )
        today = self.today or dt.date.today()
        run = Run(
            AnswerBuilder(asked, self.index.name, self.llm, self.composes),
            history=history,
            dates=window,
            today=today,
            encoder=self.encoder,
            reader=self.reader,
            requests=Requests(
                window, wanted, today, self.encoder, self.kinds, self.catalogue, without
            ),
            without=without,
        )
        return self._events(run)

    def _events(self, run: Run) -> Iterator[Event]:
        with self.index.snapshot() as view:
            yield from run.events(view)

    def composes(self) -> bool:
        """Whether answers are written by the model; its self-test is taken when first needed.

        Raises:
            ModelError: the model cannot write.
        """
        if self.mode == "auto" and self.llm is not None:
            return capable(self.llm)
        return self.mode == "compose" and self.llm is not None

    def kinds(self) -> Kinds:
        """The examples by which requests are told apart, encoded when first needed."""
        if self._kinds is None:
            self._kinds = Kinds(self.encoder)
        return self._kinds

    def catalogue(self, view: View) -> Catalogue:
        """The articles of this state of the index, read again when it has changed."""
        if self._catalogue is None or self._catalogue.generation != view.manifest.generation:
            self._catalogue = Catalogue(view)
        return self._catalogue

    def article(self, article_id: str) -> Article:
        """An article as it is stored.

        Raises:
            UnknownArticle: no article has that id.
        """
        return self.index.article(article_id)

    def close(self) -> None:
        """Close the index."""
        self.index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def ask(
    question: str,
    history: History = (),
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    *,
    index: str | Place | None = None,
    outlets: Sequence[str] = (),
    authors: Sequence[str] = (),
    titles: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> Answer:
    """Answer one question from an index, loading the models for it; as `Assistant.ask`.

    For more than one question use `Assistant.load`, which loads them once.

    Raises:
        IndexMissing: there is no index in the folder.
        BadRequest: as `Assistant.ask`.
    """
    with Assistant.load(index) as assistant:
        return assistant.ask(
            question,
            history,
            since,
            until,
            outlets=outlets,
            authors=authors,
            titles=titles,
            languages=languages,
        )


def askable(question: str) -> str:
    """A question as it is read, without what has no glyph.

    Raises:
        BadRequest: it is empty or too long.
    """
    asked = visible(question)
    if not any(char.isalnum() for char in asked):
        raise BadRequest("The question is empty. Ask in a sentence, such as: who won the vote?")
    if len(asked) > LONGEST:
        raise BadRequest(
            f"The question has {len(asked):,} characters; ask in {LONGEST:,} or fewer."
        )
    return asked


def dates(since: str | dt.date | None, until: str | dt.date | None) -> Dates:
    """The first and the last day of what a person writes: a day, a month or a year.

    Raises:
        BadRequest: it is none of these, or the last day comes before the first.
    """
    found = Dates(_span(since)[0], _span(until)[1])
    if found.since and found.until and found.since > found.until:
        raise BadRequest(
            f"The dates leave nothing: {found.since} is after {found.until}. Exchange them."
        )
    return found


def _span(given: str | dt.date | None) -> tuple[dt.date | None, dt.date | None]:
    if isinstance(given, dt.datetime):
        given = given.date()
    if given is None or isinstance(given, dt.date):
        return given, given
    text = given.strip()
    if not text:
        return None, None
    with suppress(ValueError):
        found = dt.date.fromisoformat(text)
        return found, found
    with suppress(ValueError):
        text = f"{dt.date.fromisoformat(f'{text}-01'):%B %Y}"  # 2024-12
    text = f"in {text.title()}"
    for mention in mentions(text, None):
        if mention.start in (0, len("in ")) and mention.end == len(text) and mention.first:
            return mention.first, mention.last
    raise BadRequest(
        f"{given!r} is not a date. Write it as 2024-12-07, 5 December 2024, 2024-12 or 2024."
    )
