"""Break one function on purpose, and see what `pytest eval/` says of it.

The function's own code is exchanged, so that everybody who holds the function has the broken
one, however they came by it: imported by name, or kept as a default argument. Which functions
are broken stands in `eval.faults`.
"""

from __future__ import annotations

import inspect
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

REPOSITORY = Path(__file__).parent.parent
TESTS_FAILED = 1
"""Pytest's exit status for it; any other than that and 0 is a failure of the run."""
LONGEST = 240
"""Characters of a line that the table shows."""
_NAME = "_byline_fault"

Instead = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to break the code."""

    name: str
    breaks: str
    """What is wrong then, in a sentence."""
    target: str
    """The function that is exchanged, as module:name."""
    instead: Instead
    """Called with the real function, and with what that would have been called with."""
    arguments: tuple[str, ...]
    """What to run to see it, and no more: arguments of pytest."""
    besides: tuple[tuple[str, Instead], ...] = ()
    """Further functions that have to go with it, where a second guard would hold."""

    @contextmanager
    def put(self) -> Iterator[None]:
        """A context in which the code is broken."""
        with ExitStack() as stack:
            for target, instead in ((self.target, self.instead), *self.besides):
                stack.enter_context(exchanged(_function(target), instead))
            yield

    def function(self) -> FunctionType:
        """The real function."""
        return _function(self.target)


def _function(target: str) -> FunctionType:
    found = inspect.unwrap(pkgutil.resolve_name(target))
    assert isinstance(found, FunctionType), target
    return found


@contextmanager
def exchanged(function: FunctionType, instead: Instead) -> Iterator[None]:
    """Let a function do something else for a while.

    Args:
        function: a function of a module or a class, without a closure.
        instead: takes the real function and then its arguments.
    """
    kept = function.__code__, function.__defaults__, function.__kwdefaults__
    real = FunctionType(kept[0], function.__globals__, function.__name__, kept[1])
    real.__kwdefaults__ = kept[2]
    name = f"{_NAME}_{function.__name__}"  # one for each function of a module
    detour = _detour.replace(
        co_consts=tuple(name if one == _NAME else one for one in _detour.co_consts)
    )
    function.__globals__[name] = partial(instead, real)
    try:
        function.__code__, function.__defaults__, function.__kwdefaults__ = detour, None, None
        yield
    finally:
        function.__code__, function.__defaults__, function.__kwdefaults__ = kept
        del function.__globals__[name]


# It runs as the code of the exchanged function, so these are the globals of that one's module.
_detour = (lambda *args, **more: globals()["_byline_fault"](*args, **more)).__code__


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `pytest eval/` made of a fault."""

    fault: Fault
    code: int
    """Pytest's exit status."""
    lines: tuple[str, ...]
    """The first line of each test that failed."""

    @property
    def red(self) -> bool:
        """Whether tests ran and failed; a crash of pytest itself is none."""
        return self.code == TESTS_FAILED and bool(self.lines)


_FAILED = re.compile(r"^(?:FAILED|ERROR) \S+ - (?:Failed: )?(.*)$", re.MULTILINE)


def tried(one: Fault) -> Outcome:
    """Run the tests of one fault, with it in the code, in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *one.arguments, f"--fault={one.name}", "-q", "-rfE"],
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "4000"},  # or pytest would cut its lines
        capture_output=True,
        text=True,
    )
    lines = tuple(match[1] for match in _FAILED.finditer(done.stdout))
    return Outcome(one, done.returncode, lines or tuple(done.stderr.splitlines()[-1:]))


def row(outcome: Outcome) -> str:
    """An outcome as a row of a Markdown table."""
    said = outcome.lines[0] if outcome.lines else ""
    if len(said) > LONGEST:
        said = said[: LONGEST - 1] + "…"
    more = len(outcome.lines) - 1
    said += f" *({more} more {'tests fail' if more > 1 else 'test fails'})*" if more > 0 else ""
    state = "red" if outcome.red else "**green**" if outcome.code == 0 else "**crashed**"
    cells = (f"`{outcome.fault.name}`", outcome.fault.breaks, state, said.replace("|", r"\|"))
    return f"| {' | '.join(cells)} |"
