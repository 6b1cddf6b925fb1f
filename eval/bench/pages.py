"""How much of a story is read from twenty made-up pages, and what else is let in.

    python -m eval.bench.pages [--beside CHECKOUT]

The pages are those of `tests.page_shapes`. Beside Byline stand trafilatura's three settings
and, with --beside, Byline as another checkout has it. Below: the facts that pages tell in
eight ways, as Byline and trafilatura (htmldate, courlan) read them. Seconds are of the processor.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import trafilatura

from index.formats.document import from_bytes
from index.readers import read_document
from index.records import Article
from tests.page_shapes import shapes, share
from tests.page_texts import OUTLET, Page

ROUNDS = 3
"""How often all pages are read; the first time loads the libraries and does not count."""
Read = tuple[str, str]
"""The title and the text of a page."""


def main() -> None:
    """Read the pages in each way and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beside", type=Path, help="another checkout of Byline")
    chosen = parser.parse_args()
    pages = [page for _, page in shapes()]
    htmls = [page.html for page in pages]
    ways: dict[str, tuple[Sequence[Read], float]] = {"Byline": timed(byline, htmls)}
    if chosen.beside:
        ways[f"Byline in {chosen.beside.name}"] = beside(chosen.beside, htmls)
    ways["trafilatura"] = timed(extracted(), htmls)
    ways["  favor_recall"] = timed(extracted(recall=True), htmls)
    ways["  favor_precision"] = timed(extracted(precision=True), htmls)
    print(f"{'':24} paragraphs kept   foreign lines in   pages a second")
    for name, (found, seconds) in ways.items():
        lost, let, known, foreign = counts(pages, found)
        print(
            f"{name:24} {known - lost:4} of {known} {1 - lost / known:6.1%}"
            f"  {let:4} of {foreign} {let / foreign:6.1%} {len(pages) / seconds:12.0f}"
        )
    print(f"\n{'':12} {'Byline':>24} {'trafilatura':>24}\n{'':12}" + " right wrong missing   " * 2)
    ours, theirs = facts(pages, told_to_byline), facts(pages, told_to_trafilatura)
    for name in ("title", "published", "author", "publisher"):
        row = [counted[name, how] for counted in (ours, theirs) for how in HOW]
        print(f"{name:12}" + "".join(f"{number:8}" for number in row))


def timed(read: Callable[[str], Read], htmls: Sequence[str]) -> tuple[list[Read], float]:
    """What is read of pages, and the seconds for all of them."""
    found = [read(html) for html in htmls]
    started = time.process_time()
    for _ in range(ROUNDS):
        found = [read(html) for html in htmls]
    return found, (time.process_time() - started) / ROUNDS


def articles(html: str) -> list[Article]:
    """The articles of a page."""
    found = read_document(from_bytes("page.html", "page.html", html.encode()))
    return [item for item in found if isinstance(item, Article)]


def byline(html: str) -> Read:
    """A page as Byline reads it."""
    found = articles(html)
    return (found[0].title if found else ""), "\n\n".join(one.text for one in found)


def extracted(*, recall: bool = False, precision: bool = False) -> Callable[[str], Read]:
    """What reads a page as trafilatura does with a setting."""

    def read(html: str) -> Read:
        found = trafilatura.extract(
            html, include_comments=False, favor_recall=recall, favor_precision=precision
        )
        return "", found or ""

    return read


def beside(checkout: Path, htmls: Sequence[str]) -> tuple[list[Read], float]:
    """The pages as another checkout's code reads them."""
    code = (
        "import json, sys; sys.path.insert(0, '.');"
        "from index.formats.document import from_bytes; from index.readers import read_document;"
        "from index.records import Article; import time\n"
        "def read(html):\n"
        " found = [one for one in read_document(from_bytes('a.html', 'a.html', html.encode()))"
        " if isinstance(one, Article)]\n"
        " return (found[0].title if found else ''), '\\n\\n'.join(one.text for one in found)\n"
        "pages = json.load(sys.stdin)\nfound = [read(one) for one in pages]\n"
        "t = time.process_time()\n"
        f"for _ in range({ROUNDS}): found = [read(one) for one in pages]\n"
        f"print(json.dumps([found, (time.process_time() - t) / {ROUNDS}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, input=json.dumps(list(htmls)), text=True,
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found, seconds = json.loads(done.stdout)
    return [tuple(one) for one in found], seconds


def counts(pages: Sequence[Page], found: Sequence[Read]) -> tuple[int, int, int, int]:
    """How many paragraphs were lost and foreign lines let in, and how many there are of both."""
    shares = [share(page, *read) for page, read in zip(pages, found, strict=True)]
    lost = sum(len(lines) for lines, _ in shares)
    let = sum(len(lines) for _, lines in shares)
    return lost, let, sum(len(one.kept) for one in pages), sum(len(one.foreign) for one in pages)


# --- facts -------------------------------------------------------------------------------------

HOW = ("right", "wrong", "missing")


def facts(pages: Sequence[Page], read: Callable[[str], dict[str, str]]) -> Counter[tuple[str, str]]:
    """How many facts of each name are told rightly, wrongly, or not at all."""
    counted: Counter[tuple[str, str]] = Counter()
    for page in pages:
        found = read(page.html)
        wanted = {
            "title": page.title,
            "published": page.published,
            "author": page.author,
            "publisher": OUTLET,
        }
        for name, value in wanted.items():
            how = "right" if found[name] == value else "wrong" if found[name] else "missing"
            counted[name, how] += 1
    return counted


def told_to_byline(html: str) -> dict[str, str]:
    """The facts of a page as Byline reads them."""
    found = articles(html)
    if not found:
        return dict.fromkeys(("title", "published", "author", "publisher"), "")
    return {
        "title": found[0].title,
        "published": str(found[0].published or ""),
        "author": "; ".join(found[0].authors),
        "publisher": found[0].publisher or "",
    }


def told_to_trafilatura(html: str) -> dict[str, str]:
    """The same as trafilatura reads them."""
    found = trafilatura.extract_metadata(html)
    return {
        "title": found.title or "",
        "published": found.date or "",
        "author": found.author or "",
        "publisher": found.sitename or "",
    }


if __name__ == "__main__":
    main()
