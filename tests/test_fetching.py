"""Addresses: which are asked, and what comes back. No test opens a connection."""

import gzip
import zlib
from collections.abc import Sequence

import httpcore
import pytest

from index import fetching
from index.errors import UnreadableSource
from index.fetching import Fetched, fetch, is_public
from index.readers import read_all
from index.records import Article, Problem
from tests.samples import BODY, TITLE, page, rss, rss_item

PUBLIC = "93.184.216.34"
ADDRESS = "https://meridian.example/2024/12/07/truce"


class Server(httpcore.NetworkBackend):
    """Answers each connection with the next of its answers, and notes where it went."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.asked.append((host, port))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        pieces = [answer[start : start + 1000] for start in range(0, len(answer), 1000)]
        return httpcore.MockStream(pieces)


class Hosts:
    """Looks hosts up in a table; a name that is looked up again gets its next answer."""

    def __init__(self, **known: Sequence[str]) -> None:
        self.known = {name.replace("_", "."): list(answers) for name, answers in known.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if host not in self.known:
            return [PUBLIC]
        answers = self.known[host]
        return [answers.pop(0) if len(answers) > 1 else answers[0]]


def answer(
    body: str | bytes = "", kind: str = "text/html; charset=utf-8", status: int = 200, **more: str
) -> bytes:
    data = body if isinstance(body, bytes) else body.encode()
    headers = {"Content-Type": kind, "Content-Length": str(len(data))}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + data


def redirect(location: str) -> bytes:
    return answer(status=302, Location=location)


def refusal(address: str, *answers: bytes | Exception, hosts: Hosts | None = None) -> str:
    with pytest.raises(UnreadableSource) as caught:
        fetch(address, network=Server(*answers), resolve=hosts or Hosts())
    return str(caught.value)


# --- where it goes -----------------------------------------------------------------------------


OUTSIDE = (
    "93.184.216.34 2606:2800:220:1::1 ::ffff:93.184.216.34 64:ff9b::5db8:d822 2002:5db8:d822::1"
).split()
INSIDE = (
    "127.0.0.1 127.8.8.8 0.0.0.0 10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 100.64.0.1 "
    "198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 fe80::1 fe80::1%eth0 fc00::1 "
    "fd12:3456::1 ff02::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 64:ff9b::7f00:1 "
    "64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:c0a8:101::1 2001:0:7f00:1:: 192.0.0.8 192.0.0.170 "
    "192.88.99.1 192.0.2.1 203.0.113.9 fec0::1 feff::1 100::1 5f00::1 4000::1 2001:db8::1 "
    "3fff::1 ::93.184.216.34 64:ff9b:1::5db8:d822 ::ffff:0:5db8:d822 ::ffff:192.88.99.1 "
    "::ffff:192.0.0.8 64:ff9b::c000:8 64:ff9b::c058:6301 2002:c000:8::1 2002:c058:6301::1"
).split()


@pytest.mark.parametrize("address", [*OUTSIDE, *INSIDE, "no address"])
def test_what_is_public(address):
    assert is_public(address) is (address in OUTSIDE)


def test_the_connection_goes_to_the_address_that_was_checked():
    hosts = Hosts(meridian_example=[PUBLIC, "127.0.0.1"])
    server = Server(answer("x"))
    fetch(ADDRESS, network=server, resolve=hosts)
    assert server.asked == [(PUBLIC, 443)]
    assert hosts.asked == ["meridian.example"]


@pytest.mark.parametrize("host", ["meridian.example", "localhost", "2130706433", "[::1]"])
def test_a_host_inside_is_not_asked(host):
    server = Server(answer("secret"))
    hosts = Hosts()
    hosts.known[host.strip("[]")] = ["127.0.0.1"]
    with pytest.raises(UnreadableSource, match="not on the public internet"):
        fetch(f"http://{host}/", network=server, resolve=hosts)
    with pytest.raises(UnreadableSource, match="not on the public internet"):
        fetch(ADDRESS, network=server, resolve=lambda *_: [PUBLIC, "10.0.0.1"])
    assert server.asked == []


@pytest.mark.parametrize("inside", ["192.88.99.1", "192.0.0.8", "fec0::1", "64:ff9b::c000:8"])
def test_an_address_that_is_no_global_unicast_is_not_asked_however_it_comes(inside):
    host = f"[{inside}]" if ":" in inside else inside
    known = {"named.example": inside, inside: inside}

    def resolve(name: str, port: int) -> list[str]:
        return [known.get(name, PUBLIC)]

    for way in (f"http://{host}/", "http://named.example/"):
        for answers in ([answer("secret")], [redirect(way), answer("secret")]):
            server = Server(*answers)
            with pytest.raises(UnreadableSource, match="not on the public internet"):
                fetch(way if len(answers) == 1 else ADDRESS, network=server, resolve=resolve)
            assert all(asked == (PUBLIC, 443) for asked in server.asked)


@pytest.mark.parametrize(
    "location",
    [
        "http://inside.example/",
        "https://user:secret@meridian.example/",
        "file:///etc/passwd",
        "ftp://meridian.example/x",
        "http://",
    ],
)
def test_each_redirect_is_checked(location):
    server = Server(redirect(location), answer("secret"))
    hosts = Hosts(inside_example=["192.168.0.1"])
    with pytest.raises(UnreadableSource):
        fetch(ADDRESS, network=server, resolve=hosts)
    assert server.asked == [(PUBLIC, 443)]


def test_redirects_are_followed_and_end():
    server = Server(redirect("/a?b=ü"), redirect("http://www.example/c#d"), answer("x"))
    fetched = fetch(ADDRESS, network=server, resolve=Hosts())
    assert fetched.url == "http://www.example/c"
    assert server.asked == [(PUBLIC, 443), (PUBLIC, 443), (PUBLIC, 80)]
    said = refusal(ADDRESS, *[redirect("/again")] * 6)
    assert said == f"{ADDRESS} redirects more than 5 times. Check the address."


# --- what comes back ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "path", "suffix", "charset"),
    [
        ("text/html", "", ".html", None),
        ('Text/HTML; Charset="Windows-1252"', "", ".html", "Windows-1252"),
        ("application/rss+xml", "", ".rss", None),
        ("application/pdf", "/x", ".pdf", None),
        ("application/octet-stream", "/x.PDF", ".pdf", None),
    ],
)
def test_the_type_of_an_answer(kind, path, suffix, charset):
    fetched = fetch(ADDRESS + path, network=Server(answer("x", kind)), resolve=Hosts())
    assert fetched == Fetched(ADDRESS + path, b"x", suffix, charset)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("", bytes)]
)
def test_an_answer_may_be_packed(encoding, pack):
    data = answer(pack(page().encode()), Content_Encoding=encoding)
    assert fetch(ADDRESS, network=Server(data), resolve=Hosts()).data == page().encode()


ENDLESS = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\n\r\n" + b"x" * 21_000_000


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (answer(status=404), "there is no such page (404). Check the address."),
        (answer(status=403), "it may not be read (403)."),
        (answer(status=500), "answers with an error (500). Try again later."),
        (answer("x", Content_Length="99999999"), "has more than 20 MB"),
        (answer(gzip.compress(b"0" * 21_000_000), Content_Encoding="gzip"), "has more than 20 MB"),
        (answer(b"\x1f\x8b\x08\xff\xff", Content_Encoding="gzip"), "came damaged"),
        (answer("x", Content_Encoding="br"), "packed as br"),
        (b"no http at all\r\n\r\n", "cannot be reached"),
        (b"", "cannot be reached"),
        (httpcore.ConnectError("refused"), "cannot be reached (refused)"),
        (httpcore.ConnectTimeout(), "did not answer within 30 seconds"),
        (answer("x", "image/png"), "which holds no article"),
        (answer("x", ""), "which holds no article"),
        (ENDLESS, "more than 20 MB"),
    ],
)
def test_an_answer_that_is_of_no_use(reply, said):
    reason = refusal(ADDRESS, reply)
    assert said in reason and reason.startswith(ADDRESS) and "\n" not in reason


def test_what_is_no_web_address_is_not_asked():
    for address in ("ftp://meridian.example/", "http://", "https://[", "http://a:99999999/"):
        assert "is not an address with http:// or https://" in refusal(address)


def test_a_slow_answer_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.0)
    assert "did not answer within 0 seconds" in refusal(ADDRESS, answer("x"))


def test_a_proxy_that_is_not_used_is_named_where_a_host_is_not_reached(monkeypatch):
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("not known")

    unused = "Byline does not use the proxy that is set here"
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        for variable in (name, name.upper()):
            monkeypatch.delenv(variable, raising=False)
    assert unused not in refusal(ADDRESS, httpcore.ConnectError("refused"))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert refusal(ADDRESS, httpcore.ConnectError("refused")).endswith(
        f"{unused}, which would look up the host unchecked. "
        "Save the page in a browser and ingest the file."
    )
    with pytest.raises(UnreadableSource, match=rf"meridian\.example is not known.*{unused}"):
        fetch(ADDRESS, network=Server(), resolve=nobody)
    monkeypatch.setenv("NO_PROXY", "localhost,.example")
    assert unused not in refusal(ADDRESS, httpcore.ConnectError("refused"))


def test_the_next_address_of_a_host_is_tried():
    server = Server(httpcore.ConnectError("no route"), answer("x"))
    fetch(ADDRESS, network=server, resolve=lambda host, port: ["2606:2800::1", PUBLIC])
    assert server.asked == [("2606:2800::1", 443), (PUBLIC, 443)]


# --- addresses as sources ----------------------------------------------------------------------


def fetched(body: str | bytes, suffix: str) -> Fetched:
    data = body if isinstance(body, bytes) else body.encode()
    return Fetched(ADDRESS, data, suffix, None)


def test_an_address_is_read_as_the_file_that_it_gives(tmp_path):
    (tmp_path / "a.txt").write_text(BODY)
    asked: list[str] = []

    def get(address: str) -> Fetched:
        asked.append(address)
        return fetched(page(), ".html")

    first, second = read_all([ADDRESS, str(tmp_path / "a.txt")], fetch=get)
    assert isinstance(first, Article) and isinstance(second, Article)
    assert (first.id, first.title, first.text, first.url) == ("truce", TITLE, BODY, ADDRESS)
    assert (first.source, first.provenance["url"]) == (ADDRESS, "address")
    assert second.text == BODY and asked == [ADDRESS]

    def refused(address: str) -> Fetched:
        raise UnreadableSource("no")

    problem, article = read_all([ADDRESS, tmp_path / "a.txt"], fetch=refused)
    assert problem == Problem(ADDRESS, "no") and isinstance(article, Article)


def test_no_address_in_what_is_read_is_asked():
    asked: list[str] = []

    def get(address: str) -> Fetched:
        asked.append(address)
        return fetched(rss(rss_item(title="A", guid="1", link="https://b.example/x")), ".rss")

    [article] = read_all(["https://a.example/feed"], fetch=get)
    assert isinstance(article, Article) and article.url == "https://b.example/x"
    assert asked == ["https://a.example/feed"]
