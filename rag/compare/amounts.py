"""How much a figure says: its value with its hedge, and what that leaves room for.

"At least 30" leaves room for 45, "about 50,000" for 49,700, and "1.2 million" is not
written to the last head.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from rag.text.numbers import Quantity

_ROUNDED, _ABOUT = Decimal("0.02"), Decimal("0.1")
"""Share by which a round figure may be off without saying so, and by which "about N" may be."""
MEASURES = frozenset(
    "second minut hour day night week month year decad centuri metr meter kilometr mile foot feet"
    " acr hectar tonn ton kilogram gram litr barrel degre point megawatt millimetr".split()
)
"""Stems of nouns that measure, so that so many of them is an amount and no count."""
_HEDGES = {
    "least": "at least|(?:no|not) (?:fewer|less) than|more than|over|above|upwards of|exceeds?"
    "|exceeding|a minimum of",
    "most": "at most|(?:no|not) more than|fewer than|less than|under|below|up to|as many as"
    "|as much as|a maximum of",
    "nearly": "nearly|almost|close to|just under",
    "just over": "just over",
    "about": "about|around|some|roughly|approximately|circa|(?:an )?estimated",
    "": "a total of|a further|an additional|only|just|exactly|another",
}
OPENING = f"(?:{'|'.join(_HEDGES.values())})"
HEDGE = re.compile(rf"\b(?P<hedge>{OPENING}(?:\s+{OPENING})?)\s+(?:the\s+)?$", re.IGNORECASE)
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
    bound: str = ""
    """"least" or "most" where it is one."""

    def means(self, other: Amount) -> bool:
        """True where both writers can have one figure in mind."""
        return (
            self.low <= other.value <= self.high
            or other.low <= self.value <= other.high
            or (bool(self.bound or other.bound) and self.low < other.high and other.low < self.high)
        )

    def allows(self, other: Amount) -> bool:
        """True where both can be true: "at least 30" leaves room for 45."""
        (low, high), (least, most) = self._open(), other._open()
        bounded = bool(self.bound or other.bound)
        return self.means(other) or (bounded and low <= most and least <= high)

    def _open(self) -> tuple[Decimal, Decimal]:
        low = Decimal(0) if self.bound == "most" else self.low
        return low, Decimal("Infinity") if self.bound == "least" else self.high


def amount(one: Quantity, until: Quantity | None, before: str, after: str, unit: str) -> Amount:
    """What a figure means, by its hedge and by how finely it is written.

    Args:
        one: the figure.
        until: where a range ends: 50 in "40 to 50".
        before: the words before it.
        after: the words after it.
        unit: what it is measured in.
    """
    value = one.value
    if until is not None:
        return Amount(until.value, unit, min(value, until.value), until.value)
    found, tail = HEDGE.search(before), OR_MORE.match(after)
    hedge = found["hedge"] if found else ""
    if tail:
        more = (tail["more"] or "more").lower()
        hedge = {"more": "at least", "so": "about"}.get(more, "at most")
    kind = next((kind for kind, some in _HEDGES.items() if re.match(some, hedge, re.I)), "")
    if kind in ("least", "just over"):
        return Amount(value, unit, value, value + value * _ABOUT, kind if kind == "least" else "")
    if kind in ("most", "nearly"):
        return Amount(value, unit, value - value * _ABOUT, value, kind if kind == "most" else "")
    last_digit = Decimal(10) ** int(value.normalize().as_tuple().exponent)
    slack = value * _ABOUT if kind == "about" else min(last_digit / 2, value * _ROUNDED)
    return Amount(value, unit, value - slack, value + slack)
