"""Rich text: .rtf.

striprtf 0.0.35 leaves out footnotes and text boxes and keeps what is struck out, so
the groups are read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from index.cleaning import Facts
from index.decoding import signature
from index.errors import UnreadableSource
from index.formats.archives import not_read
from index.formats.articles import article
from index.formats.document import HIDDEN, Document
from index.formats.office import row_lines
from index.lines import Line
from index.paragraphs import unwrap
from index.records import Article, Problem

MOST_TOKENS = 1_000_000  # marks and runs of words, some four seconds; a thick book has half of that
MOST_GROUPS = 10_000  # groups inside each other; what is deeper is not read

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.IGNORECASE | re.DOTALL,
)
# Groups that are no words of the text. One that begins with "\*" is none either, unless it is named
# below: whoever does not know it has to leave it out.
_LEFT_OUT = frozenset(
    b"annotation atnauthor atndate atnid atnref author bkmkend bkmkstart colortbl datafield do"
    b" fldinst fontemb fonttbl footer footerf footerl footerr formfield ftncn ftnsep ftnsepc"
    b" generator header headerf headerl headerr info listoverridetable listpicture listtable"
    b" nesttableprops nonesttables nonshppict objalias objclass objdata objname pict private"
    b" revtbl rsidtbl rxe shprslt sn sp stylesheet sv tc template themedata title txe upr userprops"
    b" xe xmlnstbl".split()
)
_READ_ALL_THE_SAME = frozenset((b"shpinst", b"ud", b"dptxbxtext"))
_APART = frozenset((b"footnote", b"shptxt", b"dptxbxtext"))
"""Groups with paragraphs of their own: they follow the paragraph that they stand in."""
_PARAGRAPH_ENDS = frozenset((b"par", b"sect", b"page", b"column", b"\n", b"\r"))
_CELL_ENDS, _ROW_ENDS = (b"cell", b"nestcell"), (b"row", b"nestrow")
_ENDS = _PARAGRAPH_ENDS.union(_CELL_ENDS, _ROW_ENDS)
_CHARACTERS = {
    b"line": " ", b"tab": " ", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘",
    b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ",
    b"~": " ", b"_": "-", b"-": "\u00ad", b"{": "{", b"}": "}", b"\\": "\\",
}  # fmt: skip
_ENCODINGS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
"""The encodings of fonts by their character sets; the others have that of the file."""


def read_rtf(document: Document) -> Iterator[Article | Problem]:
    """An .rtf file: one article, footnotes and text boxes behind the paragraph they stand in.

    Comments and what is struck out are not the article's words.
    """
    data = document.read()
    if not data.strip():
        raise document.empty()
    if not data.lstrip().startswith(b"{\\rtf"):
        said = signature(data) or "is not a rich text file. Open it and save it as .rtf or .docx."
        raise document.error(said)
    try:
        text = _RichText(data)
    except UnreadableSource as error:
        raise document.error(str(error)) from None
    found = unwrap([[line] for line in text.lines])
    if not found and text.pictures:
        raise document.only_pictures(text.pictures)
    facts = Facts(doubts=not_read({"embedded object": text.objects} if text.objects else {}))
    if text.hidden:
        facts.doubts.append(HIDDEN.format(f"text ({text.hidden:,} characters)"))
    if text.cut_off:
        facts.doubts.append("ends before its text does: it was cut off. Copy it again.")
    yield from article(document, found, facts)


@dataclass(slots=True)
class _Group:
    """What holds inside a group until it ends."""

    left_out: bool = False
    struck: bool = False
    hidden: bool = False
    fonts: bool = False
    fallback: int = 1  # how many characters for old programs follow one in Unicode
    encoding: str = ""
    apart: bool = False


@dataclass(slots=True)
class _Flow:
    """A text with the paragraph and the row of a table that are being written."""

    lines: list[Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    level: int = 0

    def end(self, mark: bytes) -> None:
        """A paragraph, a cell or a row of a table ends."""
        joined = "".join(self.words).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = " ".join(joined.split())
        self.words = []
        if mark in _PARAGRAPH_ENDS:
            self.lines += [Line(text, self.level)] if text else []
        else:
            self.cells += [text] if text else []
        if mark in _ROW_ENDS:
            self.lines += row_lines(self.cells)
            self.cells = []
        if mark not in _CELL_ENDS:
            self.lines += self.after
            self.after = []


class _RichText:
    """The paragraphs of a rich text, and what of it was not read."""

    def __init__(self, data: bytes) -> None:
        self.pictures = self.objects = self.hidden = 0
        self._file_encoding = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._group = _Group()
        self._stack: list[_Group] = []
        self._flows = [_Flow()]
        self._bytes = bytearray()
        self._skip = 0
        self._starred = False
        self._read(data)
        self._flush()
        self.cut_off = bool(self._stack)
        while len(self._flows) > 1:
            self._end_apart()
        self._flows[0].end(b"row")
        self.lines = self._flows[0].lines

    def _read(self, data: bytes) -> None:
        place, left = 0, MOST_TOKENS
        while match := _TOKEN.match(data, place):
            place, left = match.end(), left - 1
            if not left:
                raise UnreadableSource("has more marks than an article has. Save it as .docx.")
            word, number, code, sign, brace, words = match.groups()
            value = int(number) if number else None
            if code or words:
                self._starred = self._starred and not words
                letters = bytes((int(code, 16),)) if code else words
                skipped = min(self._skip, len(letters))
                self._skip -= skipped
                self._bytes += letters[skipped:]
            elif word == b"bin":
                place += max(0, value or 0)
            elif word or sign:
                self._flush()
                self._control(word.lower() if word else sign, value)
            elif brace:
                self._flush()
                self._skip = 0
                if brace == b"{" and len(self._stack) < MOST_GROUPS:
                    self._stack.append(self._group)
                    self._group = replace(self._group, apart=False)
                    continue
                if brace == b"}" and self._group.apart:
                    self._end_apart()
                if brace == b"}" and self._stack:
                    self._group = self._stack.pop()
                if brace == b"{" or not self._stack:
                    return

    def _end_apart(self) -> None:
        flow = self._flows.pop()
        flow.end(b"row")
        self._flows[-1].after += flow.lines

    def _control(self, word: bytes, value: int | None) -> None:
        starred = self._starred
        self._starred = word == b"*" or (starred and not word.isalpha())
        group, on = self._group, value != 0
        self.pictures += word == b"pict"
        self.objects += word == b"objdata"
        if word in _READ_ALL_THE_SAME:
            group.left_out = group.left_out and word != b"ud"
        elif word.isalpha() and (starred or word in _LEFT_OUT):
            group.left_out = True
            group.fonts = word == b"fonttbl" or group.fonts
        if word in _APART and not group.left_out and not group.apart:
            group.apart = True
            self._flows.append(_Flow())
        elif word == b"u" and value is not None:
            if self._skip == 0:
                self._write(chr(value % 0x10000))
            self._skip = group.fallback
        elif word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif word in _ENDS:
            if not (group.left_out or group.struck):
                self._flows[-1].end(word)
        elif word == b"uc":
            group.fallback = max(0, min(10, value or 0))
        elif word == b"deleted":
            group.struck = on
        elif word == b"v":
            group.hidden = on
        elif word == b"plain":
            group.struck = group.hidden = False
            group.encoding = self._fonts.get(0, "")
        elif word == b"pard":
            self._flows[-1].level = 0
        elif word == b"outlinelevel":
            self._flows[-1].level = (value or 0) + 1 if 0 <= (value or 0) < 6 else 0
        elif word == b"ansicpg":
            self._file_encoding = _codec(f"cp{value}") or "cp1252"
        elif word == b"mac":
            self._file_encoding = "mac_roman"
        elif word == b"f" and value is not None:
            self._font = value
            group.encoding = self._fonts.get(value, "")
        elif word == b"fcharset" and group.fonts:
            self._fonts[self._font] = _ENCODINGS.get(value or 0, "")

    def _flush(self) -> None:
        if self._bytes:
            text = self._bytes.decode(self._group.encoding or self._file_encoding, "replace")
            self._bytes.clear()
            self._write(text)

    def _write(self, text: str) -> None:
        group = self._group
        if group.left_out or group.struck:
            return
        if group.hidden:
            self.hidden += len(text)
        else:
            self._flows[-1].words.append(text)


def _codec(name: str) -> str:
    """The name of an encoding if Python has it, else nothing."""
    try:
        return name if "a".encode(name) == b"a" else ""
    except (LookupError, ValueError):
        return ""
