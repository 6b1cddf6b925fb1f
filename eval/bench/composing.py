"""Compose against quote, in numbers: the same evidence in the model's own words and in quotations.

    python -m eval.bench.composing [--model MODEL] [--limit N]

The demo questions are answered with quotations. Where there is evidence, the given model
composes from it, so that the two differ in nothing but the writing. An answer is right where
it holds a gold answer, and supported where each sentence passes level 1 against what it cites.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from eval.metrics import contains_answer
from eval.questions import ARTICLES, Known, load
from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from index.records import Span
from rag import Answer, Assistant
from rag.compose import Composition
from rag.models.choice import load_llm
from rag.models.llm import LLM
from rag.quote import quotation
from rag.reader.extractive import load_reader
from rag.records import Draft, Passage
from rag.selftest import NEEDED, cases, passes
from rag.verify.mend import Mended, Mender, Written, numbered
from rag.verify.support import Support, faults


@dataclass(slots=True)
class Column:
    """One way of answering, and what came of it."""

    name: str
    right: list[bool] = field(default_factory=list)
    """For each answerable question, whether its answer is right and supported."""
    declined: list[bool] = field(default_factory=list)
    """For each answerable question, whether it was refused."""
    spared: list[bool] = field(default_factory=list)
    """For each question without an answer, whether it was refused."""
    supported: list[bool] = field(default_factory=list)
    """For each sentence shown, whether it passes level 1 once more."""
    became: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    tokens: list[int] = field(default_factory=list)
    """Tokens written for each question with evidence."""
    seconds: list[float] = field(default_factory=list)

    def add(self, known: Known, shown: Sequence[Mended], mender: Mender) -> None:
        """Mark the answer to one question."""
        sound = [not faults(one.text, _supports(one, mender)) for one in shown]
        if known.answerable:
            text = " ".join(one.text for one in shown)
            self.right.append(contains_answer(text, known.answers) and all(sound))
            self.declined.append(not shown)
        else:
            self.spared.append(not shown)
        self.supported += sound
        self.became.update(mender.tally)
        self.faults.update(mender.kinds)


def main() -> None:
    """Ask the questions both ways and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--model", help="who composes: a file, hf:… or an address; else pip's model"
    )
    parser.add_argument("--limit", type=int, help="ask only so many questions, spread evenly")
    chosen = parser.parse_args()
    with demo() as assistant:
        llm = load_llm(chosen.model)
        report_selftest(llm)
        columns = compare(assistant, llm, spread(load(), chosen.limit))
    print("\n".join(table(columns)))


@contextmanager
def demo() -> Iterator[Assistant]:
    """An assistant over the demo articles that quotes."""
    encoder = load_encoder()
    with (
        tempfile.TemporaryDirectory() as folder,
        index_for(Path(folder) / "index", encoder) as index,
    ):
        ingest(index, [ARTICLES], encoder)
        yield Assistant(index, encoder, load_reader(), None)


def spread(questions: Sequence[Known], limit: int | None) -> list[Known]:
    """So many of the questions, at even distances; all without a limit."""
    count = min(limit or len(questions), len(questions))
    return [questions[at * len(questions) // count] for at in range(count)]


def report_selftest(llm: LLM) -> None:
    """Print how the model does in each case of the self-test, and what `auto` makes of it."""
    right = [passes(llm, case) for case in cases()]
    way = "compose" if sum(right) >= NEEDED else "quote"
    print(
        f"{llm.name}: self-test {sum(right)} of {len(right)} (needed: {NEEDED}); auto picks {way}"
    )


def compare(assistant: Assistant, llm: LLM, questions: Iterable[Known]) -> list[Column]:
    """Answer each question both ways from the same evidence."""
    quote, compose = Column("quote"), Column("compose")
    for known in questions:
        answer = assistant.ask(known.question, known.history, known.since, known.until)
        drafts = evidence(assistant, answer)
        mender = Mender(numbered(drafts))
        quoted = [
            mender.mend(Written(draft.text, (at,))) for at, draft in enumerate(drafts, start=1)
        ]
        quote.add(known, [one for one in quoted if one.how != "dropped"], mender)
        writing = Composition(llm, answer.understood, drafts)
        started = time.perf_counter()
        shown = list(writing.stream()) if drafts else []
        compose.add(known, shown, writing.mender)
        if drafts:
            compose.seconds.append(time.perf_counter() - started)
            compose.tokens.append(writing.generated)
            compose.became["model refused"] += writing.refused
    return [quote, compose]


def evidence(assistant: Assistant, answer: Answer) -> list[Draft]:
    """What an answer cites, as the drafts that it was made of."""
    passages = assistant.index.passages([found.chunk_id for found in answer.passages])
    scored = dict(zip(answer.passages, passages, strict=True))
    drafts = []
    for citation in answer.citations:
        for found, stored in scored.items():
            chunk = stored.chunk
            inside = chunk.start <= citation.start and citation.end <= chunk.end
            if chunk.article_id == citation.article_id and inside:
                passage = Passage(stored, found.score, 0.0, 0.0)
                drafts.append(quotation(passage, Span(citation.start, citation.end)))
                break
    return drafts


def table(columns: Sequence[Column]) -> list[str]:
    """The figures of each way side by side, as lines."""
    rows: list[tuple[str, Callable[[Column], str]]] = [
        ("answerable questions", lambda one: str(len(one.right))),
        ("  right and supported", lambda one: _share(one.right)),
        ("  refused", lambda one: _share(one.declined)),
        ("without an answer", lambda one: str(len(one.spared))),
        ("  refused", lambda one: _share(one.spared)),
        ("sentences shown", lambda one: str(len(one.supported))),
        ("  supported", lambda one: _share(one.supported)),
        *((f"  {how}", _became(how)) for how in ("kept", "recited", "quoted", "dropped")),
        ("answers: model refused", _became("model refused")),
        ("tokens written, median", lambda one: f"{median(one.tokens):.0f}" if one.tokens else "0"),
        ("seconds, median", lambda one: f"{median(one.seconds):.2f}" if one.seconds else "-"),
        ("faults", lambda one: ", ".join(f"{k} {n}" for k, n in one.faults.most_common()) or "-"),
    ]
    head = f"{'':24}" + "".join(f" {one.name:>10}" for one in columns)
    return [
        head,
        *(f"{name:24}" + "".join(f" {of(one):>10}" for one in columns) for name, of in rows),
    ]


def _became(how: str) -> Callable[[Column], str]:
    return lambda one: str(one.became[how])


def _share(values: Sequence[bool]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else "-"


def _supports(mended: Mended, mender: Mender) -> list[Support]:
    return [mender.sources[number].support for number in mended.cited]


if __name__ == "__main__":
    main()
