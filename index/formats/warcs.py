"""Archives of the web: .warc and .warc.gz, and .wacz, which holds such; each HTML response a page.

warcio reads the records; what it would hold in memory of a hostile file is limited here.
"""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataException, ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from index.errors import UnreadableSource
from index.formats.archives import MOST_UNPACKED, Allowance, Counted, read_archive
from index.formats.articles import one_line
from index.formats.document import DAMAGED, LARGEST_FILE, MB, Document, Reader, from_bytes
from index.lines import web_address
from index.records import Article, Problem

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

LONGEST_HEADER = 64_000
MOST_HEADERS = 1_000
LONGEST_NAME = 100

# It prints what is wrong with a record; that is told in one line.
logging.getLogger("warcio").addHandler(logging.NullHandler())

_DAMAGED = (
    *DAMAGED, ArchiveLoadFailed, ChunkedDataException, StatusAndHeadersParserException,
)  # fmt: skip


def read_wacz(
    document: Document, inner: Reader, allowance: Allowance
) -> Iterator[Article | Problem]:
    """A .wacz file: the pages of the .warc files in it."""
    ends = (".warc", ".warc.gz")
    yield from read_archive(document, inner, allowance, wanted=lambda name: name.endswith(ends))


def read_warc(
    document: Document, inner: Reader, allowance: Allowance
) -> Iterator[Article | Problem]:
    """A .warc or .warc.gz file: what `inner` reads from each HTML response in it.

    The address of a response is where its page was fetched from. Redirections, pages
    that say that there is none, and all that is no page are passed over.
    """
    found = failed = 0
    sources: set[str] = set()
    cut_off = ArchiveLoadFailed("cut off")  # an EOFError means the end of the file to warcio
    size = MOST_UNPACKED // 1_000_000_000
    too_much = document.error(f"was not read whole: it unpacks to more than {size} GB. Split it.")
    with document.open() as file:
        packed = file.read(2) == b"\x1f\x8b"
    with document.open() as file:
        try:
            unpacked = gzip.GzipFile(fileobj=file) if packed else file
            for record in _Records(Counted(unpacked, allowance, cut_off, too_much)):
                status = _status(record)
                if status < 300:
                    yield from _page(document, record, inner, sources)
                    found += 1
                failed += status >= 400
                while record.raw_stream.read(LONGEST_HEADER):
                    pass
                _check_length(record)
        except _DAMAGED:
            after = f" after {_pages(found)}" if found else ", or no web archive"
            said = f"{document.name} is damaged{after}: it is cut off or was changed on the way. "
            yield document.problem(f"{said}Copy it again.", warning=found > 0)
            return
    if failed:
        said = f"{document.name}: {_pages(failed)} left out, for which the site answered with an "
        yield document.problem(f"{said}error. Fetch again what you need.", warning=found > 0)
    if not (found or failed):
        raise document.error("holds no web page. Leave it out.")


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count:,} pages"


def _page(
    document: Document, record: ArcWarcRecord, inner: Reader, sources: set[str]
) -> Iterator[Article | Problem]:
    address = web_address(one_line(record.rec_headers.get_header("WARC-Target-URI")))
    moment = one_line(record.rec_headers.get_header("WARC-Date"))
    parts = urlsplit(address or "")
    stem = one_line(PurePosixPath(parts.path).stem)[-LONGEST_NAME:] or parts.hostname or "page"
    source = f"{document.source}#{address or moment}"
    if source in sources:  # fetched again later: another version
        source = f"{document.source}#{moment}/{address}"
    sources.add(source)
    try:
        data = _content(record)
    except UnreadableSource as error:
        yield Problem(source, f"{document.name}: {stem} {error}")
        return
    _, _, named = _header(record, "Content-Type").partition("charset=")
    charset = named.partition(";")[0].strip(" \"'") or None
    depth = document.depth + 1
    yield from inner(
        from_bytes(f"{stem}.html", source, data, depth=depth, url=address, charset=charset)
    )


def _header(record: ArcWarcRecord, name: str) -> str:
    """A header of the response, or of a page stored without its response, in small letters."""
    headers = record.http_headers or record.rec_headers
    return one_line(headers.get_header(name) or "").lower()


def _status(record: ArcWarcRecord) -> int:
    """What the site answered: less than 300 for a page, 400 or more where it had none."""
    kind = _header(record, "Content-Type").partition(";")[0].strip()
    if record.rec_type not in ("response", "resource") or "html" not in kind:
        return 300
    code = record.http_headers.get_statuscode() if record.http_headers else "200"
    return int(code) if code and code.isdigit() else 0


def _check_length(record: ArcWarcRecord) -> None:
    if getattr(record.raw_stream, "limit", 0) > 0:
        raise EOFError("it ends before the length that it names")


def _content(record: ArcWarcRecord) -> bytes:
    """The bytes of a response, unpacked.

    Raises:
        UnreadableSource: there are too many, or they are packed in an unknown way.
        EOFError: some are missing.
    """
    stream: Any = record.raw_stream
    if _header(record, "Transfer-Encoding") == "chunked":
        stream = ChunkedDataReader(stream)
    data: bytes = stream.read(LARGEST_FILE + 1)
    if len(data) <= LARGEST_FILE:
        _check_length(record)
    packed = _header(record, "Content-Encoding")
    if packed in ("gzip", "x-gzip", "deflate"):
        data = _inflated(data)
    elif packed == "br":
        data = _unbrotlied(data)
    elif packed not in ("", "identity"):
        raise UnreadableSource("is packed in an unknown way. Save the page in a browser.")
    if len(data) > LARGEST_FILE:
        size = LARGEST_FILE // MB
        raise UnreadableSource(f"has more than the {size} MB that one article may have.")
    return data


def _inflated(data: bytes) -> bytes:
    """Bytes packed by gzip or deflate; those that are not packed, whatever is said, as they are."""
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(window).decompress(data, LARGEST_FILE + 1)
        except zlib.error:
            continue
    return data


def _unbrotlied(data: bytes) -> bytes:
    try:
        import brotli
    except ImportError:
        said = "is packed by brotli, which is not installed: pip install brotli"
        raise UnreadableSource(f"{said}, and ingest it again.") from None
    try:
        return bytes(brotli.Decompressor().process(data, output_buffer_limit=LARGEST_FILE + 1))
    except brotli.error:
        return data


class _Lines(BufferedReader):  # type: ignore[misc]
    """What warcio reads from; no line and no header without end."""

    headers = 0

    def read(self, length: int | None = None) -> bytes:
        self.headers = 0
        return bytes(super().read(length))

    def readline(self, length: int | None = None) -> bytes:
        line = bytes(super().readline(min(length or LONGEST_HEADER, LONGEST_HEADER)))
        self.headers += 1
        endless = len(line) > LONGEST_HEADER // 4 and not line.endswith(b"\n")
        if endless or self.headers > MOST_HEADERS:
            raise ArchiveLoadFailed("a header without end")
        return line


class _Records(ArchiveIterator):  # type: ignore[misc]
    """The records of a .warc."""

    INC_RECORD = ""  # is printed; a record that does not end where it says is damage

    def __init__(self, file: Counted) -> None:
        super().__init__(file)
        self.reader = _Lines(file)
