"""Rows to articles, whether JSON or a table holds them; and .json and .jsonl files."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from index import cleaning, decoding
from index.cleaning import Facts
from index.dates import in_order, is_double, shown_order
from index.formats import markup
from index.formats.articles import (
    EMPTY,
    FIELDS,
    as_json,
    digest,
    finished,
    learn_fields,
    one_line,
    plain_value,
    slug,
    squeezed,
    warnings,
)
from index.formats.document import LARGEST_FILE, LONGEST_TEXT, MB, TOO_LONG, Document
from index.lines import web_address
from index.records import Article, Problem

TEXT_FIELDS = (
    "text maintext bodytext articletext articlebody storytext fulltext textcontent contenttext body"
    " content story article contenthtml bodyhtml html"
).split()
"""What the field with an article's text may be called, `squeezed`; of several, the longest counts,
and of those about as long the first."""
SUMMARY_FIELDS = "summary description excerpt abstract standfirst teaser lead".split()
"""What stands in for a text that is not there."""
DEEPEST = 4  # how deep in a file a list of articles may lie: {"response": {"docs": [...]}}
NO_ROWS = "is empty. Give it one article per line, or leave it out."
AS_LONG = 0.9  # of the longest text of a row, what another must have to be about as long
# What interfaces put at the end of a text that they cut off: "… [+1234 chars]".
_CUT = re.compile(r"(?:…|\.\.\.)?\s*\[\+\d+ char(?:acter)?s\]\s*\Z")

Fields = Mapping[str, object]
Rows = Iterable[tuple[str, "Fields | str"]]
"""Where each row stands, which follows the file's name, and its fields or what is wrong with it."""


def articles(
    document: Document, rows: Callable[[], Rows], doubts: Iterable[str] = ()
) -> Iterator[Article | Problem]:
    """An article for each row; what is wrong with a row is a warning if an article came of it.

    Args:
        document: what the rows came in.
        rows: gives them, anew each time.
        doubts: what is doubtful about the letters of all of the document, and told of it.

    Raises:
        UnreadableSource: there are none.
    """
    yield from document.warnings(doubts)
    dated = _day_orders(rows)
    where = None
    for where, fields in rows():
        if isinstance(fields, str):
            yield document.problem(f"{document.name}{where}: {fields}")
        else:
            yield from placed(article_of(dated(fields), document, doubts), document, where)
    if where is None:
        raise document.error(NO_ROWS)


def placed(
    items: Iterable[Article | str], document: Document, where: str
) -> Iterator[Article | Problem]:
    """The items of one row, with what is wrong with it as problems."""
    found = list(items)
    read = any(isinstance(item, Article) for item in found)
    for item in found:
        if isinstance(item, str):
            yield document.problem(f"{document.name}{where}: {item}", warning=read)
        else:
            yield item


def article_of(
    given: Fields, document: Document, doubts: Iterable[str] = (), *, alone: bool = False
) -> Iterator[Article | str]:
    """The article of one row, and what is wrong with the row.

    Args:
        given: the row's fields.
        document: what it came in.
        doubts: what is doubtful about the letters of all of the document.
        alone: it is the only one that the document can hold, which then is its source.
    """
    name, text = text_of(given)
    if not name or len(text) > LONGEST_TEXT:
        yield (
            TOO_LONG if name else '"text" is missing or is not a string. Give the article\'s text.'
        )
        return
    shared = [] if text.isascii() else list(doubts)
    facts = Facts(doubts=list(shared))
    if squeezed(name) in SUMMARY_FIELDS:
        facts.doubts.append(f"holds no text but a summary (“{name}”), which was read in its place.")
    if cut := _CUT.search(text):
        text = text[: cut.start()]
        facts.doubts.append(f"was cut off where it comes from (“{one_line(cut[0])}”).")
    yield from learn_fields(facts, {k: value for k, value in given.items() if k != name}, "row")
    try:
        body = cleaning.trim(markup.field_paragraphs(text), facts, row=True)
    except ValueError:
        yield "has more markup than an article has. Give the article's text alone."
        return
    if not body:
        yield '"text" is empty. Give the article\'s text.'
        return
    id_field = next((key for key in given if squeezed(key) in ("id", "storiesid")), "id")
    own = given.get(id_field)
    usable = isinstance(own, str | int) and not isinstance(own, bool)
    article_id = one_line(str(own)) if usable else ""
    if not article_id and own not in EMPTY:
        yield f'"{id_field}" is not a string or a whole number: {as_json(own)}. An id was made up.'
    if alone:
        made = finished(article_id or slug(document.stem), document.source, body, facts)
    else:
        article_id = article_id or f"{slug(document.stem)}-{digest(text)}"
        made = finished(article_id, f"{document.source}#{article_id}", body, facts)
    yield made
    yield from (warning for warning in warnings(made) if alone or warning not in shared)


def text_of(given: Fields) -> tuple[str, str]:
    """The name of the field with a row's text, and that text; both empty if there is none."""
    strings: dict[str, tuple[str, str]] = {}
    for key in reversed(list(given)):
        if isinstance(text := plain_value(given[key], ("rendered", "@value")), str):
            strings[squeezed(key)] = key, text
    for names in (TEXT_FIELDS, SUMMARY_FIELDS):
        found = [strings[name] for name in names if name in strings]
        found = [(key, text) for key, text in found if text.strip() and not web_address(text)]
        longest = max((len(text) for _, text in found), default=0)
        for key, text in found:
            if len(text) >= AS_LONG * longest:
                return key, text
    return next(((strings[name][0], "") for name in TEXT_FIELDS if name in strings), ("", ""))


def has_text(names: Iterable[str]) -> bool:
    """Whether one of some fields may hold an article's text."""
    return any(squeezed(name) in (*TEXT_FIELDS, *SUMMARY_FIELDS) for name in names)


def encoding(document: Document) -> tuple[str, list[str]]:
    """The encoding of a file of rows, by all of it, and what is doubtful about it.

    Raises:
        UnreadableSource: it is no text.
    """
    try:
        found, doubt = decoding.encoding_of_lines(document.open, document.charset)
    except decoding.NoText as error:
        raise document.error(str(error)) from None
    return found, [doubt] if doubt else []


def _day_orders(rows: Callable[[], Rows]) -> Callable[[Fields], Fields]:
    """What gives the fields of a row, with dates that can be two days as the one that is meant.

    All rows together show in which order each field has day and month; they are asked once, by
    the first date that can be two days.
    """

    @cache
    def orders() -> dict[str, bool]:
        shown: dict[str, set[bool]] = {}
        for key, value in (pair for _, row in rows() for pair in _dates(row)):
            if (order := shown_order(value)) is not None:
                shown.setdefault(key, set()).add(order)
        return {key: min(found) for key, found in shown.items() if len(found) == 1}

    def dated(given: Fields) -> Fields:
        double = {key: value for key, value in _dates(given) if is_double(value)}
        return {**given, **{key: in_order(double[key], orders().get(key)) for key in double}}

    return dated


def _dates(row: Fields | str) -> Iterator[tuple[str, str]]:
    """The fields of a row that say a day in words or figures."""
    for key, value in row.items() if isinstance(row, Mapping) else ():
        if isinstance(value, str) and is_date(key):
            yield key, value


def is_date(name: object) -> bool:
    """Whether a field of this name holds a day."""
    return FIELDS.get(squeezed(name)) in ("published", "as_of")


# --- JSON --------------------------------------------------------------------------------------


def read_jsonl(document: Document) -> Iterator[Article | Problem]:
    """A .jsonl file: an article in each row.

    A field that cannot be used is reported and the article read without it.
    """
    codec, doubts = encoding(document)
    first = next(_lines(document, codec), (0, ""))[1].strip()
    if first in ("[", "[{", "{"):
        yield from document.warnings(doubts)
        yield from read_json(document)  # one value over many lines
        return

    def found() -> Rows:
        for number, row in _lines(document, codec):
            value: Fields | str = f"has more than {LARGEST_FILE // MB} MB. One row is one article."
            if len(row) < LARGEST_FILE:
                value = "is not valid JSON. Write one object per line, as JSON."
                if (parsed := _parsed(row)) is not None:
                    value = _article(parsed, {})
            yield f", line {number}", value

    yield from articles(document, found, doubts)


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
        items = article_of(article, document, decoded.doubts, alone=True)
        yield from placed(items, document, "")
        return
    listed, around = _longest_list(value)
    if not listed:
        said = "holds no article: nothing in it is called text, body, content, article or story"
        raise document.error(f"{said}. Name the text so, or leave it out.")
    numbered = enumerate(listed, 1)
    found = [(f", article {number}", _article(item, around)) for number, item in numbered]
    yield from articles(document, lambda: found, decoded.doubts)


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
    if text_of(value)[1]:
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
        held = any(isinstance(item, dict) and has_text(item) for item in value)
        return (value if held else []), {}
    best: tuple[list[object], Fields] = [], {}
    if isinstance(value, dict) and depth:
        for part in value.values():
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
