"""How much a figure says: its value with its hedge, and what that leaves room for.

"At least 30" leaves room for 45, "about 50,000" for 49,700, and "1.2 million" is not
written to the last head.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rag.text.numbers import Quantity

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
