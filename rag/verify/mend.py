"""A written sentence against what it cites: kept, cited anew, quoted instead, or dropped.

Every sentence of an answer passes here, whichever way it was made. What decides is
level 1 (`rag.verify.support.faults`). A sentence that is cited anew has to share most of
its words with its new source besides: the writer did not mean that one, and a
sentence of few facts would fit many. Nothing here asks a model, and nothing here
knows how a sentence came about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from rag.records import Draft
from rag.text.words import content, fold, stem, words
from rag.verify.support import Fault, Support, faults

How = Literal["kept", "recited", "quoted", "dropped"]
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

    @classmethod
    def of(cls, draft: Draft) -> Source:
        """The source that a draft's quotation makes: its words, and what is known of its article.

        No more of the passage counts than the draft's span, for that is what a
        citation shows to the reader.
        """
        return cls(draft, Support.of(draft.quote, draft.passage.stored.card))


@dataclass(frozen=True, slots=True)
class Mended:
    """A sentence that may be shown, unless it was dropped, and what became of it."""

    text: str
    cited: tuple[int, ...]
    """Numbers of the sources that support it, no more than it needs; empty when dropped."""
    how: How
    faults: tuple[Fault, ...] = ()
    """What level 1 found in the sentence as it was written, against what it cited."""
    quoted: bool = False
    """True when the text is a source's own quotation."""
    invented: tuple[str, ...] = ()


def numbered(drafts: Iterable[Draft]) -> dict[int, Source]:
    """The drafts as sources, numbered from 1 in their order."""
    return {number: Source.of(draft) for number, draft in enumerate(drafts, start=1)}


class Mender:
    """Mends the sentences of one answer, and counts what became of them."""

    def __init__(self, sources: Mapping[int, Source], check: Check = faults) -> None:
        self.sources = sources
        self.tally: Counter[How] = Counter()
        self.kinds: Counter[str] = Counter()
        """Kinds of the faults in sentences as they were written."""
        self._check = check
        self._said: set[str] = set()

    def mend(self, written: Written) -> Mended:
        """The sentence, mended; what the answer says already is dropped."""
        mended = mend(written, self.sources, self._said, faults=self._check)
        self.tally[mended.how] += 1
        self.kinds.update(fault.kind for fault in mended.faults)
        if mended.how != "dropped":
            self._said.add(fold(mended.text))
        return mended


def mend(
    written: Written,
    sources: Mapping[int, Source],
    said: Collection[str] = (),
    *,
    faults: Check = faults,
) -> Mended:
    """Check a sentence against what it cites, and mend it where that does not support it.

    Args:
        written: the sentence; numbers that name no source count for nothing.
        sources: what can be cited.
        said: the sentences of the answer so far, folded (`rag.text.words.fold`).
        faults: the level 1 check.

    Returns:
        The sentence "kept" with those of its citations that support it; "recited" with
        another source, or two, that do; "quoted", the best quotation of what it cited in
        its place; or "dropped" when none of these holds or the answer has it already.
    """
    at_hand = _Evidence(sources, faults)
    cited = tuple(number for number in written.cited if number in sources)
    found = tuple(faults(written.text, at_hand.supports(cited))) if cited else ()

    def outcome(how: How, text: str = "", numbers: Sequence[int] = ()) -> Mended:
        quoted = any(text == sources[number].draft.text for number in numbers)
        return Mended(text, tuple(numbers), how, found, quoted, written.invented)

    if fold(written.text) in said or len(words(written.text)) < LEAST_WORDS:
        return outcome("dropped")
    if cited and not found and at_hand.shared(written.text, cited) > 0:
        return outcome("kept", written.text, at_hand.needed(written.text, cited))
    others = at_hand.other(written.text)
    if others:
        return outcome("recited", written.text, others)
    if cited:
        best = max(cited, key=lambda number: at_hand.shared(written.text, (number,)))
        quote = sources[best].draft.text
        if fold(quote) not in said and not faults(quote, at_hand.supports((best,))):
            return outcome("quoted", quote, (best,))
    return outcome("dropped")


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The sources, and the questions that are asked of some of them together."""

    sources: Mapping[int, Source]
    check: Check

    def supports(self, numbers: Iterable[int]) -> list[Support]:
        return [self.sources[number].support for number in numbers]

    def shared(self, text: str, numbers: Iterable[int]) -> float:
        """The share of the text's content words that the sources hold by stem, 0 to 1."""
        own = _stems(text)
        if not own:
            return 0.0
        supports = self.supports(numbers)
        held = {one for support in supports for one in _stems(f"{support.text}\n{support.known}")}
        return len(own & held) / len(own)

    def hold(self, text: str, numbers: Sequence[int]) -> bool:
        """True where these sources together support the text, and share a word with it."""
        if not self.shared(text, numbers):
            return False
        return not self.check(text, self.supports(numbers))

    def needed(self, text: str, cited: Sequence[int]) -> tuple[int, ...]:
        """Those of the cited sources that support the text alone; else no more than it takes."""
        alone = tuple(number for number in cited if self.hold(text, (number,)))
        return alone or self._fewest(text, cited, range(2, len(cited))) or tuple(cited)

    def other(self, text: str) -> tuple[int, ...]:
        """The source, else the pair of sources, that supports the text and shares most with it."""
        others = self._fewest(text, tuple(self.sources), (1, 2))
        return others if self.shared(text, others) >= LEAST_SHARED else ()

    def _fewest(self, text: str, among: Sequence[int], sizes: Iterable[int]) -> tuple[int, ...]:
        """As few as support the text together; of several such sets, the one that shares most."""
        for size in sizes:
            fitting = [some for some in combinations(among, size) if self.hold(text, some)]
            if fitting:
                return max(fitting, key=lambda some: self.shared(text, some))
        return ()


def _stems(text: str) -> set[str]:
    return {stem(word) for word in content(text)}
