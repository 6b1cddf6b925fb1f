"""What a reader needs around a sentence to understand it, and where it stands."""

from __future__ import annotations

from itertools import takewhile

from index.records import Chunk, Span
from rag.evidence.prose import is_prose
from rag.evidence.spans import offers
from rag.questions.asking import only_asks
from rag.questions.question import Question
from rag.text.leadins import announces, spoken_by_a_pronoun
from rag.text.names import missing
from rag.text.speech import OPENS_ON_PRONOUN
from rag.text.words import words

SENTENCES_BEFORE = 2
"""Sentences that may be added before one that cannot be understood by itself."""
SENTENCES_QUOTED = 2
"""Sentences of a quotation that may be added after one that announces it."""
_IN_WORDS = ("statement", "reason", "other")
"""Kinds of question that somebody's words may answer."""


def in_context(question: Question, chunk: Chunk, span: Span) -> Span:
    """A sentence of a chunk with those around it that a reader needs.

    Those before it are needed when it opens on a pronoun or a "the minister", when its
    words are "his", or when they hold a name of the question that it lacks itself; the
    one after it, when a number or a day is asked for that only that one gives, and
    those that quote what it only announces.
    """
    sentences = list(chunk.sentences)
    at = sentences.index(span)
    last = at + _after(question, chunk, at)
    # A sentence with another name, before a statement, may be somebody else's.
    names = [one for one in question.names if not question.subject or one in question.subject]
    first = at
    while first > 0 and at - first < SENTENCES_BEFORE:
        opening = chunk.part(sentences[first])
        so_far = chunk.part(Span(sentences[first].start, sentences[last].end))
        before = chunk.part(sentences[first - 1])
        lacking = missing(names, words(so_far))
        if only_asks(question, before) or not is_prose(before):
            break
        if not (
            OPENS_ON_PRONOUN.match(opening)
            or spoken_by_a_pronoun(so_far)
            or len(missing(lacking, words(before))) < len(lacking)
        ):
            break
        first -= 1
    return Span(sentences[first].start, sentences[last].end)


def _after(question: Question, chunk: Chunk, at: int) -> int:
    """How many of the sentences after one are needed."""
    text, *after = [chunk.part(one) for one in chunk.sentences[at : at + 1 + SENTENCES_QUOTED]]
    following = list(takewhile(lambda one: is_prose(one) and not only_asks(question, one), after))
    if following and not offers(question, text) and offers(question, following[0]):
        return 1
    return announces(text, following) if question.asks in _IN_WORDS else 0
