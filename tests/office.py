"""Office files, books, mailboxes and Outlook's letters, made by code for the tests of readers."""

import io
import struct
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from tests.samples import zipped

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def notes(kind: str, texts: Mapping[int, str]) -> str:
    """The part of a Word file that holds its footnotes or endnotes, by their ids."""
    inside = "".join(
        f'<w:{kind} w:id="{key}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'
        for key, text in texts.items()
    )
    return f'<w:{kind}s xmlns:w="{W}">{inside}</w:{kind}s>'


def odt(body: str, parts: Mapping[str, str | bytes] | None = None, styles: str = "") -> bytes:
    """An OpenDocument text whose document has `body`."""
    names = {name: f"{_ODF}:{name}:1.0" for name in ("office", "text", "table", "style")}
    names["draw"] = f"{_ODF}:drawing:1.0"
    spaces = "".join(f' xmlns:{name}="{uri}"' for name, uri in names.items())
    content = (
        f"<office:document-content{spaces}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": kind, "content.xml": content, **(parts or {})})


def rtf(body: str, head: str = "") -> bytes:
    """A rich text."""
    fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset238 Arial CE;}{\f2\fcharset204 Cyr;}}"
    return (r"{\rtf1\ansi\ansicpg1252\deff0" + fonts + head + body + "}").encode("cp1252")


def epub(
    documents: Mapping[str, str], metadata: str = "", parts: Mapping[str, str | bytes] | None = None
) -> bytes:
    """A book of documents in HTML, by name."""
    items = "".join(f'<item id="{n}" href="{name}"/>' for n, name in enumerate(documents))
    refs = "".join(f'<itemref idref="{n}"/>' for n in range(len(documents)))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:"
            "container'><rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>",
            "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc='
            f'"http://purl.org/dc/elements/1.1/">{metadata}</metadata><manifest>{items}</manifest>'
            f"<spine>{refs}</spine></package>",
            **{f"OEBPS/{name}": html for name, html in documents.items() if html},
            **(parts or {}),
        }
    )


def shape(*paragraphs: str, place: str = "") -> str:
    """A shape of a slide."""
    kind = f'<p:nvSpPr><p:nvPr><p:ph type="{place}"/></p:nvPr></p:nvSpPr>' if place else ""
    text = "".join(f"<a:p><a:r><a:t>{escape(part)}</a:t></a:r></a:p>" for part in paragraphs)
    return f"<p:sp>{kind}<p:txBody>{text}</p:txBody></p:sp>"


def pptx(
    slides: Sequence[str],
    *,
    notes: Mapping[int, str] | None = None,
    hidden: Iterable[int] = (),
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Slides of shapes, the last of which is the first file; notes of the speaker by number."""
    spaces = f'xmlns:a="{_A}" xmlns:p="{_P}" xmlns:r="{_R}"'
    files = {number: len(slides) + 1 - number for number in range(1, len(slides) + 1)}
    related = "".join(
        f'<Relationship Id="r{number}" Type="{_R}/slide" Target="slides/slide{file}.xml"/>'
        for number, file in files.items()
    )
    ids = "".join(f'<p:sldId r:id="r{number}"/>' for number in files)
    made: dict[str, str | bytes] = {
        "ppt/presentation.xml": f"<p:presentation {spaces}><p:sldIdLst>{ids}</p:sldIdLst>"
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels": f"<Relationships>{related}</Relationships>",
    }
    for (number, file), inside in zip(files.items(), slides, strict=True):
        show = ' show="0"' if number in hidden else ""
        made[f"ppt/slides/slide{file}.xml"] = (
            f"<p:sld {spaces}{show}><p:cSld><p:spTree>{inside}</p:spTree></p:cSld></p:sld>"
        )
        if note := (notes or {}).get(number):
            made[f"ppt/slides/_rels/slide{file}.xml.rels"] = (
                f'<Relationships><Relationship Id="n" Type="{_R}/notesSlide" '
                f'Target="../notesSlides/n{file}.xml"/></Relationships>'
            )
            inside = shape(note, place="body") + shape(str(number), place="sldNum")
            made[f"ppt/notesSlides/n{file}.xml"] = f"<p:notes {spaces}>{inside}</p:notes>"
    return zipped({**made, **(parts or {})})


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]], hidden: Iterable[str] = ()) -> bytes:
    """A spreadsheet of sheets, by name, each of rows; "12%" and the like are percentages."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([float(c[:-1]) / 100 if _percentage(c) else c for c in row])
            for number, cell in enumerate(row, 1):
                if _percentage(cell):
                    sheet.cell(sheet.max_row, number).number_format = "0%"
    for name in hidden:
        book[name].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _percentage(cell: object) -> bool:
    return isinstance(cell, str) and cell.endswith("%") and cell[:-1].isdigit()


def mbox(*letters: bytes) -> bytes:
    """A mailbox."""
    return b"".join(
        b"From desk@meridian.example Sat Dec  7 18:30:00 2024\n"
        + letter.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        + b"\n\n"
        for letter in letters
    )


def msg(
    streams: Mapping[str, str | bytes],
    attached: Iterable[Mapping[str, str | bytes]] = (),
    sent: int = 133_780_734_000_000_000,
) -> bytes:
    """A letter of Outlook's with properties by their numbers; `sent` counts from 1601 in 0.1 µs."""
    fixed = bytes(32) + struct.pack("<HHLQ", 0x40, 0x39, 6, sent)
    tree: dict[str, object] = {"__properties_version1.0": fixed, **_named(streams)}
    for number, file in enumerate(attached):
        tree[f"__attach_version1.0_#{number:08}"] = {
            "__properties_version1.0": bytes(8),
            **_named(file),
        }
    return compound(tree)


def _named(streams: Mapping[str, str | bytes]) -> dict[str, object]:
    """Strings in UTF-16, bytes as they are."""
    return {
        f"__substg1.0_{key}{'001F' if isinstance(value, str) else '0102'}": value.encode(
            "utf-16-le"
        )
        if isinstance(value, str)
        else value
        for key, value in streams.items()
    }


_END, _NONE = 0xFFFFFFFE, 0xFFFFFFFF


class _Sectors:
    """Streams in sectors of one size, and which sector follows which."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = b""
        self.following: list[int] = []

    def store(self, data: bytes) -> int:
        """Where a stream begins."""
        first, count = len(self.following), -(-len(data) // self.size)
        self.data += data.ljust(self.size * count, b"\0")
        self.following += [*range(first + 1, first + count), _END][:count]
        return first if data else _END

    def table(self) -> bytes:
        return struct.pack(f"<{len(self.following)}L", *self.following)


def compound(tree: Mapping[str, object]) -> bytes:
    """A compound file (OLE2) of streams and, as mappings, storages."""
    sectors, small = _Sectors(512), _Sectors(64)  # the small ones for less than 4,096 bytes
    # Name, kind, next beside it, first inside it, first sector, size.
    entries: list[list] = [["Root Entry", 5, _NONE, _NONE, _END, 0]]

    def add(parent: int, inside: Mapping[str, object]) -> None:
        before, place = parent, 3
        for name in sorted(inside, key=lambda name: (len(name), name)):
            value, number = inside[name], len(entries)
            entries.append([name, 2, _NONE, _NONE, _END, 0])
            entries[before][place] = number
            before, place = number, 2
            if isinstance(value, Mapping):
                entries[number][1] = 1
                add(number, value)
            elif isinstance(value, bytes):
                stored = sectors if len(value) >= 4096 else small
                entries[number][4:] = [stored.store(value), len(value)]

    add(0, tree)
    entries[0][4:] = [sectors.store(small.data), len(small.data)]
    small_table = sectors.store(small.table())
    directory = b"".join(
        struct.pack(
            "<64sHBBLLL16sL8s8sLQ",
            (wide := name.encode("utf-16-le") + b"\0\0"), len(wide), kind, 1, _NONE, beside, inside,
            bytes(16), 0, bytes(8), bytes(8), start, size,
        )
        for name, kind, beside, inside, start, size in entries
    )  # fmt: skip
    start, tables = sectors.store(directory), 1
    while (len(sectors.following) + tables) * 4 > tables * 512:
        tables += 1
    first = len(sectors.following)
    table = (sectors.table() + b"\xfd\xff\xff\xff" * tables).ljust(tables * 512, b"\xff")
    head = struct.pack(
        "<8s16sHHHHH6sLLLLLLLLLL",
        bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6), 0,
        tables, start, 0, 4096, small_table, -(-len(small.following) // 128), _END, 0, first,
    )  # fmt: skip
    rest = struct.pack(f"<{tables - 1}L", *range(first + 1, first + tables))
    return head + rest.ljust(512 - len(head), b"\xff") + sectors.data + table
