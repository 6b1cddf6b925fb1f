"""What is measured, each defined once. `eval/README.md` says why, with sources."""

from __future__ import annotations

import re
import string
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
