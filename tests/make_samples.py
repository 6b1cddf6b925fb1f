"""Writes a folder with one real-looking file of each format and the broken ones beside them.

Run it as a script: python tests/make_samples.py FOLDER [--large]
It prints what came out of each file. With --large, the file with one line of 200 MB
has that size; without, it is a sparse file of the same length.
"""

import gzip
import json
import os
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from index.readers import read_all  # noqa: E402
from index.records import Article, Problem  # noqa: E402
from tests import office, samples  # noqa: E402
from tests.samples import BODY, FIRST, SECOND, THIRD, TITLE, URL, column, paragraph  # noqa: E402

LARGE = 200_000_000
LD = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": TITLE,
    "datePublished": "2024-12-07T18:30:00+01:00",
    "dateModified": "2025-01-02T08:00:00+01:00",
    "author": [{"@type": "Person", "name": "Ola Berg"}, {"@type": "Person", "name": "Lena Dahl"}],
    "publisher": {"@type": "NewsMediaOrganization", "name": "Meridian Daily"},
    "inLanguage": "en-GB",
}
GERMAN = (
    "Die Minister der drei Länder haben sich am Samstag in der Hafenstadt getroffen und um eine "
    "Waffenruhe gebeten. Sie werden sich im nächsten Monat wieder treffen, sagte ein Sprecher, der "
    "auch mit den anderen gesprochen hat, und zwar in einer der drei Hauptstädte."
)


CRAWLED = {
    "authors": ["Ola Berg"],
    "date_download": "2025-01-02 08:00:00",
    "date_publish": "2024-12-07 18:30:00",
    "maintext": BODY,
    "source_domain": "meridian.example",
    "title": TITLE,
    "url": URL,
}
"""An article as a crawler stores it."""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Meridian Daily",
    "items": [
        {"id": "1", "url": URL, "title": TITLE, "content_html": f"<p>{FIRST}</p><p>{SECOND}</p>"}
    ],
}
RESPONSES = (
    samples.Response(URL, samples.page().encode()),
    samples.Response("https://meridian.example/style.css", b"p {}", "text/css"),
)


def good() -> dict[str, bytes]:
    """One file of each format, by name."""
    head = f'<title>{TITLE} | Meridian Daily</title><link rel="canonical" href="{URL}">'
    data = f'<script type="application/ld+json">{json.dumps(LD)}</script>'
    row = {"id": "s-1", "title": TITLE, "text": BODY, "published": "2024-12-07", "url": URL}
    item = samples.rss_item(
        title=TITLE, link=URL, guid=URL, pubDate="Sat, 07 Dec 2024 18:30:00 +0100"
    )
    entry = (
        f'<title>{TITLE}</title><id>urn:1</id><link href="{URL}"/><author><name>Ola Berg</name>'
        "</author><published>2024-12-07T18:30:00Z</published><updated>2025-01-01T00:00:00Z"
        f'</updated><content type="html">&lt;p&gt;{FIRST}&lt;/p&gt;&lt;p&gt;{SECOND}&lt;/p&gt;'
        "</content>"
    )
    markdown = (
        f"---\ntitle: {TITLE}\ndate: 2024-12-07\nauthor: Ola Berg\nsource: Meridian Daily\n"
        f"url: {URL}\n---\n\n{BODY}\n"
    )
    return {
        "plain.txt": f"{TITLE}\nBy Ola Berg\nDec. 7, 2024\n\n{BODY}\n\nSource: {URL}\n".encode(),
        "old-encoding.txt": f"“The café,” he said – “is closed.”\n\n{BODY}".encode("cp1252"),
        "german.txt": GERMAN.encode(),
        "front-matter.md": markdown.encode(),
        "page.html": samples.page(head + data).encode(),
        "page.mhtml": samples.mhtml(samples.page(head)),
        "two-columns.pdf": two_columns(),
        "story.docx": samples.docx(
            paragraph(TITLE, "Heading1")
            + paragraph("By Ola Berg")
            + paragraph("7 December 2024")
            + "".join(map(paragraph, (FIRST, SECOND, THIRD))),
            properties={"creator": "Desk User", "title": "Template"},
        ),
        "notes.docx": samples.docx(
            f'<w:p><w:r><w:t>{FIRST}</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
            + "".join(map(paragraph, (SECOND, THIRD))),
            parts={"word/footnotes.xml": office.notes("footnote", {2: "The fourth was ill."})},
        ),
        "story.odt": office.odt(
            f"<text:h>{TITLE}</text:h><text:p>{FIRST}<text:note><text:note-body><text:p>The fourth "
            f"was ill.</text:p></text:note-body></text:note></text:p><text:p>{SECOND}</text:p>"
        ),
        "story.rtf": office.rtf(
            rf"{{\b {TITLE}}}\par {FIRST}{{\footnote The fourth was ill.}}\par {SECOND}\par "
            rf"North\cell 12\cell\row {{\f1 \'a3ukasz}} \u8212? {THIRD}"
        ),
        "weekly.epub": office.epub(
            {
                "a.xhtml": f"<body><h1>{TITLE}</h1><p>{FIRST}</p></body>",
                "b.xhtml": f"<body><h1>Again next month</h1><p>{SECOND}</p></body>",
            },
            "<dc:title>Meridian Weekly</dc:title><dc:date>2024-12-07</dc:date>",
        ),
        "briefing.pptx": office.pptx(
            [office.shape(TITLE, place="title"), office.shape(FIRST, SECOND)], notes={2: THIRD}
        ),
        "table.xlsx": office.xlsx(
            {
                "Stories": [["title", "text", "date"], [TITLE, BODY, "2024-12-07"]],
                "Ports": [["Port", "Cranes", "Idle"], ["Skarvik", 14, "25%"]],
            }
        ),
        "newsletter.eml": samples.letter(
            "View this letter in your browser.",
            f"<h2>{TITLE}</h2><p>{FIRST}</p><h2>Again next month</h2><p>{SECOND}</p>"
            "<p>You get this letter because you asked for it. Unsubscribe here.</p>",
            From="Meridian Morning <m@meridian.example>",
            Date="Sat, 07 Dec 2024 18:30:00 +0100",
        ),
        "desk.mbox": office.mbox(samples.letter(FIRST), samples.letter(SECOND, f"<p>{SECOND}</p>")),
        "letter.msg": office.msg(
            {"0037": TITLE, "0C1A": "Ola Berg", "1000": BODY},
            [{"3707": "b.txt", "3701": b"They met."}],
        ),
        "letter.eml": samples.letter(
            From="Meridian Wire <desk@meridian.example>",
            Subject=TITLE,
            Date="Sat, 07 Dec 2024 18:30:00 +0100",
        ),
        "rows.jsonl": json.dumps(row).encode(),
        "rows.json": json.dumps({"articles": [row, {**row, "id": "s-2", "text": FIRST}]}).encode(),
        "story.json": json.dumps(CRAWLED).encode(),
        "feed.json": json.dumps(JSON_FEED).encode(),
        "nitf.xml": samples.nitf().encode(),
        "newsml.xml": samples.newsml(samples.newsml_item(1), samples.newsml_item(2)).encode(),
        "crawl.warc": samples.warc(*RESPONSES),
        "crawl.warc.gz": samples.warc(*RESPONSES, packed=True),
        "crawl.wacz": samples.zipped(
            {"archive/a.warc.gz": samples.warc(*RESPONSES, packed=True), "datapackage.json": "{}"}
        ),
        "table.csv": f'title,text,date,outlet\n{TITLE},"{BODY}",2024-12-07,Meridian\n'.encode(),
        "table.tsv": f"title\ttext\tdate\n{TITLE}\t{FIRST}\t2024-12-07\n".encode(),
        "feed.rss": samples.rss(item).encode(),
        "feed.atom": samples.atom(entry).encode(),
        "archive.zip": samples.zipped(
            {"2024/page.html": samples.page(head), "inner.zip": samples.zipped({"a.txt": BODY})}
        ),
    }


def two_columns() -> bytes:
    """A report of two pages in two columns, whose lines stand in the file row by row."""
    pages = []
    for number in (1, 2):
        # Side by side in the file, as a scanner's software writes them.
        told = [f"In part {number}{letter} of the talks, {FIRST} {THIRD} " for letter in "abcdef"]
        left = column("".join(told[:3]), x=72, top=660, width=44)
        right = column("".join(told[3:]), x=330, top=660, width=44)
        rows = sorted([*left, *right], key=lambda word: (-word[1], word[0]))
        head = [(72.0, 750.0, 8.0, f"MERIDIAN QUARTERLY          {number}")]
        title = [(72.0, 700.0, 20.0, TITLE)] if number == 1 else []
        pages.append([*head, *title, *rows])
    return samples.pdf(pages, info={"CreationDate": "D:20260211100000Z"})


def broken() -> dict[str, bytes]:
    """Files that cannot be read, or not whole, by name."""
    whole = two_columns()
    noise = random.Random(5).randbytes(20_000)
    nested = samples.zipped({"a.txt": BODY})
    for _ in range(5):
        nested = samples.zipped({"deeper.zip": nested})
    return {
        "truncated.pdf": whole[: len(whole) // 2],
        "beginning-only.pdf": whole[:200],
        "locked.pdf": samples.pdf([[(72, 700, 12, FIRST)]], encrypted=True),
        "scanned.pdf": samples.pdf([[samples.PICTURE], [samples.PICTURE]]),
        "binary.txt": noise,
        "a-pdf.txt": whole,
        "empty.txt": b"",
        "empty.docx": b"",
        "damaged.docx": samples.docx(paragraph(FIRST))[:300],
        "old-word.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise,
        "locked.pptx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise,
        "damaged.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise,
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise,
        "bomb.odt": office.odt("<text:p>" + "x" * 2_000_000),
        "pictures.epub": office.epub({"a.xhtml": "<img src='a.png'/>"}),
        "cut-off.xlsx": office.xlsx({"A": [["a", "b"]]})[:900],
        "no-letters.mbox": BODY.encode(),
        "no-text.rtf": office.rtf(""),
        "damaged.zip": samples.zipped({"a.txt": BODY})[:120],
        "bomb.zip": samples.zipped({"bomb.txt": b"0" * 20_000_000}),
        "nested.zip": nested,
        "escaping.zip": samples.zipped({"../../../etc/cron.d/x.txt": BODY}),
        "script-only.html": b"<html><body><div id=root></div><script>draw()</script></body></html>",
        "sitemap.xml": samples.sitemap(URL, f"{URL}-2").encode(),
        "no-json.json": b'{"text": "no end',
        "no-article.json": b'{"name": "a program", "version": 1}',
        "cut.warc": samples.warc(*RESPONSES)[:700],
        "no-feed.xml": b"<?xml version='1.0'?><orders><order/></orders>",
        "no-text-column.csv": b"name,age\nOla,40\n",
        "not-json.jsonl": b'{"text": "no end\n',
        "packed.jsonl": gzip.compress(b"{}"),
        "picture.png": b"\x89PNG\r\n\x1a\n" + noise,
        "cut-utf-16.md": BODY.encode("utf-16")[:-1],
        "no-text.eml": b"Subject: nothing\n\n",
    }


def write_samples(folder: Path, *, large: bool = False) -> None:
    """All of it below a folder that is made."""
    for name, files in (("good", good()), ("broken", broken())):
        (folder / name).mkdir(parents=True)
        for file, data in files.items():
            (folder / name / file).write_bytes(data)
    bad = folder / "broken"
    with (bad / "one-line.txt").open("wb") as file:
        for _ in range(LARGE // 1_000_000 if large else 0):
            file.write(b"x" * 1_000_000)
        file.truncate(LARGE)
    (bad / "loop").mkdir()
    (bad / "loop" / "back").symlink_to(bad / "loop", target_is_directory=True)
    (bad / "itself.txt").symlink_to(bad / "itself.txt")
    os.mkfifo(bad / "pipe.txt")


def table(folder: Path) -> list[str]:
    """A line for each thing that came out of a folder."""
    lines = []
    for item in read_all([folder]):
        name = item.source.removeprefix(f"{folder.resolve()}/").removeprefix(f"{folder}/")
        lines.append(f"{name:34} {_row(item)}")
    return lines


def _row(item: Article | Problem) -> str:
    if isinstance(item, Problem):
        return f"! {item.reason}"
    known = {
        "title": item.title or None,
        "published": item.published,
        "publisher": item.publisher,
        "authors": ", ".join(item.authors) or None,
        "url": item.url,
    }
    told = [f"{name}={value} ({item.provenance[name]})" for name, value in known.items() if value]
    return f"{len(item.text)} characters; " + ("; ".join(told) or "nothing known of it")


def main() -> None:
    """Write the samples, read them and print the table."""
    if len(sys.argv) < 2:
        sys.exit("Name a folder that does not exist yet.")
    folder = Path(sys.argv[1])
    write_samples(folder, large="--large" in sys.argv)
    print("\n".join(table(folder)))


if __name__ == "__main__":
    main()
