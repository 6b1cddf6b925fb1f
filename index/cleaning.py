"""Takes the lines around a story off it, and learns the facts that they state.

`trim` takes away title, byline, date, captions and links to the original, and
notes in `Facts` what they say. It works on `Line`, so that a reader of marked-up
text can pass on what the marks said. In doubt a line stays in the text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index.dates import find_date, parse_change, parse_date_line
from index.lines import (
    ADDRESS,
    DATELINE,
    LABELLED,
    LONGEST_HEADLINE,
    LONGEST_NOTICE,
    NOT_A_NAME,
    Line,
    byline_names,
    is_agency,
    is_caption,
    is_name,
    is_notice,
    is_open,
    is_prose,
    starts_small,
    web_address,
)

HEAD_LINES = 12  # how many paragraphs, at most, can stand between the top of a file and the story
TAIL_LINES = 8

_RELATED = re.compile(
    r"(?:related(?: article| story| news| coverage| content| link)?s?|related stories"
    r"|read (?:more|also|next)|see also|also read|more on this(?: story)?)\b(?P<more>\s*[:|–-])?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:[A-Z][^.]{1,100}\bcontributed (?:to this (?:report|story|article)|reporting)"
    r"(?: (?:from|in) [A-Z][^.]{1,60})?"
    r"|(?:©|(?:\([Cc]\)|[Cc]opyright)\s*©?\s*\d{4}).{0,160}|.{0,60}\b[Aa]ll rights reserved"
    r"|(?:Tags|Keywords|Topics)\s*:.{0,200}|(?i:advertisement)"
    r"|#{2,}|-\s?30\s?-|ENDS|\*{3,})\.?"
)
_BETWEEN_NOTICES = re.compile(r"\s*(?:,|\||·|•|\s[–—-])\s+")
_REPORTING_BY = re.compile(r"(?:Additional )?(?:Reporting|Writing|Editing) by [A-Z]")
_REPORTING_WORDS = ("reporting", "writing", "editing", "by", "in", "and", "for", "from", "the")


@dataclass(slots=True)
class Facts:
    """What is known of a story so far. Who says something first is believed."""

    title: str = ""
    published: dt.date | None = None
    publisher: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None  # ISO 639-1, such as "en"
    corrections: tuple[str, ...] = ()
    as_of: dt.datetime | None = None
    doubts: list[str] = field(default_factory=list)
    """What of the source was not read, or not well: a sentence each that begins in small letters,
    to stand after the name of the source."""
    page_labels: dict[int, str] = field(default_factory=dict)
    """The number printed on each page of a paged source, where it is known."""
    provenance: dict[str, str] = field(default_factory=dict)

    def learn(self, name: str, value: object, where: str) -> bool:
        """Note a fact, unless it is known; whether `value` is now what is known."""
        if not value:
            return False
        if not getattr(self, name):
            setattr(self, name, value)
            self.provenance[name] = where
        known = getattr(self, name)
        return bool(known == value or str(known).casefold() == str(value).casefold())


def trim(paragraphs: Sequence[Line], facts: Facts, *, row: bool = False) -> list[Line]:
    """The paragraphs of the story itself; what the others say is added to `facts`.

    With `row`, the text is a field beside others that say what a header would:
    only what repeats them is taken from its beginning. A line whose words differ
    from what is known already stays in the text.
    """
    if not row:
        head = [part for line in paragraphs[:HEAD_LINES] for part in _byline_and_date(line)]
        paragraphs = [*head, *paragraphs[HEAD_LINES:]]
    days = {found[0] for line in paragraphs if (found := parse_date_line(line.text))}
    notices = _Notices(facts, one_date=len(days) == 1)
    body = notices.without_tail(_with_addresses(paragraphs))
    if row:
        body = notices.without_repeats(body)
    else:
        body = _without_related(notices.without_head(body))
        body = [line for line in body if not is_caption(line)]
    facts.learn("publisher", notices.agency, "byline")
    # What "DOHA, Dec. 7, 2024 (Some Wire) —" says; the words stay in the text.
    if body and (dateline := DATELINE.match(body[0].text)):
        name = (dateline["round"] or dateline["slashed"] or "").strip()
        if is_name(name) and (is_agency(name) or " " not in name) and not NOT_A_NAME.match(name):
            facts.learn("publisher", name, "dateline")
        facts.learn("published", find_date(dateline["place"]), "dateline")
    return body


@dataclass(slots=True)
class _Notices:
    """Reads the lines around one story."""

    facts: Facts
    one_date: bool
    """Whether the text has only one date line; a chronology has several, and none is trusted."""
    agency: str | None = None

    def without_tail(self, lines: list[Line]) -> list[Line]:
        for _ in range(TAIL_LINES):
            if len(lines) < 2 or not self._is_footer(lines[-1]):
                break
            lines = lines[:-1]
        return lines

    def without_head(self, lines: list[Line]) -> list[Line]:
        kept: list[Line] = []
        standfirsts = 0
        number = 0
        for number, line in enumerate(lines):
            following = lines[number + 1 : number + 1 + HEAD_LINES]
            if number == HEAD_LINES or not following:
                break
            if is_caption(line) or self._is_notice(line):
                continue
            if not kept and self._is_title(line, following):
                continue
            if is_prose(line.text):
                standfirsts += 1
                if standfirsts > 1 or not is_notice(following[0].text):
                    break
            kept.append(line)
        return kept + lines[number:]

    def without_repeats(self, lines: list[Line]) -> list[Line]:
        if len(lines) > 1 and lines[0].text.casefold() == self.facts.title.casefold():
            lines = lines[1:]
        return lines[1:] if len(lines) > 1 and self._is_date(lines[0].text) else lines

    def _is_title(self, line: Line, following: Sequence[Line]) -> bool:
        lower = any(0 < other.heading < line.heading for other in following)
        if lower or len(line.text) > LONGEST_NOTICE:
            return False
        if not (line.heading or _is_headline(line.text, following)):
            return False
        return self.facts.learn("title", line.text, "heading" if line.heading else "first line")

    def _is_footer(self, line: Line) -> bool:
        return (
            is_closing(line.text)
            or self._is_label(line, "footer")
            or not _without_related([line])
            or (len(line.text) <= LONGEST_NOTICE and self._is_date(line.text, labelled=True))
        )

    def _is_notice(self, line: Line) -> bool:
        short = len(line.text) <= LONGEST_NOTICE
        return short and (
            self._is_date(line.text) or self._is_byline(line.text) or self._is_label(line)
        )

    def _is_date(self, text: str, labelled: bool = False) -> bool:
        self.facts.learn("as_of", parse_change(text), "date line")
        found = parse_date_line(text)
        if not found or not (found[1] or (self.one_date and not labelled)):
            return False
        return self.facts.learn("published", found[0], "date line")

    def _is_byline(self, text: str) -> bool:
        named = byline_names(text)
        if not named:
            return False
        people, agency = named
        self.agency = self.agency or agency
        return self.facts.learn("authors", people or (agency,), "byline")

    def _is_label(self, line: Line, where: str = "header") -> bool:
        match = LABELLED.fullmatch(line.text) if len(line.text) <= LONGEST_NOTICE * 8 else None
        if not match:
            return False
        label, value = match["label"].lower(), match["value"].strip()
        addresses = [*line.links, *ADDRESS.findall(value)]
        name = ADDRESS.sub("", value).strip(" ()<>[]|,-–—")
        colon, learn = bool(match["colon"]), self.facts.learn
        if label in ("title", "headline"):
            return colon and learn("title", value, where)
        if label in ("publisher", "publication", "outlet", "agency"):
            return colon and is_name(name) and learn("publisher", name, where)
        if label.startswith(("source", "original source")) and colon and is_name(name):
            known = learn("publisher", name, where)
            return known and (not addresses or learn("url", web_address(addresses[0]), where))
        whole = line.linked or not name or name in addresses or bool(colon and line.links)
        return whole and bool(addresses) and learn("url", web_address(addresses[0]), where)


def _byline_and_date(line: Line) -> list[Line]:
    """A byline that ends with the day, "By Ola Berg, The Herald, 3 May 2024", in its two parts."""
    if len(line.text) > LONGEST_NOTICE:
        return [line]
    for gap in _BETWEEN_NOTICES.finditer(line.text):
        byline, day = line.text[: gap.start()], line.text[gap.end() :]
        if parse_date_line(day) and byline_names(byline):
            return [Line(byline), Line(day)]
    return [line]


def _is_headline(text: str, following: Sequence[Line]) -> bool:
    """Whether a first line is short, is no sentence, and has longer prose after it."""
    if len(text) > LONGEST_HEADLINE or len(text.split()) < 2 or text[-1] in ".,;:…":
        return False
    ended = not is_open(text) and text[-1] not in "?!"
    begins = text.lstrip("\"'“‘«([")[:1]
    if ended or not begins.isalnum() or starts_small(text) or is_notice(text):
        return False
    return any(is_prose(line.text) and len(line.text) > len(text) for line in following)


def is_closing(text: str) -> bool:
    """Whether a line ends a story without being of it: who helped, whose rights, keywords."""
    if len(text) > LONGEST_NOTICE:
        return False
    reporting = _REPORTING_BY.match(text) and re.findall(r"[^\W\d_]+", text)
    return bool(_CLOSING.fullmatch(text)) or bool(
        reporting and all(word[0].isupper() or word in _REPORTING_WORDS for word in reporting)
    )


def _with_addresses(lines: Sequence[Line]) -> list[Line]:
    """A label at the end of a line and the address on the next one, together."""
    joined: list[Line] = []
    for line in lines:
        label = joined and ADDRESS.fullmatch(line.text) and LABELLED.fullmatch(joined[-1].text)
        if label and label["colon"] and not label["value"]:
            joined[-1] = Line(f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
    return joined


def _without_related(lines: Iterable[Line]) -> list[Line]:
    """The lines that do not point to another story, as far as that is certain."""
    kept: list[Line] = []
    listing = False  # after a bare "Related articles", links are other stories
    for line in lines:
        match = _RELATED.match(line.text) if len(line.text) <= LONGEST_NOTICE else None
        bare = match is not None and not line.text[match.end() :].strip(" :|–-")
        points = match and (line.linked or (is_open(line.text) and (line.links or match["more"])))
        listing = bare or (listing and line.linked)
        if not (listing or points):
            kept.append(line)
    return kept
