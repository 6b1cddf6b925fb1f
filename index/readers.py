"""Files to articles: each format has one reader, chosen by the suffix.

A reader takes a path and yields each `Article`, or a `Problem` that says in one
line what is wrong and what to do; where the whole file is of no use it raises
`UnreadableSource`, of which `read_file` makes a `Problem`. The rest of a batch
always goes on. A new format is one function and one entry in `READERS`. What is
text and what only stands around it is decided in `index.cleaning`.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from index import cleaning
from index.cleaning import Facts, Line
from index.dates import parse_date
from index.errors import UnreadableSource
from index.records import Article, Problem

if TYPE_CHECKING:
    from markdown_it.token import Token

LARGEST_FILE = 50_000_000
"""Bytes of a file that is one article; a row of a .jsonl may have as many, the file any number."""
LONGEST_LINE = 2_000_000
"""Characters; a longer line of a text is data, not prose."""
MOST_CONTROLS = 0.02
"""The share of control characters above which a file is no text."""
LARGEST_FRONT_MATTER = 64_000

Reader = Callable[[Path], Iterator[Article | Problem]]


def read_all(paths: Sequence[str | Path]) -> Iterator[Article | Problem]:
    """Every article in files and folders, in the order of `paths`, each file once.

    Folders are walked in sorted order. Hidden files are passed over in silence,
    files of other formats and whatever cannot be read with a `Problem`.
    """
    seen: set[tuple[int, int]] = set()
    for path in map(Path, paths):
        for found in _files(path, seen) if path.is_dir() else [path]:
            if isinstance(found, Problem):
                yield found
            elif _is_new(found, seen):
                yield from read_file(found)


def read_file(path: str | Path) -> Iterator[Article | Problem]:
    """The articles of one file, or the `Problem` with it."""
    path = Path(path)
    name, source = _shown(path.name), _shown(path.absolute())
    try:
        if not path.exists():
            yield Problem(source, f"{_shown(path)} does not exist. Check the path.")
        elif not path.is_file():
            yield Problem(source, f"{name} is not a file that holds text.")
        elif reader := READERS.get(path.suffix.lower()):
            yield from reader(path)
        else:
            known = ", ".join(suffix for suffix in READERS if suffix != ".markdown")
            yield Problem(source, f"{name} is not a format that Byline reads ({known}).")
    except UnreadableSource as error:
        yield Problem(source, str(error))
    except OSError as error:
        yield Problem(source, f"{name} cannot be read: {error.strerror or error}.")


def _files(top: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Problem]:
    """The files below a folder in sorted order; links that lead in a circle end there."""
    waiting = [top]
    while waiting:
        path = waiting.pop()
        if not path.is_dir():
            yield path
        elif _is_new(path, seen):
            try:
                entries = sorted(path.iterdir(), key=lambda entry: entry.name, reverse=True)
            except OSError as error:
                yield Problem(_shown(path), f"{_shown(path)} cannot be opened: {error.strerror}.")
            else:
                waiting += [entry for entry in entries if not entry.name.startswith(".")]


def _is_new(path: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether a file or folder has not been met, under this name or another; notes that it has."""
    try:
        status = path.stat()
    except OSError:
        return True  # for the reader to report
    key = status.st_dev, status.st_ino
    if key in seen:
        return False
    seen.add(key)
    return True


# --- one reader for each format ----------------------------------------------------------------


def read_text(path: Path) -> Iterator[Article | Problem]:
    """A .txt file: one article. Marked up as Markdown, it is read as Markdown."""
    text = _text(path)
    if _MARKED_UP.search(text):
        yield from _marked_up(path, text)
    else:
        yield _article(path, cleaning.plain_paragraphs(text), Facts())


def read_markdown(path: Path) -> Iterator[Article | Problem]:
    """A .md file, with front matter or without: one article.

    Headings inside the story stay, as short paragraphs of their own: they are the
    writer's words, and a passage without its heading can lose what it is about.
    """
    yield from _marked_up(path, _text(path))


def read_jsonl(path: Path) -> Iterator[Article | Problem]:
    """A .jsonl file: an article in each row.

    A field that cannot be used is reported and the article read without it.
    """
    name, source = _shown(path.name), _shown(path.resolve())
    number = 0
    for number, row in _rows(path):
        if number == 1 and row.strip() in (b"[", b"[{"):
            raise UnreadableSource(
                f"{name} is one JSON list over many lines. Write one object per line."
            )
        for item in _row(row, path):
            if isinstance(item, str):
                yield Problem(source, f"{name}, line {number}: {item}")
            else:
                yield item
    if not number:
        raise UnreadableSource(f"{name} is empty. Give it one article per line, or leave it out.")


# A heading as the first line, or a link; nothing else is sure enough in a .txt file.
_MARKED_UP = re.compile(r"\A\s*#{1,3} \S|\]\(https?://[^\s)]+\)")

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".jsonl": read_jsonl,
}


# --- articles ----------------------------------------------------------------------------------


def slug(text: str) -> str:
    """An id made of `text`: a-z, 0-9 and hyphens, at most 60; "article" if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "article"


def _article(path: Path, paragraphs: Sequence[Line], facts: Facts) -> Article:
    body = cleaning.trim(paragraphs, facts)
    if not body:
        raise UnreadableSource(
            f"{_shown(path.name)} is empty. Put the article's text in it, or leave it out."
        )
    return _finished(slug(path.stem), _shown(path.resolve()), body, facts)


def _marked_up(path: Path, text: str) -> Iterator[Article | Problem]:
    fields, body, trouble = _front_matter(text.replace("\r\n", "\n"))
    facts = Facts()
    if trouble:
        yield Problem(_shown(path.absolute()), f"{_shown(path.name)}: {trouble}")
    for problem in _learn(facts, fields, "front matter"):
        yield Problem(_shown(path.absolute()), f"{_shown(path.name)}, front matter: {problem}")
    yield _article(path, cleaning.unwrap(_markdown_blocks(body)), facts)


def _finished(article_id: str, source: str, body: Sequence[Line], facts: Facts) -> Article:
    return Article(
        id=article_id,
        title=facts.title,
        text="\n\n".join(line.text for line in body),
        source=source,
        published=facts.published,
        publisher=facts.publisher,
        url=facts.url,
        authors=facts.authors,
        provenance=dict(facts.provenance),
    )


def _rows(path: Path) -> Iterator[tuple[int, bytes]]:
    """The rows that are not blank, with their numbers from 1; of too long a row, a part."""
    with path.open("rb") as file:
        start = file.read(4)
        if _bom_encoding(start) not in (None, "utf-8-sig"):
            raise UnreadableSource(f"{_shown(path.name)} is not in UTF-8. Save it as UTF-8.")
        file.seek(len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0)
        number = 0
        while row := file.readline(LARGEST_FILE):
            number += 1
            if row.strip():
                yield number, row
            while len(row) == LARGEST_FILE and not row.endswith(b"\n"):
                row = file.readline(LARGEST_FILE)


def _row(row: bytes, path: Path) -> Iterator[Article | str]:
    """The article of one row, and what is wrong with the row."""
    if len(row) == LARGEST_FILE:
        yield f"has more than {LARGEST_FILE // 1_000_000} MB. One row is one article."
        return
    try:
        fields = json.loads(_decoded(row))
    except (ValueError, RecursionError, UnreadableSource):
        yield "is not valid JSON. Write one object per line, as JSON."
        return
    if not isinstance(fields, dict):
        yield 'is not an object. Write {"text": "..."}.'
        return
    text = fields.get("text")
    if not isinstance(text, str):
        yield '"text" is missing or is not a string. Give the article\'s text.'
        return
    facts = Facts()
    yield from _learn(facts, fields, "row")
    body = cleaning.trim(cleaning.plain_paragraphs(text), facts, row=True)
    if not body:
        yield '"text" is empty. Give the article\'s text.'
        return
    given = fields.get("id")
    usable = isinstance(given, str | int) and not isinstance(given, bool)
    article_id = _one_line(str(given)) if usable else ""
    if not article_id and given not in _EMPTY:
        yield f'"id" is not a string or a whole number: {_json(given)}. An id was made up.'
    if not article_id:
        digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()
        article_id = f"{slug(path.stem)}-{digest[:8]}"
    yield _finished(article_id, f"{_shown(path.resolve())}#{article_id}", body, facts)


def _learn(facts: Facts, fields: dict[str, object], where: str) -> Iterator[str]:
    """Take over the fields that say what is known; yield what is wrong with the others."""
    for key, value in fields.items():
        name = _FIELDS.get(str(key).strip().lower().replace("-", "_"))
        if not name or value in _EMPTY:
            continue
        if name == "source":  # a source is an address, or else the name of a publisher
            name = "url" if isinstance(value, str) and cleaning.web_address(value) else "publisher"
        known = _VALUES[name](value)
        if known:
            facts.learn(name, known, where)
        else:
            yield f'"{key}" is not {_WANTED[name]}'.replace("@", _json(value))


def _json(value: object) -> str:
    shown = json.dumps(value, default=str)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _one_line(value: object) -> str:
    return " ".join(cleaning.fold(value).split()) if isinstance(value, str) else ""


def _names(value: object) -> tuple[str, ...]:
    """Authors as a list, or as one string with "and", ";" or, between full names, ","."""
    if isinstance(value, str):
        text = _one_line(value).removeprefix("By ")
        parts = re.split(r"\s*(?:;|&|\band\b)\s*", text)
        commas = [part.strip() for part in ",".join(parts).split(",")]
        parts = commas if all(" " in part for part in commas) else parts
    else:
        parts = [_one_line(part) for part in value] if isinstance(value, list) else []
        parts = parts if all(parts) else []
    return tuple(part for part in parts if part)


_EMPTY: tuple[object, ...] = (None, "", [], "null", "~")
_FIELDS = {
    "title": "title",
    "headline": "title",
    "published": "published",
    "date": "published",
    "publisher": "publisher",
    "publication": "publisher",
    "source": "source",
    "url": "url",
    "link": "url",
    "canonical": "url",
    "original_url": "url",
    "author": "authors",
    "authors": "authors",
    "byline": "authors",
}
_VALUES: dict[str, Callable[[object], object]] = {
    "title": _one_line,
    "published": lambda value: parse_date(_one_line(value)),
    "publisher": _one_line,
    "url": lambda value: cleaning.web_address(_one_line(value)),
    "authors": _names,
}
_WANTED = {
    "title": "a string: @. The title was left empty.",
    "published": "an ISO date: @. Write it as 2024-12-07.",
    "publisher": "a string: @. The publisher was left unknown.",
    "url": "a web address: @. Write it with http:// or https://.",
    "authors": "a name or a list of names: @. The authors were left unknown.",
}


# --- Markdown ----------------------------------------------------------------------------------


def _front_matter(text: str) -> tuple[dict[str, object], str, str]:
    """Its fields, all as strings or lists; the text after it; and what is wrong with it."""
    if not text.startswith("---"):
        return {}, text, ""
    import yaml  # type: ignore[import-untyped]
    from frontmatter.default_handlers import YAMLHandler

    handler = YAMLHandler()
    parts = YAMLHandler.FM_BOUNDARY.split(text, 2)
    if len(parts) < 3 or parts[0] or len(parts[1]) > LARGEST_FRONT_MATTER:
        return {}, text, ""
    head, body = parts[1:]
    try:
        # Every scalar as it is written: a date that does not exist is for `parse_date` to refuse.
        fields = handler.load(head, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        if not re.match(r"\s*\w+:\s", head):
            return {}, text, ""
        return {}, body, "its front matter is not valid YAML and was left out. Correct it."
    return (fields, body, "") if isinstance(fields, dict) else ({}, text, "")


def _markdown_blocks(text: str) -> list[list[Line]]:
    """The blocks of a Markdown text, each as the lines that the writer broke it into."""
    from markdown_it import MarkdownIt

    # Text is never HTML, and four spaces are a slip in a news story, not code.
    parser = MarkdownIt("commonmark").disable(["html_block", "html_inline", "code"])
    blocks: list[list[Line]] = []
    heading, mark = 0, ""
    for token in parser.parse(cleaning.drop_tags(cleaning.fold(text))):
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type == "heading_close":
            heading = 0
        elif token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "inline":
            blocks.append(_inline_lines(token.children or [], heading, mark))
            mark = ""
        elif token.type == "fence":
            blocks.append([Line(line.strip()) for line in token.content.split("\n")])
    return [
        list(lines)
        for block in blocks
        for full, lines in groupby(block, lambda line: bool(line.text))
        if full
    ]


_GLUED = re.compile(r"[A-Z][\w&-]*(?:[ /]+[A-Z][\w&-]*){0,4}")


def _inline_lines(tokens: Sequence[Token], heading: int, mark: str) -> list[Line]:
    """The lines of one block; images go, what they show is not the text's words."""
    lines: list[Line] = []
    links: list[str] = []
    text, linked, inside, credit = mark, True, False, False
    before = ""  # the kind of the token before: a credit is text right after bold text
    for token in [*tokens, None]:
        if token is None or token.type in ("softbreak", "hardbreak"):
            whole = linked and bool(links)
            lines.append(Line(text.strip(), heading, tuple(links), whole, credit))
            text, links, linked, credit = "", [], True, False
        elif token.type == "link_open":
            links.append(str(token.attrs.get("href", "")))
            inside = True
        elif token.type == "link_close":
            inside = False
        elif token.content and token.type != "image":
            linked = linked and (inside or not re.search(r"\w", token.content))
            credit = before == "strong_close" and bool(_GLUED.fullmatch(token.content))
            text += token.content
        before = token.type if token and (token.content or token.nesting) else before
    return lines


# --- bytes -------------------------------------------------------------------------------------


def _shown(path: str | Path) -> str:
    """A path as text that can be printed and stored, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _text(path: Path) -> str:
    name = _shown(path.name)
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise UnreadableSource(
            f"{name} has {size // 1_000_000} MB, more than the {LARGEST_FILE // 1_000_000} MB "
            "that one article may have. Split it, or write a .jsonl."
        )
    try:
        text = _decoded(path.read_bytes())
    except UnreadableSource as error:
        raise UnreadableSource(f"{name} {error}") from None
    longest = max(map(len, text.splitlines()), default=0)
    if longest > LONGEST_LINE:
        raise UnreadableSource(
            f"{name} has a line of {longest:,} characters: that is data, not an article. "
            "Break its lines, or leave it out."
        )
    return text


def _bom_encoding(data: bytes) -> str | None:
    marks = {
        codecs.BOM_UTF8: "utf-8-sig",
        codecs.BOM_UTF32_LE: "utf-32",  # begins as UTF-16 does, so it is asked first
        codecs.BOM_UTF32_BE: "utf-32",
        codecs.BOM_UTF16_LE: "utf-16",
        codecs.BOM_UTF16_BE: "utf-16",
    }
    return next((name for mark, name in marks.items() if data.startswith(mark)), None)


def _decoded(data: bytes) -> str:
    """`data` as text: by its byte order mark, else as UTF-8, else by what it looks like.

    Raises:
        UnreadableSource: it is no text; the message goes on after the file's name.
    """
    encoding = _bom_encoding(data)
    if encoding is None and b"\0" in data:
        raise UnreadableSource("is not a text file. Save the article as text in UTF-8.")
    text = data.decode(encoding or "utf-8", "replace")
    bad = text.count("\ufffd")
    if bad and encoding is None and 2 * bad > sum(letter > "\x7f" for letter in text):
        text = data.decode(_guessed_encoding(data), "replace")
    controls = sum(map(text.count, _CONTROLS))
    if controls > MOST_CONTROLS * len(text):
        raise UnreadableSource("is not a text file. Save the article as text in UTF-8.")
    return text


_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\v"] + ["\x7f"]


def _guessed_encoding(data: bytes) -> str:
    """The encoding of old text files: what most of them have, unless the letters say otherwise."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:64_000]).best()
    return "cp1252" if best is None or best.encoding in _WESTERN else best.encoding


# Guesses that differ from cp1252 in a few signs; English text with curly quotes gets any of them.
_WESTERN = frozenset(["ascii", "latin_1", "cp1250", "cp1254", "cp1257", "cp1258", "mac_roman"])
