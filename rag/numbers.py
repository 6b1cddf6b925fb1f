"""Quantities in text, as values: "1.2 million" is 1,200,000 and "two" is 2.

Values are exact decimals with the kind of thing that they count where the text
says so (percent, a currency). Dates are left to `rag.dates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: value * 10
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SCALES = {
    "hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "m": 10**6, "mn": 10**6,
    "billion": 10**9, "bn": 10**9, "b": 10**9, "trillion": 10**12, "tn": 10**12,
    "dozen": 12, "dozens": 12,
}  # fmt: skip
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        start=1,
    )
}
_CURRENCIES = {
    "$": "dollar", "us$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee",
    "dollar": "dollar", "dollars": "dollar", "usd": "dollar", "euro": "euro", "euros": "euro",
    "eur": "euro", "pound": "pound", "pounds": "pound", "gbp": "pound", "yen": "yen",
    "rupee": "rupee", "rupees": "rupee", "rouble": "rouble", "roubles": "rouble",
    "ruble": "rouble", "rubles": "rouble", "franc": "franc", "francs": "franc",
    "krone": "krone", "kroner": "krone", "krona": "krona", "kronor": "krona",
}  # fmt: skip

_NAMED = "|".join(sorted(filter(str.isalpha, _CURRENCIES), key=len, reverse=True))
_SPELT = "|".join([*_UNITS, *_TENS, "hundred", "thousand", "million", "billion", "trillion"])
_NUMBER = re.compile(
    rf"""
    (?:(?P<sign>us\$|[$€£¥₹])\s?)?
    (?:
      (?<!\w)(?<!\d[.,])(?P<digits>\d{{1,3}}(?:[,\u00a0\u202f]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
      (?:(?P<ordinal>st|nd|rd|th)\b)?
      (?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|mn|bn|tn|k|m|b)\b)?
    |
      \b(?P<spelt>(?:{_SPELT})(?:(?:[\s-]+(?:and\s+)?)(?:{_SPELT}))*)\b
    |
      \b(?P<rank>{"|".join(_ORDINALS)})\b
    )
    (?:\s?(?P<percent>%|per\s?cent\b|percent\b|percentage\spoints?\b))?
    (?:\s(?P<currency>{_NAMED})\b)?
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a text gives it."""

    value: Decimal
    unit: str
    """"percent", a currency, "ordinal", or "" where the text does not say."""
    start: int
    end: int

    def same(self, other: Quantity) -> bool:
        """True where both say the same amount, and no two different units."""
        return self.value == other.value and (
            self.unit == other.unit or not self.unit or not other.unit
        )


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text, in order; "one" by itself counts only before a unit or a scale."""
    found = []
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is None:
            continue
        unit = _unit(match)
        if match["spelt"] and match["spelt"].lower() == "one" and not unit:
            continue  # mostly a pronoun
        if match["rank"] and match["rank"].lower() == "second" and _is_time(text, match.end()):
            continue
        found.append(Quantity(value, unit, match.start(), match.end()))
    return found


def carried(wanted: Iterable[Quantity], text: str) -> list[Quantity]:
    """Those of the wanted quantities that the text does not give: empty when it gives all."""
    present = quantities(text)
    return [one for one in wanted if not any(one.same(other) for other in present)]


def _value(match: re.Match[str]) -> Decimal | None:
    if match["digits"]:
        value = Decimal(re.sub(r"[^\d.]", "", match["digits"]))
        return value * _SCALES[match["scale"].lower()] if match["scale"] else value
    if match["rank"]:
        return Decimal(_ORDINALS[match["rank"].lower()])
    return Decimal(_spelt(match["spelt"].lower()))


def _spelt(text: str) -> int:
    """The value of words: 312,000 for "three hundred and twelve thousand"."""
    total = current = 0
    for word in re.findall(r"[a-z]+", text):
        if word in _UNITS:
            current += _UNITS[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return total + current


def _unit(match: re.Match[str]) -> str:
    if match["percent"]:
        return "percent"
    sign = (match["sign"] or match["currency"] or "").lower().strip()
    if sign:
        return _CURRENCIES[sign]
    return "ordinal" if match["ordinal"] or match["rank"] else ""


def _is_time(text: str, end: int) -> bool:
    return text[end : end + 6].lower().startswith(("s later", "s ago", "s afte"))
