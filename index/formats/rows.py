"""From the fields of a row to its article: what JSON, JSON lines and tables have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from index import cleaning, decoding
from index.cleaning import Facts
from index.dates import in_order, is_double, shown_order
from index.errors import UnreadableSource
from index.formats import escapes
from index.formats.articles import digest, finished, slug, warnings
from index.formats.document import LONGEST_TEXT, TOO_LONG, Document
from index.formats.fields import EMPTY, FIELDS, as_json, learn_fields, one_line, said, squeezed
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
AS_LONG = 0.9
"""Of the longest text of a row, what another one must have to be about as long."""
# What interfaces put at the end of a text that they cut off: "… [+1234 chars]".
_CUT = re.compile(r"(?:…|\.\.\.)?\s*\[\+\d+ char(?:acter)?s\]\s*\Z")

Fields = Mapping[str, object]


def article_of(
    given: Fields,
    document: Document,
    doubts: Iterable[str] = (),
    *,
    alone: bool = False,
    dated: Callable[[Fields], Fields] = dict,
) -> Iterator[Article | str]:
    """The article of one row, and what is wrong with the row.

    Args:
        given: the row's fields.
        document: what it came in.
        doubts: what is doubtful about the letters of all of the document, and told of it.
        alone: it is the only one that the document can hold, which then is its source.
        dated: what `day_orders` made of all rows.
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
    known = {key: value for key, value in given.items() if key != name}
    yield from learn_fields(facts, dated(known), "row")
    try:
        body = cleaning.trim(escapes.paragraphs(text), facts, row=True)
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
    for names in (TEXT_FIELDS, SUMMARY_FIELDS):
        found = [
            (key, text)
            for key, text in _strings(given, names)
            if text.strip() and not web_address(text)
        ]
        longest = max((len(text) for _, text in found), default=0)
        for key, text in found:
            if len(text) >= AS_LONG * longest:
                return key, text
    return next(((key, "") for key, _ in _strings(given, TEXT_FIELDS)), ("", ""))


def _strings(given: Fields, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The fields that are called so, in the order of `names`, and hold a string."""
    by_name = {squeezed(key): key for key in reversed(list(given))}
    for key in (by_name[name] for name in names if name in by_name):
        if isinstance(text := said(given[key], ("rendered", "@value")), str):
            yield key, text


def has_text(names: Iterable[str]) -> bool:
    """Whether one of some fields may hold an article's text."""
    return any(squeezed(name) in (*TEXT_FIELDS, *SUMMARY_FIELDS) for name in names)


def placed(
    items: Iterable[Article | str], document: Document, where: str
) -> Iterator[Article | Problem]:
    """The items of one row; what is wrong with a row is a warning if an article came of it."""
    found = list(items)
    read = any(isinstance(item, Article) for item in found)
    for item in found:
        if isinstance(item, str):
            yield document.problem(f"{document.name}{where}: {item}", warning=read)
        else:
            yield item


def no_rows(document: Document) -> UnreadableSource:
    """The error to raise where a file of rows holds none."""
    return document.error("is empty. Give it one article per line, or leave it out.")


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


def day_orders(rows: Callable[[], Iterable[Fields]]) -> Callable[[Fields], Fields]:
    """What gives the fields of a row, with dates that can be two days as the one that is meant.

    All rows together show in which order each field has day and month.

    Args:
        rows: gives all rows anew; it is asked once, by the first date that can be two days.
    """

    @cache
    def orders() -> dict[str, bool]:
        shown: dict[str, set[bool]] = {}
        for row in rows():
            for key, value in row.items():
                order = shown_order(value) if is_date(key) and isinstance(value, str) else None
                if order is not None:
                    shown.setdefault(key, set()).add(order)
        return {key: min(found) for key, found in shown.items() if len(found) == 1}

    def dated(given: Fields) -> Fields:
        return {
            key: in_order(value, orders().get(key))
            if is_date(key) and isinstance(value, str) and is_double(value)
            else value
            for key, value in given.items()
        }

    return dated


def is_date(name: object) -> bool:
    """Whether a field of this name holds a day."""
    return FIELDS.get(squeezed(name)) in ("published", "as_of")
