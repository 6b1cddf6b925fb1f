"""How long readers wait for the first sentence when several ask at once.

    python -m eval.bench.users [--index DIR] [--users 1 5 20] [--questions 2] [--out FILE]

The page is served as `byline serve` does it, with the models that come with Byline, and each
user is one client of its own over HTTP, who asks the next question when the last answer is whole.
Times are from the sending of a question to its first sentence (or its refusal), and to the whole
answer. As many questions are answered at a time as there are cores (four at most), and the others
wait; what the page adds shows in the row of one user.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from eval.baseline import demo
from eval.questions import QUESTIONS, load
from index.embedding import load_encoder
from index.locations import Place
from rag import Assistant
from rag.page import serving
from rag.page.choices import Answering, Choices
from rag.page.page import build

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Waited:
    """One question of one user: seconds to its first sentence and to the whole answer."""

    user: int
    question: str
    first: float
    whole: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a row for each number of users."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--index", type=Path, help="an index folder; by default the demo's")
    parser.add_argument("--users", type=int, nargs="+", default=[1, 5, 20])
    parser.add_argument("--questions", type=int, default=2, help="questions of each user")
    parser.add_argument("--out", type=Path, help="where to write every single time, as JSON")
    given = parser.parse_args(arguments)
    asked = [one.question for one in load(QUESTIONS) if one.answerable]
    rows: dict[int, list[Waited]] = {}
    with ExitStack() as stack:
        folder = given.index or stack.enter_context(demo(load_encoder())).folder
        address = stack.enter_context(served(folder))
        list(conversation(address, 0, asked[:1]))  # warms what is loaded at the first question
        print("users  questions  first sentence: median  worst  whole answer: median  worst")
        for users in given.users:
            rows[users] = measured(address, users, given.questions, asked)
            print(row(users, rows[users]), flush=True)
    if given.out:
        data = {str(users): [asdict(one) for one in found] for users, found in rows.items()}
        given.out.write_text(json.dumps(data, indent=1), "utf-8")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the page for an index, its models loaded."""

    def loaded(index: Place, model: str | None) -> Answering:
        return Assistant.load(index, model=model)

    choices = Choices([folder], [None], loaded, load_encoder)
    choices.assistant(choices.default)
    page = build(choices)
    try:
        yield serving.start(page, HOST, serving.free_port(HOST))
    finally:
        page.close(verbose=False)


def measured(address: str, users: int, each: int, asked: Sequence[str]) -> list[Waited]:
    """The times of all questions of so many users at once, no two asking the same."""
    shares = [
        [asked[(user * each + number) % len(asked)] for number in range(each)]
        for user in range(users)
    ]
    with ThreadPoolExecutor(users) as pool:
        found = pool.map(lambda one: list(conversation(address, *one)), enumerate(shares))
        return [waited for times in found for waited in times]


def conversation(address: str, user: int, questions: Sequence[str]) -> Iterator[Waited]:
    """One user's questions, one after the other.

    gradio_client looks a thousand times a second whether an answer has come, so that twenty of
    them take more of the processor than the page; this one waits.
    """
    calls = f"{address.rstrip('/')}/gradio_api/call/ask"
    opened = build_opener(ProxyHandler({})).open
    for question in questions:
        started = time.perf_counter()
        first = 0.0
        body = json.dumps({"data": [question, "", "", None, ""]}).encode()
        with opened(Request(calls, body, {"Content-Type": "application/json"})) as answer:
            event = json.load(answer)["event_id"]
        with opened(f"{calls}/{event}", timeout=600) as stream:
            for line in stream:
                if line.startswith(b"event: error"):
                    raise RuntimeError(f"{question} was not answered")
                data = json.loads(line[len(b"data: ") :]) if line.startswith(b"data: ") else None
                if data and not first and told(data[0]):
                    first = time.perf_counter() - started
        yield Waited(user, question, first, time.perf_counter() - started)


def told(answer: dict[str, Any]) -> bool:
    """True once there is something to read."""
    return bool(answer["sentences"]) or bool(answer.get("refused"))


def row(users: int, found: Sequence[Waited]) -> str:
    """One line of the table."""
    firsts = [one.first for one in found]
    wholes = [one.whole for one in found]
    return (
        f"{users:>5}  {len(found):>9}  {statistics.median(firsts):>22.2f}  {max(firsts):>5.2f}"
        f"  {statistics.median(wholes):>20.2f}  {max(wholes):>5.2f}"
    )


if __name__ == "__main__":
    main()
