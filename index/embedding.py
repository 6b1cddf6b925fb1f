"""Texts to unit vectors.

`Encoder` is one of Byline's three model boundaries. `SentenceEncoder` wraps
sentence-transformers; `HashEncoder` is the fake that tests and dry runs use.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from index import languages
from index.bert import SentenceBert
from index.errors import ModelError
from index.modelfiles import MINILM, sha256_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

BATCH_SIZE = 32
EMBEDDED = "all-MiniLM-L6-v2"


class Encoder(Protocol):
    """Anything that turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """What a person calls the model."""

    @property
    def fingerprint(self) -> str:
        """Equal only for models that give the same vectors."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text: float32 of shape [len(texts), dimension]."""


def languages_of(encoder: Encoder) -> frozenset[str] | None:
    """The languages that an encoder says it knows, in ISO 639-1; None where it does not say."""
    known: frozenset[str] | None = getattr(encoder, "languages", None)
    return known


class SentenceEncoder:
    """A sentence-transformers model on the CPU (Reimers and Gurevych, 2019).

    The one that comes with Byline is computed without that library's seconds of imports.
    """

    def __init__(
        self,
        model: SentenceTransformer | SentenceBert,
        name: str,
        fingerprint: str,
        languages: frozenset[str] | None = None,
    ) -> None:
        self._model = model
        self._lock = threading.Lock()
        self.name = name
        self.fingerprint = fingerprint
        self.languages = languages
        """What its model card names; None where it names none, or calls it multilingual."""
        self.dimension = int(model.get_embedding_dimension() or 0)

    @classmethod
    def embedded(cls) -> SentenceEncoder:
        """The model that comes with pip: all-MiniLM-L6-v2, 384 dimensions.

        Raises:
            ModelError: its file is missing or altered.
        """
        model = SentenceBert(MINILM.checked_path().parent)
        return cls(model, EMBEDDED, MINILM.sha256[:16], frozenset({"en"}))

    @classmethod
    def named(cls, name: str) -> SentenceEncoder:
        """A folder with a sentence-transformers model, or the name of one on Hugging Face.

        A name is looked up in the local cache of huggingface_hub and downloaded
        when it is not there: naming it is asking for it.

        Raises:
            ModelError: it cannot be loaded.
        """
        folder = Path(name)
        model = _load(name, local=folder.is_dir())
        # A message has to name the folder so that it is found from anywhere.
        shown = str(folder.absolute()) if folder.is_dir() else name
        return cls(model, shown, _fingerprint(folder, model), _card_languages(name))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text: float32 of shape [len(texts), dimension]."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        with self._lock:
            for part in self._alike(texts):
                vectors[part] = self._model.encode(
                    [texts[at] for at in part],
                    batch_size=BATCH_SIZE,
                    normalize_embeddings=True,
                    convert_to_numpy=True,
                    show_progress_bar=False,
                )
        return vectors

    def _alike(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """The places of texts in runs of BATCH_SIZE, those with like numbers of tokens together.

        A batch is padded to its longest text. sentence-transformers sorts by characters, which
        tell tokens so badly that three tenths of what it computes is padding.
        """
        order = list(range(len(texts)))
        if len(order) > BATCH_SIZE:
            tokens: Any = self._model.tokenizer(
                list(texts), truncation=True, max_length=self._model.max_seq_length
            )
            order.sort(key=lambda at: len(tokens["input_ids"][at]))
        for start in range(0, len(order), BATCH_SIZE):
            yield order[start : start + BATCH_SIZE]


class HashEncoder:
    """Word counts hashed into a unit vector: no model, no meaning, always the same.

    Feature hashing after Weinberger et al. (2009). Texts that share words are
    near each other, which is all that a test of the plumbing needs.
    """

    name = "hash"
    fingerprint = "hash-1"

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text: float32 of shape [len(texts), dimension]."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.lower().split() or [""]:
                digest = hashlib.blake2b(word.strip(".,;:!?\"'()").encode(), digest_size=8).digest()
                number = int.from_bytes(digest, "little")
                row[number % self.dimension] += 1.0 if number >> 63 else -1.0
            length = float(np.linalg.norm(row))
            row[:] = row / length if length else 1.0 / np.sqrt(self.dimension)
        return vectors


_CARD_HEAD = re.compile(r"\A---\s*\n(.*?)\n---", re.DOTALL)


def load_encoder(name: str | None = None) -> Encoder:
    """The encoder of that name or folder; the one that comes with pip by its name, or without one.

    Raises:
        ModelError: it is missing, altered or cannot be loaded.
    """
    if name is None or name == EMBEDDED:
        return SentenceEncoder.embedded()
    if name == HashEncoder.name:
        return HashEncoder()
    return SentenceEncoder.named(name)


def identity(name: str | None = None) -> tuple[str, str]:
    """Name and fingerprint of an encoder, without loading the one that comes with pip.

    Raises:
        ModelError: it cannot be loaded.
    """
    if name is None or name == EMBEDDED:
        return EMBEDDED, MINILM.sha256[:16]
    encoder = load_encoder(name)
    return encoder.name, encoder.fingerprint


def check_files() -> list[tuple[str, bool, str]]:
    """For each embedded file: its name, whether it is intact, and what to say about it."""
    try:
        path = MINILM.checked_path()
    except ModelError as error:
        return [("encoder", False, str(error))]
    return [("encoder", True, f"all-MiniLM-L6-v2 is intact ({path.stat().st_size:,} bytes)")]


def _load(name: str, *, local: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # it would write "Loading weights" over our own
    try:
        return SentenceTransformer(name, device="cpu", local_files_only=local)
    except (OSError, ValueError) as error:
        where = "folder" if local else "folder or Hugging Face model, and no network reached it,"
        raise ModelError(
            f"{name!r} is no {where} that sentence-transformers can load: "
            f"{str(error).splitlines()[0]}"
        ) from error


def _card_languages(name: str) -> frozenset[str] | None:
    """The languages in the model card of a folder, or of a name in huggingface_hub's cache."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        card = Path(name) / "README.md" if Path(name).is_dir() else None
        cached = card or try_to_load_from_cache(name, "README.md")
        text = Path(cached).read_text("utf-8") if isinstance(cached, str | Path) else ""
    except (OSError, UnicodeDecodeError, HFValidationError):
        return None
    return card_languages(text)


def card_languages(text: str) -> frozenset[str] | None:
    """The languages that the head of a model card names; None for none, or for "multilingual"."""
    import yaml  # type: ignore[import-untyped]

    head = _CARD_HEAD.match(text)
    try:
        fields = yaml.safe_load(head[1]) if head else None
    except yaml.YAMLError:
        return None
    named = fields.get("language") if isinstance(fields, dict) else None
    listed = named if isinstance(named, list) else [named]
    # YAML takes the code of Norwegian for a truth value.
    tags = ["no" if tag is False else tag for tag in listed if isinstance(tag, str | bool)]
    codes = {languages.code(tag) for tag in tags if isinstance(tag, str)}
    return frozenset(codes) if codes and "" not in codes else None


def _fingerprint(folder: Path, model: SentenceTransformer) -> str:
    weights = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    if weights:
        return sha256_of(weights[0])[:16]
    probe = np.asarray(model.encode(["the probe of an encoder"], normalize_embeddings=True))
    return hashlib.sha256(np.round(probe, 4).tobytes()).hexdigest()[:16]
