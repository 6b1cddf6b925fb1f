"""JSON: .json files of one article or a list of them, as crawlers write, and JSON lines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

from index.formats import rows
from index.formats.document import LARGEST_FILE, MB, Document
from index.formats.fields import one_line, squeezed
from index.formats.rows import Fields, Rows
from index.records import Article, Problem

DEEPEST = 4  # how deep in a file a list of articles may lie, as in {"response": {"docs": [...]}}


def read_jsonl(document: Document) -> Iterator[Article | Problem]:
    """A .jsonl file: an article in each row.

    A field that cannot be used is reported and the article read without it.
    """
    encoding, doubts = rows.encoding(document)
    first = next(_lines(document, encoding), (0, ""))[1].strip()
    if first in ("[", "[{", "{"):
        yield from document.warnings(doubts)
        yield from read_json(document)  # one value over many lines
        return

    def found() -> Rows:
        for number, row in _lines(document, encoding):
            if len(row) >= LARGEST_FILE:
                value: Fields | str = (
                    f"has more than {LARGEST_FILE // MB} MB. One row is one article."
                )
            elif (parsed := _parsed(row)) is None:
                value = "is not valid JSON. Write one object per line, as JSON."
            else:
                value = _article(parsed, {})
            yield f", line {number}", value

    yield from rows.articles(document, found, doubts)


def read_json(document: Document) -> Iterator[Article | Problem]:
    """A .json file: an article, or each of a list of them wherever it lies; or lines of JSON."""
    decoded = document.text()
    try:
        value = json.loads(decoded.text)
    except (ValueError, RecursionError):
        text = decoded.text.strip("\ufeff \r\n\t")
        if isinstance(_parsed(text.partition("\n")[0]), dict):
            yield from read_jsonl(document)
            return
        invalid = document.error("is not valid JSON. Save it again, or leave it out.")
        raise (invalid if text else document.empty()) from None
    if isinstance(value, dict) and (article := _only(value)):
        found = rows.article_of(article, document, decoded.doubts, alone=True)
        yield from rows.placed(found, document, "")
        return
    articles, around = _longest_list(value)
    if not articles:
        raise document.error(
            "holds no article: nothing in it is called text, body, content, article or story. Name "
            "the text so, or leave it out."
        )
    listed = [(f", article {n}", _article(item, around)) for n, item in enumerate(articles, 1)]
    yield from rows.articles(document, lambda: listed, decoded.doubts)


def _article(value: object, around: Fields) -> Fields | str:
    """The fields of one value of a list; `around` is what holds the list.

    What a feed says of all its articles counts for each: its title is the publisher's name.
    """
    if not isinstance(value, dict):
        return 'is not an object. Write {"text": "..."}.'
    article = _only(value) or value
    if "jsonfeed.org" not in one_line(around.get("version")):
        return article
    shared = {
        "publisher": around.get("title"),
        "authors": around.get("authors") or around.get("author"),
        "language": around.get("language"),
    }
    known = {squeezed(key) for key in article}
    return {**article, **{key: part for key, part in shared.items() if part and key not in known}}


def _only(value: Fields, depth: int = DEEPEST) -> Fields | None:
    """The one article that an object is or holds, as {"article": {...}} does."""
    if rows.text_of(value)[1]:
        return value
    inner = [part for part in value.values() if isinstance(part, dict)] if depth else []
    found = [fields for fields in (_only(part, depth - 1) for part in inner) if fields]
    if len(found) == 1 and not _longest_list(value)[0]:
        around = {key: part for key, part in value.items() if not isinstance(part, dict)}
        return {**around, **found[0]}
    return None


def _longest_list(value: object, depth: int = DEEPEST) -> tuple[list[object], Fields]:
    """The longest list of articles in a value, and the object that holds it."""
    if isinstance(value, list):
        held = any(isinstance(item, dict) and rows.has_text(item) for item in value)
        return (value if held else []), {}
    best: tuple[list[object], Fields] = [], {}
    for part in value.values() if isinstance(value, dict) and depth else ():
        found, around = _longest_list(part, depth - 1)
        if len(found) > len(best[0]):
            best = found, value if isinstance(part, list) else around
    return best


def _parsed(text: str) -> object:
    """The value that a text is as JSON; None if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _lines(document: Document, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1; of too long a line, a part."""
    with (
        document.open() as file,
        io.TextIOWrapper(file, encoding, errors="replace", newline="\n") as text,
    ):
        number, whole = 0, True
        while row := text.readline(LARGEST_FILE):
            number += whole
            if whole and (row := row.removeprefix("\ufeff") if number == 1 else row).strip():
                yield number, row
            whole = len(row) < LARGEST_FILE or row.endswith("\n")
