"""Text from a model, token by token, so that a slow or vanished reader holds up nobody.

The tokens are made in a thread of the model's own, one text after the other, and
wait in a queue until they are read. A reader who stops reading for good, or whose
iterator is thrown away, ends the writing at the next token.
"""

from __future__ import annotations

import codecs
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from rag.models.llamacpp import BATCH, Session, Tokens


class Writer:
    """Writes in one session. Safe from several threads; texts are written one at a time."""

    def __init__(self, session: Session) -> None:
        self.written = 0
        """Tokens written so far, in all texts."""
        self.read, self.reading = 0, 0.0
        """Tokens of prompts that were read so far, and the seconds that it took."""
        self._session = session
        self._worker = ThreadPoolExecutor(1, "byline-writer")

    def write(self, prompt: Tokens, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text, the likeliest token each time, until the model ends or `limit` tokens.

        Args:
            prompt: what to write on from, at least one token, with room for `limit` more.
            limit: the largest number of tokens to write.
            grammar: a GBNF grammar that the text must follow.

        Raises:
            ValueError: prompt and limit exceed the context, or the grammar is none.
            ModelError: llama.cpp could not evaluate the prompt.
        """
        if not prompt or len(prompt) + limit > self._session.context:
            raise ValueError(f"{len(prompt)} + {limit} tokens do not fit {self._session.context}")
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
        text = codecs.getincrementaldecoder("utf-8")("replace")  # a token may be half a character
        try:
            for token in self._tokens(unwanted, prompt, limit, grammar):
                piece = text.decode(self._session.model.piece(token))
                if piece:
                    pieces.put(piece)
        finally:
            pieces.put(None)

    def _tokens(
        self, unwanted: threading.Event, prompt: Tokens, limit: int, grammar: str | None
    ) -> Iterator[int]:
        """Tokens until the model ends, the limit is reached, or nobody wants more."""
        session = self._session
        with session.model.sampler(grammar) as sampler:
            for start in range(session.rewind(prompt), len(prompt), BATCH):
                if unwanted.is_set():
                    return
                began = time.monotonic()
                session.evaluate(part := prompt[start : start + BATCH])
                self.reading += time.monotonic() - began
                self.read += len(part)
            for _ in range(limit):
                token = session.sample(sampler)
                if unwanted.is_set() or session.model.ends(token):
                    return
                self.written += 1
                yield token
                session.evaluate([token])
