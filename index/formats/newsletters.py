"""Takes out of a letter what only concerns its reader, and divides it into its stories.

What is hidden, what only counts who opens it, and what tells how to leave a list are
not the text. In doubt a line stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from index.lines import ADDRESS, LONGEST_HEADLINE, Line, is_name, is_open, is_prose

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LONGEST_NOTE = 400  # characters of a line that only concerns the reader of a letter
LARGE_PRINT = 18  # pixels; a short line that is at least so large is a heading
SHORTEST_TOKEN = 20  # letters and digits in a row that name a reader, not a story

_HIDDEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:hidden|mso-hide:all|opacity:0(?:\.0+)?(?![.\d])"
    r"|max-height:0(?:px)?(?![.\d]))"
)
_TINY = re.compile(r"(?:^|;)font-size:[01](?:px|pt)?(?![.\d])")
_SIZE = re.compile(r"(?:^|;)font-size:(\d{1,3})(?:\.\d+)?(px|pt)")
_BOLD = re.compile(r"(?:^|;)font-weight:(?:bold|[6-9]00)")
_BLOCKS = ("p", "td", "th", "div", "center", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4")
_BOLD_TAGS = ("b", "strong")

_BRACKETED = re.compile(r" ?[<(\[] ?(https?://[^\s<>()\[\]\"“”]+) ?[>)\]]", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ENDS_ADDRESS = ".,;:!?)]'’"
_ABOUT_READING = re.compile(
    r"\bunsubscri\w+|\bopt[ -]?out\b|\b(?:e-?mail|subscription|newsletter|communication) "
    r"(?:preferences|settings)\b|\b(?:manage|update|change) (?:your|my) (?:\w+ )?"
    r"(?:preferences|profile|subscription|settings)\b"
    r"|\b(?:view|read|open|see) (?:this|it|the|in|on)\b.{0,50}\b(?:browser|online|web)\b"
    r"|\b(?:web|online|browser) version\b|\btrouble (?:reading|viewing|seeing)\b"
    r"|\byou(?:['’]re| are)? (?:get|got|receiv\w+|being sent|subscribed)\b.{0,60}\b(?:this|because|"
    r"letter|news|mail)|\bthis (?:e-?mail|message|letter|newsletter) was sent\b"
    r"|\byou (?:have )?(?:signed up|subscribed|opted in)\b|\bforward (?:this|it)?\b.{0,20}\bfriend"
    r"|\bto your address book\b",
    re.IGNORECASE,
)
_TO_THE_READER = re.compile(
    r"\Ato\b|\b(?:you|your|click|here|below|browser|go to|sent to)\b", re.IGNORECASE
)
_SPEECH = re.compile(r"[“”„«»\"]")
_LINK_WORDS = re.compile(
    r"(?:(?:read|learn|see|find out) more|continue reading|(?:read|see|get) the (?:full|whole) "
    r"(?:story|article)|share|tweet|forward|follow us|facebook|twitter|x|instagram|linkedin|youtube"
    r"|tiktok|threads|bluesky|mastodon|whatsapp|telegram|privacy(?: policy)?|terms(?: of \w+)?"
    r"|contact(?: us)?|advertise(?: with us)?|imprint|donate|subscribe)(?:\W+|\Z)",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"©|\ball rights reserved\b|\bcopyright\b", re.IGNORECASE)


# --- markup ------------------------------------------------------------------------------------


def drop_hidden(tree: HtmlElement) -> int:
    """Take away what a mail program does not show; how many characters it had."""
    lost = 0
    for element in list(tree.iter()):
        parent = element.getparent()
        if parent is None or element.tag == "body" or not isinstance(element.tag, str):
            continue
        style = _style(element)
        tiny = _TINY.search(style) and not any(
            "font-size" in (inner.get("style") or "") for inner in element.iterdescendants()
        )
        if _HIDDEN.search(style) or element.get("hidden") is not None or tiny:
            lost += len(re.sub(r"[\s\u200b-\u200f\u034f\u00ad\ufeff]+", "", element.text_content()))
            element.drop_tree()
    return lost


def mark_headings(tree: HtmlElement) -> None:
    """Call short lines in bold or large print headings, as they look."""
    for block in list(tree.iter("p", "td", "th", "div", "center")):
        if any(inner.tag in _BLOCKS for inner in block.iterdescendants()):
            continue
        text = " ".join(block.text_content().split())
        if len(text.split()) >= 2 and len(text) <= LONGEST_HEADLINE and text[-1] not in ".,;:…":
            block.tag = _looks(block) or block.tag


def _looks(block: HtmlElement) -> str:
    """The tag of the heading that a block looks like; empty for ordinary text."""
    bold, size, element = False, 0, block
    while True:
        style = _style(element)
        bold = bold or element.tag in _BOLD_TAGS or bool(_BOLD.search(style))
        if match := _SIZE.search(style):
            size = int(match[1]) * (4 if match[2] == "pt" else 3) // 3
        full = [inner for inner in element if (inner.text_content() or "").strip()]
        apart = [element.text, *(inner.tail for inner in element)]
        if len(full) != 1 or any((text or "").strip() for text in apart):
            return "h4" if size >= LARGE_PRINT else "h5" if bold else ""
        element = full[0]


def _style(element: HtmlElement) -> str:
    return re.sub(r"\s+", "", element.get("style") or "").lower()


# --- lines -------------------------------------------------------------------------------------


def without_trackers(text: str) -> str:
    """A plain text without the addresses that tell the sender who reads it."""
    text = _BRACKETED.sub(lambda match: "" if is_tracker(match[1]) else match[0], text)
    return ADDRESS.sub(lambda match: "" if is_tracker(match[0]) else match[0], text)


def is_tracker(address: str) -> bool:
    """Whether an address carries marks of a campaign or of a reader."""
    try:
        parts = urlsplit(address.rstrip(_ENDS_ADDRESS))
        asked = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return True
    if any(name.lower().startswith(("utm_", "mc_")) for name, _ in asked) or _UUID.search(address):
        return True
    runs = re.split(r"[^0-9A-Za-z]+", f"{parts.path} {parts.query} {parts.fragment}")
    return any(
        len(run) >= SHORTEST_TOKEN and re.search(r"\d", run) and re.search(r"[A-Za-z]", run)
        for run in runs
    )


def without_notes(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that only concern the reader of a letter, and without its foot.

    The foot begins with such a line and holds nothing but such lines, addresses and
    names; it goes with the postal address above it.
    """
    notes = [_is_note(line) for line in lines]
    end = len(lines)
    while end and (notes[end - 1] or not (is_prose(lines[end - 1].text) or lines[end - 1].heading)):
        end -= 1
    foot = next((number for number in range(end, len(lines)) if notes[number]), len(lines))
    kept = [line for line, note in zip(lines[:foot], notes, strict=False) if not note]
    while foot < len(lines) and len(kept) > 1 and _is_imprint(kept[-1]):
        kept.pop()
    return kept


def _is_note(line: Line) -> bool:
    text = line.text
    if len(text) > LONGEST_NOTE or _SPEECH.search(text):
        return False
    if line.links and _LINK_WORDS.match(text) and len(text) <= 80 and is_open(text):
        return True
    about = _ABOUT_READING.search(text)
    return bool(about) and (line.linked or len(text) <= 40 or bool(_TO_THE_READER.search(text)))


def _is_imprint(line: Line) -> bool:
    """Whether a line is a postal address or a notice of rights."""
    if line.heading or len(line.text) > LONGEST_NOTE:
        return False
    if _RIGHTS.search(line.text):
        return True
    parts = [part.split() for part in re.split(r"[,·•|]", line.text) if part.strip()]
    words = [word for part in parts for word in part]
    numbered = [any(word[0].isdigit() for word in part) for part in parts]
    return (
        len(parts) > 1
        and all(word[0].isupper() or word[0].isdigit() or is_name(word) for word in words)
        and any(numbered)
        and not any(len(part) == 1 and part[0].isdigit() for part in parts)  # a cell of a table
        and (not all(numbered) or any(re.search(r"\d{4}", word) for word in words))
    )


# --- stories -----------------------------------------------------------------------------------


def stories(lines: Sequence[Line], subject: str) -> list[tuple[str, Sequence[Line]]]:
    """The titles and texts that the headings tell apart; none where they divide one text.

    They do so where two or more headings of one level have text of their own, and
    either no text stands above them or they lead to pages of their own. What stands
    before the first heading has no title.
    """
    for level in sorted({line.heading for line in lines} - {0}):
        starts = [n for n, line in enumerate(lines) if 0 < line.heading <= level]
        parts = [(lines[a], lines[a + 1 : b]) for a, b in pairwise([*starts, len(lines)])]
        full = [head for head, body in parts if _has_prose(body)]
        if len(full) < 2:
            continue
        before = list(lines[: starts[0]])
        above = _has_prose(before) or full[0].heading < level
        titled = any(head.text.casefold() == subject.casefold() for head, _ in parts)
        lead = 2 * sum(head.linked for head in full) > len(full)
        if titled or (above and not lead):
            return []
        intro = [("", before)] if _has_prose(before) else []
        return [*intro, *((head.text, body) for head, body in parts if body)]
    return []


def _has_prose(lines: Sequence[Line]) -> bool:
    return any(is_prose(line.text) for line in lines)
