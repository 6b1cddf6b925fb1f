"""Installs the wheel of a folder into a clean environment and asks it a question there.

    .venv/bin/python tools/wheelcheck.py dist

What it proves: the wheel holds every file that the code reads, needs nothing of
this folder, downloads nothing at run time, and answers from what it has read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from install import PINS, ROOT, SetUpFailed, pip, say

ARTICLES = {
    "bridge.md": """\
---
title: Harbour bridge to reopen in May
date: 2025-03-04
publisher: Veldmar Courier
---
The harbour bridge in Veldmar will reopen on 12 May, the port authority said on Tuesday.

Repairs cost 18.4 million crowns, a fifth more than planned. Engineers had found corrosion in six
of the eleven piers during an inspection.
""",
    "ferry.md": """\
---
title: Ferry to Ostrand cancelled until autumn
date: 2025-04-02
publisher: Northern Wire
---
The ferry between Veldmar and Ostrand will not sail before September, its operator said.

The company cited a shortage of engineers and the price of fuel.
""",
}
DATA = (
    "prompts/*.txt",
    "rag/reader/weights/*",
    "rag/page/assets/*",
    "eval/*.css",
    "eval/*.jsonl",
    "eval/articles/**/*",
)
ANSWERED = "How much did the repairs of the harbour bridge cost?"
REFUSED = "Who won the presidential election in Chile?"
# Any attempt to reach the network fails at once, and every Python path is the environment's own.
OFFLINE = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}
FORGOTTEN = ("PYTHONPATH", "PYTHONHOME", "BYLINE_INDEX", "http_proxy", "https_proxy", "no_proxy")


def main(dist: str) -> None:
    """Check the one wheel in the folder `dist`; raise if anything is wrong with it."""
    (wheel,) = Path(dist).glob("byline-*.whl")
    check_contents(wheel)
    with tempfile.TemporaryDirectory(prefix="byline-wheel-") as folder:
        elsewhere = Path(folder)
        byline = install(wheel, elsewhere)
        check_answers(byline, elsewhere)
    say(f"{wheel.name}: installs in a clean environment, reads, answers and declines there.")


def check_contents(wheel: Path) -> None:
    """Raise unless the wheel holds the packages' data files, the licence, and no tests."""
    names = set(zipfile.ZipFile(wheel).namelist())
    data = [path for pattern in DATA for path in ROOT.glob(pattern) if path.is_file()]
    missing = {path.relative_to(ROOT).as_posix() for path in data} - names
    if missing:
        raise SystemExit(f"{wheel.name} lacks {', '.join(sorted(missing))}: see package-data")
    strays = [name for name in names if name.startswith(("tests/", "tools/"))]
    if strays or not any(name.endswith("/LICENSE") for name in names):
        raise SystemExit(f"{wheel.name} holds {strays}, or lacks LICENSE")


def install(wheel: Path, folder: Path) -> Path:
    """Install the wheel into a new environment; return the path of its `byline`."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    binaries = folder / "venv" / "bin"
    say("  a clean environment: packages (llama.cpp is not compiled again)")
    try:
        pip("install", *PINS, str(wheel), python=binaries / "python", log=folder / "install.log")
    except SetUpFailed as failure:
        raise SystemExit(str(failure)) from failure
    return binaries / "byline"


def check_answers(byline: Path, folder: Path) -> None:
    """Raise unless the installed command reads two articles, answers from them and declines."""
    articles = folder / "articles"
    articles.mkdir()
    for name, text in ARTICLES.items():
        (articles / name).write_text(text, "utf-8")
    run(byline, folder, "--help")
    run(byline, folder, "ingest", "articles", "--index", "index")
    listed = json.loads(run(byline, folder, "list", "--index", "index", "--json"))
    if len(listed) != len(ARTICLES):
        raise SystemExit(f"read {len(ARTICLES)} articles, but the index lists {listed}")
    check_answered(ask(byline, folder, ANSWERED))
    refused = ask(byline, folder, REFUSED)
    if not refused["refused"]:
        raise SystemExit(f"answered what it should decline: {refused['text']}")


def check_answered(answer: dict[str, Any]) -> None:
    """Raise unless the answer names the cost and quotes an article verbatim."""
    if answer["refused"] or "18.4 million" not in answer["text"]:
        raise SystemExit(f"not the answer: {answer['text']}")
    texts = [" ".join(text.split()) for text in ARTICLES.values()]
    for citation in answer["citations"]:
        quote = " ".join(citation["quote"].split())
        if not any(quote in text for text in texts):
            raise SystemExit(f"not in any article: {quote}")


def ask(byline: Path, folder: Path, question: str) -> dict[str, Any]:
    """The answer, as `byline ask --json` prints it."""
    printed = run(byline, folder, "ask", question, "--index", "index", "--json")
    answer: dict[str, Any] = json.loads(printed)
    return answer


def run(byline: Path, folder: Path, *arguments: str) -> str:
    """Standard output of a command run in `folder`, without this environment's paths."""
    kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    done = subprocess.run(
        [str(byline), *arguments],
        cwd=folder,
        env={**kept, **OFFLINE, "BYLINE_CACHE": str(folder / "cache")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"byline {' '.join(arguments)} ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1])
