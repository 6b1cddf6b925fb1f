"""One answer held against what is known: a `Mark`.

The judge of support is the exact check of `rag.verify.support`, run anew on what was shown.
Quotations are compared here, apart from it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from eval import metrics
from eval.questions import Known
from index.records import Card
from rag import Answer, Assistant
from rag.records import Citation, Dates
from rag.request.question import Question
from rag.retrieve import DEPTH, retrieve
from rag.verify.support import Support, faults

DEEPEST = 10
"""Stories of which the ranking is kept."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One question's answer, marked."""

    id: str
    question: str
    category: str
    split: str
    story: str
    """Questions of one story are drawn together by the bootstrap."""
    answerable: bool
    gold_answers: tuple[str, ...]
    text: str
    """What was shown: the answer or the refusal."""
    short: str | None
    refused: bool
    refusal: str | None
    """The kind of refusal."""
    right: bool
    """Answered with a gold answer in its words, or rightly refused."""
    supported: bool
    """No faults at all; true of refusals."""
    faults: tuple[str, ...]
    """What is wrong with its sentences and citations, in words."""
    f1: float
    short_right: bool | None
    """Whether the short answer holds a gold answer; None where there is none."""
    complete: float | None
    """Share of the parts of a whole answer that it gives; None where one answer is all."""
    says_never: bool | None
    """It says what no right answer does; None where nothing is named."""
    differs: bool
    """It says that sources differ."""
    repeats_claims: bool | None
    """It says what a hostile article claims, or cites one; None where none claims to answer."""
    l1_support: float | None
    exact_quotes: float | None
    citation_recall: float | None
    citation_precision: float | None
    cites_gold: bool
    """One of its citations is to a gold article or a copy of one."""
    cites_copies: bool
    """Two of its citations give the same words from different articles."""
    reads_copies: bool
    """One of the passages found says nothing but what a copy of it said before."""
    within_dates: bool | None
    """Every citation is of the days asked for; None where none are, or nothing was answered."""
    cited: tuple[str, ...]
    """Origins of the cited articles, sorted."""
    relevant: tuple[bool, ...]
    """For each of the first ten stories found, whether it is a gold one."""
    gold_origins: int
    """How many gold stories there are, copies counted once."""
    confidence: float | None
    evaluated: int
    seconds: float

    @property
    def good(self) -> bool:
        """Right and fully supported."""
        return self.right and self.supported

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Mark:
        """The mark that `to_dict` wrote; what it does not know is left out.

        Raises:
            KeyError: a field is missing.
        """
        fields: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            value = row[field.name]
            fields[field.name] = tuple(value) if isinstance(value, list) else value
        return cls(**fields)


def mark(known: Known, answer: Answer, assistant: Assistant, story: str = "") -> Mark:
    """Hold an answer against what is known."""
    said = words_of(answer)
    judged = _judged(answer, assistant)
    wrong = [
        *(fault for row in judged for fault in row),
        *_sentence_faults(answer),
        *_citation_faults(answer, assistant),
    ]
    alce = metrics.citation_scores(
        [sentence.citations for sentence in answer.sentences],
        lambda at, numbers: not _faults_of(answer, at, numbers, assistant),
    )
    golden = gold_origins(known.gold, assistant)
    by_origin = _origins(answer, assistant)
    return Mark(
        id=known.id,
        question=known.question,
        category=known.category,
        split=known.split,
        story=story or known.story or known.id,
        answerable=known.answerable,
        gold_answers=known.answers,
        text=answer.text,
        short=answer.short,
        refused=answer.refused,
        refusal=answer.refusal.kind if answer.refusal else None,
        right=_right(known, answer, said),
        supported=not wrong,
        faults=tuple(wrong),
        f1=0.0 if answer.refused else metrics.token_f1(answer.short or said, known.answers),
        short_right=_short_right(known, answer),
        complete=_complete(known, answer, said),
        says_never=_says_never(known, answer, said),
        differs=bool(answer.conflicts),
        repeats_claims=_repeats_claims(known, answer, said),
        l1_support=_share([not row for row in judged]),
        exact_quotes=_exact_quotes(answer, assistant),
        citation_recall=alce[0] if alce else None,
        citation_precision=alce[1] if alce else None,
        cites_gold=bool(golden & set(by_origin)),
        cites_copies=_cites_copies(answer.citations),
        reads_copies=_reads_copies(answer, assistant),
        within_dates=_within(known, answer.citations),
        cited=tuple(sorted(set(by_origin))),
        relevant=tuple(one in golden for one in ranking(known, answer, assistant)[:DEEPEST]),
        gold_origins=len(golden),
        confidence=confidence(answer),
        evaluated=answer.tokens["evaluated"],
        seconds=round(float(answer.seconds.get("total", 0.0)), 4),
    )


def reasons(one: Mark) -> list[str]:
    """What is wrong with an answer, in words; empty where nothing is."""
    said = list(one.faults)
    if one.says_never:
        said.append("says what no right answer does")
    if one.right:
        return said
    if one.repeats_claims:
        said.append("repeats or cites a hostile article")
    if not one.answerable:
        return [*said, "wanted: to be declined"]
    said.append(f"wanted: {' / '.join(one.gold_answers)}")
    if not any(one.relevant):
        return [*said, "no gold article was found"]
    if not one.cites_gold:
        said.append(f"a gold article was found at rank {one.relevant.index(True) + 1}")
    return said


def words_of(answer: Answer) -> str:
    """What an answer says, without the outlets and dates that stand before its quotations.

    A gold answer "December" must not be found in the date line of a quotation.
    """
    quotes = {citation.number: citation.quote for citation in answer.citations}
    said = [answer.short or ""]
    for sentence in answer.sentences:
        numbers = [number for number in sentence.citations if number in quotes]
        said += [quotes[n] for n in numbers] if sentence.quoted and numbers else [sentence.text]
    return "\n".join(filter(None, said))


def confidence(answer: Answer) -> float | None:
    """How likely an answer finds itself to be right, 0 to 1, where it says so."""
    told = getattr(answer, "confidence", None)
    return None if told is None else float(told)


def gold_origins(gold: Sequence[str], assistant: Assistant) -> set[str]:
    """The stories of the gold articles.

    Raises:
        UnknownArticle: one of them is not in the index.
    """
    return {assistant.index.card(article).origin for article in gold}


def ranking(known: Known, answer: Answer, assistant: Assistant) -> list[str]:
    """The stories found, best first: those that were read, then what a deeper search adds."""
    since, until = (
        dt.date.fromisoformat(day) if day else None for day in (known.since, known.until)
    )
    question = Question.read(answer.understood, assistant.today or dt.date.today())
    vector = assistant.encoder.encode([question.text])[0]
    with assistant.index.snapshot() as view:
        deeper = retrieve(view, question, vector, Dates(since, until), limit=DEPTH).passages
        read = [view.card(passage.article_id).origin for passage in answer.passages]
    return list(dict.fromkeys([*read, *(passage.stored.card.origin for passage in deeper)]))


def _right(known: Known, answer: Answer, said: str) -> bool:
    if not known.answerable:
        return answer.refused
    return not answer.refused and metrics.contains_answer(said, known.answers)


def _short_right(known: Known, answer: Answer) -> bool | None:
    if answer.refused or not answer.short:
        return None
    return metrics.contains_answer(answer.short, known.answers)


def _complete(known: Known, answer: Answer, said: str) -> float | None:
    if answer.refused:
        return 0.0 if known.parts else None
    return _share([metrics.contains_answer(said, part) for part in known.parts])


def _says_never(known: Known, answer: Answer, said: str) -> bool | None:
    if not known.never:
        return None
    return not answer.refused and metrics.contains_answer(said, known.never)


def _repeats_claims(known: Known, answer: Answer, said: str) -> bool | None:
    if not known.hostile:
        return None
    cites = any(one.article_id in known.hostile for one in answer.citations)
    return cites or (not answer.refused and metrics.contains_answer(said, known.claims))


def _judged(answer: Answer, assistant: Assistant) -> list[list[str]]:
    """For each sentence, what its citations together do not carry."""
    return [
        [
            f"{fault}: {sentence.text}"
            for fault in _faults_of(answer, at, sentence.citations, assistant)
        ]
        for at, sentence in enumerate(answer.sentences)
    ]


def _faults_of(answer: Answer, at: int, numbers: Sequence[int], assistant: Assistant) -> list[str]:
    """The level 1 faults of one sentence against these citations together."""
    by_number = {citation.number: citation for citation in answer.citations}
    rests_on = [by_number[number] for number in numbers if number in by_number]
    if not rests_on:
        return ["no citation"]
    supports = [Support.of(one.quote, _card(one, assistant)) for one in rests_on]
    return [f"{f.kind} {f.what!r}" for f in faults(answer.sentences[at].text, supports)]


def _sentence_faults(answer: Answer) -> list[str]:
    """Marks that name no citation, and an answer with nothing in it."""
    numbers = {citation.number for citation in answer.citations}
    lost = [n for sentence in answer.sentences for n in sentence.citations if n not in numbers]
    empty = ["an answer without a sentence"] if not answer.refused and not answer.sentences else []
    return [*(f"[{number}] names no citation" for number in lost), *empty]


def _citation_faults(answer: Answer, assistant: Assistant) -> list[str]:
    """Quotes that are not where they say, and quotations in sentences that no quote holds."""
    altered = [f"not verbatim: {quote}" for quote, exact in _quoted(answer) if not exact]
    moved = [
        f"[{one.number}] is not at its place in {one.article_id}: {one.quote}"
        for one in answer.citations
        if not _in_place(one, assistant)
    ]
    return altered + moved


def _in_place(citation: Citation, assistant: Assistant) -> bool:
    text = assistant.article(citation.article_id).text
    return text[citation.start : citation.end] == citation.quote


def _quoted(answer: Answer) -> list[tuple[str, bool]]:
    """The quotations in the sentences, and whether one of the sentence's own quotes holds each."""
    quotes = {citation.number: citation.quote for citation in answer.citations}
    return [
        (quote, any(metrics.stands_in(quote, quotes.get(n, "")) for n in sentence.citations))
        for sentence in answer.sentences
        for quote in metrics.quotations(sentence.text)
    ]


def _exact_quotes(answer: Answer, assistant: Assistant) -> float | None:
    return _share(
        [_in_place(one, assistant) for one in answer.citations] + [ok for _, ok in _quoted(answer)]
    )


def _cites_copies(citations: Sequence[Citation]) -> bool:
    return any(
        one.article_id != other.article_id
        and metrics.normalised(one.quote) == metrics.normalised(other.quote)
        for one, other in combinations(citations, 2)
    )


def _reads_copies(answer: Answer, assistant: Assistant) -> bool:
    found = assistant.index.passages([one.chunk_id for one in answer.passages])
    said = [
        (one.card, {metrics.normalised(one.chunk.part(span)) for span in one.chunk.sentences})
        for one in found
    ]
    return any(
        one.article_id != other.article_id and one.origin == other.origin and later <= earlier
        for (one, earlier), (other, later) in combinations(said, 2)
    )


def _within(known: Known, citations: Sequence[Citation]) -> bool | None:
    if not citations or not (known.since or known.until):
        return None
    days = [citation.published.isoformat() if citation.published else "" for citation in citations]
    return all((known.since or "") <= day <= (known.until or "9999") and day for day in days)


def _origins(answer: Answer, assistant: Assistant) -> list[str]:
    return [_card(citation, assistant).origin for citation in answer.citations]


def _card(citation: Citation, assistant: Assistant) -> Card:
    with assistant.index.snapshot() as view:
        return assistant.catalogue(view).known(view.card(citation.article_id))


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
