"""What a sentence of the evidence states: its figures and its days, in order."""

from __future__ import annotations

from collections.abc import Collection

from rag.disagreement.datings import days
from rag.disagreement.figures import figures
from rag.disagreement.statement import (
    Kind,
    Statement,
)
from rag.evidence.ranking import Candidate


def statements(
    candidate: Candidate, kinds: Collection[Kind] = ("number", "date")
) -> list[Statement]:
    """The figures and days of a sentence, in order, each with what it belongs to."""
    found = [
        *(days(candidate) if "date" in kinds else ()),
        *(figures(candidate) if "number" in kinds else ()),
    ]
    return sorted(found, key=lambda one: (one.start, one.end))
