"""What a sentence of the evidence states: figures, days, and whether something happened.

A statement is a value with what it is the value of: the words of its clause, the
thing that is counted, the names around it and the period. It knows nothing of the
question nor of other sentences; `rag.disagreement.conflicts` compares statements. All is read by
rule from the words, so it works the same on any archive.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal

from rag.evidence.weighing import Candidate
from rag.text.dates import Mention, mentions
from rag.text.names import name_words
from rag.text.numbers import Quantity, quantities
from rag.text.speech import OPENS_ON_PRONOUN, SAYING
from rag.text.words import STOPWORDS, WORD, fold, stem, words

Kind = Literal["number", "date", "polarity"]
Bound = Literal["", "least", "most"]

_APPROXIMATE = Decimal("0.05"), Decimal("0.10")
"""Share of "about N" by which it may be off, at least and at most."""
_ROUND_DIGITS, _ROUND_WORDS = Decimal("0.01"), Decimal("0.05")
"""Share by which 50,000 and "2 million" may be rounded without saying so."""
MEASURES = frozenset(
    "second minut hour day night week month year decad centuri metr meter kilometr "
    "kilomet mile foot "
    "feet acr hectar tonn ton kilo kilogram gram litr liter barrel degre point megawatt gigawatt "
    "kilowatt millimetr millimet centimetr".split()
)
"""Stems of nouns that measure, so that so many of them is an amount and no count."""
OPENING = (
    r"(?:an? (?:estimated|total of|further|additional)|estimated|roughly|approximately|around|about"
    r"|some|circa|nearly|almost|close to|just under|just over|at least|at most|no fewer than"
    r"|no less than|not less than|no more than|not more than|more than|fewer than|less than|over"
    r"|under|above|below|up to|as many as|as much as|upwards of|a minimum of|a maximum of|only|just"
    r"|exactly|another|exceeding|exceeds?)"
)
HEDGE = re.compile(rf"\b(?P<hedge>{OPENING}(?:\s+{OPENING})?)\s+(?:the\s+)?$", re.IGNORECASE)
_LEAST = re.compile(
    r"at least|no fewer|(?:no|not) less|(?<!no )(?<!not )more than"
    r"|over$|above|upwards|minimum|exceed"
)
_MOST = re.compile(
    r"at most|(?:no|not) more|fewer than|(?<!no )(?<!not )less than|^under|below|up to|as many as"
    r"|as much as|maximum"
)
_BELOW = re.compile(r"nearly|almost|close to|just under")
_ABOUT = re.compile(r"about|around|some|roughly|approx|circa|estimated")
OR_MORE = re.compile(r"^\s*(?:\+|or (?P<more>more|so|fewer|less)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with its hedge: what it says, and what it leaves room for."""

    value: Decimal
    unit: str
    """"percent", a currency, the stem of a measure such as "kilometr", or ""."""
    low: Decimal
    high: Decimal
    """The range within which the writer means the figure to lie."""
    bound: Bound = ""

    def means(self, other: Amount) -> bool:
        """True where both writers can have one figure in mind."""
        return (
            self.low <= other.value <= self.high
            or other.low <= self.value <= other.high
            or (bool(self.bound or other.bound) and self.low < other.high and other.low < self.high)
        )

    def allows(self, other: Amount) -> bool:
        """True where both can be true: "at least 30" leaves room for 45."""
        if self.means(other):
            return True
        mine, theirs = self._open(), other._open()
        return mine[0] <= theirs[1] and theirs[0] <= mine[1] if self.bound or other.bound else False

    def _open(self) -> tuple[Decimal, Decimal]:
        if self.bound == "least":
            return self.low, Decimal("Infinity")
        if self.bound == "most":
            return Decimal(0), self.high
        return self.low, self.high


def amount(
    text: str,
    one: Quantity,
    until: Quantity | None,
    hedge: str,
    tail: re.Match[str] | None,
    unit: str,
) -> Amount:
    """What a figure means, by its hedge, the words behind it, and how finely it is written.

    Args:
        text: the sentence.
        one: the figure.
        until: where a range ends: 50 in "40 to 50".
        hedge: the words before it, in lower case: "at least".
        tail: the words after it that hedge, as `OR_MORE` finds them.
        unit: what it is measured in.
    """
    if until is not None:
        first = min(one.value, until.value)
        scale = _scale(text, until)
        if scale > 1 and one.value * scale <= until.value:
            first = one.value * scale  # "2 to 3 million"
        return Amount(until.value, unit, first, until.value)
    more = (tail["more"] or "more").lower() if tail else ""
    slack = _slack(text[one.start : one.end], one.value, _scale(text, one))
    value = one.value
    if _BELOW.search(hedge):
        return Amount(value, unit, value - value * _APPROXIMATE[1], value)
    if "just over" in hedge:
        return Amount(value, unit, value, value + value * _APPROXIMATE[1])
    if _LEAST.search(hedge) or more == "more":
        return Amount(value, unit, value, value + max(slack * 2, value * _APPROXIMATE[0]), "least")
    if _MOST.search(hedge) or more in ("fewer", "less"):
        return Amount(value, unit, value - max(slack * 2, value * _APPROXIMATE[0]), value, "most")
    if _ABOUT.search(hedge) or more == "so":
        few, many = (value * share for share in _APPROXIMATE)
        slack = min(max(_last_digit(value) / 2, few), many)
    return Amount(value, unit, value - slack, value + slack)


def _slack(written: str, value: Decimal, scale: Decimal) -> Decimal:
    """How far a figure may be rounded without a word of it: half its last digit, in bounds."""
    digits = re.search(r"\.(\d+)", written)
    finest = scale * Decimal(10) ** -(len(digits[1]) if digits else 0) / 2
    if scale > 1:
        return min(finest, value * _ROUND_WORDS)
    if value >= 1000 and not digits:
        return max(min(_last_digit(value) / 2, value * _ROUND_DIGITS), Decimal("0.5"))
    return finest


def _scale(text: str, one: Quantity) -> Decimal:
    """1,000,000 for "1.2 million", 1 for plain digits."""
    digits = re.search(r"\d[\d,.\u00a0\u202f]*", text[one.start : one.end])
    if not digits:
        return _last_digit(one.value) if one.value >= 1000 else Decimal(1)
    plain = Decimal(re.sub(r"[^\d.]", "", digits[0]).strip(".") or "1")
    return one.value / plain if plain else Decimal(1)


def _last_digit(value: Decimal) -> Decimal:
    """The place of a whole number's last digit that is not 0: 1,000 for 47,000."""
    place = Decimal(1)
    while value and value % (place * 10) == 0:
        place *= 10
    return place


_PERSONS = frozenset("peopl person individu victim".split())
"""Counted nouns that say nothing of who is counted, by stem."""
_FORMS = """
kill killing dead died die dies death deaths fatality fatalities lives; injured injure injury
injuries wounded wounds hurt; cost costs costing spend spent price; sink sank sunk; sell sold
selling; meet met; win won; hold held; leave left; give gave given; fall fell fallen; rise rose
risen; begin began begun; break broke broken; choose chose chosen; fly flew flown; lose lost; pay
paid; send sent; shoot shot; steal stole stolen; strike struck; seize seized; build built;
buy bought; bring brought; fight fought; find found; flee fled; freeze froze frozen;
speak spoke spoken; drive drove driven; withdraw withdrew withdrawn; write wrote written
"""
"""Words by which all newsrooms mean one thing, and verbs whose forms no stemmer joins."""


@lru_cache(maxsize=1)
def _kept() -> Mapping[str, str]:
    """The stem that stands for each stem of `_FORMS`."""
    rows = [[stem(word) for word in row.split()] for row in _FORMS.split(";")]
    return {form: row[0] for row in rows for form in row}


_CLAUSE_END = re.compile(
    r"[;:—]|\s[-–]\s|,?\s+(?:while|whereas|although|though|but)\s|,\s+(?:and|which|who|whom|whose"
    r"|where|when|after|before|with|among|including|compared|as|or|for|because|short|down|up"
    r"|not|raising|bringing|taking)\b|\s+(?:after|when|because|which|until)\s|,\s+(?=according\b)"
    r"|\s+and\s+(?=(?:not|the|an?|his|her|its|their|another|more than|about|at least|\d+)\b)",
    re.IGNORECASE,
)
_WIDE_END = re.compile(
    r"[;—]|,?\s+(?:while|whereas|although|though|but)\s|,\s+(?:and|before|after)\b"
    r"|,\s+(?:an?|one|two|three) (?:hour|day|week|month|year)s? (?:before|after|earlier|later)\b"
)
_ATTRIBUTION = re.compile(
    rf"(?:,\s*|^)[^,]*\b(?:{SAYING})\b(?: on [A-Z]\w+)?\s*[.,]?$|^.*?\b(?:{SAYING})\b[^,]*?\bthat\s"
    r"|^.*?\b(?:said|says)\s+(?:on [A-Z]\w+day\s+)?(?!to\b)|,?\s*according to .*$"
)
_CHANGE = (
    r"(?:up|down|rise|rises|rose|risen|rising|increas\w+|fell|fall\w*|drop\w*|climb\w*|revis\w+|cut"
    r"|rais\w+|lower\w*|correct\w*|reduc\w+|chang\w+|go|goes|went|gone|grew|grown|grow\w*|jump\w*"
    r"|slipp\w+|slid|shr[aiu]nk|turn\w*|moved|put off|postponed|delayed|brought forward)"
)
_FORMER_BEFORE = re.compile(
    rf"(?:\bnot(?: by| at| on| in| the| to be)?|\brather than|\binstead of"
    rf"|\b{_CHANGE}\b[^;.]*\bfrom"
    r"|\b(?:earlier|first|previous|initial|original|old|prior)\s+(?:reports?|figures?|estimates?"
    r"|counts?|tolls?|totals?|numbers?|dates?)\b[^;.]*|\b(?:initially|originally|previously)\b[^;.]*"
    r"|\bat first\b[^;.]*|\bcompared (?:with|to)|(?<!more )(?<!less )(?<!fewer )\bthan"
    r"|\breplac\w+[^;.]*|\bdeni\w+[^;.]*"
    rf"|\bhad (?:(?:first|earlier|initially|previously|originally) )?(?:been )?(?:put|planned"
    r"|promised|estimated|expected|set|scheduled|hoped)\b[^;.]*"
    r"|^When\b.{0,50}\b(?:began|started|announced|approved|launched)\b[^;.]*)"
    rf"\s*(?:of\s+|by\s+|at\s+|on\s+|the\s+)*(?:{OPENING}\s+)*$",
    re.IGNORECASE,
)
_FORMER_AFTER = re.compile(
    r"^[^;.]{0,40}?\b(?:earlier|previously|initially|originally|at first|first reported"
    r"|no longer|(?:was|were|is|are) (?:wrong|incorrect|mistaken|outdated)"
    r"|(?:a|the) (?:day|week|month|year) (?:before|earlier)"
    r"|that [\w ]{0,20}\b(?:expected|forecast|predicted|promised|hoped))\b",
    re.IGNORECASE,
)
_TURNED = re.compile(r"\bturn(?:ed|s|ing)?\b[^;.]*$", re.IGNORECASE)
_SUBSET_BEFORE = re.compile(
    rf"\b(?:among (?:them|those|these|which|whom)|including|of (?:them|whom|which|those)|another"
    rf"|(?:a )?further|an additional|other)\W+(?:were |are |being )?(?:{OPENING}\s+)*$",
    re.IGNORECASE,
)
_SUBSET_AFTER = re.compile(
    r"^\s+(?:(?:\w+\s+){0,2}of (?:the|them|these|those|its|his|her|their|whom)\b"
    r"|(?:more|other|others|further|additional)\b(?!\s+than\s+(?:in|at)\b))",
    re.IGNORECASE,
)
_BY = re.compile(rf"\bby\s+(?:{OPENING}\s+)*$", re.IGNORECASE)
_RATE = re.compile(
    r"^(?:\s+[\w-]+){0,3}?\s+(?:an?|per|each|every)\s+(?:second|minute|hour|day|night|week|month"
    r"|year|person|head|share|kilogram|tonne|litre|household)\b",
    re.IGNORECASE,
)
_AS_OF = re.compile(r"\b(?:as of|by|until|up to|as at)\s+[^,;]{0,30}$", re.IGNORECASE)
_AGE = re.compile(r"\baged?\s+$|\bage of\s+$", re.IGNORECASE)
_AGE_AFTER = re.compile(r"^[\s-]years?[\s-]old|^(?:-year|s\b)")
_IDENTIFIER = re.compile(r"(?:(?<!^)\b[A-Z][a-z]+|\bNo\.?)\s+$")
_BETWEEN = re.compile(r"^\s*(?:to|-|–|and)\s*$")
_STOP_NOUN = re.compile(r"[,.;:()“”\"]|\s[-–—]\s")
_NOUN_ENDS = frozenset(
    "in at on of from to for by with as after when who that which were was are is have has had and "
    "or but since during per a an the near across between into through than more late early on out "
    "could would will may might can said".split()
)
_MODAL = re.compile(r"\b(?:could|may|might|if)\b", re.IGNORECASE)
_PERIOD = re.compile(
    r"\b(?P<rank>first|second|third|fourth|1st|2nd|3rd|4th)[\s-](?P<of>quarter|half|round|phase|day"
    r"|test|season)\b|\bQ(?P<quarter>[1-4])\b",
    re.IGNORECASE,
)
_RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Statement:
    """A value in a sentence, and what it is the value of."""

    candidate: Candidate
    kind: Kind
    value: Amount | Mention
    start: int
    """Where the value, with its hedge, begins in the candidate's text."""
    end: int
    clause: str
    """The words of the clause around the value, without the value and who said it."""
    thing: frozenset[str] = frozenset()
    """Stems of the noun that is counted."""
    former: bool = False
    """True where the sentence itself calls the value past, replaced or wrong."""
    part: bool = False
    """True for a part or an addition: "12 of the 40", "another 12", "among them 12"."""
    by: bool = False
    """True for a difference: "rose by 12"."""
    rate: bool = False
    """True for so much a day, per head, …"""

    @property
    def worded(self) -> str:
        """The value as the article words it."""
        return " ".join(self.candidate.text[self.start : self.end].split()).rstrip(".,;")

    @cached_property
    def about(self) -> frozenset[str]:
        """Stems of the clause's words that carry meaning, names left out."""
        return common_stems(self.clause)

    @cached_property
    def names(self) -> frozenset[str]:
        """Folded words of the clause's names."""
        return frozenset(name_words(self.clause))

    @cached_property
    def near(self) -> frozenset[str]:
        """Stems of what a reader has in mind: the sentence, the headline, what a "they" means."""
        return common_stems(before_and_with(self.candidate))

    @cached_property
    def voice(self) -> frozenset[str]:
        """Folded words of whoever the clause says gives the value; empty where nobody is named."""
        begin, stop = clause_at(self.candidate.text, self.start, self.end)
        clause = self.candidate.text[begin:stop].lstrip(" ,")
        match = _VOICE.search(clause)
        return (
            frozenset(
                word for word in words(match["who"] or match["whom"]) if word not in STOPWORDS
            )
            if (match)
            else frozenset()
        )

    @property
    def modal(self) -> bool:
        """True where the clause says only what may or could be."""
        return bool(_MODAL.search(self.clause))

    @cached_property
    def periods(self) -> frozenset[str]:
        """Quarters, halves and rounds that the sentence speaks of."""
        return periods(self.candidate.text)

    @cached_property
    def days(self) -> tuple[Mention, ...]:
        """The days of the clause, but not those on which somebody spoke."""
        return tuple(
            day
            for day in mentions(self.clause, published(self.candidate))
            if not is_saying(self.clause, day) and not _AS_OF.search(self.clause[: day.end])
        )


def statements(candidate: Candidate) -> list[Statement]:
    """The figures and days of a sentence, in order, each with what it belongs to."""
    found = [*_days(candidate), *_figures(candidate)]
    return sorted(found, key=lambda one: (one.start, one.end))


def published(candidate: Candidate) -> dt.date | None:
    """The day on which a candidate's article was published."""
    return candidate.passage.stored.card.published


def before_and_with(candidate: Candidate) -> str:
    """The headline, the sentence, and the one before where it opens on a pronoun."""
    chunk = candidate.passage.stored.chunk
    before = ""
    if OPENS_ON_PRONOUN.match(candidate.text):
        earlier = [one for one in chunk.sentences if one.end <= candidate.span.start]
        before = chunk.part(earlier[-1]) if earlier else ""
    return f"{candidate.passage.stored.card.title}. {before} {candidate.text}"


def common_stems(text: str) -> frozenset[str]:
    """The stems of a text's meaningful words, the common ones for deaths and injuries made one."""
    found = (stem(word) for word in words(text) if word not in STOPWORDS and word.isalpha())
    return frozenset(_kept().get(one, one) for one in found if one not in _UNMEANING)


def periods(text: str) -> frozenset[str]:
    """Quarters, halves and rounds named in a text, as "quarter 2"."""
    found = set()
    for match in _PERIOD.finditer(text):
        if match["quarter"]:
            found.add(f"quarter {match['quarter']}")
        else:
            rank = match["rank"].lower()
            found.add(f"{match['of'].lower()} {_RANKS.get(rank) or rank[0]}")
    return frozenset(found)


def clause_at(text: str, start: int, end: int, *, wide: bool = False) -> tuple[int, int]:
    """The bounds of the clause that holds ``text[start:end]``, its "when" too if wide."""
    begin, stop = 0, len(text)
    for match in (_WIDE_END if wide else _CLAUSE_END).finditer(text):
        if match.end() <= start:
            begin = match.start() if match.group().strip(" ,")[:1].isalpha() else match.end()
        elif match.start() >= end:
            stop = match.start()
            break
    return begin, stop


def is_person(value: str) -> bool:
    """True where a value's noun looks like one for persons: "264 participants"."""
    return bool(_PERSON.search(value))


_PERSON = re.compile(
    r"(?:ants|ents|ers|ors|ees|ians|ists|people|men|women|children|adults|troops|lives|dead)$", re.I
)


def counted(after: str) -> frozenset[str]:
    """Stems of the noun phrase at the beginning of a text."""
    return _thing(after)[0]


def is_generic(thing: frozenset[str]) -> bool:
    """True for "people": a counted noun that fits whoever is counted."""
    return thing <= _PERSONS


def _figures(candidate: Candidate) -> Iterator[Statement]:
    text = candidate.text
    every = [one for one in quantities(text) if not _no_figure(text, one, candidate)]
    skip = False
    for at, one in enumerate(every):
        if skip:
            skip = False
            continue
        following = every[at + 1] if at + 1 < len(every) else None
        between = text[one.end : following.start] if following else ""
        opening = text[: one.start].rstrip().lower()
        if following and _BETWEEN.match(between) and not opening.endswith("from"):
            joined = between.strip() != "and" or opening.endswith("between")
            skip = joined
            if joined:
                yield _figure(candidate, one, following)
                continue
        former = bool(
            following
            and (
                (opening.endswith("from") and re.search(r"\bto\b", between))
                or (_TURNED.search(text[: one.start]) and re.search(r"\binto\b", between))
            )
        )
        yield _figure(candidate, one, None, former)


def _figure(
    candidate: Candidate, one: Quantity, until: Quantity | None, former: bool = False
) -> Statement:
    """The statement of a figure, or of a range where it goes on to `until`."""
    text = candidate.text
    last = until or one
    before, after = text[: one.start], text[last.end :]
    hedge = HEDGE.search(before)
    words_ = hedge["hedge"].lower() if hedge else ""
    start = hedge.start() if hedge else one.start
    if until is not None and (between := re.search(r"\bbetween $", before, re.IGNORECASE)):
        start = between.start()
    tail = OR_MORE.match(after)
    thing, noun_end = _thing(after)
    unit = last.unit or next((one for one in thing if one in MEASURES), "")
    begin, stop = clause_at(text, start, last.end)
    noun = "" if last.unit else after[:noun_end]
    return Statement(
        candidate,
        "number",
        amount(text, one, until, words_, tail, unit),
        start,
        last.end + (tail.end() if tail else len(noun.rstrip())),
        without_speaker(f"{text[begin:start]} {text[last.end : stop]}"),
        frozenset() if last.unit else thing,
        former or bool(_FORMER_BEFORE.search(before) or _FORMER_AFTER.match(after)),
        bool(_SUBSET_BEFORE.search(before) or _SUBSET_AFTER.match(after)),
        bool(_BY.search(before)),
        bool(_RATE.match(after)),
    )


def _thing(after: str) -> tuple[frozenset[str], int]:
    """The noun phrase right after a figure, as stems, and where it ends."""
    found: list[str] = []
    end = 0
    for match in WORD.finditer(after):
        gap = after[end : match.start()]
        word = fold(match.group())
        if _STOP_NOUN.search(gap) or word in _NOUN_ENDS or len(found) == 4 or word.isdigit():
            break
        found.append(word)
        end = match.end()
        if word.endswith("s") or stem(word) in _PERSONS or stem(word) in MEASURES:
            break  # a plural is the head; what follows is its verb
    nouns = {stem(word) for word in found if word not in STOPWORDS}
    return frozenset(_kept().get(noun, noun) for noun in nouns), end


def _no_figure(text: str, one: Quantity, candidate: Candidate) -> bool:
    """True for numbers that count nothing: in a date, an age, "Resolution 12", a year, a rank."""
    before, after = text[: one.start], text[one.end :]
    written = text[one.start : one.end]
    return bool(
        one.unit == "ordinal"
        or (_YEAR.fullmatch(written) and _IS_YEAR.match(after))
        or _AGE.search(before)
        or _AGE_AFTER.match(after)
        or (_IDENTIFIER.search(before) and not one.unit and not _counts(after))
        or re.match(r"\s?[ap]\.?m\b|:\d\d|\s?[-–]\s?\d+\s*(?:win|victory|defeat|draw)", after)
        or any(
            day.start < one.end and one.start < day.end
            for day in mentions(text, published(candidate))
        )
    )


def _counts(after: str) -> bool:
    """True where a plural follows: "In Tessel 12 boats", but not "Route 12 was closed"."""
    thing, end = _thing(after)
    return bool(thing) and (after[:end].endswith("s") or not thing.isdisjoint(_PERSONS))


_IS_YEAR = re.compile(r"^\s*(?:$|[,.;:)]|(?:and|when|but|or|to|the|after|with|as|by)\b)")
_FINER = re.compile(
    r"\b(?:(?P<part>first|second|third|fourth|1st|2nd|3rd|4th)\squarter(?:\sof)?"
    r"|(?P<half>first|second)\shalf(?:\sof)?|(?P<season>spring|summer|autumn|fall)(?:\sof)?"
    r"|(?:the\s)?(?P<point>middle|end|beginning|start)\sof|(?P<mid>mid)-|(?P<q>Q[1-4]))"
    r"\s?(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_POINTS = {
    "middle": (5, 8), "mid": (5, 8), "end": (10, 12), "beginning": (1, 3), "start": (1, 3),
    "spring": (3, 6), "summer": (6, 9), "autumn": (9, 12), "fall": (9, 12),
}  # fmt: skip
"""Months, first and last, of what newspapers call parts of a year."""
_SAID_ON = re.compile(rf"\b(?:{SAYING}|statement|published|issued)\b(?:\s+\w+){{0,2}}\s*$")
_SAID_AFTER = re.compile(rf"^[\s,]+(?:he|she|they|it)?\s*\b(?:{SAYING})\b")


def _days(candidate: Candidate) -> Iterator[Statement]:
    text = candidate.text
    found = list(_finer(text))
    for day in [*mentions(text, published(candidate)), *_bare_years(text)]:
        if not any(day.start < one.end and one.start < day.end for one in found):
            found.append(day)
    for day in found:
        before, after = text[: day.start], text[day.end :]
        begin, stop = clause_at(text, day.start, day.end, wide=True)
        clause = f"{text[begin : day.start]} {text[day.end : stop]}"
        yield Statement(
            candidate,
            "date",
            day,
            day.start + _leading_preposition(text[day.start : day.end]),
            day.end,
            clause,
            former=bool(_FORMER_BEFORE.search(before) or _FORMER_AFTER.match(after)),
            by=is_saying(text, day),
        )


def is_saying(text: str, day: Mention) -> bool:
    """True where a day is the one on which somebody spoke: "said on Thursday"."""
    return bool(_SAID_ON.search(text[: day.start]) or _SAID_AFTER.match(text[day.end :]))


def _finer(text: str) -> Iterator[Mention]:
    """Quarters, halves, seasons and ends of years."""
    for match in _FINER.finditer(text):
        year = int(match["year"])
        if match["part"] or match["q"]:
            rank = (match["part"] or match["q"][1:]).lower()
            quarter = _RANKS.get(rank) or int(rank[0])
            first, last = quarter * 3 - 2, quarter * 3
        elif match["half"]:
            first, last = (1, 6) if match["half"].lower() == "first" else (7, 12)
        else:
            first, last = _POINTS[(match["season"] or match["point"] or match["mid"]).lower()]
        after = dt.date(year + last // 12, last % 12 + 1, 1)
        ending = after - dt.timedelta(days=1)
        yield Mention(match.start(), match.end(), dt.date(year, first, 1), ending)


def _bare_years(text: str) -> Iterator[Mention]:
    for match in re.finditer(r"(?<![\w.,-])(?:19|20)\d\d\b(?![\d-]|,\d)", text):
        if _IS_YEAR.match(text[match.end() :]):
            year = int(match.group())
            first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
            yield Mention(match.start(), match.end(), first, last)


def _leading_preposition(mention: str) -> int:
    match = re.match(r"(?:on|in|of|by|since|until|from|before|after|during)\s+", mention, re.I)
    return match.end() if match else 0


def without_speaker(clause: str) -> str:
    """A clause without who said it and on which day."""
    return _ATTRIBUTION.sub(" ", clause).strip()


_VOICE = re.compile(
    rf"^(?:and |while |but |whereas )?(?P<who>(?:the |an? )?[\w’' -]{{2,60}}?)"
    rf"\s+(?:{SAYING}|put|puts"
    r"|counted|counts|gave|gives|spoke|speaks)\b|according to (?P<whom>[^,.;]+)"
)

_UNMEANING = frozenset(
    "said say told tell add state warn announc claim argu insist admit acknowledg confirm "
    "declar note "
    "stress suggest explain repli respond ask wrote write report estim peopl person "
    "number figur total "
    "mani monday tuesday wednesday thursday friday saturday sunday one two new per cent "
    "percent accord "
    "least near almost around put set come came go went take took make made mr mrs ms "
    "latest recent "
    "current also still now hundr thousand million billion trillion euro dollar pound yen "
    "rupe".split()
)
"""Stems that align nothing: who speaks, when, how much, and that there is a figure at all."""


_PARTS = re.compile(
    r"[;:—]|,?\s+(?:while|whereas|although|though|but)\s|,\s+(?:and|or|which|who|where|when|after"
    r"|before|because|with)\b|,\s+(?=\w+ing\b)|[“”\"]",
    re.IGNORECASE,
)
_NEGATIONS = frozenset(
    "not never no cannot nor neither without nobody none failed fails fail refused refuses refuse "
    "declined declines".split()
)
_DENYING = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?|disput(?:es|ed|ing)"
    r"|refut(?:es|ed|ing))\b(?P<denied>.*)",
    re.IGNORECASE,
)
_UNSURE = frozenset(
    "could may might would should if whether unless hopes hoped wants planned".split()
)
_NOT_YET = re.compile(r"\byet\b|\b(?:has|have|had)(?: not|n't|n’t)\b|\bso far\b", re.IGNORECASE)
_SKIPPED = frozenset(
    "ever yet actually really even directly formally officially secretly any such first "
    "been single "
    "immediately".split()
)
"""Words between a negation and the word that it reaches."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """One clause, with the stems that it affirms and those that it negates."""

    text: str
    affirmed: frozenset[str]
    negated: frozenset[str]
    near: frozenset[str]
    """Stems of the whole sentence."""
    names: frozenset[str]
    """Folded words of the names in the whole sentence."""
    yet: bool
    """True where it says only that something has not happened so far."""
    modal: bool


def assertions(sentence: str) -> list[Assertion]:
    """The clauses of a sentence, each with what it affirms and what its negation reaches."""
    found = []
    near, named = common_stems(sentence), frozenset(name_words(sentence))
    begin = 0
    for end in [*(match.start() for match in _PARTS.finditer(sentence)), len(sentence)]:
        clause = sentence[begin:end].strip(" ,;:—“”\"'.")
        clause = re.sub(r"^(?:and|but|or|while|whereas|although|though)\s+", "", clause)
        begin = end
        if clause:
            negated = _negated(clause)
            yet, modal = bool(_NOT_YET.search(clause)), not _UNSURE.isdisjoint(words(clause))
            affirmed = common_stems(clause) - negated
            found.append(Assertion(clause, affirmed, negated, near, named, yet, modal))
    return found


def _negated(clause: str) -> frozenset[str]:
    """Stems of the word after a negation, and of all that follows a denial."""
    denied = _DENYING.search(clause)
    found = set(common_stems(denied["denied"])) if denied else set()
    every = words(clause.replace("n't", " not").replace("n’t", " not"))
    for at, word in enumerate(every):
        if word in _NEGATIONS:
            rest = (one for one in every[at + 1 :] if one not in STOPWORDS | _SKIPPED)
            found |= common_stems(next(rest, ""))
    return frozenset(found)
