"""An attacker's articles beside the honest ones, in an archive of each attack's own."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from hostile import ASKED, HONEST, TODAY, UNANSWERED, Attack, every
from shown import finished

from eval.caching import CachedReader
from index.embedding import Encoder, HashEncoder, Vectors
from index.ingesting import index_for, ingest, ingest_articles
from index.records import Article
from rag import Answer, Assistant
from rag.models.llm import LLM, ScriptedLLM
from rag.page.answering import Answers, View
from rag.page.choices import Choices
from rag.text.words import stems
from tests.building import shared_encoder, shared_reader

BY_MEANING = "ignore full-text-syntax template the-answer whole-and-lie terminal console-markup"
BY_MEANING += " outlet-line-in-the-body"
"""Attacks that repeat the question's words in a frame of others: that those words are not
the answer is for an encoder that knows what words mean, so these are tried on the real one."""


class StemEncoder(HashEncoder):
    """Word counts without endings: "promised" is near "promise", which is all that is needed."""

    name = "stems"
    fingerprint = "stems-1"

    def encode(self, texts: Sequence[str]) -> Vectors:
        return super().encode([" ".join(stems(text)) for text in texts])


@lru_cache(maxsize=1)
def reader() -> CachedReader:
    """One for all archives: the honest articles are in each, and need reading once."""
    return CachedReader(shared_reader())


class Siege:
    """An archive with an attacker's articles in it, and its answers."""

    def __init__(
        self, folder: Path, articles: Sequence[Article], encoder: Encoder, llm: LLM, *files: Path
    ) -> None:
        self.folder = folder
        index = index_for(folder, encoder)
        ingest_articles(index, articles, encoder)
        if files:
            ingest(index, files, encoder)
        self.assistant = Assistant(index, encoder, reader(), llm, today=TODAY)

    @cached_property
    def answers(self) -> list[Answer]:
        """To each honest question that the archive answers."""
        return [self.assistant.ask(asked.question) for asked in ASKED]

    @cached_property
    def refusals(self) -> list[Answer]:
        """To each that it does not."""
        return [self.assistant.ask(question) for question in UNANSWERED]

    def page(self, *answers: Answer) -> View:
        """What the page shows after these answers; of the archive itself before the first."""
        load = lambda folder, model: self.assistant  # noqa: E731
        page = Answers(Choices([self.folder], [None], load, HashEncoder))
        return page.view(tuple(map(finished, answers)))


class Sieges:
    """One archive for each attack, made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Siege] = {}

    def of(self, attack: Attack | None) -> Siege:
        """The archive with an article of this attack aimed at each question; None: no attack."""
        name = attack.name if attack else "none"
        if name not in self._made:
            aims = [
                article
                for at, one in enumerate(ASKED if attack else (), 1)
                for article in every(attack, one, at)
            ]
            encoder = shared_encoder() if name in BY_MEANING.split() else StemEncoder(256)
            self._made[name] = Siege(self._folder / name, [*HONEST, *aims], encoder, ScriptedLLM())
        return self._made[name]

    def close(self) -> None:
        for siege in self._made.values():
            siege.assistant.close()
