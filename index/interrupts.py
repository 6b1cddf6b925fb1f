"""Ctrl-C, once and twice: a long run is asked to end, and the second time it ends at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def never() -> bool:
    """What a run that cannot be stopped is given."""
    return False


class Stop:
    """Whether SIGINT or SIGTERM has come; true as soon as called after one, inside its `with`.

    The first signal only asks: what runs looks here between two pieces of work.
    The second raises KeyboardInterrupt wherever it finds the main thread. A signal
    that the process was started to ignore stays ignored. In another thread than
    the main one nothing is changed, since signals reach only that one.
    """

    def __init__(self, tell: Callable[[], None] = lambda: None) -> None:
        self._tell = tell
        self._before: dict[signal.Signals, Any] = {}
        self.signal: int | None = None
        """The first signal that came."""

    def __call__(self) -> bool:
        """True once a signal has come."""
        return self.signal is not None

    @property
    def exit_status(self) -> int:
        """128 and the signal's number, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + (self.signal or signal.SIGINT)

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._came)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _came(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
        self._tell()
