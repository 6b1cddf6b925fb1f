"""What a reader makes of a file, for the tests of readers."""

from pathlib import Path

from index.readers import read_file
from index.records import Article, Problem


def read(path: Path, data: str | bytes) -> list[Article | Problem]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_file(path))


def one(path: Path, data: str | bytes) -> Article:
    [article] = read(path, data)
    assert isinstance(article, Article), article
    return article


def reasons(items) -> list[str]:
    return [item.reason for item in items if isinstance(item, Problem)]


def texts(items) -> list[str]:
    return [item.text for item in items if isinstance(item, Article)]
