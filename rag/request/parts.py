"""A question that asks several things, taken apart.

"Who won, and by how many votes?" is two questions, and "in March, in May and in June" asks
one thing three times. Evidence for all of it stands in no one sentence, so each part is
searched and judged by itself; a part that the archive does not answer is told as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.request.periods import Period
from rag.text.word_classes import AUXILIARIES
from rag.text.words import words

MOST = 4
"""Parts of a question; one with more is left whole."""
_ASKS = (
    r"(?:(?:by|for|from|in|to|of|at|on|with|since|until) )?"
    r"(?:[Ww]ho|[Ww]hom|[Ww]hose|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hy|[Hh]ow|[Ww]hich)\b"
)
"""How a question begins; "WHO" is not "who"."""
_MARK = re.compile(r"\?\s+(?=\S)")
_AND = re.compile(rf"\s*[,;]?\s(?:and|And)\s+(?:also\s+)?(?={_ASKS})")
_OPENS = re.compile(
    rf"^(?:(?:and|but|also)\s+)?(?:{_ASKS}|(?:{'|'.join(sorted(AUXILIARIES))})\b)", re.IGNORECASE
)
_PREPOSITION = r"(?:in|on|at|during|for|by)"
_LISTED = re.compile(
    rf"\s*(?:,\s*(?:and)?|and|&)\s+(?:{_PREPOSITION}\s+)?(?:the\s+)?", re.IGNORECASE
)
_BEFORE = re.compile(rf"\b{_PREPOSITION}\s+(?:the\s+)?$", re.IGNORECASE)
_LED = re.compile(rf"^{_PREPOSITION}\s+", re.IGNORECASE)
_FARTHEST = 4
"""Words within which a question shows by its auxiliary that it is one."""
_BARE = re.compile(
    r"(?:(?:and|but|also|by|for|from|in|to|of|at|on|with|since|until) )*"
    r"(?:who|whom|what|when|where|why|how|which|how (?:many|much|long|far|old)(?: \w+)?)",
    re.IGNORECASE,
)
"""A part that needs no auxiliary: "and when?", "by how many votes?"."""
_DOES = re.compile(
    r"(?:and |but |also )?who (?!(?:he|she|it|they|we|i|you|the|an?|his|her|their)\b)(?-i:[a-z]+)",
    re.IGNORECASE,
)
"""Who is the subject: "who replaced her?"."""
_WH = re.compile(r"\b(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)
_NO_VERB = re.compile(r"how (?:many|much)|\w+", re.IGNORECASE)
"""A beginning that leans on what comes after it: "how many and which shareholders"."""
_TOGETHER = re.compile(
    r"\b(?:both|neither|either|between|higher|lower|more|less|fewer|greater|bigger|differ\w*"
    r"|compare\w*|total|together|than|change\w*|average)\b",
    re.IGNORECASE,
)
"""Words by which several times are meant at once."""
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def parts(text: str) -> list[str]:
    """The questions that a text asks, in order; one where it asks one thing or too many.

    A later part may lean on the ones before it, as any follow-up does.
    """
    text = " ".join(text.split())
    whole = [piece for piece in _MARK.split(text) if words(piece)]
    if "[" in text or not whole or not _says(whole[0]):
        return [text]
    if not all(map(_OPENS.match, whole)) or not all(map(_asks, whole[1:])):
        return [text]
    pieces = [piece.strip(" ,;?") for one in whole for piece in _joined(one)]
    return [f"{piece}?" for piece in pieces] if 1 < len(pieces) <= MOST else [text]


def _joined(text: str) -> list[str]:
    """The questions that an "and" joins; itself where it joins less than questions."""
    pieces = _AND.split(text)
    if _NO_VERB.fullmatch(pieces[0]) or not all(map(_asks, pieces[1:])):
        return [text]
    asked_of = not _WH.match(pieces[0])  # "Is it known when and where" asks one thing
    if any(len(_WH.findall(piece)) > (not asked_of) for piece in pieces[:-1]):
        return [text]  # and so does "what is known of who paid and when"
    return pieces


def at_each_time(text: str, periods: Sequence[Period]) -> list[str]:
    """The question once for each of the times that it lists; itself where it lists none.

    Args:
        text: the question.
        periods: the times in it, in order.
    """
    listed = [one for one in periods if one.relation == "on" and one.decided]
    gaps = [text[a.end : b.start] for a, b in pairwise(listed)]
    if not 1 < len(listed) <= MOST or len(listed) < len(periods) or _TOGETHER.search(text):
        return [text]
    if "[" in text or not all(_LISTED.fullmatch(gap) for gap in gaps):
        return [text]
    before, after = text[: listed[0].start], text[listed[-1].end :]
    own = [text[one.start : one.end] for one in listed]
    outside, inside = _BEFORE.search(before), _LED.match(own[0])
    if outside is None and inside is None:
        return [text]
    led = "" if inside is None else inside.group()
    year = _YEAR.search(own[-1])
    found = []
    for one, written in zip(listed, own, strict=True):
        bare = _LED.sub("", written)
        if year and one.weekday is None and not _YEAR.search(bare):
            bare = f"{bare} {year.group()}"
        found.append(f"{before}{led}{bare}{after}")
    return found


def _asks(piece: str) -> bool:
    """True for a question by itself, or for the few words of one that leans."""
    if _BARE.fullmatch(piece.strip(" ,;?")) or _DOES.match(piece):
        return True
    near = words(piece)[: _FARTHEST + 1] if _OPENS.match(piece) else []
    return any(word in AUXILIARIES for word in near)


def _says(piece: str) -> bool:
    """True where a piece has a word beside those that ask."""
    return any(not _WH.fullmatch(word) for word in words(piece))
