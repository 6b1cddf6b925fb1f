"""What a web page says of itself: JSON-LD, meta tags, canonical address, title.

Only what is marked as a fact counts. A date of change, of the copyright or of
saving is no date of publication, and a name without a mark is no author. Of twenty
pages this tells all 80 facts; trafilatura with htmldate and courlan tells 20 titles, 18
days (the other 2 wrongly, the day of a change), 15 authors and 9 outlets.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from index.cleaning import Facts
from index.dates import parse_date
from index.formats.fields import PARSED, language_code, learn_time, names, notes, one_line, said
from index.lines import web_address

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LARGEST_JSON = 500_000  # characters of one JSON-LD block
LONGEST_TITLE = 300
LABEL = 40  # characters before a time in which it is called the time of a change

# The names of meta tags (as name, property or itemprop), the surest first.
_META = {
    "title": "og:title twitter:title parsely-title dc.title citation_title",
    "published": "article:published_time og:article:published_time datepublished parsely-pub-date"
    " sailthru.date dc.date.issued dcterms.issued citation_publication_date publication_date"
    " publish-date publishdate pubdate dc.date date",
    "publisher": "og:site_name dc.publisher citation_journal_title publisher",
    "authors": "author article:author parsely-author sailthru.author dc.creator",
    "language": "og:locale content-language dc.language language",
    "as_of": "article:modified_time og:article:modified_time og:updated_time datemodified"
    " dcterms.modified dc.date.modified",
}
_SHORT = ("title", "publisher")  # facts that are lines as they stand
_STORY_TYPE = re.compile(r"(?:[A-Za-z]*(?:Article|BlogPosting)|Report)\Z")
_BETWEEN_TITLES = re.compile(r"\s+[|–—·:•-]+\s+")
_UNTRUE = re.compile(r"(?:https?://schema\.org/)?(?:false|no)", re.IGNORECASE)
_CHANGED = re.compile(r"updated|modified|edited|corrected", re.IGNORECASE)


class PageNotes(NamedTuple):
    """What a page says of its article that is no fact of it."""

    titles: set[str]  # what it goes by, in small letters
    paid: bool  # whether it is marked as not free
    only_day: dt.date | None
    """The day of all times on the page; for want of a better one, it was published then."""


def learn_from_page(facts: Facts, tree: HtmlElement) -> PageNotes:
    """Add to `facts` what a page says of its article.

    The order is that of trust: data for machines about the article, meta tags, then
    elements with one clear meaning.
    """
    metas: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        tag = next(filter(None, map(meta.get, ("property", "name", "itemprop", "http-equiv"))), "")
        if content := one_line(meta.get("content")):
            metas.setdefault(one_line(tag).lower(), []).append(content)
    page_title = next((one_line(title.text_content()) for title in tree.iter("title")), "")
    page_title = page_title[:LONGEST_TITLE]
    heading = _heading(tree, page_title)
    _learn_address(facts, tree, metas.get("og:url", [""])[0])
    story = _story_data(tree, heading)
    _learn_story(facts, story)
    facts.learn("title", heading, "heading")
    told = [
        (field, value, f"meta tag {tag}")
        for field, tags in _META.items()
        for tag in tags.split()
        for value in metas.get(tag, ())
    ]
    for field, value, where in told:
        # The address of an author or a publisher is no name.
        if not web_address(value) and (field not in _SHORT or len(value) <= LONGEST_TITLE):
            facts.learn(field, value if field in _SHORT else PARSED[field](value), where)
    learn_time(facts, story.get("datePublished"), "JSON-LD datePublished")
    for field, value, where in told:
        if field == "published":
            learn_time(facts, value, where)
    only_day = _learn_day(facts, tree)
    facts.learn("language", language_code(tree.get("lang")), "html lang")
    title, outlet = split_title(page_title, facts.title)
    facts.learn("title", title, "page title")
    facts.learn("publisher", outlet, "page title")
    titles = (facts.title, heading, title, page_title, *metas.get("og:title", ()))
    # A story, or a part of it, can be marked as not free.
    marks = [part.get("isAccessibleForFree") for part in (story, *_objects(story.get("hasPart")))]
    paid = any(mark is False or _UNTRUE.fullmatch(one_line(mark)) for mark in marks)
    return PageNotes({name.casefold() for name in titles if name}, paid, only_day)


def _heading(tree: HtmlElement, page_title: str) -> str:
    """The page's h1, if it is more than a word; of several, the one that the title begins with."""
    found = {one_line(heading.text_content()) for heading in tree.iter("h1")} - {""}
    if len(found) > 1:
        found = {heading for heading in found if page_title.startswith(heading)}
    heading = max(found, key=len, default="")
    return heading if " " in heading and len(heading) <= LONGEST_TITLE else ""


def _learn_address(facts: Facts, tree: HtmlElement, shared: str) -> None:
    for link in tree.iter("link"):
        if "canonical" in str(link.get("rel", "")).lower().split():
            with contextlib.suppress(ValueError):
                address = urljoin(shared, link.get("href") or "")
                _learn_url(facts, address, "canonical link")
    _learn_url(facts, shared, "meta tag og:url")


def _learn_url(facts: Facts, address: object, where: str) -> None:
    """A story's own address; a site's front page, which careless templates name, is none."""
    known = web_address(one_line(address))
    if known and urlsplit(known)[2:4] not in (("", ""), ("/", "")):
        facts.learn("url", known, where)


# --- JSON-LD -----------------------------------------------------------------------------------


def _story_data(tree: HtmlElement, heading: str) -> dict[str, object]:
    """What JSON-LD says of the page's article: of several, the one with the page's heading."""
    stories = []
    for script in tree.iter("script"):
        text = script.text or ""
        kind = str(script.get("type", "")).strip().lower()
        if kind == "application/ld+json" and len(text) <= LARGEST_JSON:
            with contextlib.suppress(ValueError, RecursionError):
                stories += [item for item in _objects(json.loads(text)) if _is_story(item)]
    same = [story for story in stories if one_line(story.get("headline")) == heading]
    return next(iter(same or stories), {})


def _objects(value: object) -> Iterator[dict[str, object]]:
    """The objects of a JSON-LD block: one, a list of them, or a graph."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
            if isinstance(graph := item.get("@graph"), list):
                yield from (part for part in graph if isinstance(part, dict))


def _is_story(item: dict[str, object]) -> bool:
    kind = item.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and _STORY_TYPE.match(name) for name in kinds)


def _learn_story(facts: Facts, story: dict[str, object]) -> None:
    title = one_line(story.get("headline"))
    corrections = story.get("correction")
    parts = corrections if isinstance(corrections, list) else [corrections]
    notices = notes([part.get("text") if isinstance(part, dict) else part for part in parts])
    for key, field, value in (
        ("headline", "title", title if len(title) <= LONGEST_TITLE else ""),
        ("datePublished", "published", PARSED["published"](story.get("datePublished"))),
        ("publisher", "publisher", next(_named(story.get("publisher")), "")),
        ("author", "authors", tuple(_named(story.get("author")))),
        ("inLanguage", "language", language_code(story.get("inLanguage"))),
        ("correction", "corrections", notices),
        ("dateModified", "as_of", PARSED["as_of"](story.get("dateModified"))),
    ):
        facts.learn(field, value, f"JSON-LD {key}")
    for key in ("url", "mainEntityOfPage"):
        _learn_url(facts, said(story.get(key), ("@id",)), f"JSON-LD {key}")


def _named(value: object) -> Iterator[str]:
    """The names of people or organisations: strings, objects with a name, or lists of them."""
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        text = one_line(name).removeprefix("By ")
        if text and len(text) <= 100 and not web_address(text):
            yield from names(text) if isinstance(item, str) else (text,)


# --- elements ----------------------------------------------------------------------------------


def _learn_day(facts: Facts, tree: HtmlElement) -> dt.date | None:
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
        # The words right before a time say what it is the time of.
        around, before = element.getparent(), element.getprevious()
        label = around.text or "" if around is not None else ""
        if before is not None and before.tag not in ("time", "abbr"):
            label += f" {before.text_content()[-LABEL:]} {before.tail or ''}"
        if day and not _CHANGED.search(f"{label} {element.get('itemprop')} {element.get('class')}"):
            days.add(day)
    return days.pop() if len(days) == 1 else None


def split_title(page_title: str, title: str) -> tuple[str, str]:
    """The headline and the outlet that a page title is made of, as far as that is certain.

    `title` is the headline as it is known from elsewhere, or empty.
    """
    if not title:
        return page_title, ""
    if page_title.casefold().startswith(title.casefold()):
        parts = _BETWEEN_TITLES.split(page_title[len(title) :])
        if len(parts) == 2 and not parts[0].strip() and 1 < len(parts[1]) <= 50:
            return title, parts[1]
    return title, ""
