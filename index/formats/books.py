"""Books, and newspapers as such: .epub, an article for each of its documents.

EbookLib would read them, but its licence, the AGPL, would become Byline's.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index import cleaning
from index.cleaning import Facts
from index.dates import parse_date
from index.decoding import NoText, decoded
from index.errors import UnreadableSource
from index.formats import markup
from index.formats.archives import Package
from index.formats.articles import learn, one_line, one_of_many
from index.formats.document import Document
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
    root, names = _contents(package)
    about = {
        name: one_line(root.findtext(f".//{_DC}{name}"))
        for name in ("date", "publisher", "title", "creator", "language")
    }
    # Many books lock their fonts only.
    encrypted = package.extra("META-INF/encryption.xml")
    ciphers = encrypted.iter(_CIPHER) if encrypted is not None else ()
    locked = {unquote(cipher.get("URI", "")) for cipher in ciphers}
    read, silent = 0, 0
    for number, name in enumerate(names, 1):
        if name in locked:
            raise document.error("is locked by its shop. Ask there for a copy without a lock.")
        try:
            found = list(_chapter(document, package, name, about))
        except UnreadableSource as error:
            yield document.problem(f"{document.name}, document {number}: {error}")
            continue
        read += bool(found)
        silent += not found
        yield from found
    if not read:
        raise document.only_pictures(silent) if silent else package.missing()
    if silent:
        said = f"holds documents that are pictures without text ({silent} of {len(names)})"
        yield from document.warnings([f"{said}. Run OCR on them and ingest the text."])


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
        raise package.document.too_many(MOST_DOCUMENTS, "documents")
    return root, list(dict.fromkeys(found))


def _chapter(
    document: Document, package: Package, name: str, about: dict[str, str]
) -> Iterator[Article | Problem]:
    """The article of one document; nothing for one without text.

    Raises:
        UnreadableSource: it is not there, or it cannot be read.
    """
    data = package.part(name)
    if data is None:
        raise UnreadableSource("is missing. Get the book again.")
    try:
        tree = markup.parsed(decoded(data).text)
    except NoText as error:
        raise UnreadableSource(str(error)) from None
    except ValueError:
        raise UnreadableSource("has more markup than a chapter has. Split it.") from None
    facts = Facts()
    body = cleaning.trim(markup.paragraphs(tree), facts)
    if not body or tree is None:
        return
    facts.learn("title", one_line(tree.findtext(".//title")), "book")
    # Without a publisher, the book's title tells where a text appeared.
    facts.learn("published", parse_date(about["date"]), "book")
    learn(facts, "book", publisher=about["publisher"] or about["title"])
    authors = about["creator"] if " " in about["creator"] else ""
    learn(facts, "book", authors=authors, language=about["language"])
    called = f': "{facts.title[:100]}"'
    yield from one_of_many(document, f"{document.stem}/{name}", body, facts, called)
