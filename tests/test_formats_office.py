"""Word files, OpenDocument, rich text, books, slides and spreadsheets."""

import datetime as dt
import io
import re
import zipfile
from itertools import product

import pytest

from index.formats import tables
from index.records import Article
from tests.office import W, epub, notes, odt, pptx, rtf, shape, xlsx
from tests.reading import one, read, reasons, texts
from tests.samples import (
    BODY,
    FIRST,
    SECOND,
    THIRD,
    TITLE,
    docx,
    nitf,
    paragraph,
    rss,
    rss_item,
    told,
    zipped,
)  # fmt: skip

DAY = dt.date(2024, 12, 7)


# --- Word files --------------------------------------------------------------------------------


def test_a_word_file():
    head = paragraph(TITLE, "Heading1") + paragraph("By Ola Berg") + paragraph("7 December 2024")
    rest = paragraph(FIRST) + paragraph("What comes next", "Heading2") + paragraph(SECOND)
    article = one("a.docx", docx(head + rest))
    assert article.text == f"{FIRST}\n\nWhat comes next\n\n{SECOND}"
    assert (article.title, article.published, article.authors) == (TITLE, DAY, ("Ola Berg",))
    assert told(article) == {"title": "heading", "published": "date line", "authors": "byline"}


RUN = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
BOX = (
    "<w:p><w:r><w:t>{0}</w:t></w:r><mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/"
    "markup-compatibility/2006'><mc:Choice><w:txbxContent>{1}</w:txbxContent></mc:Choice>"
    "<mc:Fallback><w:txbxContent>{1}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:p>"
)


def table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:p>{RUN.format('They ')}<w:ins>{RUN.format('all ')}</w:ins>{RUN.format('met.')}</w:p>",
         "They all met."),
        (f"<w:p>{RUN.format('They ')}<w:del><w:r><w:delText>all </w:delText></w:r></w:del>"
         f"<w:moveFrom>{RUN.format('Gone.')}</w:moveFrom>{RUN.format('met.')}</w:p>", "They met."),
        ("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + RUN.format("They ") + "</w:p>"
         + paragraph("met."), "They met."),
        ("<w:sdt>" * 100 + paragraph("They met.") + "</w:sdt>" * 100, "They met."),
        ("<w:p><w:r><w:t>They</w:t><w:tab/><w:t>met</w:t><w:br/><w:t>here.</w:t></w:r></w:p>",
         "They met here."),
        ("<w:p><w:r><w:fldChar/><w:instrText>HYPERLINK x</w:instrText></w:r><w:fldSimple>"
         f"{RUN.format('They ')}</w:fldSimple><w:bdo>{RUN.format('met.')}</w:bdo></w:p>",
         "They met."),
        (table((paragraph("North"), paragraph("12")), (paragraph("South"), paragraph("7"))),
         "North | 12\n\nSouth | 7"),
        (table((paragraph(FIRST) + paragraph(SECOND),)), f"{FIRST}\n\n{SECOND}"),
        (paragraph("a &amp; b &lt;script&gt; were there, and they met."),
         "a & b <script> were there, and they met."),
        (BOX.format(FIRST, paragraph(SECOND)), f"{FIRST}\n\n{SECOND}"),
        (table((BOX.format("North", paragraph(FIRST)), paragraph("12"))), f"North | 12\n\n{FIRST}"),
    ],
)  # fmt: skip
def test_what_word_keeps_in_its_xml(xml, text):
    assert one("a.docx", docx(paragraph(THIRD) + xml)).text == f"{THIRD}\n\n{text}"


@pytest.mark.parametrize(
    ("creator", "authors"),
    [
        ("Ola Berg; Lena Dahl", ("Ola Berg", "Lena Dahl")),
        ("Microsoft Office User", ()),
        ("oberg", ()),
    ],
)
def test_the_properties_of_a_word_file_are_believed_last(creator, authors):
    properties = {"creator": creator, "title": "A title", "created": "2024-12-07T00:00:00Z"}
    article = one("a.docx", docx(paragraph(FIRST), properties=properties))
    assert (article.authors, article.title, article.published) == (authors, "A title", None)
    assert article.provenance["title"] == "document properties"


def test_the_notes_of_a_word_file_follow_their_paragraphs():
    noted = '<w:p><w:r><w:t>{}</w:t><w:{}Reference w:id="{}"/></w:r></w:p>'
    body = (
        noted.format(FIRST, "footnote", 2)
        + noted.format(SECOND, "endnote", 2)
        + f"<w:p><w:del>{noted.format('', 'footnote', 3)}</w:del></w:p>"
        + paragraph(THIRD)
    )
    said = {
        "word/footnotes.xml": notes("footnote", {0: "", 2: "A first note.", 3: "Struck out."}),
        "word/endnotes.xml": notes("endnote", {2: "A second note."}),
        "word/comments.xml": f'<w:comments xmlns:w="{W}">{paragraph("Check it.")}</w:comments>',
    }
    article = one("a.docx", docx(body, parts=said))
    assert article.text == "\n\n".join((FIRST, "A first note.", SECOND, "A second note.", THIRD))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", docx("", parts={"word/media/a.png": b"x"})),
        ("a.odt", odt("", {"Pictures/a.png": b"x"})),
        ("a.pptx", pptx([shape()], parts={"ppt/media/a.png": b"x"})),
        ("a.epub", epub({"a.xhtml": "<body><img src='a.png'/></body>"})),
        ("a.rtf", rtf(r"{\pict\pngblip 89504e47}")),
    ],
)
def test_a_file_of_pictures_is_not_called_empty(name, data):
    assert reasons(read(name, data)) == [
        f"{name} holds no text, only pictures (1). Run OCR on them and ingest the text."
    ]


@pytest.mark.parametrize(
    ("name", "data"), [("a.docx", docx(paragraph(FIRST))), ("a.pptx", pptx([shape(FIRST)]))]
)
def test_strict_open_xml_is_read_as_the_usual_kind(name, data):
    with zipfile.ZipFile(io.BytesIO(data)) as usual:
        parts = {part: usual.read(part) for part in usual.namelist()}
    usual_names = re.compile(rb"schemas\.openxmlformats\.org/(\w+)/2006/(main|relationships)")
    strict = rb"purl.oclc.org/ooxml/\1/\2"
    changed = {part: usual_names.sub(strict, text) for part, text in parts.items()}
    assert one(name, zipped(changed)).text == FIRST


# --- OpenDocument and rich text ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<text:p>They<text:s text:c='900000000'/>met<text:tab/>in <text:span>the</text:span> "
         "harbour<text:line-break/>town.</text:p>", "They met in the harbour town."),
        (f"<text:p>{FIRST}<text:note><text:note-citation>1</text:note-citation><text:note-body>"
         f"<text:p>A note.</text:p></text:note-body></text:note> Yes.</text:p>",
         f"{FIRST} Yes.\n\nA note."),
        (f"<text:p>{FIRST}<draw:frame><draw:text-box><text:p>{SECOND}</text:p></draw:text-box>"
         "</draw:frame></text:p>", f"{FIRST}\n\n{SECOND}"),
        ("<text:tracked-changes><text:p>Struck out.</text:p></text:tracked-changes><text:list>"
         f"<text:list-item><text:p>{FIRST}<office:annotation><text:p>Check it.</text:p>"
         "</office:annotation></text:p></text:list-item></text:list>", FIRST),
        ("<table:table><table:table-row><table:table-cell><text:p>North</text:p></table:table-cell>"
         "<table:table-cell><text:p>12</text:p></table:table-cell></table:table-row></table:table>",
         "North | 12"),
    ],
)  # fmt: skip
def test_an_open_document(xml, text):
    style = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    for title in (f"<text:h>{TITLE}</text:h>", f'<text:p text:style-name="P1">{TITLE}</text:p>'):
        article = one("a.odt", odt(f"{title}{xml}<text:p>{THIRD}</text:p>", styles=style))
        assert (article.title, article.text) == (TITLE, f"{text}\n\n{THIRD}")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"They \b met\b0  in\line the \i harbour\i0.\par", "They met in the harbour."),
        (r"\'c5se Holm \ldblquote met\rdblquote  them.", "Åse Holm “met” them."),
        (r"\u197?se Holm \u-10180?\u-8319? met them.", "Åse Holm 🎁 met them."),
        (r"{\uc2\u197\'c3\'85se Holm met them.}", "Åse Holm met them."),
        (r"{\f1 \'a3ukasz met them.}", "Łukasz met them."),
        (r"{\f2 \'cc\'e8\'f0 \plain is peace.}", "Мир is peace."),
        (r"They{\*\unknown not this} met.{\*\bkmkstart x}", "They met."),
        (r"They{\deleted  never} met.{\v  Hidden? No.\v0}", "They met."),
        (r"They met.{\header Page 1}{\pict 0011ff}{\info{\title x}}", "They met."),
        (r"They met.{\*\annotation Check it.}", "They met."),
        (r"They met{\super\chftn{\footnote\pard\plain A note.}} here.\par And left.",
         "They met here.\n\nA note.\n\nAnd left."),
        (r"They met.{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt A box.\par}}{\shprslt A box.}}"
         r"\par Yes.", "They met.\n\nA box.\n\nYes."),
        (r"They met.\par\trowd\intbl North\cell 12\cell\row South\cell 7\cell\row\pard And left.",
         "They met.\n\nNorth | 12\n\nSouth | 7\n\nAnd left."),
        (r"{\field{\*\fldinst HYPERLINK https://x.example}{\fldrslt They met.}}", "They met."),
        (r"They met.\bin5 {{{{{ Yes.", "They met. Yes."),
    ],
)  # fmt: skip
def test_a_rich_text(written, text):
    [article, *_] = read("a.rtf", rtf(rf"{THIRD}\par {written}\par {SECOND}"))
    assert article.text == f"{THIRD}\n\n{text}\n\n{SECOND}"


def test_groups_in_groups_end_somewhere():
    assert texts(read("a.rtf", rtf(FIRST + r"\par" + "{" * 100_000))) == [FIRST]


# --- books and slides ----------------------------------------------------------------------------


def test_a_book_is_an_article_for_each_document():
    said = "<dc:title>Skarvik Weekly</dc:title><dc:date>2024-12-07</dc:date>"
    said += "<dc:creator>desk</dc:creator>"
    documents = {
        "cover.xhtml": "<body><img src='x'/></body>",
        "a b.xhtml": f"<body><h1>{TITLE}</h1><p>By Ola Berg</p><p>{FIRST}</p></body>",
        "c.xhtml": f"<head><title>A boat</title></head><body><p>{SECOND}</p><p>{THIRD}</p></body>",
        "gone.xhtml": "",
    }
    first, second, gone, silent = read("a.epub", epub(documents, said))
    assert (first.title, first.text, first.authors) == (TITLE, FIRST, ("Ola Berg",))
    assert (second.title, second.text, second.authors) == ("A boat", f"{SECOND}\n\n{THIRD}", ())
    assert (first.published, first.publisher) == (DAY, "Skarvik Weekly")
    assert first.source == f"a.epub#{first.id}"
    assert gone.reason == "a.epub, document 4: is missing. Get the book again."
    assert "holds documents that are pictures without text (1 of 4)" in silent.reason


def test_slides_in_their_order_with_what_the_speaker_has_noted():
    slides = [
        shape(TITLE, place="ctrTitle") + shape("7 December 2024") + shape("Meridian", place="ftr"),
        shape("Cranes: 14", "Ropeways: 2") + shape("2", place="sldNum"),
        "<a:tbl><a:tr><a:tc><a:p><a:r><a:t>North</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>12"
        "</a:t></a:r></a:p></a:tc></a:tr></a:tbl>",
        shape("No longer true"),
        "",
    ]
    data = pptx(slides, notes={2: FIRST}, hidden=[4], parts={"ppt/media/a.png": b"x"})
    article, hidden, silent = read("a.pptx", data)
    assert (article.title, article.published) == (TITLE, DAY)
    assert article.text == f"Cranes: 14\n\nRopeways: 2\n\n{FIRST}\n\nNorth | 12"
    assert "has hidden slides (slide 4 of 5)" in hidden.reason
    assert "slides without text (slide 5 of 5)" in silent.reason


def test_slides_without_a_list_of_them():
    with zipfile.ZipFile(io.BytesIO(pptx([shape(SECOND), shape(FIRST)]))) as old:
        parts = {name: old.read(name) for name in old.namelist() if "presentation" not in name}
    assert one("a.pptx", zipped(parts)).text == f"{FIRST}\n\n{SECOND}"


# --- spreadsheets ------------------------------------------------------------------------------


def test_a_sheet_whose_columns_are_named_as_those_of_articles_is_a_table_of_them():
    rows = [
        ["Title", "Text", "Published", "Outlet"],
        [TITLE, BODY, dt.datetime(2024, 12, 7), "Meridian"],
        ["Two", SECOND, 45633, None],
        ["Three", None, "soon", None],
        [None, THIRD, "soon", None],
    ]
    found = read("a.xlsx", xlsx({"Sheet1": rows}))
    first, second, third = (item for item in found if isinstance(item, Article))
    assert (first.title, first.text, first.published) == (TITLE, BODY, DAY)
    assert (second.published, first.publisher, third.text) == (DAY, "Meridian", THIRD)
    no_date = '"published" is not an ISO date: "soon". Write it as 2024-12-07.'
    assert reasons(found) == [
        f"a.xlsx, row 4: {no_date}",
        'a.xlsx, row 4: "text" is empty. Give the article\'s text.',
        f"a.xlsx, row 5: {no_date}",
    ]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["Port", "Cranes", "Idle"], ["Aune", 14, "25%"], ["Lunde", 2.5, None]],
         "Port: Aune | Cranes: 14 | Idle: 25%\n\nPort: Lunde | Cranes: 2.5"),
        ([["Port", 2024], ["Aune", 14]], "Port | 2024\n\nAune | 14"),
        ([[FIRST], [SECOND]], f"{FIRST}\n\n{SECOND}"),
        ([["Port", "Opened"], [], ["Aune", dt.date(2024, 12, 7)]],
         "Port: Aune | Opened: 2024-12-07"),
    ],
)  # fmt: skip
def test_another_sheet_is_a_line_for_each_row(rows, text):
    assert one("a.xlsx", xlsx({"Sheet1": rows})).text == text


def test_sheets_of_both_kinds():
    sheets = {
        "Ports": [["Port", "Cranes"], ["Aune", 14]],
        "Stories": [["title", "text"], [TITLE, BODY]],
        "Ferries": [["Ferry"], ["Boat 3"]],
        "Old": [["x"]],
        "Sums": [["Port", "Cranes"], ["Lunde", "=1+1"]],
    }
    story, article, *problems = read("a.xlsx", xlsx(sheets, hidden=["Old"]))
    assert (story.title, story.text) == (TITLE, BODY)
    ports = "Ports\n\nPort: Aune | Cranes: 14\n\nFerries\n\nFerry\n\nBoat 3"
    assert article.text == f"{ports}\n\nSums\n\nLunde"
    assert "has hidden sheets (1)" in problems[0].reason
    assert "has formulas without results (1 cells), which were left out" in problems[1].reason


def test_a_sheet_has_an_end(monkeypatch):
    monkeypatch.setattr(tables, "MOST_CELLS", 40)
    rows = [[f"row {number}", "x"] for number in range(100)]
    article, problem = read("a.xlsx", xlsx({"Ports": rows, "B": [["no"]]}))
    assert article.text.count("\n\n") == 13
    assert "“Ports” was read up to row 13, and no sheet after it" in problem.reason


# --- entities ----------------------------------------------------------------------------------

DECLARED = (
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
    + "<!ENTITY file SYSTEM 'file:///etc/passwd'>"
)
OURS = {
    "a.docx": docx(paragraph("They met")),
    "a.odt": odt("<text:p>They met</text:p>"),
    "a.pptx": pptx([shape("They met")]),
    "a.epub": epub({"a.xhtml": "<p>They met</p>"}),
    "a.xml": nitf().replace(SECOND, "They met"),
}
LIBRARIES = {  # which unpack a small one
    "a.xlsx": xlsx({"A": [["a", "b"], ["They met", 1]]}),
    "a.rss": rss(rss_item(title="They met")),
}


@pytest.mark.parametrize(
    ("name", "entity"),
    [*product(OURS, ("&a3;", "&a8;", "&file;")), *product(LIBRARIES, ("&a8;", "&file;"))],
)
def test_entities_are_not_unpacked(name, entity):
    data = (OURS | LIBRARIES)[name]

    def spoilt(text: str) -> str:
        before, mark, after = text.rpartition("?>")
        declared = f"<!DOCTYPE x [{DECLARED}]>"
        return before + mark + declared + after.replace("They met", f"They met {entity}")

    if isinstance(data, bytes):
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            parts = {part: old.read(part).decode() for part in old.namelist()}
        spoil = {at for at in parts if at.endswith(("xml", "opf"))}
        data = zipped({at: spoilt(text) if at in spoil else text for at, text in parts.items()})
    else:
        data = spoilt(data)
    found = read(name, data)
    assert len(repr(found)) < 10_000 and "root:" not in repr(found)
