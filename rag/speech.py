"""Who says what: reported speech in news prose, by its verbs.

A statement's speaker is the subject of a verb of saying, before it ("Lavrov
said that …", "Lavrov, the minister, said") or after it ("…", said Lavrov), or
the name after "according to". Nothing here resolves pronouns; a speaker that
the sentence does not name is None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.names import NAME, split_name
from rag.words import fold

SAYING = (
    "said|says|say|told|tells|added|adds|stated|states|warned|warns|announced|announces|claimed|"
    "claims|argued|argues|insisted|insists|denied|denies|admitted|admits|acknowledged|"
    "acknowledges|confirmed|confirms|declared|declares|noted|notes|stressed|stresses|suggested|"
    "suggests|called|calls|vowed|vows|pledged|pledges|promised|promises|urged|urges|demanded|"
    "demands|condemned|condemns|described|describes|explained|explains|replied|replies|"
    "responded|responds|asked|asks|wrote|writes|tweeted|testified|testifies|predicted|predicts|"
    "estimated|estimates|hoped|hopes|reported|reports|conceded|concedes|rejected|rejects|accused|"
    "accuses|remarked|commented|recalled|repeated|reiterated|maintained|maintains|proposed"
)
_BEFORE = re.compile(
    rf"(?P<clause>[^.;:“”\"]*?)\b(?:has |had |have |also |later |then |again )*(?:{SAYING})\b"
)
_AFTER = re.compile(rf"[,”\"’']\s*(?:{SAYING})\s+(?P<clause>[^,.;“”\"]+)")
_ACCORDING = re.compile(r"\b[Aa]ccording to (?P<clause>[^,.;“”\"]+)")
_PRONOUN = re.compile(r"\b(he|she|they|it|who)\s*$", re.IGNORECASE)
_APPOSITION = re.compile(r",[^,]*,\s*$|,\s*(?:who|which)\b.*$")
OPENS_ON_PRONOUN = re.compile(
    r"^[\"“'‘]?(?:He|She|They|It|His|Her|Their|Its|This|That|These|Those|Both|Neither|Such|The "
    r"(?:two|three|four|former|latter|pair|same|move|figure|figures|decision|statement|comments?|"
    r"remarks?|minister|president|company|court|team|group|party))\b"
)
"""Sentences that need the one before them to be understood."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """A verb of saying and whose it is."""

    speaker: tuple[str, ...]
    """Folded words of the speaker's name; empty where a pronoun or no name stands there."""
    pronoun: bool


def attributions(text: str) -> list[Attribution]:
    """The attributions of a sentence, in order."""
    found = []
    for match in _BEFORE.finditer(text):
        found.append(_subject(match["clause"]))
    for pattern in (_AFTER, _ACCORDING):
        for match in pattern.finditer(text):
            found.append(_named(match["clause"], first=True))
    return found


def speakers(text: str) -> set[str]:
    """The folded name words of everybody to whom the text attributes something."""
    return {word for attribution in attributions(text) for word in attribution.speaker}


def _subject(clause: str) -> Attribution:
    """The subject of a verb: the last name before it that no apposition holds."""
    if _PRONOUN.search(clause):
        return Attribution((), True)
    return _named(_APPOSITION.sub("", clause) or clause, first=False)


def _named(clause: str, *, first: bool) -> Attribution:
    found = [match.group() for match in NAME.finditer(clause)]
    words = [split_name(name) for name in found]
    named = [name for name in words if name]
    if not named:
        return Attribution((), fold(clause).split()[-1:] in (["he"], ["she"], ["they"]))
    return Attribution(tuple(named[0] if first else named[-1]), False)
