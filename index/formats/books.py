"""Books, and newspapers as such: .epub, an article for each of its documents.

EbookLib would read them, but its licence, the AGPL, would become Byline's.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index import cleaning
from index.cleaning import Facts
from index.dates import parse_date
from index.decoding import NoText, decode
from index.errors import UnreadableSource
from index.formats import markup
from index.formats.articles import Told, finished, language_code, names, one_line, slug, warnings
from index.formats.document import Document
from index.formats.packages import Package, only_pictures
from index.lines import Line
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_DOCUMENTS = 5_000
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CIPHER = "{http://www.w3.org/2001/04/xmlenc#}CipherReference"


def read_book(document: Document) -> Iterator[Article | Problem]:
    """An .epub file: an article for each of its documents that holds text, in reading order."""
    package = Package(document, "an EPUB")
    root, names_ = _contents(package)
    locked = _locked(package)
    read, silent = 0, 0
    for number, name in enumerate(names_, 1):
        if name in locked:
            raise UnreadableSource(
                f"{document.name} is locked by its shop. Ask there for a copy without a lock."
            )
        try:
            found = list(_document(document, package, name, list(_last(root))))
        except UnreadableSource as error:
            yield document.problem(f"{document.name}, document {number}: {error}")
            continue
        read += bool(found)
        silent += not found
        yield from found
    if not read:
        raise only_pictures(document, silent) if silent else package.missing()
    if silent:
        yield document.problem(
            f"{document.name}: {silent} of {len(names_)} documents hold pictures and no text. If "
            "they are pictures of text, run OCR on them and ingest the text.",
            warning=True,
        )


def _contents(package: Package) -> tuple[_Element, list[str]]:
    """What a book says of itself, and the names of its documents in order."""
    container = package.tree("META-INF/container.xml")
    file = container.find(f".//{_CONTAINER}rootfile") if container is not None else None
    path = one_line(file.get("full-path")) if file is not None else ""
    root = package.tree(path)
    if root is None:
        raise package.missing()
    items = {item.get("id"): item for item in root.iter(f"{_OPF}item")}
    listed = [items.get(item.get("idref")) for item in root.iter(f"{_OPF}itemref")]
    found = [
        posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(item.get("href", ""))))
        for item in listed
        if item is not None and "nav" not in item.get("properties", "").split()
    ]
    if len(found) > MOST_DOCUMENTS:
        raise UnreadableSource(
            f"{package.document.name} has more than {MOST_DOCUMENTS:,} documents. Split it."
        )
    return root, list(dict.fromkeys(found))


def _locked(package: Package) -> set[str]:
    """The names of the parts that are encrypted; many books lock their fonts only."""
    root = package.extra("META-INF/encryption.xml")
    found = root.iter(_CIPHER) if root is not None else ()
    return {unquote(one.get("URI", "")) for one in found}


def _last(root: _Element) -> Iterator[Told]:
    """What the book says of itself; without a publisher, its title tells where a text appeared."""
    told = {
        name: one_line(root.findtext(f".//{_DC}{name}"))
        for name in ("date", "publisher", "title", "creator", "language")
    }
    yield "published", parse_date(told["date"]), "book"
    yield "publisher", told["publisher"] or told["title"], "book"
    yield "authors", names(told["creator"]) if " " in told["creator"] else (), "book"
    yield "language", language_code(told["language"]), "book"


def _document(
    document: Document, package: Package, name: str, last: list[Told]
) -> list[Article | Problem]:
    """The article of one document; nothing for one without text.

    Raises:
        UnreadableSource: it is not there, or it cannot be read.
    """
    data = package.part(name)
    if data is None:
        raise UnreadableSource("is missing. Get the book again.")
    try:
        tree = markup.parsed(decode(data))
    except NoText as error:
        raise UnreadableSource(str(error)) from None
    except ValueError:
        raise UnreadableSource("has more markup than a chapter has. Split it.") from None
    lines: list[Line] = markup.paragraphs(tree) if tree is not None else []
    facts = Facts()
    body = cleaning.trim(lines, facts)
    if not body:
        return []
    if tree is not None:
        facts.learn("title", one_line(tree.findtext(".//title")), "book")
    for field, value, where in last:
        facts.learn(field, value, where)
    key = f"{document.stem}/{name}"
    digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()[:8]
    key = f"{slug(facts.title or document.stem)[:48]}-{digest}"
    made = finished(key, f"{document.source}#{key}", body, facts)
    said = (f'{document.name}: "{made.title[:100]}" {warning}' for warning in warnings(made))
    return [made, *(Problem(made.source, reason, warning=True) for reason in said)]
