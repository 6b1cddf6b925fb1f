"""Archives of the web: each HTML response is a page, fetched from the response's address."""

import gzip

import pytest

from index.formats.archives import Allowance
from index.formats.document import from_bytes
from index.readers import read_document
from index.records import Article, Problem
from tests.samples import BODY, TITLE, URL, Response, page, warc, zipped

PAGE = page().encode()


def read(name: str, data: bytes, allowance: Allowance | None = None) -> list[Article | Problem]:
    return list(read_document(from_bytes(name, name, data), allowance))


def articles(items) -> list[Article]:
    return [item for item in items if isinstance(item, Article)]


def reasons(items) -> list[str]:
    return [item.reason for item in items if isinstance(item, Problem)]


RESPONSES = (
    Response(URL, PAGE),
    Response("https://meridian.example/a.css", b"p {}", "text/css"),
    Response("https://meridian.example/moved", b"<p>Moved</p>", status="301 Moved Permanently"),
    Response("https://meridian.example/packed", gzip.compress(PAGE), encoding="gzip"),
)
WACZ = zipped(
    {"archive/a.warc.gz": warc(*RESPONSES, packed=True), "pages/pages.jsonl": '{"text": "no"}'}
)


@pytest.mark.parametrize(
    ("name", "data", "before"),
    [
        ("a.warc", warc(*RESPONSES), "a.warc"),
        ("a.warc.gz", warc(*RESPONSES, packed=True), "a.warc.gz"),
        ("A.WARC.GZ", gzip.compress(warc(*RESPONSES)), "A.WARC.GZ"),
        ("a.wacz", WACZ, "a.wacz#archive/a.warc.gz"),
    ],
)
def test_the_pages_of_an_archive(name, data, before):
    found = read(name, data)
    assert [item.source for item in found] == [
        f"{before}#{URL}", f"{before}#https://meridian.example/packed"
    ]  # fmt: skip
    first = articles(found)[0]
    assert (first.text, first.title, first.url) == (BODY, TITLE, URL)
    assert (first.provenance["url"], first.published) == ("address", None)


def test_a_page_that_was_fetched_twice_is_two_versions():
    second = Response(URL, PAGE.replace(b"immediate", b"later"))
    found = read("a.warc", warc(Response(URL, PAGE), second))
    assert [item.source for item in found] == [
        f"a.warc#{URL}", f"a.warc#2024-12-09T08:00:00Z/{URL}"
    ]  # fmt: skip


def test_the_encoding_is_that_of_the_response():
    body = page().replace('<meta charset="utf-8">', "").replace("truce", "trêve")
    kind = "text/html; charset=ISO-8859-15"
    article = articles(read("a.warc", warc(Response(URL, body.encode("latin-1"), kind))))[0]
    assert article.title == "Three ministers ask for a trêve"


def test_pages_that_a_site_could_not_give_are_told():
    lost = Response("https://meridian.example/x", b"<p>Gone</p>", status="404 Not Found")
    found = read("a.warc", warc(*RESPONSES, lost))
    assert len(articles(found)) == 2
    assert reasons(found) == [
        "a.warc: 1 page left out, for which the site answered with an error. "
        "Fetch again what you need."
    ]


@pytest.mark.parametrize(("name", "packed"), [("a.warc", False), ("a.warc.gz", True)])
def test_an_archive_that_was_cut_off_is_read_up_to_there(name, packed):
    found = read(name, warc(*RESPONSES, packed=packed)[:-300])
    assert len(articles(found)) == 1
    [reason] = reasons(found)
    assert reason.startswith(f"{name} is damaged after 1 page: it is cut off")


def test_what_an_archive_unpacks_to_is_counted():
    allowance = Allowance(100)
    found = read("a.warc.gz", warc(*RESPONSES, packed=True), allowance)
    assert not articles(found) and "unpacks to more than" in reasons(found)[0]


def test_a_page_that_unpacks_without_end_is_not_held():
    bomb = Response(URL, gzip.compress(b"<p>" * 17_000_000), encoding="gzip")
    found = read("a.warc", warc(bomb, *RESPONSES[3:]))
    assert len(articles(found)) == 1
    assert reasons(found)[0].endswith("has more than the 50 MB that one article may have.")
