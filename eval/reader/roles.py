"""Questions on who holds a role, out of titles, appositions and relative clauses."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from eval.reader.held import DEMONYMS, Held, held
from eval.reader.parsed import Made, Passage, persons, plain, words

_RANKS = frozenset(
    "general judge justice professor senator king queen emperor bishop captain officer".split()
)
_HEADS = frozenset("president director chairman chairwoman ceo leader head chief principal".split())
_OTHERS = (
    "spokesman;treasurer;lawyer;press secretary;finance director;secretary general;chief of staff;"
    "deputy director;owner;auditor;ambassador;spokeswoman"
).split(";")
_PORTFOLIOS = (
    "health defence foreign finance education justice transport interior agriculture environment"
).split()
_PASSED = "former ex late then past previous outgoing retired deposed ousted".split()
WHO = (
    "who is {r}",
    "who was {r}",
    "who is {r}",
    "who's {r}",
    "what is the name of {r}",
    "what was {r}'s name",
    "name of {r}",
    "{r}",
    "who served as {r}",
    "who is currently {r}",
    "which person is {r}",
    "{r} name",
)
_IS = (
    "who is {n}",
    "who was {n}",
    "what is {n}'s role",
    "what is {n}'s job",
    "what position does {n} hold",
    "what was {n}'s position",
    "who's {n}",
    "{n} who is that",
    "what does {n} do",
    "{n} role",
    "what post does {n} hold",
)


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
    return [" ".join(phrase.split()).replace("- ", "-") for phrase in found]


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
            if one.role in _HEADS and one.body and not one.before and rng.random() < 0.5:
                heads = rng.choice(
                    ("heads", "leads", "runs", "is in charge of", "is at the head of")
                )
                yield Made("role", f"who {heads} {plain(one.body)}", one.name)
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
    return first if first.lower() in DEMONYMS or (first.isupper() and len(first) > 2) else ""


def _initials(one: str, other: str) -> bool:
    """Whether two names may be the long and the short form of one."""
    a, b = ("".join(w[0] for w in x.split() if w[0].isupper()) for x in (one, other))
    return a == b or one.replace(".", "") == b or other.replace(".", "") == a


def _clauses(passage: Passage, people: list[str], rng: random.Random) -> Iterator[Made]:
    """Who leads the union, of "Y, who leads the union"."""
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
            if not any(t.pos_ == "PROPN" for t in part) or "also" in part.text:
                continue
            if last + 1 < len(doc) and doc[last + 1].is_quote:
                continue
            place = (start + entity.start_char, start + entity.end_char)
            yield Made("role", f"who {part.text}", place)
            names = [t for t in part if t.pos_ == "PROPN"]
            others = [p for p in people if not words(p) & words(passage.text)]
            if names and others and len(names) == 1 and rng.random() < 0.6:
                yield Made("role", f"who {part.text.replace(names[0].text, rng.choice(others))}")
