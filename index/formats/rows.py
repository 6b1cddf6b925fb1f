"""Many articles in one file, a row each: .jsonl, .csv and .tsv with named columns."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from index import cleaning
from index.cleaning import Facts
from index.decoding import NoText, bom_encoding, decode, encoding_of
from index.errors import UnreadableSource
from index.formats.articles import EMPTY, as_json, finished, learn, one_line, slug, warnings
from index.formats.document import LARGEST_FILE, LONGEST_TEXT, TOO_LONG, Document
from index.paragraphs import plain_paragraphs
from index.records import Article, Problem

TEXT_FIELDS = ("text", "body", "content", "article", "story", "full_text", "article_text")
"""What the field with an article's text may be called; the first that is there counts."""
SAMPLE = 64_000
"""Bytes that tell the encoding and the separator of a table."""

_DELIMITERS = ",;\t|"


def read_jsonl(document: Document) -> Iterator[Article | Problem]:
    """A .jsonl file: an article in each row.

    A field that cannot be used is reported and the article read without it.
    """
    number = 0
    for number, row in _lines(document):
        if number == 1:
            _check_text(document, row)
        if number == 1 and row.strip() in (b"[", b"[{"):
            raise UnreadableSource(
                f"{document.name} is one JSON list over many lines. Write one object per line."
            )
        yield from _placed(_json_row(row, document), document, f"line {number}")
    if not number:
        raise _no_rows(document)


def read_table(document: Document) -> Iterator[Article | Problem]:
    """A .csv or .tsv file whose first line names the columns: an article in each row."""
    # The standard limit, 128 kB, is less than a long article. It is one for the whole process.
    csv.field_size_limit(LARGEST_FILE)
    with document.open() as file:
        sample = file.read(SAMPLE)
    _check_text(document, sample)
    encoding = encoding_of(sample[: sample.rfind(b"\n") + 1] or sample, document.charset)
    rows = _table_rows(document, encoding, _delimiter(document, sample, encoding))
    header = next(rows, (0, []))[1]
    columns = [one_line(name).lower() if isinstance(name, str) else "" for name in header]
    if not any(columns):
        raise _no_rows(document)
    if not text_field(dict.fromkeys(columns, "")):
        raise UnreadableSource(
            f'{document.name} has no column "text" (its first line: {as_json(columns)}). '
            "Name the columns in the first line."
        )
    yield from table_articles(document, columns, rows)


def table_articles(
    document: Document,
    columns: Sequence[str],
    rows: Iterable[tuple[int, list[str] | str]],
    what: str = "line",
) -> Iterator[Article | Problem]:
    """An article for each row of a table.

    Args:
        document: what the table came in.
        columns: the names of the columns, in small letters.
        rows: the cells of each row, or what is wrong with it, with its number.
        what: what that number counts.

    Raises:
        UnreadableSource: no row holds anything.
    """
    empty = True
    for number, row in rows:
        empty = empty and not any(row)
        if isinstance(row, str):
            yield document.problem(f"{document.name}, {what} {number}: {row}")
        elif len(row) > len(columns):
            yield document.problem(
                f"{document.name}, {what} {number}: has {len(row)} values for {len(columns)} "
                "columns. Put the text in quotation marks."
            )
        elif any(row):
            fields: dict[str, object] = dict(zip(columns, row, strict=False))
            yield from _placed(_row(fields, document), document, f"{what} {number}")
    if empty:
        raise _no_rows(document)


# --- rows to articles --------------------------------------------------------------------------


def _placed(
    items: Iterable[Article | str], document: Document, place: str
) -> Iterator[Article | Problem]:
    """The items of one row; what is wrong with a row is a warning if an article came of it."""
    found = list(items)
    read = any(isinstance(item, Article) for item in found)
    for item in found:
        if isinstance(item, str):
            reason = f"{document.name}, {place}: {item}"
            yield document.problem(reason, warning=read)
        else:
            yield item


def _json_row(row: bytes, document: Document) -> Iterator[Article | str]:
    """The article of one row, and what is wrong with the row."""
    if len(row) >= LARGEST_FILE:
        yield f"has more than {LARGEST_FILE // 1_000_000} MB. One row is one article."
        return
    try:
        fields = json.loads(decode(row))
    except (ValueError, RecursionError):
        yield "is not valid JSON. Write one object per line, as JSON."
        return
    if not isinstance(fields, dict):
        yield 'is not an object. Write {"text": "..."}.'
        return
    yield from _row(fields, document)


def _row(fields: Mapping[str, object], document: Document) -> Iterator[Article | str]:
    named = text_field(fields)
    text = fields.get(named or "text")
    if not isinstance(text, str):
        yield '"text" is missing or is not a string. Give the article\'s text.'
        return
    if len(text) > LONGEST_TEXT:
        yield TOO_LONG
        return
    facts = Facts()
    yield from learn(facts, {key: fields[key] for key in fields if key != named}, "row")
    body = cleaning.trim(plain_paragraphs(text), facts, row=True)
    if not body:
        yield '"text" is empty. Give the article\'s text.'
        return
    given = fields.get("id")
    usable = isinstance(given, str | int) and not isinstance(given, bool)
    article_id = one_line(str(given)) if usable else ""
    if not article_id and given not in EMPTY:
        yield f'"id" is not a string or a whole number: {as_json(given)}. An id was made up.'
    if not article_id:
        digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()
        article_id = f"{slug(document.stem)}-{digest[:8]}"
    made = finished(article_id, f"{document.source}#{article_id}", body, facts)
    yield made
    yield from warnings(made)


def text_field(fields: Mapping[str, object]) -> str | None:
    """The name of the field with an article's text; None where there is none."""
    return next((name for name in TEXT_FIELDS if name in fields), None)


def _no_rows(document: Document) -> UnreadableSource:
    return UnreadableSource(
        f"{document.name} is empty. Give it one article per line, or leave it out."
    )


# --- bytes to rows -----------------------------------------------------------------------------


def _lines(document: Document) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from 1; of too long a line, a part."""
    with document.open() as file:
        number = 0
        while row := file.readline(LARGEST_FILE):
            number += 1
            if number == 1:
                if bom_encoding(row) not in (None, "utf-8-sig"):
                    raise UnreadableSource(f"{document.name} is not in UTF-8. Save it as UTF-8.")
                row = row.removeprefix(codecs.BOM_UTF8)
            if row.strip():
                yield number, row
            while len(row) == LARGEST_FILE and not row.endswith(b"\n"):
                row = file.readline(LARGEST_FILE)


def _check_text(document: Document, sample: bytes) -> None:
    try:
        decode(sample[:SAMPLE], document.charset)
    except NoText as error:
        raise UnreadableSource(f"{document.name} {error}") from None


def _delimiter(document: Document, sample: bytes, encoding: str) -> str:
    """What stands between the columns: the sign that the first line has most of."""
    if document.suffix == ".tsv":
        return "\t"
    first = sample.decode(encoding, "replace").lstrip("\ufeff").partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _table_rows(
    document: Document, encoding: str, delimiter: str
) -> Iterator[tuple[int, list[str] | str]]:
    """The rows with the numbers of the lines that they end on, or what is wrong with one."""
    with (
        document.open() as file,
        io.TextIOWrapper(file, encoding, errors="replace", newline="") as text,
    ):
        reader = csv.reader(_bounded(text, document), delimiter=delimiter)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield (
                    reader.line_num,
                    f"has a quotation that does not end within {LARGEST_FILE // 1_000_000} MB. "
                    "Close it, or write a .jsonl.",
                )
                return
            yield reader.line_num, row


def _bounded(text: io.TextIOWrapper, document: Document) -> Iterator[str]:
    """The lines of a table, none longer than an article may be."""
    first = True
    while line := text.readline(LARGEST_FILE):
        if len(line) >= LARGEST_FILE:
            raise UnreadableSource(
                f"{document.name} has a line of more than {LARGEST_FILE // 1_000_000} MB. "
                "Close its quotations, and write one article per row."
            )
        yield line.lstrip("\ufeff") if first else line
        first = False
