"""What one line says: prose, a byline, a label with its value, the credit of a picture.

Each function looks at one line and answers; what follows from it for a story is
decided in `index.cleaning`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.dates import parse_date_line

LONGEST_HEADLINE = 160
LONGEST_NOTICE = 250
LONGEST_CAPTION = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a source, or one paragraph, with what its markup said of it."""

    text: str
    heading: int = 0  # 1 to 6 where the markup calls it a heading
    links: tuple[str, ...] = ()
    linked: bool = False  # true when all of it is a link
    credit: bool = False  # true when it ends with a bold credit that is glued to an agency's name
    indented: bool = False
    pages: tuple[tuple[int, int], ...] = ()
    """Where in it a page of a paged source begins or goes on: an offset, and the page's number."""


DATELINE = re.compile(
    r"(?P<place>[A-Z]{3,}[\w .,'’/-]{0,60}?)"
    r"(?:\s*\((?P<round>[^()]{2,40})\)\s*[—–-]|[.,]?\s*/(?P<slashed>[^/\s][^/]{1,38})/"
    r"|\s*(?:—|–|\s--?)\s)"
)
"""What news agencies put before a story's first words: "DOHA, Dec. 7 (Some Wire) -"."""

_TERMINAL = re.compile(r"[.!?…\u061f\u06d4][\"'”’»)\]*]*\Z")
_SMALL_START = re.compile(r"[\"'“‘«(\[]*(?!(?:al|el|ul|as|ash|an|ad)-)([^\W\d_])")
_PUBLISHER_WORD = re.compile(
    r"\b(?:News|Agency|Agence|Agencies|Press|Wire|Times|Daily|Tribune|Gazette|Service|Media"
    r"|Broadcasting|Network|Radio|Television|TV)\b"
)
_CREDIT_WORD = re.compile(r"\b(?:Images?|Photos?|Handout|Pool|Ministry|Office|Archive)\b")
_STAFF = re.compile(
    r"\b(?:staff|newsroom|desk|correspondents?|reporters?|editors?|writers?)\b", re.IGNORECASE
)
NOT_A_NAME = re.compile(
    r"(?:\d|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:january|february|march|april|may|june"
    r"|july|august|september|october|november|december)\b)",
    re.IGNORECASE,
)
_SMALL_NAME_PART = re.compile(
    r"(?:al|el|bin|ibn|de|da|di|do|dos|del|der|den|du|la|le|van|von|of|the|y)(?:-|\Z)"
)

_BYLINE = re.compile(r"(?:(?:Written |Words |Story )?[Bb]y|BY|Authors?\s*:)\s+(\S.{0,90})")
_IN_A_PLACE = re.compile(r"\s+in\s+[A-Z].*\Z")
_BETWEEN_NAMES = re.compile(r"\s*(?:[;|•·,&]|\band\b)\s*")
LABELLED = re.compile(
    r"(?P<label>title|headline|publisher|publication|outlet|agency|source|url|link"
    r"|(?:original|source|canonical|article)\s+(?:url|link|article|story|source)|original"
    r"|(?:read the (?:original|full)(?: article| story)?|originally published)(?: at| on| here)?)"
    r"\s*(?P<colon>:?)\s*(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
ADDRESS = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:(?:file )?(?:photo|photograph|image|picture)(?: credit)?|caption|credit)s?\s*:|photo by\s",
    re.IGNORECASE,
)
_CREDIT_AT_END = re.compile(
    r"(?:[\[(](?:[A-Z]{2,}\s)?(?:[Ff]ile\s)?(?:[Pp]hoto|[Ii]mage|[Pp]icture)\b[^()\[\]]{0,120}[)\]]\.?"
    r"|\*\*[^*]{2,120}\*\*[A-Z][\w/ &-]{1,40}|\s©\s?[A-Z][^.]{0,60})\Z"
)


def is_open(text: str) -> bool:
    """Whether `text` does not end as a sentence does."""
    return not _TERMINAL.search(text[-20:])


def starts_small(text: str) -> bool:
    """Whether `text` begins with a small letter, as the rest of a sentence does."""
    start = _SMALL_START.match(text)
    return bool(start and start[1].islower() and not text.startswith(("http:", "https:")))


def web_address(text: str) -> str | None:
    """`text` if it is a whole http or https address, else None."""
    text = text.strip().strip("<>")
    if not ADDRESS.fullmatch(text) or len(text) > 2000:
        return None
    try:
        return text if urlsplit(text).hostname else None
    except ValueError:
        return None


def is_notice(text: str) -> bool:
    """Whether a line is a date, a byline or a label with its value, and no prose."""
    if len(text) > LONGEST_NOTICE:
        return False
    label = LABELLED.fullmatch(text)
    return bool((label and label["colon"]) or byline_names(text) or parse_date_line(text))


def is_caption(line: Line) -> bool:
    """Whether a paragraph ends or begins with the credit of a picture."""
    text = line.text
    if len(text) > LONGEST_CAPTION:
        return False
    return bool(
        line.credit
        or _CAPTION.match(text)
        or _CREDIT_AT_END.search(text)
        or (is_open(text) and _is_slashed_credit(text.split(" / ")[1:]))
    )


def _is_slashed_credit(names: Sequence[str]) -> bool:
    """Whether "... / EPA / TASS" or "... / Ola Berg / The Daily" ends a caption."""
    if not all(is_name(name) for name in names):
        return False
    if any(is_agency(name) or _CREDIT_WORD.search(name) for name in names):
        return True
    return len(names) > 1 and any(" " in name for name in names)


def byline_names(text: str) -> tuple[tuple[str, ...], str | None] | None:
    """The people and the agency of a byline ("By Ola Berg, AFP"), or None if it is none."""
    match = _BYLINE.fullmatch(text)
    if not match or NOT_A_NAME.match(match[1]) or not is_open(text.removesuffix("r.")):
        return None
    people, staff, single = [], [], []
    agency = None
    for name in filter(None, _BETWEEN_NAMES.split(_IN_A_PLACE.sub("", match[1]))):
        if _STAFF.search(name):
            staff.append(name)
        elif not is_name(name) or len(name.split()) > 5:
            return None
        elif is_agency(name):
            agency = agency or name
        elif " " not in name:
            single.append(name)
        else:
            people.append(name)
    if len(single) > 1 or not (people or staff or single or agency):
        return None
    agency = agency or "".join(single) or None
    return tuple(people or ([] if agency else staff)), agency


def is_agency(name: str) -> bool:
    """Whether a name looks like an outlet's: "AFP", "The Herald", "Meridian Wire"."""
    name = name.strip()
    short = len(name) > 1 and name.isupper() and " " not in name
    return short or name.startswith("The ") or bool(_PUBLISHER_WORD.search(name))


def is_name(text: str) -> bool:
    """Whether every word begins as words in names do."""
    words = text.split()
    return (
        0 < len(words) <= 8
        and len(text) <= 60
        and all(word[0].isupper() or _SMALL_NAME_PART.match(word.lower()) for word in words)
    )


def is_prose(text: str) -> bool:
    """Whether a line is a long one, or a whole sentence."""
    return len(text) > 200 or (len(text) > 20 and not is_open(text))
