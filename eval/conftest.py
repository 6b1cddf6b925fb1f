"""One run of all questions and mutations over a fresh index of the demo archive, shared."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from eval import baseline
from eval.caching import CachedEncoder, remembering
from eval.questions import Known, load
from eval.running import Results, latest
from index.embedding import load_encoder
from rag import Assistant
from rag.models.llm import load_llm


@pytest.fixture(scope="session")
def assistant() -> Iterator[Assistant]:
    encoder = CachedEncoder(load_encoder())
    with baseline.demo(encoder) as index:
        yield Assistant(index, encoder, remembering(load_llm()), today=latest(index))


@pytest.fixture(scope="session")
def questions() -> list[Known]:
    return load()


@pytest.fixture(scope="session")
def results(assistant: Assistant, questions: list[Known]) -> Results:
    return baseline.run(assistant, questions)


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
