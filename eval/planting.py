"""Faults planted in true sentences, so that the exact check shows what it is worth.

`eval/statements.jsonl` holds sentences that restate a passage of the demo archive
each: {id, text, article, quote}, with the quote verbatim in the article. From
them, seven kinds of faults are made by mechanical rules, the same ones in every
run. The rules read the text by themselves and use none of the checker's readers
of names, speakers and negations, so that a blind spot there is not planted around.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import BadRequest
from index.records import Article

STATEMENTS = Path(__file__).parent / "statements.jsonl"
KINDS = ("speaker", "number", "date", "negation", "quotation", "citation", "joined")

_PERSON = r"[A-Z][\w’'-]+(?:\s+(?:bin|al|de|van|[A-Z][\w’'-]+))*"
_SAYS = (
    "said|says|told|added|warned|called|described|denied|admitted|announced|pledged|promised|"
    "suggested|hoped|urged|declined|refused|blamed|vowed|put|asked|stressed|testified"
)
_SPOKEN = (
    re.compile(
        rf"(?<!from )(?<!of )(?<!in )(?<!and )(?P<name>{_PERSON}),?\s+"
        rf"(?:has\s+|had\s+|have\s+)?(?:{_SAYS})\b"
    ),
    re.compile(rf"(?P<name>{_PERSON}), [^,]{{3,60}}, (?:has\s+|had\s+)?(?:{_SAYS})\b"),
    re.compile(rf"\b[Aa]ccording to (?:the \w+ |[a-z]+ )*(?P<name>{_PERSON})"),
    re.compile(rf"[,”] (?:{_SAYS}) (?:[a-z]+ )*(?P<name>{_PERSON})"),
)
_NO_PERSON = frozenset(
    "The A An In On It He She They There His Her Its According Monday Tuesday Wednesday Thursday "
    "Friday Saturday Sunday January February March April May June July August September October "
    "November December Earlier No Two Three Nobody".split()
)
_SPELT = "two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
_NUMBER = re.compile(
    rf"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-]*\d)|\b(?:{'|'.join(_SPELT)})\b", re.I
)
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})\b")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b")
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b(?! kron| euro)")
_MONTH = re.compile(
    rf"\b(?:in|In|since|Since|of|until|before|by) (?:late |early )?({'|'.join(_MONTHS)})\b"
)
_QUOTED = re.compile(r"“[^”]*”")
_LOST: tuple[tuple[str, str], ...] = (
    (r"\bdenied that\b", "confirmed that"), (r"\bdenied\b", "confirmed"),
    (r"\b(?:refused|declined) to\b", "agreed to"), (r"\bfailed to\b", "managed to"),
    (r"\bneither of\b", "each of"), (r"\b[Nn]obody\b", "somebody"), (r"\bhad no\b", "had"),
    (r"\bno one\b", "someone"), (r"\bwithout\b", "with"), (r"\bWithout\b", "With"),
    (r"\b[Nn]o (?=[a-z])", "the "), (r"\b(and|but) not\b", r"\1"), (r"\bnot ", ""),
)  # fmt: skip
_AUXILIARY = re.compile(
    r"\b(would|could|had|has|have|was|were|is|are|will|can|may|might|must|should)\b(?! not| no\b)"
)
_HALVES = re.compile(
    rf"^(?P<subject>.{{4,80}}?[a-z’'A-Z]),?\s+(?P<predicate>(?:{_SAYS}|has|had|have|is|was|were|are|"
    r"will|would|could|may|can|won|wanted|expects|received|paid|took|agreed|led|faces|met|"
    r"carried|cited|stopped|opposed|owns|holds|gave|finished|fell|rose|grew|leaves)\b.{15,})$"
)
_CLAIM = re.compile(rf"\b(?:{_SAYS})(?: that)? (?P<claim>[^“”]{{20,}})\.$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A true sentence, and the words of an article that it restates."""

    id: str
    text: str
    article: str
    quote: str


@dataclass(frozen=True, slots=True)
class Planted:
    """A sentence that is not supported by what it cites, and why."""

    kind: str
    text: str
    cites: tuple[tuple[str, str], ...]
    """Pairs of an article's id and words of its text."""
    source: str
    """The id of the statement that it was made from."""


def statements(path: Path = STATEMENTS) -> list[Statement]:
    """The true sentences of a file, in order.

    Raises:
        BadRequest: a line is no statement; the message tells which.
    """
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            found.append(Statement(row["id"], row["text"], row["article"], row["quote"]))
        except (ValueError, KeyError, TypeError) as error:
            raise BadRequest(f"{path.name}, line {number}: {error!r}") from error
    return found


def half(article_id: str) -> str:
    """Which half an article belongs to: "tune" or "report"."""
    return "tune" if zlib.crc32(article_id.encode()) % 2 else "report"


def planted(every: Sequence[Statement], articles: Mapping[str, Article]) -> list[Planted]:
    """All faults that can be made of the statements, each kind from all of them in turn."""
    found = []
    for kind, make in _MAKERS.items():
        for at, one in enumerate(every):
            found += [
                Planted(kind, text, cites, one.id) for text, cites in make(at, every, articles)
            ]
    return found


Made = Iterator[tuple[str, tuple[tuple[str, str], ...]]]
Maker = Callable[[int, Sequence[Statement], Mapping[str, Article]], Made]


def _pick(options: Sequence[str], seed: str) -> str:
    return options[zlib.crc32(seed.encode()) % len(options)]


def _swap_speaker(at: int, every: Sequence[Statement], articles: Mapping[str, Article]) -> Made:
    """Give the words to somebody else of the same article, best to one in the passage."""
    one = every[at]
    spoken = next(filter(None, (pattern.search(one.text) for pattern in _SPOKEN)), None)
    if spoken is None or spoken["name"].split()[0] in _NO_PERSON:
        return
    name = spoken["name"]
    last = name.split()[-1].removesuffix("'s")
    people = [
        other
        for other in _people(articles[one.article].text)
        if other.split()[-1] != last
        and other not in one.text
        and last not in other
        and _initials(other) != last
    ]
    near = [other for other in people if other.split()[-1] in one.quote]
    if near or people:
        other = _pick(near or people, one.id)
        yield (
            one.text[: spoken.start("name")] + other + one.text[spoken.end("name") :],
            ((one.article, one.quote),),
        )


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split())


def _people(text: str) -> list[str]:
    """Everybody to whom an article gives words, in order."""
    found = (match["name"] for pattern in _SPOKEN for match in pattern.finditer(text))
    return list(dict.fromkeys(name for name in found if name.split()[0] not in _NO_PERSON))


def _change_number(at: int, every: Sequence[Statement], articles: Mapping[str, Article]) -> Made:
    """Another number in a number's place: of the same article, or with one digit changed."""
    one = every[at]
    dates = [match.span() for pattern in (_DAY, _YEAR) for match in pattern.finditer(one.text)]
    numbers = [
        match
        for match in _NUMBER.finditer(one.text)
        if not any(start <= match.start() < end for start, end in dates)
        and not _in_quotation(one.text, match.start())
    ]
    if not numbers:
        return
    match = numbers[zlib.crc32(one.id.encode()) % len(numbers)]
    old = match.group()
    if old[0].isdigit():
        others = [
            other
            for other in re.findall(
                r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?!\w)", articles[one.article].text
            )
            if other != old and other not in one.text and len(other) == len(old)
        ]
        new = others[0] if others else _other_digit(old, one.quote)
    else:
        spelt = [word for word in _SPELT if word != old.lower() and word not in one.quote.lower()]
        new = _pick(spelt, one.id)
    yield one.text[: match.start()] + new + one.text[match.end() :], ((one.article, one.quote),)


def _other_digit(number: str, quote: str) -> str:
    for step in range(1, 10):
        first = str((int(number[0]) + step) % 9 + 1)
        if first != number[0] and first + number[1:] not in quote:
            return first + number[1:]
    return number + "1"


def _change_date(at: int, every: Sequence[Statement], articles: Mapping[str, Article]) -> Made:
    """Another day, month or year in a date's place."""
    one = every[at]
    published = articles[one.article].published
    for pattern in (_DAY, _WEEKDAY, _MONTH, _YEAR):
        match = pattern.search(one.text)
        if match is None or _in_quotation(one.text, match.start()):
            continue
        shift = zlib.crc32(one.id.encode()) % 3 + 2
        start, end = match.span(1)
        if pattern is _DAY:
            new = str((int(match[1]) + shift - 1) % 28 + 1)
        elif pattern is _YEAR:
            new = str(int(match[1]) + shift)
        else:
            names = _WEEKDAYS if pattern is _WEEKDAY else _MONTHS
            new = names[(names.index(match[1]) + shift) % len(names)]
            if published and new == f"{published:%A}":  # the day of publication may be named
                new = names[(names.index(match[1]) + 1) % len(names)]
        if new not in one.quote.split():
            yield one.text[:start] + new + one.text[end:], ((one.article, one.quote),)
        return


def _negate(at: int, every: Sequence[Statement], articles: Mapping[str, Article]) -> Made:
    """A negation lost where there is one, and one gained after an auxiliary."""
    one = every[at]
    for pattern, instead in _LOST:
        match = re.search(pattern, one.text)
        if match and not _in_quotation(one.text, match.start()):
            text = one.text[: match.start()] + match.expand(instead) + one.text[match.end() :]
            yield text, ((one.article, one.quote),)
            return
    for match in _AUXILIARY.finditer(one.text):
        if not _in_quotation(one.text, match.start()):
            text = one.text[: match.end()] + " not" + one.text[match.end() :]
            yield text, ((one.article, one.quote),)
            return


def _invent_quotation(at: int, every: Sequence[Statement], articles: Mapping[str, Article]) -> Made:
    """A claim in quotation marks that nobody spoke, a word changed, or two halves put together."""
    one = every[at]
    cites = ((one.article, one.quote),)
    quoted = next((m for m in _QUOTED.finditer(one.text) if len(m.group().split()) > 4), None)
    if quoted:
        words = quoted.group().split()
        middle = len(words) // 2
        other = _pick(
            [word for word in one.quote.split() if word.isalpha() and len(word) > 3], one.id
        )
        if other != words[middle]:
            changed = " ".join([*words[:middle], other, *words[middle + 1 :]])
            yield one.text[: quoted.start()] + changed + one.text[quoted.end() :], cites
        return
    claim = _CLAIM.search(one.text)
    if claim is None or _plain(claim["claim"]) in _plain(one.quote):
        return
    words = one.quote.split()
    if len(words) > 24 and zlib.crc32(one.id.encode()) % 2:  # two stretches with a gap between
        text = " ".join([*words[2:6], *words[-5:]]).strip(' “”".,')
        text = text.replace("“", "").replace("”", "").replace('"', "")
        yield one.text[: claim.start("claim")] + f"“{text}”.", cites
    else:
        yield one.text[: claim.start("claim")] + f"“{claim['claim']}”.", cites


def _cite_wrongly(at: int, every: Sequence[Statement], articles: Mapping[str, Article]) -> Made:
    """Another passage: of the same article for every second statement, else of a distant one."""
    one = every[at]
    if at % 2:
        others = [s for s in every if s.article == one.article and not _overlap(s, one)]
        wrong = others[at % len(others)] if others else None
    else:
        wrong = every[(at + len(every) // 2) % len(every)]
    if wrong is not None:
        yield one.text, ((wrong.article, wrong.quote),)


def _join_halves(at: int, every: Sequence[Statement], articles: Mapping[str, Article]) -> Made:
    """The subject of one sentence with the predicate of another, citing the passages of both."""
    one = every[at]
    mine = _HALVES.match(one.text)
    article = articles[one.article].text
    names = _names(mine["subject"], article) if mine else []
    if mine is None or not names or _CLAUSES.search(mine["subject"]):
        return
    for other in every:
        theirs = _HALVES.match(other.text)
        if (
            theirs is None
            or other.article != one.article
            or _overlap(one, other)
            or any(name in other.quote for name in names)
            or not (others := _names(theirs["subject"], article))
            or any(name in one.quote for name in others)
            or _CLAUSES.search(theirs["subject"])
        ):
            continue
        text = f"{mine['subject']} {theirs['predicate']}"
        yield text, ((one.article, one.quote), (other.article, other.quote))
        return


_CLAUSES = re.compile(r"\b(?:although|but|and|while|who|which|because)\b")


def _names(text: str, article: str) -> list[str]:
    """The capitalised words of a text that the article never writes small."""
    return [
        word
        for word in re.findall(r"[A-Z][\w-]+", text)
        if word not in _NO_PERSON and not re.search(rf"\b{word.lower()}\b", article)
    ]


def _overlap(one: Statement, other: Statement) -> bool:
    return (
        one.quote in other.quote
        or other.quote in one.quote
        or bool(
            set(re.split(r"(?<=[.!?”\"])\s+", one.quote))
            & set(re.split(r"(?<=[.!?”\"])\s+", other.quote))
        )
    )


def _in_quotation(text: str, at: int) -> bool:
    return any(match.start() <= at < match.end() for match in _QUOTED.finditer(text))


def _plain(text: str) -> str:
    return " ".join(text.replace("“", '"').replace("”", '"').lower().split())


_MAKERS: dict[str, Maker] = {
    "speaker": _swap_speaker,
    "number": _change_number,
    "date": _change_date,
    "negation": _negate,
    "quotation": _invent_quotation,
    "citation": _cite_wrongly,
    "joined": _join_halves,
}


def by_half(every: Iterable[Statement], which: str) -> list[Statement]:
    """The statements on articles of one half."""
    return [one for one in every if half(one.article) == which]
