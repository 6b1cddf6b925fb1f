"""What a sentence of the evidence states: its figures and its days, in order."""

from __future__ import annotations

from rag.disagreement.datings import days
from rag.disagreement.figures import figures
from rag.disagreement.statement import (
    Statement,
)
from rag.evidence.weighing import Candidate


def statements(candidate: Candidate) -> list[Statement]:
    """The figures and days of a sentence, in order, each with what it belongs to."""
    found = [*days(candidate), *figures(candidate)]
    return sorted(found, key=lambda one: (one.start, one.end))
