"""Whose turn it is: readers take turns, and each sees how many come before.

As many questions are answered at a time as there are cores, each on its share of them: so
they take two thirds of the time that they take one after the other, and more at once would
only make all of them late. The next turn goes to the reader who was served longest ago, so
that one who asks five questions at once does not hold up the others.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE = 10.0
"""Seconds after which one who no longer asks for the turn is passed over."""
MOST_AT_ONCE = 4
"""A fifth of a question is computed in Python, for which a process has one core."""
GLANCE = 1.0
"""Seconds between two looks at the queue, while nothing happens in it."""


@dataclass(slots=True, eq=False)
class Place:
    """One question's place in the queue."""

    reader: str
    number: int
    seen: float
    """When it last asked for its turn, in seconds of a clock that only goes forward."""


def cores() -> int:
    """How many questions this machine answers best at a time."""
    return min(os.cpu_count() or 1, MOST_AT_ONCE)


@dataclass(slots=True)
class Turnstile:
    """Lets some questions through at a time, reader by reader. Safe from several threads."""

    width: int = field(default_factory=cores)
    """How many may be inside."""
    _places: list[Place] = field(default_factory=list)
    _inside: list[Place] = field(default_factory=list)
    _served: dict[str, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def queued(self, reader: str) -> Iterator[Place]:
        """A place in the queue, given back at the end whether its turn came or not."""
        with self._changed:
            place = Place(reader, next(self._numbers), time.monotonic())
            self._places.append(place)
        try:
            yield place
        finally:
            with self._changed:
                if place in self._places:
                    self._places.remove(place)
                if place in self._inside:
                    self._inside.remove(place)
                    self._served[reader] = next(self._numbers)
                    self._forget()
                self._changed.notify_all()

    def ahead(self, place: Place, known: int | None = None) -> int:
        """How many questions come before this one; 0 means that it is its turn from now on.

        Where the number is `known`, the call waits for another, but not longer than a glance:
        a reader who has left must be noticed.
        """
        with self._changed:
            count = self._count(place)
            if count == known:
                self._changed.wait(GLANCE)
                count = self._count(place)
            if count == 0 and place in self._places:
                self._places.remove(place)
                self._inside.append(place)
                self._changed.notify_all()
            return count

    def _count(self, place: Place) -> int:
        if place in self._inside:
            return 0
        place.seen = time.monotonic()
        before = self._order(self._waiting()).index(place) + len(self._inside)
        return before if before >= self.width else 0

    def wait_until_idle(self) -> None:
        """Return once no question is being answered, and none waits for it."""
        with self._changed:
            while self._inside or self._waiting():
                self._changed.wait(GLANCE)

    def _waiting(self) -> list[Place]:
        now = time.monotonic()
        return [place for place in self._places if now - place.seen < PATIENCE]

    def _order(self, places: list[Place]) -> list[Place]:
        """The places in the order of their turns: first every reader's first question."""
        nth: dict[str, int] = {}
        keyed = []
        for place in places:
            nth[place.reader] = nth.get(place.reader, 0) + 1
            waited = (self._served.get(place.reader, 0), place.number)
            keyed.append((nth[place.reader], waited, place))
        return [place for *_, place in sorted(keyed, key=lambda one: one[:2])]

    def _forget(self) -> None:
        """Keep who was served only while it matters: until the queue is empty."""
        if not self._places:
            self._served.clear()
