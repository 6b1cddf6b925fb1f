"""One run of all questions and mutations over a fresh index of the demo archive, shared.

pytest eval/ --category superseded      ask only these, and try no mutation (repeatable)
pytest eval/ --mutation changed         try only these mutations (repeatable)
pytest eval/test_requests.py --request count     make only these requests (repeatable)
pytest eval/ --fault retrieval-reversed break the code first: this has to turn red
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from eval import baseline, faults
from eval.caching import CachedEncoder, CachedReader
from eval.mutations import MUTATIONS
from eval.questions import CATEGORIES, Known, load
from eval.requests import KINDS
from eval.running import Results, latest
from index.embedding import load_encoder
from rag import Assistant
from rag.models.choice import load_llm
from rag.reader.extractive import load_reader


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("byline", "evaluation")
    group.addoption(
        "--category", action="append", default=[], choices=CATEGORIES, metavar="NAME",
        help=f"ask only such questions, and try no mutation: {', '.join(CATEGORIES)}",
    )  # fmt: skip
    group.addoption(
        "--mutation", action="append", default=[], choices=list(MUTATIONS), metavar="NAME",
        help=f"try only these mutations: {', '.join(MUTATIONS)}",
    )  # fmt: skip
    group.addoption(
        "--request", action="append", default=[], choices=KINDS, metavar="KIND",
        help=f"make only such requests: {', '.join(KINDS)}",
    )  # fmt: skip
    group.addoption(
        "--fault", choices=list(faults.FAULTS), metavar="NAME",
        help=f"break the code, to see that it is noticed: {', '.join(faults.FAULTS)}",
    )  # fmt: skip


def pytest_report_header(config: pytest.Config) -> list[str]:
    stamp = baseline.read()["stamp"]
    lines = [f"baseline: {stamp['commit']} of {stamp['date']}"]
    if name := config.getoption("--fault"):
        lines.append(f"FAULT put into the code: {name}: {faults.FAULTS[name].breaks}")
    return lines


@pytest.fixture(scope="session", autouse=True)
def fault(pytestconfig: pytest.Config) -> Iterator[None]:
    """The fault that was asked for, in the code for the whole session."""
    name = pytestconfig.getoption("--fault")
    if name is None:
        yield
        return
    with faults.FAULTS[name].put():
        yield


@pytest.fixture(scope="session")
def assistant(fault: None) -> Iterator[Assistant]:
    encoder = CachedEncoder(load_encoder())
    with baseline.demo(encoder) as index:
        yield Assistant(
            index, encoder, CachedReader(load_reader()), load_llm(), today=latest(index)
        )


@pytest.fixture(scope="session")
def questions() -> list[Known]:
    return load()


@pytest.fixture(scope="session")
def mutations(pytestconfig: pytest.Config) -> Sequence[str]:
    """Those to be tried."""
    every = () if pytestconfig.getoption("--category") else tuple(MUTATIONS)
    return tuple(pytestconfig.getoption("--mutation")) or every


@pytest.fixture(scope="session")
def kinds(pytestconfig: pytest.Config) -> Sequence[str]:
    """The kinds of request to be made; none where only some questions are asked."""
    every = () if pytestconfig.getoption("--category") else KINDS
    return tuple(pytestconfig.getoption("--request")) or every


@pytest.fixture(scope="session")
def results(
    pytestconfig: pytest.Config,
    assistant: Assistant,
    questions: list[Known],
    mutations: Sequence[str],
) -> Results:
    categories = pytestconfig.getoption("--category") or CATEGORIES
    there = {card.article_id for card in assistant.index.articles()}
    asked = [
        one
        for one in questions
        if one.category in categories and there.issuperset((*one.gold, *one.hostile))
    ]  # those on articles that are gone are told by a test of their own
    return baseline.run(assistant, asked, mutations=mutations)


@pytest.fixture(scope="session")
def kept() -> Mapping[str, Any]:
    return baseline.read()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print to the terminal whether or not the test fails: figures are for reading."""

    def write(line: str) -> None:
        with capsys.disabled():
            print(line)

    return write


@pytest.fixture
def nothing() -> Callable[[Sequence[str]], None]:
    """Fail where there is anything: with these lines alone, of which the first stands for all."""

    def check(wrong: Sequence[str]) -> None:
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            pytest.fail("\n".join([f"{wrong[0]}{more}", *wrong[1:]]), pytrace=False)

    return check
