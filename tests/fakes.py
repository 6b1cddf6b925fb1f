"""Stand-ins and made-up news for the tests of the index."""

import datetime as dt
import hashlib
import random
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.embedding import HashEncoder
from index.protocols import Store
from index.records import Article, Chunk, Span

_CONSONANTS = "bcdfghjklmnprstv"
_VOWELS = "aeio"
_PARAGRAPH = re.compile(r"\S(?:.*\S)?")


class CountingEncoder(HashEncoder):
    """Remembers what it was asked to encode, and stops at a call if it is told to."""

    def __init__(self, dimension: int = 64, interrupt_at: int = 0) -> None:
        super().__init__(dimension)
        self.batches: list[list[str]] = []
        self._interrupt_at = interrupt_at

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.batches.append(list(texts))
        if len(self.batches) == self._interrupt_at:
            raise KeyboardInterrupt
        return super().encode(texts)

    @property
    def texts(self) -> list[str]:
        return [text for batch in self.batches for text in batch]


class OtherEncoder(HashEncoder):
    """Another model with vectors of the same length."""

    name = "other"
    fingerprint = "other-1"


def word(number: int) -> str:
    """A made-up word."""
    digest = hashlib.blake2b(str(number).encode(), digest_size=4).digest()
    return "".join(_CONSONANTS[byte >> 4] + _VOWELS[byte & 3] for byte in digest)


def story(seed: int, paragraphs: int = 6, sentences: int = 3) -> str:
    """Made-up news: stories of different seeds share words and hardly any five in a row."""
    rng = random.Random(seed)
    return "\n\n".join(
        " ".join(_sentence(rng) for _ in range(sentences)) for _ in range(paragraphs)
    )


def _sentence(rng: random.Random) -> str:
    words = [word(rng.randrange(400)) for _ in range(rng.randint(8, 16))]
    return " ".join(words).capitalize() + "."


def article(
    article_id: str,
    text: str,
    title: str = "",
    published: str | None = None,
    source: str | None = None,
) -> Article:
    """An article with the fields that a test cares about."""
    return Article(
        id=article_id,
        title=title or f"Title of {article_id}",
        text=text,
        source=source or f"news/{article_id}.txt",
        published=dt.date.fromisoformat(published) if published else None,
    )


def paragraphs(item: Article) -> list[Chunk]:
    """A chunk for each paragraph, which is its only sentence."""
    spans = [Span(*found.span()) for found in _PARAGRAPH.finditer(item.text)]
    return [Chunk(item.id, s.start, s.end, s.of(item.text), (s,)) for s in spans]


def put(index: Store, item: Article, encoder: HashEncoder | None = None) -> str:
    """Store an article by paragraphs."""
    chunks = paragraphs(item)
    encoder = encoder or HashEncoder()
    vectors = encoder.encode([f"{item.title}\n{chunk.text}" for chunk in chunks])
    return index.put(item, "hash of " + item.text[:20], chunks, vectors)
