"""Does the cited passage say what the sentence says? Exact checks, level 1.

Every sentence of every answer passes here before anybody sees it, whichever
model wrote it. A sentence is supported when each quotation of four words or
more stands verbatim in the passage, and each number, date and name stands in
the passage or in what is known of the article, the speaker is the passage's
speaker, and no negation or "could" is lost or gained. Nothing here asks a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from index.records import Card
from rag.names import missing, name_words, same_name
from rag.numbers import carried, quantities
from rag.speech import speakers
from rag.words import fold, stem, words

FaultKind = Literal["quotation", "number", "date", "name", "speaker", "negation", "modality"]

SHORTEST_QUOTATION = 4
"""Words from which a quotation has to be verbatim."""

_QUOTATION = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot denied denies deny failed fails "
    "refused refuses refuse rejected rejects unable n't".split()
)
_MODALS = frozenset("could may might would should can possibly perhaps".split())


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in a sentence that its passage does not carry."""

    kind: FaultKind
    what: str


@dataclass(frozen=True, slots=True)
class Support:
    """What a sentence may rest on: a passage, and what is known of its article."""

    text: str
    known: str
    """Title, outlet, address and date of the article, in words."""

    @classmethod
    def of(cls, text: str, card: Card) -> Support:
        """The support that a passage of this article gives."""
        day = card.published
        date = f"{day.day} {day:%B %Y} {day:%A} {day.isoformat()}" if day else ""
        known = (card.title, card.publisher, card.url, card.article_id, date)
        return cls(text, "\n".join(filter(None, known)))


def faults(sentence: str, supports: Iterable[Support]) -> list[Fault]:
    """What the sentence says that none of its passages carries; empty when it is supported."""
    given = list(supports)
    text = "\n".join(support.text for support in given)
    everything = text + "\n" + "\n".join(support.known for support in given)
    return [
        *_quotations(sentence, text),
        *_numbers(sentence, everything),
        *_names(sentence, everything),
        *_speakers(sentence, text),
        *_polarity(_QUOTATION.sub(" ", sentence), text),  # a quotation keeps its own
    ]


def quoted_parts(sentence: str) -> list[str]:
    """The quotations of a sentence, without their marks."""
    return [match[1].strip() for match in _QUOTATION.finditer(sentence)]


def verbatim(quote: str, text: str) -> bool:
    """True where the quote stands in the text, quotation marks and white space folded."""
    return _plain(quote) in _plain(text)


def _plain(text: str) -> str:
    return fold(text).strip(" \"'.,;:")


def _quotations(sentence: str, text: str) -> list[Fault]:
    return [
        Fault("quotation", quote)
        for quote in quoted_parts(sentence)
        if len(words(quote)) >= SHORTEST_QUOTATION and not verbatim(quote, text)
    ]


def _numbers(sentence: str, text: str) -> list[Fault]:
    return [
        Fault("number", sentence[one.start : one.end])
        for one in carried(quantities(sentence), text)
    ]


def _names(sentence: str, text: str) -> list[Fault]:
    return [Fault("name", word) for word in missing(name_words(sentence), words(text))]


def _speakers(sentence: str, text: str) -> list[Fault]:
    said, by = speakers(sentence), speakers(text)
    if not said or not by:
        return []
    if any(same_name(one, other) for one in said for other in by):
        return []
    return [Fault("speaker", " ".join(sorted(said)))]


def _polarity(sentence: str, text: str) -> list[Fault]:
    """A negation or a modal verb next to the same words must stand on both sides."""
    found = []
    ours, theirs = _governed(sentence), _governed(text)
    for marker, kind in ((_NEGATIONS, "negation"), (_MODALS, "modality")):
        for word in ours.keys() & theirs.keys():
            here, there = ours[word] & marker, theirs[word] & marker
            if bool(here) != bool(there) and not (kind == "negation" and len(theirs[word]) > 1):
                found.append(Fault(kind, word))  # type: ignore[arg-type]
                break
    return found


def _governed(text: str) -> dict[str, set[str]]:
    """For each stem, the markers within the four words before it."""
    found: dict[str, set[str]] = {}
    every = words(text.replace("n't", " not").replace("n’t", " not"))
    for at, word in enumerate(every):
        if len(word) > 3 and word not in _NEGATIONS | _MODALS:
            before = {w for w in every[max(at - 4, 0) : at] if w in _NEGATIONS | _MODALS}
            found.setdefault(stem(word), set()).update(before)
    return found
