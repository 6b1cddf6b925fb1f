"""Quantities in text, as values: "1.2 million" is 1,200,000 and "two" is 2.

Values are exact decimals with the kind of thing that they count where the text
says so: percent, a currency, a length of time. "Dozens" and "thousands" are words,
not values, and equal only themselves. Dates are left to `rag.text.dates`.
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

_TIMES = {
    "second": ("second", 1), "minute": ("second", 60), "hour": ("second", 3600),
    "day": ("day", 1), "week": ("day", 7), "fortnight": ("day", 14),
    "month": ("month", 1), "year": ("month", 12), "decade": ("month", 120),
}  # fmt: skip
"""Each unit of time in terms of the smallest that it is a fixed number of."""
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
_VAGUE = {
    "dozens": 12, "scores": 20, "hundreds": 100, "thousands": 1000, "millions": 10**6,
    "billions": 10**9,
}  # fmt: skip
_MORE = frozenset("over above exceeding".split())
_LESS = frozenset("under below nearly almost".split())

_NAMED = "|".join(sorted(filter(str.isalpha, _CURRENCIES), key=len, reverse=True))
_SPELT = "|".join(
    [*_UNITS, *_TENS, "hundred", "thousand", "million", "billion", "trillion", "dozen"]
)
_NUMBER = re.compile(
    rf"""
    (?:
    \b(?P<vague>{"|".join(_VAGUE)})\b
    |
    (?P<part>\bhalf[\s-](?:an?\s)?(?=hundred\b|thousand\b|million\b|billion\b|trillion\b)
        (?P<of>\w+)
      |\b(?:(?P<many>two|three|four|five|six|seven|eight|nine)[\s-](?P<parts>thirds|quarters
          |fifths|sixths|sevenths|eighths|ninths|tenths)\b)
      |(?:(?<=\bby\s)|(?<=\bof\s))an?\s(?P<share>{"|".join(_PARTS)})\b
      |\b(?:an?|one)[\s-](?P<single>{"|".join(_PARTS)})(?=\s+of\b))
    |
    (?:(?P<sign>us\$|[$€£¥₹])\s?)?
    (?:
      (?<!\w)(?<!\d[.,])(?P<digits>\d{{1,3}}(?:[,\u00a0\u202f]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
      (?:(?P<ordinal>st|nd|rd|th)\b)?
      (?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|mn|bn|tn|k|m|b)\b)?
    |
      \b(?P<spelt>(?:{_SPELT})(?:(?:[\s-]+(?:and\s+)?)(?:{_SPELT}))*)\b
    |
      \b(?P<rank>{"|".join(_ORDINALS)})\b
    |
      \b(?P<article>an?)(?=\s(?:{"|".join(_TIMES)})\sand\sa\shalf\b)
    )
    )
    (?P<half>\sand\sa\shalf\b)?
    (?:\s?(?P<percent>%|per\s?cent\b|percent\b|percentage\spoints?\b))?
    (?:\s(?:[A-Z][a-z]+\s)?(?P<currency>{_NAMED})\b)?
    (?:[\s-](?P<time>{"|".join(_TIMES)})s?\b(?P<later>\sand\sa\shalf\b)?)?
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a text gives it."""

    value: Decimal
    unit: str
    """"percent", a currency, "ordinal", "vague", or "" where the text does not say."""
    start: int
    end: int
    bound: str = ""
    """"more" or "less" where the text gives a bound: "over 600", "nearly 50,000"."""
    time: str = ""
    """The unit of time that follows it: "year"."""

    def same(self, other: Quantity) -> bool:
        """True where both say the same amount, with no two different units or bounds."""
        if self.bound and other.bound and self.bound != other.bound:
            return False
        if VAGUE in (self.unit, other.unit):
            return self.unit == other.unit and self.value == other.value
        if self.time and other.time:
            return _length(self) == _length(other)
        return self.value == other.value and (
            self.unit == other.unit or not self.unit or not other.unit
        )


VAGUE = "vague"
"""The unit of "dozens" and its like."""


def _length(quantity: Quantity) -> tuple[str, Decimal]:
    unit, times = _TIMES[quantity.time]
    return unit, quantity.value * times


def quantities(text: str, *, ones: bool = False) -> list[Quantity]:
    """The numbers of a text, in order.

    Args:
        text: prose.
        ones: count every "one"; by default it counts only before a unit or a scale,
            for by itself it is mostly a pronoun.
    """
    found = []
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is None:
            continue
        unit = _unit(match)
        alone = (match["spelt"] or "").lower() == "one" and not unit and "-" not in match.group()
        if alone and not ones:
            continue
        if match["rank"] and match["rank"].lower() == "second" and _is_time(text, match.end()):
            continue
        bound = _bound(text[max(0, match.start() - 20) : match.start()])
        time = (match["time"] or "").lower()
        end = match.start("time") - 1 if time and not match["later"] else match.end()
        found.append(Quantity(value, unit, match.start(), end, bound, time))
    return _joined(found, text)


_AND = re.compile(r"\s*years?(?:,| and)?\s*", re.IGNORECASE)


def _joined(found: list[Quantity], text: str) -> list[Quantity]:
    """Years and months that are one length of time: "four years and six months"."""
    kept: list[Quantity] = []
    for quantity in found:
        last = kept[-1] if kept else None
        if (
            last
            and (last.time, quantity.time) == ("year", "month")
            and _AND.fullmatch(text, last.end, quantity.start)
        ):
            months = last.value * 12 + quantity.value
            kept[-1] = Quantity(months, "", last.start, quantity.end, last.bound, "month")
        else:
            kept.append(quantity)
    return kept


def _bound(before: str) -> str:
    words = before.lower().split()
    if words[-1:] == ["than"]:
        return {"more": "more", "less": "less", "fewer": "less"}.get(" ".join(words[-2:-1]), "")
    last = "".join(words[-1:])
    return "more" if last in _MORE else "less" if last in _LESS else ""


def carried(wanted: Iterable[Quantity], text: str) -> list[Quantity]:
    """Those of the wanted quantities that the text does not give: empty when it gives all."""
    present = quantities(text, ones=True)
    return [quantity for quantity in wanted if not any(quantity.same(other) for other in present)]


def _value(match: re.Match[str]) -> Decimal | None:
    if match["vague"]:
        return Decimal(_VAGUE[match["vague"].lower()])
    if match["part"]:
        return _part(match)
    value = _whole(match)
    half = Decimal("0.5") if match["half"] or match["later"] else Decimal(0)
    return value + half


def _part(match: re.Match[str]) -> Decimal:
    """The value of "half a million", "two thirds" or "a third"."""
    if match["of"]:
        return Decimal(_SCALES[match["of"].lower()]) / 2
    if match["many"]:
        parts = _PARTS[match["parts"].lower().removesuffix("s")]
        return Decimal(_UNITS[match["many"].lower()]) / parts
    return 1 / Decimal(_PARTS[(match["share"] or match["single"]).lower()])


def _whole(match: re.Match[str]) -> Decimal:
    if match["digits"]:
        value = Decimal(re.sub(r"[^\d.]", "", match["digits"]))
        return value * _SCALES[match["scale"].lower()] if match["scale"] else value
    if match["article"]:
        return Decimal(1)
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
    if match["vague"]:
        return VAGUE
    if match["percent"]:
        return "percent"
    sign = (match["sign"] or match["currency"] or "").lower().strip()
    if sign:
        return _CURRENCIES[sign]
    if match["ordinal"] or match["rank"]:
        return "ordinal"
    return ""


def _is_time(text: str, end: int) -> bool:
    return text[end : end + 6].lower().startswith(("s later", "s ago", "s afte"))
