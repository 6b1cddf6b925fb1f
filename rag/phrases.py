"""Exact words in quotation marks: the sentences that have them, as they stand.

Whoever asks who said “…” wants these words and no others that are like them, so they are
looked for exactly, over the whole archive, and no model decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import pairwise

from index.prompt_injection import gives_orders
from index.protocols import View
from index.records import Card, Chunk, Span, StoredChunk
from rag.quote import quotation, understandable
from rag.records import Candidate, Dates, Draft, Passage
from rag.request.question import Question
from rag.text.speech import closes
from rag.text.words import STOPWORDS, words
from rag.verify.support import verbatim

FEWEST_WORDS = 3
"""Words in quotation marks from which they are a phrase and not a name."""
MOST_READ = 200
"""Passages that are looked through for a phrase."""
STORIES = 3
"""Stories that are quoted."""
_WHO_SAID = re.compile(r"\W*who (?:said|says|wrote)(?: that\b)?\W*(.+?)\W*$", re.IGNORECASE)
_QUOTED = re.compile(
    r"[“\"«„]([^”“\"»«„]+)[”\"»“]|(?<!\w)['‘]([^'‘’]+(?:[’'](?=\w)[^'‘’]+)*)[’'](?!\w)"
)


def phrases(text: str) -> list[str]:
    """What a text has in quotation marks, where it is long enough and no name or title."""
    found = [(match[1] or match[2]).strip(" .,;:?!") for match in _QUOTED.finditer(text)]
    return [
        phrase
        for phrase in found
        if len(words(phrase)) >= FEWEST_WORDS
        and any(word.islower() for word in phrase.split() if word not in STOPWORDS)
    ]


def said(text: str) -> list[str]:
    """What "who said …" asks about without quotation marks, where it is long enough."""
    match = _WHO_SAID.match(text)
    return [match[1]] if match and len(words(match[1])) >= FEWEST_WORDS else []


def sentences_with(
    view: View,
    question: Question,
    wanted: list[str],
    dates: Dates,
    among: Collection[str] | None = None,
    known: Callable[[Card], Card] = lambda card: card,
) -> tuple[list[Draft], str]:
    """Quotations that have some phrases, each story once, the first that came in of its copies.

    `known` gives an article the outlet that it is listed under.

    Returns:
        The quotations, and, where a phrase stands in no article that may be quoted, why in a line.
    """
    drafts: dict[str, Draft] = {}
    for phrase in wanted:
        hits = view.lexical([phrase], MOST_READ, dates.since, dates.until)
        stored = [
            replace(passage, card=known(passage.card))
            for passage in view.passages([hit.chunk_id for hit in hits])
            if among is None or passage.card.article_id in among
        ]
        stored.sort(key=lambda passage: passage.card.arrived)
        having = [(passage, span) for passage in stored if (span := _place(passage, phrase))]
        if not having:
            within = "" if among is None and not dates else " of those asked for"
            return [], f"No article{within} in the archive has the words “{phrase}”."
        readable = [
            (passage, span)
            for passage, span in having
            if not gives_orders(view.article(passage.card.article_id))
        ]
        if not readable:
            return [], (
                f"The words “{phrase}” stand only where an article gives orders to the program "
                "that reads it."
            )
        for passage, span in readable:
            if passage.card.origin not in drafts and len(drafts) < STORIES:
                drafts[passage.card.origin] = _draft(question, _opened(view, passage, span), span)
    return list(drafts.values()), ""


def _place(stored: StoredChunk, phrase: str) -> Span | None:
    """The sentence of a chunk that has a phrase, or the two over which it goes."""
    chunk = stored.chunk
    both = [Span(first.start, second.end) for first, second in pairwise(chunk.sentences)]
    spans = [*chunk.sentences, *both]
    return next((span for span in spans if verbatim(phrase, chunk.part(span))), None)


def _opened(view: View, stored: StoredChunk, span: Span) -> StoredChunk:
    """The chunk, after the one before it where the quotation that the span is of opens there."""
    chunk = stored.chunk
    if not closes(chunk.text[span.start - chunk.start :]):
        return stored
    near = view.passages(view.neighbours(stored.chunk_id, 2))
    before = next((one.chunk for one in near if one.chunk.start < chunk.start), chunk)
    text = view.article(chunk.article_id).text[before.start : chunk.end]
    sentences = tuple(dict.fromkeys((*before.sentences, *chunk.sentences)))
    both = Chunk(chunk.article_id, before.start, chunk.end, text, sentences)
    return replace(stored, chunk=both)


def _draft(question: Question, stored: StoredChunk, span: Span) -> Draft:
    passage = Passage(stored, 0.0, 0.0, 0.0)
    if span in stored.chunk.sentences:
        candidate = Candidate(passage, span, stored.chunk.part(span), span)
        span = understandable(question, candidate)
    return quotation(passage, span)
