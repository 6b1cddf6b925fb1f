"""Waiting for another process that has what is wanted. Nothing here knows what that is."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from index.connections import Wait, lasting
from index.errors import IndexBusy

POLL_SECONDS = (0.2, 0.6)
"""The least and the most time between two looks whether another process has finished."""

T = TypeVar("T")


class Held(IndexBusy):
    """Another process has what was wanted; `holder` names it."""

    def __init__(self, message: str, holder: str = "another process") -> None:
        super().__init__(message)
        self.holder = holder


def awaiting(wait: Wait, attempt: Callable[[], T]) -> T:
    """What an attempt gives; it is made again and again while another process is in the way.

    Raises:
        IndexBusy: one has been for as long as `wait` allows.
    """
    began = time.monotonic()
    while True:
        try:
            return attempt()
        except Held as held:
            waited = time.monotonic() - began
            if waited >= wait.seconds:
                limit = f" Gave up after {lasting(wait.seconds)}." if wait.seconds else ""
                raise IndexBusy(f"{held}{limit}") from held
            wait.tell(held.holder, waited)
        # Two that wait do not look in step, so that one of them is the first.
        time.sleep(min(random.uniform(*POLL_SECONDS), max(0.0, wait.seconds - waited)))
