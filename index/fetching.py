"""One page, feed or file from an address that the user wrote, and nothing else.

Only http and https, and only hosts of the public internet: a host's addresses are
looked up once, all of them are checked, and the connection goes to one of those,
so that a name cannot mean another machine by the time it is used. Each redirect
is checked in the same way. Size and time are limited in all. No proxy is used,
because it would look up the name itself; who has one set is told so where a host
cannot be reached.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from index.errors import UnreadableSource

if TYPE_CHECKING:
    import httpcore

LARGEST_ANSWER = 20_000_000
"""Bytes, unpacked."""
MOST_SECONDS = 30.0
"""For one address, with all its redirects."""
MOST_REDIRECTS = 5
REDIRECTS = frozenset((301, 302, 303, 307, 308))

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host for a port."""

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/rss+xml": ".rss",
    "application/rdf+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_SAVE = "Save the page in a browser and ingest the file."
# Types that say nothing of the format: there the end of the address tells.
_VAGUE = frozenset(("text/plain", "application/octet-stream", "binary/octet-stream", ""))
_HEADERS = [
    ("User-Agent", "Byline (one page, asked for by its reader)"),
    ("Accept", ", ".join([*_SUFFIXES, "*/*;q=0.1"])),
    ("Accept-Encoding", "gzip, identity"),
    ("Connection", "close"),
]
_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""Where all global unicast addresses of IPv6 lie."""
_SPECIAL = (
    ipaddress.ip_network("192.0.0.0/24"),  # the IETF's own protocols (RFC 6890)
    ipaddress.ip_network("192.88.99.0/24"),  # relays of 6to4 (RFC 7526)
    ipaddress.ip_network("3fff::/20"),  # documentation (RFC 9637)
)
"""Ranges that not every Python's `is_global` knows to be none."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    url: str
    """The address after all redirects."""
    data: bytes
    suffix: str
    """The format, as a file's name would end: ".html"."""
    charset: str | None


def is_address(text: str) -> bool:
    """Whether `text` is written as a web address rather than as a path."""
    return text.lower().startswith(("http://", "https://"))


def fetch(
    address: str,
    *,
    network: httpcore.NetworkBackend | None = None,
    resolve: Resolve | None = None,
) -> Fetched:
    """What stands at an address.

    Args:
        address: as the user wrote it.
        network: what opens connections, for tests.
        resolve: what looks up hosts, for tests.

    Raises:
        UnreadableSource: it is not allowed, not reached, too large, too slow or of no use.
    """
    import httpcore

    deadline = time.monotonic() + MOST_SECONDS
    checked = _checked_network(network or httpcore.SyncBackend(), resolve or _resolve, deadline)
    url = address.strip()
    try:
        with httpcore.ConnectionPool(network_backend=checked) as pool:
            for _ in range(MOST_REDIRECTS + 1):
                answer = _get(pool, address, _usable(address, url))
                if isinstance(answer, Fetched):
                    return answer
                try:
                    url = urljoin(url, answer)
                except ValueError:
                    url = answer
    except httpcore.TimeoutException:
        again = _proxy_unused(url) or "Try again later, or save the page and ingest the file."
        late = f"did not answer within {MOST_SECONDS:.0f} seconds. {again}"
        raise _error(address, late) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        check = _proxy_unused(url) or "Check the address and the connection."
        why = str(error) or type(error).__name__
        raise _error(address, f"cannot be reached ({why}). {check}") from None
    raise _error(address, f"redirects more than {MOST_REDIRECTS} times. Check the address.")


def _error(address: str, said: str) -> UnreadableSource:
    return UnreadableSource(f"{shown(address)} {said}")


def shown(address: str) -> str:
    """An address as a message shows it."""
    return address if len(address) <= 100 else address[:99] + "…"


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, for all that it may contain.

    Some IPv6 addresses hold an IPv4 address to which a gateway passes on; that one
    has to be public.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    held: list[_Ip | None] = []
    if isinstance(ip, ipaddress.IPv6Address):
        held = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            held.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    inside = [part for part in held if part is not None]
    return all(map(_is_global_unicast, inside or [ip]))


def _is_global_unicast(ip: _Ip) -> bool:
    if ip.version == 6 and ip not in _UNICAST:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return not any(ip in network for network in _SPECIAL)


# --- one request -------------------------------------------------------------------------------


def _usable(address: str, url: str) -> str:
    """`url` as it is asked for.

    Raises:
        UnreadableSource: it is none that may be asked for.
    """
    where = "" if url == address.strip() else f"leads to {shown(url)}, which "
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise _error(address, f"{where}is not an address with http:// or https://. Check it.")
    if parts.username is not None or parts.password is not None:
        raise _error(address, f"{where}holds a user name or a password. {_SAVE}")
    at = f"[{host}]" if ":" in host else host
    at += f":{port}" if port else ""
    safe = "/%:@!$&'()*+,;=~-._?"
    query = f"?{quote(parts.query, safe)}" if parts.query else ""
    return f"{parts.scheme.lower()}://{at}{quote(parts.path, safe) or '/'}{query}"


def _proxy_unused(url: str) -> str:
    """What to say where a proxy is set for an address that was not reached; else nothing."""
    parts = urlsplit(url)
    if not getproxies().keys() & {parts.scheme, "all"} or proxy_bypass(parts.hostname or ""):
        return ""
    return (
        "Byline does not use the proxy that is set here, which would look up the host unchecked. "
        f"{_SAVE}"
    )


def _get(pool: httpcore.ConnectionPool, address: str, url: str) -> Fetched | str:
    """What is at `url`, or where it redirects to."""
    limits = dict.fromkeys(("connect", "read", "write", "pool"), MOST_SECONDS)
    with pool.stream("GET", url, headers=_HEADERS, extensions={"timeout": limits}) as answer:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in answer.headers
        }
        if answer.status in REDIRECTS and "location" in headers:
            return headers["location"]
        if answer.status != 200:
            raise _error(address, f"answers {_meaning(answer.status)}")
        kind, charset = _content_type(headers.get("content-type", ""))
        suffix = _SUFFIXES.get(kind)
        ending = PurePosixPath(urlsplit(url).path).suffix.lower()
        if kind in _VAGUE and ending in _SUFFIXES.values():
            suffix = ending
        if suffix is None:
            raise _error(
                address,
                f"is of the type {kind or 'unknown'}, which holds no article. Give the address of "
                "a page, a feed or a PDF.",
            )
        length = headers.get("content-length", "")
        if length.isdigit() and int(length[:20]) > LARGEST_ANSWER:
            raise _too_large(address)
        data = _body(answer.iter_stream(), headers.get("content-encoding", ""), address)
        return Fetched(url, data, suffix, charset)


def _meaning(status: int) -> str:
    if status in (401, 402, 403, 451):
        return f"that it may not be read ({status}). {_SAVE}"
    if status in (404, 410):
        return f"that there is no such page ({status}). Check the address."
    return f"with an error ({status}). Try again later."


def _content_type(header: str) -> tuple[str, str | None]:
    """The type in small letters and the encoding of a Content-Type header."""
    kind, *options = header.split(";")
    found = (option.partition("=") for option in options)
    charsets = [
        value.strip(" \"'") for name, _, value in found if name.strip().lower() == "charset"
    ]
    return kind.strip().lower(), charsets[0] if charsets else None


def _body(chunks: Iterable[bytes], encoding: str, address: str) -> bytes:
    """The bytes of an answer, unpacked."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise _error(address, f"is packed as {encoding[:20]}, which was not asked for. {_SAVE}")
    parts = bytearray()
    try:
        for part in chunks if encoding in ("", "identity") else _unpacked(chunks):
            parts += part
            if len(parts) > LARGEST_ANSWER:
                raise _too_large(address)
    except zlib.error:
        raise _error(address, "came damaged: it cannot be unpacked. Try again.") from None
    return bytes(parts)


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What is packed by gzip or deflate, unpacked in pieces of at most a megabyte."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for chunk in chunks:
        while chunk:
            yield unpacker.decompress(chunk, 1_000_000)
            chunk = unpacker.unconsumed_tail
    yield unpacker.flush()


def _too_large(address: str) -> UnreadableSource:
    size = LARGEST_ANSWER // 1_000_000
    return _error(address, f"has more than {size} MB. Save the article alone and ingest the file.")


# --- the network -------------------------------------------------------------------------------


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _checked_network(
    network: httpcore.NetworkBackend, resolve: Resolve, deadline: float
) -> httpcore.NetworkBackend:
    """`network`, but for public hosts alone, and only until the deadline."""
    import httpcore

    def left() -> float:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds

    class Stream(httpcore.NetworkStream):
        """A connection; every reading and writing ends at the deadline."""

        def __init__(self, inner: httpcore.NetworkStream) -> None:
            self._inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return self._inner.read(max_bytes, left())

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._inner.write(buffer, left())

        def close(self) -> None:
            self._inner.close()

        def get_extra_info(self, info: str) -> object:
            return self._inner.get_extra_info(info)

        def start_tls(self, *args: object, **known: object) -> httpcore.NetworkStream:
            known["timeout"] = left()
            return Stream(self._inner.start_tls(*args, **known))  # type: ignore[arg-type]

    class Network(httpcore.NetworkBackend):
        """Looks a host up once, checks all that it may be, and connects to just that."""

        def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> Stream:
            try:
                addresses = resolve(host, port)
            except OSError:
                raise httpcore.ConnectError(f"the host {shown(host)} is not known") from None
            if not addresses or not all(map(is_public, addresses)):
                raise UnreadableSource(
                    f"the host {shown(host)} is not on the public internet, so it is not asked. "
                    "Save the page and ingest the file."
                )
            # The first of the addresses that takes a connection.
            for address in addresses[:-1]:
                with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                    return Stream(network.connect_tcp(address, port, timeout=left() / 2))
            return Stream(network.connect_tcp(addresses[-1], port, timeout=left()))

    return Network()
