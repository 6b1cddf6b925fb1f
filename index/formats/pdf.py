"""PDF files: columns in reading order, words whole again, running heads gone.

The day on which a file was made or printed is no date of publication.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from statistics import median

from index.cleaning import Facts
from index.formats import ocr
from index.formats.articles import article, names, one_line
from index.formats.columns import WIDER, Row, rows_of
from index.formats.document import Document
from index.formats.pages import split_title
from index.formats.pdffile import PdfFile, Sheet
from index.lines import Line, is_agency, web_address
from index.paragraphs import unwrap, without_leftovers
from index.records import Article, Problem

LONGEST_TITLE = 200
EDGE = 3  # how many rows at the top and at the bottom of a page can be a running head
REPEATED = 0.3
"""The share of pages on which a running head stands, odd and even pages having their own."""
LARGER = 1.25  # how many times larger than the text a title is set

_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s*[-–—|]?\s*(\d{1,4})\s*[-–—|]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)
# What a browser prints around a page: the time of printing, and the address.
_PRINTED = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},\s+\d{1,2}[:.]\d{2}(?:\s?[AP]M)?\b"
    r"|https?://\S+\s+\d{1,4}\s?/\s?\d{1,4}\Z"
)
_NUMBER = re.compile(r"\A\d{1,4}\b|\b\d{1,4}\Z|(?<=[Pp]age )\d{1,4}")
_CATALOG = re.compile(rb"(\d{1,9}) (\d{1,5}) obj\s*<<[^>]{0,500}?/Type\s*/Catalog")
# Names that programs give to a file.
_NO_TITLE = re.compile(
    r"microsoft|untitled|\.(?:docx?|indd|qxp|pdf|rtf|odt|tex|pages|html?)\b", re.IGNORECASE
)

PageBlock = tuple[int, list[Row]]  # the number of a page, and the rows of a block on it


def read_pdf(document: Document) -> Iterator[Article | Problem]:
    """A .pdf file: one article."""
    data = document.read()
    if not data:
        raise document.empty()
    whole = b"%%EOF" in data[-2048:]
    if not whole:  # with an end of its own, its objects are looked for
        root = _CATALOG.search(data)
        trailer = b"trailer\n<< /Root %s %s R >>\n" % root.groups() if root else b""
        data += b"\n" + trailer + b"startxref\n0\n%%EOF\n"
    file = PdfFile(document, data)
    sheets = list(file.sheets())
    pictures = list(ocr.read_pictures(file, sheets))
    facts = Facts()
    for wrong in dict.fromkeys(sheet.wrong for sheet in sheets if sheet.wrong):
        pages = ocr.pages_named([sheet for sheet in sheets if sheet.wrong == wrong])
        facts.doubts.append(wrong.format(pages=pages))
    if not whole:
        facts.doubts.append("is cut off at its end: pages may be missing. Copy it again.")
    facts.doubts += pictures
    if all(sheet.empty or sheet.picture for sheet in sheets):
        nothing = "has nothing on its pages, neither text nor pictures. Leave it out."
        raise document.error(" It ".join(facts.doubts) or nothing)
    facts.learn("url", _take_off_heads(sheets), "printed footer")
    blocks = [(sheet.number, block) for sheet in sheets for block in sheet.blocks]
    title = _title(blocks)
    facts.learn("title", _text(title), "largest print")
    facts.page_labels = {sheet.number: sheet.label for sheet in sheets if sheet.label}
    lines = unwrap([_lines(number, block, title) for number, block in blocks], across=True)
    yield from article(document, lines, facts, _properties(file.properties, facts.title))


def _title(blocks: Sequence[PageBlock]) -> list[Row]:
    """The first block of the first page with text that is set in its largest print."""
    first = [block for number, block in blocks if number == blocks[0][0]] if blocks else []
    sizes: Counter[float] = Counter()
    for row in (row for _, block in blocks for row in block):
        sizes[round(row.size)] += len(row.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0
    for block in sorted(first, key=lambda block: -round(block[0].size)):
        text = _text(block)
        if block[0].size < LARGER * usual:
            break
        if len(text.split()) > 2 and len(text) <= LONGEST_TITLE and not is_agency(text):
            return block
    return []


def _text(rows: Sequence[Row]) -> str:
    return one_line(" ".join(row.text for row in rows))


def _lines(number: int, block: Sequence[Row], title: Sequence[Row]) -> list[Line]:
    """A block as lines that know their page; the title as one heading."""
    if block is title:
        return [Line(_text(block), heading=1, pages=((0, number),))]
    edge = median(row.left for row in block)
    return [
        Line(
            without_leftovers(one_line(row.text)),
            indented=row.left > edge + 0.5 * row.size,
            pages=((0, number),),
        )
        for row in block
    ]


def _properties(given: dict[str, str], title: str) -> Iterator[tuple[str, object, str]]:
    """What the file says of itself; programs fill it in, so it is believed last."""
    named, author = one_line(given.get("Title", "")), one_line(given.get("Author", ""))
    if " " in named and not _NO_TITLE.search(named) and len(named) <= LONGEST_TITLE:
        headline, outlet = split_title(named, title)
        yield "title", headline, "document properties"
        yield "publisher", outlet, "document properties"
    if " " in author and not _NO_TITLE.search(author):
        yield "authors", names(author), "document properties"


# --- running heads -----------------------------------------------------------------------------


def _take_off_heads(sheets: Sequence[Sheet]) -> str | None:
    """Take running heads, page numbers and print off the pages; labels become the printed numbers.

    Returns: the address that a browser printed below each page, if there is one.
    """
    pages = [rows_of(sheet.words) for sheet in sheets]
    edges = [{_shape(row) for row in (*rows[:EDGE], *rows[-EDGE:])} for rows in pages]
    counts = Counter(shape for edge in edges for shape in edge)
    least = max(2, REPEATED * len(pages))
    heads = {shape for shape in counts if counts[shape] >= least or _is_print(shape)}
    numbers: dict[int, list[str]] = {}
    for sheet, rows in zip(sheets, pages, strict=True):
        gone = _gone(rows, heads)
        texts = [text for text in (one_line(row.text) for row in gone) if not _PRINTED.match(text)]
        numbers[sheet.number] = [number for text in texts for number in _NUMBER.findall(text)]
        words = {word for row in gone for word in row.words}
        sheet.words = [word for word in sheet.words if word not in words]
    _label(sheets, numbers)
    printed = {match[0] for head in heads if (match := re.search(r"https?://\S+", head))}
    whole = [address for address in printed if not address.endswith(("...", "…"))]
    return web_address(whole[0]) if len(whole) == 1 else None


def _gone(rows: Sequence[Row], heads: set[str]) -> list[Row]:
    """The running heads of a page, which end at the first row that is none.

    They stand apart from the text; a row of it that two pages share does not.
    """
    usual = median(abs(b.base - a.base) for a, b in pairwise(rows)) if len(rows) > 1 else 0
    gone: list[Row] = []
    for ordered in (list(rows), list(rows)[::-1]):
        found = list(takewhile(lambda row: _shape(row) in heads, ordered[:EDGE]))
        while found and not _is_print(_shape(found[-1])):
            last, after = found[-1], ordered[len(found) : len(found) + 1]
            if not after or abs(after[0].base - last.base) > WIDER * usual:
                break
            found.pop()
        gone += found
    return gone


def _shape(row: Row) -> str:
    """A row without what differs from page to page: its number."""
    text = one_line(row.text)
    return text if _PRINTED.match(text) else _NUMBER.sub("#", text)


def _is_print(text: str) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(text.replace("#", "1")) or _PRINTED.match(text))


def _label(sheets: Sequence[Sheet], numbers: dict[int, list[str]]) -> None:
    """The printed numbers as labels, if they run on from page to page as page numbers do."""
    ahead = Counter(
        ahead
        for page, printed in numbers.items()
        for ahead in {int(number) - page for number in printed}
    )
    usual, pages = ahead.most_common(1)[0] if ahead else (0, 0)
    for sheet in sheets if pages >= min(2, len(sheets)) else ():
        label = str(sheet.number + usual)
        if not sheet.label and label in numbers[sheet.number]:
            sheet.label = label
