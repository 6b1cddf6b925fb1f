"""A question that asks several things, taken apart.

"Who won, and by how many votes?" is two questions. Evidence for both stands in no one sentence, so
each part is searched and judged by itself; a part that the archive does not answer is told as such.
"""

from __future__ import annotations

import re

from rag.text.word_classes import AUXILIARIES
from rag.text.words import words

MOST = 4
"""Parts of a question; one with more is left whole."""
FARTHEST = 5
"""Words within which a question shows by its auxiliary that it is one."""
_WH = r"(?-i:[Ww](?:hom?|hose|hat|hen|here|hy|hich)|[Hh]ow)\b"
"""A question word; "WHO" is an organisation."""
_LED = rf"(?:(?:and|but|also)\s+)?(?:(?:by|for|from|in|to|of|at|on|with|since|until)\s+)?{_WH}"
_ANY = re.compile(rf"\b{_WH}", re.IGNORECASE)
_OPENS = re.compile(rf"(?:{_LED}|(?:and\s+)?(?:{'|'.join(sorted(AUXILIARIES))})\b)", re.IGNORECASE)
_AND = re.compile(rf"[,;]?\s+(?=and\s+(?:also\s+)?{_LED})", re.IGNORECASE)
_WITHOUT_AUXILIARY = re.compile(
    rf"{_LED}(?:(?<=how) (?:many|much|long|far|old)(?: \w+)?)?"
    r"|(?:and |but |also )?who (?!(?:he|she|it|they|we|i|you|the|an?|his|her|their)\b)[a-z]+\b.*",
    re.IGNORECASE,
)
"""A part that needs no auxiliary: "and when?", "by how many votes?", "who replaced her?"."""


def parts(text: str) -> list[str]:
    """The questions that a text asks, in order; one where it asks one thing or too many.

    A later part may lean on the ones before it, as any follow-up does.
    """
    text = " ".join(text.split())
    whole = [piece for piece in re.split(r"\?\s+", text) if words(piece)]
    pieces = [piece.strip(" ,;?") for question in whole for piece in _joined(question)]
    if "[" in text or not 1 < len(pieces) <= MOST or not all(map(_asks, pieces)):
        return [text]
    if not words(_ANY.sub("", pieces[0])):
        return [text]  # "When? Where?"
    return [f"{piece}?" for piece in pieces]


def _joined(text: str) -> list[str]:
    """The questions that an "and" joins; itself where it joins less than questions."""
    pieces = _AND.split(text)
    single = all(_ANY.match(piece) and len(_ANY.findall(piece)) == 1 for piece in pieces[:1])
    if not single or not all(_asks(piece.strip(" ,;?")) for piece in pieces):
        return [text]  # "Is it known when and where" asks one thing
    return [re.sub(r"^and\s+(?:also\s+)?", "", piece, flags=re.IGNORECASE) for piece in pieces]


def _asks(piece: str) -> bool:
    """True for a question by itself, or for the few words of one that leans."""
    if _WITHOUT_AUXILIARY.fullmatch(piece):
        return True
    return bool(_OPENS.match(piece)) and not AUXILIARIES.isdisjoint(words(piece)[:FARTHEST])
