"""Fills .venv with what Byline needs, and says meanwhile what it is doing.

    python3 tools/install.py          what `byline` needs
    python3 tools/install.py --dev    and what its tests need

Run by the Makefile, with nothing but Python's standard library. llama.cpp is
compiled once: its wheel is kept in .byline/wheels, where later installations
find it. Everything that pip says goes to .venv/install.log.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
WHEELS = ROOT / ".byline" / "wheels"
PINS = ("--constraint", str(ROOT / "constraints.txt"), "--find-links", str(WHEELS))

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
    say("Setting up .venv: once, with the network. The full log is .venv/install.log")
    make_environment()
    LOG.write_bytes(b"")
    compile_llama(next(line for line in wanted if line.startswith("llama-cpp-python")))
    say(
        f"  packages: torch, sentence-transformers, Gradio and others ({len(wanted)} and their own)"
    )
    pip("install", *PINS, *wanted)
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


def compile_llama(requirement: str) -> None:
    """Put a wheel of llama-cpp-python into the wheelhouse, unless it is there."""
    version = requirement.partition("==")[2]
    if any(WHEELS.glob(f"llama_cpp_python-{version}-*.whl")):
        say("  llama.cpp: compiled before, in .byline/wheels")
        return
    if not compiler():
        raise SetUpFailed(COMPILER_MISSING)
    WHEELS.mkdir(parents=True, exist_ok=True)
    say("  llama.cpp: compiles for 8 to 12 minutes on two cores, unless pip still has its wheel")
    pip("wheel", "--no-deps", "--wheel-dir", str(WHEELS), requirement)


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


def pip(*arguments: str, python: Path = PYTHON, log: Path = LOG) -> None:
    """Run pip with a line on stderr every half minute.

    Raises:
        SetUpFailed: pip did; the message ends with the end of its log.
    """
    started = time.monotonic()
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, arguments[0], "--progress-bar=off", *arguments[1:]],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment(),
        )
        try:
            while (status := beat(process)) is None:
                say(f"    {clock(time.monotonic() - started)}  {doing(read(log))}")
        finally:
            process.terminate()
            process.wait()
    if status:
        raise SetUpFailed(explained(read(log), log))


def beat(process: subprocess.Popen[bytes]) -> int | None:
    """The exit status of a process, or None when it still runs after one heartbeat."""
    try:
        return process.wait(timeout=HEARTBEAT_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def environment() -> dict[str, str]:
    """The user's environment, with llama.cpp built without its image models.

    And for any x86-64 processor with AVX2 rather than for this one: the same machine code
    gives the same figures everywhere, and a virtual machine may report instructions (AMX)
    that it does not run.
    """
    flags = f"-DLLAVA_BUILD=OFF -DGGML_NATIVE=OFF {os.environ.get('CMAKE_ARGS', '')}".strip()
    return {**os.environ, "CMAKE_ARGS": flags, "PYTHONUNBUFFERED": "1"}


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
