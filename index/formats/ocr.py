"""Pages that are pictures: told, or read by OCR where the extra `byline[ocr]` is installed.

RapidOCR runs with the models that its wheel ships, and loads nothing from a network.
"""

from __future__ import annotations

import importlib.util
import math
import os
import time
from collections.abc import Iterator, Sequence
from functools import cache
from statistics import fmean, median
from typing import Any

import numpy as np

from index.formats.columns import Word
from index.formats.pdffile import PdfFile, Sheet

MOST_SECONDS = 900.0  # for the pictures of one file
LEAST_CONFIDENCE = 0.5  # of a line; one below it is mostly a part of a photograph
MARGIN = 0.125  # by what share of its height a line's box reaches beyond the print, on each side
SAME_PRINT = 0.35
"""By how much the height of a line may differ from the usual one and be of the same print."""


def read_pictures(file: PdfFile, sheets: Sequence[Sheet]) -> Iterator[str]:
    """Read the pages that are pictures into their sheets, if that is possible.

    Yields: what is to be said of them, to stand after the name of the file.
    """
    pictures = [sheet for sheet in sheets if sheet.picture]
    if not pictures:
        return
    if not installed():
        pages = f"{pages_named(pictures)} of {sheets[-1].number}"
        yield (
            f"has pictures without text on {pages}; with OCR they can be read: "
            "pip install 'byline[ocr]'"
        )
        return
    ends = time.monotonic() + MOST_SECONDS
    read: list[str] = []
    bare: list[Sheet] = []
    late: list[Sheet] = []
    for sheet in pictures:
        in_time = time.monotonic() <= ends
        drawn = file.picture(sheet.number) if in_time else None
        words, confidence, unclear = _read(*drawn) if drawn else ([], 0.0, 0)
        if words:
            sheet.words, sheet.aside, sheet.picture = words, [], False
            left_out = f", {unclear} unclear lines left out" if unclear else ""
            read.append(f"page {sheet.number} (confidence {confidence:.2f}{left_out})")
        else:
            (bare if in_time else late).append(sheet)
    if read:
        yield f"was read by OCR on {_listed(read)}: compare its words with the pictures."
    if bare:
        yield f"has pictures on {pages_named(bare)} in which OCR found no text."
    if late:
        yield (
            f"has pictures on {pages_named(late)} that were not read, because OCR took more than "
            f"{MOST_SECONDS / 60:.0f} minutes. Split it."
        )


def installed() -> bool:
    """Whether the extra is there."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def pages_named(sheets: Sequence[Sheet]) -> str:
    """Pages in words: "page 2", "pages 2 and 3", "pages 2, 4 and 5"."""
    numbers = [str(sheet.number) for sheet in sheets]
    return f"page{'s' if len(numbers) > 1 else ''} {_listed(numbers)}"


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    threads = int(os.environ.get("OMP_NUM_THREADS") or -1)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,
            "Global.max_side_len": 4_000,
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": threads,
        }
    )


def _read(width: int, height: int, pixels: bytes) -> tuple[list[Word], float, int]:
    """The lines of a picture, how sure they are on average, and how many are left out."""
    grey = np.frombuffer(pixels, np.uint8).reshape(height, width)
    found = _engine()(np.repeat(grey[:, :, None], 3, axis=2))
    nothing = found.boxes is None or found.txts is None
    lines = [] if nothing else list(zip(found.boxes, found.txts, found.scores, strict=True))
    clear = [line for line in lines if line[2] >= LEAST_CONFIDENCE and line[1].strip()]
    if not clear:
        return [], 0.0, 0
    words = upright([(text, box) for box, text, _ in clear])
    return words, fmean(score for _, _, score in clear), len(lines) - len(clear)


def upright(lines: Sequence[tuple[str, Any]]) -> list[Word]:
    """Lines whose corners are given, on a page that was laid straight.

    The corners run clockwise from the upper left one.
    """
    tilt = median(math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0]) for _, box in lines)
    cosine, sine = math.cos(tilt), math.sin(tilt)
    words = []
    for text, box in lines:
        across = [float(x * cosine + y * sine) for x, y in box]
        down = [float(y * cosine - x * sine) for x, y in box]
        top, bottom = (down[0] + down[1]) / 2, (down[2] + down[3]) / 2
        height = max(1.0, bottom - top)
        left, right = min(across) + MARGIN * height, max(across) - MARGIN * height
        size = (1 - 2 * MARGIN) * height
        words.append(Word(text.strip(), left, right, bottom - 0.2 * height, size))
    # A line without tall letters is no smaller print.
    usual = median(word.size for word in words)
    return [
        word._replace(size=usual) if abs(word.size / usual - 1) <= SAME_PRINT else word
        for word in words
    ]
