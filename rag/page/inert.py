"""Text from articles and readers made into text that a browser can only show.

Every string that comes from an article or from a reader goes through `inert` on
its way to the page, and every address through `safe_url`. Nothing here knows what
is being shown.
"""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# Controls have no glyph; the directional ones can make a quotation read backwards.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def inert(text: str) -> str:
    """`text` as one line that is neither HTML, Markdown, TeX nor a template.

    Each ASCII punctuation mark becomes a character reference. A browser shows
    the mark; CommonMark (section 6.2 of 0.31) gives references no syntax.
    """
    one_line = _SPACE.sub(" ", _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text)))
    return _PUNCTUATION.sub(lambda match: f"&#{ord(match.group())};", one_line)


def safe_url(url: str | None) -> str | None:
    """`url` if it is a plain http or https address that a page may link to, else None."""
    if not url or url != url.strip() or _SPACE.search(url) or _UNPRINTABLE.search(url):
        return None
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.username is None
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and named else None


def where(publisher: str | None, published: dt.date | None, url: str | None = None) -> str:
    """Outlet and day as HTML, or that one of them is not known; a site's name is an outlet's."""
    when = f'<time datetime="{published.isoformat()}">{day(published)}</time>' if published else ""
    known = [inert(outlet(publisher, url) or "Outlet unknown"), when or "Date unknown"]
    return " · ".join(known)


def outlet(publisher: str | None, url: str | None) -> str | None:
    """Who published it, or else the name of the site that it is from."""
    link = safe_url(url)
    return publisher or (urlsplit(link).hostname if link else None)


def day(given: dt.date | None) -> str:
    """A day as a reader writes it, "3 December 2024"; "" for none."""
    return f"{given.day} {given:%B} {given.year}" if given else ""


def many(count: int, what: str) -> str:
    """A number with its noun: "1 article", "1,204 articles"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
