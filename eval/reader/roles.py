"""Questions on who holds a role, out of titles, appositions and relative clauses."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eval.reader.parsed import ROLES, Made, Passage, persons, plain, tidy, words

_ROLES = frozenset(ROLES) - {"executive", "officer", "representative", "deputy"} | {
    "officer",
    "representative",
}
_RANKS = frozenset(
    "general judge justice professor senator king queen emperor bishop captain representative".split()
)
_HEADS = frozenset(
    "president director chairman chairwoman chair ceo leader head chief principal dean".split()
)
_OTHERS = ("spokesman", "treasurer", "lawyer", "press secretary", "finance director", "secretary general",
           "chief of staff", "deputy director", "owner", "auditor", "ambassador", "spokeswoman")  # fmt: skip
_POLITICAL = frozenset(
    "minister president ambassador king queen premier chancellor emperor senator leader".split()
)
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|\d+)\b"
)
_PORTFOLIOS = (
    "health",
    "defence",
    "foreign",
    "finance",
    "education",
    "justice",
    "transport",
    "interior",
    "agriculture",
    "environment",
    "prime",
)
_PASSED = (
    "former",
    "ex",
    "late",
    "then",
    "past",
    "previous",
    "outgoing",
    "retired",
    "deposed",
    "ousted",
)
_UNDER = ("deputy", "vice", "acting", "assistant", "interim")
DEMONYMS = dict(
    pair.split(":")
    for pair in "french:France german:Germany british:Britain russian:Russia chinese:China indian:India "
    "italian:Italy spanish:Spain turkish:Turkey greek:Greece polish:Poland egyptian:Egypt israeli:Israel "
    "iranian:Iran iraqi:Iraq japanese:Japan canadian:Canada australian:Australia brazilian:Brazil "
    "mexican:Mexico ukrainian:Ukraine swedish:Sweden norwegian:Norway danish:Denmark dutch:Netherlands "
    "belgian:Belgium austrian:Austria hungarian:Hungary romanian:Romania portuguese:Portugal "
    "irish:Ireland scottish:Scotland pakistani:Pakistan afghan:Afghanistan indonesian:Indonesia "
    "nigerian:Nigeria kenyan:Kenya cuban:Cuba chilean:Chile argentine:Argentina colombian:Colombia "
    "venezuelan:Venezuela syrian:Syria lebanese:Lebanon somali:Somalia sudanese:Sudan libyan:Libya "
    "finnish:Finland swiss:Switzerland serbian:Serbia estonian:Estonia vietnamese:Vietnam thai:Thailand".split()
)


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
                        role, body, before, definite,
                    )  # fmt: skip


def _title(doc: Any, entity: Any) -> Any:
    """A title that stands directly before a name: "French Health Minister X"."""
    at = entity.start - 1
    if at < 0 or doc[at].lower_ not in _ROLES:
        return None
    first = at
    while first > 0 and (
        doc[first - 1].pos_ in ("PROPN", "ADJ", "NOUN") and not doc[first - 1].is_punct
        or doc[first - 1].text in ("'s", "’s", "-")
    ):  # fmt: skip
        first -= 1
    if (
        first > 0
        and doc[first - 1].lower_ in ("of", "and", "&")
        or doc[first].text in ("'s", "’s", "-")
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
    """A role beside a name: "Y, the director of Z", "the director of Z, Y", "Y is the director of Z"."""
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
    definite = doc[first].lower_ not in ("a", "an", "one", "another")
    owner, before = _possessive(
        re.sub(
            r"^(?:an?|the|one|another|then) ", "", doc[first : role.i].text + " ", flags=re.I
        ).strip()
    )
    body = doc[of.i + 1 : last + 1].text if of is not None else owner
    if _MONTH.search(body + before) or re.search(r"\b[A-Z]$", body) or owner and of is not None:
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
    owner, mark, rest = (
        re.sub(r"^the ", "", text, flags=re.I).partition("'s ")
        if "'s " in text
        else text.partition("’s ")
    )
    return (owner, rest) if mark else ("", re.sub(r"^the ", "", text, flags=re.I))


WHO = ("who is {r}", "who was {r}", "who is {r}", "who's {r}", "what is the name of {r}", "what was {r}'s name",
       "name of {r}", "{r}", "who served as {r}", "who is currently {r}", "which person is {r}", "{r} name")  # fmt: skip
_IS = ("who is {n}", "who was {n}", "what is {n}'s role", "what is {n}'s job", "what position does {n} hold",
       "what was {n}'s position", "who's {n}", "{n} who is that", "what does {n} do", "{n} role", "what post does {n} hold")  # fmt: skip


def _phrases(role: str, body: str, before: str) -> list[str]:
    """How one may name a role: "the french health minister", "france's health minister"."""
    before = " ".join(before.split())
    found = []
    words_before = before.split()
    country = DEMONYMS.get(words_before[0].lower()) if words_before else None
    if body:
        body = plain(body)
        found = [
            f"the {before} {role} of {body}",
            f"{re.sub('^the ', '', body, flags=re.I)}'s {before} {role}",
        ]
    elif country:
        rest = " ".join([*words_before[1:], role])
        found = [
            f"the {before} {role}",
            f"{country}'s {rest}",
            f"the {rest} of {country}",
            f"{rest} of {country}",
        ]
    else:
        found = [f"the {before} {role}"]
    return [" ".join(phrase.split()) for phrase in found]


def questions(
    passage: Passage, bodies: list[str], people: list[str], rng: random.Random
) -> Iterator[Made]:
    """Questions on the roles that a passage gives.

    Args:
        passage: the passage.
        bodies: names of organisations and places of the same article.
        people: names of people of the same article.
        rng: chooses the forms.
    """
    text = passage.text
    roles = list(held(passage))
    for one in roles:
        name = text[slice(*one.name)]
        passed = any(w in _PASSED for w in re.split(r"\W+", one.before.lower()))
        if one.definite and one.role not in _RANKS:
            for _ in range(2):
                phrase = rng.choice(_phrases(one.role, one.body, one.before))
                yield Made("role", _ask(WHO, rng, r=phrase), one.name)
            yield from _near(text, one, passed, bodies, people, rng)
        if len(name.split()) > 1 or rng.random() < 0.5:
            yield Made("role-what", _ask(_IS, rng, n=name), one.description)
        absent = [
            p
            for p in people
            if len(p.split()) > 1 and not words(p) & words(text + " " + passage.title)
        ]
        if absent and rng.random() < 0.5:
            yield Made("role-what", _ask(_IS, rng, n=rng.choice(absent)))
    yield from _clauses(passage, people, rng)


def _ask(forms: tuple[str, ...], rng: random.Random, **parts: str) -> str:
    return rng.choice(forms).format(**parts)


def _near(
    text: str, one: Held, passed: bool, bodies: list[str], people: list[str], rng: random.Random
) -> Iterator[Made]:
    """The same role elsewhere, or another role at the same place."""
    lower = text.lower()
    ways = []
    head = one.before.split()[0].lower() if one.before else ""
    only = len(re.findall(rf"\b{one.role}", lower)) == 1
    sentence_words = words(one.body + " " + one.before)
    if only and (one.body or head in DEMONYMS):
        if head in DEMONYMS:
            country = rng.choice(
                [d for d, c in DEMONYMS.items() if d not in lower and c.lower() not in lower]
            )
            rest = " ".join(one.before.split()[1:])
            ways.append(rng.choice(_phrases(one.role, "", f"{country} {rest}")))
        else:
            fit = [
                b
                for b in bodies
                if not words(b) & sentence_words and words(b) and not _initials(b, one.body)
            ]
            inside = [b for b in fit if b in text]
            # "Nasser's vice president" is also Egypt's.
            if fit and one.body not in people:
                ways.append(rng.choice(_phrases(one.role, rng.choice(inside or fit), one.before)))
    portfolio = next((w for w in one.before.lower().split() if w in _PORTFOLIOS), None)
    if portfolio:
        new = rng.choice([p for p in _PORTFOLIOS if p not in lower])
        ways.append(
            rng.choice(_phrases(one.role, one.body, re.sub(portfolio, new, one.before, flags=re.I)))
        )
    elif one.body or one.before:
        new = rng.choice(
            [o for o in _OTHERS if not any(w[:5] in lower for w in o.split())] or ["auditor"]
        )
        before = "" if one.body else _place(one.before)
        if one.body or before:
            ways.append(rng.choice(_phrases(new, one.body, before)))
    if passed and not re.search(r"\bcurrent|\bnow\b|\bpresent|succe|replac", lower):
        bare = " ".join(w for w in one.before.split() if w.lower() not in _PASSED)
        ways.append("the current " + _phrases(one.role, one.body, bare)[0].removeprefix("the "))
    elif not passed and not re.search(
        r"former|\bex-|predecess|previous|succe|\blate\b|deputy|vice|acting|replac|assistant", lower
    ):
        under = rng.choice(("deputy", "former", "acting", "former"))
        ways.append(
            f"the {under} " + _phrases(one.role, one.body, one.before)[0].removeprefix("the ")
        )
    for way in rng.sample(ways, min(len(ways), 2)):
        yield Made("role", _ask(WHO, rng, r=way))


def _place(before: str) -> str:
    """The names before a role, without what belongs to the role itself."""
    first = before.split()[0]
    return first if first.lower() in DEMONYMS or first.isupper() and len(first) > 2 else ""


def _initials(one: str, other: str) -> bool:
    """Whether two names may be the long and the short form of one."""
    a, b = ("".join(w[0] for w in x.split() if w[0].isupper()) for x in (one, other))
    return a == b or one.replace(".", "") == b or other.replace(".", "") == a


def _clauses(passage: Passage, people: list[str], rng: random.Random) -> Iterator[Made]:
    """ "Y, who leads the union": who leads the union?"""
    for start, doc in passage.docs:
        for entity in persons(doc):
            verb = next((c for c in entity.root.children if c.dep_ == "relcl"), None)
            if verb is None or verb.i == 0:
                continue
            who = next(
                (
                    c
                    for c in verb.children
                    if c.dep_ in ("nsubj", "nsubjpass") and c.lower_ == "who"
                ),
                None,
            )
            if who is None or who.i != entity.end + 1 or doc[entity.end].text != ",":
                continue
            last = next(
                (
                    t.i - 1
                    for t in doc[who.i + 1 : verb.right_edge.i + 1]
                    if t.is_punct and t.text != "-"
                ),
                verb.right_edge.i,
            )
            part = doc[who.i + 1 : last + 1]
            if (
                not 3 <= len(part) <= 14
                or any(t.tag_ in ("PRP", "PRP$") for t in part)
                or any(t.dep_ == "neg" for t in part)
            ):
                continue
            if not any(t.pos_ in ("PROPN", "NUM") for t in part) or "also" in part.text:
                continue
            place = (start + entity.start_char, start + entity.end_char)
            yield Made("role", f"who {part.text}", place)
            names = [t for t in part if t.pos_ == "PROPN"]
            others = [p for p in people if not words(p) & words(passage.text)]
            if names and others and len(names) == 1 and rng.random() < 0.6:
                yield Made("role", f"who {part.text.replace(names[0].text, rng.choice(others))}")
