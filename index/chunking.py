"""Articles cut into the pieces that are embedded and searched.

A chunk is a run of whole sentences. News paragraphs are one or two sentences, so
short ones are packed together up to the target; a longer paragraph is cut into
parts of about equal length. Offsets are exact and nothing but white space is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.lines import DATELINE
from index.records import Article, Chunk, Span
from index.sentences import by_paragraph

CHUNKER = "sentences-2"
"""Which way of cutting made a chunk; to be changed whenever `split` cuts differently."""

TARGET = 500
"""Characters of a chunk."""
LONGEST_SENTENCE = 4
"""In targets; a longer "sentence" is a table or a list, and is cut where it can be."""

_CLAUSE_END = re.compile(r"[,;:—–|](?=\s)|—")
_SPACE = re.compile(r"\s+")
_STORY = re.compile(r"[\s.:—–-]*(?P<story>[\"“‘(\[]?[A-Z0-9].*)", re.DOTALL)
"""What follows a dateline; a name that a dash only sets apart goes on in small letters."""


def split(article: Article, *, target: int = TARGET) -> list[Chunk]:
    """The chunks of an article, in order; see `Chunk` for what holds of them.

    Args:
        article: its text may be anything at all.
        target: characters that a chunk should have; one sentence may have more.
    """
    if target < 1:
        raise ValueError(f"target is {target}, but must be at least 1")
    text = article.text
    return [_chunk(article.id, text, spans) for spans in _packed(_parts(text, target), target)]


def _chunk(article_id: str, text: str, sentences: Sequence[Span]) -> Chunk:
    start, end = sentences[0].start, sentences[-1].end
    return Chunk(article_id, start, end, text[start:end], tuple(sentences))


def _packed(parts: Iterator[tuple[list[Span], bool]], target: int) -> Iterator[list[Span]]:
    """Neighbouring whole paragraphs together, as long as they fit."""
    pack: list[Span] = []
    for sentences, whole in parts:
        fits = bool(pack) and whole and sentences[-1].end - pack[0].start <= target
        if pack and not fits:
            yield pack
            pack = []
        pack += sentences
        if not whole:
            yield pack
            pack = []
    if pack:
        yield pack


def _parts(text: str, target: int) -> Iterator[tuple[list[Span], bool]]:
    """The sentences of each paragraph, and whether it is whole; a long one comes in parts."""
    for paragraph in by_paragraph(text):
        spans = [part for span in paragraph[:1] for part in _without_dateline(text, span)]
        sentences = [
            piece for span in (*spans, *paragraph[1:]) for piece in _pieces(text, span, target)
        ]
        start, length = sentences[0].start, sentences[-1].end - sentences[0].start
        if length <= target:
            yield sentences, True
            continue
        count = -(-length // target)
        groups: dict[int, list[Span]] = {}
        for sentence in sentences:
            middle = (sentence.start + sentence.end) / 2 - start
            groups.setdefault(int(middle * count / length), []).append(sentence)
        for group in groups.values():
            yield group, False


def _without_dateline(text: str, sentence: Span) -> list[Span]:
    """A paragraph's first sentence, the dateline before it cut off as a piece of its own.

    "DOHA, Dec. 7 (Some Wire) -" is no part of what the sentence says, and the agency in it
    is nobody whom the story is about.
    """
    match = DATELINE.match(text, sentence.start, sentence.end)
    rest = _STORY.match(text, match.end(), sentence.end) if match else None
    if match is None or rest is None:
        return [sentence]
    head = match.group().rstrip()
    return [
        Span(sentence.start, sentence.start + len(head)),
        Span(rest.start("story"), sentence.end),
    ]


def _pieces(text: str, sentence: Span, target: int) -> Iterator[Span]:
    """A sentence, or the pieces of one that is far too long: after a clause, else after a word."""
    start = sentence.start
    far_too_long = sentence.end - start > LONGEST_SENTENCE * target
    while far_too_long and sentence.end - start > target:
        end = _cut(text, start, start + target)
        yield Span(start, end)
        gap = _SPACE.match(text, end, sentence.end)
        start = gap.end() if gap else end
    yield Span(start, sentence.end)


def _cut(text: str, start: int, limit: int) -> int:
    """Where to end a piece that begins at `start`, at `limit` at the latest."""
    clauses = [match.end() for match in _CLAUSE_END.finditer(text, start, limit)]
    if clauses and clauses[-1] - start > (limit - start) // 2:
        return clauses[-1]
    spaces = [match.start() for match in _SPACE.finditer(text, start, limit)]
    return spaces[-1] if spaces else limit
