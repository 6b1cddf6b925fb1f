"""What cannot be read, of each format: one line that says what is wrong and what to do."""

import gzip

import pytest

from index.formats.archives import LARGEST_RATIO
from index.formats.document import LARGEST_FILE, LONGEST_LINE
from index.readers import read_file
from index.records import Problem
from tests.office import epub, msg, odt, rtf, xlsx
from tests.reading import read, reasons
from tests.samples import (
    BODY,
    FIRST,
    Response,
    docx,
    letter,
    paragraph,
    parts,
    pdf,
    rss,
    warc,
    zipped,
)  # fmt: skip

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCK = (
    '<encryption><CipherReference xmlns="http://www.w3.org/2001/04/xmlenc#" URI="OEBPS/a.xhtml"/>'
    "</encryption>"
)
EMPTY = "is empty. Put the article's text in it, or leave it out."
NO_ROWS = "is empty. Give it one article per line, or leave it out."
NO_TEXT = "is not a text file. Save the article as text in UTF-8."
DAMAGED = (
    "is damaged: it is cut off or was changed on the way. Copy it again, or open it in the program "
    "that it comes from and save it anew."
)
PAGE = pdf([[(72, 700, 12, FIRST)]])
STYLE = Response("https://meridian.example/a.css", b"p {}", "text/css")
CASES = [
    ("a.txt", b"", EMPTY),
    ("a.txt", b" \n\t\n", EMPTY),
    ("a.md", b"\xef\xbb\xbf", EMPTY),
    ("a.txt", b"PNG\0\1\2", NO_TEXT),
    ("a.txt", f"{BODY}\n{'x' * (LONGEST_LINE + 1)}",
     "has a line of 2,000,001 characters: that is data, not an article. "
     "Break its lines, or leave it out."),
    ("a.jsonl", b"\n \n", NO_ROWS),
    ("a.json", "", "is empty."),
    ("a.json", '{"text": "no end', "is not valid JSON."),
    ("a.json", "[" * 100_000, "is not valid JSON."),
    ("a.json", '{"name": "a program", "files": ["x"]}', "holds no article: nothing in it is"),
    ("a.csv", "", NO_ROWS),
    ("a.csv", "text,title\n,\n\n", NO_ROWS),
    ("a.csv", "name,age\nOla,40\n", 'has no column "text" (its first line: ["name", "age"]). '
     "Name the columns in the first line."),
    ("a.csv", b"PK\x03\x04..", "is a zip archive or a Word file by its contents. "
     "Rename it to end in .zip or .docx."),
    ("a.xml", "", "is empty"),
    ("a.xml", "<a/>", "is XML, but no RSS or Atom feed"),
    ("a.xml", "/etc/passwd", "is XML, but no RSS or Atom feed"),
    ("a.xml", rss(), "is a feed without entries"),
    ("a.html", "", "is empty."),
    ("a.html", "<html></html>", "holds no article"),
    ("a.html", '<div id="root"></div><script>draw()</script>', "holds no article"),
    ("a.html", "<p>" * 2_000_000, "has more markup"),
    ("a.html", b"%PDF-1.4 ...", "is a PDF by its contents"),
    ("a.mhtml", b"Subject: x\n\nno page", "holds no page"),
    ("a.pdf", b"", EMPTY),
    ("a.pdf", pdf([[(72, 700, 12, FIRST)]], encrypted=True),
     "is locked with a password. Save a copy without one."),
    ("a.pdf", pdf([[], []]), "has nothing on its pages, neither text nor pictures. Leave it out."),
    ("a.pdf", PAGE[:150], DAMAGED),
    ("a.pdf", BODY, "is not a PDF by its contents. Leave it out."),
    ("a.docx", b"", "is empty"),
    ("a.docx", OLD_OFFICE, "is locked with a password or in an old Office format"),
    ("a.docx", docx(paragraph(FIRST))[:200], DAMAGED),
    ("a.docx", zipped({"a.txt": BODY}), "is not a Word file"),
    ("a.docx", zipped({"word/document.xml": "<w:document"}), DAMAGED),
    ("a.docx", b"plain text", "is not a Word file"),
    ("a.docx", docx(paragraph("x" * (LARGEST_FILE + 1))), "unpacks to more than 50 MB"),
    ("a.odt", zipped({"a.txt": BODY}), "is not an OpenDocument text"),
    ("a.odt", zipped({"content.xml": "<a/>", "META-INF/manifest.xml": "<encryption-data/>"}),
     "is locked with a password"),
    ("a.odt", odt("<text:p>" + "x" * 2_000_000 + "</text:p>"),
     f": content.xml unpacks to {LARGEST_RATIO} times its size"),
    ("a.rtf", b" ", "is empty"),
    ("a.rtf", b"plain text", "is not a rich text file"),
    ("a.rtf", rtf(""), "is empty"),
    ("a.epub", zipped({"a.txt": BODY}), "is not an EPUB"),
    ("a.epub", epub({"a.xhtml": FIRST}, parts={"META-INF/encryption.xml": LOCK}),
     "is locked by its shop"),
    ("a.pptx", zipped({"a.txt": BODY}), "is not a file of slides"),
    ("a.xlsx", OLD_OFFICE, "is locked with a password or in an old Office format"),
    ("a.xlsx", zipped({"a.txt": BODY}), DAMAGED),
    ("a.xlsx", xlsx({"A": []}), "is empty"),
    ("a.eml", parts("encrypted", ("application/pgp-encrypted", "Version: 1")), "is encrypted"),
    ("a.eml", parts("related", ("text/html", "<img src='cid:1'>"), ("image/png", "x")),
     "holds no text, only pictures (1)"),
    ("a.eml", parts("mixed", ("text/calendar", "BEGIN:VCALENDAR")),
     "holds what Byline does not read (part-1.ics)"),
    ("a.eml", b"Subject: x\n\n", "is a letter without text"),
    ("a.eml", b"Content-Type: multipart/mixed; boundary=x\n" + b"\n--x\n" * 20_001,
     "has more parts than a letter has"),
    ("a.mbox", BODY, "holds no letters"),
    ("a.msg", letter(), "is no letter of Outlook's"),
    ("a.msg", msg({"1000": BODY})[:700], DAMAGED),
    ("a.msg", msg({"1009": b"LZFu"}), "holds its text in a form that is not read"),
    ("a.msg", msg({"8001": b"x"}, sent=0), "holds no letter"),
    *(("a.zip", zipped({"a.txt": BODY * 9})[:cut], DAMAGED) for cut in (10, 200)),
    *(("a.zip", zipped(members), "holds no files that are not hidden. Leave it out.")
      for members in ({}, {"a/": ""}, {".hidden.txt": BODY})),
    ("a.warc", b"hello", "is damaged, or no web archive"),
    ("a.warc", b"", ""),
    ("a.warc", b"WARC/1.0\r\n" + b"X: y\r\n" * 5000, "is damaged, or no web archive"),
    ("a.warc.gz", gzip.compress(b"WARC/1.0\r\nA: " + b"x" * 9_000_000), "is damag"),
    ("a.warc", warc(STYLE), "holds no web page. Leave it out."),
    ("a.wacz", zipped({"a.json": "{}"}), "holds no pages. Leave it out."),
    *((f"a{old}", OLD_OFFICE, "is in a format that Byline does not read. Open it in the program it "
       f"comes from, or in LibreOffice, and save it as {new}.")
      for old, new in ((".doc", ".docx"), (".xls", ".xlsx"), (".ppt", ".pptx"), (".ods", ".xlsx"),
                       (".pages", ".docx"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [pytest.param(*case, id=f"{number}-{case[0]}") for number, case in enumerate(CASES)],
)
def test_what_cannot_be_read_is_one_problem(name, data, said, capsys):
    [problem] = read(name, data)
    assert isinstance(problem, Problem) and not problem.warning
    assert problem.reason.startswith(f"{name}{said if said.startswith(':') else f' {said}'}")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.rtf", rtf(rf"{FIRST}\v Hidden words"), "has hidden text (12 characters)"),
        ("a.rtf", rtf(FIRST)[:-1], "ends before its text does: it was cut off"),
        ("a.rtf", rtf(FIRST + r"{\object{\*\objdata 0011}}"), "holds 1 embedded object that"),
        ("a.docx", docx(paragraph(FIRST), parts={"word/charts/chart1.xml": "x"}),
         "holds 1 chart that Byline does not read. Save what is in there as a file of its own."),
        ("a.docx", docx(paragraph(FIRST), parts={"word/charts/chart1.xml": "x",
                                                 "word/embeddings/a.xlsx": "x"}),
         "holds 1 chart and 1 embedded file that Byline does not read"),
        ("a.docx", docx(paragraph(FIRST) + "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden.</w:t>"
                        "</w:r></w:p>"), "has hidden text (7 characters), left out."),
    ],
)  # fmt: skip
def test_what_is_not_read_whole_is_told_with_the_article(name, data, said):
    article, problem = read(name, data)
    assert article.text.startswith(FIRST) and problem.warning
    assert problem.reason.startswith(f"{name} {said}")


def test_a_file_that_is_too_large_is_not_opened(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert reasons(read_file(path)) == [
        "a.txt has 50 MB, more than the 50 MB that one article may have. "
        "Split it: a file, or a row of a .jsonl, for each article."
    ]
