"""Texts to vectors: in order, whatever order they are computed in."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from index.bert import Cores
from index.embedding import BATCH_SIZE, HashEncoder, SentenceEncoder, Vectors, load_encoder
from rag.request.kinds import Kinds
from tests.fakes import story


class Model:
    """Stands in for a SentenceTransformer; a character of "x" is a token, one of "i" is none."""

    max_seq_length = 50

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def get_embedding_dimension(self) -> int:
        return 2

    def tokenizer(self, texts: Sequence[str], **options: Any) -> dict[str, list[list[int]]]:
        longest = options["max_length"]
        return {"input_ids": [[1] * min(longest, text.count("x")) for text in texts]}

    def encode(self, texts: Sequence[str], **options: Any) -> npt.NDArray[np.float32]:
        self.batches.append([text.count("x") for text in texts])
        return np.array([[text.count("x"), len(text)] for text in texts], np.float32)


def test_texts_with_as_many_tokens_are_computed_together_and_come_back_in_order():
    draw = random.Random(5)
    texts = ["x" * draw.randrange(50) + "i" * draw.randrange(200) for _ in range(150)]
    model = Model()
    encoder = SentenceEncoder(model, "fake", "fake-1")  # type: ignore[arg-type]
    assert encoder.encode(texts).tolist() == [[text.count("x"), len(text)] for text in texts]
    assert [len(batch) for batch in model.batches] == [BATCH_SIZE] * 4 + [150 - 4 * BATCH_SIZE]
    computed = [tokens for batch in model.batches for tokens in batch]
    assert computed == sorted(text.count("x") for text in texts)
    assert encoder.encode([]).shape == (0, 2)


@pytest.mark.models
def test_a_text_has_the_same_vector_in_any_company():
    encoder = load_encoder()
    texts = [story(seed, 1, 1 + seed % 5) for seed in range(2 * BATCH_SIZE + 3)]
    together = encoder.encode(texts)
    for at in (0, 7, BATCH_SIZE, 2 * BATCH_SIZE + 2):
        assert together[at] == pytest.approx(encoder.encode([texts[at]])[0], abs=1e-5)


def test_the_examples_are_encoded_once_on_a_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("BYLINE_CACHE", str(tmp_path / "cache"))
    encoder = HashEncoder()
    asked: list[int] = []

    def encode(texts: Sequence[str]) -> Vectors:
        asked.append(len(texts))
        return HashEncoder.encode(encoder, texts)

    monkeypatch.setattr(encoder, "encode", encode)
    first = Kinds(encoder).of("articles on trams, please")
    assert Kinds(encoder).of("articles on trams, please") == first
    assert asked[0] > 100 and asked[1:] == [1, 1]
    (kept,) = (tmp_path / "cache").glob("requests-*.npy")
    for damage in (b"", kept.read_bytes()[:200]):
        kept.write_bytes(damage)
        assert Kinds(encoder).of("articles on trams, please") == first


def test_those_who_compute_at_once_share_the_cores():
    cores, every = Cores(), torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        with cores.shared():
            alone = torch.get_num_threads()
            with cores.shared():
                shared = torch.get_num_threads()
        with cores.shared():
            again = torch.get_num_threads()
    finally:
        torch.set_num_threads(every)
    assert (alone, shared, again) == (4, 2, 4)
