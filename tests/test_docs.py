"""README and docs/: their links lead somewhere, and their examples run."""

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import closing, redirect_stdout
from pathlib import Path

import pytest
import typer.main
from browsing import served

import app  # noqa: F401, which adds `serve`
from index.embedding import load_encoder
from index.ingesting import index_for, ingest
from rag import Assistant
from rag.cli.commands import cli
from rag.cli.terminal import answer_text
from rag.page.choices import Choices

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "eval" / "README.md"]
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    """The examples in a language: each with the name of its page."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = ((page, BLOCK.findall(page.read_text("utf-8"))) for page in pages)
    return [(page.name, text) for page, some in found for kind, text in some if kind == language]


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in an address."""
    text = BLOCK.sub("", page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in HEADING.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_somewhere(page):
    for link in LINK.findall(page.read_text("utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_each_command_in_the_pages_is_one_that_byline_takes():
    group = typer.main.get_command(cli)
    examples = [
        line.removeprefix("$ byline ")
        for _, text in blocks("console")
        for line in text.splitlines()
        if line.startswith(("$ byline ", "byline "))
    ]
    assert len(examples) >= 10
    for example in examples:
        name, *words = shlex.split(example.removeprefix("byline "), comments=True)
        command = group.commands[name]  # type: ignore[attr-defined]
        command.make_context(name, words)  # raises where it is used wrongly


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo archive under the name that the examples give theirs."""
    made = tmp_path_factory.mktemp("examples")
    encoder = load_encoder()
    with index_for(made / "my-index", encoder) as index:
        ingest(index, [ROOT / "eval" / "articles"], encoder)
    return made


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    def load(*_: object) -> Assistant:
        return Assistant.load(folder / "my-index")

    with served(Choices([folder / "my-index"], [None], load, load_encoder), mcp=True) as address:
        yield address


def run(code: str) -> str:
    """What an example prints."""
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "example", "exec"), {"__name__": "example"})
    return printed.getvalue()


@pytest.mark.heavy
@pytest.mark.models
def test_the_answers_on_the_first_screen_are_those_of_the_demo_archive(folder):
    shown = re.findall(r'make ask Q="(.+?)"\n(.+?)\n', (ROOT / "README.md").read_text("utf-8"))
    assert len(shown) == 2
    with closing(Assistant.load(folder / "my-index")) as assistant:
        for question, line in shown:
            assert answer_text(assistant.ask(question), 200).startswith(line)


@pytest.mark.heavy
@pytest.mark.models
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_each_python_example_runs(folder, address, monkeypatch):
    pytest.importorskip("mcp")
    monkeypatch.chdir(folder)
    examples = blocks("python")
    assert len(examples) == 4
    for page, code in examples:
        assert run(code.replace("http://127.0.0.1:7860/", address)), page
