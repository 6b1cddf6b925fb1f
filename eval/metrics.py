"""What is measured of one answer, each defined once. `eval/README.md` says why, with sources.

Plain functions of texts, ranks and confidences. Nothing here knows how answers come
about, and the only judge of support is the one that is passed in.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from math import log2

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_TYPOGRAPHIC = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'",
     "–": "-", "—": "-", "‑": "-", "\u00a0": " ", "\u202f": " "}
)  # fmt: skip
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_QUOTATION = re.compile(r"[“\"]([^“”\"]+)[”\"]")
SHORTEST_QUOTATION = 4
"""Words from which a quotation counts as one; fewer are a name or a turn of phrase."""


def normalised(text: str) -> str:
    """SQuAD's normalisation (Rajpurkar et al., 2016): no case, punctuation, articles.

    The official script knows ASCII punctuation only; typographic marks become their ASCII
    twins first, and then go the same way.
    """
    plain = text.translate(_TYPOGRAPHIC).lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", plain).split())


def contains_answer(text: str, answers: Sequence[str]) -> bool:
    """True where one of the answers stands in the text as whole words, both normalised."""
    padded = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in padded for answer in answers)


def token_f1(text: str, answers: Sequence[str]) -> float:
    """The best F1 of the text's words and an answer's (SQuAD's official F1), 0 to 1."""
    return max(
        (_f1(normalised(text).split(), normalised(one).split()) for one in answers), default=0.0
    )


def _f1(said: Sequence[str], gold: Sequence[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    return 2 * shared / (len(said) + len(gold))


def quotations(text: str) -> list[str]:
    """The quotations of four words or more in a text, without their marks."""
    found = [match[1] for match in _QUOTATION.finditer(text)]
    return [one for one in found if len(one.split()) >= SHORTEST_QUOTATION]


def stands_in(quote: str, text: str) -> bool:
    """True where a quotation stands verbatim in a text; quote marks and white space are folded.

    Written apart from the grounding checker on purpose: a fault there shows here.
    """
    return _folded(quote).strip(" \"'.,;:") in _folded(text)


def _folded(text: str) -> str:
    """With one kind of quotation mark and of bracket: within “…” an article's own are others."""
    plain = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHIC)
    return " ".join(plain.translate(_ONE_KIND).split())


_ONE_KIND = str.maketrans({'"': "'", "\u2039": "'", "\u203a": "'", "[": "(", "]": ")"})


# Retrieval. `relevant` is one bool for each rank, copies of one story counted once.


def hit(relevant: Sequence[bool], depth: int) -> float:
    """1 where one of the first `depth` is relevant, else 0."""
    return float(any(relevant[:depth]))


def reciprocal_rank(relevant: Sequence[bool], depth: int = 10) -> float:
    """1 / rank of the first relevant one among the first `depth`, else 0 (Voorhees, 1999)."""
    return next((1 / at for at, one in enumerate(relevant[:depth], start=1) if one), 0.0)


def ndcg(relevant: Sequence[bool], existing: int, depth: int = 10) -> float:
    """Normalised discounted cumulative gain with gains 0 and 1 (Järvelin and Kekäläinen, 2002).

    `existing` is how many relevant ones there are at all.
    """
    best = sum(1 / log2(at + 1) for at in range(1, min(existing, depth) + 1))
    got = sum(1 / log2(at + 1) for at, one in enumerate(relevant[:depth], start=1) if one)
    return got / best if best else 0.0


# Citations.


def citation_scores(
    cited: Sequence[Sequence[int]], holds: Callable[[int, Sequence[int]], bool]
) -> tuple[float, float] | None:
    """Citation recall and precision of one answer, after ALCE (Gao et al., 2023).

    Recall: the share of sentences that their citations support together. Precision: the
    share of citations that are needed: their sentence is supported, and either the citation
    supports it alone or the others do not without it.

    Args:
        cited: for each sentence, the numbers of its citations.
        holds: whether a sentence (by its place) is supported by these citations together.

    Returns:
        None for an answer without a sentence: there is nothing to cite.
    """
    if not cited:
        return None
    supported = [bool(numbers) and holds(at, numbers) for at, numbers in enumerate(cited)]
    needed = [
        supported[at] and _needed(at, number, numbers, holds)
        for at, numbers in enumerate(cited)
        for number in numbers
    ]
    precision = sum(needed) / len(needed) if needed else 0.0
    return sum(supported) / len(supported), precision


def _needed(
    at: int, number: int, numbers: Sequence[int], holds: Callable[[int, Sequence[int]], bool]
) -> bool:
    others = [one for one in numbers if one != number]
    return holds(at, [number]) or not others or not holds(at, others)


# Knowing when not to answer.


def risks(confidences: Sequence[float], wrong: Sequence[bool]) -> list[float]:
    """The share of wrong answers among the k most confident ones, for k = 1 to all.

    Answers of equal confidence have no order: each place among them carries the mean error
    of all of them, so that the result does not depend on the order in which they came.
    """
    every = sorted(zip(confidences, wrong, strict=True), key=lambda pair: -pair[0])
    found: list[float] = []
    errors, at = 0.0, 0
    while at < len(every):
        alike = [bad for confidence, bad in every[at:] if confidence == every[at][0]]
        share = sum(alike) / len(alike)
        found += [(errors + share * n) / (at + n) for n in range(1, len(alike) + 1)]
        errors, at = errors + sum(alike), at + len(alike)
    return found


def aurc(confidences: Sequence[float], wrong: Sequence[bool]) -> float:
    """Area under the risk-coverage curve: the mean of `risks` (Geifman and El-Yaniv, 2017)."""
    found = risks(confidences, wrong)
    return sum(found) / len(found) if found else 0.0


def coverage_at(
    risk: float, confidences: Sequence[float], wrong: Sequence[bool], asked: int
) -> float:
    """The largest share of the questions asked that can be answered at that risk or less.

    A threshold on confidence cannot part equals, so only whole groups of them count.
    """
    ordered = sorted(confidences, reverse=True)
    found = risks(confidences, wrong)
    ends = [at for at in range(len(found)) if at + 1 == len(found) or ordered[at + 1] < ordered[at]]
    return max((at + 1 for at in ends if found[at] <= risk + 1e-12), default=0) / asked
