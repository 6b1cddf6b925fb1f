"""A question that asks several things, taken apart.

"Who won, and by how many votes?" is two questions, and "in March, in May and in June" asks
one thing three times. Evidence for all of it stands in no one sentence, so each part is
searched and judged by itself; a part that the archive does not answer is told as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.questions.periods import Period
from rag.text.wordorder import AUXILIARIES
from rag.text.words import words

MOST = 4
"""Parts of a question; one with more is left whole."""
_ASKS = (
    r"(?:(?:by|for|from|in|to|of|at|on|with|since|until) )?"
    r"(?:who|whom|whose|what|when|where|why|how|which)\b"
)
_MARK = re.compile(r"\?\s+(?=\S)")
_AND = re.compile(rf"\s*[,;]?\s+and\s+(?:also\s+)?(?={_ASKS})", re.IGNORECASE)
_OPENS = re.compile(rf"^(?:{_ASKS}|(?:{'|'.join(sorted(AUXILIARIES))})\b)", re.IGNORECASE)
_LISTED = re.compile(
    r"\s*(?:,\s*(?:and|or)?|and|or|&)\s+(?:(?:in|on|at|during|for|by)\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\b(?:in|on|at|during|for|by)\s+(?:the\s+)?$", re.IGNORECASE)
_FARTHEST = 4
"""Words within which a question shows by its auxiliary that it is one."""
_BARE = 4
"""Words of a part that needs none: "and when?", "and by how many votes?"."""
_WH = re.compile(r"\b(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)
_NO_VERB = re.compile(r"how (?:many|much)|\w+", re.IGNORECASE)


def parts(text: str) -> list[str]:
    """The questions that a text asks, in order; one where it asks one thing or too many.

    A later part may lean on the ones before it, as any follow-up does.
    """
    whole = [piece for piece in _MARK.split(text) if words(piece)]
    if not all(map(_OPENS.match, whole)) or not all(map(_asks, whole[1:])):
        return [text]
    pieces = [piece.strip(" ,;?") for one in whole for piece in _joined(one)]
    return [f"{piece}?" for piece in pieces] if 1 < len(pieces) <= MOST else [text]


def _joined(text: str) -> list[str]:
    """The questions that an "and" joins; itself where it joins less than questions."""
    pieces = _AND.split(text)
    if _NO_VERB.fullmatch(pieces[0]) or not all(map(_asks, pieces[1:])):
        return [text]
    if any(len(_WH.findall(piece)) > 1 for piece in pieces[:-1]):
        return [text]  # "what is known of who paid and when" asks one thing
    return pieces


def at_each_time(text: str, periods: Sequence[Period]) -> list[str]:
    """The question once for each of the times that it lists; itself where it lists none.

    Args:
        text: the question.
        periods: the times in it, in order.
    """
    listed = [one for one in periods if one.relation == "on" and one.decided]
    gaps = [text[a.end : b.start] for a, b in pairwise(listed)]
    if not 1 < len(listed) <= MOST or len(listed) < len(periods):
        return [text]
    if not all(_LISTED.fullmatch(gap) for gap in gaps):
        return [text]
    before, after = text[: listed[0].start], text[listed[-1].end :]
    preposition = _BEFORE.search(before)
    own = [text[one.start : one.end] for one in listed]
    if preposition is None and not _BEFORE.match(f"{own[0].split()[0]} "):
        return [text]
    return [f"{before}{_BEFORE.sub('', one) if preposition else one}{after}" for one in own]


def _asks(piece: str) -> bool:
    """True for a question by itself, or for the few words of one that leans."""
    found = words(piece)
    near = found[: _FARTHEST + 1] if _OPENS.match(piece) else []
    few = len(found) <= _BARE and bool(near)
    return few or any(word in AUXILIARIES for word in near)
