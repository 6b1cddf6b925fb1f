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
from index.errors import UnreadableSource
from index.formats import mail_parts, markup, newsletters
from index.formats.articles import article, learn, one_line, one_of_many
from index.formats.document import DAMAGED, HIDDEN, LARGEST_FILE, MB, Document, Reader, from_bytes
from index.formats.mail_parts import Letter, Text
from index.lines import Line, is_agency, is_name
from index.paragraphs import plain_paragraphs
from index.records import Article, Problem

MOST_ATTACHMENTS = 100
PLAIN_FROM = 1.25
"""How many times longer than the HTML of a letter its plain text is where that one is read."""
LEAST_SHARED = 0.7  # share of a form's words that the other one holds too, where both say the same
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
    """A .eml or .msg file: the articles in its text, and what `inner` reads from its attachments.

    The day of the letter is that of publication: it is when the text was sent out. A
    forwarded letter tells neither who wrote the text nor when. `known` are the ends of
    the names of files that `inner` reads.
    """
    if document.suffix == ".msg":
        letter = mail_parts.outlook_letter(document)
    else:
        letter = mail_parts.letter_of(mail_parts.parsed(document.read(), document))
    yield from _letter(document, letter, inner, known)


def read_mailbox(
    document: Document, inner: Reader, known: Collection[str]
) -> Iterator[Article | Problem]:
    """A .mbox file: the same for each of its letters."""
    number = 0
    for number, data in enumerate(_letters(document), 1):
        key = _MESSAGE_ID.search(data[:LONGEST_LINE])
        digest = hashlib.sha256(key[1] if key else data).hexdigest()[:12]
        name, source = f"letter {number} of {document.name}", f"{document.source}#{digest}"
        own = dataclasses.replace(document, name=name, source=source)
        try:
            if len(data) > LARGEST_FILE:
                size = LARGEST_FILE // MB
                raise own.error(f"has more than {size} MB. Save what is attached, and ingest that.")
            letter = mail_parts.letter_of(mail_parts.parsed(data, own))
            yield from _letter(own, letter, inner, known)
        except UnreadableSource as error:
            yield own.problem(str(error))
    if not number:
        said = "holds no letters: no line begins with “From ” and a sender"
        raise document.error(f"{said}. Export it again, or save its letters as .eml.")


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
    files = [file for file in letter.files if _suffix(file[0]) in known]
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
    for number, attached in enumerate(letter.letters, 1):
        name, source = f"letter {number} in {document.name}", f"{document.source}#letter-{number}"
        own = dataclasses.replace(document, name=name, source=source, depth=document.depth + 1)
        try:
            yield from _letter(own, attached, inner, known)
        except UnreadableSource as error:
            yield own.problem(str(error))
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
    if not lines and letter.pictures:
        raise document.only_pictures(letter.pictures)
    if not lines:
        raise document.error("is a letter without text. Save it again, or leave it out.")
    stories = newsletters.stories(lines, facts.title)
    if not stories:
        yield from article(document, lines, facts)
    key = letter.headers.get("message-id") or f"{document.stem} {letter.headers.get('date')}"
    doubts = facts.doubts
    for title, body in stories:
        own = dataclasses.replace(facts, doubts=doubts, provenance=dict(facts.provenance))
        if title:
            own.title, own.provenance["title"] = title, "heading"
        if kept := cleaning.trim(body, own):
            yield from one_of_many(document, f"{key} {title}", kept, own)
            doubts = []  # told once


def _doubts(letter: Letter, others: Sequence[str], files: int) -> list[str]:
    """What of a letter was not read."""
    found = list(dict.fromkeys(letter.doubts))
    if letter.locked:
        found.append("is encrypted. Decrypt it in your mail program and save it again.")
    if others:
        more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        listed = ", ".join(name[:60] for name in others[:MOST_NAMED]) + more
        found.append(f"holds what Byline does not read ({listed}). Save it as text, ingest that.")
    if files > MOST_ATTACHMENTS:
        said = f"has {files} files attached, of which {MOST_ATTACHMENTS} were read"
        found.append(f"{said}. Save the others and ingest them.")
    return found


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _facts(headers: dict[str, str]) -> Facts:
    """What the headers say."""
    facts = Facts()
    spoken = headers.get("content-language", "").split(",")[0]
    learn(facts, "Content-Language header", language=spoken)
    subject = _REPLY.sub("", headers.get("subject", "")).strip()
    facts.learn("title", _FORWARDED.sub("", subject), "Subject header")
    if _FORWARDED.match(subject):
        return facts
    learn(facts, "Date header", published=headers.get("date", ""))
    sender = headers.get("from", "")
    if "@" in sender:
        try:
            sender = one_line(email.utils.parseaddr(sender)[0])
        except DAMAGED:
            sender = ""
    sender = sender.strip("\"' ")
    if is_name(sender) and not _MACHINE.search(sender):
        to_a_list = bool(headers.get("list-id") or headers.get("list-unsubscribe"))
        outlet = to_a_list or is_agency(sender) or " " not in sender
        value: object = sender if outlet else (sender,)
        facts.learn("publisher" if outlet else "authors", value, "From header")
    facts.learn("publisher", headers.get("organization", ""), "Organization header")
    return facts


# --- texts -------------------------------------------------------------------------------------


def _lines(text: Text, facts: Facts) -> list[Line]:
    """The paragraphs of a text, of its richer form; a doubt where the other one says more."""
    before, *after = _SIGNATURE.split(text.plain, maxsplit=1)
    signed = before.strip() and len("".join(after)) <= LONGEST_SIGNATURE
    words = newsletters.without_trackers(before if signed else text.plain)
    plain = newsletters.without_notes(plain_paragraphs(words))
    html = _html_lines(text.html, facts) if text.html else []
    lengths = [sum(len(line.text) for line in lines) for lines in (plain, html)]
    forms = [("its HTML", html), ("its plain text", plain)]
    if lengths[1] * PLAIN_FROM < lengths[0]:
        forms.reverse()
    (name, kept), (other_name, other) = forms
    there = _words(other)
    missing = there - _words(kept)
    if len(missing) > max(LEAST_WORDS, (1 - LEAST_SHARED) * len(there)):
        said = f"says other things in {other_name} than in {name}, which alone was read"
        count = f"{len(missing)} of {len(there)} words"
        facts.doubts.append(f"{said}: {count}. Save the other as a file of its own.")
    return kept


def _words(lines: Sequence[Line]) -> set[str]:
    return {word for line in lines for word in re.findall(r"\w+", line.text.casefold())}


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
        facts.doubts.append(HIDDEN.format(f"text ({hidden:,} characters)"))
    newsletters.mark_headings(tree)
    return newsletters.without_notes(markup.paragraphs(tree))
