"""Shows an article's words so that nothing in them passes for the assistant's own signs.

An answer has three signs of its own: “…” around what an article says, the outlet's name
before it, and [n] behind it. Nothing of an article may look like one of them. Citations
keep an article's words as they are; this is for the sentences that people read.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 80
"""Characters of an outlet's name or a headline before a quotation."""

# The marks look like others, and are replaced for that.
# ruff: noqa: RUF001
_SINGLE = str.maketrans(
    {"“": "‘", "”": "’", "„": "‚", "‟": "‘", "«": "‹", "»": "›", '"': "'", "\uff02": "'",
     "\u301d": "‘", "\u301e": "’"}
)  # fmt: skip
_PLAIN = str.maketrans(dict.fromkeys('‘’‚‛‹›"', "'") | {"[": "(", "]": ")"})
_NUMBERED = re.compile(r"\[([^\[\]\w]*\d+[^\[\]\w]*)\]")
_BRACKET = re.compile(r"[\[\]{}<>]|\(\d+\)|: ?[‘‚‹']|(?<!\w)[‘‚‹']")


def nested(text: str) -> str:
    """A text as it stands within “…”: on one line, its own quotation marks single ones.

    A number in square brackets gets round ones. What has no glyph is left out.
    """
    return _NUMBERED.sub(r"(\1)", visible(text).translate(_SINGLE))


def unmarked(text: str) -> str:
    """A text on one line in which no number in brackets can pass for a citation."""
    return _NUMBERED.sub(r"(\1)", visible(text))


def name(given: str | None) -> str:
    """An outlet's name or a headline, up to what no name has: a bracket or a quotation."""
    plain = _BRACKET.split(nested(given or ""), maxsplit=1)[0].strip(" ,:;.-")
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1].rstrip() + "…"


def visible(text: str) -> str:
    """The text on one line, without controls, hidden letters and marks of direction."""
    kept = (char for char in text if char.isspace() or _has_glyph(char))
    return " ".join("".join(kept).split())


def comparable(text: str) -> str:
    """A folded text in which `nested` changes nothing: to compare a quotation with its source."""
    return visible(text).translate(_PLAIN)


def _has_glyph(char: str) -> bool:
    return char in "\u200c\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
