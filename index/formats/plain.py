"""Plain text and Markdown, with front matter or without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from index.cleaning import Facts
from index.decoding import Decoded, drop_tags, fold
from index.formats.articles import article, learn_fields
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
    doubts = [f"{document.name}: {trouble}"] if trouble else []
    for problem in learn_fields(facts, fields, "front matter"):
        doubts.append(f"{document.name}, front matter: {problem}")
    lines = unwrap(_blocks(body)) if len(body) <= LONGEST_MARKUP else plain_paragraphs(body)
    yield from article(document, lines, facts, doubts=doubts)


def _front_matter(text: str) -> tuple[dict[str, object], str, str]:
    """Its fields, all as strings or lists; the text after it; and what is wrong with it."""
    if not text.startswith("---"):
        return {}, text, ""
    import yaml  # type: ignore[import-untyped]
    from frontmatter.default_handlers import YAMLHandler

    parts = YAMLHandler.FM_BOUNDARY.split(text, 2)
    if len(parts) < 3 or parts[0] or len(parts[1]) > LARGEST_FRONT_MATTER:
        return {}, text, ""
    head, body = parts[1:]
    try:
        # Every scalar as it is written: a date that does not exist is for `parse_date` to refuse.
        fields = YAMLHandler().load(head, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        if not re.match(r"\s*\w+:\s", head):
            return {}, text, ""
        return {}, body, "its front matter is not valid YAML and was left out. Correct it."
    return (fields, body, "") if isinstance(fields, dict) else ({}, text, "")


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
