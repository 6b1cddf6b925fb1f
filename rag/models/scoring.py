"""How likely texts are after other texts, many in one batch.

Scoring ten short passages in one batch, with common beginnings evaluated once, is
what makes a 135M model affordable as a judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rag.models.llamacpp import BATCH, COMPUTING, Model, Session, Tokens

CONTEXT = 4096
"""Tokens that a scorer holds at most; less where the model was trained on less."""
BRANCHES = 60
"""Sequences that one batch may hold."""
PREAMBLES = 4
"""Further sequences, each of which keeps one preamble between calls."""

Pair = tuple[Tokens, Tokens]


@dataclass(slots=True)
class _Node:
    """A token in a batch, shared by all sequences that begin alike."""

    token: int
    depth: int
    branches: list[int] = field(default_factory=list)
    children: dict[int, _Node] = field(default_factory=dict)
    wanted: bool = False
    row: int = -1


class Scorer:
    """Scores with one model. Safe from several threads, one call at a time."""

    def __init__(self, model: Model, threads: int | None = None) -> None:
        self._model = model
        self._threads = threads
        self._session: Session | None = None
        self._preambles: list[Tokens] = []

    def likelihoods(
        self, pairs: Sequence[Pair], *, preamble: Tokens
    ) -> tuple[list[list[float]], int]:
        """Log-probability of each token of each continuation, given its prompt.

        Args:
            pairs: prompts and their continuations, each of at least one token.
            preamble: tokens before every prompt; kept from call to call, so they
                cost nothing when they are the same as last time.

        Returns:
            For each pair the natural logarithms, one for each token of the
            continuation; and the number of tokens that were evaluated.

        Raises:
            ValueError: a pair is longer than one batch.
            ModelError: there is not enough memory.
        """
        scores: list[list[float]] = []
        with COMPUTING:
            session = self._ready()
            keeper, evaluated = self._hold(session, preamble)
            for group in self._groups(session, pairs):
                evaluated += self._score(session, group, keeper, len(preamble), scores)
        return scores, evaluated

    def _ready(self) -> Session:
        """The session, which takes its memory when the first texts are scored."""
        if self._session is None:
            self._session = Session(
                self._model,
                context=min(CONTEXT, self._model.trained_context),
                sequences=BRANCHES + PREAMBLES,
                threads=self._threads,
            )
        return self._session

    def _groups(self, session: Session, pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
        group: list[Pair] = []
        room = min(BATCH, session.context - sum(map(len, self._preambles)))
        used = 0
        for prompt, continuation in pairs:
            if group and group[-1][0] == prompt:
                need = len(continuation)  # the prompt is in the batch already
            else:
                need = len(prompt) + len(continuation)
            if need > room:
                raise ValueError(f"a prompt of {need} tokens exceeds a batch of {room}")
            if group and (used + need > room or len(group) == BRANCHES):
                yield group
                group, used = [], 0
                need = len(prompt) + len(continuation)
            group.append((prompt, continuation))
            used += need
        if group:
            yield group

    def _score(
        self,
        session: Session,
        group: list[Pair],
        keeper: int,
        offset: int,
        scores: list[list[float]],
    ) -> int:
        """Evaluate one batch as a tree of tokens and read off the log-probabilities."""
        root = _Node(token=-1, depth=offset - 1)
        paths = [_insert(root, pair, branch) for branch, pair in enumerate(group)]
        for branch in range(len(group)):
            session.copy(keeper, branch, offset)
        nodes = list(_walk(root))
        for row, node in enumerate(nodes):
            node.row = row
        session.evaluate([(node.token, node.depth, node.branches, node.wanted) for node in nodes])
        known: dict[int, npt.NDArray[np.float32]] = {}
        for path, (_, continuation) in zip(paths, group, strict=True):
            scores.append(
                [
                    _log_probability(session, node.row, token, known)
                    for node, token in zip(path, continuation, strict=True)
                ]
            )
        for branch in range(len(group)):
            session.drop(branch)
        return len(nodes)

    def _hold(self, session: Session, preamble: Tokens) -> tuple[int, int]:
        """Have the preamble in memory; the sequence that keeps it, and the tokens that took."""
        if not preamble:
            return BRANCHES, 0
        if preamble in self._preambles:
            return BRANCHES + self._preambles.index(preamble), 0
        if len(self._preambles) == PREAMBLES:
            session.forget()
            self._preambles = []
        keeper = BRANCHES + len(self._preambles)
        for start in range(0, len(preamble), BATCH):
            part = preamble[start : start + BATCH]
            session.evaluate(
                [(token, start + at, [keeper], False) for at, token in enumerate(part)]
            )
        self._preambles.append(list(preamble))
        return keeper, len(preamble)


def _insert(root: _Node, pair: Pair, branch: int) -> list[_Node]:
    """Add one pair to the tree; return the nodes that predict its continuation."""
    prompt, continuation = pair
    node, path = root, []
    for at, token in enumerate(prompt + continuation[:-1]):
        child = node.children.get(token)
        if child is None:
            child = node.children[token] = _Node(token, node.depth + 1)
        child.branches.append(branch)
        node = child
        if at >= len(prompt) - 1:
            node.wanted = True
            path.append(node)
    return path


def _log_probability(
    session: Session, row: int, token: int, known: dict[int, npt.NDArray[np.float32]]
) -> float:
    if row not in known:
        logits = session.logits(row)
        top = float(logits.max())
        known[row] = logits - (top + float(np.log(np.exp(logits - top).sum())))
    return float(known[row][token])


def _walk(root: _Node) -> Iterator[_Node]:
    stack = list(reversed(root.children.values()))
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children.values()))
