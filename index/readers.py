"""Files, folders and addresses to articles: which of them are read, and by what.

Each format has one module in `index.formats`; the suffix of a name chooses. What
cannot be read becomes a `Problem` that says in one line what is wrong and what to
do, and the rest of a batch always goes on. A new format is one module and one
entry in `READERS`.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

from index import fetching
from index.errors import UnreadableSource
from index.fetching import Fetched
from index.formats import (
    archives,
    books,
    feeds,
    mail,
    office,
    pages,
    pdf,
    plain,
    rows,
    rtf,
    tables,
    warcs,
)
from index.formats.archives import DEEPEST, Allowance
from index.formats.articles import one_line
from index.formats.document import Document, Reader, from_bytes, from_path, is_litter, shown
from index.records import Article, Problem

READERS: dict[str, Reader] = {
    ".txt": plain.read_text,
    ".md": plain.read_markdown,
    ".markdown": plain.read_markdown,
    ".html": pages.read_page,
    ".htm": pages.read_page,
    ".xhtml": pages.read_page,
    ".mhtml": pages.read_archived_page,
    ".mht": pages.read_archived_page,
    ".pdf": pdf.read_pdf,
    ".docx": office.read_word,
    ".odt": office.read_opendocument,
    ".rtf": rtf.read_rtf,
    ".epub": books.read_book,
    ".pptx": office.read_slides,
    ".xlsx": tables.read_sheets,
    ".json": rows.read_json,
    ".jsonl": rows.read_jsonl,
    ".ndjson": rows.read_jsonl,
    ".csv": tables.read_table,
    ".tsv": tables.read_table,
    ".rss": feeds.read_feed,
    ".atom": feeds.read_feed,
    ".xml": feeds.read_xml,
}
"""What reads a file, by the end of its name."""
LETTERS = {
    ".eml": mail.read_letter,
    ".mbox": mail.read_mailbox,
    ".msg": mail.read_letter,
}
ARCHIVES = {
    ".zip": archives.read_archive,
    ".warc": warcs.read_warc,
    ".warc.gz": warcs.read_warc,
    ".wacz": warcs.read_wacz,
}
HOLDERS = (*LETTERS, *ARCHIVES)
"""What holds further files."""
KNOWN = (
    ".txt, .md, .html, .mhtml, .pdf, .docx, .odt, .rtf, .epub, .pptx, .xlsx, .eml, .mbox, .msg, "
    ".json, .jsonl, .csv, .tsv, .rss, .atom, .xml, .warc, .warc.gz, .wacz, .zip"
)
"""The formats as a message names them."""
SAVED_AS = {
    ".docx": (".doc", ".dot", ".docm", ".wpd", ".wps", ".pages", ".sxw", ".fodt"),
    ".xlsx": (".xls", ".xlsb", ".xlsm", ".ods", ".numbers"),
    ".pptx": (".ppt", ".pps", ".pptm", ".ppsx", ".odp", ".key"),
    ".epub": (".mobi", ".azw", ".azw3"),
    ".mbox": (".pst", ".ost"),
}
"""Formats that are not read, by the one that programs for them can write instead."""

_REACH = "See that it is there, and that you may read it."

Fetch = Callable[[str], Fetched]


@dataclass(slots=True)
class Meter:
    """How many bytes of files there are to read, and how many have been read."""

    total: int = 0
    done: int = 0
    _places: dict[str, int] = field(default_factory=dict)
    _reached: int = 0

    def passed(self, source: str) -> None:
        """Note that an article has been read, with all before it."""
        self._places[source] = self.done

    def reached(self, source: str) -> int:
        """How many bytes had been read with an article that has been dealt with.

        Articles are read ahead, so that it is less than `done`.
        """
        self._reached = max(self._reached, self._places.pop(source, 0))
        return self._reached


def read_all(
    paths: Sequence[str | Path],
    *,
    fetch: Fetch = fetching.fetch,
    meter: Meter | None = None,
    follow_links: bool = False,
) -> Iterator[Article | Problem]:
    """Every article in files and folders and at addresses, in the order of `paths`.

    Each file is read once. Folders are walked in sorted order; what is hidden in
    them, locks of open documents and the litter of systems are passed over in
    silence, and so are the pictures and scripts that a browser saves beside a page.
    Files of other formats and whatever cannot be read give a `Problem`.

    Args:
        paths: files, folders, and addresses with http:// or https://.
        fetch: what gets an address.
        meter: set to the size of all files, and moved on as they are read.
        follow_links: follow symbolic links that lead out of the folders; else they are counted
            in a warning.
    """
    if meter is not None:
        seen: set[tuple[int, int]] = set()
        for path in paths:
            for found in [] if _is_address(path) else _files(Path(path), seen, follow_links):
                with contextlib.suppress(OSError):
                    meter.total += found.stat().st_size if isinstance(found, Path) else 0
    seen = set()
    for path in paths:
        if _is_address(path):
            yield from read_address(str(path), fetch)
            continue
        for found in _files(Path(path), seen, follow_links):
            yield from [found] if isinstance(found, Problem) else read_file(found, meter)


def read_file(path: str | Path, meter: Meter | None = None) -> Iterator[Article | Problem]:
    """The articles of one file, or the `Problem` with it."""
    path = Path(path)
    name, source = shown(path.name), shown(path.absolute())
    try:
        if path.is_symlink() and not path.exists():
            said = f"{shown(path)} is a link to something that is not there. Mend or remove it."
        elif not path.exists():
            said = f"{shown(path)} does not exist. Check the path."
        elif not path.is_file():
            said = f"{name} is not a file that holds text. Leave it out."
        else:
            yield from _metered(from_path(path), meter or Meter())
            return
    except OSError as error:
        said = f"{name} cannot be read: {error.strerror or error}. {_REACH}"
    yield Problem(source, said)


def read_address(address: str, fetch: Fetch = fetching.fetch) -> Iterator[Article | Problem]:
    """The articles at one address, which the user wrote; no other address is asked."""
    try:
        fetched = fetch(address)
    except UnreadableSource as error:
        yield Problem(address, str(error))
        return
    parts = urlsplit(fetched.url)
    name = (one_line(PurePosixPath(parts.path).stem) or parts.hostname or "page") + fetched.suffix
    yield from read_document(
        from_bytes(name, address, fetched.data, url=fetched.url, charset=fetched.charset)
    )


def read_document(
    document: Document, allowance: Allowance | None = None
) -> Iterator[Article | Problem]:
    """The articles of one document, or the `Problem` with it.

    `allowance` is what all archives around it may still unpack to.
    """
    try:
        if document.depth > DEEPEST:
            raise document.error(
                f"lies in more than {DEEPEST} archives or letters. Unpack them and ingest the "
                "folder."
            )
        yield from _reader(document, allowance or Allowance())(document)
    except UnreadableSource as error:
        yield document.problem(str(error))


def _reader(document: Document, allowance: Allowance) -> Reader:
    """What reads a document."""
    suffix = document.suffix
    inner = partial(read_document, allowance=allowance)
    if suffix in ARCHIVES:
        return partial(ARCHIVES[suffix], inner=inner, allowance=allowance)
    if suffix in LETTERS:
        return partial(LETTERS[suffix], inner=inner, known=(*READERS, *HOLDERS))
    for other in (other for other, old in SAVED_AS.items() if suffix in old):
        raise document.error(
            "is in a format that Byline does not read. Open it in the program it comes from, or in "
            f"LibreOffice, and save it as {other}."
        )
    if suffix not in READERS:
        raise document.error(
            f"is not a format that Byline reads ({KNOWN}). Convert it to one of these, or leave it "
            "out."
        )
    return READERS[suffix]


def _metered(document: Document, meter: Meter) -> Iterator[Article | Problem]:
    """The articles of a file; the meter moves on with them, and by the file's size in the end."""
    before, size = meter.done, document.size or 0
    opened: list[BinaryIO] = []

    def note() -> BinaryIO:
        opened.append(document.open())
        return opened[-1]

    for item in read_document(dataclasses.replace(document, open=note)):
        if opened and not opened[-1].closed:
            meter.done = before + min(size, opened[-1].tell())
        meter.passed(item.source)
        yield item
    meter.done = before + size


# --- folders -----------------------------------------------------------------------------------


def _is_address(path: str | Path) -> bool:
    return isinstance(path, str) and fetching.is_address(path)


def _files(top: Path, seen: set[tuple[int, int]], follow_links: bool) -> Iterator[Path | Problem]:
    """A file, or those below a folder in sorted order, of which none was seen before.

    Links that lead in a circle end there.
    """
    if not top.is_dir():
        yield from [top] if _is_new(top, seen) else []
        return
    waiting = [top]
    outward = 0
    empty = True
    while waiting:
        path = waiting.pop()
        if path != top and not follow_links and _leads_out(path, top):
            outward += 1
        elif not path.is_dir():
            yield from [path] if _is_new(path, seen) else []
        elif _is_new(path, seen):
            try:
                entries = sorted(path.iterdir(), key=lambda entry: entry.name, reverse=True)
            except OSError as error:
                said = f"cannot be opened: {error.strerror}. {_REACH}"
                yield Problem(shown(path), f"{shown(path)} {said}")
            else:
                names = {entry.name for entry in entries}
                waiting += [entry for entry in entries if not _passed_over(entry.name, names)]
                continue
        empty = False
    if outward:
        links = "link leads" if outward == 1 else "links lead"
        reason = f"{outward:,} {links} out of this folder and were not followed. To read what lies "
        yield Problem(shown(top), f"{reason}there, too: byline ingest --follow-links", warning=True)
    if empty:
        said = "holds no files that are not hidden. Check the path."
        yield Problem(shown(top), f"{shown(top)} {said}", warning=True)


def _leads_out(path: Path, top: Path) -> bool:
    """Whether a path is a symbolic link to something that is there and not below a folder."""
    try:
        there = path.is_symlink() and path.exists()
        return there and not path.resolve().is_relative_to(top.resolve())
    except (OSError, RuntimeError):  # for the reader to report
        return False


def _passed_over(name: str, beside: set[str]) -> bool:
    """Whether a name is litter, or the folder of what belongs to a page saved beside it."""
    page = name.removesuffix("_files")
    return is_litter(name) or (page != name and bool({f"{page}.html", f"{page}.htm"} & beside))


def _is_new(path: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether a file or folder has not been met, under this name or another; notes that it has."""
    try:
        status = path.stat()
    except OSError:
        return True  # for the reader to report
    known = len(seen)
    seen.add((status.st_dev, status.st_ino))
    return len(seen) > known
