"""What an ingest tells: of each article as it is dealt with, and of all in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.records import Problem


@dataclass(frozen=True, slots=True)
class Progress:
    """One article that has been dealt with; what is added or updated is on disk by then."""

    kind: Literal["added", "updated", "unchanged", "skipped", "warning", "removed"]
    source: str
    article_id: str = ""
    """Empty for what was skipped."""
    reason: str = ""
    """Why it was skipped, or what the warning is."""
    chunks: int = 0
    """How many were embedded for it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did."""

    added: int
    updated: int
    unchanged: int
    chunks: int
    """How many were embedded and stored."""
    copies: tuple[tuple[str, str], ...]
    """Id and origin of each article that is a copy of another, where this run touched the story."""
    problems: tuple[Problem, ...]
    """What was skipped, and why."""
    seconds: float
    interrupted: bool = False
    """True when it was stopped early; what is counted here is kept."""
    warnings: tuple[Problem, ...] = ()
    """What is doubtful about articles that were read all the same."""
    superseded: tuple[tuple[str, str], ...] = ()
    """Id of each version that this run found a later one for, or that came after a later one, and
    the id of that one."""
    removed: tuple[tuple[str, str], ...] = ()
    """Id and source of each article that was removed because its file is gone."""
    not_pruned: str = ""
    """Why nothing was removed though it was asked for; empty where nothing stood against it."""
