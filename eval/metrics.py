"""What is measured, each defined once. `eval/README.md` says why, with sources."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "“”‘’–—")


def normalised(text: str) -> str:
    """SQuAD's normalisation (Rajpurkar et al., 2016): no case, punctuation, articles."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def contains_answer(text: str, answers: Sequence[str]) -> bool:
    """True where one of the answers stands in the text as whole words, both normalised."""
    padded = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in padded for answer in answers)


def token_f1(text: str, answers: Sequence[str]) -> float:
    """SQuAD's token F1 of a text against the best of the answers, 0 to 1."""
    return max((_f1(normalised(text).split(), normalised(a).split()) for a in answers), default=0.0)


def _f1(got: list[str], gold: list[str]) -> float:
    common = sum((Counter(got) & Counter(gold)).values())
    if not common:
        return 0.0
    precision, recall = common / len(got), common / len(gold)
    return 2 * precision * recall / (precision + recall)
