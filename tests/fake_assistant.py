"""A scripted assistant over a small invented archive, for the tests of the page."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from index.embedding import HashEncoder
from index.errors import BadRequest
from index.ingesting import ingest_articles
from index.records import Article
from index.store import Index
from rag.models.llm import LLM
from rag.page import overview
from rag.page.choices import Choices
from rag.records import (
    Answer,
    Citation,
    Conflict,
    Event,
    Headline,
    Refusal,
    Retrieved,
    Sentence,
    Turn,
)

SUGGESTED = next(iter(overview.SUGGESTED.items()))
"""A question that the page suggests, and the article that has to be there for it."""
BRIDGE = Article(
    id="bridge-1",
    title="Harbour bridge to reopen in May after two-year repair",
    text=(
        "The harbour bridge in Veldmar will reopen on 12 May, the port authority said on Tuesday, "
        "ending a closure that has sent lorries on a 40-kilometre detour through the old town.\n\n"
        "Repairs cost 18.4 million crowns, a fifth more than planned, according to the authority's "
        "report to the city council. Engineers had found corrosion in six of the eleven piers "
        "during a routine inspection. “We could not ask people to cross on trust alone,” said the "
        "authority's director, Ilse Tarn.\n\n"
        "Residents of the old town have asked for the detour's night ban to stay in force."
    ),
    source="harbour.md",
    published=dt.date(2025, 3, 4),
    publisher="Veldmar Courier",
    url="https://courier.example/harbour-bridge?id=7&lang=en",
)
COUNCIL = Article(
    id="council-2",
    title="Council questions bill for harbour bridge",
    text=(
        "Councillors asked on Thursday why the bill for the harbour bridge had grown.\n\n"
        "The final cost is 19.1 million crowns once the new lighting is counted, the city's "
        "treasurer told the meeting. The lighting was ordered after the first budget was approved."
    ),
    source="council.md",
    published=dt.date(2025, 3, 6),
    publisher="Northern Wire",
)
HOSTILE = Article(
    id="hostile-3",
    title="<img src=x onerror=\"document.title='owned'\"> ![x](http://evil.example/t.png)",
    text=(
        "<script>document.title='owned'</script> The ferry sails at <b>nine</b>. "
        "[press here](javascript:alert(1)) ![pixel](http://evil.example/p.png) $$x^2$$ "
        "{{constructor}} ${document.title='owned'} `code` **bold**\n\n"
        "</blockquote></article><iframe src='http://evil.example/'></iframe>"
    ),
    source="hostile.html",
    published=None,
    publisher='"><svg onload="document.title=\'owned\'">',
    url="javascript:document.title='owned'",
)
ARCHIVE = (BRIDGE, COUNCIL, HOSTILE)

ASK_BRIDGE = "When does the harbour bridge reopen, and what did the repair cost?"
ASK_HOSTILE = "When does the ferry sail?"
ASK_REFUSED = "Who designed the opera house?"
ASK_BROKEN = "What happens when the index is busy?"


def cite(number: int, article: Article, quote: str, also_in: tuple[str, ...] = ()) -> Citation:
    """A citation of the first place where `article` says `quote`."""
    start = article.text.index(quote)
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        publisher=article.publisher,
        published=article.published,
        url=article.url,
        quote=quote,
        start=start,
        end=start + len(quote),
        also_in=also_in,
    )


def answered(
    question: str,
    sentences: Sequence[Sentence],
    citations: Sequence[Citation],
    short: str | None = None,
    conflicts: tuple[Conflict, ...] = (),
) -> Answer:
    """A finished answer whose text is its sentences with their marks."""
    return Answer(
        question=question,
        understood=question,
        text=" ".join(sentence.marked() for sentence in sentences),
        short=short,
        sentences=tuple(sentences),
        citations=tuple(citations),
        passages=tuple(Retrieved(one.article_id, one.number, 1.0) for one in citations),
        conflicts=conflicts,
        model="scripted",
        seconds={"total": 1.84},
    )


def bridge_answer() -> Answer:
    """Three sentences, one in an article's own words, from two articles that disagree."""
    reopening = "The harbour bridge in Veldmar will reopen on 12 May"
    cost = "Repairs cost 18.4 million crowns, a fifth more than planned"
    final = "The final cost is 19.1 million crowns once the new lighting is counted"
    return answered(
        ASK_BRIDGE,
        [
            Sentence("The bridge reopens on 12 May.", (1,), quoted=False),
            Sentence("Its repair cost 18.4 million crowns.", (2,), quoted=False),
            Sentence(f"{final}, the city's treasurer told the meeting.", (3,), quoted=True),
        ],
        [
            cite(1, BRIDGE, reopening, also_in=("Coast Gazette", "Daily Ledger")),
            cite(2, BRIDGE, cost),
            cite(3, COUNCIL, final),
        ],
        short="12 May",
        conflicts=(Conflict("number", (("18.4 million", 2), ("19.1 million", 3))),),
    )


def hostile_answer() -> Answer:
    """An answer that quotes an article full of markup."""
    quote = HOSTILE.text.split("\n\n")[0]
    return answered(ASK_HOSTILE, [Sentence(quote, (1,), quoted=True)], [cite(1, HOSTILE, quote)])


def refused_answer() -> Answer:
    """A refusal that names two headlines."""
    message = "The archive says nothing about who designed the opera house."
    nearest = tuple(
        Headline(one.id, one.title, one.publisher, one.published) for one in (BRIDGE, COUNCIL)
    )
    refusal = Refusal("not_stated", message, nearest)
    return Answer(ASK_REFUSED, ASK_REFUSED, message, refusal=refusal)


def events(answer: Answer) -> list[Event]:
    """The steps in which an assistant streams `answer`."""
    steps = [Event("status", "reading 6 passages")]
    told: set[int] = set()
    for sentence in answer.sentences:
        new = [one for one in answer.citations if one.number in {*sentence.citations} - told]
        told |= set(sentence.citations)
        steps.append(Event("sentence", sentence.text, sentence, tuple(new)))
    return [*steps, Event("answer", answer.text, answer=answer)]


class FakeAssistant:
    """Streams what its script says; `pace`, if given, must be released once for each event."""

    llm: LLM | None = None

    def __init__(
        self, script: Mapping[str, Answer] | None = None, pace: threading.Semaphore | None = None
    ) -> None:
        answers = (bridge_answer(), hostile_answer(), refused_answer())
        self.script = dict(script) if script else {answer.question: answer for answer in answers}
        self._pace = pace
        self.calls: list[tuple[str, tuple[Turn, ...], str | None, str | None]] = []
        self.variants: list[tuple[Path | None, str | None]] = []

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
        **only: object,
    ) -> Iterator[Event]:
        """The scripted answer's events; a question without one is a `BadRequest`."""
        self.calls.append((question, tuple(history), since, until))
        self.only = only
        if question not in self.script:
            raise BadRequest("another process is writing to the index; ask again in a minute")
        for event in events(self.script[question]):
            if self._pace is not None:
                self._pace.acquire()
            yield event

    def ask(self, question: str, *asked: object, **more: object) -> Answer:
        """The scripted answer in one go."""
        *_, last = self.stream(question, *asked, **more)  # type: ignore[arg-type]
        assert last.answer is not None
        return last.answer

    def composes(self) -> bool:
        """Its script is what the articles say."""
        return False

    def variant(self, *, index: Path | None = None, mode: str | None = None) -> FakeAssistant:
        """Itself: the script is the same for every index and every way to answer."""
        self.variants.append((index, mode))
        return self


def choices_of(
    assistant: FakeAssistant, folder: Path, articles: Sequence[Article] = ARCHIVE
) -> Choices:
    """One index with these articles, or none, and the assistant that answers from it."""
    if articles:
        with Index.create(folder, HashEncoder()) as index:
            ingest_articles(index, articles, HashEncoder())
    return Choices([folder], [None], lambda folder, model: assistant, HashEncoder)
