"""How well a scanned newspaper is read: share of words right, seconds a page, installed size.

    python -m eval.bench.ocr [--keep FOLDER]

Draws three invented newspaper pages, degrades them as a poor scan does (150 dpi, tilted by one
degree, grey, noisy, saved as JPEG), and reads each as a PDF. A word is right where it stands in
the order in which the page is to be read, column by column. It needs `byline[ocr]`, and takes its
fonts from matplotlib.
"""

from __future__ import annotations

import argparse
import difflib
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from index.formats import ocr
from index.readers import read_file
from index.records import Article

EXTRA = (
    *("rapidocr", "onnxruntime", "opencv-python-headless", "shapely", "pyclipper", "omegaconf"),
    *("colorlog", "flatbuffers"),
)
"""What `byline[ocr]` installs beside what Byline has."""
DOTS = 150
WIDTH, HEIGHT = 1240, 1754
"""A4 at 150 dots per inch."""
MARGIN, GUTTER = 90, 36
PAGES: Sequence[tuple[int, float, str, Sequence[str]]] = (
    (
        2,
        9.5,
        "Lock keepers of Tarn Weir strike for a second week",
        (
            "The lock keepers of Tarn Weir stayed away from work for a ninth day on Wednesday, and "
            "forty-two barges lay moored below the town. The river board says that each day costs "
            "it 18,500 crowns in tolls.",
            "“We asked for a night allowance in 2019 and were told to wait,” said Berit Solvang, "
            "who speaks for the 63 keepers. “We have waited.” The board offered 4 percent in "
            "March; the keepers want 7.5 percent and a second man at each gate after dark.",
            "Millers upstream have begun to send their flour by road. Joost Haverkamp, whose mill "
            "at Oxley employs 28 people, said a lorry carries a tenth of what a barge does and "
            "costs three times as much. He has bread for the town until Sunday, he said.",
            "A mediator from the county, Ilse Marden, met both sides on Tuesday evening in the "
            "customs house. She called the talks frank. They will be continued on Friday at ten.",
            "The last strike on the weir, in the autumn of 1987, ended after 31 days. Its leader, "
            "Berit Solvang's father, later sat on the board for twelve years.",
        ),
    ),
    (
        2,
        8.5,
        "Glass found in school kitchens, county recalls 12,000 jars",
        (
            "Twelve thousand jars of plum jam were taken out of school kitchens in Ostrava Bay on "
            "Monday after cooks at three schools found splinters of glass in them. No child was "
            "hurt, the county health office said.",
            "The jars carry the numbers L-4471 to L-4489 and were filled between 6 and 9 January. "
            "Parents who bought jam from the same cannery should look for those numbers on the "
            "lid, said the office's director, Dr. Amina Teller.",
            "The cannery, Hollis & Daughters, employs 140 people. Its manager blamed a washing "
            "machine for bottles that was repaired on 5 January. “We stopped the line within an "
            "hour of the first call,” he said; the first call, according to the county, came on "
            "the previous Thursday.",
            "Schools will serve honey instead. The county buys 900 kilograms of it each year from "
            "beekeepers on the peninsula, and has ordered another 350.",
            "An inspector will visit the cannery today. If the washing machine is found to be at "
            "fault, the maker of the machine could be made to pay for the recall, which the "
            "county puts at 76,000 crowns.",
            "Last year the office tested 2,310 samples of food in the county; 17 were withdrawn, "
            "nine of them because of a wrong label.",
        ),
    ),
    (
        3,
        8.5,
        "A lighthouse for sale, with stairs and one condition",
        (
            "The lighthouse on Skerry Holm, dark since 1998, will be sold at auction on 14 June. "
            "It has 211 stairs, no running water, and a colony of storm petrels in the cellar.",
            "Whoever buys it must leave the birds alone from April to September. That is the only "
            "condition, said the harbour office, which wants at least 60,000 crowns.",
            "Nine people have asked for the papers so far: a painter, two hotels, a maker of "
            "whisky, and a retired keeper, Aldous Wray, who worked the lamp for 22 years. “I know "
            "what it is like in February,” he said. “The others do not.”",
            "The lamp itself is not for sale. It went to the museum in Port Ellery, where it is "
            "lit every Saturday at dusk.",
            "The island can be reached by boat in calm weather, on about 130 days of the year. "
            "A mobile telephone works on the gallery, but not below it.",
            "The auction begins at noon in the old rope works. Bids by letter must arrive a day "
            "earlier.",
        ),
    ),
)
"""For each page: columns, points of its print, headline, paragraphs."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="where to leave the pages")
    chosen = parser.parse_args()
    if not ocr.installed():
        parser.exit(1, "OCR is not installed: pip install 'byline[ocr]'\n")
    print(f"installed: {installed_megabytes():.0f} MB")
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for number, (columns, points, headline, paragraphs) in enumerate(PAGES, 1):
            path = folder / f"page-{number}.pdf"
            page = degraded(draw(columns, points, headline, paragraphs), seed=number)
            page.save(path, resolution=DOTS, quality=60)
            wall, cpu = time.perf_counter(), time.process_time()
            items = list(read_file(path))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            text = "\n".join(f"{i.title} {i.text}" for i in items if isinstance(i, Article))
            share = right(f"{headline} {' '.join(paragraphs)}", text)
            told = next((i.doubts[-1] for i in items if isinstance(i, Article) and i.doubts), "")
            print(f"page {number}, {columns} columns of {points} points: {share:.1%} of words "
                  f"right, {wall:.1f} s ({cpu:.1f} s of one core); it {told}")  # fmt: skip


def right(wanted: str, found: str) -> float:
    """The share of the words that are found in their order."""
    words = wanted.split()
    matcher = difflib.SequenceMatcher(None, words, found.split(), autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(words)


def draw(columns: int, points: float, headline: str, paragraphs: Sequence[str]) -> Image.Image:
    """A newspaper page, the columns beside each other below the headline."""
    page = Image.new("L", (WIDTH, HEIGHT), 250)
    pen = ImageDraw.Draw(page)
    large, small = _font("DejaVuSerif-Bold.ttf", 19), _font("DejaVuSerif.ttf", points)
    top = MARGIN
    for line in _set(headline, large, WIDTH - 2 * MARGIN, pen):
        pen.text((MARGIN, top), line, font=large, fill=20)
        top += int(large.size * 1.3)
    width = (WIDTH - 2 * MARGIN - (columns - 1) * GUTTER) // columns
    indent = "\u2003"
    lines = [
        line for paragraph in paragraphs for line in _set(indent + paragraph, small, width, pen)
    ]
    height = -(-len(lines) // columns)
    for number, line in enumerate(lines):
        column, row = divmod(number, height)
        place = MARGIN + column * (width + GUTTER), top + 20 + int(row * small.size * 1.3)
        pen.text(place, line, font=small, fill=30)
    return page


def degraded(page: Image.Image, seed: int) -> Image.Image:
    """The page as a poor scan: tilted by one degree, blurred, grey and noisy."""
    tilted = page.rotate(1, Image.Resampling.BICUBIC, fillcolor=250)
    blurred = np.asarray(tilted.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float32)
    noise = np.random.default_rng(seed).normal(0, 14, blurred.shape)
    return Image.fromarray(np.clip(blurred * 0.85 + 20 + noise, 0, 255).astype(np.uint8))


def _font(name: str, points: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/{name}", points * DOTS / 72)


def _set(
    text: str, font: ImageFont.FreeTypeFont, width: int, pen: ImageDraw.ImageDraw
) -> list[str]:
    """The lines of a text in a column."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if pen.textlength(longer, font=font) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def installed_megabytes() -> float:
    """The size of what the extra installs."""
    size = 0
    for name in EXTRA:
        try:
            files = distribution(name).files or ()
        except PackageNotFoundError:
            continue
        size += sum(file.size or 0 for file in files)
    return size / 1e6


if __name__ == "__main__":
    main()
