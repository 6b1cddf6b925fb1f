"""The pages of a PDF as pdfium sees them: words and where they stand, or a picture of a page.

This runs as a process of its own, which `index.formats.pdffile` starts: pdfium is native code, and
a file that is made to break it then costs that file only. It reads the PDF from standard input and
writes a line of JSON for the file and one for each page, or, with "picture", the grey pixels of
one page.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import sys
import unicodedata
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

MOST_MEMORY = 3_000_000_000  # bytes of addresses that the process may use
MOST_GLYPHS = 50_000  # on one page; a large newspaper page has half as many
MOST_OUTLINES = 50
"""Shapes that are drawn on a page without text, and are frames and lines; letters are more."""
DOTS = 200  # per inch, for a picture of a page
LARGEST_SIDE = 4_000  # of such a picture, in pixels

Glyph = tuple[str, float, float, float, float, int, bool]
"""A character, its left and right edge, its base line from the top, its size, how many quarters
it is turned, and whether a space stands before it."""


def main() -> None:
    """Read standard input as the arguments say: `text FIRST LAST` or `picture NUMBER`."""
    with contextlib.suppress(ImportError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    task, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[-1])
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        _tell({"error": "locked" if locked else "damaged"})
        return
    if task == "picture":
        _draw(document[first - 1])
        return
    _tell({"pages": pages, **document.get_metadata_dict(skip_empty=True)})
    for number in range(first, min(last, pages) + 1):
        _tell({"number": number, **_page(document, number - 1)})


def _tell(value: dict[str, object]) -> None:
    print(json.dumps(value), flush=True)


def _page(document: pypdfium2.PdfDocument, index: int) -> dict[str, object]:
    """What one page holds."""
    try:
        page = document[index]
        if page.get_textpage().count_chars() > MOST_GLYPHS:
            return {"error": "crowded"}
        glyphs = list(_glyphs(page))
        pictures = _pictures(page)
    except pypdfium2.PdfiumError:
        return {"error": "damaged"}
    # The order of the file is no order of reading where letters run from right to left.
    rtl = any(unicodedata.bidirectional(glyph[0]) in ("R", "AL") for glyph in glyphs)
    words = [glyph[:-1] for glyph in glyphs] if rtl else list(_words(glyphs))
    return {"words": words, "label": document.get_page_label(index), **pictures}


def _glyphs(page: pypdfium2.PdfPage) -> Iterator[Glyph]:
    """The characters of a page in the order of the file, turned upright."""
    text = page.get_textpage()
    left, bottom, right, top = page.get_bbox()
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    spaced = False
    for number in range(text.count_chars()):
        character = _character(pdfium.FPDFText_GetUnicode(text, number))
        if character.isspace() or pdfium.FPDFText_IsGenerated(text, number):
            spaced = True
            continue
        pdfium.FPDFText_GetCharOrigin(text, number, x, y)
        pdfium.FPDFText_GetLooseCharBox(text, number, box)
        if not all(
            map(math.isfinite, (x.value, y.value, box.left, box.right, box.bottom, box.top))
        ):
            continue
        # Angles are counted clockwise here.
        turned = round(pdfium.FPDFText_GetCharAngle(text, number) / (math.pi / 2)) % 4
        place = (
            (box.left - left, box.right - left, top - y.value),
            (top - box.top, top - box.bottom, right - x.value),
            (right - box.right, right - box.left, y.value - bottom),
            (box.bottom - bottom, box.top - bottom, x.value - left),
        )[turned]
        size = box.right - box.left if turned % 2 else box.top - box.bottom
        yield character, *(round(value, 2) for value in place), round(size, 2), turned, spaced
        spaced = False


def _character(code: int) -> str:
    """A character as text; pdfium has signs of its own for hyphens and for what it cannot map."""
    if code in (0x02, 0xAD, 0xFFFE):
        return "-"
    if not code or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return "\ufffd"
    character = chr(code)
    drawn = "\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufefe"
    return unicodedata.normalize("NFKC", character) if drawn else character  # Arabic letters


def _words(glyphs: list[Glyph]) -> Iterator[tuple[str, float, float, float, float, int]]:
    """Words of glyphs that stand side by side."""
    words: list[list[Glyph]] = []
    for glyph in glyphs:
        if words and _goes_on(words[-1][-1], glyph):
            words[-1].append(glyph)
        else:
            words.append([glyph])
    for word in words:
        texts, lefts, rights, bases, sizes, turns, _ = zip(*word, strict=True)
        yield "".join(texts), min(lefts), max(rights), bases[0], max(sizes), turns[0]


def _goes_on(last: Glyph, glyph: Glyph) -> bool:
    _, _, end, base, size, turned, _ = last
    _, left, _, next_base, _, next_turned, spaced = glyph
    apart = abs(next_base - base) > 0.5 * size or not -0.6 * size < left - end < 0.3 * size
    return not (spaced or apart or turned != next_turned)


def _pictures(page: pypdfium2.PdfPage) -> dict[str, object]:
    """Whether pictures, or letters as outlines, are on a page, and the share that they cover."""
    covered, pictures, outlines = 0.0, 0, 0
    for drawing in page.get_objects(max_depth=3):
        outlines += drawing.type == pdfium.FPDF_PAGEOBJ_PATH
        if drawing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
            left, bottom, right, top = drawing.get_bounds()
            covered += max(0.0, right - left) * max(0.0, top - bottom)
    drawn = pictures > 0 or outlines > MOST_OUTLINES
    return {"drawn": drawn, "covered": min(1.0, covered / (page.get_width() * page.get_height()))}


def _draw(page: pypdfium2.PdfPage) -> None:
    """Write width and height of a page in pixels as a line, and the grey pixels after it."""
    longest = max(page.get_width(), page.get_height())
    picture = page.render(scale=min(DOTS / 72, LARGEST_SIDE / longest), grayscale=True)
    pixels = picture.to_numpy()
    sys.stdout.buffer.write(f"{pixels.shape[1]} {pixels.shape[0]}\n".encode())
    sys.stdout.buffer.write(pixels.tobytes())


if __name__ == "__main__":
    main()
