"""Pages that are pictures: told, or read by OCR where the extra `byline[ocr]` is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.formats.pdffile import PdfFile, Sheet


def read_pictures(file: PdfFile, sheets: Sequence[Sheet]) -> Iterator[str]:
    """Tell of the pages that are pictures without text."""
    pictures = [sheet for sheet in sheets if sheet.picture]
    if pictures:
        held = f"has pictures without text on {pages_named([s.number for s in pictures])}"
        yield f"{held} of {len(sheets)}; with OCR they can be read: pip install 'byline[ocr]'"


def pages_named(numbers: Sequence[int]) -> str:
    """Numbers of pages in words: "page 2", "pages 2 and 3", "pages 2, 4 and 5"."""
    *first, last = map(str, numbers)
    return f"pages {', '.join(first)} and {last}" if first else f"page {last}"
