"""Word files, OpenDocument and rich text."""

import datetime as dt
import io
import re
import zipfile

import pytest

from tests.office import W, epub, notes, odt, pptx, rtf, shape
from tests.reading import one, read, reasons, texts
from tests.samples import FIRST, SECOND, THIRD, TITLE, docx, paragraph, told, zipped

DAY = dt.date(2024, 12, 7)


# --- Word files --------------------------------------------------------------------------------


def test_a_word_file():
    body = "".join(
        (
            paragraph(TITLE, "Heading1"),
            paragraph("By Ola Berg"),
            paragraph("7 December 2024"),
            paragraph(FIRST),
            paragraph("What comes next", "Heading2"),
            paragraph(SECOND),
        )
    )
    article = one("a.docx", docx(body))
    assert article.text == f"{FIRST}\n\nWhat comes next\n\n{SECOND}"
    assert (article.title, article.published, article.authors) == (TITLE, DAY, ("Ola Berg",))
    assert told(article) == {
        "title": "heading",
        "published": "date line",
        "authors": "byline",
    }


RUN = "<w:r><w:t>{}</w:t></w:r>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:p>{RUN.format('They ')}<w:ins>{RUN.format('all ')}</w:ins>{RUN.format('met.')}</w:p>",
         "They all met."),
        ("<w:p><w:r><w:t>They </w:t></w:r><w:del><w:r><w:delText>all </w:delText></w:r></w:del>"
         "<w:r><w:t>met.</w:t></w:r></w:p>", "They met."),
        ("<w:p><w:moveFrom><w:r><w:t>Gone. </w:t></w:r></w:moveFrom><w:r><w:t>They met.</w:t></w:r>"
         "</w:p>", "They met."),
        (f"<w:sdt><w:sdtContent>{paragraph('They met.')}</w:sdtContent></w:sdt>", "They met."),
        ("<w:p><w:r><w:t>They</w:t><w:tab/><w:t>met</w:t><w:br/><w:t>here.</w:t></w:r></w:p>",
         "They met here."),
        ("<w:p><w:r><w:fldChar/><w:instrText>HYPERLINK x</w:instrText><w:t>They met.</w:t></w:r>"
         "</w:p>", "They met."),
        (f"<w:tbl><w:tr><w:tc>{paragraph('North')}</w:tc><w:tc>{paragraph('12')}</w:tc></w:tr>"
         f"<w:tr><w:tc>{paragraph('South')}</w:tc><w:tc>{paragraph('7')}</w:tc></w:tr></w:tbl>",
         "North | 12\n\nSouth | 7"),
        (f"<w:tbl><w:tr><w:tc>{paragraph(FIRST)}{paragraph(SECOND)}</w:tc></w:tr></w:tbl>",
         f"{FIRST}\n\n{SECOND}"),
        (paragraph("a &amp; b &lt;script&gt; were there, and they met."),
         "a & b <script> were there, and they met."),
    ],
)  # fmt: skip
def test_what_word_keeps_in_its_xml(xml, text):
    article = one("a.docx", docx(paragraph(THIRD) + xml))
    assert article.text == f"{THIRD}\n\n{text}"


@pytest.mark.parametrize(
    ("creator", "authors"),
    [
        ("Ola Berg", ("Ola Berg",)),
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


NOTED = '<w:p><w:r><w:t>{}</w:t><w:{}Reference w:id="{}"/></w:r></w:p>'
BOX = (
    "<w:p><w:r><w:t>{0}</w:t></w:r><mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/"
    "markup-compatibility/2006'><mc:Choice><w:txbxContent>{1}</w:txbxContent></mc:Choice>"
    "<mc:Fallback><w:txbxContent>{1}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:p>"
)


def test_the_notes_of_a_word_file_follow_their_paragraphs():
    body = (
        NOTED.format(FIRST, "footnote", 2)
        + NOTED.format(SECOND, "endnote", 2)
        + f"<w:p><w:del>{NOTED.format('', 'footnote', 3)}</w:del></w:p>"
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
    ("xml", "text"),
    [
        (BOX.format(FIRST, paragraph(SECOND)), f"{FIRST}\n\n{SECOND}"),
        (BOX.format("", paragraph(SECOND)), SECOND),
        (f"<w:tbl><w:tr><w:tc>{BOX.format('North', paragraph(FIRST))}</w:tc><w:tc>"
         f"{paragraph('12')}</w:tc></w:tr></w:tbl>", f"North | 12\n\n{FIRST}"),
        ("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t xml:space='preserve'>They </w:t>"
         "</w:r></w:p>" + paragraph("met."), "They met."),
        ("<w:p><w:fldSimple><w:r><w:t>They met.</w:t></w:r></w:fldSimple></w:p>", "They met."),
        ("<w:p><w:bdo><w:r><w:t>They met.</w:t></w:r></w:bdo></w:p>", "They met."),
        ("<w:sdt>" * 100 + paragraph("They met.") + "</w:sdt>" * 100, "They met."),
    ],
)  # fmt: skip
def test_boxes_stand_once_and_what_is_struck_out_is_gone(xml, text):
    article = one("a.docx", docx(paragraph(THIRD) + xml))
    assert article.text == f"{THIRD}\n\n{text}"


def test_a_file_of_pictures_is_not_called_empty():
    made = {
        "docx": docx("", parts={"word/media/a.png": b"x"}),
        "odt": odt("", {"Pictures/a.png": b"x"}),
        "pptx": pptx([shape()], parts={"ppt/media/a.png": b"x"}),
        "epub": epub({"a.xhtml": "<body><img src='a.png'/></body>"}),
        "rtf": rtf(r"{\pict\pngblip 89504e47}"),
    }
    for end, data in made.items():
        assert reasons(read(f"a.{end}", data)) == [
            f"a.{end} holds no text, only pictures (1). Run OCR on them and ingest the text."
        ]


# --- OpenDocument ------------------------------------------------------------------------------


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
        (f"<text:p>{FIRST}<office:annotation><text:p>Check it.</text:p></office:annotation>"
         "</text:p>", FIRST),
        (f"<text:tracked-changes><text:p>Struck out.</text:p></text:tracked-changes><text:p>{FIRST}"
         "</text:p>", FIRST),
        ("<table:table><table:table-row><table:table-cell><text:p>North</text:p></table:table-cell>"
         "<table:table-cell><text:p>12</text:p></table:table-cell></table:table-row></table:table>",
         "North | 12"),
        (f"<text:list><text:list-item><text:p>{FIRST}</text:p></text:list-item></text:list>",
         FIRST),
    ],
)  # fmt: skip
def test_an_open_document(xml, text):
    style = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    for title in (f"<text:h>{TITLE}</text:h>", f'<text:p text:style-name="P1">{TITLE}</text:p>'):
        data = odt(f"{title}{xml}<text:p>{THIRD}</text:p>", styles=style)
        article = one("a.odt", data)
        assert (article.title, article.text) == (TITLE, f"{text}\n\n{THIRD}")


# --- rich text ---------------------------------------------------------------------------------


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
         r"\par Yes.",
         "They met.\n\nA box.\n\nYes."),
        (r"They met.\par\trowd\intbl North\cell 12\cell\row South\cell 7\cell\row\pard And left.",
         "They met.\n\nNorth | 12\n\nSouth | 7\n\nAnd left."),
        (r"{\field{\*\fldinst HYPERLINK https://x.example}{\fldrslt They met.}}", "They met."),
        (r"They met.\bin5 {{{{{ Yes.", "They met. Yes."),
    ],
)  # fmt: skip
def test_a_rich_text(written, text):
    data = rtf(rf"{THIRD}\par {written}\par {SECOND}")
    article = read("a.rtf", data)[0]
    assert article.text == f"{THIRD}\n\n{text}\n\n{SECOND}"


def test_groups_in_groups_end_somewhere():
    found = read("a.rtf", rtf(FIRST + r"\par" + "{" * 100_000))
    assert texts(found) == [FIRST]


@pytest.mark.parametrize(
    ("name", "data"), [("a.docx", docx(paragraph(FIRST))), ("a.pptx", pptx([shape(FIRST)]))]
)
def test_strict_open_xml_is_read_as_the_usual_kind(name, data):
    with zipfile.ZipFile(io.BytesIO(data)) as usual:
        parts = {part: usual.read(part) for part in usual.namelist()}
    strict = {
        part: re.sub(rb"schemas\.openxmlformats\.org/(\w+)/2006/(main|relationships)",
                     rb"purl.oclc.org/ooxml/\1/\2", text)
        for part, text in parts.items()
    }  # fmt: skip
    assert one(name, zipped(strict)).text == FIRST
