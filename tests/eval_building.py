"""A small archive, questions about it, and made-up marks, for the tests of the evaluation."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval.marks import Mark
from index.embedding import HashEncoder
from index.ingesting import index_for, ingest
from index.records import Article
from rag import Answer, Assistant
from rag.models.llm import ScriptedLLM
from rag.reader.reading import WordReader
from rag.records import Citation, Refusal, Retrieved, Sentence

BRIDGE = (
    "The harbour bridge in Veldmar will reopen on 12 May, the port authority said on Tuesday.\n\n"
    "Repairs cost 18.4 million crowns, a fifth more than planned. Engineers had found corrosion "
    "in six of the eleven piers during an inspection that lasted until the end of the winter."
)
FERRY = (
    "The ferry between Veldmar and Ostrand will not sail before September, its operator said.\n\n"
    "The company cited a shortage of engineers and the price of fuel. Captain Rhea Tolmund called "
    "the decision a disgrace and asked the council of Ostrand for a meeting."
)
ROWS: tuple[dict[str, Any], ...] = (
    {"id": "bridge", "title": "Harbour bridge to reopen", "text": BRIDGE,
     "published": "2025-03-04", "publisher": "Veldmar Courier"},
    {"id": "bridge-copy", "title": "Veldmar bridge opens again in May", "text": BRIDGE,
     "published": "2025-03-05", "publisher": "Northern Wire"},
    {"id": "ferry", "title": "Ferry cancelled until autumn", "text": FERRY,
     "published": "2025-04-02", "publisher": "Northern Wire"},
)  # fmt: skip
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"id": "q1", "question": "How much did the repairs of the harbour bridge cost?",
     "category": "number", "answerable": True, "answers": ["18.4 million"], "gold": ["bridge"]},
    {"id": "q2", "question": "Who called the decision about the ferry a disgrace?",
     "category": "who_said", "answerable": True, "answers": ["Rhea Tolmund"], "gold": ["ferry"]},
    {"id": "q3", "question": "Who won the presidential election in Chile?",
     "category": "off_topic", "answerable": False, "answers": [], "gold": []},
)  # fmt: skip


def jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@contextmanager
def assistant(folder: Path, rows: Sequence[dict[str, Any]] = ROWS) -> Iterator[Assistant]:
    """An assistant without a real model that has read the rows."""
    encoder = HashEncoder()
    with index_for(folder / "index", encoder) as index:
        ingest(index, [jsonl(folder / "articles.jsonl", rows)], encoder)
        yield Assistant(index, encoder, WordReader(), ScriptedLLM(), today=dt.date(2025, 4, 2))


def article(article_id: str, text: str, title: str = "") -> Article:
    return Article(article_id, title, text, f"{article_id}.md")


def citation(number: int, article_id: str, text: str, quote: str, **known: Any) -> Citation:
    start = text.index(quote)
    fields = {"title": "", "publisher": None, "published": None, "url": None, **known}
    return Citation(number, article_id, quote=quote, start=start, end=start + len(quote), **fields)


def answer(sentences: Sequence[Sentence], citations: Sequence[Citation], **more: Any) -> Answer:
    fields = {
        "passages": tuple(Retrieved(one.article_id, 1, 1.0) for one in citations),
        "text": " ".join(one.marked() for one in sentences),
        **more,
    }
    return Answer("q", "q", sentences=tuple(sentences), citations=tuple(citations), **fields)


def refusal() -> Answer:
    return Answer("q", "q", "No.", refusal=Refusal("not_stated", "No."))


def mark(number: int = 1, **fields: Any) -> Mark:
    """A mark of a right and supported answer, but for what is given."""
    values: dict[str, Any] = {
        "id": f"q{number}", "question": f"question {number}?", "category": "fact",
        "split": "report", "story": f"s{number}", "answerable": True, "gold_answers": ("x",),
        "text": f"answer {number}", "short": None, "refused": False, "refusal": None,
        "right": True, "supported": True, "faults": (), "f1": 1.0, "l1_support": 1.0,
        "short_right": None, "complete": None, "repeats_claims": None, "says_never": None,
        "differs": False, "reads_copies": False,
        "exact_quotes": 1.0, "citation_recall": 1.0, "citation_precision": 1.0,
        "cites_gold": True, "cites_copies": False, "within_dates": None, "cited": ("a",),
        "relevant": (True,), "gold_origins": 1, "confidence": None, "evaluated": 100,
        "seconds": 0.0,
    }  # fmt: skip
    return Mark(**{**values, **fields})
