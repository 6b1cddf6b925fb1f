"""Letters: .eml files, with what is attached to them."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Iterator, Sequence
from email.header import decode_header, make_header
from email.message import Message

from index.cleaning import Facts
from index.dates import parse_date
from index.decoding import NoText, decode
from index.errors import UnreadableSource
from index.formats import markup, mime
from index.formats.articles import article, language_code, learn_time, one_line
from index.formats.document import Document, Reader, from_bytes
from index.lines import Line, is_agency, is_name
from index.paragraphs import plain_paragraphs
from index.records import Article, Problem

MOST_ATTACHMENTS = 100
LONGEST_HEADER = 2_000
SHORTEST_TEXT = 200
"""Characters; a plain part that is shorter than this only says that there is an HTML part."""

_REPLY = re.compile(r"(?:(?:re|aw|sv)\s*:\s*)+", re.IGNORECASE)
_FORWARDED = re.compile(r"(?:fwd?|wg|vs)\s*:\s*", re.IGNORECASE)
_SIGNATURE = re.compile(r"^-- ?\r?$", re.MULTILINE)
_MACHINE = re.compile(r"no-?reply|newsletter|notifications?", re.IGNORECASE)


def read_letter(document: Document, inner: Reader) -> Iterator[Article | Problem]:
    """A .eml file: the article in its text, and what `inner` reads from its attachments.

    The day of the letter is that of publication: it is when the text was sent out. A
    forwarded letter tells neither who wrote the text nor when.
    """
    parts = mime.parts(document)
    attached = _attachments(parts)
    facts = _facts(parts[0])
    lines = _body(parts, document)
    if lines:
        yield from article(document, lines, facts)
    elif not attached:
        raise UnreadableSource(
            f"{document.name} is a letter without text. Save it again, or leave it out."
        )
    for number, part in enumerate(attached, 1):
        name = _header(mime.file_name(part)) or f"part-{number}"
        source, data = f"{document.source}#{name}", mime.content(part)
        yield from inner(from_bytes(name, source, data, depth=document.depth + 1))


def _attachments(parts: Sequence[Message]) -> list[Message]:
    """The parts that are files; pictures belong to the looks of a letter."""
    found = [
        part
        for part in parts
        if not part.is_multipart()
        and part.get_content_maintype() != "image"
        and (mime.file_name(part) or part.get_content_disposition() == "attachment")
    ]
    return found[:MOST_ATTACHMENTS]


def _facts(message: Message) -> Facts:
    facts = Facts()
    spoken = _header(message["Content-Language"]).split(",")[0]
    facts.learn("language", language_code(spoken), "Content-Language header")
    subject = _REPLY.sub("", _header(message["Subject"])).strip()
    forwarded = _FORWARDED.match(subject)
    facts.learn("title", _FORWARDED.sub("", subject), "Subject header")
    if forwarded:
        return facts
    facts.learn("published", parse_date(_header(message["Date"])), "Date header")
    learn_time(facts, _header(message["Date"]), "Date header")
    sender = _sender(_header(message["From"]))
    if is_name(sender) and not _MACHINE.search(sender):
        outlet = is_agency(sender) or " " not in sender
        facts.learn("publisher" if outlet else "authors", _as_field(sender, outlet), "From header")
    facts.learn("publisher", one_line(_header(message["Organization"])), "Organization header")
    return facts


def _sender(header: str) -> str:
    """The name in a From header."""
    try:
        return email.utils.parseaddr(header)[0].strip("\"' ")
    except mime.DAMAGED:
        return ""


def _as_field(sender: str, outlet: bool) -> object:
    return sender if outlet else (sender,)


def _header(value: object) -> str:
    """A header as text on one line, whatever it is encoded in."""
    if value is None:
        return ""
    text = str(value)[:LONGEST_HEADER]
    try:
        return one_line(str(make_header(decode_header(text))))
    except mime.DAMAGED:
        return one_line(text)


def _body(parts: Sequence[Message], document: Document) -> list[Line]:
    """The paragraphs of the text: of the plain part, or else of the HTML part."""
    plain = _first(parts, "text/plain", document)
    html = _first(parts, "text/html", document)
    if html and len(plain) < SHORTEST_TEXT:
        try:
            tree = markup.parsed(html)
        except ValueError:
            tree = None
        lines = markup.paragraphs(tree) if tree is not None else []
        if lines:
            return lines
    return plain_paragraphs(_SIGNATURE.split(plain, maxsplit=1)[0])


def _first(parts: Sequence[Message], kind: str, document: Document) -> str:
    """The text of the first part of a kind that is not attached."""
    for part in parts:
        if part.get_content_type() != kind or mime.file_name(part):
            continue
        data = mime.content(part)
        if data.strip():
            try:
                return decode(data, mime.charset(part))
            except NoText as error:
                raise UnreadableSource(f"{document.name} {error}") from None
    return ""
