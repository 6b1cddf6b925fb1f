"""Zip archives, archives of the web, and folders of everything."""

import gzip
import json

import pytest

from index.formats.archives import Allowance
from index.formats.document import from_bytes
from index.readers import read_all, read_document
from index.records import Article, Problem
from tests.make_samples import broken, good, write_samples
from tests.reading import read, reasons, texts
from tests.samples import (
    BODY,
    FIRST,
    SECOND,
    THIRD,
    TITLE,
    URL,
    Response,
    docx,
    page,
    paragraph,
    warc,
    zipped,
)  # fmt: skip


def within(name: str, data: bytes, allowance: Allowance) -> list[Article | Problem]:
    return list(read_document(from_bytes(name, name, data), allowance))


# --- zip ---------------------------------------------------------------------------------------


def test_an_archive_of_all_kinds():
    members = {
        "b/two.md": f"---\ntitle: Two\n---\n{SECOND}",
        "a.txt": FIRST,
        "inner.zip": zipped({"three.docx": docx(paragraph(THIRD))}),
        "rows.jsonl": json.dumps({"id": "x", "text": FIRST}),
        "photo.png": b"\x89PNG",
        ".hidden.txt": "no",
        "__MACOSX/a.txt": "no",
        "empty.txt": "",
        "b/": "",
    }
    found = read("a.zip", zipped(members))
    assert texts(found) == [FIRST, SECOND, THIRD, FIRST]
    read_in = "a.txt b/two.md empty.txt inner.zip#three.docx photo.png rows.jsonl#x".split()
    assert [item.source for item in found] == [f"a.zip#{name}" for name in read_in]


@pytest.mark.parametrize("name", ["../../x.txt", "/etc/x.txt", "C:\\x.txt", "a/\x07/x.txt"])
def test_the_names_in_an_archive_are_only_names(tmp_path, name):
    (tmp_path / "in").mkdir()
    before = sorted(tmp_path.rglob("*"))
    (tmp_path / "in" / "a.zip").write_bytes(zipped({name: BODY}))
    [article] = read_all([tmp_path / "in"])
    assert (article.id, article.text) == ("x", BODY)
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "in" / "a.zip"]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp437", ("café.txt", "Müller-Straße.txt")),
        ("cp852", ("Łódź zamknięta.txt", "Rzecznik mówi.txt")),
        ("cp866", ("Новости города.txt", "Мост закрыт.txt")),
        ("cp1251", ("Новости города.txt", "Мост закрыт.txt")),
        ("shift_jis", ("町の橋が閉まる.txt", "表の話.txt")),
        ("utf-8", ("Łódź zamknięta.txt", "町.txt")),
    ],
)
def test_names_in_an_old_zip_archive(encoding, names):
    members = {name: f"{number}".ljust(len(name.encode(encoding)), "q") for number, name in
               enumerate(names)}  # fmt: skip
    data = zipped(dict.fromkeys(members.values(), BODY))
    for name, placeholder in members.items():
        data = data.replace(placeholder.encode(), name.encode(encoding))
    found = {item.source for item in read("a.zip", data) if isinstance(item, Article)}
    assert found == {f"a.zip#{name}" for name in names}


def test_what_archives_unpack_to_is_counted_together_and_a_bomb_is_not_unpacked():
    allowance = Allowance(1_000)
    found = within("a.zip", zipped({"a.txt": b"0" * 5_000_000, "b.txt": FIRST}), allowance)
    assert texts(found) == [FIRST] and "as a zip bomb does" in reasons(found)[0]
    assert allowance.left == 1_000 - len(FIRST)
    inner = zipped({"b.txt": SECOND})
    allowance = Allowance(len(FIRST) + len(inner) + len(SECOND))
    found = within("a.zip", zipped({"a.txt": FIRST, "i.zip": inner, "z.txt": THIRD}), allowance)
    assert texts(found) == [FIRST, SECOND]
    assert "its archive unpacks to more than" in reasons(found)[0]


def spoilt(data: bytes, *places: tuple[bytes, int, bytes]) -> bytes:
    """An archive in which something at a distance from the first of some mark is replaced."""
    changed = bytearray(data)
    for mark, distance, new in places:
        at = changed.index(mark) + distance
        changed[at : at + len(new)] = new
    return bytes(changed)


TWO = zipped({"a.txt": BODY, "b.txt": FIRST})
DEEP = zipped({"a.txt": BODY})
for _ in range(3):
    DEEP = zipped({"inner.zip": DEEP})


@pytest.mark.parametrize(
    ("data", "said", "kept"),
    [
        (spoilt(TWO, (b"PK\x01\x02", 24, b"\5\0\0\0")), "is damaged inside its archive", [FIRST]),
        (spoilt(TWO, (b"PK\x03\x04", 6, b"\1"), (b"PK\x01\x02", 8, b"\1")),
         "a.zip: a.txt is locked with a password. Unpack the archive and ingest the", [FIRST]),
        (zipped({"XQXQ": "?", "a.txt": BODY}).replace(b"XQXQ", b"\0QXQ"),  # a NUL ends a name
         "a file without a name is not a format that Byline reads", [BODY]),
        (DEEP, "a.txt lies in more than 3 archives or letters", []),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_part_does_not_stop_the_rest(data, said, kept):
    found = read("a.zip", data)
    [reason] = reasons(found)
    assert texts(found) == kept and said in reason


# --- of the web ----------------------------------------------------------------------------------

PAGE = page().encode()
RESPONSES = (
    Response(URL, PAGE),
    Response("https://meridian.example/a.css", b"p {}", "text/css"),
    Response("https://meridian.example/moved", b"<p>Moved</p>", status="301 Moved Permanently"),
    Response("https://meridian.example/packed", gzip.compress(PAGE), encoding="gzip"),
)
PACKED = warc(*RESPONSES, packed=True)


@pytest.mark.parametrize(
    ("name", "data", "before"),
    [
        ("a.warc", warc(*RESPONSES), "a.warc"),
        ("a.warc.gz", PACKED, "a.warc.gz"),
        ("A.WARC.GZ", gzip.compress(warc(*RESPONSES)), "A.WARC.GZ"),
        ("a.wacz", zipped({"archive/a.warc.gz": PACKED, "pages/pages.jsonl": '{"text": "no"}'}),
         "a.wacz#archive/a.warc.gz"),
    ],
)  # fmt: skip
def test_the_pages_of_an_archive(name, data, before):
    first, second = read(name, data)
    assert [first.source, second.source] == [f"{before}#{URL}", f"{before}#{RESPONSES[3].url}"]
    assert (first.text, first.title, first.url) == (BODY, TITLE, URL)
    assert (first.provenance["url"], first.published) == ("address", None)


def test_a_page_that_was_fetched_twice_is_two_versions():
    second = Response(URL, PAGE.replace(b"immediate", b"later"))
    found = read("a.warc", warc(Response(URL, PAGE), second))
    dated = f"a.warc#2024-12-09T08:00:00Z/{URL}"
    assert [item.source for item in found] == [f"a.warc#{URL}", dated]


def test_the_encoding_is_that_of_the_response():
    body = page().replace('<meta charset="utf-8">', "").replace("truce", "trêve")
    kind = "text/html; charset=ISO-8859-15"
    [article, *_] = read("a.warc", warc(Response(URL, body.encode("latin-1"), kind)))
    assert article.title == "Three ministers ask for a trêve"


LOST = Response("https://meridian.example/x", b"<p>Gone</p>", status="404 Not Found")
BOMB = Response(URL, gzip.compress(b"<p>" * 17_000_000), encoding="gzip")


@pytest.mark.parametrize(
    ("name", "data", "count", "said"),
    [
        (
            "a.warc",
            warc(*RESPONSES, LOST),
            2,
            ": 1 page left out, for which the site answered with",
        ),
        ("a.warc", warc(*RESPONSES)[:-300], 1, " is damaged after 1 page: it is cut off"),
        ("a.warc.gz", PACKED[:-300], 1, " is damaged after 1 page: it is cut off"),
        ("a.warc", warc(BOMB, *RESPONSES[3:]), 1, ": truce has more than the 50 MB that one "),
    ],
)
def test_what_of_an_archive_was_not_read_is_told(name, data, count, said):
    found = read(name, data)
    assert len(texts(found)) == count
    assert [reason.startswith(f"{name}{said}") for reason in reasons(found)] == [True]


def test_what_an_archive_of_the_web_unpacks_to_is_counted():
    found = within("a.warc.gz", PACKED, Allowance(100))
    assert not texts(found) and "unpacks to more than" in reasons(found)[0]


# --- folders -----------------------------------------------------------------------------------


def test_a_folder_of_everything(tmp_path):
    folder = tmp_path / "samples"
    write_samples(folder)
    found = list(read_all([folder]))
    for name in good():
        path = str(folder / "good" / name)
        assert any(isinstance(item, Article) and item.source.startswith(path) for item in found)
    harmless = {"escaping.zip", "cut-utf-16.md"}
    for name in {*broken(), "one-line.txt", "itself.txt", "pipe.txt"} - harmless:
        path = str(folder / "broken" / name)
        named = [item for item in found if item.source.startswith(path)]
        assert named and not texts(named)[1:], name
        for reason in reasons(named):
            assert "\n" not in reason and len(reason) < 300


LITTER = (".DS_Store", "Thumbs.db", "desktop.ini", "~$story.docx", "._story.docx", "__MACOSX/a.txt")


def test_litter_and_what_a_browser_saves_beside_a_page_are_passed_over(tmp_path):
    for name in (*LITTER, "story_files/script.js", "other_files/a.txt", "story.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>")
    found = list(read_all([tmp_path]))
    assert texts(found) == [BODY, BODY] and not reasons(found)
    packed = zipped({f"a/{name}": BODY for name in (*LITTER, "story.txt")})
    assert texts(read("a.zip", packed)) == [BODY]
