"""What a reader needs around a sentence to understand it, and where it stands."""

from __future__ import annotations

from index.records import Chunk, Span
from rag.decide.prose import is_prose
from rag.decide.spans import offers
from rag.request.asking import only_asks
from rag.request.question import Question
from rag.text.names import missing
from rag.text.noun_phrases import name_runs
from rag.text.speech import OPENS_ON_PRONOUN, statements
from rag.text.tokens import lines
from rag.text.words import words

SENTENCES_BEFORE = 2
"""Sentences that may be added before one that cannot be understood by itself."""


def in_context(question: Question, chunk: Chunk, span: Span) -> Span:
    """A sentence of a chunk with those around it that a reader needs.

    Those before it are needed when it opens on a pronoun or a "the minister", when its
    words are "his", or when they hold a name of the question that it lacks itself; the
    one after it, when a number or a day is asked for that only that one gives.
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
    text, *after = [chunk.part(one) for one in chunk.sentences[at : at + 2]]
    following = [one for one in after if is_prose(one) and not only_asks(question, one)]
    return int(any(not offers(question, text) and offers(question, one) for one in following))


def spoken_by_a_pronoun(text: str) -> bool:
    """True for “It was short,” he said: nobody whom the sentence names can be "he"."""
    told = [one.source for line in lines(text) for one in statements(line)]
    opens = tuple(words(text)[:1])  # a first word has a capital letter anyway
    named = any(run != opens for line in lines(text) for run in name_runs(line.tokens))
    return bool(told) and told[0].pronoun in ("he", "she") and not named
