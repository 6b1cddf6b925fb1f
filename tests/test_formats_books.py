"""Books, slides, spreadsheets, and what of a folder is none of these."""

import datetime as dt
import io
import zipfile
from itertools import product

import pytest

from index.formats import sheets
from index.readers import read_all
from index.records import Article
from tests.office import epub, odt, pptx, shape, xlsx
from tests.reading import one, read, reasons
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
    zipped,
)

DAY = dt.date(2024, 12, 7)


# --- books -------------------------------------------------------------------------------------


def test_a_book_is_an_article_for_each_document():
    said = "<dc:title>Skarvik Weekly</dc:title><dc:date>2024-12-07</dc:date>"
    documents = {
        "cover.xhtml": "<body><img src='x'/></body>",
        "a b.xhtml": f"<body><h1>{TITLE}</h1><p>By Ola Berg</p><p>{FIRST}</p></body>",
        "c.xhtml": f"<head><title>A boat</title></head><body><p>{SECOND}</p><p>{THIRD}</p></body>",
        "gone.xhtml": "",
    }
    first, second, gone, told_ = read("a.epub", epub(documents, said))
    assert (first.title, first.text, first.authors) == (TITLE, FIRST, ("Ola Berg",))
    assert (second.title, second.text) == ("A boat", f"{SECOND}\n\n{THIRD}")
    assert first.published == DAY and first.publisher == "Skarvik Weekly"
    assert first.source == f"a.epub#{first.id}"
    assert gone.reason == "a.epub, document 4: is missing. Get the book again."
    assert "1 of 4 documents hold pictures and no text" in told_.reason


LOCK = (
    '<encryption><CipherReference xmlns="http://www.w3.org/2001/04/xmlenc#" URI="OEBPS/a.xhtml"/>'
    "</encryption>"
)


# --- slides ------------------------------------------------------------------------------------


def test_slides_in_their_order_with_what_the_speaker_has_noted():
    slides = [
        shape(TITLE, place="ctrTitle") + shape("7 December 2024") + shape("Meridian", place="ftr"),
        shape("Cranes: 14", "Ropeways: 2") + shape("2", place="sldNum"),
        "<a:tbl><a:tr><a:tc><a:p><a:r><a:t>North</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>12"
        "</a:t></a:r></a:p></a:tc></a:tr></a:tbl>",
        shape("No longer true"),
        "",
    ]
    found = read(
        "a.pptx",
        pptx(slides, notes={2: FIRST}, hidden=[4], parts={"ppt/media/a.png": b"x"}),
    )
    article, hidden, silent = found
    assert (article.title, article.published) == (TITLE, DAY)
    assert article.text == f"Cranes: 14\n\nRopeways: 2\n\n{FIRST}\n\nNorth | 12"
    assert "left out (slide 4 of 5)" in hidden.reason
    assert "slides without text (slide 5 of 5)" in silent.reason


def test_slides_without_a_list_of_them():
    with zipfile.ZipFile(io.BytesIO(pptx([shape(SECOND), shape(FIRST)]))) as old:
        parts = {name: old.read(name) for name in old.namelist() if "presentation" not in name}
    assert one("a.pptx", zipped(parts)).text == f"{FIRST}\n\n{SECOND}"
    [reason] = reasons(read("b.pptx", zipped({"a.txt": BODY})))
    assert reason.startswith("b.pptx is not a file of slides")


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
    assert reasons(found) == [
        'a.xlsx, row 4: "published" is not an ISO date: "soon". Write it as 2024-12-07.',
        'a.xlsx, row 4: "text" is empty. Give the article\'s text.',
        'a.xlsx, row 5: "published" is not an ISO date: "soon". Write it as 2024-12-07.',
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
    data = xlsx(
        {"Ports": [["Port", "Cranes"], ["Aune", 14]], "Stories": [["title", "text"], [TITLE, BODY]],
         "Ferries": [["Ferry"], ["Boat 3"]], "Old": [["x"]]}, hidden=["Old"]
    )  # fmt: skip
    story, article, problem = read("a.xlsx", data)
    assert (story.title, story.text) == (TITLE, BODY)
    assert article.text == "Ports\n\nPort: Aune | Cranes: 14\n\nFerries\n\nFerry\n\nBoat 3"
    assert "has hidden sheets, which were left out (1)" in problem.reason


def test_formulas_without_results_are_told():
    data = xlsx({"A": [["Port", "Cranes"], ["Aune", "=1+1"]]})
    article, problem = read("a.xlsx", data)
    assert article.text == "Aune"
    assert "has formulas without results (1 cells), which were left out" in problem.reason


def test_a_sheet_has_an_end(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_CELLS", 40)
    rows = [[f"row {number}", "x"] for number in range(100)]
    article, problem = read("a.xlsx", xlsx({"Ports": rows, "B": [["no"]]}))
    assert article.text.count("\n\n") == 13
    assert "“Ports” was read up to row 13, and no sheet after it" in problem.reason


# --- folders -----------------------------------------------------------------------------------


LITTER = (".DS_Store", "Thumbs.db", "desktop.ini", "~$story.docx", "._story.docx", "__MACOSX/a.txt")


def test_the_litter_of_systems_is_passed_over(tmp_path):
    folder = tmp_path / "in"
    for name in (*LITTER, "story.txt"):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(BODY)
    assert [item.source for item in read_all([folder])] == [str(folder / "story.txt")]
    packed = zipped({f"a/{name}": BODY for name in (*LITTER, "story.txt")})
    assert len(read("a.zip", packed)) == 1


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
        ends = ("xml", "opf")
        data = zipped(
            {at: spoilt(text) if at.endswith(ends) else text for at, text in parts.items()}
        )
    else:
        data = spoilt(data)
    found = read(name, data)
    assert len(repr(found)) < 10_000 and "root:" not in repr(found)
