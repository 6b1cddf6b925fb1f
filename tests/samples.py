"""Small files of each format, made by code, for the tests of readers.

PDFs are written by hand, byte by byte, so that a test says where each word stands.
"""

import gzip
import io
import zipfile
from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from typing import NamedTuple

from index.records import Article

FIRST = "The ministers of three countries met on Saturday and asked for an immediate truce."
SECOND = "They will meet again next month, their spokesman said, in one of the three capitals."
THIRD = "Nobody in the harbour town where they met had expected that they would agree on it."
BODY = f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
TITLE = "Three ministers ask for a truce"
URL = "https://meridian.example/2024/12/07/truce"


def told(article: Article) -> dict[str, str]:
    """Where the named fields came from; the language and the time have tests of their own."""
    apart = ("language", "as_of", "corrections")
    return {name: where for name, where in article.provenance.items() if name not in apart}


Word = tuple[float, float, float, str]
"""Where a text begins on a page, from its lower left corner, its size in points, and the text."""


PICTURE = "612 0 0 792 0 0 cm BI /W 2 /H 2 /CS /G /BPC 8 /F /AHx ID 00FFFF00> EI"
"""A picture that covers a page."""


def pdf(
    pages: Iterable[Iterable[Word | str]],
    *,
    info: Mapping[str, str] | None = None,
    encrypted: bool = False,
) -> bytes:
    """A PDF with text at the given places, in Helvetica, on pages of 612 by 792 points.

    A string among the words is an instruction of the page, such as `PICTURE`.
    """
    streams = [_stream(words) for words in pages]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(streams)} /Kids "
        f"[{' '.join(f'{5 + 2 * n} 0 R' for n in range(len(streams)))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {' '.join(f'/{key} ({value})' for key, value in (info or {}).items())} >>",
    ]
    for number, stream in enumerate(streams):
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {6 + 2 * number} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, text in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{text}\nendobj\n".encode("cp1252"))
    table = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010} 00000 n \n" for place in places).encode())
    locked = " /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + "00" * 32 + "> /U <"
    locked += "11" * 32 + "> >> /ID [<00> <00>]"
    out.write(
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R"
        f"{locked if encrypted else ''} >>\nstartxref\n{table}\n%%EOF\n".encode()
    )
    return out.getvalue()


def _stream(words: Iterable[Word | str]) -> str:
    return "\n".join(
        word
        if isinstance(word, str)
        else f"BT /F1 {word[2]} Tf 1 0 0 1 {word[0]} {word[1]} Tm ({_escaped(word[3])}) Tj ET"
        for word in words
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def column(text: str, *, x: float, top: float, width: int, size: float = 10) -> list[Word]:
    """The words of `text` as lines of at most `width` characters, one below the other."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [(x, top - 1.2 * size * number, size, line) for number, line in enumerate(lines)]


def docx(
    body: str,
    *,
    properties: Mapping[str, str] | None = None,
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A Word file whose document has `body`, the XML inside w:body, and further parts."""
    core = "".join(f"<dc:{key}>{value}</dc:{key}>" for key, value in (properties or {}).items())
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w='
            '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
            f"{body}</w:body></w:document>",
            "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/'
            'package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"{core}</cp:coreProperties>",
            **(parts or {}),
        }
    )


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of a Word file."""
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{named}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def zipped(members: Mapping[str, str | bytes], **options: int) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:  # type: ignore[arg-type]
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def page(head: str = "", body: str = "", *, lang: str = "en") -> str:
    """A web page with a story and what sites put around one."""
    story = body or "".join(f"<p>{text}</p>" for text in BODY.split("\n\n"))
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>'
        '<nav><a href="/">Home</a> <a href="/world">World</a> <a href="/sport">Sport</a></nav>'
        f"<main><article><h1>{TITLE}</h1>{story}</article></main>"
        "<footer>© 2026 Meridian Daily. All rights reserved.</footer></body></html>"
    )


def letter(
    text: str = BODY,
    html: str = "",
    attachments: Mapping[str, bytes] | None = None,
    **headers: str,
) -> bytes:
    """A letter; underscores in the names of headers stand for hyphens."""
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in (attachments or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def parts(kind: str, *inside: tuple[str, str]) -> bytes:
    """A letter of parts, each with its kind and what it holds."""
    written = "".join(f"--x\nContent-Type: {name}\n\n{text}\n" for name, text in inside)
    return f"Content-Type: multipart/{kind}; boundary=x\n\n{written}--x--\n".encode()


def mhtml(html: str, location: str = URL) -> bytes:
    """A page as a browser saves it with its pictures in one file."""
    return (
        "From: <Saved by Blink>\r\n"
        f"Snapshot-Content-Location: {location}\r\n"
        "Subject: A page\r\nDate: Wed, 11 Feb 2026 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="----x"\r\n\r\n\r\n'
        f"------x\r\nContent-Type: text/html\r\nContent-Location: {location}\r\n\r\n"
        f"{html}\r\n------x\r\nContent-Type: image/png\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n------x--\r\n"
    ).encode()


def rss(*items: str, head: str = "<title>Meridian Daily</title><language>en-gb</language>") -> str:
    """An RSS feed."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel>{head}<link>https://meridian.example/</link>{''.join(items)}</channel></rss>"
    )


def rss_item(text: str = BODY, **fields: str) -> str:
    """An entry of an RSS feed with its whole text, and further elements by name."""
    html = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    more = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
    return f"<item>{more}<content:encoded><![CDATA[{html}]]></content:encoded></item>"


def nitf(*, title: str = TITLE, issued: str = "20241207T183000+0100") -> str:
    """A story of a news agency as NITF."""
    return (
        f'<nitf><head><title>{title}</title><docdata><date.issue norm="{issued}"/></docdata></head>'
        f"<body><body.head><hedline><hl1>{title}</hl1></hedline><byline>By <person>Ola Berg"
        "</person></byline><distributor>Harbour Wire</distributor></body.head><body.content><media>"
        f"<media-caption>No words of the story.</media-caption></media><block><p>{FIRST}</p><hl2>"
        f"What comes next</hl2><p>{SECOND}</p></block></body.content></body></nitf>"
    )


def newsml(*items: str) -> str:
    """A message of NewsML-G2."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
        f"{''.join(items)}</itemSet></newsMessage>"
    )


def newsml_item(number: int = 1, *, status: str = "usable", content: str = "") -> str:
    """A story in its second version, in a message of NewsML-G2."""
    html = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>'
        f"<p>{FIRST}</p><p>{SECOND}</p></body></html>"
    )
    return (
        f'<newsItem guid="urn:wire:{number}" version="2"><itemMeta><itemClass qcode="ninat:text"/>'
        "<provider><name>Harbour Wire</name></provider><versionCreated>2024-12-08T18:30:00+02:00"
        "</versionCreated><firstCreated>2024-12-07T23:30:00-05:00</firstCreated>"
        f'<pubStatus qcode="stat:{status}"/></itemMeta><contentMeta><headline>{TITLE} {number}'
        '</headline><by>By Ola Berg</by><language tag="en-GB"/></contentMeta><contentSet>'
        f"{content or f'<inlineXML>{html}</inlineXML>'}</contentSet></newsItem>"
    )


def sitemap(*addresses: str) -> str:
    """A sitemap of addresses."""
    urls = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


class Response(NamedTuple):
    """What a site answered to a crawler."""

    url: str
    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: str = "200 OK"
    encoding: str = ""


def warc(*responses: Response, packed: bool = False) -> bytes:
    """An archive of the web."""
    records = [_record("warcinfo", "", b"software: a crawler\r\n", "application/warc-fields")]
    for one in responses:
        encoding = f"Content-Encoding: {one.encoding}\r\n" if one.encoding else ""
        head = f"HTTP/1.1 {one.status}\r\nContent-Type: {one.kind}\r\n{encoding}\r\n".encode()
        records.append(_record("response", one.url, head + one.body, "application/http"))
    return b"".join(gzip.compress(record) if packed else record for record in records)


def _record(kind: str, url: str, body: bytes, content_type: str) -> bytes:
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\n{target}WARC-Date: 2024-12-09T08:00:00Z\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def atom(entry: str) -> str:
    """An Atom feed with one entry."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        "<title>Harbour Wire</title><id>urn:x</id><updated>2026-01-02T03:04:05Z</updated>"
        f"<entry>{entry}</entry></feed>"
    )
