"""A few words that take the place of their like in the question before.

A name takes the place of the one asked about, a time that of a time, "the second
quarter" that of the third, "about Homs" that of what stood behind "about". What
has no like goes to the end.
"""

from __future__ import annotations

import re

from rag.text.dates import mentions
from rag.text.names import names
from rag.text.numbers import quantities
from rag.text.wordorder import (
    AUXILIARIES,
    PREPOSITIONS,
    Asked,
    bare,
    is_determined,
    noun_phrase,
    phrases,
)
from rag.text.words import words

LONGEST = 6
"""Words of a fragment; more are a question."""


def is_fragment(text: str, *, opened: bool) -> bool:
    """True for a few words with no verb of their own: a name, "about Homs", "in 2023".

    Args:
        text: a question without its "and" or "what about".
        opened: whether it had one; without, only a name or a time is a fragment.
    """
    found = words(text)
    few = 0 < len(found) <= LONGEST and not any(
        word in AUXILIARIES or _WH.fullmatch(word) or _PRONOUN.fullmatch(word) for word in found
    )
    return few and (opened or _is_plain(text))


_WH = re.compile(r"who|whom|whose|what|when|where|why|which|how|tell|say|said|says")
_PRONOUN = re.compile(r"he|she|it|they|him|them|there|that|this|those|these|me|you|thanks?")


def _is_plain(text: str) -> bool:
    """Nothing but a name or a time: what needs no "and" to be known for a follow-up."""
    core = _split(text)[1]
    if any(one.start == 0 and one.end == len(text) for one in mentions(text, None)):
        return True
    found = core.split()
    return 0 < len(found) <= 4 and all(word[0].isupper() or word.isdigit() for word in found)


def _split(fragment: str) -> tuple[str, str]:
    """A fragment's preposition, if it opens on one, and what follows."""
    first, _, rest = fragment.partition(" ")
    return (first, rest) if rest and first.lower() in PREPOSITIONS else ("", fragment)


def in_place(fragment: str, asked: Asked) -> str:
    """The question `asked` with this fragment where its like stood, or at its end."""
    preposition, core = _split(fragment)
    whole = asked.text()
    if any(mentions(text, None) for text in (fragment, f"in {core}")):
        return _at_time(fragment, whole)
    for place in (_same_noun, _same_number):
        if found := place(core, whole):
            return whole.replace(found[0], found[1], 1)
    if preposition:
        alike = [
            (at, object_)
            for at, object_ in phrases(whole)
            if at.lower() == preposition.lower()
            and (at.lower() == "about" or is_determined(object_) == is_determined(core))
        ]
        if alike:
            at, object_ = alike[-1]
            return whole.replace(f"{at} {object_}", f"{at} {core}", 1)
        return f"{whole.rstrip(' ?')} {fragment}?"
    return _in_role(core, asked)


def _at_time(fragment: str, whole: str) -> str:
    times = mentions(whole, None)
    if not times:
        within = fragment if _split(fragment)[0] or len(fragment.split()) > 1 else f"in {fragment}"
        return f"{whole.rstrip(' ?')} {within}?"
    start, end = times[-1].start, times[-1].end
    opening = re.search(
        r"\b(?:in|on|of|since|until|before|after|by|from|during)\s+$", whole[:start], re.I
    )
    inside, core = _split(whole[start:end])
    if _split(fragment)[0]:
        start = opening.start() if opening else start
    elif inside:
        start = end - len(core)
    return f"{whole[:start]}{fragment}{whole[end:]}"


def _same_noun(core: str, whole: str) -> tuple[str, str] | None:
    """For "The second quarter" for "the third quarter": a phrase of the same noun."""
    head = re.split(r"\s+of\s+", core)[0]
    last = next((w for w in reversed(head.split()) if not bare(w).isdigit()), "")
    phrase = noun_phrase(whole, bare(last)) if last else ""
    if len(phrase.split()) < 2 or len(core.split()) < 2:
        return None
    belonging = re.search(rf"{re.escape(phrase)} of (?:the )?[A-Z]\w+(?: [A-Z]\w+)*", whole)
    return (belonging.group() if belonging and " of " in core else phrase), core


def _same_number(core: str, whole: str) -> tuple[str, str] | None:
    """For "2231" for "2254", "second" for "third"."""
    given = quantities(core)
    if len(given) != 1 or (given[0].start, given[0].end) != (0, len(core)):
        return None
    like = [
        one for one in quantities(whole) if (one.unit == "ordinal") == (given[0].unit == "ordinal")
    ]
    return (whole[like[-1].start : like[-1].end], core) if like else None


def _in_role(core: str, asked: Asked) -> str:
    """A name or noun in the place of whom or what the question was about."""
    whole, subject = asked.text(), asked.subject
    if _PARTICIPLE.fullmatch(core) and _PARTICIPLE.fullmatch(asked.verb):
        return whole.replace(f" {asked.verb}", f" {core}", 1)
    if core.islower() and not is_determined(core) and asked.noun:
        return whole.replace(asked.noun, core, 1)
    named = names(subject) if subject and not subject.islower() else []
    about = next((object_ for at, object_ in phrases(whole) if at.lower() in {"about", "on"}), "")
    if is_determined(core) and core.islower() and about and not is_determined(subject):
        return whole.replace(about, core, 1)
    if subject and (is_determined(core) == is_determined(subject) or asked.reports):
        inside = _first_name(subject)
        kept = (
            core
            if not inside or inside == subject or asked.reports
            else subject.replace(inside, core, 1)
        )
        return whole.replace(subject, core if is_determined(core) else kept, 1)
    if target := (named or names(whole)):
        return whole.replace(target[0], core, 1)
    return f"{whole.rstrip(' ?')}: {core}?"


_PARTICIPLE = re.compile(r"[a-z]+(?:ed|own|aken|iven|tten)|hurt|lost|found|held|dead|alive")


def _first_name(text: str) -> str:
    """The first run of capitals in a phrase, without its possessive."""
    found = re.search(r"[A-Z][\w-]*(?: [A-Z][\w-]*)*", text)
    return found.group() if found else ""
