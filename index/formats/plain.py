"""Plain text and Markdown, with front matter or without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from textwrap import dedent
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.decoding import Decoded, drop_tags, fold
from index.formats.articles import FIELDS, article, as_json, learn_fields, squeezed
from index.formats.document import Document
from index.lines import Line
from index.paragraphs import plain_paragraphs, unwrap
from index.records import Article, Problem

if TYPE_CHECKING:
    from markdown_it.token import Token

LARGEST_FRONT_MATTER = 64_000
LONGEST_MARKUP = 2_000_000
"""Characters; a longer text is read as it stands, because marks without end take minutes."""

# A heading as the first line, or a link; nothing else is sure enough in a .txt file.
_MARKED_UP = re.compile(r"\A\s*#{1,3} \S|\]\(https?://[^\s)]+\)")
# The line of a field in front matter, and quotes around a value: those of '"Yes" and "no"' are not.
_FIELD = re.compile(r"""(["']?)([^\W\d_][\w.-]*(?: [\w.-]+)?)\1\s*:(?!//)(.*)""")
_QUOTED = re.compile(r"""\A(["'])(?!(?:(?!\1).)*\S\1\W)(.*)\1\Z""")
_GLUED = re.compile(r"[A-Z][\w&-]*(?:[ /]+[A-Z][\w&-]*){0,4}")


def read_text(document: Document) -> Iterator[Article | Problem]:
    """A .txt file: one article. Marked up as Markdown, it is read as Markdown."""
    decoded = document.text()
    if _MARKED_UP.search(decoded.text):
        yield from _marked_up(document, decoded)
    else:
        paragraphs = plain_paragraphs(decoded.text)
        yield from article(document, paragraphs, Facts(doubts=decoded.doubts))


def read_markdown(document: Document) -> Iterator[Article | Problem]:
    """A .md file, with front matter or without: one article.

    Headings inside the story stay, as short paragraphs of their own: they are the
    writer's words, and a passage without its heading can lose what it is about.
    """
    yield from _marked_up(document, document.text())


def _marked_up(document: Document, decoded: Decoded) -> Iterator[Article | Problem]:
    fields, body, trouble = _front_matter(decoded.text.replace("\r\n", "\n"))
    facts = Facts(doubts=decoded.doubts)
    trouble += learn_fields(facts, fields, "front matter")
    doubts = [f"{document.name}, front matter: {problem}" for problem in trouble]
    lines = unwrap(_blocks(body)) if len(body) <= LONGEST_MARKUP else plain_paragraphs(body)
    yield from article(document, lines, facts, doubts=doubts)


def _front_matter(text: str) -> tuple[dict[str, object], str, list[str]]:
    """Its fields, all as strings or lists; the text after it; and what is wrong with it."""
    if not text.startswith("---"):
        return {}, text, []
    from frontmatter.default_handlers import YAMLHandler

    parts = YAMLHandler.FM_BOUNDARY.split(text, 2)
    if len(parts) < 3 or parts[0] or len(parts[1]) > LARGEST_FRONT_MATTER:
        return {}, text, []
    head, body = parts[1:]
    if (fields := _as_yaml(head)) is not None:
        return fields, body, []
    # A headline with a colon in it is no YAML. Text between two rules is no front matter.
    lines = dedent(head).split("\n")
    top = next((number for number, line in enumerate(lines) if re.match(r"\s*[^\s#]", line)), 0)
    lines[top] = lines[top].lstrip()
    keys = {number: key[2] for number, line in enumerate(lines) if (key := _FIELD.match(line))}
    if top not in keys or not any(squeezed(key) in FIELDS for key in keys.values()):
        return {}, text, []
    fields, wrong = _field_by_field(lines, list(keys))
    first = text.count("\n", 0, text.index(head, 3)) + 1
    said = [f"line {first + number} ({as_json(lines[number])})" for number in wrong[:3]]
    said += [f"{len(wrong) - 3} more"] * (len(wrong) > 3)
    return fields, body, [f"could not use {', '.join(said)}. Correct it."] if said else []


def _as_yaml(text: str) -> dict[str, object] | None:
    """The fields of YAML, if it is some."""
    import yaml  # type: ignore[import-untyped]

    try:
        # Every scalar as it is written: a date that does not exist is for `parse_date` to refuse.
        fields = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _field_by_field(
    lines: Sequence[str], starts: Sequence[int]
) -> tuple[dict[str, object], list[int]]:
    """The fields that begin at `starts`, and the numbers of the lines that say nothing.

    A field goes on to the next one. If it is YAML by itself, it is read as such.
    """
    fields: dict[str, object] = {}
    wrong: list[int] = []
    for start, end in pairwise([*starts, len(lines)]):
        if (known := _as_yaml("\n".join(lines[start:end]))) is not None:
            fields |= known
            continue
        written: list[tuple[int, str, list[str]]] = []
        for number, line in enumerate(lines[start:end], start):
            found = _FIELD.match(line.strip())
            # A slip of the space bar; below a key without a value it would be a part of it.
            slipped = found and written and written[-1][2][0] and squeezed(found[2]) in FIELDS
            if line.lstrip().startswith("#"):
                continue
            if found and (not written or slipped):
                written.append((number, found[2], [found[3].strip()]))
            elif line[:1] in (" ", "\t", "-", "]", "}"):
                written[-1][2].append(line.strip())
            elif line:
                wrong.append(number)
        for number, key, said in written:
            if value := _value(*said):
                fields[key] = value
            elif any(said):
                wrong.append(number)
    return fields, sorted(wrong)


def _value(first: str, *below: str) -> str | list[str]:
    """What stands after a key and in the lines below it; empty if it makes no sense."""
    rest = [line for line in below if line]
    text = " ".join([first, *rest])
    if rest and all(line.startswith("-") for line in rest):
        parts = [first, *(line[1:] for line in rest)]
    elif listed := re.fullmatch(r"\[([^\[\]]*)\]?", text):
        parts = listed[1].split(",")
    else:
        return _QUOTED.sub(r"\2", text) if first and re.search(r"\w", text) else ""
    return [_QUOTED.sub(r"\2", part.strip()) for part in parts if part.strip()]


def _blocks(text: str) -> list[list[Line]]:
    """The blocks of a Markdown text, each as the lines that the writer broke it into."""
    from markdown_it import MarkdownIt

    # Text is never HTML, and four spaces are a slip in a news story, not code.
    parser = MarkdownIt("commonmark").disable(["html_block", "html_inline", "code"])
    blocks: list[list[Line]] = []
    heading, mark = 0, ""
    for token in parser.parse(drop_tags(fold(text))):
        if token.type in ("heading_open", "heading_close"):
            heading = int(token.tag[1:]) if token.nesting > 0 else 0
        elif token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "inline":
            blocks.append(list(_inline_lines(token.children or [], heading, mark)))
            mark = ""
        elif token.type == "fence":
            blocks.append([Line(line.strip()) for line in token.content.split("\n")])
    return [
        list(lines)
        for block in blocks
        for full, lines in groupby(block, lambda line: bool(line.text))
        if full
    ]


def _inline_lines(tokens: Sequence[Token], heading: int, mark: str) -> Iterator[Line]:
    """The lines of one block; images go, what they show is not the text's words."""
    links: list[str] = []
    text, linked, inside, credit = mark, True, False, False
    before = ""  # the kind of the token before: a credit is text right after bold text
    for token in [*tokens, None]:
        if token is None or token.type in ("softbreak", "hardbreak"):
            yield Line(text.strip(), heading, tuple(links), linked and bool(links), credit)
            text, links, linked, credit = "", [], True, False
        elif token.type in ("link_open", "link_close"):
            inside = token.type == "link_open"
            links += [str(token.attrs.get("href", ""))] * inside
        elif token.content and token.type != "image":
            linked = linked and (inside or not re.search(r"\w", token.content))
            credit = before == "strong_close" and bool(_GLUED.fullmatch(token.content))
            text += token.content
        before = token.type if token and (token.content or token.nesting) else before
