"""Does the cited passage say what the sentence says? Exact checks, level 1.

Every sentence of every answer passes here before anybody sees it, whichever
model wrote it. A sentence is supported when each quotation of four words or
more stands verbatim in the passage; each number, date and name stands in the
passage or in what is known of the article; who said it is who says it in the
passage; no negation or "could" is lost or gained; and what it says together is
said together there. Nothing here asks a model.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from index.records import Card
from rag.text.enclosed import alike
from rag.text.tokens import Line, lines
from rag.text.words import fold, words
from rag.verify.dates import missing_dates
from rag.verify.joined import is_joined, restated, share
from rag.verify.names import missing_names
from rag.verify.negation import changed
from rag.verify.numbers import missing_numbers
from rag.verify.speakers import wrong_speakers

FaultKind = Literal[
    "quotation", "number", "date", "name", "speaker", "negation", "modality", "joined", "citation"
]

SHORTEST_QUOTATION = 4
"""Words from which a quotation has to be verbatim."""
LEAST_SHARED = 0.25
"""Share of a sentence's words below which the passage is not about it.

On the half of `eval/statements.jsonl` that is for tuning, no true sentence shares less than
half with its passage, and seven of eight that cite a wrong passage share less than this.
"""
FEWEST_WORDS = 3
"""Words that carry meaning from which that share says something."""

_QUOTATION = re.compile(r"[“\"]([^“”\"]+)[”\"]")


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
    title: str = ""
    published: dt.date | None = None
    """The day from which the passage's "Saturday" is reckoned."""

    @classmethod
    def of(cls, text: str, card: Card) -> Support:
        """The support that a passage of this article gives."""
        day = card.published
        date = f"{day.day} {day:%B %Y} {day:%A} {day.isoformat()}" if day else ""
        known = (card.title, card.publisher, card.url, card.article_id, date)
        return cls(text, "\n".join(filter(None, known)), card.title, day)


def faults(sentence: str, supports: Iterable[Support]) -> list[Fault]:
    """What the sentence says that none of its passages carries; empty when it is supported."""
    given = list(supports)
    text = "\n".join(support.text for support in given)
    known = "\n".join(support.known for support in given)
    sentence = _unlabelled(sentence, known)
    if _is_quotation(sentence, given):
        return []
    stated = _without_quotations(sentence, text)
    titles = [support.title for support in given if support.title]
    dated = [(f"{one.title}\n{one.text}", one.published) for one in given]
    days = missing_dates(stated, dated)
    numbers = missing_numbers(stated, [text, *titles])
    found = [
        *_quotations(sentence, text),
        *(Fault("number", what) for what in numbers),
        *(Fault("date", what) for what in days),
        *(Fault("name", what) for what in missing_names(stated, f"{text}\n{known}")),
    ]
    passages = [line for support in given for line in lines(support.text)]
    for line in lines(sentence):
        for source in wrong_speakers(line, [support.text for support in given], known):
            found.append(Fault("speaker", " ".join(source.name)))
    quoted = [line.text for line in lines(sentence)] if stated != sentence else []
    for line in lines(stated):
        found += _restated(line, passages, given, titles, quoted)
    return found


def quoted_parts(sentence: str) -> list[str]:
    """The quotations of a sentence, without their marks."""
    return [match[1].strip() for match in _QUOTATION.finditer(sentence)]


def verbatim(quote: str, text: str) -> bool:
    """True where the quote stands in the text, quotation marks and white space folded."""
    return _plain(quote) in _plain(text)


def _plain(text: str) -> str:
    return alike(fold(text)).strip(" '.,;:")


def _quotations(sentence: str, text: str) -> list[Fault]:
    return [
        Fault("quotation", quote)
        for quote in quoted_parts(sentence)
        if len(words(quote)) >= SHORTEST_QUOTATION and not verbatim(quote, text)
    ]


def _is_quotation(sentence: str, given: Sequence[Support]) -> bool:
    """True where the sentence is nothing but one passage's own words, in quotation marks."""
    if not (sentence.startswith("“") and sentence.endswith("”")):
        return False
    inside = sentence[1:-1]
    return not {"“", "”"} & set(inside) and any(verbatim(inside, one.text) for one in given)


def _unlabelled(sentence: str, known: str) -> str:
    """The sentence without the source before its quotation, if that is the article's own.

    Numbers and negations in the name of an outlet or in a headline are no statements.
    """
    label, opening, quoted = sentence.partition(": “")
    if opening and set(words(label)) <= set(words(known)):
        return opening[-1] + quoted
    return sentence


def _without_quotations(sentence: str, text: str) -> str:
    """The sentence without what it quotes at length: that is the passage's own."""

    def kept(match: re.Match[str]) -> str:
        long = len(words(match[1])) >= SHORTEST_QUOTATION
        return " . " if long and verbatim(match[1], text) else match[0]

    return _QUOTATION.sub(kept, sentence)


def _restated(
    line: Line,
    passages: Sequence[Line],
    given: Sequence[Support],
    titles: Sequence[str],
    quoted: Sequence[str],
) -> list[Fault]:
    """What a sentence in its own words changes of the sentences that it restates."""
    if len(line.keys) >= FEWEST_WORDS:
        named = [one for title in titles for one in lines(title)]
        if not quoted and share(line, [*passages, *named]) < LEAST_SHARED:
            return [Fault("citation", line.text)]
        if is_joined(line, [lines(support.text) for support in given], titles):
            return [Fault("joined", line.text)]
    every = [one.text for one in passages]
    anchors = [one.text for one in restated(line, passages)]
    return [Fault(kind, what) for kind, what in changed(line, anchors, every, quoted)]
