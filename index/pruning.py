"""Finds the articles whose files, or rows of files, are not there any more.

An article belongs to a folder if the file that it was read from lies below it. In
doubt it is there: a file that cannot be looked at is not gone, and a row is gone
only from a table or an archive that was read whole. A feed names its newest entries
only, so what is not in it any more is not gone.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from index import fetching
from index.formats.document import shown

_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
LISTS = (
    ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xlsx", ".epub", ".zip", ".eml", ".mbox", ".msg",
    ".warc", ".warc.gz", ".wacz",
)  # fmt: skip
"""The ends of the names of files that tell by what they hold what there is."""
_LOST = "\ufffd"
"""Stands in a source for bytes of a name that are no UTF-8: the name is not known exactly."""


def folders(paths: Iterable[str | Path]) -> list[Path]:
    """Those of the paths of an ingest that are, or should be, folders: no files, no addresses."""
    local = [path for path in paths if not (isinstance(path, str) and fetching.is_address(path))]
    return [Path(path) for path in local if not Path(path).is_file()]


def gone(
    sources: Iterable[str],
    below: Sequence[Path],
    read: Iterable[str] = (),
    unread: Iterable[str] = (),
) -> tuple[list[str], str]:
    """The sources below some folders whose files or rows are gone, or why that cannot be told.

    All folders have to be there, before and after their files are looked for: else the
    list is empty and the text says what is wrong.

    Args:
        sources: those of the articles in question.
        below: the folders.
        read: the sources of all articles that were found in them just now.
        unread: those of what could not be read, or not as it should be.
    """
    if said := _trouble(below):
        return [], said
    tops = [shown(folder.resolve()).rstrip("/") + "/" for folder in below]
    there = lru_cache(maxsize=4096)(_is_there)
    present = frozenset(read)
    lists = {_file(source, there) for source in present} - {
        _file(source, there) for source in unread
    }

    def is_gone(source: str) -> bool:
        file = _file(source, there)
        if file is None:
            return True
        row = source != file and source not in present
        return row and file in lists and file.lower().endswith(LISTS)

    found = [
        source
        for source in sources
        if any(source.startswith(top) for top in tops) and is_gone(source)
    ]
    said = _trouble(below)  # a disk may have left meanwhile
    return ([], said) if said else (found, "")


def _trouble(below: Sequence[Path]) -> str:
    """What is wrong with the first folder that cannot be looked into; empty if none is."""
    for folder in below:
        try:
            with os.scandir(folder) as entries:
                next(entries, None)
        except OSError as error:
            return (
                f"{shown(folder)} cannot be opened ({error.strerror}), so nothing was removed. "
                "Check the path, or leave the folder out."
            )
    return ""


def _file(source: str, there: Callable[[str], bool]) -> str | None:
    """The file that a source is in, or may be in; None where there is none."""
    return next(filter(there, _files(source)), None)


def _files(source: str) -> Iterator[str]:
    """The paths that the file of a source can have: before any of its "#", or all of it."""
    place = source.find("#")
    while place >= 0:
        yield source[:place]
        place = source.find("#", place + 1)
    yield source


def _is_there(path: str) -> bool:
    """Whether a path is, or may be, that of a file."""
    if _LOST in path:
        return True
    try:
        return not stat.S_ISDIR(Path(path).stat().st_mode)
    except ValueError:  # a NUL
        return False
    except OSError as error:
        return error.errno not in _ABSENT
