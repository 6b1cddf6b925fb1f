"""Letters, mailboxes and newsletters."""

import datetime as dt
import struct
from pathlib import Path

import pytest

from index.formats import mail
from index.formats.mail import MOST_ATTACHMENTS
from tests.office import mbox, msg
from tests.reading import one, read, reasons, texts
from tests.samples import BODY, FIRST, SECOND, THIRD, TITLE, docx, letter, paragraph, parts, told

DAY = dt.date(2024, 12, 7)
SENT = "Sat, 07 Dec 2024 23:30:00 -0500"


# --- letters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({"Subject": TITLE}, {"title": TITLE}),
        ({"Subject": "Re: AW: " + TITLE}, {"title": TITLE}),
        ({"Subject": "=?utf-8?q?Caf=C3=A9_closed?="}, {"title": "Café closed"}),
        ({"Date": SENT}, {"published": DAY}),
        ({"From": "Ola Berg <o@meridian.example>"}, {"authors": ("Ola Berg",)}),
        ({"From": "Meridian Wire <d@meridian.example>"}, {"publisher": "Meridian Wire"}),
        ({"From": "d@meridian.example"}, {}),
        ({"From": "No-Reply Newsletter <d@meridian.example>"}, {}),
        ({"Subject": f"Fwd: {TITLE}", "From": "Lena Dahl <l@x.example>", "Date": SENT},
         {"title": TITLE}),
        ({"Date": "soon", "Subject": ""}, {}),
    ],
)  # fmt: skip
def test_the_headers_of_a_letter(headers, known):
    article = one("a.eml", letter(f"{BODY}\n-- \nOla Berg\nDesk 4", **headers))
    assert article.text == BODY  # without the signature
    names = ("title", "published", "authors", "publisher")
    assert {name: getattr(article, name) for name in names if getattr(article, name)} == known
    assert told(article).keys() == known.keys()


def test_headers_in_eight_bits():
    for number, encoding in enumerate(("utf-8", "cp1252")):
        data = "Subject: Café geschlossen\nFrom: Jørn Ås <j@x.example>\n\n".encode(encoding)
        article = one(f"{number}.eml", data + FIRST.encode())
        assert (article.title, article.authors) == ("Café geschlossen", ("Jørn Ås",))


def test_what_is_attached_to_a_letter_is_read_too_and_what_is_not_is_told():
    files = {"b.txt": SECOND.encode(), "../c.docx": docx(paragraph(THIRD)), "a.ics": b"x"}
    found = read("a.eml", letter(FIRST, attachments=files))
    assert texts(found) == [FIRST, SECOND, THIRD]
    assert {Path(item.source).name for item in found} == {"a.eml", "a.eml#b.txt", "c.docx"}
    assert reasons(found) == [
        "a.eml holds what Byline does not read (a.ics). Save it as text, ingest that."
    ]
    many = {f"{n}.txt": SECOND.encode() for n in range(MOST_ATTACHMENTS + 5)}
    found = read("b.eml", letter(FIRST, attachments=many))
    assert len(texts(found)) == 1 + MOST_ATTACHMENTS
    assert "has 105 files attached, of which 100 were read" in reasons(found)[0]


@pytest.mark.parametrize(
    "data",
    [
        b"From: " + b"(" * 5000 + b"\n\nThey met in the harbour town.",
        b"Content-Type: message/rfc822\n\n" * 2000 + b"\n\nThey met.",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in
                 range(1500)),
        b"Content-Type: text/html; charset=\xff\n\n<p>They met.</p>",
        b'Content-Type: text/plain; charset="utf\0"\n\nThe caf\xe9 stays shut.\n',
        b"Date: Sat, 7 Dec 2024 99999999999:99:99 +0100\n\nThey met.",
        b"Date: Sat, 7 Dec 99999999999999999999 18:30:00 +9999999999\n\nThey met.",
    ],
)  # fmt: skip
def test_a_letter_made_to_break_its_reader(data):
    assert len(read("a.eml", data)) == 1


def test_the_richer_form_of_a_letter_is_read():
    html = f"<style>p {{}}</style><p>{FIRST}<br>{SECOND}</p><img src=x><p>{THIRD}</p>"
    stub = "Your mail program shows no HTML. " * 8
    for number, plain in enumerate(("View this in a browser.", stub, BODY)):
        [article, *_] = read(f"{number}.eml", letter(plain, html))
        assert article.text == BODY
    assert one("b.eml", letter(BODY, "<p>Other</p>")).text == BODY


def test_a_form_that_says_something_else_is_told():
    other = "Nine herons of Skarvik built a boat out of letters that no postman had wanted. "
    other += " ".join(f"word{n}" for n in range(40))
    [article, problem] = read("a.eml", letter(other, f"<p>{BODY}</p>" * 3))
    assert "heron" not in article.text
    assert problem.warning and problem.reason == (
        "a.eml says other things in its plain text than in its HTML, which alone was read: 51 of "
        "54 words. Save the other as a file of its own."
    )
    assert article.doubts == (problem.reason.removeprefix("a.eml "),)


def test_all_texts_of_a_letter_are_read_in_order_and_it_is_told_where_it_was_cut_off():
    file = ("application/octet-stream; name=b.txt", SECOND)
    data = parts("mixed", ("text/plain", FIRST), file, ("text/html", f"<p>{THIRD}</p>"))
    assert texts(read("a.eml", data)) == [f"{FIRST}\n\n{THIRD}", SECOND]
    [article, problem, _] = read("a.eml", data.rpartition(b"--x--")[0])
    assert article.text == f"{FIRST}\n\n{THIRD}"
    assert problem.warning and "was cut off" in problem.reason


@pytest.mark.parametrize("style", [
    "display:none", "display: none !important", "max-height:0;overflow:hidden", "mso-hide:all",
    "visibility:hidden", "opacity:0", "font-size:1px;color:#fff",
])  # fmt: skip
def test_what_a_letter_hides_is_not_its_text(style):
    padding = "&#847;&zwnj;&nbsp;" * 60
    shown = f'<div style="font-size:0px"><div style="font-size:14px"><p>{FIRST}</p></div></div>'
    html = f'<body><div style="{style}">Herons build a boat{padding}</div>{shown}</body>'
    assert one("a.eml", letter("x", html)).text == FIRST
    html = html.replace("Herons build", "Herons build a boat and row it. " * 20)
    [article, problem] = read("b.eml", letter("x", html))
    assert article.text == FIRST and "has hidden text" in problem.reason


def test_a_letter_that_is_attached_is_a_letter():
    inside = letter(SECOND, Subject="Inner", attachments={"c.txt": THIRD.encode()})
    found = read(
        "a.eml", parts("mixed", ("text/plain", FIRST), ("message/rfc822", inside.decode()))
    )
    assert texts(found) == [FIRST, SECOND, THIRD]
    assert [item.title for item in found] == ["", "Inner", ""]
    assert len({item.source for item in found}) == 3


@pytest.mark.parametrize("depth", [7, 100, 450])
def test_letters_in_letters_end_somewhere(depth):
    data = b"Content-Type: message/rfc822\n\n" * depth + b"Subject: x\n\nThey met."
    found = read("a.eml", data)
    assert not texts(found) and len(found) <= 10
    assert any("message/rfc822" in reason or "is damaged" in reason for reason in reasons(found))


# --- newsletters ---------------------------------------------------------------------------------

TOKEN = "8f3a9c1d0b7e4d5f8f3a9c1d"


@pytest.mark.parametrize(
    ("written", "stays"),
    [
        (f"They met https://click.meridian.example/v/{TOKEN} again.", "They met again."),
        (f"They met <https://click.meridian.example/v/{TOKEN}> again.", "They met again."),
        (f"They met [https://click.meridian.example/{TOKEN}?a=b] again.", "They met again."),
        ("They met https://meridian.example/a?utm_source=nl&utm_medium=email", "They met"),
        ("They met https://m.example/6b1f0c52-0f5b-4a57-9d2a-3a9c1d0b7e4d", "They met"),
        *[(kept, kept) for kept in (
            "They met: https://meridian.example/2024/12/07/three-ministers-ask-for-a-truce-in-2024",
            "They met: https://meridian.example/story.php?id=512",
        )],
    ],
)  # fmt: skip
def test_addresses_that_name_a_reader_go(written, stays):
    article = one("a.eml", letter(f"{FIRST}\n\n{written}\n\n{SECOND}"))
    assert article.text == f"{FIRST}\n\n{stays}\n\n{SECOND}"


FOOT = [
    "You receive this letter because you are fond of us. Unsubscribe here.",
    "Having trouble reading this letter? View it in your browser.",
    "To unsubscribe, go to https://meridian.example/u",
    "Manage your preferences",
    "This email was sent to you by Meridian Media.",
]


@pytest.mark.parametrize("line", FOOT)
@pytest.mark.parametrize(
    "imprint",
    ["Meridian Wire, Quay Street 4, Skarvik", "Quay Street 4 · 1234 Skarvik", "© 2024 Meridian"],
)
def test_the_foot_of_a_letter_goes_with_its_address(line, imprint):
    for number, foot in enumerate((f"{line}\n\n{imprint}", f"{imprint}\n\n{line}")):
        assert one(f"{number}.eml", letter(f"{BODY}\n\n{foot}\n")).text == BODY
    html = f"<p>{line}</p>" + "".join(f"<p>{part}</p>" for part in (*BODY.split("\n\n"), imprint))
    html += f"<p style='font-size:10px'>{line}</p>"
    html += "<p><a href=x>Privacy policy</a> | <a href=y>X</a></p>"
    assert one("a.eml", letter("x", html)).text == BODY


@pytest.mark.parametrize(
    "line",
    [
        "The shop made it hard to unsubscribe from its letters, the consumer board found.",
        "“You can unsubscribe here with one click,” the head of the consumer board said.",
        "Skarvik 3, Lunde 1",
        "Skarvik | 12 | 3",
        "Those who get letters because they once bought shoes may complain until Friday.",
    ],
)
def test_a_line_of_the_story_is_no_foot(line):
    article = one("a.eml", letter(f"{BODY}\n\n{line}\n\n{FOOT[2]}"))
    assert article.text == f"{BODY}\n\n{line}"


def newsletter(*stories: tuple[str, str], head: str = "", heading: str = "<h2>{}</h2>") -> bytes:
    cells = "".join(
        f"<tr><td>{heading.format(title)}<p>{text}</p></td></tr>" for title, text in stories
    )
    return letter(
        "View this letter in your browser.",
        f"<table>{head}{cells}<tr><td>{FOOT[0]}</td></tr></table>",
        From="Meridian Morning <m@meridian.example>",
        Subject="A truce · a boat",
        Date=SENT,
        List_Unsubscribe="<https://meridian.example/u>",
        Message_ID="<1@meridian.example>",
    )


STORIES = (("Ministers ask for a truce", FIRST), ("Herons build a boat", THIRD))
LINKED = "<h3><a href='https://meridian.example/a'>{}</a></h3>"


@pytest.mark.parametrize(
    ("head", "heading"),
    [
        ("<h1>Meridian Morning</h1>", "<h2>{}</h2>"),
        ("", LINKED),
        ("", "<p><b>{}</b></p>"),
        ("", "<div style='font-size: 24px; font-weight: normal'><span>{}</span></div>"),
        ("<tr><td>Issue 12</td></tr>", "<h1>{}</h1>"),
    ],
)
def test_a_newsletter_is_an_article_for_each_story(head, heading):
    found = read("a.eml", newsletter(*STORIES, head=head, heading=heading))
    assert [(item.title, item.text) for item in found] == list(STORIES)
    for item in found:
        assert (item.published, item.publisher, item.authors) == (DAY, "Meridian Morning", ())
        assert item.provenance["title"] == "heading" and item.source == f"a.eml#{item.id}"
    more = read("a.eml", newsletter(("A dam cracks", SECOND), *STORIES, head=head, heading=heading))
    assert [item.id for item in found] == [item.id for item in more[1:]]


def test_an_introduction_to_linked_stories_is_an_article_too():
    found = read("a.eml", newsletter(*STORIES, head=f"<p>{SECOND}</p>", heading=LINKED))
    assert [(item.title, item.text) for item in found] == [("A truce · a boat", SECOND), *STORIES]


@pytest.mark.parametrize(
    "head", [f"<p>{SECOND}</p>", "<h1>A truce · a boat</h1>", f"<h1>Meridian</h1><p>{SECOND}</p>"]
)
def test_headings_inside_one_story_do_not_divide_it(head):
    article = one("a.eml", newsletter(*STORIES, head=head))
    assert article.title == "A truce · a boat"
    assert all(part in article.text for story in STORIES for part in story)


# --- mailboxes and Outlook -----------------------------------------------------------------------


def test_a_mailbox():
    first = letter(FIRST, Subject="One", Message_ID="<1@x.example>")
    data = mbox(
        first,
        letter(f"{SECOND}\n\nFrom here on nobody spoke, he said.", Subject="Two"),
        b"Subject: empty\n\n",
        letter(THIRD, Subject="Three", attachments={"b.docx": docx(paragraph(FIRST))}),
    )
    found = read("a.mbox", data)
    assert texts(found) == [
        FIRST, f"{SECOND}\n\nFrom here on nobody spoke, he said.", THIRD, FIRST,
    ]  # fmt: skip
    assert reasons(found) == [
        "letter 3 of a.mbox is a letter without text. Save it again, or leave it out."
    ]
    again = read("a.mbox", mbox(letter("x y z"), first))
    assert again[1].source == found[0].source


def test_a_letter_of_a_mailbox_that_is_too_large_is_one_problem(monkeypatch):
    monkeypatch.setattr(mail, "LARGEST_FILE", 1000)
    found = read("a.mbox", mbox(letter("x" * 70 + "\n" * 2000), letter(FIRST)))
    assert texts(found) == [FIRST] and "letter 1 of a.mbox has more than" in reasons(found)[0]


def test_a_letter_of_outlook():
    html = f"<meta charset=windows-1252><p>Café. {FIRST}</p>".encode("cp1252")
    files = [{"3707": "b.txt", "3701": SECOND.encode()}, {"3707": "c.ics", "3701": b"x"}]
    data = msg({"0037": f"RE: {TITLE}", "0C1A": "Ola Berg", "1000": "x", "1013": html}, files)
    article, problem, attached = read("a.msg", data)
    assert (article.title, article.text) == (TITLE, f"Café. {FIRST}")
    assert (article.authors, article.published) == (("Ola Berg",), DAY)
    assert attached.text == SECOND and "does not read (c.ics)" in problem.reason


def test_the_headers_of_a_letter_of_outlook():
    sent = "From: Meridian Wire <d@x.example>\r\nDate: Sun, 08 Dec 2024 03:00:00 +0900\r\n"
    article = one("a.msg", msg({"0037": TITLE, "007D": sent, "1000": BODY * 60}, sent=0))
    assert (article.publisher, article.published) == ("Meridian Wire", dt.date(2024, 12, 8))
    assert len(article.text) > 4096


def test_a_letter_of_outlook_that_goes_in_circles():
    data = bytearray(msg({"1000": BODY * 60}))
    entry = data.index("__substg1.0_1000001F".encode("utf-16-le"))
    [first] = struct.unpack_from("<I", data, entry + 116)
    table = 512 * (1 + struct.unpack_from("<I", data, 76)[0])
    last = first
    while (following := struct.unpack_from("<I", data, table + 4 * last)[0]) < 0xFFFFFFFA:
        last = following
    struct.pack_into("<I", data, table + 4 * last, first)
    struct.pack_into("<Q", data, entry + 120, 1 << 24)
    [reason] = reasons(read("a.msg", bytes(data)))
    assert "is damaged" in reason
