"""From the paragraphs of a format and what it says of them to an `Article`."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from index import cleaning, corrections, languages
from index.cleaning import Facts
from index.formats.document import Document
from index.lines import Line, web_address
from index.records import Article, Page, Problem


def slug(text: str) -> str:
    """An id made of `text`: a-z, 0-9 and hyphens, at most 60; "article" if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "article"


def digest(text: str) -> str:
    """Eight hexadecimal digits that stand for `text` in an id."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]


def article(
    document: Document,
    paragraphs: Sequence[Line],
    facts: Facts,
    last: Iterable[tuple[str, object, str]] = (),
    doubts: Iterable[str] = (),
) -> Iterator[Article | Problem]:
    """The one article of a document, and what is doubtful about it.

    Args:
        document: what it came in.
        paragraphs: its text with the lines around it.
        facts: what is known already; the lines around the story add to it.
        last: what is believed only where neither tells, as for `Facts.learn`.
        doubts: what is wrong with the document: warnings if an article is read from it.

    Raises:
        UnreadableSource: nothing is left when the lines around the story are gone.
    """
    body = cleaning.trim(paragraphs, facts)
    for doubt in doubts:
        yield document.problem(doubt, warning=bool(body))
    if not body:
        raise document.error(facts.doubts[0]) if facts.doubts else document.empty()
    facts.learn("url", web_address(document.url or ""), "address")
    for fact in last:
        facts.learn(*fact)
    yield from one_of_many(document, "", body, facts, alone=True)


def one_of_many(
    document: Document,
    key: str,
    body: Sequence[Line],
    facts: Facts,
    called: str = "",
    *,
    alone: bool = False,
) -> Iterator[Article | Problem]:
    """One of the articles of a document, and what is doubtful about it.

    Args:
        document: what it came in.
        key: what tells it from the others, also when the document is read again.
        body: its paragraphs.
        facts: what is known of it.
        called: how a message calls it, after the document's name.
        alone: it is the only one after all.
    """
    name, source = slug(document.stem), document.source
    if not alone:
        name = f"{slug(facts.title or document.stem)[:48]}-{digest(key)}"
        source = f"{source}#{name}"
    made = finished(name, source, body, facts)
    yield made
    for warning in warnings(made):
        yield Problem(source, f"{document.name}{called} {warning}", warning=True)


def finished(article_id: str, source: str, body: Sequence[Line], facts: Facts) -> Article:
    """An article of its paragraphs and what is known of it, with what its words tell."""
    text = "\n\n".join(line.text for line in body)
    shown = languages.detect(text)
    if shown and not languages.agree(facts.language or "", shown):
        said = f', though "{facts.language}" is declared' if facts.language else ""
        facts.language = shown
        facts.provenance["language"] = f"by its words{said}"
    given, found = facts.corrections, corrections.corrections(facts.title, text)
    facts.learn("corrections", found, "notice in the text")
    return Article(
        id=article_id,
        title=facts.title,
        text=text,
        source=source,
        published=facts.published,
        publisher=facts.publisher,
        url=facts.url,
        authors=facts.authors,
        provenance=facts.provenance,
        language=facts.language or "",
        corrections=(*given, *(notice for notice in found if notice not in given)),
        as_of=facts.as_of,
        pages=tuple(_pages(body, facts.page_labels)),
        doubts=tuple(facts.doubts),
    )


def _pages(body: Sequence[Line], labels: Mapping[int, str]) -> Iterator[Page]:
    """Where the pages of a paged source begin in the text of its paragraphs."""
    start = current = 0
    for line in body:
        for offset, number in line.pages:
            if number != current:
                label = labels.get(number, "")
                yield Page(start + offset, number, label if label != str(number) else "")
                current = number
        start += len(line.text) + len("\n\n")


def warnings(made: Article) -> Iterator[str]:
    """What to say of an article that was read, but not well; it goes on after its name."""
    yield from made.doubts
    if lost := made.text.count("\ufffd"):
        yield (
            f"holds characters that could not be decoded ({lost:,}). It was read with \ufffd in "
            "their place; save it as UTF-8 and ingest it again."
        )
