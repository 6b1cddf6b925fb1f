"""Makes an `Article` of the paragraphs and the named fields of any format."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from index import cleaning, corrections, languages
from index.cleaning import Facts
from index.dates import parse_date, parse_moment
from index.decoding import fold
from index.formats import markup
from index.formats.document import Document
from index.lines import Line, web_address
from index.records import Article, Page, Problem

EMPTY: tuple[object, ...] = (None, "", [], "null", "~")
LONGEST_FIELD = 100  # characters of a field's name
FIELDS = {
    name: fact
    for fact, names_ in {
        "title": "title headline articletitle storytitle",
        "published": "published date datepublished datepublish publishdate publisheddate"
        " publishedat publishedon publicationdate pubdate webpublicationdate",
        "publisher": "publisher publication outlet sitename metasitename medianame"
        " sourcehostname newspaper",
        "domain": "sourcedomain domain hostname canonicaldomain mediaurl",
        "source": "source",
        "url": "url link canonical canonicalurl canonicallink originalurl articleurl storyurl"
        " sourceurl weburl permalink",
        "authors": "author authors byline creator",
        "language": "language lang languagecode inlanguage metalang",
        "as_of": "updated modified updatedat modifiedat dateupdated datemodified datemodify"
        " modifieddate lastupdated lastmodified",
        "corrections": "correction corrections clarification",
    }.items()
    for name in names_.split()
}
"""What the fields of rows and of front matter may be called, `squeezed`, and what each says.

The names are those of news-please, newspaper4k, trafilatura, Dewey, Media Cloud, JSON Feed,
schema.org and WordPress. When something was fetched or stored is no date of publication.
"""


def learn(facts: Facts, where: str, **values: object) -> None:
    """Take over facts as a format writes them; what cannot be one is left out.

    The time of day of a publication counts as that of this version, if no other is known.
    """
    for name, value in values.items():
        facts.learn(name, PARSED[name](value), where)
    learn_time(facts, values.get("published"), where)


def learn_fields(facts: Facts, given: Mapping[str, object], where: str) -> Iterator[str]:
    """Take over the fields that say what is known; yield what is wrong with the others."""
    timed: list[object] = []
    domains: list[str] = []
    for key, value in given.items():
        name = FIELDS.get(squeezed(key))
        if not name or value in EMPTY:
            continue
        value, line = plain_value(value), one_line(plain_value(value))
        if name == "source":  # a source is an address, or else the name of a publisher
            name = "url" if web_address(line) else "publisher"
        # The address of a site, and no story on it.
        bare = re.fullmatch(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})/?", line, re.IGNORECASE)
        if bare and name in ("url", "domain"):
            domains.append(bare[1].lower().removeprefix("www."))
            continue
        name = "publisher" if name == "domain" else name
        timed += [value] * (name == "published")
        if known := PARSED[name](value):
            facts.learn(name, known, where)
        else:
            yield f'"{key}" is not {_WANTED[name]}'.replace("@", as_json(given[key]))
    for domain in domains:
        facts.learn("publisher", domain, f"{where}, the site's address")
    for value in timed:
        learn_time(facts, value, where)


def learn_time(facts: Facts, published: object, where: str) -> None:
    """Take the time of day of a publication, where it has one, for that of this version.

    For after the field that says when it was changed.
    """
    line = one_line(published)
    if re.search(r"\d:\d|\dT\d{4}", line):
        facts.learn("as_of", parse_moment(line), where)


def squeezed(key: object) -> str:
    """The name of a field in small letters and figures alone: "Publish_Date" is "publishdate"."""
    return re.sub(r"[\W_]+", "", str(key)[:LONGEST_FIELD].casefold())


def plain_value(
    value: object, keys: Iterable[str] = ("name", "rendered", "@value", "$date")
) -> object:
    """The string that an object stands for, as {"name": "Meridian"} does; else the value itself."""
    if isinstance(value, dict):
        found = (value.get(key) for key in keys)
        return next((text for text in found if isinstance(text, str)), value)
    return value


def as_json(value: object) -> str:
    """A value as a message shows it, at most 60 characters."""
    text = json.dumps(_outline(value), default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _outline(value: object, depth: int = 2) -> object:
    """The beginning of a value: one that names its own parts over and over has no end of size."""
    if isinstance(value, str):
        return value[:60]
    if isinstance(value, list):
        return [_outline(part, depth - 1) for part in value[:10]] if depth else "..."
    if isinstance(value, dict):
        parts = list(value.items())[:10]
        return {str(key)[:60]: _outline(part, depth - 1) for key, part in parts} if depth else "..."
    return value


def one_line(value: object) -> str:
    """A string with single spaces and nothing invisible; empty for what is no string."""
    return " ".join(fold(value).split()) if isinstance(value, str) else ""


def names(value: object) -> tuple[str, ...]:
    """Authors as a list, or as one string with "and", ";" or, between full names, ","."""
    if isinstance(value, str):
        parts = re.split(r"\s*(?:;|&|\band\b)\s*", one_line(value).removeprefix("By "))
        commas = [part.strip() for part in ",".join(parts).split(",")]
        parts = commas if all(" " in part for part in commas) else parts
    else:
        parts = [one_line(plain_value(part)) for part in value] if isinstance(value, list) else []
        parts = parts if all(parts) else []
    return tuple(part for part in parts if part)


def language_code(value: object) -> str:
    """The ISO 639-1 code of a tag such as "en-GB" or "pt_BR"; empty for what is none."""
    return languages.code(one_line(value))


def notes(value: object) -> tuple[str, ...]:
    """Notices of correction: a string, or a list of them."""
    found = [one_line(part) for part in (value if isinstance(value, list) else [value])]
    return tuple(note for note in found if note and len(note) <= corrections.LONGEST)


def _line(value: object) -> str:
    return markup.field_line(value) if isinstance(value, str) else ""


PARSED: dict[str, Callable[[object], object]] = {
    "title": _line,
    "published": lambda value: parse_date(one_line(value)),
    "publisher": _line,
    "url": lambda value: web_address(one_line(value)),
    "authors": names,
    "language": language_code,
    "as_of": lambda value: parse_moment(one_line(value)),
    "corrections": notes,
}
"""A fact as `Facts` keeps it, from a value as formats write it; nothing if it cannot be one."""
_WANTED = {
    "title": "a string: @. The title was left empty.",
    "published": "an ISO date: @. Write it as 2024-12-07.",
    "publisher": "a string: @. The publisher was left unknown.",
    "url": "a web address: @. Write it with http:// or https://.",
    "authors": "a name or a list of names: @. The authors were left unknown.",
    "language": "a language code: @. Write it as en.",
    "as_of": "a date or a time: @. Write it as 2024-12-07T18:30:00Z.",
    "corrections": "a string or a list of strings: @. The notice was left out.",
}


# --- articles ----------------------------------------------------------------------------------


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
