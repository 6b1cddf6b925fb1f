"""Named fields to what is known of a story: of rows, front matter, feeds, letters and pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from index import corrections, languages
from index.characters import fold
from index.cleaning import Facts
from index.dates import parse_date, parse_moment
from index.formats import markup
from index.lines import web_address

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
        value, line = said(value), one_line(said(value))
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


def said(value: object, keys: Iterable[str] = ("name", "rendered", "@value", "$date")) -> object:
    """What an object that stands for one string says, such as {"name": "Meridian"}."""
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
        parts = [one_line(said(part)) for part in value] if isinstance(value, list) else []
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
