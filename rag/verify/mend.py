"""A written sentence against what it cites: kept, cited anew, quoted instead, or dropped.

Every sentence of an answer passes here, whichever way it was made. The exact check
(`rag.verify.support.faults`) decides. A sentence that is cited anew has to share most
of its words with its new source besides: the writer did not mean that one, and a
sentence of few facts would fit many. Of a whole passage, no more is cited than supports
the sentence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from index.records import Span
from rag.records import Draft, Passage
from rag.text.names import name_words
from rag.text.words import content, fold, stem, words
from rag.verify.support import Fault, Support, faults

How = Literal["kept", "recited", "quoted", "dropped"]
Place = tuple[str, int]
"""An article and where in it a passage begins."""
Check = Callable[[str, Iterable[Support]], Sequence[Fault]]

LEAST_SHARED = 0.5
"""Share of a sentence's content words that a source which it did not cite has to hold."""
LEAST_WORDS = 2
"""Words below which it is no sentence: "Mr." or "1."."""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as it was written, without its marks, and what the marks name."""

    text: str
    cited: tuple[int, ...]
    """Numbers of sources at hand, each once, in the order of the marks."""
    invented: tuple[str, ...] = ()
    """Marks that name no source or are no whole mark, as they were written."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a sentence may cite: what it supports, and how it is quoted."""

    draft: Draft
    support: Support
    quotes: tuple[Draft, ...]
    """The evidence in it, best first: what may stand in place of a sentence that does not hold."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A sentence that may be shown, unless it was dropped, and what became of it."""

    text: str
    cited: tuple[int, ...]
    """Numbers of the sources that support it, no more than it needs; empty when dropped."""
    how: How
    faults: tuple[Fault, ...] = ()
    """What the check found in the sentence as it was written, against what it cited."""
    quoted: bool = False
    """True when the text is a source's own quotation."""
    invented: tuple[str, ...] = ()
    drafts: tuple[Draft, ...] = ()
    """What is cited of those sources, in their order."""


def numbered(drafts: Iterable[Draft]) -> dict[int, Source]:
    """The drafts as sources, numbered from 1: no more of a passage supports than is quoted."""
    return {
        number: Source(draft, _support(draft), (draft,))
        for number, draft in enumerate(drafts, start=1)
    }


def whole(drafts: Sequence[Draft], passages: Iterable[Passage], most: int) -> dict[int, Source]:
    """At most so many passages as sources, numbered from 1; those with evidence come first."""
    found: dict[Place, Passage] = {}
    quotes: dict[Place, list[Draft]] = defaultdict(list)
    for draft in drafts:
        quotes[_place(draft.passage)].append(draft)
    for passage in (*(draft.passage for draft in drafts), *passages):
        found.setdefault(_place(passage), passage)
    sources = {}
    for number, (place, passage) in enumerate(list(found.items())[:most], start=1):
        chunk = passage.stored.chunk
        draft = Draft(chunk.text, passage, Span(chunk.start, chunk.end))
        sources[number] = Source(draft, _support(draft), tuple(quotes[place]))
    return sources


def _place(passage: Passage) -> Place:
    return passage.stored.chunk.article_id, passage.stored.chunk.start


def _support(draft: Draft) -> Support:
    return Support.of(draft.quote, draft.passage.stored.card)


class Mender:
    """Mends the sentences of one answer, and counts what became of them."""

    def __init__(self, sources: Mapping[int, Source], check: Check = faults) -> None:
        """Take the sources, and what decides on a sentence that is no quotation of theirs."""
        self.sources = sources
        self.tally: Counter[How] = Counter()
        self.kinds: Counter[str] = Counter()
        """Kinds of the faults in sentences as they were written."""
        self._check = check
        self._said: set[str] = set()

    def mend(self, written: Written) -> Mended:
        """Check a sentence against what it cites, and mend it where that does not support it.

        Returns:
            The sentence "kept" with those of its citations that support it; "recited" with
            another source, or two, that do; "quoted", the best quotation of what it cited in
            its place; or "dropped" when none of these holds or the answer has it already.
        """
        cited = tuple(number for number in written.cited if number in self.sources)
        found = tuple(self._check(written.text, self._supports(cited))) if cited else ()
        how, text, numbers = self._outcome(written.text, cited, found)
        quotes = [q for number in numbers for q in self.sources[number].quotes if q.text == text]
        drafts = quotes[:1] or self._narrowed(text, numbers)
        self.tally[how] += 1
        self.kinds.update(fault.kind for fault in found)
        self._said.add(fold(text))
        return Mended(text, numbers, how, found, bool(quotes), written.invented, tuple(drafts))

    def _outcome(
        self, text: str, cited: tuple[int, ...], found: Sequence[Fault]
    ) -> tuple[How, str, tuple[int, ...]]:
        """What becomes of a sentence, as what it is shown, and the sources that it then cites."""
        if fold(text) in self._said or len(words(text)) < LEAST_WORDS:
            return "dropped", "", ()
        if cited and not found and self._shared(text, cited) > 0:
            alone = tuple(number for number in cited if self._holds(text, (number,)))
            if some := alone or self._fewest(text, cited, range(2, len(cited) + 1)):
                return "kept", text, some
        others = self._fewest(text, tuple(self.sources), (1, 2))
        if others and self._shared(text, others) >= LEAST_SHARED:
            return "recited", text, others
        evident = [number for number in cited if self.sources[number].quotes]
        if evident:
            best = max(evident, key=lambda number: self._shared(text, (number,)))
            quote = self.sources[best].quotes[0].text
            if fold(quote) not in self._said and not faults(quote, self._supports((best,))):
                return "quoted", quote, (best,)
        return "dropped", "", ()

    def _narrowed(self, text: str, numbers: Sequence[int]) -> list[Draft]:
        """What supports a sentence: of each source as few neighbouring sentences as do."""
        drafts = [self.sources[number].draft for number in numbers]
        for at, draft in enumerate(drafts):
            for runs in _runs(draft):
                ways = [[*drafts[:at], run, *drafts[at + 1 :]] for run in runs]
                fitting = [way for way in ways if not self._check(text, map(_support, way))]
                if fitting:
                    drafts = max(fitting, key=lambda way: _shared(text, map(_support, way)))
                    break
        return drafts

    def _supports(self, numbers: Iterable[int]) -> list[Support]:
        return [self.sources[number].support for number in numbers]

    def _shared(self, text: str, numbers: Iterable[int]) -> float:
        return _shared(text, self._supports(numbers))

    def _holds(self, text: str, numbers: Sequence[int]) -> bool:
        """True where these sources together support the text, and share a word with it."""
        return self._shared(text, numbers) > 0 and not self._check(text, self._supports(numbers))

    def _belong(self, numbers: Sequence[int], named: set[str]) -> bool:
        """True for sources of one story, or that have one of these names in common."""
        sources = [self.sources[number] for number in numbers]
        shared = named.intersection(*(words(source.support.text) for source in sources))
        return bool(shared) or len({one.draft.passage.stored.card.origin for one in sources}) == 1

    def _fewest(self, text: str, among: Sequence[int], sizes: Iterable[int]) -> tuple[int, ...]:
        """As few as support the text together; of several such sets, the one that shares most.

        Sources of several stories do so only where all have one name of it: half of one event
        and half of another make a third that nobody reported.
        """
        named = set(name_words(text))
        for size in sizes:
            groups = [one for one in combinations(among, size) if self._belong(one, named)]
            fitting = [group for group in groups if self._holds(text, group)]
            if fitting:
                return max(fitting, key=lambda group: self._shared(text, group))
        return ()


def _runs(draft: Draft) -> Iterator[list[Draft]]:
    """The neighbouring sentences of a draft: each one, each two, and so on, but not all."""
    span = draft.span
    sentences = [
        sentence
        for sentence in draft.passage.stored.chunk.sentences
        if span.start <= sentence.start and sentence.end <= span.end
    ]
    for size in range(1, len(sentences)):
        starts = range(len(sentences) - size + 1)
        spans = [Span(sentences[at].start, sentences[at + size - 1].end) for at in starts]
        yield [replace(draft, span=span) for span in spans]


def _shared(text: str, supports: Iterable[Support]) -> float:
    """The share of the text's content words that the supports hold by stem, 0 to 1."""
    own = _stems(text)
    held = {word for support in supports for word in _stems(f"{support.text}\n{support.known}")}
    return len(own & held) / len(own) if own else 0.0


def _stems(text: str) -> set[str]:
    return {stem(word) for word in content(text)}
