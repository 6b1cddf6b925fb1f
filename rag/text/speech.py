"""Who says what: reported speech in news prose, by its verbs.

A statement's source is the subject of a verb of saying, before it ("Lavrov said
that …", "Lavrov, the minister, said") or after it ("…", said Lavrov), or stands
after "according to". Across the sentences of a passage, "he" and "the minister"
are the last person spoken of whom the words fit; where that is not safe, nobody
is named, and nothing is concluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.text.names import same_name
from rag.text.persons import (
    BETWEEN,
    MARKS,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
    Source,
    name_runs,
    person,
    phrase_end,
    phrase_start,
    same_person,
    source_of,
)
from rag.text.roles import has_role
from rag.text.tokens import Line, Token, held, lines
from rag.text.words import words

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
OPENS_ON_PRONOUN = re.compile(
    r"^[\"“'‘]?(?:He|She|They|It|His|Her|Their|Its|This|That|These|Those|Both|Neither|Such|The "
    r"(?:two|three|four|former|latter|pair|same|move|figure|figures|decision|statement|comments?|"
    r"remarks?|minister|president|company|court|team|group|party))\b"
)
"""Sentences that need the one before them to be understood."""

_VERBS = frozenset(SAYING.split("|")) | frozenset(
    """
    thought thinks believed believes considered considers backed backs advised advises blamed
    blames cited cites concluded cautioned observed complained hinted indicated answered alleged
    alleges asserted asserts apologised apologized mentioned emphasised emphasized underlined
    dismissed dismisses welcomed welcomes criticised criticized praised refused refuses declined
    declines thanked appealed agreed put puts
    """.split()
)
_INVERTING = frozenset(
    "said says added adds wrote writes asked asks replied replies warned warns explained explains "
    "told noted notes insisted recalled remarked answered argued concluded".split()
)
"""Verbs that stand before their subject after a quotation."""
_BE = frozenset("is are was were be been being".split())
_NOUN_AFTER = frozenset(
    "a an the his her its their our my your this that these those no any some to of such".split()
)
"""After these, "reports" and "calls" are nouns, or the verb has another subject."""
_SINGULAR = frozenset("he she".split())
_JOINT = re.compile(r"[A-Z]\w*(?: \([A-Z]+\))? and (?:the )?[A-Z]")
"""Two who speak together: "the Committee and the FSB said"."""
_QUOTES = frozenset('“”"')
_LINKS = re.compile(r"\b(?:according to|in the (?:words|view|opinion|eyes) of)\s+", re.IGNORECASE)
_COLON = ":"
"""Stands as the noun of a source that only a colon makes one; an outlet's name does that too."""
_OVERLAP = 0.3
"""Share of a statement's words that another must hold before their sources are compared."""
_NEARLY = 0.8
"""Share of the best overlap down to which another statement may be the one that is meant."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that somebody is said to have said, in one sentence."""

    source: Source
    keys: frozenset[str]
    """Keys of the words that carry what is said."""
    line: int = 0
    """Number of its sentence in the passage."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """A verb of saying and whose it is."""

    speaker: tuple[str, ...]
    """Folded words of the speaker's name; empty where a pronoun or no name stands there."""
    pronoun: bool


def attributions(text: str) -> list[Attribution]:
    """The attributions of a text, in order."""
    return [
        Attribution(one.source.name, bool(one.source.pronoun))
        for line in lines(text)
        for one in statements(line)
    ]


def speakers(text: str) -> set[str]:
    """The folded name words of everybody to whom the text attributes something."""
    return {word for attribution in attributions(text) for word in attribution.speaker}


def whose(
    passage: str,
    name: Sequence[str],
    start: int = 0,
    end: int | None = None,
    *,
    role: Role | None = None,
) -> Literal["theirs", "other", "unknown", "none"]:
    """Whether what a passage reports is this person's statement.

    Args:
        passage: a sentence, best with those before it, that tell who "he" is.
        name: folded words of the person's name, in order.
        start: where the part of the passage that is asked about begins.
        end: where it ends; by default at the end of the passage.
        role: where the words name nobody, as "the Qatari prime minister", what is known of it.

    Returns:
        "theirs" where one statement in that part is this person's, "other" where each
        is somebody else's, "unknown" where its source cannot be told, "none" where nobody
        is reported to say anything.
    """
    cut = len(passage) if end is None else end
    every = lines(passage)
    numbers = {
        number
        for number, line in enumerate(every)
        if line.start < cut and start < line.start + len(line.text)
    }
    found = [one for one in resolved(passage) if one.line in numbers]
    if any(_theirs(one.source, name, every, role) for one in found):
        return "theirs"
    part = passage[start:cut]
    spoken = set(words(part))
    if not found and not _QUOTES & set(part) and not _VERBS & spoken:
        return "none"
    wanted = {word for word in name if word not in TITLES}
    if not found and role is None and part[:1] not in _QUOTES:
        near = any(same_name(word, one) for word in wanted for one in spoken)
        return "unknown" if near or _SINGULAR & spoken else "other"
    # Whoever is named with "he said", and is not the one asked about, is likelier to be "he".
    named = {run for at in numbers for run in name_runs(every[at].tokens)}
    beside = any(len(run) > 1 for run in named) and not any(
        _theirs(Source(run), name, every, role) for run in named
    )
    others = [beside or _is_another(one, wanted, every[one.line], role) for one in found]
    return "other" if others and all(others) else "unknown"


def _theirs(source: Source, name: Sequence[str], every: Sequence[Line], role: Role | None) -> bool:
    if role is None:
        return same_person(source.name, person(name))
    by_noun = bool(source.name) and tuple(source.name) == tuple(name)  # "Police said"
    told = (*every, *lines(role.known))  # an article says once who somebody is
    return by_noun or has_role(source, name, told, role.names, role.known)


def _is_another(one: Statement, wanted: set[str], line: Line, role: Role | None) -> bool:
    """True where a statement's source cannot be whom a name or role means."""
    source = one.source
    if source.name:  # "Helmarck" may be the company; "Otto Venn" is a person, and another
        return role is None or role.titled or len(source.name) > 1
    if source.pronoun in ("they", "we", "it"):
        said = {token.word for token in line.tokens}
        joint = _JOINT.search(line.text) is not None or source.pronoun not in said
        return role is None and joint and wanted.isdisjoint(said)
    return bool(source.noun) and role is None and not _is_one(line, source.noun)


def _is_one(line: Line, noun: str) -> bool:
    """True for "the minister" and "the company": one that was named before; not "officials"."""
    for at, token in enumerate(line.tokens):
        if token.key == noun:
            plural = token.word.endswith("s") and not token.word.endswith("ss")
            return not plural and "the" in [one.word for one in line.tokens[max(0, at - 3) : at]]
    return False


@dataclass(frozen=True, slots=True)
class Role:
    """What is known of somebody who is asked about without a name."""

    names: frozenset[str]
    """The folded words of the role that are names: "qatari"."""
    known: str
    """The article, in which these may stand."""
    titled: bool
    """True for "minister" and the like, that only persons are."""


def misattributed(sentence: Line, passages: Iterable[str], known: str) -> list[Source]:
    """The sources in a sentence to whom the passages do not give what it gives them."""
    told = [(passage, one) for passage in passages for one in resolved(passage)]
    wrong = []
    for mine in statements(sentence):
        outlet = mine.source.noun == _COLON and not set(mine.source.name) - set(words(known))
        if not mine.source.name or outlet:
            continue
        near = _nearest(mine, told)
        if near and not any(_may_be(mine.source, one, text, known) for text, one in near):
            wrong.append(mine.source)
    return wrong


def _nearest(mine: Statement, told: list[tuple[str, Statement]]) -> list[tuple[str, Statement]]:
    """The statements of the passages that say the same; all where nothing tells them apart."""
    if not mine.keys:
        return told
    shares = [len(held(mine.keys, one.keys)) / len(mine.keys) for _, one in told]
    least = max(_OVERLAP, max(shares, default=0.0) * _NEARLY)
    return [there for there, share in zip(told, shares, strict=True) if share >= least]


def _may_be(mine: Source, told: Statement, passage: str, known: str) -> bool:
    """True where a statement of the passage can be this source's."""
    theirs = told.source
    if theirs.name:
        return same_person(mine.name, theirs.name)
    if theirs.pronoun:
        return True
    near = words(f"{passage}\n{known}")
    return not theirs.noun or any(same_name(mine.name[-1], word) for word in near)


@lru_cache(maxsize=512)
def resolved(passage: str) -> tuple[Statement, ...]:
    """The statements of a passage, with "he" and "the minister" named where that is safe."""
    found: list[Statement] = []
    spoken_of: list[tuple[str, ...]] = []
    open_quote: list[int] = []
    quoting = False
    for number, line in enumerate(lines(passage)):
        own = [_named(one, number, spoken_of, line) for one in statements(line)]
        inside = quoting or line.text[:1] in _QUOTES
        quoting = _still_open(line, quoting)
        if not own and inside:
            if found and found[-1].line in (number - 1, *open_quote) and not quoting:
                own = [Statement(found[-1].source, line.keys, number)]
            else:
                open_quote.append(number)
        elif own and open_quote and inside:
            every = lines(passage)
            found += [Statement(own[0].source, every[at].keys, at) for at in open_quote]
            open_quote = []
        found += own
        subject = next((one.source.name for one in own if one.source.name), None)
        if not subject and not inside:  # what is quoted opens on a capital letter and no speaker
            subject = _subject(line)
        if subject:
            spoken_of.append(subject)
        elif not inside and (not own or not own[0].source.pronoun):
            spoken_of.append(())
    return tuple(found)


def _still_open(line: Line, before: bool) -> bool:
    for token in line.tokens:
        if token.text == "“":
            before = True
        elif token.text == "”":
            before = False
        elif token.text == '"':
            before = not before
    return before


def _named(
    one: Statement, number: int, spoken_of: Sequence[tuple[str, ...]], line: Line
) -> Statement:
    """The statement with its source's name, if it can be told."""
    source = one.source
    if not source.name and (source.pronoun in _SINGULAR or source.noun):
        last = spoken_of[-1] if spoken_of and not _another(line, spoken_of[-1]) else ()
        if source.pronoun or _definite(line, source.noun):
            source = Source(last, source.noun, source.pronoun)
    return Statement(source, one.keys, number)


def _another(line: Line, name: Sequence[str]) -> bool:
    """True where a sentence names somebody else, so that "she" may be that one."""
    return any(not same_person(run, name) for run in name_runs(line.tokens) if len(run) > 1)


def _definite(line: Line, noun: str) -> bool:
    """True for "the minister" or "the Russian": somebody spoken of before."""
    for at, token in enumerate(line.tokens):
        if token.key == noun:
            before = [one.word for one in line.tokens[max(0, at - 2) : at]]
            plural = token.word.endswith("s") and not token.word.endswith("ss")
            return "the" in before and not plural and _of_people(token)
    return False


def _of_people(token: Token) -> bool:
    """True for a word that is said of one person: "minister", "Russian"; not of a body."""
    return token.word in TITLES or token.capital or token.word.endswith(("er", "or", "ist", "man"))


def _subject(line: Line) -> tuple[str, ...]:
    """The person with whom a sentence begins, so that "he" in the next one can be him."""
    first = _after_dateline(line.tokens)
    return next(iter(name_runs(line.tokens[first : first + 14])), ())


def _after_dateline(every: Sequence[Token]) -> int:
    """Where a sentence begins after "DUNMARROW, May 20 (Halyard) -"."""
    if not every or not every[0].text.isupper():
        return 0
    return next((at + 1 for at, token in enumerate(every[:12]) if token.text == ")"), 0)


def statements(line: Line) -> list[Statement]:
    """What a sentence says that somebody said, in order."""
    found: list[tuple[int, int, Source]] = []
    every = line.tokens
    for at, token in enumerate(every):
        if token.word in _VERBS and not token.capital:
            read = _around(every, at)
            if read:
                found.append(read)
    for match in _LINKS.finditer(line.text):
        first = next((n for n, one in enumerate(every) if one.start >= match.end()), len(every))
        last = phrase_end(every, first)
        if last > first:
            found.append((first, last, source_of(every[first:last])))
    colon = next((at for at, token in enumerate(every[:7]) if token.text in MARKS), 0)
    if colon + 1 < len(every) and every[colon].text == ":" and every[colon + 1].text in _QUOTES:
        found.append((0, colon, Source(source_of(every[:colon]).name, _COLON)))
    found.sort(key=lambda one: one[0])
    return [
        Statement(source, _said(every, found, number))
        for number, (_, _, source) in enumerate(found)
    ]


def _said(
    every: Sequence[Token], found: Sequence[tuple[int, int, Source]], number: int
) -> frozenset[str]:
    """The keys of what one of a sentence's sources says: what follows, or else all the rest."""
    first, last, _ = found[number]
    if len(found) > 1:
        until = found[number + 1][0] if number + 1 < len(found) else len(every)
        keys = frozenset(token.key for token in every[last:until] if token.counts)
        if len(keys) > 1:
            return keys
    rest = (*every[:first], *every[last:])
    return frozenset(token.key for token in rest if token.counts and token.word not in _VERBS)


def _around(every: Sequence[Token], at: int) -> tuple[int, int, Source] | None:
    """The source of the verb of saying at a place: (first token, token after, source)."""
    left = at - 1
    while left >= 0 and (every[left].word in BETWEEN or every[left].word.endswith("ly")):
        left -= 1
    if left < 0 or every[left].word in _NOUN_AFTER:
        return None
    if every[left].word in _BE:
        return _by_whom(every, at)
    inverted = _inverted(every, left, at)
    if inverted:
        return inverted
    if every[left].word in PRONOUNS:
        return left, at + 1, Source(pronoun=every[left].word)
    end = left
    if every[left].text == "," or every[left].word in ("who", "which"):
        left = _before_apposition(every, left)
        if left < 0:
            return None
    first = phrase_start(every, left)
    if first > 1 and every[first - 1].word == "and" and every[first - 2].capital:
        return first, at + 1, Source(pronoun="they")
    source = source_of(every[first : left + 1])
    if not source.name and left < end:  # "The minister, Abbas Araghchi, said"
        source = Source(source_of(every[left + 1 : end]).name, source.noun)
    if not (source.name or source.noun):
        name = next(iter(name_runs(every[_after_dateline(every) : at])), ())
        return (0, at + 1, Source(name)) if name and every[left].word == "and" else None
    return first, at + 1, source


def _by_whom(every: Sequence[Token], at: int) -> tuple[int, int, Source] | None:
    """The source of a passive: "was promised by the governor"."""
    if at + 2 < len(every) and every[at + 1].word == "by":
        last = phrase_end(every, at + 2)
        return at, last, source_of(every[at + 2 : last])
    return None


def _inverted(every: Sequence[Token], left: int, at: int) -> tuple[int, int, Source] | None:
    """The subject that follows its verb after a quotation or a comma: "…", said Lavrov."""
    if every[left].text not in MARKS or every[at].word not in _INVERTING:
        return None
    quoted = every[left].text in _QUOTES or (left > 0 and every[left - 1].text in _QUOTES)
    if at + 1 >= len(every) or not every[at + 1].is_word:
        return None
    if not (quoted or every[at + 1].capital or every[at + 1].word in ("the", "a")):
        return None
    last = phrase_end(every, at + 1)
    ends = last >= len(every) or every[last].text in MARKS or every[last].word in PREPOSITIONS
    if not quoted and (not ends or _before_apposition(every, left) >= 0):
        return None
    return at, last, source_of(every[at + 1 : last])


def _before_apposition(every: Sequence[Token], left: int) -> int:
    """The last token of the name before "…, the minister," or "…, who"; -1 where there is none."""
    at = left
    if every[at].text == ",":
        at -= 1
        while at >= 0 and every[at].text not in MARKS:
            at -= 1
    elif at > 0 and every[at - 1].text == ",":
        at -= 1
    else:
        return at - 1
    if at <= 0 or every[at].text != ",":
        return -1
    name = phrase_start(every, at - 1)
    return at - 1 if any(token.capital for token in every[name:at]) else -1
