"""Roles in parsed passages: who holds which, out of titles and appositions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eval.reader.parsed import ROLES, Passage, persons, tidy

_ROLES = frozenset(ROLES) - {"executive", "deputy"}
_POLITICAL = frozenset(
    "minister president ambassador king queen premier chancellor emperor senator leader".split()
)
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\b|\d"
)
_COUNTRIES = (
    "french:France german:Germany british:Britain russian:Russia chinese:China "
    "indian:India italian:Italy spanish:Spain turkish:Turkey greek:Greece polish:Poland "
    "egyptian:Egypt israeli:Israel iranian:Iran iraqi:Iraq japanese:Japan canadian:Canada "
    "australian:Australia brazilian:Brazil mexican:Mexico ukrainian:Ukraine swedish:Sweden "
    "norwegian:Norway danish:Denmark dutch:Netherlands belgian:Belgium austrian:Austria "
    "hungarian:Hungary romanian:Romania portuguese:Portugal irish:Ireland "
    "scottish:Scotland pakistani:Pakistan afghan:Afghanistan indonesian:Indonesia "
    "nigerian:Nigeria kenyan:Kenya cuban:Cuba chilean:Chile argentine:Argentina "
    "colombian:Colombia venezuelan:Venezuela syrian:Syria lebanese:Lebanon somali:Somalia "
    "sudanese:Sudan libyan:Libya finnish:Finland swiss:Switzerland serbian:Serbia "
    "estonian:Estonia vietnamese:Vietnam thai:Thailand"
)
DEMONYMS = dict(pair.split(":") for pair in _COUNTRIES.split())


@dataclass(frozen=True)
class Held:
    """A role, who holds it, and where the passage says so."""

    name: tuple[int, int]
    description: tuple[int, int]
    role: str
    body: str
    before: str
    """Words that stand before the role, such as a country's adjective."""
    definite: bool


def held(passage: Passage) -> Iterator[Held]:
    """The roles that a passage gives in titles and appositions."""
    for start, doc in passage.docs:
        heads = {e.root.i: e for e in persons(doc)}
        for entity in heads.values():
            for found in (_title(doc, entity), _apposition(doc, entity)):
                if found:
                    description, role, body, before, definite = found
                    yield Held(
                        (start + entity.start_char, start + entity.end_char),
                        (start + description[0], start + description[1]),
                        role,
                        body,
                        before,
                        definite,
                    )


def _title(doc: Any, entity: Any) -> Any:
    """A title that stands directly before a name: "French Health Minister X"."""
    at = entity.start - 1
    if at < 0 or doc[at].lower_ not in _ROLES:
        return None
    first = at
    while first > 0 and (
        (doc[first - 1].pos_ in ("PROPN", "ADJ", "NOUN") and not doc[first - 1].is_punct)
        or doc[first - 1].text in ("'s", "’s", "-")
    ):
        first -= 1
    if (first > 0 and doc[first - 1].lower_ in ("of", "and", "&")) or doc[first].text in (
        "'s",
        "’s",
        "-",
    ):
        return None
    body, before = _possessive(doc[first:at].text)
    if not re.search("[A-Z]", body + before) or _MONTH.search(body + before):
        return None
    if not body and (len(before.split()) > 3 or before[0].islower()):
        return None
    if before.lower() in DEMONYMS and doc[at].lower_ not in _POLITICAL:
        return None
    return (doc[first].idx, doc[at].idx + len(doc[at])), doc[at].lower_, body, before, True


def _apposition(doc: Any, entity: Any) -> Any:
    """A role beside a name: "Y, the director of Z", "the director of Z, Y", "Y is ..."."""
    root = entity.root
    role = next((c for c in root.children if c.dep_ == "appos" and c.i > entity.end), None)
    if (
        role is None
        and root.dep_ == "appos"
        and entity.end < len(doc)
        and doc[entity.end].text in ",.);"
    ):
        role = root.head
    if (
        role is None
        and root.dep_ == "nsubj"
        and root.head.lemma_ == "be"
        and not any(c.dep_ == "neg" for c in root.head.children)
    ):
        role = next((c for c in root.head.children if c.dep_ == "attr"), None)
    if (
        role is None
        or role.lemma_.lower() not in _ROLES
        or role.i in range(entity.start, entity.end)
    ):
        return None
    if role.tag_ in ("NNS", "NNPS"):
        return None
    first = role.left_edge.i
    last = role.i
    of = next(
        (
            c
            for c in role.children
            if c.dep_ == "prep" and c.lower_ in ("of", "for", "at") and c.i == role.i + 1
        ),
        None,
    )
    if of is not None:
        last = next(
            (
                t.i - 1
                for t in doc[of.i + 1 : of.right_edge.i + 1]
                if t.text in ",;()–—-"
                or t.lower_ in ("who", "which", "that", "from", "since", "until", "when")
            ),
            of.right_edge.i,
        )
        if last <= of.i:
            return None
    if (
        any(t.is_punct and t.text != "-" for t in doc[first : last + 1])
        or doc[first].tag_ == "PRP$"
    ):
        return None
    after = doc[last + 1] if last + 1 < len(doc) else None
    if after is not None and (after.pos_ in ("VERB", "AUX") or after.text in "-–"):
        return None
    definite = doc[first].lower_ not in ("a", "an", "one", "another")
    owner, before = _possessive(
        re.sub(
            r"^(?:an?|the|one|another|then) ", "", doc[first : role.i].text + " ", flags=re.I
        ).strip()
    )
    body = doc[of.i + 1 : last + 1].text if of is not None else owner
    if _MONTH.search(body + before) or re.search(r"\b[A-Z]$", body) or (owner and of is not None):
        return None
    description = tidy(doc, first, last)
    if description is None or description[1] - description[0] > 90:
        return None
    if re.search(
        r"\b(?:his|her|their|its|this|that|he|she)\b", doc.text[slice(*description)], re.I
    ):
        return None
    return (
        description,
        role.lower_,
        body,
        before,
        definite and bool(re.search("[A-Z]", body + before)),
    )


def _possessive(text: str) -> tuple[str, str]:
    """Whose role it is, and what else stands before it."""
    text = re.sub(r"^the ", "", text, flags=re.I)
    owner, mark, rest = f"{text} ".replace("’s ", "'s ").partition("'s ")
    return (owner, rest.strip()) if mark else ("", text)
