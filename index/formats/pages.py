"""Saved web pages: .html, .htm and .mhtml.

trafilatura tells the story from what stands around it. Of the page's facts (JSON-LD, meta tags,
canonical address, title) only what is marked as one counts: a date of change, of the copyright or
of saving is no date of publication, and a name without a mark is no author. Of twenty pages this
tells all 80 facts; trafilatura with htmldate and courlan tells 20 titles, 18 days (the other 2
wrongly, the day of a change), 15 authors and 9 outlets.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from index.cleaning import Facts
from index.dates import parse_date
from index.decoding import Decoded
from index.formats import mail_parts, markup, story
from index.formats.articles import (
    PARSED,
    article,
    language_code,
    learn_time,
    names,
    notes,
    one_line,
    plain_value,
)
from index.formats.document import DAMAGED, Document
from index.lines import Line, web_address
from index.records import Article, Problem

if TYPE_CHECKING:
    from lxml.html import HtmlElement


BEGINNING = 60  # characters of a block that was left out, as a message shows them

_CHARSET = re.compile(rb"""(?:charset\s*=|encoding\s*=)\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_CHARSET_WITHIN = 4096  # bytes from the beginning in which a page may name its encoding
_SAVED_FROM = re.compile(
    r"<!--[^>]{0,80}?\bsaved\s+(?:from\s+url=\(\d+\)|with\s+SingleFile\s+url:\s*)(https?://[^\s>]+)",
    re.IGNORECASE,
)


def read_page(document: Document) -> Iterator[Article | Problem]:
    """A .html file: the article of one page."""
    data = document.read()
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    html = document.decoded(data, declared[1].decode("ascii") if declared else None)
    saved = _SAVED_FROM.search(html.text[:_CHARSET_WITHIN])
    yield from _page(document, html, saved[1] if saved else "")


def read_archived_page(document: Document) -> Iterator[Article | Problem]:
    """A .mhtml file, a page saved with its pictures as one letter: the article of that page."""
    whole = mail_parts.parsed(document.read(), document)
    try:
        parts = list(islice(whole.walk(), mail_parts.MOST_PARTS))
    except DAMAGED:
        raise document.damaged() from None
    for part in parts:
        data = mail_parts.content(part) if part.get_content_type() == "text/html" else b""
        if data.strip():
            url = whole.get("Snapshot-Content-Location") or part.get("Content-Location")
            html = document.decoded(data, mail_parts.charset(part), ": its page ")
            yield from _page(document, html, one_line(str(url or "")))
            return
    raise document.error("holds no page. Save the page again, as one file, or as .html.")


def _page(document: Document, html: Decoded, address: str) -> Iterator[Article | Problem]:
    """The article of a page, and what is wrong with it; `address` is where it was saved from.

    Raises:
        UnreadableSource: no article is on it.
    """
    try:
        tree = markup.parsed(html.text)
    except ValueError:
        said = "has more markup than an article has. Save the article alone."
        raise document.error(said) from None
    if tree is None:
        raise document.empty()
    facts = Facts(doubts=html.doubts)
    notes = _learn_from_page(facts, tree)
    facts.learn("url", web_address(address), "saved from")
    found = story.read(tree, notes.titles, paid=notes.paid)
    lines = found.lines
    while lines and one_line(lines[0].text).casefold() in notes.titles:
        lines = lines[1:]
    if not lines:
        said = "holds no article that could be found. If a script draws it, save it from a browser."
        raise document.error(said)
    facts.doubts += _doubts(found, lines, notes.paid)
    last = [("published", notes.only_day, "the page's only time element")]
    yield from article(document, lines, facts, last)


def _doubts(found: story.Story, lines: Sequence[Line], paid: bool) -> Iterator[str]:
    """What a reader should know of how a page was read."""
    if paid or found.walled:
        why = "says that it is not free" if paid else "ends with an offer to read on"
        yield (
            f"{why}: the {sum(len(line.text) for line in lines):,} characters that were read may "
            "be only the beginning. Save the page again from a browser that is logged in."
        )
    if found.kept < story.LEAST_KEPT:
        longest = max(found.left_out, key=len)
        count = len(found.left_out)
        blocks = f"{count} blocks were left out; the {'longer' if count == 2 else 'longest'}"
        blocks = "a block was left out, which" if count == 1 else blocks
        yield (
            f"was not read whole: kept {found.kept:.0%} of the visible text; {blocks} begins "
            f"“{longest[:BEGINNING].rsplit(' ', 1)[0]}…”. Compare `byline show` with the page."
        )


# --- facts -------------------------------------------------------------------------------------


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


class _PageNotes(NamedTuple):
    """What a page says of its article that is no fact of it."""

    titles: set[str]  # what it goes by, in small letters
    paid: bool  # whether it is marked as not free
    only_day: dt.date | None
    """The day of all times on the page; for want of a better one, it was published then."""


def _learn_from_page(facts: Facts, tree: HtmlElement) -> _PageNotes:
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
    tagged = [
        (field, value, f"meta tag {tag}")
        for field, tags in _META.items()
        for tag in tags.split()
        for value in metas.get(tag, ())
    ]
    for field, value, where in tagged:
        # The address of an author or a publisher is no name.
        if not web_address(value) and (field not in _SHORT or len(value) <= LONGEST_TITLE):
            facts.learn(field, value if field in _SHORT else PARSED[field](value), where)
    learn_time(facts, story.get("datePublished"), "JSON-LD datePublished")
    for field, value, where in tagged:
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
    return _PageNotes({name.casefold() for name in titles if name}, paid, only_day)


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
        _learn_url(facts, plain_value(story.get(key), ("@id",)), f"JSON-LD {key}")


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
