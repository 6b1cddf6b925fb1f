"""Does the cited passage say what the sentence says? The exact check.

Every sentence of every answer passes here before anybody sees it, whichever
model wrote it. A sentence is supported when each quotation of four words or
more stands verbatim in the passage; each number, date and name stands in the
passage or in what is known of the article; who said it is who says it in the
passage; no negation or "could" is lost or gained; and what it says together is
said together there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from index.records import Card
from rag.text.dates import CALENDAR
from rag.text.display import comparable
from rag.text.numbers import carried, quantities
from rag.text.tokens import TokenLine, held, key, lines, union
from rag.text.words import fold, words
from rag.verify.facts import missing_dates, missing_names, missing_numbers, wrong_speakers
from rag.verify.joined import is_joined, restated, share
from rag.verify.negation import changed

FaultKind = Literal[
    "quotation", "number", "date", "name", "speaker", "negation", "modality", "joined", "citation",
    "word",
]  # fmt: skip

SHORTEST_QUOTATION = 4
"""Words from which a quotation has to be verbatim."""
LEAST_SHARED = 0.25
"""Share of a sentence's words below which the passage is not about it.

On the half of `eval/statements.jsonl` that is for tuning, no true sentence shares less than
half with its passage, and seven of eight that cite a wrong passage share less than this.
"""
REPORTING = frozenset(map(key, "say tell state report according".split()))
"""Verbs that add nothing to what is reported, as keys."""
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
        known = (card.called, card.publisher, card.url, date)
        return cls(text, "\n".join(filter(None, known)), card.title, day)


def faults(sentence: str, supports: Iterable[Support]) -> list[Fault]:
    """What the sentence says that none of its passages carries; empty when it is supported."""
    given = list(supports)
    text = "\n".join(support.text for support in given)
    known = "\n".join(support.known for support in given)
    titles = [support.title for support in given if support.title]
    sentence = _unlabelled(sentence, known)
    if _is_quotation(sentence, given):
        return []
    stated = _without_quotations(sentence, text)
    dated = [(f"{support.title}\n{support.text}", support.published) for support in given]
    texts = [support.text for support in given]
    invented = [quote for quote in _long_quotations(sentence) if not verbatim(quote, text)]
    missing: dict[FaultKind, list[str]] = {
        "quotation": invented,
        "number": missing_numbers(stated, [text, *titles]),
        "date": missing_dates(stated, dated),
        "name": missing_names(stated, f"{text}\n{known}"),
        "speaker": wrong_speakers(sentence, texts, known),
    }
    found = [Fault(kind, what) for kind, absent in missing.items() for what in absent]
    quoted = lines(sentence) if stated != sentence else ()
    for line in lines(stated):
        found += _changed(line, [lines(passage) for passage in texts], titles, quoted)
    return found


def strict_faults(sentence: str, supports: Iterable[Support]) -> list[Fault]:
    """The faults of a sentence that a model wrote: its own words count, too.

    Each word that carries meaning has to stand in the passages in some form, but for "said" and
    its like. Numbers and days have checks of their own, and all figures of one sentence stand in
    one sentence of theirs: two of them put together may be of two things. The words of outlet and
    address count only where something is reported.
    """
    given = list(supports)
    found = faults(sentence, given)
    if found:
        return found
    figures = quantities(sentence)
    there = [line.text for support in given for line in lines(support.text)]
    if len(figures) > 1 and all(carried(figures, line) for line in there):
        return [Fault("joined", sentence)]
    text = "\n".join(part for support in given for part in (support.title, support.text))
    own = _without_quotations(sentence, text)
    for quantity in reversed(quantities(own)):
        own = f"{own[: quantity.start]} {own[quantity.end :]}"
    tokens = [token for line in lines(own) for token in line.tokens]
    wanted = {token.key for token in tokens if token.counts and token.word not in CALENDAR}
    if any(token.key in REPORTING for token in tokens):
        text = "\n".join([text, *(support.known for support in given)])
    absent = wanted - REPORTING - held(wanted, union(lines(text)))
    return [Fault("word", word) for word in sorted(absent)]


def quoted_parts(sentence: str) -> list[str]:
    """The quotations of a sentence, without their marks."""
    return [match[1].strip() for match in _QUOTATION.finditer(sentence)]


def verbatim(quote: str, text: str) -> bool:
    """True where the quote stands in the text in whole words, marks and white space folded."""
    return re.search(rf"(?<!\w){re.escape(_plain(quote))}(?!\w)", _plain(text)) is not None


def _plain(text: str) -> str:
    return comparable(fold(text)).strip(" '.,;:")


def _long_quotations(sentence: str) -> list[str]:
    return [part for part in quoted_parts(sentence) if len(words(part)) >= SHORTEST_QUOTATION]


def _is_quotation(sentence: str, given: Sequence[Support]) -> bool:
    """True where the sentence is nothing but one passage's own words, in quotation marks."""
    whole = re.fullmatch("“([^“”]*)”", sentence, re.DOTALL)
    return whole is not None and any(verbatim(whole[1], support.text) for support in given)


def _unlabelled(sentence: str, known: str) -> str:
    """The sentence without the source before its quotation, if that is the article's own.

    Numbers and negations in the name of an outlet or in a headline are no statements.
    """
    label, opening, quoted = sentence.partition(": “")
    is_own = opening and set(words(label)) <= set(words(known))
    return f"“{quoted}" if is_own else sentence


def _without_quotations(sentence: str, text: str) -> str:
    """The sentence without what it quotes at length: that is the passage's own."""
    for quote in _long_quotations(sentence):
        if verbatim(quote, text):
            sentence = re.sub(rf"[“\"]\s*{re.escape(quote)}\s*[”\"]", " . ", sentence)
    return sentence


def _changed(
    line: TokenLine,
    passages: Sequence[Sequence[TokenLine]],
    titles: Sequence[str],
    quoted: Sequence[TokenLine],
) -> list[Fault]:
    """What a sentence in its own words changes of the sentences that it restates."""
    passage = list(chain.from_iterable(passages))
    if len(line.keys) >= FEWEST_WORDS:
        headlines = [headline for title in titles for headline in lines(title)]
        if not quoted and share(line, [*passage, *headlines]) < LEAST_SHARED:
            return [Fault("citation", line.text)]
        if is_joined(line, passages, titles):
            return [Fault("joined", line.text)]
    found = changed(line, restated(line, passage), passage, quoted)
    return [Fault(kind, word) for kind, word in found]
