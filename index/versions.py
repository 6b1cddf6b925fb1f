"""Which articles are versions of one: the latest is searched, the earlier ones are kept.

Articles that this program fetched from one page, of one publisher, that tell one
story in other words are versions of it. The latest by its dates supersedes the
others, whichever came first. Without a date nothing is known of the order, and such
an article neither supersedes nor is superseded. An address that stands in a text or
a file is a claim, which anybody can make: it replaces nothing, and all that make it
stay searched and are named (`claimants`). The same words at one address are copies,
for `index.duplicates`. An address that many different texts claim is no article's.

These are the rules for every store, which keeps what is superseded where no search
finds it, with its chunks and vectors, so that it can come back when the later version goes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from index import duplicates
from index.fetching import is_address

MOST_VERSIONS = 30
"""Of one address; what has more is the address of a section, or of a live page."""
LEAST_SHARED = 0.3
"""Of the long words and numbers of the shorter text, those that stand in the other too."""

_LONG_WORD = re.compile(r"[^\W\d_]{5,}|\d+(?:[.,]\d+)*")
# What newsletters, networks and search engines hang on an address.
_TRACKING = re.compile(
    r"utm_\w*|at_\w*|ns_\w*|mc_[ce]id|[a-z]*clid|igshid|ref|ref_src|cmpid?|s?ocid|smid|amp|output"
)


def url_key(url: str | None) -> str | None:
    """An address without what may differ between two ways to one page; None for a front page."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    asked = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(name.lower())
    ]
    if not host or not (path or asked):
        return None
    shown = f":{port}" if port and port not in (80, 443) else ""
    return f"{host}{shown}{path}" + (f"?{urlencode(sorted(asked))}" if asked else "")


# How hosts, paths and queries name another view of a page: for a phone, for a printer, by AMP.
_TWIN_HOST = re.compile(r"\A(?:m|mobile|amp|touch)\.(?=[^.]+\.)")
_TWIN_PATH = re.compile(
    r"/(?:amp|print|printable|mobile)(?=/|\Z)|[._-](?:amp|print)(?=(?:\.x?html?)?\Z)", re.IGNORECASE
)
_TWIN_QUERY = re.compile(r"(?:print|printable|printview|view=print|mode=print|mobile|m)(?:=.*)?")


def page_key(url: str | None) -> str | None:
    """The same for all views of one page of a host: as AMP, for a printer, for a phone."""
    key = url_key(url)
    if key is None:
        return None
    address, _, query = key.partition("?")
    host, slash, path = address.partition("/")
    asked = [part for part in query.split("&") if part and not _TWIN_QUERY.fullmatch(part.lower())]
    shown = _TWIN_PATH.sub("", slash + path).rstrip("/")
    return _TWIN_HOST.sub("", host) + shown + (f"?{'&'.join(asked)}" if asked else "")


def way(source: str) -> str:
    """By which way an article came in: the page that was fetched, or else the very file or row.

    Articles with other sources came the same way only where both were fetched.
    """
    if not is_address(source):
        return source
    address, _, entry = source.partition("#")
    return f"{page_key(address) or address}#{entry}"


@dataclass(frozen=True, slots=True)
class Version:
    """An article at an address that others claim too."""

    id: str
    number: int
    superseded_by: str
    """Empty for one that is searched."""
    title: str
    text: str
    text_key: int
    publisher: str | None
    published: str | None
    as_of: str | None
    corrections: str
    source: str

    @property
    def moment(self) -> str:
        """When it was published or changed; its order as text is the order of time."""
        day = dt.datetime.fromisoformat(self.published) if self.published else None
        midnight = day.replace(tzinfo=dt.UTC).isoformat() if day else ""
        return max(self.as_of or "", midnight)

    @property
    def order(self) -> tuple[str, int, int, int]:
        """Its place among versions.

        At one moment, what says that it corrects comes after what does not, and what
        tells more after what tells less; the rest is there so that the order of arrival
        is never what decides.
        """
        return self.moment, len(json.loads(self.corrections)), len(self.text), self.text_key


def is_crowded(text_keys: Collection[int]) -> bool:
    """Whether more different texts claim an address than an article has versions.

    Then none of them is a version of another (`superseded` is not asked).
    """
    return len(set(text_keys)) > MOST_VERSIONS


def superseded(found: Sequence[Version]) -> Mapping[str, str]:
    """For each version that is not the latest of its story, the id of the latest."""
    dated = sorted(
        (version for version in found if version.moment),
        key=lambda version: version.order,
        reverse=True,
    )
    successors: dict[str, str] = {}
    while dated:
        latest, story, dated = _story(dated)
        for version in story:
            if version.text_key != latest.text_key:
                successors[version.id] = latest.id
    return successors


def _story(dated: Sequence[Version]) -> tuple[Version, list[Version], list[Version]]:
    """The latest version, all that is one story with it, by one step or several, and the rest."""
    latest, *rest = dated
    story, reached = [latest], [latest]
    while reached:
        version = reached.pop()
        found = [other for other in rest if is_version(version, other)]
        rest = [other for other in rest if other not in found]
        story += found
        reached += found
    return latest, story, rest


def spare_id(article_id: str, source: str) -> str:
    """An id for an article whose own is taken; it depends on the article's source too."""
    return f"{article_id}-{hashlib.sha256(source.encode()).hexdigest()[:6]}"


def is_version(version: Version, other: Version) -> bool:
    """Whether two articles at one address came the same way and tell one story of one publisher.

    What an index of before has set aside for the other stays aside.
    """
    settled = version.superseded_by == other.id or other.superseded_by == version.id
    if way(version.source) != way(other.source) and not settled:
        return False
    publishers = {name.casefold() for name in (version.publisher, other.publisher) if name}
    if len(publishers) > 1:
        return False  # a partner's copy names the address of the original
    if version.text_key == other.text_key:
        return True
    if version.title and duplicates.words(version.title) == duplicates.words(other.title):
        return True
    first, second = (set(_LONG_WORD.findall(each.text.casefold())) for each in (version, other))
    return len(first & second) >= LEAST_SHARED * min(len(first), len(second)) > 0
