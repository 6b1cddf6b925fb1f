"""What a web page says of itself: JSON-LD, meta tags, canonical address, title.

Only what is marked as a fact counts. A date of change, of the copyright or of
saving is no date of publication, and a name without a mark is no author.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from index.cleaning import Facts
from index.dates import parse_date, parse_moment
from index.formats.articles import language_code, learn_time, names, notes, one_line
from index.lines import web_address

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LARGEST_JSON = 500_000
"""Characters of one JSON-LD block."""
LONGEST_TITLE = 300
LABEL = 40
"""Characters before a time in which it is called the time of a change."""

# The names of meta tags (as name, property or itemprop), the surest first.
_META = {
    "title": ("og:title", "twitter:title", "parsely-title", "dc.title", "citation_title"),
    "published": (
        "article:published_time",
        "og:article:published_time",
        "datepublished",
        "parsely-pub-date",
        "sailthru.date",
        "dc.date.issued",
        "dcterms.issued",
        "citation_publication_date",
        "publication_date",
        "publish-date",
        "publishdate",
        "pubdate",
        "dc.date",
        "date",
    ),
    "publisher": ("og:site_name", "dc.publisher", "citation_journal_title", "publisher"),
    "authors": ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator"),
    "language": ("og:locale", "content-language", "dc.language", "language"),
    "as_of": (
        "article:modified_time",
        "og:article:modified_time",
        "og:updated_time",
        "datemodified",
        "dcterms.modified",
        "dc.date.modified",
    ),
}
_STORY_TYPE = re.compile(r"(?:[A-Za-z]*(?:Article|BlogPosting)|Report)\Z")
_BETWEEN_TITLES = re.compile(r"\s+[|–—·:•-]+\s+")
_UNTRUE = re.compile(r"(?:https?://schema\.org/)?(?:false|no)", re.IGNORECASE)
_CHANGED = re.compile(r"updated|modified|edited|corrected", re.IGNORECASE)


class Told(NamedTuple):
    """What a page says of its article that is no fact of it."""

    titles: set[str]
    """What it goes by, in small letters."""
    paid: bool
    """Whether it is marked as not free."""
    only_day: dt.date | None
    """The day of all times on the page; for want of a better one, it was published then."""


def learn_from_page(facts: Facts, tree: HtmlElement) -> Told:
    """Add to `facts` what a page says of its article.

    The order is that of trust: data for machines about the article, meta tags, then
    elements with one clear meaning.
    """
    metas = _metas(tree)
    page_title = _page_title(tree)
    heading = _heading(tree, page_title)
    _learn_address(facts, tree, metas)
    story = _story_data(tree, heading)
    _learn_story(facts, story)
    if heading:
        facts.learn("title", heading, "heading")
    for field, tags in _META.items():
        for tag in tags:
            for value in metas.get(tag, ()):
                facts.learn(field, _value(field, value), f"meta tag {tag}")
    learn_time(facts, story.get("datePublished"), "JSON-LD datePublished")
    for tag in _META["published"]:
        for value in metas.get(tag, ()):
            learn_time(facts, value, f"meta tag {tag}")
    only_day = _learn_time(facts, tree)
    facts.learn("language", language_code(tree.get("lang")), "html lang")
    title, outlet = split_title(page_title, facts.title)
    facts.learn("title", title, "page title")
    facts.learn("publisher", outlet, "page title")
    known = (facts.title, heading, title, page_title, *metas.get("og:title", ()))
    return Told({name.casefold() for name in known if name}, _is_paid(story), only_day)


def _value(field: str, value: object) -> object:
    """A fact as `Facts` keeps it; nothing if the value cannot be one."""
    text = one_line(value)
    if web_address(text):
        return None  # the address of an author or a publisher is no name
    if field == "published":
        return parse_date(text)
    if field == "authors":
        return names(text)
    if field == "language":
        return language_code(text)
    if field == "as_of":
        return parse_moment(text)
    return text if len(text) <= LONGEST_TITLE else None


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    """What the meta tags hold, by their names in small letters."""
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        name = name or meta.get("http-equiv") or ""
        content = one_line(str(meta.get("content") or ""))
        if content:
            found.setdefault(one_line(str(name)).lower(), []).append(content)
    return found


def _heading(tree: HtmlElement, page_title: str) -> str:
    """The page's h1, if it is more than a word; of several, the one that the title begins with."""
    found = {one_line(heading.text_content()) for heading in tree.iter("h1")} - {""}
    if len(found) > 1:
        found = {heading for heading in found if page_title.startswith(heading)}
    heading = max(found, key=len, default="")
    return heading if " " in heading and len(heading) <= LONGEST_TITLE else ""


def _learn_address(facts: Facts, tree: HtmlElement, metas: dict[str, list[str]]) -> None:
    shared = next(iter(metas.get("og:url", ())), "")
    for link in tree.iter("link"):
        if "canonical" in str(link.get("rel", "")).lower().split():
            _learn_url(facts, _joined(shared, str(link.get("href") or "")), "canonical link")
    _learn_url(facts, shared, "meta tag og:url")


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _learn_url(facts: Facts, address: str, where: str) -> None:
    """A story's own address; a site's front page, which careless templates name, is none."""
    known = web_address(one_line(address))
    if known and urlsplit(known)[2:4] not in (("", ""), ("/", "")):
        facts.learn("url", known, where)


# --- JSON-LD -----------------------------------------------------------------------------------


def _story_data(tree: HtmlElement, heading: str) -> dict[str, object]:
    """What JSON-LD says of the page's article: of several, the one with the page's heading."""
    stories = [
        item
        for script in tree.iter("script")
        if str(script.get("type", "")).strip().lower() == "application/ld+json"
        for item in _objects(_parsed(script.text or ""))
        if _is_story(item)
    ]
    if len(stories) > 1:
        same = [one for one in stories if one_line(one.get("headline")) == heading]
        stories = same or stories
    return stories[0] if stories else {}


def _parsed(text: str) -> object:
    try:
        return json.loads(text) if len(text) <= LARGEST_JSON else None
    except (ValueError, RecursionError):
        return None


def _objects(value: object) -> Iterator[dict[str, object]]:
    """The objects of a JSON-LD block: one, a list of them, or a graph."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from _objects(item)
    elif isinstance(value, dict):
        yield value
        if isinstance(graph := value.get("@graph"), list):
            yield from (item for item in graph if isinstance(item, dict))


def _is_story(item: dict[str, object]) -> bool:
    kind = item.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(one, str) and _STORY_TYPE.match(one) for one in kinds)


def _is_paid(story: dict[str, object]) -> bool:
    """Whether a story, or a part of it, is marked as not free."""
    parts = story.get("hasPart")
    marks = [one.get("isAccessibleForFree") for one in (story, *_objects(parts))]
    return any(mark is False or _UNTRUE.fullmatch(one_line(mark)) for mark in marks)


def _learn_story(facts: Facts, story: dict[str, object]) -> None:
    def learn(field: str, key: str, value: object) -> None:
        facts.learn(field, value, f"JSON-LD {key}")

    title = one_line(story.get("headline"))
    learn("title", "headline", title if len(title) <= LONGEST_TITLE else "")
    learn("published", "datePublished", parse_date(one_line(story.get("datePublished"))))
    learn("publisher", "publisher", next(iter(_named(story.get("publisher"))), ""))
    learn("authors", "author", tuple(_named(story.get("author"))))
    learn("language", "inLanguage", language_code(story.get("inLanguage")))
    learn("corrections", "correction", _corrections(story.get("correction")))
    learn("as_of", "dateModified", parse_moment(one_line(story.get("dateModified"))))
    for key in ("url", "mainEntityOfPage"):
        value = story.get(key)
        address = value.get("@id") if isinstance(value, dict) else value
        _learn_url(facts, one_line(address), f"JSON-LD {key}")


def _named(value: object) -> Iterator[str]:
    """The names of people or organisations: strings, objects with a name, or lists of them."""
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        text = one_line(name).removeprefix("By ")
        if text and len(text) <= 100 and not web_address(text):
            yield from names(text) if isinstance(item, str) else (text,)


def _corrections(value: object) -> tuple[str, ...]:
    """Notices of correction: strings, or objects that hold one as their text."""
    parts = value if isinstance(value, list) else [value]
    return notes([part.get("text") if isinstance(part, dict) else part for part in parts])


# --- elements ----------------------------------------------------------------------------------


def _learn_time(facts: Facts, tree: HtmlElement) -> dt.date | None:
    """The day that a time element marks as that of publication; the only day on the page."""
    days = set()
    for element in tree.iter("time", "span", "abbr"):
        marked = "datepublished" in str(element.get("itemprop", "")).lower().split()
        if element.tag != "time" and not marked:
            continue
        written = element.get("datetime") or element.get("content") or element.text_content()
        day = parse_date(one_line(str(written)))
        if day and (marked or element.get("pubdate") is not None):
            facts.learn("published", day, "time element, marked as published")
        said = _said_before(element)
        if day and not _CHANGED.search(f"{said} {element.get('itemprop')} {element.get('class')}"):
            days.add(day)
    return days.pop() if len(days) == 1 else None


def _said_before(element: HtmlElement) -> str:
    """The words right before an element, which say what its time is the time of."""
    around, before = element.getparent(), element.getprevious()
    parts = [around.text or ""] if around is not None else []
    if before is not None and before.tag not in ("time", "abbr"):
        parts += [before.text_content()[-LABEL:], before.tail or ""]
    return one_line(" ".join(parts))


def _page_title(tree: HtmlElement) -> str:
    for element in tree.iter("title"):
        return one_line(element.text_content())[:LONGEST_TITLE]
    return ""


def split_title(page_title: str, title: str) -> tuple[str, str]:
    """The headline and the outlet that a page title is made of, as far as that is certain.

    `title` is the headline as it is known from elsewhere, or empty.
    """
    if not title:
        return page_title, ""
    if page_title.casefold().startswith(title.casefold()):
        rest = page_title[len(title) :]
        parts = _BETWEEN_TITLES.split(rest)
        if len(parts) == 2 and not parts[0].strip() and 1 < len(parts[1]) <= 50:
            return title, parts[1]
    return title, ""
