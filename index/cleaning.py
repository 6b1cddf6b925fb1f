"""Text as it comes in the wild, made into plain paragraphs, and what its lines say of it.

Two steps. `unwrap` makes paragraphs of lines, however a source broke them;
`trim` takes away the lines around a story (title, byline, date, captions, links
to the original) and notes in `Facts` what they say. Both work on `Line`, so that
a reader of marked-up text can pass on what the marks said. Nothing here knows
about files. In doubt a line stays in the text.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median
from urllib.parse import urlsplit

from index.dates import find_date, parse_date_line


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a source, or one paragraph, with what its markup said of it."""

    text: str
    heading: int = 0
    """1 to 6 where the markup calls it a heading."""
    links: tuple[str, ...] = ()
    linked: bool = False
    """True when all of it is a link."""
    credit: bool = False
    """True when it ends with a bold credit that is glued to an agency's name."""
    indented: bool = False


# --- characters --------------------------------------------------------------------------------

_NEWLINES = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SOFT_HYPHEN_BREAK = re.compile(r"\u00ad[^\S\n]*\n[^\S\n]*(?=\w)")
# Controls, and the characters that show nothing: soft hyphens, zero-width spaces, direction
# marks, and the "tag" letters that can hide words from a reader but not from a model.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Joiners belong between the letters of scripts that need them, and nowhere else.
_JOINERS = re.compile(r"[\u200c\u200d]+")
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p"
    r"|q|s|section|small|span|strike|strong|sub|sup|tt|u|ul)(?:\s[^<>]{0,500})?/?\s*>\Z",
    re.IGNORECASE,
)
_BREAKING_TAG = re.compile(r"<(?:br|hr|/?(?:p|div|li|ul|ol|section|h[1-6]))\b", re.IGNORECASE)


def fold(text: str) -> str:
    r"""`text` in NFC with "\n" for line ends, " " for spaces, and nothing invisible.

    Quotation marks and dashes stay as they are.
    """
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    if "  " not in text and text.replace("\n", "").isprintable():
        return unicodedata.normalize("NFC", text)
    text = _SOFT_HYPHEN_BREAK.sub("", _NEWLINES.sub("\n", unicodedata.normalize("NFC", text)))
    text = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))
    text = _JOINERS.sub(_joiner, unicodedata.normalize("NFC", _SPACES.sub(" ", text)))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text))


def _joiner(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    return match[0][0] if text[start - 1 : start] > "\x7f" < text[end : end + 1] else ""


def drop_tags(text: str, breaking: str = "\n") -> str:
    """`text` without the tags of simple HTML; the words between them stay.

    Tags that end a paragraph become `breaking`. Anything else that looks like
    HTML is text. One pass leaves no tag behind, however they were nested.
    """
    if "<" not in text:
        return text
    done: list[str] = []
    held = ""  # what may still turn out to be the beginning of a tag
    for piece in re.split(r"(?<=>)", text):
        held += piece
        if match := _INLINE_TAG.search(held, max(0, held.rfind("<"))):
            tag, held = match[0], held[: match.start()]
            held += breaking if _BREAKING_TAG.match(tag) else ""
        if len(held) > 2000:
            done.append(held[:-600])
            held = held[-600:]
    return "".join(done) + held


# --- lines to paragraphs -----------------------------------------------------------------------

# A line break is the source's own, not the writer's, where many lines stop in mid-sentence.
WRAPPED_SHARE = 0.3
LONGEST_WRAPPED_LINE = 200

_TERMINAL = re.compile(r"[.!?…][\"'”’»)\]*]*\Z")
_SMALL_START = re.compile(r"[\"'“‘«(\[]*(?!(?:al|el|ul|as|ash|an|ad)-)([^\W\d_])")
_BULLET = re.compile(r"(?:[*•▪◦‣-]|\(?\d{1,3}[.)])\s")
_LAST_WORD = re.compile(r"(?P<chain>\w-)?(?P<word>[^\W_]+)-\Z")
_FIRST_WORD = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
# How the two parts of a word at a line end tell whether its hyphen belongs there. On Wikinews,
# wrapped anew at 76: 40 of 49 compounds keep their hyphen, and of 1,672 hyphens in a text that
# also divides words 97% come out right, 94% where it has only three paragraphs.
_KEEPS_AFTER = re.compile(r"self|non|vice|so")
_KEEPS_BEFORE = re.compile(
    r"backed|led|based|controlled|held|run|owned|made|born|old|year|month|week|day|hour|minute"
    r"|term|range|scale|level|style|speaking|long|wide|wise|like|known|called"
)
_PARTICLE = re.compile(r"(?:al|el|ul)-\w+")
_NO_PARTICLE = re.compile(
    r"al-(?:so|though|ready|ways|most|one|ong|beit|bum|low|li|leg|ter|to|arm|ien|der|co|ge|le)"
    r"|el-(?:e|se|de|ig|ab|bow|li)|ul-t"
)
_KEEPS_BEFORE_A_WORD = re.compile(r"anti|ex|co|counter|pre|pro|re|post|mid|all|de")
_KEEPS_BEFORE_A_PARTICIPLE = re.compile(
    r"long|short|high|low|far|well|half|cross|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_PARTICIPLE = re.compile(r"[a-z]{3,}(?:ed|ing)")
_ENDING = re.compile(
    r"[a-z]{0,2}(?:tion(?:al|ed)?|sion|cian|cial|tial|ment(?:al)?|ness|[ae]n[ct]e|[ae]ncy|ity|[ei]ve"
    r"|ous|[ai]ble|ing|ed|er|or|ly|al|ist|ism|i[sz](?:e|ed|ing)|logue|sure|ture|[aeo]ry|ful|less"
    r"|ship|hood|dom|ian|(?:c|t|r|n)ies|ates?|ated|ating|[aei]nt|ics?|ical|age|ish|um|us|th)s?"
)
_BEGINNING = re.compile(
    r"a[bcdfgpst]|com|con|dis|e[fmn]|i[lmn]|ir|mis|o[bcp]|per|sub|suc|sup|sus|trans|un|under|every"
    r"|there|where|never|other|after|super|inter|through|grand|water|house|earth|north|south"
)


def repair(text: str) -> str:
    """`text` as paragraphs with one blank line between them; doing it again changes nothing."""
    return "\n\n".join(line.text for line in plain_paragraphs(text))


def plain_paragraphs(text: str) -> list[Line]:
    """The paragraphs of a plain text."""
    lines = fold(drop_tags(fold(text))).split("\n")
    blocks = [list(block) for full, block in groupby(lines, key=lambda line: line > " ") if full]
    return unwrap(
        [[Line(line.strip(), indented=line[0] == " ") for line in block] for block in blocks],
        across=True,
    )


def unwrap(blocks: Sequence[Sequence[Line]], *, across: bool = False) -> list[Line]:
    """Paragraphs of blocks of lines; `across`, a sentence that a page break cuts is joined too.

    A line that stops in mid-sentence before a small letter is always joined to the
    next. The others are joined where the text is hard-wrapped, which is measured:
    `WRAPPED_SHARE` of the breaks inside blocks must be of that kind. A wrapped line
    that is clearly shorter than the rest ends its paragraph, or is a heading.
    """
    wrapping = _wrapping(blocks)
    paragraphs: list[list[Line]] = []
    for block in blocks:
        for number, line in enumerate(block):
            last = paragraphs[-1][-1] if paragraphs else None
            joined = _continues if number else _cut_by_a_page if across else None
            if last and joined and joined(last, line, wrapping):
                paragraphs[-1].append(line)
            else:
                paragraphs.append([line])
    hyphens = _hyphens(paragraphs)
    merged = (_merge(lines, hyphens) for lines in paragraphs)
    return [line for line in merged if line.text]


@dataclass(frozen=True, slots=True)
class _Wrapping:
    """How a hard-wrapped text was broken, in characters, measured where a sentence goes on."""

    usual: float = 0
    """A usual line; 0 for a text that is not wrapped."""
    full: float = 0
    """What a full line comes to with the word that had no room on it, at the least."""


def _wrapping(blocks: Sequence[Sequence[Line]]) -> _Wrapping:
    pairs = [
        (first.text, second.text)
        for block in blocks
        for first, second in pairwise(block)
        if len(first.text) <= LONGEST_WRAPPED_LINE
    ]
    cut = [pair for pair in pairs if _open(pair[0]) and _small_start(pair[1])]
    if len(cut) < max(2, WRAPPED_SHARE * len(pairs)):
        return _Wrapping()
    reaches = sorted(_reach(*pair) for pair in cut)
    usual = median(len(first) for first, _ in cut)
    return _Wrapping(usual, max(reaches[len(reaches) // 20], 0.8 * usual))


def _reach(first: str, second: str) -> int:
    return len(first) + 1 + len(second.split(" ", 1)[0])


def _continues(first: Line, second: Line, wrapping: _Wrapping) -> bool:
    """Whether a line goes on in the next one of its block."""
    if first.heading or second.heading or is_notice(first.text) or is_notice(second.text):
        return False
    is_open = _open(first.text)
    if (is_open and _small_start(second.text)) or _LAST_WORD.search(first.text[-60:]):
        return True
    if not wrapping.usual or len(first.text) > LONGEST_WRAPPED_LINE:
        return False
    if is_open and not _BULLET.match(second.text):
        return len(first.text) >= 0.6 * wrapping.usual  # a shorter one is a heading
    if second.indented and not first.indented:
        return False
    return _reach(first.text, second.text) >= wrapping.full


def _cut_by_a_page(first: Line, second: Line, wrapping: _Wrapping) -> bool:
    """Whether a hard-wrapped sentence goes on after a blank line."""
    if not wrapping.usual or first.heading or second.heading:
        return False
    if len(first.text) < 0.6 * wrapping.usual:
        return False
    small = first.text[-1].islower() or first.text[-1] in ",-"
    return small and _small_start(second.text)


def _open(text: str) -> bool:
    return not _TERMINAL.search(text[-20:])


def _small_start(text: str) -> bool:
    start = _SMALL_START.match(text)
    return bool(start and start[1].islower() and not text.startswith(("http:", "https:")))


@dataclass(frozen=True, slots=True)
class _Hyphens:
    """What a text tells about the hyphens at its line ends."""

    words: frozenset[str] = frozenset()
    """Its words in small letters, but for the halves at line ends."""
    divided: bool = False
    """Whether some of them divide a word that is no compound."""


def _hyphens(paragraphs: Sequence[Sequence[Line]]) -> _Hyphens:
    breaks = [
        (before["word"].lower(), after[0])
        for lines in paragraphs
        for first, second in pairwise(lines)
        if (before := _LAST_WORD.search(first.text[-60:]))
        and (after := _FIRST_WORD.match(second.text[:60]))
    ]
    if not breaks:
        return _Hyphens()
    words = frozenset(_words(paragraphs))
    divided = any(first + second in words or _divides(first, second) for first, second in breaks)
    return _Hyphens(words, divided)


def _words(paragraphs: Iterable[Iterable[Line]]) -> Iterator[str]:
    """The words of a text in small letters, compounds whole and in their parts."""
    for lines in paragraphs:
        broken = False
        for line in lines:
            found = _WORD.findall(line.text.lower())
            first, broken = int(broken), line.text.endswith("-")
            for word in found[first : len(found) - broken]:
                yield word
                if "-" in word:
                    yield from word.split("-")


def _merge(lines: Sequence[Line], hyphens: _Hyphens) -> Line:
    """One paragraph of the lines that belong together."""
    parts = [lines[0].text]
    for line in lines[1:]:
        parts[-1], between = _seam(parts[-1], line.text, hyphens)
        parts += [between, line.text]
    text = fold(drop_tags("".join(parts), breaking=" ")).strip()
    return Line(
        text,
        heading=lines[0].heading,
        links=tuple(link for line in lines for link in line.links),
        linked=all(line.linked for line in lines),
        credit=lines[-1].credit,
    )


def _seam(left: str, right: str, hyphens: _Hyphens) -> tuple[str, str]:
    """`left` as it should end before `right`, and what goes between them."""
    before, after = _LAST_WORD.search(left[-60:]), _FIRST_WORD.match(right[:60])
    if before and after:
        if after[0].lower() in ("and", "or", "to"):  # "two- and three-way talks"
            return left, " "
        # A chain such as "one-in-five" breaks at its hyphens.
        kept = before["chain"] or _hyphenated(before["word"], after[0], hyphens)
        return left if kept else left[:-1], ""
    glued = left[-1:] in ("—", "–", "/") and not left[-2:-1].isspace() and len(left) > 1
    return left, "" if glued or before else " "


def _hyphenated(first: str, second: str, hyphens: _Hyphens) -> bool:
    """Whether the hyphen between the parts is the writer's, not the line break's."""
    if not second.islower() or not first.isalpha() or len(first) == 1 or first.isupper():
        return True
    first, words = first.lower(), hyphens.words
    compound = f"{first}-{second}"
    if compound in words or first + second in words:
        return compound in words
    if _PARTICLE.fullmatch(compound):
        return not _NO_PARTICLE.match(compound)
    if _KEEPS_AFTER.fullmatch(first) or _KEEPS_BEFORE.fullmatch(second):
        return True
    if _KEEPS_BEFORE_A_WORD.fullmatch(first):
        return second in words
    participle = bool(_PARTICIPLE.fullmatch(second))
    if _KEEPS_BEFORE_A_PARTICIPLE.fullmatch(first):
        return second in words or participle
    if _divides(first, second):
        return False
    whole = len(first) > 3 and first in words and len(second) > 3
    return not hyphens.divided or (whole and (second in words or participle))


def _divides(first: str, second: str) -> bool:
    """Whether the parts look like those of a word that was divided."""
    doubled = len(first) < 5 and first[-1] == second[0] and first[-1] not in "aeiou"
    return bool(doubled or _ENDING.fullmatch(second) or _BEGINNING.fullmatch(first))


# --- the lines around a story ------------------------------------------------------------------

HEAD_LINES = 12
"""How many paragraphs, at most, can stand between the top of a file and the story."""
TAIL_LINES = 8
LONGEST_HEADLINE = 160
LONGEST_NOTICE = 250
LONGEST_CAPTION = 500

_PUBLISHER_WORD = re.compile(
    r"\b(?:News|Agency|Agence|Agencies|Press|Wire|Times|Daily|Tribune|Gazette|Service|Media"
    r"|Broadcasting|Network|Radio|Television|TV)\b"
)
_CREDIT_WORD = re.compile(r"\b(?:Images?|Photos?|Handout|Pool|Ministry|Office|Archive)\b")
_STAFF = re.compile(
    r"\b(?:staff|newsroom|desk|correspondents?|reporters?|editors?|writers?)\b", re.IGNORECASE
)
_NOT_A_NAME = re.compile(
    r"(?:\d|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:january|february|march|april|may|june"
    r"|july|august|september|october|november|december)\b)",
    re.IGNORECASE,
)
_SMALL_NAME_PART = re.compile(
    r"(?:al|el|bin|ibn|de|da|di|do|dos|del|der|den|du|la|le|van|von|of|the|y)(?:-|\Z)"
)

_BYLINE = re.compile(r"(?:(?:Written |Words |Story )?[Bb]y|BY|Authors?\s*:)\s+(\S.{0,90})")
_IN_A_PLACE = re.compile(r"\s+in\s+[A-Z].*\Z")
_BETWEEN_NAMES = re.compile(r"\s*(?:[;|•·,&]|\band\b)\s*")
_LABELLED = re.compile(
    r"(?P<label>title|headline|publisher|publication|outlet|agency|source|url|link"
    r"|(?:original|source|canonical|article)\s+(?:url|link|article|story|source)|original"
    r"|(?:read the (?:original|full)(?: article| story)?|originally published)(?: at| on| here)?)"
    r"\s*(?P<colon>:?)\s*(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
_DATELINE = re.compile(
    r"(?P<place>[A-Z]{3,}[\w .,'’/-]{0,60}?)"
    r"(?:\s*\((?P<round>[^()]{2,40})\)\s*[—–-]|[.,]?\s*/(?P<slashed>[^/\s][^/]{1,38})/"
    r"|\s*(?:—|–|\s--?)\s)"
)
_CAPTION = re.compile(
    r"(?:(?:file )?(?:photo|photograph|image|picture)(?: credit)?|caption|credit)s?\s*:|photo by\s",
    re.IGNORECASE,
)
_CREDIT_AT_END = re.compile(
    r"(?:[\[(](?:[A-Z]{2,}\s)?(?:[Ff]ile\s)?(?:[Pp]hoto|[Ii]mage|[Pp]icture)\b[^()\[\]]{0,120}[)\]]\.?"
    r"|\*\*[^*]{2,120}\*\*[A-Z][\w/ &-]{1,40}|\s©\s?[A-Z][^.]{0,60})\Z"
)
_RELATED = re.compile(
    r"(?:related(?: article| story| news| coverage| content| link)?s?|related stories"
    r"|read (?:more|also|next)|see also|also read|more on this(?: story)?)\b(?P<more>\s*[:|–-])?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:[A-Z][^.]{1,100}\bcontributed (?:to this (?:report|story|article)|reporting)"
    r"(?: (?:from|in) [A-Z][^.]{1,60})?"
    r"|(?:©|(?:\([Cc]\)|[Cc]opyright)\s*©?\s*\d{4}).{0,160}|.{0,60}\b[Aa]ll rights reserved"
    r"|(?:Tags|Keywords|Topics)\s*:.{0,200}|(?i:advertisement)"
    r"|#{2,}|-\s?30\s?-|ENDS|\*{3,})\.?"
)
_REPORTING_BY = re.compile(r"(?:Additional )?(?:Reporting|Writing|Editing) by [A-Z]")
_REPORTING_WORDS = ("reporting", "writing", "editing", "by", "in", "and", "for", "from", "the")


@dataclass(slots=True)
class Facts:
    """What is known of a story so far. Who says something first is believed."""

    title: str = ""
    published: dt.date | None = None
    publisher: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    provenance: dict[str, str] = field(default_factory=dict)

    def learn(self, name: str, value: object, where: str) -> bool:
        """Note a fact, unless it is known; whether `value` is now what is known."""
        if not value:
            return False
        if not getattr(self, name):
            setattr(self, name, value)
            self.provenance[name] = where
        known = getattr(self, name)
        return bool(known == value or str(known).casefold() == str(value).casefold())


def trim(paragraphs: Sequence[Line], facts: Facts, *, row: bool = False) -> list[Line]:
    """The paragraphs of the story itself; what the others say is added to `facts`.

    With `row`, the text is a field beside others that say what a header would:
    only what repeats them is taken from its beginning. A line whose words differ
    from what is known already stays in the text.
    """
    days = {found[0] for line in paragraphs if (found := parse_date_line(line.text))}
    told = _Told(facts, one_date=len(days) == 1)
    body = told.without_tail(_with_addresses(paragraphs))
    if row:
        body = told.without_repeats(body)
    else:
        body = [line for line in _without_related(told.without_head(body)) if not is_caption(line)]
    if told.agency:
        facts.learn("publisher", told.agency, "byline")
    if body:
        _read_dateline(body[0].text, facts)
    return body


@dataclass(slots=True)
class _Told:
    """Reads the lines around one story."""

    facts: Facts
    one_date: bool
    """Whether the text has only one date line; a chronology has several, and none is trusted."""
    agency: str | None = None

    def without_tail(self, lines: list[Line]) -> list[Line]:
        for _ in range(TAIL_LINES):
            if len(lines) < 2 or not self._is_footer(lines[-1]):
                break
            lines = lines[:-1]
        return lines

    def without_head(self, lines: list[Line]) -> list[Line]:
        kept: list[Line] = []
        standfirsts = 0
        number = 0
        for number, line in enumerate(lines):
            following = lines[number + 1 : number + 1 + HEAD_LINES]
            if number == HEAD_LINES or not following:
                break
            if is_caption(line) or self._is_notice(line):
                continue
            if not kept and self._is_title(line, following):
                continue
            if _is_prose(line.text):
                standfirsts += 1
                if standfirsts > 1 or not is_notice(following[0].text):
                    break
            kept.append(line)
        return kept + lines[number:]

    def without_repeats(self, lines: list[Line]) -> list[Line]:
        if len(lines) > 1 and lines[0].text.casefold() == self.facts.title.casefold():
            lines = lines[1:]
        return lines[1:] if len(lines) > 1 and self._is_date(lines[0].text) else lines

    def _is_title(self, line: Line, following: Sequence[Line]) -> bool:
        if not (line.heading or _is_headline(line.text, following)):
            return False
        if len(line.text) > LONGEST_NOTICE:
            return False
        if any(0 < other.heading < line.heading for other in following):
            return False
        return self.facts.learn("title", line.text, "heading" if line.heading else "first line")

    def _is_footer(self, line: Line) -> bool:
        return (
            _is_closing(line.text)
            or self._is_label(line, "footer")
            or not _without_related([line])
            or (len(line.text) <= LONGEST_NOTICE and self._is_date(line.text, labelled=True))
        )

    def _is_notice(self, line: Line) -> bool:
        if len(line.text) > LONGEST_NOTICE:
            return False
        return self._is_date(line.text) or self._is_byline(line.text) or self._is_label(line)

    def _is_date(self, text: str, labelled: bool = False) -> bool:
        found = parse_date_line(text)
        if not found or not (found[1] or (self.one_date and not labelled)):
            return False
        return self.facts.learn("published", found[0], "date line")

    def _is_byline(self, text: str) -> bool:
        named = byline_names(text)
        if not named:
            return False
        people, agency = named
        self.agency = self.agency or agency
        return self.facts.learn("authors", people or (agency,), "byline")

    def _is_label(self, line: Line, where: str = "header") -> bool:
        match = _LABELLED.fullmatch(line.text) if len(line.text) <= LONGEST_NOTICE * 8 else None
        if not match:
            return False
        label, value = match["label"].lower(), match["value"].strip()
        addresses = [*line.links, *_ADDRESS.findall(value)]
        name = _ADDRESS.sub("", value).strip(" ()<>[]|,-–—")
        if label in ("title", "headline"):
            return bool(match["colon"]) and self.facts.learn("title", value, where)
        named = bool(match["colon"]) and _is_name(name)
        if label in ("publisher", "publication", "outlet", "agency"):
            return named and self.facts.learn("publisher", name, where)
        if label.startswith(("source", "original source")) and named:
            learned = self.facts.learn("publisher", name, where)
            return learned and (not addresses or self._is_url(addresses[0], where))
        whole = line.linked or not name or name in addresses or bool(match["colon"] and line.links)
        return whole and bool(addresses) and self._is_url(addresses[0], where)

    def _is_url(self, address: str, where: str) -> bool:
        return self.facts.learn("url", web_address(address), where)


def web_address(text: str) -> str | None:
    """`text` if it is a whole http or https address, else None."""
    text = text.strip().strip("<>")
    if not _ADDRESS.fullmatch(text) or len(text) > 2000:
        return None
    try:
        return text if urlsplit(text).hostname else None
    except ValueError:
        return None


def is_notice(text: str) -> bool:
    """Whether a line is a date, a byline or a label with its value, and no prose."""
    if len(text) > LONGEST_NOTICE:
        return False
    label = _LABELLED.fullmatch(text)
    return bool((label and label["colon"]) or byline_names(text) or parse_date_line(text))


def is_caption(line: Line) -> bool:
    """Whether a paragraph ends or begins with the credit of a picture."""
    text = line.text
    if len(text) > LONGEST_CAPTION:
        return False
    return bool(
        line.credit
        or _CAPTION.match(text)
        or _CREDIT_AT_END.search(text)
        or (_open(text) and _is_slashed_credit(text.split(" / ")[1:]))
    )


def _is_slashed_credit(names: Sequence[str]) -> bool:
    """Whether "... / EPA / TASS" or "... / Ola Berg / The Daily" ends a caption."""
    if not all(_is_name(name) for name in names):
        return False
    if any(_is_agency(name) or _CREDIT_WORD.search(name) for name in names):
        return True
    return len(names) > 1 and any(" " in name for name in names)


def byline_names(text: str) -> tuple[tuple[str, ...], str | None] | None:
    """The people and the agency of a byline ("By Ola Berg, AFP"), or None if it is none."""
    match = _BYLINE.fullmatch(text)
    if not match or _NOT_A_NAME.match(match[1]) or not _open(text.removesuffix("r.")):
        return None
    people, staff, single = [], [], []
    agency = None
    for name in filter(None, _BETWEEN_NAMES.split(_IN_A_PLACE.sub("", match[1]))):
        if _STAFF.search(name):
            staff.append(name)
        elif not _is_name(name) or len(name.split()) > 5:
            return None
        elif _is_agency(name):
            agency = agency or name
        elif " " not in name:
            single.append(name)
        else:
            people.append(name)
    if len(single) > 1 or not (people or staff or single or agency):
        return None
    agency = agency or "".join(single) or None
    return tuple(people or ([] if agency else staff)), agency


def _is_agency(name: str) -> bool:
    name = name.strip()
    short = len(name) > 1 and name.isupper() and " " not in name
    return short or name.startswith("The ") or bool(_PUBLISHER_WORD.search(name))


def _is_name(text: str) -> bool:
    """Whether every word begins as words in names do."""
    words = text.split()
    return (
        0 < len(words) <= 8
        and len(text) <= 60
        and all(word[0].isupper() or _SMALL_NAME_PART.match(word.lower()) for word in words)
    )


def _is_prose(text: str) -> bool:
    return len(text) > 200 or (len(text) > 20 and not _open(text))


def _is_headline(text: str, following: Sequence[Line]) -> bool:
    """Whether a first line is short, is no sentence, and has longer prose after it."""
    if len(text) > LONGEST_HEADLINE or len(text.split()) < 2 or text[-1] in ".,;:…":
        return False
    ended = not _open(text) and text[-1] not in "?!"
    begins = text.lstrip("\"'“‘«([")[:1]
    if ended or not begins.isalnum() or _small_start(text) or is_notice(text):
        return False
    return any(_is_prose(line.text) and len(line.text) > len(text) for line in following)


def _is_closing(text: str) -> bool:
    if len(text) > LONGEST_NOTICE:
        return False
    words = re.findall(r"[^\W\d_]+", text)
    return bool(_CLOSING.fullmatch(text)) or bool(
        _REPORTING_BY.match(text)
        and all(word[0].isupper() or word in _REPORTING_WORDS for word in words)
    )


def _with_addresses(lines: Sequence[Line]) -> list[Line]:
    """A label at the end of a line and the address on the next one, together."""
    joined: list[Line] = []
    for line in lines:
        label = joined and _ADDRESS.fullmatch(line.text) and _LABELLED.fullmatch(joined[-1].text)
        if label and label["colon"] and not label["value"]:
            joined[-1] = Line(f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
    return joined


def _without_related(lines: Iterable[Line]) -> list[Line]:
    """The lines that do not point to another story, as far as that is certain."""
    kept: list[Line] = []
    listing = False  # after a bare "Related articles", links are other stories
    for line in lines:
        match = _RELATED.match(line.text) if len(line.text) <= LONGEST_NOTICE else None
        bare = match is not None and not line.text[match.end() :].strip(" :|–-")
        points = match and (line.linked or (_open(line.text) and (line.links or match["more"])))
        listing = bare or (listing and line.linked)
        if not (listing or points):
            kept.append(line)
    return kept


def _read_dateline(text: str, facts: Facts) -> None:
    """What "DOHA, Dec. 7, 2024 (Some Wire) —" says; the words stay in the text."""
    match = _DATELINE.match(text)
    if not match:
        return
    name = (match["round"] or match["slashed"] or "").strip()
    if _is_name(name) and (_is_agency(name) or " " not in name) and not _NOT_A_NAME.match(name):
        facts.learn("publisher", name, "dateline")
    facts.learn("published", find_date(match["place"]), "dateline")
