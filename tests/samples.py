"""Small files of each format, made by code, for the tests of readers.

PDFs are written by hand, byte by byte, so that a test says where each word stands.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from email.message import EmailMessage

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


def docx(body: str, *, properties: Mapping[str, str] | None = None) -> bytes:
    """A Word file whose document has `body`, the XML inside w:body."""
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


def atom(entry: str) -> str:
    """An Atom feed with one entry."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        "<title>Harbour Wire</title><id>urn:x</id><updated>2026-01-02T03:04:05Z</updated>"
        f"<entry>{entry}</entry></feed>"
    )
