"""Tables, feeds and archives."""

import datetime as dt
import json

import pytest

from index.formats.archives import Allowance
from index.formats.document import from_bytes
from index.readers import read_all, read_document
from index.records import Article, Problem
from tests.make_samples import broken, good, write_samples
from tests.reading import one, read, reasons, texts
from tests.samples import (
    BODY,
    FIRST,
    SECOND,
    THIRD,
    URL,
    atom,
    docx,
    paragraph,
    rss,
    rss_item,
    told,
    zipped,
)

DAY = dt.date(2024, 12, 7)


# --- tables ------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table(separator, encoding):
    rows = [
        ["Headline", "Body", "Date", "Authors", "Ignored"],
        ["The café", f'"{FIRST}\r\n\r\n{SECOND} “Yes”"', "2024-12-07", "Ola Berg", "x"],
        ["", FIRST, "", "", ""],
    ]
    data = "\r\n".join(separator.join(row) for row in rows).encode(encoding)
    first, second = read("a.csv", data)
    assert isinstance(first, Article) and isinstance(second, Article)
    assert (first.title, first.text) == ("The café", f"{FIRST}\n\n{SECOND} “Yes”")
    assert (first.published, first.authors) == (DAY, ("Ola Berg",))
    assert set(told(first).values()) == {"row"}
    assert (second.text, told(second)) == (FIRST, {})


def test_a_long_article_fits_into_a_table():
    text = f"{FIRST} " * 4000
    assert one("a.tsv", f"text\tid\n{text}\t7\n").text == text.strip()


def test_a_row_that_cannot_be_used_does_not_stop_the_others():
    found = read("a.csv", f"text,date\n{FIRST},soon\n{SECOND},2024-12-07\n,\n{THIRD}\n")
    assert texts(found) == [FIRST, THIRD]
    assert reasons(found) == [
        'a.csv, line 2: "date" is not an ISO date: "soon". Write it as 2024-12-07.',
        "a.csv, line 3: has 4 values for 2 columns. Put the text in quotation marks.",
    ]


# --- feeds -------------------------------------------------------------------------------------


def test_an_rss_feed():
    item = rss_item(
        title="Three ministers ask &lt;i&gt;again&lt;/i&gt;",
        link=URL,
        guid="1",
        pubDate="Sat, 07 Dec 2024 23:30:00 -0500",
        **{"dc:creator": "Ola Berg"},
    )
    article = one("a.rss", rss(item))
    assert (article.title, article.text) == ("Three ministers ask again", BODY)
    assert (article.published, article.url, article.authors) == (DAY, URL, ("Ola Berg",))
    assert (article.publisher, article.provenance["publisher"]) == ("Meridian Daily", "feed title")
    assert article.source == f"a.rss#{article.id}"


def test_the_day_of_a_change_is_no_day_of_publication():
    changed = f"<title>x</title><id>1</id><updated>2024-12-07T00:00:00Z</updated><content>{FIRST}"
    article = one("a.atom", atom(f"{changed}</content>"))
    assert (article.published, article.text) == (None, FIRST)
    dated = one(
        "b.atom",
        atom(f"{changed}</content><published>2024-12-07T00:00:00Z</published>"),
    )
    assert dated.published == DAY


def test_entries_keep_their_ids_and_summaries_are_named():
    items = [
        rss_item(title="A", guid="1"),
        f"<item><title>B</title><guid>2</guid><description>{FIRST}</description></item>",
        "<item><title>C</title><guid>3</guid></item>",
    ]
    first = read("a.rss", rss(*items))
    again = read("a.rss", rss(*reversed(items)))
    assert texts(first) == [BODY, FIRST]
    ids = [{item.id for item in found if isinstance(item, Article)} for found in (first, again)]
    assert ids[0] == ids[1] and len(ids[0]) == 2
    assert reasons(first) == [
        'a.rss: "C" holds no text. Ingest its address.',
        "a.rss: 2 of 3 entries hold no more than a summary. For the whole articles, ingest their "
        "addresses.",
    ]


# --- archives ----------------------------------------------------------------------------------


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
    assert [item.source for item in found] == [
        f"a.zip#{name}"
        for name in ("a.txt", "b/two.md", "empty.txt", "inner.zip#three.docx", "photo.png",
                     "rows.jsonl#x")
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["../../x.txt", "/etc/x.txt", "C:\\x.txt", "a/\x07/x.txt"])
def test_the_names_in_an_archive_are_only_names(tmp_path, name):
    (tmp_path / "in").mkdir()
    before = sorted(tmp_path.rglob("*"))
    (tmp_path / "in" / "a.zip").write_bytes(zipped({name: BODY}))
    [article] = read_all([tmp_path / "in"])
    assert (article.id, article.text) == ("x", BODY)
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "in" / "a.zip"]


def test_a_bomb_is_not_unpacked():
    allowance = Allowance(1_000)
    data = zipped({"a.txt": b"0" * 5_000_000, "b.txt": FIRST})
    found = list(read_document(from_bytes("a.zip", "a.zip", data), allowance))
    assert texts(found) == [FIRST]
    assert "as a zip bomb does" in reasons(found)[0]
    assert allowance.left == 1_000 - len(FIRST)


def test_a_part_without_a_name_does_not_stop_the_rest():
    data = zipped({"XQXQ": "?", "a.txt": BODY}).replace(b"XQXQ", b"\0QXQ")  # a NUL ends a name
    found = read("a.zip", data)
    assert [item.text for item in found if isinstance(item, Article)] == [BODY]
    (problem,) = (item for item in found if isinstance(item, Problem))
    assert problem.reason.startswith("a file without a name is not a format that Byline reads")


def test_what_archives_unpack_to_is_counted_together():
    inner = zipped({"b.txt": SECOND})
    data = zipped({"a.txt": FIRST, "inner.zip": inner, "z.txt": THIRD})
    allowance = Allowance(len(FIRST) + len(inner) + len(SECOND))
    found = list(read_document(from_bytes("a.zip", "a.zip", data), allowance))
    assert texts(found) == [FIRST, SECOND]
    assert "its archive unpacks to more than" in reasons(found)[0]


def test_a_member_that_lies_about_its_size():
    data = bytearray(zipped({"a.txt": BODY, "b.txt": FIRST}))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = (5).to_bytes(4, "little")
    found = read("a.zip", bytes(data))
    assert texts(found) == [FIRST] and "is damaged inside its archive" in reasons(found)[0]


def test_archives_in_archives_end_somewhere():
    data = zipped({"a.txt": BODY})
    for _ in range(3):
        data = zipped({"inner.zip": data})
    assert texts(read("a.zip", zipped({"b.txt": FIRST}))) == [FIRST]
    [reason] = reasons(read("b.zip", data))
    assert reason.startswith("a.txt lies in more than 3 archives or letters")


def test_a_locked_member_is_named():
    data = bytearray(zipped({"a.txt": BODY, "b.txt": FIRST}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    found = read("a.zip", bytes(data))
    assert texts(found) == [FIRST]
    assert reasons(found) == [
        "a.zip: a.txt is locked with a password. Unpack the archive and ingest the folder."
    ]


# --- all of them -------------------------------------------------------------------------------


def test_a_folder_of_everything(tmp_path):
    folder = tmp_path / "samples"
    write_samples(folder)
    found = list(read_all([folder]))
    for name in good():
        path = str(folder / "good" / name)
        assert any(isinstance(item, Article) and item.source.startswith(path) for item in found)
    harmless = {"escaping.zip", "cut-utf-16.md"}
    more = {"one-line.txt", "itself.txt", "pipe.txt"}
    for name in {*broken(), *more} - harmless:
        path = str(folder / "broken" / name)
        named = [item for item in found if item.source.startswith(path)]
        assert named and not texts(named)[1:], name
        for reason in reasons(named):
            assert "\n" not in reason and len(reason) < 300


def test_what_a_browser_saves_beside_a_page_is_passed_over(tmp_path):
    (tmp_path / "story_files").mkdir()
    (tmp_path / "story_files" / "script.js").write_text("x")
    (tmp_path / "other_files").mkdir()
    (tmp_path / "other_files" / "a.txt").write_text(BODY)
    (tmp_path / "story.html").write_text(f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>")
    found = list(read_all([tmp_path]))
    assert texts(found) == [BODY, BODY] and not reasons(found)
