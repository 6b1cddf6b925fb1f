"""JSON: .json files of one article or a list of them, as crawlers write, and JSON lines."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from index.formats import rows
from index.formats.document import LARGEST_FILE, MB, Document
from index.formats.fields import one_line, squeezed
from index.formats.rows import Fields
from index.records import Article, Problem

DEEPEST = 4
"""How deep in a file a list of articles may lie, as in {"response": {"docs": [...]}}."""

ArticleOf = Callable[[Fields], Iterator[Article | str]]


def read_jsonl(document: Document) -> Iterator[Article | Problem]:
    """A .jsonl file: an article in each row.

    A field that cannot be used is reported and the article read without it.
    """
    encoding, doubts = rows.encoding(document)

    def objects() -> Iterator[Fields]:
        parsed = (_parsed(row) for _, row in _lines(document, encoding))
        return (fields for fields in parsed if isinstance(fields, dict))

    dated = rows.day_orders(objects)
    article_of = partial(rows.article_of, document=document, doubts=doubts, dated=dated)
    yield from document.warnings(doubts)
    number = 0
    for number, row in _lines(document, encoding):
        if number == 1 and row.strip() in ("[", "[{", "{"):
            yield from read_json(document)  # one value over many lines
            return
        if len(row) >= LARGEST_FILE:
            large = f"has more than {LARGEST_FILE // MB} MB. One row is one article."
            items: Iterable[Article | str] = [large]
        elif (value := _parsed(row)) is None:
            items = ["is not valid JSON. Write one object per line, as JSON."]
        else:
            items = _items(value, {}, article_of)
        yield from rows.placed(items, document, f", line {number}")
    if not number:
        raise rows.no_rows(document)


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
    yield from document.warnings(decoded.doubts)
    dated = rows.day_orders(lambda: (item for item in articles if isinstance(item, dict)))
    article_of = partial(rows.article_of, document=document, doubts=decoded.doubts, dated=dated)
    for number, item in enumerate(articles, 1):
        items = _items(item, around, article_of)
        yield from rows.placed(items, document, f", article {number}")


def _items(value: object, around: Fields, article_of: ArticleOf) -> Iterable[Article | str]:
    """The article of one value, and what is wrong with it; `around` is what holds its list."""
    if not isinstance(value, dict):
        return ['is not an object. Write {"text": "..."}.']
    return article_of(_with(_only(value) or value, around))


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
        if any(isinstance(item, dict) and rows.has_text(item) for item in value):
            return value, {}
        return [], {}
    best: tuple[list[object], Fields] = [], {}
    if isinstance(value, dict) and depth:
        for part in value.values():
            found, around = _longest_list(part, depth - 1)
            if len(found) > len(best[0]):
                best = found, value if isinstance(part, list) else around
    return best


def _with(article: Fields, around: Fields) -> Fields:
    """An article's fields, with what its feed says of all: its title is the publisher's name."""
    known = {squeezed(key) for key in article}
    added: Fields = {}
    if "jsonfeed.org" in one_line(around.get("version")):
        added = {
            "publisher": around.get("title"),
            "authors": around.get("authors") or around.get("author"),
            "language": around.get("language"),
        }
    return {**article, **{key: part for key, part in added.items() if part and key not in known}}


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
        number = 0
        while row := text.readline(LARGEST_FILE):
            number += 1
            row = row.removeprefix("\ufeff") if number == 1 else row
            if row.strip():
                yield number, row
            while len(row) == LARGEST_FILE and not row.endswith("\n"):
                row = text.readline(LARGEST_FILE)
