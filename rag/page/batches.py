"""Tables of questions that readers of the page drop, answered while they do something else.

A batch goes on whether anybody looks or not. It is kept under a name that only its reader's
browser has; any thread may look on.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import BadRequest, BylineError
from rag import batch
from rag.page.html import many
from rag.records import Answer

MOST = 20
"""Batches that are kept; of those that are over, the oldest go first."""
BROKEN = "The table could not be finished; the terminal that runs Byline shows why."


@dataclass(slots=True, eq=False)
class Batch:
    """A table that is being answered, or has been."""

    name: str
    """What its reader knows it by."""
    done: int = 0
    count: int = 0
    is_stopping: bool = False
    """Set to have it end after the question in hand."""
    is_over: bool = False
    problem: str = ""
    tally: str = ""
    """How many were answered, were declined and could not be asked, once it is over."""
    files: tuple[Path, ...] = ()
    """The answers, one file of each kind, once it is over."""
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> str:
        """How long it will take, in words; "" where that is not known or not worth saying."""
        if self.is_over or not self.done:
            return ""
        seconds = (time.monotonic() - self.began) * (self.count - self.done) / self.done
        return f"about {many(round(seconds / 60), 'minute')} left" if seconds > 90 else ""

    def run(self, questions: Path, ask: Callable[[str], Answer]) -> None:
        """Answer a table, to the end or until it is stopped."""
        try:
            self.files = self._answered(questions, ask)
        except BylineError as error:
            self.problem = str(error)
        except BaseException:
            self.problem = BROKEN
            raise
        finally:
            self.is_over = True

    def _answered(self, questions: Path, ask: Callable[[str], Answer]) -> tuple[Path, ...]:
        folder = Path(tempfile.mkdtemp(dir=questions.parent))  # Gradio's own, which it empties
        files = [folder / f"{questions.stem}-answers{kind}" for kind in batch.READ]
        batch.answered(questions, files[-1], ask, self._tell, lambda: self.is_stopping)
        rows = batch.rows_of(files[-1])
        for file in files[:-1]:
            batch.write(file, rows)
        self.tally = batch.tally(rows)
        return tuple(files)

    def _tell(self, done: int, count: int) -> None:
        self.done, self.count = done, count


class Batches:
    """The batches of all readers."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Batch] = OrderedDict()

    def begin(self, questions: Path, ask: Callable[[str, str], Answer]) -> Batch:
        """Have a table answered from now on; `ask` is given a question and the batch's name.

        Raises:
            BadRequest: the table cannot be read, or too many are being answered.
        """
        made = Batch(secrets.token_urlsafe(16), count=len(batch.rows_of(questions)))
        over = [name for name, one in self._kept.items() if one.is_over]
        if len(self._kept) >= MOST and not over:
            raise BadRequest("Too many tables are being answered. Try again when one is done.")
        if len(self._kept) >= MOST:
            del self._kept[over[0]]
        self._kept[made.name] = made
        run = (questions, lambda question: ask(question, made.name))
        threading.Thread(target=made.run, args=run, daemon=True).start()
        return made

    def kept(self, name: str) -> Batch | None:
        """The batch of a name; None if there is none."""
        return self._kept.get(name)
