"""Which articles are copies of one story: the syndicated copies share one origin.

Wire copies differ a little: another headline, the last paragraphs cut, a local
introduction. Two texts are taken for copies by the containment and resemblance
of their word shingles (Broder, "On the resemblance and containment of
documents", 1997), counted in the words that shared shingles cover: a word that
an editor changed spoils five shingles, but is one word. MinHash with
locality-sensitive hashing finds the pairs worth comparing, and each of those is
compared exactly. The relation does not depend on the order in which articles
come: an origin is a connected component of it, but for texts that give another figure, name
or date in a sentence that both have (`index.differences`): such two are never of one origin,
not even by way of a third that leaves the sentence out.

Nodes of the graph are normalised texts, not articles, so a text that a thousand
articles share costs no more than one. These
are the rules for every store.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from index import differences

SHINGLE_WORDS = 5
SHORT_TEXT_WORDS = 30
"""Shorter texts are copies only when they are equal after normalisation."""

# Measured on 244 Wikinews stories and on 320 paragraphs of SQuAD (eval/bench/copies.py does it
# for any .jsonl). Of 29,646 pairs of different stories the most alike are interviews that put the
# same questions to different people, and a short report next to a long one on the same primaries:
# up to 0.60 of the shorter text is shared. At 0.65 none is confused.
MIN_CONTAINMENT = 0.65
"""Share of the shorter text's words that stand in runs which the longer one has too."""
MIN_RESEMBLANCE = 0.35
"""The same share of both texts together; keeps a digest of many stories from joining them."""

PERMUTATIONS = 128
BAND_ROWS = 2
"""With 64 bands of 2 rows, a pair whose shingles have the Jaccard similarity 0.2 is compared with
probability 0.93, one of 0.3 with 0.998."""
MIN_ESTIMATE = 0.05
"""Estimated Jaccard similarity of the shingles below which no pair is compared."""
_SIGNATURE = np.dtype("<u4")

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=256)
def words(text: str) -> tuple[str, ...]:
    """The words of a text without case, punctuation, layout or compatibility forms."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


@lru_cache(maxsize=256)
def shingles(text: str) -> frozenset[str]:
    """Every run of five words of a text; the whole text where it is shorter."""
    return frozenset(_runs(words(text)))


def _runs(found: Sequence[str]) -> Iterator[str]:
    for start in range(max(1, len(found) - SHINGLE_WORDS + 1)):
        yield " ".join(found[start : start + SHINGLE_WORDS])


Relation = Literal["copies", "differ", ""]
"""Copies of one story; texts that would be, but do not agree in what they say; neither."""


def is_copy(text: str, other: str) -> bool:
    """True when two texts are copies of one story."""
    return relation(text, other) == "copies"


def relation(text: str, other: str) -> Relation:
    """What two texts are to one another."""
    if text_key(text) == text_key(other):
        return "copies"
    if min(len(words(text)), len(words(other))) < SHORT_TEXT_WORDS:
        return ""
    containment, resemblance = overlap(text, other)
    if containment < MIN_CONTAINMENT or resemblance < MIN_RESEMBLANCE:
        return ""
    return "differ" if differences.differ(text, other) else "copies"


def overlap(text: str, other: str) -> tuple[float, float]:
    """The share of words in shared runs of five or more: of the shorter text, and of both."""
    shared = shingles(text) & shingles(other)
    (least, a), (most, b) = sorted(
        (len(words(each)), _covered(each, shared)) for each in (text, other)
    )
    return (max(a, b) if least == most else a) / max(1, least), (a + b) / max(1, least + most)


def _covered(text: str, shared: frozenset[str]) -> int:
    """How many words of a text stand in a shingle that is shared."""
    found = words(text)
    covered = end = 0
    for start, run in enumerate(_runs(found) if shared else ()):
        if run in shared:
            last = start + min(SHINGLE_WORDS, len(found))
            covered += last - max(start, end)
            end = last
    return covered


def text_key(text: str) -> int:
    """A 64-bit number, signed as SQLite's are, equal for texts that are equal when normalised."""
    return _digest(" ".join(words(text)).encode())


def signature(text: str) -> bytes:
    """The MinHash of a text's shingles as 128 little-endian uint32; empty for a short text."""
    if len(words(text)) < SHORT_TEXT_WORDS:
        return b""
    from datasketch import MinHash

    # The scheme is named because signatures are stored: they must not change with a default.
    minhash = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32")
    minhash.update_batch([shingle.encode() for shingle in shingles(text)])
    return bytes(np.asarray(minhash.hashvalues, _SIGNATURE).tobytes())


def _digest(data: bytes) -> int:
    digest = hashlib.blake2b(data, digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def bands(signature: bytes) -> set[int]:
    """The keys of a signature's bands, each hashed together with its place."""
    width = BAND_ROWS * _SIGNATURE.itemsize
    return {
        _digest(place.to_bytes(4, "little") + signature[place : place + width])
        for place in range(0, len(signature), width)
    }


def promising(signature: bytes, other: bytes) -> bool:
    """Whether the texts of two signatures are worth comparing exactly.

    Spares the exact comparison with all that merely shares a publisher's footer.
    """
    if len(signature) != len(other) or not signature:
        return False
    values, others = (np.frombuffer(each, _SIGNATURE) for each in (signature, other))
    return bool((values == others).mean() >= MIN_ESTIMATE)


class Member(NamedTuple):
    """An article among those that a chain of copies may join."""

    text_key: int
    article_id: str
    published: str
    """ISO date; empty where it is unknown."""


Pairs = Iterable[tuple[int, int]]
"""Keys of two texts each."""


def origins(members: Iterable[Member], copies: Pairs, apart: Pairs) -> dict[int, str]:
    """For each text the id of the article that stands for its group.

    That is the earliest published, then the one with the smallest id.

    Args:
        members: the articles.
        copies: pairs of texts that are copies.
        apart: pairs of texts that differ.
    """
    ordered = sorted(
        members, key=lambda member: (not member.published, member.published, member.article_id)
    )
    groups = grouped([member.text_key for member in ordered], copies, apart)
    first: dict[int, str] = {}
    for member in ordered:
        first.setdefault(groups[member.text_key], member.article_id)
    return {key: first[group] for key, group in groups.items()}


def grouped(keys: Iterable[int], copies: Pairs, apart: Pairs) -> dict[int, int]:
    """For each text the first one of its group.

    The pairs of copies are joined, those of the earliest texts first, unless that would bring
    two together that have to stay apart.

    Args:
        keys: of the texts, the earliest first.
        copies: pairs of texts that are copies.
        apart: pairs of texts that differ.
    """
    order = list(dict.fromkeys(keys))
    rank = {key: place for place, key in enumerate(order)}
    member = {place: place for place in rank.values()}
    groups = {place: {place} for place in member}
    foes: dict[int, set[int]] = {place: set() for place in member}
    for a, b in apart:
        if a in rank and b in rank:
            foes[rank[a]].add(rank[b])
            foes[rank[b]].add(rank[a])
    ranked = [sorted((rank[a], rank[b])) for a, b in copies if a in rank and b in rank]
    for a, b in sorted(ranked):
        kept, joined = sorted((member[a], member[b]))
        if kept == joined or foes[kept] & groups[joined]:
            continue
        for place in groups[joined]:
            member[place] = kept
        groups[kept] |= groups.pop(joined)
        foes[kept] |= foes.pop(joined)
    return {order[place]: order[group] for place, group in member.items()}
