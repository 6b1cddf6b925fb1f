"""Pages that are pictures, read by OCR: only where the extra `byline[ocr]` is installed."""

import io

import pytest

from eval.bench.ocr import DOTS, degraded, draw, right
from index.formats import ocr
from index.formats.columns import blocks
from index.records import Article
from tests.reading import one, read
from tests.samples import FIRST, SECOND, THIRD, TITLE, column, pdf

needs_ocr = pytest.mark.skipif(not ocr.installed(), reason="byline[ocr] is not installed")
STORY = (
    f"{FIRST} {SECOND}",
    f"{THIRD} The fourth country, which had sent 1,204 men to the border in May, stayed away.",
    "Its envoy said that nobody had asked him. “We read of it in the papers,” he said.",
)


def box(left: float, top: float, width: float, tilt: float = 0.0) -> list[list[float]]:
    """The corners of a line that climbs by `tilt` of its width."""
    right, low = left + width, top + tilt * width
    return [[left, top], [right, low], [right, low + 20], [left, top + 20]]


@pytest.mark.parametrize(
    ("tilt", "height", "count", "second", "width"),
    [
        (0.02, 30, 30, 470, 350),  # a little more than one degree
        (0.0, 20, 5, 492, 370),  # two short columns, close to each other
    ],
)
def test_columns_of_a_picture_are_found_on_a_page_laid_straight(tilt, height, count, second, width):
    rows = [(row, left) for row in range(count) for left in (100, second)]
    lines = [
        # Turned about the corner of the page.
        (f"line {row} of the column at {left}",
         box(left - tilt * height * row, height * row + tilt * left, width, tilt))
        for row, left in rows
    ]  # fmt: skip
    texts = [row.text for block in blocks(ocr.upright(lines)) for row in block]
    assert texts == [f"line {row} of the column at {left}"
                     for left in (100, second) for row in range(count)]  # fmt: skip


@needs_ocr
def test_a_scanned_page_in_two_columns_is_read_column_by_column():
    scan = io.BytesIO()
    degraded(draw(2, 9.5, TITLE, STORY), seed=5).save(scan, "PDF", resolution=DOTS)
    article, problem = read("a.pdf", scan.getvalue())
    assert isinstance(article, Article) and problem.warning
    assert right(f"{TITLE} {' '.join(STORY)}", f"{article.title} {article.text}") > 0.95
    [doubt] = article.doubts
    assert (
        doubt.startswith("was read by OCR on page 1 (confidence 0.9") or "confidence 1.00" in doubt
    )


@needs_ocr
def test_pages_with_text_are_not_drawn():
    data = pdf([column(f"{FIRST} {SECOND}", x=72, top=700, width=70)])
    assert one("a.pdf", data).doubts == ()
