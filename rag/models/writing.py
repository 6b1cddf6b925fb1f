"""Text from a model, token by token, so that a slow or vanished reader holds up nobody.

The tokens are made in a thread of the model's own, one text after the other, and
wait in a queue until they are read. A reader who stops reading for good, or whose
iterator is thrown away, ends the writing at the next token.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from rag.models.llamacpp import BATCH, COMPUTING, Model, Session, Tokens


class Writer:
    """Writes with one model. Safe from several threads; texts are written one at a time."""

    def __init__(self, model: Model, context: int, threads: int | None = None) -> None:
        self.context = context
        self.written = 0
        """Tokens written so far, in all texts."""
        self._model = model
        self._threads = threads
        self._session: Session | None = None
        self._worker = ThreadPoolExecutor(1, "byline-writer")

    def write(self, prompt: Tokens, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text, the likeliest token each time, until the model ends or `limit` tokens.

        Args:
            prompt: what to write on from, at least one token, with room for `limit` more.
            limit: the largest number of tokens to write.
            grammar: a GBNF grammar that the text must follow.

        Raises:
            ValueError: prompt and limit exceed the context, or the grammar is none.
            ModelError: there is not enough memory.
        """
        if not prompt or len(prompt) + limit > self.context:
            raise ValueError(f"{len(prompt)} + {limit} tokens do not fit {self.context}")
        pieces: SimpleQueue[str | None] = SimpleQueue()
        unwanted = threading.Event()
        done = self._worker.submit(self._fill, pieces, unwanted, prompt, limit, grammar)
        try:
            while (piece := pieces.get()) is not None:
                yield piece
            done.result()  # raises here what went wrong there
        finally:
            unwanted.set()

    def _fill(
        self,
        pieces: SimpleQueue[str | None],
        unwanted: threading.Event,
        prompt: Tokens,
        limit: int,
        grammar: str | None,
    ) -> None:
        text = Utf8()
        try:
            for token in self._tokens(unwanted, prompt, limit, grammar):
                piece = text.add(self._model.piece(token))
                if piece:
                    pieces.put(piece)
        finally:
            pieces.put(None)

    def _tokens(
        self, unwanted: threading.Event, prompt: Tokens, limit: int, grammar: str | None
    ) -> Iterator[int]:
        """Tokens until the model ends, the limit is reached, or nobody wants more."""
        with self._model.sampler(grammar) as sampler:
            token = -1
            for start in range(0, len(prompt), BATCH):
                if unwanted.is_set():
                    return
                part = prompt[start : start + BATCH]
                self._evaluate(part, start)
            for written in range(limit):
                if written:
                    self._evaluate([token], len(prompt) + written - 1)
                with COMPUTING:
                    token = self._ready().sample(sampler)
                if unwanted.is_set() or self._model.ends(token):
                    return
                self.written += 1
                yield token

    def _evaluate(self, tokens: Tokens, start: int) -> None:
        rows = [(token, start + at, (0,), at == len(tokens) - 1) for at, token in enumerate(tokens)]
        with COMPUTING:
            session = self._ready()
            if start == 0:
                session.forget()
            session.evaluate(rows)

    def _ready(self) -> Session:
        """The session, which takes its memory when the first text is written."""
        if self._session is None:
            self._session = Session(self._model, context=self.context, threads=self._threads)
        return self._session


class Utf8:
    """Bytes to text, holding back the beginning of a character until its end comes."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, piece: bytes) -> str:
        """What can be read by now."""
        data = self._rest + piece
        for cut in range(len(data), max(len(data) - 4, -1), -1):
            try:
                text = data[:cut].decode()
            except UnicodeDecodeError:
                continue
            self._rest = data[cut:]
            return text
        self._rest = b""
        return data.decode(errors="replace")
