"""A PDF file as its pages, read by pdfium in a process of its own.

A file that makes pdfium crash, run for long or fill the memory costs its own pages only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from index.decoding import signature
from index.formats import columns
from index.formats.columns import Row, Word
from index.formats.document import Document

MOST_PAGES = 1_000
MOST_SECONDS = 60.0  # for the pages of one file; a file that is made to be slow ends here
MOST_CRASHES = 5  # of the process, for one file
PICTURE = 0.5
"""The share of a page that pictures cover at the least where it is a picture of a page."""
STAMP = 60  # letters that may stand on such a page all the same, such as a scanner's name
LONGEST_LABEL = 20  # characters of a page's printed number that are kept; "xviii" is one
DAMAGED = "has damage on {pages}, so that it was not read there. Open it and print it to a new PDF."
CROWDED = "has more letters on {pages} than a page can show, and was not read there. Split it."

SCRIPT = Path(__file__).with_name("pdfpages.py")


@dataclass(slots=True)
class Sheet:
    """One page as it was read."""

    number: int
    words: list[Word] = field(default_factory=list)
    aside: list[list[Word]] = field(default_factory=list)
    """The words that are turned to the side or upside down."""
    label: str = ""  # the number printed on it, as far as it is known
    picture: bool = False  # whether it is a picture, or drawings, without text to speak of
    wrong: str = ""
    """Why it could not be read, to stand after the name of the file, with "{pages}" for it."""

    @property
    def blocks(self) -> list[list[Row]]:
        """Its blocks in reading order, those that are turned at the end."""
        return [block for words in (self.words, *self.aside) for block in columns.blocks(words)]

    @property
    def empty(self) -> bool:
        """Whether no text was found on it."""
        return not (self.words or self.aside)


class PdfFile:
    """A PDF file in memory."""

    def __init__(self, document: Document, data: bytes) -> None:
        """Take the document, for messages, and its bytes."""
        self._document = document
        self._data = data
        self.properties: dict[str, str] = {}
        """What the file says of itself, known when the first page is."""

    def sheets(self) -> Iterator[Sheet]:
        """Each page in order.

        Raises:
            UnreadableSource: it is no PDF, damaged or locked.
        """
        if b"%PDF-" not in self._data[:1024]:
            said = signature(self._data) or "is not a PDF by its contents. Leave it out."
            raise self._document.error(said)
        ends = time.monotonic() + MOST_SECONDS
        pages, done, crashes = 0, 0, 0
        while crashes <= MOST_CRASHES and (done < min(pages, MOST_PAGES) or not crashes):
            with self._running("text", done + 1, MOST_PAGES, ends=ends) as out:
                # A line without its end was being written when the process ended.
                for record in (json.loads(line) for line in out if line.endswith(b"\n")):
                    if "number" in record:
                        yield _sheet(record)
                        done = record["number"]
                    elif "pages" in record:
                        pages = record.pop("pages")
                        self.properties = record
                    elif record["error"] == "locked":
                        said = "is locked with a password. Save a copy without one."
                        raise self._document.error(said)
                    else:
                        raise self._document.damaged()
            if done >= min(pages, MOST_PAGES):
                break
            crashes += 1
            if time.monotonic() > ends:
                break
            if pages:
                done += 1
                yield Sheet(done, wrong=DAMAGED)
        if not pages:
            raise self._document.damaged()
        if done < pages:
            limit = f"{MOST_PAGES:,} pages" if done >= MOST_PAGES else f"{MOST_SECONDS:.0f} s"
            limit = f"{MOST_CRASHES} damaged pages" if crashes > MOST_CRASHES else limit
            wrong = f"was read up to {{pages}} of {pages}, the limit being {limit}. Split it."
            yield Sheet(done, wrong=wrong)

    def picture(self, number: int) -> tuple[int, int, bytes] | None:
        """Width, height and grey pixels of a page, or None if it cannot be drawn."""
        with self._running("picture", number, ends=time.monotonic() + MOST_SECONDS) as out:
            size = out.readline().split()
            pixels = out.read()
        if len(size) != 2 or len(pixels) != int(size[0]) * int(size[1]):
            return None
        return int(size[0]), int(size[1]), pixels

    @contextmanager
    def _running(self, task: str, *numbers: int, ends: float) -> Iterator[IO[bytes]]:
        """What the process writes that reads the file; it is ended in time."""
        process = subprocess.Popen(
            [sys.executable, "-P", str(SCRIPT), task, *map(str, numbers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C is for Byline, which ends after the article in hand
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        timer = threading.Timer(max(0.0, ends - time.monotonic()), process.kill)
        timer.start()
        try:
            assert process.stdin and process.stdout
            # Where it ended early, what it wrote tells why.
            with suppress(BrokenPipeError), process.stdin as entry:
                entry.write(self._data)
            with process.stdout as out:
                yield out
        finally:
            timer.cancel()
            process.kill()
            process.wait()


def _sheet(record: dict[str, Any]) -> Sheet:
    """A page of what the process tells of it."""
    if "error" in record:
        return Sheet(record["number"], wrong=CROWDED if record["error"] == "crowded" else DAMAGED)
    turned: dict[int, list[Word]] = {}
    for *word, quarters in record["words"]:
        turned.setdefault(quarters, []).append(Word(*word))
    # Most words of a page stand upright, whatever way the page itself is turned.
    words, *aside = sorted(turned.values(), key=len, reverse=True) or [[]]
    letters = sum(len(word.text) for part in (words, *aside) for word in part)
    scanned = record["covered"] >= PICTURE and letters <= STAMP
    return Sheet(
        record["number"],
        words,
        aside,
        label=" ".join(record["label"].split())[:LONGEST_LABEL],
        picture=scanned or (record["drawn"] and not letters),
    )
