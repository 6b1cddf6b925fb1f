"""A written sentence against what it cites: kept, cited anew, quoted instead, or dropped.

Every sentence of an answer passes here, whichever way it was made. The exact check
(`rag.verify.support.faults`) decides. A sentence that is cited anew has to share most
of its words with its new source besides: the writer did not mean that one, and a
sentence of few facts would fit many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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


def numbered(drafts: Iterable[Draft]) -> dict[int, Source]:
    """The drafts as sources, numbered from 1: no more of a passage supports than is quoted."""
    return {
        number: Source(draft, Support.of(draft.quote, draft.passage.stored.card))
        for number, draft in enumerate(drafts, start=1)
    }


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
        """Check a sentence against what it cites, and mend it where that does not support it.

        Returns:
            The sentence "kept" with those of its citations that support it; "recited" with
            another source, or two, that do; "quoted", the best quotation of what it cited in
            its place; or "dropped" when none of these holds or the answer has it already.
        """
        cited = tuple(number for number in written.cited if number in self.sources)
        found = tuple(self._check(written.text, self._supports(cited))) if cited else ()
        how, text, numbers = self._outcome(written.text, cited, found)
        quoted = any(text == self.sources[number].draft.text for number in numbers)
        self.tally[how] += 1
        self.kinds.update(fault.kind for fault in found)
        self._said.add(fold(text))
        return Mended(text, numbers, how, found, quoted, written.invented)

    def _outcome(
        self, text: str, cited: tuple[int, ...], found: Sequence[Fault]
    ) -> tuple[How, str, tuple[int, ...]]:
        """What becomes of a sentence, as what it is shown, and the sources that it then cites."""
        if fold(text) in self._said or len(words(text)) < LEAST_WORDS:
            return "dropped", "", ()
        if cited and not found and self._shared(text, cited) > 0:
            alone = tuple(number for number in cited if self._holds(text, (number,)))
            return "kept", text, alone or self._fewest(text, cited, range(2, len(cited))) or cited
        others = self._fewest(text, tuple(self.sources), (1, 2))
        if others and self._shared(text, others) >= LEAST_SHARED:
            return "recited", text, others
        if cited:
            best = max(cited, key=lambda number: self._shared(text, (number,)))
            quote = self.sources[best].draft.text
            if fold(quote) not in self._said and not self._check(quote, self._supports((best,))):
                return "quoted", quote, (best,)
        return "dropped", "", ()

    def _supports(self, numbers: Iterable[int]) -> list[Support]:
        return [self.sources[number].support for number in numbers]

    def _shared(self, text: str, numbers: Iterable[int]) -> float:
        """The share of the text's content words that the sources hold by stem, 0 to 1."""
        own = _stems(text)
        held = {
            word
            for support in self._supports(numbers)
            for word in _stems(f"{support.text}\n{support.known}")
        }
        return len(own & held) / len(own) if own else 0.0

    def _holds(self, text: str, numbers: Sequence[int]) -> bool:
        """True where these sources together support the text, and share a word with it."""
        return self._shared(text, numbers) > 0 and not self._check(text, self._supports(numbers))

    def _fewest(self, text: str, among: Sequence[int], sizes: Iterable[int]) -> tuple[int, ...]:
        """As few as support the text together; of several such sets, the one that shares most."""
        for size in sizes:
            fitting = [group for group in combinations(among, size) if self._holds(text, group)]
            if fitting:
                return max(fitting, key=lambda group: self._shared(text, group))
        return ()


def _stems(text: str) -> set[str]:
    return {stem(word) for word in content(text)}
