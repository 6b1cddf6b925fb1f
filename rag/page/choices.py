"""What the page can answer from: the indexes and models that whoever serves it offers.

A reader chooses among these by name and never by path, so that no reader can have a
folder of this machine opened. Models are loaded when they are first needed and kept;
all indexes share them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, cast, get_args

from index.embedding import Encoder
from index.locations import Place
from rag.assistant import Mode
from rag.models.llm import LLM
from rag.models.recommended import Recommended
from rag.models.recommended import recommended as models_worth_it
from rag.page.archive import Archive
from rag.records import Event, Turn

BUILT_IN = "built in"
"""The name of the model that comes with Byline."""
MODES: tuple[Mode, ...] = get_args(Mode)


class Answering(Protocol):
    """What the page needs of an assistant."""

    @property
    def llm(self) -> LLM | None:
        """What writes, if anything does."""

    def composes(self) -> bool:
        """Whether it does; its self-test is taken when this is first asked."""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
        *,
        outlets: Sequence[str] = (),
        languages: Sequence[str] = (),
        without: Container[str] = (),
    ) -> Iterator[Event]:
        """Yield an answer's events, the whole answer last."""

    def variant(self, *, index: Place | None = None, mode: Mode | None = None) -> Answering:
        """Return the same assistant for another index or another way to answer."""


Load = Callable[[Place, str | None], Answering]
"""Loads an assistant for an index and a model."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a reader has chosen; what the browser remembers."""

    index: str = ""
    model: str = ""
    mode: Mode = "auto"
    since: str = ""
    until: str = ""
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def only(self) -> dict[str, Any]:
        """Which articles alone are read, as an `Exchange` has it."""
        days = {"since": self.since.strip() or None, "until": self.until.strip() or None}
        return {**days, "outlets": self.outlets, "languages": self.languages}


class Choices:
    """The indexes and models on offer, by name; the first of each is the default."""

    def __init__(
        self,
        places: Sequence[Place],
        models: Sequence[str | None],
        load: Load,
        encoder: Callable[[], Encoder],
        mode: Mode = "auto",
        recommended: Mapping[str, Recommended] | None = None,
    ) -> None:
        """Take what is on offer; nothing is loaded yet.

        Args:
            places: index folders or addresses; where nothing is yet is an empty archive.
            models: as `Assistant.load` takes them.
            load: what makes an assistant.
            encoder: what makes the encoder for new articles. It is one of its own, so that a
                batch of articles does not hold up a question.
            mode: how answers are written unless a reader chooses otherwise.
            recommended: models that a reader may have downloaded; by default those that
                `byline models` lists.
        """
        self._places = dict(zip(_names([str(one) for one in places]), places, strict=True))
        self._models = dict(zip(_names([one or BUILT_IN for one in models]), models, strict=True))
        self.recommended = models_worth_it() if recommended is None else recommended
        self._load = load
        self._mode = mode
        once = lru_cache(maxsize=1)(encoder)
        self._archives = {name: Archive(one, once) for name, one in self._places.items()}
        self._loaded: dict[str, Answering] = {}
        self._variants: dict[tuple[str, str, Mode], Answering] = {}
        self._lock = threading.Lock()

    @property
    def indexes(self) -> list[str]:
        """The names of the indexes."""
        return list(self._places)

    @property
    def models(self) -> list[str]:
        """The names of the models."""
        return list(self._models)

    def offer(self, model: str) -> None:
        """Put one more model on offer, as `Assistant.load` takes it."""
        self._models.setdefault(model, model)

    @property
    def default(self) -> Settings:
        """What holds while a reader has chosen nothing."""
        return Settings(self.indexes[0], self.models[0], self._mode)

    def settings(self, stored: Any) -> Settings:
        """What a browser remembers, as far as it is still on offer; the default for the rest."""
        given: Mapping[str, Any] = stored if isinstance(stored, Mapping) else {}
        usual = self.default
        index, model, mode = given.get("index"), given.get("model"), given.get("mode")
        return Settings(
            index=str(index) if index in self.indexes else usual.index,
            model=str(model) if model in self.models else usual.model,
            mode=cast("Mode", mode) if mode in MODES else usual.mode,
            since=str(given.get("since") or "")[:40],
            until=str(given.get("until") or "")[:40],
            outlets=_texts(given.get("outlets")),
            languages=_texts(given.get("languages")),
        )

    def archive(self, index: str = "") -> Archive:
        """The articles of an index; of the first one where there is none of that name."""
        return self._archives.get(index) or self._archives[self.indexes[0]]

    def assistant(self, settings: Settings) -> Answering:
        """What answers; its models are loaded when it is first asked for.

        Raises:
            IndexMissing: there is nothing in the folder yet.
            ModelError: the model is missing, altered or cannot be loaded.
        """
        key = (settings.index, settings.model, settings.mode)
        with self._lock:
            if key not in self._variants:
                self._variants[key] = self._made(settings)
            return self._variants[key]

    def _made(self, settings: Settings) -> Answering:
        where = self._places[settings.index]
        if settings.model not in self._loaded:
            self._loaded[settings.model] = self._load(where, self._models[settings.model])
        return self._loaded[settings.model].variant(index=where, mode=settings.mode)


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, list | tuple) else ()


def _names(given: Sequence[str]) -> list[str]:
    """A short name for each: the end of a path, or all of it where two end alike."""
    short = [one if "://" in one else Path(one).name or one for one in given]
    return [
        name if short.count(name) == 1 else full for name, full in zip(short, given, strict=True)
    ]
