"""Whether a text gives a size in the dimension that a question asks about.

"How deep is it?" is about the topic like any sentence on its length, and numbers look alike to
an encoder. What tells them apart is a closed set of words: the units, and the adjectives
behind them.
"""

from __future__ import annotations

import re

_LENGTH = (
    r"(?:kilomet(?:re|er)|centimet(?:re|er)|millimet(?:re|er)|met(?:re|er)|mile|yard|inch|fathom"
    r"|store?y|storie|floor|km|cm|mm|m|ft)(?:e?s)?|feet|foot"
)
_WEIGHT = r"(?:tonne|ton|kilogram(?:me)?|kilo|gram(?:me)?|pound|ounce|stone|kg|lb|g|t)s?"
_NUMBER = (
    r"(?:\d[\d.,]*|a|an|half an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|several)"
)
_OTHER = r"(?!\W+(?:{others})\b)"
_ADJECTIVES = {
    "deep": "deep|in depth|below",
    "wide": "wide|broad|across|in width",
    "tall": "tall|high|in height",
    "thick": "thick",
    "long": "long|in length",
}


def _sized(own: str) -> re.Pattern[str]:
    """A length that no adjective of another dimension follows."""
    others = "|".join(words for name, words in _ADJECTIVES.items() if name != own)
    return re.compile(
        rf"\b{_NUMBER}(?:[\s-]+(?:hundred|thousand|and|a|half))*[\s-]*(?:{_LENGTH})\b"
        + _OTHER.format(others=others)
        + r"|\bper ?cent\b|%",
        re.IGNORECASE,
    )


_GIVEN = {
    **{name: _sized(name) for name in ("deep", "wide", "tall", "thick")},
    "heavy": re.compile(rf"\b{_NUMBER}[\s-]*(?:{_WEIGHT})\b", re.IGNORECASE),
    "old": re.compile(
        r"\byear(?:s|-old|s-old)?\b|\bmonths?\b|\baged?\b|\bborn\b|\bcentur(?:y|ies)\b|\b\d\d0s\b"
        r"|[,(]\s*\d{1,3}\s*[,.)]|\b(?:is|was|turn(?:s|ed)|of)\s+\d{1,3}\b|\b1\d{3}\b|\b20\d\d\b"
        r"|\bteenage",
        re.IGNORECASE,
    ),
}
_ASKED = re.compile(rf"\bhow\s+(?P<what>{'|'.join(_GIVEN)})\b", re.IGNORECASE)


def gives_dimension(question: str, text: str) -> bool:
    """False where a question asks how deep, wide, tall, thick, heavy or old, and a text is mute.

    Args:
        question: what was asked.
        text: a quotation.
    """
    asked = _ASKED.search(question)
    return asked is None or bool(_GIVEN[asked["what"].lower()].search(text))
