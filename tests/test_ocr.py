"""Pages that are pictures, read by OCR: only where the extra `byline[ocr]` is installed."""

import io

import pytest

from eval.bench.ocr import DOTS, degraded, draw, right
from index.formats import ocr
from index.formats.columns import blocks
from index.readers import read_file
from index.records import Article
from tests.samples import FIRST, SECOND, THIRD, TITLE, column, pdf

STORY = (
    f"{FIRST} {SECOND}",
    f"{THIRD} The fourth country, which had sent 1,204 men to the border in May, stayed away.",
    "Its envoy said that nobody had asked him. “We read of it in the papers,” he said.",
)


def box(left: float, top: float, width: float, tilt: float = 0.0) -> list[list[float]]:
    """The corners of a line that climbs by `tilt` of its width."""
    drop = tilt * width
    return [
        [left, top],
        [left + width, top + drop],
        [left + width, top + drop + 20],
        [left, top + 20],
    ]


def test_a_tilted_page_is_laid_straight_before_its_columns_are_looked_for():
    tilt, lines = 0.02, []
    for row in range(30):
        for left in (100, 470):
            text = f"line {row} of the column at {left}"
            # Turned about the corner of the page: 0.02 is a little more than one degree.
            lines.append((text, box(left - tilt * 30 * row, 30 * row + tilt * left, 350, tilt)))
    texts = [row.text for block in blocks(ocr.upright(lines)) for row in block]
    assert texts == [
        f"line {row} of the column at {left}" for left in (100, 470) for row in range(30)
    ]


def test_two_short_columns_close_to_each_other_are_two():
    lines = [
        (f"line {row} of the column at {left}", box(left, 20 * row, 370))
        for row in range(5)
        for left in (100, 492)
    ]
    texts = [row.text for block in blocks(ocr.upright(lines)) for row in block]
    assert texts == [text for left in (0, 1) for text, _ in lines[left::2]]


@pytest.mark.skipif(not ocr.installed(), reason="byline[ocr] is not installed")
def test_a_scanned_page_in_two_columns_is_read_column_by_column(tmp_path):
    scan = io.BytesIO()
    degraded(draw(2, 9.5, TITLE, STORY), seed=5).save(scan, "PDF", resolution=DOTS)
    path = tmp_path / "a.pdf"
    path.write_bytes(scan.getvalue())
    article, problem = read_file(path)
    assert isinstance(article, Article)
    assert right(f"{TITLE} {' '.join(STORY)}", f"{article.title} {article.text}") > 0.95
    [doubt] = article.doubts
    assert (
        doubt.startswith("was read by OCR on page 1 (confidence 0.9") or "confidence 1.00" in doubt
    )
    assert problem.warning


@pytest.mark.skipif(not ocr.installed(), reason="byline[ocr] is not installed")
def test_pages_with_text_are_not_drawn(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([column(f"{FIRST} {SECOND}", x=72, top=700, width=70)]))
    [article] = read_file(path)
    assert isinstance(article, Article) and article.doubts == ()
