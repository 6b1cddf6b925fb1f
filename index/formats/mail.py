"""Letters: .eml, .mbox and .msg, with what is attached to them."""

from __future__ import annotations

import dataclasses
import email.utils
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from index import cleaning
from index.cleaning import Facts
from index.dates import parse_date
from index.errors import UnreadableSource
from index.formats import markup, mime, newsletters, outlook
from index.formats.articles import (
    article,
    finished,
    language_code,
    learn_time,
    one_line,
    slug,
    warnings,
)
from index.formats.document import LARGEST_FILE, Document, Reader, from_bytes
from index.formats.letters import Letter, Text, of_message
from index.lines import Line, is_agency, is_name
from index.paragraphs import plain_paragraphs
from index.records import Article, Problem

MOST_ATTACHMENTS = 100
PLAIN_FROM = 1.25
"""How many times longer than the HTML of a letter its plain text is where that one is read."""
LEAST_SHARED = 0.7
"""Share of a form's words that the other one holds too, where both say the same."""
LEAST_WORDS = 30
LONGEST_SIGNATURE = 600
LONGEST_PREHEADER = 300
"""Characters that a letter may hide: what mail programs show beside its subject."""
LONGEST_LINE = 1_000_000
MOST_NAMED = 5

_REPLY = re.compile(r"(?:(?:re|aw|sv)\s*:\s*)+", re.IGNORECASE)
_FORWARDED = re.compile(r"(?:fwd?|wg|vs)\s*:\s*", re.IGNORECASE)
_SIGNATURE = re.compile(r"^-- ?\r?$", re.MULTILINE)
_MACHINE = re.compile(r"no-?reply|newsletter|notifications?", re.IGNORECASE)
_ENVELOPE = re.compile(rb"From \S+.*\d{4}")
_QUOTED_ENVELOPE = re.compile(rb">+From ")
_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def read_letter(
    document: Document, inner: Reader, known: Collection[str]
) -> Iterator[Article | Problem]:
    """A .eml file: the articles in its text, and what `inner` reads from its attachments.

    The day of the letter is that of publication: it is when the text was sent out. A
    forwarded letter tells neither who wrote the text nor when. `known` are the ends of
    the names of files that `inner` reads.
    """
    message = mime.message(document.read(), document.name)
    yield from _letter(document, of_message(message), inner, known)


def read_outlook(
    document: Document, inner: Reader, known: Collection[str]
) -> Iterator[Article | Problem]:
    """A .msg file: the same for a letter that Outlook has saved."""
    yield from _letter(document, outlook.letter(document), inner, known)


def read_mailbox(
    document: Document, inner: Reader, known: Collection[str]
) -> Iterator[Article | Problem]:
    """A .mbox file: the same for each of its letters."""
    number = 0
    for number, data in enumerate(_letters(document), 1):
        name = f"letter {number} of {document.name}"
        key = _MESSAGE_ID.search(data[:LONGEST_LINE])
        digest = hashlib.sha256(key[1] if key else data).hexdigest()[:12]
        one = dataclasses.replace(document, name=name, source=f"{document.source}#{digest}")
        try:
            if len(data) > LARGEST_FILE:
                raise UnreadableSource(
                    f"{name} has more than {LARGEST_FILE // 1_000_000} MB. Save what is attached "
                    "to it, and ingest that."
                )
            yield from _letter(one, of_message(mime.message(data, name)), inner, known)
        except UnreadableSource as error:
            yield one.problem(str(error))
    if not number:
        raise UnreadableSource(
            f"{document.name} holds no letters: no line begins with “From ” and a sender. Export "
            "the mailbox again, or save its letters as .eml."
        )


def _letters(document: Document) -> Iterator[bytes]:
    """The letters of a mailbox, one after the other; of too long a one, the beginning.

    The standard library's mailbox opens a path, for writing where it can, and begins a
    letter at each line that begins with "From ", also in the middle of a text.
    """
    letter: list[bytes] = []
    size, blank, started = 0, True, False
    with document.open() as file:
        while line := file.readline(LONGEST_LINE):
            if blank and _ENVELOPE.match(line):
                if started:
                    yield b"".join(letter)
                letter, size, started = [], 0, True
            elif started and size <= LARGEST_FILE:
                letter.append(line[1:] if _QUOTED_ENVELOPE.match(line) else line)
                size += len(line)
            blank = line in (b"\n", b"\r\n")
    if started:
        yield b"".join(letter)


def _letter(
    document: Document, letter: Letter, inner: Reader, known: Collection[str]
) -> Iterator[Article | Problem]:
    """The articles of one letter, of the letters in it and of the files attached to it."""
    facts = _facts(letter.headers)
    lines = [line for text in letter.texts for line in _lines(text, facts)]
    files = [(name, data) for name, data in letter.files if _suffix(name) in known]
    others = [name for name, _ in letter.files if _suffix(name) not in known] + letter.unread
    facts.doubts += _doubts(letter, others, len(files))
    files = files[:MOST_ATTACHMENTS]
    try:
        yield from _articles(document, letter, lines, facts)
    except UnreadableSource:
        for doubt in facts.doubts:
            yield document.problem(f"{document.name} {doubt}")
        if not (files or letter.letters or facts.doubts):
            raise
    for number, one in enumerate(letter.letters, 1):
        name = f"letter {number} in {document.name}"
        source = f"{document.source}#letter-{number}"
        attached = dataclasses.replace(document, name=name, source=source, depth=document.depth + 1)
        try:
            yield from _letter(attached, one, inner, known)
        except UnreadableSource as error:
            yield attached.problem(str(error))
    for name, data in files:
        source = f"{document.source}#{name}"
        yield from inner(from_bytes(name, source, data, depth=document.depth + 1))


def _articles(
    document: Document, letter: Letter, lines: list[Line], facts: Facts
) -> Iterator[Article | Problem]:
    """One article, or one for each story of a newsletter.

    Raises:
        UnreadableSource: the letter holds no text.
    """
    stories = newsletters.stories(lines, facts.title)
    if not stories and lines:
        yield from article(document, lines, facts)
    elif not lines:
        said = "is a letter without text. Save it again, or leave it out."
        if letter.pictures:
            said = f"is a letter of pictures ({letter.pictures}), without text. Run OCR on them and"
            said += " ingest the text."
        raise UnreadableSource(f"{document.name} {said}")
    key = letter.headers.get("message-id") or f"{document.stem} {letter.headers.get('date')}"
    doubts = facts.doubts
    for story in stories:
        own = dataclasses.replace(facts, doubts=doubts, provenance=dict(facts.provenance))
        if story.title:
            own.title, own.provenance["title"] = story.title, "heading"
        body = cleaning.trim(story.lines, own)
        if not body:
            continue
        digest = hashlib.sha256(f"{key} {story.title}".encode(errors="replace")).hexdigest()[:8]
        name = f"{slug(own.title or document.stem)[:48]}-{digest}"
        made = finished(name, f"{document.source}#{name}", body, own)
        yield made
        for warning in warnings(made):
            yield Problem(made.source, f"{document.name} {warning}", warning=True)
        doubts = []  # told once


def _doubts(letter: Letter, others: Sequence[str], files: int) -> list[str]:
    """What of a letter was not read."""
    found = list(dict.fromkeys(letter.doubts))
    if letter.locked:
        found.append("is encrypted. Decrypt it in your mail program and save it again.")
    if others:
        more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        named = ", ".join(name[:60] for name in others[:MOST_NAMED]) + more
        found.append(
            f"holds what Byline does not read ({named}). Save it, turn it into text, ingest that."
        )
    if files > MOST_ATTACHMENTS:
        found.append(
            f"has {files} files attached, of which {MOST_ATTACHMENTS} were read. Save the others "
            "and ingest them."
        )
    return found


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


# --- headers -----------------------------------------------------------------------------------


def _facts(headers: dict[str, str]) -> Facts:
    facts = Facts()
    spoken = headers.get("content-language", "").split(",")[0]
    facts.learn("language", language_code(spoken), "Content-Language header")
    subject = _REPLY.sub("", headers.get("subject", "")).strip()
    forwarded = _FORWARDED.match(subject)
    facts.learn("title", _FORWARDED.sub("", subject), "Subject header")
    if forwarded:
        return facts
    facts.learn("published", parse_date(headers.get("date", "")), "Date header")
    learn_time(facts, headers.get("date", ""), "Date header")
    sender = _sender(headers.get("from", ""))
    if is_name(sender) and not _MACHINE.search(sender):
        to_a_list = bool(headers.get("list-id") or headers.get("list-unsubscribe"))
        outlet = to_a_list or is_agency(sender) or " " not in sender
        value: object = sender if outlet else (sender,)
        facts.learn("publisher" if outlet else "authors", value, "From header")
    facts.learn("publisher", headers.get("organization", ""), "Organization header")
    return facts


def _sender(header: str) -> str:
    """The name in a From header, with or without an address."""
    if "@" not in header:
        return header.strip("\"' ")
    try:
        return one_line(email.utils.parseaddr(header)[0]).strip("\"' ")
    except mime.DAMAGED:
        return ""


# --- texts -------------------------------------------------------------------------------------


def _lines(text: Text, facts: Facts) -> list[Line]:
    """The paragraphs of a text, of its richer form; a doubt where the other one says more."""
    plain = _plain_lines(text.plain) if text.plain else []
    html = _html_lines(text.html, facts) if text.html else []
    kept, other = (html, plain) if _length(html) * PLAIN_FROM >= _length(plain) else (plain, html)
    there, missing = _words(other), _words(other) - _words(kept)
    if len(missing) > max(LEAST_WORDS, (1 - LEAST_SHARED) * len(there)):
        forms = ("its plain text", "its HTML") if kept is html else ("its HTML", "its plain text")
        facts.doubts.append(
            f"says other things in {forms[0]} than in {forms[1]}: {len(missing)} of {len(there)} "
            f"words. Only {forms[1]} was read; save the other as a file of its own."
        )
    return kept


def _length(lines: Sequence[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _words(lines: Sequence[Line]) -> set[str]:
    return {word for line in lines for word in re.findall(r"\w+", line.text.casefold())}


def _plain_lines(text: str) -> list[Line]:
    before, *after = _SIGNATURE.split(text, maxsplit=1)
    if before.strip() and len("".join(after)) <= LONGEST_SIGNATURE:
        text = before
    return newsletters.without_notes(plain_paragraphs(newsletters.without_trackers(text)))


def _html_lines(html: str, facts: Facts) -> list[Line]:
    try:
        tree = markup.parsed(html)
    except ValueError:
        facts.doubts.append("has more markup than an article has: its HTML was not read.")
        return []
    if tree is None:
        return []
    hidden = newsletters.drop_hidden(tree)
    if hidden > LONGEST_PREHEADER:
        facts.doubts.append(
            f"hides text from its readers ({hidden:,} characters), which was left out. Save what "
            "belongs to the article as a file of its own."
        )
    newsletters.mark_headings(tree)
    return newsletters.without_notes(markup.paragraphs(tree))
