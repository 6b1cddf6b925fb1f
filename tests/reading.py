"""What a reader makes of a file, for the tests of readers."""

import json

from index.cleaning import Facts, trim
from index.formats.document import from_bytes
from index.paragraphs import plain_paragraphs
from index.readers import read_document
from index.records import Article, Problem


def read(name: str, data: object) -> list[Article | Problem]:
    """What is read from a file of that name; what is neither text nor bytes is written as JSON."""
    given = data if isinstance(data, bytes | str) else json.dumps(data)
    raw = given if isinstance(given, bytes) else given.encode()
    return list(read_document(from_bytes(name, name, raw)))


def one(name: str, data: object) -> Article:
    [article] = read(name, data)
    assert isinstance(article, Article), article
    return article


def reasons(items) -> list[str]:
    return [item.reason for item in items if isinstance(item, Problem)]


def texts(items) -> list[str]:
    return [item.text for item in items if isinstance(item, Article)]


def cleaned(text: str, facts: Facts | None = None) -> tuple[str, Facts]:
    """A text without the lines around it, and what these say."""
    facts = facts or Facts()
    body = trim(plain_paragraphs(text), facts)
    return "\n\n".join(line.text for line in body), facts


def repair(text: str) -> str:
    """A text as its paragraphs, with one blank line between them."""
    return "\n\n".join(line.text for line in plain_paragraphs(text))
