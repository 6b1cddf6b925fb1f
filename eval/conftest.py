"""One run of all questions over a fresh index of the demo archive, shared by the tests."""

from collections.abc import Callable, Iterator

import pytest

from eval.questions import ARTICLES, Known, load
from eval.running import Mark, evaluate
from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from rag import Assistant
from rag.llm import load_llm


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("eval") / "index"
    encoder = load_encoder()
    with index_for(folder, encoder) as index:
        report = ingest(index, [ARTICLES], encoder)
        assert not report.problems, report.problems
        yield Assistant(index, encoder, load_llm())


@pytest.fixture(scope="session")
def questions() -> list[Known]:
    return load()


@pytest.fixture(scope="session")
def marks(assistant: Assistant, questions: list[Known]) -> list[Mark]:
    return evaluate(assistant, questions)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print to the terminal whether or not the test fails: figures are for reading."""

    def write(line: str) -> None:
        with capsys.disabled():
            print(line)

    return write
