"""JSON: .json files of one article or a list of them, as crawlers write, and JSON lines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from index.errors import UnreadableSource
from index.formats import rows
from index.formats.articles import one_line, squeezed
from index.formats.document import LARGEST_FILE, Document
from index.records import Article, Problem

DEEPEST = 4
"""How deep in a file a list of articles may lie, as in {"response": {"docs": [...]}}."""

_Object = dict[str, object]


def read_jsonl(document: Document) -> Iterator[Article | Problem]:
    """A .jsonl file: an article in each row.

    A field that cannot be used is reported and the article read without it.
    """
    encoding, doubts = rows.encoding(document)
    orders = rows.Orders(partial(_objects, document, encoding))
    yield from (document.problem(f"{document.name} {doubt}", warning=True) for doubt in doubts)
    number = 0
    for number, row in _lines(document, encoding):
        if number == 1 and row.strip() in ("[", "[{", "{"):
            yield from read_json(document)  # one value over many lines
            return
        items = _row(row, document, doubts, orders)
        yield from rows.placed(items, document, f", line {number}")
    if not number:
        raise rows.no_rows(document)


def read_json(document: Document) -> Iterator[Article | Problem]:
    """A .json file: an article, or each of a list of them wherever it lies; or lines of JSON."""
    decoded = document.text()
    try:
        value = json.loads(decoded.text)
    except (ValueError, RecursionError):
        first = decoded.text.lstrip("\ufeff \r\n\t").partition("\n")[0]
        if isinstance(_parsed(first), dict):
            yield from read_jsonl(document)
            return
        if not decoded.text.strip("\ufeff \r\n\t"):
            raise document.empty() from None
        raise UnreadableSource(
            f"{document.name} is not valid JSON. Save it again, or leave it out."
        ) from None
    if isinstance(value, dict) and (article := _only(value)):
        found = rows.article_of(article, document, decoded.doubts, alone=True)
        yield from rows.placed(found, document, "")
        return
    articles, around = _longest_list(value)
    if not articles:
        raise UnreadableSource(
            f"{document.name} holds no article: nothing in it is called text, body, content, "
            "article or story. Name the text so, or leave it out."
        )
    doubts = decoded.doubts
    yield from (document.problem(f"{document.name} {doubt}", warning=True) for doubt in doubts)
    orders = rows.Orders(lambda: (one for one in articles if isinstance(one, dict)))
    for number, one in enumerate(articles, 1):
        if isinstance(one, dict):
            items = rows.article_of(
                _with(_only(one) or one, around), document, doubts, orders=orders
            )
            yield from rows.placed(items, document, f", article {number}")
        else:
            yield document.problem(
                f'{document.name}, article {number}: is not an object. Write {{"text": "..."}}.'
            )


def _only(value: _Object, depth: int = DEEPEST) -> _Object | None:
    """The one article that an object is or holds, as {"article": {...}} does."""
    if rows.text_of(value)[1]:
        return value
    inner = [one for one in value.values() if isinstance(one, dict)] if depth else []
    found = [one for one in (_only(part, depth - 1) for part in inner) if one]
    if len(found) == 1 and not _longest_list(value)[0]:
        return {**{key: one for key, one in value.items() if not isinstance(one, dict)}, **found[0]}
    return None


def _longest_list(value: object, depth: int = DEEPEST) -> tuple[list[object], _Object]:
    """The longest list of articles in a value, and the object that holds it."""
    if isinstance(value, list):
        if any(isinstance(one, dict) and rows.has_text(one) for one in value):
            return value, {}
        return [], {}
    best: tuple[list[object], _Object] = [], {}
    if isinstance(value, dict) and depth:
        for part in value.values():
            found, around = _longest_list(part, depth - 1)
            if len(found) > len(best[0]):
                best = found, value if isinstance(part, list) else around
    return best


def _with(article: _Object, around: Mapping[str, object]) -> _Object:
    """An article's fields, with what its feed says of all: its title is the publisher's name."""
    known = {squeezed(key) for key in article}
    added: _Object = {}
    if "jsonfeed.org" in one_line(around.get("version")):
        added = {
            "publisher": around.get("title"),
            "authors": around.get("authors") or around.get("author"),
            "language": around.get("language"),
        }
    return {**article, **{key: one for key, one in added.items() if one and key not in known}}


def _row(
    row: str, document: Document, doubts: Iterable[str], orders: rows.Orders
) -> Iterator[Article | str]:
    """The article of one row, and what is wrong with the row."""
    if len(row) >= LARGEST_FILE:
        yield f"has more than {LARGEST_FILE // 1_000_000} MB. One row is one article."
        return
    fields = _parsed(row)
    if fields is None:
        yield "is not valid JSON. Write one object per line, as JSON."
    elif not isinstance(fields, dict):
        yield 'is not an object. Write {"text": "..."}.'
    else:
        yield from rows.article_of(_only(fields) or fields, document, doubts, orders=orders)


def _parsed(text: str) -> object:
    """The value that a text is as JSON; None if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _objects(document: Document, encoding: str) -> Iterator[_Object]:
    for _, row in _lines(document, encoding):
        if isinstance(fields := _parsed(row), dict):
            yield fields


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
