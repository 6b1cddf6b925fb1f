"""What kind of request a text is: a question, small talk, about the archive, or an overview.

Told by the nearest of some written examples (`kinds.txt`) in the encoder's space: nearest
neighbours need no training and no list of words. What is asked about is blanked in both,
so that only how it is asked is compared; a request is a question unless it is clearly not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from itertools import zip_longest
from typing import Literal, get_args

import numpy as np

from index.embedding import Encoder, Vectors
from index.modelfiles import cache_folder
from rag.text.words import STOPWORDS, WORD, fold

Kind = Literal[
    "question", "talk", "count", "list", "outlets", "authors", "newest", "oldest", "overview",
    "latest", "comparison",
]  # fmt: skip

LEAST = 0.72
"""Cosine to its nearest example below which a text is a question."""
NEARER = 0.7
"""Its distance to another kind, as a share of that to a question, from which it is of that kind."""
OPENING = 3
"""Words from which the beginning of an example tells its kind, whatever follows."""
STAND_INS = {
    "topic": "the flood",
    "author": "Anna Berg",
    "outlet": "the Evening Post",
    "day": "May",
}
"""What every topic, author, outlet and day is replaced by before it is compared."""
_PLACE = re.compile(r"\{(\w+)\}")
_ARTICLES = ("the", "a", "an")
_WITHIN = ("of", "in")
"""What joins two words to one topic: "the trial of Ann Hart"."""


@cache
def examples() -> Mapping[Kind, Sequence[str]]:
    """The written examples of each kind, with their placeholders."""
    found: dict[Kind, list[str]] = {}
    kinds = {kind: kind for kind in get_args(Kind)}
    lines: list[str] = []
    for line in files(__package__).joinpath("kinds.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = found.setdefault(kinds[line.strip("[]")], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


@cache
def openings() -> Mapping[str, Kind]:
    """How a request begins that goes on with nothing but what it is about: "tell me about "."""
    found: dict[str, Kind] = {}
    for kind in set(examples()) - {"question", "comparison"}:
        for line in examples()[kind]:
            before, topic, after = line.rstrip(" ?").partition("{topic}")
            if topic and not after and "{" not in before and len(before.split()) >= OPENING:
                found[f"{' '.join(plain(match[0]) for match in WORD.finditer(before))} "] = kind
    return found


@cache
def frame() -> frozenset[str]:
    """The words that tell how something is asked for: those of the examples themselves."""
    own = _words_of(kind for kind in examples() if kind != "question")
    return own | frozenset(fold(" ".join(STAND_INS.values())).split())


@cache
def _about_articles() -> frozenset[str]:
    """Those of the requests for articles; a comparison is of anything, and its words are too."""
    return _words_of(kind for kind in examples() if kind not in ("question", "comparison"))


def _words_of(kinds: Iterable[Kind]) -> frozenset[str]:
    texts = (_PLACE.sub(" ", line) for kind in kinds for line in examples()[kind])
    return STOPWORDS | {plain(match[0]) for text in texts for match in WORD.finditer(text)}


def plain(word: str) -> str:
    """A word folded, without the apostrophe that many leave out: "whats" is "what's"."""
    return fold(word).replace("'", "")


def told_apart(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """The words of a text, each with whether it tells what articles are to be about."""
    return _told_apart(text, _about_articles())


def _told_apart(text: str, how: frozenset[str]) -> Iterator[tuple[re.Match[str], bool]]:
    matches = list(WORD.finditer(text))
    for match, following in zip_longest(matches, matches[1:]):
        yield match, plain(match[0]) not in how or _opens_name(match, following, how)


def _opens_name(match: re.Match[str], following: re.Match[str] | None, how: frozenset[str]) -> bool:
    """Whether a common word is the first one of a name, as in "in New Orin"."""
    return (
        following is not None
        and match.start() > 0
        and match.end() + 1 == following.start()
        and match[0].istitle()
        and following[0].istitle()
        and fold(match[0]) not in STOPWORDS
        and plain(following[0]) not in how
    )


def blanked(text: str) -> str:
    """A text in which every run of words that no example uses is "the flood"."""
    topic = fold(STAND_INS["topic"]).split()
    kept: list[str] = []
    for match, is_topic in _told_apart(text, frame()):
        if not is_topic:
            kept.append(plain(match[0]))
            continue
        while kept and kept[-1] in _ARTICLES:
            kept.pop()
        if kept[-1:] and kept[-1] in _WITHIN and kept[-3:-1] == topic:
            kept.pop()
        if kept[-2:] != topic:
            kept += topic
    return " ".join(
        word for at, word in enumerate(kept) if word != "the" or kept[at - 1 : at] != ["the"]
    )


def _encoded(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """The vectors of the examples, from the cache folder where they lie there.

    They cost as much as a question, and each question in a terminal would make them anew.
    """
    digest = blake2b("\0".join([encoder.fingerprint, *texts]).encode(), digest_size=16)
    path = cache_folder() / f"requests-{digest.hexdigest()}.npy"
    with suppress(OSError, ValueError, EOFError):
        vectors: Vectors = np.load(path, allow_pickle=False)
        if vectors.shape == (len(texts), encoder.dimension) and vectors.dtype == np.float32:
            return vectors
    vectors = encoder.encode(texts)
    written = path.with_name(f"{path.stem}.{os.getpid()}.npy")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(written, vectors)
        written.replace(path)
    return vectors


class Kinds:
    """The examples, encoded once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        lines = [(kind, line) for kind, some in examples().items() for line in some]
        self._kinds = [kind for kind, _ in lines]
        filled = [_PLACE.sub(lambda match: STAND_INS[match[1]], line) for _, line in lines]
        self._vectors = _encoded(encoder, [blanked(line) for line in filled])

    def of(self, text: str) -> Kind:
        """The kind of a request, in which authors, outlets and days are stood in for already."""
        asked = blanked(text)
        if not asked:
            return "talk"
        said = " ".join(plain(match[0]) for match in WORD.finditer(text))
        for opening, kind in openings().items():
            if said.startswith(opening):
                return kind
        likeness = self._vectors @ self._encoder.encode([asked])[0]
        best: dict[Kind, float] = {}
        for kind, value in zip(self._kinds, likeness.tolist(), strict=True):
            best[kind] = max(value, best.get(kind, -1.0))
        nearest = max(best, key=lambda one: best[one])
        is_clear = best[nearest] >= LEAST and 1 - best[nearest] <= NEARER * (1 - best["question"])
        return nearest if is_clear else "question"
