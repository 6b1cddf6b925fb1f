"""Who says what: reported speech in news prose, by its verbs.

A statement's source is the subject of a verb of saying, before it ("Lavrov said
that …", "Lavrov, the minister, said") or after it ("…", said Lavrov), or stands
after "according to". Across the sentences of a passage, "he" and "the minister"
are the last person spoken of whom the words fit; where that is not safe, nobody
is named, and nothing is concluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rag.text.names import same_name
from rag.text.noun_phrases import (
    Speaker,
    name_runs,
    person,
    phrase_end,
    phrase_start,
    same_person,
    source_of,
)
from rag.text.tokens import MARKS, Token, TokenLine, lines
from rag.text.word_classes import (
    ADVERBS,
    AUXILIARIES,
    BE,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
    VERBS_OF_SAYING,
)
from rag.text.words import words

OPENS_ON_PRONOUN = re.compile(
    r"^[\"“'‘]?(?:He|She|They|It|His|Her|Their|Its|This|That|These|Those|Both|Neither|Such|The "
    r"(?:two|three|four|former|latter|pair|same|move|figure|figures|decision|statement|comments?|"
    r"remarks?|minister|president|company|court|team|group|party))\b"
)
"""Sentences that need the one before them to be understood."""
OUTLET = ":"
"""Stands as the noun of a source that only a colon makes one; an outlet's name does that too."""
_BETWEEN = AUXILIARIES - BE | ADVERBS
"""Words between a subject and its verb."""
_NO_SUBJECT = DETERMINERS | {"no", "such", "to", "of", "but"}
"""After these, "reports" and "calls" are nouns, or the verb's subject stands far before it."""
_HE_OR_SHE = frozenset("he she".split())
_JOINT = re.compile(r"[A-Z]\w*(?: \([A-Z]+\))? and (?:the )?[A-Z]")
"""Two who speak together: "the Committee and the FSB said"."""
_QUOTES = frozenset('“”"')
_MARK = re.compile(r"(?P<opens>“|(?<![^\s(\[—–-])\"(?=\S))|[”\"]")
"""Quotation marks; a straight one opens where a word begins."""
_ACCORDING_TO = re.compile(
    r"\b(?:according to|in the (?:words|view|opinion|eyes) of)\s+", re.IGNORECASE
)
_Found = tuple[int, int, Speaker]
"""The first token of an attribution, the one after its last, and whose it is."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Something that somebody is said to have said, in one sentence."""

    source: Speaker
    keys: frozenset[str]
    """Keys of the words that carry what is said."""
    line: int = 0
    """Number of its sentence in the passage."""


def attributions(text: str) -> list[Attribution]:
    """What each sentence of a text, read by itself, says that somebody said, in order."""
    return [statement for line in lines(text) for statement in statements(line)]


def whose(
    passage: str,
    name: Sequence[str],
    start: int = 0,
    end: int | None = None,
) -> Literal["theirs", "other", "unknown", "none"]:
    """Whether what a passage reports is this person's statement.

    Args:
        passage: a sentence, best with those before it, that tell who "he" is.
        name: folded words of the person's name, in order; empty where it is not known, as
            that of "the prime minister".
        start: where the part of the passage that is asked about begins.
        end: where it ends; by default at the end of the passage.

    Returns:
        "theirs" where one statement in that part is this person's, "other" where each
        is somebody else's, "unknown" where its source cannot be told, "none" where nobody
        is reported to say anything.
    """
    part = passage[start:end]
    sentences = lines(passage)
    inside = {
        number
        for number, line in enumerate(sentences)
        if line.start < start + len(part) and start < line.start + len(line.text)
    }
    found = [statement for statement in resolved(passage) if statement.line in inside]
    wanted = person(name)
    if any(same_person(statement.source.name, wanted) for statement in found):
        return "theirs"
    spoken = set(words(part))
    if not found and _QUOTES.isdisjoint(part) and VERBS_OF_SAYING.isdisjoint(spoken):
        return "none"
    if not name:
        return "unknown"
    if not found and part[:1] not in _QUOTES:
        near = any(same_name(word, other) for word in wanted for other in spoken)
        return "unknown" if near or _HE_OR_SHE & spoken else "other"
    # Whoever is named with "he said", and is not the one asked about, is likelier to be "he".
    named = {run for number in inside for run in name_runs(sentences[number].tokens)}
    beside = any(len(run) > 1 for run in named) and not any(
        same_person(run, wanted) for run in named
    )
    others = [
        beside or _is_another(statement.source, wanted, sentences[statement.line])
        for statement in found
    ]
    return "other" if others and all(others) else "unknown"


def _is_another(source: Speaker, wanted: Sequence[str], line: TokenLine) -> bool:
    """True where a statement's source cannot be the person whose name is wanted."""
    if source.name:
        return True
    said = {token.word for token in line.tokens}
    if not said.isdisjoint(wanted):
        return False  # who is named may be the subject that the rules missed
    if source.pronoun in ("they", "we", "it"):
        return _JOINT.search(line.text) is not None or source.pronoun not in said
    return bool(source.noun) and not _definite(line, source.noun)  # "officials"


@lru_cache(maxsize=512)
def resolved(passage: str) -> tuple[Attribution, ...]:
    """The statements of a passage, with "he" and "the minister" named where that is safe."""
    found: list[Attribution] = []
    last: tuple[str, ...] = ()
    """The person spoken of last; empty where that is not clear."""
    unsigned: list[Attribution] = []
    """Sentences of a quotation whose speaker comes at its end."""
    quoting = False
    for number, line in enumerate(lines(passage)):
        own = [replace(_named(said, last, line), line=number) for said in statements(line)]
        inside = quoting or line.text[:1] in _QUOTES
        quoting = opened_at(f"“{line.text}" if quoting else line.text) is not None
        if inside and not own:
            own = [Attribution(Speaker(), line.keys, number)]
            if found and not quoting and found[-1].line == number - 1:
                own = [replace(own[0], source=found[-1].source)]
            else:
                unsigned, own = [*unsigned, *own], []
        elif inside:
            found += [replace(said, source=own[0].source) for said in unsigned]
            unsigned = []
        found += own
        subject = next((said.source.name for said in own if said.source.name), None)
        if not subject and not inside:  # what is quoted opens on a capital letter and no speaker
            subject = _opening_name(line.tokens)
        if subject or (not inside and not (own and own[0].source.pronoun)):
            last = subject or ()
    return tuple(found)


def opened_at(text: str) -> int | None:
    """Where the quotation opens that goes on behind a text; None where none does."""
    opened = None
    for mark in _MARK.finditer(text):
        opened = mark.start() if mark["opens"] else None
    return opened


def closes(text: str) -> bool:
    """True where a quotation ends in a text that began before it."""
    first = _MARK.search(text)
    return first is not None and not first["opens"]


def _named(statement: Attribution, last: tuple[str, ...], line: TokenLine) -> Attribution:
    """The statement with its source's name, if it can be the person spoken of last."""
    source = statement.source
    noun = _definite(line, source.noun)
    if source.name or not (source.pronoun in _HE_OR_SHE or (noun and _is_of_person(noun))):
        return statement
    another = any(len(run) > 1 and not same_person(run, last) for run in name_runs(line.tokens))
    return statement if another else replace(statement, source=replace(source, name=last))


def _is_of_person(noun: Token) -> bool:
    """True for a word that is said of one person: "minister", "Russian"; not of a body."""
    return noun.word in TITLES or noun.capital or noun.word.endswith(("er", "or", "ist", "man"))


def _definite(line: TokenLine, noun: str) -> Token | None:
    """Where "the minister" or "the company" stands: one that was named before; not "officials"."""
    at = next((at for at, token in enumerate(line.tokens) if token.key == noun), 0)
    found = line.tokens[at]
    plural = found.word.endswith("s") and not found.word.endswith("ss")
    before = [token.word for token in line.tokens[max(0, at - 3) : at]]
    return found if "the" in before and not plural else None


def _opening_name(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The person with whom a sentence begins, behind "DUNMARROW, May 20 (Halyard) -"."""
    dated = tokens and tokens[0].text.isupper()
    first = next((at + 1 for at, token in enumerate(tokens[:12]) if dated and token.text == ")"), 0)
    return next(iter(name_runs(tokens[first : first + 14])), ())


def statements(line: TokenLine) -> list[Attribution]:
    """What a sentence says that somebody said, in order."""
    found = sorted(_attributed(line), key=lambda found: found[0])
    return [
        Attribution(source, _said(line.tokens, found, number))
        for number, (_, _, source) in enumerate(found)
    ]


def _attributed(line: TokenLine) -> Iterator[_Found]:
    """The attributions of a sentence: by a verb, by "according to", by a colon before a quote."""
    tokens = line.tokens
    for at, token in enumerate(tokens):
        if token.word in VERBS_OF_SAYING and not token.capital and (found := _by_verb(tokens, at)):
            yield found
    for match in _ACCORDING_TO.finditer(line.text):
        first = next(
            (at for at, token in enumerate(tokens) if token.start >= match.end()), len(tokens)
        )
        last = phrase_end(tokens, first)
        if last > first:
            yield first, last, source_of(tokens[first:last])
    mark = next((at for at, token in enumerate(tokens[:7]) if token.text in MARKS), 0)
    if mark + 1 < len(tokens) and tokens[mark].text == ":" and tokens[mark + 1].text in _QUOTES:
        yield 0, mark, Speaker(source_of(tokens[:mark]).name, OUTLET)


def _said(tokens: Sequence[Token], found: Sequence[_Found], number: int) -> frozenset[str]:
    """The keys of what one of a sentence's sources says: what follows, or else all the rest."""
    first, last, _ = found[number]
    if len(found) > 1:
        until = found[number + 1][0] if number + 1 < len(found) else len(tokens)
        keys = frozenset(token.key for token in tokens[last:until] if token.counts)
        if len(keys) > 1:
            return keys
    rest = (*tokens[:first], *tokens[last:])
    return frozenset(
        token.key for token in rest if token.counts and token.word not in VERBS_OF_SAYING
    )


def _by_verb(tokens: Sequence[Token], at: int) -> _Found | None:
    """The source of the verb of saying at a place."""
    left = at - 1
    while left >= 0 and (tokens[left].word in _BETWEEN or tokens[left].word.endswith("ly")):
        left -= 1
    if left < 0 or tokens[left].word in _NO_SUBJECT:
        return None
    if tokens[left].word in BE | {"been", "being", "be"}:
        return _by_whom(tokens, at)
    if inverted := _inverted(tokens, left, at):
        return inverted
    if tokens[left].word in PRONOUNS:
        return left, at + 1, Speaker(pronoun=tokens[left].word)
    end = left
    if tokens[left].text == "," or tokens[left].word in ("who", "which"):
        left = _before_apposition(tokens, left)
        if left < 0:
            return None
    first = phrase_start(tokens, left)
    if first > 1 and tokens[first - 1].word == "and" and tokens[first - 2].capital:
        return first, at + 1, Speaker(pronoun="they")
    source = source_of(tokens[first : left + 1])
    if not source.name and left < end:  # "The minister, Abbas Araghchi, said"
        source = replace(source, name=source_of(tokens[left + 1 : end]).name)
    if source.name or source.noun:
        return first, at + 1, source
    name = _opening_name(tokens[:at])
    return (0, at + 1, Speaker(name)) if name and tokens[left].word == "and" else None


def _by_whom(tokens: Sequence[Token], at: int) -> _Found | None:
    """The source of a passive: "was promised by the governor"."""
    if at + 2 >= len(tokens) or tokens[at + 1].word != "by":
        return None
    last = phrase_end(tokens, at + 2)
    return at, last, source_of(tokens[at + 2 : last])


def _inverted(tokens: Sequence[Token], left: int, at: int) -> _Found | None:
    """The subject that follows its verb after a quotation or a comma: "…", said Lavrov."""
    if tokens[left].text not in MARKS or at + 1 >= len(tokens) or not tokens[at + 1].is_word:
        return None
    quoted = not _QUOTES.isdisjoint(token.text for token in tokens[max(0, left - 1) : left + 1])
    if not (quoted or tokens[at + 1].capital or tokens[at + 1].word in ("the", "a")):
        return None
    last = phrase_end(tokens, at + 1)
    ends = last >= len(tokens) or tokens[last].text in MARKS or tokens[last].word in PREPOSITIONS
    if not quoted and (not ends or _before_apposition(tokens, left) >= 0):
        return None
    return at, last, source_of(tokens[at + 1 : last])


def _before_apposition(tokens: Sequence[Token], left: int) -> int:
    """The last token of the name before "…, the minister," or "…, who"; -1 where there is none."""
    if tokens[left].text != "," and tokens[left - 1].text != ",":
        return left - 1
    mark = max((at for at in range(left) if tokens[at].text in MARKS), default=-1)
    name = tokens[phrase_start(tokens, mark - 1) : max(mark, 0)]
    is_name = tokens[mark].text == "," and any(token.capital for token in name)
    return mark - 1 if is_name else -1
