"""PDF files: columns in reading order, words whole again, running heads gone.

The day on which a file was made or printed is no date of publication.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.decoding import signature
from index.errors import UnreadableSource
from index.formats import columns
from index.formats.articles import Told, article, names, one_line
from index.formats.document import Document
from index.formats.pagefacts import split_title
from index.lines import Line, is_agency, web_address
from index.paragraphs import unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_PAGES = 1_000
MOST_SECONDS = 60.0
"""For one file; a file that is made to be slow ends here."""
LARGEST_PAGE = 5_000_000
"""Bytes of instructions for one page; its text takes a few thousand."""
LONGEST_TITLE = 200
LEAST_LETTERS = 0.9
"""Of the letters of a page, those that the page read as a grid must have."""
EDGE = 3
"""How many rows at the top and at the bottom of a page can be a running head."""
REPEATED = 0.3
"""The share of pages on which a running head stands, odd and even pages having their own."""
LARGER = 1.25
"""How many times larger than the text a title is set."""

_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s*[-–—|]?\s*\d{1,4}\s*[-–—|]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)
# What a browser prints around a page: the time of printing, and the address.
_PRINTED = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},\s+\d{1,2}[:.]\d{2}(?:\s?[AP]M)?\b"
    r"|https?://\S+\s+\d{1,4}\s?/\s?\d{1,4}\Z"
)
_ADDRESS = re.compile(r"https?://\S+")
_CATALOG = re.compile(rb"(\d{1,9}) (\d{1,5}) obj\s*<<[^>]{0,500}?/Type\s*/Catalog")
# Names that programs give to a file.
_NO_TITLE = re.compile(
    r"microsoft|untitled|\.(?:docx?|indd|qxp|pdf|rtf|odt|tex|pages|html?)\b", re.IGNORECASE
)
# What pypdf raises on files that are no longer, or never were, whole.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def read_pdf(document: Document) -> Iterator[Article | Problem]:
    """A .pdf file: one article."""
    # pypdf tells every oddity that it mends; the user hears what could not be mended.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    data = document.read()
    if not data:
        raise document.empty()
    whole = b"%%EOF" in data[-2048:]
    reader = _opened(document, data if whole else data + _new_end(data))
    pages: list[list[str]] = []
    doubts: list[str] = []
    for number, rows in _pages(reader):
        if isinstance(rows, str):
            doubts.append(f"{document.name}, page {number}: {rows}")
        else:
            pages.append(rows)
    if not whole:
        doubts.append(
            f"{document.name} is cut off at its end: pages may be missing. Copy it again."
        )
    if not any(row.strip() for page in pages for row in page):
        yield from map(document.problem, doubts)
        raise UnreadableSource(
            f"{document.name} holds pictures of text, but no text. Run OCR on it first, "
            "for example with ocrmypdf."
        )
    facts = Facts()
    heads = _running_heads(pages)
    facts.learn("url", _printed_address(heads), "printed footer")
    title = _title(reader)
    facts.learn("title", title, "largest print")
    blocks = [block for page in pages for block in columns.blocks(_without(page, heads))]
    lines = unwrap(_marked(blocks, title), across=True)
    yield from article(document, lines, facts, _properties(reader, title), doubts)


def _opened(document: Document, data: bytes) -> PdfReader:
    """The file as pypdf sees it.

    Raises:
        UnreadableSource: it is no PDF, damaged or locked.
    """
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    if b"%PDF-" not in data[:1024]:
        said = signature(data) or "is not a PDF by its contents. Leave it out."
        raise UnreadableSource(f"{document.name} {said}")
    locked = UnreadableSource(
        f"{document.name} is locked with a password. Save a copy without one."
    )
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise locked
        pages = len(reader.pages)
    except (DependencyError, NotImplementedError):
        raise locked from None
    except (PyPdfError, *_BROKEN):
        pages = 0
    if not pages:
        raise UnreadableSource(
            f"{document.name} is damaged: no page of it can be found. Copy it again, or open it "
            "and print it to a new PDF."
        )
    return reader


def _new_end(data: bytes) -> bytes:
    """An end for a file that lost its own: pypdf then looks for the objects itself."""
    root = _CATALOG.search(data)
    trailer = b"trailer\n<< /Root %s %s R >>\n" % root.groups() if root else b""
    return b"\n" + trailer + b"startxref\n0\n%%EOF\n"


def _pages(reader: PdfReader) -> Iterator[tuple[int, list[str] | str]]:
    """Each page with its number: the rows of its grid, or what is wrong with it."""
    from pypdf.errors import PyPdfError

    ends = time.monotonic() + MOST_SECONDS
    for number, page in enumerate(_each(reader), 1):
        if number > MOST_PAGES or time.monotonic() > ends:
            limit = f"{MOST_PAGES:,} pages" if number > MOST_PAGES else f"{MOST_SECONDS:.0f} s"
            yield number, f"the limit of {limit} for one file is reached. Split it."
            return
        try:
            yield number, _rows(page) if page is not None else "cannot be found. Copy it again."
        except (PyPdfError, *_BROKEN):
            yield number, "cannot be read: it is damaged. Open it and print it to a new PDF."


def _each(reader: PdfReader) -> Iterator[PageObject | None]:
    from pypdf.errors import PyPdfError

    for number in range(len(reader.pages)):
        try:
            yield reader.pages[number]
        except (PyPdfError, *_BROKEN):
            yield None


def _rows(page: PageObject) -> list[str] | str:
    """The rows of a page on a grid; where the grid lacks text, in the order of the file."""
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > LARGEST_PAGE:
        return "holds too much drawing to look for text in it. Print it to a new PDF."
    plain = page.extract_text()
    grid = page.extract_text(extraction_mode="layout") if plain.strip() else ""
    enough = _letters(grid) >= LEAST_LETTERS * _letters(plain)
    return (grid if enough else plain).split("\n")


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


# --- what stands around the text ---------------------------------------------------------------


def _running_heads(pages: Sequence[Sequence[str]]) -> set[str]:
    """The rows at the edges of pages that stand on many of them, or are print around a page."""
    edges = [{_shape(page[number]) for number in _edge(page)} for page in pages]
    counts = Counter(shape for edge in edges for shape in edge)
    least = max(2, REPEATED * len(pages))
    return {shape for shape in counts if counts[shape] >= least or _is_print(shape)}


def _without(page: Sequence[str], heads: set[str]) -> list[str]:
    """A page without its running heads, which end at the first row that is none.

    They stand apart from the text; a row of it that two pages share does not.
    """
    rows = list(page)
    edge = _edge(page)
    for numbers, step in ((edge[:EDGE], 1), (edge[: -EDGE - 1 : -1], -1)):
        found = list(takewhile(lambda number: _shape(page[number]) in heads, numbers))
        while found and not _is_print(_shape(page[found[-1]])) and _row(page, found[-1] + step):
            found.pop()
        for number in found:
            rows[number] = ""
    return rows


def _row(page: Sequence[str], number: int) -> str:
    return page[number].strip() if 0 <= number < len(page) else ""


def _edge(page: Sequence[str]) -> list[int]:
    """The numbers of the rows at the top and at the bottom of a page."""
    rows = [number for number, row in enumerate(page) if row.strip()]
    return rows if len(rows) <= 2 * EDGE else rows[:EDGE] + rows[-EDGE:]


def _shape(row: str) -> str:
    """A row without what differs from page to page: its number."""
    text = one_line(row)
    if _PRINTED.match(text):
        return text
    return re.sub(r"\A\d{1,4}\b|\b\d{1,4}\Z|(?<=[Pp]age )\d{1,4}", "#", text)


def _is_print(text: str) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(text.replace("#", "1")) or _PRINTED.match(text))


def _printed_address(heads: set[str]) -> str | None:
    """The address that a browser printed below each page."""
    found = {match[0] for head in heads if (match := _ADDRESS.search(head))}
    whole = {address for address in found if not address.endswith(("...", "…"))}
    return web_address(whole.pop()) if len(whole) == 1 else None


# --- the title ---------------------------------------------------------------------------------


def _title(reader: PdfReader) -> str:
    """The first words of the first page that are set in its largest print."""
    from pypdf.errors import PyPdfError

    runs: list[tuple[float, str]] = []

    def note(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        height = round(abs(size * tm[3] * cm[3]), 1)
        if (runs and runs[-1][0] == height) or (runs and not text.strip()):
            runs[-1] = (runs[-1][0], f"{runs[-1][1]} {text}")
        elif text.strip():
            runs.append((height, text))

    try:
        reader.pages[0].extract_text(visitor_text=note)
    except (PyPdfError, *_BROKEN):
        return ""
    sizes: Counter[float] = Counter()
    for height, text in runs:
        sizes[height] += len(text)
    usual = sizes.most_common(1)[0][0] if sizes else 0
    for height, text in sorted(runs, key=lambda run: -run[0]):
        title = one_line(text)
        if height < LARGER * usual:
            break
        if len(title.split()) > 2 and len(title) <= LONGEST_TITLE and not is_agency(title):
            return title
    return ""


def _marked(blocks: Sequence[list[Line]], title: str) -> list[list[Line]]:
    """The blocks with the rows of the title as one heading."""
    wanted = _squeezed(title)
    marked: list[list[Line]] = []
    for block in blocks:
        rows = len(block)
        found = next(
            (
                (first, last)
                for first in range(rows if wanted else 0)
                for last in range(first + 1, min(first + 6, rows) + 1)
                if _squeezed("".join(line.text for line in block[first:last])) == wanted
            ),
            None,
        )
        if found:
            first, last = found
            wanted = ""
            marked += [block[:first], [Line(title, heading=1)], block[last:]]
        else:
            marked.append(block)
    return [block for block in marked if block]


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _properties(reader: PdfReader, title: str) -> Iterator[Told]:
    """What the file says of itself; programs fill it in, so it is believed last."""
    from pypdf.errors import PyPdfError

    try:
        metadata = reader.metadata
        named = one_line(metadata.title) if metadata else ""
        author = one_line(metadata.author) if metadata else ""
    except (PyPdfError, *_BROKEN):
        return
    if " " in named and not _NO_TITLE.search(named) and len(named) <= LONGEST_TITLE:
        headline, outlet = split_title(named, title)
        yield "title", headline, "document properties"
        yield "publisher", outlet, "document properties"
    if " " in author and not _NO_TITLE.search(author):
        yield "authors", names(author), "document properties"
