"""The page's HTML, made by the templates in ``assets``, in which text stays text.

Strings of articles and readers reach a browser only through these templates. Beside what jinja2
escapes, each is freed of what has no glyph, and of what Gradio's own templates would read.
"""

from __future__ import annotations

import datetime as dt
import importlib.resources
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

_TEMPLATE = str.maketrans({mark: f"&#{ord(mark)};" for mark in "${}`\\"})
# Controls have no glyph; the directional ones can make a quotation read backwards.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_LINE_BREAK = re.compile(r"\n\s*")


def asset(name: str) -> str:
    """The content of one of the files in ``assets``: templates, style and scripts."""
    return (importlib.resources.files("rag.page") / "assets" / name).read_text("utf-8")


def render(template: str, **values: Any) -> str:
    """A template's HTML; its line breaks are there for whoever reads the template."""
    return _LINE_BREAK.sub("", _templates().get_template(f"{template}.html").render(values))


def inert(text: str) -> Markup:
    """`text` as one line that is neither HTML nor a template of Gradio's."""
    one_line = _SPACE.sub(" ", _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text)))
    return Markup(str(escape(one_line)).translate(_TEMPLATE))


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


def site(url: str | None) -> str | None:
    """The name of the site that an address leads to, if a page may link to it."""
    link = safe_url(url)
    return (urlsplit(link).hostname or "").removeprefix("www.") if link else None


def outlet(publisher: str | None, url: str | None) -> str | None:
    """Who published an article, or else the name of the site that it is from."""
    return publisher or site(url)


def day(given: dt.date | None) -> str:
    """A day as a reader writes it, "3 December 2024"; "" for none."""
    return f"{given.day} {given:%B} {given.year}" if given else ""


def many(count: int, what: str) -> str:
    """A number with its noun: "1 article", "1,204 articles", "2 stories"."""
    if count != 1:
        what = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count:,} {what}"


def listed(things: list[str]) -> str:
    """Several things in a sentence: "Opal, Ledgerline and KRONET"."""
    return " and ".join(filter(None, [", ".join(things[:-1]), *things[-1:]]))


def file_name(source: str) -> str:
    """The end of a path: the reader knows the file, and need not know the folder."""
    return source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        autoescape=True,
        finalize=_finalized,
        loader=FunctionLoader(asset),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals |= {"day": day, "many": many, "outlet": outlet, "safe_url": safe_url, "site": site}
    made.globals |= {"listed": listed, "file_name": file_name}
    made.filters["address"] = lambda text: quote(text, safe="")
    return made


def _finalized(value: Any) -> Markup:
    return value if isinstance(value, Markup) else inert("" if value is None else str(value))
