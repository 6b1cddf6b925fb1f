"""What a query finds: the articles, best first, and of each the passage around the hit.

Whether an article fits is decided over all of it: of two words one may stand at its beginning and
the other at its end. SQLite's FTS5, or what does its work in Milvus, finds the words; whether a
phrase or the beginning of a word stands there as it was written is looked up in the text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from urllib.parse import urlsplit

from index.errors import BadRequest
from index.protocols import View
from index.records import Card, Chunk, Span
from rag.search.query import Days, Group, Node, Term, parse, terms
from rag.text.words import WORD, fold, stem

MOST_SHOWN = 20
"""Stories whose passages are shown where nobody says how many."""
SHORT, LONG = 100, 400
"""Characters up to which sentences are added to a passage, and from which it is cut."""
TITLE_WEIGHT = 2.0
BATCH = 1000
"""Passages whose text is looked at together."""


@dataclass(frozen=True, slots=True)
class Found:
    """A story that a query finds."""

    card: Card
    """The article of it that fits best."""
    copies: tuple[Card, ...]
    """The other articles of the story that fit."""
    start: int
    """Where the passage begins in the article's text."""
    passage: str
    """Verbatim, without line breaks changed."""
    marks: tuple[Span, ...]
    """Where the words stand in the passage."""
    title_marks: tuple[Span, ...]
    """Where they stand in the headline."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a query finds."""

    found: tuple[Found, ...]
    """The best of it."""
    articles: int
    """How many articles fit."""
    stories: int
    """How many stories these are: syndicated copies count once."""
    lacking: tuple[str, ...]
    """The words of the query that stand in no article."""


def search(
    view: View, text: str, limit: int = MOST_SHOWN, among: Collection[str] | None = None
) -> Results:
    """The stories that a query finds, with their passages.

    Args:
        view: one state of the archive.
        text: the query, in the language of `rag.search.query`.
        limit: stories that are shown at most.
        among: ids of the articles that may be shown; all where it is None.

    Raises:
        BadRequest: the query cannot be read, or names an author or outlet that is not there.
    """
    looked = _Search(view, parse(text))
    fitting = [card for card in looked.cards if among is None or card.article_id in among]
    stories: dict[str, list[Card]] = {}
    for card in fitting:
        stories.setdefault(card.origin, []).append(card)
    found = [looked.shown(cards) for cards in list(stories.values())[:limit]]
    return Results(tuple(found), len(fitting), len(stories), tuple(looked.lacking))


def matching(view: View, text: str) -> list[Card]:
    """All articles that a query finds, best first; as `search`, without their passages.

    Raises:
        BadRequest: as `search`.
    """
    return _Search(view, parse(text)).cards


def places(text: str, term: Term) -> list[Span]:
    """Where the words of a term stand in a text."""
    wanted = [fold(word) for word in WORD.findall(term.words)]
    folded = fold(text)
    if not wanted or ((term.exact or term.starts) and not all(one in folded for one in wanted)):
        return []
    words = [(fold(match[0]), match.start(), match.end()) for match in WORD.finditer(text)]
    rows = (words[at : at + len(wanted)] for at in range(len(words) - len(wanted) + 1))

    def fits(at: int, word: str) -> bool:
        if term.starts and at == len(wanted) - 1:
            return word.startswith(wanted[at])
        return word == wanted[at] or (not term.exact and _stem(word) == _stem(wanted[at]))

    return [
        Span(row[0][1], row[-1][2])
        for row in rows
        if all(fits(at, word) for at, (word, _, _) in enumerate(row))
    ]


def _stem(word: str) -> str:
    return stem(word.removesuffix("'s"))


class _Search:
    """One query asked of one state of an archive."""

    def __init__(self, view: View, query: Node) -> None:
        self._view = view
        self._all = {card.article_id: card for card in view.articles()}
        self._chunks: dict[int, str] = {}
        self.lacking: list[str] = []
        self._terms = terms(query)
        fitting = self._ids(query)
        self._best = self._ranked(fitting)
        rest = (article_id for article_id in self._all if article_id in fitting)
        self.cards = [self._all[one] for one in dict.fromkeys((*self._best, *rest))]

    def shown(self, cards: Sequence[Card]) -> Found:
        """A story of which these articles fit, with the passage of the first one."""
        card, *copies = cards
        within = [term for term in self._terms if not term.field]
        chunk = self._chunk(card)
        span = _passage(chunk, within) if chunk else Span(0, 0)
        passage = chunk.part(span) if chunk else ""
        headed = [term for term in self._terms if term.field in ("", "title")]
        marks, title_marks = _marks(passage, within), _marks(card.title, headed)
        return Found(card, tuple(copies), span.start, passage, marks, title_marks)

    def _chunk(self, card: Card) -> Chunk | None:
        """The best chunk of an article; the first, where none has a word of the query."""
        if card.article_id in self._best:
            return self._view.passages([self._best[card.article_id]])[0].chunk
        return next(iter(self._view.chunks_of(card.article_id)), None)

    def _ids(self, node: Node) -> set[str]:
        """The ids of the articles for which a part of the query is so."""
        if isinstance(node, Group):
            found = list(map(self._ids, node.parts))
            if node.how == "none":
                return self._all.keys() - found[0]
            return set.intersection(*found) if node.how == "all" else set.union(*found)
        if isinstance(node, Days):
            return {one for one, card in self._all.items() if _is_within(card, node)}
        if node.field == "title":
            return {one for one, card in self._all.items() if places(card.title, node)}
        if node.field == "outlet":
            return _named({one: [outlet_of(card)] for one, card in self._all.items()}, node)
        if node.field == "author":
            return _named({one: self._view.article(one).authors for one in self._all}, node)
        held = self._holding(node)
        if node in self._terms:
            self._chunks |= held
            self.lacking += [] if held else [node.words + "*" * node.starts]
        return set(held.values()) & self._all.keys()

    def _holding(self, term: Term) -> dict[int, str]:
        """For each chunk that has a term in its text or headline the id of its article."""
        held = self._view.holding(term.words, starts=term.starts)
        if not (term.exact or term.starts):
            return held
        ids, sure = list(held), {}
        for at in range(0, len(ids), BATCH):
            for one in self._view.passages(ids[at : at + BATCH]):
                if places(one.chunk.text, term) or places(one.card.title, term):
                    sure[one.chunk_id] = one.card.article_id
        return sure

    def _ranked(self, fitting: set[str]) -> dict[str, int]:
        """For the articles that fit and have a word of the query their best chunk, best first."""
        asked = [term.words for term in self._terms if term.field in ("", "title")]
        hits = self._view.lexical(asked, self._view.chunk_count, title_weight=TITLE_WEIGHT)
        ranked = [hit.chunk_id for hit in hits if hit.chunk_id in self._chunks]
        best: dict[str, int] = {}
        for chunk_id in (*ranked, *self._chunks):
            if self._chunks[chunk_id] in fitting:
                best.setdefault(self._chunks[chunk_id], chunk_id)
        return best


def outlet_of(card: Card) -> str:
    """Who published an article, or else the site that it is from; empty where neither is known."""
    try:
        return card.publisher or (urlsplit(card.url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _named(names: Mapping[str, Sequence[str]], term: Term) -> set[str]:
    """The ids with a name that has the words of a term.

    Raises:
        BadRequest: no name has them.
    """
    exactly = replace(term, exact=True)
    every = dict.fromkeys(name for some in names.values() for name in some)
    fitting = {name for name in every if places(name, exactly)}
    if not fitting:
        known = {fold(name): name for name in every}
        near = get_close_matches(fold(term.words), known, 1)
        meant = f" Did you mean “{known[near[0]]}”?" if near else ""
        raise BadRequest(f"The archive knows no {term.field} “{term.words}”.{meant}")
    return {one for one, some in names.items() if fitting & set(some)}


def _is_within(card: Card, days: Days) -> bool:
    day = card.published
    return day is not None and (days.first or day) <= day <= (days.last or day)


def _passage(chunk: Chunk, wanted: Iterable[Term]) -> Span:
    """The sentence with most of the words, with what follows it if it is short."""
    wanted = list(wanted)
    if not chunk.sentences:
        return Span(chunk.start, chunk.end)
    having = [sum(bool(places(chunk.part(one), t)) for t in wanted) for one in chunk.sentences]
    at = having.index(max(having))
    span = chunk.sentences[at]
    for following in chunk.sentences[at + 1 :]:
        if span.end - span.start > SHORT:
            break
        span = Span(span.start, following.end)
    return _cut(chunk, span, wanted) if span.end - span.start > LONG else span


def _cut(chunk: Chunk, span: Span, wanted: Iterable[Term]) -> Span:
    """As much of a long passage as there is room for, around the first hit."""
    text = chunk.part(span)
    marks = _marks(text, wanted)
    start = max(0, min(marks[0].start - LONG // 3 if marks else 0, len(text) - LONG))
    start = text.rfind(" ", 0, start) + 1
    end = text.rfind(" ", start + 1, start + LONG) if start + LONG < len(text) else len(text)
    return Span(span.start + start, span.start + (end if end > start else start + LONG))


def _marks(text: str, wanted: Iterable[Term]) -> tuple[Span, ...]:
    """Where the words of some terms stand in a text, in order; none over another."""
    marks: list[Span] = []
    spans = [span for term in wanted for span in places(text, term)]
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not marks or span.start >= marks[-1].end:
            marks.append(span)
    return tuple(marks)
