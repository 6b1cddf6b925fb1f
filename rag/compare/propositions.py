"""What a sentence of the evidence states: its figures and its days, in order."""

from __future__ import annotations

from collections.abc import Collection

from rag.compare.datings import days
from rag.compare.figures import figures
from rag.compare.statement import (
    Kind,
    Statement,
)
from rag.records import Candidate


def statements(
    candidate: Candidate, kinds: Collection[Kind] = ("number", "date")
) -> list[Statement]:
    """The figures and days of a sentence, in order, each with what it belongs to."""
    found = [
        *(days(candidate) if "date" in kinds else ()),
        *(figures(candidate) if "number" in kinds else ()),
    ]
    return sorted(found, key=lambda one: (one.start, one.end))
